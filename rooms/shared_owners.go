package rooms

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// What scripts that act for a room's owner answer.
const (
	roomFenced = 0
	roomLost   = -1
)

// Own implements Shared.
func (s *RedisShared) Own(ctx context.Context, room, node string) (uint64, error) {
	fence, err := ownScript.Run(ctx, s.client, roomKey(room), node, RoomLife.Milliseconds()).Uint64()
	if errors.Is(err, redis.Nil) {
		return 0, ErrFenced
	} else if err != nil {
		return 0, unavailable("own room", err)
	}
	s.hold(room, &held{Holding: Holding{Node: node, Fence: fence}, tokens: map[string]struct{}{}})
	return fence, s.note(ctx, room, node)
}

// ownedKey is a set: the rooms that a node owns, as far as was noted. What a node lost or gave up may stay in it until the
// node is gone: who reads it looks each room up.
func ownedKey(node string) string { return redisKeys + "owned:" + node }

func (s *RedisShared) note(ctx context.Context, room, node string) error {
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.SAdd(ctx, ownedKey(node), room)
		p.PExpire(ctx, ownedKey(node), RoomLife)
		return nil
	})
	return unavailable("note whose room it is", err)
}

// strike forgets a room that this node owns no more.
func (s *RedisShared) strike(ctx context.Context, room string, fence uint64) error {
	node := ""
	s.holding(room, func(h *held) { node = h.Node })
	s.letGo(room, fence)
	if node == "" {
		return nil
	}
	return unavailable("strike a room off", s.client.SRem(ctx, ownedKey(node), room).Err())
}

// Owned implements Shared.
func (s *RedisShared) Owned(ctx context.Context, node string) ([]string, error) {
	rooms, err := s.client.SMembers(ctx, ownedKey(node)).Result()
	return rooms, unavailable("list a node's rooms", err)
}

// Find implements Shared.
func (s *RedisShared) Find(ctx context.Context, room string) (Holding, error) {
	fields := []string{"node", "fence", "record"}
	values, err := s.client.HMGet(ctx, roomKey(room)[0], fields...).Result()
	if err != nil {
		return Holding{}, unavailable("find room", err)
	}
	got := map[string]string{}
	for i, name := range fields {
		if v, ok := values[i].(string); ok {
			got[name] = v
		}
	}
	if values[0] == nil { // an owner without a name is one that gave the room up
		return Holding{}, s.notFound("find room")
	}
	h, err := readHeld(got)
	return h.Holding, err
}

// readHeld reads a room's hash.
func readHeld(fields map[string]string) (*held, error) {
	fence, err := strconv.ParseUint(fields["fence"], 10, 64)
	if err != nil {
		return &held{}, fmt.Errorf("read fencing token: %w", err)
	}
	h := &held{Holding: Holding{Node: fields["node"], Fence: fence}, code: fields["code"], tokens: map[string]struct{}{}}
	if record, ok := fields["record"]; ok {
		h.Record = []byte(record)
	}
	for name := range fields {
		if strings.HasPrefix(name, tokenFields) {
			h.tokens[name] = struct{}{}
		}
	}
	return h, nil
}

// fields is the room's hash, but for the fence.
func (h *held) fields() []any {
	all := []any{"node", h.Node}
	if h.Record != nil {
		all = append(all, "record", h.Record)
	}
	if h.code != "" {
		all = append(all, "code", h.code)
	}
	for name := range h.tokens {
		all = append(all, name, "")
	}
	return all
}

// Keep implements Shared.
func (s *RedisShared) Keep(ctx context.Context, room string, fence uint64, record []byte) error {
	s.holding(room, func(h *held) {
		if h.Fence == fence {
			h.Record, h.touched = record, time.Now()
		}
	})
	for range 2 { // what was lost is kept once it is there again
		said, err := keepScript.Run(ctx, s.client, roomKey(room), fence, RoomLife.Milliseconds(), record).Int()
		if err != nil {
			return unavailable("keep room", err)
		}
		switch said {
		case roomFenced:
			s.letGo(room, fence)
			return ErrFenced
		case roomLost:
			foreign, err := s.restore(ctx, []string{room}, map[string]uint64{room: fence})
			if err != nil {
				return err
			}
			if len(foreign) > 0 {
				return ErrFenced
			}
		default:
			return nil
		}
	}
	return ErrFenced
}

// TakeOver implements Shared.
func (s *RedisShared) TakeOver(ctx context.Context, room, node string, expected uint64) (Holding, error) {
	got, err := takeScript.Run(ctx, s.client, roomKey(room), node, RoomLife.Milliseconds(), expected).Slice()
	if err != nil {
		return Holding{}, unavailable("take room over", err)
	}
	switch got[0] {
	case int64(roomLost):
		return Holding{}, ErrNotFound
	case int64(roomFenced):
		return Holding{}, ErrFenced
	}
	fields := map[string]string{}
	for pair := range slices.Chunk(got[1].([]any), 2) {
		fields[pair[0].(string)] = pair[1].(string)
	}
	h, err := readHeld(fields)
	if err != nil {
		return Holding{}, err
	}
	if node == "" {
		return h.Holding, s.strike(ctx, room, h.Fence)
	}
	s.hold(room, h)
	return h.Holding, s.note(ctx, room, node)
}

// Touch implements Shared.
func (s *RedisShared) Touch(ctx context.Context, held map[string]uint64) (fenced []string, err error) {
	for batch := range slices.Chunk(slices.Collect(maps.Keys(held)), touchBatch) {
		some, err := s.touch(ctx, batch, held)
		fenced = append(fenced, some...)
		if err != nil {
			return fenced, err
		}
	}
	return fenced, nil
}

func (s *RedisShared) touch(ctx context.Context, rooms []string, fences map[string]uint64) (fenced []string, err error) {
	answers := make([]*redis.Cmd, len(rooms))
	_, err = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, room := range rooms {
			answers[i] = touchScript.Eval(ctx, p, roomKey(room), fences[room], RoomLife.Milliseconds())
		}
		return nil
	})
	if err != nil {
		return nil, unavailable("touch rooms", err)
	}
	var lost []string
	for i, room := range rooms {
		got, _ := answers[i].Slice() // an error of one is that of all
		switch got[0] {
		case int64(roomFenced):
			s.letGo(room, fences[room])
			fenced = append(fenced, room)
		case int64(roomLost):
			lost = append(lost, room)
		default:
			code, _ := got[1].(string)
			s.holding(room, func(h *held) { h.code, h.touched = code, time.Now() })
		}
	}
	foreign, err := s.restore(ctx, lost, fences)
	return append(fenced, foreign...), err
}

// restore writes rooms again that Redis lost. It returns those that this node does not hold, or another does by now.
func (s *RedisShared) restore(ctx context.Context, rooms []string, fences map[string]uint64) (foreign []string, err error) {
	if len(rooms) == 0 {
		return nil, nil
	}
	answers := map[string]*redis.Cmd{}
	_, err = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, room := range rooms {
			var fields []any
			var code string
			s.holding(room, func(h *held) {
				if h.Fence == fences[room] {
					fields, code, h.touched = h.fields(), h.code, time.Now()
				}
			})
			if fields == nil {
				foreign = append(foreign, room)
				continue
			}
			answers[room] = restoreScript.Eval(ctx, p, roomKey(room), append([]any{fences[room], RoomLife.Milliseconds()}, fields...)...)
			digest, until, _ := strings.Cut(code, " ")
			if ms, err := strconv.ParseInt(until, 10, 64); err == nil && time.Now().UnixMilli() < ms {
				p.SetArgs(ctx, codeKey(digest), room, redis.SetArgs{Mode: "NX", ExpireAt: time.UnixMilli(ms)})
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) { // Nil: the code is there
		return foreign, unavailable("restore rooms", err)
	}
	for room, answer := range answers {
		if wrote, err := answer.Int(); err != nil {
			return foreign, unavailable("restore rooms", err)
		} else if wrote == roomFenced {
			foreign = append(foreign, room)
		}
	}
	return foreign, nil
}

// FreeRoom implements Shared.
func (s *RedisShared) FreeRoom(ctx context.Context, _, room string, fence uint64) error {
	struck := s.strike(ctx, room, fence) // first, so that nothing restores it
	got, err := freeScript.Run(ctx, s.client, roomKey(room), fence, graveLife.Milliseconds()).Slice()
	if err != nil {
		return unavailable("free room", err)
	}
	if got[0] == int64(roomFenced) {
		return ErrFenced
	}
	code, _ := got[1].(string)
	return errors.Join(struck, unavailable("end join code", s.dropCode(ctx, code, room)))
}

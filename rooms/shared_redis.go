package rooms

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"alongside/wire"
)

const (
	// graveLife is how long the number of a room's last owner outlives it.
	graveLife = 10 * time.Minute
	// revokedLife is how long it is known that tickets were revoked: longer than the oldest one lives.
	revokedLife = 2 * wire.TicketLife
	touchBatch  = 256
)

// RedisShared is Shared for several nodes. What this node owns it remembers, so that its own rooms' tokens stand, and all
// can be written again, when Redis was away. While Redis is out of reach, tickets and rates are those of this node alone.
type RedisShared struct {
	redis  *Redis                // fixed
	client redis.UniversalClient // fixed
	digest digester              // fixed
	alone  *MemoryShared         // what is done while Redis is out of reach
	anew   <-chan struct{}       // fixed

	mu   sync.Mutex // guards held and what is in it
	held map[string]*held
}

// held is what this node knows of a room that it owns.
type held struct {
	Holding
	tokens  map[string]struct{}
	code    string // as in the room's hash; empty: none, or used up
	touched time.Time
}

// NewRedisShared makes the state that nodes with the same key share.
func NewRedisShared(r *Redis, key [32]byte) *RedisShared {
	return &RedisShared{
		redis: r, client: r.client, digest: digester(key), alone: NewMemoryShared(time.Now), anew: r.onAnew(), held: map[string]*held{},
	}
}

func (s *RedisShared) secret(kind, secret string) string {
	d := s.digest.of(kind, secret)
	return base64.RawURLEncoding.EncodeToString(d[:])
}

func roomKey(room string) []string    { return []string{redisKeys + "{" + room + "}"} }
func ticketKey(digest string) string  { return redisKeys + "ticket:" + digest }
func codeKey(digest string) string    { return redisKeys + "code:" + digest }
func rateKey(digest string) []string  { return []string{redisKeys + "rate:" + digest} }
func revokedKey(digest string) string { return redisKeys + "revoked:" + digest }

// keptTicket is a claim as it is stored.
type keptTicket struct {
	Claim
	// Revoked names the last revocation of the agent's tickets when this one was issued. Another one since then ends it.
	Revoked string `json:",omitempty"`
}

// IssueTicket implements Shared.
func (s *RedisShared) IssueTicket(ctx context.Context, c Claim) (string, error) {
	ticket := randomURL(32)
	revoked, err := s.revoked(ctx, c)
	if err == nil {
		body, _ := json.Marshal(keptTicket{c, revoked}) // strings and numbers only
		err = s.client.Set(ctx, ticketKey(s.secret("ticket", ticket)), body, wire.TicketLife).Err()
	}
	if err != nil && ctx.Err() == nil {
		return s.alone.IssueTicket(ctx, c)
	}
	return ticket, unavailable("keep ticket", err)
}

// RedeemTicket implements Shared.
func (s *RedisShared) RedeemTicket(ctx context.Context, ticket string) (Claim, error) {
	if c, err := s.alone.RedeemTicket(ctx, ticket); err == nil {
		return c, nil
	}
	body, err := s.client.GetDel(ctx, ticketKey(s.secret("ticket", ticket))).Bytes()
	if errors.Is(err, redis.Nil) {
		return Claim{}, ErrTicket
	} else if err != nil {
		return Claim{}, unavailable("redeem ticket", err)
	}
	var t keptTicket
	if err := json.Unmarshal(body, &t); err != nil {
		return Claim{}, fmt.Errorf("read ticket: %w", err)
	}
	revoked, err := s.revoked(ctx, t.Claim)
	if err != nil {
		return Claim{}, unavailable("redeem ticket", err)
	}
	if revoked != "" && revoked != t.Revoked {
		return Claim{}, ErrTicket
	}
	return t.Claim, nil
}

// revoked names the last revocation of the tickets of c's agent, if it is recent.
func (s *RedisShared) revoked(ctx context.Context, c Claim) (string, error) {
	if c.Role != wire.Agent {
		return "", nil
	}
	name, err := s.client.Get(ctx, s.revokedKey(c.Tenant, c.Person)).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	return name, err
}

func (s *RedisShared) revokedKey(tenant, person string) string {
	return revokedKey(s.secret("revoked "+tenant, person))
}

// RevokeTickets implements Shared.
func (s *RedisShared) RevokeTickets(ctx context.Context, tenant, person string) error {
	_ = s.alone.RevokeTickets(ctx, tenant, person) // never fails
	return unavailable("revoke tickets", s.client.Set(ctx, s.revokedKey(tenant, person), randomURL(8), revokedLife).Err())
}

// IssueCode implements Shared.
func (s *RedisShared) IssueCode(ctx context.Context, tenant, room string) (string, time.Time, error) {
	expires := time.Now().Add(wire.JoinCodeLife)
	for range codeTries {
		code := drawCode()
		digest := s.secret("code "+tenant, code)
		free, err := s.client.SetNX(ctx, codeKey(digest), room, wire.JoinCodeLife).Result()
		if err != nil {
			return "", time.Time{}, unavailable("keep join code", err)
		}
		if !free {
			continue
		}
		kept := digest + " " + strconv.FormatInt(expires.UnixMilli(), 10)
		old, err := fieldScript.Run(ctx, s.client, roomKey(room), "code", kept).Text()
		if err != nil {
			_ = s.dropCode(ctx, digest, room) // nobody knows it
			if errors.Is(err, redis.Nil) {
				return "", time.Time{}, ErrNotFound
			}
			return "", time.Time{}, unavailable("keep join code", err)
		}
		s.holding(room, func(h *held) { h.code = kept })
		return code, expires, unavailable("end the older join code", s.dropCode(ctx, old, room))
	}
	return "", time.Time{}, fmt.Errorf("draw join code: none free after %d tries", codeTries)
}

// dropCode deletes a code, given as in the room's hash, unless its place is another room's by now.
func (s *RedisShared) dropCode(ctx context.Context, kept, room string) error {
	digest, _, _ := strings.Cut(kept, " ")
	if digest == "" {
		return nil
	}
	return dropScript.Run(ctx, s.client, []string{codeKey(digest)}, room).Err()
}

// RedeemCode implements Shared.
func (s *RedisShared) RedeemCode(ctx context.Context, tenant, code string) (string, error) {
	digest := s.secret("code "+tenant, code)
	room, err := s.client.GetDel(ctx, codeKey(digest)).Result()
	if errors.Is(err, redis.Nil) {
		return "", ErrNotFound
	} else if err != nil {
		return "", unavailable("redeem join code", err)
	}
	_ = usedScript.Run(ctx, s.client, roomKey(room), digest).Err() // else its owner might write it again, should it be lost
	return room, nil
}

// IssueToken implements Shared.
func (s *RedisShared) IssueToken(ctx context.Context, room string) (string, error) {
	token := newToken(room)
	field := s.tokenField(token)
	err := fieldScript.Run(ctx, s.client, roomKey(room), field, "").Err()
	if errors.Is(err, redis.Nil) {
		return "", ErrNotFound
	} else if err != nil {
		return "", unavailable("keep resume token", err)
	}
	s.holding(room, func(h *held) { h.tokens[field] = struct{}{} })
	return token, nil
}

const tokenFields = "t:"

func (s *RedisShared) tokenField(token string) string { return tokenFields + s.secret("token", token) }

// FindToken implements Shared.
func (s *RedisShared) FindToken(ctx context.Context, token string) (string, error) {
	room, ok := tokenRoom(token)
	if !ok {
		return "", ErrNotFound
	}
	field, known := s.tokenField(token), false
	s.holding(room, func(h *held) { _, known = h.tokens[field] })
	if known {
		return room, nil
	}
	got, err := s.client.HMGet(ctx, roomKey(room)[0], "node", field).Result()
	if err != nil {
		return "", unavailable("find resume token", err)
	}
	if got[0] == nil || got[1] == nil {
		return "", s.notFound("find resume token")
	}
	return room, nil
}

// notFound is ErrNotFound, unless what is not there may only not have been written again.
func (s *RedisShared) notFound(act string) error {
	if s.redis.young() {
		return unavailable(act, errYoung)
	}
	return ErrNotFound
}

var errYoung = errors.New("Redis began anew, and not all has been written to it again")

// holding does something with what is remembered of a room, if this node owns it.
func (s *RedisShared) holding(room string, f func(h *held)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.held[room]; h != nil {
		f(h)
	}
}

func (s *RedisShared) hold(room string, h *held) {
	h.touched = time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[room] = h
}

// letGo forgets a room, unless this node holds it by a newer token by now.
func (s *RedisShared) letGo(room string, fence uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.held[room]; h != nil && h.Fence <= fence {
		delete(s.held, room)
	}
}

// Allow implements Shared with a fixed window per key.
func (s *RedisShared) Allow(ctx context.Context, key string, limit Rate) error {
	wait, err := allowScript.Run(ctx, s.client, rateKey(s.secret("rate", key)), limit.Count, limit.Per.Milliseconds()).Int64()
	switch {
	case err != nil && ctx.Err() == nil:
		return s.alone.Allow(ctx, key, limit)
	case err != nil:
		return unavailable("count", err)
	case wait > 0:
		return &TooManyError{RetryAfter: time.Duration(wait) * time.Millisecond}
	}
	return nil
}

// Refund implements Shared.
func (s *RedisShared) Refund(ctx context.Context, key string) error {
	_ = s.alone.Refund(ctx, key) // never fails
	return unavailable("take a count back", refundScript.Run(ctx, s.client, rateKey(s.secret("rate", key))).Err())
}

// Sweep implements Shared; what is in Redis expires by itself.
func (s *RedisShared) Sweep() {
	s.alone.Sweep()
	old := time.Now().Add(-RoomLife)
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.held, func(_ string, h *held) bool { return h.touched.Before(old) })
}

// Anew implements Shared.
func (s *RedisShared) Anew() <-chan struct{} { return s.anew }

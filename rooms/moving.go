package rooms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"alongside/wire"
)

const (
	placeTries     = 40                    // to find a room that moves just now
	placeEach      = 50 * time.Millisecond // between them
	placeWithin    = 5 * time.Second       // in all, for a connection; then the client tries again
	agentPatience  = 5 * time.Second       // an agent waits for the visitor to come back first, so that the room moves once
	orphanKnown    = 20 * time.Second      // for how long that is remembered
	checkEvery     = 5 * time.Second       // how often a node says that it still has its rooms
	departAtOnce   = 16
	subjectYield   = "yield"
	subjectDeed    = "deed"
	subjectSoon    = "soon"
	subjectPolicy  = "policy"
	subjectEnd     = "end"
	subjectShutOut = "shut-out"
)

// enlist makes the hub one of several.
func (h *Hub) enlist(c *Cluster) {
	c.hub = h
	c.Handle(subjectYield, handler(h.yieldHere))
	c.Handle(subjectDeed, handler(h.doHere))
	c.Handle(subjectSoon, handler(h.soonHere))
	c.Handle(subjectPolicy, handler(h.policyHere))
	c.Handle(subjectEnd, handler(h.endHere))
	c.Handle(subjectShutOut, handler(h.shutOutHere))
}

// handler decodes what a handler is given.
func handler[Q, A any](f func(context.Context, Q) (A, error)) Handler {
	return func(ctx context.Context, body []byte) (any, error) {
		var q Q
		if err := json.Unmarshal(body, &q); err != nil {
			return nil, fmt.Errorf("decode: %w", err)
		}
		return f(ctx, q)
	}
}

// locate finds a room: here, or the node that owns it. A room whose owner is gone is adopted. The error may be ErrNotFound.
func (h *Hub) locate(ctx context.Context, room string) (r *Room, owner string, err error) {
	for range placeTries {
		if r, ok := h.room(room); ok {
			return r, "", nil
		}
		if h.Cluster == nil {
			return nil, "", ErrNotFound
		}
		held, err := h.Shared.Find(ctx, room)
		if err != nil {
			return nil, "", err
		}
		if h.lives(ctx, held.Node) {
			return nil, held.Node, nil
		}
		if r, err := h.adopt(ctx, room, held.Fence); !errors.Is(err, ErrFenced) {
			return r, "", err
		}
		if err := shortly(ctx); err != nil {
			return nil, "", err
		}
	}
	return nil, "", ErrUnreachable
}

// lives tells whether a node, if it is one, answers. In doubt it does: a room is not taken from who may have it.
func (h *Hub) lives(ctx context.Context, node string) bool {
	if node == nobody || node == h.Node {
		return false // given up, or ours by a word that we did not keep
	}
	alive, err := h.Cluster.bus.Alive(ctx, node)
	return alive || err != nil
}

func shortly(ctx context.Context) error {
	if sleep(ctx, placeEach); ctx.Err() != nil {
		return fmt.Errorf("wait for a room that moves: %w", ctx.Err())
	}
	return nil
}

// place finds the place that a claim is for. A visitor's room comes to the node of the visitor, unless another tab of the
// visitor holds it elsewhere; an agent's connection goes to the room.
func (h *Hub) place(ctx context.Context, claim Claim, flush func()) (Place, error) {
	ctx, cancel := context.WithTimeout(ctx, placeWithin)
	defer cancel()
	asked := false
	for range placeTries {
		if _, ok := h.room(claim.Room); ok || h.Cluster == nil {
			return h.sit(claim, flush)
		}
		held, err := h.Shared.Find(ctx, claim.Room)
		if errors.Is(err, ErrNotFound) {
			return nil, noRoom
		}
		if err != nil {
			return nil, err
		}
		switch {
		case !h.lives(ctx, held.Node):
			if claim.Role == wire.Visitor || h.orphanFor(claim.Room) > agentPatience {
				if _, err := h.adopt(ctx, claim.Room, held.Fence); err == nil {
					continue
				} else if !errors.Is(err, ErrFenced) {
					return nil, err
				}
			}
		case claim.Role == wire.Visitor && !asked:
			var y yielded
			err := h.Cluster.Ask(ctx, held.Node, subjectYield, yielding{claim.Room, claim.Tab}, &y)
			asked = err == nil && !y.Yielded
			if err == nil {
				continue
			}
		default:
			return h.Cluster.linkTo(held.Node, claim, flush)
		}
		if err := shortly(ctx); err != nil {
			return nil, moving
		}
	}
	return nil, moving
}

// orphanFor is how long this node has known of a room without an owner.
func (h *Hub) orphanFor(room string) time.Duration {
	now := h.Clock()
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.orphans, func(_ string, since time.Time) bool { return now.Sub(since) > orphanKnown })
	since, known := h.orphans[room]
	if !known {
		h.orphans[room] = now
		return 0
	}
	return now.Sub(since)
}

var noRoom = wire.Closef(wire.CloseNoRoom, "this session is over")

// sit gives a claim its place in a room of this node.
func (h *Hub) sit(claim Claim, flush func()) (*Seat, error) {
	r, ok := h.room(claim.Room)
	if !ok && h.Cluster != nil {
		return nil, moving
	}
	if !ok || r.tenant != claim.Tenant {
		return nil, noRoom
	}
	s := &Seat{room: r, claim: claim, flush: flush}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.moved:
		return nil, moving
	case r.state == wire.RoomEnded:
		return nil, noRoom
	}
	r.lobby = append(r.lobby, s)
	return s, nil
}

// adopt takes a room over from a node that gave it up or is gone. The error is ErrFenced if somebody was faster.
func (h *Hub) adopt(ctx context.Context, room string, fence uint64) (*Room, error) {
	held, err := h.Shared.TakeOver(ctx, room, h.Node, fence)
	if err != nil {
		return nil, err
	}
	c, err := readRecord(held.Record)
	if err != nil {
		return nil, err
	}
	if c.State == wire.RoomEnded {
		return nil, ErrNotFound
	}
	r := restored(h, room, held.Fence, c, h.Clock())
	if err := r.recall(ctx); err != nil {
		h.Logger.Error("a room goes on without what was said in it", "room", room, "err", err)
	}
	if err := h.add(r); err != nil {
		_, gaveUp := h.Shared.TakeOver(ctx, room, nobody, held.Fence)
		return nil, errors.Join(err, gaveUp)
	}
	h.adopted.Add(1)
	r.publish()
	return r, nil
}

type yielding struct{ Room, Tab string }

type yielded struct{ Yielded bool }

// yieldHere gives a room up for the node that a tab of the visitor came to, unless another tab is connected here.
func (h *Hub) yieldHere(ctx context.Context, q yielding) (yielded, error) {
	r, ok := h.room(q.Room)
	if !ok {
		return yielded{true}, nil // it looks again, and finds who has it now
	}
	if r.othersHere(q.Tab) {
		return yielded{}, nil
	}
	return yielded{true}, r.depart(ctx)
}

func (r *Room) othersHere(tab string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.sources {
		if s.seat != nil && s.tab != tab {
			return true
		}
	}
	return false
}

// nobody owns a room that was given up.
const nobody = ""

// depart gives the room up. Once another node may have it, all who are connected are told to move.
func (r *Room) depart(ctx context.Context) error {
	r.keeping.Lock()
	defer r.keeping.Unlock()
	r.lock()
	if r.moved || r.state == wire.RoomEnded {
		r.unlock()
		return nil
	}
	r.moved = true
	b := r.encode()
	r.unlock()
	err := r.hub.Shared.Keep(ctx, r.id, r.fence, b)
	if err == nil {
		_, err = r.hub.Shared.TakeOver(ctx, r.id, nobody, r.fence)
	}
	r.vacate()
	if err != nil {
		return fmt.Errorf("give up a room: %w", err)
	}
	return nil
}

// lose is what a node does that finds another to be the owner.
func (r *Room) lose() {
	r.lock()
	r.moved = true
	r.unlock()
	r.hub.Logger.Warn("another server has taken a room over", "room", r.id)
	r.vacate()
}

// vacate closes and forgets a room that goes on elsewhere.
func (r *Room) vacate() {
	r.closeAll(moving)
	r.lock()
	r.freePage()
	r.unlock()
	r.hub.remove(r)
	r.hub.Desk.Moved(r.tenant, r.id)
}

// keepRecord writes the room down for whoever may have to go on with it.
func (r *Room) keepRecord(ctx context.Context) error {
	if r.hub.Cluster == nil {
		return nil
	}
	r.keeping.Lock()
	defer r.keeping.Unlock()
	r.mu.Lock()
	moved := r.moved
	var b []byte
	if !moved {
		b = r.encode()
	}
	r.mu.Unlock()
	if moved {
		return nil
	}
	return r.hub.Shared.Keep(ctx, r.id, r.fence, b)
}

// departAll gives up every room, some at a time.
func (h *Hub) departAll(ctx context.Context) {
	rooms := make(chan *Room)
	var departing sync.WaitGroup
	for range departAtOnce {
		departing.Go(func() {
			for r := range rooms {
				if err := r.depart(ctx); err != nil {
					h.Logger.Warn("give up a room", "room", r.id, "err", err)
				}
			}
		})
	}
	for _, r := range h.all() {
		rooms <- r
	}
	close(rooms)
	departing.Wait()
}

// hold keeps what this node has of the cluster's rooms until ctx ends.
func (h *Hub) hold(ctx context.Context) {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-h.Shared.Anew():
		}
		if err := h.touch(ctx); err != nil && ctx.Err() == nil {
			h.Logger.Warn("look after the rooms that several servers share", "err", err)
		}
	}
}

// endOrphans takes over the rooms of a node that is gone which nobody came back to, so that they end as they should.
func (h *Hub) endOrphans(ctx context.Context, node string) {
	if sleep(ctx, orphanKnown); ctx.Err() != nil {
		return
	}
	rooms, err := h.Shared.Owned(ctx, node)
	for _, room := range rooms {
		if held, lost := h.Shared.Find(ctx, room); lost != nil || held.Node != node || isDuty(room) {
			continue
		}
		if _, _, failed := h.locate(ctx, room); failed != nil && !errors.Is(failed, ErrNotFound) {
			err = errors.Join(err, failed)
		}
	}
	if err != nil && ctx.Err() == nil {
		h.Logger.Warn("take over the rooms of a server that is gone", "err", err)
	}
}

// touch says that this node still has its rooms and duties, and lets go of those that others took.
func (h *Hub) touch(ctx context.Context) error {
	fences := map[string]uint64{}
	for _, r := range h.all() {
		fences[r.id] = r.fence
	}
	d := &h.Cluster.duties
	d.mu.Lock()
	maps.Copy(fences, d.ours)
	d.mu.Unlock()
	lost, err := h.Shared.Touch(ctx, fences)
	for _, id := range lost {
		if r, ok := h.room(id); ok {
			r.lose()
		}
		d.mu.Lock()
		delete(d.ours, id)
		clear(d.found)
		d.mu.Unlock()
	}
	return err
}

package rooms

import (
	"context"
	"slices"

	"alongside/wire"
)

// What the ordered lane of one connection may hold before it is too slow.
const (
	orderedFrames = 1024
	orderedBytes  = 1 << 20
)

// assetPatience is how many Takes in a row may be filled with state frames while an asset waits.
const assetPatience = 4

// Seat is one connection's place in a room: a visitor's tab or an agent's screen. State frames are not queued here: a
// seat holds cursors into the room's checkpoint, so that a slow reader costs nothing.
type Seat struct {
	room  *Room  // fixed
	claim Claim  // fixed
	flush func() // fixed; called without the room's mutex

	// Under the room's mutex.
	source  *source // of a visitor who said hello
	member  *member // of an agent who said hello and was not removed
	greeted bool
	closing *wire.CloseError
	woken   bool // in the room's list of seats to be told

	ordered  []wire.Frame
	queued   int                // bytes in ordered
	latest   []wire.Frame       // one for each kind, sender and source
	cursors  map[uint16]*cursor // by source
	assetAt  int                // number of the next asset
	patience int                // Takes in a row without room for a waiting asset
	chatAt   uint32             // number of the newest message the client holds or was sent
}

// Role implements Place.
func (s *Seat) Role() wire.Role { return s.claim.Role }

// Room implements Place.
func (s *Seat) Room() string { return s.room.id }

// Receive implements Place.
func (s *Seat) Receive(ctx context.Context, frames ...wire.Frame) error {
	for len(frames) > 0 {
		n, after, err := s.receiveNow(frames)
		if after != nil {
			after(context.WithoutCancel(ctx))
		}
		if err != nil {
			return err
		}
		frames = frames[n:]
	}
	return nil
}

// receiveNow is the part of Receive that never waits; n is how many frames it took. after, if any, must be done before the
// rest.
func (s *Seat) receiveNow(frames []wire.Frame) (n int, after func(context.Context), err error) {
	var decide func(context.Context)
	s.room.lock()
	defer func() { after = inTurn(s.room.release(), decide) }()
	for n < len(frames) && decide == nil && err == nil {
		decide, err = s.take(frames[n])
		n++
	}
	return n, nil, err
}

// inTurn does one after the other; nil does nothing.
func inTurn(first, second func(context.Context)) func(context.Context) {
	switch {
	case first == nil:
		return second
	case second == nil:
		return first
	}
	return func(ctx context.Context) {
		first(ctx)
		second(ctx)
	}
}

// take takes a frame in under the mutex; decide, if any, is what must happen without it.
func (s *Seat) take(f wire.Frame) (decide func(context.Context), err error) {
	if err := wire.Check(f, s.claim.Role); err != nil {
		return nil, err
	}
	rule, ok := f.Kind().Rule()
	switch {
	case !ok:
		return nil, nil
	case s.room.moved:
		return nil, moving
	case s.closing != nil:
		return nil, s.closing
	case f.Kind() == wire.Hello:
		return nil, s.hello(f)
	case !s.greeted:
		return nil, wire.Closef(wire.CloseNoHello, "hello must come first")
	}
	if rule.Page {
		if stop := s.gate(f); stop {
			return nil, nil
		}
	}
	handle := handlers[f.Kind()]
	if handle == nil {
		return nil, nil
	}
	return handle(s.room, s, f)
}

// gate stops frames of the page that consent or a pause does not let through.
func (s *Seat) gate(f wire.Frame) (stop bool) {
	r := s.room
	if s.member != nil && !s.member.may("view") {
		s.fail("no-consent", f.Kind(), "the visitor has not agreed to this")
		return true
	}
	if r.paused || s.source != nil && s.source.hidden || s.member != nil && r.outOfSight() {
		if s.source != nil && isState(f.Kind()) {
			s.source.log.breakOff() // what is dropped here would be missing after it
			r.weigh()
		}
		if f.Kind() == wire.Control {
			s.fail("not-allowed", f.Kind(), "the visitor has paused")
		}
		return true
	}
	return s.source != nil && !r.watched()
}

// Detach implements Place; the place in the room is held for a while.
func (s *Seat) Detach() {
	r := s.room
	r.lock()
	defer r.unlock()
	if s.closing == nil {
		s.closing = wire.Closef(wire.CloseReplaced, "detached")
	}
	s.ordered, s.latest, s.queued = nil, nil, 0
	s.leaveLobby()
	now := r.hub.Clock()
	if src := s.source; src != nil && src.seat == s {
		src.seat, src.capturing = nil, false
		src.until = now.Add(wire.ReconnectWindow)
		if src.page.Leaving || !src.page.Visible {
			src.until = now.Add(wire.AwayWindow)
		}
		src.log.breakOff()
		r.weigh()
		r.changed.tabs, r.changed.roster, r.changed.standing = true, true, true
	}
	if m := s.member; m != nil && m.seat == s {
		m.seat = nil
		m.until = now.Add(wire.ReconnectWindow)
		r.changed.roster, r.changed.standing = true, true
	}
}

func (s *Seat) leaveLobby() {
	s.room.lobby = slices.DeleteFunc(s.room.lobby, func(o *Seat) bool { return o == s })
}

// mark notes how far the assets are, if that moved since the last mark.
func (m *member) mark(k mark) {
	if n := len(m.marks); n > 0 && m.marks[n-1].assets == k.assets || n == 0 && k.assets == 0 {
		return
	}
	if len(m.marks) == maxMarks {
		m.marks = slices.Delete(m.marks, 0, maxMarks/2)
	}
	m.marks = append(m.marks, k)
}

// assetsBy is the number of the first asset that a screen which has seen so much may lack.
func (m *member) assetsBy(source uint16, seen wire.SeenBody) (assets int) {
	for _, k := range m.marks {
		if k.source == source && k.epoch == seen.Epoch && k.at <= int(seen.Sequence) {
			assets = max(assets, k.assets)
		}
	}
	return assets
}

// Close has the connection closed with why once what is queued has been taken.
func (s *Seat) Close(why *wire.CloseError) {
	s.room.lock()
	defer s.room.unlock()
	s.close(why)
}

func (s *Seat) close(why *wire.CloseError) {
	if s.closing == nil {
		s.closing = why
		s.wake()
	}
}

// wake has the seat told after unlock that Take has something.
func (s *Seat) wake() {
	if !s.woken {
		s.woken = true
		s.room.woken = append(s.room.woken, s)
	}
}

// enqueue links a frame to the ordered lane.
func (s *Seat) enqueue(f wire.Frame) {
	if s.closing != nil {
		return
	}
	if len(s.ordered) >= orderedFrames || s.queued+len(f) > orderedBytes {
		s.ordered, s.queued = nil, 0
		s.close(wire.Closef(wire.CloseSlow, "this connection is too slow"))
		return
	}
	s.ordered = append(s.ordered, f)
	s.queued += len(f)
	s.wake()
}

// replace puts a frame into its latest-wins slot.
func (s *Seat) replace(f wire.Frame) {
	if s.closing != nil {
		return
	}
	s.wake()
	for i, old := range s.latest {
		if old.Kind() == f.Kind() && old.Member() == f.Member() && old.Source() == f.Source() {
			s.latest[i] = f
			return
		}
	}
	s.latest = append(s.latest, f)
}

// fail tells the connection what was refused.
func (s *Seat) fail(code string, kind wire.Kind, message string) {
	f := wire.NewJSON(wire.Error, wire.ErrorBody{Code: code, Kind: kind, Message: message})
	f.Stamp(0, 0, 0, s.room.hub.Clock())
	s.enqueue(f)
}

// Take implements Place. The order to send in is: ordered lane, chat, newest viewports, page state, assets, newest
// pointers.
func (s *Seat) Take(dst []wire.Frame, maxBytes int) ([]wire.Frame, *wire.CloseError) {
	r := s.room
	r.mu.Lock()
	defer r.mu.Unlock()
	budget := maxBytes
	for i, f := range s.ordered {
		if budget <= 0 {
			s.ordered = s.ordered[i:]
			return dst, nil
		}
		dst = append(dst, f)
		s.queued -= len(f)
		budget -= len(f)
	}
	clear(s.ordered)
	s.ordered = s.ordered[:0]
	dst, budget, more := s.takeChat(dst, budget)
	if more {
		return dst, nil
	}
	if s.closing != nil {
		return dst, s.closing
	}
	if s.member != nil && s.member.seat == s && s.member.may("view") {
		dst = s.takePage(dst, budget)
	}
	dst = append(dst, s.latest...)
	clear(s.latest)
	s.latest = s.latest[:0]
	return dst, nil
}

// takePage appends what a viewing agent is due of the page. State goes first, so that text is there before pictures; an
// asset that waits too long for state to end goes before it.
func (s *Seat) takePage(dst []wire.Frame, budget int) []wire.Frame {
	r := s.room
	if s.patience >= assetPatience {
		dst, budget = s.takeAsset(dst, budget)
	}
	for _, src := range r.sources {
		c := s.cursors[src.number]
		if c == nil {
			c = &cursor{}
			s.cursors[src.number] = c
		}
		if v := src.viewport; v != nil && (c.viewport == nil || &v[0] != &c.viewport[0]) {
			c.viewport = v
			dst = append(dst, v)
			budget -= len(v)
		}
		for budget > 0 {
			f := src.log.read(c)
			if f == nil {
				break
			}
			dst = append(dst, f)
			budget -= len(f)
			s.member.mark(mark{src.number, c.epoch, c.at, s.assetAt})
		}
	}
	if f, _ := r.assets.read(s.assetAt); f == nil {
		s.patience = 0
		return dst
	}
	if budget <= 0 {
		s.patience++
	}
	for budget > 0 {
		before := len(dst)
		dst, budget = s.takeAsset(dst, budget)
		if len(dst) == before {
			break
		}
	}
	return dst
}

func (s *Seat) takeAsset(dst []wire.Frame, budget int) ([]wire.Frame, int) {
	f, next := s.room.assets.read(s.assetAt)
	s.assetAt = next
	if f == nil {
		return dst, budget
	}
	s.patience = 0
	return append(dst, f), budget - len(f)
}

package rooms

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"alongside/wire"
)

// keyframeEvery is how often a tab may be asked for a snapshot while it has not begun one.
const keyframeEvery = 5 * time.Second

// maxHave bounds the list of asset keys in a keyframe: the newest are named.
const maxHave = 1000

// handlers say what a room does with each kind once it has passed the gate; kinds without one are ignored. What a
// handler returns besides an error is done without the mutex.
var handlers = [256]func(r *Room, s *Seat, f wire.Frame) (decide func(context.Context), err error){
	wire.Bye:        bye,
	wire.Consent:    consent,
	wire.Snapshot:   state,
	wire.Diff:       state,
	wire.Asset:      asset,
	wire.Keyframe:   resync,
	wire.Pointer:    pointer,
	wire.Viewport:   viewport,
	wire.Click:      pointer,
	wire.Page:       page,
	wire.Pause:      pause,
	wire.Annotation: reserved,
	wire.Chat:       chat,
	wire.Typing:     typing,
	wire.File:       reserved,
	wire.Read:       read,
	wire.Control:    control,
	wire.ControlAck: controlAck,
	wire.Reveal:     reserved,
	wire.Signal:     reserved,
	wire.Media:      reserved,
}

func isState(k wire.Kind) bool { return k == wire.Snapshot || k == wire.Diff }

// from stamps a frame that is no state frame with its sender. An agent's frame keeps the tab it is about if there is such
// a tab: other numbers would each take a latest-wins slot.
func (r *Room) from(s *Seat, f wire.Frame) {
	about, member := f.Source(), uint16(visitorMember)
	if s.source != nil {
		about = s.source.number
	} else {
		member = s.member.number
		if !slices.ContainsFunc(r.sources, func(o *source) bool { return o.number == about }) {
			about = 0
		}
	}
	f.SetState(f.Flags()&wire.FlagDeflated, 0)
	f.Stamp(about, member, 0, r.hub.Clock())
}

func bye(r *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	var b wire.ByeBody
	if err := wire.ReadJSON(f, &b); err != nil {
		return nil, err
	}
	switch {
	case b.Code == wire.CloseEnded && s.source != nil:
		r.withdrawAll()
		r.end("the visitor ended the session")
	case b.Code == wire.CloseEnded:
		r.end("the agent ended the session")
	case s.member != nil:
		r.dismiss(s.member, wire.Closef(1000, "left"))
	default:
		s.close(wire.Closef(1000, "left"))
	}
	return nil, nil
}

func state(r *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	src := s.source
	f.SetState(f.Flags()&(wire.FlagDeflated|wire.FlagFirst|wire.FlagLast), f.Epoch())
	fate, err := src.log.add(f, src.number, r.hub.Clock())
	if err != nil {
		return nil, err
	}
	if fate == gap {
		r.hub.dropped.Add(1)
		r.askKeyframe(src, "gap")
		return nil, nil
	}
	if f.Kind() == wire.Snapshot {
		src.asked = time.Time{}
	}
	r.weigh()
	r.trim()
	r.wakeViewers()
	return nil, nil
}

// trim keeps the room's checkpoints under their cap: first by asking the tab with the longest tail of diffs for a
// snapshot, at twice the cap by dropping its log.
func (r *Room) trim() {
	bytes := int(r.held.Load()) - r.assets.bytes
	if bytes <= wire.CheckpointBytes {
		return
	}
	if bytes > 2*wire.CheckpointBytes {
		r.hub.shed.Add(1)
		big := slices.MaxFunc(r.sources, func(a, b *source) int { return a.log.bytes() - b.log.bytes() })
		whole := big.log.full.epoch != 0
		if whole && big.log.next.epoch != 0 {
			big.log.full = segment{} // its successor is on the way
		} else {
			big.log.drop()
		}
		r.weigh()
		if whole { // else one snapshot alone is over the cap, and so would be the next
			r.askKeyframe(big, "over-cap")
		}
		return
	}
	tail := func(s *source) int { return s.log.full.bytes - s.log.full.snapshot }
	long := slices.MaxFunc(r.sources, func(a, b *source) int { return tail(a) - tail(b) })
	if tail(long) >= long.log.full.snapshot/2 { // else a new snapshot would gain little, and be asked for without end
		r.askKeyframe(long, "over-cap")
	}
}

func asset(r *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	r.from(s, f)
	if r.assets.add(f) {
		r.weigh()
		r.wakeViewers()
	}
	return nil, nil
}

func (r *Room) wakeViewers() {
	for _, m := range r.members {
		if m.seat != nil && m.may("view") && m.seat.closing == nil {
			m.seat.wake()
		}
	}
}

// askKeyframe asks a tab for a snapshot, once until it begins one or keyframeEvery has passed.
func (r *Room) askKeyframe(src *source, why string) {
	now := r.hub.Clock()
	switch {
	case src.seat == nil || !src.capturing || r.paused || src.hidden:
		return
	case !src.asked.IsZero() && now.Sub(src.asked) < keyframeEvery:
		return
	case src.log.next.epoch != 0 && now.Sub(src.log.next.beganFrom) < halfSentTimeout:
		return
	}
	src.asked = now
	r.hub.keyframes.Add(1)
	newest := r.assets.held[max(0, len(r.assets.held)-maxHave):]
	have := make([]string, len(newest))
	for i, a := range newest {
		k := assetKey(a)
		have[i] = hex.EncodeToString(k[:])
	}
	f := wire.NewJSON(wire.Keyframe, wire.KeyframeBody{Why: why, Have: have})
	f.Stamp(src.number, 0, 0, now)
	src.seat.enqueue(f)
}

// resync gives an agent the checkpoint again. If the agent could not use this very one before, or there is none, the
// visitor is asked for a new one.
func resync(r *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	if !s.member.may("view") {
		s.fail("no-consent", f.Kind(), "the visitor has not agreed to this")
		return nil, nil
	}
	for _, src := range r.sources {
		if n := f.Source(); n != 0 && n != src.number {
			continue
		}
		c := s.cursors[src.number]
		held := src.log.full.complete && !src.log.full.broken
		if !held || c != nil && c.resynced == src.log.full.epoch {
			r.askKeyframe(src, "resync")
			continue
		}
		s.cursors[src.number] = &cursor{resynced: src.log.full.epoch}
		s.wake()
	}
	return nil, nil
}

// toViewers links a frame to the others who may see it, in the lane of its kind.
func (r *Room) toViewers(f wire.Frame, but *Seat) {
	for _, m := range r.members {
		if m.seat != nil && m.seat != but && m.may("view") {
			m.seat.put(f)
		}
	}
}

// put links a frame in the lane of its kind.
func (s *Seat) put(f wire.Frame) {
	if rule, _ := f.Kind().Rule(); rule.Lane == wire.Latest {
		s.replace(f)
		return
	}
	s.enqueue(f)
}

func pointer(r *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	r.from(s, f)
	r.toViewers(f, s)
	if s.member != nil {
		r.toTab(f)
	}
	return nil, nil
}

// toTab links an agent's frame to the tab it is about, or to all if it names none.
func (r *Room) toTab(f wire.Frame) (found bool) {
	for _, src := range r.sources {
		if n := f.Source(); src.seat != nil && (n == 0 || n == src.number) {
			src.seat.put(f)
			found = true
		}
	}
	return found
}

func viewport(r *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	r.from(s, f)
	s.source.viewport = f
	r.wakeViewers()
	return nil, nil
}

func page(r *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	var b wire.PageBody
	if err := wire.ReadJSON(f, &b); err != nil {
		return nil, err
	}
	r.from(s, f)
	r.turnTo(s.source, b)
	if !r.optedOut {
		r.tellAgents(f)
	}
	r.changed.tabs = true
	return nil, nil
}

func (r *Room) turnTo(src *source, b wire.PageBody) {
	if r.optedOut {
		b.URL, b.Title = "", ""
	}
	if b.URL != r.page.URL {
		r.pageSince = r.hub.Clock()
	}
	if b.Focused {
		// One tab has the focus. The word that another lost it may come later, or never: each has its own connection.
		for _, other := range r.sources {
			other.page.Focused = false
		}
	}
	src.page = b
	if b.Focused || b.Visible || len(r.sources) == 1 {
		r.page = b
	}
}

func pause(r *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	var b wire.PauseBody
	if err := wire.ReadJSON(f, &b); err != nil {
		return nil, err
	}
	r.from(s, f)
	if b.Why == "url" {
		s.source.hidden = b.Paused
	} else {
		r.paused = b.Paused
	}
	r.tellAgents(f)
	r.changed.standing = true
	return nil, nil
}

func (r *Room) toAll(f wire.Frame, but *Seat) {
	for _, other := range r.seats() {
		if other != but {
			other.put(f)
		}
	}
}

func control(r *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	if !s.member.may("control") {
		s.fail("no-consent", f.Kind(), "the visitor has not agreed to this")
		return nil, nil
	}
	r.from(s, f)
	if f.Source() == 0 || !r.toTab(f) {
		s.fail("malformed", f.Kind(), "name a tab that is connected")
	}
	return nil, nil
}

func controlAck(r *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	r.from(s, f)
	for _, m := range r.members {
		if m.seat != nil && m.may("control") {
			m.seat.enqueue(f)
		}
	}
	return nil, nil
}

func reserved(_ *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	s.fail("not-allowed", f.Kind(), "this server does not offer it")
	return nil, nil
}

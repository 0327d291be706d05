package rooms

import (
	"math"
	"slices"
	"time"

	"alongside/wire"
)

// standing is the state that follows from who is here.
func (r *Room) standing() wire.RoomState {
	asking := slices.ContainsFunc(r.members, func(m *member) bool { return m.grants["view"] != nil && !m.may("view") })
	switch {
	case r.state == wire.RoomEnded:
		return wire.RoomEnded
	case len(r.tabs) > 0 && !r.present():
		return wire.RoomAway
	case r.watched() && (r.paused || r.outOfSight()):
		return wire.RoomPaused
	case r.watched():
		return wire.RoomLive
	case asking:
		return wire.RoomAsking
	case len(r.members) > 0:
		return wire.RoomHelping
	case r.help:
		return wire.RoomWaiting
	}
	return wire.RoomBrowsing
}

// present tells whether a tab is connected.
func (r *Room) present() bool {
	return slices.ContainsFunc(r.sources, func(s *source) bool { return s.seat != nil })
}

// watched tells whether someone may view, be it one who is reconnecting.
func (r *Room) watched() bool {
	return slices.ContainsFunc(r.members, func(m *member) bool { return m.may("view") })
}

// outOfSight tells whether the visitor is on a page of which nothing leaves: every tab is, or one that can be seen.
func (r *Room) outOfSight() bool {
	hidden, shown := false, false
	for _, s := range r.sources {
		switch {
		case s.seat == nil:
		case !s.hidden:
			shown = true
		case s.page.Visible:
			return true
		default:
			hidden = true
		}
	}
	return hidden && !shown
}

// capture starts and stops the tabs: they capture only while someone views.
func (r *Room) capture() {
	watched := r.watched()
	for _, s := range r.sources {
		switch {
		case watched && !r.paused && !s.hidden && s.seat != nil && !s.capturing:
			s.capturing = true
			s.asked = time.Time{}
			r.askKeyframe(s, "start")
		case !watched && s.capturing && s.seat != nil:
			s.capturing = false
			s.seat.enqueue(wire.New(wire.Halt, nil))
		}
	}
	if !watched {
		r.freePage()
	}
}

// deadline is when sweep has something to do next.
func (r *Room) deadline() time.Time {
	d := time.Unix(0, math.MaxInt64)
	sooner := func(t time.Time) {
		if t.Before(d) {
			d = t
		}
	}
	if len(r.tabs) == 0 {
		sooner(r.opened.Add(wire.ReconnectWindow))
	}
	for _, s := range r.sources {
		if s.seat == nil {
			sooner(s.until)
		}
	}
	for _, m := range r.members {
		if m.seat == nil {
			sooner(m.until)
		}
		for _, p := range m.grants {
			if !p.granted && !p.deciding {
				sooner(p.deadline)
			}
		}
	}
	return d
}

// sweep meets the deadlines that are due.
func (r *Room) sweep(now time.Time) {
	r.lock()
	defer r.unlock()
	if r.state == wire.RoomEnded {
		r.due.Store(math.MaxInt64)
		r.later = append(r.later, r.bury)
		return
	}
	for _, m := range slices.Clone(r.members) {
		for what, p := range m.grants {
			if !p.granted && !p.deciding && !now.Before(p.deadline) {
				r.refuse(m, what, "expire", wire.ConsentBody{}, 0)
			}
		}
		if m.seat == nil && !now.Before(m.until) {
			r.removeMember(m)
		}
	}
	for _, s := range slices.Clone(r.sources) {
		if s.seat == nil && !now.Before(s.until) {
			r.sources = slices.DeleteFunc(r.sources, func(o *source) bool { return o == s })
			r.changed.tabs, r.changed.standing = true, true
			s.log.drop()
			r.weigh()
		}
	}
	never := len(r.tabs) == 0 && !now.Before(r.opened.Add(wire.ReconnectWindow))
	if len(r.tabs) > 0 && len(r.sources) == 0 || never {
		r.end("the visitor left")
		return
	}
	r.changed.standing = true
}

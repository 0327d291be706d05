package rooms

import (
	"cmp"
	"slices"

	"alongside/wire"
)

// hello seats a connection: it takes the place that its ticket names, from an older connection if there is one.
func (s *Seat) hello(f wire.Frame) error {
	if s.greeted {
		return wire.Closef(wire.CloseMalformed, "hello came twice")
	}
	var body wire.HelloBody
	if err := wire.ReadJSON(f, &body); err != nil {
		return err
	}
	if s.room.state == wire.RoomEnded {
		return wire.Closef(wire.CloseNoRoom, "this session is over")
	}
	s.leaveLobby()
	if s.claim.Role == wire.Visitor {
		return s.helloVisitor(body)
	}
	return s.helloAgent(body)
}

func (s *Seat) helloVisitor(body wire.HelloBody) error {
	r := s.room
	i := slices.IndexFunc(r.sources, func(o *source) bool { return o.tab == s.claim.Tab })
	var src *source
	if i >= 0 {
		src = r.sources[i]
		if src.seat != nil {
			src.seat.close(wire.Closef(wire.CloseReplaced, "a newer connection of this tab took over"))
		}
	} else {
		number, known := r.tabs[s.claim.Tab]
		if len(r.sources) >= wire.MaxSourcesPerRoom || !known && len(r.tabs) >= maxTabsEver {
			return wire.Closef(wire.CloseTooMany, "too many tabs in this session")
		}
		if !known {
			number = uint16(len(r.tabs) + 1)
			r.tabs[s.claim.Tab] = number
		}
		src = &source{number: number, tab: s.claim.Tab, page: wire.PageBody{Visible: true}}
		r.sources = append(r.sources, src)
		slices.SortFunc(r.sources, func(a, b *source) int { return int(a.number) - int(b.number) })
	}
	src.seat, src.capturing = s, false
	s.chatAt = min(body.Chat, r.chat.shown())
	src.log.breakOff() // frames may have been lost with the old connection
	r.weigh()
	s.source, s.greeted = src, true
	if body.Page != nil {
		r.turnTo(src, *body.Page)
	}
	src.page.Leaving = false
	s.welcome(wire.WelcomeBody{
		Member: visitorMember, Source: src.number, Salt: r.salt, Policy: r.policy, Queue: r.place,
		Limits: wire.LimitsBody{FrameBytes: wire.MaxVisitorFrameBytes, AssetBytes: wire.AssetBytes},
	})
	for _, m := range r.members {
		for what, p := range m.grants {
			if !p.granted {
				s.enqueue(r.question(m, what))
			}
		}
	}
	r.changed.tabs, r.changed.roster, r.changed.standing = true, true, true
	return nil
}

func (s *Seat) helloAgent(body wire.HelloBody) error {
	r := s.room
	i := slices.IndexFunc(r.members, func(o *member) bool { return o.person.ID == s.claim.Person })
	var m *member
	s.cursors = map[uint16]*cursor{}
	if i >= 0 {
		m = r.members[i]
		if m.seat != nil {
			m.seat.close(wire.Closef(wire.CloseReplaced, "a newer connection of yours took over"))
		}
		for _, src := range r.sources {
			if seen, ok := body.Seen[src.number]; ok && src.log.holds(seen) {
				s.cursors[src.number] = &cursor{epoch: seen.Epoch, at: int(seen.Sequence)}
				s.assetAt = max(s.assetAt, m.assetsBy(src.number, seen))
			}
		}
		m.marks = nil
	} else {
		if len(r.members) >= wire.MaxAgentsPerRoom {
			return wire.Closef(wire.CloseTooMany, "too many people in this session")
		}
		number, known := r.persons[s.claim.Person]
		if !known {
			number = uint16(visitorMember + 1 + len(r.persons))
			r.persons[s.claim.Person] = number
		}
		m = &member{number: number, person: Person{s.claim.Person, s.claim.Name}, grants: map[string]*permission{}}
		r.members = append(r.members, m)
		slices.SortFunc(r.members, func(a, b *member) int { return int(a.number) - int(b.number) })
		r.accept(m)
	}
	m.seat = s
	s.member, s.greeted = m, true
	s.chatAt = min(body.Chat, r.chat.shown())
	asks := s.claim.Asks && m.grants["view"] == nil && r.mayAsk(m)
	if asks {
		r.ask(m, "view")
	}
	s.welcome(wire.WelcomeBody{
		Member: m.number, Limits: wire.LimitsBody{FrameBytes: wire.MaxAgentFrameBytes, AssetBytes: wire.AssetBytes},
	})
	if asks {
		r.tellTabs(r.question(m, "view"))
	}
	s.wake()
	r.changed.roster, r.changed.standing = true, true
	return nil
}

// accept notes that an agent came.
func (r *Room) accept(m *member) {
	if r.accepted.IsZero() {
		r.accepted = r.hub.Clock()
		r.askedOn = cmp.Or(r.askedOn, r.page.URL) // of a visitor who did not ask
	}
	if !slices.Contains(r.came, m.person.ID) {
		r.came = append(r.came, m.person.ID)
	}
	r.handler, r.place = m.person.ID, nil
	r.keepLater()
}

// welcome fills in what is the same for all and sends it.
func (s *Seat) welcome(w wire.WelcomeBody) {
	r := s.room
	w.Room, w.State, w.Members, w.Sources, w.Reads = r.id, r.standing(), r.roster(), r.tabList(), r.reads
	w.Limits.PartBytes = wire.MaxPartBytes
	w.Limits.PingMS = int(wire.PingEvery.Milliseconds())
	w.Limits.SilenceMS = int(wire.SilenceTimeout.Milliseconds())
	f := wire.NewJSON(wire.Welcome, w)
	f.Stamp(w.Source, 0, 0, r.hub.Clock())
	s.enqueue(f)
}

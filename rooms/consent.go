package rooms

import (
	"context"
	"errors"
	"slices"
	"time"

	"alongside/wire"
)

// asksFor is what an agent may be granted in this version. To be let in to see is asked for by joining.
var asksFor = map[string]bool{"view": true, "control": true}

// ask opens a question to the visitor.
func (r *Room) ask(m *member, what string) {
	m.grants[what] = &permission{deadline: r.hub.Clock().Add(wire.ViewConsentTimeout)}
	r.changed.standing = true
}

// question is the frame that puts it to the visitor.
func (r *Room) question(m *member, what string) wire.Frame {
	return r.consentFrame(m, what, "ask", wire.ConsentBody{}, 0)
}

func (r *Room) consentFrame(m *member, what, act string, said wire.ConsentBody, by uint16) wire.Frame {
	f := wire.NewJSON(wire.Consent, wire.ConsentBody{
		What: what, Act: act, Member: m.number, Name: m.person.Name, Text: said.Text, Lang: said.Lang,
	})
	f.Stamp(0, by, 0, r.hub.Clock())
	return f
}

// tell links a frame, stamped already, to everyone.
func (r *Room) tell(f wire.Frame) { r.toAll(f, nil) }

func consent(r *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	var b wire.ConsentBody
	if err := wire.ReadJSON(f, &b); err != nil {
		return nil, err
	}
	if !asksFor[b.What] {
		s.fail("not-allowed", f.Kind(), "this server does not offer it")
		return nil, nil
	}
	if s.member != nil {
		return nil, r.consentOfAgent(s, b)
	}
	return r.consentOfVisitor(s, b)
}

// consentOfAgent lets an agent ask for more than to see, and give it back.
func (r *Room) consentOfAgent(s *Seat, b wire.ConsentBody) error {
	m := s.member
	switch {
	case b.What == "view" || !m.may("view"):
		s.fail("not-allowed", wire.Consent, "seeing is asked for by joining")
	case b.Act == "ask" && m.grants[b.What] == nil:
		r.ask(m, b.What)
		r.tellTabs(r.question(m, b.What))
	case b.Act == "withdraw" && m.grants[b.What] != nil:
		r.refuse(m, b.What, "withdraw", wire.ConsentBody{}, r.hub.Clock())
	}
	return nil
}

func (r *Room) consentOfVisitor(s *Seat, b wire.ConsentBody) (func(context.Context), error) {
	now := r.hub.Clock()
	var about []*member
	for _, m := range r.members {
		if m.number == b.Member || b.Member == 0 && b.Act == "withdraw" {
			about = append(about, m)
		}
	}
	for _, m := range about {
		p := m.grants[b.What]
		switch {
		case p == nil:
		case b.Act == "withdraw" || b.Act == "deny" && !p.granted:
			r.refuse(m, b.What, b.Act, b, now)
		case b.Act == "grant" && !p.granted && !p.deciding:
			p.deciding = true
			e := r.event(m, b.What, "grant", b, now)
			return func(ctx context.Context) { r.decide(ctx, m, p, e, b) }, nil
		}
	}
	return nil, nil
}

// decide writes a grant down and only then lets it count; without the record it is a denial. It runs without the mutex.
func (r *Room) decide(ctx context.Context, m *member, p *permission, e ConsentEvent, said wire.ConsentBody) {
	ctx, cancel := context.WithTimeout(ctx, recordTimeout)
	defer cancel()
	err := r.hub.Consents.Record(ctx, e)
	if err != nil {
		r.hub.Logger.Error("write down a grant; it is treated as denied", "room", r.id, "err", err)
	}
	r.lock()
	defer r.unlock()
	p.deciding = false
	if !slices.Contains(r.members, m) || m.grants[e.What] != p {
		return // left or withdrawn meanwhile
	}
	if err != nil {
		r.refuse(m, e.What, "deny", said, r.hub.Clock())
		return
	}
	p.granted = true
	if e.What == "view" && !slices.Contains(r.helpers, m.person.ID) {
		r.helpers = append(r.helpers, m.person.ID)
	}
	r.tell(r.consentFrame(m, e.What, "grant", said, visitorMember))
	if e.What == "view" {
		r.changed.roster = true
		if m.seat != nil {
			m.seat.wake()
		}
	}
	r.changed.standing = true
}

// refuse ends a question or a grant: it counts at once and is written down afterwards. Whoever may no longer see leaves.
func (r *Room) refuse(m *member, what, act string, said wire.ConsentBody, now time.Time) {
	by := uint16(visitorMember)
	if act == "expire" {
		by = 0
	}
	delete(m.grants, what)
	r.tell(r.consentFrame(m, what, act, said, by))
	if what == "view" {
		r.dismiss(m, wire.Closef(wire.CloseEnded, "%s", endings[act]))
	}
	r.changed.standing = true
	r.writeDown(r.event(m, what, act, said, now))
}

// withdrawAll writes down that the visitor took back every consent, by ending the session.
func (r *Room) withdrawAll() {
	for _, m := range r.members {
		for what, p := range m.grants {
			if p.granted {
				r.writeDown(r.event(m, what, "withdraw", wire.ConsentBody{}, r.hub.Clock()))
			}
		}
	}
}

// writeDown records an act that counts already.
func (r *Room) writeDown(e ConsentEvent) {
	r.later = append(r.later, func(ctx context.Context) {
		if err := r.hub.Consents.Record(ctx, e); err != nil && !errors.Is(err, context.Canceled) {
			r.hub.Logger.Error("write down an act of consent", "room", r.id, "act", e.Act, "err", err)
		}
	})
}

// endings are the reasons an agent who asked to see is closed with.
var endings = map[string]string{
	"deny":     "declined",
	"expire":   "declined: the visitor did not answer",
	"withdraw": "the visitor no longer shows the page",
}

func (r *Room) event(m *member, what, act string, said wire.ConsentBody, now time.Time) ConsentEvent {
	return ConsentEvent{
		Tenant: r.tenant, Site: r.site, Room: r.id, Person: m.person.ID, Name: m.person.Name, Member: m.number,
		What: what, Act: act, Text: said.Text, Lang: said.Lang, At: now,
	}
}

package rooms

import (
	"context"
	"errors"
	"slices"
	"time"

	"alongside/wire"
)

// asksFor is what an agent may be granted in this version.
var asksFor = map[string]bool{"view": true, "control": true}

// How often one agent may ask one visitor to see the page.
const (
	viewQuestions  = 5
	viewAskedAfter = 10 * time.Second
)

// nagging counts an agent's questions to see the page; it outlives the agent's place in the room.
type nagging struct {
	count int
	last  time.Time
}

// mayAsk tells whether an agent may ask to see the page, and counts it.
func (r *Room) mayAsk(m *member) bool {
	n, now := r.views[m.number], r.hub.Clock()
	if n == nil {
		n = &nagging{}
		r.views[m.number] = n
	}
	if r.unseen || n.count >= viewQuestions || n.count > 0 && now.Before(n.last.Add(viewAskedAfter)) {
		return false
	}
	n.count++
	n.last = now
	return true
}

// ask opens a question to the visitor.
func (r *Room) ask(m *member, what string) {
	m.grants[what] = &permission{deadline: r.hub.Clock().Add(wire.ViewConsentTimeout)}
	r.changed.roster = r.changed.roster || what == "view"
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
		r.consentOfAgent(s, b)
		return nil, nil
	}
	return r.consentOfVisitor(s, b)
}

// consentOfAgent lets an agent ask, and give back.
func (r *Room) consentOfAgent(s *Seat, b wire.ConsentBody) {
	m := s.member
	switch {
	case b.Act == "withdraw" && m.grants[b.What] != nil:
		r.refuse(m, b.What, "withdraw", wire.ConsentBody{}, m.number)
	case b.Act != "ask" || m.grants[b.What] != nil:
	case r.unseen:
		s.fail("not-allowed", wire.Consent, "this visitor's page is shown to nobody")
	case b.What != "view" && !m.may("view"):
		s.fail("not-allowed", wire.Consent, "ask to see the page first")
	case b.What == "view" && !r.mayAsk(m):
		s.fail("rate", wire.Consent, "the visitor was asked just now, or often enough")
	default:
		r.ask(m, b.What)
		r.tellTabs(r.question(m, b.What))
	}
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
			r.refuse(m, b.What, b.Act, b, visitorMember)
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
		r.refuse(m, e.What, "deny", said, visitorMember)
		return
	}
	p.granted = true
	r.tell(r.consentFrame(m, e.What, "grant", said, visitorMember))
	if e.What == "view" {
		r.optedOut = false // who agrees to be seen has lifted the opt-out for this session
		r.changed.roster = true
		if m.seat != nil {
			m.seat.wake()
		}
	}
	r.changed.standing = true
}

// refuse ends a question or a grant: it counts at once and is written down afterwards. Whoever may no longer see may
// not control either, but stays in the room and helps by chat.
func (r *Room) refuse(m *member, what, act string, said wire.ConsentBody, by uint16) {
	delete(m.grants, what)
	if what == "view" {
		if m.grants["control"] != nil {
			r.refuse(m, "control", act, said, by)
		}
		m.forgetPage()
	}
	r.tell(r.consentFrame(m, what, act, said, by))
	r.changed.roster = r.changed.roster || what == "view"
	r.changed.standing = true
	r.writeDown(r.event(m, what, act, said, r.hub.Clock()))
}

// forgetPage has an agent who may no longer see get nothing more of the page, and all of it anew if let in again.
func (m *member) forgetPage() {
	m.marks = nil
	s := m.seat
	if s == nil {
		return
	}
	s.cursors, s.assetAt, s.patience = map[uint16]*cursor{}, 0, 0
	ofPage := func(f wire.Frame) bool {
		rule, _ := f.Kind().Rule()
		return rule.Page
	}
	s.latest = slices.DeleteFunc(s.latest, ofPage)
	s.ordered = slices.DeleteFunc(s.ordered, ofPage)
	s.queued = 0
	for _, f := range s.ordered {
		s.queued += len(f)
	}
}

// withdraw takes back what every agent was granted or asked for, on the visitor's behalf.
func (r *Room) withdraw() {
	for _, m := range r.members {
		for _, what := range []string{"view", "control"} {
			if m.grants[what] != nil {
				r.refuse(m, what, "withdraw", wire.ConsentBody{}, visitorMember)
			}
		}
	}
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

func (r *Room) event(m *member, what, act string, said wire.ConsentBody, now time.Time) ConsentEvent {
	return ConsentEvent{
		Tenant: r.tenant, Site: r.site, Room: r.id, Person: m.person.ID, Name: m.person.Name, Member: m.number,
		What: what, Act: act, Text: said.Text, Lang: said.Lang, At: now,
	}
}

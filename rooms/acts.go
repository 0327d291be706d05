package rooms

import (
	"context"
	"time"

	"alongside/wire"
)

// Ask turns a browsing visit into a request for help, and gives the receipt of the session that begins. Asked again it
// changes nothing. The error is ErrNotFound, or the receipt could not be had.
func (h *Hub) Ask(ctx context.Context, q Resumption, a Asking) (receipt string, err error) {
	room, _, err := h.byToken(ctx, q.Tenant, q.Site, q.Resume)
	if err != nil {
		return "", err
	}
	return h.have(ctx, deed{What: "ask", Tenant: q.Tenant, Room: room, Asking: a})
}

func (r *Room) askHelp(ctx context.Context, a Asking) (receipt string) {
	r.lock()
	if !r.help && r.state != wire.RoomEnded {
		r.askFor(a, r.hub.Clock())
		r.changed.roster, r.changed.standing = true, true
	}
	r.unlock()
	if err := r.keep(ctx); err != nil {
		r.hub.Logger.Warn("keep a session's facts", "room", r.id, "err", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.receipt
}

// askFor notes what the visitor asked. It runs under the mutex.
func (r *Room) askFor(a Asking, now time.Time) {
	r.help, r.asked, r.answers = true, now, a.Answers
	if a.Name != "" {
		r.name = a.Name
	}
	if !r.optedOut {
		r.askedOn = a.Page.URL
	}
}

// Identify says who the visitor with the resume token is; the caller has checked the site's signature. The error is
// ErrNotFound or an *InvalidError.
func (h *Hub) Identify(ctx context.Context, tenant, site, resume string, u User) error {
	room, _, err := h.byToken(ctx, tenant, site, resume)
	if err != nil {
		return err
	}
	return h.IdentifyRoom(ctx, tenant, room, u)
}

// IdentifyRoom is Identify for a caller with a key of the tenant.
func (h *Hub) IdentifyRoom(ctx context.Context, tenant, room string, u User) error {
	_, err := h.have(ctx, deed{What: "identify", Tenant: tenant, Room: room, User: u})
	return err
}

// identify takes the site's word for who the visitor is, unless the visitor opted out of being told from others.
func (r *Room) identify(u User) error {
	if err := u.Validate(); err != nil {
		return err
	}
	r.lock()
	defer r.unlock()
	if r.optedOut || r.state == wire.RoomEnded {
		return nil
	}
	r.user = u
	r.changed.roster, r.changed.presence = true, true
	r.keepLater()
	return nil
}

// Object is the visitor's objection: nobody sees or controls the page from now on, what told the visitor from others is
// forgotten, and a visit that merely browses ends. A chat goes on.
func (h *Hub) Object(ctx context.Context, tenant, room string) error {
	_, err := h.have(ctx, deed{What: "object", Tenant: tenant, Room: room})
	return err
}

// ObjectHere is Object by the visitor's own resume token.
func (h *Hub) ObjectHere(ctx context.Context, tenant, site, resume string) error {
	room, _, err := h.byToken(ctx, tenant, site, resume)
	if err != nil {
		return err
	}
	return h.Object(ctx, tenant, room)
}

func (r *Room) object() {
	r.lock()
	defer r.unlock()
	if r.state == wire.RoomEnded {
		return
	}
	r.withdraw()
	r.forgetVisitor()
	r.changed = changes{roster: true, tabs: true, presence: true, standing: true}
	r.keepLater()
}

// EndBrowsing ends the visits that merely browse a site, for one that lists only who asks for help from now on.
func (h *Hub) EndBrowsing(tenant, site string) {
	h.everywhere(subjectEnd, notice{Tenant: tenant, Site: site, Browsing: true}, h.endHere)
}

func (r *Room) endBrowsing() {
	r.lock()
	defer r.unlock()
	if !r.help && r.accepted.IsZero() {
		r.end("the site lists only who asks for help")
	}
}

// forgetVisitor leaves nothing that tells this visitor from others but what the visitor says.
func (r *Room) forgetVisitor() {
	r.optedOut = true
	r.visitor, r.user, r.address, r.askedOn = "", User{}, "", ""
	r.page.URL, r.page.Title = "", ""
	for _, s := range r.sources {
		s.page.URL, s.page.Title = "", ""
	}
}

// Leave takes an agent out of a room, for instance once another one took over. One who is not there is no error; an
// unknown room is ErrNotFound.
func (h *Hub) Leave(_ context.Context, tenant, room, person, why string) error {
	return h.soon(deed{What: "leave", Tenant: tenant, Room: room, Person: person, Why: why})
}

// TellPlace tells a waiting visitor the place in the queue, from 1 for who is next, and how long it may take; 0 seconds
// are not known. Tabs that come later are told too. A position of 0 takes the place back. It does not wait.
func (h *Hub) TellPlace(tenant, room string, position, waitSeconds int) {
	place := wire.PlaceBody{Position: position, WaitSeconds: max(waitSeconds, 0)}
	h.soon(deed{What: "place", Tenant: tenant, Room: room, Place: place})
}

func (r *Room) tellPlace(now wire.PlaceBody) {
	r.lock()
	defer r.unlock()
	if now.Position < 1 || !r.help || len(r.members) > 0 {
		r.place = nil
		return
	}
	if r.place == nil || *r.place != now {
		r.place = &now
		r.tellTabs(wire.NewJSON(wire.Queue, now))
	}
}

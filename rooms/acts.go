package rooms

import "context"

// Ask turns a browsing visit into a request for help, and gives the receipt of the session that begins. Asked again it
// changes nothing.
func (h *Hub) Ask(ctx context.Context, q Resumption, a Asking) (receipt string, err error) {
	return "", ErrNotFound
}

// Identify says who the visitor with the resume token is; the caller has checked the site's signature. The error is
// ErrNotFound or an *InvalidError.
func (h *Hub) Identify(ctx context.Context, tenant, site, resume string, u User) error {
	return ErrNotFound
}

// IdentifyRoom is Identify for a caller with a key of the tenant.
func (h *Hub) IdentifyRoom(ctx context.Context, tenant, room string, u User) error {
	return ErrNotFound
}

// Object is the visitor's objection, made outside of the page: nobody sees or controls it from now on, what told the
// visitor from others is forgotten, and a visit that merely browses ends.
func (h *Hub) Object(ctx context.Context, tenant, room string) error { return ErrNotFound }

// Leave takes an agent out of a room, for instance once another one took over.
func (h *Hub) Leave(ctx context.Context, tenant, room, person, why string) error { return ErrNotFound }

// TellPlace tells a waiting visitor the place in the queue, from 1 for who is next, and how long it may take; 0 seconds
// are not known. Tabs that come later are told too. A position of 0 takes the place back.
func (h *Hub) TellPlace(tenant, room string, position, waitSeconds int) {}

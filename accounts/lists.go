package accounts

import (
	"context"
	"errors"
)

// Reply is a canned reply. Its text may hold placeholders, which are the console's business.
type Reply struct {
	ID       string `json:"id"`
	Shortcut string `json:"shortcut"` // what an agent types for it, such as "hello"; unique in the tenant
	Text     string `json:"text"`
}

// Reason is why a session was held, chosen at its end.
type Reason struct {
	ID      string `json:"id"`
	Label   string `json:"label"`
	Retired bool   `json:"retired"` // not offered any more; sessions may still name it
}

// Limits of a tenant's lists. Lengths are in characters.
const (
	MaxReplies     = 200
	MaxShortcut    = 40
	MaxReplyText   = 4000
	MaxReasons     = 200 // retired ones included
	MaxReasonLabel = 100
)

// Replies returns the tenant's canned replies, in the order in which they were set.
func (s *Service) Replies(ctx context.Context, tenant string) ([]Reply, error) {
	return s.store.Replies(ctx, tenant)
}

// SetReplies replaces the canned replies and returns them with their IDs; one without an ID is new. What is wrong with a
// field is a *FieldError such as "items[2].shortcut".
func (s *Service) SetReplies(ctx context.Context, tenant string, replies []Reply) ([]Reply, error) {
	return nil, errors.ErrUnsupported
}

// Reasons returns the tenant's wrap-up reasons, retired ones included, in the order in which they were set.
func (s *Service) Reasons(ctx context.Context, tenant string) ([]Reason, error) {
	return s.store.Reasons(ctx, tenant)
}

// SetReasons replaces the wrap-up reasons and returns them with their IDs; one without an ID is new, and one that is left
// out is retired rather than forgotten, because sessions name it. Errors as SetReplies.
func (s *Service) SetReasons(ctx context.Context, tenant string, reasons []Reason) ([]Reason, error) {
	return nil, errors.ErrUnsupported
}

package accounts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
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
	before, err := s.store.Replies(ctx, tenant)
	if err != nil {
		return nil, err
	}
	if len(replies) > MaxReplies {
		return nil, &FieldError{"items", fmt.Sprintf("has more than %d entries", MaxReplies)}
	}
	ids := newItemIDs(before, func(r Reply) string { return r.ID })
	shortcuts := map[string]bool{}
	clean := make([]Reply, 0, len(replies))
	for i, reply := range replies {
		field := fmt.Sprintf("items[%d]", i)
		if reply.ID, err = ids.take(field, reply.ID); err != nil {
			return nil, err
		}
		if reply.Shortcut, err = cleanText(field+".shortcut", reply.Shortcut, MaxShortcut); err != nil {
			return nil, err
		}
		if reply.Text, err = cleanLines(field+".text", reply.Text, MaxReplyText); err != nil {
			return nil, err
		}
		shortcut := strings.ToLower(reply.Shortcut)
		switch {
		case shortcut == "" || strings.ContainsFunc(shortcut, unicode.IsSpace):
			return nil, &FieldError{field + ".shortcut", "must be one word"}
		case shortcuts[shortcut]:
			return nil, &FieldError{field + ".shortcut", "is another reply's too"}
		case reply.Text == "":
			return nil, &FieldError{field + ".text", "is empty"}
		}
		shortcuts[shortcut] = true
		clean = append(clean, reply)
	}
	return clean, s.store.SetReplies(ctx, tenant, clean)
}

// Reasons returns the tenant's wrap-up reasons, retired ones included, in the order in which they were set.
func (s *Service) Reasons(ctx context.Context, tenant string) ([]Reason, error) {
	return s.store.Reasons(ctx, tenant)
}

// SetReasons replaces the wrap-up reasons and returns them with their IDs; one without an ID is new, and one that is left
// out is retired rather than forgotten, because sessions name it. Errors as SetReplies.
func (s *Service) SetReasons(ctx context.Context, tenant string, reasons []Reason) ([]Reason, error) {
	before, err := s.store.Reasons(ctx, tenant)
	if err != nil {
		return nil, err
	}
	ids := newItemIDs(before, func(r Reason) string { return r.ID })
	labels := map[string]bool{}
	clean := make([]Reason, 0, len(reasons))
	for i, reason := range reasons {
		field := fmt.Sprintf("items[%d]", i)
		if reason.ID, err = ids.take(field, reason.ID); err != nil {
			return nil, err
		}
		if reason.Label, err = cleanText(field+".label", reason.Label, MaxReasonLabel); err != nil {
			return nil, err
		}
		label := strings.ToLower(reason.Label)
		switch {
		case label == "":
			return nil, &FieldError{field + ".label", "is empty"}
		case labels[label] && !reason.Retired:
			return nil, &FieldError{field + ".label", "is another reason's too"}
		}
		labels[label] = labels[label] || !reason.Retired
		clean = append(clean, reason)
	}
	if len(keepRetired(before, clean)) > MaxReasons {
		return nil, &FieldError{"items", fmt.Sprintf("has more than %d entries, retired ones included", MaxReasons)}
	}
	if err := s.store.SetReasons(ctx, tenant, clean); err != nil {
		return nil, err
	}
	return s.store.Reasons(ctx, tenant)
}

// itemIDs are the IDs that a list may still give out: those it had, each once.
type itemIDs map[string]bool

func newItemIDs[T any](before []T, id func(T) string) itemIDs {
	ids := make(itemIDs, len(before))
	for _, item := range before {
		ids[id(item)] = true
	}
	return ids
}

// take returns the ID of an item: a new one for none.
func (ids itemIDs) take(field, id string) (string, error) {
	if id == "" {
		return newID(), nil
	}
	if !ids[id] {
		return "", &FieldError{field + ".id", "is not known, or stands there twice"}
	}
	delete(ids, id)
	return id, nil
}

// keepRetired is next, followed by those of before that it leaves out, retired.
func keepRetired(before, next []Reason) []Reason {
	for _, reason := range before {
		if !slices.ContainsFunc(next, func(r Reason) bool { return r.ID == reason.ID }) {
			reason.Retired = true
			next = append(next, reason)
		}
	}
	return next
}

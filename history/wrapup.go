package history

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// RatingTime is how long after the end a visitor may rate; where no end was seen, after the opening.
const RatingTime = 24 * time.Hour

// WrapUp keeps what the agent noted; a later one replaces it. A zero At is now. Who wraps up a left message has handled it.
// Of a stripped session reason, person and time are kept alone. *FieldError names what is wrong.
func (h *History) WrapUp(ctx context.Context, tenant, id string, w WrapUp) error {
	w.Ticket = strings.TrimSpace(w.Ticket)
	for _, err := range []error{
		checkName("by", w.By), checkLine("reason", w.Reason, maxShort), checkText("note", w.Note, MaxNote), checkLine("ticket", w.Ticket, MaxTicket),
	} {
		if err != nil {
			return err
		}
	}
	if w.At.IsZero() {
		w.At = h.now()
	}
	err := h.change(ctx, tenant, id, func(s *Session, _ *Record) error {
		s.WrapUp = &w
		if s.Kind == KindMessage {
			s.Handler = w.By
			s.helpedBy(w.By)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("wrap up: %w", err)
	}
	return nil
}

// Rate keeps the rating of whoever holds the receipt; a later one replaces it. ErrNotFound: there is no such session of the
// site; ErrTooLate: RatingTime has passed; *FieldError: score is not 1–5, or comment is too long.
func (h *History) Rate(ctx context.Context, tenant, site, receipt string, score int, comment string) error {
	if score < 1 || score > 5 {
		return &FieldError{"score", "must be 1 to 5"}
	}
	if err := checkText("comment", comment, MaxComment); err != nil {
		return err
	}
	if site == "" || receipt == "" {
		return ErrNotFound
	}
	r, err := h.store.LoadByReceipt(ctx, tenant, site, receiptHash(receipt))
	if err != nil {
		return err
	}
	now := h.now()
	err = h.change(ctx, tenant, r.ID, func(s *Session, _ *Record) error {
		since := s.Ended
		if since.IsZero() {
			since = s.Opened
		}
		if s.Stripped {
			return ErrNotFound // its receipt is no more
		}
		if now.Sub(since) > RatingTime {
			return ErrTooLate
		}
		s.Rating = &Rating{Score: score, Comment: comment, At: now}
		return nil
	})
	if err != nil && !errors.Is(err, ErrTooLate) && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("rate: %w", err)
	}
	return err
}

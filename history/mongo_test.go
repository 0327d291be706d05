package history

import (
	"errors"
	"testing"
	"time"

	"alongside/store/mongotest"
)

// TestMongoTakesBackAMessageThatMissedAnErasure writes a message after an erasure has deleted those of its session.
func TestMongoTakesBackAMessageThatMissedAnErasure(t *testing.T) {
	for name, open := range mongotest.Servers {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			s := NewMongo(open(t, Collections))
			now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
			msg := SealedMessage{Tenant: "a", Site: "shop", Session: "one", ID: "m", N: 1, At: now, Sealed: []byte("sealed")}
			if err := s.Insert(ctx, Record{Tenant: "a", ID: "one", Facts: Facts{Site: "shop", Opened: now}}); err != nil {
				t.Fatal(err)
			}
			if err := s.Replace(ctx, Record{Tenant: "a", ID: "one", State: StateDeleting}); err != nil {
				t.Fatal(err)
			}
			added, err := s.putMessage(ctx, msg)
			if err != nil || !added {
				t.Fatalf("put: %v, %v", added, err)
			}
			if err := s.countMessages(ctx, msg, added); !errors.Is(err, ErrNotFound) {
				t.Errorf("counted: %v", err)
			}
			if left, err := s.Messages(ctx, "a", "one", 0, 10); err != nil || len(left) != 0 {
				t.Errorf("%d messages outlived their session, %v", len(left), err)
			}
		})
	}
}

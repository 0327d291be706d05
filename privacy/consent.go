package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Consent is one act of asking or answering, as the log keeps it. The words a visitor read are named by their version, and
// neither visitor nor page appears: the room is the only link to either.
type Consent struct {
	Tenant, Site, Room string // IDs
	What               string // view, control, recording, microphone, camera, screen
	Act                string // ask, grant, deny, withdraw, expire
	Person             string // ID of the person it is about; empty when it is about everybody in the room
	Text               string // version of the text that the visitor was shown
	Language           string // of that text, BCP 47
	Time               time.Time
}

// ConsentLog keeps consents. It is safe for use by many goroutines.
type ConsentLog struct{ store Store }

// NewConsentLog keeps the log in store.
func NewConsentLog(store Store) *ConsentLog { return &ConsentLog{store} }

var (
	consentThings = map[string]bool{"view": true, "control": true, "recording": true, "microphone": true, "camera": true, "screen": true}
	consentActs   = map[string]bool{"ask": true, "grant": true, "deny": true, "withdraw": true, "expire": true}
)

// Add appends c. When it returns without an error, c survives a crash of the machine.
func (l *ConsentLog) Add(ctx context.Context, c Consent) error {
	switch {
	case c.Tenant == "" || c.Site == "" || c.Room == "":
		return errors.New("log consent: tenant, site or room is missing")
	case !consentThings[c.What]:
		return &FieldError{"what", "is not known"}
	case !consentActs[c.Act]:
		return &FieldError{"act", "is not known"}
	case c.Time.IsZero():
		return errors.New("log consent: the time is missing")
	}
	if err := l.store.addConsent(ctx, c); err != nil {
		return fmt.Errorf("log consent: %w", err)
	}
	return nil
}

// List returns what was logged for a room of the tenant, oldest first; nothing for a room of another.
func (l *ConsentLog) List(ctx context.Context, tenant, room string) ([]Consent, error) {
	list, err := l.store.listConsents(ctx, tenant, room)
	if err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	return list, nil
}

// Delete forgets what was logged for the rooms of the tenant: the room is the only link from a consent to a person.
func (l *ConsentLog) Delete(ctx context.Context, tenant string, rooms []string) error {
	if err := l.store.deleteConsents(ctx, tenant, rooms); err != nil {
		return fmt.Errorf("delete consents: %w", err)
	}
	return nil
}

package privacy

import (
	"context"
	"database/sql"
	"encoding/json"
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

// ConsentLog keeps consents in SQLite. It is safe for use by many goroutines.
type ConsentLog struct {
	writer, reader *sql.DB
}

// NewConsentLog keeps the log behind two handles on one database that has seen Migrations.
func NewConsentLog(writer, reader *sql.DB) *ConsentLog {
	return &ConsentLog{writer: writer, reader: reader}
}

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
	_, err := l.writer.ExecContext(ctx,
		"INSERT INTO consents (tenant, site, room, what, act, person, text, language, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		c.Tenant, c.Site, c.Room, c.What, c.Act, c.Person, c.Text, c.Language, c.Time.UnixMilli())
	if err != nil {
		return fmt.Errorf("log consent: %w", err)
	}
	return nil
}

// List returns what was logged for a room of the tenant, oldest first; nothing for a room of another.
func (l *ConsentLog) List(ctx context.Context, tenant, room string) ([]Consent, error) {
	rows, err := l.reader.QueryContext(ctx,
		"SELECT tenant, site, room, what, act, person, text, language, time FROM consents WHERE tenant = ? AND room = ? ORDER BY id",
		tenant, room)
	if err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	defer rows.Close()
	var list []Consent
	for rows.Next() {
		var c Consent
		var ms int64
		if err := rows.Scan(&c.Tenant, &c.Site, &c.Room, &c.What, &c.Act, &c.Person, &c.Text, &c.Language, &ms); err != nil {
			return nil, fmt.Errorf("read consent: %w", err)
		}
		c.Time = time.UnixMilli(ms).UTC()
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	return list, nil
}

// Delete forgets what was logged for the rooms of the tenant: the room is the only link from a consent to a person.
func (l *ConsentLog) Delete(ctx context.Context, tenant string, rooms []string) error {
	list, err := json.Marshal(rooms)
	if err != nil {
		return fmt.Errorf("delete consents: %w", err)
	}
	if _, err := l.writer.ExecContext(ctx,
		"DELETE FROM consents WHERE tenant = ? AND room IN (SELECT value FROM json_each(?))", tenant, string(list)); err != nil {
		return fmt.Errorf("delete consents: %w", err)
	}
	return nil
}

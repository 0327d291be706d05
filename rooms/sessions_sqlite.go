package rooms

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"alongside/store"
)

// Migrations are the tables of sessions.
var Migrations = store.Migrations{Package: "rooms", Steps: []string{`
CREATE TABLE sessions (
	tenant  TEXT NOT NULL,
	room    TEXT NOT NULL,
	site    TEXT NOT NULL,
	opened  INTEGER NOT NULL, -- ms since 1970
	ended   INTEGER,          -- ms since 1970; NULL: it runs, or the server died under it
	why     TEXT NOT NULL DEFAULT '',
	agents  TEXT NOT NULL DEFAULT '[]', -- JSON list of IDs
	asked   INTEGER NOT NULL DEFAULT 0,
	tabs    INTEGER NOT NULL DEFAULT 0,
	chats   INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant, room)
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_opened ON sessions (tenant, opened, room);
`}}

// SQLiteSessions is the SessionLog in the data folder's database. It keeps facts only: no page, name or message.
type SQLiteSessions struct{ writer, reader *sql.DB }

// NewSQLiteSessions keeps sessions in a database whose tables Migrations has made.
func NewSQLiteSessions(writer, reader *sql.DB) *SQLiteSessions {
	return &SQLiteSessions{writer, reader}
}

// Opened implements SessionLog.
func (l *SQLiteSessions) Opened(ctx context.Context, s Session) error {
	_, err := l.writer.ExecContext(ctx, `INSERT INTO sessions (tenant, room, site, opened) VALUES (?, ?, ?, ?)`,
		s.Tenant, s.Room, s.Site, s.Opened.UnixMilli())
	if err != nil {
		return fmt.Errorf("keep that a session opened: %w", err)
	}
	return nil
}

// Ended implements SessionLog. A session whose opening was not kept is kept whole.
func (l *SQLiteSessions) Ended(ctx context.Context, s Session) error {
	agents, err := json.Marshal(s.Agents)
	if err != nil {
		return fmt.Errorf("encode the session's agents: %w", err)
	}
	_, err = l.writer.ExecContext(ctx, `
		INSERT INTO sessions (tenant, room, site, opened, ended, why, agents, asked, tabs, chats)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant, room) DO UPDATE SET ended = excluded.ended, why = excluded.why, agents = excluded.agents,
			asked = excluded.asked, tabs = excluded.tabs, chats = excluded.chats`,
		s.Tenant, s.Room, s.Site, s.Opened.UnixMilli(), s.Ended.UnixMilli(), s.Why, string(agents), s.Asked, s.Tabs, s.Chats)
	if err != nil {
		return fmt.Errorf("keep that a session ended: %w", err)
	}
	return nil
}

// SessionPage is where a page of the list begins: just before the session it names. The zero value is the newest.
type SessionPage struct {
	Opened time.Time
	Room   string
}

// List returns up to limit of the tenant's sessions, newest first. Ended is zero for one that was not seen to end.
func (l *SQLiteSessions) List(ctx context.Context, tenant string, before SessionPage, limit int) ([]Session, error) {
	opened := int64(1) << 62
	if !before.Opened.IsZero() {
		opened = before.Opened.UnixMilli()
	}
	rows, err := l.reader.QueryContext(ctx, `
		SELECT room, site, opened, ended, why, agents, asked, tabs, chats FROM sessions
		WHERE tenant = ? AND (opened, room) < (?, ?) ORDER BY opened DESC, room DESC LIMIT ?`,
		tenant, opened, before.Room, limit)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	defer rows.Close()
	var list []Session
	for rows.Next() {
		s := Session{Tenant: tenant}
		var opened int64
		var ended sql.NullInt64
		var agents string
		if err := rows.Scan(&s.Room, &s.Site, &opened, &ended, &s.Why, &agents, &s.Asked, &s.Tabs, &s.Chats); err != nil {
			return nil, fmt.Errorf("read a session: %w", err)
		}
		if err := json.Unmarshal([]byte(agents), &s.Agents); err != nil {
			return nil, fmt.Errorf("read a session's agents: %w", err)
		}
		s.Opened = time.UnixMilli(opened).UTC()
		if ended.Valid {
			s.Ended = time.UnixMilli(ended.Int64).UTC()
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return list, nil
}

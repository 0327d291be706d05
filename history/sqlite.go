package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"alongside/store"
)

// Migrations are the tables of history. Times are milliseconds since 1970, UTC; 0: not happened.
var Migrations = store.Migrations{Package: "history", Steps: []string{`
CREATE TABLE history_sessions (
	tenant     TEXT NOT NULL,
	id         TEXT NOT NULL,
	rev        INTEGER NOT NULL,
	state      INTEGER NOT NULL,
	site       TEXT NOT NULL,
	team       TEXT NOT NULL,
	kind       TEXT NOT NULL,
	opened     INTEGER NOT NULL,
	accepted   INTEGER NOT NULL,
	ended      INTEGER NOT NULL,
	why        TEXT NOT NULL,
	agents     TEXT NOT NULL, -- JSON list of IDs, as in history_agents
	handler    TEXT NOT NULL,
	messages   INTEGER NOT NULL,
	path       TEXT NOT NULL,
	lang       TEXT NOT NULL,
	browser    TEXT NOT NULL,
	os         TEXT NOT NULL,
	device     TEXT NOT NULL,
	reason     TEXT NOT NULL,
	wrapped_by TEXT NOT NULL,
	wrapped_at INTEGER NOT NULL,
	score      INTEGER NOT NULL,
	rated_at   INTEGER NOT NULL,
	erased_at  INTEGER NOT NULL,
	receipt    BLOB, -- SHA-256
	key        BLOB, -- wrapped
	sealed     BLOB,
	UNIQUE (tenant, id)
) STRICT;
-- The wide one answers the filters that have no index of their own without reading the rows they refuse, and reports
-- without reading any row.
CREATE INDEX history_by_opened ON history_sessions
	(tenant, opened, id, state, kind, lang, path, score, site, team, reason, handler, accepted, ended);
CREATE INDEX history_by_site ON history_sessions (tenant, site, opened, id);
CREATE INDEX history_by_team ON history_sessions (tenant, team, opened, id);
CREATE INDEX history_by_reason ON history_sessions (tenant, reason, opened, id) WHERE reason <> '';
CREATE INDEX history_by_score ON history_sessions (tenant, opened, id, score) WHERE score > 0;
CREATE INDEX history_open ON history_sessions (tenant, opened, id) WHERE kind = 'message' AND wrapped_at = 0;
CREATE UNIQUE INDEX history_by_receipt ON history_sessions (tenant, receipt) WHERE receipt IS NOT NULL;
CREATE INDEX history_unfinished ON history_sessions (state) WHERE state IN (1, 3);
CREATE INDEX history_gone ON history_sessions (erased_at) WHERE state = 4;

CREATE TABLE history_agents (
	tenant  TEXT NOT NULL,
	agent   TEXT NOT NULL,
	opened  INTEGER NOT NULL,
	session TEXT NOT NULL,
	PRIMARY KEY (tenant, agent, opened, session)
) STRICT, WITHOUT ROWID;
CREATE INDEX history_agents_by_session ON history_agents (tenant, session);

CREATE TABLE history_marks (
	tenant  TEXT NOT NULL,
	mark    BLOB NOT NULL, -- keyed fingerprint of a user, visitor, e-mail address or ticket
	opened  INTEGER NOT NULL,
	session TEXT NOT NULL,
	PRIMARY KEY (tenant, mark, opened, session)
) STRICT, WITHOUT ROWID;
CREATE INDEX history_marks_by_session ON history_marks (tenant, session);

CREATE TABLE history_messages (
	tenant  TEXT NOT NULL,
	session TEXT NOT NULL,
	id      TEXT NOT NULL,
	n       INTEGER NOT NULL,
	site    TEXT NOT NULL,
	role    TEXT NOT NULL,
	person  TEXT NOT NULL,
	at      INTEGER NOT NULL,
	sealed  BLOB, -- NULL: stripped
	UNIQUE (tenant, session, id)
) STRICT;
CREATE INDEX history_messages_by_n ON history_messages (tenant, session, n, id);
CREATE INDEX history_messages_by_age ON history_messages (tenant, site, at);

CREATE TABLE history_leases (
	name   TEXT PRIMARY KEY,
	holder TEXT NOT NULL,
	until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`}}

// SQLite is a Store in the data folder's database.
type SQLite struct {
	writer, reader *sql.DB
	checkpoint     func(context.Context) error
}

var _ Store = (*SQLite)(nil)

// NewSQLite keeps history in a database that has seen Migrations.
func NewSQLite(db *store.DB) *SQLite {
	return &SQLite{writer: db.Writer, reader: db.Reader, checkpoint: db.Checkpoint}
}

// recordColumns name the columns in the order of Record.values and scanRecord.
var recordColumns = []string{
	"tenant", "id", "rev", "state", "site", "team", "kind", "opened", "accepted", "ended", "why", "agents", "handler",
	"messages", "path", "lang", "browser", "os", "device", "reason", "wrapped_by", "wrapped_at", "score", "rated_at",
	"erased_at", "receipt", "key", "sealed",
}

var (
	insertRecord = "INSERT INTO history_sessions (" + strings.Join(recordColumns, ", ") + ") VALUES (?" +
		strings.Repeat(", ?", len(recordColumns)-1) + ") ON CONFLICT (tenant, id) DO NOTHING"
	selectRecord  = "SELECT s." + strings.Join(recordColumns, ", s.") + " FROM history_sessions s "
	replaceRecord = "UPDATE history_sessions SET (" + strings.Join(recordColumns, ", ") + ") = (?" +
		strings.Repeat(", ?", len(recordColumns)-1) + ") WHERE tenant = ? AND id = ? AND rev = ?"
)

func (r Record) values() ([]any, error) {
	agents := r.Agents
	if agents == nil {
		agents = []string{}
	}
	encoded, err := json.Marshal(agents)
	if err != nil {
		return nil, fmt.Errorf("encode agents: %w", err)
	}
	return []any{
		r.Tenant, r.ID, r.Rev, r.State, r.Site, r.Team, r.Kind, ms(r.Opened), ms(r.Accepted), ms(r.Ended), r.Why, string(encoded),
		r.Handler, r.Messages, r.Path, r.Lang, r.Browser, r.OS, r.Device, r.Reason, r.WrappedBy, ms(r.WrappedAt), r.Score,
		ms(r.RatedAt), ms(r.ErasedAt), r.Receipt, r.Key, r.Sealed,
	}, nil
}

type scanner interface{ Scan(...any) error }

func scanRecord(row scanner) (Record, error) {
	var r Record
	var agents string
	err := row.Scan(&r.Tenant, &r.ID, &r.Rev, &r.State, &r.Site, &r.Team, &r.Kind, at{&r.Opened}, at{&r.Accepted}, at{&r.Ended},
		&r.Why, &agents, &r.Handler, &r.Messages, &r.Path, &r.Lang, &r.Browser, &r.OS, &r.Device, &r.Reason, &r.WrappedBy,
		at{&r.WrappedAt}, &r.Score, at{&r.RatedAt}, at{&r.ErasedAt}, &r.Receipt, &r.Key, &r.Sealed)
	if err != nil {
		return Record{}, err
	}
	if err := json.Unmarshal([]byte(agents), &r.Agents); err != nil {
		return Record{}, fmt.Errorf("decode agents: %w", err)
	}
	return r, nil
}

// ms is a time as the tables hold it.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// at scans what ms wrote.
type at struct{ time *time.Time }

func (a at) Scan(value any) error {
	switch ms, ok := value.(int64); {
	case !ok:
		return errors.New("a time is not a number")
	case ms == 0:
		*a.time = time.Time{}
	default:
		*a.time = time.UnixMilli(ms).UTC()
	}
	return nil
}

func (s *SQLite) Insert(ctx context.Context, r Record) error {
	return s.write(ctx, "insert session", func(tx *sql.Tx) error {
		values, err := r.values()
		if err != nil {
			return err
		}
		inserted, err := affected(tx.ExecContext(ctx, insertRecord, values...))
		if err != nil {
			return err
		}
		if inserted == 0 {
			return ErrExists
		}
		return index(ctx, tx, r)
	})
}

func (s *SQLite) Replace(ctx context.Context, r Record) error {
	return s.write(ctx, "replace session", func(tx *sql.Tx) error {
		loaded := r.Rev
		r.Rev++
		var messages int
		err := tx.QueryRowContext(ctx, "SELECT messages FROM history_sessions WHERE tenant = ? AND id = ? AND rev = ?",
			r.Tenant, r.ID, loaded).Scan(&messages)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrConflict
		} else if err != nil {
			return err
		}
		if r.State < StateDeleting {
			r.Messages = max(r.Messages, messages)
		}
		values, err := r.values()
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, replaceRecord, append(values, r.Tenant, r.ID, loaded)...); err != nil {
			return err
		}
		if err := unindex(ctx, tx, r.Tenant, r.ID); err != nil {
			return err
		}
		return index(ctx, tx, r)
	})
}

// index makes the rows by which r is found. A record that is blank is not found.
func index(ctx context.Context, tx *sql.Tx, r Record) error {
	for _, agent := range r.Agents {
		_, err := tx.ExecContext(ctx, "INSERT INTO history_agents (tenant, agent, opened, session) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
			r.Tenant, agent, ms(r.Opened), r.ID)
		if err != nil {
			return fmt.Errorf("index agent: %w", err)
		}
	}
	for _, mark := range r.Marks {
		_, err := tx.ExecContext(ctx, "INSERT INTO history_marks (tenant, mark, opened, session) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
			r.Tenant, mark, ms(r.Opened), r.ID)
		if err != nil {
			return fmt.Errorf("index mark: %w", err)
		}
	}
	return nil
}

func unindex(ctx context.Context, tx *sql.Tx, tenant, id string) error {
	for _, table := range []string{"history_agents", "history_marks"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE tenant = ? AND session = ?", tenant, id); err != nil {
			return fmt.Errorf("clear %s: %w", table, err)
		}
	}
	return nil
}

func (s *SQLite) Load(ctx context.Context, tenant, id string) (Record, error) {
	return s.one(ctx, "WHERE s.tenant = ? AND s.id = ?", tenant, id)
}

func (s *SQLite) LoadByReceipt(ctx context.Context, tenant, site string, receipt []byte) (Record, error) {
	return s.one(ctx, "WHERE s.tenant = ? AND s.receipt = ? AND (? = '' OR s.site = ?)", tenant, receipt, site, site)
}

func (s *SQLite) one(ctx context.Context, where string, args ...any) (Record, error) {
	r, err := scanRecord(s.reader.QueryRowContext(ctx, selectRecord+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return Record{}, ErrNotFound
	}
	if err != nil {
		return Record{}, fmt.Errorf("load session: %w", err)
	}
	return r, nil
}

func (s *SQLite) Remove(ctx context.Context, tenant, id string) error {
	_, err := s.writer.ExecContext(ctx, "DELETE FROM history_sessions WHERE tenant = ? AND id = ? AND state IN (?, ?)",
		tenant, id, StateDeleting, StateGone)
	if err != nil {
		return fmt.Errorf("remove session: %w", err)
	}
	return nil
}

// Settle empties the database's log, which still holds deleted rows as they were. A reader in the way is waited for a
// moment only.
func (s *SQLite) Settle(ctx context.Context) error {
	if err := s.checkpoint(ctx); err != nil {
		return fmt.Errorf("settle deletions: %w", err)
	}
	return nil
}

// write runs act in a transaction. Errors that act returns to be told apart are passed on as they are.
func (s *SQLite) write(ctx context.Context, what string, act func(*sql.Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	defer tx.Rollback() // does nothing after Commit
	if err := act(tx); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func affected(result sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
)

const messageColumns = "tenant, site, session, id, n, role, person, at, sealed"

func (s *SQLite) AddMessage(ctx context.Context, m SealedMessage) error {
	return s.write(ctx, "add message", func(tx *sql.Tx) error {
		var rowid int64
		err := tx.QueryRowContext(ctx, "SELECT rowid FROM history_sessions WHERE tenant = ? AND id = ? AND site = ? AND state = ?",
			m.Tenant, m.Session, m.Site, StateKept).Scan(&rowid)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO history_messages ("+messageColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (tenant, session, id) DO UPDATE SET n = excluded.n, at = excluded.at WHERE excluded.n > n`,
			m.Tenant, m.Site, m.Session, m.ID, m.N, m.Role, m.Person, ms(m.At), m.Sealed)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE history_sessions SET messages = max(messages,
			(SELECT count(*) FROM history_messages WHERE tenant = ? AND session = ?)) WHERE rowid = ?`, m.Tenant, m.Session, rowid)
		return err
	})
}

func (s *SQLite) Messages(ctx context.Context, tenant, session string, after, limit int) ([]SealedMessage, error) {
	return s.messages(ctx, "WHERE tenant = ? AND session = ? AND n > ? ORDER BY n, id LIMIT ?", tenant, session, after, limit)
}

func (s *SQLite) MessagesOf(ctx context.Context, tenant string, sessions []string) (map[string][]SealedMessage, error) {
	encoded, err := json.Marshal(sessions)
	if err != nil {
		return nil, fmt.Errorf("encode sessions: %w", err)
	}
	list, err := s.messages(ctx,
		"WHERE tenant = ? AND session IN (SELECT value FROM json_each(?)) ORDER BY session, n, id", tenant, string(encoded))
	if err != nil {
		return nil, err
	}
	bySession := map[string][]SealedMessage{}
	for _, m := range list {
		bySession[m.Session] = append(bySession[m.Session], m)
	}
	return bySession, nil
}

func (s *SQLite) messages(ctx context.Context, where string, args ...any) ([]SealedMessage, error) {
	rows, err := s.reader.QueryContext(ctx, "SELECT "+messageColumns+" FROM history_messages "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	defer rows.Close()
	var list []SealedMessage
	for rows.Next() {
		var m SealedMessage
		if err := rows.Scan(&m.Tenant, &m.Site, &m.Session, &m.ID, &m.N, &m.Role, &m.Person, at{&m.At}, &m.Sealed); err != nil {
			return nil, fmt.Errorf("read message: %w", err)
		}
		list = append(list, m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	return list, nil
}

func (s *SQLite) DeleteMessages(ctx context.Context, tenant, session string) (int, error) {
	n, err := affected(s.writer.ExecContext(ctx, "DELETE FROM history_messages WHERE tenant = ? AND session = ?", tenant, session))
	if err != nil {
		return 0, fmt.Errorf("delete messages: %w", err)
	}
	return n, nil
}

func (s *SQLite) StripMessages(ctx context.Context, tenant, session string) (int, error) {
	n, err := affected(s.writer.ExecContext(ctx,
		"UPDATE history_messages SET sealed = NULL WHERE tenant = ? AND session = ? AND sealed IS NOT NULL", tenant, session))
	if err != nil {
		return 0, fmt.Errorf("strip messages: %w", err)
	}
	return n, nil
}

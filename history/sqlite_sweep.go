package history

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

func (s *SQLite) Sites(ctx context.Context) ([]SiteName, error) {
	return scanAll(ctx, s.reader, "list sites", func(row scanner) (n SiteName, err error) { return n, row.Scan(&n.Tenant, &n.Site) },
		"SELECT DISTINCT tenant, site FROM history_sessions WHERE site <> ''")
}

func (s *SQLite) Due(ctx context.Context, site SiteName, before time.Time, limit int) ([]string, error) {
	return scanAll(ctx, s.reader, "list sessions due", func(row scanner) (id string, err error) { return id, row.Scan(&id) },
		`SELECT id FROM history_sessions WHERE tenant = ? AND site = ? AND opened < ? AND ended < ? AND state < ?
			ORDER BY opened, id LIMIT ?`,
		site.Tenant, site.Site, before.UnixMilli(), before.UnixMilli(), StateDeleting, limit)
}

func (s *SQLite) DeleteOldMessages(ctx context.Context, site SiteName, before time.Time, limit int) (int, error) {
	n, err := affected(s.writer.ExecContext(ctx, `DELETE FROM history_messages WHERE rowid IN
		(SELECT rowid FROM history_messages WHERE tenant = ? AND site = ? AND at < ? LIMIT ?)`,
		site.Tenant, site.Site, before.UnixMilli(), limit))
	if err != nil {
		return 0, fmt.Errorf("delete old messages: %w", err)
	}
	return n, nil
}

func (s *SQLite) Unfinished(ctx context.Context, limit int) ([]SessionName, error) {
	return scanAll(ctx, s.reader, "list unfinished erasures", func(row scanner) (n SessionName, err error) { return n, row.Scan(&n.Tenant, &n.ID) },
		"SELECT tenant, id FROM history_sessions WHERE state IN (1, 3) LIMIT ?", limit) // as the index says: StateStripping, StateDeleting
}

func (s *SQLite) ForgetGone(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := affected(s.writer.ExecContext(ctx, `DELETE FROM history_sessions WHERE rowid IN
		(SELECT rowid FROM history_sessions WHERE state = 4 AND erased_at < ? LIMIT ?)`, before.UnixMilli(), limit))
	if err != nil {
		return 0, fmt.Errorf("forget erased sessions: %w", err)
	}
	return n, nil
}

func (s *SQLite) Lease(ctx context.Context, name, holder string, now, until time.Time) (bool, error) {
	n, err := affected(s.writer.ExecContext(ctx, `INSERT INTO history_leases (name, holder, until) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE history_leases.holder = excluded.holder OR history_leases.until <= ?`,
		name, holder, until.UnixMilli(), now.UnixMilli()))
	if err != nil {
		return false, fmt.Errorf("take lease: %w", err)
	}
	return n == 1, nil
}

func (s *SQLite) Release(ctx context.Context, name, holder string) error {
	_, err := s.writer.ExecContext(ctx, "DELETE FROM history_leases WHERE name = ? AND holder = ?", name, holder)
	if err != nil {
		return fmt.Errorf("release lease: %w", err)
	}
	return nil
}

func scanAll[T any](ctx context.Context, reader *sql.DB, what string, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		value, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		list = append(list, value)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return list, nil
}

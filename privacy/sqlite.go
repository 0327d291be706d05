package privacy

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// SQLite is a Store in the data folder's database. Its calls must not be made inside a transaction on the writing handle.
type SQLite struct{ writer, reader *sql.DB }

var _ Store = (*SQLite)(nil)

// NewSQLite keeps what this package keeps behind two handles on one database that has seen Migrations.
func NewSQLite(writer, reader *sql.DB) *SQLite { return &SQLite{writer, reader} }

func (s *SQLite) readKey(ctx context.Context, tenant string) (wrapped []byte, err error) {
	err = s.reader.QueryRowContext(ctx, "SELECT wrapped FROM tenant_keys WHERE tenant = ?", tenant).Scan(&wrapped)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNoKey
	}
	return wrapped, err
}

func (s *SQLite) offerKey(ctx context.Context, tenant string, wrapped []byte) error {
	_, err := s.writer.ExecContext(ctx, "INSERT INTO tenant_keys (tenant, wrapped) VALUES (?, ?) ON CONFLICT (tenant) DO NOTHING",
		tenant, wrapped)
	return err
}

func (s *SQLite) destroyKey(ctx context.Context, tenant string) error {
	_, err := s.writer.ExecContext(ctx,
		"INSERT INTO tenant_keys (tenant, wrapped) VALUES (?, NULL) ON CONFLICT (tenant) DO UPDATE SET wrapped = NULL", tenant)
	return err
}

func (s *SQLite) addConsent(ctx context.Context, c Consent) error {
	_, err := s.writer.ExecContext(ctx,
		"INSERT INTO consents (tenant, site, room, what, act, person, text, language, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		c.Tenant, c.Site, c.Room, c.What, c.Act, c.Person, c.Text, c.Language, c.Time.UnixMilli())
	return err
}

func (s *SQLite) listConsents(ctx context.Context, tenant, room string) ([]Consent, error) {
	rows, err := s.reader.QueryContext(ctx,
		"SELECT tenant, site, room, what, act, person, text, language, time FROM consents WHERE tenant = ? AND room = ? ORDER BY id",
		tenant, room)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Consent
	for rows.Next() {
		var c Consent
		var ms int64
		if err := rows.Scan(&c.Tenant, &c.Site, &c.Room, &c.What, &c.Act, &c.Person, &c.Text, &c.Language, &ms); err != nil {
			return nil, err
		}
		c.Time = time.UnixMilli(ms).UTC()
		list = append(list, c)
	}
	return list, rows.Err()
}

func (s *SQLite) deleteConsents(ctx context.Context, tenant string, rooms []string) error {
	list, err := json.Marshal(rooms)
	if err != nil {
		return err
	}
	_, err = s.writer.ExecContext(ctx,
		"DELETE FROM consents WHERE tenant = ? AND room IN (SELECT value FROM json_each(?))", tenant, string(list))
	return err
}

const auditColumns = "tenant, n, at, actor, actor_name, act, object, object_id, details, hash"

func (s *SQLite) appendAudit(ctx context.Context, row auditRow) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	chain, err := readChain(ctx, tx, row.tenant)
	if err != nil {
		return err
	}
	row = chain.next(row)
	_, err = tx.ExecContext(ctx, "INSERT INTO audit ("+auditColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		row.tenant, row.n, row.at, row.actor, row.actorName, row.act, row.object, row.objectID, row.details, row.hash)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_chains (tenant, trimmed_n, trimmed_hash, last_n, last_hash) VALUES (?, 0, x'', ?, ?)
		ON CONFLICT (tenant) DO UPDATE SET last_n = excluded.last_n, last_hash = excluded.last_hash`, row.tenant, row.n, row.hash)
	if err != nil {
		return err
	}
	return tx.Commit()
}

func readChain(ctx context.Context, tx *sql.Tx, tenant string) (c auditChain, err error) {
	err = tx.QueryRowContext(ctx, "SELECT trimmed_n, trimmed_hash, last_n, last_hash FROM audit_chains WHERE tenant = ?", tenant).
		Scan(&c.trimmedN, &c.trimmedHash, &c.lastN, &c.lastHash)
	if errors.Is(err, sql.ErrNoRows) {
		return auditChain{}, nil
	}
	return c, err
}

func (s *SQLite) listAudit(ctx context.Context, tenant string, filter AuditFilter, before int64, limit int) (list []auditRow, err error) {
	where, args := []string{"tenant = ?"}, []any{tenant}
	narrow := func(condition string, arg any, given bool) {
		if given {
			where, args = append(where, condition), append(args, arg)
		}
	}
	narrow("n < ?", before, before > 0)
	narrow("actor = ?", filter.Actor, filter.Actor != "")
	narrow("act = ?", filter.Act, filter.Act != "")
	narrow("object = ?", filter.Object, filter.Object != "")
	narrow("at >= ?", filter.From.UnixMilli(), !filter.From.IsZero())
	narrow("at < ?", filter.To.UnixMilli(), !filter.To.IsZero())
	query := "SELECT " + auditColumns + " FROM audit WHERE " + strings.Join(where, " AND ") + " ORDER BY n DESC LIMIT ?"
	err = eachAuditRow(ctx, s.reader, query, append(args, max(limit, 0)), func(row auditRow) error {
		list = append(list, row)
		return nil
	})
	return list, err
}

func (s *SQLite) readAudit(ctx context.Context, tenant string, begin func(auditChain), each func(auditRow) error) error {
	tx, err := s.reader.BeginTx(ctx, nil) // one state of the tables for both queries
	if err != nil {
		return err
	}
	defer tx.Rollback()
	chain, err := readChain(ctx, tx, tenant)
	if err != nil {
		return fmt.Errorf("read its head: %w", err)
	}
	begin(chain)
	return eachAuditRow(ctx, tx, "SELECT "+auditColumns+" FROM audit WHERE tenant = ? ORDER BY n", []any{tenant}, each)
}

func (s *SQLite) trimAudit(ctx context.Context, tenant string, before int64) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	// The clock may have been set back once: an old entry behind a younger one stays as long as that one.
	_, err = tx.ExecContext(ctx, `UPDATE audit_chains SET (trimmed_n, trimmed_hash) = (SELECT n, hash FROM audit
			WHERE tenant = ?1 AND n < ifnull((SELECT min(n) FROM audit WHERE tenant = ?1 AND at >= ?2), last_n + 1)
			ORDER BY n DESC LIMIT 1)
		WHERE tenant = ?1 AND EXISTS (SELECT 1 FROM audit WHERE tenant = ?1 AND n = trimmed_n + 1 AND at < ?2)`,
		tenant, before)
	if err == nil {
		_, err = tx.ExecContext(ctx,
			"DELETE FROM audit WHERE tenant = ?1 AND n <= (SELECT trimmed_n FROM audit_chains WHERE tenant = ?1)", tenant)
	}
	if err != nil {
		return err
	}
	return tx.Commit()
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func eachAuditRow(ctx context.Context, db querier, query string, args []any, visit func(auditRow) error) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r auditRow
		if err := rows.Scan(&r.tenant, &r.n, &r.at, &r.actor, &r.actorName, &r.act, &r.object, &r.objectID, &r.details, &r.hash); err != nil {
			return err
		}
		if err := visit(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

package accounts

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"alongside/store"
)

// SQLite is a Store in the data folder's database.
type SQLite struct {
	writer, reader *sql.DB
}

var _ Store = (*SQLite)(nil)

// NewSQLite keeps accounts in a database that has seen Migrations.
func NewSQLite(db *store.DB) *SQLite { return &SQLite{writer: db.Writer, reader: db.Reader} }

const tenantColumns = "id, name, created"

func (s *SQLite) AddTenant(ctx context.Context, tenant Tenant) error {
	return addTenant(ctx, s.writer, tenant)
}

func addTenant(ctx context.Context, db execer, tenant Tenant) error {
	return add(ctx, db, "add tenant",
		"INSERT INTO tenants (id, name, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		tenant.ID, tenant.Name, tenant.Created.UnixMilli())
}

func (s *SQLite) Tenant(ctx context.Context, tenant string) (Tenant, error) {
	return one(ctx, s.reader, scanTenant, "SELECT "+tenantColumns+" FROM tenants WHERE id = ?", tenant)
}

func (s *SQLite) TenantByName(ctx context.Context, name string) (Tenant, error) {
	return one(ctx, s.reader, scanTenant, "SELECT "+tenantColumns+" FROM tenants WHERE name = ?", name)
}

func scanTenant(row scanner, extra ...any) (t Tenant, err error) {
	var created int64
	if err = row.Scan(append([]any{&t.ID, &t.Name, &created}, extra...)...); err != nil {
		return Tenant{}, fmt.Errorf("read tenant: %w", err)
	}
	t.Created = fromMS(created)
	return t, nil
}

func (s *SQLite) Tenants(ctx context.Context) ([]Tenant, error) {
	return all(ctx, s.reader, scanTenant, "SELECT "+tenantColumns+" FROM tenants ORDER BY rowid")
}

func (s *SQLite) SetSetupToken(ctx context.Context, token TokenHash, expires time.Time) error {
	return s.change(ctx, "set set-up token",
		"INSERT OR REPLACE INTO setup (only_row, token_hash, expires) VALUES (1, ?, ?)", token[:], expires.UnixMilli())
}

// setupAllowed holds for the row of setup while ?1 is its token, ?2 is in time and there is no tenant.
const setupAllowed = "token_hash = ?1 AND expires > ?2 AND NOT EXISTS (SELECT 1 FROM tenants)"

func (s *SQLite) SetupToken(ctx context.Context, token TokenHash, now time.Time) error {
	_, err := one(ctx, s.reader, scanValue[int], "SELECT 1 FROM setup WHERE "+setupAllowed, token[:], now.UnixMilli())
	if err != nil {
		return fmt.Errorf("look up set-up token: %w", err)
	}
	return nil
}

func (s *SQLite) CompleteSetup(ctx context.Context, token TokenHash, now time.Time, tenant Tenant, site Site, admin Person, passwordHash string) error {
	return s.inTx(ctx, "complete set-up", func(tx *sql.Tx) error {
		if err := change(ctx, tx, "use set-up token", "DELETE FROM setup WHERE "+setupAllowed, token[:], now.UnixMilli()); err != nil {
			return err
		}
		if err := addTenant(ctx, tx, tenant); err != nil {
			return err
		}
		if err := addSite(ctx, tx, site); err != nil {
			return err
		}
		return addPerson(ctx, tx, admin, passwordHash)
	})
}

func (s *SQLite) Replies(ctx context.Context, tenant string) ([]Reply, error) {
	return one(ctx, s.reader, scanJSON[[]Reply], "SELECT replies FROM tenants WHERE id = ?", tenant)
}

func (s *SQLite) SetReplies(ctx context.Context, tenant string, replies []Reply) error {
	return s.change(ctx, "set replies", "UPDATE tenants SET replies = ? WHERE id = ?", toJSON(replies), tenant)
}

func (s *SQLite) Reasons(ctx context.Context, tenant string) ([]Reason, error) {
	return one(ctx, s.reader, scanJSON[[]Reason], "SELECT reasons FROM tenants WHERE id = ?", tenant)
}

func (s *SQLite) SetReasons(ctx context.Context, tenant string, reasons []Reason) error {
	return s.inTx(ctx, "set reasons", func(tx *sql.Tx) error {
		before, err := one(ctx, tx, scanJSON[[]Reason], "SELECT reasons FROM tenants WHERE id = ?", tenant)
		if err != nil {
			return err
		}
		return change(ctx, tx, "write reasons", "UPDATE tenants SET reasons = ? WHERE id = ?", toJSON(keepRetired(before, reasons)), tenant)
	})
}

// execer is the writer, or a transaction on it.
type execer interface {
	ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
}

// querier is a handle, or a transaction on it.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// inTx runs do in a transaction of its own, all of it or nothing.
func (s *SQLite) inTx(ctx context.Context, act string, do func(tx *sql.Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", act, err)
	}
	defer tx.Rollback() // does nothing after Commit
	if err := do(tx); err != nil {
		return fmt.Errorf("%s: %w", act, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%s: %w", act, err)
	}
	return nil
}

// add runs an INSERT … ON CONFLICT DO NOTHING and returns ErrExists when it did nothing.
func add(ctx context.Context, db execer, act, statement string, args ...any) error {
	err := change(ctx, db, act, statement, args...)
	if errors.Is(err, ErrNotFound) {
		return ErrExists
	}
	return err
}

// change runs a statement that must touch a row, else ErrNotFound.
func change(ctx context.Context, db execer, act, statement string, args ...any) error {
	result, err := db.ExecContext(ctx, statement, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", act, err)
	}
	rows, err := result.RowsAffected()
	if err == nil && rows == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("%s: %w", act, err)
	}
	return nil
}

func (s *SQLite) change(ctx context.Context, act, statement string, args ...any) error {
	return change(ctx, s.writer, act, statement, args...)
}

// refused tells why a conditional change touched nothing: the row is there, then why, or it is not, then ErrNotFound.
func refused(err error, lookUp func() error, why error) error {
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	if err := lookUp(); err != nil {
		return err
	}
	return why
}

// scanner is a row to be read; a scan function reads its own columns, then those of extra.
type scanner interface{ Scan(columns ...any) error }

type scanFunc[T any] func(row scanner, extra ...any) (T, error)

func one[T any](ctx context.Context, db querier, scan scanFunc[T], query string, args ...any) (T, error) {
	value, err := scan(db.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return value, err
}

func all[T any](ctx context.Context, db querier, scan scanFunc[T], query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var values []T
	for rows.Next() {
		value, err := scan(rows)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, rows.Err()
}

// scanValue reads one column.
func scanValue[T any](row scanner, extra ...any) (value T, err error) {
	err = row.Scan(append([]any{&value}, extra...)...)
	return value, err
}

// scanJSON reads one column that toJSON wrote.
func scanJSON[T any](row scanner, extra ...any) (value T, err error) {
	var text string
	if err = row.Scan(append([]any{&text}, extra...)...); err != nil {
		return value, err
	}
	err = json.Unmarshal([]byte(text), &value)
	return value, err
}

// toJSON encodes what is made of plain fields only, which cannot fail.
func toJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", value, err))
	}
	return string(text)
}

func fromMS(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

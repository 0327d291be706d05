package accounts

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"alongside/privacy"
	"alongside/store"
)

// Migrations are the tables of accounts. Times are milliseconds since 1970, UTC.
var Migrations = store.Migrations{
	Package: "accounts",
	Steps: []string{
		`CREATE TABLE tenants (
			id      TEXT PRIMARY KEY,
			name    TEXT NOT NULL UNIQUE,
			created INTEGER NOT NULL
		) STRICT;
		CREATE TABLE sites (
			id             TEXT PRIMARY KEY,
			tenant         TEXT NOT NULL REFERENCES tenants ON DELETE CASCADE,
			key            TEXT NOT NULL UNIQUE,
			name           TEXT NOT NULL,
			origins        TEXT NOT NULL, -- JSON
			policy         TEXT NOT NULL, -- JSON
			policy_version INTEGER NOT NULL,
			created        INTEGER NOT NULL,
			UNIQUE (tenant, name)
		) STRICT;
		CREATE TABLE people (
			id            TEXT PRIMARY KEY,
			tenant        TEXT NOT NULL REFERENCES tenants ON DELETE CASCADE,
			email         TEXT NOT NULL UNIQUE,
			name          TEXT NOT NULL,
			role          TEXT NOT NULL,
			password_hash TEXT NOT NULL,
			created       INTEGER NOT NULL
		) STRICT;
		CREATE INDEX people_by_tenant ON people (tenant);
		CREATE TABLE sign_ins (
			id         TEXT PRIMARY KEY,
			tenant     TEXT NOT NULL REFERENCES tenants ON DELETE CASCADE,
			person     TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
			token_hash BLOB NOT NULL UNIQUE,
			created    INTEGER NOT NULL,
			last_used  INTEGER NOT NULL
		) STRICT;
		CREATE INDEX sign_ins_by_person ON sign_ins (person)`,
	},
}

// SQLite is a Store in the data folder's database.
type SQLite struct {
	writer, reader *sql.DB
	Store
}

var _ Store = (*SQLite)(nil)

// NewSQLite keeps accounts in a database that has seen Migrations.
func NewSQLite(db *store.DB) *SQLite { return &SQLite{writer: db.Writer, reader: db.Reader} }

const (
	tenantColumns = "id, name, created"
	siteColumns   = "id, tenant, key, name, origins, policy, created"
	personColumns = "id, tenant, email, name, role, created"
	signInColumns = "id, tenant, person, created, last_used"
)

func (s *SQLite) AddTenant(ctx context.Context, tenant Tenant) error {
	return s.add(ctx, "add tenant",
		"INSERT INTO tenants (id, name, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		tenant.ID, tenant.Name, tenant.Created.UnixMilli())
}

func (s *SQLite) Tenant(ctx context.Context, tenant string) (Tenant, error) {
	return one(ctx, s.reader, scanTenant, "SELECT "+tenantColumns+" FROM tenants WHERE id = ?", tenant)
}

func (s *SQLite) TenantByName(ctx context.Context, name string) (Tenant, error) {
	return one(ctx, s.reader, scanTenant, "SELECT "+tenantColumns+" FROM tenants WHERE name = ?", name)
}

func (s *SQLite) AddSite(ctx context.Context, site Site) error {
	origins, policy, err := encodeSite(site.Origins, site.Policy)
	if err != nil {
		return err
	}
	return s.add(ctx, "add site",
		"INSERT INTO sites ("+siteColumns+", policy_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		site.ID, site.Tenant, site.Key, site.Name, origins, policy, site.Created.UnixMilli(), site.Policy.Version)
}

func (s *SQLite) Site(ctx context.Context, tenant, site string) (Site, error) {
	return one(ctx, s.reader, scanSite, "SELECT "+siteColumns+" FROM sites WHERE tenant = ? AND id = ?", tenant, site)
}

func (s *SQLite) SiteByKey(ctx context.Context, key string) (Site, error) {
	return one(ctx, s.reader, scanSite, "SELECT "+siteColumns+" FROM sites WHERE key = ?", key)
}

func (s *SQLite) Sites(ctx context.Context, tenant string) ([]Site, error) {
	return all(ctx, s.reader, scanSite, "SELECT "+siteColumns+" FROM sites WHERE tenant = ? ORDER BY rowid", tenant)
}

func (s *SQLite) SetOrigins(ctx context.Context, tenant, site string, origins []string) error {
	encoded, err := json.Marshal(origins)
	if err != nil {
		return fmt.Errorf("encode origins: %w", err)
	}
	return s.change(ctx, "set origins", "UPDATE sites SET origins = ? WHERE tenant = ? AND id = ?", string(encoded), tenant, site)
}

func (s *SQLite) SetPolicy(ctx context.Context, tenant, site string, policy privacy.Policy) error {
	_, encoded, err := encodeSite(nil, policy)
	if err != nil {
		return err
	}
	err = s.change(ctx, "set policy",
		"UPDATE sites SET policy = ?, policy_version = ? WHERE tenant = ? AND id = ? AND policy_version = ?",
		encoded, policy.Version, tenant, site, policy.Version-1)
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	if _, err := s.Site(ctx, tenant, site); err != nil {
		return err
	}
	return ErrConflict
}

func (s *SQLite) AddPerson(ctx context.Context, person Person, passwordHash string) error {
	return s.add(ctx, "add person",
		"INSERT INTO people ("+personColumns+", password_hash) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		person.ID, person.Tenant, person.Email, person.Name, person.Role, person.Created.UnixMilli(), passwordHash)
}

func (s *SQLite) Person(ctx context.Context, tenant, person string) (Person, error) {
	return one(ctx, s.reader, scanPerson, "SELECT "+personColumns+" FROM people WHERE tenant = ? AND id = ?", tenant, person)
}

func (s *SQLite) PersonByEmail(ctx context.Context, email string) (Person, string, error) {
	var hash string
	withHash := func(row scanner, extra ...any) (Person, error) { return scanPerson(row, append(extra, &hash)...) }
	person, err := one(ctx, s.reader, withHash, "SELECT "+personColumns+", password_hash FROM people WHERE email = ?", email)
	return person, hash, err
}

func (s *SQLite) People(ctx context.Context, tenant string) ([]Person, error) {
	return all(ctx, s.reader, scanPerson, "SELECT "+personColumns+" FROM people WHERE tenant = ? ORDER BY rowid", tenant)
}

func (s *SQLite) SetPassword(ctx context.Context, tenant, person, passwordHash string) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	defer tx.Rollback() // does nothing after Commit
	err = changed(tx.ExecContext(ctx, "UPDATE people SET password_hash = ? WHERE tenant = ? AND id = ?", passwordHash, tenant, person))
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM sign_ins WHERE tenant = ? AND person = ?", tenant, person); err != nil {
		return fmt.Errorf("end sign-ins: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

func (s *SQLite) SetRole(ctx context.Context, tenant, person string, role Role) error {
	return s.change(ctx, "set role", "UPDATE people SET role = ? WHERE tenant = ? AND id = ?", role, tenant, person)
}

func (s *SQLite) AddSignIn(ctx context.Context, signIn SignIn, token TokenHash) error {
	return s.add(ctx, "add sign-in",
		"INSERT INTO sign_ins ("+signInColumns+", token_hash) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		signIn.ID, signIn.Tenant, signIn.Person, signIn.Created.UnixMilli(), signIn.LastUsed.UnixMilli(), token[:])
}

func (s *SQLite) SignInByToken(ctx context.Context, token TokenHash) (SignIn, Person, error) {
	signIn, err := one(ctx, s.reader, scanSignIn, "SELECT "+signInColumns+" FROM sign_ins WHERE token_hash = ?", token[:])
	if err != nil {
		return SignIn{}, Person{}, err
	}
	person, err := s.Person(ctx, signIn.Tenant, signIn.Person)
	return signIn, person, err
}

func (s *SQLite) SignIns(ctx context.Context, tenant, person string) ([]SignIn, error) {
	return all(ctx, s.reader, scanSignIn,
		"SELECT "+signInColumns+" FROM sign_ins WHERE tenant = ? AND person = ? ORDER BY rowid", tenant, person)
}

func (s *SQLite) UseSignIn(ctx context.Context, tenant, signIn string, at time.Time) error {
	return s.change(ctx, "use sign-in",
		"UPDATE sign_ins SET last_used = max(last_used, ?) WHERE tenant = ? AND id = ?", at.UnixMilli(), tenant, signIn)
}

func (s *SQLite) DeleteSignIn(ctx context.Context, tenant, person, signIn string) error {
	return s.change(ctx, "delete sign-in",
		"DELETE FROM sign_ins WHERE tenant = ? AND person = ? AND id = ?", tenant, person, signIn)
}

func (s *SQLite) DeleteSignIns(ctx context.Context, usedBefore, createdBefore time.Time) (int, error) {
	result, err := s.writer.ExecContext(ctx,
		"DELETE FROM sign_ins WHERE last_used < ? OR created < ?", usedBefore.UnixMilli(), createdBefore.UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("delete old sign-ins: %w", err)
	}
	deleted, err := result.RowsAffected()
	return int(deleted), err
}

// add runs an INSERT … ON CONFLICT DO NOTHING and returns ErrExists when it did nothing.
func (s *SQLite) add(ctx context.Context, act, statement string, args ...any) error {
	err := s.change(ctx, act, statement, args...)
	if errors.Is(err, ErrNotFound) {
		return ErrExists
	}
	return err
}

// change runs a statement that must touch a row, else ErrNotFound.
func (s *SQLite) change(ctx context.Context, act, statement string, args ...any) error {
	if err := changed(s.writer.ExecContext(ctx, statement, args...)); err != nil {
		return fmt.Errorf("%s: %w", act, err)
	}
	return nil
}

func changed(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	rows, err := result.RowsAffected()
	if err == nil && rows == 0 {
		return ErrNotFound
	}
	return err
}

// scanner is a row to be read; a scan function reads its own columns, then those of extra.
type scanner interface{ Scan(columns ...any) error }

type scanFunc[T any] func(row scanner, extra ...any) (T, error)

func one[T any](ctx context.Context, db *sql.DB, scan scanFunc[T], query string, args ...any) (T, error) {
	value, err := scan(db.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return value, err
}

func all[T any](ctx context.Context, db *sql.DB, scan scanFunc[T], query string, args ...any) ([]T, error) {
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

func scanTenant(row scanner, extra ...any) (t Tenant, err error) {
	var created int64
	if err = row.Scan(append([]any{&t.ID, &t.Name, &created}, extra...)...); err != nil {
		return Tenant{}, fmt.Errorf("read tenant: %w", err)
	}
	t.Created = fromMS(created)
	return t, nil
}

func scanSite(row scanner, extra ...any) (s Site, err error) {
	var origins, policy string
	var created int64
	err = row.Scan(append([]any{&s.ID, &s.Tenant, &s.Key, &s.Name, &origins, &policy, &created}, extra...)...)
	if err != nil {
		return Site{}, fmt.Errorf("read site: %w", err)
	}
	if err := json.Unmarshal([]byte(origins), &s.Origins); err != nil {
		return Site{}, fmt.Errorf("read site's origins: %w", err)
	}
	if s.Policy, err = privacy.Parse([]byte(policy)); err != nil {
		return Site{}, fmt.Errorf("read site's policy: %w", err)
	}
	s.Created = fromMS(created)
	return s, nil
}

func scanPerson(row scanner, extra ...any) (p Person, err error) {
	var created int64
	err = row.Scan(append([]any{&p.ID, &p.Tenant, &p.Email, &p.Name, &p.Role, &created}, extra...)...)
	if err != nil {
		return Person{}, fmt.Errorf("read person: %w", err)
	}
	p.Created = fromMS(created)
	return p, nil
}

func scanSignIn(row scanner, extra ...any) (s SignIn, err error) {
	var created, lastUsed int64
	if err = row.Scan(append([]any{&s.ID, &s.Tenant, &s.Person, &created, &lastUsed}, extra...)...); err != nil {
		return SignIn{}, fmt.Errorf("read sign-in: %w", err)
	}
	s.Created, s.LastUsed = fromMS(created), fromMS(lastUsed)
	return s, nil
}

func encodeSite(origins []string, policy privacy.Policy) (originsJSON, policyJSON string, err error) {
	o, err := json.Marshal(origins)
	if err != nil {
		return "", "", fmt.Errorf("encode origins: %w", err)
	}
	p, err := json.Marshal(policy)
	if err != nil {
		return "", "", fmt.Errorf("encode policy: %w", err)
	}
	return string(o), string(p), nil
}

func fromMS(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

package accounts

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

const (
	personColumns = "id, tenant, email, name, role, created, capacity, second_factor IS NOT NULL, reset_wanted"
	signInColumns = "id, tenant, person, created, last_used, device"
)

func (s *SQLite) AddPerson(ctx context.Context, person Person, passwordHash string) error {
	return addPerson(ctx, s.writer, person, passwordHash)
}

func addPerson(ctx context.Context, db execer, person Person, passwordHash string) error {
	return add(ctx, db, "add person",
		"INSERT INTO people (id, tenant, email, name, role, created, capacity, password_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		person.ID, person.Tenant, person.Email, person.Name, person.Role, person.Created.UnixMilli(), person.Capacity, passwordHash)
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

func (s *SQLite) PasswordHash(ctx context.Context, tenant, person string) (string, error) {
	hash, err := one(ctx, s.reader, scanValue[string], "SELECT password_hash FROM people WHERE tenant = ? AND id = ?", tenant, person)
	if err != nil {
		return "", fmt.Errorf("read password hash: %w", err)
	}
	return hash, nil
}

func (s *SQLite) People(ctx context.Context, tenant string) ([]Person, error) {
	return all(ctx, s.reader, scanPerson, "SELECT "+personColumns+" FROM people WHERE tenant = ? ORDER BY rowid", tenant)
}

// notLastAdmin holds for a row of people that is not its tenant's only admin.
const notLastAdmin = `(role <> 'admin' OR EXISTS (
	SELECT 1 FROM people AS other WHERE other.tenant = people.tenant AND other.role = 'admin' AND other.id <> people.id))`

func (s *SQLite) UpdatePerson(ctx context.Context, tenant, person string, update PersonChange) error {
	err := s.change(ctx, "change person", `UPDATE people
		SET name = coalesce(?1, name), role = coalesce(?2, role), capacity = coalesce(?3, capacity)
		WHERE tenant = ?4 AND id = ?5 AND (coalesce(?2, role) = role OR `+notLastAdmin+`)`,
		update.Name, update.Role, update.Capacity, tenant, person)
	return s.personRefused(ctx, err, tenant, person, ErrLastAdmin)
}

func (s *SQLite) DeletePerson(ctx context.Context, tenant, person string) error {
	err := s.change(ctx, "delete person", "DELETE FROM people WHERE tenant = ? AND id = ? AND "+notLastAdmin, tenant, person)
	return s.personRefused(ctx, err, tenant, person, ErrLastAdmin)
}

func (s *SQLite) personRefused(ctx context.Context, err error, tenant, person string, why error) error {
	return refused(err, func() error { _, err := s.Person(ctx, tenant, person); return err }, why)
}

func (s *SQLite) SetPassword(ctx context.Context, tenant, person, passwordHash string) error {
	return s.inTx(ctx, "set password", func(tx *sql.Tx) error { return setPassword(ctx, tx, tenant, person, passwordHash) })
}

func setPassword(ctx context.Context, tx *sql.Tx, tenant, person, passwordHash string) error {
	err := change(ctx, tx, "write hash",
		"UPDATE people SET password_hash = ?, reset_wanted = 0 WHERE tenant = ? AND id = ?", passwordHash, tenant, person)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM sign_ins WHERE person = ?", person); err != nil {
		return fmt.Errorf("end sign-ins: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM resets WHERE person = ?", person); err != nil {
		return fmt.Errorf("end resets: %w", err)
	}
	return nil
}

func (s *SQLite) AddReset(ctx context.Context, tenant, person string, token TokenHash, expires time.Time) error {
	return s.change(ctx, "add reset",
		"INSERT INTO resets (token_hash, person, expires) SELECT ?, id, ? FROM people WHERE tenant = ? AND id = ?",
		token[:], expires.UnixMilli(), tenant, person)
}

const personOfReset = "SELECT " + personColumns + " FROM people WHERE id = (SELECT person FROM resets WHERE token_hash = ? AND expires > ?)"

func (s *SQLite) Reset(ctx context.Context, token TokenHash, now time.Time) (Person, error) {
	return one(ctx, s.reader, scanPerson, personOfReset, token[:], now.UnixMilli())
}

func (s *SQLite) UseReset(ctx context.Context, token TokenHash, now time.Time, passwordHash string) error {
	return s.inTx(ctx, "use reset", func(tx *sql.Tx) error {
		person, err := one(ctx, tx, scanPerson, personOfReset, token[:], now.UnixMilli())
		if err != nil {
			return err
		}
		return setPassword(ctx, tx, person.Tenant, person.ID, passwordHash)
	})
}

func (s *SQLite) SetResetWanted(ctx context.Context, tenant, person string, wanted bool) error {
	return s.change(ctx, "note wish for a reset", "UPDATE people SET reset_wanted = ? WHERE tenant = ? AND id = ?", wanted, tenant, person)
}

func (s *SQLite) AddSignIn(ctx context.Context, signIn SignIn, token TokenHash) error {
	return add(ctx, s.writer, "add sign-in",
		"INSERT INTO sign_ins ("+signInColumns+", token_hash) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		signIn.ID, signIn.Tenant, signIn.Person, signIn.Created.UnixMilli(), signIn.LastUsed.UnixMilli(), signIn.Device, token[:])
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

func scanPerson(row scanner, extra ...any) (p Person, err error) {
	var created int64
	columns := []any{&p.ID, &p.Tenant, &p.Email, &p.Name, &p.Role, &created, &p.Capacity, &p.SecondFactor, &p.ResetWanted}
	if err = row.Scan(append(columns, extra...)...); err != nil {
		return Person{}, fmt.Errorf("read person: %w", err)
	}
	p.Created = fromMS(created)
	return p, nil
}

func scanSignIn(row scanner, extra ...any) (s SignIn, err error) {
	var created, lastUsed int64
	if err = row.Scan(append([]any{&s.ID, &s.Tenant, &s.Person, &created, &lastUsed, &s.Device}, extra...)...); err != nil {
		return SignIn{}, fmt.Errorf("read sign-in: %w", err)
	}
	s.Created, s.LastUsed = fromMS(created), fromMS(lastUsed)
	return s, nil
}

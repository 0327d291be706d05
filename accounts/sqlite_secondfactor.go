package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

func (s *SQLite) SecondFactor(ctx context.Context, tenant, person string) (active, pending []byte, err error) {
	row := s.reader.QueryRowContext(ctx, "SELECT second_factor, second_factor_pending FROM people WHERE tenant = ? AND id = ?", tenant, person)
	if err = row.Scan(&active, &pending); errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read second factor: %w", err)
	}
	return active, pending, nil
}

func (s *SQLite) SetPendingSecondFactor(ctx context.Context, tenant, person string, sealed []byte) error {
	err := s.change(ctx, "begin second factor",
		"UPDATE people SET second_factor_pending = ? WHERE tenant = ? AND id = ? AND second_factor IS NULL", sealed, tenant, person)
	return s.personRefused(ctx, err, tenant, person, ErrExists)
}

func (s *SQLite) ActivateSecondFactor(ctx context.Context, tenant, person string, pending []byte, step int64, recovery []TokenHash) error {
	err := s.inTx(ctx, "activate second factor", func(tx *sql.Tx) error {
		err := change(ctx, tx, "make the pending secret the active one", `UPDATE people
			SET second_factor = second_factor_pending, second_factor_pending = NULL, second_factor_step = ?
			WHERE tenant = ? AND id = ? AND second_factor_pending = ? AND second_factor IS NULL`, step, tenant, person, pending)
		if err != nil {
			return err
		}
		for _, code := range recovery {
			if err := change(ctx, tx, "add recovery code", "INSERT INTO recovery_codes (person, code_hash) VALUES (?, ?)", person, code[:]); err != nil {
				return err
			}
		}
		return nil
	})
	return s.personRefused(ctx, err, tenant, person, ErrConflict)
}

func (s *SQLite) UseSecondFactorStep(ctx context.Context, tenant, person string, step int64) error {
	err := s.change(ctx, "use code",
		"UPDATE people SET second_factor_step = ?1 WHERE tenant = ?2 AND id = ?3 AND second_factor_step < ?1", step, tenant, person)
	return s.personRefused(ctx, err, tenant, person, ErrConflict)
}

func (s *SQLite) UseRecoveryCode(ctx context.Context, tenant, person string, code TokenHash) error {
	return s.change(ctx, "use recovery code",
		"DELETE FROM recovery_codes WHERE person = (SELECT id FROM people WHERE tenant = ? AND id = ?) AND code_hash = ?",
		tenant, person, code[:])
}

func (s *SQLite) DeleteSecondFactor(ctx context.Context, tenant, person string) error {
	return s.inTx(ctx, "delete second factor", func(tx *sql.Tx) error {
		err := change(ctx, tx, "forget secrets",
			"UPDATE people SET second_factor = NULL, second_factor_pending = NULL, second_factor_step = 0 WHERE tenant = ? AND id = ?",
			tenant, person)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM recovery_codes WHERE person = ?", person); err != nil {
			return fmt.Errorf("delete recovery codes: %w", err)
		}
		return nil
	})
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Migrations are the steps that bring one package's tables from nothing to what the program expects. Steps are only ever
// added at the end; one that has been released is never changed.
type Migrations struct {
	Package string   // whose tables these are; one set per package
	Steps   []string // SQL, one or more statements each; step n brings the tables to version n+1
}

// ErrNewer is returned by Open for a file whose tables are of a later version than the program knows.
var ErrNewer = errors.New("the data folder was written by a newer version of the program")

// migrate applies what is missing, a step and its version in one transaction, so that a crash leaves whole versions only.
func migrate(ctx context.Context, writer *sql.DB, sets []Migrations) error {
	_, err := writer.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations (
		package TEXT PRIMARY KEY,
		version INTEGER NOT NULL
	) STRICT, WITHOUT ROWID`)
	if err != nil {
		return fmt.Errorf("make table of migrations: %w", err)
	}
	seen := make(map[string]bool, len(sets))
	for _, set := range sets {
		if set.Package == "" || seen[set.Package] {
			return fmt.Errorf("migrate: package %q is unnamed or given twice", set.Package)
		}
		seen[set.Package] = true
		for {
			done, err := migrateStep(ctx, writer, set)
			if err != nil {
				return fmt.Errorf("migrate %s: %w", set.Package, err)
			}
			if done {
				break
			}
		}
	}
	return nil
}

// migrateStep applies the next step of set. It reads the version under the write lock: another process may be opening the
// same folder.
func migrateStep(ctx context.Context, writer *sql.DB, set Migrations) (done bool, err error) {
	tx, err := writer.BeginTx(ctx, nil)
	if err != nil {
		return false, fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // does nothing after Commit

	var version int
	err = tx.QueryRowContext(ctx, "SELECT version FROM migrations WHERE package = ?", set.Package).Scan(&version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, fmt.Errorf("read version: %w", err)
	}
	switch {
	case version > len(set.Steps):
		return false, fmt.Errorf("version %d, the program knows %d: %w", version, len(set.Steps), ErrNewer)
	case version == len(set.Steps):
		return true, nil
	}
	if _, err := tx.ExecContext(ctx, set.Steps[version]); err != nil {
		return false, fmt.Errorf("step %d: %w", version+1, err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO migrations (package, version) VALUES (?, ?)
		ON CONFLICT (package) DO UPDATE SET version = excluded.version`, set.Package, version+1)
	if err != nil {
		return false, fmt.Errorf("write version: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return false, fmt.Errorf("commit step %d: %w", version+1, err)
	}
	return false, nil
}

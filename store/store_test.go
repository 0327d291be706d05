package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"alongside/store"
)

var notes = store.Migrations{Package: "notes", Steps: []string{
	"CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT",
	"ALTER TABLE notes ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'; INSERT INTO notes (text) VALUES ('second step')",
}}

func open(t *testing.T, dir string, sets ...store.Migrations) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dir, sets...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func one[T any](t *testing.T, db *sql.DB, query string, args ...any) T {
	t.Helper()
	var value T
	if err := db.QueryRowContext(t.Context(), query, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

func TestPragmasHoldOnEveryConnection(t *testing.T) {
	db := open(t, t.TempDir())
	cases := []struct {
		handle       *sql.DB
		pragma, want string
	}{
		{db.Writer, "journal_mode", "wal"},
		{db.Writer, "auto_vacuum", "2"},
		{db.Writer, "synchronous", "2"},
		{db.Writer, "secure_delete", "1"},
		{db.Writer, "foreign_keys", "1"},
		{db.Writer, "busy_timeout", "5000"},
		{db.Writer, "query_only", "0"},
		{db.Reader, "query_only", "1"},
		{db.Reader, "busy_timeout", "5000"},
		{db.Reader, "journal_mode", "wal"},
	}
	for _, c := range cases {
		if got := one[string](t, c.handle, "PRAGMA "+c.pragma); got != c.want {
			t.Errorf("%s = %s, want %s", c.pragma, got, c.want)
		}
	}
	// A connection made later must be like the first.
	conns := make([]*sql.Conn, 3)
	for i := range conns {
		conn, err := db.Reader.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conns[i] = conn
	}
	for _, conn := range conns {
		if _, err := conn.ExecContext(t.Context(), "CREATE TABLE x (y)"); err == nil {
			t.Error("a reader wrote")
		}
	}
}

func TestOnlyTheOwnerReadsTheFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	db := open(t, dir, notes)
	if _, err := db.Writer.ExecContext(t.Context(), "INSERT INTO notes (text) VALUES ('x')"); err != nil {
		t.Fatal(err)
	}
	mode := func(path string) fs.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	if got := mode(dir); got != 0o700 {
		t.Errorf("folder is %o", got)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("files %v, %v: the log should be there too", files, err)
	}
	for _, file := range files {
		if got := mode(file); got != 0o600 {
			t.Errorf("%s is %o", filepath.Base(file), got)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if files, err = filepath.Glob(filepath.Join(dir, "*")); err != nil || len(files) != 1 {
		t.Errorf("files %v, %v after closing: the log should be in the database", files, err)
	}
}

func TestAFolderMayHaveAnyName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b?mode=memory#c%20d'é")
	open(t, dir, notes).Close()
	if info, err := os.Stat(filepath.Join(dir, store.FileName)); err != nil || info.Size() == 0 {
		t.Errorf("the tables are elsewhere: %v, %v", info, err)
	}
}

func TestAnExistingFileIsMadePrivate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, store.FileName)
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestMigrationsAreAppliedOnceAndInOrder(t *testing.T) {
	dir := t.TempDir()
	first := store.Migrations{Package: notes.Package, Steps: notes.Steps[:1]}
	db := open(t, dir, first)
	if _, err := db.Writer.ExecContext(t.Context(), "INSERT INTO notes (text) VALUES ('kept')"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		db = open(t, dir, notes)
		if got := one[int](t, db.Reader, "SELECT count(*) FROM notes WHERE colour = 'blue'"); got != 2 {
			t.Errorf("%d rows after the second step, want the kept one and the step's", got)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFailingStepLeavesTheVersionBeforeIt(t *testing.T) {
	dir := t.TempDir()
	broken := store.Migrations{Package: "notes", Steps: []string{notes.Steps[0], "CREATE TABLE half (x); CREATE NONSENSE"}}
	if _, err := store.Open(t.Context(), dir, broken); err == nil || !strings.Contains(err.Error(), "notes: step 2") {
		t.Fatalf("error %v, want one that names package and step", err)
	}
	db := open(t, dir, notes)
	if got := one[int](t, db.Reader, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"); got != 0 {
		t.Error("half a step was kept")
	}
}

func TestANewerFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir, notes).Close(); err != nil {
		t.Fatal(err)
	}
	older := store.Migrations{Package: notes.Package, Steps: notes.Steps[:1]}
	if _, err := store.Open(t.Context(), dir, older); !errors.Is(err, store.ErrNewer) {
		t.Errorf("error %v, want ErrNewer", err)
	}
}

func TestASetIsGivenOnce(t *testing.T) {
	if _, err := store.Open(t.Context(), t.TempDir(), notes, notes); err == nil {
		t.Error("the same package was taken twice")
	}
}

// Two programs that start at once on one folder must not both apply a step.
func TestOpeningAtOnceMigratesOnce(t *testing.T) {
	dir := t.TempDir()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			db, err := store.Open(context.Background(), dir, notes)
			if err != nil {
				t.Error(err)
				return
			}
			db.Close()
		})
	}
	group.Wait()
	if got := one[int](t, open(t, dir, notes).Reader, "SELECT count(*) FROM notes"); got != 1 {
		t.Errorf("the second step ran %d times", got)
	}
}

func TestATransactionHoldsTheWriteLockFromItsStart(t *testing.T) {
	db := open(t, t.TempDir(), notes)
	tx, err := db.Writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if got := one[int](t, db.Reader, "SELECT count(*) FROM notes"); got != 1 {
		t.Errorf("a reader saw %d rows while a transaction was open", got)
	}
	if _, err := tx.ExecContext(t.Context(), "INSERT INTO notes (text) VALUES ('x')"); err != nil {
		t.Fatal(err)
	}
	if got := one[int](t, db.Reader, "SELECT count(*) FROM notes"); got != 1 {
		t.Error("a reader saw what was not committed")
	}
}

func TestADeletedValueIsInNoFile(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir, notes)
	canary := strings.Repeat("canary-4f1c ", 1000) // long enough for overflow pages
	for _, text := range []string{"canary-4f1c", canary} {
		if _, err := db.Writer.ExecContext(t.Context(), "INSERT INTO notes (text) VALUES (?)", text); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !found(t, dir, "canary-4f1c") {
		t.Fatal("the text is not found before its deletion: the search proves nothing")
	}
	if _, err := db.Writer.ExecContext(t.Context(), "DELETE FROM notes WHERE text LIKE 'canary%'"); err != nil {
		t.Fatal(err)
	}
	if err := db.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found(t, dir, "canary-4f1c") {
		t.Error("the deleted text is still on the disk")
	}
}

func found(t *testing.T, dir, text string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	return false
}

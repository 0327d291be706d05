// Package store opens the database in the data folder and brings its tables up to date.
//
// What must stay true: it knows no domain. A package that keeps rows brings its own Migrations and gets two handles, one
// that writes and one that only reads. What is deleted is overwritten: after Checkpoint the value of a deleted row is in
// no file of the folder.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// FileName is the database's name in the data folder; SQLite keeps its log beside it (-wal, -shm).
const FileName = "alongside.db"

// busyTimeout is how long a connection waits for another process's lock before it gives up.
const busyTimeout = 5 * time.Second

// minReaders keeps a slow query from holding up the others on a small machine.
const minReaders = 4

// DB is an open database. Both handles are safe for use by many goroutines.
type DB struct {
	// Writer is a single connection whose transactions take the write lock when they begin, so that none fails half way
	// because another wrote first. Inside a transaction use only that transaction: a second call on Writer would wait for
	// the connection that the first one holds.
	Writer *sql.DB
	// Reader is a pool whose connections refuse to write. Each query sees everything committed before it.
	Reader *sql.DB
}

// Open opens the database in dir and applies the steps of sets that it has not seen. A missing folder is made for the
// owner alone (0700), and the database file is readable by the owner alone (0600) whatever the folder allows. ErrNewer says
// that the file was written by a newer program.
func Open(ctx context.Context, dir string, sets ...Migrations) (*DB, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	path, err := filepath.Abs(filepath.Join(dir, FileName))
	if err != nil {
		return nil, fmt.Errorf("locate data folder: %w", err)
	}
	if err := makePrivate(path); err != nil {
		return nil, err
	}
	writer, err := sql.Open("sqlite", dsn(path, "immediate", writerPragmas))
	if err != nil {
		return nil, fmt.Errorf("open database for writing: %w", err)
	}
	writer.SetMaxOpenConns(1)
	reader, err := sql.Open("sqlite", dsn(path, "deferred", readerPragmas))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database for reading: %w", err), writer.Close())
	}
	readers := max(minReaders, runtime.GOMAXPROCS(0))
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)

	db := &DB{Writer: writer, Reader: reader}
	if err := migrate(ctx, writer, sets); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Close waits for running queries, moves the log into the database file and closes both handles.
func (db *DB) Close() error {
	// The reader first: SQLite empties the log when its last connection closes, and that one must be able to write.
	if err := errors.Join(db.Reader.Close(), db.Writer.Close()); err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

// Checkpoint moves the log into the database file, empties the log and gives freed pages back to the file system. Only
// after it is a deleted value gone from the disk: until then the log still holds pages as they were written.
func (db *DB) Checkpoint(ctx context.Context) error {
	if _, err := db.Writer.ExecContext(ctx, "PRAGMA incremental_vacuum"); err != nil {
		return fmt.Errorf("give back freed pages: %w", err)
	}
	var busy, logged, moved int
	row := db.Writer.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	if err := row.Scan(&busy, &logged, &moved); err != nil {
		return fmt.Errorf("empty the log: %w", err)
	}
	if busy != 0 {
		return errors.New("empty the log: another connection is still reading from it")
	}
	return nil
}

// The pragmas of each connection, in the order in which they take effect. auto_vacuum only counts before the first table
// is made, and so before the journal mode, which already writes the file's header.
var (
	writerPragmas = []string{
		"auto_vacuum(INCREMENTAL)",
		"journal_mode(WAL)",
		"synchronous(FULL)",
		"secure_delete(ON)",
		"foreign_keys(ON)",
	}
	readerPragmas = []string{
		"foreign_keys(ON)",
		"query_only(ON)",
	}
)

// dsn writes the data source name as modernc.org/sqlite reads it.
func dsn(path, lock string, pragmas []string) string {
	query := url.Values{"_txlock": {lock}}
	query.Add("_pragma", fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()))
	for _, pragma := range pragmas {
		query.Add("_pragma", pragma)
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String()
}

// makePrivate makes the database file before SQLite does, because SQLite would leave its mode to the umask; the log beside
// it takes the file's mode.
func makePrivate(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open database file: %w", err)
	}
	defer file.Close()
	if err := file.Chmod(0o600); err != nil {
		return fmt.Errorf("keep database file private: %w", err)
	}
	return nil
}

package history

import (
	"database/sql"

	"alongside/store"
)

// Migrations are the tables of history.
var Migrations = store.Migrations{Package: "history", Steps: []string{}}

// SQLite is a Store in the data folder's database.
type SQLite struct {
	writer, reader *sql.DB
	checkpoint     func() error
}

// NewSQLite keeps history in a database that has seen Migrations.
func NewSQLite(db *store.DB) *SQLite { return &SQLite{writer: db.Writer, reader: db.Reader} }

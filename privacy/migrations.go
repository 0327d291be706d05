package privacy

// Migrations are this package's tables; assignable to store.Migrations. Times are in milliseconds since 1970, UTC.
var Migrations = struct {
	Package string
	Steps   []string
}{
	Package: "privacy",
	Steps: []string{
		`CREATE TABLE consents (
			id       INTEGER PRIMARY KEY AUTOINCREMENT,
			tenant   TEXT NOT NULL,
			site     TEXT NOT NULL,
			room     TEXT NOT NULL,
			what     TEXT NOT NULL,
			act      TEXT NOT NULL,
			person   TEXT NOT NULL,
			text     TEXT NOT NULL,
			language TEXT NOT NULL,
			time     INTEGER NOT NULL -- milliseconds since 1970, UTC
		) STRICT;
		CREATE INDEX consents_by_room ON consents (tenant, room, id)`,

		`CREATE TABLE tenant_keys (
			tenant  TEXT PRIMARY KEY,
			wrapped BLOB -- under the master key; NULL: destroyed
		) STRICT, WITHOUT ROWID`,

		`CREATE TABLE audit (
			tenant     TEXT NOT NULL,
			n          INTEGER NOT NULL,
			at         INTEGER NOT NULL,
			actor      TEXT NOT NULL,
			actor_name TEXT NOT NULL,
			act        TEXT NOT NULL,
			object     TEXT NOT NULL,
			object_id  TEXT NOT NULL,
			details    TEXT NOT NULL, -- JSON object, keys sorted
			hash       BLOB NOT NULL, -- of this row and the hash before it
			PRIMARY KEY (tenant, n)
		) STRICT, WITHOUT ROWID;
		CREATE TABLE audit_chains (
			tenant       TEXT PRIMARY KEY,
			trimmed_n    INTEGER NOT NULL, -- the last entry that was forgotten; 0: none
			trimmed_hash BLOB NOT NULL,
			last_n       INTEGER NOT NULL,
			last_hash    BLOB NOT NULL
		) STRICT, WITHOUT ROWID`,
	},
}

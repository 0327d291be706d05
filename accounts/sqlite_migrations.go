package accounts

import "alongside/store"

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

		// An empty setting is the default of its kind: what the site has had since before the setting was made.
		`ALTER TABLE tenants ADD COLUMN replies TEXT NOT NULL DEFAULT '[]'; -- JSON
		ALTER TABLE tenants ADD COLUMN reasons TEXT NOT NULL DEFAULT '[]'; -- JSON
		ALTER TABLE sites ADD COLUMN help TEXT NOT NULL DEFAULT ''; -- JSON
		ALTER TABLE sites ADD COLUMN help_version INTEGER NOT NULL DEFAULT 1;
		ALTER TABLE sites ADD COLUMN collection TEXT NOT NULL DEFAULT ''; -- JSON
		ALTER TABLE sites ADD COLUMN collection_version INTEGER NOT NULL DEFAULT 1;
		ALTER TABLE sites ADD COLUMN retention TEXT NOT NULL DEFAULT ''; -- JSON
		ALTER TABLE sites ADD COLUMN identity_secret BLOB; -- sealed
		ALTER TABLE people ADD COLUMN capacity INTEGER NOT NULL DEFAULT 3;
		ALTER TABLE people ADD COLUMN reset_wanted INTEGER NOT NULL DEFAULT 0;
		ALTER TABLE people ADD COLUMN second_factor BLOB; -- sealed
		ALTER TABLE people ADD COLUMN second_factor_pending BLOB; -- sealed
		ALTER TABLE people ADD COLUMN second_factor_step INTEGER NOT NULL DEFAULT 0; -- the last one used
		ALTER TABLE sign_ins ADD COLUMN device TEXT NOT NULL DEFAULT '';
		CREATE TABLE recovery_codes (
			person    TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
			code_hash BLOB NOT NULL,
			PRIMARY KEY (person, code_hash)
		) STRICT, WITHOUT ROWID;
		CREATE TABLE teams (
			id      TEXT PRIMARY KEY,
			tenant  TEXT NOT NULL REFERENCES tenants ON DELETE CASCADE,
			name    TEXT NOT NULL,
			rules   TEXT NOT NULL, -- JSON
			created INTEGER NOT NULL,
			UNIQUE (tenant, name)
		) STRICT;
		CREATE TABLE team_members (
			team   TEXT NOT NULL REFERENCES teams ON DELETE CASCADE,
			person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
			PRIMARY KEY (team, person)
		) STRICT;
		CREATE INDEX team_members_by_person ON team_members (person);
		CREATE TABLE invitations (
			id         TEXT PRIMARY KEY,
			tenant     TEXT NOT NULL REFERENCES tenants ON DELETE CASCADE,
			email      TEXT NOT NULL,
			role       TEXT NOT NULL,
			teams      TEXT NOT NULL, -- JSON
			invited_by TEXT NOT NULL,
			token_hash BLOB NOT NULL UNIQUE,
			created    INTEGER NOT NULL,
			expires    INTEGER NOT NULL,
			UNIQUE (tenant, email)
		) STRICT;
		CREATE TABLE resets (
			token_hash BLOB PRIMARY KEY,
			person     TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
			expires    INTEGER NOT NULL
		) STRICT, WITHOUT ROWID;
		CREATE INDEX resets_by_person ON resets (person);
		CREATE TABLE setup (
			only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
			token_hash BLOB NOT NULL,
			expires    INTEGER NOT NULL
		) STRICT;
		CREATE TABLE api_keys (
			id          TEXT PRIMARY KEY,
			tenant      TEXT NOT NULL REFERENCES tenants ON DELETE CASCADE,
			name        TEXT NOT NULL,
			role        TEXT NOT NULL,
			secret_hash BLOB NOT NULL UNIQUE,
			created     INTEGER NOT NULL,
			last_used   INTEGER, -- NULL: never
			UNIQUE (tenant, name)
		) STRICT`,
	},
}

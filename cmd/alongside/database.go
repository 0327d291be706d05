package main

import (
	"context"
	"fmt"
	"log/slog"

	"alongside/accounts"
	"alongside/history"
	"alongside/privacy"
	"alongside/store"
)

// database is where everything is that outlives the process: SQLite in the data folder, or a MongoDB that several servers
// share. All fields are fixed.
type database struct {
	accounts accounts.Store
	privacy  privacy.Store
	history  history.Store

	ping   func(context.Context) error // answers when the database does
	settle func(context.Context) error // brings deletions to the disk, where that is in our hands
	close  func() error
}

// openDatabase opens what the settings "mongo" and "data" name.
func openDatabase(ctx context.Context, s *settings, logger *slog.Logger) (*database, error) {
	if s.mongo != "" {
		db, err := store.OpenMongo(ctx, s.mongo, s.mongoPlaintext, logger, accounts.Collections, privacy.Collections, history.Collections)
		if err != nil {
			return nil, fmt.Errorf("setting \"mongo\": %w", err)
		}
		return &database{
			accounts: accounts.NewMongo(db), privacy: privacy.NewMongo(db.Database), history: history.NewMongo(db),
			ping: db.Ping, settle: func(context.Context) error { return nil }, close: db.Close,
		}, nil
	}
	db, err := store.Open(ctx, s.data, accounts.Migrations, privacy.Migrations, history.Migrations)
	if err != nil {
		return nil, err
	}
	return &database{
		accounts: accounts.NewSQLite(db), privacy: privacy.NewSQLite(db.Writer, db.Reader), history: history.NewSQLite(db),
		ping: db.Reader.PingContext, settle: db.Checkpoint, close: db.Close,
	}, nil
}

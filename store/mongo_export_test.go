package store

import (
	"context"
	"log/slog"
)

// Prepare is prepare, for tests outside the package.
func (m *Mongo) Prepare(ctx context.Context, set Collections) error {
	return m.prepare(ctx, set, slog.New(slog.DiscardHandler))
}

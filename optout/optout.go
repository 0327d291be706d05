// Package optout serves the pages on which a visitor opts out of being seen, and back in.
package optout

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"alongside/privacy"
)

// Site is a site as these pages need it.
type Site struct {
	Key, Name, Tenant string
	Origins           []string // as browsers write them
}

// Config is what the pages stand on.
type Config struct {
	Keys  *privacy.Keyring
	Sites interface {
		// ByKey returns any error for a key that is not known.
		ByKey(ctx context.Context, key string) (Site, error)
	}
	Sessions interface {
		// Object stops sharing in the room at once.
		Object(ctx context.Context, tenant, room string) error
	}
	Secure bool             // the pages are reached over https
	Public string           // origin of this server
	Now    func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: slog.Default()
}

// New serves /exclude/{site} and /optout.
func New(config Config) http.Handler { return http.NotFoundHandler() }

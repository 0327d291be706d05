package main

import (
	"context"
	"errors"
	"time"

	"alongside/privacy"
	"alongside/rooms"
)

// consents writes what rooms decide into the consent log.
type consents struct{ log *privacy.ConsentLog }

func (c consents) Record(ctx context.Context, e rooms.ConsentEvent) error {
	return c.log.Add(ctx, privacy.Consent{
		Tenant: e.Tenant, Site: e.Site, Room: e.Room, What: e.What, Act: e.Act,
		Person: e.Person, Text: e.Text, Language: e.Lang, Time: e.At,
	})
}

// limiter counts attempts to sign in where all nodes can see them.
type limiter struct {
	shared rooms.Shared
	what   string
	rate   rooms.Rate
}

// Refund takes an attempt back that turned out to be none.
func (l limiter) Refund(ctx context.Context, key string) {
	_ = l.shared.Refund(ctx, l.what+key) // else it counts, which is the safe side
}

func (l limiter) Allow(ctx context.Context, key string) (ok bool, retryAfter time.Duration) {
	err := l.shared.Allow(ctx, l.what+key, l.rate)
	var tooMany *rooms.TooManyError
	if errors.As(err, &tooMany) {
		return false, tooMany.RetryAfter
	}
	return err == nil, l.rate.Per
}

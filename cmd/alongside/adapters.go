package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"alongside/accounts"
	"alongside/privacy"
	"alongside/relay"
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

// sites finds the relay's sites among the accounts.
type sites struct{ accounts *accounts.Service }

func (s sites) ByKey(ctx context.Context, key string) (relay.Site, error) {
	site, err := s.accounts.SiteByKey(ctx, key)
	if errors.Is(err, accounts.ErrNotFound) {
		return relay.Site{}, relay.ErrNoSite
	}
	if err != nil {
		return relay.Site{}, err
	}
	policy, err := json.Marshal(site.Policy)
	if err != nil {
		return relay.Site{}, fmt.Errorf("encode policy: %w", err)
	}
	return relay.Site{ID: site.ID, Tenant: site.Tenant, Name: site.Name, Origins: site.Origins, Policy: policy}, nil
}

// limiter counts attempts to sign in where all nodes can see them.
type limiter struct {
	shared rooms.Shared
	what   string
	rate   rooms.Rate
}

func (l limiter) Allow(ctx context.Context, key string) (ok bool, retryAfter time.Duration) {
	err := l.shared.Allow(ctx, l.what+key, l.rate)
	var tooMany *rooms.TooManyError
	if errors.As(err, &tooMany) {
		return false, tooMany.RetryAfter
	}
	return err == nil, l.rate.Per
}

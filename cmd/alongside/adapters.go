package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"alongside/accounts"
	"alongside/console"
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

// seats lets the console look into the hub.
type seats struct{ hub *rooms.Hub }

func (s seats) Visitors(ctx context.Context, tenant string) ([]rooms.Visitor, error) {
	return s.hub.Visitors(ctx, tenant)
}

func (s seats) Watch(tenant string) (<-chan struct{}, func()) { return s.hub.Watch(tenant) }

func (s seats) JoinByCode(ctx context.Context, tenant string, p accounts.Person, code string) (console.Join, error) {
	return joined(s.hub.JoinByCode(ctx, tenant, rooms.Person{ID: p.ID, Name: p.Name}, code))
}

func (s seats) JoinByRoom(ctx context.Context, tenant string, p accounts.Person, room string) (console.Join, error) {
	return joined(s.hub.JoinByRoom(ctx, tenant, rooms.Person{ID: p.ID, Name: p.Name}, room))
}

func joined(j rooms.Joined, err error) (console.Join, error) {
	var tooMany *rooms.TooManyError
	switch {
	case errors.As(err, &tooMany):
		return console.Join{}, console.ErrRate{RetryAfter: tooMany.RetryAfter}
	case errors.Is(err, rooms.ErrNotFound):
		return console.Join{}, console.ErrNotFound
	case err != nil:
		return console.Join{}, err
	}
	return console.Join{Room: j.Room, Ticket: j.Ticket, Site: console.Site{ID: j.Site, Name: j.SiteName}}, nil
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

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"alongside/accounts"
	"alongside/optout"
	"alongside/privacy"
	"alongside/relay"
	"alongside/rooms"
)

// sites finds among the accounts what the visitor's side needs of a site.
type sites struct {
	accounts *accounts.Service
	fetched  *sightings
}

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
	return relay.Site{
		ID: site.ID, Tenant: site.Tenant, Name: site.Name, Key: site.Key, Origins: site.Origins, Policy: policy,
		Collection: site.Collection, Open: site.Help.Hours.Open,
		IdentitySecret: func(ctx context.Context) ([]byte, error) {
			return s.accounts.IdentitySecret(ctx, site.Tenant, site.ID)
		},
		Form: func(lang string) []relay.FormField { return formFields(site.Help.FormIn(lang)) },
		Answers: func(lang string, given map[string]string) ([]rooms.Answer, error) {
			return checkedAnswers(site.Help, lang, given)
		},
	}, nil
}

// checkedAnswers says what is wrong with an answer in the words of rooms.
func checkedAnswers(help accounts.Help, lang string, given map[string]string) ([]rooms.Answer, error) {
	checked, err := help.CheckAnswers(lang, given)
	var field *accounts.FieldError
	if errors.As(err, &field) {
		return nil, &rooms.InvalidError{Field: field.Field, Detail: field.Problem}
	}
	var all []rooms.Answer
	for _, a := range checked {
		all = append(all, rooms.Answer(a))
	}
	return all, err
}

func formFields(form []accounts.FormField) []relay.FormField {
	fields := make([]relay.FormField, 0, len(form))
	for _, f := range form {
		field := relay.FormField{ID: f.ID, Kind: string(f.Kind), Label: f.Label, Required: f.Required}
		for _, o := range f.Options {
			field.Options = append(field.Options, relay.FormOption(o))
		}
		fields = append(fields, field)
	}
	return fields
}

// LoaderConfig is what the loader in the site's pages may know before anybody asks for help.
func (s sites) LoaderConfig(ctx context.Context, key, origin string) (config []byte, ok bool, err error) {
	site, err := s.accounts.SiteByKey(ctx, key)
	if errors.Is(err, accounts.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if site.Allows(origin) {
		s.fetched.add(key, origin)
	}
	config, err = json.Marshal(struct {
		Collection privacy.PublicCollection `json:"collection"`
	}{site.Collection.Public()})
	return config, err == nil, err
}

// optOutSites gives the opt-out pages their sites.
type optOutSites struct{ accounts *accounts.Service }

func (s optOutSites) ByKey(ctx context.Context, key string) (optout.Site, error) {
	site, err := s.accounts.SiteByKey(ctx, key)
	if err != nil {
		return optout.Site{}, err
	}
	return optout.Site{Key: site.Key, Name: site.Name, Tenant: site.Tenant, Origins: site.Origins}, nil
}

// optOuts reads and makes the opt-out pages' links.
type optOuts struct {
	keys   *privacy.Keyring
	public *url.URL
}

func (o optOuts) Check(siteKey, token string) (out bool, err error) {
	return o.keys.CheckOptOut(siteKey, token, time.Now())
}

func (o optOuts) SessionURL(siteKey, tenant, room string) string {
	link := o.public.JoinPath("exclude", siteKey)
	link.RawQuery = url.Values{"s": {o.keys.SessionToken(siteKey, tenant, room)}}.Encode()
	return link.String()
}

// maxSightings bounds the memory of sites whose script was fetched.
const maxSightings = 10_000

// sightings remembers, since the program started, where each site's script was fetched last: whoever sets a site up wants
// to see that it works.
type sightings struct {
	mu   sync.Mutex
	last map[string]sighting
}

type sighting struct {
	at     time.Time
	origin string
}

func (s *sightings) add(key, origin string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil || len(s.last) >= maxSightings {
		s.last = map[string]sighting{}
	}
	s.last[key] = sighting{time.Now().UTC(), origin}
}

// At tells when and where a page of the site last fetched its script.
func (s *sightings) At(siteKey string) (at time.Time, origin string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.last[siteKey]
	return found.at, found.origin
}

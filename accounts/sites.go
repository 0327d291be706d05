package accounts

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"alongside/privacy"
)

// AddSite adds a site with default settings and gives it a key. It returns a *FieldError for a field that is wrong.
func (s *Service) AddSite(ctx context.Context, tenant, name string, origins []string) (Site, error) {
	site, err := s.newSite("name", name, origins)
	if err != nil {
		return Site{}, err
	}
	if _, err := s.store.Tenant(ctx, tenant); err != nil {
		return Site{}, fmt.Errorf("add site: %w", err)
	}
	site.Tenant = tenant
	switch err := s.store.AddSite(ctx, site); {
	case errors.Is(err, ErrExists):
		return Site{}, &FieldError{"name", "is in use already"}
	case err != nil:
		return Site{}, fmt.Errorf("add site: %w", err)
	}
	return site, nil
}

// newSite is a site that has no tenant yet.
func (s *Service) newSite(nameField, name string, origins []string) (Site, error) {
	name, err := cleanName(nameField, name)
	if err != nil {
		return Site{}, err
	}
	if origins, err = cleanOrigins("origins", origins); err != nil {
		return Site{}, err
	}
	return Site{
		ID: newID(), Key: "site_" + newID(), Name: name, Origins: origins, Created: s.timestamp(),
		Policy: privacy.Default(), Help: DefaultHelp(), Collection: privacy.DefaultCollection(), Retention: privacy.DefaultRetention(),
	}, nil
}

// Sites lists the tenant's sites.
func (s *Service) Sites(ctx context.Context, tenant string) ([]Site, error) {
	return s.store.Sites(ctx, tenant)
}

// Site returns one site of the tenant.
func (s *Service) Site(ctx context.Context, tenant, site string) (Site, error) {
	return s.store.Site(ctx, tenant, site)
}

// SiteByKey returns the site that a page names by its public key. It always reads the store, so that a change of origins or
// policy counts for the next visitor.
func (s *Service) SiteByKey(ctx context.Context, key string) (Site, error) {
	return s.store.SiteByKey(ctx, key)
}

// SiteChange is what may be changed of a site without a version; nil leaves a field as it is.
type SiteChange struct {
	Name    *string
	Origins []string
}

// UpdateSite changes a site and returns it as changed. What is wrong with a field is a *FieldError, and then nothing has
// changed.
func (s *Service) UpdateSite(ctx context.Context, tenant, site string, change SiteChange) (Site, error) {
	if change.Name != nil {
		name, err := cleanName("name", *change.Name)
		if err != nil {
			return Site{}, err
		}
		change.Name = &name
	}
	if change.Origins != nil {
		origins, err := cleanOrigins("origins", change.Origins)
		if err != nil {
			return Site{}, err
		}
		change.Origins = origins
	}
	switch err := s.store.UpdateSite(ctx, tenant, site, change); {
	case errors.Is(err, ErrExists):
		return Site{}, &FieldError{"name", "is in use already"}
	case err != nil:
		return Site{}, err
	}
	return s.store.Site(ctx, tenant, site)
}

// RemoveSite removes a site; its key is unknown from then on. Rules of teams that name no other site go with it.
func (s *Service) RemoveSite(ctx context.Context, tenant, site string) error {
	return s.store.DeleteSite(ctx, tenant, site)
}

// SetPolicy stores policy as the version after its own and returns it so. policy.Version is the version that was edited:
// ErrConflict says that it is no longer the stored one. What is wrong with a field is a *FieldError that names it as in the
// policy's JSON.
func (s *Service) SetPolicy(ctx context.Context, tenant, site string, policy privacy.Policy) (privacy.Policy, error) {
	if err := fieldOf(policy.Validate()); err != nil {
		return privacy.Policy{}, err
	}
	policy = policy.Next(policy.Version)
	return policy, s.store.SetPolicy(ctx, tenant, site, policy)
}

// SetHelp stores the form and the office hours by their version, as SetPolicy does.
func (s *Service) SetHelp(ctx context.Context, tenant, site string, help Help) (Help, error) {
	if err := help.Validate(); err != nil {
		return Help{}, err
	}
	help = help.withoutNulls().Next(help.Version)
	return help, s.store.SetHelp(ctx, tenant, site, help)
}

// SetCollection stores what may be collected by its version, as SetPolicy does.
func (s *Service) SetCollection(ctx context.Context, tenant, site string, collection privacy.Collection) (privacy.Collection, error) {
	if err := fieldOf(collection.Validate()); err != nil {
		return privacy.Collection{}, err
	}
	collection = collection.Next(collection.Version)
	return collection, s.store.SetCollection(ctx, tenant, site, collection)
}

// SetRetention replaces how long the site's records are kept. What is wrong with a field is a *FieldError.
func (s *Service) SetRetention(ctx context.Context, tenant, site string, retention privacy.Retention) error {
	if err := fieldOf(retention.Validate()); err != nil {
		return err
	}
	return s.store.SetRetention(ctx, tenant, site, retention)
}

// fieldOf makes privacy's field errors those of this package.
func fieldOf(err error) error {
	var field *privacy.FieldError
	if errors.As(err, &field) {
		return &FieldError{field.Field, field.Problem}
	}
	return err
}

// identitySecretBytes is how much chance an identity secret holds.
const identitySecretBytes = 32

// IdentitySecret returns the secret with which the site's own server signs who a visitor is: 64 hex digits, whose ASCII
// bytes are the key of privacy.IdentitySignature. It is made when it is first asked for.
func (s *Service) IdentitySecret(ctx context.Context, tenant, site string) ([]byte, error) {
	sealed, err := s.store.IdentitySecret(ctx, tenant, site)
	if err != nil {
		return nil, err
	}
	if sealed != nil {
		return s.open(ctx, tenant, sealed, "identity secret "+site)
	}
	secret, err := s.replaceIdentitySecret(ctx, tenant, site, nil)
	if errors.Is(err, ErrConflict) { // somebody else was first: theirs counts
		return s.IdentitySecret(ctx, tenant, site)
	}
	return secret, err
}

// RotateIdentitySecret replaces the secret and returns the new one; signatures made with the old one no longer count. Of two
// who do it at once, one gets ErrConflict.
func (s *Service) RotateIdentitySecret(ctx context.Context, tenant, site string) ([]byte, error) {
	old, err := s.store.IdentitySecret(ctx, tenant, site)
	if err != nil {
		return nil, err
	}
	return s.replaceIdentitySecret(ctx, tenant, site, old)
}

func (s *Service) replaceIdentitySecret(ctx context.Context, tenant, site string, old []byte) ([]byte, error) {
	random := make([]byte, identitySecretBytes)
	rand.Read(random) // never fails (Go 1.24)
	secret := []byte(hex.EncodeToString(random))
	sealed, err := s.seal(ctx, tenant, secret, "identity secret "+site)
	if err != nil {
		return nil, err
	}
	return secret, s.store.SetIdentitySecret(ctx, tenant, site, old, sealed)
}

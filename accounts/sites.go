package accounts

import (
	"context"
	"errors"
	"fmt"

	"alongside/privacy"
)

// AddSite adds a site under the default policy and gives it a key. It returns a *FieldError for a field that is wrong.
func (s *Service) AddSite(ctx context.Context, tenant, name string, origins []string) (Site, error) {
	name, err := cleanName("name", name)
	if err != nil {
		return Site{}, err
	}
	if origins, err = cleanOrigins("origins", origins); err != nil {
		return Site{}, err
	}
	if _, err := s.store.Tenant(ctx, tenant); err != nil {
		return Site{}, fmt.Errorf("add site: %w", err)
	}
	site := Site{
		ID: newID(), Tenant: tenant, Key: "site_" + newID(), Name: name,
		Origins: origins, Policy: privacy.Default(), Help: DefaultHelp(), Collection: privacy.DefaultCollection(),
		Retention: privacy.DefaultRetention(), Created: s.timestamp(),
	}
	switch err := s.store.AddSite(ctx, site); {
	case errors.Is(err, ErrExists):
		return Site{}, &FieldError{"name", "is in use already"}
	case err != nil:
		return Site{}, fmt.Errorf("add site: %w", err)
	}
	return site, nil
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
// ErrConflict says that it is no longer the stored one. What is wrong with a field is a *FieldError.
func (s *Service) SetPolicy(ctx context.Context, tenant, site string, policy privacy.Policy) (privacy.Policy, error) {
	if err := policy.Validate(); err != nil {
		var field *privacy.FieldError
		if errors.As(err, &field) {
			return privacy.Policy{}, &FieldError{"policy." + field.Field, field.Problem}
		}
		return privacy.Policy{}, err
	}
	next := policy.Next(policy.Version)
	if err := s.store.SetPolicy(ctx, tenant, site, next); err != nil {
		return privacy.Policy{}, err
	}
	return next, nil
}

// SetHelp stores the form and the office hours by their version, as SetPolicy does.
func (s *Service) SetHelp(ctx context.Context, tenant, site string, help Help) (Help, error) {
	return Help{}, errors.ErrUnsupported
}

// SetCollection stores what may be collected by its version, as SetPolicy does.
func (s *Service) SetCollection(ctx context.Context, tenant, site string, collection privacy.Collection) (privacy.Collection, error) {
	return privacy.Collection{}, errors.ErrUnsupported
}

// SetRetention replaces how long the site's records are kept. What is wrong with a field is a *FieldError.
func (s *Service) SetRetention(ctx context.Context, tenant, site string, retention privacy.Retention) error {
	return errors.ErrUnsupported
}

// IdentitySecret returns the secret, 64 hex digits, with which the site's own server signs who a visitor is
// (privacy.IdentitySignature takes it as these bytes). It is made when it is first asked for.
func (s *Service) IdentitySecret(ctx context.Context, tenant, site string) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

// RotateIdentitySecret replaces the secret; signatures made with the old one no longer count.
func (s *Service) RotateIdentitySecret(ctx context.Context, tenant, site string) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

package accounts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// APIKeyPrefix begins every API key's secret, so that one that leaked can be recognised.
const APIKeyPrefix = "alk_"

// MaxAPIKeysPerTenant bounds how many keys a tenant has.
const MaxAPIKeysPerTenant = 50

// APIKey lets a program of the tenant use the HTTP API.
type APIKey struct {
	ID, Tenant string
	Name       string // unique in the tenant
	Role       Role
	Created    time.Time
	LastUsed   time.Time // zero: never; exact to a minute
}

// APIKeys lists the tenant's keys, without their secrets.
func (s *Service) APIKeys(ctx context.Context, tenant string) ([]APIKey, error) {
	return s.store.APIKeys(ctx, tenant)
}

// AddAPIKey makes a key and returns its secret, which cannot be had again. What is wrong with a field is a *FieldError.
func (s *Service) AddAPIKey(ctx context.Context, tenant, name string, role Role) (key APIKey, secret string, err error) {
	if _, err := s.store.Tenant(ctx, tenant); err != nil {
		return APIKey{}, "", fmt.Errorf("add API key: %w", err)
	}
	if name, err = cleanName("name", name); err != nil {
		return APIKey{}, "", err
	}
	if err := checkRole("role", role); err != nil {
		return APIKey{}, "", err
	}
	keys, err := s.store.APIKeys(ctx, tenant)
	if err != nil {
		return APIKey{}, "", fmt.Errorf("add API key: %w", err)
	}
	if len(keys) >= MaxAPIKeysPerTenant {
		return APIKey{}, "", &FieldError{"name", fmt.Sprintf("would be key number %d, which is too many", len(keys)+1)}
	}
	key = APIKey{ID: newID(), Tenant: tenant, Name: name, Role: role, Created: s.timestamp()}
	secret = APIKeyPrefix + newToken()
	switch err := s.store.AddAPIKey(ctx, key, hashToken(secret)); {
	case errors.Is(err, ErrExists):
		return APIKey{}, "", &FieldError{"name", "is in use already"}
	case err != nil:
		return APIKey{}, "", err
	}
	return key, secret, nil
}

// RemoveAPIKey makes a key void at once.
func (s *Service) RemoveAPIKey(ctx context.Context, tenant, key string) error {
	return s.store.DeleteAPIKey(ctx, tenant, key)
}

// ByAPIKey returns the key of the secret, and counts as a use of it. ErrNotFound stands for unknown and removed alike.
func (s *Service) ByAPIKey(ctx context.Context, secret string) (APIKey, error) {
	if !strings.HasPrefix(secret, APIKeyPrefix) {
		return APIKey{}, ErrNotFound
	}
	key, err := s.store.APIKeyBySecret(ctx, hashToken(secret))
	if err != nil {
		return APIKey{}, fmt.Errorf("find API key: %w", err)
	}
	now := s.timestamp()
	if now.Sub(key.LastUsed) < useEvery {
		return key, nil
	}
	if err := s.store.UseAPIKey(ctx, key.Tenant, key.ID, now); err != nil {
		return APIKey{}, fmt.Errorf("use API key: %w", err)
	}
	key.LastUsed = now
	return key, nil
}

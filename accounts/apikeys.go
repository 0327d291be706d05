package accounts

import (
	"context"
	"errors"
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
	return APIKey{}, "", errors.ErrUnsupported
}

// RemoveAPIKey makes a key void at once.
func (s *Service) RemoveAPIKey(ctx context.Context, tenant, key string) error {
	return s.store.DeleteAPIKey(ctx, tenant, key)
}

// ByAPIKey returns the key of the secret, and counts as a use of it. ErrNotFound stands for unknown and removed alike.
func (s *Service) ByAPIKey(ctx context.Context, secret string) (APIKey, error) {
	return APIKey{}, errors.ErrUnsupported
}

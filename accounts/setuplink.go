package accounts

import (
	"context"
	"fmt"
	"time"
)

// SetupLife is how long a set-up link can be used.
const SetupLife = 24 * time.Hour

// OpenSetup returns the token of the link (Link) with which the first tenant can be made in the browser. Each call makes the
// one before it void. The token is empty once there is a tenant.
func (s *Service) OpenSetup(ctx context.Context) (token string, err error) {
	tenants, err := s.store.Tenants(ctx)
	if err != nil || len(tenants) > 0 {
		return "", err
	}
	token = newToken()
	if err := s.store.SetSetupToken(ctx, hashToken(token), s.timestamp().Add(SetupLife)); err != nil {
		return "", err
	}
	return token, nil
}

// CheckSetup returns ErrNotFound unless CompleteSetup can be called with the token.
func (s *Service) CheckSetup(ctx context.Context, token string) error {
	return s.store.SetupToken(ctx, hashToken(token), s.timestamp())
}

// CompleteSetup makes the first tenant with its site and its admin, uses the token up and signs the admin in on device. Of
// two who do it at once, one gets ErrNotFound. What is wrong with a field is a *FieldError that names it as in "adminEmail",
// and the token stays good.
func (s *Service) CompleteSetup(ctx context.Context, token string, request SetupRequest, device string) (result SetupResult, signInToken string, err error) {
	if err := s.CheckSetup(ctx, token); err != nil {
		return SetupResult{}, "", err
	}
	tenant, site, admin, err := s.checkSetup(request)
	if err != nil {
		return SetupResult{}, "", err
	}
	hash, err := s.hasher.hash(ctx, request.AdminPassword)
	if err != nil {
		return SetupResult{}, "", fmt.Errorf("set up: %w", err)
	}
	site.Tenant = tenant.ID
	admin.ID, admin.Tenant, admin.Created = newID(), tenant.ID, tenant.Created
	if err := s.store.CompleteSetup(ctx, hashToken(token), tenant.Created, tenant, site, admin, hash); err != nil {
		return SetupResult{}, "", err
	}
	signInToken, err = s.addSignIn(ctx, admin, device)
	return SetupResult{Tenant: tenant, Site: site, Admin: admin, Created: true}, signInToken, err
}

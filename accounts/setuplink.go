package accounts

import (
	"context"
	"errors"
	"time"
)

// SetupLife is how long a set-up link can be used.
const SetupLife = 24 * time.Hour

// OpenSetup returns the token of the link (Link) with which the first tenant can be made in the browser. Each call makes the
// one before it void. The token is empty once there is a tenant.
func (s *Service) OpenSetup(ctx context.Context) (token string, err error) {
	return "", errors.ErrUnsupported
}

// CheckSetup returns ErrNotFound unless CompleteSetup can be called with the token.
func (s *Service) CheckSetup(ctx context.Context, token string) error {
	return errors.ErrUnsupported
}

// CompleteSetup makes the first tenant with its site and its admin, uses the token up and signs the admin in on device. Of
// two who do it at once, one gets ErrNotFound. What is wrong with a field is a *FieldError that names it as in "adminEmail".
func (s *Service) CompleteSetup(ctx context.Context, token string, request SetupRequest, device string) (result SetupResult, signInToken string, err error) {
	return SetupResult{}, "", errors.ErrUnsupported
}

package accounts

import (
	"context"
	"errors"
)

// RecoveryCodes is how many a person gets with a second factor; each replaces a code once.
const RecoveryCodes = 10

// BeginSecondFactor makes a secret for the person's authenticator app (TOTP, RFC 6238: SHA-1, six digits, 30 seconds) and
// returns it in base32 and as an otpauth URI. It counts only when ConfirmSecondFactor has seen a code of it. ErrExists says
// that a second factor is active: it has to be removed first.
func (s *Service) BeginSecondFactor(ctx context.Context, tenant, person string) (secret, uri string, err error) {
	return "", "", errors.ErrUnsupported
}

// ConfirmSecondFactor activates what BeginSecondFactor made and returns the recovery codes, which cannot be had again. A
// wrong code is a *FieldError; ErrNotFound says that nothing was begun.
func (s *Service) ConfirmSecondFactor(ctx context.Context, tenant, person, code string) (recovery []string, err error) {
	return nil, errors.ErrUnsupported
}

// RemoveSecondFactor lets the person sign in with the password alone again. A wrong password is a *FieldError, too many of
// them are a *RateError.
func (s *Service) RemoveSecondFactor(ctx context.Context, tenant, person, password string) error {
	return errors.ErrUnsupported
}

// DropSecondFactor is RemoveSecondFactor by an admin, for a person who has lost both the app and the recovery codes.
func (s *Service) DropSecondFactor(ctx context.Context, tenant, person string) error {
	return s.store.DeleteSecondFactor(ctx, tenant, person)
}

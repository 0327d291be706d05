package accounts

import (
	"context"
	"errors"
	"net/netip"
	"time"
)

// ResetLife is how long a password can be replaced with a link.
const ResetLife = time.Hour

// RequestReset sends the person with the e-mail a letter with a link to choose a new password; where no letter can be sent
// it sets the person's ResetWanted, for an admin to see. Whether anybody has the e-mail cannot be told from the answer, nor
// from the time that it takes: the letter is sent after it. The error is a *RateError or one of the store.
func (s *Service) RequestReset(ctx context.Context, email, language string, address netip.Addr) error {
	return errors.ErrUnsupported
}

// ResetLink returns a token with which the person can choose a new password, for an admin to pass on as a Link.
func (s *Service) ResetLink(ctx context.Context, tenant, person string) (token string, err error) {
	return "", errors.ErrUnsupported
}

// ResetPassword replaces the password of whoever the token was made for, signs the person out everywhere and uses the token
// up. ErrNotFound stands for unknown, used and expired alike; what is wrong with the password is a *FieldError.
func (s *Service) ResetPassword(ctx context.Context, token, password string) (Person, error) {
	return Person{}, errors.ErrUnsupported
}

// ChangePassword replaces a person's password and signs the person out everywhere. A wrong old password is a *FieldError of
// the field "old"; too many of them are a *RateError.
func (s *Service) ChangePassword(ctx context.Context, tenant, person, old, new string) error {
	return errors.ErrUnsupported
}

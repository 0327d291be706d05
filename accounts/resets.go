package accounts

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// ResetLife is how long a password can be replaced with a link.
const ResetLife = time.Hour

// RequestReset sends the person with the e-mail a letter with a link to choose a new password; where no letter can be sent
// it sets the person's ResetWanted, for an admin to see. Whether anybody has the e-mail cannot be told from the answer, nor
// from the time that it takes: everything is done after it. The error is a *RateError.
func (s *Service) RequestReset(ctx context.Context, email, language string, address netip.Addr) error {
	email = normalEmail(email)
	if _, err := s.allow(ctx, "reset", email, address); err != nil {
		return err
	}
	return s.letters.later(ctx, func(ctx context.Context) {
		if err := s.sendReset(ctx, email, language); err != nil {
			s.log.Warn("a wish for a new password was not noted", "err", err)
		}
	})
}

// sendReset notes the wish before it sends the letter and strikes it out after: whatever happens in between, an admin sees.
func (s *Service) sendReset(ctx context.Context, email, language string) error {
	person, _, err := s.store.PersonByEmail(ctx, email)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.store.SetResetWanted(ctx, person.Tenant, person.ID, true); err != nil {
		return err
	}
	if s.mail == nil {
		return nil
	}
	token, err := s.ResetLink(ctx, person.Tenant, person.ID)
	if err != nil {
		return err
	}
	if !s.send(ctx, person.Email, language, letterReset, letterWords{Link: s.Link(PageReset, token)}) {
		return nil
	}
	return s.store.SetResetWanted(ctx, person.Tenant, person.ID, false)
}

// ResetLink returns a token with which the person can choose a new password, for an admin to pass on as a Link.
func (s *Service) ResetLink(ctx context.Context, tenant, person string) (token string, err error) {
	token = newToken()
	if err := s.store.AddReset(ctx, tenant, person, hashToken(token), s.timestamp().Add(ResetLife)); err != nil {
		return "", err
	}
	return token, nil
}

// ResetPassword replaces the password of whoever the token was made for, signs the person out everywhere and uses the token
// up, with every other one of the person. ErrNotFound stands for unknown, used and expired alike; what is wrong with the
// password is a *FieldError, and the token stays good. A second factor stays as it is.
func (s *Service) ResetPassword(ctx context.Context, token, password string) (Person, error) {
	person, err := s.store.Reset(ctx, hashToken(token), s.timestamp())
	if err != nil {
		return Person{}, fmt.Errorf("find reset: %w", err)
	}
	if err := checkPassword("password", password); err != nil {
		return Person{}, err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return Person{}, fmt.Errorf("reset password: %w", err)
	}
	if err := s.store.UseReset(ctx, hashToken(token), s.timestamp(), hash); err != nil {
		return Person{}, err
	}
	person.ResetWanted = false
	return person, nil
}

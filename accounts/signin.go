package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// useEvery is how often at most a sign-in's last use is written; reading one page makes many requests.
const useEvery = time.Minute

// SignInRequest is an attempt to sign in.
type SignInRequest struct {
	Email, Password string
	Code            string     // of the second factor, or a recovery code; empty for people without one
	Address         netip.Addr // where it comes from; only counted, never stored
	Device          string     // what the sign-in is shown as later: "Chrome on Linux"
}

// MaxDevice is how much of a device's name is kept, in characters.
const MaxDevice = 100

// SignIn returns the person and a new token, to be kept by the browser alone. The error is ErrCredentials for a wrong
// password and an unknown e-mail alike, after the same work; ErrSecondFactor when the password is right and a code is missing
// or wrong; or a *RateError. With the first two errors the person has an ID and a tenant if the e-mail is known and an
// attempt failed, for the audit log alone. Only failures use up the limits, if the limiters are Refunders.
func (s *Service) SignIn(ctx context.Context, request SignInRequest) (Person, string, error) {
	email := normalEmail(request.Email)
	refund, err := s.allow(ctx, "sign-in", email, request.Address)
	if err != nil {
		return Person{}, "", err
	}
	person, hash, err := s.store.PersonByEmail(ctx, email)
	known := err == nil
	if errors.Is(err, ErrNotFound) {
		hash = unknownPersonHash
	} else if err != nil {
		return Person{}, "", fmt.Errorf("sign in: %w", err)
	}
	matches, err := s.hasher.matches(ctx, request.Password, hash)
	if err != nil {
		return Person{}, "", fmt.Errorf("sign in: %w", err)
	}
	meant := Person{ID: person.ID, Tenant: person.Tenant}
	if !known || !matches {
		return meant, "", ErrCredentials
	}
	if person.SecondFactor {
		if request.Code == "" {
			refund() // the first of two steps, not a failure
			return Person{}, "", ErrSecondFactor
		}
		if err := s.useCode(ctx, person, request.Code); err != nil {
			return meant, "", fmt.Errorf("sign in: %w", err)
		}
	}
	refund()
	if person.ResetWanted { // the password has come back to mind
		if err := s.store.SetResetWanted(ctx, person.Tenant, person.ID, false); err != nil {
			return Person{}, "", fmt.Errorf("sign in: %w", err)
		}
		person.ResetWanted = false
	}
	token, err := s.addSignIn(ctx, person, request.Device)
	return person, token, err
}

// addSignIn signs the person in and, while at it, forgets what is past.
func (s *Service) addSignIn(ctx context.Context, person Person, device string) (token string, err error) {
	now := s.timestamp()
	if _, err := s.store.DeleteSignIns(ctx, now.Add(-IdleLife), now.Add(-FullLife)); err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	if err := s.store.DeleteExpired(ctx, now); err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	token = newToken()
	signIn := SignIn{
		ID: newID(), Tenant: person.Tenant, Person: person.ID, Device: cleanDevice(device), Created: now, LastUsed: now,
	}
	if err := s.store.AddSignIn(ctx, signIn, hashToken(token)); err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	return token, nil
}

// cleanDevice drops what would not print, rather than refuse a sign-in for the name of a browser.
func cleanDevice(device string) string {
	printable := strings.Map(func(char rune) rune {
		if unicode.IsControl(char) || char == utf8.RuneError {
			return -1
		}
		return char
	}, device)
	runes := []rune(strings.TrimSpace(printable))
	return string(runes[:min(len(runes), MaxDevice)])
}

// allow counts an attempt at act by where it comes from and by whom it is about. The address goes first: one that is over its
// limit must not use up the limit of the people it guesses at. refund takes the attempt back.
func (s *Service) allow(ctx context.Context, act, email string, address netip.Addr) (refund func(), err error) {
	from := addressKey(act, address)
	if ok, retryAfter := s.perAddress.Allow(ctx, from); !ok {
		return nil, &RateError{retryAfter}
	}
	emailHash := sha256.Sum256([]byte(email))
	about := act + " by e-mail " + base64.RawURLEncoding.EncodeToString(emailHash[:])
	if ok, retryAfter := s.perEmail.Allow(ctx, about); !ok {
		return nil, &RateError{retryAfter}
	}
	return func() {
		takeBack(ctx, s.perAddress, from)
		takeBack(ctx, s.perEmail, about)
	}, nil
}

func takeBack(ctx context.Context, limiter Limiter, key string) {
	if refunder, ok := limiter.(Refunder); ok {
		refunder.Refund(ctx, key)
	}
}

// addressKey counts an IPv6 network of 64 bits as one place: whoever has one address of it has them all.
func addressKey(act string, address netip.Addr) string {
	address = address.Unmap().WithZone("")
	if address.Is6() {
		if network, err := address.Prefix(64); err == nil {
			return act + " from " + network.String()
		}
	}
	return act + " from " + address.String()
}

// PersonByToken returns who is signed in with the token, and counts as a use of it. ErrNotFound stands for unknown, signed
// out and expired alike.
func (s *Service) PersonByToken(ctx context.Context, token string) (Person, error) {
	signIn, person, err := s.signInByToken(ctx, token)
	if err != nil {
		return Person{}, err
	}
	now := s.timestamp()
	if now.Sub(signIn.LastUsed) < useEvery {
		return person, nil
	}
	if err := s.store.UseSignIn(ctx, signIn.Tenant, signIn.ID, now); err != nil {
		return Person{}, fmt.Errorf("use sign-in: %w", err)
	}
	return person, nil
}

// StillSignedIn is PersonByToken without counting as a use: for what runs by itself in an open page.
func (s *Service) StillSignedIn(ctx context.Context, token string) (Person, error) {
	_, person, err := s.signInByToken(ctx, token)
	return person, err
}

func (s *Service) signInByToken(ctx context.Context, token string) (SignIn, Person, error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return SignIn{}, Person{}, ErrNotFound
	}
	signIn, person, err := s.store.SignInByToken(ctx, hashToken(token))
	if err != nil {
		return SignIn{}, Person{}, fmt.Errorf("find sign-in: %w", err)
	}
	now := s.timestamp()
	if now.Sub(signIn.LastUsed) > IdleLife || now.Sub(signIn.Created) > FullLife {
		return SignIn{}, Person{}, ErrNotFound
	}
	return signIn, person, nil
}

// SignOut ends the sign-in of the token; one that is unknown is ended already.
func (s *Service) SignOut(ctx context.Context, token string) error {
	signIn, _, err := s.store.SignInByToken(ctx, hashToken(token))
	if err == nil {
		err = s.store.DeleteSignIn(ctx, signIn.Tenant, signIn.Person, signIn.ID)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// SignIns lists where a person is signed in. The one of token is marked as Current; token may be empty.
func (s *Service) SignIns(ctx context.Context, tenant, person, token string) ([]SignIn, error) {
	signIns, err := s.store.SignIns(ctx, tenant, person)
	if err != nil || token == "" {
		return signIns, err
	}
	current, _, err := s.store.SignInByToken(ctx, hashToken(token))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("find sign-in: %w", err)
	}
	for i := range signIns {
		signIns[i].Current = signIns[i].ID == current.ID
	}
	return signIns, nil
}

// Revoke ends one sign-in of a person.
func (s *Service) Revoke(ctx context.Context, tenant, person, signIn string) error {
	return s.store.DeleteSignIn(ctx, tenant, person, signIn)
}

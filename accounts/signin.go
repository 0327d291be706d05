package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// tokenBytes is how much chance a sign-in's token holds.
const tokenBytes = 32

// useEvery is how often at most a sign-in's last use is written; reading one page makes many requests.
const useEvery = time.Minute

// SignInRequest is an attempt to sign in.
type SignInRequest struct {
	Email, Password string
	Code            string     // of the second factor, or a recovery code; empty for people without one
	Address         netip.Addr // where it comes from; only counted, never stored
	Device          string     // what the sign-in is shown as later: "Chrome on Linux"
}

// SignIn returns the person and a new token, to be kept by the browser alone. The error is ErrCredentials for a wrong
// password and an unknown e-mail alike, after the same work, or a *RateError.
func (s *Service) SignIn(ctx context.Context, request SignInRequest) (Person, string, error) {
	email := normalEmail(request.Email)
	if err := s.allow(ctx, email, request.Address); err != nil {
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
	if !known || !matches {
		return Person{}, "", ErrCredentials
	}

	now := s.timestamp()
	if _, err := s.store.DeleteSignIns(ctx, now.Add(-IdleLife), now.Add(-FullLife)); err != nil {
		return Person{}, "", fmt.Errorf("sign in: %w", err)
	}
	secret := make([]byte, tokenBytes)
	rand.Read(secret) // never fails (Go 1.24)
	token := base64.RawURLEncoding.EncodeToString(secret)
	signIn := SignIn{ID: newID(), Tenant: person.Tenant, Person: person.ID, Created: now, LastUsed: now}
	if err := s.store.AddSignIn(ctx, signIn, hashToken(token)); err != nil {
		return Person{}, "", fmt.Errorf("sign in: %w", err)
	}
	return person, token, nil
}

// allow counts the attempt by where it comes from and by whom it is about. The address goes first: one that is over its
// limit must not use up the limit of the people it guesses at.
func (s *Service) allow(ctx context.Context, email string, address netip.Addr) error {
	if ok, retryAfter := s.perAddress.Allow(ctx, addressKey(address)); !ok {
		return &RateError{retryAfter}
	}
	emailHash := sha256.Sum256([]byte(email))
	key := "sign-in by e-mail " + base64.RawURLEncoding.EncodeToString(emailHash[:])
	if ok, retryAfter := s.perEmail.Allow(ctx, key); !ok {
		return &RateError{retryAfter}
	}
	return nil
}

// addressKey counts an IPv6 network of 64 bits as one place: whoever has one address of it has them all.
func addressKey(address netip.Addr) string {
	address = address.Unmap().WithZone("")
	if address.Is6() {
		if network, err := address.Prefix(64); err == nil {
			return "sign-in from " + network.String()
		}
	}
	return "sign-in from " + address.String()
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
	return s.store.SignIns(ctx, tenant, person)
}

// Revoke ends one sign-in of a person.
func (s *Service) Revoke(ctx context.Context, tenant, person, signIn string) error {
	return s.store.DeleteSignIn(ctx, tenant, person, signIn)
}

func hashToken(token string) TokenHash { return sha256.Sum256([]byte(token)) }

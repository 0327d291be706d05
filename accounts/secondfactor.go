package accounts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// RecoveryCodes is how many a person gets with a second factor; each replaces a code once.
const RecoveryCodes = 10

// codeStep is how long a code is valid (RFC 6238 §5.2 recommends 30 s), and codeSkew how many steps a clock may be off
// either way.
const (
	codeStep = 30 * time.Second
	codeSkew = 1
)

// issuer is what authenticator apps show beside the e-mail.
const issuer = "Alongside"

// BeginSecondFactor makes a secret for the person's authenticator app (TOTP, RFC 6238: SHA-1, six digits, 30 seconds) and
// returns it in base32 and as an otpauth URI. It counts only when ConfirmSecondFactor has seen a code of it. ErrExists says
// that a second factor is active: it has to be removed first.
func (s *Service) BeginSecondFactor(ctx context.Context, tenant, person string) (secret, uri string, err error) {
	who, err := s.store.Person(ctx, tenant, person)
	if err != nil {
		return "", "", err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: who.Email, Period: uint(codeStep / time.Second)})
	if err != nil {
		return "", "", fmt.Errorf("make a secret: %w", err)
	}
	sealed, err := s.seal(ctx, tenant, []byte(key.Secret()), secondFactorOf(person))
	if err != nil {
		return "", "", err
	}
	if err := s.store.SetPendingSecondFactor(ctx, tenant, person, sealed); err != nil {
		return "", "", err
	}
	return key.Secret(), key.URL(), nil
}

// ConfirmSecondFactor activates what BeginSecondFactor made and returns the recovery codes, which cannot be had again. A
// wrong code is a *FieldError; ErrNotFound says that nothing was begun, ErrConflict that it was begun anew in the meantime.
func (s *Service) ConfirmSecondFactor(ctx context.Context, tenant, person, code string) (recovery []string, err error) {
	_, pending, err := s.store.SecondFactor(ctx, tenant, person)
	if err != nil {
		return nil, err
	}
	if pending == nil {
		return nil, ErrNotFound
	}
	step, matches, err := s.matchingStep(ctx, tenant, person, pending, normalCode(code))
	if err != nil {
		return nil, err
	}
	if !matches {
		return nil, &FieldError{"code", "is not the one that the app shows now"}
	}
	hashes := make([]TokenHash, RecoveryCodes)
	recovery = make([]string, RecoveryCodes)
	for i := range recovery {
		recovery[i] = newRecoveryCode()
		hashes[i] = hashToken(normalCode(recovery[i]))
	}
	if err := s.store.ActivateSecondFactor(ctx, tenant, person, pending, step, hashes); err != nil {
		return nil, err
	}
	return recovery, nil
}

// RemoveSecondFactor lets the person sign in with the password alone again. A wrong password is a *FieldError, too many of
// them are a *RateError.
func (s *Service) RemoveSecondFactor(ctx context.Context, tenant, person, password string) error {
	if err := s.confirmPassword(ctx, tenant, person, "password", password); err != nil {
		return err
	}
	return s.store.DeleteSecondFactor(ctx, tenant, person)
}

// DropSecondFactor is RemoveSecondFactor by an admin, for a person who has lost both the app and the recovery codes.
func (s *Service) DropSecondFactor(ctx context.Context, tenant, person string) error {
	return s.store.DeleteSecondFactor(ctx, tenant, person)
}

// useCode uses up a code of the app or a recovery code. ErrSecondFactor says that it is neither, or used already.
func (s *Service) useCode(ctx context.Context, person Person, code string) error {
	code = normalCode(code)
	if len(code) != otp.DigitsSix.Length() {
		err := s.store.UseRecoveryCode(ctx, person.Tenant, person.ID, hashToken(code))
		if errors.Is(err, ErrNotFound) {
			return ErrSecondFactor
		}
		return err
	}
	active, _, err := s.store.SecondFactor(ctx, person.Tenant, person.ID)
	if err != nil {
		return err
	}
	if active == nil { // removed a moment ago
		return ErrSecondFactor
	}
	step, matches, err := s.matchingStep(ctx, person.Tenant, person.ID, active, code)
	if err != nil {
		return err
	}
	if !matches {
		return ErrSecondFactor
	}
	if err := s.store.UseSecondFactorStep(ctx, person.Tenant, person.ID, step); errors.Is(err, ErrConflict) {
		return ErrSecondFactor
	} else if err != nil {
		return err
	}
	return nil
}

// matchingStep returns the step, counted from 1970, whose code it is.
func (s *Service) matchingStep(ctx context.Context, tenant, person string, sealed []byte, code string) (step int64, matches bool, err error) {
	secret, err := s.open(ctx, tenant, sealed, secondFactorOf(person))
	if err != nil {
		return 0, false, err
	}
	now := s.now()
	for skew := -codeSkew; skew <= codeSkew; skew++ {
		at := now.Add(time.Duration(skew) * codeStep)
		want, err := totp.GenerateCode(string(secret), at)
		if err != nil {
			return 0, false, fmt.Errorf("make the code to compare with: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return at.Unix() / int64(codeStep/time.Second), true, nil
		}
	}
	return 0, false, nil
}

// secondFactorOf is what a person's sealed secret belongs to.
func secondFactorOf(person string) string { return "second factor " + person }

// newRecoveryCode returns 80 random bits that can be typed from paper: "3kf7-abcd-2m4x-qqrs".
func newRecoveryCode() string {
	random := make([]byte, 10)
	rand.Read(random) // never fails (Go 1.24)
	text := strings.ToLower(base32.StdEncoding.EncodeToString(random))
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}

// normalCode is the form in which codes are compared: people type them with spaces, hyphens and capitals.
func normalCode(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(code)))
}

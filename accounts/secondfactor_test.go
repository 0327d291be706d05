package accounts

import (
	"bytes"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"alongside/store"
)

// withFactor gives Acme's admin a second factor.
func (d *desk) withFactor(acme SetupResult) (secret string, recovery []string) {
	d.t.Helper()
	secret, _, err := d.BeginSecondFactor(d.t.Context(), acme.Tenant.ID, acme.Admin.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	recovery, err = d.ConfirmSecondFactor(d.t.Context(), acme.Tenant.ID, acme.Admin.ID, d.code(secret))
	if err != nil {
		d.t.Fatal(err)
	}
	d.pass(codeStep)
	return secret, recovery
}

// code is what the authenticator app shows now.
func (d *desk) code(secret string) string {
	d.t.Helper()
	code, err := totp.GenerateCode(secret, d.clock())
	if err != nil {
		d.t.Fatal(err)
	}
	return code
}

func (d *desk) signInWith(email, code string) (string, error) {
	_, token, err := d.SignIn(d.t.Context(), SignInRequest{Email: email, Password: goodPassword, Code: code, Address: home})
	return token, err
}

func TestSecondFactor(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	_, err := d.ConfirmSecondFactor(t.Context(), acme.Tenant.ID, acme.Admin.ID, "123456")
	is(t, err, ErrNotFound)
	secret, uri, err := d.BeginSecondFactor(t.Context(), acme.Tenant.ID, acme.Admin.ID)
	ok(t, err)
	parsed, err := url.Parse(uri)
	ok(t, err)
	if parsed.Scheme != "otpauth" || parsed.Host != "totp" || parsed.Path != "/Alongside:acme@example.org" ||
		parsed.Query().Get("secret") != secret || parsed.Query().Get("issuer") != "Alongside" {
		t.Errorf("URI %s", uri)
	}
	_, err = d.ConfirmSecondFactor(t.Context(), acme.Tenant.ID, acme.Admin.ID, "000000")
	field(t, err, "code")
	if _, err := d.signInWith("acme@example.org", ""); err != nil {
		t.Errorf("a code is wanted before the app was seen to work: %v", err)
	}
	code := d.code(secret)
	recovery, err := d.ConfirmSecondFactor(t.Context(), acme.Tenant.ID, acme.Admin.ID, " "+code[:3]+" "+code[3:])
	ok(t, err)
	same(t, len(recovery), RecoveryCodes)

	for _, wrong := range []string{"", "000000", code, "12345", "1234567", "a\x00b", recovery[0] + "x"} { // code was used to confirm
		token, err := d.signInWith("acme@example.org", wrong)
		if !errors.Is(err, ErrSecondFactor) || token != "" {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	_, _, err = d.SignIn(t.Context(), SignInRequest{Email: "acme@example.org", Password: "wrong password", Code: recovery[0], Address: home})
	is(t, err, ErrCredentials)

	d.pass(codeStep)
	code = d.code(secret)
	if _, err := d.signInWith("acme@example.org", code); err != nil {
		t.Error(err)
	}
	_, err = d.signInWith("acme@example.org", code)
	is(t, err, ErrSecondFactor) // once
	d.pass(2 * codeStep)
	late := d.code(secret)
	d.pass(codeStep)
	if _, err := d.signInWith("acme@example.org", late); err != nil {
		t.Errorf("typed a moment too late: %v", err)
	}
	later := d.code(secret)
	d.pass(2 * codeStep)
	_, err = d.signInWith("acme@example.org", later)
	is(t, err, ErrSecondFactor) // two steps old

	spoken := strings.ToUpper(strings.ReplaceAll(recovery[3], "-", " "))
	if _, err := d.signInWith("acme@example.org", spoken); err != nil {
		t.Errorf("recovery code %q: %v", spoken, err)
	}
	_, err = d.signInWith("acme@example.org", recovery[3])
	is(t, err, ErrSecondFactor)
	if _, err := d.signInWith("acme@example.org", recovery[4]); err != nil {
		t.Error(err)
	}
}

func TestACodeWorksOnceForTwoAtOnce(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	secret, recovery := d.withFactor(acme)
	for _, code := range []string{d.code(secret), recovery[0]} {
		won := race(t, 4, func(int) error { _, err := d.signInWith("acme@example.org", code); return err }, ErrSecondFactor)
		same(t, won, 1)
	}
}

func TestRemovingASecondFactor(t *testing.T) {
	d := newDesk(t)
	acme, other := d.setup("Acme"), d.setup("Other")
	secret, _ := d.withFactor(acme)
	_, _, err := d.BeginSecondFactor(t.Context(), acme.Tenant.ID, acme.Admin.ID)
	is(t, err, ErrExists)
	field(t, d.RemoveSecondFactor(t.Context(), acme.Tenant.ID, acme.Admin.ID, "wrong password"), "password")
	is(t, d.RemoveSecondFactor(t.Context(), other.Tenant.ID, acme.Admin.ID, goodPassword), ErrNotFound)
	is(t, d.DropSecondFactor(t.Context(), other.Tenant.ID, acme.Admin.ID), ErrNotFound)
	_, err = d.signInWith("acme@example.org", "")
	is(t, err, ErrSecondFactor)
	ok(t, d.RemoveSecondFactor(t.Context(), acme.Tenant.ID, acme.Admin.ID, goodPassword))
	_, err = d.signInWith("acme@example.org", "")
	ok(t, err)
	again, _ := d.withFactor(acme)
	if again == secret {
		t.Error("the old secret came back")
	}
	ok(t, d.DropSecondFactor(t.Context(), acme.Tenant.ID, acme.Admin.ID))
	_, err = d.signInWith("acme@example.org", "")
	ok(t, err)
}

// A new password does not do away with the second factor: whoever reads somebody's mail is not in yet.
func TestAResetKeepsTheSecondFactor(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	d.withFactor(acme)
	token, err := d.ResetLink(t.Context(), acme.Tenant.ID, acme.Admin.ID)
	ok(t, err)
	_, err = d.ResetPassword(t.Context(), token, goodPassword)
	ok(t, err)
	_, err = d.signInWith("acme@example.org", "")
	is(t, err, ErrSecondFactor)
}

func TestWithoutKeysThereAreNoSecrets(t *testing.T) {
	d := newDeskWith(t, func(c *Config) { c.Keys = nil })
	acme := d.setup("Acme")
	_, _, err := d.BeginSecondFactor(t.Context(), acme.Tenant.ID, acme.Admin.ID)
	is(t, err, ErrNoKeys)
	_, err = d.IdentitySecret(t.Context(), acme.Tenant.ID, acme.Site.ID)
	is(t, err, ErrNoKeys)
}

// What can be used to come in must not be read from the disk.
func TestSecretsAreNotOnTheDisk(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	secret, recovery := d.withFactor(acme)
	identity, err := d.IdentitySecret(t.Context(), acme.Tenant.ID, acme.Site.ID)
	ok(t, err)
	_, key, err := d.AddAPIKey(t.Context(), acme.Tenant.ID, "CRM", RoleAgent)
	ok(t, err)
	_, invitation, _, err := d.Invite(t.Context(), acme.Tenant.ID, acme.Admin.ID, Invite{Email: "bob@example.org", Role: RoleAgent})
	ok(t, err)
	reset, err := d.ResetLink(t.Context(), acme.Tenant.ID, acme.Admin.ID)
	ok(t, err)
	ok(t, d.db.Checkpoint(t.Context()))
	var path string
	ok(t, d.db.Reader.QueryRowContext(t.Context(), "SELECT file FROM pragma_database_list").Scan(&path))
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), store.FileName+"*"))
	ok(t, err)
	secrets := slices.Concat([]string{secret, string(identity), key, strings.TrimPrefix(key, APIKeyPrefix), invitation, reset, normalCode(recovery[0])}, recovery)
	found := false
	for _, file := range files {
		content, err := os.ReadFile(file)
		ok(t, err)
		found = found || bytes.Contains(content, []byte("acme@example.org"))
		for _, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds %q", filepath.Base(file), secret)
			}
		}
	}
	if !found {
		t.Error("the test does not read what is stored")
	}
}

func TestGuessedPasswordsOfTheSignedInAreCounted(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	d.counts, d.refunds = nil, nil
	field(t, d.ChangePassword(t.Context(), acme.Tenant.ID, acme.Admin.ID, "wrong password", "a new password"), "old")
	field(t, d.ChangePassword(t.Context(), acme.Tenant.ID, acme.Admin.ID, goodPassword, "short"), "new")
	if len(d.counts) != 1 || len(d.refunds) != 0 {
		t.Errorf("counted %q, refunded %q", d.counts, d.refunds)
	}
	token := d.mustSignIn("acme@example.org")
	ok(t, d.ChangePassword(t.Context(), acme.Tenant.ID, acme.Admin.ID, goodPassword, "a new password"))
	if !slices.Contains(d.refunds, d.counts[0]) {
		t.Errorf("counted %q, refunded %q", d.counts, d.refunds)
	}
	_, err := d.PersonByToken(t.Context(), token)
	is(t, err, ErrNotFound)
	d.refuse = func(string) time.Duration { return time.Minute }
	var rate *RateError
	if err := d.RemoveSecondFactor(t.Context(), acme.Tenant.ID, acme.Admin.ID, "a new password"); !errors.As(err, &rate) {
		t.Errorf("a guess beyond the limit: %v", err)
	}
}

package accounts

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func (d *desk) invite(acme SetupResult, email string) (Invitation, string) {
	d.t.Helper()
	invitation, token, _, err := d.Invite(d.t.Context(), acme.Tenant.ID, acme.Admin.ID, Invite{Email: email, Role: RoleAgent})
	if err != nil {
		d.t.Fatal(err)
	}
	return invitation, token
}

func TestInvitation(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	team, err := d.AddTeam(t.Context(), acme.Tenant.ID, TeamSettings{Name: "Sales"})
	ok(t, err)
	invitation, token, mailed, err := d.Invite(t.Context(), acme.Tenant.ID, acme.Admin.ID,
		Invite{Email: " Bob@Example.org", Role: RoleManager, Teams: []string{team.ID}, Language: "de-CH"})
	ok(t, err)
	letters := d.sent()
	if !mailed || len(letters) != 1 || letters[0].to != "bob@example.org" || letters[0].subject != "Acme lädt Sie zu Alongside ein" {
		t.Fatalf("mailed %v: %+v", mailed, letters)
	}
	same(t, d.token(letters[0], PageInvitation), token)
	list, err := d.Invitations(t.Context(), acme.Tenant.ID)
	ok(t, err)
	same(t, list, []Invitation{invitation})
	looked, tenant, err := d.LookInvitation(t.Context(), token)
	ok(t, err)
	same(t, looked, invitation)
	same(t, tenant, acme.Tenant)

	for field_, acceptance := range map[string]Acceptance{
		"name":     {Token: token, Name: "a\x00", Password: goodPassword},
		"password": {Token: token, Name: "Bob", Password: "short"},
	} {
		_, _, err := d.AcceptInvitation(t.Context(), acceptance)
		field(t, err, field_)
	}
	bob, signedIn, err := d.AcceptInvitation(t.Context(), Acceptance{Token: token, Name: "Bob", Password: goodPassword, Device: "Firefox on Linux"})
	ok(t, err)
	if bob.Email != "bob@example.org" || bob.Role != RoleManager || bob.Tenant != acme.Tenant.ID || bob.Capacity != DefaultCapacity {
		t.Errorf("%+v", bob)
	}
	person, err := d.PersonByToken(t.Context(), signedIn)
	ok(t, err)
	same(t, person, bob)
	signIns, err := d.SignIns(t.Context(), acme.Tenant.ID, bob.ID, signedIn)
	ok(t, err)
	if len(signIns) != 1 || !signIns[0].Current || signIns[0].Device != "Firefox on Linux" {
		t.Errorf("%+v", signIns)
	}
	team, err = d.Team(t.Context(), acme.Tenant.ID, team.ID)
	ok(t, err)
	same(t, team.Members, []string{bob.ID})
	_, _, err = d.AcceptInvitation(t.Context(), Acceptance{Token: token, Name: "Eve", Password: goodPassword})
	is(t, err, ErrNotFound)
	_, _, err = d.LookInvitation(t.Context(), token)
	is(t, err, ErrNotFound)
	if _, _, err := d.signIn("bob@example.org", goodPassword); err != nil {
		t.Error(err)
	}
}

func TestAnInvitationIsForOne(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	_, token := d.invite(acme, "bob@example.org")
	won := race(t, 4, func(i int) error {
		_, _, err := d.AcceptInvitation(t.Context(), Acceptance{Token: token, Name: "Bob", Password: goodPassword})
		return err
	}, ErrNotFound)
	same(t, won, 1)
}

func TestAnInvitationEnds(t *testing.T) {
	d := newDesk(t)
	acme, other := d.setup("Acme"), d.setup("Other")
	gone := func(token string) {
		t.Helper()
		_, _, err := d.LookInvitation(t.Context(), token)
		is(t, err, ErrNotFound)
		_, _, err = d.AcceptInvitation(t.Context(), Acceptance{Token: token, Name: "Bob", Password: goodPassword})
		is(t, err, ErrNotFound)
	}
	invitation, revoked := d.invite(acme, "bob@example.org")
	is(t, d.RevokeInvitation(t.Context(), other.Tenant.ID, invitation.ID), ErrNotFound)
	ok(t, d.RevokeInvitation(t.Context(), acme.Tenant.ID, invitation.ID))
	gone(revoked)
	_, replaced := d.invite(acme, "bob@example.org")
	_, expired := d.invite(acme, "bob@example.org")
	gone(replaced)
	d.pass(InvitationLife)
	gone(expired)
	list, err := d.Invitations(t.Context(), acme.Tenant.ID)
	ok(t, err)
	same(t, len(list), 0)
	for _, token := range []string{"", "x", strings.Repeat("A", 43)} {
		gone(token)
	}
}

func TestInvitationsThatAreNone(t *testing.T) {
	d := newDesk(t)
	acme, other := d.setup("Acme"), d.setup("Other")
	foreign, err := d.AddTeam(t.Context(), other.Tenant.ID, TeamSettings{Name: "Foreign"})
	ok(t, err)
	cases := map[string]Invite{
		"email":    {Email: "bob", Role: RoleAgent},
		"role":     {Email: "bob@example.org", Role: "owner"},
		"teams[0]": {Email: "bob@example.org", Role: RoleAgent, Teams: []string{foreign.ID}},
	}
	for want, invite := range cases {
		_, _, _, err := d.Invite(t.Context(), acme.Tenant.ID, acme.Admin.ID, invite)
		field(t, err, want)
	}
	_, _, _, err = d.Invite(t.Context(), acme.Tenant.ID, acme.Admin.ID, Invite{Email: "ACME@example.org", Role: RoleAgent})
	field(t, err, "email")
	_, _, _, err = d.Invite(t.Context(), "unknown", acme.Admin.ID, Invite{Email: "bob@example.org", Role: RoleAgent})
	is(t, err, ErrNotFound)
	same(t, len(d.sent()), 0)
	// Whether another tenant has somebody is not told to who invites, only to who holds the link.
	_, token := d.invite(acme, "other@example.org")
	_, _, err = d.AcceptInvitation(t.Context(), Acceptance{Token: token, Name: "Eve", Password: goodPassword})
	field(t, err, "email")
}

// Where no letter can be sent the link is not lost: whoever invites has it.
func TestInvitingWithoutMail(t *testing.T) {
	without := newDeskWith(t, func(c *Config) { c.Mail = nil })
	failing := newDesk(t)
	failing.lost = errors.New("no mail today")
	for _, d := range []*desk{without, failing} {
		acme := d.setup("Acme")
		_, token, mailed, err := d.Invite(t.Context(), acme.Tenant.ID, acme.Admin.ID, Invite{Email: "bob@example.org", Role: RoleAgent})
		ok(t, err)
		if mailed || d.Link(PageInvitation, token) != "https://help.example/invitation#"+token {
			t.Errorf("mailed %v, %s", mailed, d.Link(PageInvitation, token))
		}
		_, _, err = d.LookInvitation(t.Context(), token)
		ok(t, err)
	}
}

func (d *desk) wantsReset(tenant, person string) bool {
	d.t.Helper()
	d.Wait()
	got, err := d.Person(d.t.Context(), tenant, person)
	if err != nil {
		d.t.Fatal(err)
	}
	return got.ResetWanted
}

func TestAResetByLetter(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	old := d.mustSignIn("acme@example.org")
	ok(t, d.RequestReset(t.Context(), " ACME@example.org", "ar", home))
	letters := d.sent()
	if len(letters) != 1 || letters[0].to != "acme@example.org" || !strings.Contains(letters[0].subject, "كلمة مرور") {
		t.Fatalf("%+v", letters)
	}
	if d.wantsReset(acme.Tenant.ID, acme.Admin.ID) {
		t.Error("an admin is asked although a letter was sent")
	}
	token := d.token(letters[0], PageReset)
	_, err := d.ResetPassword(t.Context(), token, "short")
	field(t, err, "password")
	person, err := d.ResetPassword(t.Context(), token, "a new password")
	ok(t, err)
	same(t, person.ID, acme.Admin.ID)
	_, err = d.PersonByToken(t.Context(), old)
	is(t, err, ErrNotFound)
	_, _, err = d.signIn("acme@example.org", "a new password")
	ok(t, err)
	_, err = d.ResetPassword(t.Context(), token, "another password")
	is(t, err, ErrNotFound)
}

func TestAResetWithoutMail(t *testing.T) {
	without := newDeskWith(t, func(c *Config) { c.Mail = nil })
	failing := newDesk(t)
	failing.lost = errors.New("no mail today")
	for _, d := range []*desk{without, failing} {
		acme, other := d.setup("Acme"), d.setup("Other")
		ok(t, d.RequestReset(t.Context(), "acme@example.org", "en", home))
		if !d.wantsReset(acme.Tenant.ID, acme.Admin.ID) || d.wantsReset(other.Tenant.ID, other.Admin.ID) {
			t.Error("the admin does not see who wants a reset")
		}
		_, err := d.ResetLink(t.Context(), other.Tenant.ID, acme.Admin.ID)
		is(t, err, ErrNotFound)
		token, err := d.ResetLink(t.Context(), acme.Tenant.ID, acme.Admin.ID)
		ok(t, err)
		d.pass(ResetLife)
		_, err = d.ResetPassword(t.Context(), token, "a new password")
		is(t, err, ErrNotFound)
		token, err = d.ResetLink(t.Context(), acme.Tenant.ID, acme.Admin.ID)
		ok(t, err)
		_, err = d.ResetPassword(t.Context(), token, "a new password")
		ok(t, err)
		if d.wantsReset(acme.Tenant.ID, acme.Admin.ID) {
			t.Error("still wanted after the reset")
		}
		ok(t, d.RequestReset(t.Context(), "acme@example.org", "en", home))
		d.Wait()
		_, _, err = d.signIn("acme@example.org", "a new password")
		ok(t, err)
		if d.wantsReset(acme.Tenant.ID, acme.Admin.ID) {
			t.Error("still wanted by somebody who signs in")
		}
	}
}

// Whether somebody has an account cannot be asked of the reset.
func TestAResetAnswersTheSameForNobody(t *testing.T) {
	d := newDesk(t)
	d.setup("Acme")
	for _, email := range []string{"nobody@example.org", "not an address", "", "a\x00b"} {
		ok(t, d.RequestReset(t.Context(), email, "xx", home))
	}
	same(t, len(d.sent()), 0)
	d.counts = nil
	ok(t, d.RequestReset(t.Context(), "nobody@example.org", "en", home))
	if len(d.counts) != 2 || !strings.HasPrefix(d.counts[0], "reset from ") || strings.Contains(d.counts[1], "nobody") || len(d.refunds) != 0 {
		t.Errorf("counted %q, refunded %q", d.counts, d.refunds)
	}
	d.refuse = func(string) time.Duration { return time.Minute }
	var rate *RateError
	if err := d.RequestReset(t.Context(), "acme@example.org", "en", home); !errors.As(err, &rate) {
		t.Errorf("beyond the limit: %v", err)
	}
	same(t, len(d.sent()), 0)
}

// Letters under way do not pile up without bound.
func TestLettersAreBounded(t *testing.T) {
	d := newDesk(t)
	d.setup("Acme")
	for range lettersAtOnce {
		d.Service.letters.slots <- struct{}{}
	}
	var rate *RateError
	if err := d.RequestReset(t.Context(), "acme@example.org", "en", home); !errors.As(err, &rate) {
		t.Errorf("one too many: %v", err)
	}
	<-d.Service.letters.slots
	ok(t, d.RequestReset(t.Context(), "acme@example.org", "en", home))
	same(t, len(d.sent()), 1)
}

func TestEveryLetterIsInEveryLanguage(t *testing.T) {
	for kind, texts := range letterTexts {
		seen := map[string]bool{}
		for _, language := range []string{"en", "es", "de", "fr", "ar"} {
			text, found := texts[language]
			if !found || strings.Count(text.body, "{link}") != 1 || seen[text.subject] {
				t.Errorf("letter %d in %s: %+v", kind, language, text)
			}
			if kind == letterInvitation && (!strings.Contains(text.body, "{tenant}") || !strings.Contains(text.subject, "{tenant}")) {
				t.Errorf("the invitation in %s does not say who invites", language)
			}
			seen[text.subject] = true
		}
	}
}

// Only failures use up the limits: an office whose people sign in every morning must not lock itself out.
func TestASuccessIsNotCounted(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	_, _, err := d.signIn("acme@example.org", "wrong password")
	is(t, err, ErrCredentials)
	if len(d.refunds) != 0 {
		t.Errorf("a failure was refunded: %q", d.refunds)
	}
	d.counts = nil
	d.mustSignIn("acme@example.org")
	if len(d.counts) != 2 || !slices.Equal(d.counts, d.refunds) {
		t.Errorf("counted %q, refunded %q", d.counts, d.refunds)
	}
	secret, _ := d.withFactor(acme)
	d.counts, d.refunds = nil, nil
	_, err = d.signInWith("acme@example.org", "")
	is(t, err, ErrSecondFactor)
	if !slices.Equal(d.counts, d.refunds) { // being asked for the code is no failure
		t.Errorf("counted %q, refunded %q", d.counts, d.refunds)
	}
	d.refunds = nil
	_, err = d.signInWith("acme@example.org", "000000")
	is(t, err, ErrSecondFactor)
	if len(d.refunds) != 0 { // a wrong one is
		t.Errorf("refunded %q", d.refunds)
	}
	_, err = d.signInWith("acme@example.org", d.code(secret))
	ok(t, err)
	same(t, len(d.refunds), 2)
}

func TestSignInsSayWhichIsCurrent(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	devices := map[string]string{
		"Chrome on Linux": "Chrome on Linux", " \x00Evil\r\n\xff ": "Evil", strings.Repeat("é", 200): strings.Repeat("é", MaxDevice), "": "",
	}
	for device, want := range devices {
		_, token, err := d.SignIn(t.Context(), SignInRequest{Email: "acme@example.org", Password: goodPassword, Address: netip.Addr{}, Device: device})
		ok(t, err)
		signIns, err := d.SignIns(t.Context(), acme.Tenant.ID, acme.Admin.ID, token)
		ok(t, err)
		for i, signIn := range signIns {
			if last := i == len(signIns)-1; signIn.Current != last || last && signIn.Device != want {
				t.Errorf("%q: %+v", device, signIn)
			}
		}
	}
	signIns, err := d.SignIns(t.Context(), acme.Tenant.ID, acme.Admin.ID, "unknown")
	ok(t, err)
	same(t, len(signIns), len(devices))
	if slices.ContainsFunc(signIns, func(s SignIn) bool { return s.Current }) {
		t.Errorf("%+v", signIns)
	}
}

package accounts

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"alongside/privacy"
	"alongside/store"
)

const goodPassword = "correct horse battery"

// desk is a Service over SQLite with a real keyring, and a clock, limiters and a letter box that the test holds.
type desk struct {
	*Service
	t     *testing.T
	store *SQLite
	db    *store.DB

	mu      sync.Mutex // guards the rest
	now     time.Time
	counts  []string // keys that limiters were asked about
	refunds []string
	refuse  func(key string) time.Duration
	letters []letter
	lost    error // why no letter can be sent
}

type letter struct{ to, subject, text string }

func newDesk(t *testing.T) *desk { return newDeskWith(t, func(*Config) {}) }

func newDeskWith(t *testing.T, change func(*Config)) *desk {
	t.Helper()
	db, err := store.Open(t.Context(), t.TempDir(), Migrations, privacy.Migrations)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	d := &desk{t: t, store: NewSQLite(db), db: db, now: epoch}
	config := Config{
		Store: d.store, PerEmail: d, PerAddress: d, Now: d.clock, Mail: d, Public: "https://help.example",
		Keys: privacy.NewKeyring(make([]byte, 32), privacy.NewSQLite(db.Writer, db.Reader)), Log: slog.New(slog.DiscardHandler),
	}
	change(&config)
	if d.Service, err = NewService(config); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) Send(_ context.Context, to, subject, text string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lost != nil {
		return d.lost
	}
	d.letters = append(d.letters, letter{to, subject, text})
	return nil
}

// sent waits for letters under way and returns all of them.
func (d *desk) sent() []letter {
	d.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.letters
}

// token is the one that a letter's link holds.
func (d *desk) token(l letter, page Page) string {
	d.t.Helper()
	_, after, found := strings.Cut(l.text, "https://help.example"+string(page)+"#")
	if !found {
		d.t.Fatalf("no link to %s in %q", page, l.text)
	}
	return strings.Fields(after)[0]
}

func (d *desk) Refund(_ context.Context, key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refunds = append(d.refunds, key)
}

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *desk) pass(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

func (d *desk) Allow(_ context.Context, key string) (bool, time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.counts = append(d.counts, key)
	if d.refuse == nil || d.refuse(key) == 0 {
		return true, 0
	}
	return false, d.refuse(key)
}

func setupRequest(name string) SetupRequest {
	return SetupRequest{
		TenantName: name, SiteName: "Shop", Origins: []string{"https://shop.example"},
		AdminEmail: strings.ToLower(name) + "@example.org", AdminName: "Ann", AdminPassword: goodPassword,
	}
}

func (d *desk) setup(name string) SetupResult {
	d.t.Helper()
	result, err := d.Setup(d.t.Context(), setupRequest(name))
	if err != nil {
		d.t.Fatal(err)
	}
	return result
}

var home = netip.MustParseAddr("192.0.2.7")

func (d *desk) signIn(email, password string) (Person, string, error) {
	return d.SignIn(d.t.Context(), SignInRequest{Email: email, Password: password, Address: home})
}

func (d *desk) mustSignIn(email string) string {
	d.t.Helper()
	_, token, err := d.signIn(email, goodPassword)
	if err != nil {
		d.t.Fatal(err)
	}
	return token
}

func field(t *testing.T, err error, want string) {
	t.Helper()
	var wrong *FieldError
	if !errors.As(err, &wrong) || wrong.Field != want || wrong.Problem == "" {
		t.Errorf("error %v, want one about %s", err, want)
	}
}

func TestSetupIsDoneOnce(t *testing.T) {
	d := newDesk(t)
	first := d.setup("Acme")
	if !first.Created || !strings.HasPrefix(first.Site.Key, "site_") || len(first.Site.Key) < 20 || first.Admin.Role != RoleAdmin {
		t.Errorf("first: %+v", first)
	}
	same(t, first.Site.Policy, privacy.Default())
	before := d.hasher.count.Load()

	again := setupRequest("Acme")
	again.AdminPassword = "another password"
	again.SiteName, again.Origins, again.AdminEmail = "Other", nil, "other@example.org"
	second, err := d.Setup(t.Context(), again)
	ok(t, err)
	first.Created = false
	same(t, second, first)
	if d.hasher.count.Load() != before {
		t.Error("a password was hashed for nothing")
	}
	if _, _, err := d.signIn("acme@example.org", goodPassword); err != nil {
		t.Errorf("the old password: %v", err)
	}
	_, _, err = d.signIn("acme@example.org", "another password")
	is(t, err, ErrCredentials)
	people, err := d.People(t.Context(), first.Tenant.ID)
	ok(t, err)
	sites, err := d.Sites(t.Context(), first.Tenant.ID)
	ok(t, err)
	if len(people) != 1 || len(sites) != 1 {
		t.Errorf("%d people, %d sites", len(people), len(sites))
	}
}

func TestSetupNamesTheWrongField(t *testing.T) {
	cases := map[string]func(*SetupRequest){
		"tenantName":    func(r *SetupRequest) { r.TenantName = " " },
		"siteName":      func(r *SetupRequest) { r.SiteName = "a\x00b" },
		"origins":       func(r *SetupRequest) { r.Origins = nil },
		"origins[1]":    func(r *SetupRequest) { r.Origins = append(r.Origins, "https://shop.example/path") },
		"adminEmail":    func(r *SetupRequest) { r.AdminEmail = "Ann <ann@example.org>" },
		"adminName":     func(r *SetupRequest) { r.AdminName = "" },
		"adminPassword": func(r *SetupRequest) { r.AdminPassword = "too short" },
	}
	for want, spoil := range cases {
		d := newDesk(t)
		request := setupRequest("Acme")
		spoil(&request)
		_, err := d.Setup(t.Context(), request)
		field(t, err, want)
		if _, err := d.store.TenantByName(t.Context(), "Acme"); !errors.Is(err, ErrNotFound) {
			t.Errorf("a wrong %s left a tenant behind", want)
		}
	}
}

func TestSetupDoesNotTakeAnotherTenantsPerson(t *testing.T) {
	d := newDesk(t)
	d.setup("Acme")
	request := setupRequest("Other")
	request.AdminEmail = "ACME@example.org"
	_, err := d.Setup(t.Context(), request)
	field(t, err, "adminEmail")
}

func TestSetupCompletesWhatWasInterrupted(t *testing.T) {
	d := newDesk(t)
	ok(t, d.store.AddTenant(t.Context(), Tenant{ID: "half", Name: "Acme", Created: epoch}))
	result := d.setup("Acme")
	if !result.Created || result.Tenant.ID != "half" || result.Site.Tenant != "half" || result.Admin.Tenant != "half" {
		t.Errorf("%+v", result)
	}
}

func TestSetupAtOnceIsOneSetup(t *testing.T) {
	d := newDesk(t)
	var created sync.Map
	race(t, 4, func(i int) error {
		result, err := d.Setup(t.Context(), setupRequest("Acme"))
		created.Store(i, result)
		return err
	}, nil)
	first := d.setup("Acme")
	winners := 0
	created.Range(func(_, value any) bool {
		result := value.(SetupResult)
		if result.Created {
			winners++
		}
		if result.Site.ID != first.Site.ID || result.Admin.ID != first.Admin.ID {
			t.Errorf("another tenant: %+v", result)
		}
		return true
	})
	if winners != 1 {
		t.Errorf("%d winners", winners)
	}
}

// req 004-05: what is stored of a password and of a token is a hash, and the first is memory-hard.
func TestOnlyHashesAreStored(t *testing.T) {
	d := newDesk(t)
	d.setup("Acme")
	token := d.mustSignIn("acme@example.org")
	_, hash, err := d.store.PersonByEmail(t.Context(), "acme@example.org")
	ok(t, err)
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s", hash)
	}
	rows, err := d.store.reader.QueryContext(t.Context(), `
		SELECT password_hash FROM people UNION ALL SELECT hex(token_hash) || CAST(token_hash AS TEXT) FROM sign_ins UNION ALL SELECT id FROM sign_ins`)
	ok(t, err)
	defer rows.Close()
	for rows.Next() {
		var text string
		ok(t, rows.Scan(&text))
		if strings.Contains(text, token) || strings.Contains(text, goodPassword) {
			t.Errorf("stored in clear: %q", text)
		}
	}
	ok(t, rows.Err())
}

func TestTwoPeopleWithOnePasswordHaveTwoHashes(t *testing.T) {
	h := newHasher(1)
	one, err := h.hash(t.Context(), goodPassword)
	ok(t, err)
	two, err := h.hash(t.Context(), goodPassword)
	ok(t, err)
	if one == two {
		t.Error("there is no salt")
	}
	for password, want := range map[string]bool{goodPassword: true, goodPassword + " ": false, "": false, strings.ToUpper(goodPassword): false} {
		if matches, err := h.matches(t.Context(), password, one); err != nil || matches != want {
			t.Errorf("%q: %v, %v", password, matches, err)
		}
	}
}

func TestAHashThatIsNoneIsRefused(t *testing.T) {
	good := encodeHash(make([]byte, hashSaltBytes), make([]byte, hashKeyBytes))
	bad := []string{
		"", "secret", "$2a$10$abc", strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "v=19", "v=16", 1),
		strings.Replace(good, "m=19456", "m=99999999", 1), strings.Replace(good, "t=2", "t=0", 1), strings.Replace(good, "t=2", "t=4000", 1),
		strings.Replace(good, "p=1", "p=0", 1), good[:strings.LastIndex(good, "$")+1], good + "!",
	}
	for _, encoded := range bad {
		h := newHasher(1)
		if matches, err := h.matches(t.Context(), goodPassword, encoded); err == nil || matches {
			t.Errorf("%q was taken for a hash", encoded)
		}
		if h.count.Load() != 0 {
			t.Errorf("%q cost a hash", encoded)
		}
	}
}

func TestHashesWaitForEachOther(t *testing.T) {
	h := newHasher(1)
	h.slots <- struct{}{} // one is under way
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := h.hash(ctx, goodPassword); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second at the same time: %v", err)
	}
	<-h.slots
	if _, err := h.hash(t.Context(), goodPassword); err != nil {
		t.Error(err)
	}
}

// Whether a person exists must be found out neither from the answer nor from the work that it takes.
func TestAnUnknownPersonCostsTheSame(t *testing.T) {
	d := newDesk(t)
	d.setup("Acme")
	cost := func(email string) (int64, error) {
		before := d.hasher.count.Load()
		_, token, err := d.signIn(email, "wrong password")
		if token != "" {
			t.Error("a token was given")
		}
		return d.hasher.count.Load() - before, err
	}
	for _, email := range []string{"acme@example.org", "nobody@example.org", "not an address", ""} {
		hashes, err := cost(email)
		if hashes != 1 || !errors.Is(err, ErrCredentials) || err.Error() != ErrCredentials.Error() {
			t.Errorf("%q: %d hashes, %v", email, hashes, err)
		}
	}
	_, known, err := d.store.PersonByEmail(t.Context(), "acme@example.org")
	ok(t, err)
	parameters := func(hash string) string { return hash[:strings.LastIndex(hash[:strings.LastIndex(hash, "$")], "$")] }
	if parameters(known) != parameters(unknownPersonHash) || len(known) != len(unknownPersonHash) {
		t.Errorf("the hash for nobody costs something else: %s, %s", known, unknownPersonHash)
	}
}

func TestSignInIsCountedByAddressAndByEmail(t *testing.T) {
	d := newDesk(t)
	d.setup("Acme")
	_, _, _ = d.signIn(" ACME@example.org", "wrong password")
	_, _, _ = d.signIn("acme@example.org", "wrong password")
	if len(d.counts) != 4 || d.counts[0] != d.counts[2] || d.counts[1] != d.counts[3] || d.counts[0] == d.counts[1] {
		t.Errorf("counted %q", d.counts)
	}
	if strings.Contains(d.counts[1], "acme") {
		t.Errorf("the key holds the e-mail: %s", d.counts[1])
	}

	hashes := d.hasher.count.Load()
	for _, kind := range []string{"sign-in from", "sign-in by e-mail"} {
		d.refuse = func(key string) time.Duration {
			if strings.HasPrefix(key, kind) {
				return 42 * time.Second
			}
			return 0
		}
		_, _, err := d.signIn("acme@example.org", goodPassword)
		var rate *RateError
		if !errors.As(err, &rate) || rate.RetryAfter != 42*time.Second {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if d.hasher.count.Load() != hashes {
		t.Error("a refused attempt cost a hash")
	}
}

func TestAddressesAreCountedByNetwork(t *testing.T) {
	cases := map[string]string{
		"192.0.2.7":              "sign-in from 192.0.2.7",
		"::ffff:192.0.2.7":       "sign-in from 192.0.2.7",
		"2001:db8:1:2:3:4:5:6":   "sign-in from 2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1%a": "sign-in from 2001:db8:1:2::/64",
	}
	for address, want := range cases {
		if got := addressKey("sign-in", netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %q", address, got)
		}
	}
}

func TestASignInEnds(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	signedIn := func(token string) bool {
		t.Helper()
		person, err := d.PersonByToken(t.Context(), token)
		if err != nil && !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
		if err == nil && person.ID != acme.Admin.ID {
			t.Errorf("the token is %+v's", person)
		}
		return err == nil
	}

	token := d.mustSignIn("acme@example.org")
	for range 2 {
		d.pass(IdleLife)
		if !signedIn(token) {
			t.Fatal("out although it was in use")
		}
	}
	d.pass(IdleLife + time.Minute)
	if signedIn(token) {
		t.Error("in after too long a silence")
	}

	token = d.mustSignIn("acme@example.org")
	for elapsed := time.Duration(0); elapsed < FullLife; elapsed += IdleLife {
		d.pass(IdleLife)
		if !signedIn(token) {
			t.Fatalf("out although it was in use, %s before its end", FullLife-elapsed-IdleLife)
		}
	}
	d.pass(time.Minute)
	if signedIn(token) {
		t.Error("in after its full life")
	}

	token = d.mustSignIn("acme@example.org")
	ok(t, d.SignOut(t.Context(), token))
	if signedIn(token) {
		t.Error("in after signing out")
	}
	ok(t, d.SignOut(t.Context(), token))
	ok(t, d.SignOut(t.Context(), "unknown"))
	for _, forged := range []string{"", "x", strings.Repeat("A", 43), token + "="} {
		if signedIn(forged) {
			t.Errorf("in with %q", forged)
		}
	}
	// Two were over without a sign-out: the next sign-in deleted them.
	left, err := d.SignIns(t.Context(), acme.Tenant.ID, acme.Admin.ID, "")
	ok(t, err)
	same(t, left, nil)
}

func TestLookingDoesNotKeepASignInAlive(t *testing.T) {
	d := newDesk(t)
	d.setup("Acme")
	token := d.mustSignIn("acme@example.org")
	for range 3 {
		d.pass(IdleLife/3 - time.Minute)
		if _, err := d.StillSignedIn(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	d.pass(IdleLife / 3)
	_, err := d.StillSignedIn(t.Context(), token)
	is(t, err, ErrNotFound)
}

func TestRevokingAndNewPasswords(t *testing.T) {
	d := newDesk(t)
	acme, other := d.setup("Acme"), d.setup("Other")
	one, two := d.mustSignIn("acme@example.org"), d.mustSignIn("acme@example.org")
	signIns, err := d.SignIns(t.Context(), acme.Tenant.ID, acme.Admin.ID, "")
	ok(t, err)
	is(t, d.Revoke(t.Context(), other.Tenant.ID, acme.Admin.ID, signIns[0].ID), ErrNotFound)
	ok(t, d.Revoke(t.Context(), acme.Tenant.ID, acme.Admin.ID, signIns[0].ID))
	_, err = d.PersonByToken(t.Context(), one)
	is(t, err, ErrNotFound)
	_, err = d.PersonByToken(t.Context(), two)
	ok(t, err)

	is(t, d.SetPassword(t.Context(), other.Tenant.ID, acme.Admin.ID, "a new password"), ErrNotFound)
	field(t, d.SetPassword(t.Context(), acme.Tenant.ID, acme.Admin.ID, "short"), "password")
	ok(t, d.SetPassword(t.Context(), acme.Tenant.ID, acme.Admin.ID, "a new password"))
	_, err = d.PersonByToken(t.Context(), two)
	is(t, err, ErrNotFound)
	_, _, err = d.signIn("acme@example.org", goodPassword)
	is(t, err, ErrCredentials)
	_, _, err = d.signIn("acme@example.org", "a new password")
	ok(t, err)
}

// A role is read anew with each request.
func TestARoleCountsAtOnce(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	token := d.mustSignIn("acme@example.org")
	_, err := d.AddPerson(t.Context(), acme.Tenant.ID, NewPerson{Email: "b@example.org", Name: "Bob", Password: goodPassword, Role: RoleAdmin})
	ok(t, err)
	_, err = d.UpdatePerson(t.Context(), acme.Tenant.ID, acme.Admin.ID, PersonChange{Role: ptr(RoleAgent)})
	ok(t, err)
	person, err := d.PersonByToken(t.Context(), token)
	ok(t, err)
	same(t, person.Role, RoleAgent)
	_, err = d.UpdatePerson(t.Context(), acme.Tenant.ID, acme.Admin.ID, PersonChange{Role: ptr(Role("owner"))})
	field(t, err, "role")
}

func TestRolesIncludeEachOther(t *testing.T) {
	cases := []struct {
		role, least Role
		want        bool
	}{
		{RoleAgent, RoleAgent, true},
		{RoleAgent, RoleManager, false},
		{RoleManager, RoleAgent, true},
		{RoleAdmin, RoleManager, true},
		{"", RoleAgent, false},
		{"root", RoleAgent, false},
		{RoleAdmin, "", false},
	}
	for _, c := range cases {
		if got := c.role.Includes(c.least); got != c.want {
			t.Errorf("%q includes %q: %v", c.role, c.least, got)
		}
	}
}

func TestAddPerson(t *testing.T) {
	d := newDesk(t)
	acme, other := d.setup("Acme"), d.setup("Other")
	bob := NewPerson{Email: " Bob@Example.org ", Name: " Bob ", Password: goodPassword, Role: RoleAgent}
	person, err := d.AddPerson(t.Context(), acme.Tenant.ID, bob)
	ok(t, err)
	if person.Email != "bob@example.org" || person.Name != "Bob" || person.Tenant != acme.Tenant.ID {
		t.Errorf("%+v", person)
	}
	_, err = d.AddPerson(t.Context(), other.Tenant.ID, bob)
	field(t, err, "email")
	carl := bob
	carl.Email = "carl@example.org"
	_, err = d.AddPerson(t.Context(), "unknown", carl)
	is(t, err, ErrNotFound)
	carl.Role = "owner"
	_, err = d.AddPerson(t.Context(), acme.Tenant.ID, carl)
	field(t, err, "role")
}

func TestOriginsAreCheckedWhenSet(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	_, err := d.UpdateSite(t.Context(), acme.Tenant.ID, acme.Site.ID, SiteChange{Origins: []string{"https://A.example", "https://a.example:443", "http://b.example"}})
	ok(t, err)
	site, err := d.SiteByKey(t.Context(), acme.Site.Key)
	ok(t, err)
	same(t, site.Origins, []string{"https://a.example", "http://b.example"})
	_, err = d.UpdateSite(t.Context(), acme.Tenant.ID, acme.Site.ID, SiteChange{Origins: []string{}})
	field(t, err, "origins")
	_, err = d.UpdateSite(t.Context(), acme.Tenant.ID, acme.Site.ID, SiteChange{Origins: slices.Repeat([]string{"https://a.example"}, 51)})
	field(t, err, "origins")
	_, err = d.UpdateSite(t.Context(), acme.Tenant.ID, acme.Site.ID, SiteChange{Origins: []string{"https://a.example", "*"}})
	field(t, err, "origins[1]")
}

func TestPolicyIsChangedOneVersionAtATime(t *testing.T) {
	d := newDesk(t)
	acme, other := d.setup("Acme"), d.setup("Other")
	policy := acme.Site.Policy
	policy.Mode = privacy.ModeStrict
	stored, err := d.SetPolicy(t.Context(), acme.Tenant.ID, acme.Site.ID, policy)
	ok(t, err)
	same(t, stored.Version, 2)
	site, err := d.SiteByKey(t.Context(), acme.Site.Key) // counts for the very next visitor
	ok(t, err)
	same(t, site.Policy, stored)
	_, err = d.SetPolicy(t.Context(), acme.Tenant.ID, acme.Site.ID, policy) // edited from version 1 still
	is(t, err, ErrConflict)
	_, err = d.SetPolicy(t.Context(), other.Tenant.ID, acme.Site.ID, stored)
	is(t, err, ErrNotFound)
	stored.Selectors = []privacy.Selector{{CSS: "a { }", Rule: privacy.RuleMask}}
	_, err = d.SetPolicy(t.Context(), acme.Tenant.ID, acme.Site.ID, stored)
	field(t, err, "selectors[0].css")
}

func TestServiceNeedsItsParts(t *testing.T) {
	d := newDesk(t)
	for _, config := range []Config{{PerEmail: d, PerAddress: d}, {Store: d.store, PerAddress: d}, {Store: d.store, PerEmail: d}} {
		if _, err := NewService(config); err == nil {
			t.Errorf("%+v was taken", config)
		}
	}
}

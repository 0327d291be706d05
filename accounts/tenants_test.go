package accounts

import (
	"context"
	"database/sql"
	"encoding/hex"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"alongside/privacy"
	"alongside/store"
)

func TestSetupByLink(t *testing.T) {
	d := newDesk(t)
	first, err := d.OpenSetup(t.Context())
	ok(t, err)
	token, err := d.OpenSetup(t.Context())
	ok(t, err)
	is(t, d.CheckSetup(t.Context(), first), ErrNotFound) // each is the only one
	ok(t, d.CheckSetup(t.Context(), token))
	wrong := setupRequest("Acme")
	wrong.AdminPassword = "short"
	_, _, err = d.CompleteSetup(t.Context(), token, wrong, "")
	field(t, err, "adminPassword")
	wrong = setupRequest("Acme")
	wrong.SiteName = ""
	_, _, err = d.CompleteSetup(t.Context(), token, wrong, "")
	field(t, err, "siteName")
	_, _, err = d.CompleteSetup(t.Context(), first, setupRequest("Acme"), "")
	is(t, err, ErrNotFound)

	var done SetupResult
	won := race(t, 3, func(i int) error {
		request := setupRequest("Acme" + strconv.Itoa(i))
		result, signedIn, err := d.CompleteSetup(t.Context(), token, request, "Chrome on Linux")
		if err == nil {
			done = result
			person, err := d.PersonByToken(t.Context(), signedIn)
			if err != nil || person.ID != result.Admin.ID {
				t.Errorf("signed in as %+v, %v", person, err)
			}
		}
		return err
	}, ErrNotFound)
	same(t, won, 1)
	site, err := d.SiteByKey(t.Context(), done.Site.Key)
	ok(t, err)
	same(t, site, done.Site)
	is(t, d.CheckSetup(t.Context(), token), ErrNotFound)
	again, err := d.OpenSetup(t.Context())
	ok(t, err)
	same(t, again, "")

	// The command line finds what the browser made, and changes nothing.
	request := setupRequest(done.Tenant.Name)
	request.AdminPassword, request.SiteName = "another password", "Another"
	found, err := d.Setup(t.Context(), request)
	ok(t, err)
	done.Created = false
	same(t, found, done)
}

func TestTheCommandLineMakesTheLinkVoid(t *testing.T) {
	d := newDesk(t)
	token, err := d.OpenSetup(t.Context())
	ok(t, err)
	d.setup("Acme")
	is(t, d.CheckSetup(t.Context(), token), ErrNotFound)
	_, _, err = d.CompleteSetup(t.Context(), token, setupRequest("Evil"), "")
	is(t, err, ErrNotFound)
}

func TestASetupLinkEnds(t *testing.T) {
	d := newDesk(t)
	token, err := d.OpenSetup(t.Context())
	ok(t, err)
	d.pass(SetupLife)
	is(t, d.CheckSetup(t.Context(), token), ErrNotFound)
	_, _, err = d.CompleteSetup(t.Context(), token, setupRequest("Acme"), "")
	is(t, err, ErrNotFound)
}

func TestTheLastAdminStays(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	is(t, d.RemovePerson(t.Context(), acme.Tenant.ID, acme.Admin.ID), ErrLastAdmin)
	_, err := d.UpdatePerson(t.Context(), acme.Tenant.ID, acme.Admin.ID, PersonChange{Role: ptr(RoleManager), Name: ptr("X")})
	is(t, err, ErrLastAdmin)
	bob, err := d.AddPerson(t.Context(), acme.Tenant.ID, NewPerson{Email: "bob@example.org", Name: "Bob", Password: goodPassword, Role: RoleAdmin})
	ok(t, err)
	token := d.mustSignIn("acme@example.org")
	won := race(t, 2, func(i int) error {
		return d.RemovePerson(t.Context(), acme.Tenant.ID, []string{acme.Admin.ID, bob.ID}[i])
	}, ErrLastAdmin)
	same(t, won, 1)
	people, err := d.People(t.Context(), acme.Tenant.ID)
	ok(t, err)
	same(t, len(people), 1)
	if people[0].ID != acme.Admin.ID {
		_, err = d.PersonByToken(t.Context(), token)
		is(t, err, ErrNotFound) // removed, and out at once
	}
}

func TestChangesOfAPerson(t *testing.T) {
	d := newDesk(t)
	acme, other := d.setup("Acme"), d.setup("Other")
	person, err := d.UpdatePerson(t.Context(), acme.Tenant.ID, acme.Admin.ID, PersonChange{Name: ptr(" Anna "), Capacity: ptr(MaxCapacity)})
	ok(t, err)
	if person.Name != "Anna" || person.Capacity != MaxCapacity || person.Role != RoleAdmin {
		t.Errorf("%+v", person)
	}
	_, err = d.UpdatePerson(t.Context(), other.Tenant.ID, acme.Admin.ID, PersonChange{Name: ptr("Eve")})
	is(t, err, ErrNotFound)
	cases := map[string]PersonChange{
		"name":     {Name: ptr("a\nb"), Capacity: ptr(5)},
		"role":     {Role: ptr(Role("")), Capacity: ptr(5)},
		"capacity": {Name: ptr("Eve"), Capacity: ptr(MaxCapacity + 1)},
	}
	for want, change := range cases {
		_, err := d.UpdatePerson(t.Context(), acme.Tenant.ID, acme.Admin.ID, change)
		field(t, err, want)
	}
	_, err = d.UpdatePerson(t.Context(), acme.Tenant.ID, acme.Admin.ID, PersonChange{Capacity: ptr(0)})
	field(t, err, "capacity")
	unchanged, err := d.Person(t.Context(), acme.Tenant.ID, acme.Admin.ID)
	ok(t, err)
	same(t, unchanged, person)
}

func TestChangesOfASite(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	blog, err := d.AddSite(t.Context(), acme.Tenant.ID, "Blog", []string{"https://blog.example"})
	ok(t, err)
	got, err := d.UpdateSite(t.Context(), acme.Tenant.ID, blog.ID, SiteChange{Name: ptr(" Journal ")})
	ok(t, err)
	blog.Name = "Journal"
	same(t, got, blog)
	_, err = d.UpdateSite(t.Context(), acme.Tenant.ID, blog.ID, SiteChange{Name: ptr("Shop")})
	field(t, err, "name")
	_, err = d.UpdateSite(t.Context(), acme.Tenant.ID, blog.ID, SiteChange{Name: ptr("X"), Origins: []string{"nonsense"}})
	field(t, err, "origins[0]")
	got, err = d.Site(t.Context(), acme.Tenant.ID, blog.ID)
	ok(t, err)
	same(t, got, blog)
	ok(t, d.RemoveSite(t.Context(), acme.Tenant.ID, blog.ID))
	_, err = d.SiteByKey(t.Context(), blog.Key)
	is(t, err, ErrNotFound)
}

func TestSettingsOfASite(t *testing.T) {
	d := newDesk(t)
	acme, other := d.setup("Acme"), d.setup("Other")
	tenant, site := acme.Tenant.ID, acme.Site.ID
	help := Help{Version: 1, Form: topicForm().Form, Hours: Hours{Zone: "Europe/Berlin"}}
	stored, err := d.SetHelp(t.Context(), tenant, site, help)
	ok(t, err)
	same(t, stored, help.withoutNulls().Next(1))
	collection := acme.Site.Collection
	collection.Deny = []string{"/internal*"}
	storedCollection, err := d.SetCollection(t.Context(), tenant, site, collection)
	ok(t, err)
	retention := privacy.Retention{SessionDays: 30, ChatDays: 0, AuditDays: 90}
	ok(t, d.SetRetention(t.Context(), tenant, site, retention))
	got, err := d.SiteByKey(t.Context(), acme.Site.Key) // counts for the very next visitor
	ok(t, err)
	same(t, got.Help, stored)
	same(t, got.Collection, storedCollection)
	same(t, got.Collection.Version, 2)
	same(t, got.Retention, retention)

	_, err = d.SetHelp(t.Context(), tenant, site, help)
	is(t, err, ErrConflict)
	_, err = d.SetCollection(t.Context(), tenant, site, collection)
	is(t, err, ErrConflict)
	_, err = d.SetHelp(t.Context(), other.Tenant.ID, site, stored)
	is(t, err, ErrNotFound)
	_, err = d.SetCollection(t.Context(), other.Tenant.ID, site, storedCollection)
	is(t, err, ErrNotFound)
	is(t, d.SetRetention(t.Context(), other.Tenant.ID, site, retention), ErrNotFound)
	stored.Form[0].ID = ""
	_, err = d.SetHelp(t.Context(), tenant, site, stored)
	field(t, err, "form[0].id")
	storedCollection.Basis = "hope"
	_, err = d.SetCollection(t.Context(), tenant, site, storedCollection)
	field(t, err, "basis")
	field(t, d.SetRetention(t.Context(), tenant, site, privacy.Retention{SessionDays: 0, ChatDays: 1, AuditDays: 90}), "sessionDays")
}

func TestIdentitySecret(t *testing.T) {
	d := newDesk(t)
	acme, other := d.setup("Acme"), d.setup("Other")
	var secrets [4]string
	race(t, len(secrets), func(i int) error {
		secret, err := d.IdentitySecret(t.Context(), acme.Tenant.ID, acme.Site.ID)
		secrets[i] = string(secret)
		return err
	}, nil)
	for _, secret := range secrets {
		if random, err := hex.DecodeString(secret); err != nil || len(random) != identitySecretBytes || secret != secrets[0] {
			t.Errorf("secrets %q", secrets)
		}
	}
	_, err := d.IdentitySecret(t.Context(), other.Tenant.ID, acme.Site.ID)
	is(t, err, ErrNotFound)
	_, err = d.RotateIdentitySecret(t.Context(), other.Tenant.ID, acme.Site.ID)
	is(t, err, ErrNotFound)
	rotated, err := d.RotateIdentitySecret(t.Context(), acme.Tenant.ID, acme.Site.ID)
	ok(t, err)
	again, err := d.IdentitySecret(t.Context(), acme.Tenant.ID, acme.Site.ID)
	ok(t, err)
	if string(again) != string(rotated) || string(rotated) == secrets[0] {
		t.Errorf("%s rotated to %s, then %s", secrets[0], rotated, again)
	}
	// A sealed secret is of no use in another site's row.
	sealed, err := d.store.IdentitySecret(t.Context(), acme.Tenant.ID, acme.Site.ID)
	ok(t, err)
	second, err := d.AddSite(t.Context(), acme.Tenant.ID, "Blog", []string{"https://blog.example"})
	ok(t, err)
	ok(t, d.store.SetIdentitySecret(t.Context(), acme.Tenant.ID, second.ID, nil, sealed))
	if secret, err := d.IdentitySecret(t.Context(), acme.Tenant.ID, second.ID); err == nil {
		t.Errorf("opened as %s", secret)
	}
}

func TestTeams(t *testing.T) {
	d := newDesk(t)
	acme, other := d.setup("Acme"), d.setup("Other")
	rule := TeamRule{Sites: []string{acme.Site.ID, acme.Site.ID}, Paths: []string{"/hilfe*", "*.html"}, Languages: []string{"de", "pt-BR"}}
	team, err := d.AddTeam(t.Context(), acme.Tenant.ID, TeamSettings{
		Name: " Sales ", Members: []string{acme.Admin.ID, acme.Admin.ID}, Rules: []TeamRule{rule, {}},
	})
	ok(t, err)
	rule.Sites = []string{acme.Site.ID}
	if team.Name != "Sales" {
		t.Errorf("%+v", team)
	}
	same(t, team.Members, []string{acme.Admin.ID})
	same(t, team.Rules, []TeamRule{rule, {Sites: []string{}, Paths: []string{}, Languages: []string{}}})
	got, err := d.Team(t.Context(), acme.Tenant.ID, team.ID)
	ok(t, err)
	same(t, got, team)
	_, err = d.AddTeam(t.Context(), acme.Tenant.ID, TeamSettings{Name: "Sales"})
	field(t, err, "name")
	_, err = d.AddTeam(t.Context(), "unknown", TeamSettings{Name: "Sales"})
	is(t, err, ErrNotFound)
	_, err = d.SetTeam(t.Context(), other.Tenant.ID, team.ID, TeamSettings{Name: "Evil"})
	is(t, err, ErrNotFound)

	many := strings.Split(strings.Repeat("/,", MaxRuleEntries)+"/", ",")
	cases := []struct {
		field    string
		settings TeamSettings
	}{
		{"name", TeamSettings{Name: ""}},
		{"members[0]", TeamSettings{Name: "X", Members: []string{other.Admin.ID}}},
		{"members[1]", TeamSettings{Name: "X", Members: []string{acme.Admin.ID, "unknown"}}},
		{"members", TeamSettings{Name: "X", Members: make([]string, MaxTeamMembers+1)}},
		{"rules", TeamSettings{Name: "X", Rules: make([]TeamRule, MaxTeamRules+1)}},
		{"rules[1].sites[0]", TeamSettings{Name: "X", Rules: []TeamRule{{}, {Sites: []string{other.Site.ID}}}}},
		{"rules[0].paths", TeamSettings{Name: "X", Rules: []TeamRule{{Paths: many}}}},
		{"rules[0].paths[0]", TeamSettings{Name: "X", Rules: []TeamRule{{Paths: []string{"help"}}}}},
		{"rules[0].paths[0]", TeamSettings{Name: "X", Rules: []TeamRule{{Paths: []string{"/a\x00"}}}}},
		{"rules[0].paths[0]", TeamSettings{Name: "X", Rules: []TeamRule{{Paths: []string{""}}}}},
		{"rules[0].languages[0]", TeamSettings{Name: "X", Rules: []TeamRule{{Languages: []string{"german"}}}}},
	}
	for _, c := range cases {
		_, err := d.SetTeam(t.Context(), acme.Tenant.ID, team.ID, c.settings)
		field(t, err, c.field)
		_, err = d.AddTeam(t.Context(), acme.Tenant.ID, c.settings)
		field(t, err, c.field)
	}
	list, err := d.Teams(t.Context(), acme.Tenant.ID)
	ok(t, err)
	same(t, list, []Team{team})
	set, err := d.SetTeam(t.Context(), acme.Tenant.ID, team.ID, TeamSettings{Name: "Support"})
	ok(t, err)
	got, err = d.Team(t.Context(), acme.Tenant.ID, team.ID)
	ok(t, err)
	same(t, got, set)
	ok(t, d.RemoveTeam(t.Context(), acme.Tenant.ID, team.ID))
}

func TestAPIKeys(t *testing.T) {
	d := newDesk(t)
	acme, other := d.setup("Acme"), d.setup("Other")
	key, secret, err := d.AddAPIKey(t.Context(), acme.Tenant.ID, " CRM ", RoleManager)
	ok(t, err)
	if !strings.HasPrefix(secret, "alk_") || len(secret) < 40 || key.Name != "CRM" || !key.LastUsed.IsZero() {
		t.Errorf("%+v, %s", key, secret)
	}
	used, err := d.ByAPIKey(t.Context(), secret)
	ok(t, err)
	key.LastUsed = d.clock()
	same(t, used, key)
	list, err := d.APIKeys(t.Context(), acme.Tenant.ID)
	ok(t, err)
	same(t, list, []APIKey{key})
	for _, forged := range []string{"", "alk_", secret[4:], secret + "x", strings.ToUpper(secret)} {
		_, err := d.ByAPIKey(t.Context(), forged)
		is(t, err, ErrNotFound)
	}
	_, _, err = d.AddAPIKey(t.Context(), acme.Tenant.ID, "CRM", RoleAgent)
	field(t, err, "name")
	_, _, err = d.AddAPIKey(t.Context(), acme.Tenant.ID, "a\x00", RoleAgent)
	field(t, err, "name")
	_, _, err = d.AddAPIKey(t.Context(), acme.Tenant.ID, "X", "root")
	field(t, err, "role")
	_, _, err = d.AddAPIKey(t.Context(), "unknown", "X", RoleAgent)
	is(t, err, ErrNotFound)
	is(t, d.RemoveAPIKey(t.Context(), other.Tenant.ID, key.ID), ErrNotFound)
	ok(t, d.RemoveAPIKey(t.Context(), acme.Tenant.ID, key.ID))
	_, err = d.ByAPIKey(t.Context(), secret)
	is(t, err, ErrNotFound)
}

func TestReplies(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	set := func(replies ...Reply) ([]Reply, error) { return d.SetReplies(t.Context(), acme.Tenant.ID, replies) }
	first, err := set(Reply{Shortcut: "hi", Text: " Hello {name},\r\nhow are you? "}, Reply{Shortcut: "bye", Text: "Bye"})
	ok(t, err)
	if first[0].ID == "" || first[0].ID == first[1].ID || first[0].Text != "Hello {name},\nhow are you?" {
		t.Errorf("%+v", first)
	}
	second, err := set(first[1], Reply{Shortcut: "HI2", Text: "x"})
	ok(t, err)
	same(t, second[0], first[1])
	got, err := d.Replies(t.Context(), acme.Tenant.ID)
	ok(t, err)
	same(t, got, second)
	cases := map[string][]Reply{
		"items[0].id":       {first[0]}, // gone
		"items[1].id":       {second[0], second[0]},
		"items[0].shortcut": {{Shortcut: "two words", Text: "x"}},
		"items[1].shortcut": {{Shortcut: "a", Text: "x"}, {Shortcut: "A", Text: "x"}},
		"items[0].text":     {{Shortcut: "a", Text: "\x00"}},
		"items[1].text":     {{Shortcut: "a", Text: "x"}, {Shortcut: "b", Text: strings.Repeat("x", MaxReplyText+1)}},
		"items":             make([]Reply, MaxReplies+1),
	}
	for want, replies := range cases {
		_, err := set(replies...)
		field(t, err, want)
	}
	_, err = d.SetReplies(t.Context(), "unknown", nil)
	is(t, err, ErrNotFound)
	got, err = d.Replies(t.Context(), acme.Tenant.ID)
	ok(t, err)
	same(t, got, second)
}

func TestReasons(t *testing.T) {
	d := newDesk(t)
	acme := d.setup("Acme")
	set := func(reasons ...Reason) ([]Reason, error) { return d.SetReasons(t.Context(), acme.Tenant.ID, reasons) }
	first, err := set(Reason{Label: "Billing"}, Reason{Label: "Delivery"})
	ok(t, err)
	second, err := set(Reason{Label: "billing"}, first[1])
	ok(t, err)
	same(t, second, []Reason{{second[0].ID, "billing", false}, first[1], {first[0].ID, "Billing", true}})
	got, err := d.Reasons(t.Context(), acme.Tenant.ID)
	ok(t, err)
	same(t, got, second)
	back, err := set(got...) // what was read can be written
	ok(t, err)
	same(t, back, second)
	many := make([]Reason, MaxReasons-2)
	for i := range many {
		many[i].Label = strconv.Itoa(i)
	}
	cases := map[string][]Reason{
		"items[0].id":    {{ID: "unknown", Label: "x"}},
		"items[0].label": {{Label: " "}},
		"items[1].label": {{Label: "x"}, {Label: "X"}},
		"items":          many,
	}
	for want, reasons := range cases {
		_, err := set(reasons...)
		field(t, err, want)
	}
	_, err = d.SetReasons(t.Context(), "unknown", nil)
	is(t, err, ErrNotFound)
}

// A data folder of the first release opens with everything in it, and what is new has its default.
func TestFoldersOfTheFirstRelease(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	released := Migrations
	released.Steps = released.Steps[:1]
	db, err := store.Open(t.Context(), dir, released)
	ok(t, err)
	exec := func(db *sql.DB, statement string) {
		t.Helper()
		_, err := db.ExecContext(context.Background(), statement)
		ok(t, err)
	}
	exec(db.Writer, `INSERT INTO tenants VALUES ('a', 'Tenant a', 1);
		INSERT INTO sites VALUES ('shop', 'a', 'site_shop', 'Shop', '["https://shop.example"]', '{"version":3,"mode":"strict"}', 3, 2);
		INSERT INTO people VALUES ('ann', 'a', 'ann@example.org', 'Ann', 'admin', 'hash', 3);
		INSERT INTO sign_ins VALUES ('1', 'a', 'ann', x'00', 4, 5)`)
	ok(t, db.Close())

	db, err = store.Open(t.Context(), dir, Migrations)
	ok(t, err)
	defer db.Close()
	s := NewSQLite(db)
	site, err := s.SiteByKey(t.Context(), "site_shop")
	ok(t, err)
	same(t, site.Policy.Version, 3)
	same(t, site.Help, DefaultHelp())
	same(t, site.Collection, privacy.DefaultCollection())
	same(t, site.Retention, privacy.DefaultRetention())
	ok(t, s.SetHelp(t.Context(), "a", "shop", site.Help.Next(1)))
	ann, err := s.Person(t.Context(), "a", "ann")
	ok(t, err)
	same(t, ann, Person{ID: "ann", Tenant: "a", Email: "ann@example.org", Name: "Ann", Role: RoleAdmin, Created: fromMS(3), Capacity: DefaultCapacity})
	signIns, err := s.SignIns(t.Context(), "a", "ann")
	ok(t, err)
	same(t, len(signIns), 1)
	reasons, err := s.Reasons(t.Context(), "a")
	ok(t, err)
	same(t, reasons, []Reason{})
}

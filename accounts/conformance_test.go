package accounts

import (
	"context"
	"crypto/sha256"
	"errors"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"alongside/privacy"
	"alongside/store"
	"alongside/store/mongotest"
)

// stores are the implementations of Store that this machine can run; each has to pass every test of conformance.
var stores = map[string]func(t *testing.T) Store{
	"SQLite": func(t *testing.T) Store { return openSQLite(t) },
}

func init() {
	for name, open := range mongotest.Servers {
		stores[name] = func(t *testing.T) Store { return NewMongo(open(t, Collections)) }
	}
}

func openSQLite(t *testing.T) *SQLite {
	t.Helper()
	db, err := store.Open(t.Context(), t.TempDir(), Migrations)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return NewSQLite(db)
}

var conformance = map[string]func(t *testing.T, s Store){
	"tenants":                      tenantsConform,
	"sites":                        sitesConform,
	"people":                       peopleConform,
	"sign-ins":                     signInsConform,
	"old sign-ins":                 oldSignInsConform,
	"tenants never meet":           isolationConforms,
	"one winner of a name":         oneWinnerConforms,
	"one winner of a policy":       policyConforms,
	"no use is lost":               usesConform,
	"what is empty or not ASCII":   textsConform,
	"a context that is over":       contextConforms,
	"lists are in order of making": orderConforms,

	"changes of a site":               siteChangesConform,
	"removing a site":                 siteRemovalConforms,
	"one winner of a setting":         settingsConform,
	"identity secrets":                identitySecretsConform,
	"changes of a person":             personChangesConform,
	"one admin stays":                 lastAdminConforms,
	"resets":                          resetsConform,
	"second factors":                  secondFactorsConform,
	"a code works once":               codesConform,
	"teams":                           teamsConform,
	"invitations":                     invitationsConform,
	"one winner of an invitation":     invitationRaceConforms,
	"set-up":                          setupConforms,
	"API keys":                        apiKeysConform,
	"replies and reasons":             listsConform,
	"what is past":                    expiredConform,
	"tenants never meet in the rest":  isolationOfTheRestConforms,
	"what hangs on a person goes too": personRemovalConforms,
}

func TestStores(t *testing.T) {
	for storeName, open := range stores {
		for name, test := range conformance {
			t.Run(storeName+"/"+name, func(t *testing.T) { test(t, open(t)) })
		}
	}
}

var epoch = time.Date(2026, 11, 21, 12, 0, 0, 123e6, time.UTC)

func tenantNamed(id string) Tenant { return Tenant{ID: id, Name: "Tenant " + id, Created: epoch} }

func siteNamed(tenant, id string) Site {
	return Site{
		ID: id, Tenant: tenant, Key: "site_" + id, Name: "Site " + id, Origins: []string{"https://" + id + ".example"},
		Policy: privacy.Default(), Help: DefaultHelp(), Collection: privacy.DefaultCollection(), Retention: privacy.DefaultRetention(),
		Created: epoch,
	}
}

func personNamed(tenant, id string) Person {
	return Person{ID: id, Tenant: tenant, Email: id + "@example.org", Name: "Person " + id, Role: RoleAgent, Created: epoch, Capacity: 2}
}

func ptr[T any](value T) *T { return &value }

func tokenHash(text string) TokenHash { return sha256.Sum256([]byte(text)) }

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

func same[T any](t *testing.T, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func tenantsConform(t *testing.T, s Store) {
	ctx := t.Context()
	a := tenantNamed("a")
	ok(t, s.AddTenant(ctx, a))
	is(t, s.AddTenant(ctx, a), ErrExists)
	is(t, s.AddTenant(ctx, Tenant{ID: "b", Name: a.Name, Created: epoch}), ErrExists)
	is(t, s.AddTenant(ctx, Tenant{ID: a.ID, Name: "other", Created: epoch}), ErrExists)
	got, err := s.Tenant(ctx, "a")
	ok(t, err)
	same(t, got, a)
	got, err = s.TenantByName(ctx, a.Name)
	ok(t, err)
	same(t, got, a)
	_, err = s.Tenant(ctx, "b")
	is(t, err, ErrNotFound)
	_, err = s.TenantByName(ctx, "tenant A")
	is(t, err, ErrNotFound)
}

func sitesConform(t *testing.T, s Store) {
	ctx := t.Context()
	ok(t, s.AddTenant(ctx, tenantNamed("a")))
	ok(t, s.AddTenant(ctx, tenantNamed("b")))
	site := siteNamed("a", "shop")
	site.Policy.Selectors = []privacy.Selector{{CSS: ".name", Rule: privacy.RuleMask, Paths: []string{"/checkout*"}}}
	ok(t, s.AddSite(ctx, site))
	is(t, s.AddSite(ctx, site), ErrExists)
	sameKey, sameName := siteNamed("b", "other"), siteNamed("a", "other")
	sameKey.Key, sameName.Name = site.Key, site.Name
	is(t, s.AddSite(ctx, sameKey), ErrExists)
	is(t, s.AddSite(ctx, sameName), ErrExists)
	elsewhere := siteNamed("b", "other")
	elsewhere.Name = site.Name // free in another tenant
	ok(t, s.AddSite(ctx, elsewhere))

	got, err := s.Site(ctx, "a", "shop")
	ok(t, err)
	same(t, got, site)
	got, err = s.SiteByKey(ctx, site.Key)
	ok(t, err)
	same(t, got, site)
	_, err = s.SiteByKey(ctx, "site_unknown")
	is(t, err, ErrNotFound)

	site.Origins = []string{"https://new.example", "http://127.0.0.1:8080"}
	ok(t, s.UpdateSite(ctx, "a", "shop", SiteChange{Origins: site.Origins}))
	site.Policy = site.Policy.Next(1)
	site.Policy.Mode, site.Policy.Selectors = privacy.ModeStrict, []privacy.Selector{}
	ok(t, s.SetPolicy(ctx, "a", "shop", site.Policy))
	got, err = s.SiteByKey(ctx, site.Key)
	ok(t, err)
	same(t, got, site)
	is(t, s.UpdateSite(ctx, "a", "unknown", SiteChange{Origins: site.Origins}), ErrNotFound)
	is(t, s.SetPolicy(ctx, "a", "unknown", site.Policy.Next(2)), ErrNotFound)
}

func peopleConform(t *testing.T, s Store) {
	ctx := t.Context()
	ok(t, s.AddTenant(ctx, tenantNamed("a")))
	ok(t, s.AddTenant(ctx, tenantNamed("b")))
	ann := personNamed("a", "ann")
	ok(t, s.AddPerson(ctx, ann, "hash of ann"))
	is(t, s.AddPerson(ctx, ann, "another"), ErrExists)
	twin := personNamed("b", "twin")
	twin.Email = ann.Email // unique in the installation, not in the tenant
	is(t, s.AddPerson(ctx, twin, "another"), ErrExists)

	got, err := s.Person(ctx, "a", "ann")
	ok(t, err)
	same(t, got, ann)
	got, hash, err := s.PersonByEmail(ctx, ann.Email)
	ok(t, err)
	same(t, got, ann)
	same(t, hash, "hash of ann")
	_, hash, err = s.PersonByEmail(ctx, "nobody@example.org")
	is(t, err, ErrNotFound)
	same(t, hash, "")

	ok(t, s.UpdatePerson(ctx, "a", "ann", PersonChange{Role: ptr(RoleManager)}))
	ann.Role = RoleManager
	people, err := s.People(ctx, "a")
	ok(t, err)
	same(t, people, []Person{ann})
	is(t, s.UpdatePerson(ctx, "a", "bob", PersonChange{Role: ptr(RoleAgent)}), ErrNotFound)
	is(t, s.SetPassword(ctx, "a", "bob", "x"), ErrNotFound)
}

func signInsConform(t *testing.T, s Store) {
	ctx := t.Context()
	ok(t, s.AddTenant(ctx, tenantNamed("a")))
	for _, id := range []string{"ann", "bob"} {
		ok(t, s.AddPerson(ctx, personNamed("a", id), "hash"))
	}
	add := func(id, person string) SignIn {
		signIn := SignIn{ID: id, Tenant: "a", Person: person, Created: epoch, LastUsed: epoch}
		ok(t, s.AddSignIn(ctx, signIn, tokenHash(id)))
		return signIn
	}
	one, two, three := add("1", "ann"), add("2", "ann"), add("3", "bob")
	is(t, s.AddSignIn(ctx, SignIn{ID: "4", Tenant: "a", Person: "bob", Created: epoch, LastUsed: epoch}, tokenHash("1")), ErrExists)

	signIn, person, err := s.SignInByToken(ctx, tokenHash("1"))
	ok(t, err)
	same(t, signIn, one)
	same(t, person, personNamed("a", "ann"))
	_, _, err = s.SignInByToken(ctx, tokenHash("unknown"))
	is(t, err, ErrNotFound)

	list, err := s.SignIns(ctx, "a", "ann")
	ok(t, err)
	same(t, list, []SignIn{one, two})
	is(t, s.DeleteSignIn(ctx, "a", "bob", "1"), ErrNotFound) // another's
	ok(t, s.DeleteSignIn(ctx, "a", "ann", "1"))
	is(t, s.DeleteSignIn(ctx, "a", "ann", "1"), ErrNotFound)
	_, _, err = s.SignInByToken(ctx, tokenHash("1"))
	is(t, err, ErrNotFound)

	ok(t, s.SetPassword(ctx, "a", "ann", "new hash"))
	_, hash, err := s.PersonByEmail(ctx, "ann@example.org")
	ok(t, err)
	same(t, hash, "new hash")
	list, err = s.SignIns(ctx, "a", "ann")
	ok(t, err)
	same(t, list, nil)
	list, err = s.SignIns(ctx, "a", "bob")
	ok(t, err)
	same(t, list, []SignIn{three})
}

func oldSignInsConform(t *testing.T, s Store) {
	ctx := t.Context()
	ok(t, s.AddTenant(ctx, tenantNamed("a")))
	ok(t, s.AddPerson(ctx, personNamed("a", "ann"), "hash"))
	ages := []struct {
		id            string
		created, used time.Duration
	}{{"young", 0, 0}, {"at the limit", 3 * time.Hour, time.Hour}, {"unused", 2 * time.Hour, 2 * time.Hour}, {"old", 4 * time.Hour, 0}}
	for _, age := range ages {
		signIn := SignIn{ID: age.id, Tenant: "a", Person: "ann", Created: epoch.Add(-age.created), LastUsed: epoch.Add(-age.used)}
		ok(t, s.AddSignIn(ctx, signIn, tokenHash(age.id)))
	}
	deleted, err := s.DeleteSignIns(ctx, epoch.Add(-time.Hour), epoch.Add(-3*time.Hour))
	ok(t, err)
	same(t, deleted, 2)
	list, err := s.SignIns(ctx, "a", "ann")
	ok(t, err)
	ids := make([]string, 0, len(list))
	for _, signIn := range list {
		ids = append(ids, signIn.ID)
	}
	same(t, ids, []string{"young", "at the limit"})
}

// isolationConforms asks for everything of one tenant in the name of another. req 003-16
func isolationConforms(t *testing.T, s Store) {
	ctx := t.Context()
	ok(t, s.AddTenant(ctx, tenantNamed("a")))
	ok(t, s.AddTenant(ctx, tenantNamed("b")))
	site, ann := siteNamed("a", "shop"), personNamed("a", "ann")
	signIn := SignIn{ID: "1", Tenant: "a", Person: "ann", Created: epoch, LastUsed: epoch}
	ok(t, s.AddSite(ctx, site))
	ok(t, s.AddPerson(ctx, ann, "hash"))
	ok(t, s.AddSignIn(ctx, signIn, tokenHash("1")))

	for _, stranger := range []string{"b", "", "unknown"} {
		_, err := s.Site(ctx, stranger, "shop")
		is(t, err, ErrNotFound)
		_, err = s.Person(ctx, stranger, "ann")
		is(t, err, ErrNotFound)
		is(t, s.UpdateSite(ctx, stranger, "shop", SiteChange{Origins: []string{"https://evil.example"}}), ErrNotFound)
		is(t, s.SetPolicy(ctx, stranger, "shop", site.Policy.Next(1)), ErrNotFound)
		is(t, s.SetPassword(ctx, stranger, "ann", "evil"), ErrNotFound)
		is(t, s.UpdatePerson(ctx, stranger, "ann", PersonChange{Role: ptr(RoleAdmin)}), ErrNotFound)
		is(t, s.UseSignIn(ctx, stranger, "1", epoch.Add(time.Hour)), ErrNotFound)
		is(t, s.DeleteSignIn(ctx, stranger, "ann", "1"), ErrNotFound)
		sites, err := s.Sites(ctx, stranger)
		ok(t, err)
		people, err := s.People(ctx, stranger)
		ok(t, err)
		signIns, err := s.SignIns(ctx, stranger, "ann")
		ok(t, err)
		if len(sites)+len(people)+len(signIns) > 0 {
			t.Errorf("%q sees %v %v %v", stranger, sites, people, signIns)
		}
	}
	got, err := s.Site(ctx, "a", "shop")
	ok(t, err)
	same(t, got, site)
	gotSignIn, person, err := s.SignInByToken(ctx, tokenHash("1"))
	ok(t, err)
	same(t, gotSignIn, signIn)
	same(t, person, ann)
	_, hash, err := s.PersonByEmail(ctx, ann.Email)
	ok(t, err)
	same(t, hash, "hash")
}

func oneWinnerConforms(t *testing.T, s Store) {
	ok(t, s.AddTenant(t.Context(), tenantNamed("a")))
	races := map[string]func(ctx context.Context, id string) error{
		"tenant": func(ctx context.Context, id string) error {
			return s.AddTenant(ctx, Tenant{ID: id, Name: "same", Created: epoch})
		},
		"site": func(ctx context.Context, id string) error {
			site := siteNamed("a", id)
			site.Name = "same"
			return s.AddSite(ctx, site)
		},
		"person": func(ctx context.Context, id string) error {
			person := personNamed("a", id)
			person.Email = "same@example.org"
			return s.AddPerson(ctx, person, "hash")
		},
	}
	for name, add := range races {
		if won := race(t, 8, func(i int) error { return add(t.Context(), strconv.Itoa(i)) }, ErrExists); won != 1 {
			t.Errorf("%s: %d winners", name, won)
		}
	}
}

func policyConforms(t *testing.T, s Store) {
	ctx := t.Context()
	ok(t, s.AddTenant(ctx, tenantNamed("a")))
	site := siteNamed("a", "shop")
	ok(t, s.AddSite(ctx, site))
	is(t, s.SetPolicy(ctx, "a", "shop", site.Policy), ErrConflict)         // the same version
	is(t, s.SetPolicy(ctx, "a", "shop", site.Policy.Next(2)), ErrConflict) // one left out
	won := race(t, 8, func(int) error { return s.SetPolicy(ctx, "a", "shop", site.Policy.Next(1)) }, ErrConflict)
	if won != 1 {
		t.Errorf("%d winners", won)
	}
	got, err := s.Site(ctx, "a", "shop")
	ok(t, err)
	same(t, got.Policy.Version, 2)
}

func usesConform(t *testing.T, s Store) {
	ctx := t.Context()
	ok(t, s.AddTenant(ctx, tenantNamed("a")))
	ok(t, s.AddPerson(ctx, personNamed("a", "ann"), "hash"))
	ok(t, s.AddSignIn(ctx, SignIn{ID: "1", Tenant: "a", Person: "ann", Created: epoch, LastUsed: epoch}, tokenHash("1")))
	const uses = 20
	race(t, uses, func(i int) error { return s.UseSignIn(ctx, "a", "1", epoch.Add(time.Duration(i)*time.Minute)) }, nil)
	ok(t, s.UseSignIn(ctx, "a", "1", epoch)) // late news does not move it back
	signIn, _, err := s.SignInByToken(ctx, tokenHash("1"))
	ok(t, err)
	same(t, signIn.LastUsed, epoch.Add((uses-1)*time.Minute))
	is(t, s.UseSignIn(ctx, "a", "unknown", epoch), ErrNotFound)
}

func textsConform(t *testing.T, s Store) {
	ctx := t.Context()
	odd := Tenant{ID: "a", Name: "Zoë 张 'quoted' \"double\" % _ $gt {}", Created: epoch}
	ok(t, s.AddTenant(ctx, odd))
	got, err := s.TenantByName(ctx, odd.Name)
	ok(t, err)
	same(t, got, odd)
	for _, name := range []string{"%", "' OR 1=1 --", "", "Zo%"} {
		_, err := s.TenantByName(ctx, name)
		is(t, err, ErrNotFound)
	}
}

func contextConforms(t *testing.T, s Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	is(t, s.AddTenant(ctx, tenantNamed("a")), context.Canceled)
	_, err := s.Tenant(t.Context(), "a")
	is(t, err, ErrNotFound)
}

func orderConforms(t *testing.T, s Store) {
	ctx := t.Context()
	ok(t, s.AddTenant(ctx, tenantNamed("a")))
	ids := []string{"z", "m", "a", "q"}
	for _, id := range ids {
		ok(t, s.AddSite(ctx, siteNamed("a", id)))
		ok(t, s.AddPerson(ctx, personNamed("a", id), "hash"))
	}
	sites, err := s.Sites(ctx, "a")
	ok(t, err)
	people, err := s.People(ctx, "a")
	ok(t, err)
	for i, id := range ids {
		if sites[i].ID != id || people[i].ID != id {
			t.Errorf("place %d: site %s, person %s, want %s", i, sites[i].ID, people[i].ID, id)
		}
	}
}

// race runs act n times at once and returns how many had no error; any error but the loser's fails the test.
func race(t *testing.T, n int, act func(i int) error, loser error) int {
	t.Helper()
	var won atomic.Int64
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		group.Go(func() {
			<-start
			switch err := act(i); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, loser):
				t.Errorf("attempt %d: %v", i, err)
			}
		})
	}
	close(start)
	group.Wait()
	return int(won.Load())
}

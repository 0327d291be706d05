package accounts

import (
	"strconv"
	"testing"
	"time"
)

// tenantWith adds a tenant and people to it, the first of them an admin.
func tenantWith(t *testing.T, s Store, tenant string, people ...string) {
	t.Helper()
	ok(t, s.AddTenant(t.Context(), tenantNamed(tenant)))
	for i, id := range people {
		person := personNamed(tenant, id)
		if i == 0 {
			person.Role = RoleAdmin
		}
		ok(t, s.AddPerson(t.Context(), person, "hash of "+id))
	}
}

func personChangesConform(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a", "ann", "bob")
	want, err := s.Person(ctx, "a", "bob")
	ok(t, err)
	ok(t, s.UpdatePerson(ctx, "a", "bob", PersonChange{}))
	want.Name, want.Role, want.Capacity = "Robert", RoleManager, 7
	ok(t, s.UpdatePerson(ctx, "a", "bob", PersonChange{Name: &want.Name}))
	ok(t, s.UpdatePerson(ctx, "a", "bob", PersonChange{Role: &want.Role, Capacity: &want.Capacity}))
	ok(t, s.SetResetWanted(ctx, "a", "bob", true))
	want.ResetWanted = true
	got, err := s.Person(ctx, "a", "bob")
	ok(t, err)
	same(t, got, want)
	is(t, s.UpdatePerson(ctx, "a", "unknown", PersonChange{Capacity: ptr(4)}), ErrNotFound)
	is(t, s.SetResetWanted(ctx, "a", "unknown", true), ErrNotFound)
	is(t, s.DeletePerson(ctx, "a", "unknown"), ErrNotFound)
	hash, err := s.PasswordHash(ctx, "a", "bob")
	ok(t, err)
	same(t, hash, "hash of bob")
	_, err = s.PasswordHash(ctx, "a", "unknown")
	is(t, err, ErrNotFound)
}

// lastAdminConforms: whatever is done, and however many do it at once, a tenant keeps an admin.
func lastAdminConforms(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a", "ann", "bob")
	tenantWith(t, s, "b", "zoe") // an admin elsewhere is none here
	is(t, s.UpdatePerson(ctx, "a", "ann", PersonChange{Name: ptr("X"), Role: ptr(RoleAgent)}), ErrLastAdmin)
	is(t, s.DeletePerson(ctx, "a", "ann"), ErrLastAdmin)
	ann, err := s.Person(ctx, "a", "ann")
	ok(t, err)
	same(t, ann.Name, "Person ann") // nothing of a refused change is done
	ok(t, s.UpdatePerson(ctx, "a", "ann", PersonChange{Name: ptr("Anna"), Role: ptr(RoleAdmin)}))
	ok(t, s.DeletePerson(ctx, "a", "bob"))

	const admins = 6
	for i := range admins {
		admin := personNamed("a", strconv.Itoa(i))
		admin.Role = RoleAdmin
		ok(t, s.AddPerson(ctx, admin, "hash"))
	}
	ok(t, s.DeletePerson(ctx, "a", "ann"))
	won := race(t, admins, func(i int) error {
		if i%2 == 0 {
			return s.DeletePerson(ctx, "a", strconv.Itoa(i))
		}
		return s.UpdatePerson(ctx, "a", strconv.Itoa(i), PersonChange{Role: ptr(RoleAgent)})
	}, ErrLastAdmin)
	if won != admins-1 {
		t.Errorf("%d of %d admins went", won, admins)
	}
	people, err := s.People(ctx, "a")
	ok(t, err)
	left := 0
	for _, person := range people {
		if person.Role == RoleAdmin {
			left++
		}
	}
	same(t, left, 1)
}

func personRemovalConforms(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a", "ann", "bob")
	ok(t, s.AddSignIn(ctx, SignIn{ID: "1", Tenant: "a", Person: "bob", Created: epoch, LastUsed: epoch}, tokenHash("1")))
	ok(t, s.AddReset(ctx, "a", "bob", tokenHash("reset"), epoch.Add(time.Hour)))
	ok(t, s.SetPendingSecondFactor(ctx, "a", "bob", []byte("sealed")))
	ok(t, s.ActivateSecondFactor(ctx, "a", "bob", []byte("sealed"), 1, []TokenHash{tokenHash("code")}))
	team := Team{ID: "team", Tenant: "a", Name: "Team", Members: []string{"ann", "bob"}, Rules: []TeamRule{}, Created: epoch}
	ok(t, s.AddTeam(ctx, team))
	ok(t, s.DeletePerson(ctx, "a", "bob"))

	_, _, err := s.SignInByToken(ctx, tokenHash("1"))
	is(t, err, ErrNotFound)
	_, err = s.Reset(ctx, tokenHash("reset"), epoch)
	is(t, err, ErrNotFound)
	is(t, s.UseRecoveryCode(ctx, "a", "bob", tokenHash("code")), ErrNotFound)
	got, err := s.Team(ctx, "a", "team")
	ok(t, err)
	same(t, got.Members, []string{"ann"})
	ok(t, s.AddPerson(ctx, personNamed("a", "bob"), "hash")) // the e-mail is free again
}

func resetsConform(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a", "ann", "bob")
	expires := epoch.Add(time.Hour)
	for _, token := range []string{"one", "two"} {
		ok(t, s.AddReset(ctx, "a", "ann", tokenHash(token), expires))
	}
	ok(t, s.AddReset(ctx, "a", "bob", tokenHash("of bob"), expires))
	ok(t, s.SetResetWanted(ctx, "a", "ann", true))
	ok(t, s.AddSignIn(ctx, SignIn{ID: "1", Tenant: "a", Person: "ann", Created: epoch, LastUsed: epoch}, tokenHash("1")))
	is(t, s.AddReset(ctx, "a", "unknown", tokenHash("three"), expires), ErrNotFound)

	person, err := s.Reset(ctx, tokenHash("one"), expires.Add(-time.Millisecond))
	ok(t, err)
	same(t, person.ID, "ann")
	_, err = s.Reset(ctx, tokenHash("one"), expires)
	is(t, err, ErrNotFound)
	is(t, s.UseReset(ctx, tokenHash("one"), expires, "late"), ErrNotFound)
	is(t, s.UseReset(ctx, tokenHash("unknown"), epoch, "evil"), ErrNotFound)

	won := race(t, 6, func(i int) error { return s.UseReset(ctx, tokenHash("one"), epoch, "new hash "+strconv.Itoa(i)) }, ErrNotFound)
	same(t, won, 1)
	is(t, s.UseReset(ctx, tokenHash("two"), epoch, "again"), ErrNotFound) // the others are void with it
	person, err = s.Person(ctx, "a", "ann")
	ok(t, err)
	same(t, person.ResetWanted, false)
	_, _, err = s.SignInByToken(ctx, tokenHash("1"))
	is(t, err, ErrNotFound)
	_, err = s.Reset(ctx, tokenHash("of bob"), epoch)
	ok(t, err)
}

func secondFactorsConform(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a", "ann", "bob")
	active, pending, err := s.SecondFactor(ctx, "a", "ann")
	ok(t, err)
	if active != nil || pending != nil {
		t.Errorf("born with %q, %q", active, pending)
	}
	_, _, err = s.SecondFactor(ctx, "a", "unknown")
	is(t, err, ErrNotFound)
	is(t, s.SetPendingSecondFactor(ctx, "a", "unknown", []byte("x")), ErrNotFound)
	is(t, s.ActivateSecondFactor(ctx, "a", "ann", []byte("x"), 1, nil), ErrConflict)

	ok(t, s.SetPendingSecondFactor(ctx, "a", "ann", []byte("first")))
	ok(t, s.SetPendingSecondFactor(ctx, "a", "ann", []byte("second")))
	person, err := s.Person(ctx, "a", "ann")
	ok(t, err)
	same(t, person.SecondFactor, false)
	is(t, s.ActivateSecondFactor(ctx, "a", "ann", []byte("first"), 1, nil), ErrConflict)
	codes := []TokenHash{tokenHash("code 1"), tokenHash("code 2")}
	won := race(t, 4, func(int) error { return s.ActivateSecondFactor(ctx, "a", "ann", []byte("second"), 7, codes) }, ErrConflict)
	same(t, won, 1)
	active, pending, err = s.SecondFactor(ctx, "a", "ann")
	ok(t, err)
	same(t, string(active), "second")
	same(t, pending, nil)
	person, err = s.Person(ctx, "a", "ann")
	ok(t, err)
	same(t, person.SecondFactor, true)
	is(t, s.SetPendingSecondFactor(ctx, "a", "ann", []byte("third")), ErrExists)
	is(t, s.UseSecondFactorStep(ctx, "a", "ann", 7), ErrConflict) // what confirmed it is used
	is(t, s.UseRecoveryCode(ctx, "a", "bob", codes[0]), ErrNotFound)

	ok(t, s.DeleteSecondFactor(ctx, "a", "ann"))
	active, _, err = s.SecondFactor(ctx, "a", "ann")
	ok(t, err)
	same(t, active, nil)
	is(t, s.UseRecoveryCode(ctx, "a", "ann", codes[0]), ErrNotFound)
	is(t, s.DeleteSecondFactor(ctx, "a", "unknown"), ErrNotFound)
}

func codesConform(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a", "ann")
	ok(t, s.SetPendingSecondFactor(ctx, "a", "ann", []byte("sealed")))
	ok(t, s.ActivateSecondFactor(ctx, "a", "ann", []byte("sealed"), 1, []TokenHash{tokenHash("code"), tokenHash("other")}))
	same(t, race(t, 8, func(int) error { return s.UseSecondFactorStep(ctx, "a", "ann", 5) }, ErrConflict), 1)
	is(t, s.UseSecondFactorStep(ctx, "a", "ann", 4), ErrConflict)
	ok(t, s.UseSecondFactorStep(ctx, "a", "ann", 6))
	is(t, s.UseSecondFactorStep(ctx, "a", "unknown", 7), ErrNotFound)
	same(t, race(t, 8, func(int) error { return s.UseRecoveryCode(ctx, "a", "ann", tokenHash("code")) }, ErrNotFound), 1)
	ok(t, s.UseRecoveryCode(ctx, "a", "ann", tokenHash("other")))
}

func teamsConform(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a", "ann", "bob")
	tenantWith(t, s, "b", "zoe")
	rules := []TeamRule{{Sites: []string{"shop"}, Paths: []string{"/hilfe*"}, Languages: []string{"de", "fr"}}, {Sites: []string{}, Paths: []string{}, Languages: []string{}}}
	one := Team{ID: "1", Tenant: "a", Name: "One", Members: []string{"bob", "ann"}, Rules: rules, Created: epoch}
	two := Team{ID: "2", Tenant: "a", Name: "Two", Members: []string{}, Rules: []TeamRule{}, Created: epoch}
	ok(t, s.AddTeam(ctx, one))
	ok(t, s.AddTeam(ctx, two))
	is(t, s.AddTeam(ctx, Team{ID: "3", Tenant: "a", Name: "One", Created: epoch}), ErrExists)
	is(t, s.AddTeam(ctx, Team{ID: "1", Tenant: "a", Name: "Three", Created: epoch}), ErrExists)
	is(t, s.AddTeam(ctx, Team{ID: "3", Tenant: "a", Name: "Three", Members: []string{"ann", "zoe"}, Created: epoch}), ErrNotFound)
	ok(t, s.AddTeam(ctx, Team{ID: "3", Tenant: "b", Name: "One", Members: []string{"zoe"}, Rules: []TeamRule{}, Created: epoch}))
	list, err := s.Teams(ctx, "a")
	ok(t, err)
	same(t, list, []Team{one, two}) // a team whose member is a stranger was not added in part

	two.Name, two.Members, two.Rules = "Zwei", []string{"ann"}, rules[:1]
	ok(t, s.SetTeam(ctx, two))
	got, err := s.Team(ctx, "a", "2")
	ok(t, err)
	same(t, got, two)
	broken := two
	broken.Name, broken.Members = "Broken", []string{"bob", "zoe"}
	is(t, s.SetTeam(ctx, broken), ErrNotFound)
	broken.Name, broken.Members = "One", nil
	is(t, s.SetTeam(ctx, broken), ErrExists)
	got, err = s.Team(ctx, "a", "2")
	ok(t, err)
	same(t, got, two)
	broken.ID = "unknown"
	is(t, s.SetTeam(ctx, broken), ErrNotFound)
	ok(t, s.DeleteTeam(ctx, "a", "1"))
	is(t, s.DeleteTeam(ctx, "a", "1"), ErrNotFound)
	_, err = s.Team(ctx, "a", "1")
	is(t, err, ErrNotFound)
}

func invitationNamed(tenant, id string, teams ...string) Invitation {
	return Invitation{
		ID: id, Tenant: tenant, Email: id + "@example.org", Role: RoleAgent, Teams: append([]string{}, teams...), By: "ann",
		Created: epoch, Expires: epoch.Add(InvitationLife),
	}
}

func invitationsConform(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a", "ann")
	ok(t, s.AddTeam(ctx, Team{ID: "team", Tenant: "a", Name: "Team", Rules: []TeamRule{}, Created: epoch}))
	bob, carl := invitationNamed("a", "bob", "team", "gone"), invitationNamed("a", "carl")
	ok(t, s.AddInvitation(ctx, bob, tokenHash("bob")))
	ok(t, s.AddInvitation(ctx, carl, tokenHash("carl")))
	got, err := s.InvitationByToken(ctx, tokenHash("bob"))
	ok(t, err)
	same(t, got, bob)
	_, err = s.InvitationByToken(ctx, tokenHash("unknown"))
	is(t, err, ErrNotFound)

	again := invitationNamed("a", "again")
	again.Email = carl.Email
	ok(t, s.AddInvitation(ctx, again, tokenHash("again")))
	_, err = s.InvitationByToken(ctx, tokenHash("carl"))
	is(t, err, ErrNotFound)
	list, err := s.Invitations(ctx, "a")
	ok(t, err)
	same(t, list, []Invitation{bob, again})
	ok(t, s.DeleteInvitation(ctx, "a", "again"))
	is(t, s.DeleteInvitation(ctx, "a", "again"), ErrNotFound)

	taken := personNamed("a", "bob")
	taken.Email = "ann@example.org"
	is(t, s.AcceptInvitation(ctx, tokenHash("bob"), taken, "hash"), ErrExists)
	_, err = s.InvitationByToken(ctx, tokenHash("bob"))
	ok(t, err) // still open
	ok(t, s.AcceptInvitation(ctx, tokenHash("bob"), personNamed("a", "bob"), "hash"))
	is(t, s.AcceptInvitation(ctx, tokenHash("bob"), personNamed("a", "bob2"), "hash"), ErrNotFound)
	team, err := s.Team(ctx, "a", "team")
	ok(t, err)
	same(t, team.Members, []string{"bob"})
}

func invitationRaceConforms(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a", "ann")
	ok(t, s.AddInvitation(ctx, invitationNamed("a", "bob"), tokenHash("bob")))
	won := race(t, 8, func(i int) error {
		return s.AcceptInvitation(ctx, tokenHash("bob"), personNamed("a", "bob"+strconv.Itoa(i)), "hash")
	}, ErrNotFound)
	same(t, won, 1)
	people, err := s.People(ctx, "a")
	ok(t, err)
	same(t, len(people), 2)
}

package accounts

import (
	"strconv"
	"testing"
	"time"

	"alongside/privacy"
)

func siteChangesConform(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a")
	tenantWith(t, s, "b")
	site := siteNamed("a", "shop")
	ok(t, s.AddSite(ctx, site))
	ok(t, s.AddSite(ctx, siteNamed("a", "blog")))
	elsewhere := siteNamed("b", "other")
	elsewhere.Name = "New"
	ok(t, s.AddSite(ctx, elsewhere))

	ok(t, s.UpdateSite(ctx, "a", "shop", SiteChange{}))
	site.Name, site.Origins = "New", []string{"https://new.example"}
	ok(t, s.UpdateSite(ctx, "a", "shop", SiteChange{Name: &site.Name, Origins: site.Origins}))
	is(t, s.UpdateSite(ctx, "a", "shop", SiteChange{Name: ptr("Site blog"), Origins: []string{"https://x.example"}}), ErrExists)
	is(t, s.UpdateSite(ctx, "a", "unknown", SiteChange{Name: ptr("X")}), ErrNotFound)

	site.Help = Help{
		Version: 2,
		Form: []Question{{ID: "topic", Kind: QuestionChoice, Label: map[string]string{"en": "Topic", "ar": "الموضوع"}, Required: true,
			Options: []Option{{Value: "a", Label: map[string]string{"en": "A"}}}}},
		Hours: Hours{Zone: "Europe/Berlin", Closed: []string{"2026-12-25"}}.withoutNulls(),
	}
	site.Help.Hours.Days[0] = []Span{{"09:00", "12:30"}, {"13:00", "24:00"}}
	ok(t, s.SetHelp(ctx, "a", "shop", site.Help))
	site.Collection = site.Collection.Next(1)
	site.Collection.Deny = []string{"/internal*"}
	ok(t, s.SetCollection(ctx, "a", "shop", site.Collection))
	site.Retention = privacy.Retention{SessionDays: 30, ChatDays: 0, AuditDays: 100}
	ok(t, s.SetRetention(ctx, "a", "shop", site.Retention))
	got, err := s.SiteByKey(ctx, site.Key)
	ok(t, err)
	same(t, got, site)
	is(t, s.SetRetention(ctx, "a", "unknown", site.Retention), ErrNotFound)
}

func siteRemovalConforms(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a")
	ok(t, s.AddSite(ctx, siteNamed("a", "shop")))
	ok(t, s.AddSite(ctx, siteNamed("a", "blog")))
	none := []string{}
	ok(t, s.AddTeam(ctx, Team{ID: "1", Tenant: "a", Name: "One", Created: epoch, Rules: []TeamRule{
		{Sites: []string{"shop"}, Paths: none, Languages: none},
		{Sites: []string{"shop", "blog"}, Paths: none, Languages: none},
		{Sites: none, Paths: []string{"/x"}, Languages: none},
	}}))
	ok(t, s.DeleteSite(ctx, "a", "shop"))
	_, err := s.SiteByKey(ctx, "site_shop")
	is(t, err, ErrNotFound)
	is(t, s.DeleteSite(ctx, "a", "shop"), ErrNotFound)
	team, err := s.Team(ctx, "a", "1")
	ok(t, err)
	same(t, team.Rules, []TeamRule{
		{Sites: []string{"blog"}, Paths: none, Languages: none},
		{Sites: none, Paths: []string{"/x"}, Languages: none},
	})
}

func settingsConform(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a")
	ok(t, s.AddSite(ctx, siteNamed("a", "shop")))
	help, collection := DefaultHelp(), privacy.DefaultCollection()
	is(t, s.SetHelp(ctx, "a", "shop", help.Next(2)), ErrConflict)
	is(t, s.SetCollection(ctx, "a", "shop", collection), ErrConflict)
	same(t, race(t, 6, func(int) error { return s.SetHelp(ctx, "a", "shop", help.Next(1)) }, ErrConflict), 1)
	same(t, race(t, 6, func(int) error { return s.SetCollection(ctx, "a", "shop", collection.Next(1)) }, ErrConflict), 1)
	ok(t, s.SetHelp(ctx, "a", "shop", help.Next(2))) // each has a version of its own
	is(t, s.SetHelp(ctx, "a", "unknown", help.Next(1)), ErrNotFound)
	is(t, s.SetCollection(ctx, "a", "unknown", collection.Next(1)), ErrNotFound)
}

func identitySecretsConform(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a")
	ok(t, s.AddSite(ctx, siteNamed("a", "shop")))
	secret, err := s.IdentitySecret(ctx, "a", "shop")
	ok(t, err)
	same(t, secret, nil)
	won := race(t, 6, func(i int) error { return s.SetIdentitySecret(ctx, "a", "shop", nil, []byte(strconv.Itoa(i))) }, ErrConflict)
	same(t, won, 1)
	secret, err = s.IdentitySecret(ctx, "a", "shop")
	ok(t, err)
	is(t, s.SetIdentitySecret(ctx, "a", "shop", []byte("another"), []byte("new")), ErrConflict)
	ok(t, s.SetIdentitySecret(ctx, "a", "shop", secret, []byte("new")))
	secret, err = s.IdentitySecret(ctx, "a", "shop")
	ok(t, err)
	same(t, string(secret), "new")
	is(t, s.SetIdentitySecret(ctx, "a", "unknown", nil, []byte("x")), ErrNotFound)
	_, err = s.IdentitySecret(ctx, "a", "unknown")
	is(t, err, ErrNotFound)
}

func setupConforms(t *testing.T, s Store) {
	ctx := t.Context()
	complete := func(token, tenant string) error {
		admin := personNamed(tenant, "admin of "+tenant)
		admin.Role = RoleAdmin
		return s.CompleteSetup(ctx, tokenHash(token), epoch, tenantNamed(tenant), siteNamed(tenant, "site of "+tenant), admin, "hash")
	}
	is(t, s.SetupToken(ctx, tokenHash("one"), epoch), ErrNotFound)
	is(t, complete("one", "a"), ErrNotFound)
	expires := epoch.Add(SetupLife)
	ok(t, s.SetSetupToken(ctx, tokenHash("one"), expires))
	ok(t, s.SetSetupToken(ctx, tokenHash("two"), expires))
	is(t, s.SetupToken(ctx, tokenHash("one"), epoch), ErrNotFound)
	is(t, s.SetupToken(ctx, tokenHash("two"), expires), ErrNotFound)
	ok(t, s.SetupToken(ctx, tokenHash("two"), expires.Add(-time.Millisecond)))
	tenants, err := s.Tenants(ctx)
	ok(t, err)
	same(t, len(tenants), 0)

	won := race(t, 6, func(i int) error { return complete("two", strconv.Itoa(i)) }, ErrNotFound)
	same(t, won, 1)
	tenants, err = s.Tenants(ctx)
	ok(t, err)
	same(t, len(tenants), 1)
	// Where a tenant is, no token helps: neither an old one nor a new one.
	ok(t, s.SetSetupToken(ctx, tokenHash("three"), expires))
	is(t, s.SetupToken(ctx, tokenHash("three"), epoch), ErrNotFound)
	is(t, complete("three", "b"), ErrNotFound)
}

func apiKeysConform(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a")
	tenantWith(t, s, "b")
	key := APIKey{ID: "1", Tenant: "a", Name: "CRM", Role: RoleManager, Created: epoch}
	ok(t, s.AddAPIKey(ctx, key, tokenHash("secret")))
	is(t, s.AddAPIKey(ctx, APIKey{ID: "2", Tenant: "a", Name: "CRM", Role: RoleAgent, Created: epoch}, tokenHash("other")), ErrExists)
	ok(t, s.AddAPIKey(ctx, APIKey{ID: "2", Tenant: "b", Name: "CRM", Role: RoleAgent, Created: epoch}, tokenHash("other")))
	got, err := s.APIKeyBySecret(ctx, tokenHash("secret"))
	ok(t, err)
	same(t, got, key)
	_, err = s.APIKeyBySecret(ctx, tokenHash("unknown"))
	is(t, err, ErrNotFound)
	key.LastUsed = epoch.Add(time.Hour)
	ok(t, s.UseAPIKey(ctx, "a", "1", key.LastUsed))
	ok(t, s.UseAPIKey(ctx, "a", "1", epoch))
	list, err := s.APIKeys(ctx, "a")
	ok(t, err)
	same(t, list, []APIKey{key})
	is(t, s.UseAPIKey(ctx, "a", "unknown", epoch), ErrNotFound)
	ok(t, s.DeleteAPIKey(ctx, "a", "1"))
	is(t, s.DeleteAPIKey(ctx, "a", "1"), ErrNotFound)
	_, err = s.APIKeyBySecret(ctx, tokenHash("secret"))
	is(t, err, ErrNotFound)
}

func listsConform(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a")
	replies, err := s.Replies(ctx, "a")
	ok(t, err)
	same(t, replies, []Reply{})
	want := []Reply{{"2", "bye", "Auf Wiedersehen, {name}!\nمع السلامة"}, {"1", "hi", "Hello"}}
	ok(t, s.SetReplies(ctx, "a", want))
	replies, err = s.Replies(ctx, "a")
	ok(t, err)
	same(t, replies, want)
	is(t, s.SetReplies(ctx, "unknown", want), ErrNotFound)
	_, err = s.Replies(ctx, "unknown")
	is(t, err, ErrNotFound)

	ok(t, s.SetReasons(ctx, "a", []Reason{{"1", "Billing", false}, {"2", "Delivery", true}}))
	ok(t, s.SetReasons(ctx, "a", []Reason{{"3", "Other", false}}))
	reasons, err := s.Reasons(ctx, "a")
	ok(t, err)
	same(t, reasons, []Reason{{"3", "Other", false}, {"1", "Billing", true}, {"2", "Delivery", true}})
	is(t, s.SetReasons(ctx, "unknown", reasons), ErrNotFound)
	_, err = s.Reasons(ctx, "unknown")
	is(t, err, ErrNotFound)
	// Of several who set at once, no reason is forgotten.
	race(t, 6, func(i int) error {
		return s.SetReasons(ctx, "a", []Reason{{"by " + strconv.Itoa(i), strconv.Itoa(i), false}})
	}, nil)
	reasons, err = s.Reasons(ctx, "a")
	ok(t, err)
	same(t, len(reasons), 9)
}

func expiredConform(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a", "ann")
	now := epoch.Add(InvitationLife)
	young := invitationNamed("a", "young")
	young.Expires = now.Add(time.Millisecond)
	ok(t, s.AddInvitation(ctx, invitationNamed("a", "old"), tokenHash("old")))
	ok(t, s.AddInvitation(ctx, young, tokenHash("young")))
	ok(t, s.AddReset(ctx, "a", "ann", tokenHash("old"), now))
	ok(t, s.AddReset(ctx, "a", "ann", tokenHash("young"), now.Add(time.Millisecond)))
	ok(t, s.DeleteExpired(ctx, now))
	list, err := s.Invitations(ctx, "a")
	ok(t, err)
	same(t, list, []Invitation{young})
	_, err = s.Reset(ctx, tokenHash("young"), now)
	ok(t, err)
	_, err = s.Reset(ctx, tokenHash("old"), epoch)
	is(t, err, ErrNotFound)
}

// isolationOfTheRestConforms asks for everything of one tenant in the name of another. req 003-16
func isolationOfTheRestConforms(t *testing.T, s Store) {
	ctx := t.Context()
	tenantWith(t, s, "a", "ann", "bob")
	tenantWith(t, s, "b", "zoe")
	site := siteNamed("a", "shop")
	team := Team{ID: "team", Tenant: "a", Name: "Team", Members: []string{"ann"}, Rules: []TeamRule{}, Created: epoch}
	key := APIKey{ID: "key", Tenant: "a", Name: "Key", Role: RoleAgent, Created: epoch}
	invitation := invitationNamed("a", "carl")
	ok(t, s.AddSite(ctx, site))
	ok(t, s.SetIdentitySecret(ctx, "a", "shop", nil, []byte("sealed")))
	ok(t, s.AddTeam(ctx, team))
	ok(t, s.AddAPIKey(ctx, key, tokenHash("key")))
	ok(t, s.AddInvitation(ctx, invitation, tokenHash("carl")))
	ok(t, s.SetPendingSecondFactor(ctx, "a", "ann", []byte("sealed")))
	ok(t, s.ActivateSecondFactor(ctx, "a", "ann", []byte("sealed"), 1, []TokenHash{tokenHash("code")}))
	ok(t, s.SetPendingSecondFactor(ctx, "a", "bob", []byte("sealed")))
	people, err := s.People(ctx, "a")
	ok(t, err)

	foreign := team
	foreign.Tenant, foreign.Members = "b", []string{"zoe"}
	for _, stranger := range []string{"b", "", "unknown"} {
		acts := map[string]error{
			"UpdateSite":             s.UpdateSite(ctx, stranger, "shop", SiteChange{Name: ptr("Evil")}),
			"SetHelp":                s.SetHelp(ctx, stranger, "shop", site.Help.Next(1)),
			"SetCollection":          s.SetCollection(ctx, stranger, "shop", site.Collection.Next(1)),
			"SetRetention":           s.SetRetention(ctx, stranger, "shop", site.Retention),
			"DeleteSite":             s.DeleteSite(ctx, stranger, "shop"),
			"SetIdentitySecret":      s.SetIdentitySecret(ctx, stranger, "shop", []byte("sealed"), []byte("evil")),
			"UpdatePerson":           s.UpdatePerson(ctx, stranger, "bob", PersonChange{Role: ptr(RoleAdmin)}),
			"DeletePerson":           s.DeletePerson(ctx, stranger, "bob"),
			"SetPendingSecondFactor": s.SetPendingSecondFactor(ctx, stranger, "bob", []byte("evil")),
			"ActivateSecondFactor":   s.ActivateSecondFactor(ctx, stranger, "bob", []byte("sealed"), 1, nil),
			"UseSecondFactorStep":    s.UseSecondFactorStep(ctx, stranger, "ann", 9),
			"UseRecoveryCode":        s.UseRecoveryCode(ctx, stranger, "ann", tokenHash("code")),
			"DeleteSecondFactor":     s.DeleteSecondFactor(ctx, stranger, "ann"),
			"AddReset":               s.AddReset(ctx, stranger, "ann", tokenHash("evil"), epoch.Add(time.Hour)),
			"SetResetWanted":         s.SetResetWanted(ctx, stranger, "ann", true),
			"DeleteTeam":             s.DeleteTeam(ctx, stranger, "team"),
			"DeleteInvitation":       s.DeleteInvitation(ctx, stranger, "carl"),
			"UseAPIKey":              s.UseAPIKey(ctx, stranger, "key", epoch),
			"DeleteAPIKey":           s.DeleteAPIKey(ctx, stranger, "key"),
		}
		_, acts["IdentitySecret"] = s.IdentitySecret(ctx, stranger, "shop")
		_, acts["PasswordHash"] = s.PasswordHash(ctx, stranger, "ann")
		_, _, acts["SecondFactor"] = s.SecondFactor(ctx, stranger, "ann")
		_, acts["Team"] = s.Team(ctx, stranger, "team")
		acts["SetTeam"] = s.SetTeam(ctx, foreign)
		for act, err := range acts {
			t.Run(act, func(t *testing.T) { is(t, err, ErrNotFound) })
		}
		teams, err := s.Teams(ctx, stranger)
		ok(t, err)
		keys, err := s.APIKeys(ctx, stranger)
		ok(t, err)
		invitations, err := s.Invitations(ctx, stranger)
		ok(t, err)
		if len(teams)+len(keys)+len(invitations) > 0 {
			t.Errorf("%q sees %v %v %v", stranger, teams, keys, invitations)
		}
	}
	// And nothing has changed.
	gotSite, err := s.Site(ctx, "a", "shop")
	ok(t, err)
	same(t, gotSite, site)
	gotPeople, err := s.People(ctx, "a")
	ok(t, err)
	same(t, gotPeople, people)
	gotTeam, err := s.Team(ctx, "a", "team")
	ok(t, err)
	same(t, gotTeam, team)
	gotKey, err := s.APIKeyBySecret(ctx, tokenHash("key"))
	ok(t, err)
	same(t, gotKey, key)
	gotInvitation, err := s.InvitationByToken(ctx, tokenHash("carl"))
	ok(t, err)
	same(t, gotInvitation, invitation)
	ok(t, s.UseSecondFactorStep(ctx, "a", "ann", 2))
	ok(t, s.UseRecoveryCode(ctx, "a", "ann", tokenHash("code")))
}

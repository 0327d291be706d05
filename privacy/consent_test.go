package privacy_test

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"alongside/privacy"
	"alongside/store"
)

func openLog(t *testing.T, dir string) (*privacy.ConsentLog, *store.DB) {
	t.Helper()
	db, err := store.Open(t.Context(), dir, privacy.Migrations)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return privacy.NewConsentLog(privacy.NewSQLite(db.Writer, db.Reader)), db
}

func consent(tenant, room, what, act string) privacy.Consent {
	return privacy.Consent{
		Tenant: tenant, Site: "shop", Room: room, What: what, Act: act, Person: "ann", Text: "view-1", Language: "pt-BR",
		Time: time.Date(2026, 11, 21, 12, 0, 0, 123e6, time.UTC),
	}
}

// req 001-30: what was agreed to, and its withdrawal, are logged each for itself, with the text's version, language and time.
func TestConsentsAreKeptInOrder(t *testing.T) {
	dir := t.TempDir()
	log, db := openLog(t, dir)
	want := []privacy.Consent{
		consent("a", "room", "view", "ask"), consent("a", "room", "view", "grant"), consent("a", "room", "control", "deny"),
		consent("a", "room", "view", "withdraw"),
	}
	want[3].Person = "" // about everybody
	for _, c := range want {
		if err := log.Add(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	log, _ = openLog(t, dir)
	got, err := log.List(t.Context(), "a", "room")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
	}
}

func TestConsentsOfOthersAreNotListed(t *testing.T) {
	log, _ := openLog(t, t.TempDir())
	for _, c := range []privacy.Consent{consent("a", "room", "view", "grant"), consent("b", "room", "view", "deny"), consent("a", "other", "view", "deny")} {
		if err := log.Add(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	for tenant, want := range map[string]int{"a": 1, "b": 1, "": 0, "c": 0, "%": 0} {
		got, err := log.List(t.Context(), tenant, "room")
		if err != nil || len(got) != want {
			t.Errorf("%q: %+v, %v", tenant, got, err)
		}
	}
}

func TestWhatIsNoConsentIsNotLogged(t *testing.T) {
	log, _ := openLog(t, t.TempDir())
	spoil := map[string]func(*privacy.Consent){
		"tenant": func(c *privacy.Consent) { c.Tenant = "" },
		"site":   func(c *privacy.Consent) { c.Site = "" },
		"room":   func(c *privacy.Consent) { c.Room = "" },
		"what":   func(c *privacy.Consent) { c.What = "everything" },
		"act":    func(c *privacy.Consent) { c.Act = "assume" },
		"time":   func(c *privacy.Consent) { c.Time = time.Time{} },
	}
	for name, change := range spoil {
		c := consent("a", "room", "view", "grant")
		change(&c)
		if err := log.Add(t.Context(), c); err == nil {
			t.Errorf("logged with a wrong %s", name)
		}
	}
	if got, err := log.List(t.Context(), "a", "room"); err != nil || len(got) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestConsentsAtOnceAreAllKept(t *testing.T) {
	log, _ := openLog(t, t.TempDir())
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if err := log.Add(t.Context(), consent("a", "room", "view", "ask")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got, err := log.List(t.Context(), "a", "room"); err != nil || len(got) != 16 {
		t.Errorf("%d of 16, %v", len(got), err)
	}
}

// req 001-36: what was agreed to goes with everything else of a person.
func TestConsentsOfRoomsAreDeleted(t *testing.T) {
	log, _ := openLog(t, t.TempDir())
	for _, room := range []string{"1", "2", "3"} {
		for _, tenant := range []string{"a", "b"} {
			if err := log.Add(t.Context(), consent(tenant, room, "view", "grant")); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, rooms := range [][]string{{"1", "3", "9", `") OR 1=1 --`}, {}, nil} {
		if err := log.Delete(t.Context(), "a", rooms); err != nil {
			t.Fatal(err)
		}
	}
	for room, want := range map[string]int{"1": 0, "2": 1, "3": 0} {
		a, _ := log.List(t.Context(), "a", room)
		b, _ := log.List(t.Context(), "b", room)
		if len(a) != want || len(b) != 1 {
			t.Errorf("room %s: %d of a, %d of b", room, len(a), len(b))
		}
	}
}

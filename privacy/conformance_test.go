package privacy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"alongside/privacy"
	"alongside/store/mongotest"
)

// stores are the implementations of Store that this machine can run; each has to pass every test of conformance. The rest
// of the tests goes by SQLite.
var stores = map[string]func(t *testing.T) privacy.Store{
	"SQLite": func(t *testing.T) privacy.Store {
		db := openDB(t, t.TempDir())
		return privacy.NewSQLite(db.Writer, db.Reader)
	},
}

func init() {
	for name, open := range mongotest.Servers {
		stores[name] = func(t *testing.T) privacy.Store { return privacy.NewMongo(open(t, privacy.Collections).Database) }
	}
}

var conformance = map[string]func(t *testing.T, s privacy.Store){
	"one key of a tenant":     oneKeyConforms,
	"a destroyed key":         destroyedKeyConforms,
	"consents":                consentsConform,
	"entries at once":         auditRaceConforms,
	"entries by filter":       auditFiltersConform,
	"a trimmed log":           auditTrimConforms,
	"trimming while it grows": auditTrimRaceConforms,
	"a context that is over":  contextConforms,
}

func TestStores(t *testing.T) {
	for storeName, open := range stores {
		for name, test := range conformance {
			t.Run(storeName+"/"+name, func(t *testing.T) { test(t, open(t)) })
		}
	}
}

func atNoon() time.Time { return noon }

func oneKeyConforms(t *testing.T, s privacy.Store) {
	rings := []*privacy.Keyring{privacy.NewKeyring(master, s), privacy.NewKeyring(master, s), privacy.NewKeyring(master, s)}
	sealed := make([][]byte, 12)
	var group sync.WaitGroup
	for i := range sealed {
		group.Go(func() { sealed[i] = must[[]byte](t)(rings[i%len(rings)].Seal(t.Context(), "a", []byte("canary"), nil)) })
	}
	group.Wait()
	later := privacy.NewKeyring(master, s)
	for _, value := range sealed {
		if plain, err := later.Open(t.Context(), "a", value, nil); err != nil || string(plain) != "canary" {
			t.Fatalf("sealed under a key that is lost: %q, %v", plain, err)
		}
	}
	if _, err := later.Open(t.Context(), "b", sealed[0], nil); !errors.Is(err, privacy.ErrUnreadable) {
		t.Errorf("another tenant opens it: %v", err)
	}
}

func destroyedKeyConforms(t *testing.T, s privacy.Store) {
	keys := privacy.NewKeyring(master, s)
	others := must[[]byte](t)(keys.Seal(t.Context(), "b", []byte("canary"), nil))
	must[[]byte](t)(keys.Seal(t.Context(), "a", []byte("canary"), nil))
	for _, tenant := range []string{"a", "a", "never had one"} {
		if err := keys.DestroyTenant(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
	}
	for _, tenant := range []string{"a", "never had one"} {
		for _, ring := range []*privacy.Keyring{keys, privacy.NewKeyring(master, s)} {
			if _, err := ring.Seal(t.Context(), tenant, []byte("new"), nil); !errors.Is(err, privacy.ErrKeyDestroyed) {
				t.Errorf("%s: %v", tenant, err)
			}
		}
	}
	if plain := must[[]byte](t)(privacy.NewKeyring(master, s).Open(t.Context(), "b", others, nil)); !bytes.Equal(plain, []byte("canary")) {
		t.Errorf("another tenant's went too: %q", plain)
	}
}

func consentsConform(t *testing.T, s privacy.Store) {
	log := privacy.NewConsentLog(s)
	var want []privacy.Consent
	for _, act := range []string{"ask", "grant", "withdraw", "ask", "deny"} { // all at one time
		c := consent("a", "1", "view", act)
		want = append(want, c)
		for _, c := range []privacy.Consent{c, consent("a", "2", "view", act), consent("b", "1", "view", act)} {
			if err := log.Add(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got, err := log.List(t.Context(), "a", "1"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
	}
	for _, rooms := range [][]string{{"1", "9", `") OR 1=1 --`}, {}, nil} {
		if err := log.Delete(t.Context(), "a", rooms); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		tenant, room string
		want         int
	}{{"a", "1", 0}, {"a", "2", 5}, {"b", "1", 5}, {"", "1", 0}, {"c", "1", 0}} {
		if got, err := log.List(t.Context(), c.tenant, c.room); err != nil || len(got) != c.want {
			t.Errorf("%q %q: %d, want %d, %v", c.tenant, c.room, len(got), c.want, err)
		}
	}
}

func auditRaceConforms(t *testing.T, s privacy.Store) {
	logs := []*privacy.AuditLog{privacy.NewAuditLog(s, atNoon), privacy.NewAuditLog(s, atNoon)}
	var group sync.WaitGroup
	for i := range 24 {
		group.Go(func() { add(t, logs[i%2], act([]string{"a", "b", "c"}[i%3], "sign-in", time.Time{})) })
	}
	group.Wait()
	for _, tenant := range []string{"a", "b", "c"} {
		whole(t, logs[0], tenant, 8)
	}
	whole(t, logs[0], "nobody", 0)
}

func auditFiltersConform(t *testing.T, s privacy.Store) {
	log := privacy.NewAuditLog(s, atNoon)
	first := act("a", "sign-in", noon)
	first.ActorName, first.Details = "Zoë \"'$where\x00", map[string]string{"$gt": "", "a.b": "c"}
	add(t, log, first)
	for i := range 5 {
		e := act("a", []string{"sign-in", "session.view"}[i%2], noon.Add(time.Duration(i+1)*time.Hour))
		e.Actor, e.Object = []string{"ann", "bob"}[i%2], []string{"site", "person", "session"}[i%3]
		add(t, log, e, act("b", "sign-in", noon))
	}
	for _, c := range []struct {
		tenant string
		filter privacy.AuditFilter
		before int64
		limit  int
		want   string
	}{
		{"a", privacy.AuditFilter{}, 0, 10, "[6 5 4 3 2 1]"},
		{"a", privacy.AuditFilter{}, 0, 2, "[6 5]"},
		{"a", privacy.AuditFilter{}, 5, 2, "[4 3]"},
		{"a", privacy.AuditFilter{}, 1, 2, "[]"},
		{"a", privacy.AuditFilter{}, 0, -1, "[]"},
		{"a", privacy.AuditFilter{}, 0, 0, "[]"},
		{"a", privacy.AuditFilter{Actor: "bob"}, 0, 10, "[5 3]"},
		{"a", privacy.AuditFilter{Act: "session.view", Actor: "bob"}, 5, 10, "[3]"},
		{"a", privacy.AuditFilter{Act: "sign"}, 0, 10, "[]"},
		{"a", privacy.AuditFilter{Object: "person"}, 0, 10, "[6 3]"},
		{"a", privacy.AuditFilter{From: noon.Add(time.Hour), To: noon.Add(3 * time.Hour)}, 0, 10, "[3 2]"},
		{"c", privacy.AuditFilter{}, 0, 10, "[]"},
		{"", privacy.AuditFilter{}, 0, 10, "[]"},
	} {
		list, err := log.List(t.Context(), c.tenant, c.filter, c.before, c.limit)
		numbers := []int64{}
		for _, e := range list {
			numbers = append(numbers, e.N)
		}
		if err != nil || fmt.Sprint(numbers) != c.want {
			t.Errorf("%q %+v before %d: %v, want %s, %v", c.tenant, c.filter, c.before, numbers, c.want, err)
		}
	}
	first.N = 1
	if list, err := log.List(t.Context(), "a", privacy.AuditFilter{}, 2, 1); err != nil || !reflect.DeepEqual(list, []privacy.Entry{first}) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, list, first)
	}
}

func auditTrimConforms(t *testing.T, s privacy.Store) {
	log := privacy.NewAuditLog(s, atNoon)
	for i := range 6 {
		add(t, log, act("a", "sign-in", noon.AddDate(0, 0, i)), act("b", "sign-in", noon))
	}
	trim := func(days, want int) {
		t.Helper()
		for range 2 { // repeatable
			if err := log.Trim(t.Context(), "a", noon.AddDate(0, 0, days)); err != nil {
				t.Fatal(err)
			}
			whole(t, log, "a", want)
			list, err := log.List(t.Context(), "a", privacy.AuditFilter{}, 0, 10)
			if err != nil || len(list) != want {
				t.Errorf("%d listed, want %d, %v", len(list), want, err)
			}
		}
	}
	trim(0, 6)
	trim(2, 4)
	add(t, log, act("a", "sign-in", noon.AddDate(0, 0, 1))) // the clock was set back
	trim(4, 3)                                              // 5, 6 and the late one behind them
	trim(9, 0)
	add(t, log, act("a", "sign-in", noon.AddDate(0, 0, 10)))
	whole(t, log, "a", 1)
	whole(t, log, "b", 6)
	if err := log.Trim(t.Context(), "nobody", noon); err != nil {
		t.Error(err)
	}
}

func auditTrimRaceConforms(t *testing.T, s privacy.Store) {
	log := privacy.NewAuditLog(s, atNoon)
	add(t, log, act("a", "sign-in", noon))
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() { add(t, log, act("a", "sign-in", noon.AddDate(0, 0, i%2))) })
		group.Go(func() {
			if err := log.Trim(t.Context(), "a", noon.AddDate(0, 0, 1)); err != nil {
				t.Error(err)
			}
		})
		group.Go(func() {
			if _, err := log.Verify(t.Context(), "a"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if _, err := log.Verify(t.Context(), "a"); err != nil {
		t.Error(err)
	}
}

func contextConforms(t *testing.T, s privacy.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for what, err := range map[string]error{
		"entry":   privacy.NewAuditLog(s, atNoon).Add(ctx, act("a", "sign-in", noon)),
		"consent": privacy.NewConsentLog(s).Add(ctx, consent("a", "1", "view", "ask")),
		"key":     privacy.NewKeyring(master, s).DestroyTenant(ctx, "a"),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", what, err)
		}
	}
	whole(t, privacy.NewAuditLog(s, atNoon), "a", 0)
}

package privacy_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"alongside/privacy"
	"alongside/store"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 5e6, time.UTC)

func openAudit(t *testing.T) (*privacy.AuditLog, *store.DB) {
	t.Helper()
	db := openDB(t, t.TempDir())
	return privacy.NewAuditLog(privacy.NewSQLite(db.Writer, db.Reader), func() time.Time { return noon }), db
}

func act(tenant, act string, at time.Time) privacy.Entry {
	return privacy.Entry{
		Tenant: tenant, At: at, Actor: "ann", ActorName: "Ann", Act: act, Object: "site", ObjectID: "shop",
		Details: map[string]string{"from": "1", "to": "2"},
	}
}

func add(t *testing.T, log *privacy.AuditLog, entries ...privacy.Entry) {
	t.Helper()
	for _, e := range entries {
		if err := log.Add(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func whole(t *testing.T, log *privacy.AuditLog, tenant string, want int) {
	t.Helper()
	if n, err := log.Verify(t.Context(), tenant); err != nil || n != want {
		t.Errorf("%s: %d entries, want %d, %v", tenant, n, want, err)
	}
}

func TestTheAuditLogKeepsWhatItIsTold(t *testing.T) {
	log, _ := openAudit(t)
	want := act("a", "site.policy.change", noon.Add(-time.Hour))
	system := privacy.Entry{Tenant: "a", Act: "session.sweep"}
	add(t, log, want, system)
	want.N = 1
	system.N, system.At, system.Details = 2, noon, map[string]string{}
	got, err := log.List(t.Context(), "a", privacy.AuditFilter{}, 0, 10)
	if err != nil || !reflect.DeepEqual(got, []privacy.Entry{system, want}) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, []privacy.Entry{system, want})
	}
	whole(t, log, "a", 2)
	whole(t, log, "nobody", 0)
}

func TestTheAuditLogListsByFilterAndPage(t *testing.T) {
	log, _ := openAudit(t)
	for i := range 6 {
		e := act("a", []string{"sign-in", "session.view"}[i%2], noon.Add(time.Duration(i)*time.Hour))
		e.Actor = []string{"ann", "bob", "cy"}[i%3]
		e.Object = []string{"person", "session"}[i%2]
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
		{"a", privacy.AuditFilter{Actor: "bob"}, 0, 10, "[5 2]"},
		{"a", privacy.AuditFilter{Act: "sign-in"}, 0, 10, "[5 3 1]"},
		{"a", privacy.AuditFilter{Act: "sign"}, 0, 10, "[]"},
		{"a", privacy.AuditFilter{Act: "sign-in", Actor: "bob"}, 0, 10, "[5]"},
		{"a", privacy.AuditFilter{Object: "session"}, 5, 10, "[4 2]"},
		{"a", privacy.AuditFilter{From: noon.Add(time.Hour), To: noon.Add(3 * time.Hour)}, 0, 10, "[3 2]"},
		{"a", privacy.AuditFilter{Actor: "' OR 1=1 --"}, 0, 10, "[]"},
		{"c", privacy.AuditFilter{}, 0, 10, "[]"},
		{"", privacy.AuditFilter{}, 0, 10, "[]"},
	} {
		list, err := log.List(t.Context(), c.tenant, c.filter, c.before, c.limit)
		numbers := []int64{}
		for _, e := range list {
			if e.Tenant != c.tenant {
				t.Errorf("%q was given an entry of %q", c.tenant, e.Tenant)
			}
			numbers = append(numbers, e.N)
		}
		if err != nil || fmt.Sprint(numbers) != c.want {
			t.Errorf("%q %+v before %d: %v, want %s, %v", c.tenant, c.filter, c.before, numbers, c.want, err)
		}
	}
}

func TestEntriesAtOnceMakeOneChain(t *testing.T) {
	log, _ := openAudit(t)
	var group sync.WaitGroup
	for i := range 60 {
		group.Go(func() {
			if err := log.Add(t.Context(), act([]string{"a", "b", "c"}[i%3], "sign-in", time.Time{})); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, tenant := range []string{"a", "b", "c"} {
		whole(t, log, tenant, 20)
	}
}

func TestTamperingIsFound(t *testing.T) {
	for name, statement := range map[string]string{
		"actor":             "UPDATE audit SET actor = 'bob' WHERE tenant = 'a' AND n = 3",
		"time":              "UPDATE audit SET at = at + 1 WHERE tenant = 'a' AND n = 3",
		"details":           "UPDATE audit SET details = '{}' WHERE tenant = 'a' AND n = 3",
		"text moved across": "UPDATE audit SET actor = 'an', actor_name = 'nAnn' WHERE tenant = 'a' AND n = 3",
		"hash":              "UPDATE audit SET hash = zeroblob(32) WHERE tenant = 'a' AND n = 3",
		"first taken":       "DELETE FROM audit WHERE tenant = 'a' AND n = 1",
		"middle taken":      "DELETE FROM audit WHERE tenant = 'a' AND n = 3",
		"last taken":        "DELETE FROM audit WHERE tenant = 'a' AND n = 5",
		"all taken":         "DELETE FROM audit WHERE tenant = 'a'",
		"head moved":        "UPDATE audit_chains SET last_n = 9 WHERE tenant = 'a'",
		"one added":         "INSERT INTO audit SELECT tenant, 6, at, actor, actor_name, act, object, object_id, details, hash FROM audit WHERE tenant = 'a' AND n = 5",
		"one of b's":        "DELETE FROM audit WHERE tenant = 'a' AND n = 3; UPDATE audit SET tenant = 'a' WHERE tenant = 'b' AND n = 3",
	} {
		log, db := openAudit(t)
		for i := range 5 {
			add(t, log, act("a", "sign-in", noon.Add(time.Duration(i))), act("b", "sign-in", noon))
		}
		whole(t, log, "a", 5)
		if _, err := db.Writer.Exec(statement); err != nil {
			t.Fatal(err)
		}
		if n, err := log.Verify(t.Context(), "a"); !errors.Is(err, privacy.ErrAuditChain) {
			t.Errorf("%s: %d, %v", name, n, err)
		}
		if name != "one of b's" {
			whole(t, log, "b", 5)
		}
	}
}

func TestTheRestOfATrimmedLogIsVerifiable(t *testing.T) {
	log, db := openAudit(t)
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
		}
	}
	trim(0, 6)
	trim(2, 4)
	whole(t, log, "b", 6)
	add(t, log, act("a", "sign-in", noon.AddDate(0, 0, 1))) // the clock was set back
	trim(4, 3)                                              // 5, 6 and the late one behind them
	trim(9, 0)
	add(t, log, act("a", "sign-in", noon.AddDate(0, 0, 10)))
	whole(t, log, "a", 1)
	list, err := log.List(t.Context(), "a", privacy.AuditFilter{}, 0, 10)
	if err != nil || len(list) != 1 || list[0].N != 8 {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := db.Writer.Exec("UPDATE audit_chains SET trimmed_n = trimmed_n - 1 WHERE tenant = 'a'"); err != nil {
		t.Fatal(err)
	}
	if _, err := log.Verify(t.Context(), "a"); !errors.Is(err, privacy.ErrAuditChain) {
		t.Errorf("an entry before the rest is missing: %v", err)
	}
}

func TestAnyTextIsLogged(t *testing.T) {
	log, _ := openAudit(t)
	e := act("a", "sign-in", noon)
	e.ActorName = strings.Repeat("é", privacy.MaxAuditText+1)
	e.Details = map[string]string{"device": "a\xffb\x00c\"'"}
	add(t, log, e)
	whole(t, log, "a", 1)
	list, err := log.List(t.Context(), "a", privacy.AuditFilter{}, 0, 1)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if list[0].ActorName != strings.Repeat("é", privacy.MaxAuditText) || list[0].Details["device"] != "a\uFFFDb\x00c\"'" {
		t.Errorf("%+v", list[0])
	}
	for name, e := range map[string]privacy.Entry{"no tenant": {Act: "x"}, "no act": {Tenant: "a"}} {
		if err := log.Add(t.Context(), e); err == nil {
			t.Errorf("%s: logged", name)
		}
	}
	whole(t, log, "a", 1)
}

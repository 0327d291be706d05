package history_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"alongside/history"
	"alongside/privacy"
	"alongside/store"
)

var epoch = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) // a Monday

// kept is a History over a real database, with a clock and limits that the test sets.
type kept struct {
	*history.History
	dir     string
	db      *store.DB
	store   *history.SQLite
	keys    *privacy.Keyring
	mu      sync.Mutex
	now     time.Time
	limits  map[string]privacy.Retention // by site; else the default
	deleted []string
}

func open(t testing.TB) *kept {
	t.Helper()
	k := &kept{dir: t.TempDir(), now: epoch, limits: map[string]privacy.Retention{}}
	db, err := store.Open(t.Context(), k.dir, privacy.Migrations, history.Migrations)
	ok(t, err)
	t.Cleanup(func() { db.Close() })
	master := sha256.Sum256([]byte("a test's master key"))
	k.db, k.store, k.keys = db, history.NewSQLite(db), privacy.NewKeyring(master[:], privacy.NewSQLite(db.Writer, db.Reader))
	k.History = k.over(k.store)
	return k
}

// over is another History on the same database, as another process would have.
func (k *kept) over(s history.Store) *history.History {
	return history.New(history.Config{
		Store: s,
		Keys:  k.keys,
		Retention: func(_ context.Context, _, site string) (privacy.Retention, error) {
			k.mu.Lock()
			defer k.mu.Unlock()
			if limits, ok := k.limits[site]; ok {
				return limits, nil
			}
			return privacy.DefaultRetention(), nil
		},
		Deleted: func(tenant, site, class string, count int) {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.deleted = append(k.deleted, fmt.Sprintf("%s/%s %d %s", tenant, site, count, class))
		},
		Now: k.clock,
	})
}

func (k *kept) clock() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now
}

func (k *kept) pass(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now = k.now.Add(d)
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

func wrongField(t testing.TB, err error, field string) {
	t.Helper()
	var wrong *history.FieldError
	if !errors.As(err, &wrong) || wrong.Field != field {
		t.Errorf("error %v, want one that names %q", err, field)
	}
}

func same[T any](t testing.TB, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// session is one with everything that can be told about it.
func session(tenant, id string) history.Session {
	return history.Session{
		Tenant: tenant, ID: id, Site: "shop", Team: "first", Kind: history.KindHelp, Opened: epoch,
		Page: "https://shop.example/orders/list?order=secret-query", Title: "Secret-title", Lang: "de-AT",
		Browser: "Firefox 150", OS: "Linux", Device: "desktop", Address: "198.51.100.secret-address",
		Visitor: "secret-visitor", User: "secret-user", Name: "Secret-Name Müller", Email: "Secret-Mail@example.org",
		Fields:  map[string]string{"plan": "secret-plan"},
		Answers: []history.Answer{{Field: "q", Label: "What is it about?", Value: "secret-answer"}},
		Agents:  []string{},
	}
}

func chat(n int, text string) history.Message {
	return history.Message{
		N: n, ID: fmt.Sprintf("%032x", n), Role: "visitor", Name: "Secret-Name Müller", Text: text, At: epoch.Add(time.Duration(n) * time.Second),
	}
}

func (k *kept) begin(t testing.TB, s history.Session) (receipt string) {
	t.Helper()
	receipt, err := k.Opened(t.Context(), s)
	ok(t, err)
	return receipt
}

func (k *kept) say(t testing.TB, session string, messages ...history.Message) {
	t.Helper()
	for _, m := range messages {
		ok(t, k.Append(t.Context(), "a", "shop", session, m))
	}
}

func TestASessionIsReadAsItWasWritten(t *testing.T) {
	k := open(t)
	want := session("a", "one")
	k.begin(t, want)
	got, err := k.Get(t.Context(), "a", "one")
	ok(t, err)
	same(t, got, want)

	change := want
	change.Accepted, change.Agents, change.Handler, change.Team, change.Lang = epoch.Add(20*time.Second), []string{"ann"}, "ann", "second", ""
	ok(t, k.Changed(t.Context(), change))
	change.User, change.Fields, change.Team = "u2", map[string]string{"plan": "gold"}, ""
	ok(t, k.Changed(t.Context(), change))
	change.Ended, change.Why, change.Agents, change.Handler, change.Messages = epoch.Add(5*time.Minute), "visitor left", []string{"bob"}, "bob", 7
	change.Site, change.Kind, change.Opened = "blog", history.KindMessage, epoch.Add(time.Hour) // never change
	ok(t, k.Ended(t.Context(), change))
	want.Accepted, want.Ended, want.Why = epoch.Add(20*time.Second), epoch.Add(5*time.Minute), "visitor left"
	want.Agents, want.Handler, want.Messages, want.Team = []string{"ann", "bob"}, "bob", 7, "second"
	want.User, want.Fields = "u2", map[string]string{"plan": "gold"}
	got, err = k.Get(t.Context(), "a", "one")
	ok(t, err)
	same(t, got, want)
	// Who was identified anew is found by the new ID alone.
	for user, want := range map[string]int{"u2": 1, "secret-user": 0} {
		ids, err := k.Find(t.Context(), "a", history.Who{User: user})
		ok(t, err)
		if len(ids) != want {
			t.Errorf("%s: %v", user, ids)
		}
	}
}

// req 000-31: who opts out in the middle of a session is no longer in what was written of it.
func TestWhatNamesTheVisitorIsForgottenOnceItIsNotKnownAnyMore(t *testing.T) {
	k := open(t)
	k.begin(t, session("a", "one"))
	out := session("a", "one")
	out.Visitor, out.User, out.Fields, out.Address, out.Page, out.Title, out.Email, out.Answers, out.Name = "", "", nil, "", "", "", "", nil, ""
	ok(t, k.Changed(t.Context(), out))
	got, err := k.Get(t.Context(), "a", "one")
	ok(t, err)
	same(t, got, out)
	for _, who := range []history.Who{{User: "secret-user"}, {Visitor: "secret-visitor"}, {Email: "secret-mail@example.org"}} {
		if ids, err := k.Find(t.Context(), "a", who); err != nil || len(ids) != 0 {
			t.Errorf("%+v still leads to %v, %v", who, ids, err)
		}
	}
	if k.contains(t, "/orders/list") {
		t.Error("the page's path is still in the file")
	}
}

func TestOpeningAgainGivesAnotherReceipt(t *testing.T) {
	k := open(t)
	ctx := t.Context()
	lost := k.begin(t, session("a", "one"))
	k.say(t, "one", chat(1, "x"))
	again := session("a", "one")
	again.Name = "New name"
	receipt := k.begin(t, again)
	is(t, k.Rate(ctx, "a", "shop", lost, 1, ""), history.ErrNotFound)
	ok(t, k.Rate(ctx, "a", "shop", receipt, 5, ""))
	if s, err := k.Get(ctx, "a", "one"); err != nil || s.Name != "New name" || s.Messages != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	other := session("a", "one")
	other.Site = "blog"
	_, err := k.Opened(ctx, other)
	is(t, err, history.ErrExists)
	k.begin(t, session("b", "one")) // another tenant's IDs are its own
	_, err = k.Erase(ctx, "a", history.Who{Receipt: receipt}, history.ModeDelete)
	ok(t, err)
	if receipt := k.begin(t, again); receipt != "" {
		t.Error("an erased session has a receipt again")
	}
	_, err = k.Get(ctx, "a", "one")
	is(t, err, history.ErrNotFound)
}

func TestASessionIsKeptEvenIfItsOpeningWasNot(t *testing.T) {
	k := open(t)
	late := session("a", "late")
	late.Ended = epoch.Add(time.Minute)
	ok(t, k.Ended(t.Context(), late))
	got, err := k.Get(t.Context(), "a", "late")
	ok(t, err)
	same(t, got, late)
}

func TestWhatCannotNameASessionIsRefused(t *testing.T) {
	k := open(t)
	for field, spoil := range map[string]func(*history.Session){
		"tenant": func(s *history.Session) { s.Tenant = "" },
		"id":     func(s *history.Session) { s.ID = "a\x00b" },
		"site":   func(s *history.Session) { s.Site = "\xff" },
		"kind":   func(s *history.Session) { s.Kind = "gossip" },
		"opened": func(s *history.Session) { s.Opened = time.Time{} },
	} {
		s := session("a", "one")
		spoil(&s)
		_, err := k.Opened(t.Context(), s)
		wrongField(t, err, field)
	}
	page, err := k.List(t.Context(), "a", history.Filter{}, "", 0)
	ok(t, err)
	same(t, page, history.Page{Sessions: []history.Session{}})
}

func TestWhatThePageBringsIsMadeToFit(t *testing.T) {
	k := open(t)
	s := session("a", "one")
	s.Title = "tab\tnul\x00" + strings.Repeat("é", 1000) + "\xff"
	k.begin(t, s)
	got, err := k.Get(t.Context(), "a", "one")
	ok(t, err)
	if want := "tabnul" + strings.Repeat("é", 194); got.Title != want {
		t.Errorf("%q", got.Title)
	}
}

func TestTenantsNeverMeet(t *testing.T) {
	k := open(t)
	receipt := k.begin(t, session("a", "one"))
	k.say(t, "one", chat(1, "hello"))
	ctx := t.Context()
	for _, tenant := range []string{"b", "", "%", "A"} {
		_, err := k.Get(ctx, tenant, "one")
		is(t, err, history.ErrNotFound)
		_, err = k.Messages(ctx, tenant, "one", 0, 0)
		is(t, err, history.ErrNotFound)
		is(t, k.WrapUp(ctx, tenant, "one", history.WrapUp{By: "ann"}), history.ErrNotFound)
		is(t, k.Rate(ctx, tenant, "shop", receipt, 5, ""), history.ErrNotFound)
		is(t, k.Append(ctx, tenant, "shop", "one", chat(2, "x")), history.ErrNotFound)
		if tenant == "" {
			continue // has no keys either
		}
		page, err := k.List(ctx, tenant, history.Filter{}, "", 0)
		ok(t, err)
		access, err := k.Export(ctx, tenant, history.Who{User: "secret-user", Email: "secret-mail@example.org", Receipt: receipt})
		ok(t, err)
		erased, err := k.Erase(ctx, tenant, history.Who{User: "secret-user", Receipt: receipt}, history.ModeDelete)
		ok(t, err)
		report, err := k.Report(ctx, tenant, history.ReportFilter{By: "site"})
		ok(t, err)
		if len(page.Sessions)+len(access.Sessions)+erased.Sessions+len(report.Rows)+report.Total.Sessions != 0 {
			t.Errorf("%q sees %v %v %v %v", tenant, page, access, erased, report)
		}
	}
	is(t, k.Append(ctx, "a", "other-site", "one", chat(2, "x")), history.ErrNotFound)
	is(t, k.Rate(ctx, "a", "other-site", receipt, 5, ""), history.ErrNotFound)
	if s, err := k.Get(ctx, "a", "one"); err != nil || s.WrapUp != nil || s.Rating != nil || s.Messages != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestAMessageIsKeptOnceForItsID(t *testing.T) {
	k := open(t)
	k.begin(t, session("a", "one"))
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() { k.say(t, "one", chat(1, "the same message")) })
	}
	for n := 2; n <= 9; n++ {
		group.Go(func() { k.say(t, "one", chat(n, fmt.Sprint("message ", n))) })
	}
	group.Wait()
	all, err := k.Messages(t.Context(), "a", "one", 0, 0)
	ok(t, err)
	if len(all) != 9 {
		t.Fatalf("%d messages, want 9", len(all))
	}
	same(t, all[0], chat(1, "the same message"))
	rest, err := k.Messages(t.Context(), "a", "one", 3, 4)
	ok(t, err)
	same(t, rest, all[3:7])
	if s, err := k.Get(t.Context(), "a", "one"); err != nil || s.Messages != 9 {
		t.Errorf("%d counted, %v", s.Messages, err)
	}
}

func TestAMessageThatCannotBeIsRefused(t *testing.T) {
	k := open(t)
	k.begin(t, session("a", "one"))
	for field, spoil := range map[string]func(*history.Message){
		"id":     func(m *history.Message) { m.ID = "" },
		"n":      func(m *history.Message) { m.N = 0 },
		"role":   func(m *history.Message) { m.Role = "server" },
		"person": func(m *history.Message) { m.Person = "x\n" },
		"at":     func(m *history.Message) { m.At = time.Time{} },
		"text":   func(m *history.Message) { m.Text = "bell\a" },
	} {
		m := chat(1, "x")
		spoil(&m)
		wrongField(t, k.Append(t.Context(), "a", "shop", "one", m), field)
	}
	is(t, k.Append(t.Context(), "a", "shop", "unknown", chat(1, "x")), history.ErrNotFound)
}

// A site that keeps no chat never writes it down.
func TestChatOfASiteThatKeepsNoneIsNotStored(t *testing.T) {
	k := open(t)
	k.limits["shop"] = privacy.Retention{SessionDays: 30, ChatDays: 0, AuditDays: 90}
	k.begin(t, session("a", "one"))
	k.say(t, "one", chat(1, "never stored"))
	var rows int
	ok(t, k.db.Reader.QueryRowContext(t.Context(), "SELECT count(*) FROM history_messages").Scan(&rows))
	if rows != 0 {
		t.Errorf("%d rows", rows)
	}
}

func TestChangesAtOnceAreAllKept(t *testing.T) {
	k := open(t)
	receipt := k.begin(t, session("a", "one"))
	ctx := t.Context()
	var group sync.WaitGroup
	group.Go(func() { ok(t, k.WrapUp(ctx, "a", "one", history.WrapUp{Reason: "sold", Note: "note", By: "ann"})) })
	group.Go(func() { ok(t, k.Rate(ctx, "a", "shop", receipt, 4, "fine")) })
	group.Go(func() {
		s := session("a", "one")
		s.Why = "left"
		ok(t, k.Ended(ctx, s))
	})
	group.Go(func() { ok(t, k.Append(ctx, "a", "shop", "one", chat(3, "x"))) })
	for i := range 8 {
		group.Go(func() {
			s := session("a", "one")
			s.Agents = []string{fmt.Sprint("agent", i)}
			ok(t, k.Changed(ctx, s))
		})
	}
	group.Wait()
	s, err := k.Get(ctx, "a", "one")
	ok(t, err)
	if s.WrapUp == nil || s.WrapUp.Note != "note" || s.Rating == nil || s.Rating.Comment != "fine" || s.Why != "left" ||
		len(s.Agents) != 8 || s.Messages != 1 || s.Name != "Secret-Name Müller" {
		t.Errorf("something was lost: %+v", s)
	}
}

// contains says whether any file of the data folder holds text, after all was moved into the database.
func (k *kept) contains(t testing.TB, text string) bool {
	t.Helper()
	ok(t, k.db.Checkpoint(t.Context()))
	return k.inFiles(t, text)
}

// inFiles says whether any file of the data folder holds text in whatever case, the database's log included.
func (k *kept) inFiles(t testing.TB, text string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(k.dir, "*"))
	ok(t, err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		ok(t, err)
		if bytes.Contains(bytes.ToLower(content), bytes.ToLower([]byte(text))) {
			return true
		}
	}
	return false
}

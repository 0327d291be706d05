package history_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"alongside/history"
)

// secrets are what session and fill write that must never stand in a file in clear.
var secrets = []string{
	"secret-query", "Secret-title", "secret-address", "secret-visitor", "secret-user", "Secret-Name", "Secret-Mail", "secret-plan",
	"secret-answer", "secret-chat", "secret-note", "secret-ticket", "secret-comment", "What is it about?",
}

// fill makes a session with all that can be kept of one.
func (k *kept) fill(t testing.TB, s history.Session) (receipt string) {
	t.Helper()
	receipt = k.begin(t, s)
	k.say(t, s.ID, chat(1, "secret-chat one"), chat(2, "secret-chat two"))
	ok(t, k.WrapUp(t.Context(), s.Tenant, s.ID, history.WrapUp{Reason: "sold", Note: "secret-note", Ticket: "secret-ticket", By: "ann"}))
	ok(t, k.Rate(t.Context(), s.Tenant, s.Site, receipt, 4, "secret-comment"))
	return receipt
}

// req 000-33: what people wrote is encrypted at rest.
func TestNothingThatIsSealedStandsInTheFile(t *testing.T) {
	k := open(t)
	k.fill(t, session("a", "one"))
	for _, found := range []func(testing.TB, string) bool{k.inFiles, k.contains} { // the log before, the database after a checkpoint
		if !found(t, "/orders/list") {
			t.Fatal("the path, which is kept in clear, is not found: the search proves nothing")
		}
		for _, secret := range secrets {
			if found(t, secret) {
				t.Errorf("%q is readable", secret)
			}
		}
	}
}

// req 002-18
func TestAPersonIsFoundByWhateverIsKnown(t *testing.T) {
	k := open(t)
	receipt := k.fill(t, session("a", "one"))
	answered := session("a", "two")
	answered.User, answered.Visitor, answered.Email, answered.Fields = "", "", "", nil
	answered.Answers = []history.Answer{{Field: "mail", Label: "E-mail", Value: " Secret-Mail@Example.org"}}
	k.begin(t, answered)
	verified := session("a", "three")
	verified.User, verified.Visitor, verified.Email, verified.Fields = "u3", "", "", map[string]string{"mail": "secret-mail@example.ORG"}
	k.begin(t, verified)
	for want, who := range map[string]history.Who{
		"one": {User: "secret-user"}, " one": {Visitor: " secret-visitor "}, "one three two": {Email: "SECRET-MAIL@example.org"},
		"  one": {Receipt: receipt}, "one three": {Receipt: receipt, User: "u3"},
		"": {User: "SECRET-USER"}, " ": {User: "secret-visitor"}, "  ": {Email: "example.org"}, "   ": {Receipt: "x"},
	} {
		ids, err := k.Find(t.Context(), "a", who)
		ok(t, err)
		slices.Sort(ids)
		if got := strings.Join(ids, " "); got != strings.TrimSpace(want) {
			t.Errorf("%+v: %q, want %q", who, got, want)
		}
	}
	for field, who := range map[string]history.Who{
		"user": {}, "visitor": {Visitor: "\x00"}, "email": {Email: "\xff"}, "receipt": {Receipt: strings.Repeat("x", 1000)},
	} {
		_, err := k.Find(t.Context(), "a", who)
		wrongField(t, err, field)
	}
}

// req 002-23
func TestAnExportHoldsAllThatIsKept(t *testing.T) {
	k := open(t)
	k.fill(t, session("a", "one"))
	k.begin(t, session("a", "two"))
	access, err := k.Export(t.Context(), "a", history.Who{User: "secret-user"})
	ok(t, err)
	var text bytes.Buffer
	ok(t, history.WriteCSV(&text, access))
	encoded, err := json.Marshal(access)
	ok(t, err)
	for _, secret := range secrets {
		if !strings.Contains(text.String(), secret) {
			t.Errorf("the CSV lacks %q", secret)
		}
		if !bytes.Contains(encoded, []byte(secret)) {
			t.Errorf("the JSON lacks %q", secret)
		}
	}
	if len(access.Sessions) != 2 || len(access.Sessions[0].Chat)+len(access.Sessions[1].Chat) != 2 {
		t.Errorf("%+v", access)
	}
	lines, err := csv.NewReader(&text).ReadAll()
	if err != nil || len(lines) < 30 || len(lines[0]) != 7 {
		t.Errorf("%d lines, %v", len(lines), err)
	}
}

func TestACellIsNeverAFormula(t *testing.T) {
	attacks := []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1", "＋1", "|cmd", "%0A", `=HYPERLINK("http://x")`,
		`"=1`, "'=1", "=cmd|' /C calc'!A0", "\ufeff=1", "\u3000@x",
	}
	var access history.Access
	for i, attack := range attacks {
		access.Sessions = append(access.Sessions, history.AccessSession{Session: history.Session{ID: fmt.Sprint(i), Name: attack}})
	}
	access.Sessions = append(access.Sessions, history.AccessSession{Session: history.Session{ID: "plain", Name: "a=b, \"c\" -1\nd"}})
	var text bytes.Buffer
	ok(t, history.WriteCSV(&text, access))
	lines, err := csv.NewReader(&text).ReadAll()
	ok(t, err)
	got := map[string]string{}
	for _, line := range lines {
		if line[3] == "name" {
			got[line[0]] = line[6]
		}
	}
	for i, attack := range attacks {
		if cell := got[fmt.Sprint(i)]; !strings.HasPrefix(cell, "'") {
			t.Errorf("%q became %q", attack, cell)
		}
	}
	if got["plain"] != "a=b, \"c\" -1\nd" {
		t.Errorf("a plain text became %q", got["plain"])
	}
}

func TestAReportAsCSV(t *testing.T) {
	row := history.Row{Key: "=x", Sessions: 3, WaitMedian: 1.25, RatingMean: 4.5, Ratings: 2, Reasons: map[string]int{"+r": 2}}
	var text strings.Builder
	ok(t, history.WriteReportCSV(&text, history.Report{Rows: []history.Row{row}, Total: row}))
	want := "\ufeffkey,sessions,accepted,abandoned,messages,wait median s,wait p90 s,handling median s,ratings,rating mean,reason: +r\r\n" +
		"'=x,3,0,0,0,1.2,0.0,0.0,2,4.50,2\r\ntotal,3,0,0,0,1.2,0.0,0.0,2,4.50,2\r\n"
	if text.String() != want {
		t.Errorf("%q", text.String())
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken") }

func TestACSVThatCannotBeWrittenSaysSo(t *testing.T) {
	if history.WriteCSV(broken{}, history.Access{}) == nil || history.WriteReportCSV(broken{}, history.Report{}) == nil {
		t.Error("no error")
	}
}

// column reads one column of every row in order.
func column[T any](t testing.TB, k *kept, query string) []T {
	t.Helper()
	rows, err := k.db.Reader.QueryContext(t.Context(), query)
	ok(t, err)
	defer rows.Close()
	var list []T
	for rows.Next() {
		var value T
		ok(t, rows.Scan(&value))
		list = append(list, value)
	}
	ok(t, rows.Err())
	return list
}

// req 001-36, 002-20
func TestDeletingLeavesNothingButTheID(t *testing.T) {
	k := open(t)
	receipt := k.fill(t, session("a", "one"))
	other := session("a", "other")
	other.User, other.Visitor, other.Email = "somebody", "else", "else@example.org"
	k.begin(t, other)
	k.fill(t, session("b", "one")) // the same person's, but another tenant's
	sealed := column[[]byte](t, k, "SELECT sealed FROM history_messages WHERE tenant = 'a' AND session = 'one'")
	sealed = append(sealed, column[[]byte](t, k, "SELECT key FROM history_sessions WHERE tenant = 'a' AND id = 'one'")...)
	sealed = append(sealed, column[[]byte](t, k, "SELECT sealed FROM history_sessions WHERE tenant = 'a' AND id = 'one'")...)
	sealed = append(sealed, column[[]byte](t, k, "SELECT mark FROM history_marks WHERE tenant = 'a' AND session = 'one'")...)
	if len(sealed) < 8 || !k.contains(t, string(sealed[0])) {
		t.Fatalf("%d values, or the first is not in the file: the search proves nothing", len(sealed))
	}

	erased, err := k.Erase(t.Context(), "a", history.Who{User: "secret-user"}, history.ModeDelete)
	ok(t, err)
	same(t, erased, history.Erased{Sessions: 1, Messages: 2, IDs: []string{"one"}})

	_, err = k.Get(t.Context(), "a", "one")
	is(t, err, history.ErrNotFound)
	_, err = k.Messages(t.Context(), "a", "one", 0, 0)
	is(t, err, history.ErrNotFound)
	is(t, k.Rate(t.Context(), "a", "shop", receipt, 5, ""), history.ErrNotFound)
	is(t, k.WrapUp(t.Context(), "a", "one", history.WrapUp{By: "ann"}), history.ErrNotFound)
	if page := k.list(t, history.Filter{}, "", 0); len(page.Sessions) != 1 || page.Sessions[0].ID != "other" {
		t.Errorf("%+v", page)
	}
	for i, value := range sealed {
		if k.contains(t, string(value)) {
			t.Errorf("value %d is still in the file", i)
		}
	}
	r, err := k.store.Load(t.Context(), "a", "one")
	ok(t, err)
	same(t, r, history.Record{Tenant: "a", ID: "one", Rev: r.Rev, State: history.StateGone, Facts: history.Facts{ErasedAt: epoch, Agents: []string{}}})

	// The room may still be open: nothing brings the session back.
	ok(t, k.Append(t.Context(), "a", "shop", "one", chat(3, "secret-chat three")))
	ok(t, k.Changed(t.Context(), session("a", "one")))
	ok(t, k.Changed(t.Context(), history.Session{Tenant: "a", ID: "one", Team: "second"}))
	ok(t, k.Ended(t.Context(), session("a", "one")))
	again, err := k.store.Load(t.Context(), "a", "one")
	ok(t, err)
	same(t, again, r)
	erased, err = k.Erase(t.Context(), "a", history.Who{User: "secret-user"}, history.ModeDelete)
	ok(t, err)
	same(t, erased, history.Erased{})

	for tenant, id := range map[string]string{"a": "other", "b": "one"} {
		if s, err := k.Get(t.Context(), tenant, id); err != nil || s.Name == "" {
			t.Errorf("%s/%s went too: %+v, %v", tenant, id, s, err)
		}
	}
	_, err = k.Erase(t.Context(), "a", history.Who{User: "somebody"}, "")
	wrongField(t, err, "mode")
	_, err = k.Erase(t.Context(), "a", history.Who{}, history.ModeDelete)
	wrongField(t, err, "user")
}

// req 001-36, 002-20
func TestStrippingLeavesFactsAndNoWayToThePerson(t *testing.T) {
	k := open(t)
	s := session("a", "one")
	s.Accepted, s.Ended, s.Handler, s.Agents = epoch.Add(time.Minute), epoch.Add(time.Hour), "ann", []string{"ann"}
	receipt := k.fill(t, s)
	values := column[[]byte](t, k, "SELECT mark FROM history_marks")
	values = append(values, column[[]byte](t, k, "SELECT key FROM history_sessions")...)
	values = append(values, column[[]byte](t, k, "SELECT receipt FROM history_sessions")...)
	values = append(values, column[[]byte](t, k, "SELECT sealed FROM history_messages")...)
	before, err := k.Report(t.Context(), "a", history.ReportFilter{By: "day"})
	ok(t, err)

	erased, err := k.Erase(t.Context(), "a", history.Who{Visitor: "secret-visitor"}, history.ModeStrip)
	ok(t, err)
	same(t, erased, history.Erased{Sessions: 1, Messages: 2, IDs: []string{"one"}})
	got, err := k.Get(t.Context(), "a", "one")
	ok(t, err)
	same(t, got, history.Session{
		Tenant: "a", ID: "one", Site: "shop", Team: "first", Kind: history.KindHelp, Opened: epoch, Accepted: s.Accepted, Ended: s.Ended,
		Agents: s.Agents, Handler: "ann", Messages: 2, Lang: "de-AT", Browser: "Firefox 150", OS: "Linux", Device: "desktop",
		WrapUp: &history.WrapUp{Reason: "sold", By: "ann", At: epoch}, Rating: &history.Rating{Score: 4, At: epoch}, Stripped: true,
	})
	messages, err := k.Messages(t.Context(), "a", "one", 0, 0)
	ok(t, err)
	if len(messages) != 2 || messages[0].Text+messages[0].Name != "" || messages[0].Role != "visitor" {
		t.Errorf("%+v", messages)
	}
	after, err := k.Report(t.Context(), "a", history.ReportFilter{By: "day"})
	ok(t, err)
	same(t, after, before)
	for i, value := range values {
		if k.contains(t, string(value)) {
			t.Errorf("value %d is still in the file", i)
		}
	}
	for _, trace := range append(secrets, "/orders/list") {
		if k.contains(t, trace) {
			t.Errorf("%q is in the file", trace)
		}
	}
	for _, who := range []history.Who{{User: "secret-user"}, {Visitor: "secret-visitor"}, {Email: "secret-mail@example.org"}, {Receipt: receipt}} {
		if ids, err := k.Find(t.Context(), "a", who); err != nil || len(ids) != 0 {
			t.Errorf("%+v still leads to %v, %v", who, ids, err)
		}
	}
	// The room may still be open: facts are kept, the person is not.
	k.say(t, "one", chat(3, "secret-chat three"))
	late := s
	late.Why, late.Messages = "visitor left", 3
	ok(t, k.Ended(t.Context(), late))
	ok(t, k.WrapUp(t.Context(), "a", "one", history.WrapUp{Reason: "lost", Note: "secret-note", Ticket: "secret-ticket", By: "ann"}))
	is(t, k.Rate(t.Context(), "a", "shop", receipt, 1, ""), history.ErrNotFound)
	got.Why, got.Messages, got.WrapUp.Reason = "visitor left", 3, "lost"
	again, err := k.Get(t.Context(), "a", "one")
	ok(t, err)
	same(t, again, got)
	if ids, err := k.Find(t.Context(), "a", history.Who{User: "secret-user"}); err != nil || len(ids) != 0 {
		t.Errorf("found again: %v, %v", ids, err)
	}
	// What was stripped can still be deleted, by its limit.
	k.pass(430 * 24 * time.Hour)
	ok(t, k.Sweep(t.Context()))
	_, err = k.Get(t.Context(), "a", "one")
	is(t, err, history.ErrNotFound)
}

func TestErasureWhileMessagesAreAppended(t *testing.T) {
	for _, mode := range []history.Mode{history.ModeDelete, history.ModeStrip} {
		k := open(t)
		for i := range 3 {
			k.begin(t, session("a", fmt.Sprint("s", i)))
		}
		var group sync.WaitGroup
		for i := range 3 {
			for n := 1; n <= 12; n++ {
				group.Go(func() { k.say(t, fmt.Sprint("s", i), chat(n, "secret-chat")) })
			}
			group.Go(func() {
				ok(t, k.Changed(t.Context(), history.Session{Tenant: "a", ID: fmt.Sprint("s", i), User: "secret-user", Name: "Secret-Name again"}))
			})
		}
		group.Go(func() {
			time.Sleep(3 * time.Millisecond)
			erased, err := k.Erase(t.Context(), "a", history.Who{User: "secret-user"}, mode)
			if err != nil || erased.Sessions != 3 {
				t.Errorf("%+v, %v", erased, err)
			}
		})
		group.Wait()
		if left := column[[]byte](t, k, "SELECT sealed FROM history_messages WHERE sealed IS NOT NULL"); len(left) != 0 {
			t.Errorf("%s: %d messages outlived the erasure", mode, len(left))
		}
		if left := column[[]byte](t, k, "SELECT key FROM history_sessions WHERE key IS NOT NULL OR sealed IS NOT NULL"); len(left) != 0 {
			t.Errorf("%s: %d sessions outlived the erasure", mode, len(left))
		}
		if left := column[[]byte](t, k, "SELECT mark FROM history_marks"); len(left) != 0 {
			t.Errorf("%s: %d fingerprints outlived the erasure", mode, len(left))
		}
	}
}

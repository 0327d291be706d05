package history_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"alongside/history"
)

// many opens n sessions, a minute apart, each changed by alter.
func (k *kept) many(t testing.TB, n int, alter func(i int, s *history.Session)) {
	t.Helper()
	for i := range n {
		s := session("a", fmt.Sprintf("s%03d", i))
		s.Opened = epoch.Add(time.Duration(i) * time.Minute)
		alter(i, &s)
		k.begin(t, s)
	}
}

func (k *kept) list(t testing.TB, f history.Filter, after string, limit int) history.Page {
	t.Helper()
	page, err := k.List(t.Context(), "a", f, after, limit)
	ok(t, err)
	return page
}

func ids(page history.Page) string {
	var list []string
	for _, s := range page.Sessions {
		list = append(list, strings.TrimLeft(strings.TrimPrefix(s.ID, "s"), "0"))
	}
	return strings.Join(list, " ")
}

func TestPagesFollowEachOtherWithoutGapOrDouble(t *testing.T) {
	k := open(t)
	k.many(t, 10, func(i int, s *history.Session) { s.Opened = epoch.Add(time.Duration(i/4) * time.Minute) })
	var got []string
	after := ""
	for {
		page := k.list(t, history.Filter{}, after, 3)
		got = append(got, ids(page))
		if after = page.Next; after == "" {
			break
		}
		late := session("a", fmt.Sprint("late", len(got))) // newer than all, it does not shift the rest
		late.Opened = epoch.Add(time.Hour)
		k.begin(t, late)
	}
	same(t, got, []string{"9 8 7", "6 5 4", "3 2 1", ""})
	if page := k.list(t, history.Filter{To: epoch.Add(time.Hour)}, "", 10); len(page.Sessions) != 10 || page.Next != "" {
		t.Errorf("a page that holds all says there is more: %d, %q", len(page.Sessions), page.Next)
	}
}

func TestACursorCannotBeMadeUpOrCarriedOver(t *testing.T) {
	k := open(t)
	k.many(t, 3, func(int, *history.Session) {})
	k.begin(t, session("b", "theirs"))
	next := k.list(t, history.Filter{}, "", 1).Next
	raw, err := base64.RawURLEncoding.DecodeString(next)
	ok(t, err)
	for i := range raw {
		raw[i] ^= 1
		_, err := k.List(t.Context(), "a", history.Filter{}, base64.RawURLEncoding.EncodeToString(raw), 1)
		wrongField(t, err, "after")
		raw[i] ^= 1
	}
	for _, wrong := range []string{"x", "!!", next[:20], next + "A", strings.Repeat("A", 4000), "\x00"} {
		_, err := k.List(t.Context(), "a", history.Filter{}, wrong, 1)
		wrongField(t, err, "after")
	}
	_, err = k.List(t.Context(), "b", history.Filter{}, next, 1)
	wrongField(t, err, "after")
}

func TestWhatIsSealedIsFoundByItsWholeValue(t *testing.T) {
	k := open(t)
	k.many(t, 6, func(i int, s *history.Session) {
		s.User, s.Visitor = fmt.Sprint("user", i%2), fmt.Sprint("visitor", i%3)
		s.Agents = []string{[]string{"ann", "bob"}[i%2]}
	})
	ok(t, k.WrapUp(t.Context(), "a", "s004", history.WrapUp{By: "ann", Ticket: " CRM-77 "}))
	for want, f := range map[string]history.Filter{
		"5 3 1": {User: "user1"},
		"5 2":   {Visitor: "visitor2"},
		"5":     {User: "user1", Visitor: "visitor2"},
		"4":     {Ticket: "crm-77"},
		"4 2 ":  {Agent: "ann", From: epoch.Add(time.Minute)},
		"4 2  ": {Participant: "ann", User: "user0", From: epoch.Add(time.Minute)},
	} {
		if got := ids(k.list(t, f, "", 0)); got != strings.TrimSpace(want) {
			t.Errorf("%+v: %q, want %q", f, got, want)
		}
	}
	for _, f := range []history.Filter{
		{User: "user"}, {User: "USER1"}, {User: "visitor1"}, {Visitor: "user1"}, {Ticket: "CRM"}, {Participant: "ann", User: "user1"},
		{Participant: "ann", Agent: "bob"}, {Participant: "cleo"}, {User: "%"},
	} {
		if got := ids(k.list(t, f, "", 0)); got != "" {
			t.Errorf("%+v finds %q", f, got)
		}
	}
	ok(t, k.WrapUp(t.Context(), "a", "s004", history.WrapUp{By: "ann", Ticket: "CRM-78"}))
	if got := ids(k.list(t, history.Filter{Ticket: "CRM-77"}, "", 0)) + "|" + ids(k.list(t, history.Filter{Ticket: "CRM-78"}, "", 0)); got != "|4" {
		t.Errorf("after another ticket: %q", got)
	}
}

// req 002-18
func TestWordsAreFoundInWhatIsSealed(t *testing.T) {
	k := open(t)
	k.many(t, 5, func(i int, s *history.Session) { s.Name, s.Answers = fmt.Sprint("Visitor", i), nil })
	k.say(t, "s001", chat(1, "My PARCEL is late"), chat(2, "since Tuesday"))
	k.say(t, "s002", chat(1, "parcel arrived"))
	ok(t, k.WrapUp(t.Context(), "a", "s003", history.WrapUp{By: "ann", Note: "Asked for a straße"}))
	answered := session("a", "s005")
	answered.Opened, answered.Answers = epoch.Add(time.Hour), []history.Answer{{Field: "q", Label: "parcel?", Value: "Where is it"}}
	k.begin(t, answered)
	for query, want := range map[string]string{
		"parcel": "2 1", "parcel TUESDAY": "1", "visitor3 straße": "3", "visitor": "4 3 2 1 ", "where": "5", "parcels": "", " ": "5 4 3 2 1 ",
		"late visitor2": "", "müller": "5",
	} {
		if got := ids(k.list(t, history.Filter{Query: query}, "", 0)); got != want {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
	if page := k.list(t, history.Filter{Query: "parcel", Site: "blog"}, "", 0); len(page.Sessions) != 0 {
		t.Errorf("other filters do not count: %v", ids(page))
	}
	page := k.list(t, history.Filter{Query: "visitor"}, "", 2)
	if got := ids(page); got != "4 3" || page.Next == "" {
		t.Errorf("%q, %q", got, page.Next)
	}
	if got := ids(k.list(t, history.Filter{Query: "visitor"}, page.Next, 9)); got != "2 1 " {
		t.Errorf("the rest: %q", got)
	}
}

func TestASearchStopsAndGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 2,000 sessions")
	}
	k := open(t)
	_, err := k.db.Writer.ExecContext(t.Context(), "PRAGMA synchronous = OFF")
	ok(t, err)
	k.many(t, history.MaxSearched+5, func(i int, s *history.Session) {
		if i == 2 {
			s.Text = "needle"
		}
	})
	page := k.list(t, history.Filter{Query: "needle"}, "", 10)
	if len(page.Sessions) != 0 || page.Next == "" {
		t.Fatalf("%d found, next %q", len(page.Sessions), page.Next)
	}
	page = k.list(t, history.Filter{Query: "needle"}, page.Next, 10)
	if ids(page) != "2" || page.Next != "" {
		t.Errorf("%q, next %q", ids(page), page.Next)
	}
}

func TestAWrongFilterIsNamed(t *testing.T) {
	k := open(t)
	for field, f := range map[string]history.Filter{
		"site": {Site: "\xff"}, "team": {Team: "a\x00"}, "agent": {Agent: strings.Repeat("x", 201)}, "reason": {Reason: "\n"},
		"kind": {Kind: "x"}, "path": {Path: "/a*b"}, "lang": {Lang: "\t"}, "q": {Query: strings.Repeat("x ", 90)}, "user": {User: "\x1b"},
		"visitor": {Visitor: "\xc3"}, "ticket": {Ticket: "\x7f"}, "minScore": {MinScore: 6}, "maxScore": {MaxScore: -1},
		"to": {From: epoch, To: epoch.Add(-1)}, "participant": {Participant: "\x00"},
	} {
		_, err := k.List(t.Context(), "a", f, "", 0)
		wrongField(t, err, field)
	}
	for _, limit := range []int{-1, history.MaxPage + 1} {
		_, err := k.List(t.Context(), "a", history.Filter{}, "", limit)
		wrongField(t, err, "limit")
		_, err = k.Messages(t.Context(), "a", "one", 0, limit)
		wrongField(t, err, "limit")
	}
	// What would be an operator or a pattern elsewhere is a text here.
	k.begin(t, session("a", "one"))
	for _, f := range []history.Filter{{Site: "' OR 1=1 --"}, {User: `{"$ne":""}`}, {Query: "%"}, {Lang: "%"}, {Path: "%"}, {Team: "*"}} {
		if page := k.list(t, f, "", 0); len(page.Sessions) != 0 {
			t.Errorf("%+v finds %q", f, ids(page))
		}
	}
}

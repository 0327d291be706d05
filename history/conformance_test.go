package history_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"alongside/history"
	"alongside/store/mongotest"
)

// stores are the implementations of Store that this machine can run; each has to pass every test of conformance.
var stores = map[string]func(t *testing.T) history.Store{
	"SQLite": func(t *testing.T) history.Store { return open(t).store },
}

func init() {
	for name, open := range mongotest.Servers {
		stores[name] = func(t *testing.T) history.Store { return history.NewMongo(open(t, history.Collections)) }
	}
}

var conformance = map[string]func(t *testing.T, s history.Store){
	"a record is read as it was written": recordsConform,
	"one winner of a revision":           revisionsConform,
	"lists":                              listsConform,
	"every filter":                       filtersConform,
	"messages":                           messagesConform,
	"no message outlives its session":    noOrphanConforms,
	"erased records":                     erasedConform,
	"what is due":                        dueConforms,
	"leases":                             leasesConform,
	"a context that is over":             contextConforms,
}

func TestStores(t *testing.T) {
	for storeName, open := range stores {
		for name, test := range conformance {
			t.Run(storeName+"/"+name, func(t *testing.T) { test(t, open(t)) })
		}
	}
}

func record(tenant, id string, minute int) history.Record {
	return history.Record{
		Tenant: tenant, ID: id, Key: []byte("key"), Sealed: []byte("sealed " + id),
		Facts: history.Facts{Site: "shop", Kind: history.KindHelp, Opened: epoch.Add(time.Duration(minute) * time.Minute), Agents: []string{}},
	}
}

func recordsConform(t *testing.T, s history.Store) {
	ctx := t.Context()
	want := record("a", "one", 0)
	want.Receipt, want.Marks = []byte("receipt"), [][]byte{[]byte("mark")}
	want.Facts = history.Facts{
		Site: "shop", Team: "t", Kind: history.KindHelp, Opened: epoch, Accepted: epoch.Add(1e6), Ended: epoch.Add(2e6), Why: "w",
		Agents: []string{"ann", "bob"}, Handler: "bob", Messages: 3, Path: "/p", Lang: "de", Browser: "b", OS: "o", Device: "d",
		Reason: "r", WrappedBy: "ann", WrappedAt: epoch.Add(3e6), Score: 4, RatedAt: epoch.Add(4e6), ErasedAt: epoch.Add(5e6),
	}
	ok(t, s.Insert(ctx, want))
	is(t, s.Insert(ctx, want), history.ErrExists)
	ok(t, s.Insert(ctx, record("b", "one", 0)))
	marks := want.Marks
	want.Marks = nil
	got, err := s.Load(ctx, "a", "one")
	ok(t, err)
	same(t, got, want)
	for _, site := range []string{"shop", ""} {
		got, err = s.LoadByReceipt(ctx, "a", site, []byte("receipt"))
		ok(t, err)
		same(t, got, want)
	}
	for _, wrong := range [][3]string{{"b", "shop", "receipt"}, {"a", "other", "receipt"}, {"a", "shop", "other"}, {"a", "shop", ""}} {
		_, err = s.LoadByReceipt(ctx, wrong[0], wrong[1], []byte(wrong[2]))
		is(t, err, history.ErrNotFound)
	}
	_, err = s.Load(ctx, "a", "two")
	is(t, err, history.ErrNotFound)

	want.Agents, want.Messages, want.Marks = []string{"cleo"}, 1, [][]byte{[]byte("other")}
	ok(t, s.Replace(ctx, want))
	is(t, s.Replace(ctx, want), history.ErrConflict)
	want.Rev, want.Messages, want.Marks = 1, 3, nil // never fewer
	got, err = s.Load(ctx, "a", "one")
	ok(t, err)
	same(t, got, want)
	for _, c := range []struct {
		sel  history.Selection
		want int
	}{
		{history.Selection{Agents: []string{"ann"}}, 0}, {history.Selection{Agents: []string{"cleo"}}, 1},
		{history.Selection{Marks: marks}, 0}, {history.Selection{Marks: [][]byte{[]byte("other")}}, 1},
	} {
		list, err := s.List(ctx, "a", c.sel, history.Place{}, 10)
		ok(t, err)
		if len(list) != c.want {
			t.Errorf("%+v: %d", c.sel, len(list))
		}
	}
}

func revisionsConform(t *testing.T, s history.Store) {
	ctx := t.Context()
	ok(t, s.Insert(ctx, record("a", "one", 0)))
	r, err := s.Load(ctx, "a", "one")
	ok(t, err)
	var winners atomic.Int32
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			r := r
			r.Why = fmt.Sprint(i)
			switch err := s.Replace(ctx, r); {
			case err == nil:
				winners.Add(1)
			case !errors.Is(err, history.ErrConflict):
				t.Error(err)
			}
		})
	}
	group.Wait()
	if winners.Load() != 1 {
		t.Errorf("%d winners", winners.Load())
	}
	foreign := r
	foreign.Tenant = "b"
	is(t, s.Replace(ctx, foreign), history.ErrConflict)
}

func listsConform(t *testing.T, s history.Store) {
	ctx := t.Context()
	var want []string
	for i := range 10 {
		r := record("a", fmt.Sprintf("s%02d", i), i/3) // some at the same time
		ok(t, s.Insert(ctx, r))
		want = append(want, r.ID)
		ok(t, s.Insert(ctx, record("b", r.ID, i)))
	}
	slices.Reverse(want)
	var got []string
	for place := (history.Place{}); ; {
		page, err := s.List(ctx, "a", history.Selection{}, place, 3)
		ok(t, err)
		for _, r := range page {
			got = append(got, r.ID)
			place = history.Place{Opened: r.Opened, ID: r.ID}
		}
		if len(page) < 3 {
			break
		}
	}
	same(t, got, want)
}

func filtersConform(t *testing.T, s history.Store) {
	ctx := t.Context()
	for i, alter := range []func(*history.Record){
		0: func(r *history.Record) {},
		1: func(r *history.Record) { r.Site, r.Team = "blog", "second" },
		2: func(r *history.Record) { r.Agents, r.Marks = []string{"ann", "bob"}, [][]byte{{1}, {2}} },
		3: func(r *history.Record) { r.Agents, r.Marks = []string{"ann"}, [][]byte{{1}} },
		4: func(r *history.Record) { r.Reason, r.WrappedAt, r.Score = "sold", epoch, 5 },
		5: func(r *history.Record) { r.Kind = history.KindMessage },
		6: func(r *history.Record) { r.Kind, r.WrappedAt, r.Score = history.KindMessage, epoch, 2 },
		7: func(r *history.Record) { r.Path, r.Lang = "/help/a%b", "de-AT" },
		8: func(r *history.Record) { r.Path, r.Lang = "/help/aXb", "DE" },
		9: func(r *history.Record) { r.Path, r.Lang = "/Help", "den" },
	} {
		r := record("a", fmt.Sprint(i), i)
		alter(&r)
		ok(t, s.Insert(ctx, r))
		r.Tenant = "b"
		ok(t, s.Insert(ctx, r))
	}
	minute := func(n int) time.Time { return epoch.Add(time.Duration(n) * time.Minute) }
	for name, c := range map[string]struct {
		sel  history.Selection
		want string
	}{
		"from":              {history.Selection{From: minute(8)}, "98"},
		"to":                {history.Selection{To: minute(2)}, "10"},
		"from and to":       {history.Selection{From: minute(2), To: minute(4)}, "32"},
		"site":              {history.Selection{Site: "blog"}, "1"},
		"team":              {history.Selection{Team: "second"}, "1"},
		"reason":            {history.Selection{Reason: "sold"}, "4"},
		"kind":              {history.Selection{Kind: history.KindMessage}, "65"},
		"open":              {history.Selection{Open: true}, "5"},
		"path":              {history.Selection{Path: "/help/a%b"}, "7"},
		"beginning":         {history.Selection{Path: "/help/a*"}, "87"},
		"no pattern":        {history.Selection{Path: "/help/a%*"}, "7"},
		"letter for letter": {history.Selection{Path: "/Help*"}, "9"},
		"language":          {history.Selection{Lang: "de"}, "87"},
		"language's own":    {history.Selection{Lang: "DE-at"}, "7"},
		"no language":       {history.Selection{Lang: "d%"}, ""},
		"least score":       {history.Selection{MinScore: 3}, "4"},
		"most score":        {history.Selection{MaxScore: 4}, "6"},
		"scores":            {history.Selection{MinScore: 2, MaxScore: 5}, "64"},
		"agent":             {history.Selection{Agents: []string{"ann"}}, "32"},
		"agents":            {history.Selection{Agents: []string{"ann", "bob"}}, "2"},
		"mark":              {history.Selection{Marks: [][]byte{{1}}}, "32"},
		"marks":             {history.Selection{Marks: [][]byte{{1}, {2}}}, "2"},
		"mark and agent":    {history.Selection{Marks: [][]byte{{1}}, Agents: []string{"bob"}}, "2"},
		"agent and more":    {history.Selection{Agents: []string{"ann"}, From: minute(3), Site: "shop"}, "3"},
		"another's":         {history.Selection{Agents: []string{"nobody"}}, ""},
	} {
		list, err := s.List(ctx, "a", c.sel, history.Place{}, 100)
		ok(t, err)
		got := ""
		for _, r := range list {
			got += r.ID
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		seen := 0
		ok(t, s.EachFacts(ctx, "a", c.sel, func(history.Facts) error { seen++; return nil }))
		if seen != len(c.want) {
			t.Errorf("%s: facts of %d sessions, want %d", name, seen, len(c.want))
		}
	}
	stop := errors.New("stop")
	is(t, s.EachFacts(ctx, "a", history.Selection{}, func(history.Facts) error { return stop }), stop)
}

func sealedMessage(session, id string, n int) history.SealedMessage {
	return history.SealedMessage{
		Tenant: "a", Site: "shop", Session: session, ID: id, N: n, Role: "agent", Person: "ann", At: epoch.Add(time.Duration(n) * time.Hour),
		Sealed: []byte("sealed"),
	}
}

func messagesConform(t *testing.T, s history.Store) {
	ctx := t.Context()
	ok(t, s.Insert(ctx, record("a", "one", 0)))
	ok(t, s.Insert(ctx, record("a", "two", 0)))
	var want []history.SealedMessage
	for n := 1; n <= 5; n++ {
		m := sealedMessage("one", fmt.Sprint("m", 9-n), n)
		want = append(want, m)
		ok(t, s.AddMessage(ctx, m))
	}
	var group sync.WaitGroup
	for i := range 16 { // the same message, numbered anew after each try of which the answer got lost
		group.Go(func() { ok(t, s.AddMessage(ctx, sealedMessage("two", "same", 1+i%8))) })
	}
	group.Wait()
	once, err := s.Messages(ctx, "a", "two", 0, 10)
	ok(t, err)
	same(t, once, []history.SealedMessage{sealedMessage("two", "same", 8)})
	for id, want := range map[string]int{"one": 5, "two": 1} {
		if r, err := s.Load(ctx, "a", id); err != nil || r.Messages != want {
			t.Errorf("%s: %d counted, %v", id, r.Messages, err)
		}
	}
	got, err := s.Messages(ctx, "a", "one", 0, 10)
	ok(t, err)
	same(t, got, want)
	got, err = s.Messages(ctx, "a", "one", 2, 2)
	ok(t, err)
	same(t, got, want[2:4])
	both, err := s.MessagesOf(ctx, "a", []string{"one", "two", "three"})
	ok(t, err)
	same(t, both["one"], want)
	if len(both) != 2 || len(both["two"]) != 1 {
		t.Errorf("%+v", both)
	}
	for _, list := range []func() ([]history.SealedMessage, error){
		func() ([]history.SealedMessage, error) { return s.Messages(ctx, "b", "one", 0, 10) },
		func() ([]history.SealedMessage, error) {
			m, err := s.MessagesOf(ctx, "b", []string{"one"})
			return m["one"], err
		},
	} {
		if got, err := list(); err != nil || len(got) != 0 {
			t.Errorf("another tenant reads %+v, %v", got, err)
		}
	}
	for _, alter := range []func(*history.SealedMessage){
		func(m *history.SealedMessage) { m.Tenant = "b" },
		func(m *history.SealedMessage) { m.Session = "three" },
		func(m *history.SealedMessage) { m.Site = "blog" },
	} {
		m := sealedMessage("one", "new", 9)
		alter(&m)
		is(t, s.AddMessage(ctx, m), history.ErrNotFound)
	}
	stripped, err := s.StripMessages(ctx, "a", "one")
	ok(t, err)
	again, err := s.StripMessages(ctx, "a", "one")
	ok(t, err)
	if stripped != 5 || again != 0 {
		t.Errorf("%d and %d stripped", stripped, again)
	}
	for i := range want {
		want[i].Sealed = nil
	}
	got, err = s.Messages(ctx, "a", "one", 0, 10)
	ok(t, err)
	same(t, got, want)
	foreign, err := s.DeleteMessages(ctx, "b", "one")
	ok(t, err)
	deleted, err := s.DeleteMessages(ctx, "a", "one")
	ok(t, err)
	if foreign != 0 || deleted != 5 {
		t.Errorf("%d and %d deleted", foreign, deleted)
	}
}

func noOrphanConforms(t *testing.T, s history.Store) {
	ctx := t.Context()
	for round := range 10 {
		id := fmt.Sprint("s", round)
		ok(t, s.Insert(ctx, record("a", id, 0)))
		var group sync.WaitGroup
		for n := 1; n <= 8; n++ {
			group.Go(func() {
				if err := s.AddMessage(ctx, sealedMessage(id, fmt.Sprint(n), n)); err != nil && !errors.Is(err, history.ErrNotFound) {
					t.Error(err)
				}
			})
		}
		group.Go(func() {
			ok(t, s.Replace(ctx, history.Record{Tenant: "a", ID: id, State: history.StateDeleting}))
			_, err := s.DeleteMessages(ctx, "a", id)
			ok(t, err)
		})
		group.Wait()
		if left, err := s.Messages(ctx, "a", id, 0, 10); err != nil || len(left) != 0 {
			t.Fatalf("%d messages outlived their session, %v", len(left), err)
		}
	}
}

func erasedConform(t *testing.T, s history.Store) {
	ctx := t.Context()
	for state := history.StateKept; state <= history.StateGone; state++ {
		r := record("a", fmt.Sprint(int(state)), 0)
		r.State, r.ErasedAt, r.Marks = state, epoch, [][]byte{[]byte("mark")}
		ok(t, s.Insert(ctx, r))
	}
	list, err := s.List(ctx, "a", history.Selection{}, history.Place{}, 10)
	ok(t, err)
	marked, err := s.List(ctx, "a", history.Selection{Marks: [][]byte{[]byte("mark")}}, history.Place{}, 10)
	ok(t, err)
	if len(list) != 3 || len(marked) != 3 {
		t.Errorf("%d and %d listed, want the three that are not gone", len(list), len(marked))
	}
	for state := history.StateStripping; state <= history.StateGone; state++ {
		is(t, s.AddMessage(ctx, sealedMessage(fmt.Sprint(int(state)), "m", 1)), history.ErrNotFound)
	}
	unfinished, err := s.Unfinished(ctx, 10)
	ok(t, err)
	slices.SortFunc(unfinished, func(a, b history.SessionName) int { return int(a.ID[0]) - int(b.ID[0]) })
	same(t, unfinished, []history.SessionName{{Tenant: "a", ID: "1"}, {Tenant: "a", ID: "3"}})

	n, err := s.ForgetGone(ctx, epoch, 10)
	ok(t, err)
	after, err := s.ForgetGone(ctx, epoch.Add(1e6), 10)
	ok(t, err)
	if n != 0 || after != 1 {
		t.Errorf("%d and %d forgotten", n, after)
	}
	ok(t, s.Remove(ctx, "b", "3"))
	for id := range 5 {
		ok(t, s.Remove(ctx, "a", fmt.Sprint(id)))
	}
	for id, want := range []error{nil, nil, nil, history.ErrNotFound, history.ErrNotFound} {
		_, err := s.Load(ctx, "a", fmt.Sprint(id))
		is(t, err, want)
	}
}

func dueConforms(t *testing.T, s history.Store) {
	ctx := t.Context()
	over := record("a", "over", 0)
	over.Ended = epoch.Add(time.Minute)
	long := record("a", "long", 0)
	long.Ended = epoch.Add(time.Hour)
	elsewhere := record("a", "elsewhere", 0)
	elsewhere.Site = "blog"
	gone := record("a", "gone", 0)
	gone.State = history.StateDeleting
	for _, r := range []history.Record{over, long, record("a", "lost", 0), record("a", "young", 30), elsewhere, gone, record("b", "foreign", 0)} {
		ok(t, s.Insert(ctx, r))
	}
	shop := history.SiteName{Tenant: "a", Site: "shop"}
	due, err := s.Due(ctx, shop, epoch.Add(10*time.Minute), 10)
	ok(t, err)
	slices.Sort(due)
	same(t, due, []string{"lost", "over"})
	due, err = s.Due(ctx, shop, epoch.Add(24*time.Hour), 3)
	ok(t, err)
	if len(due) != 3 {
		t.Errorf("%v", due)
	}
	sites, err := s.Sites(ctx)
	ok(t, err)
	if len(sites) != 3 || !slices.Contains(sites, shop) || !slices.Contains(sites, history.SiteName{Tenant: "a", Site: "blog"}) {
		t.Errorf("%v", sites)
	}
	for n := 1; n <= 5; n++ {
		ok(t, s.AddMessage(ctx, sealedMessage("over", fmt.Sprint(n), n)))
	}
	for i, want := range []int{2, 1, 0} { // older than 4 h, two at a time
		n, err := s.DeleteOldMessages(ctx, shop, epoch.Add(4*time.Hour), 2)
		ok(t, err)
		if n != want {
			t.Errorf("%d. time: %d deleted, want %d", i+1, n, want)
		}
	}
	n, err := s.DeleteOldMessages(ctx, history.SiteName{Tenant: "b", Site: "shop"}, epoch.Add(24*time.Hour), 10)
	if err != nil || n != 0 {
		t.Errorf("another tenant's went: %d, %v", n, err)
	}
}

func leasesConform(t *testing.T, s history.Store) {
	ctx := t.Context()
	take := func(holder string, minute int) bool {
		now := epoch.Add(time.Duration(minute) * time.Minute)
		mine, err := s.Lease(ctx, "sweep", holder, now, now.Add(5*time.Minute))
		ok(t, err)
		return mine
	}
	var winners atomic.Int32
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			if mine, err := s.Lease(ctx, "race", fmt.Sprint(i), epoch, epoch.Add(time.Minute)); err != nil {
				t.Error(err)
			} else if mine {
				winners.Add(1)
			}
		})
	}
	group.Wait()
	if winners.Load() != 1 {
		t.Errorf("%d holders", winners.Load())
	}
	same(t, []bool{take("x", 0), take("y", 1), take("x", 4), take("y", 8), take("y", 9), take("x", 10)}, []bool{true, false, true, false, true, false})
	ok(t, s.Release(ctx, "sweep", "x")) // not theirs any more
	same(t, take("x", 11), false)
	ok(t, s.Release(ctx, "sweep", "y"))
	same(t, take("x", 11), true)
}

func contextConforms(t *testing.T, s history.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	is(t, s.Insert(ctx, record("a", "one", 0)), context.Canceled)
	_, err := s.Load(ctx, "a", "one")
	is(t, err, context.Canceled)
	_, err = s.Load(t.Context(), "a", "one")
	is(t, err, history.ErrNotFound)
}

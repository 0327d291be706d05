package history_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"alongside/history"
)

func TestAWrapUpIsKeptAndReplaced(t *testing.T) {
	k := open(t)
	k.begin(t, session("a", "one"))
	ctx := t.Context()
	ok(t, k.WrapUp(ctx, "a", "one", history.WrapUp{Reason: "sold", Note: "two\nlines", Ticket: "T1", By: "ann"}))
	k.pass(time.Hour)
	want := history.WrapUp{Reason: "lost", By: "bob", At: epoch.Add(time.Hour)}
	ok(t, k.WrapUp(ctx, "a", "one", history.WrapUp{Reason: "lost", By: "bob"}))
	s, err := k.Get(ctx, "a", "one")
	ok(t, err)
	same(t, *s.WrapUp, want)
	if len(s.Agents) != 0 || s.Handler != "" {
		t.Errorf("who wraps up help has not helped: %+v", s)
	}
	for field, w := range map[string]history.WrapUp{
		"by": {}, "reason": {By: "ann", Reason: "\x00"}, "note": {By: "ann", Note: strings.Repeat("x", history.MaxNote+1)},
		"ticket": {By: "ann", Ticket: "a\nb"},
	} {
		wrongField(t, k.WrapUp(ctx, "a", "one", w), field)
	}
	wrongField(t, k.WrapUp(ctx, "a", "one", history.WrapUp{By: "ann", Note: "\xff"}), "note")
	again, err := k.Get(ctx, "a", "one")
	ok(t, err)
	same(t, again, s)
	is(t, k.WrapUp(ctx, "a", "two", history.WrapUp{By: "ann"}), history.ErrNotFound)
}

func TestALeftMessageIsOpenUntilSomebodyWrapsItUp(t *testing.T) {
	k := open(t)
	left := session("a", "left")
	left.Kind, left.Text, left.Agents = history.KindMessage, "Please write back", nil
	k.begin(t, left)
	k.begin(t, session("a", "one"))
	if got := k.list(t, history.Filter{Open: true}, "", 0); len(got.Sessions) != 1 || got.Sessions[0].Text != left.Text || got.Sessions[0].Ended != epoch {
		t.Errorf("%+v", got)
	}
	ok(t, k.WrapUp(t.Context(), "a", "left", history.WrapUp{By: "ann"}))
	if got := k.list(t, history.Filter{Open: true}, "", 0); len(got.Sessions) != 0 {
		t.Errorf("still open: %+v", got)
	}
	if got := k.list(t, history.Filter{Participant: "ann"}, "", 0); len(got.Sessions) != 1 || got.Sessions[0].Handler != "ann" {
		t.Errorf("not ann's: %+v", got)
	}
}

func TestARatingComesFromWhoeverHoldsTheReceipt(t *testing.T) {
	k := open(t)
	ctx := t.Context()
	receipt := k.begin(t, session("a", "one"))
	other := k.begin(t, session("a", "two"))
	if receipt == other || len(receipt) < 26 {
		t.Fatalf("receipts %q, %q", receipt, other)
	}
	ok(t, k.Rate(ctx, "a", "shop", receipt, 2, "slow")) // before the end was written down
	ok(t, k.Ended(ctx, history.Session{Tenant: "a", ID: "one", Ended: epoch.Add(time.Hour)}))
	k.pass(time.Hour + history.RatingTime)
	ok(t, k.Rate(ctx, "a", "shop", receipt, 5, "but good"))
	k.pass(time.Second)
	is(t, k.Rate(ctx, "a", "shop", receipt, 1, ""), history.ErrTooLate)
	s, err := k.Get(ctx, "a", "one")
	ok(t, err)
	same(t, *s.Rating, history.Rating{Score: 5, Comment: "but good", At: epoch.Add(time.Hour + history.RatingTime)})
	is(t, k.Rate(ctx, "a", "shop", other, 1, ""), history.ErrTooLate) // its end was never seen
	for _, unknown := range []string{"", "x", strings.ToLower(receipt), receipt + "A"} {
		is(t, k.Rate(ctx, "a", "shop", unknown, 3, ""), history.ErrNotFound)
	}
	for _, score := range []int{-1, 0, 6} {
		wrongField(t, k.Rate(ctx, "a", "shop", receipt, score, ""), "score")
	}
	for _, comment := range []string{"\x00", "\xff", strings.Repeat("é", history.MaxComment+1)} {
		wrongField(t, k.Rate(ctx, "a", "shop", receipt, 3, comment), "comment")
	}
	if k.contains(t, receipt) {
		t.Error("the receipt itself is stored")
	}
}

func TestAReportCountsBy(t *testing.T) {
	k := open(t)
	ctx := t.Context()
	k.pass(30 * 24 * time.Hour)
	// Ten waits of 10 to 100 s at the shop, then what was not accepted, what was left, and another site.
	for i := 1; i <= 10; i++ {
		s := session("a", fmt.Sprint("s", i))
		s.Opened = epoch.Add(time.Duration(i/6) * 24 * time.Hour)
		s.Accepted, s.Handler, s.Agents = s.Opened.Add(time.Duration(i)*10*time.Second), "ann", []string{"ann"}
		s.Ended = s.Accepted.Add(time.Duration(i) * time.Minute)
		receipt := k.begin(t, s)
		if i <= 2 {
			ok(t, k.WrapUp(ctx, "a", s.ID, history.WrapUp{Reason: []string{"", "sold", "lost"}[i], By: "ann"}))
		}
		if i >= 9 {
			k.mu.Lock()
			k.now = s.Ended
			k.mu.Unlock()
			ok(t, k.Rate(ctx, "a", "shop", receipt, i-5, ""))
		}
	}
	k.pass(10 * 24 * time.Hour)
	gone := session("a", "gone")
	gone.Ended, gone.Team = epoch.Add(time.Minute), "second"
	k.begin(t, gone)
	lost := session("a", "lost") // the server died while it waited
	k.begin(t, lost)
	left := session("a", "left")
	left.Kind, left.Site = history.KindMessage, "blog"
	k.begin(t, left)
	waiting := session("a", "waiting")
	waiting.Opened, waiting.Site = k.clock(), "blog"
	k.begin(t, waiting)

	sum := history.Row{
		Sessions: 13, Accepted: 10, Abandoned: 2, Messages: 1, WaitMedian: 55, WaitP90: 90, HandleMedian: 330,
		Ratings: 2, RatingMean: 4.5, Reasons: map[string]int{"sold": 1, "lost": 1},
	}
	for by, keys := range map[string]string{
		"day": "2026-11-23 7 5 2|2026-11-24 5 5 0|2026-12-04 1 0 0", "site": "blog 1 0 0|shop 12 10 2",
		"team": "first 12 10 1|second 1 0 1", "agent": " 3 0 2|ann 10 10 0",
	} {
		report, err := k.Report(ctx, "a", history.ReportFilter{By: by})
		ok(t, err)
		same(t, report.Total, sum)
		var got []string
		for _, row := range report.Rows {
			got = append(got, fmt.Sprint(row.Key, " ", row.Sessions, " ", row.Accepted, " ", row.Abandoned))
		}
		if strings.Join(got, "|") != keys {
			t.Errorf("by %s: %q, want %q", by, got, keys)
		}
	}
	narrow, err := k.Report(ctx, "a", history.ReportFilter{By: "site", Site: "shop", Team: "second", From: epoch, To: epoch.Add(time.Hour)})
	ok(t, err)
	if narrow.Total.Sessions != 1 || narrow.Total.Abandoned != 1 || narrow.Rows[0].Reasons == nil {
		t.Errorf("%+v", narrow)
	}
}

func TestDaysBeginInTheZoneAskedFor(t *testing.T) {
	k := open(t)
	for i, opened := range []string{"2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"} {
		s := session("a", fmt.Sprint(i))
		var err error
		s.Opened, err = time.Parse(time.RFC3339, opened) // the night in which Berlin's clocks go forward: a day of 23 hours
		ok(t, err)
		k.begin(t, s)
	}
	from := time.Date(2026, 3, 27, 0, 0, 0, 0, time.UTC)
	report, err := k.Report(t.Context(), "a", history.ReportFilter{By: "day", Zone: "Europe/Berlin", From: from, To: from.AddDate(0, 0, 4)})
	ok(t, err)
	var got []string
	for _, row := range report.Rows {
		got = append(got, fmt.Sprint(row.Key, " ", row.Sessions))
	}
	same(t, got, []string{"2026-03-27 0", "2026-03-28 1", "2026-03-29 2", "2026-03-30 1", "2026-03-31 0"})
	for field, f := range map[string]history.ReportFilter{
		"by": {By: "hour"}, "zone": {By: "day", Zone: "Local"}, "site": {By: "day", Site: "\x00"},
		"to": {By: "day", From: from, To: from.AddDate(10, 0, 0)},
	} {
		_, err := k.Report(t.Context(), "a", f)
		wrongField(t, err, field)
	}
	for _, zone := range []string{"Mars/Olympus", "../../etc/passwd", "\x00"} {
		_, err := k.Report(t.Context(), "a", history.ReportFilter{By: "day", Zone: zone})
		wrongField(t, err, "zone")
	}
}

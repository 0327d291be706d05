package history_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"alongside/history"
)

// seeded is a database of 100,000 sessions of five tenants, 60,000 of them of tenant "a", over 400 days.
func seeded(b *testing.B, sessions int) *kept {
	b.Helper()
	k := open(b)
	// What is measured is reading: that seeding survives a crash is not worth its time.
	_, err := k.db.Writer.ExecContext(b.Context(), "PRAGMA synchronous = OFF")
	ok(b, err)
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	rare := func(often, seldom string) string {
		if random.IntN(1000) == 0 {
			return seldom
		}
		return often
	}
	for i := range sessions {
		s := session([]string{"a", "a", "a", "b", "c"}[i%5], fmt.Sprintf("%08x%024x", random.Uint32(), i))
		s.Site, s.Team = pick("shop", "blog", "docs"), pick("first", "second", "third")
		s.Opened = epoch.Add(-time.Duration(random.Int64N(int64(400 * 24 * time.Hour))))
		s.Accepted = s.Opened.Add(time.Duration(random.IntN(300)) * time.Second)
		s.Ended = s.Accepted.Add(time.Duration(random.IntN(1800)) * time.Second)
		s.Agents = []string{pick("ann", "bob", "cleo", "dan", "eve")}
		s.Handler = s.Agents[0]
		s.User, s.Visitor, s.Email = fmt.Sprint("user", i/5%5000), fmt.Sprint("visitor", i/5%20000), fmt.Sprintf("u%d@example.org", i/5%5000)
		s.Page = "https://shop.example/" + rare(pick("cart", "products/1", "help"), "seldom/page")
		s.Lang = rare(pick("en", "de", "es", "fr", "ar"), "pt-BR")
		if i%50 == 0 {
			s.Kind = history.KindMessage
		}
		receipt := k.begin(b, s)
		if i%4 == 0 {
			k.pass(s.Ended.Sub(k.clock()))
			ok(b, k.Rate(b.Context(), s.Tenant, s.Site, receipt, 1+random.IntN(5), ""))
		}
		if i%3 == 0 {
			ok(b, k.WrapUp(b.Context(), s.Tenant, s.ID, history.WrapUp{
				By: s.Handler, Reason: rare(pick("sold", "lost", "solved"), "seldom"), Note: "Called back.", Ticket: fmt.Sprint("T-", i),
			}))
		}
	}
	k.pass(epoch.Sub(k.clock()))
	_, err = k.db.Writer.ExecContext(b.Context(), "PRAGMA synchronous = FULL")
	ok(b, err)
	ok(b, k.db.Checkpoint(b.Context()))
	return k
}

// BenchmarkList reads a page of 50, decrypted, at 100,000 sessions.
func BenchmarkList(b *testing.B) {
	k := seeded(b, 100_000)
	middle := epoch.Add(-200 * 24 * time.Hour)
	for _, c := range []struct {
		name   string
		filter history.Filter
	}{
		{"all", history.Filter{}},
		{"from-to", history.Filter{From: middle, To: middle.AddDate(0, 1, 0)}},
		{"site", history.Filter{Site: "docs"}},
		{"site-unknown", history.Filter{Site: "nowhere"}},
		{"team", history.Filter{Team: "third"}},
		{"agent", history.Filter{Agent: "eve"}},
		{"agent-site", history.Filter{Agent: "eve", Site: "docs"}},
		{"reason", history.Filter{Reason: "sold"}},
		{"reason-seldom", history.Filter{Reason: "seldom"}},
		{"kind", history.Filter{Kind: history.KindMessage}},
		{"path", history.Filter{Path: "/cart"}},
		{"path-seldom", history.Filter{Path: "/seldom*"}},
		{"lang", history.Filter{Lang: "de"}},
		{"lang-seldom", history.Filter{Lang: "pt"}},
		{"user", history.Filter{User: "user77"}},
		{"visitor", history.Filter{Visitor: "visitor77"}},
		{"ticket", history.Filter{Ticket: "T-99960"}},
		{"open", history.Filter{Open: true}},
		{"score", history.Filter{MinScore: 4}},
		{"participant", history.Filter{Participant: "ann"}},
		{"words", history.Filter{Query: "called"}},
		{"words-nowhere", history.Filter{Query: "nowhere"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := k.List(b.Context(), "a", c.filter, "", 50); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("deep", func(b *testing.B) {
		after := ""
		for range 100 {
			after = k.list(b, history.Filter{}, after, 200).Next
		}
		for b.Loop() {
			if _, err := k.List(b.Context(), "a", history.Filter{}, after, 50); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkReport counts 10,000 sessions.
func BenchmarkReport(b *testing.B) {
	k := seeded(b, 16_667)
	for _, by := range []string{"day", "agent"} {
		b.Run(by, func(b *testing.B) {
			for b.Loop() {
				report, err := k.Report(b.Context(), "a", history.ReportFilter{By: by, Zone: "Europe/Berlin"})
				if err != nil || report.Total.Sessions < 9_000 {
					b.Fatal(report.Total, err)
				}
			}
		})
	}
}

// BenchmarkAppend keeps chat messages of eight sessions at once, each on the disk when it returns.
func BenchmarkAppend(b *testing.B) {
	k := open(b)
	const rooms = 8
	for i := range rooms {
		k.begin(b, session("a", fmt.Sprint(i)))
	}
	var group sync.WaitGroup
	b.ResetTimer()
	for i := range rooms {
		group.Go(func() {
			for n := i; n < b.N; n += rooms {
				ok(b, k.Append(b.Context(), "a", "shop", fmt.Sprint(i), chat(n+1, "A message of usual length, as people write them.")))
			}
		})
	}
	group.Wait()
}

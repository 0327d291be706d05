package relay

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestDeadlinesAreMetInTime files connections at random, moves and removes some, and lets time pass by fits and starts.
func TestDeadlinesAreMetInTime(t *testing.T) {
	start := time.Unix(1_800_000_000, 12345)
	now := start
	d := newDeadlines(func() time.Time { return now })
	random := rand.New(rand.NewPCG(1, 2))
	due := map[*conn]time.Time{}
	for range 3000 {
		c := &conn{}
		at := start.Add(time.Duration(random.Int64N(int64(deadlineTick * (deadlineSlots - 2)))))
		d.file(c, at.Add(time.Second))
		d.file(c, at)                  // earlier: moves it
		d.file(c, at.Add(time.Minute)) // later: does not
		due[c] = at
		if random.IntN(10) == 0 {
			d.remove(c)
			d.file(c, at)
			delete(due, c)
		}
	}
	for len(due) > 0 {
		last := now
		now = now.Add(time.Duration(random.Int64N(int64(3 * deadlineTick))))
		for _, c := range d.expired(nil, now) {
			at, known := due[c]
			switch {
			case !known:
				t.Fatal("a connection that was removed, or was met before")
			case now.Before(at):
				t.Fatalf("%s early", at.Sub(now))
			case last.Sub(at) > deadlineTick:
				t.Fatalf("%s late", last.Sub(at))
			}
			delete(due, c)
		}
		if now.Sub(start) > time.Hour {
			t.Fatalf("%d connections were never looked at", len(due))
		}
	}
	if !slices.Equal(d.slots[:], make([]*conn, deadlineSlots)) {
		t.Error("something is left in the wheel")
	}
}

func TestAFarDeadlineIsLookedAtEarlier(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	start := now
	d := newDeadlines(func() time.Time { return now })
	c := &conn{}
	d.file(c, now.Add(time.Hour))
	for range 4 {
		for len(d.expired(nil, now)) == 0 {
			now = now.Add(deadlineTick)
		}
		d.file(c, start.Add(time.Hour))
	}
	if passed := now.Sub(start); passed > 4*deadlineSlots*deadlineTick || passed < 3*(deadlineSlots-2)*deadlineTick {
		t.Errorf("looked at four times in %s", passed)
	}
	now = now.Add(2 * time.Hour) // the machine slept
	if len(d.expired(nil, now)) != 1 {
		t.Error("a leap of the clock lost it")
	}
}

func BenchmarkDeadlines(b *testing.B) {
	now := time.Unix(1_800_000_000, 0)
	d := newDeadlines(func() time.Time { return now })
	for i := range 50_000 {
		d.file(&conn{}, now.Add(time.Duration(i)*200*time.Microsecond))
	}
	b.ReportAllocs()
	for b.Loop() { // one tick of 50,000 connections that ping each 10 s
		now = now.Add(deadlineTick)
		for _, c := range d.expired(nil, now) {
			d.file(c, now.Add(10*time.Second))
		}
	}
}

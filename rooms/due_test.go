package rooms

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestDueListKnowsWhoIsDue compares it with looking at every room.
func TestDueListKnowsWhoIsDue(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var l dueList
	rooms := make([]*Room, 50)
	for i := range rooms {
		rooms[i] = &Room{}
		rooms[i].due = due{list: &l, room: rooms[i], at: never, next: never}
	}
	at := map[*Room]int64{}
	for now := int64(0); now < 5000; now += random.Int64N(5) {
		for range random.IntN(4) {
			r := rooms[random.IntN(len(rooms))]
			at[r] = now + random.Int64N(60) - 5
			if random.IntN(3) == 0 {
				at[r] = never
			}
			r.due.Store(at[r])
		}
		got := l.now(time.Unix(0, now))
		for _, r := range rooms {
			when, known := at[r]
			if want := known && when <= now; want != slices.Contains(got, r) {
				t.Fatalf("at %d: a room due at %d listed: %t", now, when, !want)
			}
		}
	}
	if len(l.filed) > 10*len(rooms) {
		t.Errorf("%d entries for %d rooms", len(l.filed), len(rooms))
	}
}

// BenchmarkSweep is one sweep over 25,000 rooms in which nothing is due.
func BenchmarkSweep(b *testing.B) {
	h := NewHub(Config{Consents: &diary{}})
	for range 25_000 {
		r := newRoom(h, Opening{}, time.Now())
		h.rooms[r.id] = r
	}
	b.ReportAllocs()
	for b.Loop() {
		h.Sweep()
	}
}

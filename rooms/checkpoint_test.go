package rooms

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"alongside/wire"
)

// viewed is a stage on which ann sees the page of tab1.
func viewed(t testing.TB) *stage {
	s := newStage(t)
	s.do([]string{"tab1", "hello"})
	s.do([]string{"ann", "hello"})
	s.do([]string{"tab1", "grant", "view", "2"})
	s.heard()
	return s
}

func sized(kind wire.Kind, flags byte, epoch uint32, bytes int) wire.Frame {
	f := wire.New(kind, make([]byte, bytes))
	f.SetState(flags, epoch)
	return f
}

func (s *stage) count(name, what string) (n int) {
	for _, line := range s.takeAll(name) {
		if strings.Contains(line, what) {
			n++
		}
	}
	return n
}

func TestOverTheCapAKeyframeIsAskedForOnce(t *testing.T) {
	s := viewed(t)
	s.receive("tab1", sized(wire.Snapshot, wire.FlagFirst|wire.FlagLast, 1, 1<<20))
	for range 8 {
		s.receive("tab1", sized(wire.Diff, 0, 1, 1<<20))
	}
	if n := s.count("tab1", "keyframe over-cap"); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	s.clock.forward(keyframeEvery)
	s.receive("tab1", sized(wire.Diff, 0, 1, 1<<10))
	if n := s.count("tab1", "keyframe over-cap"); n != 1 {
		t.Errorf("asked %d times after no answer, want once more", n)
	}
	s.receive("tab1", sized(wire.Snapshot, wire.FlagFirst|wire.FlagLast, 2, 1<<20))
	s.receive("tab1", sized(wire.Diff, 0, 2, 1<<10))
	if n := s.count("tab1", "keyframe"); n != 0 {
		t.Errorf("asked %d times after the answer", n)
	}
	if held := s.hub.Stats().HeldBytes; held > 1<<20+1<<12 {
		t.Errorf("%d bytes held after the new snapshot", held)
	}
}

func TestASnapshotOverTheCapIsNotAskedForAgain(t *testing.T) {
	s := viewed(t)
	s.receive("tab1", sized(wire.Snapshot, wire.FlagFirst, 1, 1<<20-100))
	for range 7 {
		s.receive("tab1", sized(wire.Snapshot, 0, 1, 1<<20-100))
	}
	s.receive("tab1", sized(wire.Snapshot, wire.FlagLast, 1, 1<<20-100))
	s.count("tab1", "")
	s.clock.forward(time.Minute)
	s.receive("tab1", sized(wire.Diff, 0, 1, 100))
	if n := s.count("tab1", "keyframe"); n != 0 {
		t.Error("a snapshot was asked for that would be as large")
	}
}

func TestAtTwiceTheCapTheLogIsDropped(t *testing.T) {
	s := viewed(t)
	s.receive("tab1", sized(wire.Snapshot, wire.FlagFirst|wire.FlagLast, 1, 1<<10))
	for range 40 {
		s.receive("tab1", sized(wire.Diff, 0, 1, 1<<20-100))
		if held := s.hub.Stats().HeldBytes; held > 2*wire.CheckpointBytes {
			t.Fatalf("%d bytes held, over twice the cap", held)
		}
	}
	s.clock.forward(keyframeEvery)
	s.receive("tab1", sized(wire.Diff, 0, 1, 10))
	if n := s.count("tab1", "keyframe"); n < 2 {
		t.Errorf("asked %d times", n)
	}
	s.do([]string{"tab1", "snapshot", "2", "small"})
	if n := s.count("ann", "snapshot 2/1 small"); n != 1 {
		t.Errorf("the agent got the new snapshot %d times", n)
	}
}

func TestAssetsEvictTheOldest(t *testing.T) {
	s := viewed(t)
	one := func(i int) wire.Frame {
		f := wire.New(wire.Asset, make([]byte, 1<<20-100))
		copy(f.Body(), fmt.Sprintf("%016d", i))
		return f
	}
	for i := range 40 {
		s.receive("tab1", one(i))
	}
	if held := s.hub.Stats().HeldBytes; held > wire.AssetBytes || held < wire.AssetBytes-2<<20 {
		t.Errorf("%d bytes of assets held", held)
	}
	if n := s.count("ann", "asset"); n != 16 {
		t.Errorf("a late reader gets %d assets, want the newest 16", n)
	}
	s.receive("tab1", one(0))
	if n := s.count("ann", "asset"); n != 1 {
		t.Error("an asset that was evicted is not delivered when it comes again")
	}
}

func TestTextComesBeforePicturesAndPicturesAreNotStarved(t *testing.T) {
	s := viewed(t)
	s.do([]string{"tab1", "asset", "logo"})
	s.receive("tab1", sized(wire.Snapshot, wire.FlagFirst|wire.FlagLast, 1, 1000))
	for range 100 {
		s.receive("tab1", sized(wire.Diff, 0, 1, 1000))
	}
	var order []wire.Kind
	for {
		frames, _ := s.seats["ann"].Take(nil, 2000)
		if len(frames) == 0 {
			break
		}
		for _, f := range frames {
			order = append(order, f.Kind())
		}
	}
	at := 0
	for i, k := range order {
		if k == wire.Asset {
			at = i
		}
	}
	if order[0] != wire.Snapshot || at < 2 || at > 2*assetPatience+2 || len(order) != 102 {
		t.Errorf("of %d frames the asset was number %d, after %s first", len(order), at, order[0])
	}
}

func TestNothingOfThePageIsHeldWhileNobodyMayLook(t *testing.T) {
	s := newStage(t)
	s.do([]string{"tab1", "hello"})
	s.do([]string{"ann", "hello"})
	for _, line := range []string{"tab1 snapshot 1 page", "tab1 diff 1 more", "tab1 asset logo"} {
		s.do(strings.Fields(line))
		if held := s.hub.Stats().HeldBytes; held != 0 {
			t.Errorf("%d bytes held after %s", held, line)
		}
	}
}

func TestASlowReaderHoldsNothing(t *testing.T) {
	s := viewed(t)
	s.do([]string{"tab1", "snapshot", "1", "page"})
	for i := range 5000 {
		s.receive("tab1", sized(wire.Diff, 0, 1, 100))
		s.do([]string{"tab1", "pointer"})
		s.do([]string{"tab1", "viewport"})
		if i%1000 == 999 {
			s.do([]string{"tab1", "snapshot", fmt.Sprint(2 + i/1000), "page"})
		}
	}
	a := s.seats["ann"]
	if len(a.ordered) != 0 || len(a.latest) != 1 {
		t.Errorf("%d ordered and %d latest frames queue for a reader who does not read", len(a.ordered), len(a.latest))
	}
	got := s.takeAll("ann")
	if len(got) != 3 { // viewport, newest snapshot, pointer
		t.Errorf("it is then given %d frames: %.300v", len(got), got)
	}
}

func TestOrderedLaneOverflowClosesWithSlow(t *testing.T) {
	s := viewed(t)
	for range orderedFrames + 1 {
		s.do([]string{"tab1", "click"})
	}
	if _, why := s.seats["ann"].Take(nil, 1<<20); why == nil || why.Code != wire.CloseSlow {
		t.Errorf("closed with %v", why)
	}
	s.said = nil
	s.do([]string{"tab1", "chat", "1", "still-here"})
	if len(s.said) != 0 {
		t.Errorf("the visitor was told %v", s.said)
	}
}

func TestTheProcessCapDropsTheBiggestFirst(t *testing.T) {
	small, big := viewed(t), newStage(t)
	big.hub, big.diary = small.hub, small.diary
	small.hub.MemoryBytes = 4 << 20
	var err error
	big.entry, err = big.hub.Open(t.Context(), Opening{Tenant: "t", Site: "s", Origin: "https://shop.example", Tab: "tab1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"tab1 hello", "ann hello", "tab1 grant view 2"} {
		big.do(strings.Fields(line))
	}
	small.do([]string{"tab1", "snapshot", "1", "page"})
	big.receive("tab1", sized(wire.Snapshot, wire.FlagFirst|wire.FlagLast, 1, 100))
	for range 8 {
		big.receive("tab1", sized(wire.Diff, 0, 1, 1<<20-100))
		if held := small.hub.Stats().HeldBytes; held > 4<<20 {
			t.Fatalf("%d bytes held", held)
		}
	}
	if small.hub.Stats().Shed == 0 {
		t.Error("nothing was shed")
	}
	if n := small.count("ann", "snapshot 1/1 page"); n != 1 {
		t.Error("the small room lost its page to the big one")
	}
}

// FuzzReceive throws frames at a room from both sides: it may refuse them, never panic, and goes on.
func FuzzReceive(f *testing.F) {
	f.Add([]byte{byte(wire.Snapshot), 6, 0, 1, byte(wire.Diff), 0, 0, 1, byte(wire.Chat), 0, 1, 0})
	f.Add([]byte{byte(wire.Consent), 0, 0, 0, byte(wire.Pause), 0, 0, 0, byte(wire.Bye), 0, 1, 9})
	bodies := []string{
		"", "{}", `{"what":"view","act":"grant","member":2}`, `{"what":"control","act":"ask"}`, `{"paused":true}`, "[]",
		`{"what":"view","act":"withdraw"}`, `{"code":1000}`, `{"id":"1","text":"x"}`, strings.Repeat("k", 36), strings.Repeat("p", 16),
	}
	f.Fuzz(func(t *testing.T, moves []byte) {
		s := viewed(t)
		s.do([]string{"bob", "hello"})
		names := []string{"tab1", "ann", "bob"}
		for ; len(moves) >= 4; moves = moves[4:] {
			frame := wire.New(wire.Kind(moves[0]), []byte(bodies[int(moves[2])%len(bodies)]))
			frame.SetState(moves[1], uint32(moves[3]>>4))
			name := names[int(moves[3])%len(names)]
			s.receive(name, frame)
			if moves[1]&0x80 != 0 {
				s.seats[name].Take(nil, 1000)
			}
			if moves[1]&0x40 != 0 {
				s.clock.forward(time.Duration(moves[3]) * time.Second)
				s.hub.Sweep()
			}
		}
		s.heard()
		s.do([]string{"tab1", "hello"})
	})
}

func TestManyAtOnce(t *testing.T) {
	s := newStage(t)
	s.do([]string{"tab1", "hello"})
	const agents = 8
	for i := range agents {
		name := fmt.Sprintf("agent%d", i)
		s.do([]string{name, "hello"})
		s.do([]string{"tab1", "grant", "view", fmt.Sprint(i + 2)})
	}
	done := make(chan struct{})
	finished := make(chan struct{})
	for i := range agents {
		name := fmt.Sprintf("agent%d", i)
		seat := s.seats[name]
		go func() {
			defer func() { finished <- struct{}{} }()
			last := map[uint32]uint32{}
			for {
				frames, why := seat.Take(nil, 1+rand.IntN(4000))
				for _, f := range frames {
					if !isState(f.Kind()) {
						continue
					}
					if f.Sequence() != last[f.Epoch()]+1 {
						t.Errorf("%s got %d/%d after %d", name, f.Epoch(), f.Sequence(), last[f.Epoch()])
					}
					last[f.Epoch()] = f.Sequence()
				}
				if why != nil {
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		}()
	}
	go func() {
		for range 200 {
			s.hub.Sweep()
			s.hub.Stats()
			s.hub.Watch("t")
		}
		finished <- struct{}{}
	}()
	for e := range uint32(20) {
		s.receive("tab1", sized(wire.Snapshot, wire.FlagFirst, e+1, 500))
		s.receive("tab1", sized(wire.Snapshot, wire.FlagLast, e+1, 500))
		for range 200 {
			s.receive("tab1", sized(wire.Diff, 0, e+1, 50))
		}
	}
	close(done)
	for range agents + 1 {
		<-finished
	}
	if len(s.said) != 0 {
		t.Error(s.said)
	}
}

func BenchmarkFanOut(b *testing.B) {
	for _, agents := range []int{1, 4, 16} {
		b.Run(fmt.Sprint(agents), func(b *testing.B) {
			s := newStage(b)
			s.do([]string{"tab1", "hello"})
			for i := range agents {
				s.do([]string{fmt.Sprintf("agent%d", i), "hello"})
				s.do([]string{"tab1", "grant", "view", fmt.Sprint(i + 2)})
			}
			s.receive("tab1", sized(wire.Snapshot, wire.FlagFirst|wire.FlagLast, 1, 500))
			epoch := uint32(1)
			var batch []wire.Frame
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if i++; i%10_000 == 0 {
					epoch++
					s.receive("tab1", sized(wire.Snapshot, wire.FlagFirst|wire.FlagLast, epoch, 500))
				}
				s.receive("tab1", sized(wire.Diff, 0, epoch, 300))
				for name, seat := range s.seats {
					if name != "tab1" {
						batch, _ = seat.Take(batch[:0], 256<<10)
					}
				}
			}
		})
	}
}

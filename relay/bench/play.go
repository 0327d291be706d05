package bench

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
)

const (
	warmUp      = 500 * time.Millisecond
	arrivedPart = 0.98 // of what was sent; less, and the rate was not held
	heldBelow   = 20 * time.Millisecond
	slowestHeld = 4_000 // messages a second, the first that is tried
	heldStep    = 1.3
	longestStep = 2 * time.Second
	rejoining   = 500 // rooms that reconnect at a time
	settle      = 5 * time.Second
	catchUp     = 5 * time.Second
	pacerNap    = 100 * time.Microsecond
)

// trial is one scenario with one contender, once.
type trial struct {
	scenario scenario
	*stage
	ctx     context.Context
	server  *process
	seconds time.Duration // measured
	quick   bool
	empty   float64 // bytes of the server before anybody came
	figures map[string]float64
}

// spell is a time in which things are measured.
type spell struct {
	t         *trial
	began     time.Time
	cpu       float64
	delivered int64
	delays    *delays
}

func (t *trial) begin() *spell {
	d := &delays{}
	t.delays.Store(d)
	return &spell{t, time.Now(), CPUSeconds(t.server.Process.Pid), t.delivered.Load(), d}
}

// seen is what a spell came to.
type seen struct {
	delivered, seconds, cpu float64
	delays                  *delays
}

func (s *spell) end() seen {
	return seen{
		float64(s.t.delivered.Load() - s.delivered), time.Since(s.began).Seconds(),
		CPUSeconds(s.t.server.Process.Pid) - s.cpu, s.delays,
	}
}

func (t *trial) keep(s seen) error {
	if s.delivered == 0 {
		return fmt.Errorf("nothing arrived")
	}
	t.figures[cpu] = s.cpu / s.delivered * 1e6
	t.figures[rate] = s.delivered / s.seconds
	t.figures[p50] = milliseconds(s.delays.quantile(0.5))
	t.figures[p99] = milliseconds(s.delays.quantile(0.99))
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// pace sends so many messages a second, of all rooms in turn and evenly in time, until the returned function is called.
func (t *trial) pace(perSecond float64) (stop func() (sent int)) {
	over := make(chan struct{})
	sent := 0
	var pacing sync.WaitGroup
	pacing.Go(func() {
		// A thread of its own: the runtime's timers are too coarse.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for began := time.Now(); ; nap(pacerNap) {
			select {
			case <-over:
				return
			default:
			}
			due := int(time.Since(began).Seconds() * perSecond)
			for ; sent < due; sent++ {
				if sent%64 == 63 { // late: do not go on for ever
					select {
					case <-over:
						return
					default:
					}
				}
				t.rooms[sent%len(t.rooms)].send(time.Now(), 1)
			}
		}
	})
	return func() int {
		close(over)
		pacing.Wait()
		return sent
	}
}

// paced has each room send so many messages a second.
func paced(perSecond float64) func(*trial) error {
	return func(t *trial) error {
		stop := t.pace(perSecond * float64(len(t.rooms)))
		time.Sleep(warmUp)
		spell := t.begin()
		time.Sleep(t.seconds)
		s := spell.end()
		stop()
		if want := arrivedPart * perSecond * float64(t.scenario.connections()-len(t.rooms)) * s.seconds; s.delivered < want && !t.quick {
			t.figures[arrived] = s.delivered / want * arrivedPart
		}
		return t.keep(s)
	}
}

// inFlight has each room answer what arrives with the next message, so many of them under way.
func inFlight(window int) func(*trial) error {
	return func(t *trial) error {
		t.answering.Store(true)
		for _, r := range t.rooms {
			r.send(time.Now(), window)
		}
		time.Sleep(warmUp)
		spell := t.begin()
		time.Sleep(t.seconds)
		s := spell.end()
		t.answering.Store(false)
		return t.keep(s)
	}
}

// held raises the rate until it is not held twice: once may be the fault of what else the machine does.
func held(t *trial) error {
	failed := 0
	for perSecond := float64(slowestHeld); failed < 2; {
		stop := t.pace(perSecond)
		time.Sleep(warmUp)
		spell := t.begin()
		time.Sleep(min(t.seconds, longestStep))
		s := spell.end()
		stop()
		if s.delivered < arrivedPart*perSecond*s.seconds || s.delays.quantile(0.99) >= heldBelow {
			failed++
			time.Sleep(warmUp) // for what is still under way
		} else {
			failed = 0
			t.figures[rate], t.figures[used] = perSecond, 100*s.cpu/s.seconds
			perSecond *= heldStep
		}
		if t.quick {
			t.figures[rate], t.figures[used] = s.delivered/s.seconds, 100*s.cpu/s.seconds
			return nil
		}
	}
	return nil
}

// everyRoom has a goroutine of each room send so many messages a second, until the returned function is called: a room that a
// server holds up does not hold up the others.
func (t *trial) everyRoom(perSecond int, also func(r *room, n int)) (stop func()) {
	ctx, cancel := context.WithCancel(t.ctx)
	var sending sync.WaitGroup
	for i, r := range t.rooms {
		sending.Go(func() {
			time.Sleep(time.Second / time.Duration(perSecond) * time.Duration(i) / time.Duration(len(t.rooms)))
			tick := time.NewTicker(time.Second / time.Duration(perSecond))
			defer tick.Stop()
			for n := 0; ; n++ {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
					if also != nil {
						also(r, n)
					}
					r.send(time.Now(), 1)
				}
			}
		})
	}
	return func() {
		cancel()
		sending.Wait()
	}
}

// snapshots has small messages beside snapshots. Those of the same room wait for its snapshot, as they must.
func snapshots(perSecond, bytes int, every time.Duration) func(*trial) error {
	return func(t *trial) error {
		period := perSecond * int(every/time.Second)
		stop := t.everyRoom(perSecond, func(r *room, n int) {
			if n%period == r.number*period/len(t.rooms) {
				r.snapshot(bytes)
			}
		})
		time.Sleep(warmUp)
		spell := t.begin()
		time.Sleep(t.seconds)
		s := spell.end()
		stop()
		return t.keep(s)
	}
}

// catchUp is how long readers who stopped have to be up to date again.
func (t *trial) catchUp() time.Duration {
	if t.quick {
		return time.Second
	}
	return catchUp
}

func idle(t *trial) error {
	if !t.quick {
		time.Sleep(settle)
	}
	t.figures[perConnection] = (residentBytes(t.server.Process.Pid) - t.empty) / float64(t.scenario.connections()) / 1e3
	return nil
}

// stopped has a reader of each room stop reading for a while.
func stopped(perSecond int, pause time.Duration) func(*trial) error {
	return func(t *trial) error {
		if t.quick {
			pause = time.Second
		}
		t.lossy.Store(true)
		stop := t.everyRoom(perSecond, nil)
		defer func() { stop() }()
		time.Sleep(warmUp)
		spell := t.begin()
		time.Sleep(pause)
		before := spell.end().delays.quantile(0.99)
		memory := residentBytes(t.server.Process.Pid)
		most := memory

		spell = t.begin()
		for _, r := range t.rooms {
			hold := make(chan struct{})
			r.readers[0].hold.Store(&hold)
		}
		for until := time.Now().Add(pause); time.Now().Before(until); time.Sleep(pause / 50) {
			most = max(most, residentBytes(t.server.Process.Pid))
		}
		during := spell.end()
		t.figures[ratio] = milliseconds(during.delays.quantile(0.99)) / max(milliseconds(before), 0.01)
		t.delays.Store(&delays{}) // what comes late to those who stopped does not count
		longest := time.Duration(during.delays.longest.Load())
		for _, r := range t.rooms { // what waits still was not delayed in the count
			for _, a := range r.readers[1:] {
				if last := a.latest.Load(); last > 0 {
					longest = max(longest, time.Since(time.Unix(0, last)))
				}
			}
		}
		for _, r := range t.rooms {
			if hold := r.readers[0].hold.Swap(nil); hold != nil {
				close(*hold)
			}
		}
		time.Sleep(t.catchUp())
		now := time.Now()
		for _, r := range t.rooms {
			if last := r.readers[0].latest.Load(); last > 0 && now.Sub(time.Unix(0, last)) < time.Second {
				t.figures[back]++
			}
		}
		t.figures[closed] = float64(t.lost.Load())
		t.figures[growth] = (most - memory) / 1e6
		t.figures[worst] = milliseconds(longest)
		t.lossy.Store(false)
		return nil
	}
}

// storm cuts all connections and has everybody come back at once, with tickets in hand.
func storm(t *trial) error {
	if err := t.each(t.ctx, opening, func(ctx context.Context, r *room) error { return t.contender.admit(ctx, t.stage, r) }); err != nil {
		return err
	}
	ctx, leave := context.WithCancel(t.ctx)
	var attending sync.WaitGroup
	defer attending.Wait()
	defer leave()
	attending.Go(func() { t.contender.attend(ctx) })
	time.Sleep(warmUp)
	t.over.Store(true)
	t.cut()
	t.reading.Wait()
	time.Sleep(warmUp) // for the server to see it
	t.over.Store(false)
	began, from := time.Now(), CPUSeconds(t.server.Process.Pid)
	if err := t.each(t.ctx, rejoining, func(_ context.Context, r *room) error { return r.connect() }); err != nil {
		return err
	}
	t.figures[connects] = time.Since(began).Seconds()
	time.Sleep(warmUp) // what connecting leaves to be done
	t.figures[cpu] = (CPUSeconds(t.server.Process.Pid) - from) / float64(t.scenario.connections()) * 1e6
	return nil
}

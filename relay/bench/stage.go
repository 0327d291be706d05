package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"alongside/wire"
)

const (
	snapshotPartBytes = 64 << 10
	pageBytes         = 2000 // of the snapshots that only keep a room going
	opening           = 16   // rooms that are opened at a time
	settleTimeout     = 30 * time.Second
)

// stage is what a scenario plays on: rooms in one server, with all that was seen of them.
type stage struct {
	contender contender
	address   string // of the server
	rooms     []*room
	reading   sync.WaitGroup

	over      atomic.Bool // links may end
	answering atomic.Bool // each message that arrives is answered with another
	lossy     atomic.Bool // links that end are counted, and no failure
	delivered atomic.Int64
	missed    atomic.Int64 // skipped by readers who were resynced
	lost      atomic.Int64 // links that ended
	delays    atomic.Pointer[delays]

	mu     sync.Mutex
	failed error // the first
}

// room is a visitor's connection and its readers'.
type room struct {
	stage   *stage
	number  int
	readers []*reader

	// What only the contender knows of.
	id, tab, resume string
	ticket          string

	visitor *link
	greeted chan struct{}

	mu    sync.Mutex // guards what follows; held while state is sent
	epoch uint32
	sent  uint64
	frame wire.Frame // the next diff
}

// reader is one who looks on.
type reader struct {
	room   *room
	number int
	link   *link
	ticket string

	greeted chan struct{} // closed at the first message
	shown   chan struct{} // closed when the page came
	asked   bool

	hold    atomic.Pointer[chan struct{}] // reading stops until it is closed
	resyncs atomic.Int64
	latest  atomic.Int64 // when the newest message arrived that was under a second old, Unix nanoseconds
	seen    uint64       // of room.sent
}

func newStage(c contender, address string, rooms, readers, bytes int) *stage {
	s := &stage{contender: c, address: address}
	s.delays.Store(&delays{})
	for i := range rooms {
		r := &room{stage: s, number: i, frame: wire.New(wire.Diff, make([]byte, max(bytes-wire.HeaderBytes, 16)))}
		for j := range readers {
			r.readers = append(r.readers, &reader{room: r, number: i*readers + j})
		}
		s.rooms = append(s.rooms, r)
	}
	return s
}

// each does something with all rooms, so many at a time, and returns the first error.
func (s *stage) each(ctx context.Context, atATime int, do func(context.Context, *room) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	jobs := make(chan *room)
	var working sync.WaitGroup
	for range min(atATime, len(s.rooms)) {
		working.Go(func() {
			for r := range jobs {
				if ctx.Err() != nil {
					continue
				}
				if err := do(ctx, r); err != nil {
					cancel(fmt.Errorf("room %d: %w", r.number, err))
				}
			}
		})
	}
	for _, r := range s.rooms {
		jobs <- r
	}
	close(jobs)
	working.Wait()
	return context.Cause(ctx)
}

// open connects everybody and waits until every reader has the page.
func (s *stage) open(ctx context.Context) error {
	err := s.each(ctx, opening, func(ctx context.Context, r *room) error {
		if err := s.contender.admit(ctx, s, r); err != nil {
			return err
		}
		return r.connect()
	})
	if err != nil {
		return err
	}
	late := time.After(settleTimeout)
	for _, r := range s.rooms {
		for _, a := range r.readers {
			select {
			case <-a.shown:
			case <-late:
				return fmt.Errorf("room %d: a reader was not shown the page within %s", r.number, settleTimeout)
			}
		}
	}
	return s.failure()
}

// close ends all connections and waits for their goroutines.
func (s *stage) close() {
	s.over.Store(true)
	s.cut()
	s.reading.Wait()
}

func (s *stage) cut() {
	for _, r := range s.rooms {
		for _, a := range r.readers {
			if hold := a.hold.Swap(nil); hold != nil {
				close(*hold)
			}
			if a.link != nil {
				a.link.cut()
			}
		}
		if r.visitor != nil {
			r.visitor.cut()
		}
	}
}

// ended notes that a link did.
func (s *stage) ended(who string, err error) {
	if s.over.Load() {
		return
	}
	s.lost.Add(1)
	if s.lossy.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = fmt.Errorf("%s lost its connection: %w", who, err)
	}
}

func (s *stage) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// connect makes a room's connections, readers first, as a server that keeps nothing needs it; it returns when all are greeted.
func (r *room) connect() (err error) {
	s := r.stage
	r.greeted = make(chan struct{})
	if r.visitor, err = s.contender.visitor(s, r); err != nil {
		return fmt.Errorf("connect visitor: %w", err)
	}
	s.reading.Go(func() { r.run(r.visitor) })
	if err := wait(r.greeted, "the visitor was not greeted"); err != nil {
		return err
	}
	for _, a := range r.readers {
		a.greeted = make(chan struct{})
		if a.shown == nil {
			a.shown = make(chan struct{})
		}
		if a.link, err = s.contender.reader(s, a); err != nil {
			return fmt.Errorf("connect reader: %w", err)
		}
		s.reading.Go(func() { a.run(a.link) })
		if err := wait(a.greeted, "a reader was not greeted"); err != nil {
			return err
		}
	}
	return nil
}

func wait(happened <-chan struct{}, otherwise string) error {
	late := time.NewTimer(connectTimeout)
	defer late.Stop()
	select {
	case <-happened:
		return nil
	case <-late.C:
		return fmt.Errorf("%s within %s", otherwise, connectTimeout)
	}
}

// done closes a channel that is closed once.
func done(c chan struct{}) {
	select {
	case <-c:
	default:
		close(c)
	}
}

// run reads what the visitor is sent.
func (r *room) run(l *link) {
	for {
		m, err := l.next()
		if err == nil && m != nil {
			err = r.stage.contender.toVisitor(r, l, m)
		}
		if err != nil {
			r.stage.ended("a visitor", err)
			return
		}
	}
}

// run reads what a reader is sent.
func (a *reader) run(l *link) {
	s := a.room.stage
	credit := 0
	for {
		m, err := l.next()
		if err == nil && m != nil {
			if f, short := wire.Parse(m); short == nil && (f.Kind() == wire.Diff || f.Kind() == wire.Snapshot) {
				credit += a.got(f)
			} else {
				err = s.contender.toReader(a, l, m)
			}
		}
		if err != nil {
			s.ended("a reader", err)
			return
		}
		if hold := a.hold.Load(); hold != nil {
			<-*hold
		}
		if credit > 0 && l.buffered() < len(a.room.frame) {
			if s.answering.Load() {
				a.room.send(time.Now(), credit)
			}
			credit = 0
		}
	}
}

// got notes a state frame, and returns how many of the visitor's messages the reader is past now that it was not before.
func (a *reader) got(f wire.Frame) (more int) {
	s := a.room.stage
	body := f.Body()
	if len(body) < 16 {
		return 0
	}
	if number := binary.BigEndian.Uint64(body[8:]); number > a.seen {
		more = int(number - a.seen)
		a.seen = number
	}
	if f.Kind() == wire.Snapshot {
		if f.Flags()&wire.FlagFirst != 0 {
			a.resyncs.Add(1)
			s.missed.Add(int64(more))
		}
		done(a.shown)
		return more
	}
	if more > 1 {
		s.missed.Add(int64(more - 1))
	}
	now := time.Now().UnixNano()
	took := time.Duration(now - int64(binary.BigEndian.Uint64(body)))
	if took < time.Second {
		a.latest.Store(now)
	}
	s.delivered.Add(1)
	if a.hold.Load() == nil {
		s.delays.Load().add(took)
	}
	return more
}

// send sends diffs that say when they were sent.
func (r *room) send(at time.Time, times int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.visitor
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out = l.out[:0]
	for range times {
		r.sent++
		r.frame.SetState(0, r.epoch)
		r.stamp(r.frame, at)
		l.out = l.framing.append(l.out, r.frame)
	}
	if _, err := l.nc.Write(l.out); err != nil {
		r.stage.ended("a visitor who sends", err)
	}
}

func (r *room) stamp(f wire.Frame, at time.Time) {
	binary.BigEndian.PutUint64(f[wire.HeaderBytes:], uint64(at.UnixNano()))
	binary.BigEndian.PutUint64(f[wire.HeaderBytes+8:], r.sent)
}

// snapshot sends the page anew, in parts.
func (r *room) snapshot(bytes int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch++
	for left := bytes; left > 0; left -= snapshotPartBytes {
		f := wire.New(wire.Snapshot, make([]byte, max(min(left, snapshotPartBytes), 16)))
		var flags byte
		if left == bytes {
			flags |= wire.FlagFirst
		}
		if left <= snapshotPartBytes {
			flags |= wire.FlagLast
		}
		f.SetState(flags, r.epoch)
		r.stamp(f, time.Now())
		if err := r.visitor.send(f, 1); err != nil {
			return err
		}
	}
	return nil
}

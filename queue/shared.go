package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	reportEvery = time.Second     // how often a node tells the leader which consoles are open there
	reportLife  = 4 * reportEvery // how long the leader believes it
	askWithin   = 4 * time.Second // an act, the search for a new leader included
	teamWithin  = time.Second     // a team, which a session's facts wait for
	askAgain    = 100 * time.Millisecond
)

// What nodes say to each other about.
const (
	subjectAct  = "queue act"  // to the leader: an act, to be answered
	subjectHere = "queue here" // to the leader: the consoles open at a node
	subjectLook = "queue look" // from the leader: what one console sees has changed
)

// Nodes is what a queue needs of the other nodes.
type Nodes interface {
	// Node is this node's ID.
	Node() string
	// Lead tells which node has a duty. If nobody has it, this one takes it.
	Lead(ctx context.Context, duty string) (node string, err error)
	// Ask has another node answer a question. The errors of this package keep their identity.
	Ask(ctx context.Context, node, subject string, question, answer any) error
	// TellOne lets another node know something, if it can be told now.
	TellOne(node, subject string, news any) error
}

// Shared is the queue of several nodes: one of them, the leader, decides by a Queue of its own and the others ask it. A new
// leader begins with what all nodes tell it; who was offered to somebody is offered anew.
type Shared struct {
	local *Queue       // fixed; decides while this node leads
	nodes Nodes        // fixed
	log   *slog.Logger // fixed
	now   func() time.Time

	wake chan struct{} // for Run: a visit is untold

	mu       sync.Mutex // guards what follows
	leader   string     // as found last
	consoles map[uint64]*console
	newest   uint64                 // ID of the console opened last
	visits   map[visitName]Visit    // of this node's rooms
	untold   map[visitName]struct{} // rooms, gone ones too, that the leader may not know as they are
	reports  map[string]*report     // by node; empty unless this node leads
	told     map[visitName]struct{} // visits that the local queue knows
	teams    map[visitName]string   // of this node's rooms, as last known

	following sync.WaitGroup // goroutines, one for each console that the local queue knows
}

type visitName struct{ Tenant, Room string }

// console is open at this node.
type console struct {
	attendance
	changes chan struct{}
}

// attendance is what the leader is told of a console.
type attendance struct {
	ID     uint64 // unique at its node
	Tenant string
	Agent  Agent
	Status string // as last seen; empty: not known
}

// here is the consoles of a node.
type here struct {
	Node   string
	Newest uint64 // later ones are not listed yet
	Open   []attendance
}

// report is what the leader knows of a node's consoles.
type report struct {
	at   time.Time
	open map[uint64]func() // which end the attendance here
}

var errNotLeader = errors.New("another node decides about the queue")

// verdicts are the errors that a leader decides on; others mean that no leader has decided.
var verdicts = []error{ErrNotFound, ErrTaken, ErrFull, ErrUnavailable, ErrStatus}

// Errors are those that must keep their identity between nodes, by name.
func Errors() map[string]error {
	return map[string]error{
		"queue-not-found": ErrNotFound, "queue-taken": ErrTaken, "queue-full": ErrFull,
		"queue-unavailable": ErrUnavailable, "queue-status": ErrStatus,
	}
}

// NewShared makes the queue of this node. Nobody else may use local, which Run runs. The handlers are what it answers other
// nodes, by subject.
func NewShared(local *Queue, nodes Nodes) (s *Shared, handlers map[string]func(ctx context.Context, body []byte) (any, error)) {
	s = &Shared{
		local: local, nodes: nodes, log: local.log, now: local.now, consoles: map[uint64]*console{},
		visits: map[visitName]Visit{}, untold: map[visitName]struct{}{}, reports: map[string]*report{},
		told: map[visitName]struct{}{}, teams: map[visitName]string{}, wake: make(chan struct{}, 1),
	}
	return s, map[string]func(context.Context, []byte) (any, error){
		subjectAct: func(ctx context.Context, body []byte) (any, error) {
			var a act
			if err := json.Unmarshal(body, &a); err != nil {
				return nil, fmt.Errorf("decode an act on the queue: %w", err)
			}
			if leader, err := s.find(ctx); err != nil || leader != nodes.Node() {
				return nil, errNotLeader
			}
			return s.do(a)
		},
		subjectHere: func(ctx context.Context, body []byte) (any, error) {
			var h here
			if err := json.Unmarshal(body, &h); err != nil {
				return nil, fmt.Errorf("decode which consoles are open: %w", err)
			}
			if leader, err := s.find(ctx); err != nil || leader != nodes.Node() {
				return nil, errNotLeader
			}
			s.reconcile(h)
			return nil, nil
		},
		subjectLook: func(_ context.Context, body []byte) (any, error) {
			var id uint64
			if err := json.Unmarshal(body, &id); err != nil {
				return nil, fmt.Errorf("decode which console is to look: %w", err)
			}
			s.look(id)
			return nil, nil
		},
	}
}

// Run decides while this node leads, and tells the leader while another does, until ctx ends.
func (s *Shared) Run(ctx context.Context) {
	var running sync.WaitGroup
	running.Go(func() { s.local.Run(ctx) })
	running.Go(func() { s.tellVisits(ctx) })
	defer running.Wait()
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		s.report(ctx)
		select {
		case <-ctx.Done():
			s.stepDown()
			s.following.Wait()
			return
		case <-tick.C:
		}
	}
}

// tellVisits tells the leader of visits until ctx ends: rooms do not wait for it.
func (s *Shared) tellVisits(ctx context.Context) {
	again := time.NewTicker(reportEvery) // after a failure
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-again.C:
		}
		s.mu.Lock()
		untold := slices.Collect(maps.Keys(s.untold))
		s.mu.Unlock()
		for _, name := range untold {
			if ctx.Err() != nil || !s.tellVisit(name) {
				break
			}
		}
	}
}

// find looks up the leader, and begins anew where it is not the one found last.
func (s *Shared) find(ctx context.Context) (leader string, err error) {
	if leader, err = s.nodes.Lead(ctx, "queue"); err != nil {
		return "", err
	}
	s.mu.Lock()
	changed := s.leader != leader
	s.leader = leader
	if changed {
		for name := range s.visits {
			s.untold[name] = struct{}{}
		}
		s.wakeUp()
	}
	s.mu.Unlock()
	if changed && leader != s.nodes.Node() {
		s.stepDown()
	}
	return leader, nil
}

// report tells the leader, which may be this node, what it may not know of this one.
func (s *Shared) report(ctx context.Context) {
	leader, err := s.find(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.log.Warn("the queue has no leader that could be asked", "err", err)
		}
		return
	}
	s.mu.Lock()
	h := here{Node: s.nodes.Node(), Newest: s.newest}
	for _, c := range s.consoles {
		h.Open = append(h.Open, c.attendance)
	}
	s.mu.Unlock()
	if leader == h.Node {
		s.reconcile(h)
		s.expire()
	} else if err := s.nodes.TellOne(leader, subjectHere, h); err != nil {
		s.log.Warn("tell the queue's leader who is here", "err", err)
	}
}

// tellVisit tells the leader how a visit is now, or that it is gone.
func (s *Shared) tellVisit(name visitName) (told bool) {
	s.mu.Lock()
	v, ok := s.visits[name]
	delete(s.untold, name)
	s.mu.Unlock()
	a := act{What: "changed", Visit: v}
	if !ok {
		a = act{What: "gone", Tenant: name.Tenant, Room: name.Room}
	}
	if _, err := s.ask(a); err != nil {
		s.log.Warn("tell the queue's leader of a visitor; it is told again", "room", name.Room, "err", err)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.untold[name] = struct{}{}
		return false
	}
	return true
}

func (s *Shared) wakeUp() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// ask has the leader act, whoever that is by then.
func (s *Shared) ask(a act) (o outcome, err error) { return s.askFor(askWithin, a) }

func (s *Shared) askFor(within time.Duration, a act) (o outcome, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	for {
		leader, err := s.find(ctx)
		switch {
		case err != nil:
		case leader == s.nodes.Node():
			return s.do(a)
		default:
			err = s.nodes.Ask(ctx, leader, subjectAct, a, &o)
		}
		if err == nil || slices.ContainsFunc(verdicts, func(v error) bool { return errors.Is(err, v) }) {
			return o, err
		}
		select {
		case <-ctx.Done():
			return o, fmt.Errorf("%s: no node decides about the queue: %w", a.What, err)
		case <-time.After(askAgain):
		}
	}
}

// do acts as the leader.
func (s *Shared) do(a act) (outcome, error) {
	act := acts[a.What]
	if act == nil {
		return outcome{}, fmt.Errorf("the queue does not know the act %q", a.What)
	}
	return act(s, a)
}

// must is ask for acts that have no way to tell that they failed.
func (s *Shared) must(a act) outcome {
	o, err := s.ask(a)
	if err != nil {
		s.log.Error("act on the queue", "act", a.What, "err", err)
	}
	return o
}

func (s *Shared) look(id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.consoles[id]; c != nil {
		select {
		case c.changes <- struct{}{}:
		default:
		}
	}
}

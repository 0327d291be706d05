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

// act is what a node asks of the leader.
type act struct {
	What                       string
	Tenant, Person, Room, Site string     `json:",omitempty"`
	Status, Note               string     `json:",omitempty"`
	Capacity                   int        `json:",omitempty"`
	To                         To         `json:",omitzero"`
	Visit                      Visit      `json:",omitzero"`
	Node                       string     `json:",omitempty"`
	Attendance                 attendance `json:",omitzero"`
}

// outcome is what comes of an act.
type outcome struct {
	View      View        `json:",omitzero"`
	Board     Board       `json:",omitzero"`
	People    []Colleague `json:",omitempty"`
	Teams     []TeamName  `json:",omitempty"`
	Available bool        `json:",omitempty"`
	Team      string      `json:",omitempty"`
}

var acts = map[string]func(s *Shared, a act) (outcome, error){
	"accept":  func(s *Shared, a act) (o outcome, err error) { return o, s.local.Accept(a.Tenant, a.Person, a.Room) },
	"decline": func(s *Shared, a act) (o outcome, err error) { s.local.Decline(a.Tenant, a.Person, a.Room); return },
	"hand over": func(s *Shared, a act) (o outcome, err error) {
		return o, s.local.HandOver(a.Tenant, a.Room, a.Person, a.To, a.Note)
	},
	"status": func(s *Shared, a act) (o outcome, err error) {
		return o, s.local.SetStatus(a.Tenant, a.Person, a.Status)
	},
	"capacity": func(s *Shared, a act) (o outcome, err error) {
		s.local.SetCapacity(a.Tenant, a.Person, a.Capacity)
		return
	},
	"view":  func(s *Shared, a act) (o outcome, err error) { o.View = s.local.View(a.Tenant, a.Person); return },
	"board": func(s *Shared, a act) (o outcome, err error) { o.Board = s.local.Board(a.Tenant); return },
	"colleagues": func(s *Shared, a act) (o outcome, err error) {
		o.People, o.Teams = s.local.Colleagues(a.Tenant, a.Person)
		return
	},
	"available": func(s *Shared, a act) (o outcome, err error) {
		o.Available = s.local.Available(a.Tenant, a.Site)
		return
	},
	"team":    func(s *Shared, a act) (o outcome, err error) { o.Team = s.local.TeamOf(a.Tenant, a.Room); return },
	"reroute": func(s *Shared, a act) (o outcome, err error) { s.local.Reroute(context.Background(), a.Tenant); return },
	"changed": func(s *Shared, a act) (o outcome, err error) { s.change(a.Visit); return },
	"gone":    func(s *Shared, a act) (o outcome, err error) { s.forget(visitName{a.Tenant, a.Room}); return },
	"attend":  func(s *Shared, a act) (o outcome, err error) { s.attend(a.Node, a.Attendance); return },
	"left":    func(s *Shared, a act) (o outcome, err error) { s.leave(a.Node, a.Attendance.ID); return },
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

// change and forget are the leader's: the local queue learns of a visit.
func (s *Shared) change(v Visit) {
	s.mu.Lock()
	s.told[visitName{v.Tenant, v.Room}] = struct{}{}
	s.mu.Unlock()
	s.local.Changed(v)
}

func (s *Shared) forget(name visitName) {
	s.mu.Lock()
	delete(s.told, name)
	s.mu.Unlock()
	s.local.Gone(name.Tenant, name.Room)
}

// attend has the local queue know a console of a node.
func (s *Shared) attend(node string, at attendance) {
	gone := make(chan struct{})
	end := sync.OnceFunc(func() { close(gone) })
	s.mu.Lock()
	r := s.reports[node]
	if r == nil {
		r = &report{open: map[uint64]func(){}}
		s.reports[node] = r
	}
	r.at = s.now()
	known := r.open[at.ID] != nil
	if !known {
		r.open[at.ID] = end
		s.following.Add(1)
	}
	s.mu.Unlock()
	if known {
		return
	}
	changes, leave := s.local.Attend(at.Tenant, at.Agent)
	if at.Status != "" {
		_ = s.local.SetStatus(at.Tenant, at.Agent.ID, at.Status) // was one of two when it was seen
	}
	go func() {
		defer s.following.Done()
		defer leave()
		s.tellLook(node, at.ID)
		for {
			select {
			case <-gone:
				return
			case <-changes:
				s.tellLook(node, at.ID)
			}
		}
	}()
}

func (s *Shared) tellLook(node string, id uint64) {
	if node == s.nodes.Node() {
		s.look(id)
	} else if err := s.nodes.TellOne(node, subjectLook, id); err != nil {
		s.log.Warn("tell a console that the queue changed", "err", err)
	}
}

func (s *Shared) leave(node string, id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.reports[node]; r != nil && r.open[id] != nil {
		r.open[id]()
		delete(r.open, id)
	}
}

// reconcile makes what the local queue knows of a node's consoles what the node says.
func (s *Shared) reconcile(h here) {
	open := map[uint64]bool{}
	for _, at := range h.Open {
		open[at.ID] = true
		s.attend(h.Node, at)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.reports[h.Node]
	if r == nil {
		return
	}
	r.at = s.now()
	for id, end := range r.open {
		if !open[id] && id <= h.Newest {
			end()
			delete(r.open, id)
		}
	}
}

// expire forgets the consoles of nodes that say nothing any more.
func (s *Shared) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for node, r := range s.reports {
		if s.now().Sub(r.at) > reportLife {
			r.end()
			delete(s.reports, node)
		}
	}
}

func (r *report) end() {
	for _, end := range r.open {
		end()
	}
}

// stepDown empties the local queue: another node decides.
func (s *Shared) stepDown() {
	s.mu.Lock()
	for _, r := range s.reports {
		r.end()
	}
	clear(s.reports)
	told := s.told
	s.told = map[visitName]struct{}{}
	s.mu.Unlock()
	for name := range told {
		s.local.Gone(name.Tenant, name.Room)
	}
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

// Changed takes what a room of this node is now.
func (s *Shared) Changed(v Visit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.visits[visitName{v.Tenant, v.Room}] = v
	s.untold[visitName{v.Tenant, v.Room}] = struct{}{}
	s.wakeUp()
}

// Gone forgets a room of this node.
func (s *Shared) Gone(tenant, room string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.visits, visitName{tenant, room})
	delete(s.teams, visitName{tenant, room})
	s.untold[visitName{tenant, room}] = struct{}{}
	s.wakeUp()
}

// Moved forgets a room that goes on at another node, which tells of it from now on.
func (s *Shared) Moved(tenant, room string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.visits, visitName{tenant, room})
	delete(s.untold, visitName{tenant, room})
	delete(s.teams, visitName{tenant, room})
}

// Attend is Queue.Attend.
func (s *Shared) Attend(tenant string, a Agent) (changes <-chan struct{}, stop func()) {
	s.mu.Lock()
	s.newest++
	c := &console{attendance{ID: s.newest, Tenant: tenant, Agent: a}, make(chan struct{}, 1)}
	s.consoles[c.ID] = c
	at := c.attendance
	s.mu.Unlock()
	s.must(act{What: "attend", Node: s.nodes.Node(), Attendance: at})
	return c.changes, sync.OnceFunc(func() {
		s.mu.Lock()
		delete(s.consoles, at.ID)
		s.mu.Unlock()
		s.must(act{What: "left", Node: s.nodes.Node(), Attendance: at})
	})
}

// seen notes how a person stands, for the next leader.
func (s *Shared) seen(tenant, person string, note func(*attendance)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.consoles {
		if c.Tenant == tenant && c.Agent.ID == person {
			note(&c.attendance)
		}
	}
}

// SetStatus is Queue.SetStatus.
func (s *Shared) SetStatus(tenant, person, status string) error {
	_, err := s.ask(act{What: "status", Tenant: tenant, Person: person, Status: status})
	if err == nil {
		s.seen(tenant, person, func(at *attendance) { at.Status = status })
	}
	return err
}

// SetCapacity is Queue.SetCapacity.
func (s *Shared) SetCapacity(tenant, person string, capacity int) {
	s.must(act{What: "capacity", Tenant: tenant, Person: person, Capacity: capacity})
	s.seen(tenant, person, func(at *attendance) { at.Agent.Capacity = capacity })
}

// Accept is Queue.Accept.
func (s *Shared) Accept(tenant, person, room string) error {
	_, err := s.ask(act{What: "accept", Tenant: tenant, Person: person, Room: room})
	return err
}

// Decline is Queue.Decline.
func (s *Shared) Decline(tenant, person, room string) {
	s.must(act{What: "decline", Tenant: tenant, Person: person, Room: room})
}

// HandOver is Queue.HandOver.
func (s *Shared) HandOver(tenant, room, from string, to To, note string) error {
	_, err := s.ask(act{What: "hand over", Tenant: tenant, Room: room, Person: from, To: to, Note: note})
	return err
}

// View is Queue.View.
func (s *Shared) View(tenant, person string) View {
	o := s.must(act{What: "view", Tenant: tenant, Person: person})
	if me := o.View.Me; me.Capacity > 0 { // else the leader does not know the person yet
		s.seen(tenant, person, func(at *attendance) { at.Status, at.Agent.Capacity = me.Status, me.Capacity })
	}
	return o.View
}

// Board is Queue.Board.
func (s *Shared) Board(tenant string) Board { return s.must(act{What: "board", Tenant: tenant}).Board }

// Colleagues is Queue.Colleagues.
func (s *Shared) Colleagues(tenant, person string) ([]Colleague, []TeamName) {
	o := s.must(act{What: "colleagues", Tenant: tenant, Person: person})
	return o.People, o.Teams
}

// Available is Queue.Available.
func (s *Shared) Available(tenant, site string) bool {
	return s.must(act{What: "available", Tenant: tenant, Site: site}).Available
}

// TeamOf is Queue.TeamOf; while nobody leads it is what was known last.
func (s *Shared) TeamOf(tenant, room string) string {
	name := visitName{tenant, room}
	s.mu.Lock()
	last := s.teams[name]
	s.mu.Unlock()
	o, err := s.askFor(teamWithin, act{What: "team", Tenant: tenant, Room: room})
	if err != nil {
		return last
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ours := s.visits[name]; ours {
		s.teams[name] = o.Team
	}
	return o.Team
}

// Reroute is Queue.Reroute.
func (s *Shared) Reroute(_ context.Context, tenant string) {
	s.must(act{What: "reroute", Tenant: tenant})
}

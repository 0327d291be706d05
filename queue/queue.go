// Package queue decides who waits, who is next, and which agent a visitor is offered to.
//
// What must stay true: tenants never meet. A visitor is offered to at most one agent at a time and an agent at most one
// visitor; of all who accept a visitor exactly one wins. The longest waiting goes first, after those who came back or were
// handed over. A visitor whom an agent leaves alone is in the queue again without asking.
//
// All state is in memory and follows from what the rooms tell: after a restart they tell it anew.
package queue

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	checkEvery  = 250 * time.Millisecond // how late a deadline may be kept
	rerouteEach = 10 * time.Second       // how late a changed team may count, where Reroute is not called
	routeAgain  = 2 * time.Second        // after the teams could not be read
	routeWithin = 5 * time.Second        // how long that may take
)

// Queue is safe for use by many goroutines. None of its methods calls back: visitors are told and agents taken out by Run.
type Queue struct {
	config Config
	now    func() time.Time
	log    *slog.Logger
	wake   chan struct{} // for Run: something may have to be told

	mu       sync.Mutex
	desks    map[string]*desk // by tenant
	rerouted time.Time
}

// New makes an empty queue. It does nothing by itself until Run.
func New(config Config) *Queue {
	q := &Queue{config: config, now: config.Now, log: config.Log, wake: make(chan struct{}, 1), desks: map[string]*desk{}}
	if q.now == nil {
		q.now = time.Now
	}
	if q.log == nil {
		q.log = slog.Default()
	}
	return q
}

// Run keeps deadlines, tells visitors their places and takes out who handed over, until ctx ends.
func (q *Queue) Run(ctx context.Context) {
	ticker := time.NewTicker(checkEvery)
	defer ticker.Stop()
	for {
		q.step(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-q.wake:
		}
	}
}

// step is one turn of Run.
func (q *Queue) step(ctx context.Context) {
	for _, tenant := range q.stale() {
		q.Reroute(ctx, tenant)
	}
	type news struct {
		tenant string
		places map[string]place
		leaves []leave
	}
	var all []news
	q.mu.Lock()
	now := q.now()
	for tenant, d := range q.desks {
		if d.settle(now) {
			d.notify()
		}
		all = append(all, news{tenant, d.tell(now), d.leaves})
		d.leaves = nil
		if d.idle(now) {
			delete(q.desks, tenant)
		}
	}
	q.mu.Unlock()

	for _, n := range all {
		for _, l := range n.leaves {
			if q.config.Leave == nil {
				continue
			}
			if err := q.config.Leave(ctx, n.tenant, l.room, l.person, "handed-over"); err != nil {
				q.log.Warn("an agent who does not help any more is still in the room", "room", l.room, "err", err)
			}
		}
		// After those who leave: a visitor with an agent has no place.
		for room, p := range n.places {
			if q.config.Place != nil {
				q.config.Place.TellPlace(n.tenant, room, p.position, p.waitSeconds)
			}
		}
	}
}

// stale lists the tenants whose teams are to be read again.
func (q *Queue) stale() (tenants []string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := q.now().Sub(q.rerouted) >= rerouteEach
	if all {
		q.rerouted = q.now()
	}
	for tenant, d := range q.desks {
		if all || !d.routed && q.now().Sub(d.tried) >= routeAgain {
			tenants = append(tenants, tenant)
		}
	}
	return tenants
}

// Reroute reads the tenant's teams again, after they changed. Until they could be read nobody is offered to anybody.
func (q *Queue) Reroute(ctx context.Context, tenant string) {
	teams, err := q.teams(ctx, tenant)
	if err != nil && ctx.Err() == nil {
		q.log.Error("visitors are not routed by the teams as they are now", "tenant", tenant, "err", err)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	d := q.desks[tenant]
	if d == nil {
		return
	}
	if d.tried = q.now(); err != nil {
		return
	}
	d.reroute(teams)
	if d.settle(q.now()) {
		d.notify()
		q.wakeUp()
	}
}

func (q *Queue) teams(ctx context.Context, tenant string) ([]Team, error) {
	if q.config.Routing == nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, routeWithin)
	defer cancel()
	return q.config.Routing(ctx, tenant)
}

// routeFirst reads the teams of a tenant that has just come to work.
func (q *Queue) routeFirst(tenant string) {
	q.mu.Lock()
	d := q.desks[tenant]
	first := d != nil && !d.routed && d.tried.IsZero()
	q.mu.Unlock()
	if first {
		q.Reroute(context.Background(), tenant)
	}
}

// with does act on the tenant's desk, which is made if need be, and lets everybody know where act says that it changed.
func (q *Queue) with(tenant string, act func(d *desk, now time.Time) (changed bool)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	d := q.desks[tenant]
	if d == nil {
		d = newDesk(now)
		q.desks[tenant] = d
	}
	if !act(d, now) {
		return
	}
	d.settle(now)
	d.notify()
	q.wakeUp()
}

// look reads the tenant's desk; an unknown tenant has an empty one.
func (q *Queue) look(tenant string, read func(d *desk, now time.Time)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	d := q.desks[tenant]
	now := q.now()
	if d == nil {
		d = newDesk(now)
	}
	read(d, now)
}

func (q *Queue) wakeUp() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// notify makes every console of the tenant look again.
func (d *desk) notify() {
	for _, a := range d.agents {
		for console := range a.consoles {
			select {
			case console <- struct{}{}:
			default:
			}
		}
	}
}

// Changed takes what a room is now.
func (q *Queue) Changed(v Visit) {
	q.with(v.Tenant, func(d *desk, now time.Time) bool { return d.change(v, now) })
	q.routeFirst(v.Tenant)
}

// Gone forgets a room.
func (q *Queue) Gone(tenant, room string) {
	q.with(tenant, func(d *desk, _ time.Time) bool {
		v := d.visits[room]
		delete(d.visits, room)
		return v != nil && (v.Help || len(v.Helpers) > 0)
	})
}

// Attend counts an open console of the agent, who is available with the first one. changes has a value whenever View may
// have changed; it is never closed. stop ends the console and may be called again.
func (q *Queue) Attend(tenant string, a Agent) (changes <-chan struct{}, stop func()) {
	console := make(chan struct{}, 1)
	q.with(tenant, func(d *desk, _ time.Time) bool {
		known := d.agents[a.ID]
		if known == nil {
			known = &agent{status: Available, consoles: map[chan struct{}]struct{}{}}
			d.agents[a.ID] = known
		}
		a.Capacity = max(a.Capacity, 1)
		known.Agent = a
		known.consoles[console] = struct{}{}
		return true
	})
	q.routeFirst(tenant)
	<-console // the first look needs no call
	return console, sync.OnceFunc(func() {
		q.with(tenant, func(d *desk, now time.Time) bool {
			known := d.agents[a.ID]
			if known == nil {
				return false
			}
			delete(known.consoles, console)
			if len(known.consoles) == 0 {
				known.left = now
			}
			return true
		})
	})
}

// SetStatus makes the person Available or Away. ErrNotFound: no console of the person's is open.
func (q *Queue) SetStatus(tenant, person, status string) (err error) {
	if status != Available && status != Away {
		return ErrStatus
	}
	q.with(tenant, func(d *desk, _ time.Time) bool {
		a := d.agents[person]
		if a == nil {
			err = ErrNotFound
			return false
		}
		changed := a.status != status
		a.status, a.missed = status, 0
		return changed
	})
	return err
}

// SetCapacity changes how many visitors the person takes at once.
func (q *Queue) SetCapacity(tenant, person string, capacity int) {
	q.with(tenant, func(d *desk, _ time.Time) bool {
		a := d.agents[person]
		if a == nil {
			return false
		}
		a.Capacity = max(capacity, 1)
		return true
	})
}

// Accept takes a waiting visitor, offered or not. Exactly one wins and has ShowUp to come into the room. To accept again
// what one has is no error.
func (q *Queue) Accept(tenant, person, room string) (err error) {
	q.with(tenant, func(d *desk, now time.Time) bool {
		err = d.accept(person, room, now)
		return err == nil
	})
	return err
}

// Decline lets the visitor offered to the person pass, or takes back the person's own hand-over.
func (q *Queue) Decline(tenant, person, room string) {
	q.with(tenant, func(d *desk, now time.Time) bool { d.decline(person, room, now); return true })
}

// HandOver offers a visitor whom from helps to a colleague or a team; from stays until somebody came. If nobody takes it,
// from keeps the visitor and View says so. ErrUnavailable: nobody there has an open console and is available.
func (q *Queue) HandOver(tenant, room, from string, to To, note string) (err error) {
	q.with(tenant, func(d *desk, now time.Time) bool {
		err = d.give(room, from, to, note, now)
		return err == nil
	})
	return err
}

// View is what the person sees now.
func (q *Queue) View(tenant, person string) (view View) {
	q.look(tenant, func(d *desk, now time.Time) { view = d.view(person, now) })
	return view
}

// Board is what a manager sees now.
func (q *Queue) Board(tenant string) (board Board) {
	q.look(tenant, func(d *desk, now time.Time) { board = d.board(now) })
	return board
}

// Colleagues lists the people with an open console but for the person, and the teams in which one of them is available.
func (q *Queue) Colleagues(tenant, person string) (people []Colleague, teams []TeamName) {
	q.look(tenant, func(d *desk, _ time.Time) { people, teams = d.colleagues(person) })
	return people, teams
}

// Available says whether somebody is there who could be offered a visitor of the site, now or when free.
func (q *Queue) Available(tenant, site string) (available bool) {
	q.look(tenant, func(d *desk, _ time.Time) {
		for id, a := range d.agents {
			available = available || (a.status == Available && mayServe(d.teams, site, id))
		}
	})
	return available
}

// TeamOf is the ID of the team that a room is for; empty: everybody's.
func (q *Queue) TeamOf(tenant, room string) (team string) {
	q.look(tenant, func(d *desk, _ time.Time) {
		if v := d.visits[room]; v != nil {
			team = v.team()
		}
	})
	return team
}

package queue

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Times that people are given.
const (
	OfferFor = 30 * time.Second // to accept, before the next agent is asked
	ShowUp   = 15 * time.Second // to come into the room after accepting, or back after the connection broke
	GoneFor  = 15 * time.Second // without an open console, until an agent counts as gone
	AskAgain = time.Minute      // before a visitor is offered again to somebody who let it pass, if nobody else is free
)

// missesToAway is after how many missed offers in a row an agent is taken to be away.
const missesToAway = 2

// desk is the state of one tenant's queue. It is pure: no lock, no clock, no goroutine; the time is passed in. After each
// change settle brings it to rest.
type desk struct {
	began  time.Time
	teams  []Team
	routed bool // teams are known; before, nobody may take anybody
	tried  time.Time
	visits map[string]*visit
	agents map[string]*agent
	waits  map[string]*waits // by team
	leaves []leave           // to be carried out
}

// leave is an agent to be taken out of a room.
type leave struct{ room, person string }

// visit is a room and where it stands. It waits while it needs somebody and is held for nobody.
type visit struct {
	Visit
	asked    *Visit   // as it was when help was asked for: the routing goes by that
	teams    []string // who may take it; none: everybody
	handed   string   // the team that it was handed to, which then is its team
	front    time.Time
	first    int // the place at which the wait began; 0: not counted yet
	told     place
	offer    *offer
	held     hold
	passed   map[string]time.Time // who let it pass, and when
	handOver *handOver
	refused  *handOver // the last one, which nobody took
}

type place struct{ position, waitSeconds int }

type offer struct {
	person string
	until  time.Time
}

// hold keeps a visitor for one agent until then.
type hold struct {
	person string // empty: for nobody
	until  time.Time
	lost   bool // the agent was in the room; else accepted and is on the way
}

type handOver struct {
	from, fromName string
	to             To
	toName, note   string
}

type agent struct {
	Agent
	status   string
	missed   int // offers in a row
	asked    time.Time
	consoles map[chan struct{}]struct{}
	left     time.Time // when the last console closed
}

func newDesk(now time.Time) *desk {
	return &desk{began: now, visits: map[string]*visit{}, agents: map[string]*agent{}, waits: map[string]*waits{}}
}

func (v *visit) helpedBy(person string) bool { return slices.Contains(v.Helpers, person) }

func (v *visit) waiting() bool {
	return v.Help && v.held.person == "" && (len(v.Helpers) == 0 || v.handOver != nil)
}

// team is the one that the visit counts for; empty: everybody's.
func (v *visit) team() string {
	switch {
	case v.handed != "":
		return v.handed
	case len(v.teams) > 0:
		return v.teams[0]
	}
	return ""
}

func (v *visit) letPass(person string, now time.Time) {
	if v.passed == nil {
		v.passed = map[string]time.Time{}
	}
	v.passed[person] = now
	v.offer = nil
}

// change takes what a room is now, and says whether anybody could see a difference.
func (d *desk) change(to Visit, now time.Time) bool {
	v := d.visits[to.Room]
	if v == nil {
		v = &visit{}
		d.visits[to.Room] = v
	}
	before := v.Visit
	if to.Help && to.Asked.IsZero() { // or it would go before all others
		to.Asked = now
		if before.Help {
			to.Asked = before.Asked
		}
	}
	v.Visit = to
	if same(before, to) {
		return false
	}
	if to.Help && v.asked == nil {
		v.asked = &to
		v.teams = route(d.teams, to)
	}
	switch {
	case !to.Help:
	case v.handOver != nil:
		d.finishHandOver(v, now)
	case len(to.Helpers) > 0:
		if v.held.person == "" && len(before.Helpers) == 0 {
			d.count(v, now) // came without accepting
		}
		v.held, v.front, v.passed = hold{}, time.Time{}, nil
	case len(before.Helpers) > 0:
		v.held = hold{before.Helpers[0], now.Add(ShowUp), true}
	}
	return before.Help || to.Help || len(before.Helpers)+len(to.Helpers) > 0
}

func same(a, b Visit) bool {
	texts := func(v Visit) [8]string {
		return [...]string{v.Tenant, v.Room, v.Site, v.Path, v.Lang, v.Name, v.Page, v.Title}
	}
	return texts(a) == texts(b) && a.Help == b.Help && a.Here == b.Here && a.Asked.Equal(b.Asked) && slices.Equal(a.Helpers, b.Helpers)
}

// finishHandOver lets the old agent go once a new one is in the room.
func (d *desk) finishHandOver(v *visit, now time.Time) {
	arrived := func(person string) bool {
		return person == v.held.person || (person != v.handOver.from && d.may(person, v))
	}
	if !slices.ContainsFunc(v.Helpers, arrived) {
		return
	}
	if v.helpedBy(v.handOver.from) {
		d.leaves = append(d.leaves, leave{v.Room, v.handOver.from})
	}
	v.handOver, v.held, v.front, v.passed, v.offer = nil, hold{}, time.Time{}, nil, nil
}

// may says whether the visit could come to the person.
func (d *desk) may(person string, v *visit) bool {
	switch {
	case !d.routed:
		return false
	case v.handOver != nil && v.handOver.to.Person != "":
		return person == v.handOver.to.Person
	case v.handOver != nil:
		return person != v.handOver.from && d.member(person, v.handOver.to.Team)
	case v.handed != "":
		return d.member(person, v.handed)
	}
	return len(v.teams) == 0 || slices.ContainsFunc(v.teams, func(team string) bool { return d.member(person, team) })
}

func (d *desk) member(person, team string) bool {
	return slices.ContainsFunc(d.teams, func(t Team) bool { return t.ID == team && slices.Contains(t.Members, person) })
}

// reroute takes the tenant's teams as they are now.
func (d *desk) reroute(teams []Team) {
	d.teams, d.routed = teams, true
	for _, v := range d.visits {
		if v.asked != nil {
			v.teams = route(teams, *v.asked)
		}
		if !slices.ContainsFunc(teams, func(t Team) bool { return t.ID == v.handed && len(t.Members) > 0 }) {
			v.handed = ""
		}
	}
}

// line is who waits, in the order in which they are helped: who came back or was handed over, then the longest waiting.
func (d *desk) line() []*visit {
	var line []*visit
	for _, v := range d.visits {
		if v.waiting() {
			line = append(line, v)
		}
	}
	slices.SortFunc(line, func(a, b *visit) int {
		if a.front.IsZero() != b.front.IsZero() {
			if b.front.IsZero() {
				return -1
			}
			return 1
		}
		return cmp.Or(a.front.Compare(b.front), a.Asked.Compare(b.Asked), cmp.Compare(a.Room, b.Room))
	})
	return line
}

// active is how many visitors the person has, those on the way to the person included.
func (d *desk) active(person string) (n int) {
	for _, v := range d.visits {
		if v.helpedBy(person) || v.held.person == person {
			n++
		}
	}
	return n
}

func (d *desk) free(a *agent) bool { return d.active(a.ID) < a.Capacity }

// offered is the visit that is offered to the person; nil: none.
func (d *desk) offered(person string) *visit {
	for _, v := range d.visits {
		if v.offer != nil && v.offer.person == person {
			return v
		}
	}
	return nil
}

// settle ends what is over at now and offers whom it can. It says whether anything changed.
func (d *desk) settle(now time.Time) (changed bool) {
	for id, a := range d.agents {
		if len(a.consoles) == 0 && now.Sub(a.left) >= GoneFor {
			delete(d.agents, id)
			changed = true
		}
	}
	for _, v := range d.visits {
		changed = d.expire(v, now) || changed
	}
	return d.offer(now) || changed
}

// offer gives each of those who wait, in their order, the best of the agents who are free.
func (d *desk) offer(now time.Time) (changed bool) {
	var free []*agent
	for _, a := range d.agents {
		if len(a.consoles) > 0 && a.status == Available && d.free(a) && d.offered(a.ID) == nil {
			free = append(free, a)
		}
	}
	if len(free) == 0 {
		return false
	}
	for _, v := range d.line() {
		if v.offer != nil || !v.Here {
			continue
		}
		if a := d.choose(v, free, now); a != nil {
			v.offer, a.asked = &offer{a.ID, now.Add(OfferFor)}, now
			free = slices.DeleteFunc(free, func(other *agent) bool { return other == a })
			changed = true
		}
	}
	return changed
}

// expire ends what is over for one visit.
func (d *desk) expire(v *visit, now time.Time) (changed bool) {
	if h := v.held; h.person != "" {
		_, attends := d.agents[h.person]
		attends = attends || now.Sub(d.began) < GoneFor // the console may not have been heard of yet
		if !v.Help || !now.Before(h.until) || !attends {
			v.held = hold{}
			if h.lost { // the room would hold the agent's place for longer, and not tell the visitor's
				d.leaves = append(d.leaves, leave{v.Room, h.person})
			} else {
				v.letPass(h.person, now)
				d.miss(h.person)
			}
			if v.front.IsZero() {
				v.front = now
			}
			changed = true
		}
	}
	if o := v.offer; o != nil {
		a := d.agents[o.person]
		switch {
		case !v.waiting() || a == nil || a.status != Available || !d.may(a.ID, v) || !d.free(a):
			v.offer = nil
			changed = true
		case !now.Before(o.until):
			v.letPass(o.person, now)
			if v.Here { // else the visitor was the one who was not there
				d.miss(o.person)
			}
			changed = true
		}
	}
	if v.handOver != nil && v.held.person == "" && !d.anybodyLeft(v) {
		v.refused, v.handOver, v.passed, v.offer = v.handOver, nil, nil, nil
		if v.helpedBy(v.refused.from) {
			v.front = time.Time{}
		}
		changed = true
	}
	return changed
}

func (d *desk) miss(person string) {
	a := d.agents[person]
	if a == nil {
		return
	}
	if a.missed++; a.missed >= missesToAway {
		a.status, a.missed = Away, 0
	}
}

// anybodyLeft says whether somebody may still take over, now or when free.
func (d *desk) anybodyLeft(v *visit) bool {
	for id, a := range d.agents {
		if _, passed := v.passed[id]; !passed && a.status == Available && d.may(id, v) && !v.helpedBy(id) {
			return true
		}
	}
	return false
}

// choose finds whom to offer the visit to: who has the fewest visitors, then who was asked longest ago. Whoever let it pass
// is asked again only when nobody else is free, and not at once.
func (d *desk) choose(v *visit, free []*agent, now time.Time) *agent {
	var fresh, again []*agent
	for _, a := range free {
		passed, before := v.passed[a.ID]
		switch {
		case !d.may(a.ID, v) || v.helpedBy(a.ID):
		case !before:
			fresh = append(fresh, a)
		case v.handOver == nil && now.Sub(passed) >= AskAgain:
			again = append(again, a)
		}
	}
	if len(fresh) == 0 {
		fresh = again
	}
	if len(fresh) == 0 {
		return nil
	}
	return slices.MinFunc(fresh, func(a, b *agent) int {
		return cmp.Or(cmp.Compare(d.active(a.ID), d.active(b.ID)), a.asked.Compare(b.asked), cmp.Compare(a.ID, b.ID))
	})
}

// accept gives a waiting visitor to the person.
func (d *desk) accept(person, room string, now time.Time) error {
	v, a := d.visits[room], d.agents[person]
	switch {
	case v == nil || a == nil || !v.Help:
		return ErrNotFound
	case v.held.person == person:
		v.held = hold{person, now.Add(ShowUp), v.held.lost}
		return nil
	case v.helpedBy(person):
		return nil
	case !d.may(person, v):
		return ErrNotFound
	case !v.waiting():
		return ErrTaken
	case !d.free(a):
		return ErrFull
	}
	d.count(v, now)
	v.held, v.offer = hold{person, now.Add(ShowUp), false}, nil
	a.missed = 0
	return nil
}

// count remembers the wait of a visitor who is helped for the first time.
func (d *desk) count(v *visit, now time.Time) {
	if v.first == 0 || !v.front.IsZero() {
		return
	}
	if d.waits[v.team()] == nil {
		d.waits[v.team()] = &waits{}
	}
	d.waits[v.team()].add(now, now.Sub(v.Asked), v.first)
}

// decline lets an offer pass, or takes back a hand-over of the person's own.
func (d *desk) decline(person, room string, now time.Time) {
	v := d.visits[room]
	switch {
	case v == nil:
	case v.offer != nil && v.offer.person == person:
		v.letPass(person, now)
		if a := d.agents[person]; a != nil {
			a.missed = 0
		}
	case v.handOver != nil && v.handOver.from == person && v.held.person == "":
		v.handOver, v.offer, v.passed, v.front = nil, nil, nil, time.Time{}
	}
}

// give offers a visitor whom from helps to somebody else.
func (d *desk) give(room, from string, to To, note string, now time.Time) error {
	v := d.visits[room]
	if v == nil || !v.Help || !v.helpedBy(from) || (to.Person == "") == (to.Team == "") {
		return ErrNotFound
	}
	if v.held.person != "" {
		return ErrTaken
	}
	name := from
	if a := d.agents[from]; a != nil {
		name = a.Name
	}
	draft := *v
	draft.passed, draft.handOver = nil, &handOver{from, name, to, d.nameOf(to), note}
	if to.Person == from || v.helpedBy(to.Person) || !d.anybodyLeft(&draft) {
		return ErrUnavailable
	}
	if a := d.agents[to.Person]; a != nil && !d.free(a) {
		return ErrFull
	}
	v.handOver, v.passed, v.offer, v.refused, v.front = draft.handOver, nil, nil, nil, now
	if to.Team != "" {
		v.handed = to.Team
	}
	return nil
}

// nameOf is what people call the receiver; an agent who is gone has no name here.
func (d *desk) nameOf(to To) string {
	if a := d.agents[to.Person]; a != nil {
		return a.Name
	}
	for _, t := range d.teams {
		if t.ID == to.Team {
			return t.Name
		}
	}
	return ""
}

// places are what visitors are to be told: by room, of those whom nobody helps yet. A visitor counts who is ahead and could
// be taken by the same people.
func (d *desk) places(now time.Time) map[*visit]place {
	places := map[*visit]place{}
	var ahead []*visit
	for _, v := range d.line() {
		if len(v.Helpers) > 0 {
			continue
		}
		position := 1
		for _, other := range ahead {
			if rivals(v, other) {
				position++
			}
		}
		ahead = append(ahead, v)
		p := place{position: position}
		if recent := d.waits[v.team()]; recent != nil && d.served(v) {
			p.waitSeconds = int(recent.estimate(now, position).Seconds())
		}
		places[v] = p
	}
	return places
}

func rivals(a, b *visit) bool {
	return len(a.teams) == 0 || len(b.teams) == 0 ||
		slices.ContainsFunc(a.teams, func(team string) bool { return slices.Contains(b.teams, team) })
}

// served says whether somebody works whom the visit could come to; else no wait can be foretold.
func (d *desk) served(v *visit) bool {
	for id, a := range d.agents {
		if a.status == Available && d.may(id, v) {
			return true
		}
	}
	return false
}

// tell returns the places that differ from what the visitors were told last.
func (d *desk) tell(now time.Time) map[string]place {
	news := map[string]place{}
	places := d.places(now)
	for _, v := range d.visits {
		p, waits := places[v]
		if waits && v.first == 0 {
			v.first = p.position
		}
		if waits && p != v.told {
			news[v.Room] = p
		}
		if waits || len(v.Helpers) > 0 { // told anew after somebody helped
			v.told = p
		}
	}
	return news
}

// idle says whether nothing would be lost with the desk.
func (d *desk) idle(now time.Time) bool {
	maps.DeleteFunc(d.waits, func(_ string, w *waits) bool { return w.estimate(now, 1) == 0 })
	return len(d.visits)+len(d.agents)+len(d.waits)+len(d.leaves) == 0
}

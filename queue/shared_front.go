package queue

import (
	"context"
	"sync"
)

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

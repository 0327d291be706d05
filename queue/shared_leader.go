package queue

import (
	"context"
	"sync"
)

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

package rooms

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"alongside/wire"
)

// record is what another node needs to go on with a room: who is in it, what they agreed to, and what was asked. Nothing
// of the visitor's page but its address and title, and nothing of the chat.
type record struct {
	Tenant, Site, SiteName string
	Lang, Salt             string
	Device                 Device
	Unseen                 bool
	Opened                 time.Time
	Policy                 json.RawMessage
	State                  wire.RoomState
	Page                   wire.PageBody
	PageSince              time.Time
	Paused                 bool
	Tabs, Persons          map[string]uint16
	Sources                []sourceRecord
	Members                []memberRecord

	Help            bool
	Asked, Accepted time.Time
	AskedOn         string
	Answers         []Answer
	Name, Visitor   string
	User            User
	Address         string
	OptedOut        bool
	Receipt         string
	Came            []string
	Handler         string
	Chats           int
	Given           uint32 // the highest number given to a message
	Reads           map[uint16]uint32
	Views           map[uint16]int // questions to see the page
}

type sourceRecord struct {
	Number uint16
	Tab    string
	Page   wire.PageBody
	Hidden bool
}

type memberRecord struct {
	Number uint16
	Person Person
	Grants []string // that were given
	Asks   []string // that the visitor has not answered
}

// sketch is the record of the room as it stands, some of it still the room's. It runs under the mutex.
func (r *Room) sketch() record {
	c := record{
		Tenant: r.tenant, Site: r.site, SiteName: r.siteName, Lang: r.lang, Salt: r.salt, Device: r.device, Unseen: r.unseen,
		Opened: r.opened, Policy: r.policy, State: r.state, Page: r.page, PageSince: r.pageSince, Paused: r.paused,
		Tabs: r.tabs, Persons: r.persons, Help: r.help, Asked: r.asked, Accepted: r.accepted, AskedOn: r.askedOn,
		Answers: r.answers, Name: r.name, Visitor: r.visitor, User: r.user, Address: r.address, OptedOut: r.optedOut,
		Receipt: r.receipt, Came: r.came, Handler: r.handler, Chats: r.chats, Given: r.chat.given, Reads: r.reads,
		Views: map[uint16]int{},
	}
	for _, s := range r.sources {
		c.Sources = append(c.Sources, sourceRecord{s.number, s.tab, s.page, s.hidden})
	}
	for _, m := range r.members {
		k := memberRecord{Number: m.number, Person: m.person}
		for what, p := range m.grants {
			if p.granted {
				k.Grants = append(k.Grants, what)
			} else {
				k.Asks = append(k.Asks, what)
			}
		}
		c.Members = append(c.Members, k)
	}
	for number, n := range r.views {
		c.Views[number] = n.count
	}
	return c
}

// look is a sketch without what is still the room's.
func (r *Room) look() record {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.sketch()
	c.Tabs, c.Persons, c.Reads = nil, nil, nil
	return c
}

// encode is the record as it is written down. It runs under the mutex.
func (r *Room) encode() []byte {
	b, err := json.Marshal(r.sketch())
	if err != nil {
		panic(fmt.Sprintf("rooms: a record does not encode: %v", err)) // plain fields and a policy that was read
	}
	return b
}

func readRecord(b []byte) (c record, err error) {
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("decode a room's record: %w", err)
	}
	if c.Tenant == "" || c.Site == "" {
		return c, ErrNotFound // owned, but never written
	}
	return c, nil
}

// restored makes the room of a record. Nobody is connected: each keeps the place for as long as after a broken
// connection.
func restored(h *Hub, id string, fence uint64, c record, now time.Time) *Room {
	r := newRoom(h, Opening{
		Tenant: c.Tenant, Site: c.Site, SiteName: c.SiteName, Policy: c.Policy, Lang: c.Lang, Device: c.Device,
		Page: c.Page, Name: c.Name, Visitor: c.Visitor, User: c.User, Address: c.Address, Unseen: c.Unseen,
	}, now)
	r.id, r.fence, r.salt, r.opened = id, fence, c.Salt, c.Opened
	r.state, r.pageSince, r.paused = c.State, c.PageSince, c.Paused
	r.help, r.asked, r.accepted, r.askedOn, r.answers = c.Help, c.Asked, c.Accepted, c.AskedOn, c.Answers
	r.optedOut, r.receipt, r.came, r.handler, r.chats = c.OptedOut, c.Receipt, c.Came, c.Handler, c.Chats
	r.written = c.Receipt != ""
	r.chat.given = c.Given
	maps.Copy(r.tabs, c.Tabs)
	maps.Copy(r.persons, c.Persons)
	maps.Copy(r.reads, c.Reads)
	for number, count := range c.Views {
		r.views[number] = &nagging{count: count, last: now}
	}
	for _, s := range c.Sources {
		src := &source{number: s.Number, tab: s.Tab, page: s.Page, hidden: s.Hidden, until: now.Add(wire.ReconnectWindow)}
		if src.page.Leaving || !src.page.Visible {
			src.until = now.Add(wire.AwayWindow)
		}
		r.sources = append(r.sources, src)
	}
	for _, k := range c.Members {
		m := &member{number: k.Number, person: k.Person, grants: map[string]*permission{}, until: now.Add(wire.ReconnectWindow)}
		for _, what := range k.Grants {
			m.grants[what] = &permission{granted: true}
		}
		for _, what := range k.Asks {
			m.grants[what] = &permission{deadline: now.Add(wire.ViewConsentTimeout)}
		}
		r.members = append(r.members, m)
	}
	r.due.Store(r.deadline().UnixNano())
	return r
}

// recall fills in the chat from the transcript.
func (r *Room) recall(ctx context.Context) error {
	messages, err := r.hub.Transcript.Messages(ctx, r.tenant, r.id)
	if err != nil {
		return fmt.Errorf("read the transcript of a room: %w", err)
	}
	r.lock()
	defer r.unlock()
	for _, m := range messages {
		by := author{member: visitorMember, role: m.Role, person: m.Person, name: m.Name}
		if m.Person != "" {
			by.member = r.persons[m.Person]
		}
		body := wire.ChatBody{ID: m.ID, Text: m.Text}
		r.chat.add(toChatID(m.ID), uint32(m.N), r.chatFrame(body, by, uint32(m.N), m.At))
		r.chat.given = max(r.chat.given, uint32(m.N))
	}
	return nil
}

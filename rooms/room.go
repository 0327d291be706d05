package rooms

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"alongside/wire"
)

// visitorMember is the visitor's number in every room; agents follow.
const visitorMember = 1

// maxTabsEver bounds how many different tabs a visitor may bring into one room over its life.
const maxTabsEver = 256

// Room is one visitor and the agents who help. It owns no goroutine.
type Room struct {
	// Fixed.
	hub                        *Hub
	id, tenant, site, siteName string
	lang, salt                 string
	device                     Device
	unseen                     bool // nobody may ask to see the page
	opened                     time.Time
	fence                      uint64

	keeping sync.Mutex // held while the record is written, so that the newest is the last; taken before mu

	held atomic.Int64 // bytes of checkpoints and assets
	due  due

	turn            chan struct{} // holds one: whose turn it is to write about the session
	written, closed bool          // the writer's: the log knows that the session opened, ended

	mu        sync.Mutex // guards everything below; held for memory operations only
	moved     bool       // the room goes on elsewhere: nothing counts here any more
	policy    json.RawMessage
	state     wire.RoomState
	why       string // it ended
	endedAt   time.Time
	page      wire.PageBody // the newest of any tab
	pageSince time.Time
	paused    bool
	lobby     []*Seat   // attached, no hello yet
	sources   []*source // by number
	members   []*member // agents, by number
	tabs      map[string]uint16
	persons   map[string]uint16
	assets    assetList
	changed   changes

	// Who the visitor is and what was asked.
	help            bool
	asked, accepted time.Time // help was asked for; the first agent came
	askedOn         string    // URL
	answers         []Answer
	name, visitor   string
	user            User
	address         string
	optedOut        bool
	receipt         string
	place           *wire.PlaceBody // in the queue; nil: not known

	// Who helped, and what was said.
	came       []string // IDs of the agents
	handler    string   // who came last
	views      map[uint16]*nagging
	chat       chatLog
	chats      int
	allowances map[uint16]*allowance // by member
	reads      map[uint16]uint32     // by member

	news    bool                        // presence has not been told of what changed
	telling bool                        // somebody tells it
	woken   []*Seat                     // to be told after unlock
	later   []func(ctx context.Context) // to be done after unlock
}

// changes is what settle has to look after before the mutex is let go.
type changes struct{ roster, tabs, presence, standing bool }

// source is a tab of the visitor. All fields but the first two are under the room's mutex.
type source struct {
	number uint16 // fixed
	tab    string // fixed

	seat      *Seat // nil: not connected
	page      wire.PageBody
	hidden    bool      // on a page of which nothing leaves
	until     time.Time // not connected: when the tab is given up
	capturing bool      // was asked to start on this connection
	asked     time.Time // the keyframe asked for and not begun; zero: none
	viewport  wire.Frame
	log       stateLog
}

// member is an agent. All fields but the first two are under the room's mutex.
type member struct {
	number uint16 // fixed
	person Person // fixed

	seat   *Seat                  // nil: not connected
	until  time.Time              // not connected: when the place is given up
	grants map[string]*permission // by what
	marks  []mark                 // how far in the assets the screen was, oldest first
}

// mark says that before state frame at of epoch the screen was sent all assets numbered below assets. Since a connection
// keeps order, a screen that applied that frame has them.
type mark struct {
	source uint16
	epoch  uint32
	at     int
	assets int
}

const maxMarks = 64

// permission is the visitor's word on one thing to one agent.
type permission struct {
	granted  bool
	deciding bool      // a grant is being written down
	deadline time.Time // not granted: when the question expires
}

func (m *member) may(what string) bool {
	p := m.grants[what]
	return p != nil && p.granted
}

func newRoom(h *Hub, o Opening, now time.Time) *Room {
	r := &Room{
		hub: h, id: randomHex(16), tenant: o.Tenant, site: o.Site, siteName: o.SiteName, lang: o.Lang,
		salt: randomURL(saltBytes), device: o.Device, unseen: o.Unseen, opened: now, policy: o.Policy, state: wire.RoomBrowsing,
		page: o.Page, pageSince: now, tabs: map[string]uint16{}, persons: map[string]uint16{}, turn: make(chan struct{}, 1),
		name: o.Name, visitor: o.Visitor, user: o.User, address: o.Address,
		views: map[uint16]*nagging{}, allowances: map[uint16]*allowance{}, reads: map[uint16]uint32{},
	}
	if o.OptedOut {
		r.forgetVisitor()
	}
	if o.Help {
		r.askFor(Asking{Answers: o.Answers, Name: o.Name, Page: r.page}, now)
		r.state = wire.RoomWaiting
	}
	r.due = due{list: &h.dues, room: r, at: never, next: never}
	r.due.Store(now.Add(wire.ReconnectWindow).UnixNano())
	return r
}

// lock takes the room's mutex; unlock settles what changed, lets it go, and only then tells the readers and writes down
// what is to be written.
func (r *Room) lock() { r.mu.Lock() }

func (r *Room) unlock() {
	if after := r.release(); after != nil {
		after(context.Background())
	}
}

// release is the part of unlock that never waits; after, if any, is the rest.
func (r *Room) release() (after func(context.Context)) {
	var few [8]*Seat
	r.settle()
	woken := append(few[:0], r.woken...)
	r.woken = r.woken[:0]
	for _, s := range woken {
		s.woken = false
	}
	later := r.later
	r.later = nil
	publish := r.changed.presence
	r.changed.presence = false
	r.mu.Unlock()
	for _, s := range woken {
		s.flush()
	}
	if r.hub.held.Load() > r.hub.MemoryBytes {
		r.hub.shedMemory()
	}
	if !publish && len(later) == 0 {
		return nil
	}
	return func(ctx context.Context) {
		if publish {
			r.publish()
		}
		ctx, cancel := context.WithTimeout(ctx, recordTimeout)
		defer cancel()
		for _, f := range later {
			f(ctx)
		}
	}
}

// settle makes the room's state and what the others were told of it agree. It runs under the mutex.
func (r *Room) settle() {
	if r.moved {
		r.changed, r.later = changes{}, nil
		return
	}
	if r.changed == (changes{}) || r.state == wire.RoomEnded {
		return
	}
	c := r.changed
	r.changed = changes{presence: c.presence || c.standing || c.roster || c.tabs}
	if c.roster {
		r.tellAll(wire.NewJSON(wire.Members, wire.MembersBody{Members: r.roster()}))
	}
	if c.tabs {
		r.tellAgents(wire.NewJSON(wire.Sources, wire.SourcesBody{Sources: r.tabList()}))
	}
	now := r.standing()
	if r.optedOut && !r.help && len(r.members) == 0 {
		r.end("the visitor opted out")
		return
	}
	if now != r.state {
		r.state = now
		r.tellAll(wire.NewJSON(wire.Room, wire.RoomBody{State: now}))
	}
	r.capture()
	r.due.Store(r.deadline().UnixNano())
}

// freePage forgets everything of the visitor's page.
func (r *Room) freePage() {
	for _, s := range r.sources {
		s.log.drop()
		s.viewport = nil
	}
	r.assets.drop()
	r.weigh()
}

// weigh brings the byte counts of room and hub up to date.
func (r *Room) weigh() {
	n := int64(r.assets.bytes)
	for _, s := range r.sources {
		n += int64(s.log.bytes())
	}
	r.hub.held.Add(n - r.held.Swap(n))
}

// end closes the room for all. It runs under the mutex.
func (r *Room) end(why string) {
	if r.state == wire.RoomEnded {
		return
	}
	now := r.hub.Clock()
	r.tellAll(wire.NewJSON(wire.Room, wire.RoomBody{State: wire.RoomEnded}))
	r.state, r.why, r.endedAt = wire.RoomEnded, why, now
	for _, s := range append(r.seats(), r.lobby...) {
		s.close(wire.Closef(wire.CloseEnded, "%s", why))
	}
	r.freePage()
	r.sources, r.members = nil, nil
	r.changed = changes{presence: true}
	r.due.Store(math.MaxInt64)
	r.later = append(r.later, r.free, r.bury)
}

// free forgets what the room shared with other nodes.
func (r *Room) free(ctx context.Context) {
	if err := r.hub.Shared.FreeRoom(ctx, r.tenant, r.id, r.fence); err != nil {
		r.hub.Logger.Warn("free what a room shared", "room", r.id, "err", err)
	}
}

// End ends the room from outside.
func (r *Room) End(why string) {
	r.lock()
	defer r.unlock()
	r.end(why)
}

func (r *Room) ended() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state == wire.RoomEnded
}

func (r *Room) closeAll(why *wire.CloseError) {
	r.lock()
	defer r.unlock()
	for _, s := range append(r.seats(), r.lobby...) {
		s.close(why)
	}
}

// takeOut closes a person's connections with why, tells how many that were, and gives up the place in the room.
func (r *Room) takeOut(person string, why *wire.CloseError) (closed int) {
	r.lock()
	defer r.unlock()
	for _, s := range append(r.seats(), r.lobby...) {
		if s.claim.Role == wire.Agent && s.claim.Person == person {
			s.close(why)
			closed++
		}
	}
	for _, m := range slices.Clone(r.members) {
		if m.person.ID == person {
			r.removeMember(m)
		}
	}
	return closed
}

func (r *Room) setPolicy(policy json.RawMessage) {
	r.lock()
	defer r.unlock()
	r.policy = policy
	f := wire.New(wire.Policy, policy)
	f.Stamp(0, 0, 0, r.hub.Clock())
	for _, s := range r.sources {
		if s.seat != nil {
			s.seat.enqueue(f)
		}
	}
}

// shed drops the checkpoints and assets for memory's sake; the tabs are asked anew when they next send.
func (r *Room) shed() {
	r.lock()
	defer r.unlock()
	r.hub.shed.Add(1)
	for _, s := range r.sources {
		s.log.drop()
	}
	r.assets.drop()
	r.weigh()
}

// dismiss takes an agent out for good and closes the connection with why.
func (r *Room) dismiss(m *member, why *wire.CloseError) {
	if m.seat != nil {
		m.seat.close(why)
	}
	r.removeMember(m)
}

func (r *Room) removeMember(m *member) {
	r.members = slices.DeleteFunc(r.members, func(o *member) bool { return o == m })
	if m.seat != nil {
		m.seat.member = nil
	}
	r.changed.roster, r.changed.standing = true, true
}

// seats lists the connections that have said hello.
func (r *Room) seats() []*Seat {
	var all []*Seat
	for _, s := range r.sources {
		if s.seat != nil {
			all = append(all, s.seat)
		}
	}
	for _, m := range r.members {
		if m.seat != nil {
			all = append(all, m.seat)
		}
	}
	return all
}

// tellAll links a frame of the server to everyone, tellAgents to the agents, tellTabs to the visitor.
func (r *Room) tellAll(f wire.Frame) {
	f.Stamp(f.Source(), f.Member(), 0, r.hub.Clock())
	for _, s := range r.seats() {
		s.enqueue(f)
	}
}

func (r *Room) tellAgents(f wire.Frame) {
	f.Stamp(f.Source(), f.Member(), 0, r.hub.Clock())
	for _, m := range r.members {
		if m.seat != nil {
			m.seat.enqueue(f)
		}
	}
}

func (r *Room) tellTabs(f wire.Frame) {
	f.Stamp(f.Source(), f.Member(), 0, r.hub.Clock())
	for _, s := range r.sources {
		if s.seat != nil {
			s.seat.enqueue(f)
		}
	}
}

// entry makes a tab's ticket and what goes with it.
func (h *Hub) entry(ctx context.Context, room string, c record, q Resumption) (Entry, error) {
	t, err := h.Shared.IssueTicket(ctx, Claim{
		Role: wire.Visitor, Tenant: q.Tenant, Room: room, Tab: q.Tab, Origin: q.Origin,
	})
	if err != nil {
		return Entry{}, fmt.Errorf("issue ticket: %w", err)
	}
	e := Entry{
		Room: room, Resume: q.Resume, Tab: q.Tab, Ticket: t, Salt: c.Salt, Policy: c.Policy, State: c.State,
		Help: c.Help, Receipt: c.Receipt,
	}
	for _, s := range c.Sources {
		if s.Tab == q.Tab {
			e.Leaving = s.Page.Leaving
		}
	}
	return e, nil
}

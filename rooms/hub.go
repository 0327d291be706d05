// Package rooms holds what is live: rooms, the tabs and people in them, what each may see, and the checkpoint from which
// late, slow and returning readers are served.
//
// What must stay true: nothing here does network I/O or starts a goroutine; under a room's mutex a frame is only linked
// to its readers, and they are told after unlock. A frame of the visitor's page reaches only who holds the visitor's
// recorded consent. Bodies of page frames are opaque and are never written anywhere.
package rooms

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"alongside/wire"
)

// DefaultPerSite is how many rooms a site may have on one node.
const DefaultPerSite = 20_000

// DefaultMemoryBytes is what the checkpoints and assets of one process may take together.
const DefaultMemoryBytes = 1 << 30

const (
	sweepEvery    = 250 * time.Millisecond
	recordTimeout = 5 * time.Second // for writing down an act of consent or the end of a session
	saltBytes     = 16
)

// ErrNotFound is returned for a room, code or token that is unknown, over, or of another tenant or site: all alike.
var ErrNotFound = errors.New("no such room")

// TooManyError is returned when a rate limit is reached.
type TooManyError struct{ RetryAfter time.Duration }

func (e *TooManyError) Error() string {
	return fmt.Sprintf("too many attempts, retry after %s", e.RetryAfter)
}

// Person is an agent as rooms know one.
type Person struct{ ID, Name string }

// Device is what the browser says of itself, cut to what an agent needs.
type Device struct {
	Browser string `json:"browser"`
	OS      string `json:"os"`
	Kind    string `json:"kind"` // desktop, phone, tablet
}

// Joined is what an agent needs to connect.
type Joined struct {
	Room     string
	Ticket   string
	Site     string
	SiteName string
}

// Config is what a Hub needs. Consents is required; the rest has a default.
type Config struct {
	Clock       func() time.Time
	Logger      *slog.Logger
	Shared      Shared
	Presence    Presence
	Consents    ConsentLog
	Sessions    SessionLog // nil: nothing is kept of sessions
	Transcript  Transcript // nil: chat is kept in the room only, and gone with it
	Desk        Desk       // nil: nobody is told
	AgentOrigin string     // where the console is served; an agent's socket must come from it
	MemoryBytes int64
	PerSite     int                         // rooms that a site may have on this node
	Cluster     *Cluster                    // nil: this is the only node
	ShutOut     func(tenant, person string) // called when another node took a person's access away; may be nil
	Node        string                      // the cluster's, if there is one
}

// Hub holds the rooms of this process.
type Hub struct {
	Config // fixed

	held     atomic.Int64 // bytes of checkpoints and assets of all rooms
	shedding sync.Mutex
	dues     dueList

	mu       sync.RWMutex // guards what follows; taken before a room's mutex, never after it
	rooms    map[string]*Room
	sites    map[string]int       // rooms of each
	orphans  map[string]time.Time // rooms without an owner that agents asked for, since when
	draining bool

	keyframes atomic.Int64 // asked of visitors
	dropped   atomic.Int64 // state frames that did not fit their epoch
	shed      atomic.Int64 // checkpoints dropped for memory
	adopted   atomic.Int64 // rooms of other nodes
}

// NewHub makes a hub; it starts nothing.
func NewHub(c Config) *Hub {
	if c.Consents == nil {
		panic("rooms: a hub needs a consent log")
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Shared == nil {
		c.Shared = NewMemoryShared(c.Clock)
	}
	if c.Presence == nil {
		c.Presence = NewMemoryPresence()
	}
	if c.Sessions == nil {
		c.Sessions = nowhere{}
	}
	if c.Transcript == nil {
		c.Transcript = nowhere{}
	}
	if c.Desk == nil {
		c.Desk = noDesk{}
	}
	c.MemoryBytes = cmp.Or(c.MemoryBytes, DefaultMemoryBytes)
	c.PerSite = cmp.Or(c.PerSite, DefaultPerSite)
	c.Node = cmp.Or(c.Node, "local")
	h := &Hub{Config: c, rooms: map[string]*Room{}, sites: map[string]int{}, orphans: map[string]time.Time{}}
	if c.Cluster != nil {
		h.Node = c.Cluster.node
		h.enlist(c.Cluster)
	}
	return h
}

// Run keeps deadlines until ctx ends.
func (h *Hub) Run(ctx context.Context) {
	if h.Cluster != nil {
		var holding sync.WaitGroup
		defer holding.Wait()
		holding.Go(func() { h.hold(ctx) })
	}
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			h.Sweep()
		}
	}
}

// Sweep meets every deadline that is due by the clock. Run calls it; tests with a clock of their own do too.
func (h *Hub) Sweep() {
	now := h.Clock()
	for _, r := range h.dues.now(now) {
		if here, ok := h.room(r.id); ok && here == r {
			r.sweep(now)
		} else {
			r.due.Store(never)
		}
	}
	h.Shared.Sweep()
}

func (h *Hub) all() []*Room {
	h.mu.RLock()
	defer h.mu.RUnlock()
	rooms := make([]*Room, 0, len(h.rooms))
	for _, r := range h.rooms {
		rooms = append(rooms, r)
	}
	return rooms
}

func (h *Hub) room(id string) (*Room, bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	r, ok := h.rooms[id]
	return r, ok
}

// Open makes a room for a visitor who asks for help, or who browses where the site lists everybody. The error may be an
// *InvalidError about the user.
func (h *Hub) Open(ctx context.Context, o Opening) (Entry, error) {
	if o.User.ID != "" {
		if err := o.User.Validate(); err != nil {
			return Entry{}, err
		}
	}
	now := h.Clock()
	r := newRoom(h, o, now)
	fence, err := h.Shared.Own(ctx, r.id, h.Node)
	if err != nil {
		return Entry{}, fmt.Errorf("own new room: %w", err)
	}
	r.fence = fence
	resume, err := h.Shared.IssueToken(ctx, r.id)
	if err != nil {
		return Entry{}, fmt.Errorf("issue resume token: %w", err)
	}
	var code string
	var expires *time.Time
	if o.Help {
		c, e, err := h.Shared.IssueCode(ctx, r.tenant, r.id)
		if err != nil {
			return Entry{}, fmt.Errorf("issue join code: %w", err)
		}
		code, expires = c, &e
	}
	if err := h.add(r); err != nil {
		return Entry{}, errors.Join(err, h.Shared.FreeRoom(ctx, r.tenant, r.id, r.fence))
	}
	if err := r.keep(ctx); err != nil {
		h.Logger.Warn("keep a session's facts", "room", r.id, "err", err)
	}
	r.publish()
	e, err := h.entry(ctx, r.id, r.look(), Resumption{Tenant: r.tenant, Origin: o.Origin, Resume: resume, Tab: o.Tab})
	e.Code, e.CodeExpires = code, expires
	return e, err
}

// Resume lets a tab back into its room, or a further tab of the same visitor into it.
func (h *Hub) Resume(ctx context.Context, q Resumption) (Entry, error) {
	id, c, err := h.byToken(ctx, q.Tenant, q.Site, q.Resume)
	if err != nil {
		return Entry{}, err
	}
	return h.entry(ctx, id, c, q)
}

// NewCode replaces the room's join code.
func (h *Hub) NewCode(ctx context.Context, tenant, site, resume string) (code string, expires time.Time, err error) {
	id, _, err := h.byToken(ctx, tenant, site, resume)
	if err != nil {
		return "", time.Time{}, err
	}
	return h.Shared.IssueCode(ctx, tenant, id)
}

// glance reads a room, which may be on another node. The error is ErrNotFound if it is over or of another tenant.
func (h *Hub) glance(ctx context.Context, tenant, room string) (record, error) {
	var c record
	if r, ok := h.room(room); ok {
		c = r.look()
	} else if h.Cluster == nil {
		return record{}, ErrNotFound
	} else {
		held, err := h.Shared.Find(ctx, room)
		if err != nil {
			return record{}, err
		}
		if c, err = readRecord(held.Record); err != nil {
			return record{}, err
		}
	}
	if c.Tenant != tenant || c.State == wire.RoomEnded {
		return record{}, ErrNotFound
	}
	return c, nil
}

// byToken finds the room that a visitor may come back to.
func (h *Hub) byToken(ctx context.Context, tenant, site, resume string) (room string, c record, err error) {
	if room, err = h.Shared.FindToken(ctx, resume); err != nil {
		return "", record{}, err
	}
	if c, err = h.glance(ctx, tenant, room); err != nil {
		return "", record{}, err
	}
	if c.Site != site {
		return "", record{}, ErrNotFound
	}
	return room, c, nil
}

// Limits on codes, so that six digits cannot be tried out. A room's ID cannot be guessed: its limit only bounds the work of
// one person's windows, each of which comes back to its rooms after a broken connection.
var (
	codesPerPerson = Rate{Count: 20, Per: time.Minute}
	codesPerTenant = Rate{Count: 200, Per: time.Minute}
	roomsPerPerson = Rate{Count: 300, Per: time.Minute}
)

// JoinByCode gives an agent a ticket to the room that a visitor's code names; the code is used up. On entering, the agent
// asks to see the page: the visitor gave the code away for that.
func (h *Hub) JoinByCode(ctx context.Context, tenant string, p Person, code string) (Joined, error) {
	if err := h.Shared.Allow(ctx, "code person "+tenant+" "+p.ID, codesPerPerson); err != nil {
		return Joined{}, err
	}
	if err := h.Shared.Allow(ctx, "code tenant "+tenant, codesPerTenant); err != nil {
		return Joined{}, err
	}
	id, err := h.Shared.RedeemCode(ctx, tenant, code)
	if err != nil {
		return Joined{}, err
	}
	return h.join(ctx, tenant, p, id, true)
}

// JoinByRoom gives an agent a ticket to a room of the same tenant; to see the page is asked for once there.
func (h *Hub) JoinByRoom(ctx context.Context, tenant string, p Person, room string) (Joined, error) {
	if err := h.Shared.Allow(ctx, "join person "+tenant+" "+p.ID, roomsPerPerson); err != nil {
		return Joined{}, err
	}
	return h.join(ctx, tenant, p, room, false)
}

func (h *Hub) join(ctx context.Context, tenant string, p Person, room string, asks bool) (Joined, error) {
	c, err := h.glance(ctx, tenant, room)
	if err != nil {
		return Joined{}, err
	}
	ticket, err := h.Shared.IssueTicket(ctx, Claim{
		Role: wire.Agent, Tenant: tenant, Room: room, Person: p.ID, Name: p.Name, Asks: asks, Origin: h.AgentOrigin,
	})
	if err != nil {
		return Joined{}, fmt.Errorf("issue ticket: %w", err)
	}
	return Joined{Room: room, Ticket: ticket, Site: c.Site, SiteName: c.SiteName}, nil
}

// Attach claims a ticket for a connection that comes from origin. flush is called, never under a mutex of this package,
// whenever Take has something new to give; it must not block. The error is ErrTicket or a *wire.CloseError.
func (h *Hub) Attach(ctx context.Context, ticket, origin string, role wire.Role, flush func()) (Place, error) {
	claim, err := h.Shared.RedeemTicket(ctx, ticket)
	if err != nil {
		return nil, err
	}
	if claim.Role != role || claim.Origin != origin {
		return nil, ErrTicket
	}
	return h.place(ctx, claim, flush)
}

// Visitors lists who waits or is helped at a tenant, longest first.
func (h *Hub) Visitors(ctx context.Context, tenant string) ([]Visitor, error) {
	return h.Presence.List(ctx, tenant)
}

// Watch signals on the channel, at least once after each change, until stop is called.
func (h *Hub) Watch(tenant string) (changed <-chan struct{}, stop func()) {
	return h.Presence.Watch(tenant)
}

// SetPolicy gives all rooms of a site a new policy; it applies to the next frame each widget sends.
func (h *Hub) SetPolicy(tenant, site string, policy json.RawMessage) {
	h.everywhere(subjectPolicy, notice{Tenant: tenant, Site: site, Policy: policy}, h.policyHere)
}

// CloseSeats takes a person out of every room and ends the tickets they hold, for one whose role was taken away. It
// returns how many connections it closed on this node.
func (h *Hub) CloseSeats(ctx context.Context, tenant, person string) (closed int, err error) {
	if err := h.Shared.RevokeTickets(ctx, tenant, person); err != nil {
		return 0, fmt.Errorf("revoke tickets: %w", err)
	}
	h.everywhere(subjectShutOut, notice{Tenant: tenant, Person: person}, func(context.Context, notice) (struct{}, error) {
		closed = h.closeSeats(tenant, person)
		return struct{}{}, nil
	})
	return closed, nil
}

// Drain refuses new rooms and closes every connection with 4000, so that clients move to another server. Rooms that
// another node may go on with are given up first, until ctx ends.
func (h *Hub) Drain(ctx context.Context) {
	h.mu.Lock()
	h.draining = true
	h.mu.Unlock()
	if h.Cluster != nil {
		if err := h.Cluster.resign(ctx); err != nil {
			h.Logger.Warn("leave what this server alone does to the others", "err", err)
		}
		h.departAll(ctx)
		h.Cluster.cutAll()
	}
	for _, r := range h.all() {
		r.closeAll(wire.Closef(wire.CloseMoving, "the server is going away"))
	}
}

// EndAll ends every room of a site, or of all sites of the tenant if site is empty.
func (h *Hub) EndAll(tenant, site, why string) {
	h.everywhere(subjectEnd, notice{Tenant: tenant, Site: site, Why: why}, h.endHere)
}

// EndHere ends every room of this node.
func (h *Hub) EndHere(why string) { h.endHere(context.Background(), notice{Why: why}) }

// HubStats counts what the hub holds and did.
type HubStats struct {
	Rooms     int   `json:"rooms"`
	HeldBytes int64 `json:"heldBytes"` // checkpoints and assets
	Keyframes int64 `json:"keyframes"` // asked of visitors
	Dropped   int64 `json:"dropped"`   // state frames that did not fit their epoch
	Shed      int64 `json:"shed"`      // checkpoints dropped for memory
	Adopted   int64 `json:"adopted"`   // rooms taken over from other nodes
}

// Stats reads the counters.
func (h *Hub) Stats() HubStats {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return HubStats{len(h.rooms), h.held.Load(), h.keyframes.Load(), h.dropped.Load(), h.shed.Load(), h.adopted.Load()}
}

// shedMemory drops checkpoints, biggest first, until the process is well under its cap. The caller holds no room's mutex.
func (h *Hub) shedMemory() {
	if !h.shedding.TryLock() {
		return
	}
	defer h.shedding.Unlock()
	goal := h.MemoryBytes - h.MemoryBytes/8
	rooms := h.all()
	held := make(map[*Room]int64, len(rooms)) // read once: sorting by what changes meanwhile is undefined
	for _, r := range rooms {
		held[r] = r.held.Load()
	}
	slices.SortFunc(rooms, func(a, b *Room) int {
		return cmp.Or(cmp.Compare(held[b], held[a]), a.opened.Compare(b.opened))
	})
	for _, r := range rooms {
		if h.held.Load() <= goal {
			return
		}
		r.shed()
	}
}

// siteFull is how long a visitor waits before asking again where a site has too many rooms.
const siteFull = 10 * time.Second

// add makes a room one of this node's. The error is a *wire.CloseError if the node goes away, a *TooManyError if the site has
// too many rooms here.
func (h *Hub) add(r *Room) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.draining:
		return wire.Closef(wire.CloseMoving, "the server is going away")
	case h.sites[r.site] >= h.PerSite:
		return &TooManyError{siteFull}
	}
	h.rooms[r.id] = r
	h.sites[r.site]++
	return nil
}

func (h *Hub) remove(r *Room) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rooms[r.id] != r {
		return
	}
	delete(h.rooms, r.id)
	if h.sites[r.site]--; h.sites[r.site] == 0 {
		delete(h.sites, r.site)
	}
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}

func randomURL(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

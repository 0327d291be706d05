// Package relay is the network's side of rooms: the WebSocket endpoints of visitors and agents and the visitor's HTTP
// API.
//
// What must stay true: only conn.go knows how a connection is read and written; bodies of page frames are never looked
// into; no address, token or content reaches a log or disk.
package relay

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"alongside/privacy"
	"alongside/rooms"
	"alongside/wire"
)

// ErrNoSite is what Sites returns for a key it does not know.
var ErrNoSite = errors.New("no such site")

// Site is a customer's web site.
type Site struct {
	ID, Tenant, Name, Key string
	Origins               []string // as browsers send them, for instance https://shop.example
	Policy                json.RawMessage
	Collection            privacy.Collection
	// IdentitySecret signs the site's users; nil or an empty secret: nobody can be identified. It is sealed at rest, so it
	// is read only when a page names a user.
	IdentitySecret func(ctx context.Context) ([]byte, error)

	// Form is asked before a request for help, in the visitor's language; nil: nothing is.
	Form func(lang string) []FormField
	// Answers checks what was answered, by ID of the field, and puts it in the form's order; nil: nothing may be. The
	// error is a *rooms.InvalidError whose field is "answers.ID".
	Answers func(lang string, given map[string]string) ([]rooms.Answer, error)
	// Open tells the office hours; opensAt is zero if it is not known. nil: always open.
	Open func(now time.Time) (open bool, opensAt time.Time)
}

// Sites finds a site by the key in its snippet.
type Sites interface {
	ByKey(ctx context.Context, key string) (Site, error)
}

// Rates counts requests per address.
type Rates interface {
	Allow(ctx context.Context, key string, limit rooms.Rate) error
}

// Config is what a Server needs. Hub and Sites are required.
type Config struct {
	Hub            *rooms.Hub
	Sites          Sites
	Rates          Rates // the hub's Shared if nil
	Logger         *slog.Logger
	Clock          func() time.Time
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	PerAddress     int            // connections that one address may have open; DefaultPerAddress if 0

	// What answers 404 if it is nil, or, of Agents, counts as somebody being there.
	Ratings  Ratings
	Messages Messages
	Agents   Agents
	OptOuts  OptOuts
}

// Server holds the connections of this process.
type Server struct {
	Config // fixed

	timing    timing     // fixed
	deadlines *deadlines // fixed
	addresses addresses

	mu       sync.Mutex // guards draining, and adding to conns against it
	draining bool
	conns    sync.WaitGroup

	counters counters
}

// counters count since the start.
type counters struct {
	open, opened, refused               atomic.Int64
	framesIn, bytesIn                   atomic.Int64
	framesOut, bytesOut, batches        atomic.Int64
	flooded, silent, malformed, crashed atomic.Int64
	stuck                               atomic.Int64
}

// Stats is a reading of the counters.
type Stats struct {
	Open      int64 `json:"open"` // connections now
	Opened    int64 `json:"opened"`
	Refused   int64 `json:"refused"` // upgrades
	FramesIn  int64 `json:"framesIn"`
	BytesIn   int64 `json:"bytesIn"`
	FramesOut int64 `json:"framesOut"`
	BytesOut  int64 `json:"bytesOut"`
	Batches   int64 `json:"batches"` // writes to sockets
	Flooded   int64 `json:"flooded"` // closed for sending too much
	Silent    int64 `json:"silent"`  // closed for saying nothing
	Malformed int64 `json:"malformed"`
	Crashed   int64 `json:"crashed"` // recovered from
	Stuck     int64 `json:"stuck"`   // cut for not taking a byte
}

// New makes a server; it starts nothing.
func New(c Config) *Server {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Rates == nil {
		c.Rates = c.Hub.Shared
	}
	return &Server{
		Config: c, deadlines: newDeadlines(c.Clock),
		addresses: addresses{limit: cmp.Or(c.PerAddress, DefaultPerAddress), open: map[string]int{}},
		timing:    timing{wire.HelloTimeout, wire.SilenceTimeout, wire.PingEvery, farewellTime, stallTimeout},
	}
}

// timing is how long a connection is waited for.
type timing struct{ hello, silence, ping, farewell, stall time.Duration }

// Register adds the server's routes.
func (s *Server) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /widget/v1/socket", func(w http.ResponseWriter, q *http.Request) { s.socket(w, q, wire.Visitor) })
	mux.HandleFunc("GET /api/v1/socket", func(w http.ResponseWriter, q *http.Request) { s.socket(w, q, wire.Agent) })
	for _, c := range calls {
		mux.HandleFunc("POST /widget/v1/"+c.path, func(w http.ResponseWriter, q *http.Request) { s.answer(w, q, c) })
		mux.HandleFunc("OPTIONS /widget/v1/"+c.path, preflight)
	}
}

// Run keeps the connections' deadlines until ctx ends, then ends what connections are left and waits for them.
func (s *Server) Run(ctx context.Context) {
	s.deadlines.run(ctx)
	s.refuse()
	s.deadlines.cutAll()
	s.conns.Wait()
}

// Drain refuses new connections, closes all with 4000 and waits until they are gone or ctx ends.
func (s *Server) Drain(ctx context.Context) error {
	s.refuse()
	s.Hub.Drain(ctx)
	gone := make(chan struct{})
	go func() {
		s.conns.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		s.deadlines.cutAll()
		<-gone
		return ctx.Err()
	}
}

func (s *Server) refuse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining = true
}

// Draining tells whether the server is going away.
func (s *Server) Draining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draining
}

// enter counts a connection in, unless the server drains.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return false
	}
	s.conns.Add(1)
	return true
}

// Stats reads the counters.
func (s *Server) Stats() Stats {
	c := &s.counters
	return Stats{
		c.open.Load(), c.opened.Load(), c.refused.Load(), c.framesIn.Load(), c.bytesIn.Load(), c.framesOut.Load(),
		c.bytesOut.Load(), c.batches.Load(), c.flooded.Load(), c.silent.Load(), c.malformed.Load(), c.crashed.Load(),
		c.stuck.Load(),
	}
}

// versions are the subprotocols the server speaks, best first.
var versions = []string{wire.Subprotocol}

// offer reads a client's subprotocols: the best version both speak and the ticket.
func offer(h http.Header) (version, ticket string) {
	var offered []string
	for _, line := range h.Values("Sec-WebSocket-Protocol") {
		for token := range strings.SplitSeq(line, ",") {
			offered = append(offered, strings.TrimSpace(token))
		}
	}
	for _, token := range offered {
		if t, ok := strings.CutPrefix(token, wire.TicketPrefix); ok {
			ticket = cmp.Or(ticket, t)
		}
	}
	for _, v := range versions {
		if slices.Contains(offered, v) {
			return v, ticket
		}
	}
	return "", ticket
}

// socket upgrades a request that holds a ticket, and serves the connection until it ends.
func (s *Server) socket(w http.ResponseWriter, q *http.Request, role wire.Role) {
	version, ticket := offer(q.Header)
	if !strings.EqualFold(q.Header.Get("Upgrade"), "websocket") {
		problem(w, http.StatusUpgradeRequired, "upgrade", "this address speaks WebSocket")
		return
	}
	if version == "" {
		s.counters.refused.Add(1)
		problem(w, http.StatusBadRequest, "version", "no subprotocol offered that this server speaks")
		return
	}
	address := neighbourhood(s.Address(q))
	if !s.addresses.enter(address) {
		s.counters.refused.Add(1)
		problem(w, http.StatusTooManyRequests, "rate", "this address has too many connections")
		return
	}
	if !s.enter() {
		s.addresses.leave(address)
		problem(w, http.StatusServiceUnavailable, "moving", "the server is going away")
		return
	}
	leave := func() {
		s.addresses.leave(address)
		s.conns.Done()
	}
	served := false
	defer func() {
		if !served {
			leave()
		}
	}()
	c := newConn(s, role)
	seat, err := s.Hub.Attach(q.Context(), ticket, q.Header.Get("Origin"), role, c.wake)
	if errors.Is(err, rooms.ErrTicket) {
		s.counters.refused.Add(1)
		problem(w, http.StatusUnauthorized, "ticket", "no valid ticket")
		return
	}
	if err != nil {
		s.counters.refused.Add(1)
		s.fail(w, err)
		return
	}
	if served = c.open(w, q, seat, version); !served {
		seat.Detach()
		return
	}
	go func() { // the HTTP server's goroutine goes, and with it all it holds of the request
		defer leave()
		c.run()
	}()
}

// Address is who sent the request: the peer, or what trusted proxies say it is. It is used in memory only.
func (s *Server) Address(q *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(q.RemoteAddr)
	if err != nil {
		host = q.RemoteAddr
	}
	peer, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	peer = peer.Unmap()
	hops := strings.Split(strings.Join(q.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusts(peer); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		peer = hop.Unmap()
	}
	return peer
}

// neighbourhood is what rates are counted by: an address, or of IPv6 the /64 that one subscriber has to themselves.
func neighbourhood(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

func (s *Server) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(s.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

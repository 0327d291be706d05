package rooms

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"alongside/wire"
)

// linkWindow is what a link may have under way in one direction, besides one frame. The rest stays where it is kept
// anyway: at the owner behind the reader's cursors, or on the line of a sender that nobody reads from.
const linkWindow = 256 << 10

// linkPatience is how long a sender waits for the owner to take what it sent.
const linkPatience = 10 * time.Second

// Ways of a message over a link.
const (
	toRoom = "r"
	toPeer = "p"
)

// Place is a connection's place in a room, be the room on this node or another.
type Place interface {
	// Role is the role of the connection.
	Role() wire.Role
	// Room is the room's ID, for logs.
	Room() string
	// Receive takes frames from the connection, in order; they are the room's from now on. What they give the readers is
	// told once for all of them. The error is a *wire.CloseError to close the connection with. One goroutine calls it.
	Receive(ctx context.Context, frames ...wire.Frame) error
	// Take appends to dst what the connection should be sent next, up to about maxBytes. Nothing appended and no error
	// means: wait for flush. Once it returns an error the frames with it are the last. One goroutine calls it.
	Take(dst []wire.Frame, maxBytes int) ([]wire.Frame, *wire.CloseError)
	// Detach ends the place because its connection is gone.
	Detach()
}

// linkName names a link by the node that opened it and the number it gave.
type linkName struct {
	node   string
	number uint64
}

// linkEnd is one end of a link.
type linkEnd interface {
	frames([]wire.Frame)
	credit(bytes int)
	close(why *wire.CloseError)
}

// distantSeat is the place of a connection of this node in a room of another.
type distantSeat struct {
	cluster *Cluster // fixed
	name    linkName // fixed
	owner   string   // fixed; a node
	claim   Claim    // fixed
	flush   func()   // fixed

	paid chan struct{} // holds one signal that unpaid fell, or closing is set

	mu      sync.Mutex // guards the rest
	inbound []wire.Frame
	passed  int // bytes that were taken and the owner was not told of
	unpaid  int // bytes that were sent and the owner has not taken
	closing *wire.CloseError
}

// linkTo opens a link for a connection of this node.
func (c *Cluster) linkTo(owner string, claim Claim, flush func()) (*distantSeat, error) {
	body, err := json.Marshal(claim)
	if err != nil {
		return nil, err
	}
	s := &distantSeat{
		cluster: c, name: linkName{c.node, c.number()}, owner: owner, claim: claim, flush: flush, paid: make(chan struct{}, 1),
	}
	c.mu.Lock()
	c.near[s.name.number] = s
	c.mu.Unlock()
	if err := c.bus.Send(owner, message(messageOpen, s.name.number, toRoom, body)); err != nil {
		c.forgetNear(s)
		return nil, errors.Join(ErrUnreachable, err)
	}
	return s, nil
}

func (c *Cluster) forgetNear(s *distantSeat) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.near, s.name.number)
}

func (s *distantSeat) Role() wire.Role { return s.claim.Role }

func (s *distantSeat) Room() string { return s.claim.Room }

// Receive sends the frames on; it waits while the owner is behind, and so does the peer.
func (s *distantSeat) Receive(ctx context.Context, frames ...wire.Frame) error {
	for _, f := range frames {
		if err := wire.Check(f, s.claim.Role); err != nil {
			return err
		}
		if err := s.pay(ctx, len(f)); err != nil {
			return err
		}
		if err := s.cluster.sendFrames(s.owner, s.name.number, toRoom, f); err != nil {
			return moving
		}
	}
	return nil
}

// pay waits until the link may have more under way.
func (s *distantSeat) pay(ctx context.Context, bytes int) error {
	var patience <-chan time.Time
	for {
		s.mu.Lock()
		closing, full := s.closing, s.unpaid >= linkWindow
		if !full {
			s.unpaid += bytes
		}
		s.mu.Unlock()
		if closing != nil {
			return closing
		}
		if !full {
			return nil
		}
		if patience == nil {
			patience = time.After(linkPatience)
		}
		select {
		case <-s.paid:
		case <-patience:
			return moving
		case <-ctx.Done():
			return moving
		}
	}
}

// moving ends a connection whose room is to be looked for again.
var moving = wire.Closef(wire.CloseMoving, "the session moved to another server")

func (s *distantSeat) Take(dst []wire.Frame, maxBytes int) ([]wire.Frame, *wire.CloseError) {
	s.mu.Lock()
	n, bytes := 0, 0
	for n < len(s.inbound) && bytes < maxBytes {
		bytes += len(s.inbound[n])
		n++
	}
	dst = append(dst, s.inbound[:n]...)
	if s.inbound = slices.Delete(s.inbound, 0, n); len(s.inbound) == 0 {
		s.inbound = nil // an idle connection holds nothing
	}
	s.passed += bytes
	told := 0
	if s.passed >= linkWindow/4 {
		told, s.passed = s.passed, 0
	}
	why := s.closing
	if len(s.inbound) > 0 {
		why = nil
	}
	s.mu.Unlock()
	if told > 0 {
		s.cluster.sendCredit(s.owner, s.name.number, toRoom, told)
	}
	return dst, why
}

func (s *distantSeat) Detach() {
	s.cluster.forgetNear(s)
	s.close(moving)
	s.cluster.sendClose(s.owner, s.name.number, toRoom, moving)
}

func (s *distantSeat) frames(fs []wire.Frame) {
	s.mu.Lock()
	s.inbound = append(s.inbound, fs...)
	s.mu.Unlock()
	s.flush()
}

func (s *distantSeat) credit(bytes int) {
	s.mu.Lock()
	s.unpaid -= bytes
	s.mu.Unlock()
	s.signal()
}

func (s *distantSeat) close(why *wire.CloseError) {
	s.mu.Lock()
	if s.closing == nil {
		s.closing = why
	}
	s.mu.Unlock()
	s.signal()
	s.flush()
}

func (s *distantSeat) signal() {
	select {
	case s.paid <- struct{}{}:
	default:
	}
}

// guest is the seat in a room of this node that belongs to a connection of another.
type guest struct {
	cluster *Cluster // fixed
	name    linkName // fixed

	seat    atomic.Pointer[Seat] // nil until it is in the room
	pumping turnstile
	unpaid  atomic.Int64 // bytes that were sent and the peer has not taken

	mu      sync.Mutex // guards the rest
	busy    bool       // a frame before these has to be written down first
	backlog []wire.Frame
	taken   int // bytes that the room took and the sender was not told of
	gone    bool
}

// welcome seats a connection of another node, or says why not.
func (c *Cluster) welcome(name linkName, body []byte) {
	var claim Claim
	if err := json.Unmarshal(body, &claim); err != nil {
		c.logger.Warn("a link of another server was not understood", "node", name.node, "err", err)
		return
	}
	g := &guest{cluster: c, name: name}
	seat, err := c.hub.sit(claim, g.pump)
	if err != nil {
		why := moving // another node knows more by now
		errors.As(err, &why)
		c.sendClose(name.node, name.number, toPeer, why)
		return
	}
	c.mu.Lock()
	c.far[name] = g
	c.mu.Unlock()
	g.seat.Store(seat)
	g.pump()
}

// pump sends what the seat has, as far as the window allows. Any goroutine may call it; one at a time sends.
func (g *guest) pump() {
	seat := g.seat.Load()
	if seat == nil || !g.pumping.enter() {
		return
	}
	var few [16]wire.Frame
	for {
		for {
			budget := linkWindow - int(g.unpaid.Load())
			if budget <= 0 {
				break
			}
			batch, why := seat.Take(few[:0], budget)
			bytes := 0
			for _, f := range batch {
				bytes += len(f)
			}
			g.unpaid.Add(int64(bytes))
			if len(batch) > 0 && g.cluster.sendFrames(g.name.node, g.name.number, toPeer, batch...) != nil {
				why = moving
			}
			if why != nil {
				g.cluster.sendClose(g.name.node, g.name.number, toPeer, why)
				g.leave()
				return // still entered: nothing comes after the end
			}
			if len(batch) == 0 {
				break
			}
		}
		if g.pumping.leave() {
			return
		}
	}
}

// leave gives the seat up.
func (g *guest) leave() {
	g.mu.Lock()
	gone := g.gone
	g.gone, g.backlog = true, nil
	g.mu.Unlock()
	if gone {
		return
	}
	g.cluster.mu.Lock()
	delete(g.cluster.far, g.name)
	g.cluster.mu.Unlock()
	g.seat.Load().Detach()
}

// frames gives the room what the connection sent. What comes behind a frame that must be written down waits for it
// beside the inbox, as it would on a connection of this node.
func (g *guest) frames(fs []wire.Frame) {
	g.mu.Lock()
	busy := g.busy
	if busy {
		g.backlog = append(g.backlog, fs...)
	}
	g.mu.Unlock()
	if busy {
		return
	}
	if rest, after := g.take(fs); after != nil {
		g.mu.Lock()
		g.busy, g.backlog = true, rest
		g.mu.Unlock()
		g.cluster.beside.Go(func() { g.catchUp(after) })
	}
}

// take gives the room frames, as many as it takes before after must be done.
func (g *guest) take(fs []wire.Frame) (rest []wire.Frame, after func(context.Context)) {
	n, after, err := g.seat.Load().receiveNow(fs)
	if err != nil {
		why := moving
		errors.As(err, &why)
		g.seat.Load().Close(why)
		n = len(fs)
	}
	g.mu.Lock()
	for _, f := range fs[:n] {
		g.taken += len(f)
	}
	told := 0
	if g.taken >= linkWindow/4 {
		told, g.taken = g.taken, 0
	}
	g.mu.Unlock()
	if told > 0 {
		g.cluster.sendCredit(g.name.node, g.name.number, toPeer, told)
	}
	return fs[n:], after
}

func (g *guest) catchUp(after func(context.Context)) {
	for {
		if after != nil {
			after(context.Background())
		}
		g.mu.Lock()
		fs := g.backlog
		g.backlog, g.busy = nil, len(fs) > 0
		g.mu.Unlock()
		if len(fs) == 0 {
			return
		}
		var rest []wire.Frame
		rest, after = g.take(fs)
		g.mu.Lock()
		g.backlog = append(rest, g.backlog...)
		g.mu.Unlock()
	}
}

func (g *guest) credit(bytes int) {
	g.unpaid.Add(-int64(bytes))
	g.pump()
}

func (g *guest) close(*wire.CloseError) { g.leave() }

// end finds the end of a link that a message is for.
func (c *Cluster) end(from string, number uint64, way string) linkEnd {
	c.mu.Lock()
	defer c.mu.Unlock()
	if way == toRoom {
		if g := c.far[linkName{from, number}]; g != nil {
			return g
		}
		return nil
	}
	if s := c.near[number]; s != nil && s.owner == from {
		return s
	}
	return nil
}

// pass hands a message to the end of a link.
func (c *Cluster) pass(end linkEnd, what byte, body []byte) {
	switch what {
	case messageFrames:
		fs, err := readFrames(body)
		if err != nil {
			end.close(moving)
			return
		}
		end.frames(fs)
	case messageCredit:
		if bytes, n := binary.Uvarint(body); n > 0 {
			end.credit(int(bytes))
		}
	case messageClose:
		var why wire.CloseError
		if json.Unmarshal(body, &why) != nil {
			why = *moving
		}
		end.close(&why)
	}
}

func (c *Cluster) sendFrames(node string, number uint64, way string, fs ...wire.Frame) error {
	bytes := 0
	for _, f := range fs {
		bytes += binary.MaxVarintLen32 + len(f)
	}
	m := append(make([]byte, 0, 16+bytes), message(messageFrames, number, way, nil)...)
	for _, f := range fs {
		m = binary.AppendUvarint(m, uint64(len(f)))
		m = append(m, f...)
	}
	return c.bus.Send(node, m)
}

// readFrames reads what sendFrames wrote. Each frame is a slice of its own: rooms keep some for long.
func readFrames(body []byte) (fs []wire.Frame, err error) {
	for len(body) > 0 {
		size, n := binary.Uvarint(body)
		if n <= 0 || size > uint64(len(body)-n) {
			return nil, errMessage
		}
		f, err := wire.Parse(slices.Clone(body[n : n+int(size)]))
		if err != nil {
			return nil, err
		}
		fs = append(fs, f)
		body = body[n+int(size):]
	}
	return fs, nil
}

// What cannot be sent is lost, and the other node is told by its bus that something was.
func (c *Cluster) sendCredit(node string, number uint64, way string, bytes int) {
	c.bus.Send(node, message(messageCredit, number, way, binary.AppendUvarint(nil, uint64(bytes))))
}

func (c *Cluster) sendClose(node string, number uint64, way string, why *wire.CloseError) {
	body, _ := json.Marshal(why) // two plain fields
	c.bus.Send(node, message(messageClose, number, way, body))
}

// cut ends all links with a node.
func (c *Cluster) cut(node string) { c.cutWhere(func(n string) bool { return n == node }) }

// cutAll ends all links.
func (c *Cluster) cutAll() { c.cutWhere(func(string) bool { return true }) }

func (c *Cluster) cutWhere(with func(node string) bool) {
	var ends []linkEnd
	c.mu.Lock()
	for _, s := range c.near {
		if with(s.owner) {
			ends = append(ends, s)
		}
	}
	for name, g := range c.far {
		if with(name.node) {
			ends = append(ends, g)
		}
	}
	c.mu.Unlock()
	for _, end := range ends {
		end.close(moving)
	}
}

// turnstile lets one goroutine in at a time; who comes meanwhile has that one go round again.
type turnstile struct{ state atomic.Int32 }

const (
	turnFree int32 = iota
	turnTaken
	turnAgain
)

// enter tells whether the caller is in.
func (t *turnstile) enter() bool {
	for {
		switch s := t.state.Load(); s {
		case turnFree:
			if t.state.CompareAndSwap(turnFree, turnTaken) {
				return true
			}
		default:
			if t.state.CompareAndSwap(s, turnAgain) {
				return false
			}
		}
	}
}

// leave tells whether the caller is out; else it must go round again.
func (t *turnstile) leave() bool {
	if t.state.CompareAndSwap(turnTaken, turnFree) {
		return true
	}
	t.state.Store(turnTaken)
	return false
}

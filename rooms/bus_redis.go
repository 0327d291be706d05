package rooms

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// NodeLease is how long a node counts as alive that cannot say so any more.
	NodeLease  = 3 * time.Second
	leaseEvery = NodeLease / 3
	busLook    = 250 * time.Millisecond
	// deafFor is how long nobody may listen to a node's inbox before it counts as dead: longer than it takes to connect again.
	deafFor    = 500 * time.Millisecond
	markEvery  = time.Second // tells each node how far its messages are, so that a loss at the end is noticed too
	forgetPeer = 10 * time.Minute
)

var (
	// leaseScript: node, lease -> the living nodes.
	leaseScript = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 60000)
redis.call('PEXPIRE', KEYS[1], 60000)
return redis.call('ZRANGEBYSCORE', KEYS[1], now - ARGV[2], '+inf')`)

	// nodesScript: lease -> the living nodes.
	nodesScript = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], now - ARGV[1], '+inf')`)
)

var nodesKey = []string{redisKeys + "nodes"}

func busChannel(node string) string { return redisKeys + "bus:{" + node + "}" }

// RedisBus is Bus over Redis Pub/Sub, which is sharded in a Cluster. Each node listens to a channel of its own; what is for
// all goes to each, so that there is one order from node to node.
type RedisBus struct {
	redis       *Redis        // fixed
	node        string        // fixed
	incarnation uint64        // fixed
	poke        chan struct{} // holds one: routes and the lease are due

	mu     sync.RWMutex // guards the next four
	peers  map[string]*peer
	links  map[string]*link // by address
	atHome *link            // listens to the inbox
	start  func(*link)

	moved atomic.Bool // a link broke: in a Cluster its channels may be elsewhere now

	calling sync.Mutex // one call of the handler at a time; guards the rest
	handler BusHandler
	inboxes map[string]*hearing
}

// peer is another node.
type peer struct {
	bus           *RedisBus // fixed
	node, channel string    // fixed

	mu      sync.Mutex // guards the rest
	out     outbox
	link    *link     // nil: not known yet
	ready   bool      // is in the link's line
	there   bool      // somebody listens to its inbox
	minded  bool      // that it is gone is still to be told
	expired bool      // it has no lease any more
	deaf    time.Time // since when nobody listens to its inbox; zero: somebody does, or that is not known
	listed  time.Time // when it last had a lease
	marked  time.Time // when it was last told how far its messages are
	touched time.Time // when it was last there
}

// NewRedisBus makes a node's bus; no two runs of the program share a node's name, which has 1 to 255 bytes.
func NewRedisBus(r *Redis, node string) *RedisBus {
	if node == "" || len(node) > maxNodeBytes {
		panic("rooms: a node's name has 1 to 255 bytes")
	}
	var seed [8]byte
	rand.Read(seed[:])
	return &RedisBus{
		redis: r, node: node, incarnation: binary.BigEndian.Uint64(seed[:]), poke: make(chan struct{}, 1),
		peers: map[string]*peer{}, links: map[string]*link{}, inboxes: map[string]*hearing{},
	}
}

// command is the command as this Redis has it.
func (r *Redis) command(name string) string {
	if r.cluster != nil {
		return "S" + name
	}
	return name
}

// Send implements Bus.
func (b *RedisBus) Send(to string, m []byte) error {
	if len(m) > BusMessageBytes {
		return ErrBusMessage
	}
	return b.peer(to).send(m)
}

// Broadcast implements Bus.
func (b *RedisBus) Broadcast(m []byte) error {
	if len(m) > BusMessageBytes {
		return ErrBusMessage
	}
	if !b.Connected() {
		return ErrBusDown
	}
	var first error
	for _, p := range b.allPeers() {
		p.mu.Lock()
		there := p.there
		p.mu.Unlock()
		if !there {
			continue
		}
		if err := p.send(m); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// peer finds a node or makes it known.
func (b *RedisBus) peer(node string) *peer {
	b.mu.RLock()
	p := b.peers[node]
	b.mu.RUnlock()
	if p != nil {
		return p
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if p = b.peers[node]; p == nil {
		p = &peer{bus: b, node: node, channel: busChannel(node), touched: time.Now()}
		if b.redis.cluster == nil {
			p.link = b.atHome // there is one server only
		}
		b.peers[node] = p
		signal(b.poke)
	}
	return p
}

func (b *RedisBus) allPeers() []*peer {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return slices.Collect(maps.Values(b.peers))
}

func (b *RedisBus) allLinks() []*link {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return slices.Collect(maps.Values(b.links))
}

func (b *RedisBus) isHome(l *link) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.atHome == l
}

// send queues a message.
func (p *peer) send(m []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.minded = true
	if p.link != nil && !p.link.up.Load() {
		p.out.lose()
		return ErrBusDown
	}
	if !p.out.put(m) {
		p.out.lose()
		return ErrBusFull
	}
	p.line()
	return nil
}

// line puts the peer in its link's line. It runs under mu.
func (p *peer) line() {
	if !p.ready && p.link != nil && p.link.up.Load() {
		p.ready = true
		p.link.add(p)
	}
}

// take moves one batch behind b; whatever is left stays in line.
func (p *peer) take(b []byte) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	b = p.out.take(b, p.bus.incarnation, p.bus.node)
	p.ready = false
	if len(p.out.queue) > 0 {
		p.line()
	}
	return b
}

// answered notes whether a publish reached anybody.
func (p *peer) answered(heard bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if heard {
		p.there, p.minded, p.deaf, p.touched = true, true, time.Time{}, time.Now()
	} else if p.deaf.IsZero() {
		p.deaf = time.Now()
	}
}

// marking tells the other side how far it is.
func (p *peer) marking(now time.Time) {
	p.marked = now
	p.line()
}

// linked runs when a link came up.
func (b *RedisBus) linked(l *link) {
	now := time.Now()
	for _, p := range b.allPeers() {
		p.mu.Lock()
		if p.link == l {
			p.deaf, p.listed = time.Time{}, now
			p.marking(now)
		}
		p.mu.Unlock()
	}
}

// unlinked runs when a link broke: whatever was on its way may be lost.
func (b *RedisBus) unlinked(l *link) {
	for _, p := range b.allPeers() {
		p.mu.Lock()
		if p.link == l {
			p.out.drop()
			p.ready, p.deaf = false, time.Time{}
		}
		p.mu.Unlock()
	}
	b.moved.Store(true)
	signal(b.poke)
}

// joined runs when the inbox is listened to: from now on this node has a lease.
func (b *RedisBus) joined() { signal(b.poke) }

// deliver hands a batch to the handler.
func (b *RedisBus) deliver(batch []byte) {
	from, messages, ok := batchFrom(batch)
	if !ok {
		return
	}
	b.calling.Lock()
	defer b.calling.Unlock()
	i := b.inboxes[string(from)]
	if i == nil {
		i = &hearing{from: string(from)}
		b.inboxes[i.from] = i
		b.peer(i.from)
	}
	i.open(batch, messages, b.handler)
}

// Run implements Bus.
func (b *RedisBus) Run(ctx context.Context, h BusHandler) {
	var links sync.WaitGroup
	defer links.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	b.calling.Lock()
	b.handler = h
	b.calling.Unlock()
	b.mu.Lock()
	b.start = func(l *link) { links.Go(func() { l.run(ctx) }) }
	b.mu.Unlock()
	links.Go(func() { b.keepLease(ctx) })
	tick := time.NewTicker(busLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			for _, l := range b.allLinks() {
				l.look(busLook)
			}
			for _, p := range b.allPeers() {
				b.look(p, now)
			}
		}
	}
}

// look finds out whether a node is gone, and tells it how far it is.
func (b *RedisBus) look(p *peer, now time.Time) {
	connected := b.Connected()
	p.mu.Lock()
	up := p.link != nil && p.link.up.Load()
	isDeaf := !p.deaf.IsZero()
	gone := connected && up && p.minded && (p.expired || isDeaf && now.Sub(p.deaf) >= deafFor)
	if gone {
		p.there, p.minded, p.expired, p.deaf = false, false, false, time.Time{}
	}
	if up && (isDeaf && p.minded || now.Sub(p.marked) >= markEvery && (p.there || now.Sub(p.listed) < NodeLease)) {
		p.marking(now)
	}
	old := !p.there && now.Sub(p.touched) > forgetPeer
	p.mu.Unlock()
	if gone || old {
		b.calling.Lock()
		defer b.calling.Unlock()
		if gone {
			b.handler.Gone(p.node)
		}
		if old {
			delete(b.inboxes, p.node)
			b.mu.Lock()
			delete(b.peers, p.node)
			b.mu.Unlock()
		}
	}
}

// keepLease renews the lease, learns who else has one, and finds the server of each, until ctx ends.
func (b *RedisBus) keepLease(ctx context.Context) {
	tick := time.NewTicker(leaseEvery)
	defer tick.Stop()
	for {
		b.route(ctx)
		if b.Connected() {
			nodes, err := leaseScript.Run(ctx, b.redis.client, nodesKey, b.node, NodeLease.Milliseconds()).StringSlice()
			if err == nil {
				b.list(nodes)
			}
		}
		select {
		case <-ctx.Done():
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), redisTimeout)
			defer cancel()
			b.redis.client.ZRem(ctx, nodesKey[0], b.node) // else it expires
			return
		case <-tick.C:
		case <-b.poke:
		}
	}
}

// list notes who has a lease.
func (b *RedisBus) list(nodes []string) {
	now := time.Now()
	for _, node := range nodes {
		if node != b.node {
			b.peer(node)
		}
	}
	for _, p := range b.allPeers() {
		p.mu.Lock()
		if slices.Contains(nodes, p.node) {
			p.listed, p.touched, p.expired = now, now, false
			if p.marked.IsZero() {
				p.marking(now)
			}
		} else { // a while ago: a Redis that came back empty learns of each node as it comes back itself
			p.expired = p.there && now.Sub(p.listed) > NodeLease/2
		}
		p.mu.Unlock()
	}
}

// route finds the server of the own inbox and of each node's.
func (b *RedisBus) route(ctx context.Context) {
	if b.redis.cluster != nil && b.moved.Swap(false) {
		b.redis.cluster.ReloadState(ctx)
	}
	home, err := b.linkOf(ctx, busChannel(b.node))
	if err != nil {
		return
	}
	b.mu.Lock()
	before := b.atHome
	b.atHome = home
	b.mu.Unlock()
	if before != home { // each finds out anew whether it is the home
		before.cut()
		home.cut()
	}
	for _, p := range b.allPeers() {
		l, err := b.linkOf(ctx, p.channel)
		if err != nil {
			return
		}
		p.mu.Lock()
		if p.link != l {
			if p.link != nil {
				p.out.drop()
			}
			p.link, p.ready = l, false
			if len(p.out.queue) > 0 {
				p.line()
			}
		}
		p.mu.Unlock()
	}
}

// linkOf gives the link to the server that has a channel.
func (b *RedisBus) linkOf(ctx context.Context, channel string) (*link, error) {
	server, err := b.redis.serverOf(ctx, channel)
	if err != nil {
		return nil, err
	}
	addr := server.Options().Addr
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.links[addr]
	if l == nil {
		l = &link{bus: b, addr: addr, wake: make(chan struct{}, 1)}
		if b.atHome == nil {
			b.atHome = l // the own inbox is looked for first
		}
		b.links[addr] = l
		b.start(l)
	}
	return l, nil
}

// serverOf is the server that has a key or channel.
func (r *Redis) serverOf(ctx context.Context, key string) (*redis.Client, error) {
	if r.cluster != nil {
		return r.cluster.MasterForKey(ctx, key)
	}
	return r.client.(*redis.Client), nil
}

// Connected implements Bus.
func (b *RedisBus) Connected() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.atHome != nil && b.atHome.home.Load()
}

// Alive implements Bus.
func (b *RedisBus) Alive(ctx context.Context, node string) (bool, error) {
	for began := time.Now(); ; sleep(ctx, deafFor/10) {
		nodes, err := b.Nodes(ctx)
		if err != nil {
			return false, err
		}
		if !slices.Contains(nodes, node) {
			return false, nil
		}
		listened, err := b.listened(ctx, node)
		if listened || err != nil || time.Since(began) >= deafFor {
			return listened, err
		}
	}
}

// listened tells whether anybody listens to a node's inbox.
func (b *RedisBus) listened(ctx context.Context, node string) (bool, error) {
	channel := busChannel(node)
	server, err := b.redis.serverOf(ctx, channel)
	if err != nil {
		return false, unavailable("find a node's server", err)
	}
	ask := server.PubSubNumSub
	if b.redis.cluster != nil {
		ask = server.PubSubShardNumSub
	}
	n, err := ask(ctx, channel).Result()
	return n[channel] > 0, unavailable("ask who listens", err)
}

// Nodes implements Bus.
func (b *RedisBus) Nodes(ctx context.Context) ([]string, error) {
	nodes, err := nodesScript.Run(ctx, b.redis.client, nodesKey, NodeLease.Milliseconds()).StringSlice()
	slices.Sort(nodes)
	return nodes, unavailable("list nodes", err)
}

package rooms

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
)

// Exchange joins nodes that live in one process, for tests.
type Exchange struct {
	mu    sync.Mutex // guards nodes and the fields of each that say so
	nodes map[string]*MemoryBus
}

// NewExchange makes an exchange without nodes.
func NewExchange() *Exchange { return &Exchange{nodes: map[string]*MemoryBus{}} }

// MemoryBus is the Bus of one node of an Exchange.
type MemoryBus struct {
	exchange *Exchange     // fixed
	node     string        // fixed
	wake     chan struct{} // holds one: the inbox has something

	inbox []letter // under the exchange's mutex
	bytes int      // of inbox, under the exchange's mutex
}

// letter is a message, or with a nil body the news that messages were lost or, if gone, that the node is.
type letter struct {
	from string
	body []byte
	gone bool
}

// Bus makes the bus of a node; the node lives while its Run does.
func (x *Exchange) Bus(node string) *MemoryBus {
	return &MemoryBus{exchange: x, node: node, wake: make(chan struct{}, 1)}
}

// Lose makes to hear that messages from a node were lost.
func (x *Exchange) Lose(from, to string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if b := x.nodes[to]; b != nil {
		b.put(letter{from: from})
	}
}

// put runs under the exchange's mutex.
func (b *MemoryBus) put(l letter) {
	b.inbox = append(b.inbox, l)
	b.bytes += len(l.body)
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Send implements Bus.
func (b *MemoryBus) Send(to string, m []byte) error {
	x := b.exchange
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.nodes[b.node] != b {
		return ErrBusDown
	}
	if there := x.nodes[to]; there != nil {
		return there.take(b.node, m)
	}
	return nil
}

// take runs under the exchange's mutex.
func (b *MemoryBus) take(from string, m []byte) error {
	if len(m) > BusMessageBytes {
		return ErrBusMessage
	}
	if b.bytes+len(m) > BusQueueBytes || len(b.inbox) >= BusQueueMessages {
		if last := b.inbox[len(b.inbox)-1]; last.from != from || last.body != nil {
			b.put(letter{from: from})
		}
		return ErrBusFull
	}
	b.put(letter{from: from, body: append(make([]byte, 0, len(m)), m...)})
	return nil
}

// Broadcast implements Bus.
func (b *MemoryBus) Broadcast(m []byte) error {
	x := b.exchange
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.nodes[b.node] != b {
		return ErrBusDown
	}
	var err error
	for node, there := range x.nodes {
		if node != b.node {
			err = errors.Join(err, there.take(b.node, m))
		}
	}
	return err
}

// Run implements Bus.
func (b *MemoryBus) Run(ctx context.Context, h BusHandler) {
	x := b.exchange
	x.mu.Lock()
	x.nodes[b.node] = b
	x.mu.Unlock()
	defer func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		delete(x.nodes, b.node)
		b.inbox, b.bytes = nil, 0
		for _, other := range x.nodes {
			other.put(letter{from: b.node, gone: true})
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.wake:
		}
		x.mu.Lock()
		inbox := b.inbox
		b.inbox, b.bytes = nil, 0
		x.mu.Unlock()
		for _, l := range inbox {
			switch {
			case l.gone:
				h.Gone(l.from)
			case l.body == nil:
				h.Lost(l.from)
			default:
				h.Message(l.from, l.body)
			}
		}
	}
}

// Connected implements Bus.
func (b *MemoryBus) Connected() bool {
	b.exchange.mu.Lock()
	defer b.exchange.mu.Unlock()
	return b.exchange.nodes[b.node] == b
}

// Alive implements Bus.
func (b *MemoryBus) Alive(_ context.Context, node string) (bool, error) {
	b.exchange.mu.Lock()
	defer b.exchange.mu.Unlock()
	return b.exchange.nodes[node] != nil, nil
}

// Nodes implements Bus.
func (b *MemoryBus) Nodes(context.Context) ([]string, error) {
	b.exchange.mu.Lock()
	defer b.exchange.mu.Unlock()
	return slices.Sorted(maps.Keys(b.exchange.nodes)), nil
}

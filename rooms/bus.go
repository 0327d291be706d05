package rooms

import (
	"context"
	"errors"
)

// What the bus holds for one node that does not take it as fast as it is sent. Beyond, messages are refused and lost.
const (
	BusQueueBytes    = 4 << 20
	BusQueueMessages = 16 << 10
	// BusMessageBytes is the longest message: a frame of a visitor with room for what is said about it.
	BusMessageBytes = 1<<20 + 4<<10
)

var (
	// ErrBusFull is returned when a node takes messages slower than they are sent.
	ErrBusFull = errors.New("the node's queue is full")
	// ErrBusMessage is returned for a message longer than BusMessageBytes.
	ErrBusMessage = errors.New("the message is too long for the bus")
	// ErrBusDown is returned while this node is cut off from the others.
	ErrBusDown = errors.New("cut off from the other nodes")
)

// BusHandler takes what comes over the bus. Its methods are called one at a time, must not block, and may send.
type BusHandler interface {
	// Message takes a message; those of one sender come in the order they were sent in, each at most once. m is the bus's
	// own: what is kept of it is copied.
	Message(from string, m []byte)
	// Lost tells that messages from that node were lost before the next one, or that it began anew and knows nothing of what
	// was before.
	Lost(from string)
	// Gone tells that a node which was there is dead or cut off. It may come back; Lost then comes first if anything was
	// lost.
	Gone(node string)
}

// Bus carries messages between nodes, which are named by IDs that no two runs of the program share. It keeps the order
// from one node to another and tells of losses; it does not repair them.
type Bus interface {
	// Send puts a message for a node on its way without blocking, and keeps no reference to it. After
	// ErrBusFull and ErrBusDown the message is lost and the other side is told so; ErrBusMessage refuses it and no more. That a node is not there shows in Gone only.
	Send(to string, m []byte) error
	// Broadcast sends to every other living node.
	Broadcast(m []byte) error
	// Run connects this node to the others until ctx ends, and calls h meanwhile.
	Run(ctx context.Context, h BusHandler)
	// Connected tells whether this node reaches the others, so far as it knows.
	Connected() bool
	// Alive tells whether a node lives. Of one that died within the last seconds it takes up to half a second to be sure.
	Alive(ctx context.Context, node string) (bool, error)
	// Nodes lists the living nodes, this one included, sorted.
	Nodes(ctx context.Context) ([]string, error)
}

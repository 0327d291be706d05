// Package wire is the protocol between a visitor's page, the server and an agent's screen, as PROTOCOL.md states it.
//
// What must stay true: this package knows no network and no state; a frame is one []byte, header and body, so that the
// server can stamp it in place and hand the same bytes to every reader.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Subprotocol is the WebSocket subprotocol of this version (RFC 6455 §1.9).
const Subprotocol = "alongside.v1"

// TicketPrefix marks the second subprotocol token, the one that carries the ticket.
const TicketPrefix = "ticket."

// Limits that both sides keep. Sizes are in bytes of a whole frame unless said otherwise.
const (
	HeaderBytes           = 20
	MaxVisitorFrameBytes  = 1 << 20
	MaxAgentFrameBytes    = 64 << 10
	MaxPartBytes          = 64 << 10 // of operations and strings in one snapshot part, before deflating
	MaxInflatedBytes      = 8 << 20
	MaxChatCharacters     = 4000
	MaxPingBytes          = 16
	CheckpointBytes       = 8 << 20  // of state frames a room keeps
	AssetBytes            = 16 << 20 // of assets a room keeps
	MaxSourcesPerRoom     = 16
	MaxAgentsPerRoom      = 64
	TicketLife            = 30 * time.Second
	HelloTimeout          = 5 * time.Second
	PingEvery             = 10 * time.Second
	SilenceTimeout        = 25 * time.Second
	ViewConsentTimeout    = 30 * time.Second
	ReconnectWindow       = 60 * time.Second
	AwayWindow            = 5 * time.Minute // for a visitor who left for another site or whose phone sleeps
	JoinCodeLife          = 20 * time.Minute
	maxTimeMilliseconds   = 1<<48 - 1
	offKind, offFlags     = 0, 1
	offSource, offEpoch   = 2, 4
	offSequence           = 8
	offMember, offTimeMSB = 12, 14
)

// Flags of a frame's header.
const (
	FlagDeflated byte = 1 << iota // the body is raw deflate (RFC 1951); in an asset, what follows the key
	FlagFirst                     // first part of a snapshot
	FlagLast                      // last part of a snapshot
)

// Frame is a header and a body as they travel in one binary WebSocket message. It is shared by all its readers: after
// Stamp nobody writes to it.
type Frame []byte

// ErrShort is returned for a message that cannot hold a header.
var ErrShort = errors.New("frame shorter than its header")

// New builds a frame of the given kind, with the rest of the header zero, around a copy of body.
func New(kind Kind, body []byte) Frame {
	f := make(Frame, HeaderBytes+len(body))
	f[offKind] = byte(kind)
	copy(f[HeaderBytes:], body)
	return f
}

// Parse checks that message can be a frame; it does not copy.
func Parse(message []byte) (Frame, error) {
	if len(message) < HeaderBytes {
		return nil, fmt.Errorf("parse frame of %d bytes: %w", len(message), ErrShort)
	}
	return Frame(message), nil
}

// Kind says what the frame is.
func (f Frame) Kind() Kind { return Kind(f[offKind]) }

// Flags returns the header's flags.
func (f Frame) Flags() byte { return f[offFlags] }

// Source is the number of the tab the frame is from or about; 0 means none.
func (f Frame) Source() uint16 { return binary.BigEndian.Uint16(f[offSource:]) }

// Epoch is the snapshot a state frame belongs to.
func (f Frame) Epoch() uint32 { return binary.BigEndian.Uint32(f[offEpoch:]) }

// Sequence is the frame's place among the state frames of its epoch, from 1.
func (f Frame) Sequence() uint32 { return binary.BigEndian.Uint32(f[offSequence:]) }

// Member is the number of the person who sent the frame; 0 is the server.
func (f Frame) Member() uint16 { return binary.BigEndian.Uint16(f[offMember:]) }

// Time is the server's clock when it stamped the frame, to the millisecond.
func (f Frame) Time() time.Time {
	b := f[offTimeMSB:HeaderBytes]
	return time.UnixMilli(int64(binary.BigEndian.Uint16(b))<<32 | int64(binary.BigEndian.Uint32(b[2:])))
}

// Body is what follows the header, still deflated if FlagDeflated is set.
func (f Frame) Body() []byte { return f[HeaderBytes:] }

// Stamp writes what only the server may say into the header. Whatever a client wrote there is lost.
func (f Frame) Stamp(source, member uint16, sequence uint32, at time.Time) {
	binary.BigEndian.PutUint16(f[offSource:], source)
	binary.BigEndian.PutUint32(f[offSequence:], sequence)
	binary.BigEndian.PutUint16(f[offMember:], member)
	ms := uint64(max(at.UnixMilli(), 0)) & maxTimeMilliseconds
	binary.BigEndian.PutUint16(f[offTimeMSB:], uint16(ms>>32))
	binary.BigEndian.PutUint32(f[offTimeMSB+2:], uint32(ms))
}

// SetState writes the part of the header that a source decides: flags and epoch. Clients and tests use it.
func (f Frame) SetState(flags byte, epoch uint32) {
	f[offFlags] = flags
	binary.BigEndian.PutUint32(f[offEpoch:], epoch)
}

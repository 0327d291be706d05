package wire

import "fmt"

// Kind is the first byte of a frame.
type Kind byte

// The kinds of version 1; PROTOCOL.md gives the bodies.
const (
	Hello      Kind = 0x01
	Welcome    Kind = 0x02
	Ping       Kind = 0x03
	Pong       Kind = 0x04
	Bye        Kind = 0x05
	Members    Kind = 0x06
	Sources    Kind = 0x07
	Consent    Kind = 0x08
	Policy     Kind = 0x09
	Room       Kind = 0x0a
	Queue      Kind = 0x0b
	Snapshot   Kind = 0x10
	Diff       Kind = 0x11
	Asset      Kind = 0x12
	Keyframe   Kind = 0x13
	Halt       Kind = 0x14
	Pointer    Kind = 0x20
	Viewport   Kind = 0x21
	Click      Kind = 0x22
	Page       Kind = 0x23
	Pause      Kind = 0x24
	Annotation Kind = 0x25
	Chat       Kind = 0x30
	Typing     Kind = 0x31
	File       Kind = 0x32
	Read       Kind = 0x33
	Control    Kind = 0x40
	ControlAck Kind = 0x41
	Reveal     Kind = 0x42
	Signal     Kind = 0x50
	Media      Kind = 0x51
	Error      Kind = 0x60
)

// Role is who is at the other end of a connection; roles combine as a set.
type Role byte

// The roles. A visitor's connection is one tab of the visitor.
const (
	Visitor Role = 1 << iota
	Agent
	Server
)

// Lane is how frames of a kind queue towards a slow reader.
type Lane byte

// The lanes. State is whole and in order or resynced; Latest keeps the newest per sender; Ordered keeps all, and
// overflow closes the reader; Session never leaves the connection it arrived on.
const (
	Session Lane = iota
	State
	Latest
	Ordered
)

// Rule says who may send a kind, how it queues, and how long its body may be.
type Rule struct {
	Name         string
	Senders      Role
	Lane         Lane
	MinBodyBytes int
	MaxBodyBytes int // 0: as long as the role's frame limit allows
	JSON         bool
	Page         bool // shows something of the visitor's page: needs consent to view, stops while paused
}

const jsonBytes = 32 << 10

var rules = [256]Rule{
	Hello:      {Name: "hello", Senders: Visitor | Agent, Lane: Session, MaxBodyBytes: jsonBytes, JSON: true},
	Welcome:    {Name: "welcome", Senders: Server, Lane: Ordered, JSON: true},
	Ping:       {Name: "ping", Senders: Visitor | Agent | Server, Lane: Session, MaxBodyBytes: MaxPingBytes},
	Pong:       {Name: "pong", Senders: Visitor | Agent | Server, Lane: Session, MaxBodyBytes: MaxPingBytes},
	Bye:        {Name: "bye", Senders: Visitor | Agent | Server, Lane: Ordered, MaxBodyBytes: 1 << 10, JSON: true},
	Members:    {Name: "members", Senders: Server, Lane: Ordered, JSON: true},
	Sources:    {Name: "sources", Senders: Server, Lane: Ordered, JSON: true},
	Consent:    {Name: "consent", Senders: Visitor | Agent | Server, Lane: Ordered, MaxBodyBytes: 4 << 10, JSON: true},
	Policy:     {Name: "policy", Senders: Server, Lane: Ordered, JSON: true},
	Room:       {Name: "room", Senders: Server, Lane: Ordered, JSON: true},
	Queue:      {Name: "queue", Senders: Server, Lane: Ordered, JSON: true},
	Snapshot:   {Name: "snapshot", Senders: Visitor, Lane: State, Page: true},
	Diff:       {Name: "diff", Senders: Visitor, Lane: State, Page: true},
	Asset:      {Name: "asset", Senders: Visitor, Lane: State, MinBodyBytes: KeyBytes, Page: true},
	Keyframe:   {Name: "keyframe", Senders: Agent | Server, Lane: Ordered, MaxBodyBytes: 1 << 10, JSON: true},
	Halt:       {Name: "halt", Senders: Server, Lane: Ordered},
	Pointer:    {Name: "pointer", Senders: Visitor | Agent, Lane: Latest, MinBodyBytes: PointerBytes, MaxBodyBytes: PointerBytes, Page: true},
	Viewport:   {Name: "viewport", Senders: Visitor, Lane: Latest, MinBodyBytes: ViewportBytes, MaxBodyBytes: ViewportBytes, Page: true},
	Click:      {Name: "click", Senders: Visitor | Agent, Lane: Ordered, MinBodyBytes: PointerBytes + 1, MaxBodyBytes: PointerBytes + 1, Page: true},
	Page:       {Name: "page", Senders: Visitor, Lane: Ordered, MaxBodyBytes: 8 << 10, JSON: true},
	Pause:      {Name: "pause", Senders: Visitor, Lane: Ordered, MaxBodyBytes: 1 << 10, JSON: true},
	Annotation: {Name: "annotation", Senders: Visitor | Agent, Lane: Ordered, MaxBodyBytes: jsonBytes, Page: true},
	Chat:       {Name: "chat", Senders: Visitor | Agent, Lane: Ordered, MaxBodyBytes: jsonBytes, JSON: true},
	Typing:     {Name: "typing", Senders: Visitor | Agent, Lane: Latest, MaxBodyBytes: 1},
	File:       {Name: "file", Senders: Visitor | Agent, Lane: Ordered},
	Read:       {Name: "read", Senders: Visitor | Agent, Lane: Latest, MaxBodyBytes: 1 << 10, JSON: true},
	Control:    {Name: "control", Senders: Agent, Lane: Ordered, MaxBodyBytes: 8 << 10, JSON: true, Page: true},
	ControlAck: {Name: "control-ack", Senders: Visitor, Lane: Ordered, MaxBodyBytes: 1 << 10, JSON: true},
	Reveal:     {Name: "reveal", Senders: Visitor | Agent, Lane: Ordered, MaxBodyBytes: 1 << 10, JSON: true},
	Signal:     {Name: "signal", Senders: Visitor | Agent | Server, Lane: Ordered, MaxBodyBytes: jsonBytes, JSON: true},
	Media:      {Name: "media", Senders: Visitor | Agent, Lane: Ordered, MaxBodyBytes: 1 << 10, JSON: true},
	Error:      {Name: "error", Senders: Server, Lane: Ordered, JSON: true},
}

// Rule returns the rule of the kind; ok is false for a kind this version does not know, which receivers ignore.
func (k Kind) Rule() (rule Rule, ok bool) {
	rule = rules[k]
	return rule, rule.Name != ""
}

// String is the kind's name, or its number when unknown.
func (k Kind) String() string {
	if r, ok := k.Rule(); ok {
		return r.Name
	}
	return fmt.Sprintf("kind %#02x", byte(k))
}

// Check tells whether a client of the given role may send the frame; the error is the reason to close with.
// An unknown kind passes: the caller ignores it.
func Check(f Frame, from Role) error {
	r, ok := f.Kind().Rule()
	switch {
	case !ok:
		return nil
	case r.Senders&from == 0:
		return Closef(CloseWrongRole, "%s may not be sent by this side", r.Name)
	case len(f.Body()) < r.MinBodyBytes:
		return Closef(CloseMalformed, "%s body has %d bytes, at least %d are needed", r.Name, len(f.Body()), r.MinBodyBytes)
	case r.MaxBodyBytes > 0 && len(f.Body()) > r.MaxBodyBytes:
		return Closef(CloseTooLarge, "%s body has %d bytes, at most %d are allowed", r.Name, len(f.Body()), r.MaxBodyBytes)
	}
	return nil
}

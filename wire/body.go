package wire

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
)

// Sizes of binary bodies.
const (
	KeyBytes      = 16
	PointerBytes  = 16
	ViewportBytes = 36
)

// PointerBody is where someone points: a node and a fraction of its box, because the two screens lay out differently,
// and the place in the sender's viewport for when the node is unknown.
type PointerBody struct {
	Node   uint32
	FX, FY uint16 // fraction × 65535
	X, Y   int32  // CSS px
}

// ParsePointer reads the first PointerBytes of a pointer or click body.
func ParsePointer(b []byte) (p PointerBody, err error) {
	if len(b) < PointerBytes {
		return p, fmt.Errorf("parse pointer of %d bytes: %w", len(b), ErrShort)
	}
	be := binary.BigEndian
	return PointerBody{be.Uint32(b), be.Uint16(b[4:]), be.Uint16(b[6:]), int32(be.Uint32(b[8:])), int32(be.Uint32(b[12:]))}, nil
}

// ViewportBody is what part of its page a source shows.
type ViewportBody struct {
	Width, Height    uint32 // layout viewport, CSS px
	ScrollX, ScrollY int32
	DPR, Zoom        float32 // device pixels per CSS px; pinch zoom
	OffsetX, OffsetY float32 // visual viewport within the layout viewport
	DocHeight        uint32
}

// ParseViewport reads a viewport body.
func ParseViewport(b []byte) (v ViewportBody, err error) {
	if len(b) != ViewportBytes {
		return v, fmt.Errorf("parse viewport of %d bytes: %w", len(b), ErrShort)
	}
	be := binary.BigEndian
	f := func(at int) float32 { return math.Float32frombits(be.Uint32(b[at:])) }
	return ViewportBody{
		Width: be.Uint32(b), Height: be.Uint32(b[4:]),
		ScrollX: int32(be.Uint32(b[8:])), ScrollY: int32(be.Uint32(b[12:])),
		DPR: f(16), Zoom: f(20), OffsetX: f(24), OffsetY: f(28), DocHeight: be.Uint32(b[32:]),
	}, nil
}

// HelloBody opens a connection.
type HelloBody struct {
	Client string              `json:"client"`         // program and version, for diagnosis
	Page   *PageBody           `json:"page,omitempty"` // of a visitor
	Seen   map[uint16]SeenBody `json:"seen,omitempty"` // of an agent: what its mirror still holds, by source
	Chat   uint32              `json:"chat,omitempty"` // the highest number of chat the client holds
}

// SeenBody is the last state frame a mirror applied.
type SeenBody struct {
	Epoch    uint32 `json:"epoch"`
	Sequence uint32 `json:"seq"`
}

// WelcomeBody answers hello.
type WelcomeBody struct {
	Member  uint16            `json:"member"`
	Source  uint16            `json:"source,omitempty"` // of a visitor
	Room    string            `json:"room"`
	State   RoomState         `json:"state"`
	Salt    string            `json:"salt,omitempty"` // of a visitor: base64url of 16 bytes; never reaches an agent
	Policy  json.RawMessage   `json:"policy,omitempty"`
	Members []MemberBody      `json:"members"`
	Sources []SourceBody      `json:"sources"`
	Limits  LimitsBody        `json:"limits"`
	Reads   map[uint16]uint32 `json:"reads,omitempty"` // by member: all chat up to this number was read
	Queue   *PlaceBody        `json:"queue,omitempty"` // of a visitor who waits
}

// LimitsBody tells a client what the server accepts.
type LimitsBody struct {
	FrameBytes int `json:"frameBytes"`
	PartBytes  int `json:"partBytes"`
	AssetBytes int `json:"assetBytes"`
	PingMS     int `json:"pingMs"`
	SilenceMS  int `json:"silenceMs"`
}

// RoomState is where a room stands.
type RoomState string

// The states of a room.
const (
	RoomBrowsing RoomState = "browsing" // the visitor did not ask for help
	RoomWaiting  RoomState = "waiting"  // for an agent
	RoomHelping  RoomState = "helping"  // an agent is here, nobody sees the page
	RoomAsking   RoomState = "asking"   // an agent asked to see the page
	RoomLive     RoomState = "live"
	RoomPaused   RoomState = "paused"
	RoomAway     RoomState = "away" // the visitor's last tab is gone, the room is held
	RoomEnded    RoomState = "ended"
)

// MemberBody is a person in the room as the others see them.
type MemberBody struct {
	Member uint16 `json:"member"`
	Role   string `json:"role"` // visitor, agent
	Name   string `json:"name"`
	State  string `json:"state"` // helping, asking, viewing, away; of the visitor: here, away
}

// MembersBody is the whole roster.
type MembersBody struct {
	Members []MemberBody `json:"members"`
}

// SourceBody is a tab of the visitor.
type SourceBody struct {
	Source    uint16 `json:"source"`
	URL       string `json:"url"`
	Title     string `json:"title"`
	Visible   bool   `json:"visible"`
	Focused   bool   `json:"focused"`
	Connected bool   `json:"connected"`
}

// SourcesBody is the whole list of tabs.
type SourcesBody struct {
	Sources []SourceBody `json:"sources"`
}

// RoomBody tells a change of the room's state.
type RoomBody struct {
	State RoomState `json:"state"`
}

// ConsentBody is an act of consent.
type ConsentBody struct {
	What   string `json:"what"` // view, control, recording, microphone, camera, screen
	Act    string `json:"act"`  // ask, grant, deny, withdraw, expire
	Member uint16 `json:"member"`
	Name   string `json:"name,omitempty"`
	Text   string `json:"text,omitempty"` // version of the text the visitor read
	Lang   string `json:"lang,omitempty"` // BCP 47 tag it was read in
}

// PageBody is the page a source shows, already cut to what the policy lets out.
type PageBody struct {
	URL     string `json:"url"`
	Title   string `json:"title"`
	Visible bool   `json:"visible"`
	Focused bool   `json:"focused"`
	Leaving bool   `json:"leaving,omitempty"`
}

// PauseBody starts or ends a pause.
type PauseBody struct {
	Paused bool   `json:"paused"`
	Why    string `json:"why,omitempty"` // hand, url, field
}

// KeyframeBody asks for a snapshot.
type KeyframeBody struct {
	Why  string   `json:"why"`            // start, resync, over-cap, gap
	Have []string `json:"have,omitempty"` // hex keys of the assets the room holds
}

// ByeBody announces an end.
type ByeBody struct {
	Code   CloseCode `json:"code"`
	Reason string    `json:"reason"`
}

// ErrorBody tells a client what was refused; the connection goes on.
type ErrorBody struct {
	Code    string `json:"code"` // no-consent, not-allowed, malformed, rate, unavailable
	Kind    Kind   `json:"kind"`
	Message string `json:"message"`
	ID      string `json:"id,omitempty"` // of the chat message that was refused
}

// NewJSON builds a frame whose body is v as JSON. v is one of the bodies above, which always encode.
func NewJSON(kind Kind, v any) Frame {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %s: %v", kind, err)) // a programming error: bodies hold plain fields only
	}
	return New(kind, b)
}

// ReadJSON decodes the frame's JSON body into v. The error names the kind, never the content.
func ReadJSON(f Frame, v any) error {
	if err := json.Unmarshal(f.Body(), v); err != nil {
		return Closef(CloseMalformed, "%s body is not the JSON object it should be", f.Kind())
	}
	return nil
}

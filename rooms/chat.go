package rooms

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"alongside/wire"
)

// What a room holds of its chat for those who come back; older messages are the transcript's.
const (
	chatKept      = 1000
	chatKeptBytes = 1 << 20
	chatsPerRoom  = 10_000
)

// How fast one person may write, besides what the connection allows.
const (
	chatBurst     = 30
	chatPerSecond = 5
)

// chatID is a message's ID as a room remembers it.
type chatID [16]byte

func toChatID(id string) (c chatID) {
	hex.Decode(c[:], []byte(id)) // wire.ReadChat has checked it
	return c
}

// chatLog is the chat of a room: what was stored and shown, in the order of the numbers. Readers hold the number they are
// at, as they hold cursors into the page's state, so that a slow one costs nothing and nobody gets a message twice.
type chatLog struct {
	given uint32            // the highest number given to a message, be it stored or not
	known map[chatID]uint32 // the number of every message shown, kept or not
	kept  []chatFrame       // the newest, by number
	bytes int               // of kept
}

type chatFrame struct {
	n     uint32
	frame wire.Frame
}

// shown is the highest number that everybody may know.
func (l *chatLog) shown() uint32 {
	if len(l.kept) == 0 {
		return 0
	}
	return l.kept[len(l.kept)-1].n
}

func (l *chatLog) add(id chatID, n uint32, f wire.Frame) {
	if l.known == nil {
		l.known = map[chatID]uint32{}
	}
	l.known[id] = n
	l.kept = append(l.kept, chatFrame{n, f})
	l.bytes += len(f)
	for len(l.kept) > chatKept || l.bytes > chatKeptBytes {
		l.bytes -= len(l.kept[0].frame)
		l.kept = slices.Delete(l.kept, 0, 1)
	}
}

// after lists what is kept above a number.
func (l *chatLog) after(n uint32) []chatFrame {
	i, found := slices.BinarySearchFunc(l.kept, n, func(c chatFrame, n uint32) int { return int(int64(c.n) - int64(n)) })
	if found {
		i++
	}
	return l.kept[i:]
}

// author is who wrote a message.
type author struct {
	member             uint16
	role, person, name string
}

func (s *Seat) author() author {
	if s.member != nil {
		return author{s.member.number, "agent", s.member.person.ID, s.member.person.Name}
	}
	return author{visitorMember, "visitor", "", s.room.visitorName()}
}

// allowance is what a person may still write at once.
type allowance struct {
	used float64
	at   time.Time
}

func (a *allowance) take(now time.Time) bool {
	a.used = max(0, a.used-chatPerSecond*now.Sub(a.at).Seconds())
	a.at = now
	if a.used+1 > chatBurst {
		return false
	}
	a.used++
	return true
}

// chat takes a message in. One that the room knows is answered to its sender alone; any other is stored first.
func chat(r *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	b, problem, err := wire.ReadChat(f)
	if err != nil {
		return nil, err
	}
	if problem != "" {
		s.failChat("malformed", b.ID, problem)
		return nil, nil
	}
	by := s.author()
	if n, ok := r.chat.known[toChatID(b.ID)]; ok {
		r.showAgain(s, by, b, n)
		return nil, nil
	}
	if r.allowances[by.member] == nil {
		r.allowances[by.member] = &allowance{}
	}
	switch {
	case !r.help && r.accepted.IsZero():
		s.failChat("not-allowed", b.ID, "ask for help first")
	case len(r.chat.known) >= chatsPerRoom:
		s.failChat("not-allowed", b.ID, "this session has no room for more messages")
	case !r.allowances[by.member].take(r.hub.Clock()):
		s.failChat("rate", b.ID, "too many messages at once")
	default:
		return func(ctx context.Context) { r.say(ctx, s, by, b) }, nil
	}
	return nil, nil
}

// showAgain answers a message that is known: by the frame it was shown with, or, if that is kept no more, one made of what
// its writer sent again. A connection that has not come to it yet gets it in its turn: what has a higher number must not
// overtake.
func (r *Room) showAgain(s *Seat, by author, b wire.ChatBody, n uint32) {
	kept := r.chat.after(n - 1)
	switch held := len(kept) > 0 && kept[0].n == n; {
	case !held:
		s.enqueue(r.chatFrame(b, by, n, r.hub.Clock()))
	case n > s.chatAt:
		s.wake()
	default:
		s.enqueue(kept[0].frame)
	}
}

func (r *Room) chatFrame(b wire.ChatBody, by author, n uint32, at time.Time) wire.Frame {
	b.N, b.Role, b.Name = n, by.role, by.name
	f := wire.NewJSON(wire.Chat, b)
	f.Stamp(0, by.member, 0, at)
	return f
}

// say numbers a message, stores it and only then shows it to all. It runs without the mutex, on the sender's goroutine:
// a slow store costs the sender. Messages of a room are stored one after the other, so that nobody who has seen a number
// is ever shown a lower one.
func (r *Room) say(ctx context.Context, s *Seat, by author, b wire.ChatBody) {
	ctx, cancel := context.WithTimeout(ctx, recordTimeout)
	defer cancel()
	at := r.hub.Clock()
	if err := r.takeTurn(ctx); err != nil {
		r.lock()
		defer r.unlock()
		s.failChat("unavailable", b.ID, notStored)
		return
	}
	defer r.passTurn() // once the message is shown, be the store's bug what it may
	n, fresh := r.number(s, by, b)
	var err error
	if fresh {
		if err = r.store(ctx, by, b, n, at); err != nil {
			r.hub.Logger.Error("store a message; its writer is told", "room", r.id, "err", err)
		}
	}
	r.lock()
	defer r.unlock()
	switch {
	case !fresh:
	case err != nil:
		s.failChat("unavailable", b.ID, notStored)
	default:
		r.chats++
		r.chat.add(toChatID(b.ID), n, r.chatFrame(b, by, n, at))
		for _, other := range r.seats() {
			other.wake()
		}
		s.wake() // may be closing, and is then told before it is closed
	}
}

const notStored = "the message could not be stored; send it again"

// number gives a message its number, once its sender has the turn. A number is never given again, even if storing fails:
// whether that message was stored is not known then. fresh is false if there is nothing to store: the room is over, or
// the message came by another connection meanwhile, which is answered.
func (r *Room) number(s *Seat, by author, b wire.ChatBody) (n uint32, fresh bool) {
	r.lock()
	defer r.unlock()
	if n, ok := r.chat.known[toChatID(b.ID)]; ok {
		r.showAgain(s, by, b, n)
		return n, false
	}
	if r.state == wire.RoomEnded {
		return 0, false
	}
	r.chat.given++
	return r.chat.given, true
}

// store writes a message down, after the session it belongs to. The caller has the turn.
func (r *Room) store(ctx context.Context, by author, b wire.ChatBody, n uint32, at time.Time) error {
	if !r.written {
		if err := r.keepInTurn(ctx); err != nil {
			return err
		}
	}
	return r.hub.Transcript.Append(ctx, Message{
		Tenant: r.tenant, Site: r.site, Room: r.id, ID: b.ID, N: int(n), Role: by.role, Person: by.person, Name: by.name,
		Text: b.Text, At: at,
	})
}

// failChat tells the sender what became of a message.
func (s *Seat) failChat(code, id, message string) {
	f := wire.NewJSON(wire.Error, wire.ErrorBody{Code: code, Kind: wire.Chat, Message: message, ID: id})
	f.Stamp(0, 0, 0, s.room.hub.Clock())
	s.enqueue(f)
}

// takeChat appends the messages that the connection lacks; more tells whether some are left.
func (s *Seat) takeChat(dst []wire.Frame, budget int) (_ []wire.Frame, left int, more bool) {
	if !s.holdsPlace() {
		return dst, budget, false
	}
	for _, c := range s.room.chat.after(s.chatAt) {
		if budget <= 0 {
			return dst, budget, true
		}
		dst = append(dst, c.frame)
		budget -= len(c.frame)
		s.chatAt = c.n
	}
	return dst, budget, false
}

// holdsPlace tells whether the connection is its person's or tab's, and that one still in the room.
func (s *Seat) holdsPlace() bool {
	return s.source != nil && s.source.seat == s || s.member != nil && s.member.seat == s
}

// read notes how far somebody has read and passes it on.
func read(r *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	var b wire.ReadBody
	if err := wire.ReadJSON(f, &b); err != nil {
		return nil, err
	}
	by := s.author().member
	n := min(b.N, r.chat.shown())
	if n <= r.reads[by] {
		return nil, nil
	}
	r.reads[by] = n
	mark := wire.NewJSON(wire.Read, wire.ReadBody{N: n})
	mark.Stamp(0, by, 0, r.hub.Clock())
	r.toAll(mark, s)
	return nil, nil
}

// typing passes on that somebody types, or stopped.
func typing(r *Room, s *Seat, f wire.Frame) (func(context.Context), error) {
	r.from(s, f)
	r.toAll(f, s)
	return nil, nil
}

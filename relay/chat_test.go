package relay

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"alongside/rooms"
	"alongside/store"
	"alongside/wire"
)

// ledger is a transcript in a real database that fails as disks do: before it kept a message, after it kept it, or late.
type ledger struct {
	db    *store.DB
	fails atomic.Int64
}

func newLedger(t testing.TB) *ledger {
	db, err := store.Open(t.Context(), t.TempDir(), store.Migrations{Package: "ledger", Steps: []string{
		`CREATE TABLE messages (room TEXT, id TEXT, n INTEGER, text TEXT, PRIMARY KEY (room, id), UNIQUE (room, n)) STRICT`,
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return &ledger{db: db}
}

func (l *ledger) Messages(context.Context, string, string) ([]rooms.Message, error) { return nil, nil }

func (l *ledger) Append(ctx context.Context, m rooms.Message) error {
	dice := rand.IntN(100)
	if dice < 8 {
		l.fails.Add(1)
		return errors.New("the disk is full")
	}
	if dice > 90 {
		time.Sleep(5 * time.Millisecond)
	}
	_, err := l.db.Writer.ExecContext(ctx, `INSERT INTO messages VALUES (?, ?, ?, ?)
		ON CONFLICT (room, id) DO UPDATE SET n = excluded.n`, m.Room, m.ID, m.N, m.Text)
	if err == nil && dice < 16 {
		l.fails.Add(1)
		return errors.New("the answer of the disk was lost")
	}
	return err
}

// kept lists the IDs of a room by number.
func (l *ledger) kept(t testing.TB, room string) (ids []string) {
	rows, err := l.db.Reader.QueryContext(t.Context(), `SELECT id FROM messages WHERE room = ? ORDER BY n`, room)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id sql.NullString
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id.String)
	}
	return ids
}

// chatter is a client that keeps to the protocol's rules for chat, on a connection that is cut again and again.
type chatter struct {
	name    string
	connect func(ctx context.Context, chat uint32) (*websocket.Conn, error)
	cuts    int // left

	outbox   []wire.ChatBody // not acknowledged
	shown    []wire.ChatBody // by number
	repeated int
	resent   int
}

func (c *chatter) highest() uint32 {
	if len(c.shown) == 0 {
		return 0
	}
	return c.shown[len(c.shown)-1].N
}

// run goes on until everything was acknowledged and all of want messages were shown.
func (c *chatter) run(ctx context.Context, want int) error {
	for len(c.outbox) > 0 || len(c.shown) < want {
		if err := c.once(ctx, want); err != nil {
			return fmt.Errorf("%s, %d shown, %d unacknowledged: %w", c.name, len(c.shown), len(c.outbox), err)
		}
	}
	return nil
}

// once is one connection.
func (c *chatter) once(ctx context.Context, want int) error {
	ws, err := c.connect(ctx, c.highest())
	if err != nil {
		return err
	}
	defer ws.CloseNow()
	var lifetime <-chan time.Time
	if c.cuts > 0 {
		c.cuts--
		lifetime = time.After(time.Duration(20+rand.IntN(120)) * time.Millisecond)
	}
	frames := make(chan wire.Frame)
	reading, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer close(frames)
		for {
			_, b, err := ws.Read(reading)
			if err != nil {
				return
			}
			select {
			case frames <- wire.Frame(b):
			case <-reading.Done():
				return
			}
		}
	}()
	queue := slices.Clone(c.outbox)
	c.resent += len(queue)
	for len(c.outbox) > 0 || len(c.shown) < want {
		pause := time.After(time.Duration(rand.IntN(8)) * time.Millisecond)
		select {
		case <-lifetime:
			return nil // cut, perhaps in the middle of everything
		case <-ctx.Done():
			return ctx.Err()
		case f, ok := <-frames:
			if !ok {
				return nil
			}
			again, err := c.take(f)
			if err != nil {
				return err
			}
			queue = append(queue, again...)
		case <-pause:
			if len(queue) > 0 {
				if err := ws.Write(ctx, websocket.MessageBinary, wire.NewJSON(wire.Chat, queue[0])); err != nil {
					return nil
				}
				queue = queue[1:]
			}
		}
	}
	return nil
}

// take reads a frame and gives back what must be sent again.
func (c *chatter) take(f wire.Frame) (again []wire.ChatBody, err error) {
	switch f.Kind() {
	case wire.Chat:
		var b wire.ChatBody
		if err := wire.ReadJSON(f, &b); err != nil {
			return nil, err
		}
		c.outbox = slices.DeleteFunc(c.outbox, func(o wire.ChatBody) bool { return o.ID == b.ID })
		if b.N <= c.highest() {
			c.repeated++
			if !slices.Contains(c.shown, b) {
				return nil, fmt.Errorf("number %d came late: it was never shown", b.N)
			}
			return nil, nil
		}
		c.shown = append(c.shown, b)
	case wire.Error:
		var b wire.ErrorBody
		if err := wire.ReadJSON(f, &b); err != nil {
			return nil, err
		}
		if b.Code != "unavailable" && b.Code != "rate" {
			return nil, fmt.Errorf("refused: %s", b.Code)
		}
		for _, o := range c.outbox {
			if o.ID == b.ID {
				again = append(again, o)
			}
		}
	}
	return again, nil
}

// socket connects and says hello.
func (w *world) socket(ctx context.Context, path, ticket, origin string, chat uint32) (*websocket.Conn, error) {
	ws, _, err := websocket.Dial(ctx, w.http.URL+path, &websocket.DialOptions{
		Subprotocols: []string{wire.Subprotocol, wire.TicketPrefix + ticket}, HTTPHeader: http.Header{"Origin": {origin}},
	})
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	ws.SetReadLimit(4 << 20)
	hello := wire.NewJSON(wire.Hello, wire.HelloBody{Client: "chatter", Page: &wire.PageBody{Visible: true}, Chat: chat})
	if err := ws.Write(ctx, websocket.MessageBinary, hello); err != nil {
		ws.CloseNow()
		return nil, fmt.Errorf("say hello: %w", err)
	}
	return ws, nil
}

func (w *world) chattingTab(e entry, n int) *chatter {
	return &chatter{name: fmt.Sprintf("tab %d", n), connect: func(ctx context.Context, chat uint32) (*websocket.Conn, error) {
		return w.socket(ctx, "/widget/v1/socket", w.resume(e, tab(n)), shop, chat)
	}}
}

func (w *world) chattingAgent(e entry, name string) *chatter {
	return &chatter{name: name, connect: func(ctx context.Context, chat uint32) (*websocket.Conn, error) {
		j, err := w.hub.JoinByRoom(ctx, "tenant", rooms.Person{ID: name, Name: name}, e.Room)
		if err != nil {
			return nil, err
		}
		return w.socket(ctx, "/api/v1/socket", j.Ticket, w.http.URL, chat)
	}}
}

// Three write at once, every connection is cut again and again, and the store fails one time in six. Nothing is lost,
// nothing is there twice, and everybody sees the same in the same order, which is also what is kept.
func TestChatIsNeitherLostNorDoubled(t *testing.T) {
	w := newWorld(t)
	l := newLedger(t)
	w.hub.Transcript = l
	e := w.open()
	const each = 30
	all := []*chatter{w.chattingTab(e, 1), w.chattingAgent(e, "ann"), w.chattingAgent(e, "bob"), w.chattingTab(e, 2), w.chattingAgent(e, "carl")}
	for i, c := range all {
		c.cuts = 12
		for n := range each {
			if i < 3 { // the others only read
				c.outbox = append(c.outbox, wire.ChatBody{ID: tab(1000*i + n + 1), Text: fmt.Sprintf("%s %d", c.name, n)})
			}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	var busy sync.WaitGroup
	for _, c := range all {
		busy.Go(func() {
			if err := c.run(ctx, 3*each); err != nil {
				t.Error(err)
				cancel()
			}
		})
	}
	busy.Wait()
	if t.Failed() {
		return
	}
	resent, repeated := 0, 0
	for _, c := range all {
		if !slices.Equal(c.shown, all[0].shown) {
			t.Errorf("%s was shown\n%v\nand %s\n%v", c.name, c.shown, all[0].name, all[0].shown)
		}
		resent += c.resent
		repeated += c.repeated
	}
	var ids []string
	for _, b := range all[0].shown {
		ids = append(ids, b.ID)
	}
	if kept := l.kept(t, e.Room); !slices.Equal(kept, ids) {
		t.Errorf("kept are %v,\nshown were %v", kept, ids)
	}
	if slices.Sort(ids); len(slices.Compact(ids)) != 3*each {
		t.Errorf("%d different messages were shown, want %d", len(slices.Compact(ids)), 3*each)
	}
	if l.fails.Load() == 0 || resent <= 3*each {
		t.Errorf("nothing went wrong: %d failures of the store, %d sent", l.fails.Load(), resent)
	}
	t.Logf("%d failures of the store, %d sent for %d messages, %d answered again", l.fails.Load(), resent, 3*each, repeated)
}

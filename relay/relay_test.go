package relay

import (
	"log/slog"
	"testing"

	"alongside/wire"
)

func textLogger(l *lockedBuffer) *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func TestGoldenPath(t *testing.T) {
	w := newWorld(t)
	e := w.open()
	v, welcome := w.visitor(e.Ticket)
	if welcome.State != wire.RoomWaiting || welcome.Member != 1 || welcome.Source != 1 || welcome.Salt == "" {
		t.Fatalf("visitor's welcome is %+v", welcome)
	}
	a, welcome := w.agent(w.join(e, "ann"), nil)
	if welcome.State != wire.RoomAsking || welcome.Member != 2 || welcome.Salt != "" || welcome.Policy != nil {
		t.Fatalf("agent's welcome is %+v", welcome)
	}
	v.grant()
	a.wantRoom(wire.RoomLive)
	var k wire.KeyframeBody
	into(t, v.want(wire.Keyframe), &k)
	if k.Why != "start" {
		t.Errorf("keyframe asked because of %q, want start", k.Why)
	}
	v.send(whole(7, "page"))
	v.send(diff(7, "change"))
	f := a.wantState(wire.Snapshot, 7, 1, "page")
	if f.Source() != 1 || f.Member() != 1 || f.Time().IsZero() {
		t.Errorf("snapshot is stamped source %d, member %d, %v", f.Source(), f.Member(), f.Time())
	}
	a.wantState(wire.Diff, 7, 2, "change")

	a.send(wire.New(wire.Pointer, make([]byte, wire.PointerBytes)))
	if f := v.want(wire.Pointer); f.Member() != 2 {
		t.Errorf("the agent's pointer is stamped member %d", f.Member())
	}
	v.send(message(1, "hello"))
	for _, c := range []*client{a, v} { // the writer too: that is the acknowledgement
		var b wire.ChatBody
		f := c.want(wire.Chat)
		into(t, f, &b)
		if want := (wire.ChatBody{ID: tab(1), N: 1, Text: "hello", Role: "visitor"}); b != want || f.Member() != 1 {
			t.Errorf("chat came as %s from %d", f.Body(), f.Member())
		}
	}
	a.send(wire.NewJSON(wire.Bye, wire.ByeBody{Code: 1000}))
	a.wantClose(1000)
	v.wantRoom(wire.RoomWaiting)
	v.want(wire.Halt)
	if held := w.hub.Stats().HeldBytes; held != 0 {
		t.Errorf("%d bytes of the page are held with nobody looking", held)
	}
	v.send(wire.NewJSON(wire.Bye, wire.ByeBody{Code: wire.CloseEnded}))
	v.wantClose(wire.CloseEnded)
	if acts := w.notes.acts(); len(acts) != 1 || acts[0] != "view grant" {
		t.Errorf("written down: %v", acts)
	}
}

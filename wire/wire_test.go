package wire

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func readVectors(t testing.TB, file string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type frameVector struct {
	Name, Role, Hex, Body string
	Header                struct {
		Kind           Kind
		Flags          byte
		Source, Member uint16
		Epoch, Seq     uint32
		Time           int64
	}
	Close CloseCode
}

var roleNames = map[string]Role{"visitor": Visitor, "agent": Agent, "server": Server}

func TestFrameVectors(t *testing.T) {
	var vectors []frameVector
	readVectors(t, "frames.json", &vectors)
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			message := unhex(t, v.Hex)
			f, err := Parse(message)
			if err != nil {
				if v.Close != CloseMalformed || !errors.Is(err, ErrShort) {
					t.Fatalf("parse: %v", err)
				}
				return
			}
			if from := roleNames[v.Role]; from != Server { // the server passes on every kind
				err = Check(f, from)
			}
			if v.Close != 0 {
				var closing *CloseError
				if !errors.As(err, &closing) || closing.Code != v.Close {
					t.Fatalf("check: %v, want close %d", err, v.Close)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			h := v.Header
			if f.Kind() != h.Kind || f.Flags() != h.Flags || f.Source() != h.Source || f.Epoch() != h.Epoch ||
				f.Sequence() != h.Seq || f.Member() != h.Member || f.Time().UnixMilli() != h.Time || !bytes.Equal(f.Body(), unhex(t, v.Body)) {
				t.Fatalf("decoded %x, want %+v", []byte(f), v)
			}
			again := New(h.Kind, unhex(t, v.Body))
			again.SetState(h.Flags, h.Epoch)
			again.Stamp(h.Source, h.Member, h.Seq, time.UnixMilli(h.Time))
			if !bytes.Equal(again, message) {
				t.Fatalf("encoded %x, want %x", []byte(again), message)
			}
		})
	}
}

func TestStampErasesWhatAClientClaims(t *testing.T) {
	f := New(Diff, nil)
	f.Stamp(9, 9, 9, time.UnixMilli(9))
	f.SetState(FlagLast, 5)
	f.Stamp(0, 0, 0, time.UnixMilli(0))
	want := New(Diff, nil)
	want.SetState(FlagLast, 5)
	if !bytes.Equal(f, want) {
		t.Fatalf("%x, want %x", []byte(f), []byte(want))
	}
}

func TestCloseCodeRanges(t *testing.T) {
	for code, reconnect := range map[CloseCode]bool{
		1000: true, CloseMoving: true, CloseSlow: true, CloseSilent: true, 4199: true,
		CloseMalformed: false, CloseTicket: false, CloseReplaced: false, CloseEnded: false, CloseTooMany: false,
	} {
		if code.MayReconnect() != reconnect {
			t.Errorf("close %d: reconnect %v, want %v", code, !reconnect, reconnect)
		}
	}
}

func TestCloseReasonFitsACloseFrame(t *testing.T) {
	long := Closef(CloseMalformed, "%s", "x"+strings.Repeat("é", 200))
	if len(long.Reason) > 123 || !utf8.ValidString(long.Reason) {
		t.Errorf("reason of %d bytes", len(long.Reason))
	}
}

func TestBinaryBodies(t *testing.T) {
	p, err := ParsePointer(unhex(t, "0000002a8000fffffffffffd000002bc"))
	if want := (PointerBody{42, 32768, 65535, -3, 700}); err != nil || p != want {
		t.Errorf("pointer %+v %v, want %+v", p, err, want)
	}
	if _, err := ParseViewport(make([]byte, ViewportBytes-1)); !errors.Is(err, ErrShort) {
		t.Errorf("short viewport: %v", err)
	}
}

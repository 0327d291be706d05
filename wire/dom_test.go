package wire

import (
	"bytes"
	"compress/flate"
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"
)

type domVector struct {
	Name   string
	Bodies []string
	Ops    [][]any
	Error  string
}

var domErrors = map[string]error{"truncated": ErrTruncated, "operation": ErrOp, "string": ErrString, "table": ErrTable}

var opNames = map[OpCode]string{
	OpAt: "at", OpElement: "element", OpUp: "up", OpText: "text", OpShadow: "shadow", OpContent: "content", OpBox: "box",
	OpRemove: "remove", OpMove: "move", OpAttr: "attr", OpUnattr: "unattr", OpData: "data", OpValue: "value",
	OpChecked: "checked", OpSelected: "selected", OpScroll: "scroll", OpFocus: "focus", OpHover: "hover",
	OpSelection: "selection", OpOpen: "open", OpMedia: "media", OpPicture: "picture", OpDefined: "defined",
	OpSheet: "sheet", OpAdopt: "adopt", OpRule: "rule", OpUnrule: "unrule", OpResource: "resource", OpSize: "size",
	OpTitle: "title", OpStates: "states", OpAssign: "assign", OpHighlight: "highlight", OpAnimate: "animate",
	OpPlayback: "playback", OpMoves: "moves",
}

// spell lists an operation as the vectors do: its name, then the operands in order, counts included.
func spell(op Op) []any {
	out := []any{opNames[op.Code]}
	numbers, strings, keys, floats := op.Numbers, op.Strings, op.Keys, op.Floats
	take := func(n int) {
		for _, s := range strings[:n] {
			out = append(out, s)
		}
		strings = strings[n:]
	}
	for _, operand := range operands[op.Code] {
		switch operand {
		case 'v', 'z':
			out, numbers = append(out, float64(numbers[0])), numbers[1:]
		case 's':
			take(1)
		case 'k':
			out, keys = append(out, hex.EncodeToString(keys[0][:])), keys[1:]
		case 'f':
			out, floats = append(out, float64(floats[0])), floats[1:]
		case 'p':
			out = append(out, float64(len(numbers)))
			for _, n := range numbers {
				out = append(out, float64(n))
			}
			numbers = nil
		case 'a':
			out = append(out, float64(len(strings)/2))
			take(len(strings))
		case 't':
			out = append(out, float64(len(strings)))
			take(len(strings))
		}
	}
	return out
}

func TestDOMVectors(t *testing.T) {
	var vectors []domVector
	readVectors(t, "dom.json", &vectors)
	shown := map[OpCode]bool{}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			var decoder DOMDecoder
			got := [][]any{}
			var err error
			for _, body := range v.Bodies {
				var ops []Op
				if ops, err = decoder.Decode(unhex(t, body)); err != nil {
					break
				}
				for _, op := range ops {
					shown[op.Code] = true
					got = append(got, spell(op))
				}
			}
			if want := domErrors[v.Error]; !errors.Is(err, want) || (want == nil && err != nil) {
				t.Fatalf("error %v, want %v", err, want)
			}
			if v.Error != "" {
				return
			}
			a, _ := json.Marshal(got)
			b, _ := json.Marshal(v.Ops)
			if !bytes.Equal(a, b) {
				t.Fatalf("decoded %s\nwant    %s", a, b)
			}
		})
	}
	for code := range operands {
		if !shown[code] {
			t.Errorf("no vector shows operation %x", code)
		}
	}
}

func TestInflateStopsAtItsLimit(t *testing.T) {
	var bomb bytes.Buffer
	z, _ := flate.NewWriter(&bomb, flate.BestCompression)
	z.Write(make([]byte, MaxInflatedBytes+1))
	z.Close()
	f := New(Snapshot, bomb.Bytes())
	f.SetState(FlagDeflated, 1)
	if _, err := Inflate(f); !errors.Is(err, ErrInflated) {
		t.Fatalf("a bomb of %d bytes: %v", bomb.Len(), err)
	}
}

func TestInflateKeepsAnAssetsKey(t *testing.T) {
	var z bytes.Buffer
	w, _ := flate.NewWriter(&z, flate.BestSpeed)
	w.Write([]byte("body"))
	w.Close()
	key := bytes.Repeat([]byte{7}, KeyBytes)
	f := New(Asset, append(key, z.Bytes()...))
	f.SetState(FlagDeflated, 0)
	got, err := Inflate(f)
	if want := append(bytes.Repeat([]byte{7}, KeyBytes), "body"...); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%x %v, want %x", got, err, want)
	}
}

// FuzzFrame holds that no message makes decoding panic and that what decodes as a frame encodes to the same bytes.
func FuzzFrame(f *testing.F) {
	var vectors []frameVector
	readVectors(f, "frames.json", &vectors)
	for _, v := range vectors {
		f.Add(unhex(f, v.Hex), byte(roleNames[v.Role]))
	}
	f.Fuzz(func(t *testing.T, message []byte, role byte) {
		frame, err := Parse(message)
		if err != nil {
			return
		}
		_ = Check(frame, Role(role))
		again := New(frame.Kind(), frame.Body())
		again.SetState(frame.Flags(), frame.Epoch())
		again.Stamp(frame.Source(), frame.Member(), frame.Sequence(), frame.Time())
		if !bytes.Equal(again, message) {
			t.Fatalf("%x became %x", message, []byte(again))
		}
	})
}

// FuzzDOM holds that no body makes the decoder panic or grow without bound.
func FuzzDOM(f *testing.F) {
	var vectors []domVector
	readVectors(f, "dom.json", &vectors)
	for _, v := range vectors {
		for _, body := range v.Bodies {
			f.Add(unhex(f, body))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var decoder DOMDecoder
		ops, err := decoder.Decode(body)
		if err == nil && len(ops) > len(body) {
			t.Fatalf("%d operations from %d bytes", len(ops), len(body))
		}
	})
}

package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
)

type chatVector struct {
	Name, Body string
	Kind       Kind
	Sent       struct { // what the server makes of it, if it came from a client
		ID, Text string
		Refused  *string // ID that the refusal names
		Close    CloseCode
	}
	Shown json.RawMessage // what a client makes of it, if it came from the server
}

func TestChatVectors(t *testing.T) {
	var vectors []chatVector
	readVectors(t, "chat.json", &vectors)
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			f := New(v.Kind, unhex(t, v.Body))
			switch v.Kind {
			case Chat:
				v.checkSent(t, f)
				if string(v.Shown) != "null" {
					v.checkEncoded(t, f, &ChatBody{})
				}
			case Read:
				if err := ReadJSON(f, &ReadBody{}); (err == nil) != (string(v.Shown) != "null") {
					t.Errorf("read: %v", err)
				}
			case Queue:
				if string(v.Shown) != "null" {
					v.checkEncoded(t, f, &PlaceBody{})
				}
			case Typing:
				if want := string(v.Shown) == `{"typing": true}`; IsTyping(f) != want {
					t.Errorf("typing: %v", !want)
				}
			}
		})
	}
}

func (v chatVector) checkSent(t *testing.T, f Frame) {
	b, problem, err := ReadChat(f)
	var closing *CloseError
	switch {
	case v.Sent.Close != 0:
		if !errors.As(err, &closing) || closing.Code != v.Sent.Close {
			t.Errorf("error %v, want close %d", err, v.Sent.Close)
		}
	case err != nil:
		t.Error(err)
	case v.Sent.Refused != nil:
		if problem == "" || b.ID != *v.Sent.Refused || b.Text != "" {
			t.Errorf("taken as %+v (%s)", b, problem)
		}
	case problem != "" || b != ChatBody{ID: v.Sent.ID, Text: v.Sent.Text}:
		t.Errorf("taken as %+v (%s)", b, problem)
	}
}

// checkEncoded holds that the server's own encoding of what the vector shows is the vector.
func (v chatVector) checkEncoded(t *testing.T, f Frame, body any) {
	if err := json.Unmarshal(v.Shown, body); err != nil {
		t.Fatal(err)
	}
	if got := NewJSON(v.Kind, body); !bytes.Equal(got, f) {
		t.Errorf("encoded %s, want %s", got.Body(), f.Body())
	}
}

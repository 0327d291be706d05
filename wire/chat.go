package wire

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// chatIDCharacters is the length of a message's ID, in hex digits.
const chatIDCharacters = 32

// ChatBody is a message. Its writer makes the ID and keeps it when it sends the message again; the room adds the rest.
type ChatBody struct {
	ID   string `json:"id"`          // 32 hex digits, lower case
	N    uint32 `json:"n,omitempty"` // place in the room, growing from 1
	Text string `json:"text"`
	Role string `json:"role,omitempty"` // visitor, agent
	Name string `json:"name,omitempty"` // of the writer, as the others see it
}

// ReadBody says that all chat up to N was read.
type ReadBody struct {
	N uint32 `json:"n"`
}

// PlaceBody is where a visitor stands in the queue.
type PlaceBody struct {
	Position    int `json:"position"`    // 1 is next
	WaitSeconds int `json:"waitSeconds"` // 0: not known
}

// ReadChat decodes a message as a client sends it. problem is a sentence for the sender and empty if all is well; b.ID is
// set whenever the ID itself is sound. An error is a body that is not JSON at all, to close with.
func ReadChat(f Frame) (b ChatBody, problem string, err error) {
	var sent struct{ ID, Text string }
	if err := ReadJSON(f, &sent); err != nil {
		return b, "", err
	}
	if !IsID(sent.ID) {
		return b, "the ID of a message is 32 hex digits", nil
	}
	b.ID = sent.ID
	switch {
	case !utf8.Valid(f.Body()):
		return b, "a message is UTF-8 text", nil
	case strings.TrimSpace(sent.Text) == "" || utf8.RuneCountInString(sent.Text) > MaxChatCharacters:
		return b, "a message has 1 to 4,000 characters", nil
	case strings.ContainsFunc(sent.Text, isControl):
		return b, "a message has no control characters", nil
	}
	b.Text = sent.Text
	return b, "", nil
}

// IsID tells whether s is an ID that a client made: 32 hex digits, lower case.
func IsID(s string) bool {
	return len(s) == chatIDCharacters && strings.Trim(s, "0123456789abcdef") == ""
}

// isControl tells the characters that lay out nothing; line feed and tab do.
func isControl(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' && c != '\r' }

// IsTyping tells whether the sender of a typing frame types or stopped; an empty body means it types.
func IsTyping(f Frame) bool { return len(f.Body()) == 0 || f.Body()[0] == 1 }

// Package mail sends letters through an SMTP server.
//
// What must stay true: off this machine nothing is sent unless the connection is encrypted and the server has proven its
// name; errors hold no address and no word of a letter.
package mail

import (
	"context"
	"errors"
	"net/url"
)

// Sender sends letters, each over its own connection. It is safe for use by many goroutines. All its fields are fixed.
type Sender struct{}

// New reads where letters go: smtp://user:password@host:587 or smtps://user:password@host:465, ports and user optional. from
// is the sender of all letters, as in "Alongside <help@example.org>". It connects to nothing.
func New(server *url.URL, from string) (*Sender, error) { return &Sender{}, nil }

// Send sends a plain text letter to one person.
func (s *Sender) Send(ctx context.Context, to, subject, text string) error {
	return errors.ErrUnsupported
}

package bench

import (
	"bufio"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// contender is a server to measure. Its connections are made and understood in its own way; what is sent through them is the
// same for all.
type contender interface {
	name() string
	// command starts the server; what it needs on disk goes to a folder that is its own.
	command(address, folder string) (*exec.Cmd, error)
	// admit gets what a room's connections need.
	admit(ctx context.Context, s *stage, r *room) error
	// attend has everybody's console open until ctx ends: who has none and loses a connection has lost the visitor.
	attend(ctx context.Context)
	visitor(s *stage, r *room) (*link, error)
	reader(s *stage, a *reader) (*link, error)
	// toVisitor and toReader are given what is no page frame.
	toVisitor(r *room, l *link, message []byte) error
	toReader(a *reader, l *link, message []byte) error
}

// bare is a server that only copies from a room's publisher to its subscribers. It greets each with a short message.
type bare struct {
	program string
	folder  string // where it is
	connect func(address, room string, publisher bool) (*link, error)
}

// baselines are the servers that -peers may hold, as relay/bench/baselines builds them.
var baselines = []*bare{
	{"tcp-go", "", dialLengths},
	{"naive", "", dialPath},
	{"gws", "", dialPath},
	{"nats", "", dialNATS},
}

func (b *bare) name() string { return b.program }

func (b *bare) command(address, _ string) (*exec.Cmd, error) {
	return exec.Command(filepath.Join(b.folder, b.program), "-addr", address), nil
}

func (b *bare) admit(context.Context, *stage, *room) error { return nil }

func (b *bare) attend(context.Context) {}

func (b *bare) visitor(s *stage, r *room) (*link, error) {
	return b.connect(s.address, fmt.Sprint("r", r.number), true)
}

func (b *bare) reader(s *stage, a *reader) (*link, error) {
	return b.connect(s.address, fmt.Sprint("r", a.room.number), false)
}

func (b *bare) toVisitor(r *room, _ *link, _ []byte) error {
	done(r.greeted)
	return nil
}

func (b *bare) toReader(a *reader, _ *link, _ []byte) error {
	done(a.greeted)
	done(a.shown)
	return nil
}

func dialLengths(address, room string, publisher bool) (*link, error) {
	l, err := dial(address, readBuffer)
	if err != nil {
		return nil, err
	}
	l.framing = lengths{}
	role := "S"
	if publisher {
		role = "P"
	}
	return l, l.send([]byte(role+room), 1)
}

func dialPath(address, room string, publisher bool) (*link, error) {
	l, err := dial(address, readBuffer)
	if err != nil {
		return nil, err
	}
	l.framing = webSocket{}
	path := "/sub"
	if publisher {
		path = "/pub"
	}
	return l, l.upgrade(path+"?room="+room, "")
}

func dialNATS(address, room string, publisher bool) (*link, error) {
	l, err := dial(address, readBuffer)
	if err != nil {
		return nil, err
	}
	l.framing = &natsText{publish: "PUB " + room + " ", lines: bufio.NewReaderSize(&payloads{l: l}, readBuffer)}
	if err := l.upgrade("/", ""); err != nil {
		return nil, err
	}
	hello := "CONNECT {\"verbose\":false}\r\n"
	if !publisher {
		hello += "SUB " + room + " 1\r\n"
	}
	return l, l.say(hello + "PING\r\n")
}

package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"

	"alongside/wire"
)

const (
	shop     = "https://shop.example"
	boss     = "ada@example.com"
	password = "correct horse battery staple"
)

// ours is the program itself as users run it: with its database, tickets, checkpoints, limits and counters.
type ours struct {
	program string
	folder  string // of data with a site and people in it, copied for each start
	site    string // key
	people  []*Person
}

func (o *ours) name() string { return "alongside" }

func (o *ours) command(address, folder string) (*exec.Cmd, error) {
	if err := os.CopyFS(folder, os.DirFS(o.folder)); err != nil {
		return nil, fmt.Errorf("copy data folder: %w", err)
	}
	for _, p := range o.people {
		p.api.client.CloseIdleConnections()
		p.api.server.Host, p.api.origin = address, "http://"+address
	}
	return o.serve(address, folder), nil
}

func (o *ours) serve(address, folder string) *exec.Cmd {
	return exec.Command(o.program, "serve", "-data", folder, "-master-key", filepath.Join(o.folder, "master.key"), // a copy would be refused for its mode
		"-listen", address, "-private-listen", "127.0.0.1:0", "-trusted-proxies", "127.0.0.0/8", "-log-level", "warn")
}

// prepare makes a data folder with so many people who are signed in.
func (o *ours) prepare(ctx context.Context, people int) error {
	setup := exec.CommandContext(ctx, o.program, "setup", "-data", o.folder, "-tenant", "Bench", "-site", "Shop", "-origins", shop,
		"-email", boss, "-name", "Ada")
	setup.Env = append(os.Environ(), "ALONGSIDE_PASSWORD="+password)
	printed, err := setup.CombinedOutput()
	if err != nil {
		return fmt.Errorf("set up: %w: %s", err, printed)
	}
	found := regexp.MustCompile(`\?site=(\w+)`).FindSubmatch(printed)
	if found == nil {
		return errors.New("set up: no site key printed")
	}
	o.site = string(found[1])
	address, err := freeAddress()
	if err != nil {
		return err
	}
	p, err := start(o.serve(address, o.folder), address, -1)
	if err != nil {
		return err
	}
	defer p.stop()
	ada, err := SignIn(ctx, "http://"+address, boss, password)
	if err != nil {
		return err
	}
	o.people = []*Person{ada}
	for i := 1; i < people; i++ {
		hired, err := ada.Hire(ctx, fmt.Sprintf("agent%d@example.com", i), fmt.Sprintf("Agent %d", i), password)
		if err != nil {
			return fmt.Errorf("hire person %d: %w", i, err)
		}
		o.people = append(o.people, hired)
	}
	return nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// client calls the visitors' API for all visitors, each from an address of their own.
var client = newHTTPClient()

// admit opens the room, or comes back to it, and has its readers join.
func (o *ours) admit(ctx context.Context, s *stage, r *room) error {
	api := caller{client: client, server: &url.URL{Scheme: "http", Host: s.address}, origin: shop, from: Address(r.number), cookie: "none=1"}
	var entry struct{ Room, Resume, Ticket string }
	path, body := "/widget/v1/rooms/resume", map[string]any{"site": o.site, "tab": r.tab, "resume": r.resume}
	if r.id == "" {
		r.tab = fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64())
		path, body = "/widget/v1/rooms", map[string]any{
			"site": o.site, "lang": "en", "tab": r.tab, "help": true, "answers": map[string]string{}, "page": page,
		}
	}
	if err := api.post(ctx, path, body, &entry); err != nil {
		return fmt.Errorf("open room: %w", err)
	}
	if r.id == "" {
		r.id, r.resume = entry.Room, entry.Resume
	}
	r.ticket = entry.Ticket
	for _, a := range r.readers {
		var joined struct{ Ticket string }
		if err := o.person(a).api.post(ctx, "/api/v1/joins", map[string]string{"room": r.id}, &joined); err != nil {
			return fmt.Errorf("join room: %w", err)
		}
		a.ticket = joined.Ticket
	}
	return nil
}

func (o *ours) person(a *reader) *Person { return o.people[a.number%len(o.people)] }

func (o *ours) attend(ctx context.Context) {
	var attending sync.WaitGroup
	for _, p := range o.people {
		attending.Go(func() { p.Attend(ctx) })
	}
	attending.Wait()
}

var page = wire.PageBody{URL: shop + "/", Title: "Bench", Visible: true, Focused: true}

func (o *ours) visitor(s *stage, r *room) (*link, error) {
	return o.dial(s, "/widget/v1/socket", r.ticket, shop, r.number, wire.HelloBody{Client: "bench", Page: &page})
}

func (o *ours) reader(s *stage, a *reader) (*link, error) {
	return o.dial(s, "/api/v1/socket", a.ticket, "http://"+s.address, 1<<20+a.number, wire.HelloBody{Client: "bench"})
}

func (o *ours) dial(s *stage, path, ticket, origin string, from int, hello wire.HelloBody) (*link, error) {
	l, err := dial(s.address, readBuffer)
	if err != nil {
		return nil, err
	}
	l.framing = webSocket{}
	err = l.upgrade(path, fmt.Sprintf("Origin: %s\r\nX-Forwarded-For: %s\r\nSec-WebSocket-Protocol: %s, %s%s\r\n",
		origin, Address(from), wire.Subprotocol, wire.TicketPrefix, ticket))
	if err != nil {
		return nil, err
	}
	return l, l.send(wire.NewJSON(wire.Hello, hello), 1)
}

// toVisitor plays a visitor who says yes to everything.
func (o *ours) toVisitor(r *room, l *link, message []byte) error {
	f, err := wire.Parse(message)
	if err != nil {
		return err
	}
	switch f.Kind() {
	case wire.Welcome:
		done(r.greeted)
	case wire.Ping:
		return l.send(wire.New(wire.Pong, f.Body()), 1)
	case wire.Consent:
		var b wire.ConsentBody
		if err := wire.ReadJSON(f, &b); err != nil || b.Act != "ask" {
			return err
		}
		b.Act, b.Text, b.Lang = "grant", "bench", "en"
		return l.send(wire.NewJSON(wire.Consent, b), 1)
	case wire.Keyframe:
		return r.snapshot(pageBytes)
	}
	return nil
}

// toReader plays an agent who wants to see the page.
func (o *ours) toReader(a *reader, l *link, message []byte) error {
	f, err := wire.Parse(message)
	if err != nil {
		return err
	}
	switch f.Kind() {
	case wire.Welcome:
		done(a.greeted)
		if !a.asked {
			a.asked = true
			return l.send(wire.NewJSON(wire.Consent, wire.ConsentBody{What: "view", Act: "ask"}), 1)
		}
	case wire.Ping:
		return l.send(wire.New(wire.Pong, f.Body()), 1)
	}
	return nil
}

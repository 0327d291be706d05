// Package console is the agent's and manager's side: its HTTP API, its pages, and the empty document in which a visitor's
// page is mirrored.
//
// What must stay true: nothing is answered before it is known who asks, and all that is asked of accounts and rooms carries
// the asker's tenant; what belongs to another tenant is answered byte for byte as what does not exist. Every response, an
// error too, carries the security headers. No script from a visitor's page can run in the mirror's document.
package console

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"alongside/accounts"
	"alongside/rooms"
	"alongside/widget"
)

//go:embed all:dist
var dist embed.FS

// Accounts is what the console asks about people; *accounts.Service is one.
type Accounts interface {
	SignIn(ctx context.Context, request accounts.SignInRequest) (person accounts.Person, token string, err error)
	SignOut(ctx context.Context, token string) error
	PersonByToken(ctx context.Context, token string) (accounts.Person, error)
	StillSignedIn(ctx context.Context, token string) (accounts.Person, error)
	Tenant(ctx context.Context, tenant string) (accounts.Tenant, error)
}

// Rooms is what the console asks about live rooms; *rooms.Hub is one.
type Rooms interface {
	// Visitors lists the tenant's visitors in the order in which they are shown.
	Visitors(ctx context.Context, tenant string) ([]rooms.Visitor, error)
	// Watch says when Visitors may have changed; several changes may be one. Whoever watches calls stop.
	Watch(tenant string) (changed <-chan struct{}, stop func())
	// JoinByCode and JoinByRoom give the person a ticket to a seat. They return rooms.ErrNotFound or *rooms.TooManyError.
	JoinByCode(ctx context.Context, tenant string, person rooms.Person, code string) (rooms.Joined, error)
	JoinByRoom(ctx context.Context, tenant string, person rooms.Person, room string) (rooms.Joined, error)
}

// Config is what a Console stands on.
type Config struct {
	Public   string // origin under which browsers reach the server, such as https://help.example.org
	Accounts Accounts
	Rooms    Rooms
	Log      *slog.Logger // nil: slog.Default
	// Address says where a request comes from, behind trusted proxies too. Nil: the connection's other end.
	Address func(*http.Request) netip.Addr
}

// Console is an http.Handler's worth of routes. All its fields are fixed.
type Console struct {
	accounts Accounts
	rooms    Rooms
	log      *slog.Logger
	address  func(*http.Request) netip.Addr
	public   string
	secure   bool // public is https
	bundle   *widget.Bundle
	foreign  *http.CrossOriginProtection
	stream   streamPace
	bodyTime time.Duration
}

// New starts nothing. It returns an error if public is no origin.
func New(config Config) (*Console, error) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("open the console's bundle: %w", err)
	}
	return newConsole(config, files)
}

func newConsole(config Config, files fs.FS) (*Console, error) {
	public, err := accounts.ParseOrigin(config.Public)
	if err != nil {
		return nil, fmt.Errorf("console: public %w", err)
	}
	if config.Accounts == nil || config.Rooms == nil {
		return nil, errors.New("console: accounts and rooms are needed")
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	if config.Address == nil {
		config.Address = remoteAddress
	}
	bundle, err := widget.LoadBundle(files)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	foreign := http.NewCrossOriginProtection()
	if err := foreign.AddTrustedOrigin(public); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	return &Console{
		accounts: config.Accounts,
		rooms:    config.Rooms,
		log:      config.Log,
		address:  config.Address,
		public:   public,
		secure:   strings.HasPrefix(public, "https:"),
		bundle:   bundle,
		foreign:  foreign,
		stream:   defaultPace,
		bodyTime: bodyTime,
	}, nil
}

// Register adds the console's routes to mux, and "/" for whatever no other route takes. /api/v1/socket is not among them.
func (c *Console) Register(mux *http.ServeMux) {
	c.registerAPI(mux)
	c.registerPages(mux)
}

func remoteAddress(r *http.Request) netip.Addr {
	address, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return address.Addr()
}

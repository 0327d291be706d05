// Package console is the agent's and manager's side: its HTTP API, its pages, and the empty document in which a visitor's
// page is mirrored.
//
// What must stay true: nothing is answered before it is known who asks, and all that is asked of other packages carries the
// asker's tenant; what belongs to another tenant is answered byte for byte as what does not exist. A request that is wrong in
// any field changes nothing, and nothing of it is logged. Whoever loses a role loses at once what the role had opened. What
// the table of routes says is kept of a call is kept before it is answered, and holds no content. Every response, an error
// too, carries the security headers. No script from a visitor's page can run in the mirror's document.
package console

import (
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
	"alongside/widget"
)

//go:embed all:dist
var dist embed.FS

// Accounts is what the console asks about a tenant, its people and its settings; *accounts.Service is one.
type Accounts interface {
	signIns
	setups
	ownAccount
	people
	invitations
	teams
	sites
	apiKeys
	phrases
}

// Config is what a Console stands on.
type Config struct {
	Public   string // origin under which browsers reach the server, such as https://help.example.org
	Accounts Accounts
	Rooms    Rooms
	Log      *slog.Logger // nil: slog.Default
	// Address says where a request comes from, behind trusted proxies too. Nil: the connection's other end.
	Address func(*http.Request) netip.Addr
	Now     func() time.Time // nil: time.Now
	Mail    bool             // the server can send letters

	// What follows may be nil: the calls that need it then answer as if they did not exist.

	Queue    Queue
	History  History
	Consents Consents
	Audit    Audit
	Seen     Seen
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
	now      func() time.Time
	mail     bool

	queue    Queue // this one and those below may be nil
	history  History
	consents Consents
	auditLog Audit
	seen     Seen

	document  []byte          // OpenAPI
	handlers  handlers        // by Route.key
	takesBody map[string]bool // by Route.key
	streams   streams
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
	if config.Now == nil {
		config.Now = time.Now
	}
	bundle, err := widget.LoadBundle(files)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	foreign := http.NewCrossOriginProtection()
	if err := foreign.AddTrustedOrigin(public); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	c := &Console{
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
		now:      config.Now,
		mail:     config.Mail,
		queue:    config.Queue,
		history:  config.History,
		consents: config.Consents,
		auditLog: config.Audit,
		seen:     config.Seen,
	}
	return c, c.makeAPI()
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

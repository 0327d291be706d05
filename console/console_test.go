package console

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"alongside/accounts"
	"alongside/rooms"
	"alongside/store"
	"alongside/wire"
)

const password = "correct horse battery"

// built stands for the folder that the bundler fills.
var built = fstest.MapFS{
	"README":     {Data: []byte("keeps the folder")},
	"index.html": {Data: []byte("<!doctype html><title>Alongside</title>" + strings.Repeat("<p>x", 200))},
	"console.js": {Data: []byte("console.log('console');" + strings.Repeat("/* */", 200))},
}

// bench is a console with a real store and real rooms over real HTTP, and two tenants with an admin each.
type bench struct {
	t       *testing.T
	service *accounts.Service
	hub     *rooms.Hub
	console *Console
	server  *httptest.Server
	logged  *lockedBuffer
	store   accounts.Store
	db      *store.DB
	here    accounts.SetupResult
	there   accounts.SetupResult
}

type benchOptions struct {
	public  string
	files   fs.FS
	limiter accounts.Limiter
	pace    streamPace
}

func newBench(t *testing.T, options benchOptions) *bench {
	t.Helper()
	b := &bench{t: t, logged: &lockedBuffer{}}
	db := openPrepared(t)
	if options.limiter == nil {
		options.limiter = limiterFunc(func(string) (bool, time.Duration) { return true, 0 })
	}
	b.db, b.store = db, accounts.NewSQLite(db)
	b.service = newService(t, b.store, options.limiter)
	b.here, b.there = setup(t, b.service, "Here"), setup(t, b.service, "There")
	if options.files == nil {
		options.files = built
	}
	mux := http.NewServeMux()
	b.server = httptest.NewServer(mux)
	t.Cleanup(b.server.Close)
	if options.public == "" {
		options.public = b.server.URL
	}
	b.hub = rooms.NewHub(rooms.Config{Consents: consents{}, AgentOrigin: options.public})
	var err error
	b.console, err = newConsole(Config{
		Public: options.public, Accounts: b.service, Rooms: b.hub,
		Log: slog.New(slog.NewTextHandler(b.logged, nil)),
	}, options.files)
	if err != nil {
		t.Fatal(err)
	}
	if options.pace != (streamPace{}) {
		b.console.stream = options.pace
	}
	b.console.Register(mux)
	return b
}

func newService(t *testing.T, s accounts.Store, limiter accounts.Limiter) *accounts.Service {
	t.Helper()
	service, err := accounts.NewService(accounts.Config{Store: s, PerEmail: limiter, PerAddress: limiter})
	if err != nil {
		t.Fatal(err)
	}
	return service
}

// setup makes a tenant with here@example.org, say, as its admin, or returns what is there.
func setup(t *testing.T, service *accounts.Service, name string) accounts.SetupResult {
	t.Helper()
	domain := strings.ToLower(name)
	result, err := service.Setup(t.Context(), accounts.SetupRequest{
		TenantName: name, SiteName: name + " shop", Origins: []string{"https://" + domain + ".example"},
		AdminEmail: domain + "@example.org", AdminName: name + " admin", AdminPassword: password,
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// openPrepared opens a fresh copy of a database that has both tenants: their passwords are hashed once for all tests.
func openPrepared(t *testing.T) *store.DB {
	t.Helper()
	open := func(dir string) *store.DB {
		db, err := store.Open(t.Context(), dir, accounts.Migrations)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	prepare.Do(func() {
		dir := t.TempDir()
		db := open(dir)
		service := newService(t, accounts.NewSQLite(db), limiterFunc(func(string) (bool, time.Duration) { return true, 0 }))
		setup(t, service, "Here")
		setup(t, service, "There")
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		var err error
		if prepared, err = os.ReadFile(filepath.Join(dir, store.FileName)); err != nil {
			t.Fatal(err)
		}
	})
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, store.FileName), prepared, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(dir)
}

var (
	prepare  sync.Once
	prepared []byte
)

// browser keeps cookies as one would.
func (b *bench) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 10 * time.Second}
}

// signedIn is a browser in which the person of that address is signed in.
func (b *bench) signedIn(email string) *http.Client {
	b.t.Helper()
	browser := b.browser()
	answer := b.call(browser, "POST", "/api/v1/sign-in", `{"email":"`+email+`","password":"`+password+`"}`)
	if answer.status != http.StatusOK {
		b.t.Fatalf("sign in: %d %s", answer.status, answer.body)
	}
	return browser
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) problem(t *testing.T) problem {
	t.Helper()
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("%d comes as %q", a.status, got)
	}
	var p problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	if p.Type != "about:blank" || p.Status != a.status || p.Title == "" || p.Detail == "" || p.Code == "" {
		t.Errorf("problem lacks something: %s", a.body)
	}
	return p
}

func (b *bench) call(browser *http.Client, method, path, body string, headers ...string) answer {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.server.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := browser.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(content)}
}

// setRole gives the first tenant's admin a role, also one that the service would refuse.
func (b *bench) setRole(role accounts.Role) {
	b.t.Helper()
	if _, err := b.db.Writer.ExecContext(b.t.Context(), "UPDATE people SET role = ? WHERE id = ?", role, b.here.Admin.ID); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) closeStore() {
	b.t.Helper()
	if err := b.db.Close(); err != nil {
		b.t.Fatal(err)
	}
}

// lockedBuffer takes the log of several goroutines.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (l *lockedBuffer) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.Write(text)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.String()
}

type limiterFunc func(key string) (bool, time.Duration)

func (f limiterFunc) Allow(_ context.Context, key string) (bool, time.Duration) { return f(key) }

// consents takes every act of consent; joining makes none.
type consents struct{}

func (consents) Record(context.Context, rooms.ConsentEvent) error { return nil }

// visit opens a room as a visitor of the tenant's site would.
func (b *bench) visit(of accounts.SetupResult, title string) rooms.Entry {
	b.t.Helper()
	entry, err := b.hub.Open(b.t.Context(), rooms.Opening{
		Tenant: of.Tenant.ID, Site: of.Site.ID, SiteName: of.Site.Name, Origin: of.Site.Origins[0],
		Policy: json.RawMessage("{}"), Lang: "en", Tab: strings.Repeat("ab", 16), Help: true,
		Page: wire.PageBody{URL: of.Site.Origins[0] + "/", Title: title, Visible: true, Focused: true},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return entry
}

func TestSignInLookAndJoin(t *testing.T) {
	b := newBench(t, benchOptions{})
	visit := b.visit(b.here, "Basket")
	agent := b.signedIn("HERE@example.org ")

	var me meView
	if err := json.Unmarshal([]byte(b.call(agent, "GET", "/api/v1/me", "").body), &me); err != nil {
		t.Fatal(err)
	}
	if me.Email != "here@example.org" || me.Role != accounts.RoleAdmin || me.Tenant.Name != "Here" || me.Tenant.ID != b.here.Tenant.ID {
		t.Errorf("me is %+v", me)
	}
	list := b.call(agent, "GET", "/api/v1/visitors", "")
	if list.status != http.StatusOK || !strings.Contains(list.body, `"room":"`+visit.Room+`"`) || !strings.Contains(list.body, `"agents":[]`) {
		t.Errorf("visitors: %d %s", list.status, list.body)
	}
	for _, body := range []string{`{"code":"` + visit.Code + `"}`, `{"room":"` + visit.Room + `"}`} {
		var joined joinView
		answer := b.call(agent, "POST", "/api/v1/joins", body)
		if err := json.Unmarshal([]byte(answer.body), &joined); err != nil || answer.status != http.StatusOK {
			t.Fatalf("join by %s: %d %s", body, answer.status, answer.body)
		}
		want := joinView{visit.Room, joined.Ticket, "/api/v1/socket", rooms.SiteName{ID: b.here.Site.ID, Name: "Here shop"}}
		if joined != want || joined.Ticket == "" {
			t.Errorf("join by %s: %s", body, answer.body)
		}
		claim, err := b.hub.Shared.RedeemTicket(t.Context(), joined.Ticket)
		if err != nil || claim.Person != b.here.Admin.ID || claim.Name != "Here admin" || claim.Room != visit.Room {
			t.Errorf("the ticket stands for %+v, %v", claim, err)
		}
	}
	if out := b.call(agent, "POST", "/api/v1/sign-out", ""); out.status != http.StatusNoContent || out.body != "" {
		t.Errorf("sign out: %d %s", out.status, out.body)
	}
	if after := b.call(agent, "GET", "/api/v1/me", ""); after.status != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", after.status)
	}
}

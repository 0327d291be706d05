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
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"alongside/accounts"
	"alongside/store"
)

const password = "correct horse battery"

// built stands for the folder that the bundler fills.
var built = fstest.MapFS{
	"README":     {Data: []byte("keeps the folder")},
	"index.html": {Data: []byte("<!doctype html><title>Alongside</title>" + strings.Repeat("<p>x", 200))},
	"console.js": {Data: []byte("console.log('console');" + strings.Repeat("/* */", 200))},
}

// bench is a console on a real store over real HTTP, with two tenants of one agent each. Rooms alone are a stand-in: the
// real ones are the next floor's, and joined in cmd.
type bench struct {
	t       *testing.T
	service *accounts.Service
	rooms   *fakeRooms
	console *Console
	server  *httptest.Server
	logged  *bytes.Buffer
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
	b := &bench{t: t, rooms: newFakeRooms(), logged: &bytes.Buffer{}}
	db, err := store.Open(t.Context(), t.TempDir(), accounts.Migrations)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if options.limiter == nil {
		options.limiter = limiterFunc(func(string) (bool, time.Duration) { return true, 0 })
	}
	b.service, err = accounts.NewService(accounts.Config{
		Store: accounts.NewSQLite(db), PerEmail: options.limiter, PerAddress: options.limiter,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.here = b.setup("Here", "here@example.org")
	b.there = b.setup("There", "there@example.org")
	if options.files == nil {
		options.files = built
	}
	mux := http.NewServeMux()
	b.server = httptest.NewServer(mux)
	t.Cleanup(b.server.Close)
	if options.public == "" {
		options.public = b.server.URL
	}
	b.console, err = newConsole(Config{
		Public: options.public, Accounts: b.service, Rooms: b.rooms,
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

func (b *bench) setup(name, email string) accounts.SetupResult {
	b.t.Helper()
	result, err := b.service.Setup(b.t.Context(), accounts.SetupRequest{
		TenantName: name, SiteName: name + " shop", Origins: []string{"https://" + strings.ToLower(name) + ".example"},
		AdminEmail: email, AdminName: name + " admin", AdminPassword: password,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return result
}

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

type limiterFunc func(key string) (bool, time.Duration)

func (f limiterFunc) Allow(_ context.Context, key string) (bool, time.Duration) { return f(key) }

// fakeRooms holds rooms by tenant, as the contract of Rooms asks.
type fakeRooms struct {
	mu       sync.Mutex
	visitors map[string][]Visitor // by tenant
	codes    map[string]string    // code to room, by tenant and code
	watchers map[chan struct{}]string
	joinErr  error
}

func newFakeRooms() *fakeRooms {
	return &fakeRooms{visitors: map[string][]Visitor{}, codes: map[string]string{}, watchers: map[chan struct{}]string{}}
}

func (f *fakeRooms) add(tenant string, visitor Visitor, code string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.visitors[tenant] = append(f.visitors[tenant], visitor)
	f.codes[tenant+" "+code] = visitor.Room
	for watcher, of := range f.watchers {
		if of == tenant {
			select {
			case watcher <- struct{}{}:
			default:
			}
		}
	}
}

func (f *fakeRooms) watching() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.watchers)
}

func (f *fakeRooms) Visitors(tenant string) []Visitor {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Visitor(nil), f.visitors[tenant]...)
}

func (f *fakeRooms) Watch(tenant string) (<-chan struct{}, func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	changed := make(chan struct{}, 1)
	f.watchers[changed] = tenant
	return changed, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.watchers, changed)
	}
}

func (f *fakeRooms) JoinByCode(ctx context.Context, tenant string, person accounts.Person, code string) (Join, error) {
	f.mu.Lock()
	room := f.codes[tenant+" "+code]
	f.mu.Unlock()
	return f.JoinByRoom(ctx, tenant, person, room)
}

func (f *fakeRooms) JoinByRoom(_ context.Context, tenant string, _ accounts.Person, room string) (Join, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.joinErr != nil {
		return Join{}, f.joinErr
	}
	for _, visitor := range f.visitors[tenant] {
		if visitor.Room == room {
			return Join{Room: room, Ticket: "ticket-of-" + room, Site: visitor.Site}, nil
		}
	}
	return Join{}, ErrNotFound
}

func TestSignInLookAndJoin(t *testing.T) {
	b := newBench(t, benchOptions{})
	b.rooms.add(b.here.Tenant.ID, Visitor{Room: "room-a", Site: Site{b.here.Site.ID, b.here.Site.Name}, State: "waiting"}, "123456")
	agent := b.signedIn("HERE@example.org ")

	var me meView
	if err := json.Unmarshal([]byte(b.call(agent, "GET", "/api/v1/me", "").body), &me); err != nil {
		t.Fatal(err)
	}
	if me.Email != "here@example.org" || me.Role != accounts.RoleAdmin || me.Tenant.Name != "Here" || me.Tenant.ID != b.here.Tenant.ID {
		t.Errorf("me is %+v", me)
	}
	list := b.call(agent, "GET", "/api/v1/visitors", "")
	if list.status != http.StatusOK || !strings.Contains(list.body, `"room":"room-a"`) || !strings.Contains(list.body, `"agents":[]`) {
		t.Errorf("visitors: %d %s", list.status, list.body)
	}
	for _, body := range []string{`{"code":"123456"}`, `{"room":"room-a"}`, `{"room":"room-a","later":{"any":1}}`} {
		joined := b.call(agent, "POST", "/api/v1/joins", body)
		want := `{"room":"room-a","ticket":"ticket-of-room-a","socket":"/api/v1/socket","site":{"id":"` + b.here.Site.ID + `","name":"Here shop"}}`
		if joined.status != http.StatusOK || joined.body != want {
			t.Errorf("join by %s: %d %s", body, joined.status, joined.body)
		}
	}
	if out := b.call(agent, "POST", "/api/v1/sign-out", ""); out.status != http.StatusNoContent || out.body != "" {
		t.Errorf("sign out: %d %s", out.status, out.body)
	}
	if after := b.call(agent, "GET", "/api/v1/me", ""); after.status != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", after.status)
	}
}

package console

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"alongside/accounts"
	"alongside/history"
	"alongside/privacy"
	"alongside/queue"
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

// bench is a console with all its real parts over real HTTP: two tenants, here and there, with an admin each, and here also
// a manager and an agent.
type bench struct {
	t        *testing.T
	service  *accounts.Service
	hub      *rooms.Hub
	queue    *queue.Queue
	history  *history.History
	consents *privacy.ConsentLog
	audit    *privacy.AuditLog
	seen     *seen
	console  *Console
	server   *httptest.Server
	logged   *lockedBuffer
	db       *store.DB
	here     accounts.SetupResult
	there    accounts.SetupResult
}

type benchOptions struct {
	public  string
	files   fs.FS
	limiter accounts.Limiter
	pace    streamPace
	bare    bool // without the parts that a console can do without
}

// allMigrations are the tables of all parts.
var allMigrations = []store.Migrations{accounts.Migrations, privacy.Migrations, history.Migrations}

func newBench(t *testing.T, options benchOptions) *bench {
	t.Helper()
	b := &bench{t: t, logged: &lockedBuffer{}, seen: &seen{}}
	log := slog.New(slog.NewTextHandler(b.logged, nil))
	b.db = openPrepared(t)
	if options.limiter == nil {
		options.limiter = limiterFunc(func(string) (bool, time.Duration) { return true, 0 })
	}
	if options.files == nil {
		options.files = built
	}
	mux := http.NewServeMux()
	b.server = httptest.NewServer(mux)
	t.Cleanup(b.server.Close)
	if options.public == "" {
		options.public = b.server.URL
	}
	keys := privacy.NewKeyring(bytes.Repeat([]byte{7}, 32), privacy.NewSQLite(b.db.Writer, b.db.Reader))
	b.service = newService(t, b.db, options.limiter)
	b.here, b.there = setup(t, b.service, "Here"), setup(t, b.service, "There")
	b.consents = privacy.NewConsentLog(privacy.NewSQLite(b.db.Writer, b.db.Reader))
	b.audit = privacy.NewAuditLog(privacy.NewSQLite(b.db.Writer, b.db.Reader), time.Now)
	b.history = history.New(history.Config{
		Store: history.NewSQLite(b.db), Keys: keys, Now: time.Now, Log: log,
		Retention: func(context.Context, string, string) (privacy.Retention, error) {
			return privacy.DefaultRetention(), nil
		},
	})
	b.queue = queue.New(queue.Config{Log: log, Routing: func(context.Context, string) ([]queue.Team, error) { return nil, nil }})
	b.hub = rooms.NewHub(rooms.Config{Consents: consents{}, AgentOrigin: options.public, Desk: desk{b.queue}})
	b.run(b.queue.Run)

	config := Config{Public: options.public, Accounts: b.service, Rooms: b.hub, Log: log}
	if !options.bare {
		config.Queue, config.History, config.Consents, config.Audit, config.Seen = b.queue, b.history, b.consents, b.audit, b.seen
	}
	var err error
	if b.console, err = newConsole(config, options.files); err != nil {
		t.Fatal(err)
	}
	if options.pace != (streamPace{}) {
		b.console.stream = options.pace
	}
	b.console.Register(mux)
	return b
}

// run runs a part until the test is over.
func (b *bench) run(part func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { part(ctx) })
	b.t.Cleanup(func() { cancel(); running.Wait() })
}

func newService(t *testing.T, db *store.DB, limiter accounts.Limiter) *accounts.Service {
	t.Helper()
	service, err := accounts.NewService(accounts.Config{
		Store: accounts.NewSQLite(db), PerEmail: limiter, PerAddress: limiter,
		Keys: privacy.NewKeyring(bytes.Repeat([]byte{7}, 32), privacy.NewSQLite(db.Writer, db.Reader)), Public: "https://help.example.org",
	})
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
		db, err := store.Open(t.Context(), dir, allMigrations...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	prepare.Do(func() {
		dir := t.TempDir()
		db := open(dir)
		service := newService(t, db, limiterFunc(func(string) (bool, time.Duration) { return true, 0 }))
		here := setup(t, service, "Here")
		setup(t, service, "There")
		for _, role := range []accounts.Role{accounts.RoleManager, accounts.RoleAgent} {
			_, err := service.AddPerson(t.Context(), here.Tenant.ID, accounts.NewPerson{
				Email: string(role) + "@example.org", Name: "The " + string(role), Password: password, Role: role,
			})
			if err != nil {
				t.Fatal(err)
			}
		}
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

// signedIn is a browser in which the person of that address is signed in, without the time that hashing a password takes.
func (b *bench) signedIn(email string) *http.Client {
	b.t.Helper()
	people := accounts.NewSQLite(b.db)
	person, _, err := people.PersonByEmail(b.t.Context(), email)
	if err != nil {
		b.t.Fatal(err)
	}
	secret := make([]byte, 32)
	rand.Read(secret)
	token, now := base64.RawURLEncoding.EncodeToString(secret), time.Now().UTC().Truncate(time.Millisecond)
	signIn := accounts.SignIn{ID: strings.ToLower(rand.Text()), Tenant: person.Tenant, Person: person.ID, Created: now, LastUsed: now}
	if err := people.AddSignIn(b.t.Context(), signIn, sha256.Sum256([]byte(token))); err != nil {
		b.t.Fatal(err)
	}
	address, err := url.Parse(b.server.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	browser := b.browser()
	browser.Jar.SetCookies(address, []*http.Cookie{{Name: b.console.cookieName(), Value: token, Path: "/"}})
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

// must is call for what has to work; it reads the answer into value, if there is one.
func (b *bench) must(browser *http.Client, method, path, body string, value any) {
	b.t.Helper()
	answer := b.call(browser, method, path, body)
	if answer.status != http.StatusOK && answer.status != http.StatusNoContent {
		b.t.Fatalf("%s %s %s: %d %s", method, path, body, answer.status, answer.body)
	}
	if value == nil {
		return
	}
	if err := json.Unmarshal([]byte(answer.body), value); err != nil {
		b.t.Fatalf("%s %s: %v: %s", method, path, err, answer.body)
	}
}

// person is one of the first tenant's people, by e-mail.
func (b *bench) person(email string) accounts.Person {
	b.t.Helper()
	people, err := b.service.People(b.t.Context(), b.here.Tenant.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, person := range people {
		if person.Email == email {
			return person
		}
	}
	b.t.Fatalf("nobody is %s", email)
	return accounts.Person{}
}

// setRole gives the first tenant's admin a role, also one that the service would refuse.
func (b *bench) setRole(role accounts.Role) {
	b.t.Helper()
	b.exec("UPDATE people SET role = ? WHERE id = ?", role, b.here.Admin.ID)
}

func (b *bench) exec(statement string, values ...any) {
	b.t.Helper()
	if _, err := b.db.Writer.ExecContext(b.t.Context(), statement, values...); err != nil {
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

// desk tells the queue how rooms stand, as the program does.
type desk struct{ queue *queue.Queue }

func (d desk) Changed(v rooms.Visitor, tenant string) {
	visit := queue.Visit{
		Tenant: tenant, Room: v.Room, Site: v.Site.ID, Lang: v.Lang, Name: v.Name, Page: v.Page.URL, Title: v.Page.Title,
		Help: v.Help, Here: true,
	}
	if address, err := url.Parse(v.Page.URL); err == nil {
		visit.Path = address.Path
	}
	if v.Asked != nil {
		visit.Asked = *v.Asked
	}
	d.queue.Changed(visit)
}

func (d desk) Moved(string, string) {}

func (d desk) Gone(tenant, room string) { d.queue.Gone(tenant, room) }

// seen is a site's last load.
type seen struct {
	key, origin string
	at          time.Time
}

func (s *seen) At(key string) (time.Time, string) {
	if key != s.key {
		return time.Time{}, ""
	}
	return s.at, s.origin
}

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

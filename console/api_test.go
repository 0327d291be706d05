package console

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"alongside/accounts"
	"alongside/rooms"
)

// Every route answers whoever is not signed in alike, and says nothing else.
func TestEveryRouteAsksWhoItIs(t *testing.T) {
	b := newBench(t, benchOptions{})
	b.visit(b.here, "Basket")
	forged := []string{"", strings.Repeat("A", 43), "not a token", strings.Repeat("x", 4000)}
	for _, route := range Routes() {
		for _, token := range forged {
			answer := b.call(b.browser(), route.Method, route.Path, "{}", "Cookie", "alongside="+token)
			if route.Least == "" {
				if answer.status == http.StatusUnauthorized {
					t.Errorf("%s %s needs a sign-in", route.Method, route.Path)
				}
				continue
			}
			if p := answer.problem(t); p.Status != http.StatusUnauthorized || p.Code != "sign-in" {
				t.Errorf("%s %s as nobody: %d %s", route.Method, route.Path, answer.status, answer.body)
			}
		}
	}
}

// A role that a person does not have, or that the program does not know, opens nothing; a change counts at once.
func TestEveryRouteAsksForItsRole(t *testing.T) {
	b := newBench(t, benchOptions{})
	agent := b.signedIn("here@example.org")
	for _, route := range Routes() {
		if route.Least != "" && !slices.Contains([]accounts.Role{accounts.RoleAgent, accounts.RoleManager, accounts.RoleAdmin}, route.Least) {
			t.Errorf("%s %s asks for a role that nobody has: %q", route.Method, route.Path, route.Least)
		}
	}
	b.setRole("nobody")
	for _, route := range Routes() {
		if route.Least == "" {
			continue
		}
		answer := b.call(agent, route.Method, route.Path, "{}")
		if p := answer.problem(t); p.Status != http.StatusForbidden || p.Code != "role" {
			t.Errorf("%s %s without a role: %d %s", route.Method, route.Path, answer.status, answer.body)
		}
	}
}

// req 003-16: a foreign room or code is answered byte for byte as one that does not exist.
func TestTenantsNeverMeet(t *testing.T) {
	b := newBench(t, benchOptions{})
	visit := b.visit(b.here, "Secret basket")
	stranger := b.signedIn("there@example.org")

	list := b.call(stranger, "GET", "/api/v1/visitors", "")
	if list.status != http.StatusOK || list.body != `{"visitors":[]}` {
		t.Errorf("a stranger's list: %d %s", list.status, list.body)
	}
	pairs := []struct{ field, foreign, unknown string }{
		{"room", visit.Room, "no-such-room"},
		{"code", visit.Code, "not a code"},
	}
	for _, pair := range pairs {
		foreign := b.call(stranger, "POST", "/api/v1/joins", `{"`+pair.field+`":"`+pair.foreign+`"}`)
		unknown := b.call(stranger, "POST", "/api/v1/joins", `{"`+pair.field+`":"`+pair.unknown+`"}`)
		if foreign.status != http.StatusNotFound || foreign.body != unknown.body || foreign.status != unknown.status {
			t.Errorf("foreign %s: %d %s\nunknown: %d %s", pair.field, foreign.status, foreign.body, unknown.status, unknown.body)
		}
		foreign.header.Del("Date")
		unknown.header.Del("Date")
		if !equalHeaders(foreign.header, unknown.header) {
			t.Errorf("headers differ: %v, %v", foreign.header, unknown.header)
		}
	}
	// The stranger's guess used nothing up.
	if answer := b.call(b.signedIn("here@example.org"), "POST", "/api/v1/joins", `{"code":"`+visit.Code+`"}`); answer.status != http.StatusOK {
		t.Errorf("the right tenant with the code: %d %s", answer.status, answer.body)
	}
	// A nowhere under /api is the same document again.
	nowhere := b.call(stranger, "GET", "/api/v1/rooms/"+visit.Room, "")
	if want := b.call(stranger, "POST", "/api/v1/joins", `{"room":"x"}`); nowhere.body != want.body {
		t.Errorf("nowhere says %s, an unknown room %s", nowhere.body, want.body)
	}
}

func equalHeaders(a, b http.Header) bool {
	one, _ := json.Marshal(a)
	other, _ := json.Marshal(b)
	return string(one) == string(other)
}

func TestSignInCookie(t *testing.T) {
	cases := []struct{ public, name, tail string }{
		{"", "alongside", "; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax"},
		{"https://help.example.org", "__Host-alongside", "; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Lax"},
	}
	for _, c := range cases {
		b := newBench(t, benchOptions{public: c.public})
		answer := b.call(b.browser(), "POST", "/api/v1/sign-in", `{"email":"here@example.org","password":"`+password+`"}`)
		cookie := answer.header.Get("Set-Cookie")
		name, rest, _ := strings.Cut(cookie, "=")
		token, tail, _ := strings.Cut(rest, ";")
		if name != c.name || ";"+tail != c.tail || len(token) != 43 {
			t.Errorf("cookie at %q: %s", c.public, cookie)
		}
		if strings.Contains(answer.body, token) {
			t.Error("the token is in the body too")
		}
		out := b.call(b.browser(), "POST", "/api/v1/sign-out", "", "Cookie", name+"="+token)
		if got := out.header.Get("Set-Cookie"); !strings.HasPrefix(got, c.name+"=; Path=/; Max-Age=0") {
			t.Errorf("sign-out sets %q", got)
		}
		if me := b.call(b.browser(), "GET", "/api/v1/me", "", "Cookie", name+"="+token); me.status != http.StatusUnauthorized {
			t.Errorf("the token still counts: %d", me.status)
		}
		if strings.Contains(b.logged.String(), token) {
			t.Error("the token was logged")
		}
	}
}

func TestSignInAnswersUnknownAndWrongAlike(t *testing.T) {
	b := newBench(t, benchOptions{})
	wrong := b.call(b.browser(), "POST", "/api/v1/sign-in", `{"email":"here@example.org","password":"wrong password"}`)
	unknown := b.call(b.browser(), "POST", "/api/v1/sign-in", `{"email":"nobody@example.org","password":"wrong password"}`)
	if wrong.status != http.StatusUnauthorized || wrong.body != unknown.body || wrong.status != unknown.status {
		t.Errorf("wrong: %d %s\nunknown: %d %s", wrong.status, wrong.body, unknown.status, unknown.body)
	}
	if wrong.problem(t).Code != "credentials" {
		t.Errorf("code %s", wrong.problem(t).Code)
	}
	if wrong.header.Get("Set-Cookie") != "" {
		t.Error("a refused sign-in set a cookie")
	}
}

func TestTooManySignInsAreToldWhenToComeBack(t *testing.T) {
	left := 2
	b := newBench(t, benchOptions{limiter: limiterFunc(func(key string) (bool, time.Duration) {
		if !strings.Contains(key, "127.0.0.1") {
			return true, 0
		}
		left--
		return left >= 0, 1500 * time.Millisecond
	})})
	var last answer
	for range 3 {
		last = b.call(b.browser(), "POST", "/api/v1/sign-in", `{"email":"here@example.org","password":"wrong password"}`)
	}
	if last.problem(t).Code != "rate" || last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") != "2" {
		t.Errorf("third attempt: %d %s, Retry-After %q", last.status, last.body, last.header.Get("Retry-After"))
	}
}

func TestTooManyJoinsAreToldWhenToComeBack(t *testing.T) {
	b := newBench(t, benchOptions{})
	agent := b.signedIn("here@example.org")
	for range 100 {
		answer := b.call(agent, "POST", "/api/v1/joins", `{"code":"000000"}`)
		if answer.status == http.StatusNotFound {
			continue
		}
		if answer.problem(t).Code != "rate" || answer.status != http.StatusTooManyRequests || answer.header.Get("Retry-After") == "" {
			t.Errorf("%d %s", answer.status, answer.body)
		}
		return
	}
	t.Error("a hundred codes could be tried")
}

// A page of another site may neither sign anybody in nor out, nor join.
func TestWritingFromAnotherSiteIsRefused(t *testing.T) {
	b := newBench(t, benchOptions{})
	agent := b.signedIn("here@example.org")
	host := strings.TrimPrefix(b.server.URL, "http://")
	cases := []struct {
		name    string
		headers []string
		foreign bool
	}{
		{"fetch metadata: cross-site", []string{"Sec-Fetch-Site", "cross-site"}, true},
		{"fetch metadata: same-site, another host", []string{"Sec-Fetch-Site", "same-site"}, true},
		{"an older browser's Origin", []string{"Origin", "https://evil.example"}, true},
		{"the Origin of a sandbox", []string{"Origin", "null"}, true},
		{"our own page", []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://" + host}, false},
		{"our own page in an older browser", []string{"Origin", "http://" + host}, false},
		{"no browser", nil, false},
	}
	for _, c := range cases {
		for _, route := range Routes() {
			if route.Media == "text/event-stream" || route.Path == "/api/v1/sign-out" && !c.foreign {
				continue // the first would not end, the second would end the sign-in
			}
			answer := b.call(agent, route.Method, route.Path, "", c.headers...)
			refused := answer.status == http.StatusForbidden
			if want := c.foreign && route.Method != http.MethodGet; refused != want {
				t.Errorf("%s: %s %s: %d %s", c.name, route.Method, route.Path, answer.status, answer.body)
			} else if refused && answer.problem(t).Code != "cross-site" {
				t.Errorf("%s: %s", c.name, answer.body)
			}
		}
	}
	if me := b.call(agent, "GET", "/api/v1/me", ""); me.status != http.StatusOK {
		t.Error("a foreign page signed the agent out")
	}
}

// The public origin is ours even where a proxy has changed the Host header.
func TestThePublicOriginIsOurs(t *testing.T) {
	b := newBench(t, benchOptions{public: "https://help.example.org"})
	answer := b.call(b.browser(), "POST", "/api/v1/sign-out", "", "Origin", "https://help.example.org")
	if answer.status != http.StatusNoContent {
		t.Errorf("%d %s", answer.status, answer.body)
	}
}

func TestBodiesAreChecked(t *testing.T) {
	b := newBench(t, benchOptions{})
	agent := b.signedIn("here@example.org")
	long := strings.Repeat("x", 300)
	cases := []struct {
		path, body  string
		status      int
		code, field string
	}{
		{"/api/v1/sign-in", ``, 400, "json", ""},
		{"/api/v1/sign-in", `null`, 400, "json", ""},
		{"/api/v1/sign-in", `[]`, 400, "json", ""},
		{"/api/v1/sign-in", `"email"`, 400, "json", ""},
		{"/api/v1/sign-in", `{"email":`, 400, "json", ""},
		{"/api/v1/sign-in", `{} {}`, 400, "json", ""},
		{"/api/v1/sign-in", `{}`, 400, "field", "email"},
		{"/api/v1/sign-in", `{"email":"here@example.org"}`, 400, "field", "password"},
		{"/api/v1/sign-in", `{"email":"here@example.org","password":"x","later":1}`, 400, "field", "later"},
		{"/api/v1/sign-in", `{"email":"here@example.org","password":"x","password":"y"}`, 400, "field", "password"},
		{"/api/v1/sign-in", `{"Email":"here@example.org","password":"x"}`, 400, "field", "Email"},
		{"/api/v1/sign-in", `{"email":null,"password":"x"}`, 400, "field", "email"},
		{"/api/v1/sign-in", "{\"email\":\"\xff\",\"password\":\"x\"}", 400, "field", "email"},
		{"/api/v1/sign-in", `{"email":{"$gt":""},"password":{"$gt":""}}`, 400, "field", "email"},
		{"/api/v1/sign-in", `{"email":"here@example.org","password":{"$ne":null}}`, 400, "field", "password.$ne"},
		{"/api/v1/sign-in", `{"email":["here@example.org"],"password":"x"}`, 400, "field", "email"},
		{"/api/v1/sign-in", `{"email":17,"password":"x"}`, 400, "field", "email"},
		{"/api/v1/sign-in", `{"email":"here@example.org\u0000","password":"x"}`, 400, "field", "email"},
		{"/api/v1/sign-in", `{"email":"here@example.org\r\nX: y","password":"x"}`, 400, "field", "email"},
		{"/api/v1/sign-in", `{"email":"` + long + `","password":"x"}`, 400, "field", "email"},
		{"/api/v1/sign-in", `{"email":"here@example.org","password":"` + strings.Repeat("x", maxBodyBytes) + `"}`, 413, "too-large", ""},
		{"/api/v1/joins", `{}`, 400, "field", "code"},
		{"/api/v1/joins", `{"code":""}`, 400, "field", "code"},
		{"/api/v1/joins", `{"code":123456}`, 400, "field", "code"},
		{"/api/v1/joins", `{"code":{"$regex":".*"}}`, 400, "field", "code"},
		{"/api/v1/joins", `{"room":true}`, 400, "field", "room"},
		{"/api/v1/joins", `{"room":"a\u001bb"}`, 400, "field", "room"},
		{"/api/v1/joins", `{"room":"` + long + `"}`, 400, "field", "room"},
		{"/api/v1/joins", `{"room":"a","code":"b"}`, 400, "field", "code"},
		{"/api/v1/joins", `{"room":"../visitors"}`, 404, "not-found", ""},
		{"/api/v1/joins", `{"room":"' OR 1=1 --"}`, 404, "not-found", ""},
	}
	for _, c := range cases {
		answer := b.call(agent, "POST", c.path, c.body)
		if p := answer.problem(t); answer.status != c.status || p.Code != c.code || p.Field != c.field {
			t.Errorf("%s %.80s: %d %s", c.path, c.body, answer.status, answer.body)
		}
	}
	if b.logged.String() != "" {
		t.Errorf("a client's mistakes were logged: %s", b.logged)
	}
}

func TestABodyIsJSONByName(t *testing.T) {
	b := newBench(t, benchOptions{})
	for mediaType, want := range map[string]string{
		"text/plain": "media-type", "application/x-www-form-urlencoded": "media-type", "multipart/form-data; boundary=x": "media-type",
		"application/json": "credentials", "application/json; charset=utf-8": "credentials",
	} {
		body := `{"email":"here@example.org","password":"wrong password"}`
		if p := b.call(b.browser(), "POST", "/api/v1/sign-in", body, "Content-Type", mediaType).problem(t); p.Code != want {
			t.Errorf("%s: %+v", mediaType, p)
		}
	}
}

// Whoever sends a body byte by byte must not hold a connection for ever; whoever is served slowly must not be cut.
func TestABodyMustArrive(t *testing.T) {
	b := newBench(t, benchOptions{})
	b.console.bodyTime = 100 * time.Millisecond
	conn, err := net.Dial("tcp", b.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /api/v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
	content, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(content), "HTTP/1.1 408 ") || !strings.Contains(string(content), `"code":"slow"`) {
		t.Errorf("%v: %s", err, content)
	}

	visit := b.visit(b.here, "Basket")
	agent := b.signedIn("here@example.org")
	b.console.rooms = slowRooms{b.hub, 3 * b.console.bodyTime}
	if answer := b.call(agent, "POST", "/api/v1/joins", `{"room":"`+visit.Room+`"}`); answer.status != http.StatusOK {
		t.Errorf("after a wait: %d %s", answer.status, answer.body)
	}
}

// slowRooms takes its time, unless the client has gone.
type slowRooms struct {
	*rooms.Hub
	wait time.Duration
}

func (s slowRooms) JoinByRoom(ctx context.Context, tenant string, person rooms.Person, room string) (rooms.Joined, error) {
	select {
	case <-time.After(s.wait):
		return s.Hub.JoinByRoom(ctx, tenant, person, room)
	case <-ctx.Done():
		return rooms.Joined{}, ctx.Err()
	}
}

// A browser holds one sign-in: signing in again ends the one before.
func TestSigningInAgainEndsTheSignInBefore(t *testing.T) {
	b := newBench(t, benchOptions{})
	agent := b.signedIn("here@example.org")
	address, err := url.Parse(b.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	before := agent.Jar.Cookies(address)[0].Value
	if answer := b.call(agent, "POST", "/api/v1/sign-in", `{"email":"there@example.org","password":"`+password+`"}`); answer.status != http.StatusOK {
		t.Fatalf("%d %s", answer.status, answer.body)
	}
	if answer := b.call(agent, "GET", "/api/v1/me", ""); !strings.Contains(answer.body, "there@example.org") {
		t.Errorf("now signed in: %s", answer.body)
	}
	if answer := b.call(b.browser(), "GET", "/api/v1/me", "", "Cookie", "alongside="+before); answer.status != http.StatusUnauthorized {
		t.Errorf("the token before: %d", answer.status)
	}
}

func TestUnknownCallsAndMethods(t *testing.T) {
	b := newBench(t, benchOptions{})
	for _, path := range []string{"/api/", "/api/v1", "/api/v1/nothing", "/api/v2/me", "/api/v1/me/more"} {
		if answer := b.call(b.browser(), "GET", path, ""); answer.status != http.StatusNotFound || answer.problem(t).Code != "not-found" {
			t.Errorf("%s: %d %s", path, answer.status, answer.body)
		}
	}
	for _, route := range Routes() {
		answer := b.call(b.browser(), "PROPFIND", route.Path, "")
		if answer.status != http.StatusMethodNotAllowed || answer.problem(t).Code != "method" || !strings.Contains(answer.header.Get("Allow"), route.Method) {
			t.Errorf("PROPFIND %s: %d %s, Allow %q", route.Path, answer.status, answer.body, answer.header.Get("Allow"))
		}
	}
	head := b.call(b.signedIn("here@example.org"), "HEAD", "/api/v1/me", "")
	if head.status != http.StatusOK || head.body != "" {
		t.Errorf("HEAD: %d %q", head.status, head.body)
	}
}

// A failure of ours is told without its reason, which stands in the log.
func TestOurFailuresAreOurs(t *testing.T) {
	b := newBench(t, benchOptions{})
	agent := b.signedIn("here@example.org")
	b.closeStore()
	answer := b.call(agent, "GET", "/api/v1/me", "")
	if p := answer.problem(t); p.Code != "internal" || answer.status != http.StatusInternalServerError || strings.Contains(answer.body, "sql") {
		t.Errorf("%d %s", answer.status, answer.body)
	}
	stream := b.call(agent, "GET", "/api/v1/visitors/stream", "")
	if p := stream.problem(t); p.Code != "internal" {
		t.Errorf("a stream: %d %s", stream.status, stream.body)
	}
	if !strings.Contains(b.logged.String(), "database is closed") {
		t.Errorf("logged: %s", b.logged)
	}
	address, err := url.Parse(b.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range agent.Jar.Cookies(address) {
		if strings.Contains(b.logged.String(), cookie.Value) {
			t.Error("the token was logged")
		}
	}
}

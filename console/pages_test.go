package console

import (
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const mirrorCSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; font-src data: blob:; media-src blob:; form-action 'none'; base-uri 'none'; frame-src 'none'; object-src 'none'; frame-ancestors 'self'"

func TestPages(t *testing.T) {
	b := newBench(t, benchOptions{})
	host := strings.TrimPrefix(b.server.URL, "http://")
	csp := "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-src 'self'; connect-src 'self' ws://" + host + "; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'"
	index := string(built["index.html"].Data)
	cases := []struct {
		path      string
		status    int
		mediaType string
		csp       string
		body      string
	}{
		{"/", 200, "text/html; charset=utf-8", csp, index},
		{"/rooms/any-room", 200, "text/html; charset=utf-8", csp, index},
		{"/console.js", 200, "text/javascript; charset=utf-8", csp, string(built["console.js"].Data)},
		{"/mirror", 200, "text/html; charset=utf-8", mirrorCSP, mirrorDocument},
		{"/healthz", 200, "text/plain; charset=utf-8", cspNothing, "ok"},
		{"/nothing.js", 404, "text/plain; charset=utf-8", csp, "404 page not found\n"},
		{"/index.html", 404, "text/plain; charset=utf-8", csp, "404 page not found\n"},
		{"/README", 404, "text/plain; charset=utf-8", csp, "404 page not found\n"},
		{"/rooms/", 404, "text/plain; charset=utf-8", csp, "404 page not found\n"},
		{"/rooms/a/b", 404, "text/plain; charset=utf-8", csp, "404 page not found\n"},
		{"/mirror/", 404, "text/plain; charset=utf-8", csp, "404 page not found\n"},
	}
	for _, c := range cases {
		answer := b.call(b.browser(), "GET", c.path, "")
		if answer.status != c.status || answer.header.Get("Content-Type") != c.mediaType || answer.body != c.body {
			t.Errorf("%s: %d %q %.100q", c.path, answer.status, answer.header.Get("Content-Type"), answer.body)
		}
		if got := answer.header.Get("Content-Security-Policy"); got != c.csp {
			t.Errorf("%s: CSP\n%s\nwant\n%s", c.path, got, c.csp)
		}
		refused := b.call(b.browser(), "POST", c.path, "")
		if refused.status != http.StatusMethodNotAllowed || refused.header.Get("Allow") != "GET, HEAD" {
			t.Errorf("POST %s: %d", c.path, refused.status)
		}
	}
	if got := b.call(b.browser(), "GET", "/mirror", "").header.Get("Referrer-Policy"); got != "no-referrer" {
		t.Errorf("the mirror's Referrer-Policy is %q", got)
	}
}

// Every page that the script knows has an address that the server answers, and no other has.
func TestPagesOfTheScript(t *testing.T) {
	source, err := os.ReadFile("src/state/route.ts")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(source), "const patterns = {")
	table, _, _ = strings.Cut(table, "}")
	var known []string
	for _, match := range regexp.MustCompile(`: "([^"]+)"`).FindAllStringSubmatch(table, -1) {
		known = append(known, strings.ReplaceAll(match[1], ":id", "{id}"))
	}
	served := slices.Clone(consolePaths)
	served[0] = "/"
	slices.Sort(known)
	slices.Sort(served)
	if !slices.Equal(known, served) {
		t.Errorf("the script knows %v\nthe server answers %v", known, served)
	}
	b := newBench(t, benchOptions{})
	for _, address := range known {
		if answer := b.call(b.browser(), "GET", strings.ReplaceAll(address, "{id}", "any"), ""); answer.status != http.StatusOK {
			t.Errorf("%s: %d", address, answer.status)
		}
	}
}

func TestEveryResponseIsGuarded(t *testing.T) {
	paths := []string{"/", "/rooms/x", "/console.js", "/mirror", "/healthz", "/nothing", "/api/v1/nothing"}
	for _, route := range Routes() {
		paths = append(paths, route.Path)
	}
	for _, public := range []string{"http://127.0.0.1:8080", "https://help.example.org"} {
		b := newBench(t, benchOptions{public: public})
		for _, path := range paths {
			for _, method := range []string{"GET", "POST", "PUT"} {
				header := b.call(b.browser(), method, path, "{").header
				if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Content-Security-Policy") == "" || header.Get("Referrer-Policy") == "" {
					t.Errorf("%s %s lacks a guard: %v", method, path, header)
				}
				if strings.HasPrefix(path, "/api/") && header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s %s may be kept: %q", method, path, header.Get("Cache-Control"))
				}
				if got, want := header.Get("Strict-Transport-Security") != "", strings.HasPrefix(public, "https"); got != want {
					t.Errorf("%s %s at %s: HSTS is %v", method, path, public, got)
				}
			}
		}
		if csp := b.console.cspConsole(); !strings.Contains(csp, " "+strings.Replace(public, "http", "ws", 1)+";") {
			t.Errorf("connect-src lacks the socket: %s", csp)
		}
	}
}

func TestFilesAreKeptAndCompressed(t *testing.T) {
	b := newBench(t, benchOptions{})
	for _, path := range []string{"/", "/console.js"} {
		plain := b.call(b.browser(), "GET", path, "", "Accept-Encoding", "identity")
		packed := b.call(b.browser(), "GET", path, "", "Accept-Encoding", "br, gzip;q=0.8")
		if packed.header.Get("Content-Encoding") != "gzip" || packed.header.Get("Vary") != "Accept-Encoding" {
			t.Fatalf("%s: %v", path, packed.header)
		}
		reader, err := gzip.NewReader(strings.NewReader(packed.body))
		if err != nil {
			t.Fatal(err)
		}
		if unpacked, err := io.ReadAll(reader); err != nil || string(unpacked) != plain.body {
			t.Errorf("%s: what is unpacked is not what was packed: %v", path, err)
		}
		for encoding, kept := range map[string]answer{"identity": plain, "gzip": packed} {
			if kept.header.Get("Cache-Control") != "no-cache" {
				t.Errorf("%s: Cache-Control %q", path, kept.header.Get("Cache-Control"))
			}
			again := b.call(b.browser(), "GET", path, "", "Accept-Encoding", encoding, "If-None-Match", kept.header.Get("ETag"))
			if again.status != http.StatusNotModified || again.body != "" {
				t.Errorf("%s %s: %d for what the browser has", path, encoding, again.status)
			}
		}
		if plain.header.Get("ETag") == packed.header.Get("ETag") {
			t.Error("two representations share one entity tag")
		}
	}
}

func TestWithoutABundleThePageSaysSo(t *testing.T) {
	b := newBench(t, benchOptions{files: fstest.MapFS{"README": {Data: []byte("keeps the folder")}}})
	for _, path := range []string{"/", "/rooms/x"} {
		answer := b.call(b.browser(), "GET", path, "")
		if answer.status != http.StatusServiceUnavailable || answer.body != "the console's bundle is not built: run make build\n" {
			t.Errorf("%s: %d %q", path, answer.status, answer.body)
		}
	}
	if answer := b.call(b.browser(), "GET", "/healthz", ""); answer.status != http.StatusOK {
		t.Error("the server is healthy all the same")
	}
}

func TestConfigIsChecked(t *testing.T) {
	b := newBench(t, benchOptions{})
	good := Config{Public: "http://127.0.0.1:8080", Accounts: b.service, Rooms: b.hub}
	if _, err := New(good); err != nil {
		t.Error(err)
	}
	for _, public := range []string{"", "127.0.0.1:8080", "https://x/y", "ftp://x"} {
		bad := good
		bad.Public = public
		if _, err := New(bad); err == nil {
			t.Errorf("%q was taken for an origin", public)
		}
	}
	for _, bad := range []Config{{Public: good.Public, Rooms: b.hub}, {Public: good.Public, Accounts: b.service}} {
		if _, err := New(bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

package relay

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"alongside/rooms"
)

func TestOpenAnswersAnEntry(t *testing.T) {
	w := newWorld(t)
	status, a := w.post("/widget/v1/rooms", map[string]any{"site": "key", "lang": "de", "tab": tab(1), "help": true}, shop)
	if status != http.StatusCreated || a["allowed origin"] != shop {
		t.Fatalf("answered %d %v", status, a)
	}
	for _, field := range []string{"room", "resume", "tab", "ticket", "socket", "code", "codeExpires", "salt", "policy", "state"} {
		if a[field] == nil || a[field] == "" {
			t.Errorf("%s is missing in %v", field, a)
		}
	}
	expires, err := time.Parse(time.RFC3339, a["codeExpires"].(string))
	if err != nil || time.Until(expires) < 19*time.Minute {
		t.Errorf("the code expires at %v (%v)", a["codeExpires"], err)
	}
	if len(a["code"].(string)) != 6 || a["socket"] != "/widget/v1/socket" || a["state"] != "waiting" {
		t.Errorf("answered %v", a)
	}
	status, c := w.post("/widget/v1/rooms/code", map[string]any{"site": "key", "resume": a["resume"]}, shop)
	if status != http.StatusOK || c["code"] == a["code"] {
		t.Errorf("a new code answered %d %v", status, c)
	}
}

func TestVisitorAPIRefuses(t *testing.T) { // req 002-10, req 003-16
	w := newWorld(t)
	e := w.open()
	open := map[string]any{"site": "key", "tab": tab(2), "help": true}
	with := func(m map[string]any, field string, v any) map[string]any {
		out := map[string]any{field: v}
		for k, old := range m {
			if k != field {
				out[k] = old
			}
		}
		return out
	}
	resume := map[string]any{"site": "key", "tab": tab(2), "resume": e.Resume}
	for what, try := range map[string]struct {
		path, origin string
		body         any
		status       int
		code, field  string
	}{
		"no origin":      {"/rooms", "", open, 403, "origin", ""},
		"wrong origin":   {"/rooms", "https://evil.example", open, 403, "origin", ""},
		"unknown site":   {"/rooms", shop, with(open, "site", "nope"), 403, "origin", ""},
		"no tab":         {"/rooms", shop, with(open, "tab", ""), 400, "invalid", "tab"},
		"type":           {"/rooms", shop, with(open, "lang", 7), 400, "invalid", "lang"},
		"inner type":     {"/rooms", shop, with(open, "page", map[string]any{"url": 7}), 400, "invalid", "page.url"},
		"not an object":  {"/rooms", shop, "x", 400, "invalid", ""},
		"long title":     {"/rooms", shop, with(open, "page", map[string]any{"title": strings.Repeat("x", 3000)}), 400, "invalid", "page.title"},
		"too large":      {"/rooms", shop, with(open, "lang", strings.Repeat("x", 70<<10)), 413, "too-large", ""},
		"no resume":      {"/rooms/resume", shop, with(resume, "resume", ""), 400, "invalid", "resume"},
		"unknown resume": {"/rooms/resume", shop, with(resume, "resume", "nope"), 404, "not-found", ""},
		"foreign resume": {"/rooms/resume", shop, with(resume, "site", "other"), 404, "not-found", ""},
		"foreign code":   {"/rooms/code", shop, map[string]any{"site": "other", "resume": e.Resume}, 404, "not-found", ""},
	} {
		t.Run(what, func(t *testing.T) {
			status, a := w.post("/widget/v1"+try.path, try.body, try.origin)
			field, _ := a["field"].(string)
			if status != try.status || a["code"] != try.code || field != try.field {
				t.Errorf("answered %d %v", status, a)
			}
			if allowed := a["allowed origin"]; status == http.StatusForbidden && allowed != "" {
				t.Errorf("a refused origin may read the answer: %v", allowed)
			}
		})
	}
}

func TestOpeningRoomsIsLimitedPerAddress(t *testing.T) {
	w := newWorld(t)
	for range 120 {
		w.open()
	}
	if status, a := w.post("/widget/v1/rooms", map[string]any{"site": "key", "tab": tab(1), "help": true}, shop); status != http.StatusTooManyRequests {
		t.Errorf("answered %d %v", status, a)
	}
}

func TestPreflight(t *testing.T) {
	w := newWorld(t)
	q, err := http.NewRequest(http.MethodOptions, w.http.URL+"/widget/v1/rooms", nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Origin", shop)
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	if a.StatusCode != http.StatusNoContent || a.Header.Get("Access-Control-Allow-Origin") != shop ||
		a.Header.Get("Access-Control-Allow-Credentials") != "true" {
		t.Errorf("answered %d %v", a.StatusCode, a.Header)
	}
}

func TestAddressBelievesTrustedProxiesOnly(t *testing.T) {
	s := &Server{Config: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	for _, try := range []struct{ peer, forwarded, want string }{
		{"203.0.113.9:1", "", "203.0.113.9"},
		{"203.0.113.9:1", "198.51.100.1", "203.0.113.9"},
		{"10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"[::ffff:10.0.0.1]:1", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"},
		{"10.0.0.1:1", "nonsense", "10.0.0.1"},
	} {
		q := &http.Request{RemoteAddr: try.peer, Header: http.Header{}}
		if try.forwarded != "" {
			q.Header.Set("X-Forwarded-For", try.forwarded)
		}
		if got := s.Address(q).String(); got != try.want {
			t.Errorf("%s with %q is %s, want %s", try.peer, try.forwarded, got, try.want)
		}
	}
}

func TestDeviceOf(t *testing.T) { // req 003-02, req 003-03, req 003-04
	for agent, want := range map[string]rooms.Device{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                         {Browser: "Chrome 140", OS: "Windows", Kind: "desktop"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":           {Browser: "Edge 140", OS: "Windows", Kind: "desktop"},
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                  {Browser: "Firefox 140", OS: "Linux", Kind: "desktop"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15":                   {Browser: "Safari 18.5", OS: "macOS", Kind: "desktop"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1": {Browser: "Safari 18.5", OS: "iOS 18.5", Kind: "phone"},
		"Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0.0.0 Mobile/15E148 Safari/604.1":       {Browser: "Chrome 140", OS: "iOS 17.4", Kind: "tablet"},
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                         {Browser: "Chrome 140", OS: "Android 10", Kind: "phone"},
		"Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36":      {Browser: "Samsung Internet 28", OS: "Android 13", Kind: "tablet"},
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                          {Browser: "Chrome 140", OS: "ChromeOS", Kind: "desktop"},
		"curl/8": {Browser: "unknown", OS: "unknown", Kind: "desktop"},
	} {
		if got := deviceOf(http.Header{"User-Agent": {agent}}); got != want {
			t.Errorf("%s is %+v, want %+v", agent, got, want)
		}
	}
}

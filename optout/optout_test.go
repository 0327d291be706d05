package optout_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"alongside/optout"
	"alongside/privacy"
)

type sites map[string]optout.Site

func (s sites) ByKey(_ context.Context, key string) (optout.Site, error) {
	if site, ok := s[key]; ok {
		return site, nil
	}
	return optout.Site{}, errors.New("unknown")
}

type sessions struct {
	objected []string
	err      error
}

func (s *sessions) Object(_ context.Context, tenant, room string) error {
	s.objected = append(s.objected, tenant+" "+room)
	return s.err
}

// desk is a server and a browser that follows redirects and keeps cookies.
type desk struct {
	t        *testing.T
	server   *httptest.Server
	client   *http.Client
	keys     *privacy.Keyring
	sessions *sessions
	log      *strings.Builder
	now      time.Time
}

func open(t *testing.T, secure bool) *desk {
	t.Helper()
	d := &desk{
		t: t, keys: privacy.NewKeyring(make([]byte, privacy.KeyBytes), nil), sessions: &sessions{}, log: &strings.Builder{},
		now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
	}
	var handler http.Handler
	serve := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) })
	if secure {
		d.server = httptest.NewTLSServer(serve)
	} else {
		d.server = httptest.NewServer(serve)
	}
	t.Cleanup(d.server.Close)
	handler = optout.New(optout.Config{
		Keys: d.keys,
		Sites: sites{
			"site_a": {Key: "site_a", Name: `A & <i>B</i>`, Tenant: "acme", Origins: []string{"https://a.example", "https://shop.a.example:8443"}},
			"site_b": {Key: "site_b", Name: "B", Tenant: "zeta", Origins: []string{"https://b.example"}},
		},
		Sessions: d.sessions, Secure: secure, Public: d.server.URL, Now: func() time.Time { return d.now },
		Log: slog.New(slog.NewTextHandler(d.log, nil)),
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	d.client = d.server.Client()
	d.client.Jar = jar
	return d
}

func (d *desk) do(method, path, body string, header ...string) (*http.Response, string) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.server.URL+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", d.server.URL)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	response, err := d.client.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return response, string(text)
}

func (d *desk) cookie() string {
	at, err := url.Parse(d.server.URL)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, c := range d.client.Jar.Cookies(at) {
		return c.Name + "=" + c.Value
	}
	return ""
}

var link = regexp.MustCompile(`href="(https://[^"]*)"`)

// links are those to the site.
func links(text string) (all []string) {
	for _, found := range link.FindAllStringSubmatch(text, -1) {
		all = append(all, html.UnescapeString(found[1]))
	}
	return all
}

// req 001-19, 001-21: one site's page; the way back tells the site.
func TestChoosingForOneSite(t *testing.T) {
	d := open(t, true)
	path := "/exclude/site_a?return=" + url.QueryEscape("https://shop.a.example:8443/cart?x=1&y=2#part")
	response, text := d.do("GET", path, "")
	if response.StatusCode != 200 || !strings.Contains(text, "have not opted out of <bdi>A &amp; &lt;i&gt;B&lt;/i&gt;</bdi>") {
		t.Fatalf("%s\n%s", response.Status, text)
	}
	if got := links(text); len(got) != 1 || got[0] != "https://shop.a.example:8443/cart?x=1&y=2#part" {
		t.Errorf("before a choice: %v", got)
	}
	for _, out := range []bool{true, false} {
		choice, state := "choice=in", "have not opted out"
		if out {
			choice, state = "choice=out", "You have opted out"
		}
		response, text = d.do("POST", path, choice)
		if response.StatusCode != 200 || !strings.Contains(text, state) || !strings.Contains(text, "Saved in this browser") {
			t.Errorf("%s\n%s", response.Status, text)
		}
		got := links(text)
		if len(got) != 2 || !strings.HasPrefix(got[0], "https://shop.a.example:8443/cart?x=1&y=2#alongside-optout=") || !strings.HasPrefix(got[1], "https://a.example/#alongside-optout=") {
			t.Fatalf("after a choice: %v", got)
		}
		for _, address := range got {
			_, token, _ := strings.Cut(address, "#alongside-optout=")
			if said, err := d.keys.CheckOptOut("site_a", token, d.now); err != nil || said != out {
				t.Errorf("the link says %v, %v", said, err)
			}
		}
		d.now = d.now.Add(20 * time.Minute)
		_, text = d.do("GET", response.Request.URL.RequestURI(), "") // a reload, too late to be "saved"
		if strings.Contains(text, "Saved") || !strings.Contains(text, state) {
			t.Errorf("later: %s", text)
		}
		if got := links(text); out != strings.Contains(strings.Join(got, " "), "#alongside-optout=") {
			t.Errorf("later, out %v: %v", out, got)
		}
	}
	if d.cookie() != "" {
		t.Errorf("a cookie is left: %s", d.cookie())
	}
}

func TestTheWayBackLeadsToTheSiteOnly(t *testing.T) {
	d := open(t, true)
	for _, address := range []string{
		"https://evil.example/", "https://a.example.evil.example/", "http://a.example/", "https://a.example:444/", "https://a.example@evil.example/",
		"https://user@a.example/", "//evil.example", "javascript:alert(1)", "https:a.example", "data:text/html,x", "/local", "https://a.example\\@evil.example/",
		"https://A.example/", "\x00", "https://a.example/\n", "\xff", "https://a.example/" + strings.Repeat("x", 5000),
	} {
		response, text := d.do("GET", "/exclude/site_a?return="+url.QueryEscape(address), "")
		if got := links(text); response.StatusCode != 200 || len(got) != 1 || got[0] != "https://a.example/" {
			t.Errorf("%q: %s %v", address, response.Status, got)
		}
	}
}

// req 001-21: what is shown ends at once.
func TestAnOptOutEndsTheSession(t *testing.T) {
	d := open(t, true)
	token := url.QueryEscape(d.keys.SessionToken("site_a", "acme", "room-canary"))
	d.do("GET", "/exclude/site_a?s="+token, "")
	d.do("POST", "/exclude/site_a?s="+token, "choice=in")
	d.do("POST", "/exclude/site_b?s="+token, "choice=out")
	d.do("POST", "/exclude/site_a?s=nonsense", "choice=out")
	d.do("POST", "/exclude/site_a?s="+url.QueryEscape(d.keys.SessionToken("site_a", "zeta", "foreign")), "choice=out")
	if len(d.sessions.objected) != 0 {
		t.Fatalf("told without cause: %v", d.sessions.objected)
	}
	_, text := d.do("POST", "/exclude/site_a?s="+token, "choice=out")
	if len(d.sessions.objected) != 1 || d.sessions.objected[0] != "acme room-canary" || !strings.Contains(text, "Nobody sees your page any more") {
		t.Errorf("told %v\n%s", d.sessions.objected, text)
	}
	d.sessions.err = errors.New("gone")
	if response, text := d.do("POST", "/exclude/site_a?s="+token, "choice=out"); response.StatusCode != 200 || !strings.Contains(text, "You have opted out") {
		t.Errorf("the session is gone: %s", response.Status)
	}
	if logged := d.log.String(); strings.Contains(logged, token) || strings.Contains(logged, "canary") || !strings.Contains(logged, "opted out") {
		t.Errorf("log: %s", logged)
	}
}

// req 001-20: all sites, with those that the browser knows.
func TestChoosingForAllSites(t *testing.T) {
	d := open(t, true)
	_, text := d.do("GET", "/optout", "")
	if !strings.Contains(text, "have not opted out of all sites") || !strings.Contains(text, "None yet.") {
		t.Error(text)
	}
	d.do("POST", "/exclude/site_a", "choice=out")
	if _, text = d.do("GET", "/optout?lang=de", ""); !strings.Contains(text, `<a href="/exclude/site_a?lang=de"><bdi>A &amp; &lt;i&gt;B&lt;/i&gt;</bdi></a> <span class="out">widersprochen`) {
		t.Error(text)
	}
	if _, text = d.do("POST", "/optout", "choice=out"); !strings.Contains(text, "You have opted out of all sites") || d.cookie() != "alongside-optout=*" {
		t.Errorf("%s\n%s", d.cookie(), text)
	}
	d.do("POST", "/exclude/site_b", "choice=in")
	if _, text = d.do("GET", "/optout", ""); !strings.Contains(text, "<bdi>B</bdi></a> <span>not opted out") {
		t.Error(text)
	}
	if _, text = d.do("POST", "/optout", "choice=in"); !strings.Contains(text, "have not opted out of all sites") || d.cookie() != "" {
		t.Errorf("%s\n%s", d.cookie(), text)
	}
}

func TestABrowserThatKeepsNoCookieIsTold(t *testing.T) {
	d := open(t, true)
	d.client.Jar = nil
	_, text := d.do("POST", "/exclude/site_a", "choice=out")
	if !strings.Contains(text, "did not keep our cookie") || strings.Contains(text, "Saved") || strings.Contains(text, "You have opted out") {
		t.Error(text)
	}
	if got := links(text); len(got) != 2 || !strings.Contains(got[0], "#alongside-optout=") {
		t.Errorf("the site is not told: %v", got)
	}
	if _, text = d.do("POST", "/optout", "choice=out"); !strings.Contains(text, "your choice does not count here") {
		t.Error(text)
	}
}

func TestOnlyThePageItselfChooses(t *testing.T) {
	for _, path := range []string{"/optout", "/exclude/site_a"} {
		d := open(t, true)
		for _, header := range [][]string{
			{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"},
			{"Origin", "https://x.example", "Sec-Fetch-Site", "same-site"}, {"Origin", "", "Sec-Fetch-Site", "cross-site"},
		} {
			if response, text := d.do("POST", path, "choice=out", header...); response.StatusCode != 403 || !strings.Contains(text, "Nothing was changed") {
				t.Errorf("%s %v: %s", path, header, response.Status)
			}
		}
		for _, body := range []string{"", "choice=", "choice=maybe", "choice=out&choice=in", "choice[$ne]=in", "choice=out%00", "%zz", "choice=out&x=" + strings.Repeat("x", 17<<10)} {
			if response, text := d.do("POST", path, body); response.StatusCode != 400 || !strings.Contains(text, "Nothing was changed") {
				t.Errorf("%s %.20q: %s", path, body, response.Status)
			}
		}
		if response, _ := d.do("POST", path+"?choice=out", ""); response.StatusCode != 400 {
			t.Errorf("%s: a link chose", path)
		}
		if response, _ := d.do("GET", path+"?choice=out&done=x", ""); response.StatusCode != 200 {
			t.Errorf("%s: %s", path, response.Status)
		}
		if d.cookie() != "" {
			t.Errorf("%s: a cookie was set: %s", path, d.cookie())
		}
		// Behind a proxy the host differs; the origin is the public one.
		if response, _ := d.do("POST", path, "choice=out", "Host", "inner:8080"); response.StatusCode != 200 {
			t.Errorf("%s behind a proxy: %s", path, response.Status)
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	d := open(t, true)
	for _, path := range []string{"/exclude/unknown", "/exclude/%00", "/exclude/%ff", "/exclude/" + strings.Repeat("x", 65), "/exclude/site_a/more", "/exclude/", "/optout/x"} {
		for _, method := range []string{"GET", "POST"} {
			if response, text := d.do(method, path, "choice=out"); response.StatusCode != 404 || !strings.Contains(text, "no such page") || d.cookie() != "" {
				t.Errorf("%s %s: %s %s", method, path, response.Status, d.cookie())
			}
		}
	}
	if _, text := d.do("GET", "/exclude/unknown?lang=ar", ""); !strings.Contains(text, `dir="rtl"`) {
		t.Error("not in the visitor's language")
	}
}

func TestThePagesLoadNothing(t *testing.T) {
	d := open(t, false)
	for _, path := range []string{"/optout", "/exclude/site_a", "/exclude/unknown"} {
		response, text := d.do("GET", path, "")
		_, style, _ := strings.Cut(text, "<style>")
		style, _, _ = strings.Cut(style, "</style>")
		hash := sha256.Sum256([]byte(style))
		want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
		if got := response.Header.Get("Content-Security-Policy"); got != want {
			t.Errorf("%s: %s\nwant %s", path, got, want)
		}
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"} {
			if got := response.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if regexp.MustCompile(`(?i)<script|<img|<iframe|<link|\son[a-z]+=|\sstyle=|url\(|@import`).MatchString(text) {
			t.Errorf("%s loads or runs something", path)
		}
		if len(response.Cookies()) != 0 {
			t.Errorf("%s sets a cookie by being looked at", path)
		}
	}
}

func TestLanguages(t *testing.T) {
	d := open(t, true)
	for _, c := range []struct{ query, accept, want string }{
		{"", "", "en"}, {"", "de-AT,de;q=0.9,en;q=0.8", "de"}, {"", "nl, fr;q=0.5, es;q=0.7", "es"}, {"", "ar-EG", "ar"}, {"", "FR", "fr"},
		{"", "en;q=0, de;q=0.1", "de"}, {"", "*;q=0.5", "en"}, {"", "de;q=x,fr;q=0.1", "fr"}, {"?lang=es", "de", "es"}, {"?lang=xx", "de", "de"},
		{"?lang=%00%ff", "", "en"}, {"", strings.Repeat("x,", 2000) + "es", "es"},
	} {
		for _, path := range []string{"/optout", "/exclude/site_a"} {
			_, text := d.do("GET", path+c.query, "", "Accept-Language", c.accept)
			if !strings.Contains(text, `<html lang="`+c.want+`"`) {
				t.Errorf("%s%s %.30q: not %s", path, c.query, c.accept, c.want)
			}
			if left := regexp.MustCompile(`\{\w+\}`).FindString(strings.SplitN(text, "</style>", 2)[1]); left != "" {
				t.Errorf("%s in %s: %s is not filled", path, c.want, left)
			}
		}
	}
	// The choice of language, the way back and the session outlive the choice made.
	_, text := d.do("POST", "/exclude/site_a?lang=fr&return=https%3A%2F%2Fa.example%2Fx", "choice=out")
	if !strings.Contains(text, `<html lang="fr"`) || !strings.HasPrefix(links(text)[0], "https://a.example/x#") {
		t.Error(text)
	}
	if !strings.Contains(text, `action="/exclude/site_a?lang=fr&amp;return=https%3A%2F%2Fa.example%2Fx"`) {
		t.Error(text)
	}
}

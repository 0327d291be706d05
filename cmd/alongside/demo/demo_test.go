package demo

import (
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

const (
	testOrigin = "http://127.0.0.1:8080"
	testKey    = "pk_demo"
)

// wholePages carry the widget; framedPages are shown within them and do not.
var (
	wholePages = []string{
		"/", "/products", "/product/boston-fern", "/account", "/account?done=saved",
		"/checkout", "/thank-you", "/thank-you?for=newsletter", "/care", "/care/watering",
		"/care/light", "/care/repotting", "/report",
	}
	framedPages = []string{"/store-finder", "/store-finder?town=westmere", "/store-finder?town=nowhere"}
	missing     = []string{"/nowhere", "/product/plastic-rose", "/care/nowhere", "/care/", "/assets/", "/assets/plants", "/assets/nothing.css"}
)

type answer struct {
	status int
	header http.Header
	body   string
}

func startShop(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(Handler(testOrigin, testKey))
	t.Cleanup(server.Close)
	return server
}

func get(t *testing.T, server *httptest.Server, path string) answer {
	t.Helper()
	res, err := server.Client().Get(server.URL + path)
	if err != nil {
		t.Fatalf("get %s: %v", path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("read %s: %v", path, err)
	}
	return answer{res.StatusCode, res.Header, string(body)}
}

var (
	policyNonce = regexp.MustCompile(`script-src 'nonce-([\w-]+)'`)
	markupNonce = regexp.MustCompile(`nonce="([^"]*)"`)
)

func TestEveryPageHasThePolicyAndAFreshNonce(t *testing.T) {
	server := startShop(t)
	for _, path := range append(append([]string{"/nowhere"}, wholePages...), framedPages...) {
		page := get(t, server, path)
		wantStatus := http.StatusOK
		if path == "/nowhere" {
			wantStatus = http.StatusNotFound
		}
		if page.status != wantStatus {
			t.Errorf("%s answers %d, want %d", path, page.status, wantStatus)
		}
		policy := page.header.Get("Content-Security-Policy")
		found := policyNonce.FindStringSubmatch(policy)
		if found == nil {
			t.Errorf("%s: no nonce in the policy %q", path, policy)
			continue
		}
		nonce := found[1]
		want := "default-src 'self'; script-src 'nonce-" + nonce + "'; style-src 'self' 'nonce-" + nonce +
			"'; img-src 'self' data: blob:; connect-src http://127.0.0.1:8080 ws://127.0.0.1:8080; " +
			"frame-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'self'"
		if policy != want {
			t.Errorf("%s: policy\n%s\nwant\n%s", path, policy, want)
		}
		inMarkup := markupNonce.FindAllStringSubmatch(page.body, -1)
		if len(inMarkup) == 0 {
			t.Errorf("%s: no element carries the nonce", path)
		}
		for _, m := range inMarkup {
			if m[1] != nonce {
				t.Errorf("%s: nonce %q in the page, %q in the policy", path, m[1], nonce)
			}
		}
		if again := get(t, server, path); strings.Contains(again.header.Get("Content-Security-Policy"), nonce) {
			t.Errorf("%s: the nonce was used twice", path)
		}
		for name, value := range map[string]string{
			"X-Content-Type-Options": "nosniff",
			"Referrer-Policy":        "strict-origin-when-cross-origin",
		} {
			if got := page.header.Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", path, name, got, value)
			}
		}
	}
}

func TestSecureOriginGetsSecureSocket(t *testing.T) {
	w := httptest.NewRecorder()
	Handler("https://help.example", testKey).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "connect-src https://help.example wss://help.example;") {
		t.Errorf("policy %q does not admit the secure socket", policy)
	}
}

func TestWholePagesCarryTheSnippetOnce(t *testing.T) {
	server := startShop(t)
	snippet := regexp.MustCompile(`<script src="` + regexp.QuoteMeta(testOrigin) +
		`/widget\.js\?site=` + testKey + `" nonce="[\w-]+" async></script>`)
	count := func(path string) int {
		body := get(t, server, path).body
		exact := len(snippet.FindAllString(body, -1))
		if mentions := strings.Count(body, "widget.js"); mentions != exact {
			t.Errorf("%s names widget.js %d times, in %d exact snippets", path, mentions, exact)
		}
		return exact
	}
	for _, path := range append([]string{"/nowhere"}, wholePages...) {
		if n := count(path); n != 1 {
			t.Errorf("%s carries the snippet %d times, want once", path, n)
		}
	}
	for _, path := range framedPages {
		if n := count(path); n != 0 {
			t.Errorf("%s is shown in a frame and carries the snippet", path)
		}
	}
}

func TestSiteKeyIsEscaped(t *testing.T) {
	w := httptest.NewRecorder()
	Handler(testOrigin, `"><script>x`).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if strings.Contains(w.Body.String(), "<script>x") {
		t.Error("a site key can break out of its attribute")
	}
}

// The policy would block these silently, for the visitor only.
func TestMarkupNeedsNothingThePolicyForbids(t *testing.T) {
	server := startShop(t)
	inline := regexp.MustCompile(`<[a-z][^>]*\s(style|on[a-z]+)\s*=`)
	unsigned := regexp.MustCompile(`<(script|style)\b[^>]*>`)
	for _, path := range append(append([]string{"/nowhere"}, wholePages...), framedPages...) {
		body := get(t, server, path).body
		if m := inline.FindString(body); m != "" {
			t.Errorf("%s: inline style or handler: %s", path, m)
		}
		for _, tag := range unsigned.FindAllString(body, -1) {
			if !strings.Contains(tag, "nonce=") {
				t.Errorf("%s: no nonce on %s", path, tag)
			}
		}
		if strings.Contains(body, "ZgotmplZ") {
			t.Errorf("%s: a template value was refused by its context", path)
		}
	}
}

func TestNothingNamesAThirdParty(t *testing.T) {
	server := startShop(t)
	absolute := regexp.MustCompile(`(?i)(https?:)?//[a-z0-9][\w.:-]*\.?[\w/.-]*`)
	namespaces := regexp.MustCompile(`http://www\.w3\.org/(2000/svg|1999/xlink)`)
	check := func(name, text string) {
		text = strings.ReplaceAll(text, testOrigin, "")
		text = namespaces.ReplaceAllString(text, "")
		for _, found := range absolute.FindAllString(text, -1) {
			t.Errorf("%s names %s", name, found)
		}
	}
	for _, path := range append(append([]string{"/nowhere"}, wholePages...), framedPages...) {
		check(path, get(t, server, path).body)
	}
	err := fs.WalkDir(files, "assets", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path, "assets/photos/") {
			return err
		}
		data, err := fs.ReadFile(files, path)
		check(path, string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var (
	links     = regexp.MustCompile(`\s(?:href|src)="([^"]*)"`)
	imports   = regexp.MustCompile(`from "\./([\w-]+\.js)"`)
	sheetURLs = regexp.MustCompile(`url\("([^"]+)"\)`)
)

func TestEveryInternalLinkResolves(t *testing.T) {
	server := startShop(t)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]answer{}
	var visit func(from, ref string)
	visit = func(from, ref string) {
		if strings.HasPrefix(ref, testOrigin) {
			return // the widget, which is not the shop's
		}
		fromURL, err := base.Parse(from)
		if err != nil {
			t.Fatalf("%s: %v", from, err)
		}
		target, err := fromURL.Parse(html.UnescapeString(ref))
		if err != nil || target.Host != base.Host {
			t.Errorf("%s links to %q, outside the shop (%v)", from, ref, err)
			return
		}
		path := target.RequestURI()
		page, known := seen[path]
		if !known {
			page = get(t, server, path)
			seen[path] = page
			if page.status != http.StatusOK {
				t.Errorf("%s links to %s, which answers %d", from, path, page.status)
			}
			for _, m := range links.FindAllStringSubmatch(page.body, -1) {
				visit(path, m[1])
			}
			for _, m := range imports.FindAllStringSubmatch(page.body, -1) {
				visit(path, m[1])
			}
			for _, m := range sheetURLs.FindAllStringSubmatch(page.body, -1) {
				visit(path, m[1])
			}
		}
		if id := target.Fragment; id != "" && !strings.Contains(page.body, ` id="`+id+`"`) {
			t.Errorf("%s links to %s#%s, which has no such element", from, path, id)
		}
	}
	for _, path := range append(wholePages, framedPages...) {
		visit("/", path)
	}
	for _, p := range plants {
		visit("/products", "/product/"+p.Slug)
		visit("/products", "/assets/plants/"+p.Shape+".svg")
	}
	for _, path := range missing {
		if page := get(t, server, path); page.status != http.StatusNotFound {
			t.Errorf("%s answers %d, want 404", path, page.status)
		}
	}
}

func TestFormsAreAcceptedAndForgotten(t *testing.T) {
	server := startShop(t)
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	forms := regexp.MustCompile(`action="([^"]+)" method="post"`)
	posted := map[string]bool{}
	for _, path := range wholePages {
		for _, m := range forms.FindAllStringSubmatch(get(t, server, path).body, -1) {
			posted[m[1]] = true
		}
	}
	if len(posted) != len(forgotten) {
		t.Errorf("the pages' forms post to %v, the shop accepts %v", posted, forgotten)
	}
	for action := range posted {
		res, err := client.PostForm(server.URL+action, url.Values{"email": {"a@b.example"}, "card": {"4242424242424242"}})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusSeeOther {
			t.Errorf("POST %s answers %d, want 303", action, res.StatusCode)
			continue
		}
		if cookies := res.Header.Values("Set-Cookie"); len(cookies) > 0 {
			t.Errorf("POST %s sets cookies %v", action, cookies)
		}
		next := res.Header.Get("Location")
		if strings.Contains(next, "4242") || strings.Contains(next, "b.example") {
			t.Errorf("POST %s repeats what was sent: %s", action, next)
		}
		page, fragment, _ := strings.Cut(next, "#")
		if got := get(t, server, page); got.status != http.StatusOK || fragment != "" && !strings.Contains(got.body, ` id="`+fragment+`"`) {
			t.Errorf("POST %s leads to %s, which answers %d or has no such element", action, next, got.status)
		}
	}
}

func TestMarkingsForTheWidgetArePresent(t *testing.T) {
	server := startShop(t)
	body := get(t, server, "/account").body
	for _, class := range []string{"alongside-ignore", "alongside-mask", "alongside-unmask"} {
		if strings.Count(body, class) != 1 {
			t.Errorf("/account shows %s %d times, want once", class, strings.Count(body, class))
		}
	}
}

func TestCatalogue(t *testing.T) {
	if len(stockList) != 400 {
		t.Errorf("%d items in the list, want 400", len(stockList))
	}
	slugs := map[string]bool{}
	for _, p := range plants {
		if slugs[p.Slug] {
			t.Errorf("slug %s is used twice", p.Slug)
		}
		slugs[p.Slug] = true
		if stars := p.Rating(); stars < "4.0" || stars > "5.0" {
			t.Errorf("%s is rated %s of 5", p.Name, stars)
		}
	}
	if n := len(favourites()); n != 8 {
		t.Errorf("%d favourites, want 8", n)
	}
}

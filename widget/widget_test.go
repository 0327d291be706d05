package widget

import (
	"compress/gzip"
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func bundle() fstest.MapFS {
	return fstest.MapFS{
		"README":     {Data: []byte("keeps the folder")},
		"widget.js":  {Data: []byte(`load("session.js?v=__ALONGSIDE_BUILD__");` + strings.Repeat("/* */", 100))},
		"session.js": {Data: []byte("export const session = 1;")},
		"capture.js": {Data: []byte("export const capture = 1;")},
	}
}

func build(t *testing.T, files fs.FS) *server {
	t.Helper()
	s, err := newServer(files)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(t *testing.T, s *server, target string, headers ...string) *http.Response {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/widget.js", s)
	mux.Handle("/widget/{name}", s)
	request := httptest.NewRequest("GET", target, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	mux.ServeHTTP(recorder, request)
	return recorder.Result()
}

func body(t *testing.T, response *http.Response) string {
	t.Helper()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestScriptsGoToAnyPage(t *testing.T) {
	s := build(t, bundle())
	for _, path := range []string{"/widget.js", "/widget/session.js", "/widget/capture.js"} {
		response := get(t, s, path)
		want := map[string]string{
			"Content-Type":                 "text/javascript; charset=utf-8",
			"Access-Control-Allow-Origin":  "*",
			"Cross-Origin-Resource-Policy": "cross-origin",
			"X-Content-Type-Options":       "nosniff",
			"Cache-Control":                "no-cache",
		}
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
		for name, value := range want {
			if got := response.Header.Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", path, name, got, value)
			}
		}
		again := get(t, s, path, "If-None-Match", response.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified {
			t.Errorf("%s: %d for what the browser has", path, again.StatusCode)
		}
	}
}

func TestTheLoaderKnowsTheBuild(t *testing.T) {
	s := build(t, bundle())
	if len(s.build) != 2*hashBytes {
		t.Fatalf("build %q", s.build)
	}
	if got := body(t, get(t, s, "/widget.js")); !strings.HasPrefix(got, `load("session.js?v=`+s.build+`");`) {
		t.Errorf("the loader is %.60q", got)
	}
	packed := get(t, s, "/widget.js", "Accept-Encoding", "gzip")
	reader, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(reader); err != nil || !strings.Contains(string(got), s.build) || strings.Contains(string(got), buildToken) {
		t.Errorf("the packed loader lacks the build: %v", err)
	}
	if packed.Header.Get("Vary") != "Accept-Encoding" || packed.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("packed: %v", packed.Header)
	}
}

// Only what the loader loads makes the build; the loader's own change must not throw caches away.
func TestTheBuildFollowsWhatIsLoaded(t *testing.T) {
	first := build(t, bundle())
	changedLoader := bundle()
	changedLoader["widget.js"].Data = append(changedLoader["widget.js"].Data, " // more"...)
	if build(t, changedLoader).build != first.build {
		t.Error("the loader changed the build")
	}
	changed := bundle()
	changed["capture.js"].Data = append(changed["capture.js"].Data, " // more"...)
	if build(t, changed).build == first.build {
		t.Error("a changed capture.js is the same build")
	}
	if get(t, build(t, changed), "/widget.js").Header.Get("ETag") == get(t, first, "/widget.js").Header.Get("ETag") {
		t.Error("the loader of another build has the same entity tag")
	}
}

func TestOnlyTheRunningBuildIsKeptForEver(t *testing.T) {
	s := build(t, bundle())
	const immutable = "public, max-age=31536000, immutable"
	cases := map[string]string{
		"/widget/session.js?v=" + s.build:            immutable,
		"/widget/capture.js?v=" + s.build:            immutable,
		"/widget/session.js?v=0123456789abcdef":      "no-cache",
		"/widget/session.js?v=":                      "no-cache",
		"/widget.js?v=" + s.build:                    "no-cache",
		"/widget.js?site=site_abc&v=" + s.build:      "no-cache",
		"/widget/session.js?v=0123&v=" + s.build:     "no-cache",
		"/widget/missing.js?v=" + s.build:            "",
		"/widget/session.js?v=" + s.build + "&x=%zz": immutable,
	}
	for target, want := range cases {
		if got := get(t, s, target).Header.Get("Cache-Control"); got != want && (want != "" || got == immutable) {
			t.Errorf("%s: %q, want %q", target, got, want)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	s := build(t, bundle())
	for _, path := range []string{"/widget/README", "/widget/missing.js", "/widget/widget.js", "/widget/..%2fwidget.go", "/widget/"} {
		if response := get(t, s, path); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, httptest.NewRequest("POST", "/widget.js", nil))
	if recorder.Code != http.StatusMethodNotAllowed || recorder.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d", recorder.Code)
	}
}

func TestWithoutABundleTheScriptSaysSo(t *testing.T) {
	s := build(t, fstest.MapFS{"README": {Data: []byte("keeps the folder")}})
	for _, path := range []string{"/widget.js", "/widget/session.js"} {
		response := get(t, s, path)
		got := body(t, response)
		if response.StatusCode != http.StatusServiceUnavailable || got != "// the widget's bundle is not built: run make build\n" {
			t.Errorf("%s: %d %q", path, response.StatusCode, got)
		}
		if response.Header.Get("Content-Type") != "text/javascript; charset=utf-8" || response.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %v", path, response.Header)
		}
	}
	if s.build != "" {
		t.Errorf("nothing has the build %q", s.build)
	}
}

func TestTheEmbeddedBundleIsServed(t *testing.T) {
	files, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	Handler(nil).ServeHTTP(recorder, httptest.NewRequest("GET", "/widget.js", nil))
	if built := files.build != ""; built != (recorder.Code == http.StatusOK) {
		t.Errorf("build %q, answer %d", files.build, recorder.Code)
	}
}

func TestAcceptEncoding(t *testing.T) {
	cases := map[string]bool{
		"gzip": true, "gzip, deflate, br, zstd": true, "br;q=1, GZIP ; q=0.5": true, "gzip;q=1.0": true,
		"": false, "identity": false, "gzip;q=0": false, "gzip;q=0.000": false, "gzip;q=x": false, "x-gzipped": false,
	}
	for value, want := range cases {
		if got := acceptsGzip(http.Header{"Accept-Encoding": {value}}); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}

// oneSite knows the site "k1", and remembers which page asked for it last.
type oneSite struct{ origin string }

func (s *oneSite) LoaderConfig(_ context.Context, key, origin string) ([]byte, bool, error) {
	s.origin = origin
	return []byte(`{"key":"k1","collection":{"deny":["/it's \"q\"` + "`" + `"]}}`), key == "k1", nil
}

func TestLoaderCarriesTheSettingsOfItsSite(t *testing.T) {
	files := bundle()
	files["widget.js"] = &fstest.MapFile{Data: []byte("read('__ALONGSIDE_CONFIG__')")}
	s, sites := build(t, files), &oneSite{}
	s.sites = sites

	known := get(t, s, "/widget.js?site=k1", "Referer", "https://shop.example/basket?x=1")
	if got, want := body(t, known), "read('%7B%22key%22:%22k1%22%2C%22collection%22:%7B%22deny%22:%5B%22%2Fit%27s%20%5C%22q%5C%22%60%22%5D%7D%7D')"; got != want {
		t.Errorf("loader is %s, want %s", got, want)
	}
	if want := "https://shop.example"; sites.origin != want {
		t.Errorf("told of a page of %q, want %q", sites.origin, want)
	}
	again := get(t, s, "/widget.js?site=k1", "If-None-Match", known.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("same loader asked for again: status %d, want 304", again.StatusCode)
	}

	for _, target := range []string{"/widget.js", "/widget.js?site=k2"} {
		response := get(t, s, target, "Referer", "https://shop.example/")
		if got := body(t, response); got != "read('__ALONGSIDE_CONFIG__')" {
			t.Errorf("%s is %s, want the loader without settings", target, got)
		}
		if response.Header.Get("ETag") == known.Header.Get("ETag") {
			t.Errorf("%s has the entity tag of the site's own loader", target)
		}
	}
}

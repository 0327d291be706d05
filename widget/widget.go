// Package widget holds the visitor's side: the script that a site carries, and what that script loads once somebody asks
// for help.
//
// What must stay true: widget.js is always revalidated, so that a site follows an update at once; what it loads is named by
// the hash of the build that it belongs to, so that the parts of two builds never meet in one page.
package widget

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

//go:embed all:dist
var dist embed.FS

const (
	loaderName = "widget.js"
	// buildToken stands in widget.js where the hash of the other files goes, configToken where the site's settings go.
	buildToken  = "__ALONGSIDE_BUILD__"
	configToken = "__ALONGSIDE_CONFIG__"
	prefix      = "/widget/"
	// maxLoaders bounds how many sites' loaders are kept ready.
	maxLoaders = 1024
)

// Sites is what the loader of a site is made from.
type Sites interface {
	// LoaderConfig returns, as JSON, what the loader of the site may know before anybody asks for help; ok is false for a
	// key that is unknown. A page of origin fetches it; browsers may keep the origin to themselves, it is empty then.
	LoaderConfig(ctx context.Context, key, origin string) (config []byte, ok bool, err error)
}

// NotBuilt is what there is to say, and to do, when the program was built without its browser files.
const NotBuilt = "bundle is not built: run make build"

var embedded = sync.OnceValues(func() (*server, error) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("open the widget's bundle: %w", err)
	}
	return newServer(files)
})

// Handler serves /widget.js and /widget/{name}.js to pages of any origin; it expects to be registered for both as
// "/widget.js" and "/widget/{name}". A loader fetched as /widget.js?site=KEY carries the site's settings, so that it can
// keep to them without another request; without sites, or for an unknown key, it knows none and leaves out all it can.
func Handler(sites Sites) http.Handler {
	files, err := embedded()
	if err != nil {
		// The files are part of the program: they are there and readable, or it was not built.
		panic(err)
	}
	return &server{bundle: files.bundle, build: files.build, sites: sites}
}

type server struct {
	bundle *Bundle // fixed
	build  string  // fixed
	sites  Sites   // fixed; nil: none

	mu      sync.Mutex
	loaders map[string]bundleFile // ready to be served, by the settings they carry
}

func newServer(files fs.FS) (*server, error) {
	bundle, err := LoadBundle(files)
	if err != nil {
		return nil, err
	}
	s := &server{bundle: bundle}
	var loaded strings.Builder
	for _, name := range bundle.Names() {
		if name != loaderName {
			fmt.Fprintln(&loaded, name, bundle.files[name].hash)
		}
	}
	if loaded.Len() > 0 {
		s.build = hashOf([]byte(loaded.String()))
	}
	if loader, ok := bundle.files[loaderName]; ok {
		stamped := bytes.ReplaceAll(loader.content, []byte(buildToken), []byte(s.build))
		if err := bundle.add(loaderName, stamped); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	// Module scripts are fetched with CORS; a page that asks for isolation also wants to be told that it may have them.
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	header.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name := loaderName
	if r.URL.Path != "/"+loaderName {
		name = strings.TrimPrefix(r.URL.Path, prefix)
		if name == loaderName || !strings.HasSuffix(name, ".js") {
			http.NotFound(w, r)
			return
		}
	}
	header.Set("Cache-Control", "no-cache")
	if name == loaderName && s.sites != nil && s.bundle.Has(loaderName) {
		s.serveLoader(w, r)
		return
	}
	if !s.bundle.Has(loaderName) {
		header.Set("Content-Type", mediaType(name))
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, "// the widget's "+NotBuilt+"\n")
		return
	}
	// Only the running build may be kept for ever under its hash: during an update another node may ask for the other's.
	if name != loaderName && s.build != "" && r.URL.Query().Get("v") == s.build && s.bundle.Has(name) {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	s.bundle.Serve(w, r, name)
}

// serveLoader serves widget.js with the settings of the site that the address names.
func (s *server) serveLoader(w http.ResponseWriter, r *http.Request) {
	origin := ""
	if page, err := url.Parse(r.Referer()); err == nil && page.Host != "" {
		origin = page.Scheme + "://" + page.Host
	}
	config, known, err := s.sites.LoaderConfig(r.Context(), r.URL.Query().Get("site"), origin)
	if err != nil {
		http.Error(w, "// this site's settings cannot be read now", http.StatusServiceUnavailable)
		return
	}
	if !known {
		s.bundle.Serve(w, r, loaderName)
		return
	}
	loader, err := s.loader(config)
	if err != nil {
		http.Error(w, "// this site's loader cannot be made", http.StatusInternalServerError)
		return
	}
	loader.serve(w, r)
}

// loader is widget.js with the settings written in. They are percent-encoded, which is safe in whatever kind of quotes the
// bundler chose.
func (s *server) loader(config []byte) (bundleFile, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ready, ok := s.loaders[string(config)]; ok {
		return ready, nil
	}
	written := bytes.ReplaceAll(s.bundle.files[loaderName].content, []byte(configToken), []byte(url.PathEscape(string(config))))
	loader, err := newBundleFile(loaderName, written)
	if err != nil {
		return bundleFile{}, err
	}
	if s.loaders == nil || len(s.loaders) >= maxLoaders {
		s.loaders = map[string]bundleFile{}
	}
	s.loaders[string(config)] = loader
	return loader, nil
}

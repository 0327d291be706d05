package console

import (
	"io"
	"net/http"
	"strings"

	"alongside/widget"
)

const indexName = "index.html"

// mirrorDocument is what a visitor's page is rebuilt in. The doctype puts it into standards mode.
const mirrorDocument = `<!doctype html><html><head><meta charset="utf-8"></head><body></body></html>`

// consolePaths are the addresses of the console's pages (console/src/state/route.ts); one document serves them all.
var consolePaths = []string{
	"/{$}", "/rooms/{id}", "/sessions", "/sessions/{id}", "/board", "/reports", "/settings", "/settings/{id}",
	"/settings/sites/{id}", "/account", "/setup", "/invitation", "/reset",
}

func (c *Console) registerPages(mux *http.ServeMux) {
	for _, path := range consolePaths {
		mux.Handle(path, c.page(c.cspConsole(), c.index))
	}
	mux.Handle("/mirror", c.page(cspMirror, c.mirror))
	mux.Handle("/healthz", c.page(cspNothing, c.healthy))
	mux.Handle("/", c.page(c.cspConsole(), c.file))
}

// page gives every answer outside /api its headers, and refuses what does not read.
func (c *Console) page(csp string, handle http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.setHeaders(w.Header(), csp)
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		handle(w, r)
	})
}

func (c *Console) index(w http.ResponseWriter, r *http.Request) {
	if !c.bundle.Has(indexName) {
		http.Error(w, "the console's "+widget.NotBuilt, http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	c.bundle.Serve(w, r, indexName)
}

func (c *Console) file(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == indexName || !c.bundle.Has(name) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	c.bundle.Serve(w, r, name)
}

func (c *Console) mirror(w http.ResponseWriter, _ *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-cache")
	io.WriteString(w, mirrorDocument)
}

func (c *Console) healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	io.WriteString(w, "ok")
}

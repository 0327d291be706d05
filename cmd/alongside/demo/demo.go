// Package demo is the small plant shop that `alongside demo` serves, so that
// live co-browsing can be watched on an honest website.
//
// Invariant: the shop keeps nothing. No form body is read, stored or logged, no
// cookie is set, and no page asks any origin for anything except the shop itself
// and the widget's origin. Every page is served under a strict Content Security
// Policy with a fresh nonce, as a careful customer's site would be.
package demo

import (
	"bytes"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

//go:embed assets pages
var files embed.FS

// shop is fixed after Handler returns; requests only read it.
type shop struct {
	widgetOrigin string
	siteKey      string
	templates    map[string]*template.Template
}

// document is what every page template is given.
type document struct {
	Nonce        string
	WidgetOrigin string
	SiteKey      string
	Path         string // of the request, for marking the current navigation link
	Data         any
}

// framed are the pages shown only inside another page of the shop: they have
// neither its header and footer nor the widget.
var framed = map[string]bool{"store-finder": true}

// forgotten maps each form's action to the page its sender sees next. The bodies
// sent there are not read.
var forgotten = map[string]string{
	"/account":             "/account?done=signed-in#overview",
	"/account/preferences": "/account?done=saved#overview",
	"/checkout":            "/thank-you",
	"/newsletter":          "/thank-you?for=newsletter",
}

// Handler serves the shop from the root of a host of its own. widgetOrigin is the
// scheme and authority that serve widget.js and its WebSocket, without a trailing
// slash (`http://127.0.0.1:8080`); siteKey is the public key of the demo's site.
func Handler(widgetOrigin, siteKey string) http.Handler {
	s := &shop{widgetOrigin: widgetOrigin, siteKey: siteKey, templates: parsePages()}
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", assets())
	mux.HandleFunc("GET /{$}", s.page("home", func(*http.Request) any { return favourites() }))
	mux.HandleFunc("GET /products", s.page("products", func(*http.Request) any { return stockList }))
	mux.HandleFunc("GET /product/{slug}", s.product)
	mux.HandleFunc("GET /account", s.page("account", queryValue("done")))
	mux.HandleFunc("GET /checkout", s.page("checkout", nil))
	mux.HandleFunc("GET /thank-you", s.page("thank-you", queryValue("for")))
	mux.HandleFunc("GET /care", s.page("care", nil))
	mux.HandleFunc("GET /care/{view}", s.careView)
	mux.HandleFunc("GET /report", s.page("report", nil))
	mux.HandleFunc("GET /store-finder", s.page("store-finder", findStores))
	mux.HandleFunc("GET /", s.notFound)
	for action, next := range forgotten {
		mux.Handle("POST "+action, http.RedirectHandler(next, http.StatusSeeOther))
	}
	return mux
}

func parsePages() map[string]*template.Template {
	names := []string{
		"home", "products", "product", "account", "checkout", "thank-you",
		"care", "report", "store-finder", "not-found",
	}
	base := template.New("").Funcs(template.FuncMap{"price": price, "dict": dict})
	template.Must(base.ParseFS(files, "pages/layout.html", "pages/icons.html"))
	pages := make(map[string]*template.Template, len(names))
	for _, name := range names {
		page := template.Must(base.Clone())
		pages[name] = template.Must(page.ParseFS(files, "pages/"+name+".html"))
	}
	return pages
}

// page serves the named template with what data makes of the request.
func (s *shop) page(name string, data func(*http.Request) any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var d any
		if data != nil {
			d = data(r)
		}
		s.render(w, r, http.StatusOK, name, d)
	}
}

func (s *shop) product(w http.ResponseWriter, r *http.Request) {
	p, ok := plantBySlug(r.PathValue("slug"))
	if !ok {
		s.notFound(w, r)
		return
	}
	s.render(w, r, http.StatusOK, "product", p)
}

// careView answers a reload within the care guide's client-side routes: the page
// is the same for each, and its script shows the view.
func (s *shop) careView(w http.ResponseWriter, r *http.Request) {
	switch r.PathValue("view") {
	case "watering", "light", "repotting":
		s.render(w, r, http.StatusOK, "care", nil)
	default:
		s.notFound(w, r)
	}
}

func (s *shop) notFound(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, http.StatusNotFound, "not-found", nil)
}

func (s *shop) render(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	doc := document{
		Nonce:        newNonce(),
		WidgetOrigin: s.widgetOrigin,
		SiteKey:      s.siteKey,
		Path:         r.URL.Path,
		Data:         data,
	}
	root := "page"
	if framed[name] {
		root = "framed-page"
	}
	var body bytes.Buffer
	if err := s.templates[name].ExecuteTemplate(&body, root, doc); err != nil {
		http.Error(w, "This page could not be shown.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", s.contentSecurityPolicy(doc.Nonce))
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	// no-cache rather than no-store, which would keep the page out of the
	// browser's back/forward cache.
	h.Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a visitor who left needs no answer
}

// contentSecurityPolicy names the widget's origin where the widget needs it, to
// connect, and nowhere else: its script is admitted by nonce.
func (s *shop) contentSecurityPolicy(nonce string) string {
	socket := "ws" + strings.TrimPrefix(s.widgetOrigin, "http") // http→ws, https→wss
	return strings.Join([]string{
		"default-src 'self'",
		fmt.Sprintf("script-src 'nonce-%s'", nonce),
		fmt.Sprintf("style-src 'self' 'nonce-%s'", nonce),
		"img-src 'self' data: blob:",
		fmt.Sprintf("connect-src %s %s", s.widgetOrigin, socket),
		"frame-src 'self'",
		"base-uri 'none'",
		"object-src 'none'",
		"form-action 'self'",
		"frame-ancestors 'self'",
	}, "; ")
}

// newNonce returns 128 random bits in the URL-safe alphabet, which CSP accepts
// (CSP Level 3, section 2.3.1) and HTML need not escape.
func newNonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// assets serves the embedded files, never a list of them. They may be cached for
// a few clicks but not past a new build: embedded files carry no modification
// time to revalidate with.
func assets() http.Handler {
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "max-age=300")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		server.ServeHTTP(w, r)
	})
}

// dict builds a map from alternating keys and values, so that a template can be
// given more than one argument.
func dict(pairs ...string) map[string]string {
	m := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func queryValue(name string) func(*http.Request) any {
	return func(r *http.Request) any { return r.URL.Query().Get(name) }
}

// Package optout serves the pages on which a visitor objects to being seen, and takes the objection back: /exclude/{site}
// for one site and /optout for all sites of this server.
//
// What must stay true: the pages work without JavaScript and load nothing but themselves. Only a form that was sent from the
// page itself changes anything. A page never claims to reach further than it does.
package optout

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"alongside/privacy"
)

// Limits of what is sent here.
const (
	maxBodyBytes   = 16 << 10
	maxKeyBytes    = 64
	maxReturnBytes = 4 << 10
)

// Fragment is what the address of a site's page ends with after the visitor chose here: "#alongside-optout=" and a token of
// privacy.Keyring.SignOptOut.
const Fragment = "alongside-optout"

// Site is a site as these pages need it.
type Site struct {
	Key, Name, Tenant string
	Origins           []string // as browsers write them
}

// Config is what the pages stand on.
type Config struct {
	Keys  *privacy.Keyring
	Sites interface {
		// ByKey returns any error for a key that is not known.
		ByKey(ctx context.Context, key string) (Site, error)
	}
	Sessions interface {
		// Object stops all sharing in the room at once.
		Object(ctx context.Context, tenant, room string) error
	}
	Secure bool             // the pages are reached over https
	Public string           // origin of this server, as browsers write it
	Now    func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: slog.Default()
}

type server struct {
	Config
	host string // of Public, as people read it
}

// New serves /exclude/{site} and /optout. It panics if Public is no origin.
//
// /exclude/{site} takes return, an address on the site to go back to, and s, a privacy.Keyring.SessionToken of a session
// whose sharing ends with the opt-out. Both pages take lang.
func New(config Config) http.Handler {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	public, err := url.Parse(config.Public)
	if err != nil {
		panic(err)
	}
	// Another site's page must not opt anybody in or out. Behind a proxy the request's host is not ours, so ours is named.
	own := http.NewCrossOriginProtection()
	if err := own.AddTrustedOrigin(config.Public); err != nil {
		panic(err)
	}
	s := &server{config, public.Host}
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.refuse(w, r, http.StatusForbidden) }))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /exclude/{site}", s.showSite)
	mux.HandleFunc("POST /exclude/{site}", s.chooseSite)
	mux.HandleFunc("GET /optout", s.showAll)
	mux.HandleFunc("POST /optout", s.chooseAll)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.refuse(w, r, http.StatusNotFound) })
	return own.Handler(mux)
}

// choice is what a form says.
func choice(w http.ResponseWriter, r *http.Request) (out, ok bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
	if r.ParseForm() != nil {
		return false, false
	}
	said := r.PostForm["choice"]
	return slices.Equal(said, []string{"out"}), slices.Equal(said, []string{"out"}) || slices.Equal(said, []string{"in"})
}

func (s *server) site(r *http.Request) (Site, bool) {
	key := r.PathValue("site")
	if key == "" || len(key) > maxKeyBytes || !utf8.ValidString(key) {
		return Site{}, false
	}
	site, err := s.Sites.ByKey(r.Context(), key)
	return site, err == nil
}

func (s *server) chooseSite(w http.ResponseWriter, r *http.Request) {
	site, ok := s.site(r)
	if !ok {
		s.refuse(w, r, http.StatusNotFound)
		return
	}
	out, ok := choice(w, r)
	if !ok {
		s.refuse(w, r, http.StatusBadRequest)
		return
	}
	privacy.SetOptOut(w, r, site.Key, out, s.Secure)
	query := r.URL.Query()
	if out {
		s.stopSharing(r, site, query.Get("s"))
	}
	query.Set("done", s.Keys.SignOptOut(site.Key, out, s.Now()))
	redirect(w, r, query)
}

// stopSharing ends what the token's session shows, if there is one.
func (s *server) stopSharing(r *http.Request, site Site, token string) {
	tenant, room, err := s.Keys.OpenSessionToken(site.Key, token)
	if err != nil || tenant != site.Tenant {
		return
	}
	// The visitor may close the page at once; the objection counts all the same.
	if err := s.Sessions.Object(context.WithoutCancel(r.Context()), tenant, room); err != nil {
		s.Log.Info("a session could not be told that its visitor opted out; it may have ended", "site", site.Key, "err", err)
	}
}

func (s *server) chooseAll(w http.ResponseWriter, r *http.Request) {
	out, ok := choice(w, r)
	if !ok {
		s.refuse(w, r, http.StatusBadRequest)
		return
	}
	privacy.SetOptOut(w, r, privacy.AllSites, out, s.Secure)
	query := r.URL.Query()
	query.Set("done", s.Keys.SignOptOut(privacy.AllSites, out, s.Now()))
	redirect(w, r, query)
}

// redirect shows the page anew, so that a reload does not send the form again and the page sees whether the browser kept
// the cookie.
func redirect(w http.ResponseWriter, r *http.Request, query url.Values) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", (&url.URL{Path: r.URL.Path, RawQuery: query.Encode()}).RequestURI())
	w.WriteHeader(http.StatusSeeOther)
}

// done is what the visitor chose a moment ago; said is false if nothing.
func (s *server) done(r *http.Request, siteKey string) (token string, out, said bool) {
	token = r.URL.Query().Get("done")
	out, err := s.Keys.CheckOptOut(siteKey, token, s.Now())
	return token, out, err == nil
}

func (s *server) showSite(w http.ResponseWriter, r *http.Request) {
	site, ok := s.site(r)
	if !ok {
		s.refuse(w, r, http.StatusNotFound)
		return
	}
	token, out, said := s.done(r, site.Key)
	kept := privacy.OptedOut(r, site.Key)
	p := s.page(r)
	p.Site, p.Name = true, site.Name
	p.Done, p.Out, p.Lost = said, kept, said && out != kept
	switch {
	case said:
		p.token = token
	case kept: // the site may not know yet
		p.token = s.Keys.SignOptOut(site.Key, true, s.Now())
	}
	_, _, err := s.Keys.OpenSessionToken(site.Key, r.URL.Query().Get("s"))
	p.Stopped = err == nil && said && out
	p.addLinks(r.URL.Query().Get("return"), site.Origins)
	p.write(w, http.StatusOK, s.Log)
}

func (s *server) showAll(w http.ResponseWriter, r *http.Request) {
	_, out, said := s.done(r, privacy.AllSites)
	choices := privacy.ReadOptOuts(r)
	p := s.page(r)
	p.Done, p.Out, p.Lost = said, choices.All, said && out != choices.All
	for _, key := range choices.Sites {
		site, err := s.Sites.ByKey(r.Context(), key)
		if err != nil {
			continue // removed since
		}
		link := &url.URL{Path: "/exclude/" + site.Key}
		if p.Chosen != "" {
			link.RawQuery = url.Values{"lang": {p.Chosen}}.Encode()
		}
		p.Choices = append(p.Choices, siteChoice{Name: site.Name, Link: link.String(), Out: choices.Out(key)})
	}
	p.write(w, http.StatusOK, s.Log)
}

// refuse answers what cannot be served with a page in the visitor's language.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, status int) {
	p := s.page(r)
	p.Problem = p.T.Unknown
	if status != http.StatusNotFound {
		p.Problem = p.T.Refused
	}
	p.write(w, status, s.Log)
}

// returnAddress is where on the site to go back to; nil if given is not on one of its origins.
func returnAddress(given string, origins []string) *url.URL {
	address, err := parseReturn(given)
	if err != nil || !slices.Contains(origins, (&url.URL{Scheme: address.Scheme, Host: address.Host}).String()) {
		return nil
	}
	return address
}

var errReturn = errors.New("return is no address of a page")

func parseReturn(given string) (*url.URL, error) {
	if given == "" || len(given) > maxReturnBytes || !utf8.ValidString(given) {
		return nil, errReturn
	}
	address, err := url.Parse(given)
	if err != nil || address.User != nil || address.Opaque != "" || (address.Scheme != "https" && address.Scheme != "http") {
		return nil, errReturn
	}
	return address, nil
}

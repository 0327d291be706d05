package optout

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"alongside/privacy"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string

	// The template runs over texts of this package and escapes all else for where it stands.
	pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"fill": fill, "plain": plain}).Parse(pageHTML))

	styleHash = sha256.Sum256([]byte(pageCSS))

	// headers forbid whatever the page does not need. The referrer goes to this server alone: without one a browser would
	// not say where the form was sent from.
	headers = map[string]string{
		"Content-Type": "text/html; charset=utf-8",
		"Content-Security-Policy": "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(styleHash[:]) + "'; " +
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"Referrer-Policy":            "same-origin",
		"X-Content-Type-Options":     "nosniff",
		"X-Frame-Options":            "DENY",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Cache-Control":              "no-store",
		"X-Robots-Tag":               "noindex",
	}
)

// page is what the template shows.
type page struct {
	T       *texts
	Style   template.CSS
	Host    string // of this server
	Chosen  string // the language asked for by lang; empty: the browser's
	Others  []langLink
	Action  string // where the form goes
	Exclude string // how the address of a site's page begins
	Cookie  string

	Site    bool   // one site's page, else the one for all
	Name    string // of the site
	Out     bool
	Done    bool // the visitor chose a moment ago
	Lost    bool // but the browser did not keep it
	Stopped bool // and a session was told

	Back    *backLink // to the page the visitor came from
	More    []backLink
	Choices []siteChoice
	Problem string // shown instead of all else

	token string // for links back to the site; empty: there is nothing to tell
}

type langLink struct{ Lang, Name, Link string }

// backLink leads to the site, which there learns of the choice.
type backLink struct{ Host, Link string }

type siteChoice struct {
	Name, Link string
	Out        bool
}

func (s *server) page(r *http.Request) *page {
	query := r.URL.Query()
	query.Del("done")
	p := &page{
		T: languages[0], Style: template.CSS(pageCSS), Host: s.host, Exclude: s.Public + "/exclude/…", Cookie: privacy.OptOutCookie,
	}
	if t := byTag(query.Get("lang")); t != nil {
		p.T, p.Chosen = t, t.Lang
	} else if t := accepted(r.Header.Get("Accept-Language")); t != nil {
		p.T = t
	}
	address := func() string { return (&url.URL{Path: r.URL.Path, RawQuery: query.Encode()}).RequestURI() }
	if p.Chosen == "" {
		query.Del("lang")
	}
	p.Action = address()
	for _, t := range languages {
		if t != p.T {
			query.Set("lang", t.Lang)
			p.Others = append(p.Others, langLink{t.Lang, t.Name, address()})
		}
	}
	return p
}

// addLinks lets the visitor go on to the site: to the page given, or its first origin, and then to its other origins, since
// each keeps what it learns for itself.
func (p *page) addLinks(given string, origins []string) {
	if len(origins) == 0 {
		return
	}
	back := returnAddress(given, origins)
	if back == nil {
		back = &url.URL{Path: "/"}
		if first, err := url.Parse(origins[0]); err == nil {
			back.Scheme, back.Host = first.Scheme, first.Host
		}
	}
	p.Back = p.link(back)
	if p.token == "" {
		return
	}
	for _, origin := range origins {
		if other, err := url.Parse(origin); err == nil && (other.Host != back.Host || other.Scheme != back.Scheme) {
			other.Path = "/"
			p.More = append(p.More, *p.link(other))
		}
	}
}

func (p *page) link(to *url.URL) *backLink {
	if p.token != "" {
		to.Fragment, to.RawFragment = Fragment+"="+p.token, ""
	}
	return &backLink{to.Host, to.String()}
}

func (p *page) write(w http.ResponseWriter, status int, log *slog.Logger) {
	var body bytes.Buffer
	if err := pageTemplate.Execute(&body, p); err != nil {
		log.Error("the opt-out page cannot be made", "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	for name, value := range headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(status)
	w.Write(body.Bytes())
}

// fill puts values, given as name and value in turn, in the places of a text that {name} marks. A value is kept apart from
// the direction of the writing around it; only a site's name has a direction of its own.
func fill(text string, pairs ...string) template.HTML {
	var places []string
	for i := 0; i+1 < len(pairs); i += 2 {
		open := `<bdi dir="ltr">`
		if pairs[i] == "name" {
			open = "<bdi>"
		}
		places = append(places, "{"+pairs[i]+"}", open+template.HTMLEscapeString(pairs[i+1])+"</bdi>")
	}
	return template.HTML(strings.NewReplacer(places...).Replace(template.HTMLEscapeString(text)))
}

// plain is fill for where there is no markup.
func plain(text, name, value string) string { return strings.ReplaceAll(text, "{"+name+"}", value) }

// byTag finds the texts for a language tag; nil: there are none.
func byTag(tag string) *texts {
	primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
	for _, t := range languages {
		if t.Lang == primary {
			return t
		}
	}
	return nil
}

// accepted finds the texts that a header Accept-Language prefers (RFC 9110 §12.5.4); nil: none of ours.
func accepted(header string) *texts {
	type preference struct {
		t       *texts
		quality float64
	}
	var known []preference
	for entry := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(entry), ";")
		quality := 1.0
		if value, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			var err error
			if quality, err = strconv.ParseFloat(value, 64); err != nil {
				continue
			}
		}
		if t := byTag(strings.TrimSpace(tag)); t != nil && quality > 0 {
			known = append(known, preference{t, quality})
		}
	}
	if len(known) == 0 {
		return nil
	}
	return slices.MaxFunc(known, func(a, b preference) int { return cmp.Compare(a.quality, b.quality) }).t // the first of equals
}

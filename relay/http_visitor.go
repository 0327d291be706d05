package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"alongside/rooms"
	"alongside/wire"
)

const (
	maxRequestBytes = 64 << 10
	maxTextRunes    = 2048 // of a URL or title
	tabCharacters   = 32   // hex
	socketPath      = "/widget/v1/socket"
)

// Limits per address.
var (
	roomsPerAddress   = rooms.Rate{Count: 20, Per: time.Minute}
	ticketsPerAddress = rooms.Rate{Count: 120, Per: time.Minute}
)

// refusal is an error that a visitor's page may be told.
type refusal struct {
	status              int
	code, field, detail string
}

func (e *refusal) Error() string { return e.detail }

func problem(w http.ResponseWriter, status int, code, detail string) {
	writeProblem(w, &refusal{status: status, code: code, detail: detail})
}

// writeProblem answers with RFC 9457 problem details.
func writeProblem(w http.ResponseWriter, e *refusal) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(e.status)
	json.NewEncoder(w).Encode(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
		Field  string `json:"field,omitempty"`
		Code   string `json:"code"`
	}{"about:blank", http.StatusText(e.status), e.status, e.detail, e.field, e.code})
}

// request is the body of all three calls; each reads what it needs.
type request struct {
	Site   string        `json:"site"`
	Lang   string        `json:"lang"`
	Page   wire.PageBody `json:"page"`
	Tab    string        `json:"tab"`
	Resume string        `json:"resume"`
}

// preflight answers a browser that asks whether it may post JSON. The site is only in the body, so every origin may
// ask; the answer to the call itself is readable by the site's origins alone.
func preflight(w http.ResponseWriter, q *http.Request) {
	h := w.Header()
	if origin := q.Header.Get("Origin"); origin != "" {
		h.Set("Access-Control-Allow-Origin", origin)
	}
	h.Set("Vary", "Origin")
	h.Set("Access-Control-Allow-Methods", "POST")
	h.Set("Access-Control-Allow-Headers", "Content-Type")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) openRoom(w http.ResponseWriter, q *http.Request) {
	s.answer(w, q, "open", roomsPerAddress, http.StatusCreated, func(site Site, b request) (any, error) {
		e, err := s.Hub.Open(q.Context(), rooms.Opening{
			Tenant: site.Tenant, Site: site.ID, SiteName: site.Name, Origin: q.Header.Get("Origin"), Policy: site.Policy,
			Lang: b.Lang, Device: deviceOf(q.Header), Page: b.Page, Tab: b.Tab,
		})
		e.Socket = socketPath
		return e, err
	})
}

func (s *Server) resumeRoom(w http.ResponseWriter, q *http.Request) {
	s.answer(w, q, "ticket", ticketsPerAddress, http.StatusOK, func(site Site, b request) (any, error) {
		e, err := s.Hub.Resume(q.Context(), rooms.Resumption{
			Tenant: site.Tenant, Site: site.ID, Origin: q.Header.Get("Origin"), Resume: b.Resume, Tab: b.Tab,
		})
		e.Socket = socketPath
		return e, err
	})
}

func (s *Server) newCode(w http.ResponseWriter, q *http.Request) {
	s.answer(w, q, "code", roomsPerAddress, http.StatusOK, func(site Site, b request) (any, error) {
		code, expires, err := s.Hub.NewCode(q.Context(), site.Tenant, site.ID, b.Resume)
		return struct {
			Code        string    `json:"code"`
			CodeExpires time.Time `json:"codeExpires"`
		}{code, expires}, err
	})
}

// answer reads a call, checks its rate, site and origin, and writes what do returns.
func (s *Server) answer(w http.ResponseWriter, q *http.Request, what string, limit rooms.Rate, status int,
	do func(Site, request) (any, error),
) {
	w.Header().Set("Vary", "Origin")
	site, b, err := s.admit(w, q, what, limit)
	if err != nil {
		s.fail(w, err)
		return
	}
	// From here on the page may read the answer, refusals included.
	w.Header().Set("Access-Control-Allow-Origin", q.Header.Get("Origin"))
	v, err := do(site, b)
	if err != nil {
		s.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

func (s *Server) admit(w http.ResponseWriter, q *http.Request, what string, limit rooms.Rate) (site Site, b request, err error) {
	if err := s.Rates.Allow(q.Context(), what+" "+neighbourhood(s.Address(q)), limit); err != nil {
		return site, b, err
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, q.Body, maxRequestBytes)).Decode(&b); err != nil {
		return site, b, badBody(err)
	}
	site, err = s.Sites.ByKey(q.Context(), b.Site)
	if err != nil && !errors.Is(err, ErrNoSite) {
		return site, b, fmt.Errorf("find site: %w", err)
	}
	if origin := q.Header.Get("Origin"); err != nil || origin == "" || !slices.Contains(site.Origins, origin) {
		return site, b, &refusal{http.StatusForbidden, "origin", "", "this site key does not belong to this page"}
	}
	return site, b, b.check(what)
}

// check finds the first field that cannot be.
func (b *request) check(what string) error {
	bad := func(field, detail string) error { return &refusal{http.StatusBadRequest, "invalid", field, detail} }
	switch {
	case what != "code" && !isTab(b.Tab):
		return bad("tab", "a tab is named by 32 hex digits")
	case what != "open" && b.Resume == "":
		return bad("resume", "a resume token is needed")
	case len(b.Lang) > 35: // BCP 47, RFC 5646 §4.4.1
		return bad("lang", "a language tag has at most 35 characters")
	case utf8.RuneCountInString(b.Page.URL) > maxTextRunes:
		return bad("page.url", "the URL is too long")
	case utf8.RuneCountInString(b.Page.Title) > maxTextRunes:
		return bad("page.title", "the title is too long")
	}
	return nil
}

func isTab(t string) bool {
	if len(t) != tabCharacters {
		return false
	}
	for _, c := range t {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func badBody(err error) error {
	var typ *json.UnmarshalTypeError
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &typ):
		return &refusal{http.StatusBadRequest, "invalid", typ.Field, "wrong type of value"}
	case errors.As(err, &big):
		return &refusal{http.StatusRequestEntityTooLarge, "too-large", "", "the request is too large"}
	}
	return &refusal{http.StatusBadRequest, "invalid", "", "the request is not JSON"}
}

// fail answers an error; what is not meant for the visitor goes to the log.
func (s *Server) fail(w http.ResponseWriter, err error) {
	var told *refusal
	var many *rooms.TooManyError
	var closing *wire.CloseError
	switch {
	case errors.As(err, &told):
	case errors.As(err, &many):
		seconds := int(many.RetryAfter/time.Second) + 1
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		told = &refusal{http.StatusTooManyRequests, "rate", "", "too many attempts"}
	case errors.Is(err, rooms.ErrNotFound):
		told = &refusal{http.StatusNotFound, "not-found", "", "there is no such session"}
	case errors.As(err, &closing):
		told = &refusal{http.StatusServiceUnavailable, "moving", "", closing.Reason}
	case errors.Is(err, context.Canceled):
		return
	default:
		s.Logger.Error("answer a visitor", "err", err)
		told = &refusal{http.StatusInternalServerError, "internal", "", "something went wrong here"}
	}
	writeProblem(w, told)
}

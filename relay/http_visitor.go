package relay

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"alongside/privacy"
	"alongside/rooms"
	"alongside/wire"
)

const (
	maxRequestBytes = 64 << 10
	socketPath      = "/widget/v1/socket"
)

// call is one of the visitor's calls, each counted by address.
type call struct {
	path   string
	rate   rooms.Rate
	status int // of the answer, if all is well
	needs  []need
	do     func(s *Server, q *http.Request, site Site, b *request) (any, error)
}

// calls are the visitor's HTTP API. Many visitors may share one address: an office, a school, a phone network.
var calls = []call{
	{"help", perMinute(60), http.StatusOK, nil, (*Server).help},
	{"rooms", perMinute(120), http.StatusCreated, []need{tabNeeded}, (*Server).openRoom},
	{"rooms/resume", perMinute(120), http.StatusOK, []need{tabNeeded, resumeNeeded}, (*Server).resumeRoom},
	{"rooms/code", perMinute(120), http.StatusOK, []need{resumeNeeded}, (*Server).newCode},
	{"rooms/ask", perMinute(120), http.StatusOK, []need{tabNeeded, resumeNeeded}, (*Server).ask},
	{"rooms/identify", perMinute(60), http.StatusNoContent, []need{resumeNeeded, userNeeded}, (*Server).identify},
	{"rooms/object", perMinute(60), http.StatusNoContent, []need{resumeNeeded}, (*Server).object},
	{"messages", perMinute(5), http.StatusCreated, []need{emailNeeded, textNeeded}, (*Server).leaveMessage},
	{"rating", perMinute(10), http.StatusNoContent, []need{receiptNeeded, scoreNeeded}, (*Server).rate},
	{"optout", perMinute(20), http.StatusOK, []need{tokenNeeded}, (*Server).optOut},
}

func perMinute(n int) rooms.Rate { return rooms.Rate{Count: n, Per: time.Minute} }

// request is the body of all calls; each reads what it needs.
type request struct {
	Site     string            `json:"site"`
	Lang     string            `json:"lang"`
	Page     wire.PageBody     `json:"page"`
	Tab      string            `json:"tab"`
	Resume   string            `json:"resume"`
	Help     bool              `json:"help"`
	Answers  map[string]string `json:"answers"`
	Visitor  string            `json:"visitor"`
	User     *signedUser       `json:"user"`
	OptedOut bool              `json:"optedOut"` // by a flag that only the page can read
	Email    string            `json:"email"`
	Text     string            `json:"text"`
	Receipt  string            `json:"receipt"`
	Score    int               `json:"score"`
	Comment  string            `json:"comment"`
	Token    string            `json:"token"`

	wrongType error // the first field of the wrong type; the rest was read
}

// signedUser is a user as the site's own server vouches for.
type signedUser struct {
	ID        string            `json:"id"`
	Fields    map[string]string `json:"fields"`
	Signature string            `json:"signature"`
}

func (u *signedUser) user() rooms.User { return rooms.User{ID: u.ID, Fields: u.Fields} }

func (s *Server) openRoom(q *http.Request, site Site, b *request) (any, error) {
	who := s.visitorOf(q, site, b)
	if !b.Help && !who.mayBeListed {
		return nil, &refusal{http.StatusForbidden, "not-listed", "", "who merely browses here is not listed"}
	}
	if err := checkUser(q.Context(), site, b.User); err != nil {
		return nil, err
	}
	o := rooms.Opening{
		Tenant: site.Tenant, Site: site.ID, SiteName: site.Name, Origin: q.Header.Get("Origin"), Policy: site.Policy,
		Lang: b.Lang, Device: deviceOf(q.Header), Page: who.page, Tab: b.Tab, Help: b.Help, Visitor: who.id, User: who.user,
		Address: who.address, OptedOut: who.optedOut, Unseen: site.Collection.Minors,
	}
	if b.Help {
		var err error
		if o.Answers, o.Name, err = site.answers(b); err != nil {
			return nil, err
		}
	}
	e, err := s.Hub.Open(q.Context(), o)
	return s.entry(site, e), err
}

func (s *Server) resumeRoom(q *http.Request, site Site, b *request) (any, error) {
	e, err := s.Hub.Resume(q.Context(), b.resumption(q, site))
	if err == nil && !e.Help && s.visitorOf(q, site, b).optedOut {
		err = errors.Join(s.Hub.ObjectHere(q.Context(), site.Tenant, site.ID, b.Resume), rooms.ErrNotFound)
	}
	return s.entry(site, e), err
}

func (s *Server) entry(site Site, e rooms.Entry) rooms.Entry {
	e.Socket = socketPath
	if s.OptOuts != nil {
		e.OptOut = s.OptOuts.SessionURL(site.Key, site.Tenant, e.Room)
	}
	return e
}

func (b *request) resumption(q *http.Request, site Site) rooms.Resumption {
	return rooms.Resumption{
		Tenant: site.Tenant, Site: site.ID, Origin: q.Header.Get("Origin"), Resume: b.Resume, Tab: b.Tab,
	}
}

func (s *Server) newCode(q *http.Request, site Site, b *request) (any, error) {
	code, expires, err := s.Hub.NewCode(q.Context(), site.Tenant, site.ID, b.Resume)
	return struct {
		Code        string    `json:"code"`
		CodeExpires time.Time `json:"codeExpires"`
	}{code, expires}, err
}

func (s *Server) ask(q *http.Request, site Site, b *request) (any, error) {
	answers, name, err := site.answers(b)
	if err != nil {
		return nil, err
	}
	receipt, err := s.Hub.Ask(q.Context(), b.resumption(q, site), rooms.Asking{
		Answers: answers, Name: name, Page: s.visitorOf(q, site, b).page,
	})
	return receiptAnswer{receipt}, err
}

type receiptAnswer struct {
	Receipt string `json:"receipt"`
}

func (s *Server) identify(q *http.Request, site Site, b *request) (any, error) {
	if err := checkUser(q.Context(), site, b.User); err != nil {
		return nil, err
	}
	if who := s.visitorOf(q, site, b); who.user.ID != "" {
		return nil, s.Hub.Identify(q.Context(), site.Tenant, site.ID, b.Resume, who.user)
	}
	return nil, nil // who opted out is told from nobody, and the page need not know
}

func (s *Server) object(q *http.Request, site Site, b *request) (any, error) {
	err := s.Hub.ObjectHere(q.Context(), site.Tenant, site.ID, b.Resume)
	if errors.Is(err, rooms.ErrNotFound) {
		return nil, nil // what is over is as the visitor wants it
	}
	return nil, err
}

// checkUser refuses a user whom the site has not signed.
func checkUser(ctx context.Context, site Site, u *signedUser) error {
	if u == nil {
		return nil
	}
	var wrong *rooms.InvalidError
	if err := u.user().Validate(); errors.As(err, &wrong) {
		return invalid("user."+wrong.Field, wrong.Detail)
	}
	var secret []byte
	if site.IdentitySecret != nil {
		var err error
		if secret, err = site.IdentitySecret(ctx); err != nil {
			return fmt.Errorf("read identity secret: %w", err)
		}
	}
	signature := privacy.IdentitySignature(secret, u.ID, u.Fields)
	if len(secret) == 0 || !hmac.Equal([]byte(signature), []byte(u.Signature)) {
		return &refusal{http.StatusForbidden, "signature", "user.signature", "the site has not signed this user"}
	}
	return nil
}

// preflight answers a browser that asks whether it may post JSON with our cookies. The site is only in the body, so
// every origin may ask; the answer to the call itself is readable by the site's origins alone.
func preflight(w http.ResponseWriter, q *http.Request) {
	h := w.Header()
	if origin := q.Header.Get("Origin"); origin != "" {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	h.Set("Vary", "Origin")
	h.Set("Access-Control-Allow-Methods", "POST")
	h.Set("Access-Control-Allow-Headers", "Content-Type")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
}

// answer reads a call, checks its rate, site, origin and fields, and writes what it returns.
func (s *Server) answer(w http.ResponseWriter, q *http.Request, c call) {
	w.Header().Set("Vary", "Origin")
	site, b, err := s.admit(w, q, c)
	if err != nil {
		s.fail(w, err)
		return
	}
	// From here on the page may read the answer, refusals included.
	w.Header().Set("Access-Control-Allow-Origin", q.Header.Get("Origin"))
	w.Header().Set("Access-Control-Allow-Credentials", "true") // an opt-out is a cookie of this server
	var v any
	if privacy.Blocked(site.Collection.Blocked, s.Address(q)) {
		err = &refusal{http.StatusForbidden, "blocked", "", "this address is not served"}
	} else if err = b.check(c.needs); err == nil {
		v, err = c.do(s, q, site, b)
	}
	if err != nil {
		s.fail(w, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	if c.status == http.StatusNoContent {
		w.WriteHeader(c.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(c.status)
	json.NewEncoder(w).Encode(v)
}

// admit reads the body and finds the site, which the page's origin must belong to.
func (s *Server) admit(w http.ResponseWriter, q *http.Request, c call) (site Site, b *request, err error) {
	if err := s.Rates.Allow(q.Context(), c.path+" "+neighbourhood(s.Address(q)), c.rate); err != nil {
		return site, nil, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, maxRequestBytes))
	if err != nil {
		return site, nil, badBody(err)
	}
	if !utf8.Valid(body) {
		return site, nil, &refusal{http.StatusBadRequest, "invalid", "", "the request is not UTF-8 text"}
	}
	b = &request{}
	err = json.Unmarshal(body, b)
	if typ := (*json.UnmarshalTypeError)(nil); errors.As(err, &typ) && typ.Field != "" {
		b.wrongType = invalid(typ.Field, "wrong type of value") // told once the page may read it
	} else if err != nil {
		return site, nil, badBody(err)
	}
	site, err = s.Sites.ByKey(q.Context(), b.Site)
	if err != nil && !errors.Is(err, ErrNoSite) {
		return site, nil, fmt.Errorf("find site: %w", err)
	}
	if origin := q.Header.Get("Origin"); err != nil || origin == "" || !slices.Contains(site.Origins, origin) {
		return site, nil, &refusal{http.StatusForbidden, "origin", "", "this site key does not belong to this page"}
	}
	return site, b, nil
}

func badBody(err error) error {
	if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
		return &refusal{http.StatusRequestEntityTooLarge, "too-large", "", "the request is too large"}
	}
	return invalid("", "the request is not a JSON object")
}

// fail answers an error; what is not meant for the visitor goes to the log.
func (s *Server) fail(w http.ResponseWriter, err error) {
	var told *refusal
	var field *rooms.InvalidError
	var many *rooms.TooManyError
	var closing *wire.CloseError
	switch {
	case errors.As(err, &told):
	case errors.As(err, &field):
		told = invalid(field.Field, field.Detail)
	case errors.As(err, &many):
		seconds := int(many.RetryAfter/time.Second) + 1
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		told = &refusal{http.StatusTooManyRequests, "rate", "", "too many attempts"}
	case errors.Is(err, rooms.ErrNotFound):
		told = &refusal{http.StatusNotFound, "not-found", "", "there is no such session"}
	case errors.As(err, &closing):
		told = &refusal{http.StatusServiceUnavailable, "moving", "", closing.Reason}
	case errors.Is(err, rooms.ErrUnavailable), errors.Is(err, rooms.ErrUnreachable):
		w.Header().Set("Retry-After", "1")
		told = &refusal{http.StatusServiceUnavailable, "unavailable", "", "this server is cut off from the others; it tries again"}
	case errors.Is(err, context.Canceled):
		return
	default:
		s.Logger.Error("answer a visitor", "err", err)
		told = &refusal{http.StatusInternalServerError, "internal", "", "something went wrong here"}
	}
	writeProblem(w, told)
}

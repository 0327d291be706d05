package console

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"alongside/accounts"
	"alongside/rooms"
)

// problem is an error as the API tells it (RFC 9457). Code is for programs, detail for people.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Field  string `json:"field,omitempty"`
	Code   string `json:"code"`
}

func (p *problem) Error() string { return p.Detail }

func newProblem(status int, code, detail string) *problem {
	return &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

var (
	problemNotFound  = newProblem(http.StatusNotFound, "not-found", "There is nothing here by that name.")
	problemMethod    = newProblem(http.StatusMethodNotAllowed, "method", "This address does not answer to that method.")
	problemCrossSite = newProblem(http.StatusForbidden, "cross-site", "The request came from a page of another site.")
	problemSignIn    = newProblem(http.StatusUnauthorized, "sign-in", "Sign in first.")
	problemRole      = newProblem(http.StatusForbidden, "role", "Your role does not allow this.")
	problemTooLarge  = newProblem(http.StatusRequestEntityTooLarge, "too-large", "The request is larger than 64 KiB.")
	problemSlow      = newProblem(http.StatusRequestTimeout, "slow", "The request took too long to arrive.")
	problemJSON      = newProblem(http.StatusBadRequest, "json", "The request is not one JSON object.")
	problemWrong     = newProblem(http.StatusUnauthorized, "credentials", "E-mail or password is wrong.")
	problemRate      = newProblem(http.StatusTooManyRequests, "rate", "Too many attempts. Try again later.")
	problemInternal  = newProblem(http.StatusInternalServerError, "internal", "Something went wrong on the server.")
)

// problemField is what a wrong field of a request is answered with.
func problemField(field, detail string) *problem {
	p := newProblem(http.StatusBadRequest, "field", field+" "+detail+".")
	p.Field = field
	return p
}

// asProblem says how an error is told. retryAfter is zero where there is nothing to wait for.
func asProblem(err error) (p *problem, retryAfter time.Duration) {
	var (
		accountsRate *accounts.RateError
		roomsRate    *rooms.TooManyError
		field        *accounts.FieldError
	)
	switch {
	case errors.As(err, &p):
		return p, 0
	case errors.As(err, &accountsRate):
		return problemRate, accountsRate.RetryAfter
	case errors.As(err, &roomsRate):
		return problemRate, roomsRate.RetryAfter
	case errors.Is(err, accounts.ErrCredentials):
		return problemWrong, 0
	case errors.Is(err, accounts.ErrNotFound), errors.Is(err, rooms.ErrNotFound):
		return problemNotFound, 0
	case errors.As(err, &field):
		return problemField(field.Field, field.Problem), 0
	}
	return problemInternal, 0
}

func (c *Console) writeError(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody is there to read it
	}
	p, retryAfter := asProblem(err)
	if p == problemInternal {
		c.log.ErrorContext(r.Context(), "answer a request", "method", r.Method, "route", r.Pattern, "error", err)
	}
	if p.Status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(retryAfter.Seconds())))))
	}
	writeJSON(w, p.Status, "application/problem+json", p)
}

// writeJSON ignores a failed write: it means that the client has gone.
func writeJSON(w http.ResponseWriter, status int, mediaType string, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // only types of this package come here, and all of them can be written
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	w.Write(body)
}

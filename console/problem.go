package console

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"alongside/accounts"
	"alongside/history"
	"alongside/privacy"
	"alongside/queue"
	"alongside/rooms"
)

// problem is an error as the API tells it (RFC 9457). Code is for programs, detail for people.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Field  string         `json:"field,omitempty" doc:"The field of the request that is wrong, the first if there are several."`
	Code   string         `json:"code" doc:"For programs: never changes for the same problem."`
	Errors []fieldProblem `json:"errors,omitempty" doc:"All fields that are wrong."`

	retryAfter time.Duration // 0: nothing to wait for
}

type fieldProblem struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

func (p *problem) Error() string { return p.Detail }

// GetStatus, ContentType and GetHeaders are how huma asks an error to be written.
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) ContentType(string) string { return "application/problem+json" }

func (p *problem) GetHeaders() http.Header {
	if p.Status != http.StatusTooManyRequests {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(max(1, int(math.Ceil(p.retryAfter.Seconds()))))}}
}

func newProblem(status int, code, detail string) *problem {
	return &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

var (
	problemNotFound  = newProblem(http.StatusNotFound, "not-found", "There is nothing here by that name.")
	problemMethod    = newProblem(http.StatusMethodNotAllowed, "method", "This address does not answer to that method.")
	problemCrossSite = newProblem(http.StatusForbidden, "cross-site", "The request came from a page of another site.")
	problemSignIn    = newProblem(http.StatusUnauthorized, "sign-in", "Sign in first.")
	problemRole      = newProblem(http.StatusForbidden, "role", "Your role does not allow this.")
	problemPerson    = newProblem(http.StatusForbidden, "person", "This is for a person who is signed in, not for an API key.")
	problemTooLarge  = newProblem(http.StatusRequestEntityTooLarge, "too-large", "The request is larger than 256 KiB.")
	problemSlow      = newProblem(http.StatusRequestTimeout, "slow", "The request took too long to arrive.")
	problemJSON      = newProblem(http.StatusBadRequest, "json", "The request is not one JSON object.")
	problemMedia     = newProblem(http.StatusUnsupportedMediaType, "media-type", "The request must be application/json.")
	problemQuery     = newProblem(http.StatusBadRequest, "query", "The address has parameters that cannot be read.")
	problemWrong     = newProblem(http.StatusUnauthorized, "credentials", "E-mail or password is wrong.")
	problemRate      = newProblem(http.StatusTooManyRequests, "rate", "Too many attempts. Try again later.")
	problemCutOff    = newProblem(http.StatusServiceUnavailable, "unavailable", "This server is cut off from the others. Try again in a moment.")
	problemConflict  = newProblem(http.StatusConflict, "conflict", "Somebody else has changed this in the meantime.")
	problemInternal  = newProblem(http.StatusInternalServerError, "internal", "Something went wrong on the server.")
)

// problemField is what a wrong field of a request is answered with.
func problemField(field, detail string) *problem { return problemFields(fieldProblem{field, detail}) }

func problemFields(errors ...fieldProblem) *problem {
	first := errors[0]
	p := newProblem(http.StatusBadRequest, "field", first.Field+" "+first.Detail+".")
	p.Field, p.Errors = first.Field, errors
	return p
}

// known are the errors of other packages that a client can do something about.
var known = []struct {
	err     error
	problem *problem
}{
	{accounts.ErrCredentials, problemWrong},
	{accounts.ErrSecondFactor, newProblem(http.StatusUnauthorized, "second-factor", "A code of the second factor is needed.")},
	{accounts.ErrNotFound, problemNotFound},
	{accounts.ErrConflict, problemConflict},
	{accounts.ErrExists, newProblem(http.StatusConflict, "exists", "This is there already.")},
	{accounts.ErrLastAdmin, newProblem(http.StatusConflict, "last-admin", "Somebody must remain an administrator.")},
	{rooms.ErrNotFound, problemNotFound},
	{rooms.ErrUnavailable, problemCutOff},
	{rooms.ErrUnreachable, problemCutOff},
	{history.ErrNotFound, problemNotFound},
	{queue.ErrNotFound, problemNotFound},
	{queue.ErrTaken, newProblem(http.StatusConflict, "taken", "A colleague was faster.")},
	{queue.ErrFull, newProblem(http.StatusConflict, "full", "There is no room for another visitor.")},
	{queue.ErrUnavailable, newProblem(http.StatusConflict, "unavailable", "Nobody there can take over now.")},
}

// asProblem says how an error is told.
func asProblem(err error) *problem {
	var (
		p             *problem
		accountsRate  *accounts.RateError
		roomsRate     *rooms.TooManyError
		accountsField *accounts.FieldError
		privacyField  *privacy.FieldError
		historyField  *history.FieldError
	)
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &accountsRate):
		return problemRate.after(accountsRate.RetryAfter)
	case errors.As(err, &roomsRate):
		return problemRate.after(roomsRate.RetryAfter)
	case errors.As(err, &accountsField):
		return problemField(accountsField.Field, accountsField.Problem)
	case errors.As(err, &privacyField):
		return problemField(privacyField.Field, privacyField.Problem)
	case errors.As(err, &historyField):
		return problemField(historyField.Field, historyField.Problem)
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			return k.problem
		}
	}
	return problemInternal
}

func (p *problem) after(wait time.Duration) *problem {
	later := *p
	later.retryAfter = wait
	return &later
}

// tell turns an error into what the client is told; the reason for a failure of ours stands in the log alone.
func (c *Console) tell(ctx context.Context, route Route, err error) *problem {
	p := asProblem(err)
	gone := errors.Is(err, context.Canceled) && ctx.Err() != nil // nobody is there to read it
	if p == problemInternal && !gone {
		c.log.ErrorContext(ctx, "answer a request", "method", route.Method, "route", route.Path, "error", err)
	}
	return p
}

// writeProblem is for what huma does not write: refusals before it is asked, and streams that do not begin.
func writeProblem(w http.ResponseWriter, p *problem) {
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	writeValue(w, p)
}

// invalid is how huma reports a request that does not fit its schema.
func invalid(status int, _ string, errs ...error) huma.StatusError {
	if status == http.StatusUnsupportedMediaType {
		return problemMedia
	}
	var fields []fieldProblem
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if !errors.As(err, &detail) {
			continue
		}
		_, field, _ := strings.Cut(detail.Location, ".")
		message := detail.Message
		if name, ok := strings.CutSuffix(message, missing); ok {
			field, message = strings.TrimPrefix(field+"."+name, "."), strings.TrimSpace(missing)
		}
		fields = append(fields, fieldProblem{field, message})
	}
	if len(fields) == 0 || fields[0].Field == "" {
		return problemJSON
	}
	slices.SortStableFunc(fields, func(a, b fieldProblem) int { return cmp.Compare(a.Field, b.Field) })
	return problemFields(fields...)
}

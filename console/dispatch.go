package console

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"alongside/accounts"
)

// maxIDBytes is more than any ID or join code has.
const maxIDBytes = 128

// caller is who asks. It is empty where a route needs nobody.
type caller struct {
	person  accounts.Person // for an API key: its ID, name, tenant and role
	token   string          // of the sign-in, or the API key itself
	key     bool            // it is an API key
	address netip.Addr
	device  string // "Chrome on Linux", for the list of sign-ins
	note    *note
}

// note is what the audit entry of a call says.
type note struct {
	by      accounts.Person
	object  string // ID
	details map[string]string
}

// as says who the caller has turned out to be.
func (who caller) as(person accounts.Person) { who.note.by = person }

// about says what the call is about and, in pairs of name and value, what of it may be written down: never content.
func (who caller) about(object string, details ...string) {
	who.note.object = object
	for i := 0; i+1 < len(details); i += 2 {
		if who.note.details == nil {
			who.note.details = map[string]string{}
		}
		who.note.details[details[i]] = details[i+1]
	}
}

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	who, _ := ctx.Value(callerKey{}).(caller)
	return who
}

func (c *Console) registerAPI(mux *http.ServeMux) {
	byPath := map[string]map[string]Route{}
	for _, route := range Routes() {
		if byPath[route.Path] == nil {
			byPath[route.Path] = map[string]Route{}
		}
		byPath[route.Path][route.Method] = route
	}
	for path, byMethod := range byPath {
		mux.Handle(path, c.api(func(w http.ResponseWriter, r *http.Request) error { return c.dispatch(w, r, byMethod) }))
	}
	mux.Handle("/api/", c.api(func(http.ResponseWriter, *http.Request) error { return problemNotFound }))
}

// api gives every answer under /api its headers, and an error its form.
func (c *Console) api(handle func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.setHeaders(w.Header(), cspNothing)
		w.Header().Set("Cache-Control", "no-store")
		if err := handle(w, r); err != nil {
			writeProblem(w, c.tell(r.Context(), Route{Method: r.Method, Path: r.Pattern}, err))
		}
	})
}

// dispatch asks in the order in which the answers give least away: is it from our own pages, who is it, may they, is what
// they say well formed. Only then comes the handler.
func (c *Console) dispatch(w http.ResponseWriter, r *http.Request, byMethod map[string]Route) error {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	route, ok := byMethod[method]
	if !ok {
		w.Header().Set("Allow", strings.Join(slices.Sorted(maps.Keys(byMethod)), ", "))
		return problemMethod
	}
	who, err := c.identify(r, route)
	if err != nil {
		return err
	}
	if route.part != nil && !route.part(c) {
		return problemNotFound
	}
	for _, name := range pathNames(route.Path) {
		if !isName(r.PathValue(name)) {
			return problemNotFound
		}
		who.note.object = r.PathValue(name)
	}
	if err := checkQuery(r.URL.RawQuery); err != nil {
		return err
	}
	r = r.WithContext(context.WithValue(r.Context(), callerKey{}, who))
	if c.takesBody[route.key()] {
		content, err := c.readBody(w, r)
		if err != nil {
			return err
		}
		r.Body = io.NopCloser(bytes.NewReader(content))
	}
	c.handlers[route.key()](w, r)
	return nil
}

// identify finds out who asks, by API key or cookie, and whether they may.
func (c *Console) identify(r *http.Request, route Route) (caller, error) {
	who := caller{address: c.address(r), device: device(r.UserAgent()), note: &note{}}
	if secret, ok := bearer(r); ok && route.Least != anyone {
		// A page of another site cannot make the browser send a key, so its origin does not matter.
		key, err := c.accounts.ByAPIKey(r.Context(), secret)
		switch {
		case errors.Is(err, accounts.ErrNotFound):
			return caller{}, problemSignIn
		case err != nil:
			return caller{}, err
		}
		who.key, who.token = true, secret
		who.person = accounts.Person{ID: key.ID, Tenant: key.Tenant, Name: key.Name, Role: key.Role}
	} else {
		if c.foreign.Check(r) != nil {
			return caller{}, problemCrossSite
		}
		who.token = c.token(r)
		if route.Least == anyone {
			return who, nil
		}
		person, err := c.accounts.PersonByToken(r.Context(), who.token)
		switch {
		case errors.Is(err, accounts.ErrNotFound):
			return caller{}, problemSignIn
		case err != nil:
			return caller{}, err
		}
		who.person = person
	}
	who.as(who.person)
	switch {
	case !who.person.Role.Includes(route.Least):
		return caller{}, problemRole
	case who.key && route.PersonOnly:
		return caller{}, problemPerson
	}
	return who, nil
}

// bearer returns the API key that a request is sent with (RFC 6750 §2.1).
func bearer(r *http.Request) (secret string, ok bool) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return secret, strings.EqualFold(scheme, "Bearer")
}

// kindOf is the kind of object that an act is done to: the first word of its name.
func kindOf(act string) string {
	kind, _, _ := strings.Cut(act, ".")
	return kind
}

// pathNames are the names in a path such as /sites/{id}.
func pathNames(path string) []string {
	var names []string
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "{") {
			names = append(names, strings.Trim(part, "{}"))
		}
	}
	return names
}

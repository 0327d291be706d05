package console

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"alongside/accounts"
)

// Route is one call of the API. Routes holds them all, for the server and for tests that walk them.
type Route struct {
	Method, Path string
	// Least is the role that the call needs; empty: anybody may call, signed in or not.
	Least  accounts.Role
	handle func(c *Console, w http.ResponseWriter, r *http.Request, who caller) error
}

// Routes returns the API's calls; /api/v1/socket is another package's.
func Routes() []Route {
	return []Route{
		{"POST", "/api/v1/sign-in", "", (*Console).signIn},
		{"POST", "/api/v1/sign-out", "", (*Console).signOut},
		{"GET", "/api/v1/me", accounts.RoleAgent, (*Console).me},
		{"GET", "/api/v1/visitors", accounts.RoleAgent, (*Console).visitors},
		{"GET", "/api/v1/visitors/stream", accounts.RoleAgent, (*Console).visitorsStream},
		{"POST", "/api/v1/joins", accounts.RoleAgent, (*Console).join},
	}
}

// caller is who asks. It is empty where a route needs nobody.
type caller struct {
	person accounts.Person
	token  string
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
			c.writeError(w, r, err)
		}
	})
}

// dispatch asks in the order in which the answers give least away: is it from our own pages, who is it, may they.
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
	if err := c.foreign.Check(r); err != nil {
		return problemCrossSite
	}
	who := caller{token: c.token(r)}
	if route.Least != "" {
		person, err := c.accounts.PersonByToken(r.Context(), who.token)
		switch {
		case errors.Is(err, accounts.ErrNotFound):
			return problemSignIn
		case err != nil:
			return err
		case !person.Role.Includes(route.Least):
			return problemRole
		}
		who.person = person
	}
	return route.handle(c, w, r, who)
}

package console

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"alongside/accounts"
)

// apiBase is before every path of the API.
const apiBase = "/api/v1"

// The least roles of routes.
const (
	anyone  accounts.Role = "" // signed in or not
	agent                 = accounts.RoleAgent
	manager               = accounts.RoleManager
	admin                 = accounts.RoleAdmin
)

// Route is one call of the API. Routes holds them all: the server, its document and the tests are made from it.
type Route struct {
	Method, Path string
	Least        accounts.Role // that the call needs
	Summary      string
	PersonOnly   bool   // an API key may not call it
	Act          string // under which the audit log keeps a call that was answered; empty: it does not
	Media        string // of the answer; empty: JSON
	part         func(c *Console) bool
	register     registration
}

// Routes returns the API's calls; /api/v1/socket is another package's.
func Routes() []Route {
	return []Route{
		row("GET", "/openapi.json", anyone, "This document", on((*Console).openAPI), media("application/json")),

		row("POST", "/sign-in", anyone, "Sign in", on((*Console).signIn)),
		row("POST", "/sign-out", anyone, "Sign out", on((*Console).signOut)),
		row("GET", "/me", agent, "Who is signed in", on((*Console).me), personOnly),

		row("GET", "/visitors", agent, "Visitors who are here now", on((*Console).visitors)),
		row("GET", "/visitors/stream", agent, "Visitors who are here, at once and after each change", on((*Console).visitorsStream), media("text/event-stream")),
		row("POST", "/joins", agent, "Take a seat in a room", on((*Console).join), personOnly),
	}
}

// key is how huma names the route's handler.
func (r Route) key() string { return r.Method + " " + r.Path }

type option func(*Route)

func row(method, path string, least accounts.Role, summary string, register registration, options ...option) Route {
	route := Route{Method: method, Path: apiBase + path, Least: least, Summary: summary, register: register}
	for _, set := range options {
		set(&route)
	}
	return route
}

func personOnly(r *Route) { r.PersonOnly = true }

// act names what the audit log keeps a call as, "site.policy.change" say; the first word is the kind of its object.
func act(name string) option { return func(r *Route) { r.Act = name } }

func media(kind string) option { return func(r *Route) { r.Media = kind } }

// needs makes the route answer 404 in a program that lacks a part.
func needs(part func(*Console) bool) option { return func(r *Route) { r.part = part } }

// registration gives a route's handler to huma, which makes its part of the document from the handler's types.
type registration func(c *Console, api huma.API, route Route)

// on is for a handler that is told who asks and answers a value or an error.
func on[In, Out any](handle func(c *Console, ctx context.Context, who caller, in *In) (*Out, error)) registration {
	return func(c *Console, api huma.API, route Route) {
		huma.Register(api, route.operation(), func(ctx context.Context, in *In) (*Out, error) {
			who := callerOf(ctx)
			out, err := handle(c, ctx, who, in)
			if err == nil {
				err = c.writeDown(ctx, route, who)
			}
			if err != nil {
				return nil, c.tell(ctx, route, err)
			}
			return out, nil
		})
	}
}

// What handlers take and answer, besides types of their own.
type (
	none        struct{}
	body[T any] struct{ Body T }
	object      struct {
		ID string `path:"id"`
	}
	change[T any] struct {
		ID   string `path:"id"`
		Body T
	}
	list[T any] struct {
		Items []T    `json:"items"`
		Next  string `json:"next" doc:"For the parameter after; empty at the end."`
	}
)

func give[T any](value T) (*body[T], error) { return &body[T]{value}, nil }

// giveList answers a list that is whole; nil is answered as an empty one.
func giveList[T any](items []T) (*body[list[T]], error) {
	if items == nil {
		items = []T{}
	}
	return give(list[T]{Items: items})
}

// handlers are huma's, by method and path; dispatch is in front of them.
type handlers map[string]http.HandlerFunc

func (h handlers) HandleFunc(pattern string, handle func(http.ResponseWriter, *http.Request)) {
	h[pattern] = handle
}

func (h handlers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	http.NotFound(w, r) // dispatch asks for one handler at a time
}

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

		row("POST", "/sign-in", anyone, "Sign in", on((*Console).signIn), act("sign-in")),
		row("POST", "/sign-out", anyone, "Sign out", on((*Console).signOut)),
		row("POST", "/setup/check", anyone, "Whether a set-up link can be used", on((*Console).checkSetup)),
		row("POST", "/setup", anyone, "Make the first tenant, admin and site", on((*Console).completeSetup), act("tenant.add")),
		row("POST", "/invitations/look", anyone, "What an invitation is for", on((*Console).lookInvitation)),
		row("POST", "/invitations/accept", anyone, "Accept an invitation", on((*Console).acceptInvitation), act("staff.add")),
		row("POST", "/password-reset", anyone, "Ask for a letter to choose a new password", on((*Console).requestReset)),
		row("POST", "/password-reset/accept", anyone, "Choose a new password", on((*Console).acceptReset), act("staff.password.change")),

		row("GET", "/me", agent, "Who is signed in", on((*Console).me), personOnly),
		row("PATCH", "/me", agent, "Change one's own name or capacity", on((*Console).changeMe), personOnly),
		row("POST", "/me/password", agent, "Change one's own password", on((*Console).changePassword), personOnly, act("staff.password.change")),
		row("POST", "/me/second-factor", agent, "Begin to set up a second factor", on((*Console).beginSecondFactor), personOnly),
		row("POST", "/me/second-factor/confirm", agent, "Set up a second factor", on((*Console).confirmSecondFactor), personOnly, act("staff.second-factor.add")),
		row("POST", "/me/second-factor/remove", agent, "Do without a second factor", on((*Console).removeSecondFactor), personOnly, act("staff.second-factor.remove")),
		row("GET", "/me/sign-ins", agent, "Where one is signed in", on((*Console).listSignIns), personOnly),
		row("DELETE", "/me/sign-ins/{id}", agent, "End a sign-in", on((*Console).revokeSignIn), personOnly, act("sign-in.revoke")),

		row("GET", "/people", agent, "People of the tenant", on((*Console).listPeople)),
		row("PATCH", "/people/{id}", admin, "Change a person", on((*Console).changePerson), act("staff.change")),
		row("DELETE", "/people/{id}", admin, "Remove a person", on((*Console).removePerson), act("staff.remove")),
		row("POST", "/people/{id}/reset-link", admin, "Make a link to choose a new password", on((*Console).makeResetLink), act("staff.reset-link")),
		row("DELETE", "/people/{id}/second-factor", admin, "Remove the second factor of a person who has lost it", on((*Console).dropSecondFactor), act("staff.second-factor.remove")),
		row("GET", "/invitations", admin, "Open invitations", on((*Console).listInvitations)),
		row("POST", "/invitations", admin, "Invite a person", on((*Console).invite), act("invitation.add")),
		row("DELETE", "/invitations/{id}", admin, "Take an invitation back", on((*Console).revokeInvitation), act("invitation.remove")),
		row("GET", "/teams", agent, "Teams", on((*Console).listTeams)),
		row("POST", "/teams", admin, "Add a team", on((*Console).addTeam), act("team.add")),
		row("PUT", "/teams/{id}", admin, "Change a team", on((*Console).setTeam), act("team.change")),
		row("DELETE", "/teams/{id}", admin, "Remove a team", on((*Console).removeTeam), act("team.remove")),

		row("GET", "/sites", agent, "Sites", on((*Console).listSites)),
		row("POST", "/sites", admin, "Add a site", on((*Console).addSite), act("site.add")),
		row("GET", "/sites/{id}", agent, "A site", on((*Console).site)),
		row("PATCH", "/sites/{id}", admin, "Change a site's name or origins", on((*Console).changeSite), act("site.change")),
		row("DELETE", "/sites/{id}", admin, "Remove a site", on((*Console).removeSite), act("site.remove")),
		row("PUT", "/sites/{id}/policy", admin, "Change what a site's pages let out", on((*Console).setPolicy), act("site.policy.change")),
		row("PUT", "/sites/{id}/collection", admin, "Change what a site collects, of whom and on what ground", on((*Console).setCollection), act("site.collection.change")),
		row("PUT", "/sites/{id}/help", admin, "Change a site's form and office hours", on((*Console).setHelp), act("site.help.change")),
		row("PUT", "/sites/{id}/retention", admin, "Change how long a site's records are kept", on((*Console).setRetention), act("site.retention.change")),
		row("GET", "/sites/{id}/seen", admin, "Whether a site's pages load the widget", on((*Console).seenSite), needs(hasSeen)),
		row("GET", "/sites/{id}/identity-secret", admin, "Secret with which a site signs who its visitors are", on((*Console).identitySecret), act("site.identity-secret.view")),
		row("POST", "/sites/{id}/identity-secret", admin, "Replace the secret", on((*Console).rotateIdentitySecret), act("site.identity-secret.change")),
		row("GET", "/api-keys", admin, "API keys", on((*Console).listKeys)),
		row("POST", "/api-keys", admin, "Add an API key", on((*Console).addKey), act("api-key.add")),
		row("DELETE", "/api-keys/{id}", admin, "Remove an API key", on((*Console).removeKey), act("api-key.remove")),
		row("GET", "/replies", agent, "Canned replies", on((*Console).listReplies)),
		row("PUT", "/replies", admin, "Replace the canned replies", on((*Console).setReplies), act("replies.change")),
		row("GET", "/reasons", agent, "Reasons that a session is closed with", on((*Console).listReasons)),
		row("PUT", "/reasons", admin, "Replace the reasons", on((*Console).setReasons), act("reasons.change")),
		row("GET", "/audit", admin, "Who did what", on((*Console).listAudit), needs(hasAudit)),

		row("GET", "/visitors", agent, "Visitors who are here now", on((*Console).visitors)),
		row("GET", "/visitors/stream", agent, "Visitors who are here, at once and after each change", on((*Console).visitorsStream), media("text/event-stream")),
		row("POST", "/joins", agent, "Take a seat in a room", on((*Console).join), personOnly),
		row("GET", "/desk/stream", agent, "One's desk, at once and after each change; whoever has it open is there", on((*Console).deskStream), personOnly, needs(hasQueue), media("text/event-stream")),
		row("POST", "/desk/status", agent, "Be available or away", on((*Console).setStatus), personOnly, needs(hasQueue)),
		row("POST", "/desk/accept", agent, "Take a waiting visitor", on((*Console).accept), personOnly, needs(hasQueue)),
		row("POST", "/desk/decline", agent, "Let an offer pass", on((*Console).decline), personOnly, needs(hasQueue)),
		row("POST", "/rooms/{room}/hand-over", agent, "Hand a visitor over to a colleague or a team", on((*Console).handOver), personOnly, needs(hasQueue)),
		row("GET", "/colleagues", agent, "To whom a visitor could be handed over", on((*Console).colleagues), personOnly, needs(hasQueue)),
		row("GET", "/board", manager, "Who waits, who helps, and every room", on((*Console).board), needs(hasQueue)),
		row("POST", "/identify", agent, "Say who a visitor is", on((*Console).identifyVisitor)),

		row("GET", "/sessions", agent, "Sessions: an agent's own, a manager's all", on((*Console).listSessions), needs(hasHistory)),
		row("GET", "/sessions/{id}", agent, "A session", on((*Console).session), needs(hasHistory), act("session.view")),
		row("GET", "/sessions/{id}/messages", agent, "What was written in a session", on((*Console).sessionMessages), needs(hasHistory), act("session.messages.view")),
		row("PUT", "/sessions/{id}/wrap-up", agent, "Close a session with a reason and a note", on((*Console).wrapUp), needs(hasHistory)),
		row("GET", "/reports", manager, "Wait, handling time and ratings", on((*Console).report), needs(hasHistory)),
		row("GET", "/reports.csv", manager, "The same as a table", on((*Console).reportCSV), needs(hasHistory), media("text/csv"), act("report.export")),
		row("GET", "/persons", admin, "What is kept of a visitor", on((*Console).findPerson), needs(hasHistory), act("person.find")),
		row("GET", "/persons/export", admin, "All that is kept of a visitor, as a file", on((*Console).exportPerson), needs(hasHistory), media("application/octet-stream"), act("person.export")),
		row("POST", "/persons/erase", admin, "Forget a visitor", on((*Console).erasePerson), needs(hasHistory), act("person.erase")),
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

func hasQueue(c *Console) bool   { return c.queue != nil }
func hasHistory(c *Console) bool { return c.history != nil }
func hasAudit(c *Console) bool   { return c.auditLog != nil }
func hasSeen(c *Console) bool    { return c.seen != nil }

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

// handlers are huma's, by method and path; dispatch is in front of them.
type handlers map[string]http.HandlerFunc

func (h handlers) HandleFunc(pattern string, handle func(http.ResponseWriter, *http.Request)) {
	h[pattern] = handle
}

func (h handlers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	http.NotFound(w, r) // dispatch asks for one handler at a time
}

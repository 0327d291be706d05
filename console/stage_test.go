package console

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"alongside/accounts"
	"alongside/history"
	"alongside/privacy"
)

// stage is a bench on which the first tenant has one of everything.
type stage struct {
	*bench
	admin, manager, agent *http.Client
	stranger              *http.Client // the other tenant's admin
	// ids of the first tenant's objects, by the part of a path that comes before them.
	ids  map[string]string
	code string // that the visitor could read out
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{bench: newBench(t, benchOptions{pace: fastPace})}
	s.admin, s.stranger = s.signedIn("here@example.org"), s.signedIn("there@example.org")
	s.manager, s.agent = s.signedIn("manager@example.org"), s.signedIn("agent@example.org")
	tenant, ctx := s.here.Tenant.ID, t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	person := s.person("agent@example.org")
	team, err := s.service.AddTeam(ctx, tenant, accounts.TeamSettings{
		Name: "Team", Members: []string{person.ID},
		Rules: []accounts.TeamRule{{Sites: []string{s.here.Site.ID}, Paths: []string{"/shop/*"}, Languages: []string{"de"}}},
	})
	check(err)
	invitation, _, _, err := s.service.Invite(ctx, tenant, s.here.Admin.ID, accounts.Invite{Email: "new@example.org", Role: agent})
	check(err)
	key, _, err := s.service.AddAPIKey(ctx, tenant, "Key", agent)
	check(err)
	reasons, err := s.service.SetReasons(ctx, tenant, []accounts.Reason{{Label: "Solved"}})
	check(err)
	signIns, err := s.service.SignIns(ctx, tenant, s.here.Admin.ID, "")
	check(err)
	visit := s.visit(s.here, "Basket")
	asked := time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)
	session := history.Session{
		Tenant: tenant, ID: "session-of-here", Site: s.here.Site.ID, Kind: history.KindHelp, Opened: asked,
		Accepted: asked.Add(20 * time.Second), Ended: asked.Add(10 * time.Minute), Why: "visitor",
		Agents: []string{person.ID}, Handler: person.ID, Messages: 1, Page: "https://here.example/shop", Lang: "de",
		Visitor: "visitor-1", User: "user-1", Name: "Vera", Email: "vera@example.net",
		Fields: map[string]string{"plan": "gold"}, Answers: []history.Answer{{Field: "question", Label: "Frage", Value: "Where?"}},
	}
	_, err = s.history.Opened(ctx, session)
	check(err)
	check(s.history.Append(ctx, tenant, s.here.Site.ID, session.ID, history.Message{
		N: 1, ID: strings.Repeat("a", 32), Role: "visitor", Name: "Vera", Text: "Hello there", At: asked,
	}))
	check(s.history.Ended(ctx, session))
	check(s.consents.Add(ctx, privacy.Consent{
		Tenant: tenant, Site: s.here.Site.ID, Room: session.ID, What: "view", Act: "grant", Person: person.ID,
		Text: "view-1", Language: "de", Time: asked,
	}))
	s.code = visit.Code
	s.ids = map[string]string{
		"people": person.ID, "teams": team.ID, "invitations": invitation.ID, "api-keys": key.ID, "sites": s.here.Site.ID,
		"sign-ins": signIns[0].ID, "rooms": visit.Room, "sessions": session.ID, "reasons": reasons[0].ID,
	}
	return s
}

// examples are bodies that every route takes, by Route.key; PEOPLE, say, stands for the ID of that person.
var examples = map[string]string{
	"POST /sign-in":                    `{"email":"agent@example.org","password":"wrong password","code":"123456"}`,
	"POST /setup/check":                `{"token":"x"}`,
	"POST /setup":                      `{"token":"x","tenantName":"T","adminName":"A","adminEmail":"a@example.org","adminPassword":"` + password + `","siteName":"S","origins":["https://a.example"]}`,
	"POST /invitations/look":           `{"token":"x"}`,
	"POST /invitations/accept":         `{"token":"x","name":"N","password":"` + password + `"}`,
	"POST /password-reset":             `{"email":"nobody@example.org","language":"de"}`,
	"POST /password-reset/accept":      `{"token":"x","password":"` + password + `"}`,
	"PATCH /me":                        `{"name":"New","capacity":4}`,
	"POST /me/password":                `{"old":"wrong password","new":"` + password + `"}`,
	"POST /me/second-factor/confirm":   `{"code":"123456"}`,
	"POST /me/second-factor/remove":    `{"password":"wrong password"}`,
	"PATCH /people/{id}":               `{"name":"New","role":"manager","capacity":4}`,
	"POST /invitations":                `{"email":"other@example.org","role":"agent","teams":["TEAMS"],"language":"de"}`,
	"POST /teams":                      `{"name":"Other","members":["PEOPLE"],"rules":[{"sites":["SITES"],"paths":["/a/*"],"languages":["de"]}]}`,
	"PUT /teams/{id}":                  `{"name":"Other","members":["PEOPLE"],"rules":[{"sites":["SITES"],"paths":["/a/*"],"languages":["de"]}]}`,
	"POST /sites":                      `{"name":"Other","origins":["https://other.example"]}`,
	"PATCH /sites/{id}":                `{"name":"Other","origins":["https://other.example"]}`,
	"PUT /sites/{id}/policy":           `{"version":1,"mode":"inputs","selectors":[{"css":".a","rule":"mask","paths":["/a"]}],"url":{"domain":true,"path":true,"query":false,"hash":false},"foreignUnmask":false,"closedRoots":false,"canvas":true,"images":true}`,
	"PUT /sites/{id}/collection":       `{"version":1,"basis":"interest","visitors":"help","returningId":false,"doNotTrack":false,"consentMode":false,"consentEvent":"agreed","allow":["/a"],"deny":["/b"],"sensitive":["/c"],"ip":"none","ipAcknowledged":false,"blocked":["192.0.2.0/24"],"minors":false}`,
	"PUT /sites/{id}/help":             `{"version":1,"form":[{"id":"kind","kind":"choice","label":{"en":"Kind"},"required":true,"options":[{"value":"a","label":{"en":"A"}}]}],"hours":{"always":false,"zone":"Europe/Berlin","days":[[{"from":"09:00","to":"17:00"}],[],[],[],[],[],[]],"closed":["2026-12-25"]}}`,
	"PUT /sites/{id}/retention":        `{"sessionDays":30,"chatDays":30,"auditDays":365}`,
	"POST /api-keys":                   `{"name":"Other","role":"agent"}`,
	"PUT /replies":                     `{"items":[{"shortcut":"hello","text":"Hello"}]}`,
	"PUT /reasons":                     `{"items":[{"id":"REASONS","label":"Solved","retired":false}]}`,
	"POST /joins":                      `{"room":"ROOMS"}`,
	"POST /desk/status":                `{"status":"away"}`,
	"POST /desk/accept":                `{"room":"ROOMS"}`,
	"POST /desk/decline":               `{"room":"ROOMS"}`,
	"POST /rooms/{room}/hand-over":     `{"person":"PEOPLE","note":"Please"}`,
	"POST /identify":                   `{"room":"ROOMS","user":{"id":"user-1","fields":{"plan":"gold"}}}`,
	"PUT /sessions/{id}/wrap-up":       `{"reason":"REASONS","note":"Done","ticket":"T-1"}`,
	"POST /persons/erase":              `{"user":"nobody","mode":"delete"}`,
	"POST /me/second-factor":           ``,
	"POST /sign-out":                   ``,
	"POST /people/{id}/reset-link":     ``,
	"POST /sites/{id}/identity-secret": ``,
}

// example is a body that the route takes, about the first tenant's objects.
func (s *stage) example(route Route) string {
	s.t.Helper()
	text, ok := examples[route.Method+" "+strings.TrimPrefix(route.Path, apiBase)]
	if !ok && (route.Method == "POST" || route.Method == "PUT" || route.Method == "PATCH") {
		s.t.Errorf("%s has no example", route.key())
	}
	for kind, id := range s.ids {
		text = strings.ReplaceAll(text, strings.ToUpper(kind), id)
	}
	return text
}

// path is the route's path with the name of an object in it: the first tenant's own, or what id says.
func (s *stage) path(route Route, id string) string {
	s.t.Helper()
	parts := strings.Split(route.Path, "/")
	for i, part := range parts {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		parts[i] = id
		if id == "" {
			parts[i] = s.ids[parts[i-1]]
		}
		if parts[i] == "" {
			s.t.Fatalf("the stage has none of %q for %s", parts[i-1], route.key())
		}
	}
	return strings.Join(parts, "/")
}

// ask calls a route in a way that ends, streams too.
func (s *stage) ask(browser *http.Client, route Route, id, body string, headers ...string) answer {
	s.t.Helper()
	method := route.Method
	if route.Media == "text/event-stream" {
		method = http.MethodHead
	}
	return s.call(browser, method, s.path(route, id), body, headers...)
}

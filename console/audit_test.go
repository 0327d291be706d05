package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"alongside/accounts"
	"alongside/privacy"
)

// Every call that the table says is kept is kept, with who did it and to what, once it was answered; and no other.
func TestWhatIsKeptOfCalls(t *testing.T) {
	s := newStage(t)
	for _, route := range Routes() {
		if route.Least == anyone || route.Media == "text/event-stream" || route.Method == "DELETE" || strings.HasPrefix(route.Path, apiBase+"/me") {
			continue // asked for by secrets that the stage does not have, or shown elsewhere
		}
		path, before := s.path(route, ""), len(s.entries())
		if route.Path == apiBase+"/persons" || route.Path == apiBase+"/persons/export" {
			path += "?user=user-1"
		}
		answer := s.call(s.admin, route.Method, path, s.example(route))
		kept := s.entries()[:len(s.entries())-before]
		if answer.status >= 400 || route.Act == "" {
			if len(kept) != 0 {
				t.Errorf("%s, %d: kept %+v", route.key(), answer.status, kept)
			}
			if answer.status >= 400 && route.Act != "" && !strings.Contains(answer.body, "in use already") {
				t.Errorf("%s: %d %s", route.key(), answer.status, answer.body)
			}
			continue
		}
		if len(kept) != 1 || kept[0].Act != route.Act || kept[0].Actor != s.here.Admin.ID || kept[0].ActorName != "Here admin" ||
			kept[0].Object != kindOf(route.Act) {
			t.Errorf("%s: kept %+v", route.key(), kept)
		}
		if strings.Contains(route.Path, "{") && kept[0].ObjectID != s.path(Route{Path: "/" + strings.Split(path, "/")[3] + "/{id}"}, "")[len(strings.Split(path, "/")[3])+2:] {
			t.Errorf("%s: about %q", route.key(), kept[0].ObjectID)
		}
	}
	for _, kind := range []string{"teams", "invitations", "api-keys", "people", "sites"} {
		s.must(s.admin, "DELETE", "/api/v1/"+kind+"/"+s.ids[kind], "", nil)
		if got := s.entries()[0]; !strings.HasSuffix(got.Act, ".remove") || got.ObjectID != s.ids[kind] {
			t.Errorf("%s: kept %+v", kind, got)
		}
	}
}

func TestTheAuditLogIsRead(t *testing.T) {
	s := newStage(t)
	for range 3 {
		s.must(s.agent, "GET", "/api/v1/sessions/"+s.ids["sessions"], "", nil)
	}
	var page struct {
		Items []auditView
		Next  string
	}
	s.must(s.admin, "GET", "/api/v1/audit?act=session.view&actor="+s.ids["people"]+"&limit=2", "", &page)
	if len(page.Items) != 2 || page.Items[0].ObjectID != s.ids["sessions"] || page.Items[0].ActorName != "The agent" || page.Next == "" {
		t.Fatalf("%+v", page)
	}
	s.must(s.admin, "GET", "/api/v1/audit?act=session.view&actor="+s.ids["people"]+"&limit=2&after="+page.Next, "", &page)
	if len(page.Items) != 1 || page.Next != "" {
		t.Errorf("%+v", page)
	}
	for _, email := range []string{"here", "manager", "there"} {
		s.must(s.browser(), "POST", "/api/v1/sign-in", `{"email":"`+email+`@example.org","password":"`+password+`"}`, nil)
	}
	s.must(s.admin, "GET", "/api/v1/audit?object=sign-in&from=2020-01-01", "", &page)
	acts := map[string]int{}
	for _, e := range page.Items {
		acts[e.Act]++
	}
	if acts["sign-in"] != 2 || len(acts) != 1 { // the stranger's is the other tenant's
		t.Errorf("%v", acts)
	}
	s.must(s.admin, "GET", "/api/v1/audit?to=2020-01-01", "", &page)
	if len(page.Items) != 0 {
		t.Errorf("%+v", page)
	}
}

// A failed sign-in is kept for the person it was tried on, without what was typed and without saying who it was.
func TestFailedSignInsAreKept(t *testing.T) {
	s := newStage(t)
	before := len(s.entries())
	s.console.accounts = tellingAccounts{s.service, s.person("agent@example.org")}
	wrong := s.call(s.browser(), "POST", "/api/v1/sign-in", `{"email":"agent@example.org","password":"`+canary+`"}`)
	if wrong.status != http.StatusUnauthorized {
		t.Fatalf("%d %s", wrong.status, wrong.body)
	}
	kept := s.entries()
	if len(kept) != before+1 || kept[0].Act != "sign-in.fail" || kept[0].ObjectID != s.ids["people"] || kept[0].Actor != "" ||
		kept[0].Details["code"] != "credentials" {
		t.Errorf("%+v", kept[0])
	}
	if dump := s.dump(); strings.Contains(dump, canary) {
		t.Error("what was typed is stored")
	}
}

// tellingAccounts says on whom a sign-in failed.
type tellingAccounts struct {
	*accounts.Service
	person accounts.Person
}

func (a tellingAccounts) SignIn(ctx context.Context, request accounts.SignInRequest) (accounts.Person, string, error) {
	person, token, err := a.Service.SignIn(ctx, request)
	if err != nil {
		person = a.person
	}
	return person, token, err
}

// What cannot be written down is not shown.
func TestWhatCannotBeKeptIsNotAnswered(t *testing.T) {
	s := newStage(t)
	s.console.auditLog = brokenAudit{}
	for _, path := range []string{"/sessions/" + s.ids["sessions"], "/persons/export?user=user-1", "/reports.csv"} {
		if answer := s.call(s.admin, "GET", "/api/v1"+path, ""); answer.status != http.StatusInternalServerError || strings.Contains(answer.body, "Vera") {
			t.Errorf("%s: %d %s", path, answer.status, answer.body)
		}
	}
}

type brokenAudit struct{ Audit }

func (brokenAudit) Add(context.Context, privacy.Entry) error { return errors.New("disk full") }

// Everything that changes something for others, shows a session or hands data out stands in the log.
func TestTheTableNamesActs(t *testing.T) {
	without := []string{ // changes nothing that others see, or is no act of a person
		"POST /sign-out", "POST /setup/check", "POST /invitations/look", "POST /password-reset", "PATCH /me",
		"POST /me/second-factor", "POST /joins", "POST /desk/status", "POST /desk/accept", "POST /desk/decline",
		"POST /rooms/{room}/hand-over", "POST /identify", "PUT /sessions/{id}/wrap-up",
	}
	for _, route := range Routes() {
		key := route.Method + " " + strings.TrimPrefix(route.Path, apiBase)
		if route.Method != http.MethodGet && (route.Act == "") != slices.Contains(without, key) {
			t.Errorf("%s is kept as %q", key, route.Act)
		}
	}
}

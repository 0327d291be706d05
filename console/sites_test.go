package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"alongside/privacy"
	"alongside/rooms"
)

func TestSites(t *testing.T) {
	s := newStage(t)
	var site siteView
	s.must(s.admin, "POST", "/api/v1/sites", `{"name":"Blog","origins":["https://Blog.example:443"]}`, &site)
	if site.Name != "Blog" || !slices.Equal(site.Origins, []string{"https://blog.example"}) || site.Collection.Basis != privacy.BasisInterest {
		t.Errorf("%+v", site)
	}
	s.must(s.admin, "PATCH", "/api/v1/sites/"+site.ID, `{"name":"News"}`, &site)
	if site.Name != "News" || len(site.Origins) != 1 {
		t.Errorf("%+v", site)
	}
	var list struct {
		Items []siteView
		Next  string
	}
	s.must(s.agent, "GET", "/api/v1/sites?limit=1", "", &list)
	if len(list.Items) != 1 || list.Next != list.Items[0].ID {
		t.Errorf("first page: %+v", list)
	}
	s.must(s.agent, "GET", "/api/v1/sites?limit=1&after="+list.Next, "", &list)
	if len(list.Items) != 1 || list.Items[0].ID != site.ID || list.Next != "" {
		t.Errorf("second page: %+v", list)
	}
	s.must(s.admin, "DELETE", "/api/v1/sites/"+site.ID, "", nil)
	if answer := s.call(s.admin, "GET", "/api/v1/sites/"+site.ID, ""); answer.status != http.StatusNotFound {
		t.Errorf("removed: %d %s", answer.status, answer.body)
	}
}

// What has a version is changed by whoever saw the newest; a site as it is read can be written back.
func TestSettingsOfASiteGoByVersion(t *testing.T) {
	s := newStage(t)
	path := "/api/v1/sites/" + s.here.Site.ID
	var site map[string]json.RawMessage
	s.must(s.admin, "GET", path, "", &site)
	for _, object := range []string{"policy", "collection", "help"} {
		var changed struct{ Version int }
		s.must(s.admin, "PUT", path+"/"+object, string(site[object]), &changed)
		if changed.Version != 2 {
			t.Errorf("%s is now version %d", object, changed.Version)
		}
		if answer := s.call(s.admin, "PUT", path+"/"+object, string(site[object])); answer.status != http.StatusConflict || answer.problem(t).Code != "conflict" {
			t.Errorf("the old %s: %d %s", object, answer.status, answer.body)
		}
	}
	s.must(s.admin, "PUT", path+"/retention", `{"sessionDays":30,"chatDays":0,"auditDays":90}`, nil)
	var now siteView
	s.must(s.agent, "GET", path, "", &now)
	if now.Retention != (privacy.Retention{SessionDays: 30, ChatDays: 0, AuditDays: 90}) {
		t.Errorf("%+v", now.Retention)
	}
	for object, wrong := range map[string][2]string{
		"policy": {`"mode":"inputs"`, `"mode":"none"`}, "collection": {`"basis":"interest"`, `"basis":"none"`},
		"help": {`"zone":"UTC"`, `"zone":"Mars"`},
	} {
		text := strings.Replace(string(site[object]), wrong[0], wrong[1], 1)
		want := map[string]string{"policy": "mode", "collection": "basis", "help": "hours.zone"}[object]
		if p := s.call(s.admin, "PUT", path+"/"+object, text).problem(t); p.Field != want {
			t.Errorf("%s: %+v", object, p)
		}
	}
}

// A change of the policy reaches rooms that are open.
func TestAPolicyReachesOpenRooms(t *testing.T) {
	s := newStage(t)
	told := &policyRooms{Hub: s.hub}
	s.console.rooms = told
	s.must(s.admin, "PUT", "/api/v1/sites/"+s.here.Site.ID+"/policy", examples["PUT /sites/{id}/policy"], nil)
	var policy privacy.Policy
	if err := json.Unmarshal(told.policy, &policy); err != nil || policy.Version != 2 || told.site != s.here.Site.ID || told.tenant != s.here.Tenant.ID {
		t.Errorf("%v: %+v of %s", err, policy, told.site)
	}
}

type policyRooms struct {
	*rooms.Hub
	tenant, site string
	policy       json.RawMessage
}

func (p *policyRooms) SetPolicy(tenant, site string, policy json.RawMessage) {
	p.tenant, p.site, p.policy = tenant, site, policy
	p.Hub.SetPolicy(tenant, site, policy)
}

// The test visit: the script was fetched, and then a visitor of the site is here.
func TestSeen(t *testing.T) {
	s := newStage(t)
	path := "/api/v1/sites/" + s.here.Site.ID + "/seen"
	if answer := s.call(s.admin, "GET", path, ""); answer.body != `{"loaded":null,"rooms":1}` {
		t.Errorf("before: %s", answer.body)
	}
	*s.seen = seen{key: s.here.Site.Key, origin: "https://here.example", at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	want := `{"loaded":{"at":"2026-11-22T09:00:00Z","origin":"https://here.example"},"rooms":1}`
	if answer := s.call(s.admin, "GET", path, ""); answer.body != want {
		t.Errorf("after: %s", answer.body)
	}
	if answer := s.call(s.stranger, "GET", "/api/v1/sites/"+s.there.Site.ID+"/seen", ""); answer.body != `{"loaded":null,"rooms":0}` {
		t.Errorf("the other tenant's site: %s", answer.body)
	}
}

func TestIdentitySecret(t *testing.T) {
	s := newStage(t)
	path := "/api/v1/sites/" + s.here.Site.ID + "/identity-secret"
	var first, again, rotated secretView
	s.must(s.admin, "GET", path, "", &first)
	s.must(s.admin, "GET", path, "", &again)
	s.must(s.admin, "POST", path, "", &rotated)
	if len(first.Secret) < 32 || first != again || first == rotated {
		t.Errorf("%v %v %v", first, again, rotated)
	}
}

func TestTeamsRepliesAndReasons(t *testing.T) {
	s := newStage(t)
	var team teamView
	s.must(s.admin, "POST", "/api/v1/teams", `{"name":"Night","members":[],"rules":[]}`, &team)
	// As it is read it can be written back.
	text, err := json.Marshal(team)
	if err != nil {
		t.Fatal(err)
	}
	s.must(s.admin, "PUT", "/api/v1/teams/"+team.ID, strings.Replace(string(text), "Night", "Day", 1), &team)
	if team.Name != "Day" || team.Members == nil || team.Rules == nil {
		t.Errorf("%+v", team)
	}
	if p := s.call(s.admin, "POST", "/api/v1/teams", `{"name":"X","members":["nobody"],"rules":[]}`).problem(t); !strings.HasPrefix(p.Field, "members") {
		t.Errorf("%+v", p)
	}
	s.must(s.admin, "DELETE", "/api/v1/teams/"+team.ID, "", nil)

	var replies struct{ Items []replyView }
	s.must(s.admin, "PUT", "/api/v1/replies", `{"items":[{"shortcut":"hi","text":"Hello {name},\n\nhow are you?"}]}`, &replies)
	s.must(s.agent, "GET", "/api/v1/replies", "", &replies)
	if len(replies.Items) != 1 || replies.Items[0].ID == "" || !strings.Contains(replies.Items[0].Text, "\n\n") {
		t.Errorf("%+v", replies)
	}
	var reasons struct{ Items []reasonView }
	s.must(s.admin, "PUT", "/api/v1/reasons", `{"items":[{"label":"Sold","retired":false}]}`, &reasons)
	s.must(s.agent, "GET", "/api/v1/reasons", "", &reasons)
	retired := slices.IndexFunc(reasons.Items, func(r reasonView) bool { return r.ID == s.ids["reasons"] })
	if len(reasons.Items) != 2 || retired < 0 || !reasons.Items[retired].Retired {
		t.Errorf("a reason that is left out is retired: %+v", reasons)
	}
}

// A program without its optional parts answers for them as for what does not exist.
func TestWithoutOptionalParts(t *testing.T) {
	b := newBench(t, benchOptions{bare: true})
	admin := b.signedIn("here@example.org")
	for _, route := range Routes() {
		if route.part == nil {
			continue
		}
		path := strings.NewReplacer("{id}", "x", "{room}", "x").Replace(route.Path)
		if answer := b.call(admin, route.Method, path, "{}"); answer.status != http.StatusNotFound || answer.problem(t).Code != "not-found" {
			t.Errorf("%s: %d %s", route.key(), answer.status, answer.body)
		}
	}
	b.must(admin, "POST", "/api/v1/teams", `{"name":"Works","members":[],"rules":[]}`, nil)
}

// The document says what the API answers, in words of the JSON that it answers.
func TestTheDocument(t *testing.T) {
	b := newBench(t, benchOptions{})
	d := b.document()
	text := b.call(b.browser(), "GET", "/api/v1/openapi.json", "").body
	for _, unwanted := range []string{"$schema", "unpkg", "SkipValidate"} {
		if strings.Contains(text, unwanted) {
			t.Errorf("the document has %q", unwanted)
		}
	}
	ids := map[string]bool{}
	count := 0
	for path, item := range d.Paths {
		for method, op := range item {
			count++
			if ids[op.OperationID] || op.Summary == "" {
				t.Errorf("%s %s: %+v", method, path, op)
			}
			ids[op.OperationID] = true
		}
	}
	if count != len(Routes()) {
		t.Errorf("%d operations for %d routes", count, len(Routes()))
	}
	for _, route := range Routes() {
		op := d.operation(route)
		ok, found := op.Responses["200"]
		if empty, isEmpty := op.Responses["204"]; isEmpty {
			ok, found = empty, true
		}
		if !found || route.Media != "" && ok.Content[route.Media].Schema == nil {
			t.Errorf("%s answers %v", route.key(), op.Responses)
		}
		if fault := op.Responses["default"].Content["application/problem+json"].Schema; fault == nil || fault.Ref != "#/components/schemas/Problem" {
			t.Errorf("%s does not say how it fails: %v", route.key(), op.Responses)
		}
	}
	for name, s := range d.Components.Schemas {
		for _, required := range s.Required {
			if s.Properties[required] == nil {
				t.Errorf("%s requires %s, which it lacks", name, required)
			}
		}
	}
	if b.console.document == nil || fmt.Sprint(d.OpenAPI) != "3.1.0" {
		t.Errorf("version %s", d.OpenAPI)
	}
}

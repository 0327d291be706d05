package console

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"alongside/history"
	"alongside/privacy"
)

func TestSessions(t *testing.T) {
	s := newStage(t)
	id := s.ids["sessions"]
	var page struct {
		Items []SessionRow
		Next  string
	}
	for _, query := range []string{
		"", "?user=user-1", "?visitor=visitor-1", "?q=hello", "?agent=" + s.ids["people"], "?kind=help", "?lang=de",
		"?site=" + s.here.Site.ID, "?path=/shop", "?from=2020-01-01&to=2100-01-01", "?limit=1",
	} {
		s.must(s.manager, "GET", "/api/v1/sessions"+query, "", &page)
		if len(page.Items) != 1 || page.Items[0].ID != id || page.Items[0].Site.Name != "Here shop" ||
			!slices.Equal(page.Items[0].Agents, []nameView{{s.ids["people"], "The agent"}}) {
			t.Errorf("%s: %+v", query, page)
		}
	}
	for _, query := range []string{"?user=nobody", "?kind=message", "?to=2020-01-01", "?open=true", "?minScore=1"} {
		s.must(s.manager, "GET", "/api/v1/sessions"+query, "", &page)
		if len(page.Items) != 0 {
			t.Errorf("%s: %+v", query, page)
		}
	}
	var view sessionView
	s.must(s.agent, "GET", "/api/v1/sessions/"+id, "", &view)
	if view.Name != "Vera" || view.Fields["plan"] != "gold" || view.Answers[0].Value != "Where?" || view.Accepted == nil ||
		len(view.Consents) != 1 || view.Consents[0].Person.Name != "The agent" || view.Consents[0].Act != "grant" {
		t.Errorf("%+v", view)
	}
	messages := s.call(s.agent, "GET", "/api/v1/sessions/"+id+"/messages", "")
	if !strings.Contains(messages.body, `"text":"Hello there"`) || !strings.HasSuffix(messages.body, `"next":""}`) {
		t.Errorf("messages: %s", messages.body)
	}
}

// req 002-16: an agent sees sessions of their own; another's is not there.
func TestAnAgentSeesOwnSessions(t *testing.T) {
	s := newStage(t)
	s.exec("UPDATE people SET role = 'agent' WHERE id = ?", s.person("manager@example.org").ID)
	other := s.manager // now an agent who was not in the session
	if answer := s.call(other, "GET", "/api/v1/sessions", ""); answer.body != `{"items":[],"next":""}` {
		t.Errorf("the list: %s", answer.body)
	}
	for _, call := range [][3]string{
		{"GET", "", ""}, {"GET", "/messages", ""}, {"PUT", "/wrap-up", `{"reason":"` + s.ids["reasons"] + `","note":"x"}`},
	} {
		path := "/api/v1/sessions/ID" + call[1]
		one := s.call(other, call[0], strings.Replace(path, "ID", s.ids["sessions"], 1), call[2])
		none := s.call(other, call[0], strings.Replace(path, "ID", "unknown", 1), call[2])
		if one.status != http.StatusNotFound || one.body != none.body {
			t.Errorf("%s: %d %s, unknown: %d %s", path, one.status, one.body, none.status, none.body)
		}
	}
}

// What was left for the team is every agent's until one has answered it.
func TestLeftMessagesAreEverybodysUntilAnswered(t *testing.T) {
	s := newStage(t)
	s.exec("UPDATE people SET role = 'agent' WHERE id = ?", s.person("manager@example.org").ID)
	other := s.manager
	left := history.Session{
		Tenant: s.person("agent@example.org").Tenant, ID: "left-1", Site: s.here.Site.ID, Kind: history.KindMessage,
		Opened: time.Now(), Name: "Vera", Email: "vera@example.net", Text: "Please call back.",
	}
	if _, err := s.history.Opened(t.Context(), left); err != nil {
		t.Fatal(err)
	}
	waiting := func(who *http.Client) (ids []string) {
		var page struct{ Items []struct{ ID string } }
		s.must(who, "GET", "/api/v1/sessions?kind=message&open=true", "", &page)
		for _, item := range page.Items {
			ids = append(ids, item.ID)
		}
		return ids
	}
	if ids := waiting(other); len(ids) != 1 || ids[0] != "left-1" {
		t.Fatalf("an agent finds %v", ids)
	}
	s.must(s.agent, "PUT", "/api/v1/sessions/left-1/wrap-up", `{"reason":"`+s.ids["reasons"]+`"}`, nil)
	if ids := waiting(other); len(ids) != 0 {
		t.Errorf("after it was answered an agent still finds %v", ids)
	}
	if answer := s.call(other, "GET", "/api/v1/sessions/left-1", ""); answer.status != http.StatusNotFound {
		t.Errorf("another's answered message: %d", answer.status)
	}
	s.must(s.agent, "GET", "/api/v1/sessions/left-1", "", nil)
}

func TestWrapUpAndReport(t *testing.T) {
	s := newStage(t)
	path := "/api/v1/sessions/" + s.ids["sessions"]
	if p := s.call(s.agent, "PUT", path+"/wrap-up", `{"reason":"unknown"}`).problem(t); p.Field != "reason" {
		t.Errorf("%+v", p)
	}
	s.must(s.agent, "PUT", path+"/wrap-up", `{"reason":"`+s.ids["reasons"]+`","note":"Line one\nline two","ticket":"T-1"}`, nil)
	var view sessionView
	s.must(s.agent, "GET", path, "", &view)
	if w := view.WrapUp; w == nil || w.Reason != s.ids["reasons"] || w.Ticket != "T-1" || w.By.Name != "The agent" {
		t.Errorf("%+v", view.WrapUp)
	}
	var report struct {
		Rows  []struct{ Key string }
		Total struct {
			Sessions, Accepted int
			WaitMedian         float64
			Reasons            map[string]int
		}
	}
	s.must(s.manager, "GET", "/api/v1/reports?by=agent&from=2020-01-01T00:00:00Z", "", &report)
	if len(report.Rows) != 1 || report.Rows[0].Key != s.ids["people"] || report.Total.WaitMedian != 20 || report.Total.Reasons[s.ids["reasons"]] != 1 {
		t.Errorf("%+v", report)
	}
	answer := s.call(s.manager, "GET", "/api/v1/reports.csv?by=agent", "")
	rows, err := csv.NewReader(strings.NewReader(answer.body)).ReadAll()
	if err != nil || len(rows) != 3 || rows[1][0] != "The agent" || rows[0][len(rows[0])-1] != "reason: Solved" {
		t.Errorf("%v: %s", err, answer.body)
	}
	if got := answer.header.Get("Content-Type") + answer.header.Get("Content-Disposition"); got != `text/csv; charset=utf-8attachment; filename="report.csv"` {
		t.Errorf("sent as %s", got)
	}
}

// req 002-18, 002-20, 002-23, 001-36: what is kept of a person is found, handed out and forgotten, by any name of the person.
func TestPersonsRights(t *testing.T) {
	s := newStage(t)
	for _, who := range []string{"user=user-1", "visitor=visitor-1", "email=vera@example.net"} {
		var found personSessions
		s.must(s.admin, "GET", "/api/v1/persons?"+who, "", &found)
		if found.Count != 1 || len(found.Sessions) != 1 || found.Sessions[0].Name != "Vera" {
			t.Errorf("%s: %+v", who, found)
		}
	}
	for query, field := range map[string]string{"": "user", "?user=a&email=b": "email"} {
		if p := s.call(s.admin, "GET", "/api/v1/persons"+query, "").problem(t); p.Field != field {
			t.Errorf("%s: %+v", query, p)
		}
	}
	export := s.call(s.admin, "GET", "/api/v1/persons/export?user=user-1", "")
	var access struct {
		Sessions []struct{ Chat []struct{ Text string } }
	}
	if err := json.Unmarshal([]byte(export.body), &access); err != nil || access.Sessions[0].Chat[0].Text != "Hello there" {
		t.Errorf("%v: %s", err, export.body)
	}
	if table := s.call(s.admin, "GET", "/api/v1/persons/export?user=user-1&format=csv", ""); !strings.Contains(table.body, "Hello there") ||
		table.header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("%v %s", table.header, table.body)
	}
	var erased erasedView
	s.must(s.admin, "POST", "/api/v1/persons/erase", `{"user":"user-1","mode":"delete"}`, &erased)
	if erased != (erasedView{1, 1}) {
		t.Errorf("%+v", erased)
	}
	if answer := s.call(s.admin, "GET", "/api/v1/sessions/"+s.ids["sessions"], ""); answer.status != http.StatusNotFound {
		t.Errorf("erased: %d %s", answer.status, answer.body)
	}
	if left, err := s.consents.List(t.Context(), s.here.Tenant.ID, s.ids["sessions"]); err != nil || len(left) != 0 {
		t.Errorf("consents are left: %v, %v", left, err)
	}
	// The log knows that it was done, and not to whom.
	entries := s.entries()
	if got := entries[0]; got.Act != "person.erase" || got.Details["sessions"] != "1" || got.Details["by"] != "user" {
		t.Errorf("%+v", got)
	}
	for _, e := range entries {
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"user-1", "visitor-1", "vera@", "Vera", "Hello", "Where?", "gold"} {
			if strings.Contains(string(text), secret) {
				t.Errorf("the audit log has %q: %s", secret, text)
			}
		}
	}
}

// entries are the first tenant's, newest first.
func (s *stage) entries() []privacy.Entry {
	s.t.Helper()
	entries, err := s.audit.List(s.t.Context(), s.here.Tenant.ID, privacy.AuditFilter{}, 0, 500)
	if err != nil {
		s.t.Fatal(err)
	}
	return entries
}

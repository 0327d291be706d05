package console

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"alongside/accounts"
)

var update = flag.Bool("update", false, "write testdata anew")

var rolesAscending = []accounts.Role{agent, manager, admin}

// Every route, for everybody: nobody, each role, an API key of each role, and the other tenant's admin who names an object
// of the first tenant's. What was found is kept in testdata/routes.txt, for people to read.
//
// req 002-16, 003-16
func TestRoutesByRole(t *testing.T) {
	s := newStage(t)
	browsers := map[accounts.Role]*http.Client{agent: s.agent, manager: s.manager, admin: s.admin}
	keys := map[accounts.Role]string{}
	for _, role := range rolesAscending {
		_, secret, err := s.service.AddAPIKey(t.Context(), s.here.Tenant.ID, "A "+string(role), role)
		if err != nil {
			t.Fatal(err)
		}
		keys[role] = secret
	}
	unknown := strings.Repeat("u", len(s.ids["people"]))
	var table strings.Builder
	line := func(method, path string, cells ...string) {
		text := fmt.Sprintf("%-8s%-36s", method, path)
		for _, cell := range cells {
			text += fmt.Sprintf("%-9s", cell)
		}
		table.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	line("", "", "", "", "", "", "key of", "key of", "key of", "other")
	line("", "route", "nobody", "agent", "manager", "admin", "agent", "manager", "admin", "tenant", "audit")
	for _, route := range Routes() {
		row := []string{expect(t, route, "nobody", s.ask(s.browser(), route, unknown, "{}"), route.Least == anyone, "sign-in")}
		for _, role := range rolesAscending {
			if route.Path == apiBase+"/sign-out" {
				row = append(row, "yes") // it would end the sign-in of the tests that follow
				continue
			}
			given := s.ask(browsers[role], route, unknown, "{}")
			row = append(row, expect(t, route, string(role), given, route.Least == anyone || role.Includes(route.Least), "role"))
		}
		for _, role := range rolesAscending {
			given := s.ask(s.browser(), route, unknown, "{}", "Authorization", "Bearer "+keys[role])
			switch may := route.Least == anyone || role.Includes(route.Least); {
			case may && route.PersonOnly:
				row = append(row, expect(t, route, "key of "+string(role), given, false, "person"))
			default:
				row = append(row, expect(t, route, "key of "+string(role), given, may, "role"))
			}
		}
		row = append(row, s.foreign(route, unknown), route.Act)
		line(route.Method, strings.TrimPrefix(route.Path, apiBase), row...)
	}
	same(t, "testdata/routes.txt", table.String())
}

// expect reads from an answer whether the caller got through to the handler, and if not why.
func expect(t *testing.T, route Route, who string, given answer, may bool, refusal string) string {
	t.Helper()
	got := "yes"
	for status, codes := range map[int][]string{
		http.StatusUnauthorized: {"sign-in"}, http.StatusForbidden: {"role", "person", "cross-site"},
	} {
		// A HEAD for a stream has no body to read the code from.
		head := given.body == "" && given.status == status
		for _, code := range codes {
			if given.status == status && (head || strings.Contains(given.body, `"code":"`+code+`"`)) {
				got = fmt.Sprint(status)
				if !may && !head && code != refusal {
					t.Errorf("%s for %s: refused as %s, not as %s", route.key(), who, code, refusal)
				}
			}
		}
	}
	if (got == "yes") != may {
		t.Errorf("%s for %s: %d %s", route.key(), who, given.status, given.body)
	}
	if given.status >= 500 {
		t.Errorf("%s for %s: %d %s", route.key(), who, given.status, given.body)
	}
	return got
}

// foreign calls the route as the other tenant's admin with each name of one of the first tenant's objects in path and body,
// and with a name of nothing instead. Both must be answered alike; "-" says that the route names nothing.
func (s *stage) foreign(route Route, unknown string) string {
	s.t.Helper()
	if route.Least == anyone {
		return "-" // it is asked for by a secret, not by a name
	}
	body := s.example(route)
	result, before := "-", s.dump()
	defer func() {
		if after := s.dump(); after != before {
			s.t.Errorf("%s by a stranger changed something: %s", route.key(), difference(before, after))
		}
	}()
	compare := func(what string, one, other answer) {
		result = fmt.Sprint(one.status)
		if one.status != other.status || one.body != other.body || !equalHeaders(comparable(one.header), comparable(other.header)) {
			s.t.Errorf("%s, foreign %s: %d %s\nunknown: %d %s", route.key(), what, one.status, one.body, other.status, other.body)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(s.ids)) {
		if id := s.ids[kind]; strings.Contains(body, id) {
			// Where the path names an object too, it is one of the stranger's own, so that the body decides.
			own := map[string]string{"sites": s.there.Site.ID}[strings.Split(route.Path, "/")[3]]
			if own == "" {
				own = unknown
			}
			other := strings.ReplaceAll(body, id, unknown)
			compare(kind, s.ask(s.stranger, route, own, body), s.ask(s.stranger, route, own, other))
		}
	}
	if strings.Contains(route.Path, "{") {
		one, other := s.ask(s.stranger, route, "", body), s.ask(s.stranger, route, unknown, body)
		compare("path", one, other)
		if one.status != http.StatusNotFound {
			s.t.Errorf("%s of another tenant: %d %s", route.key(), one.status, one.body)
		}
	}
	return result
}

func comparable(header http.Header) http.Header {
	header = header.Clone()
	header.Del("Date")
	return header
}

// req 003-16: a filter by another tenant's object finds what a filter by nothing finds.
func TestFiltersKeepToTheTenant(t *testing.T) {
	s := newStage(t)
	for _, query := range []string{
		"/sessions?site=SITES", "/sessions?agent=PEOPLE", "/sessions?team=TEAMS", "/sessions?reason=REASONS",
		"/sessions?user=USER", "/sessions?visitor=VISITOR", "/sessions?q=Vera", "/sessions", "/reports?site=SITES",
		"/reports?by=agent", "/reports.csv?by=site", "/persons?user=USER", "/persons?email=EMAIL", "/persons/export?user=USER",
		"/audit?actor=PEOPLE", "/audit?object=site", "/board", "/visitors", "/people?after=PEOPLE",
	} {
		foreign := strings.NewReplacer("USER", "user-1", "VISITOR", "visitor-1", "EMAIL", "vera@example.net").Replace(query)
		unknown := strings.NewReplacer("USER", "nobody", "VISITOR", "nobody", "EMAIL", "nobody@example.net").Replace(query)
		for kind, id := range s.ids {
			foreign = strings.ReplaceAll(foreign, strings.ToUpper(kind), id)
			unknown = strings.ReplaceAll(unknown, strings.ToUpper(kind), "nothing")
		}
		one, other := s.call(s.stranger, "GET", apiBase+foreign, ""), s.call(s.stranger, "GET", apiBase+unknown, "")
		if one.status != other.status || strings.HasPrefix(query, "/audit?object") == false && one.body != other.body {
			t.Errorf("%s: %d %s\nunknown: %d %s", query, one.status, one.body, other.status, other.body)
		}
		for _, secret := range []string{"Vera", "user-1", s.ids["sessions"], s.ids["rooms"], s.here.Site.ID, "Here"} {
			if strings.Contains(one.body, secret) {
				t.Errorf("%s tells a stranger %q: %s", query, secret, one.body)
			}
		}
	}
}

// same holds a file of testdata to what was found.
func same(t *testing.T, name, found string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(found), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != found {
		t.Errorf("%s is not what was found; look at the difference, then go test ./console -run %s -update", name, t.Name())
	}
}

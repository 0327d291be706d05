package console

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// canary stands in what must never be logged.
const canary = "canary-4f1c9a"

// notUTF8 marks in a Go string where a byte that is not UTF-8 is put into the request.
const notUTF8 = "NOT-UTF-8"

// document is the part of an OpenAPI document that says what a request may hold.
type document struct {
	OpenAPI    string
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]*schema }
}

type operation struct {
	OperationID string
	Summary     string
	Parameters  []struct {
		Name, In string
		Schema   *schema
	}
	RequestBody *struct {
		Content map[string]struct{ Schema *schema }
	}
	Responses map[string]struct {
		Content map[string]struct{ Schema *schema }
	}
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       any    // a text, or a list with "null" in it
	Properties map[string]*schema
	Items      *schema
	Required   []string
	Enum       []any
	ReadOnly   bool
	MaxLength  int
}

// document reads the API's as a client does.
func (b *bench) document() *document {
	b.t.Helper()
	var d document
	b.must(b.browser(), "GET", "/api/v1/openapi.json", "", &d)
	return &d
}

func (d *document) operation(route Route) operation {
	return d.Paths[route.Path][strings.ToLower(route.Method)]
}

// field is one place in a request's body.
type field struct {
	path     []any // names and numbers
	schema   *schema
	required bool
}

func (f field) String() string {
	var text strings.Builder
	for _, part := range f.path {
		if at, ok := part.(int); ok {
			fmt.Fprintf(&text, "[%d]", at)
		} else {
			fmt.Fprintf(&text, ".%s", part)
		}
	}
	return strings.TrimPrefix(text.String(), ".")
}

// fields are all that a body may have, the first entry of each list included.
func fields(d *document, s *schema, at field) []field {
	for s.Ref != "" {
		s = d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	}
	at.schema = s
	var all []field
	if len(at.path) > 0 {
		all = append(all, at)
	}
	below := func(part any, s *schema, required bool) {
		all = append(all, fields(d, s, field{path: append(slices.Clone(at.path), part), required: required})...)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if property := s.Properties[name]; !property.ReadOnly {
			below(name, property, slices.Contains(s.Required, name))
		}
	}
	if s.Items != nil {
		below(0, s.Items, false)
	}
	return all
}

// with returns a copy of a JSON value with another value at the path; drop leaves the field out instead.
func with(root any, path []any, value any, drop bool) any {
	if len(path) == 0 {
		return value
	}
	switch part := path[0].(type) {
	case string:
		object, _ := root.(map[string]any)
		object = maps.Clone(object)
		if object == nil {
			object = map[string]any{}
		}
		if drop && len(path) == 1 {
			delete(object, part)
		} else {
			object[part] = with(object[part], path[1:], value, drop)
		}
		return object
	case int:
		list, _ := root.([]any)
		list = slices.Clone(list)
		if len(list) <= part {
			list = append(list, nil)
		}
		list[part] = with(list[part], path[1:], value, drop)
		return list
	}
	panic("a path has names and numbers")
}

// wrongs are values that a field of the schema must refuse, by what is wrong with them.
func wrongs(s *schema) map[string]any {
	wrong := map[string]any{"null": nil, "a number for a text": 17, "an operator object": map[string]any{"$gt": canary}}
	switch s.Type {
	case "string":
		wrong["too long"] = strings.Repeat(canary, 1000)
		wrong["a control character"] = canary + "\x00"
		wrong["an escape"] = canary + "\x1b[31m"
		wrong["not UTF-8"] = canary + notUTF8
		wrong["a list"] = []any{canary}
	case "integer", "number":
		delete(wrong, "a number for a text")
		wrong["a text"] = canary
		wrong["a fraction"] = 1.5
		wrong["a text that is a number"] = "17"
	case "boolean":
		wrong["a text"] = "true"
	case "array":
		wrong["a text"] = canary
		wrong["an object"] = map[string]any{"0": canary}
		wrong["a list of nulls"] = []any{nil}
	case "object":
		wrong["a text"] = canary
		wrong["a list"] = []any{}
	}
	return wrong
}

// Every field of every body, as the document lists them, refuses what it must: the answer names it, nothing changes, and
// nothing of it is logged.
func TestBadBodies(t *testing.T) {
	s := newStage(t)
	d := s.document()
	tried := 0
	for _, route := range Routes() {
		op := d.operation(route)
		if op.OperationID == "" {
			t.Fatalf("the document lacks %s", route.key())
		}
		if op.RequestBody == nil {
			continue
		}
		var good any
		if err := json.Unmarshal([]byte(s.example(route)), &good); err != nil {
			t.Errorf("%s: %v", route.key(), err)
			continue
		}
		before := s.dump()
		try := func(f field, what string, body any) {
			t.Helper()
			tried++
			text, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			answer := s.ask(s.admin, route, "", strings.ReplaceAll(string(text), notUTF8, "\xff"))
			p := answer.problem(t)
			if answer.status != http.StatusBadRequest || p.Code != "field" || !strings.HasPrefix(p.Field, f.String()) {
				t.Errorf("%s, %s is %s: %d %.300s", route.key(), f, what, answer.status, answer.body)
			}
		}
		for _, f := range fields(d, op.RequestBody.Content["application/json"].Schema, field{}) {
			for what, wrong := range wrongs(f.schema) {
				try(f, what, with(good, f.path, wrong, false))
			}
			if f.required {
				try(f, "missing", with(good, f.path, nil, true))
			}
			if last, ok := f.path[len(f.path)-1].(string); ok {
				unknown := slices.Clone(f.path)
				unknown[len(unknown)-1] = "$" + last
				try(field{path: unknown}, "not known", with(good, unknown, canary, false))
			}
		}
		for what, text := range map[string]string{
			"nothing": "", "no JSON": "{", "two objects": "{}{}", "a list": "[]", "null": "null", "a text": `"` + canary + `"`,
			"a name that is not UTF-8": "{\"\xff\":1}", "deep": strings.Repeat(`{"a":`, 20000) + "1" + strings.Repeat("}", 20000),
			"a control character": "{\"" + canary + "\x01\":1}",
		} {
			answer := s.ask(s.admin, route, "", text)
			if p := answer.problem(t); answer.status != http.StatusBadRequest || p.Code != "json" {
				t.Errorf("%s with %s: %d %.300s", route.key(), what, answer.status, answer.body)
			}
		}
		if after := s.dump(); after != before {
			t.Errorf("%s changed something by a bad body: %s", route.key(), difference(before, after))
		}
	}
	if tried < 800 {
		t.Errorf("only %d bad bodies were tried", tried)
	}
	if text := s.logged.String(); text != "" {
		t.Errorf("bad requests were logged: %.1000s", text)
	}
}

// Every parameter of every address, as the document lists them.
func TestBadParameters(t *testing.T) {
	s := newStage(t)
	d := s.document()
	before := s.dump()
	for _, route := range Routes() {
		op := d.operation(route)
		body := s.example(route)
		ask := func(query string) answer {
			t.Helper()
			method := route.Method
			if route.Media == "text/event-stream" {
				return answer{} // takes no parameters, and would not end
			}
			return s.call(s.admin, method, s.path(route, "")+"?"+query, body)
		}
		refused := func(name, query string) {
			t.Helper()
			answer := ask(query)
			p := answer.problem(t)
			if answer.status != http.StatusBadRequest || p.Code != "field" || p.Field != name {
				t.Errorf("%s?%.80s: %d %.300s", route.key(), query, answer.status, answer.body)
			}
		}
		for _, parameter := range op.Parameters {
			name := parameter.Name
			if parameter.In == "path" {
				for _, bad := range []string{"%00", "a%1bb", "%ff", strings.Repeat("x", 300)} {
					path := strings.Replace(s.path(route, canary), canary, bad, 1)
					answer := s.call(s.admin, route.Method, path, body)
					if want := s.ask(s.admin, route, "unknown", body); answer.status != http.StatusNotFound || answer.body != want.body {
						t.Errorf("%s with the name %.20s: %d %s", route.key(), bad, answer.status, answer.body)
					}
				}
				continue
			}
			refused(name, name+"="+canary+"%00")
			refused(name, name+"="+canary+"%1b")
			refused(name, name+"="+canary+"%ff")
			refused(name, name+"="+strings.Repeat("9", 2000))
			refused(name+"[$gt]", url.QueryEscape(name+"[$gt]")+"="+canary)
			refused(name, name+"=1&"+name+"=2")
			switch {
			case parameter.Schema.Type != "string" || len(parameter.Schema.Enum) > 0:
				refused(name, name+"="+canary)
			case name == "from" || name == "to" || name == "zone":
				refused(name, name+"="+canary)
				refused(name, name+"=2026-13-45")
			}
		}
		if route.Media != "text/event-stream" && len(op.Parameters) == 0 && route.Method == http.MethodGet {
			refused(canary, canary+"=1")
			if answer := ask("a=%zz"); answer.status != http.StatusBadRequest || answer.problem(t).Code != "query" {
				t.Errorf("%s?a=%%zz: %d %s", route.key(), answer.status, answer.body)
			}
		}
	}
	if after := s.dump(); after != before {
		t.Errorf("a bad parameter changed something: %s", difference(before, after))
	}
	if text := s.logged.String(); text != "" {
		t.Errorf("bad requests were logged: %.1000s", text)
	}
}

// The examples are good: what the tests above find wrong is what they put in.
func TestGoodBodies(t *testing.T) {
	s := newStage(t)
	for _, route := range Routes() {
		text := s.example(route)
		if text == "" || strings.Contains(route.Path, "/me/password") {
			continue
		}
		answer := s.ask(s.admin, route, "", text)
		if answer.status >= 500 || answer.status == http.StatusBadRequest && !strings.Contains(answer.body, "is in use already") &&
			!slices.Contains(semantic, answer.problem(t).Field) {
			t.Errorf("%s: %d %s", route.key(), answer.status, answer.body)
		}
	}
}

// semantic are fields of the examples that are well formed and still wrong: a code or password that is not the right one.
var semantic = []string{"code", "old", "password"}

// dump is all that the store holds, but for times of last use.
func (b *bench) dump() string {
	b.t.Helper()
	var text strings.Builder
	tables, err := b.db.Reader.QueryContext(b.t.Context(), "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
	if err != nil {
		b.t.Fatal(err)
	}
	defer tables.Close()
	for tables.Next() {
		var name string
		if err := tables.Scan(&name); err != nil {
			b.t.Fatal(err)
		}
		b.dumpTable(&text, name)
	}
	if err := tables.Err(); err != nil {
		b.t.Fatal(err)
	}
	return text.String()
}

func (b *bench) dumpTable(text *strings.Builder, name string) {
	b.t.Helper()
	rows, err := b.db.Reader.QueryContext(b.t.Context(), "SELECT * FROM "+strconv.Quote(name))
	if err != nil {
		b.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		b.t.Fatal(err)
	}
	for rows.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			b.t.Fatal(err)
		}
		for i, column := range columns {
			if column != "last_used" {
				fmt.Fprintf(text, "%s.%s=%v ", name, column, values[i])
			}
		}
		text.WriteString("\n")
	}
	if err := rows.Err(); err != nil {
		b.t.Fatal(err)
	}
}

// difference are the lines of only one of two dumps.
func difference(before, after string) string {
	one, other := strings.Split(before, "\n"), strings.Split(after, "\n")
	var text strings.Builder
	for _, line := range one {
		if !slices.Contains(other, line) {
			text.WriteString("\n- " + line)
		}
	}
	for _, line := range other {
		if !slices.Contains(one, line) {
			text.WriteString("\n+ " + line)
		}
	}
	return text.String()
}

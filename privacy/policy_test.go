package privacy

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestTheDefaultMasks(t *testing.T) {
	policy := Default()
	if err := policy.Validate(); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(policy)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"version":1,"mode":"inputs","selectors":[],"url":{"domain":true,"path":true,"query":false,"hash":false},` +
		`"foreignUnmask":false,"closedRoots":false,"canvas":true,"images":true}`
	if string(data) != want {
		t.Errorf("as the widget reads it:\n%s\nwant\n%s", data, want)
	}
}

func TestAPolicyComesBackAsItWent(t *testing.T) {
	policy := Policy{
		Version: 7, Mode: ModeStrict,
		Selectors: []Selector{
			{CSS: `.name, [data-x="é"] > a:not(:hover)`, Rule: RuleMask, Paths: []string{"/checkout*", "/"}},
			{CSS: "#card", Rule: RuleIgnore},
		},
		URL: URLParts{Query: true}, ForeignUnmask: true, ClosedRoots: true,
	}
	data, err := json.Marshal(policy)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(data)
	if err != nil || !reflect.DeepEqual(got, policy) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, policy)
	}
}

func TestMissingFieldsTakeTheDefault(t *testing.T) {
	for _, text := range []string{`{}`, `{"version":1}`, `{"selectors":null}`, `{"url":{"domain":true}}`} {
		got, err := Parse([]byte(text))
		if err != nil || !reflect.DeepEqual(got, Default()) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

func TestAWrongFieldIsNamed(t *testing.T) {
	selector := func(css string) string {
		data, err := json.Marshal(css)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf(`{"selectors":[{"css":".ok","rule":"mask"},{"css":%s,"rule":"mask"}]}`, data)
	}
	path := func(path string) string {
		data, err := json.Marshal(path)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf(`{"selectors":[{"css":".ok","rule":"mask","paths":["/ok",%s]}]}`, data)
	}
	many := func(n int, item string) string { return strings.Join(slices.Repeat([]string{item}, n), ",") }
	cases := []struct{ text, field string }{
		{`{"version":0}`, "version"},
		{`{"version":-3}`, "version"},
		{`{"version":"1"}`, "version"},
		{`{"mode":"off"}`, "mode"},
		{`{"mode":""}`, "mode"},
		{`{"mode":{"$ne":"inputs"}}`, "mode"},
		{`{"canvas":"yes"}`, "canvas"},
		{`{"url":{"query":1}}`, "url.query"},
		{`{"maskAll":true}`, "maskAll"},
		{`{"selectors":[{"css":"a","rule":"mask","path":["/x"]}]}`, "path"},
		{`{"selectors":[` + many(MaxSelectors+1, `{"css":"a","rule":"mask"}`) + `]}`, "selectors"},
		{`{"selectors":[{"css":"a","rule":"blur"}]}`, "selectors[0].rule"},
		{`{"selectors":[{"css":"a"}]}`, "selectors[0].rule"},
		{`{"selectors":[{"rule":"mask"}]}`, "selectors[0].css"},
		{`{"selectors":[{"css":"a","rule":"mask","paths":[` + many(MaxPathsPerSelector+1, `"/"`) + `]}]}`, "selectors[0].paths"},
		{selector(""), "selectors[1].css"},
		{selector(" \t"), "selectors[1].css"},
		{selector("a { display: none }"), "selectors[1].css"},
		{selector("a}"), "selectors[1].css"},
		{selector("a\nb"), "selectors[1].css"},
		{selector("a\x00b"), "selectors[1].css"},
		{selector("a\u0085b"), "selectors[1].css"},
		{selector(strings.Repeat("x", MaxSelectorBytes+1)), "selectors[1].css"},
		{selector(strings.Repeat("é", MaxSelectorBytes/2+1)), "selectors[1].css"},
		{path(""), "selectors[0].paths[1]"},
		{path("checkout"), "selectors[0].paths[1]"},
		{path("https://x/"), "selectors[0].paths[1]"},
		{path("/a?b"), "selectors[0].paths[1]"},
		{path("/a#b"), "selectors[0].paths[1]"},
		{path("/a\x7f"), "selectors[0].paths[1]"},
		{path("/" + strings.Repeat("x", MaxPathBytes)), "selectors[0].paths[1]"},
	}
	for _, c := range cases {
		_, err := Parse([]byte(c.text))
		var field *FieldError
		if !errors.As(err, &field) || field.Field != c.field || field.Problem == "" {
			t.Errorf("%.100s: %v, want an error about %s", c.text, err, c.field)
		}
	}
	for _, good := range []string{selector(strings.Repeat("x", MaxSelectorBytes)), path("/*/edit*")} {
		if _, err := Parse([]byte(good)); err != nil {
			t.Errorf("%.100s: %v", good, err)
		}
	}
}

func TestWhatIsNoPolicyIsRefused(t *testing.T) {
	for _, text := range []string{"", "nul", "[]", `"strict"`, `{"mode":"strict"`, `{} {}`, `{}x`} {
		if policy, err := Parse([]byte(text)); err == nil {
			t.Errorf("%q was taken as %+v", text, policy)
		}
	}
}

func TestNextIsOneLater(t *testing.T) {
	policy := Default()
	if next := policy.Next(41); next.Version != 42 || policy.Version != 1 {
		t.Errorf("next %d, itself %d", next.Version, policy.Version)
	}
}

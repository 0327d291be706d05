package accounts

import (
	"encoding/json"
	"strings"
	"testing"
)

func topicForm() Help {
	return Help{Version: 1, Hours: DefaultHelp().Hours, Form: []Question{
		{ID: "name", Kind: QuestionName, Label: map[string]string{"en": "Name"}},
		{ID: "topic", Kind: QuestionChoice, Required: true, Label: map[string]string{"en": "Topic", "de": "Thema", "pt-BR": "Tema"}, Options: []Option{
			{Value: "bill", Label: map[string]string{"en": "Billing", "de": "Rechnung"}},
			{Value: "other", Label: map[string]string{"fr": "Autre"}},
		}},
		{ID: "mail", Kind: QuestionEmail, Label: map[string]string{"en": "E-mail"}},
		{ID: "order", Kind: QuestionText, Label: map[string]string{"en": "Order"}},
		{ID: "more", Kind: QuestionLong, Label: map[string]string{"en": "More"}},
	}}
}

func TestTheDefaultFormSpeaksEveryLanguage(t *testing.T) {
	help := DefaultHelp()
	ok(t, help.Validate())
	if open, _ := help.Hours.Open(epoch); !open {
		t.Error("a new site is closed")
	}
	labels := map[string]bool{}
	for _, lang := range []string{"en", "es", "de", "fr", "ar"} {
		for _, field := range help.FormIn(lang) {
			labels[field.Label] = true
		}
	}
	same(t, len(labels), 10)
	text, err := json.Marshal(help)
	ok(t, err)
	if strings.Contains(string(text), "null") {
		t.Errorf("the JSON has nulls: %s", text)
	}
	same(t, help.FormIn("de-CH"), []FormField{
		{ID: "name", Kind: QuestionName, Label: "Ihr Name"},
		{ID: "question", Kind: QuestionQuestion, Label: "Wobei können wir helfen?"},
	})
}

func TestAFormIsGivenInTheNearestLanguage(t *testing.T) {
	cases := map[string][2]string{ // topic and its first option
		"de":      {"Thema", "Rechnung"},
		"DE-at":   {"Thema", "Rechnung"},
		"pt-BR":   {"Tema", "Billing"},
		"pt":      {"Tema", "Billing"},
		"pt-PT":   {"Tema", "Billing"},
		"fr":      {"Topic", "Billing"},
		"":        {"Topic", "Billing"},
		"*&^":     {"Topic", "Billing"},
		"english": {"Topic", "Billing"},
	}
	for lang, want := range cases {
		form := topicForm().FormIn(lang)
		if form[1].Label != want[0] || form[1].Options[0].Label != want[1] || form[1].Options[1].Label != "Autre" {
			t.Errorf("%q: %+v", lang, form[1])
		}
	}
}

func TestAnswers(t *testing.T) {
	help := topicForm()
	answers, err := help.CheckAnswers("de", map[string]string{
		"more": " two\r\nlines\t\r ", "topic": "bill", "mail": " Ann@Example.org ", "order": "", "name": " Zoë ",
	})
	ok(t, err)
	same(t, answers, []Answer{
		{"name", "Name", "Zoë"}, {"topic", "Thema", "bill"}, {"mail", "E-mail", "ann@example.org"}, {"more", "More", "two\nlines"},
	})
	answers, err = help.CheckAnswers("en", map[string]string{"topic": "other"})
	ok(t, err)
	same(t, answers, []Answer{{"topic", "Topic", "other"}})
	answers, err = (Help{}).CheckAnswers("en", nil)
	ok(t, err)
	same(t, answers, []Answer{})

	cases := []struct {
		answers map[string]string
		field   string
	}{
		{nil, "answers.topic"},
		{map[string]string{"topic": "  "}, "answers.topic"},
		{map[string]string{"topic": "Billing"}, "answers.topic"},
		{map[string]string{"topic": `{"$gt":""}`}, "answers.topic"},
		{map[string]string{"topic": "bill", "mail": "ann"}, "answers.mail"},
		{map[string]string{"topic": "bill", "name": "a\x00b"}, "answers.name"},
		{map[string]string{"topic": "bill", "name": "a\nb"}, "answers.name"},
		{map[string]string{"topic": "bill", "name": strings.Repeat("x", MaxName+1)}, "answers.name"},
		{map[string]string{"topic": "bill", "order": "\xff"}, "answers.order"},
		{map[string]string{"topic": "bill", "order": strings.Repeat("張", MaxShortAnswer+1)}, "answers.order"},
		{map[string]string{"topic": "bill", "more": strings.Repeat("x", MaxLongAnswer+1)}, "answers.more"},
		{map[string]string{"topic": "bill", "more": "a\x1b[2J"}, "answers.more"},
		{map[string]string{"topic": "bill", "evil\n<script>": "x"}, "answers"},
	}
	for _, c := range cases {
		got, err := help.CheckAnswers("en", c.answers)
		field(t, err, c.field)
		if got != nil {
			t.Errorf("%q: %v", c.answers, got)
		}
	}
}

func TestFormsThatAreNone(t *testing.T) {
	ok(t, topicForm().Validate())
	ok(t, Help{Version: 1, Hours: Hours{Zone: "UTC"}}.Validate())
	option := func(value string) Option { return Option{Value: value, Label: map[string]string{"en": "X"}} }
	cases := []struct {
		field string
		spoil func(*Help)
	}{
		{"version", func(h *Help) { h.Version = 0 }},
		{"form", func(h *Help) { h.Form = make([]Question, MaxQuestions+1) }},
		{"form[0].id", func(h *Help) { h.Form[0].ID = "a b" }},
		{"form[0].id", func(h *Help) { h.Form[0].ID = "" }},
		{"form[0].id", func(h *Help) { h.Form[0].ID = strings.Repeat("x", 41) }},
		{"form[2].id", func(h *Help) { h.Form[2].ID = "name" }},
		{"form[3].kind", func(h *Help) { h.Form[3].Kind = QuestionEmail }},
		{"form[3].kind", func(h *Help) { h.Form[3].Kind = "password" }},
		{"form[3].kind", func(h *Help) { h.Form[3].Kind = "" }},
		{"form[0].label", func(h *Help) { h.Form[0].Label = nil }},
		{"form[0].label", func(h *Help) { h.Form[0].Label = map[string]string{"en\x00": "Name"} }},
		{"form[0].label.en", func(h *Help) { h.Form[0].Label = map[string]string{"en": " "} }},
		{"form[0].label.en", func(h *Help) { h.Form[0].Label = map[string]string{"en": "a\x07"} }},
		{"form[0].label.en", func(h *Help) { h.Form[0].Label = map[string]string{"en": strings.Repeat("x", MaxLabel+1)} }},
		{"form[0].options", func(h *Help) { h.Form[0].Options = []Option{option("a")} }},
		{"form[1].options", func(h *Help) { h.Form[1].Options = nil }},
		{"form[1].options", func(h *Help) { h.Form[1].Options = make([]Option, MaxOptions+1) }},
		{"form[1].options[0].value", func(h *Help) { h.Form[1].Options[0].Value = " bill" }},
		{"form[1].options[0].value", func(h *Help) { h.Form[1].Options[0].Value = "" }},
		{"form[1].options[1].value", func(h *Help) { h.Form[1].Options[1].Value = "bill" }},
		{"form[1].options[1].label", func(h *Help) { h.Form[1].Options[1].Label = nil }},
		{"hours.zone", func(h *Help) { h.Hours.Zone = "" }},
	}
	for _, c := range cases {
		h := topicForm()
		c.spoil(&h)
		field(t, h.Validate(), c.field)
	}
}

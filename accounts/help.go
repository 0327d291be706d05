package accounts

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Help is what a visitor of a site meets who asks for help: a form and office hours.
type Help struct {
	Version int        `json:"version"` // grows by one with each change
	Form    []Question `json:"form"`
	Hours   Hours      `json:"hours"`
}

// QuestionKind says how a question is answered.
type QuestionKind string

const (
	QuestionName     QuestionKind = "name"     // the visitor's name; at most one of the form
	QuestionQuestion QuestionKind = "question" // what the visitor wants to know, several lines; at most one
	QuestionText     QuestionKind = "text"     // one line
	QuestionLong     QuestionKind = "long"     // several lines
	QuestionChoice   QuestionKind = "choice"   // one of Options
	QuestionEmail    QuestionKind = "email"    // at most one
)

// questionKinds says what each kind takes. Lengths are in characters.
var questionKinds = map[QuestionKind]struct {
	max   int  // of an answer
	lines bool // may have several
	once  bool // at most one of the form
}{
	QuestionName:     {max: MaxName, once: true},
	QuestionQuestion: {max: MaxLongAnswer, lines: true, once: true},
	QuestionText:     {max: MaxShortAnswer},
	QuestionLong:     {max: MaxLongAnswer, lines: true},
	QuestionChoice:   {max: MaxOptionValue},
	QuestionEmail:    {max: MaxEmail, once: true},
}

// Limits of a form and its answers. Lengths are in characters.
const (
	MaxQuestions      = 20
	MaxOptions        = 50
	MaxOptionValue    = 100
	MaxLabel          = 200
	MaxLabelLanguages = 30
	MaxShortAnswer    = 200
	MaxLongAnswer     = 2000
)

// Question is one field of the form. Texts are by language (BCP 47).
type Question struct {
	ID       string            `json:"id"` // unique in the form
	Kind     QuestionKind      `json:"kind"`
	Label    map[string]string `json:"label"`
	Required bool              `json:"required"`
	Options  []Option          `json:"options"`
}

// Option is one answer to a choice.
type Option struct {
	Value string            `json:"value"` // what is stored; unique in the question
	Label map[string]string `json:"label"`
}

// FormField is a Question in one language, as a visitor's page gets it.
type FormField struct {
	ID       string        `json:"id"`
	Kind     QuestionKind  `json:"kind"`
	Label    string        `json:"label"`
	Required bool          `json:"required"`
	Options  []FieldOption `json:"options,omitempty"`
}

// FieldOption is an Option in one language.
type FieldOption struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Answer is what a visitor answered.
type Answer struct {
	Field string `json:"field"` // ID of the question
	Label string `json:"label"` // as the visitor read it
	Value string `json:"value"`
}

// DefaultHelp is the form of a new site: name and question, both optional, day and night.
func DefaultHelp() Help {
	return Help{
		Version: 1,
		Form: []Question{
			{ID: "name", Kind: QuestionName, Options: []Option{}, Label: map[string]string{
				"en": "Your name", "es": "Su nombre", "de": "Ihr Name", "fr": "Votre nom", "ar": "اسمك",
			}},
			{ID: "question", Kind: QuestionQuestion, Options: []Option{}, Label: map[string]string{
				"en": "How can we help?", "es": "¿En qué podemos ayudarle?", "de": "Wobei können wir helfen?",
				"fr": "Comment pouvons-nous vous aider ?", "ar": "كيف يمكننا مساعدتك؟",
			}},
		},
		Hours: Hours{Always: true, Zone: "UTC", Closed: []string{}}.withoutNulls(),
	}
}

// Next is h as the version after current.
func (h Help) Next(current int) Help {
	h.Version = current + 1
	return h
}

// withoutNulls returns h with empty lists for those that are nil, so that its JSON has no null.
func (h Help) withoutNulls() Help {
	h.Form = append([]Question{}, h.Form...)
	for i := range h.Form {
		h.Form[i].Options = append([]Option{}, h.Form[i].Options...)
	}
	h.Hours = h.Hours.withoutNulls()
	return h
}

func (h Hours) withoutNulls() Hours {
	for day := range h.Days {
		h.Days[day] = append([]Span{}, h.Days[day]...)
	}
	h.Closed = append([]string{}, h.Closed...)
	return h
}

// questionID is what names a question in forms and errors.
var questionID = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,39}$`)

// Validate returns a *FieldError for the first field that is wrong, named as in the JSON: "form[2].options[0].value".
func (h Help) Validate() error {
	if h.Version < 1 {
		return &FieldError{"version", "must be 1 or more"}
	}
	if len(h.Form) > MaxQuestions {
		return &FieldError{"form", fmt.Sprintf("has more than %d entries", MaxQuestions)}
	}
	ids, once := map[string]bool{}, map[QuestionKind]bool{}
	for i, question := range h.Form {
		field := fmt.Sprintf("form[%d]", i)
		if err := question.validate(field); err != nil {
			return err
		}
		if ids[question.ID] {
			return &FieldError{field + ".id", "is another question's too"}
		}
		if once[question.Kind] && questionKinds[question.Kind].once {
			return &FieldError{field + ".kind", "may stand in the form only once"}
		}
		ids[question.ID], once[question.Kind] = true, true
	}
	return h.Hours.validate("hours.")
}

func (q Question) validate(field string) error {
	if !questionID.MatchString(q.ID) {
		return &FieldError{field + ".id", "must be a letter and up to 39 letters, digits, _ or -"}
	}
	if _, known := questionKinds[q.Kind]; !known {
		return &FieldError{field + ".kind", "must be name, question, text, long, choice or email"}
	}
	if err := checkLabels(field+".label", q.Label); err != nil {
		return err
	}
	switch {
	case q.Kind != QuestionChoice && len(q.Options) > 0:
		return &FieldError{field + ".options", "are for choices only"}
	case q.Kind == QuestionChoice && len(q.Options) == 0:
		return &FieldError{field + ".options", "is empty"}
	case len(q.Options) > MaxOptions:
		return &FieldError{field + ".options", fmt.Sprintf("has more than %d entries", MaxOptions)}
	}
	values := map[string]bool{}
	for i, option := range q.Options {
		field := fmt.Sprintf("%s.options[%d]", field, i)
		value, err := cleanText(field+".value", option.Value, MaxOptionValue)
		switch {
		case err != nil:
			return err
		case value == "" || value != option.Value:
			return &FieldError{field + ".value", "is empty or has spaces around it"}
		case values[value]:
			return &FieldError{field + ".value", "is another option's too"}
		}
		values[value] = true
		if err := checkLabels(field+".label", option.Label); err != nil {
			return err
		}
	}
	return nil
}

// checkLabels wants a text in one language at least. Languages are looked at in order, so that the answer is always the same.
func checkLabels(field string, labels map[string]string) error {
	if len(labels) == 0 {
		return &FieldError{field, "is empty"}
	}
	if len(labels) > MaxLabelLanguages {
		return &FieldError{field, fmt.Sprintf("has more than %d languages", MaxLabelLanguages)}
	}
	for _, language := range slices.Sorted(maps.Keys(labels)) {
		if !languageTag.MatchString(language) {
			return &FieldError{field, "has a language that is none such as en or pt-BR"}
		}
		text, err := cleanText(field+"."+language, labels[language], MaxLabel)
		if err != nil {
			return err
		}
		if text == "" {
			return &FieldError{field + "." + language, "is empty"}
		}
	}
	return nil
}

// FormIn returns the form in the language, each text that lacks it in the nearest there is.
func (h Help) FormIn(lang string) []FormField {
	fields := make([]FormField, 0, len(h.Form))
	for _, question := range h.Form {
		field := FormField{ID: question.ID, Kind: question.Kind, Label: textIn(lang, question.Label), Required: question.Required}
		for _, option := range question.Options {
			field.Options = append(field.Options, FieldOption{option.Value, textIn(lang, option.Label)})
		}
		fields = append(fields, field)
	}
	return fields
}

// textIn chooses the text in lang, else in a language of the same family, else in English, else the first by name.
func textIn[T any](lang string, texts map[string]T) (text T) {
	family := func(tag string) string { return strings.ToLower(strings.SplitN(tag, "-", 2)[0]) }
	tests := []func(tag string) bool{
		func(tag string) bool { return strings.EqualFold(tag, lang) },
		func(tag string) bool { return strings.EqualFold(tag, family(lang)) },
		func(tag string) bool { return family(tag) == family(lang) },
		func(tag string) bool { return strings.EqualFold(tag, "en") },
		func(string) bool { return true },
	}
	tags := slices.Sorted(maps.Keys(texts))
	for _, matches := range tests {
		if i := slices.IndexFunc(tags, matches); i >= 0 {
			return texts[tags[i]]
		}
	}
	return text
}

// CheckAnswers checks answers, by ID of the question, and returns those given in the order of the form, with its labels in
// the language. What is wrong is a *FieldError of the field "answers.ID".
func (h Help) CheckAnswers(lang string, answers map[string]string) ([]Answer, error) {
	checked := make([]Answer, 0, len(h.Form))
	known := 0
	for _, question := range h.Form {
		text, given := answers[question.ID]
		if given {
			known++
		}
		field := "answers." + question.ID
		value, err := question.clean(field, text)
		if err != nil {
			return nil, err
		}
		if value == "" {
			if question.Required {
				return nil, &FieldError{field, "is empty"}
			}
			continue
		}
		checked = append(checked, Answer{Field: question.ID, Label: textIn(lang, question.Label), Value: value})
	}
	if known < len(answers) {
		return nil, &FieldError{"answers", "has an entry that the form does not ask for"}
	}
	return checked, nil
}

// clean returns an answer as it is kept; an empty one is no answer.
func (q Question) clean(field, text string) (string, error) {
	kind := questionKinds[q.Kind]
	clean := cleanText
	if kind.lines {
		clean = cleanLines
	}
	value, err := clean(field, text, kind.max)
	if err != nil || value == "" {
		return "", err
	}
	switch q.Kind {
	case QuestionEmail:
		return cleanEmail(field, value)
	case QuestionChoice:
		if !slices.ContainsFunc(q.Options, func(o Option) bool { return o.Value == value }) {
			return "", &FieldError{field, "is none of the options"}
		}
	}
	return value, nil
}

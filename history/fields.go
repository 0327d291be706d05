package history

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what people type, in characters.
const (
	MaxNote    = 4000
	MaxTicket  = 200
	MaxComment = 1000
	MaxQuery   = 200
	MaxWords   = 10   // of a query
	MaxMessage = 8000 // text of a chat message, or of one left
	maxShort   = 200  // what else is a line: names, IDs, answers' labels
	maxPath    = 500
	maxURL     = 2000
	maxValue   = 4000 // an answer
)

// checkLine refuses what does not fit one line of at most most characters. Empty is allowed.
func checkLine(field, text string, most int) error {
	return check(field, text, most, unicode.IsControl)
}

// checkText allows line breaks and tabs too.
func checkText(field, text string, most int) error {
	return check(field, text, most, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' })
}

func check(field, text string, most int, refused func(rune) bool) error {
	switch {
	case !utf8.ValidString(text):
		return &FieldError{field, "is not UTF-8"}
	case utf8.RuneCountInString(text) > most:
		return &FieldError{field, fmt.Sprintf("is longer than %d characters", most)}
	case strings.ContainsFunc(text, refused):
		return &FieldError{field, "contains a control character"}
	}
	return nil
}

// line makes fit what no person typed into a form of ours, such as a page's title: a session is not refused for it.
func line(text string, most int) string {
	return cut(text, most, unicode.IsControl)
}

// text is line for what may have several lines.
func text(text string, most int) string {
	return cut(text, most, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' })
}

func cut(text string, most int, dropped func(rune) bool) string {
	text = strings.Map(func(r rune) rune {
		if dropped(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most])
	}
	return text
}

// fit brings every field into its limits.
func (s *Session) fit() {
	for _, f := range []struct {
		field *string
		most  int
	}{
		{&s.Team, maxShort}, {&s.Why, maxShort}, {&s.Handler, maxShort}, {&s.Lang, maxShort}, {&s.Browser, maxShort}, {&s.OS, maxShort},
		{&s.Device, maxShort}, {&s.Page, maxURL}, {&s.Title, maxShort}, {&s.Address, maxShort}, {&s.Visitor, maxShort},
		{&s.User, maxShort}, {&s.Name, maxShort}, {&s.Email, maxShort + 54},
	} {
		*f.field = line(*f.field, f.most)
	}
	s.Text = text(s.Text, MaxMessage)
	answers := make([]Answer, 0, len(s.Answers))
	for _, a := range s.Answers {
		answers = append(answers, Answer{line(a.Field, maxShort), line(a.Label, maxShort), text(a.Value, maxValue)})
	}
	s.Answers = answers
	fields := make(map[string]string, len(s.Fields))
	for name, value := range s.Fields {
		fields[line(name, maxShort)] = line(value, maxShort)
	}
	s.Fields = fields
}

// checkName refuses what cannot name a session, site or tenant; such a session could not be found again.
func checkName(field, name string) error {
	if name == "" {
		return &FieldError{field, "is missing"}
	}
	return checkLine(field, name, maxShort)
}

func (s *Session) check() error {
	for _, name := range []struct{ field, value string }{{"tenant", s.Tenant}, {"id", s.ID}, {"site", s.Site}} {
		if err := checkName(name.field, name.value); err != nil {
			return err
		}
	}
	if s.Kind != KindHelp && s.Kind != KindMessage {
		return &FieldError{"kind", "must be help or message"}
	}
	if s.Opened.IsZero() {
		return &FieldError{"opened", "is missing"}
	}
	return nil
}

// pathOf is the part of a page's URL that is kept in clear.
func pathOf(page string) string {
	parsed, err := url.Parse(page)
	if err != nil {
		return ""
	}
	return line(parsed.Path, maxPath)
}

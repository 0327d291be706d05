package relay

import (
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"alongside/wire"
)

// Longest texts of a request, in characters.
const (
	maxPage    = 2048 // URL, title
	maxToken   = 2048
	maxEmail   = 254 // RFC 5321 §4.5.3.1.3
	maxMessage = 4000
	maxComment = 1000
)

var language = regexp.MustCompile(`^[A-Za-z0-9-]{0,35}$`) // BCP 47: RFC 5646 §4.4.1

// need is a check of what one call cannot do without.
type need func(b *request) error

func tabNeeded(b *request) error {
	if !wire.IsID(b.Tab) {
		return invalid("tab", "a tab is named by 32 hex digits")
	}
	return nil
}

func resumeNeeded(b *request) error { return wanted("resume", b.Resume, maxToken) }

func receiptNeeded(b *request) error { return wanted("receipt", b.Receipt, maxToken) }

func tokenNeeded(b *request) error { return wanted("token", b.Token, maxToken) }

func textNeeded(b *request) error {
	if strings.TrimSpace(b.Text) == "" {
		return invalid("text", "a message is needed")
	}
	return lines("text", b.Text, maxMessage)
}

func emailNeeded(b *request) error {
	if err := wanted("email", b.Email, maxEmail); err != nil {
		return err
	}
	if a, err := mail.ParseAddress(b.Email); err != nil || a.Address != b.Email {
		return invalid("email", "this is not an e-mail address")
	}
	return nil
}

func scoreNeeded(b *request) error {
	if b.Score < 1 || b.Score > 5 {
		return invalid("score", "a score is 1 to 5")
	}
	return lines("comment", b.Comment, maxComment)
}

func userNeeded(b *request) error {
	if b.User == nil {
		return invalid("user", "a user is needed")
	}
	return nil
}

// check finds the first field that cannot be, and takes control characters out of the page's own title.
func (b *request) check(needs []need) error {
	switch {
	case b.wrongType != nil:
		return b.wrongType
	case !language.MatchString(b.Lang):
		return invalid("lang", "a language tag has at most 35 letters, digits and hyphens")
	case b.Visitor != "" && !wire.IsID(b.Visitor):
		return invalid("visitor", "a visitor is named by 32 hex digits")
	case utf8.RuneCountInString(b.Page.Title) > maxPage:
		return invalid("page.title", "the title is too long")
	}
	if err := line("page.url", b.Page.URL, maxPage); err != nil {
		return err
	}
	b.Page.Title = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, b.Page.Title)
	for _, need := range needs {
		if err := need(b); err != nil {
			return err
		}
	}
	return nil
}

func wanted(field, text string, characters int) error {
	if text == "" {
		return invalid(field, "this is needed")
	}
	return line(field, text, characters)
}

// line refuses a text that is too long or has control characters.
func line(field, text string, characters int) error {
	return clean(field, text, characters, unicode.IsControl)
}

// lines is line for texts of several lines.
func lines(field, text string, characters int) error {
	return clean(field, text, characters, func(c rune) bool {
		return unicode.IsControl(c) && c != '\n' && c != '\r' && c != '\t'
	})
}

func clean(field, text string, characters int, bad func(rune) bool) error {
	switch {
	case utf8.RuneCountInString(text) > characters:
		return invalid(field, fmt.Sprintf("at most %d characters are allowed", characters))
	case strings.ContainsFunc(text, bad):
		return invalid(field, "control characters are not allowed")
	}
	return nil
}

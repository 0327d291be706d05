package accounts

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what people type. Lengths are in characters.
const (
	MinPassword       = 10
	MaxPassword       = 256
	MaxName           = 100
	MaxEmail          = 254 // RFC 5321 §4.5.3.1.3, less the angle brackets
	MaxOriginsPerSite = 50
)

// languageTag is what a language tag looks like (BCP 47, without its extensions).
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

// cleanName trims a name and refuses one that is empty, too long or would not print.
func cleanName(field, name string) (string, error) {
	name, err := cleanText(field, name, MaxName)
	if err == nil && name == "" {
		err = &FieldError{field, "is empty"}
	}
	return name, err
}

// cleanText trims a text of one line and refuses one that is too long or would not print.
func cleanText(field, text string, max int) (string, error) {
	return clean(field, text, max, unicode.IsControl)
}

// cleanLines is cleanText for several lines, which it ends with a line feed alone.
func cleanLines(field, text string, max int) (string, error) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	return clean(field, text, max, func(char rune) bool { return unicode.IsControl(char) && char != '\n' && char != '\t' })
}

func clean(field, text string, max int, refuse func(rune) bool) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case !utf8.ValidString(text):
		return "", &FieldError{field, "is not UTF-8"}
	case utf8.RuneCountInString(text) > max:
		return "", &FieldError{field, fmt.Sprintf("is longer than %d characters", max)}
	case strings.ContainsFunc(text, refuse):
		return "", &FieldError{field, "contains a control character"}
	}
	return text, nil
}

// normalEmail is the form in which e-mail addresses are compared and stored.
func normalEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func cleanEmail(field, email string) (string, error) {
	email = normalEmail(email)
	if email == "" {
		return "", &FieldError{field, "is empty"}
	}
	if len(email) > MaxEmail {
		return "", &FieldError{field, fmt.Sprintf("is longer than %d characters", MaxEmail)}
	}
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || !utf8.ValidString(email) || strings.ContainsFunc(email, unicode.IsControl) {
		return "", &FieldError{field, "is not an e-mail address"}
	}
	return email, nil
}

func checkPassword(field, password string) error {
	switch length := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return &FieldError{field, "is not UTF-8"}
	case length < MinPassword:
		return &FieldError{field, fmt.Sprintf("is shorter than %d characters", MinPassword)}
	case length > MaxPassword:
		return &FieldError{field, fmt.Sprintf("is longer than %d characters", MaxPassword)}
	}
	return nil
}

func checkRole(field string, role Role) error {
	if !role.Includes(RoleAgent) {
		return &FieldError{field, "must be agent, manager or admin"}
	}
	return nil
}

// ParseOrigin returns an origin as browsers write it (RFC 6454 §6.2): lower case, the scheme's own port left out. It
// refuses whatever no browser would send, so that a comparison of strings suffices.
func ParseOrigin(text string) (string, error) {
	bad := func(problem string) (string, error) { return "", &FieldError{"origin", problem} }
	origin, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return bad("is not an address like https://www.example.org")
	}
	scheme, host, port := strings.ToLower(origin.Scheme), strings.ToLower(origin.Hostname()), origin.Port()
	if scheme != "http" && scheme != "https" {
		return bad("must begin with https:// or http://")
	}
	if origin.Path != "" || origin.RawQuery != "" || origin.ForceQuery || origin.Fragment != "" || strings.HasSuffix(text, "#") {
		return bad("must end after the host and port")
	}
	if origin.User != nil || host == "" || strings.HasSuffix(origin.Host, ":") {
		return bad("is not an address like https://www.example.org")
	}
	if !plainHost(host) {
		return bad("must name one host in ASCII (an international name as xn--…), without a wildcard")
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || (scheme == "https" && port == "443") || (scheme == "http" && port == "80") {
		return scheme + "://" + host, nil
	}
	if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 || port[0] == '0' {
		return bad("has an impossible port")
	}
	return scheme + "://" + host + ":" + port, nil
}

func plainHost(host string) bool {
	for _, char := range host {
		letter := 'a' <= char && char <= 'z'
		digit := '0' <= char && char <= '9'
		if !letter && !digit && !strings.ContainsRune("-._:", char) {
			return false
		}
	}
	return true
}

// cleanOrigins returns the origins as browsers write them, without repetitions.
func cleanOrigins(field string, origins []string) ([]string, error) {
	if len(origins) == 0 {
		return nil, &FieldError{field, "is empty"}
	}
	if len(origins) > MaxOriginsPerSite {
		return nil, &FieldError{field, fmt.Sprintf("has more than %d entries", MaxOriginsPerSite)}
	}
	clean := make([]string, 0, len(origins))
	seen := map[string]bool{}
	for i, text := range origins {
		origin, err := ParseOrigin(text)
		if err != nil {
			return nil, &FieldError{fmt.Sprintf("%s[%d]", field, i), err.(*FieldError).Problem}
		}
		if !seen[origin] {
			seen[origin] = true
			clean = append(clean, origin)
		}
	}
	return clean, nil
}

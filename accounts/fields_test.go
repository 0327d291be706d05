package accounts

import (
	"strings"
	"testing"
)

func TestPasswords(t *testing.T) {
	cases := map[string]bool{
		strings.Repeat("x", MinPassword):     true,
		strings.Repeat("x", MinPassword-1):   false,
		strings.Repeat("張", MinPassword):     true, // characters, not bytes
		strings.Repeat("張", MinPassword-1):   false,
		strings.Repeat("é", MaxPassword):     true,
		strings.Repeat("é", MaxPassword+1):   false,
		"ten or more \xff bytes":             false,
		"  spaces count, at the ends too   ": true,
	}
	for password, good := range cases {
		if err := checkPassword("password", password); (err == nil) != good {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func TestEmails(t *testing.T) {
	good := map[string]string{"Ann@Example.ORG": "ann@example.org", " a+b@x.example ": "a+b@x.example", "o'neil@x.example": "o'neil@x.example"}
	for email, want := range good {
		if got, err := cleanEmail("email", email); err != nil || got != want {
			t.Errorf("%q: %q, %v", email, got, err)
		}
	}
	bad := []string{"", "ann", "ann@", "@example.org", "Ann <ann@example.org>", "a@b, c@d", "a b@c", "a@b\nc", "a\x00@b", strings.Repeat("a", 250) + "@x.org"}
	for _, email := range bad {
		if got, err := cleanEmail("email", email); err == nil {
			t.Errorf("%q was taken as %q", email, got)
		}
	}
}

func TestOrigins(t *testing.T) {
	good := map[string]string{
		"https://shop.example":       "https://shop.example",
		"HTTPS://Shop.Example":       "https://shop.example",
		" https://shop.example ":     "https://shop.example",
		"https://shop.example:443":   "https://shop.example",
		"http://shop.example:80":     "http://shop.example",
		"https://shop.example:8443":  "https://shop.example:8443",
		"http://127.0.0.1:8080":      "http://127.0.0.1:8080",
		"http://localhost":           "http://localhost",
		"http://[::1]:8080":          "http://[::1]:8080",
		"https://xn--mller-kva.test": "https://xn--mller-kva.test",
	}
	for text, want := range good {
		if got, err := ParseOrigin(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	bad := []string{
		"", "*", "null", "shop.example", "//shop.example", "https://", "https://shop.example/", "https://shop.example/path",
		"https://shop.example?", "https://shop.example?q", "https://shop.example#", "https://shop.example#x",
		"https://ann@shop.example", "https://ann:x@shop.example", "https://*.example", "https://müller.test", "ftp://shop.example",
		"javascript:alert(1)", "file:///x", "https://shop.example:", "https://shop.example:0", "https://shop.example:99999",
		"https://shop.example:080", "https://a b.example", "https://shop.\nexample", "https://shop.example\x00", "https://a,b.example",
		"https://shop.example https://evil.example",
	}
	for _, text := range bad {
		if got, err := ParseOrigin(text); err == nil {
			t.Errorf("%q was taken as %q", text, got)
		}
	}
	if site := (Site{Origins: []string{"https://shop.example"}}); !site.Allows("https://shop.example") ||
		site.Allows("http://shop.example") || site.Allows("https://shop.example.evil") || site.Allows("") || site.Allows("null") {
		t.Error("origins are not compared exactly")
	}
}

package main

import (
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The example of several servers is not started by tests, which have no container engine; nodes_test.go starts the same
// processes. What can be held here is that every setting it gives exists and is understood, and that no store is public.
func TestTheExampleOfSeveralServersGivesSettingsThatExist(t *testing.T) {
	text, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	filled := strings.NewReplacer(
		"${ALONGSIDE_DOMAIN:?set it in .env}", "help.example.com", "${REDIS_PASSWORD:?set it in .env}", "secret",
		"${MONGO_PASSWORD:?set it in .env}", "secret",
	).Replace(string(text))
	given := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\s+(ALONGSIDE_[A-Z_]+): "?([^"\s#]+)"?`).FindAllStringSubmatch(filled, -1) {
		given[m[1]] = m[2]
	}
	delete(given, "ALONGSIDE_DOMAIN") // the proxy's
	for _, must := range []string{"ALONGSIDE_PUBLIC", "ALONGSIDE_REDIS", "ALONGSIDE_TRUSTED_PROXIES"} {
		if given[must] == "" {
			t.Errorf("%s is not given", must)
		}
	}
	for name := range given {
		if !slices.ContainsFunc(table, func(s setting) bool { return s.variable() == name && s.knownTo("serve") }) {
			t.Errorf("%s is no setting of serve", name)
		}
	}
	if _, err := loadSettings("serve", nil, func(name string) string { return given[name] }, io.Discard); err != nil {
		t.Error(err)
	}
	if n := strings.Count(filled, "ports:"); n != 1 || !strings.Contains(filled, `ports: ["80:80", "443:443", "443:443/udp"]`) {
		t.Error("something besides the proxy is on a public port")
	}
}

package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func environment(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

func TestFlagBeatsEnvironmentBeatsFileBeatsDefault(t *testing.T) {
	file := filepath.Join(t.TempDir(), "alongside.conf")
	if err := os.WriteFile(file, []byte("# a comment\n\nlisten = 127.0.0.1:1\ngrace=3s\nlog-level = warn\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := environment(map[string]string{"ALONGSIDE_CONFIG": file, "ALONGSIDE_LISTEN": "127.0.0.1:2", "ALONGSIDE_GRACE": "4s"})
	s, err := loadSettings("serve", []string{"-listen", "127.0.0.1:3"}, env, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if s.listen != "127.0.0.1:3" || s.grace != 4*time.Second || s.logLevel.String() != "WARN" || s.stateMemory != 1<<30 {
		t.Errorf("got %+v", s)
	}
}

func TestABadSettingIsNamed(t *testing.T) {
	for _, c := range []struct {
		args, env string // env: NAME=value
		want      []string
	}{
		{args: "-listen nowhere", want: []string{`"listen"`, "flag -listen", "nowhere"}},
		{env: "ALONGSIDE_PUBLIC=ftp://x", want: []string{`"public"`, "ALONGSIDE_PUBLIC", "ftp://x"}},
		{args: "-public https://x/path", want: []string{`"public"`}},
		{args: "-log-format xml", want: []string{`"log-format"`, "text, json"}},
		{args: "-log-level loud", want: []string{`"log-level"`}},
		{args: "-state-memory 5", want: []string{`"state-memory"`, "512MiB"}},
		{args: "-grace soon", want: []string{`"grace"`, "10s"}},
		{args: "-trusted-proxies 10.0.0.0/8,you", want: []string{`"trusted-proxies"`, "you"}},
		{args: "-nonsense", want: []string{"nonsense"}},
		{args: "stray", want: []string{"stray"}},
		{env: "ALONGSIDE_CONFIG=/does/not/exist", want: []string{"/does/not/exist"}},
	} {
		name, value, _ := strings.Cut(c.env, "=")
		_, err := loadSettings("serve", strings.Fields(c.args), environment(map[string]string{name: value}), io.Discard)
		if err == nil {
			t.Errorf("%s %s: accepted", c.args, c.env)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s %s: error %q does not name %q", c.args, c.env, err, want)
			}
		}
	}
}

func TestASettingsFileWithAnUnknownNameIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "alongside.conf")
	if err := os.WriteFile(file, []byte("listen = 127.0.0.1:1\nlisteen = 127.0.0.1:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := loadSettings("serve", []string{"-config", file}, environment(nil), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "listeen") {
		t.Errorf("got %v", err)
	}
}

func TestUsageListsEverySettingOfTheCommand(t *testing.T) {
	for _, command := range []string{"serve", "demo", "setup"} {
		var usage strings.Builder
		if _, err := loadSettings(command, []string{"-help"}, environment(nil), &usage); err != errUsage {
			t.Fatalf("%s: %v", command, err)
		}
		for _, row := range table {
			if got := strings.Contains(usage.String(), row.variable()+" "); got != row.knownTo(command) {
				t.Errorf("%s: usage lists %s: %v", command, row.name, got)
			}
		}
	}
}

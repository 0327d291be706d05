package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const shopOrigin = "https://www.example.com"

// alongside runs a subcommand as the shell does.
func alongside(t testing.TB, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, &out, io.Discard)
	return out.String(), err
}

func setUp(t testing.TB, folder string, more ...string) (string, error) {
	t.Helper()
	return alongside(t, append([]string{
		"setup", "-data", folder, "-tenant", "Example Ltd", "-site", "Shop", "-origins", shopOrigin,
		"-email", "ada@example.com", "-name", "Ada", "-password", "a long password",
	}, more...)...)
}

func post(t *testing.T, url, origin, body string) (int, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", origin)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatalf("POST %s: %v", url, err)
	}
	return response.StatusCode, answer
}

func TestSetUpThenServe(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	printed, err := setUp(t, folder)
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`widget\.js\?site=([^"]+)"`).FindStringSubmatch(printed)
	if key == nil {
		t.Fatalf("no snippet in:\n%s", printed)
	}
	again, err := setUp(t, folder, "-password", "quite another password")
	if err != nil || !strings.Contains(again, "nothing changed") || !strings.Contains(again, key[1]) {
		t.Fatalf("set up again: %v\n%s", err, again)
	}

	s, err := loadSettings("serve", []string{"-listen", "127.0.0.1:0", "-data", folder}, environment(nil), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	srv, err := newServer(t.Context(), s, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- srv.run(ctx) }()

	origin := srv.public.String()
	if status, me := post(t, origin+"/api/v1/sign-in", origin, `{"email":"ada@example.com","password":"a long password"}`); status != http.StatusOK || me["name"] != "Ada" {
		t.Errorf("sign-in with the first password: %d %v", status, me)
	}
	opening := `{"site":"` + key[1] + `","tab":"` + strings.Repeat("0a", 16) + `","lang":"en","help":true,"page":{"url":"` + shopOrigin + `/","title":"Shop"}}`
	if status, entry := post(t, origin+"/widget/v1/rooms", shopOrigin, opening); status != http.StatusCreated || len(entry["code"].(string)) != 6 {
		t.Errorf("ask for help: %d %v", status, entry)
	}
	if status, problem := post(t, origin+"/widget/v1/rooms", "https://elsewhere.example", opening); status != http.StatusForbidden {
		t.Errorf("ask for help from another site: %d %v", status, problem)
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("stop: %v", err)
		}
	case <-time.After(3 * s.grace):
		t.Fatal("the server did not stop")
	}
	if strings.Contains(log.String(), "ada@example.com") || strings.Contains(log.String(), key[1]) {
		t.Errorf("the log tells too much:\n%s", &log)
	}
}

func TestSetUpNamesTheSettingThatIsWrong(t *testing.T) {
	for setting, value := range map[string]string{
		"tenant": "", "site": "", "origins": "https://x/path", "email": "nobody", "name": "", "password": "short",
	} {
		_, err := setUp(t, t.TempDir(), "-"+setting, value)
		if err == nil || !strings.Contains(err.Error(), `"`+setting+`"`) {
			t.Errorf("%s %q: %v", setting, value, err)
		}
	}
}

func TestCommands(t *testing.T) {
	if out, err := alongside(t, "version"); err != nil || !strings.HasPrefix(out, "alongside ") {
		t.Errorf("version: %q %v", out, err)
	}
	if _, err := alongside(t, "sreve"); err == nil || !strings.Contains(err.Error(), `"sreve"`) {
		t.Errorf("unknown command: %v", err)
	}
	if out, err := alongside(t, "help"); err != nil || !strings.Contains(out, "demo") {
		t.Errorf("help: %q %v", out, err)
	}
	if _, err := alongside(t, "serve", "-listen", "256.0.0.1:1", "-data", t.TempDir()); err == nil || !strings.Contains(err.Error(), `"listen"`) {
		t.Errorf("address that cannot be had: %v", err)
	}
}

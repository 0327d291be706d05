package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"alongside/store/mongotest"
)

// serveMongo starts a server that keeps nothing in its data folder.
func serveMongo(t *testing.T, uri, master string) (origin string, log *bytes.Buffer) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "data")
	s, err := loadSettings("serve", []string{
		"-listen", "127.0.0.1:0", "-mongo", uri, "-master-key", master, "-data", folder, "-grace", "1s",
	}, environment(nil), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	log = &bytes.Buffer{}
	srv, err := newServer(t.Context(), s, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("stop: %v", err)
		}
		if _, err := os.Stat(folder); !os.IsNotExist(err) {
			t.Errorf("the data folder was made: %v", err)
		}
		if strings.Contains(log.String(), "level=ERROR") || strings.Contains(log.String(), "ada@example.com") {
			t.Errorf("log:\n%s", log)
		}
	})
	return srv.public.String(), log
}

func TestTwoServersShareAMongoDB(t *testing.T) {
	for name, database := range mongotest.URIs {
		t.Run(name, func(t *testing.T) {
			uri, master := database(t), filepath.Join(t.TempDir(), "master.key")
			folder := filepath.Join(t.TempDir(), "data")
			if _, err := setUp(t, folder, "-mongo", uri); err == nil || !strings.Contains(err.Error(), `"master-key"`) {
				t.Errorf("each server with a key of its own: %v", err)
			}
			printed, err := setUp(t, folder, "-mongo", uri, "-master-key", master)
			if err != nil {
				t.Fatal(err)
			}
			site := regexp.MustCompile(`site_\w+`).FindString(printed)
			one, _ := serveMongo(t, uri, master)
			two, _ := serveMongo(t, uri, master)

			get := func(origin, path string, cookies []*http.Cookie) string {
				t.Helper()
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, origin+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, cookie := range cookies {
					request.AddCookie(cookie)
				}
				answer, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				defer answer.Body.Close()
				text, err := io.ReadAll(answer.Body)
				if err != nil {
					t.Fatal(err)
				}
				return answer.Status + " " + string(text)
			}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, one+"/api/v1/sign-in",
				strings.NewReader(`{"email":"ada@example.com","password":"a long password"}`))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Origin", one)
			signedIn, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			signedIn.Body.Close()
			for _, origin := range []string{one, two} {
				if me := get(origin, "/api/v1/me", signedIn.Cookies()); !strings.HasPrefix(me, "200") || !strings.Contains(me, `"Ada"`) {
					t.Errorf("signed in on one server: %s", me)
				}
				if audit := get(origin, "/api/v1/audit", signedIn.Cookies()); !strings.Contains(audit, `"sign-in"`) {
					t.Errorf("the audit log: %s", audit)
				}
				opening := `{"site":"` + site + `","tab":"` + strings.Repeat("0a", 16) + `","lang":"en","help":true,"page":{"url":"` + shopOrigin + `/","title":"Shop"}}`
				if status, entry := post(t, origin+"/widget/v1/rooms", shopOrigin, opening); status != http.StatusCreated {
					t.Errorf("ask for help: %d %v", status, entry)
				}
			}
			for _, origin := range []string{one, two} {
				if list := get(origin, "/api/v1/sessions", signedIn.Cookies()); strings.Count(list, shopOrigin) < 2 {
					t.Errorf("the history: %s", list)
				}
			}

			another, err := loadSettings("serve", []string{
				"-listen", "127.0.0.1:0", "-mongo", uri, "-master-key", filepath.Join(t.TempDir(), "another.key"),
			}, environment(nil), io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := newServer(t.Context(), another, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), `"master-key"`) {
				t.Errorf("another master key: %v", err)
			}
		})
	}
}

func TestMongoOffThisHostIsSafeOrRefused(t *testing.T) {
	for _, command := range []string{"serve", "setup"} {
		_, err := alongside(t, command, "-mongo", "mongodb://ann:secret@db.example.com/", "-master-key", filepath.Join(t.TempDir(), "m"))
		if err == nil || !strings.Contains(err.Error(), `"mongo"`) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", command, err)
		}
	}
}

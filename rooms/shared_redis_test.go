package rooms

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"alongside/wire"
)

// soon is how long an act may take while Redis does not answer.
const soon = 3 * (redisDialTimeout + redisTimeout)

func TestRoomsHereGoOnWhileRedisIsGone(t *testing.T) {
	server := ownRedis(t)
	r := openRedis(t, server)
	here, there := NewRedisShared(r, [32]byte{1}), NewRedisShared(openRedis(t, server), [32]byte{1})
	run(t, r.Run)
	ctx := t.Context()
	fence := own(t, here, "r", "here")
	token, err := here.IssueToken(ctx, "r")
	if err != nil {
		t.Fatal(err)
	}

	for name, away := range map[string]struct{ leave, back func() }{
		"killed": {server.kill, server.start}, // it comes back empty
		"paused": {server.pause, server.resume},
	} {
		away.leave()
		began := time.Now()
		if room, err := here.FindToken(ctx, token); err != nil || room != "r" {
			t.Errorf("%s: the token of a room here gives %q, %v", name, room, err)
		}
		if _, err := there.FindToken(ctx, token); !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrNotFound) {
			t.Errorf("%s: the token of a room elsewhere gives %v", name, err)
		}
		claim := Claim{Role: wire.Agent, Tenant: "t", Room: "r", Person: "p"}
		ticket, err := here.IssueTicket(ctx, claim)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := there.RedeemTicket(ctx, ticket); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: a ticket gives elsewhere %v", name, err)
		}
		if got, err := here.RedeemTicket(ctx, ticket); err != nil || got != claim {
			t.Errorf("%s: a ticket gives here %v, %v", name, got, err)
		}
		limit := Rate{Count: 1, Per: time.Minute}
		var many *TooManyError
		if err := here.Allow(ctx, name, limit); err != nil {
			t.Errorf("%s: the first event gives %v", name, err)
		}
		if err := here.Allow(ctx, name, limit); !errors.As(err, &many) {
			t.Errorf("%s: the second event gives %v", name, err)
		}
		if err := here.Keep(ctx, "r", fence, []byte("kept "+name)); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: to keep gives %v", name, err)
		}
		if _, err := here.Own(ctx, "new "+name, "here"); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: a new room gives %v", name, err)
		}
		if took := time.Since(began); took > 8*soon {
			t.Errorf("%s: eight acts took %v", name, took)
		}
		away.back()
		if name == "killed" {
			select {
			case <-here.Anew():
			case <-time.After(10 * time.Second):
				t.Fatal("that Redis began anew was not noticed")
			}
		}
		if fenced, err := here.Touch(ctx, map[string]uint64{"r": fence}); err != nil || len(fenced) > 0 {
			t.Errorf("%s: after it touching gives %v, %v", name, fenced, err)
		}
		if name == "killed" { // paused, it had kept what was there before
			if h, err := there.Find(ctx, "r"); err != nil || string(h.Record) != "kept "+name {
				t.Errorf("%s: after it the room is %+v, %v", name, h, err)
			}
		}
		if room, err := there.FindToken(ctx, token); err != nil || room != "r" {
			t.Errorf("%s: after it the token gives elsewhere %q, %v", name, room, err)
		}
	}
}

// run runs something until the test ends.
func run(t testing.TB, f func(context.Context)) {
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(ctx)
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
}

func TestNoSecretIsInRedis(t *testing.T) { // req 005
	servers := single()
	empty(t, servers)
	s := NewRedisShared(openRedis(t, servers...), [32]byte{1, 2, 3})
	ctx := t.Context()
	own(t, s, "r", "n")
	token, _ := s.IssueToken(ctx, "r")
	code, _, _ := s.IssueCode(ctx, "tenant", "r")
	ticket, _ := s.IssueTicket(ctx, Claim{Role: wire.Agent, Tenant: "tenant", Person: "p"})
	s.RevokeTickets(ctx, "tenant", "p")
	s.Allow(ctx, "address 203.0.113.9", Rate{Count: 1, Per: time.Minute})

	c := servers[0].client()
	defer c.Close()
	var all strings.Builder
	for _, key := range c.Keys(ctx, "*").Val() {
		fmt.Fprintln(&all, key, c.Get(ctx, key).Val(), c.HGetAll(ctx, key).Val())
	}
	dump := all.String()
	_, secret, _ := strings.Cut(token, tokenSeparator)
	for what, s := range map[string]string{"token": secret, "code": code, "ticket": ticket, "address": "203.0.113.9"} {
		if s == "" || strings.Contains(dump, s) {
			t.Errorf("the %s %q is in Redis:\n%s", what, s, dump)
		}
	}
	if strings.Count(dump, redisKeys) < 5 {
		t.Errorf("little was looked at:\n%s", dump)
	}
}

func TestOpenRedisRefusesWhatIsUnsafe(t *testing.T) {
	for uri, want := range map[string]string{
		"":                              "begins with",
		"http://localhost":              "begins with",
		"redis://":                      "host",
		"redis://a,b":                   "cluster",
		"redis://localhost/x":           "number",
		"redis+cluster://localhost/1":   "number",
		"redis://localhost?db=1":        "malformed",
		"redis://localhost/0?db=1":      "parameters",
		"redis://localhost:x":           "malformed",
		"redis://u:p%zz@localhost":      "escape",
		"redis://:secret@redis.example": "TLS",
		"redis+cluster://:secret@localhost,10.0.0.1": "TLS",
		"rediss://redis.example":                     "password",
		"rediss+cluster://u@redis.example":           "password",
	} {
		_, err := parseRedis(uri, false)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q gives %v, want something with %q", uri, err, want)
		}
	}
	for uri, want := range map[string]redisAddress{
		"redis://localhost":                         {hosts: []string{"localhost:6379"}},
		"redis://[::1]:7/2":                         {hosts: []string{"[::1]:7"}, database: 2},
		"rediss://u:p%40%2f@redis.example:99":       {hosts: []string{"redis.example:99"}, user: "u", password: "p@/"},
		"rediss+cluster://:p@a.example,b.example:1": {hosts: []string{"a.example:6379", "b.example:1"}, password: "p", cluster: true},
	} {
		got, err := parseRedis(uri, false)
		if secure := strings.HasPrefix(uri, "rediss"); (got.tls != nil) != secure {
			t.Errorf("%q is TLS: %v", uri, got.tls != nil)
		}
		got.tls = nil
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q gives %+v, %v", uri, got, err)
		}
	}
	if a, err := parseRedis("redis://redis.example", true); err != nil || a.tls != nil {
		t.Errorf("what was allowed gives %v", err)
	}
	if _, _, err := OpenRedis(t.Context(), "redis://:secret@127.0.0.1:1", false); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a Redis that is not there gives %v", err)
	}
}

func TestOpenRedisWarns(t *testing.T) {
	for want, args := range map[string][]string{
		"persists":             {"--save", "60 1"},
		"evicts":               {"--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"},
		"could not be checked": {"--rename-command", "CONFIG", ""},
		"":                     nil,
	} {
		r, warnings, err := OpenRedis(t.Context(), uri([]*redisServer{ownRedis(t, args...)}), false)
		if err == nil {
			r.Close()
		}
		if all := strings.Join(warnings, " "); err != nil || !strings.Contains(all, want) || want == "" && all != "" {
			t.Errorf("%v warns of %q, %v", args, all, err)
		}
	}
}

func TestOpenRedisAuthenticates(t *testing.T) {
	server := ownRedis(t)
	c := server.client()
	defer c.Close()
	if err := c.ConfigSet(t.Context(), "requirepass", "open sesame").Err(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenRedis(t.Context(), "redis://:wrong@"+server.addr(), false); err == nil {
		t.Error("a wrong password is taken")
	}
	r, _, err := OpenRedis(t.Context(), "redis://:open%20sesame@"+server.addr(), false)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
}

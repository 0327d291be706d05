package queue

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write what the scenarios print into their files")

// TestScenarios plays the files in testdata: lines are acts, indented lines below an act what it must print. The clock only
// moves at "wait".
func TestScenarios(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var played strings.Builder
			s := newScenario(t)
			for lines := bufio.NewScanner(strings.NewReader(string(text))); lines.Scan(); {
				line := lines.Text()
				if strings.HasPrefix(line, "  ") {
					continue
				}
				fmt.Fprintln(&played, line)
				if line != "" && !strings.HasPrefix(line, "#") {
					for _, out := range s.play(strings.Fields(line)) {
						fmt.Fprintln(&played, "  "+out)
					}
				}
			}
			if *update {
				if err := os.WriteFile(path, []byte(played.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			} else if played.String() != string(text) {
				t.Errorf("it went otherwise:\n%s", diff(string(text), played.String()))
			}
		})
	}
}

// diff shows the first lines that differ, with those before them.
func diff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	at := 0
	for at < min(len(w), len(g)) && w[at] == g[at] {
		at++
	}
	show := func(lines []string) string {
		return strings.Join(lines[max(0, at-6):min(len(lines), at+4)], "\n")
	}
	return fmt.Sprintf("--- line %d, want\n%s\n--- got\n%s", at+1, show(w), show(g))
}

type scenario struct {
	t        *testing.T
	q        *Queue
	now      time.Time
	teams    []Team
	visits   map[string]*Visit
	consoles map[string][]func()
	told     map[string]string
	left     []string
}

func newScenario(t *testing.T) *scenario {
	s := &scenario{
		t: t, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), visits: map[string]*Visit{}, consoles: map[string][]func(){},
		told: map[string]string{},
	}
	s.q = New(Config{
		Routing: func(context.Context, string) ([]Team, error) { return slices.Clone(s.teams), nil },
		Place:   s,
		Leave: func(_ context.Context, _, room, person, _ string) error {
			s.left = append(s.left, person+" "+room)
			s.part(person, room)
			return nil
		},
		Now: func() time.Time { return s.now },
	})
	return s
}

func (s *scenario) TellPlace(_, room string, position, waitSeconds int) {
	s.told[room] = fmt.Sprintf("%s: %d, %v", room, position, time.Duration(waitSeconds)*time.Second)
}

func (s *scenario) part(person, room string) {
	v := s.visits[room]
	v.Helpers = slices.DeleteFunc(slices.Clone(v.Helpers), func(p string) bool { return p == person })
	s.q.Changed(*v)
}

func (s *scenario) play(words []string) []string {
	args, options := []string{"", "", ""}, map[string]string{}
	for i := 0; len(words) > 1; words = words[:len(words)-1] {
		word := words[len(words)-1]
		if name, value, ok := strings.Cut(word, "="); ok {
			options[name] = value
		} else {
			copy(args[1:], args[:2])
			args[0] = word
			i++
		}
	}
	list := func(name string) []string {
		return strings.FieldsFunc(options[name], func(r rune) bool { return r == ',' })
	}
	defer s.q.step(s.t.Context())
	switch words[0] {
	case "team":
		s.teams = slices.DeleteFunc(s.teams, func(t Team) bool { return t.ID == args[0] })
		team := Team{ID: args[0], Name: args[0], Members: list("members")}
		if len(options) > 1 {
			team.Rules = []Rule{{list("sites"), list("paths"), list("languages")}}
		}
		s.teams = append(s.teams, team)
		s.q.Reroute(s.t.Context(), "acme")
	case "attend":
		capacity := 1
		fmt.Sscan(options["capacity"], &capacity)
		_, stop := s.q.Attend("acme", Agent{args[0], args[0], capacity})
		s.consoles[args[0]] = append(s.consoles[args[0]], stop)
	case "close":
		s.consoles[args[0]][0]()
		s.consoles[args[0]] = s.consoles[args[0]][1:]
	case "status":
		return said(s.q.SetStatus("acme", args[0], args[1]))
	case "capacity":
		var n int
		fmt.Sscan(args[1], &n)
		s.q.SetCapacity("acme", args[0], n)
	case "visit", "browse":
		v := &Visit{
			Tenant: "acme", Room: args[0], Site: options["site"], Path: options["path"], Lang: options["lang"],
			Asked: s.now, Help: words[0] == "visit", Here: true,
		}
		s.visits[v.Room] = v
		s.q.Changed(*v)
	case "page":
		s.visits[args[0]].Path = options["path"]
		s.q.Changed(*s.visits[args[0]])
	case "away", "back":
		s.visits[args[0]].Here = words[0] == "back"
		s.q.Changed(*s.visits[args[0]])
	case "join":
		v := s.visits[args[1]]
		v.Helpers = append(slices.Clone(v.Helpers), args[0])
		s.q.Changed(*v)
	case "part":
		s.part(args[0], args[1])
	case "gone":
		s.q.Gone("acme", args[0])
	case "accept":
		return said(s.q.Accept("acme", args[0], args[1]))
	case "decline":
		s.q.Decline("acme", args[0], args[1])
	case "hand":
		return said(s.q.HandOver("acme", args[0], options["from"], To{options["person"], options["team"]}, options["note"]))
	case "wait":
		d, err := time.ParseDuration(args[0])
		if err != nil {
			s.t.Fatal(err)
		}
		for end := s.now.Add(d); s.now.Before(end); {
			s.now = s.now.Add(min(time.Second, end.Sub(s.now)))
			s.q.step(s.t.Context())
		}
	case "see":
		return s.see(args[0])
	case "line":
		out := []string{}
		for _, w := range s.q.Board("acme").Waiting {
			line := fmt.Sprintf("%d %s", w.Position, w.Room)
			if w.Team != "" {
				line += " for " + w.Team
			}
			if w.Front {
				line += " front"
			}
			if w.OfferedTo != "" {
				line += " offered to " + w.OfferedTo
			}
			out = append(out, line)
		}
		return out
	case "agents":
		out := []string{}
		for _, a := range s.q.Board("acme").Agents {
			out = append(out, fmt.Sprintf("%s %s %d/%d", a.Name, a.Status, a.Active, a.Capacity))
		}
		return out
	case "told":
		s.q.step(s.t.Context())
		out := slices.Sorted(maps.Values(s.told))
		clear(s.told)
		return out
	case "left":
		s.q.step(s.t.Context())
		out := s.left
		s.left = nil
		return out
	case "available":
		return []string{fmt.Sprint(s.q.Available("acme", args[0]))}
	case "teamof":
		return []string{s.q.TeamOf("acme", args[0])}
	case "colleagues":
		people, teams := s.q.Colleagues("acme", args[0])
		return []string{fmt.Sprint(people), fmt.Sprint(teams)}
	default:
		s.t.Fatalf("unknown act %q", words[0])
	}
	return nil
}

func (s *scenario) see(person string) []string {
	view := s.q.View("acme", person)
	out := []string{fmt.Sprintf("%s %d/%d", view.Me.Status, view.Me.Active, view.Me.Capacity)}
	if o := view.Offer; o != nil {
		line := fmt.Sprintf("offer %s for %v", o.Room, o.Until.Sub(s.now))
		if o.From != "" {
			line += fmt.Sprintf(" from %s: %q", o.From, o.Note)
		}
		out = append(out, line)
	}
	rooms := []string{}
	for _, w := range view.Waiting {
		rooms = append(rooms, w.Room)
	}
	if len(rooms) > 0 {
		out = append(out, "waiting "+strings.Join(rooms, " "))
	}
	if len(view.Mine) > 0 {
		out = append(out, "mine "+strings.Join(view.Mine, " "))
	}
	for _, h := range view.HandOvers {
		out = append(out, fmt.Sprintf("hands over %s to %s%s, refused %v", h.Room, h.To.Person, h.To.Team, h.Refused))
	}
	return out
}

func said(err error) []string {
	if err != nil {
		return []string{err.Error()}
	}
	return []string{"ok"}
}

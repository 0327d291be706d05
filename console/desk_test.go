package console

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"alongside/accounts"
)

// desk returns the next view that ok takes.
func (e *events) desk(ok func(deskView) bool) deskView {
	e.t.Helper()
	for {
		var view deskView
		e.read("desk", &view)
		if ok(view) {
			return view
		}
	}
}

// The open desk is being there: a visitor is offered, taken once, and the other agent is told that it is too late.
func TestTheDesk(t *testing.T) {
	s := newStage(t)
	agentDesk := s.eventsOf(s.agent, "/api/v1/desk/stream")
	s.agent.Timeout = 10 * time.Second
	s.must(s.agent, "POST", "/api/v1/desk/status", `{"status":"available"}`, nil)
	offered := agentDesk.desk(func(v deskView) bool { return v.Offer != nil })
	room := s.ids["rooms"]
	if offered.Offer.Room != room || offered.Offer.Site.Name != "Here shop" || offered.Me.Status != "available" || offered.Mine == nil ||
		len(offered.Waiting) != 1 || offered.Waiting[0].OfferedTo != s.ids["people"] || !offered.Offer.Until.After(time.Now()) {
		t.Errorf("%+v", offered)
	}

	managerDesk := s.eventsOf(s.manager, "/api/v1/desk/stream")
	s.manager.Timeout = 10 * time.Second
	managerDesk.desk(func(deskView) bool { return true })
	var colleagues colleaguesView
	s.must(s.agent, "GET", "/api/v1/colleagues", "", &colleagues)
	if len(colleagues.People) != 1 || colleagues.People[0].Name != "The manager" {
		t.Errorf("%+v", colleagues)
	}
	var board boardView
	s.must(s.manager, "GET", "/api/v1/board", "", &board)
	if len(board.Agents) != 2 || len(board.Waiting) != 1 || len(board.Rooms) != 1 || board.Rooms[0].Room != room {
		t.Errorf("%+v", board)
	}

	var joined joinView
	s.must(s.agent, "POST", "/api/v1/desk/accept", `{"room":"`+room+`"}`, &joined)
	if joined.Room != room || joined.Ticket == "" || joined.Socket != SocketPath || joined.Site.Name != "Here shop" {
		t.Errorf("%+v", joined)
	}
	agentDesk.desk(func(v deskView) bool { return len(v.Mine) == 1 && v.Mine[0] == room && len(v.Waiting) == 0 })
	late := s.call(s.manager, "POST", "/api/v1/desk/accept", `{"room":"`+room+`"}`)
	if late.status != http.StatusConflict || late.problem(t).Code != "taken" {
		t.Errorf("late: %d %s", late.status, late.body)
	}
	if answer := s.call(s.stranger, "POST", "/api/v1/desk/accept", `{"room":"`+room+`"}`); answer.status != http.StatusNotFound {
		t.Errorf("a stranger: %d %s", answer.status, answer.body)
	}
	for body, field := range map[string]string{`{"note":"x"}`: "person", `{"person":"a","team":"b","note":""}`: "person"} {
		if p := s.call(s.agent, "POST", "/api/v1/rooms/"+room+"/hand-over", body).problem(t); p.Field != field {
			t.Errorf("hand over %s: %+v", body, p)
		}
	}
}

// The stream that a bad key or cookie opens is none, and a HEAD attends nobody.
func TestTheDeskIsOnePersons(t *testing.T) {
	s := newStage(t)
	if answer := s.call(s.agent, "HEAD", "/api/v1/desk/stream", ""); answer.status != http.StatusOK || answer.body != "" {
		t.Errorf("HEAD: %d %q", answer.status, answer.body)
	}
	if board := s.queue.Board(s.here.Tenant.ID); len(board.Agents) != 0 {
		t.Errorf("attended by HEAD: %+v", board.Agents)
	}
	desk := s.eventsOf(s.agent, "/api/v1/desk/stream")
	desk.desk(func(deskView) bool { return true })
	s.agent.Timeout = 10 * time.Second
	s.must(s.agent, "POST", "/api/v1/sign-out", "", nil)
	desk.mustEnd()
}

// What one pays for a stream's end at once is that a key's streams end with the key.
func TestAStreamEndsWithItsKey(t *testing.T) {
	s := newStage(t)
	key, secret, err := s.service.AddAPIKey(t.Context(), s.here.Tenant.ID, "Wall", accounts.RoleAgent)
	if err != nil {
		t.Fatal(err)
	}
	wall := s.browser()
	wall.Transport = bearerTransport(secret)
	stream := s.events(wall)
	stream.list()
	if _, err := stream.next(); err != nil { // a heartbeat
		t.Fatal(err)
	}
	s.must(s.admin, "DELETE", "/api/v1/api-keys/"+key.ID, "", nil)
	stream.mustEnd()
	if strings.Contains(s.logged.String(), secret) {
		t.Error("the key was logged")
	}
}

type bearerTransport string

func (b bearerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

package console

import (
	"context"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"alongside/accounts"
	"alongside/rooms"
)

// A fresh installation is made in the browser: the link works once, and whoever uses it is signed in.
func TestSetUpInTheBrowser(t *testing.T) {
	b := newBench(t, benchOptions{})
	b.exec("DELETE FROM tenants")
	token, err := b.service.OpenSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	browser := b.browser()
	b.must(browser, "POST", "/api/v1/setup/check", `{"token":"`+token+`"}`, nil)
	if answer := b.call(browser, "POST", "/api/v1/setup/check", `{"token":"x`+token[1:]+`"}`); answer.status != http.StatusNotFound {
		t.Errorf("another token: %d %s", answer.status, answer.body)
	}
	request := `{"token":"` + token + `","tenantName":"Acme","adminName":"Ada","adminEmail":"ada@example.org","adminPassword":"` +
		password + `","siteName":"Shop","origins":["https://shop.example/"]}`
	if p := b.call(browser, "POST", "/api/v1/setup", request).problem(t); p.Field != "origins[0]" {
		t.Errorf("a wrong origin: %+v", p)
	}
	var made setupView
	b.must(browser, "POST", "/api/v1/setup", strings.Replace(request, "example/", "example", 1), &made)
	if made.Me.Role != admin || made.Me.Tenant.Name != "Acme" || made.Site.Origins[0] != "https://shop.example" {
		t.Errorf("made %+v", made)
	}
	if want := `<script src="` + b.server.URL + `/widget.js?site=` + made.Site.Key + `" async></script>`; made.Site.Snippet != want {
		t.Errorf("snippet %s", made.Site.Snippet)
	}
	var me meView
	b.must(browser, "GET", "/api/v1/me", "", &me)
	if me != made.Me {
		t.Errorf("signed in as %+v", me)
	}
	for _, path := range []string{"/api/v1/setup", "/api/v1/setup/check"} {
		body := map[string]string{"/api/v1/setup": strings.Replace(request, "example/", "example", 1)}[path]
		if body == "" {
			body = `{"token":"` + token + `"}`
		}
		if answer := b.call(browser, "POST", path, body); answer.status != http.StatusNotFound {
			t.Errorf("%s again: %d %s", path, answer.status, answer.body)
		}
	}
}

// Without mail the admin sees the link; the invited person is in the team at once.
//
// req 002-16
func TestInvitation(t *testing.T) {
	s := newStage(t)
	var invited invitationView
	s.must(s.admin, "POST", "/api/v1/invitations", `{"email":"Eve@example.org","role":"agent","teams":["`+s.ids["teams"]+`"]}`, &invited)
	_, token, found := strings.Cut(invited.Link, "/invitation#")
	if !found || invited.Email != "eve@example.org" || invited.Mailed == nil || *invited.Mailed {
		t.Fatalf("%+v", invited)
	}
	if answer := s.call(s.admin, "GET", "/api/v1/invitations", ""); strings.Contains(answer.body, token) || !strings.Contains(answer.body, invited.ID) {
		t.Errorf("the list: %s", answer.body)
	}
	browser := s.browser()
	var look invitedView
	s.must(browser, "POST", "/api/v1/invitations/look", `{"token":"`+token+`"}`, &look)
	if look != (invitedView{"Here", "eve@example.org", agent}) {
		t.Errorf("%+v", look)
	}
	accept := `{"token":"` + token + `","name":"Eve","password":"` + password + `"}`
	var me meView
	s.must(browser, "POST", "/api/v1/invitations/accept", accept, &me)
	if answer := s.call(browser, "POST", "/api/v1/invitations/accept", accept); answer.status != http.StatusNotFound {
		t.Errorf("accepted twice: %d %s", answer.status, answer.body)
	}
	var people struct{ Items []personView }
	s.must(browser, "GET", "/api/v1/people", "", &people)
	at := slices.IndexFunc(people.Items, func(p personView) bool { return p.ID == me.ID })
	if at < 0 || !slices.Equal(people.Items[at].Teams, []string{s.ids["teams"]}) {
		t.Errorf("people: %+v", people)
	}
	// What only admins see.
	if answer := s.call(browser, "GET", "/api/v1/people", ""); strings.Contains(answer.body, "@") || strings.Contains(answer.body, "secondFactor") {
		t.Errorf("an agent sees %s", answer.body)
	}
	if answer := s.call(s.admin, "GET", "/api/v1/people", ""); !strings.Contains(answer.body, "eve@example.org") || !strings.Contains(answer.body, `"resetWanted":false`) {
		t.Errorf("an admin sees %s", answer.body)
	}
}

// req 002-16: a role taken away, a removal or a new password ends at once what the person has open.
func TestLosingARoleClosesEverything(t *testing.T) {
	losses := map[string]func(s *stage, manager string){
		"a lower role": func(s *stage, id string) {
			s.must(s.admin, "PATCH", "/api/v1/people/"+id, `{"role":"agent"}`, nil)
		},
		"a removal": func(s *stage, id string) { s.must(s.admin, "DELETE", "/api/v1/people/"+id, "", nil) },
		"a new password of one's own": func(s *stage, _ string) {
			s.must(s.manager, "POST", "/api/v1/me/password", `{"old":"`+password+`","new":"another horse battery"}`, nil)
		},
		"a new password by a link": func(s *stage, id string) {
			var link linkView
			s.must(s.admin, "POST", "/api/v1/people/"+id+"/reset-link", "", &link)
			_, token, _ := strings.Cut(link.Link, "#")
			s.must(s.browser(), "POST", "/api/v1/password-reset/accept", `{"token":"`+token+`","password":"another horse battery"}`, nil)
		},
	}
	for name, lose := range losses {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			// No heartbeat: what ends the stream is the loss itself.
			s.console.stream = streamPace{between: 20 * time.Millisecond, heartbeat: time.Hour, write: 10 * time.Second}
			person := s.person("manager@example.org")
			closed := &closingRooms{Hub: s.hub}
			s.console.rooms = closed
			stream, desk := s.events(s.manager), s.eventsOf(s.manager, "/api/v1/desk/stream")
			stream.list()
			if _, err := desk.next(); err != nil {
				t.Fatal(err)
			}
			others := s.events(s.agent)
			others.list()
			s.manager.Timeout = 10 * time.Second
			lose(s, person.ID)
			stream.mustEnd()
			desk.mustEnd()
			if !slices.Equal(closed.people, []string{person.ID}) {
				t.Errorf("seats closed of %v", closed.people)
			}
			s.visit(s.here, "Another")
			if list := others.list(); len(list) != 2 {
				t.Errorf("somebody else's stream: %v", list)
			}
		})
	}
}

// closingRooms notes whose seats are closed.
type closingRooms struct {
	*rooms.Hub
	people []string
}

func (c *closingRooms) CloseSeats(ctx context.Context, tenant, person string) (int, error) {
	c.people = append(c.people, person)
	return c.Hub.CloseSeats(ctx, tenant, person)
}

func TestAHigherRoleAndANameCloseNothing(t *testing.T) {
	s := newStage(t)
	stream := s.events(s.agent)
	stream.list()
	s.agent.Timeout = 10 * time.Second
	id := s.ids["people"]
	var changed personView
	s.must(s.admin, "PATCH", "/api/v1/people/"+id, `{"role":"manager","name":"Anna","capacity":7}`, &changed)
	if changed.Role != manager || changed.Name != "Anna" || changed.Capacity != 7 || !slices.Equal(changed.Teams, []string{s.ids["teams"]}) {
		t.Errorf("%+v", changed)
	}
	s.visit(s.here, "Another")
	if list := stream.list(); len(list) != 2 {
		t.Errorf("the stream: %v", list)
	}
	s.must(s.agent, "GET", "/api/v1/board", "", nil) // with the new role
}

func TestTheLastAdminStays(t *testing.T) {
	s := newStage(t)
	for _, try := range [][2]string{{"PATCH", `{"role":"agent"}`}, {"DELETE", ""}} {
		answer := s.call(s.admin, try[0], "/api/v1/people/"+s.here.Admin.ID, try[1])
		if answer.status != http.StatusConflict || answer.problem(t).Code != "last-admin" {
			t.Errorf("%s: %d %s", try[0], answer.status, answer.body)
		}
	}
}

func TestSecondFactor(t *testing.T) {
	b := newBench(t, benchOptions{})
	browser := b.signedIn("agent@example.org")
	var begun secondFactorView
	b.must(browser, "POST", "/api/v1/me/second-factor", "", &begun)
	picture, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(begun.QR, "data:image/png;base64,"))
	if err != nil || http.DetectContentType(picture) != "image/png" || !strings.Contains(begun.URI, begun.Secret) {
		t.Errorf("%v: %+v", err, begun)
	}
	code := func(ago time.Duration) string {
		code, err := totp.GenerateCode(begun.Secret, time.Now().Add(-ago))
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	var confirmed recoveryView
	b.must(browser, "POST", "/api/v1/me/second-factor/confirm", `{"code":"`+code(30*time.Second)+`"}`, &confirmed)
	if len(confirmed.Recovery) != accounts.RecoveryCodes {
		t.Errorf("%+v", confirmed)
	}
	if answer := b.call(browser, "POST", "/api/v1/me/second-factor", ""); answer.status != http.StatusConflict || answer.problem(t).Code != "exists" {
		t.Errorf("begun again: %d %s", answer.status, answer.body)
	}
	signIn := func(code string) answer {
		return b.call(b.browser(), "POST", "/api/v1/sign-in", `{"email":"agent@example.org","password":"`+password+`"`+code+`}`)
	}
	for what, given := range map[string]answer{"no code": signIn(""), "a wrong one": signIn(`,"code":"000000"`)} {
		if given.status != http.StatusUnauthorized || given.problem(t).Code != "second-factor" || given.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %s", what, given.status, given.body)
		}
	}
	if given := signIn(`,"code":"` + code(0) + `"`); given.status != http.StatusOK || !strings.Contains(given.body, `"secondFactor":true`) {
		t.Errorf("the code: %d %s", given.status, given.body)
	}
	if given := signIn(`,"code":"` + confirmed.Recovery[0] + `"`); given.status != http.StatusOK {
		t.Errorf("a recovery code: %d %s", given.status, given.body)
	}
	if p := b.call(browser, "POST", "/api/v1/me/second-factor/remove", `{"password":"wrong password"}`).problem(t); p.Field != "password" {
		t.Errorf("removed by a wrong password: %+v", p)
	}
	b.must(browser, "POST", "/api/v1/me/second-factor/remove", `{"password":"`+password+`"}`, nil)
	if given := signIn(""); given.status != http.StatusOK {
		t.Errorf("without it again: %d %s", given.status, given.body)
	}
}

func TestOwnSignIns(t *testing.T) {
	s := newStage(t)
	phone := s.browser()
	phone.Transport = agentTransport("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36")
	s.must(phone, "POST", "/api/v1/sign-in", `{"email":"agent@example.org","password":"`+password+`"}`, nil)
	var list struct{ Items []signInView }
	s.must(s.agent, "GET", "/api/v1/me/sign-ins", "", &list)
	other := slices.IndexFunc(list.Items, func(v signInView) bool { return !v.Current })
	if len(list.Items) != 2 || other < 0 || list.Items[other].Device != "Chrome on Android" || !list.Items[1-other].Current {
		t.Fatalf("%+v", list)
	}
	stream := s.events(phone)
	stream.list()
	s.must(s.agent, "DELETE", "/api/v1/me/sign-ins/"+list.Items[other].ID, "", nil)
	stream.mustEnd()
	phone.Timeout = 10 * time.Second
	if answer := s.call(phone, "GET", "/api/v1/me", ""); answer.status != http.StatusUnauthorized {
		t.Errorf("the revoked one: %d", answer.status)
	}
	s.must(s.agent, "GET", "/api/v1/me", "", nil)
}

type agentTransport string

func (a agentTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", string(a))
	return http.DefaultTransport.RoundTrip(r)
}

// Asking for a new password says nothing about who there is; without mail an admin sees that it was asked for.
func TestPasswordReset(t *testing.T) {
	s := newStage(t)
	known := s.call(s.browser(), "POST", "/api/v1/password-reset", `{"email":"agent@example.org"}`)
	unknown := s.call(s.browser(), "POST", "/api/v1/password-reset", `{"email":"nobody@example.org"}`)
	if known.status != http.StatusNoContent || known.status != unknown.status || !equalHeaders(comparable(known.header), comparable(unknown.header)) {
		t.Errorf("known %d %s, unknown %d %s", known.status, known.body, unknown.status, unknown.body)
	}
	s.service.Wait()
	if answer := s.call(s.admin, "GET", "/api/v1/people", ""); !strings.Contains(answer.body, `"resetWanted":true`) {
		t.Errorf("people: %s", answer.body)
	}
}

func TestAPIKeys(t *testing.T) {
	s := newStage(t)
	var key keyView
	s.must(s.admin, "POST", "/api/v1/api-keys", `{"name":"CRM","role":"manager"}`, &key)
	if !strings.HasPrefix(key.Secret, accounts.APIKeyPrefix) || key.LastUsed != nil {
		t.Fatalf("%+v", key)
	}
	with := []string{"Authorization", "Bearer " + key.Secret, "Sec-Fetch-Site", "cross-site"}
	if answer := s.call(s.browser(), "GET", "/api/v1/visitors", "", with...); answer.status != http.StatusOK || !strings.Contains(answer.body, s.ids["rooms"]) {
		t.Errorf("with the key: %d %s", answer.status, answer.body)
	}
	body := `{"room":"` + s.ids["rooms"] + `","user":{"id":"user-9","fields":{"plan":"gold"}}}`
	if answer := s.call(s.browser(), "POST", "/api/v1/identify", body, with...); answer.status != http.StatusNoContent {
		t.Errorf("identify: %d %s", answer.status, answer.body)
	}
	if answer := s.call(s.agent, "GET", "/api/v1/visitors", ""); !strings.Contains(answer.body, `"user":"user-9"`) {
		t.Errorf("identified: %s", answer.body)
	}
	list := s.call(s.admin, "GET", "/api/v1/api-keys", "")
	if strings.Contains(list.body, key.Secret) || !strings.Contains(list.body, `"name":"CRM"`) {
		t.Errorf("the list: %s", list.body)
	}
	// A key that does not count is not helped by a cookie that does.
	if answer := s.call(s.admin, "GET", "/api/v1/visitors", "", "Authorization", "Bearer "+key.Secret+"x"); answer.status != http.StatusUnauthorized {
		t.Errorf("a wrong key: %d", answer.status)
	}
	s.must(s.admin, "DELETE", "/api/v1/api-keys/"+key.ID, "", nil)
	if answer := s.call(s.browser(), "GET", "/api/v1/visitors", "", with...); answer.status != http.StatusUnauthorized {
		t.Errorf("removed: %d", answer.status)
	}
}

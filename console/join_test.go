package console

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"alongside/accounts"
	"alongside/rooms"
)

func TestSignInLookAndJoin(t *testing.T) {
	b := newBench(t, benchOptions{})
	visit := b.visit(b.here, "Basket")
	agent := b.browser()
	b.must(agent, "POST", "/api/v1/sign-in", `{"email":"HERE@example.org ","password":"`+password+`"}`, nil)

	var me meView
	if err := json.Unmarshal([]byte(b.call(agent, "GET", "/api/v1/me", "").body), &me); err != nil {
		t.Fatal(err)
	}
	if me.Email != "here@example.org" || me.Role != accounts.RoleAdmin || me.Tenant.Name != "Here" || me.Tenant.ID != b.here.Tenant.ID {
		t.Errorf("me is %+v", me)
	}
	list := b.call(agent, "GET", "/api/v1/visitors", "")
	if list.status != http.StatusOK || !strings.Contains(list.body, `"room":"`+visit.Room+`"`) || !strings.Contains(list.body, `"agents":[]`) {
		t.Errorf("visitors: %d %s", list.status, list.body)
	}
	for _, body := range []string{`{"code":"` + visit.Code + `"}`, `{"room":"` + visit.Room + `"}`} {
		var joined joinView
		answer := b.call(agent, "POST", "/api/v1/joins", body)
		if err := json.Unmarshal([]byte(answer.body), &joined); err != nil || answer.status != http.StatusOK {
			t.Fatalf("join by %s: %d %s", body, answer.status, answer.body)
		}
		want := joinView{visit.Room, joined.Ticket, "/api/v1/socket", rooms.SiteName{ID: b.here.Site.ID, Name: "Here shop"}}
		if joined != want || joined.Ticket == "" {
			t.Errorf("join by %s: %s", body, answer.body)
		}
		claim, err := b.hub.Shared.RedeemTicket(t.Context(), joined.Ticket)
		if err != nil || claim.Person != b.here.Admin.ID || claim.Name != "Here admin" || claim.Room != visit.Room {
			t.Errorf("the ticket stands for %+v, %v", claim, err)
		}
	}
	if out := b.call(agent, "POST", "/api/v1/sign-out", ""); out.status != http.StatusNoContent || out.body != "" {
		t.Errorf("sign out: %d %s", out.status, out.body)
	}
	if after := b.call(agent, "GET", "/api/v1/me", ""); after.status != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", after.status)
	}
}

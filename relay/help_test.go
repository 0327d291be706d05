package relay

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"alongside/privacy"
	"alongside/wire"
)

func TestTheFormAndTheOfficeHours(t *testing.T) {
	h := newHouse(t)
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	h.site.Open = func(time.Time) (bool, time.Time) { return false, at }
	status, a := h.send("help", object{"site": "key", "lang": "de"}, nil)
	form, _ := a["form"].([]any)
	if status != 200 || a["open"] != false || a["opensAt"] != "2026-11-23T09:00:00Z" || a["agents"] != true || a["optedOut"] != false ||
		len(form) != 2 || form[0].(object)["label"] != "Ihr Name" {
		t.Errorf("answered %d %v", status, a)
	}
	h.site.Open, h.site.Form = nil, nil
	if _, a = h.send("help", object{"site": "key"}, nil); a["open"] != true || a["opensAt"] != nil || a["form"] == nil {
		t.Errorf("a site without a form answered %v", a)
	}
}

func TestARequestForHelpBringsItsAnswers(t *testing.T) {
	h := newHouse(t)
	h.site.Collection.ReturningID, h.site.Collection.IP = true, privacy.IPTruncated
	status, a := h.send("rooms", asking(object{"visitor": tab(7), "user": signed("u1", map[string]string{"plan": "gold"})}), nil)
	if status != http.StatusCreated || a["receipt"] != "receipt" || a["state"] != "waiting" || a["help"] != true ||
		a["optOut"] != "https://help.example/exclude/key?s=tenant"+a["room"].(string) {
		t.Fatalf("answered %d %v", status, a)
	}
	s := h.session()
	if s.Name != "Vera" || s.Page != shop+"/basket" || s.Visitor != tab(7) || s.User.ID != "u1" || s.User.Fields["plan"] != "gold" ||
		len(s.Answers) != 2 || s.Answers[1].Value != "delivery" || s.Lang != "de" || s.Address == "" || s.Asked.IsZero() {
		t.Errorf("written down: %+v", s)
	}
	list, err := h.hub.Visitors(t.Context(), "tenant")
	if err != nil || len(list) != 1 || list[0].Name != "Vera" || list[0].User != "u1" || !list[0].Help || list[0].Asked == nil {
		t.Errorf("listed %+v, %v", list, err)
	}
}

// req 003-01, req 003-05, req 003-20: what the site did not switch on is not kept, whatever the page sends.
func TestNothingIsKeptByDefault(t *testing.T) {
	h := newHouse(t)
	h.send("rooms", asking(object{"visitor": tab(7)}), nil)
	if s := h.session(); s.Visitor != "" || s.Address != "" || s.User.ID != "" {
		t.Errorf("written down: %+v", s)
	}
}

// req 003-13, req 000-31, req 001-43: who may not be listed is not, whatever the page sends.
func TestWhoMayBrowseInTheList(t *testing.T) {
	h := newHouse(t)
	out := func() http.Header { // the cookie of the opt-out pages
		q, err := http.NewRequest(http.MethodPost, h.http.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		w := &cookies{header: http.Header{}}
		privacy.SetOptOut(w, q, "key", true, false)
		return http.Header{"Cookie": {strings.SplitN(w.header.Get("Set-Cookie"), ";", 2)[0]}}
	}()
	browsing := func(path string) object {
		return asking(object{"help": false, "page": object{"url": shop + path}})
	}
	all := privacy.DefaultCollection()
	all.Visitors = privacy.VisitorsAll
	with := func(change func(*privacy.Collection)) privacy.Collection {
		c := all
		change(&c)
		return c
	}
	for what, try := range map[string]struct {
		collection privacy.Collection
		body       object
		headers    http.Header
		status     int
	}{
		"not switched on":       {privacy.DefaultCollection(), browsing("/"), nil, 403},
		"switched on":           {all, browsing("/"), nil, 201},
		"opted out by cookie":   {all, browsing("/"), out, 403},
		"opted out by flag":     {all, asking(object{"help": false, "optedOut": true}), nil, 403},
		"sensitive page":        {with(func(c *privacy.Collection) { c.Sensitive = []string{"/account/*"} }), browsing("/account/me"), nil, 403},
		"beside it":             {with(func(c *privacy.Collection) { c.Sensitive = []string{"/account/*"} }), browsing("/accounts"), nil, 201},
		"denied page":           {with(func(c *privacy.Collection) { c.Deny = []string{"*/secret"} }), browsing("/a/b/secret"), nil, 403},
		"page not allowed":      {with(func(c *privacy.Collection) { c.Allow = []string{"/shop/*"} }), browsing("/faq"), nil, 403},
		"path not told yet":     {with(func(c *privacy.Collection) { c.Allow = []string{"/shop/*"} }), browsing("/"), nil, 201},
		"allowed page":          {with(func(c *privacy.Collection) { c.Allow = []string{"/shop/*"} }), browsing("/shop/x"), nil, 201},
		"minors":                {with(func(c *privacy.Collection) { c.Minors = true }), browsing("/"), nil, 403},
		"privacy control":       {all, browsing("/"), http.Header{"Sec-Gpc": {"1"}}, 403},
		"do not track, counted": {with(func(c *privacy.Collection) { c.DoNotTrack = true }), browsing("/"), http.Header{"Dnt": {"1"}}, 403},
		"do not track":          {all, browsing("/"), http.Header{"Dnt": {"1"}}, 201},
	} {
		t.Run(what, func(t *testing.T) {
			h.skewed.forward(time.Minute) // past the rate
			h.site.Collection = try.collection
			status, a := h.send("rooms", try.body, try.headers)
			if status != try.status || status == 403 && a["code"] != "not-listed" {
				t.Errorf("answered %d %v", status, a)
			}
			if status == 201 && (a["state"] != "browsing" || a["code"] != nil || a["receipt"] != nil) {
				t.Errorf("answered %v", a)
			}
		})
	}
	if n := len(h.kept); n != 0 {
		t.Errorf("%d merely browsing visits were written down", n)
	}
}

type cookies struct{ header http.Header }

func (c *cookies) Header() http.Header         { return c.header }
func (c *cookies) Write(b []byte) (int, error) { return len(b), nil }
func (c *cookies) WriteHeader(int)             {}

// req 000-31: an opted-out visitor is helped without being told from others.
func TestHelpForWhoOptedOut(t *testing.T) {
	h := newHouse(t)
	h.site.Collection.ReturningID, h.site.Collection.IP = true, privacy.IPTruncated
	status, a := h.send("rooms", asking(object{"visitor": tab(7), "optedOut": true, "user": signed("u1", nil)}), nil)
	s := h.session()
	if status != 201 || s.Visitor != "" || s.User.ID != "" || s.Address != "" || s.Page != "" || s.Name != "Vera" {
		t.Errorf("answered %d %v, written down %+v", status, a, s)
	}
	if status, _ := h.send("rooms/identify", object{"site": "key", "resume": a["resume"], "user": signed("u1", nil)}, nil); status != 204 {
		t.Errorf("identify answered %d", status)
	}
	list, err := h.hub.Visitors(t.Context(), "tenant")
	if err != nil || len(list) != 1 || list[0].User != "" || list[0].Page.URL != "" {
		t.Errorf("listed %+v, %v", list, err)
	}
}

func TestAskingIdentifyingAndObjecting(t *testing.T) { // req 002-09
	h := newHouse(t)
	h.site.Collection.Visitors = privacy.VisitorsAll
	_, a := h.send("rooms", asking(object{"help": false}), nil)
	here := object{"site": "key", "tab": tab(1), "resume": a["resume"]}
	with := func(changes object) object {
		o := maps.Clone(here)
		maps.Copy(o, changes)
		return o
	}
	user := signed("u1", map[string]string{"name": "Una"})
	if status, a := h.send("rooms/identify", with(object{"user": user}), nil); status != 204 {
		t.Errorf("identify answered %d %v", status, a)
	}
	forged := object{"id": "u2", "fields": user["fields"], "signature": user["signature"]}
	if status, a := h.send("rooms/identify", with(object{"user": forged}), nil); status != 403 || a["code"] != "signature" {
		t.Errorf("a forged user is answered %d %v", status, a)
	}
	if status, a := h.send("rooms", asking(object{"user": forged}), nil); status != 403 || a["code"] != "signature" {
		t.Errorf("a room for a forged user is answered %d %v", status, a)
	}
	secret := h.site.IdentitySecret
	h.site.IdentitySecret = nil
	empty := object{"id": "u2", "signature": privacy.IdentitySignature(nil, "u2", nil)}
	if status, _ := h.send("rooms/identify", with(object{"user": empty}), nil); status != 403 {
		t.Errorf("a user signed with no secret is answered %d", status)
	}
	h.site.IdentitySecret = secret

	if status, a := h.send("rooms/ask", with(object{"answers": object{"topic": "nonsense"}}), nil); status != 400 || a["field"] != "answers.topic" {
		t.Errorf("a wrong answer is answered %d %v", status, a)
	}
	status, a := h.send("rooms/ask", with(object{"answers": object{"topic": "delivery"}, "page": object{"url": shop + "/faq"}}), nil)
	if s := h.session(); status != 200 || a["receipt"] != "receipt" || s.User.ID != "u1" || s.Name != "Una" || s.Page != shop+"/faq" {
		t.Errorf("ask answered %d %v, written down %+v", status, a, s)
	}
	if status, _ := h.send("rooms/object", here, nil); status != 204 {
		t.Errorf("object answered %d", status)
	}
	if s := h.session(); s.User.ID != "" {
		t.Errorf("after the objection is written down: %+v", s)
	}
	for _, body := range []object{with(object{"site": "other"}), with(object{"resume": "unknown"})} {
		if status, a := h.send("rooms/object", body, nil); status != 204 {
			t.Errorf("a room of another site, or none: %d %v", status, a)
		}
	}
}

// A browsing visit ends when the visitor comes back to it with an opt-out made elsewhere.
func TestAnOptOutElsewhereEndsBrowsing(t *testing.T) {
	h := newHouse(t)
	h.site.Collection.Visitors = privacy.VisitorsAll
	_, a := h.send("rooms", asking(object{"help": false}), nil)
	status, _ := h.send("rooms/resume", object{"site": "key", "tab": tab(1), "resume": a["resume"], "optedOut": true}, nil)
	if list, err := h.hub.Visitors(t.Context(), "tenant"); status != 404 || err != nil || len(list) != 0 {
		t.Errorf("answered %d, listed %v, %v", status, list, err)
	}
}

func TestMessagesRatingsAndOptOuts(t *testing.T) {
	h := newHouse(t)
	letter := object{
		"site": "key", "lang": "de", "page": object{"url": shop + "/"}, "answers": object{"topic": "delivery", "who": "Vera"},
		"email": "vera@mail.example", "text": "Where is it?\nSince Monday.",
	}
	if status, a := h.send("messages", letter, nil); status != 201 || a["receipt"] != "receipt of a message" {
		t.Errorf("a message is answered %d %v", status, a)
	}
	if m := h.left; len(m) != 1 || m[0].Tenant != "tenant" || m[0].Site != "site" || m[0].Name != "Vera" || m[0].Email != "vera@mail.example" ||
		m[0].URL != shop+"/" || len(m[0].Answers) != 2 || m[0].Device.Kind != "desktop" {
		t.Errorf("left %+v", m)
	}
	if status, a := h.send("rating", object{"site": "key", "receipt": "receipt", "score": 5, "comment": "quick"}, nil); status != 204 ||
		len(h.rated) != 1 || h.rated[0] != "tenant|site|5|quick" {
		t.Errorf("a rating is answered %d %v, kept %v", status, a, h.rated)
	}
	if status, a := h.send("rating", object{"site": "key", "receipt": "nope", "score": 5}, nil); status != 404 {
		t.Errorf("an unknown receipt is answered %d %v", status, a)
	}
	if status, a := h.send("optout", object{"site": "key", "token": "signed"}, nil); status != 200 || a["out"] != true {
		t.Errorf("a signed link is answered %d %v", status, a)
	}
	if status, a := h.send("optout", object{"site": "key", "token": "forged"}, nil); status != 403 || a["code"] != "token" {
		t.Errorf("a forged link is answered %d %v", status, a)
	}
	h.relay.Messages, h.relay.Ratings, h.relay.OptOuts = nil, nil, nil
	for path, body := range map[string]object{
		"messages": letter, "rating": {"site": "key", "receipt": "receipt", "score": 5}, "optout": {"site": "key", "token": "signed"},
	} {
		if status, a := h.send(path, body, nil); status != 404 {
			t.Errorf("%s without its part is answered %d %v", path, status, a)
		}
	}
}

func TestBlockedAddressesAreNotServed(t *testing.T) {
	h := newHouse(t)
	h.site.Collection.Blocked = []string{"127.0.0.0/8", "::1"}
	for _, c := range calls {
		if status, a := h.send(c.path, object{"site": "key"}, nil); status != 403 || a["code"] != "blocked" {
			t.Errorf("%s answered %d %v", c.path, status, a)
		}
	}
}

func TestAMinorsPageIsShownToNobody(t *testing.T) { // req 001-43
	h := newHouse(t)
	h.site.Collection.Minors = true
	_, a := h.send("rooms", asking(nil), nil)
	v, _ := h.visitor(a["ticket"].(string))
	ann, welcome := h.agent(h.join(entry{Room: a["room"].(string), Resume: a["resume"].(string)}, "ann"), nil)
	if welcome.State != wire.RoomHelping {
		t.Errorf("the agent's welcome says %s", welcome.State)
	}
	ann.send(wire.NewJSON(wire.Consent, wire.ConsentBody{What: "view", Act: "ask"}))
	var b wire.ErrorBody
	into(t, ann.want(wire.Error), &b)
	if b.Code != "not-allowed" {
		t.Errorf("to ask is answered %+v", b)
	}
	v.quiet(wire.Consent)
}

// Bad input on every field gets an answer that names it, and changes nothing.
func TestBadInputIsNamed(t *testing.T) {
	h := newHouse(t)
	_, a := h.send("rooms", asking(nil), nil)
	here := object{"site": "key", "tab": tab(1), "resume": a["resume"]}
	room := func(field string, v any) object { return asking(object{field: v}) }
	user := func(changes object) object {
		u := signed("u1", map[string]string{"plan": "gold"})
		maps.Copy(u, changes)
		return room("user", u)
	}
	resumed := func(field string, v any) object {
		o := maps.Clone(here)
		o[field] = v
		return o
	}
	letter := func(field string, v any) object {
		o := object{"site": "key", "answers": object{"topic": "delivery"}, "email": "v@mail.example", "text": "x", field: v}
		return o
	}
	rating := func(field string, v any) object {
		return object{"site": "key", "receipt": "receipt", "score": 3, "comment": "", field: v}
	}
	long := strings.Repeat("x", 5000)
	many := map[string]string{}
	for n := range 21 {
		many["f"+string(rune('a'+n))] = "x"
	}
	before, _ := h.hub.Visitors(t.Context(), "tenant")
	for _, try := range []struct {
		path, field string
		body        object
	}{
		{"rooms", "lang", room("lang", "de\x00")},
		{"rooms", "lang", room("lang", long)},
		{"rooms", "lang", room("lang", []string{"de"})},
		{"rooms", "tab", room("tab", "x")},
		{"rooms", "tab", room("tab", object{"$ne": ""})},
		{"rooms", "help", room("help", "yes")},
		{"rooms", "page", room("page", "x")},
		{"rooms", "page.url", room("page", object{"url": long})},
		{"rooms", "page.url", room("page", object{"url": "https://shop.example/\x07"})},
		{"rooms", "page.title", room("page", object{"title": long})},
		{"rooms", "answers", room("answers", "x")},
		{"rooms", "answers", room("answers", object{"who": object{"$gt": ""}, "topic": "delivery"})},
		{"rooms", "answers.topic", room("answers", object{"who": "x"})},
		{"rooms", "visitor", room("visitor", "vera")},
		{"rooms", "visitor", room("visitor", 7)},
		{"rooms", "user", room("user", "vera")},
		{"rooms", "user.id", user(object{"id": ""})},
		{"rooms", "user.id", user(object{"id": 7})},
		{"rooms", "user.id", user(object{"id": "a\nb"})},
		{"rooms", "user.id", user(object{"id": long})},
		{"rooms", "user.fields", user(object{"fields": many})},
		{"rooms", "user.fields", user(object{"fields": object{"a=b": "x"}})},
		{"rooms", "user.fields.plan", user(object{"fields": object{"plan": "x\n"}})},
		{"rooms", "user.fields", user(object{"fields": object{"plan": 7}})},
		{"rooms", "user.signature", user(object{"signature": 7})},
		{"rooms/resume", "resume", resumed("resume", "")},
		{"rooms/resume", "resume", resumed("resume", long)},
		{"rooms/ask", "tab", resumed("tab", "")},
		{"rooms/ask", "answers.topic", resumed("answers", object{})},
		{"rooms/identify", "user", here},
		{"messages", "email", letter("email", "")},
		{"messages", "email", letter("email", "nobody")},
		{"messages", "email", letter("email", "Vera <v@mail.example>")},
		{"messages", "email", letter("email", "v@mail.example\r\nBcc: x@y.example")},
		{"messages", "text", letter("text", " \n ")},
		{"messages", "text", letter("text", long)},
		{"messages", "text", letter("text", "ring \x07")},
		{"messages", "answers.topic", letter("answers", nil)},
		{"rating", "receipt", rating("receipt", "")},
		{"rating", "receipt", rating("receipt", "a\x00")},
		{"rating", "score", rating("score", 0)},
		{"rating", "score", rating("score", 6)},
		{"rating", "score", rating("score", "5")},
		{"rating", "score", rating("score", 4.5)},
		{"rating", "comment", rating("comment", long)},
		{"rating", "comment", rating("comment", "\x1b[2J")},
		{"optout", "token", object{"site": "key"}},
		{"optout", "token", object{"site": "key", "token": long}},
	} {
		h.skewed.forward(time.Minute) // past the rate
		if status, a := h.send(try.path, try.body, nil); status != 400 || a["code"] != "invalid" || a["field"] != try.field {
			t.Errorf("%s with a bad %s answered %d %v", try.path, try.field, status, a)
		}
	}
	after, _ := h.hub.Visitors(t.Context(), "tenant")
	if len(after) != len(before) || len(h.left)+len(h.rated) > 0 {
		t.Errorf("something changed: %d rooms, %d messages, %d ratings", len(after), len(h.left), len(h.rated))
	}
	if log := h.log.String(); strings.Contains(log, "Bcc") || strings.Contains(log, "$gt") {
		t.Errorf("input is in the log: %s", log)
	}
}

func TestTextThatIsNotUTF8(t *testing.T) {
	w := newWorld(t)
	q, err := http.NewRequest(http.MethodPost, w.http.URL+"/widget/v1/rooms", strings.NewReader(`{"site":"key","lang":"`+"\xff"+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Origin", shop)
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	if a.StatusCode != http.StatusBadRequest {
		t.Errorf("answered %d", a.StatusCode)
	}
}

package privacy_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"alongside/privacy"
)

// browser keeps one cookie as a browser does.
type browser struct{ cookie string }

func (b *browser) request() *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	if b.cookie != "" {
		r.Header.Set("Cookie", "other=1; "+privacy.OptOutCookie+"="+b.cookie)
	}
	return r
}

func (b *browser) choose(t *testing.T, site string, out, secure bool) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	privacy.SetOptOut(w, b.request(), site, out, secure)
	cookies := w.Result().Cookies()
	if len(cookies) != 1 || cookies[0].Name != privacy.OptOutCookie {
		t.Fatalf("cookies: %v", cookies)
	}
	if b.cookie = cookies[0].Value; cookies[0].MaxAge < 0 {
		b.cookie = ""
	}
	return cookies[0]
}

func (b *browser) out(site string) bool { return privacy.OptedOut(b.request(), site) }

// req 000-31: any end user can opt out, of one site or of all, and back in.
func TestABrowserOptsOutAndBackIn(t *testing.T) {
	var b browser
	expect := func(a, c bool) {
		t.Helper()
		if b.out("site_a") != a || b.out("site_c") != c {
			t.Errorf("%q: a %v, c %v", b.cookie, b.out("site_a"), b.out("site_c"))
		}
	}
	expect(false, false)
	b.choose(t, "site_a", true, true)
	expect(true, false)
	b.choose(t, "site_a", true, true)
	if b.cookie != "site_a" {
		t.Errorf("chosen twice: %q", b.cookie)
	}
	b.choose(t, "site_c", true, true)
	expect(true, true)
	b.choose(t, "site_a", false, true)
	expect(false, true)
	b.choose(t, privacy.AllSites, true, true)
	expect(true, true)
	b.choose(t, "site_a", false, true) // the only exception
	expect(false, true)
	b.choose(t, "site_a", true, true)
	expect(true, true)
	b.choose(t, privacy.AllSites, false, true)
	expect(false, false)
	if b.cookie != "" {
		t.Errorf("no objection leaves %q", b.cookie)
	}
}

func TestTheCookieTellsOnlyWhatItMust(t *testing.T) {
	var b browser
	c := b.choose(t, "site_a", true, true)
	if !c.Secure || c.SameSite != http.SameSiteNoneMode || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.MaxAge != 400*24*3600 {
		t.Errorf("over https: %+v", c)
	}
	c = b.choose(t, "site_a", true, false)
	if c.Secure || c.SameSite != http.SameSiteLaxMode || !c.HttpOnly {
		t.Errorf("over http: %+v", c)
	}
	for _, key := range []string{"", "a b", "a.b", "a;b", "*.x", "é", strings.Repeat("x", 41)} {
		if b.choose(t, key, true, true); b.cookie != "site_a" {
			t.Errorf("%q changed the cookie: %q", key, b.cookie)
		}
	}
}

func TestManySitesFitIntoTheCookieAndNoObjectionIsForgotten(t *testing.T) {
	key := func(i int) string { return fmt.Sprintf("site_%026d", i) } // as long as real ones
	var b browser
	const sites = 3 * privacy.MaxOptOutSites
	for i := range sites {
		c := b.choose(t, key(i), true, true)
		if size := len(c.Name) + len(c.Value); size > 4000 {
			t.Fatalf("%d bytes after %d sites", size, i+1)
		}
		for j := range i + 1 {
			if i%13 == 0 && !b.out(key(j)) {
				t.Fatalf("after %d the objection to %d is forgotten", i, j)
			}
		}
	}
	for i := range sites {
		if c := b.choose(t, key(i), false, true); len(c.Value) > 4000 || b.out(key(i)) {
			t.Fatalf("%d bytes, still out of %d: %v", len(c.Value), i, b.out(key(i)))
		}
	}
	if !b.out(key(0)) || !b.out("site_new") {
		t.Error("exceptions outgrew the objection")
	}
}

func TestACookieOfAnyKindIsRead(t *testing.T) {
	for value, want := range map[string]bool{
		"": false, ".": false, "*": true, "**": false, "site_a": true, "*.site_a": false, "site_a.*": true, "x.site_a.site_a": true,
		"..site_a": true, "SITE_A": false, "site_a%2E": false, strings.Repeat("y", 3000): false, "*" + strings.Repeat(".", 3000): true,
	} {
		if got := (&browser{value}).out("site_a"); got != want {
			t.Errorf("%.20q: %v", value, got)
		}
	}
}

func TestAnOptOutLinkIsOfOneSiteAndShortLived(t *testing.T) {
	keys := openKeyring(t)
	for _, out := range []bool{true, false} {
		token := keys.SignOptOut("site_a", out, noon)
		if strings.ContainsFunc(token, func(r rune) bool { return strings.ContainsRune("+/=&#%", r) }) {
			t.Errorf("%q does not fit into an address", token)
		}
		check := func(site, token string, after time.Duration, good bool) {
			t.Helper()
			got, err := keys.CheckOptOut(site, token, noon.Add(after))
			if good && (err != nil || got != out) || !good && (!errors.Is(err, privacy.ErrToken) || got) {
				t.Errorf("%s %.12q after %v: %v, %v", site, token, after, got, err)
			}
		}
		check("site_a", token, 0, true)
		check("site_a", token, 15*time.Minute, true)
		check("site_a", token, -30*time.Second, true)
		check("site_a", token, 15*time.Minute+time.Second, false)
		check("site_a", token, -2*time.Minute, false)
		check("site_c", token, 0, false)
		check("site_a", "", 0, false)
		check("site_a", "\x00ü", 0, false)
		check("site_a", token[:len(token)-1], 0, false)
		check("site_a", token+"A", 0, false)
		check("site_a", token+"\n", 0, false)
		check("site_a", keys.SessionToken("site_a", "t", "r"), 0, false)
		for i := range token {
			changed := []byte(token)
			if changed[i]++; changed[i] == '[' || changed[i] == '{' || changed[i] == ':' {
				changed[i] = 'A'
			}
			check("site_a", string(changed), 0, false)
		}
	}
}

func TestASessionTokenNamesOneRoomOfOneSite(t *testing.T) {
	keys := openKeyring(t)
	token := keys.SessionToken("site_a", "tenant-canary", "room-canary")
	if strings.Contains(token, "canary") {
		t.Error("shows tenant or room")
	}
	if tenant, room, err := keys.OpenSessionToken("site_a", token); err != nil || tenant != "tenant-canary" || room != "room-canary" {
		t.Errorf("%q, %q, %v", tenant, room, err)
	}
	for _, c := range [][2]string{{"site_c", token}, {"site_a", token[1:]}, {"site_a", ""}, {"site_a", keys.SignOptOut("site_a", true, noon)}} {
		if tenant, room, err := keys.OpenSessionToken(c[0], c[1]); !errors.Is(err, privacy.ErrToken) || tenant+room != "" {
			t.Errorf("%v: %q, %q, %v", c, tenant, room, err)
		}
	}
}

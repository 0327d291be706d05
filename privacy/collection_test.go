package privacy

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestANewSiteCollectsLittle(t *testing.T) {
	c := DefaultCollection()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	for got, want := range map[any]string{
		jsonOf(t, c): `{"version":1,"basis":"interest","visitors":"help","returningId":false,"doNotTrack":false,"consentMode":false,` +
			`"consentEvent":"","allow":[],"deny":[],"sensitive":[],"ip":"none","ipAcknowledged":false,"blocked":[],"minors":false}`,
		jsonOf(t, c.Public()): `{"basis":"interest","visitors":"help","returningId":false,"doNotTrack":false,"consentMode":false,` +
			`"consentEvent":"","allow":[],"deny":[],"sensitive":[],"minors":false}`,
		jsonOf(t, Collection{}.Public().Allow):                    `[]`,
		jsonOf(t, Collection{}.Next(3).Blocked):                   `[]`,
		jsonOf(t, Collection{Version: 9}.Next(3).Next(4).Version): `5`,
	} {
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestACollectionComesBackAsItWent(t *testing.T) {
	c := Collection{
		Version: 4, Basis: BasisConsent, Visitors: VisitorsAll, ReturningID: true, DoNotTrack: true, ConsentMode: true,
		ConsentEvent: "cookies:accepted", Allow: []string{"/shop/*"}, Deny: []string{"/shop/admin*"}, Sensitive: []string{"/health*"},
		IP: IPFull, IPAcknowledged: true, Blocked: []string{"10.*", "2001:db8::/32"}, Minors: true,
	}
	if got, err := ParseCollection([]byte(jsonOf(t, c))); err != nil || !reflect.DeepEqual(got, c) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, c)
	}
	for _, text := range []string{`{}`, `{"allow":null,"blocked":null}`, `{"version":1,"ip":"none"}`} {
		if got, err := ParseCollection([]byte(text)); err != nil || !reflect.DeepEqual(got, DefaultCollection()) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

func TestAWrongFieldOfACollectionIsNamed(t *testing.T) {
	list := func(field string, entries ...string) string {
		data, err := json.Marshal(entries)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf(`{%q:%s}`, field, data)
	}
	cases := map[string]string{
		`{"version":0}`:                           "version",
		`{"version":"1"}`:                         "version",
		`{"version":1.5}`:                         "version",
		`{"basis":"contract"}`:                    "basis",
		`{"basis":{"$ne":1}}`:                     "basis",
		`{"visitors":"some"}`:                     "visitors",
		`{"ip":"hashed"}`:                         "ip",
		`{"ip":"full"}`:                           "ipAcknowledged",
		`{"minors":1}`:                            "minors",
		`{"returningID2":true}`:                   "returningID2",
		`{"consentEvent":"a b"}`:                  "consentEvent",
		`{"consentEvent":"a\u0000"}`:              "consentEvent",
		list("allow", "/ok", "shop"):              "allow[1]",
		list("allow", "/a?b"):                     "allow[0]",
		list("deny", "/ok", "/a\n"):               "deny[1]",
		list("sensitive", ""):                     "sensitive[0]",
		`{"sensitive":"/health"}`:                 "sensitive",
		list("blocked", "10.0.0.1", "10.0.0.256"): "blocked[1]",
		list("blocked", "*.example.org"):          "blocked[0]",
		list("allow", slices.Repeat([]string{"/"}, MaxPagePatterns+1)...):         "allow",
		list("blocked", slices.Repeat([]string{"10.*"}, MaxBlockedPatterns+1)...): "blocked",
		`{"consentEvent":"` + strings.Repeat("x", MaxConsentEventBytes+1) + `"}`:  "consentEvent",
	}
	for text, want := range cases {
		got, err := ParseCollection([]byte(text))
		var field *FieldError
		if !errors.As(err, &field) || field.Field != want || field.Problem == "" || !reflect.DeepEqual(got, Collection{}) {
			t.Errorf("%.80s: %v, want an error about %s", text, err, want)
		}
	}
	invalid := DefaultCollection()
	invalid.ConsentEvent = "\xff"
	if err := invalid.Validate(); err == nil {
		t.Error("took what is not UTF-8")
	}
	for _, text := range []string{"", "[]", `{} {}`, `"consent"`} {
		if _, err := ParseCollection([]byte(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestRetentionHasLimits(t *testing.T) {
	if err := DefaultRetention().Validate(); err != nil {
		t.Error(err)
	}
	for _, good := range []Retention{{1, 0, 90}, {730, 730, 730}} {
		if err := good.Validate(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for want, bad := range map[string][]Retention{
		"sessionDays": {{0, 0, 90}, {731, 0, 90}, {-1, 0, 90}},
		"chatDays":    {{1, -1, 90}, {1, 731, 90}},
		"auditDays":   {{1, 0, 89}, {1, 0, 731}, {1, 0, 0}},
	} {
		for _, r := range bad {
			var field *FieldError
			if err := r.Validate(); !errors.As(err, &field) || field.Field != want {
				t.Errorf("%+v: %v, want an error about %s", r, err, want)
			}
		}
	}
}

// req 000-34, 001-42, 003-20: of an address nothing is kept, or half of it, unless an admin acknowledged to keep it all.
func TestAddressesAreKeptAsTheSiteChose(t *testing.T) {
	for _, c := range []struct{ mode, address, want string }{
		{IPNone, "192.0.2.77", ""},
		{"", "192.0.2.77", ""},
		{"everything", "192.0.2.77", ""},
		{IPTruncated, "192.0.2.77", "192.0.0.0"},
		{IPTruncated, "::ffff:192.0.2.77", "192.0.0.0"},
		{IPTruncated, "2001:db8:1234:5678::9", "2001:db8::"},
		{IPTruncated, "fe80::1%eth0", "fe80::"},
		{IPFull, "192.0.2.77", "192.0.2.77"},
		{IPFull, "::ffff:192.0.2.77", "192.0.2.77"},
		{IPFull, "fe80::1%eth0", "fe80::1"},
	} {
		if got := KeepAddress(c.mode, netip.MustParseAddr(c.address)); got != c.want {
			t.Errorf("%s of %s: %q, want %q", c.mode, c.address, got, c.want)
		}
	}
	if got := KeepAddress(IPFull, netip.Addr{}); got != "" {
		t.Errorf("no address: %q", got)
	}
}

// req 001-17: addresses are blocked by pattern, with wildcards and CIDR, IPv4 and IPv6.
func TestPatternsBlockAddresses(t *testing.T) {
	for pattern, addresses := range map[string]string{ // a - marks one that is not blocked
		"192.0.2.7":           "192.0.2.7 ::ffff:192.0.2.7 -192.0.2.70 -2001:db8::7",
		"::ffff:192.0.2.7":    "192.0.2.7 ::ffff:192.0.2.7 -::7",
		"192.0.2.0/25":        "192.0.2.0 192.0.2.127 ::ffff:192.0.2.1 -192.0.2.128",
		"192.0.2.99/24":       "192.0.2.1 -192.0.3.1",
		"0.0.0.0/0":           "192.0.2.1 ::ffff:1.2.3.4 -2001:db8::1",
		"::ffff:10.0.0.0/104": "10.255.255.255 -11.0.0.0 -::a00:1",
		"::/0":                "2001:db8::1 ::1 -192.0.2.1 -::ffff:192.0.2.1",
		"192.0.2.*":           "192.0.2.255 ::ffff:192.0.2.9 -192.0.20.1",
		"192.*.2.9":           "192.1.2.9 -192.1.2.8 -193.1.2.9",
		"10.*":                "10.0.0.1 10.255.255.255 -100.0.0.1 -11.0.0.1",
		"*":                   "1.2.3.4 -2001:db8::1",
		"2001:db8::7":         "2001:db8:0::7 2001:0db8::7%eth0 -2001:db8::8 -0.0.0.7",
		"2001:db8::/32":       "2001:db8:ffff::1 -2001:db9::1",
		"2001:db8:*":          "2001:db8::1 2001:db8:ffff::1 -2001:db80::1 -2001:d::1",
		"2001:DB8:*:1:*":      "2001:db8:2:1::9 -2001:db8:2:2::9",
		"fe80:0:0:0:*:*:*:9":  "fe80::1:2:3:9 -fe80::1:2:3:8 -fe80:1::1:2:3:9",
	} {
		if problem := addressPatternProblem(pattern); problem != "" {
			t.Errorf("%s %s", pattern, problem)
		}
		for _, text := range strings.Fields(addresses) {
			text, free := strings.CutPrefix(text, "-")
			if got := Blocked([]string{"198.51.100.1", "nonsense", pattern}, netip.MustParseAddr(text)); got == free {
				t.Errorf("%s and %s: blocked %v", pattern, text, got)
			}
		}
	}
	if Blocked([]string{"*", "::/0"}, netip.Addr{}) || Blocked(nil, netip.MustParseAddr("192.0.2.1")) {
		t.Error("blocked no address, or by no pattern")
	}
}

func TestWhatIsNoAddressPatternIsRefused(t *testing.T) {
	for _, text := range []string{
		"", " ", "10.0.0", "10.0.0.0.1", "10.0.0.256", "010.0.0.1", "010.*", "10.*.1", "10.*.*.*.*", "10.1*", "**", "a.*", "-1.*", "+1.*",
		"10.0.0.0/33", "10.0.0.0/", "/8", "10.*/8", "::/129", "::ffff:10.0.0.0/95", "fe80::1%eth0", "2001::*", "2001:db8:*:1", "12345:*",
		"2001:db8:*.1", "1:2:3:4:5:6:7:8:*", "example.org", "10.0.0.1\n", "10.\x00.*", "\xff.*", "١٠.*", strings.Repeat("1", 5000),
	} {
		if addressPatternProblem(text) == "" {
			t.Errorf("%.40q was taken", text)
		}
	}
}

func TestIdentitySignatureIsAsDocumented(t *testing.T) {
	fields := map[string]string{"plan": "gold", "Name": "Zoë", "age": ""}
	// printf '42\nName=Zoë\nage=\nplan=gold\n' | openssl dgst -sha256 -hmac secret
	const want = "04953e5c5436dda221146e7b5f1b3629878c9d9281400380d316384fc4b012f9"
	if got := IdentitySignature([]byte("secret"), "42", fields); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	// printf '42\n' | openssl dgst -sha256 -hmac secret
	const wantBare = "42a6b3552de9fd677929871d6fb664de9a5fcf0daf29a84feca77b1eacabed7b"
	if got := IdentitySignature([]byte("secret"), "42", nil); got != wantBare {
		t.Errorf("got %s, want %s", got, wantBare)
	}
}

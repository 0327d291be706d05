package privacy

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// AllSites stands for every site in an opt-out.
const AllSites = "*"

const (
	// OptOutCookie is the cookie on this server's own domain that holds a browser's OptOuts.
	OptOutCookie = "alongside-optout"
	// OptOutLife is the longest that browsers keep a cookie (RFC 6265bis §5.5).
	OptOutLife = 400 * 24 * time.Hour
	// MaxOptOutSites keeps the cookie well below the 4,096 bytes that browsers accept (RFC 6265 §6.1).
	MaxOptOutSites = 64
	// OptOutTokenLife is how long a link back to the site is good for.
	OptOutTokenLife = 15 * time.Minute

	maxSiteKeyBytes = 40
)

// ErrToken is returned for a token that is not ours, not for this site, damaged or expired.
var ErrToken = errors.New("the link is not valid")

// OptOuts is what one browser objected to. The zero value is no objection.
type OptOuts struct {
	// All: every site of this server but those in Sites. Otherwise: those in Sites.
	All bool
	// Sites are keys, the last one chosen last.
	Sites []string
}

// ReadOptOuts reads the browser's cookie. What it cannot understand it leaves out.
func ReadOptOuts(r *http.Request) OptOuts {
	cookie, err := r.Cookie(OptOutCookie)
	if err != nil {
		return OptOuts{}
	}
	var o OptOuts
	for i, key := range strings.Split(cookie.Value, ".") {
		switch {
		case i == 0 && key == AllSites:
			o.All = true
		case plainSiteKey(key) && len(o.Sites) < MaxOptOutSites && !slices.Contains(o.Sites, key):
			o.Sites = append(o.Sites, key)
		}
	}
	return o
}

// Out says whether the browser opted out of the site.
func (o OptOuts) Out(siteKey string) bool { return o.All != slices.Contains(o.Sites, siteKey) }

// With is o after the visitor chose: out of the site, or in; AllSites forgets what was chosen for single ones. Beyond
// MaxOptOutSites no objection is ever forgotten: exceptions from an opt-out of everything are, and one objection too many
// becomes an objection to everything.
func (o OptOuts) With(siteKey string, out bool) OptOuts {
	if siteKey == AllSites {
		return OptOuts{All: out}
	}
	if !plainSiteKey(siteKey) {
		return o
	}
	sites := slices.DeleteFunc(slices.Clone(o.Sites), func(key string) bool { return key == siteKey })
	if out != o.All {
		sites = append(sites, siteKey)
	}
	if len(sites) > MaxOptOutSites {
		if !o.All {
			return OptOuts{All: true}
		}
		sites = sites[len(sites)-MaxOptOutSites:]
	}
	return OptOuts{All: o.All, Sites: sites}
}

// value is the cookie's: "key.key", or "*.key.key" where the keys are exceptions.
func (o OptOuts) value() string {
	sites := o.Sites
	if o.All {
		sites = append([]string{AllSites}, sites...)
	}
	return strings.Join(sites, ".")
}

func plainSiteKey(key string) bool {
	return key != "" && len(key) <= maxSiteKeyBytes && !strings.ContainsFunc(key, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
	})
}

// OptedOut says whether this browser opted out of the site.
func OptedOut(r *http.Request, siteKey string) bool { return ReadOptOuts(r).Out(siteKey) }

// SetOptOut opts this browser out of the site, or of AllSites, or back in. secure says that the server is reached over
// https; only then does the cookie also come with requests from other sites' pages. Nothing is left of a cookie that would
// say nothing.
func SetOptOut(w http.ResponseWriter, r *http.Request, siteKey string, out, secure bool) {
	cookie := &http.Cookie{
		Name: OptOutCookie, Value: ReadOptOuts(r).With(siteKey, out).value(), Path: "/",
		MaxAge: int(OptOutLife.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if secure {
		cookie.Secure, cookie.SameSite = true, http.SameSiteNoneMode
	}
	if cookie.Value == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}

// optOutToken is what the link back to a site says.
type optOutToken struct {
	Out bool  `json:"o"`
	At  int64 `json:"t"` // milliseconds since 1970
}

// sessionToken is what names a session to the opt-out pages.
type sessionToken struct {
	Tenant string `json:"t"`
	Room   string `json:"r"`
}

// SignOptOut makes the token by which a page of the site itself learns that its visitor opted out, or back in. Its place is
// an address's fragment, which is not sent to any server.
func (k *Keyring) SignOptOut(siteKey string, out bool, at time.Time) (token string) {
	return k.makeToken("opt-out", siteKey, optOutToken{out, at.UnixMilli()})
}

// CheckOptOut reads what SignOptOut made for the site within OptOutTokenLife before now; else it returns ErrToken.
func (k *Keyring) CheckOptOut(siteKey, token string, now time.Time) (out bool, err error) {
	var content optOutToken
	if err := k.readToken("opt-out", siteKey, token, &content); err != nil {
		return false, err
	}
	if age := now.Sub(time.UnixMilli(content.At)); age < -time.Minute || age > OptOutTokenLife {
		return false, ErrToken
	}
	return content.Out, nil
}

// SessionToken names a session to the opt-out pages, without showing tenant or room. It is good as long as the room is.
func (k *Keyring) SessionToken(siteKey, tenant, room string) string {
	return k.makeToken("session", siteKey, sessionToken{tenant, room})
}

// OpenSessionToken reads what SessionToken made for the site; else it returns ErrToken.
func (k *Keyring) OpenSessionToken(siteKey, token string) (tenant, room string, err error) {
	var content sessionToken
	if err := k.readToken("session", siteKey, token, &content); err != nil {
		return "", "", err
	}
	return content.Tenant, content.Room, nil
}

// makeToken seals content under a key for its purpose, bound to the site.
func (k *Keyring) makeToken(purpose, siteKey string, content any) string {
	plain, err := json.Marshal(content)
	if err != nil {
		panic(err) // not for structs of strings, numbers and truths
	}
	return base64.RawURLEncoding.EncodeToString(sealWith(newAEAD(k.Secret("token "+purpose)), plain, []byte(siteKey)))
}

func (k *Keyring) readToken(purpose, siteKey, token string, content any) error {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || strings.ContainsAny(token, "\r\n") { // the decoder passes over line ends
		return ErrToken
	}
	plain, err := openWith(newAEAD(k.Secret("token "+purpose)), sealed, []byte(siteKey))
	if err != nil || json.Unmarshal(plain, content) != nil {
		return ErrToken
	}
	return nil
}

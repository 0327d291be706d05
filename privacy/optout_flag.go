package privacy

import (
	"errors"
	"net/http"
	"time"
)

// ErrToken is returned for a token that is not ours, not for this site, damaged or expired.
var ErrToken = errors.New("the link is not valid")

// AllSites stands for every site in an opt-out.
const AllSites = "*"

// OptedOut says whether this browser opted out of the site.
func OptedOut(r *http.Request, siteKey string) bool { return false }

// SetOptOut opts this browser out of the site, or back in.
func SetOptOut(w http.ResponseWriter, r *http.Request, siteKey string, out, secure bool) {}

// SignOptOut makes the token by which a site's own page learns of an opt-out.
func (k *Keyring) SignOptOut(siteKey string, out bool, at time.Time) (token string) { return "" }

// CheckOptOut reads what SignOptOut made within the last 15 minutes.
func (k *Keyring) CheckOptOut(siteKey, token string, now time.Time) (out bool, err error) {
	return false, ErrToken
}

// SessionToken names a session to the opt-out pages.
func (k *Keyring) SessionToken(siteKey, tenant, room string) string { return "" }

// OpenSessionToken reads what SessionToken made.
func (k *Keyring) OpenSessionToken(siteKey, token string) (tenant, room string, err error) {
	return "", "", ErrToken
}

package privacy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"slices"
)

// IdentitySignature is what a site's own server gives its page, so that nobody can pose as another user: lower-case hex
// HMAC-SHA256 (RFC 2104), keyed with the site's identity secret, over the user's ID and a line feed and then, for each field
// in the order of the names' bytes, name, "=", value and a line feed. It is unambiguous only where names hold no "=" and no
// text holds a line feed; whoever checks a signature refuses those first, and compares in constant time (hmac.Equal).
func IdentitySignature(secret []byte, id string, fields map[string]string) string {
	mac := hmac.New(sha256.New, secret)
	io.WriteString(mac, id+"\n")
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		io.WriteString(mac, name+"="+fields[name]+"\n")
	}
	return hex.EncodeToString(mac.Sum(nil))
}

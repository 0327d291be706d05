package relay

import (
	"net/http"

	"alongside/privacy"
	"alongside/rooms"
	"alongside/wire"
)

// visitor is what may be known of who calls, under the site's rules. The widget keeps to them too; this is for when it
// does not.
type visitor struct {
	optedOut    bool
	mayBeListed bool          // without asking for help
	id          string        // long-term; empty unless the site recognises who returns
	user        rooms.User    // signed by the site; empty for who opted out
	address     string        // as far as the site's mode keeps it
	page        wire.PageBody // without URL and title on pages that are sensitive
}

// visitorOf applies the site's rules to a call whose fields were checked.
func (s *Server) visitorOf(q *http.Request, site Site, b *request) (v visitor) {
	c := site.Collection
	path := privacy.PathOf(b.Page.URL)
	sensitive := privacy.OnPath(c.Sensitive, path)
	objects := q.Header.Get("Sec-GPC") == "1" || // Global Privacy Control §3.1
		c.DoNotTrack && q.Header.Get("DNT") == "1"
	v.optedOut = b.OptedOut || privacy.OptedOut(q, site.Key) || c.Minors
	// A page keeps its path to itself before it has read the site's policy; it has seen to the lists itself.
	told := path != "" && path != "/"
	unwanted := told && (sensitive || privacy.OnPath(c.Deny, path) || len(c.Allow) > 0 && !privacy.OnPath(c.Allow, path))
	v.mayBeListed = c.Visitors == privacy.VisitorsAll && !v.optedOut && !objects && !unwanted
	v.page = b.Page
	if sensitive {
		v.page.URL, v.page.Title = "", ""
	}
	if v.optedOut {
		return v
	}
	if c.ReturningID && !objects {
		v.id = b.Visitor
	}
	if b.User != nil {
		v.user = b.User.user()
	}
	v.address = privacy.KeepAddress(c.IP, s.Address(q))
	return v
}

package rooms

import (
	"context"
	"errors"

	"alongside/wire"
)

// Desk is told how each room stands: in order for each room, never under a mutex of this package, so that it may call the
// hub.
type Desk interface {
	Changed(v Visitor, tenant string)
	Gone(tenant, room string)
	// Moved tells that another node goes on with the room, and tells how it stands.
	Moved(tenant, room string)
}

type noDesk struct{}

func (noDesk) Changed(Visitor, string) {}
func (noDesk) Gone(string, string)     {}
func (noDesk) Moved(string, string)    {}

func (r *Room) roster() []wire.MemberBody {
	visitor := "away"
	if r.present() {
		visitor = "here"
	}
	all := []wire.MemberBody{{Member: visitorMember, Role: "visitor", Name: r.visitorName(), State: visitor}}
	for _, m := range r.members {
		all = append(all, wire.MemberBody{Member: m.number, Role: "agent", Name: m.person.Name, State: m.state()})
	}
	return all
}

func (r *Room) tabList() []wire.SourceBody {
	all := []wire.SourceBody{}
	for _, s := range r.sources {
		all = append(all, wire.SourceBody{
			Source: s.number, URL: s.page.URL, Title: s.page.Title, Visible: s.page.Visible, Focused: s.page.Focused,
			Connected: s.seat != nil,
		})
	}
	return all
}

// state is what the others see of an agent.
func (m *member) state() string {
	switch {
	case m.seat == nil:
		return "away"
	case m.may("view"):
		return "viewing"
	case m.grants["view"] != nil:
		return "asking"
	}
	return "helping"
}

// visitorName is what the visitor is called: by the site, which knows, or by the visitor.
func (r *Room) visitorName() string {
	if name := r.user.Fields["name"]; name != "" {
		return name
	}
	return r.name
}

// view is the room as the agents' list shows it.
func (r *Room) view() Visitor {
	v := Visitor{
		Room: r.id, Site: SiteName{r.site, r.siteName}, State: r.state, Since: r.opened, Name: r.visitorName(),
		User: r.user.ID, Help: r.help, Page: PageName{r.page.URL, r.page.Title}, PageSince: r.pageSince, Device: r.device,
		Lang: r.lang, Agents: []string{}, Helpers: []Helper{},
	}
	if r.help {
		asked := r.asked
		v.Asked = &asked
	}
	for _, m := range r.members {
		v.Agents = append(v.Agents, m.person.Name)
		v.Helpers = append(v.Helpers, Helper{m.person.ID, m.person.Name, m.state()})
	}
	for _, s := range r.sources {
		if s.seat != nil {
			v.Sources++
		}
	}
	return v
}

// publish tells presence and the desk how the room stands now. One goroutine tells at a time, and goes on while there is
// news; another that has some, be it the desk's own, leaves it to that one.
func (r *Room) publish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.news = true
	if r.telling {
		return
	}
	r.telling = true
	for r.news {
		r.news = false
		if r.moved {
			break
		}
		v := r.view()
		r.mu.Unlock()
		r.tellDesk(v)
		r.mu.Lock()
		if v.State == wire.RoomEnded {
			return // still telling: nothing comes after the end
		}
	}
	r.telling = false
}

func (r *Room) tellDesk(v Visitor) {
	ctx, cancel := context.WithTimeout(context.Background(), recordTimeout)
	defer cancel()
	var err error
	if v.State == wire.RoomEnded {
		err = r.hub.Presence.Remove(ctx, r.tenant, r.id)
		r.hub.Desk.Gone(r.tenant, r.id)
	} else {
		err = errors.Join(r.hub.Presence.Put(ctx, r.tenant, v), r.keepRecord(ctx))
		r.hub.Desk.Changed(v, r.tenant)
	}
	if errors.Is(err, ErrFenced) {
		r.lose()
		return
	}
	if err != nil {
		r.hub.Logger.Warn("tell presence", "room", r.id, "err", err)
	}
}

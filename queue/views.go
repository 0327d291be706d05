package queue

import (
	"cmp"
	"slices"
	"time"
)

// view is what the person sees.
func (d *desk) view(person string, now time.Time) View {
	view := View{Waiting: []Waiting{}, Mine: []string{}, HandOvers: []HandOver{}, Me: Me{Status: Away}}
	if a := d.agents[person]; a != nil {
		view.Me = Me{a.status, a.Capacity, d.active(person)}
	}
	places := d.places(now)
	for _, v := range d.line() {
		if d.may(person, v) {
			view.Waiting = append(view.Waiting, waitingView(v, places[v]))
		}
	}
	if v := d.offered(person); v != nil {
		view.Offer = offerView(v)
	}
	for _, v := range d.sorted() {
		if v.helpedBy(person) || v.held.person == person {
			view.Mine = append(view.Mine, v.Room)
		}
		for _, h := range []*handOver{v.handOver, v.refused} {
			if h != nil && h.from == person && v.helpedBy(person) {
				view.HandOvers = append(view.HandOvers, HandOver{v.Room, h.to, h.toName, h == v.refused})
			}
		}
	}
	return view
}

func (d *desk) board(now time.Time) Board {
	board := Board{Waiting: []Waiting{}, Agents: []AgentView{}}
	places := d.places(now)
	for _, v := range d.line() {
		board.Waiting = append(board.Waiting, waitingView(v, places[v]))
	}
	for _, a := range d.agents {
		board.Agents = append(board.Agents, AgentView{a.ID, a.Name, a.status, d.active(a.ID), a.Capacity})
	}
	slices.SortFunc(board.Agents, func(a, b AgentView) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return board
}

// colleagues are the others with an open console, and the teams in which one of them is available.
func (d *desk) colleagues(person string) ([]Colleague, []TeamName) {
	people, teams := []Colleague{}, []TeamName{}
	for _, a := range d.agents {
		if a.ID != person {
			people = append(people, Colleague{a.ID, a.Name, a.status})
		}
	}
	slices.SortFunc(people, func(a, b Colleague) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	for _, t := range d.teams {
		if slices.ContainsFunc(people, func(c Colleague) bool { return c.Status == Available && slices.Contains(t.Members, c.ID) }) {
			teams = append(teams, TeamName{t.ID, t.Name})
		}
	}
	return people, teams
}

// sorted is every visit, the oldest first.
func (d *desk) sorted() []*visit {
	all := make([]*visit, 0, len(d.visits))
	for _, v := range d.visits {
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b *visit) int { return cmp.Or(a.Asked.Compare(b.Asked), cmp.Compare(a.Room, b.Room)) })
	return all
}

func waitingView(v *visit, p place) Waiting {
	w := Waiting{
		Room: v.Room, Site: v.Site, Name: v.Name, Page: v.Page, Title: v.Title, Lang: v.Lang, Team: v.team(), Since: v.Asked,
		Position: p.position, Front: !v.front.IsZero(),
	}
	if v.offer != nil {
		w.OfferedTo = v.offer.person
	}
	return w
}

func offerView(v *visit) *Offer {
	o := &Offer{
		Room: v.Room, Site: v.Site, Name: v.Name, Page: v.Page, Title: v.Title, Lang: v.Lang, Team: v.team(), Since: v.Asked,
		Until: v.offer.until,
	}
	if v.handOver != nil {
		o.Note, o.From = v.handOver.note, v.handOver.fromName
	}
	return o
}

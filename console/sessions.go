package console

import (
	"context"
	"slices"
	"strconv"
	"time"

	"alongside/accounts"
	"alongside/history"
	"alongside/privacy"
	"alongside/rooms"
)

// History is what the console asks about sessions that were; *history.History is one.
type History interface {
	Get(ctx context.Context, tenant, id string) (history.Session, error)
	Messages(ctx context.Context, tenant, id string, after, limit int) ([]history.Message, error)
	List(ctx context.Context, tenant string, f history.Filter, after string, limit int) (history.Page, error)
	WrapUp(ctx context.Context, tenant, id string, w history.WrapUp) error
	Report(ctx context.Context, tenant string, f history.ReportFilter) (history.Report, error)
	Find(ctx context.Context, tenant string, who history.Who) (ids []string, err error)
	Export(ctx context.Context, tenant string, who history.Who) (history.Access, error)
	Erase(ctx context.Context, tenant string, who history.Who, mode history.Mode) (history.Erased, error)
}

// Consents keeps what visitors agreed to; *privacy.ConsentLog is one.
type Consents interface {
	List(ctx context.Context, tenant, room string) ([]privacy.Consent, error)
	Delete(ctx context.Context, tenant string, rooms []string) error
}

// SessionRow is a session in a list.
type SessionRow struct {
	ID       string         `json:"id"`
	Kind     history.Kind   `json:"kind" enum:"help,message"`
	Site     rooms.SiteName `json:"site"`
	Team     string         `json:"team" doc:"ID"`
	Opened   time.Time      `json:"opened"`
	Accepted *time.Time     `json:"accepted" doc:"null: by nobody"`
	Ended    *time.Time     `json:"ended"`
	Why      string         `json:"why"`
	Agents   []nameView     `json:"agents"`
	Handler  string         `json:"handler" doc:"ID of the last agent"`
	Page     string         `json:"page"`
	Title    string         `json:"title"`
	Lang     string         `json:"lang"`
	Browser  string         `json:"browser"`
	OS       string         `json:"os"`
	Device   string         `json:"device"`
	Messages int            `json:"messages"`
	Visitor  string         `json:"visitor"`
	User     string         `json:"user"`
	Name     string         `json:"name"`
	Email    string         `json:"email"`
	WrapUp   *wrapUpView    `json:"wrapUp"`
	Rating   *ratingView    `json:"rating"`
	Stripped bool           `json:"stripped" doc:"The identity was erased."`
}

// sessionView is a session with all that is kept of it but its messages.
type sessionView struct {
	SessionRow
	Address  string            `json:"address"`
	Fields   map[string]string `json:"fields" doc:"That the site vouches for."`
	Answers  []history.Answer  `json:"answers"`
	Text     string            `json:"text" doc:"Of a left message."`
	Consents []consentView     `json:"consents"`
}

type wrapUpView struct {
	Reason string    `json:"reason" doc:"ID"`
	Note   string    `json:"note"`
	Ticket string    `json:"ticket"`
	By     nameView  `json:"by"`
	At     time.Time `json:"at"`
}

type ratingView struct {
	Score   int       `json:"score"`
	Comment string    `json:"comment"`
	At      time.Time `json:"at"`
}

type consentView struct {
	What     string    `json:"what"`
	Act      string    `json:"act"`
	Person   nameView  `json:"person" doc:"Whom it is about; without an ID: everybody in the room."`
	At       time.Time `json:"at"`
	Text     string    `json:"text" doc:"Version of the words that the visitor read."`
	Language string    `json:"language"`
}

// naming puts names to the IDs in sessions.
type naming struct{ sites, people map[string]string }

func (c *Console) naming(ctx context.Context, tenant string) (n naming, err error) {
	if n.sites, err = c.siteNames(ctx, tenant); err == nil {
		n.people, err = c.names(ctx, tenant)
	}
	return n, err
}

func (n naming) person(id string) nameView { return nameView{id, n.people[id]} }

func (n naming) row(s history.Session) SessionRow {
	row := SessionRow{
		ID: s.ID, Kind: s.Kind, Site: rooms.SiteName{ID: s.Site, Name: n.sites[s.Site]}, Team: s.Team,
		Opened: s.Opened, Accepted: happened(s.Accepted), Ended: happened(s.Ended), Why: s.Why,
		Agents: []nameView{}, Handler: s.Handler, Page: s.Page, Title: s.Title, Lang: s.Lang,
		Browser: s.Browser, OS: s.OS, Device: s.Device, Messages: s.Messages,
		Visitor: s.Visitor, User: s.User, Name: s.Name, Email: s.Email, Stripped: s.Stripped,
	}
	for _, id := range s.Agents {
		row.Agents = append(row.Agents, n.person(id))
	}
	if w := s.WrapUp; w != nil {
		row.WrapUp = &wrapUpView{w.Reason, w.Note, w.Ticket, n.person(w.By), w.At}
	}
	if r := s.Rating; r != nil {
		row.Rating = &ratingView{r.Score, r.Comment, r.At}
	}
	return row
}

func (n naming) rows(sessions []history.Session) []SessionRow {
	rows := make([]SessionRow, 0, len(sessions))
	for _, s := range sessions {
		rows = append(rows, n.row(s))
	}
	return rows
}

type sessionsQuery struct {
	Paging
	Period
	Site     string `query:"site" maxLength:"128"`
	Team     string `query:"team" maxLength:"128"`
	Agent    string `query:"agent" maxLength:"128"`
	Reason   string `query:"reason" maxLength:"128"`
	Kind     string `query:"kind" enum:"help,message"`
	Path     string `query:"path" maxLength:"1024" doc:"Of the page; a * at its end stands for any rest."`
	Lang     string `query:"lang" maxLength:"35"`
	Query    string `query:"q" maxLength:"200" doc:"Words in the name, the answers, the chat or the note. A page may be short although there is a next."`
	User     string `query:"user" maxLength:"200"`
	Visitor  string `query:"visitor" maxLength:"200"`
	Ticket   string `query:"ticket" maxLength:"200"`
	Open     bool   `query:"open" doc:"Left messages that nobody has wrapped up."`
	MinScore int    `query:"minScore" minimum:"1" maximum:"5"`
	MaxScore int    `query:"maxScore" minimum:"1" maximum:"5"`
}

func (c *Console) listSessions(ctx context.Context, who caller, in *sessionsQuery) (*body[list[SessionRow]], error) {
	from, to, err := in.times(time.UTC)
	if err != nil {
		return nil, err
	}
	filter := history.Filter{
		From: from, To: to, Site: in.Site, Team: in.Team, Agent: in.Agent, Reason: in.Reason, Kind: history.Kind(in.Kind),
		Path: in.Path, Lang: in.Lang, Query: in.Query, User: in.User, Visitor: in.Visitor, Ticket: in.Ticket,
		Open: in.Open, MinScore: in.MinScore, MaxScore: in.MaxScore, Participant: onlyOwn(who.person),
	}
	if filter.Kind == history.KindMessage && filter.Open {
		filter.Participant = "" // what was left and waits for an answer is everybody's
	}
	page, err := c.history.List(ctx, who.person.Tenant, filter, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	naming, err := c.naming(ctx, who.person.Tenant)
	return &body[list[SessionRow]]{list[SessionRow]{naming.rows(page.Sessions), page.Next}}, err
}

// onlyOwn is the ID of a person who sees only sessions of their own; empty: all.
func onlyOwn(person accounts.Person) string {
	if person.Role.Includes(manager) {
		return ""
	}
	return person.ID
}

// sessionFor returns the session if the caller may see it: an agent what was their own, and messages that nobody has
// answered. Else it is not there.
func (c *Console) sessionFor(ctx context.Context, who caller, id string) (history.Session, error) {
	session, err := c.history.Get(ctx, who.person.Tenant, id)
	unanswered := session.Kind == history.KindMessage && session.WrapUp == nil
	if err == nil && onlyOwn(who.person) != "" && !unanswered && !slices.Contains(session.Agents, who.person.ID) {
		err = history.ErrNotFound
	}
	return session, err
}

func (c *Console) session(ctx context.Context, who caller, in *object) (*body[sessionView], error) {
	session, err := c.sessionFor(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	naming, err := c.naming(ctx, who.person.Tenant)
	if err != nil {
		return nil, err
	}
	view := sessionView{
		SessionRow: naming.row(session), Address: session.Address, Fields: session.Fields, Answers: full(session.Answers),
		Text: session.Text, Consents: []consentView{},
	}
	if view.Fields == nil {
		view.Fields = map[string]string{}
	}
	if c.consents != nil {
		consents, err := c.consents.List(ctx, who.person.Tenant, in.ID)
		if err != nil {
			return nil, err
		}
		for _, k := range consents {
			view.Consents = append(view.Consents, consentView{k.What, k.Act, naming.person(k.Person), k.Time, k.Text, k.Language})
		}
	}
	return give(view)
}

type messagesQuery struct {
	ID    string `path:"id"`
	After int    `query:"after" minimum:"0" doc:"Number of the last message that is known."`
	Limit int    `query:"limit" minimum:"1" maximum:"200"`
}

func (c *Console) sessionMessages(ctx context.Context, who caller, in *messagesQuery) (*body[list[history.Message]], error) {
	if _, err := c.sessionFor(ctx, who, in.ID); err != nil {
		return nil, err
	}
	limit := pageSize(in.Limit)
	messages, err := c.history.Messages(ctx, who.person.Tenant, in.ID, in.After, limit)
	if err != nil {
		return nil, err
	}
	view := list[history.Message]{Items: full(messages)}
	if len(messages) == limit {
		view.Next = strconv.Itoa(messages[limit-1].N)
	}
	return give(view)
}

type wrapUpRequest struct {
	Reason string `json:"reason,omitempty" maxLength:"128" doc:"ID"`
	Note   string `json:"note,omitempty" maxLength:"4000" pattern:"^[^\\x00-\\x08\\x0B-\\x1F\\x7F-\\x{9F}]*$"`
	Ticket string `json:"ticket,omitempty" maxLength:"200" doc:"Reference in a system of your own."`
}

func (c *Console) wrapUp(ctx context.Context, who caller, in *change[wrapUpRequest]) (*none, error) {
	if _, err := c.sessionFor(ctx, who, in.ID); err != nil {
		return nil, err
	}
	reasons, err := c.accounts.Reasons(ctx, who.person.Tenant)
	if err != nil {
		return nil, err
	}
	is := func(r accounts.Reason) bool { return r.ID == in.Body.Reason }
	if in.Body.Reason != "" && !slices.ContainsFunc(reasons, is) {
		return nil, problemField("reason", "is not known")
	}
	return nil, c.history.WrapUp(ctx, who.person.Tenant, in.ID, history.WrapUp{
		Reason: in.Body.Reason, Note: in.Body.Note, Ticket: in.Body.Ticket, By: who.person.ID, At: c.now(),
	})
}

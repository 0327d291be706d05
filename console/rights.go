package console

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"alongside/history"
	"alongside/rooms"
)

// PersonQuery names one visitor of the tenant's sites in one way.
type PersonQuery struct {
	User    string `query:"user" json:"user,omitempty" maxLength:"200" doc:"ID that the site vouches for"`
	Visitor string `query:"visitor" json:"visitor,omitempty" maxLength:"200" doc:"Long-term ID"`
	Email   string `query:"email" json:"email,omitempty" maxLength:"254"`
	Receipt string `query:"receipt" json:"receipt,omitempty" maxLength:"128" doc:"Of one session"`
}

// who returns the way too, for the audit log: the value itself may name a person.
func (q PersonQuery) who() (who history.Who, by string, err error) {
	given := map[string]string{"user": q.User, "visitor": q.Visitor, "email": q.Email, "receipt": q.Receipt}
	var ways []string
	for _, way := range []string{"user", "visitor", "email", "receipt"} {
		if given[way] != "" {
			ways = append(ways, way)
		}
	}
	switch len(ways) {
	case 0:
		return history.Who{}, "", problemField("user", "is missing: name the person by user, visitor, email or receipt")
	case 1:
		return history.Who{User: q.User, Visitor: q.Visitor, Email: q.Email, Receipt: q.Receipt}, ways[0], nil
	}
	return history.Who{}, "", problemField(ways[1], "and "+ways[0]+" exclude each other")
}

type personSessions struct {
	Sessions []SessionRow `json:"sessions" doc:"At most 200."`
	Count    int          `json:"count" doc:"Of all of them."`
}

const maxPersonSessions = 200

func (c *Console) findPerson(ctx context.Context, who caller, in *PersonQuery) (*body[personSessions], error) {
	person, by, err := in.who()
	if err != nil {
		return nil, err
	}
	ids, err := c.history.Find(ctx, who.person.Tenant, person)
	if err != nil {
		return nil, err
	}
	naming, err := c.naming(ctx, who.person.Tenant)
	if err != nil {
		return nil, err
	}
	view := personSessions{Sessions: []SessionRow{}, Count: len(ids)}
	for _, id := range ids[:min(len(ids), maxPersonSessions)] {
		session, err := c.history.Get(ctx, who.person.Tenant, id)
		if err != nil {
			return nil, err
		}
		view.Sessions = append(view.Sessions, naming.row(session))
	}
	who.about("", "by", by)
	return give(view)
}

type personExportQuery struct {
	PersonQuery
	Format string `query:"format" enum:"json,csv" default:"json"`
}

func (c *Console) exportPerson(ctx context.Context, who caller, in *personExportQuery) (*download, error) {
	person, by, err := in.who()
	if err != nil {
		return nil, err
	}
	access, err := c.history.Export(ctx, who.person.Tenant, person)
	if err != nil {
		return nil, err
	}
	who.about("", "by", by, "format", in.Format)
	if in.Format == "csv" {
		return c.download("text/csv; charset=utf-8", "person.csv", func(w io.Writer) error {
			return history.WriteCSV(w, access)
		}), nil
	}
	return c.download("application/json", "person.json", func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "\t")
		return encoder.Encode(access)
	}), nil
}

type eraseRequest struct {
	PersonQuery
	Mode string `json:"mode" enum:"delete,strip" doc:"strip keeps the facts of the sessions and forgets whose they were."`
}

type erasedView struct {
	Sessions int `json:"sessions"`
	Messages int `json:"messages"`
}

// erasePerson forgets the consents of deleted sessions too: what they were given to is no more.
func (c *Console) erasePerson(ctx context.Context, who caller, in *body[eraseRequest]) (*body[erasedView], error) {
	person, by, err := in.Body.who()
	if err != nil {
		return nil, err
	}
	mode := history.Mode(in.Body.Mode)
	erased, err := c.history.Erase(ctx, who.person.Tenant, person, mode)
	if err != nil {
		return nil, err
	}
	if mode == history.ModeDelete && c.consents != nil && len(erased.IDs) > 0 {
		if err := c.consents.Delete(ctx, who.person.Tenant, erased.IDs); err != nil {
			return nil, err
		}
	}
	who.about("", "by", by, "mode", in.Body.Mode,
		"sessions", strconv.Itoa(erased.Sessions), "messages", strconv.Itoa(erased.Messages))
	return give(erasedView{erased.Sessions, erased.Messages})
}

type identifyRequest struct {
	Room string   `json:"room" minLength:"1" maxLength:"128"`
	User userView `json:"user"`
}

type userView struct {
	ID     string            `json:"id" minLength:"1" maxLength:"200"`
	Fields map[string]string `json:"fields,omitempty"`
}

// identifyVisitor says who a visitor is, for a site's own server, which knows.
func (c *Console) identifyVisitor(ctx context.Context, who caller, in *body[identifyRequest]) (*none, error) {
	err := c.rooms.IdentifyRoom(ctx, who.person.Tenant, in.Body.Room, rooms.User(in.Body.User))
	var invalid *rooms.InvalidError
	if errors.As(err, &invalid) {
		return nil, problemField("user."+invalid.Field, "is wrong: "+invalid.Detail)
	}
	return nil, err
}

package console

import (
	"context"
	"strconv"
	"time"

	"alongside/privacy"
)

// Audit keeps who did what; *privacy.AuditLog is one.
type Audit interface {
	Add(ctx context.Context, entry privacy.Entry) error
	// List returns at most limit entries, newest first, with a number below before; 0: from the newest.
	List(ctx context.Context, tenant string, filter privacy.AuditFilter, before int64, limit int) ([]privacy.Entry, error)
}

type auditQuery struct {
	Paging
	Period
	Actor  string `query:"actor" maxLength:"128" doc:"ID"`
	Act    string `query:"act" maxLength:"64"`
	Object string `query:"object" maxLength:"128" doc:"Kind, such as site"`
}

type auditView struct {
	N         int64             `json:"n" doc:"From 1 in the tenant"`
	At        time.Time         `json:"at"`
	Actor     string            `json:"actor" doc:"ID; empty: the system, or somebody unknown"`
	ActorName string            `json:"actorName"`
	Act       string            `json:"act"`
	Object    string            `json:"object"`
	ObjectID  string            `json:"objectId"`
	Details   map[string]string `json:"details"`
}

func (c *Console) listAudit(ctx context.Context, who caller, in *auditQuery) (*body[list[auditView]], error) {
	from, to, err := in.times(time.UTC)
	if err != nil {
		return nil, err
	}
	var before int64
	if in.After != "" {
		if before, err = strconv.ParseInt(in.After, 10, 64); err != nil || before < 1 {
			return nil, problemField("after", "must be the next of another page")
		}
	}
	filter := privacy.AuditFilter{Actor: in.Actor, Act: in.Act, Object: in.Object, From: from, To: to}
	limit := pageSize(in.Limit)
	entries, err := c.auditLog.List(ctx, who.person.Tenant, filter, before, limit)
	if err != nil {
		return nil, err
	}
	view := list[auditView]{Items: []auditView{}}
	for _, e := range entries {
		if e.Details == nil {
			e.Details = map[string]string{}
		}
		view.Items = append(view.Items, auditView{e.N, e.At, e.Actor, e.ActorName, e.Act, e.Object, e.ObjectID, e.Details})
	}
	if len(entries) == limit {
		view.Next = strconv.FormatInt(entries[limit-1].N, 10)
	}
	return give(view)
}

// writeDown keeps what was done in the audit log. A view or an export that cannot be written down is not answered.
func (c *Console) writeDown(ctx context.Context, route Route, who caller) error {
	if route.Act == "" {
		return nil
	}
	return c.audit(ctx, who, route.Act)
}

func (c *Console) audit(ctx context.Context, who caller, act string) error {
	if c.auditLog == nil {
		return nil
	}
	return c.auditLog.Add(ctx, privacy.Entry{
		Tenant: who.note.by.Tenant, Actor: who.note.by.ID, ActorName: who.note.by.Name, At: c.now(),
		Act: act, Object: kindOf(act), ObjectID: who.note.object, Details: who.note.details,
	})
}

package console

import (
	"context"

	"alongside/accounts"
)

// phrases is what the console asks about a tenant's canned replies and the reasons that a session is closed with.
type phrases interface {
	Replies(ctx context.Context, tenant string) ([]accounts.Reply, error)
	SetReplies(ctx context.Context, tenant string, replies []accounts.Reply) ([]accounts.Reply, error)
	Reasons(ctx context.Context, tenant string) ([]accounts.Reason, error)
	SetReasons(ctx context.Context, tenant string, reasons []accounts.Reason) ([]accounts.Reason, error)
}

type replyView struct {
	ID       string `json:"id,omitempty" maxLength:"64" doc:"Empty: a new one."`
	Shortcut string `json:"shortcut" minLength:"1" maxLength:"40"`
	Text     string `json:"text" minLength:"1" maxLength:"4000" pattern:"^[^\\x00-\\x08\\x0B-\\x1F\\x7F-\\x{9F}]*$"`
}

type reasonView struct {
	ID      string `json:"id,omitempty" maxLength:"64" doc:"Empty: a new one."`
	Label   string `json:"label" minLength:"1" maxLength:"100"`
	Retired bool   `json:"retired" doc:"Not offered any more."`
}

// items replaces a whole list.
type items[T any] struct {
	Items []T `json:"items" maxItems:"200"`
}

func (c *Console) listReplies(ctx context.Context, who caller, in *Paging) (*body[list[replyView]], error) {
	all, err := c.accounts.Replies(ctx, who.person.Tenant)
	return giveReplies(*in, all, err)
}

func (c *Console) setReplies(ctx context.Context, who caller, in *body[items[replyView]]) (*body[list[replyView]], error) {
	var replies []accounts.Reply
	for _, reply := range in.Body.Items {
		replies = append(replies, accounts.Reply(reply))
	}
	all, err := c.accounts.SetReplies(ctx, who.person.Tenant, replies)
	return giveReplies(Paging{}, all, err)
}

func giveReplies(page Paging, all []accounts.Reply, err error) (*body[list[replyView]], error) {
	var views []replyView
	for _, reply := range all {
		views = append(views, replyView(reply))
	}
	if err != nil {
		return nil, err
	}
	return giveList(page, views, func(v replyView) string { return v.ID })
}

func (c *Console) listReasons(ctx context.Context, who caller, in *Paging) (*body[list[reasonView]], error) {
	all, err := c.accounts.Reasons(ctx, who.person.Tenant)
	return giveReasons(*in, all, err)
}

func (c *Console) setReasons(ctx context.Context, who caller, in *body[items[reasonView]]) (*body[list[reasonView]], error) {
	var reasons []accounts.Reason
	for _, reason := range in.Body.Items {
		reasons = append(reasons, accounts.Reason(reason))
	}
	all, err := c.accounts.SetReasons(ctx, who.person.Tenant, reasons)
	return giveReasons(Paging{}, all, err)
}

func giveReasons(page Paging, all []accounts.Reason, err error) (*body[list[reasonView]], error) {
	var views []reasonView
	for _, reason := range all {
		views = append(views, reasonView(reason))
	}
	if err != nil {
		return nil, err
	}
	return giveList(page, views, func(v reasonView) string { return v.ID })
}

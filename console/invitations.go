package console

import (
	"context"
	"time"

	"alongside/accounts"
)

// invitations is what the console asks about people who are yet to come.
type invitations interface {
	Invite(ctx context.Context, tenant, by string, invite accounts.Invite) (invitation accounts.Invitation, token string, mailed bool, err error)
	Invitations(ctx context.Context, tenant string) ([]accounts.Invitation, error)
	RevokeInvitation(ctx context.Context, tenant, invitation string) error
	LookInvitation(ctx context.Context, token string) (accounts.Invitation, accounts.Tenant, error)
	AcceptInvitation(ctx context.Context, acceptance accounts.Acceptance) (person accounts.Person, token string, err error)
}

type invitationView struct {
	ID      string        `json:"id"`
	Email   string        `json:"email"`
	Role    accounts.Role `json:"role"`
	Teams   []string      `json:"teams" doc:"IDs"`
	Expires time.Time     `json:"expires"`
	Link    string        `json:"link,omitempty" doc:"To pass on; told once, to whoever invites."`
	Mailed  *bool         `json:"mailed,omitempty" doc:"A letter with the link was sent."`
}

func viewInvitation(i accounts.Invitation) invitationView {
	view := invitationView{ID: i.ID, Email: i.Email, Role: i.Role, Teams: i.Teams, Expires: i.Expires}
	if view.Teams == nil {
		view.Teams = []string{}
	}
	return view
}

func (c *Console) listInvitations(ctx context.Context, who caller, in *Paging) (*body[list[invitationView]], error) {
	all, err := c.accounts.Invitations(ctx, who.person.Tenant)
	if err != nil {
		return nil, err
	}
	var views []invitationView
	for _, invitation := range all {
		views = append(views, viewInvitation(invitation))
	}
	return giveList(*in, views, func(v invitationView) string { return v.ID })
}

type inviteRequest struct {
	Email    string        `json:"email" minLength:"1" maxLength:"254"`
	Role     accounts.Role `json:"role" enum:"agent,manager,admin"`
	Teams    []string      `json:"teams,omitempty" maxItems:"100" doc:"IDs"`
	Language string        `json:"language,omitempty" maxLength:"35" doc:"Of the letter, BCP 47."`
}

func (c *Console) invite(ctx context.Context, who caller, in *body[inviteRequest]) (*body[invitationView], error) {
	invitation, token, mailed, err := c.accounts.Invite(ctx, who.person.Tenant, who.person.ID, accounts.Invite(in.Body))
	if err != nil {
		return nil, err
	}
	who.about(invitation.ID, "role", string(invitation.Role))
	view := viewInvitation(invitation)
	view.Link, view.Mailed = c.accounts.Link(accounts.PageInvitation, token), &mailed
	return give(view)
}

func (c *Console) revokeInvitation(ctx context.Context, who caller, in *object) (*none, error) {
	return nil, c.accounts.RevokeInvitation(ctx, who.person.Tenant, in.ID)
}

type tokenRequest struct {
	Token string `json:"token" minLength:"1" maxLength:"128"`
}

type invitedView struct {
	Tenant string        `json:"tenant" doc:"Its name"`
	Email  string        `json:"email"`
	Role   accounts.Role `json:"role"`
}

func (c *Console) lookInvitation(ctx context.Context, _ caller, in *body[tokenRequest]) (*body[invitedView], error) {
	invitation, tenant, err := c.accounts.LookInvitation(ctx, in.Body.Token)
	return &body[invitedView]{invitedView{tenant.Name, invitation.Email, invitation.Role}}, err
}

type acceptance struct {
	Token    string `json:"token" minLength:"1" maxLength:"128"`
	Name     string `json:"name" minLength:"1" maxLength:"100"`
	Password string `json:"password" maxLength:"256"`
}

func (c *Console) acceptInvitation(ctx context.Context, who caller, in *body[acceptance]) (*signedIn[meView], error) {
	person, token, err := c.accounts.AcceptInvitation(ctx, accounts.Acceptance{
		Token: in.Body.Token, Name: in.Body.Name, Password: in.Body.Password, Device: who.device,
	})
	if err != nil {
		return nil, err
	}
	c.reroute(ctx, person.Tenant) // the invitation may name teams
	return c.begin(ctx, who, person, token)
}

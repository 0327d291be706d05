package console

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"rsc.io/qr"

	"alongside/accounts"
)

// ownAccount is what the console asks about the person who asks.
type ownAccount interface {
	ChangePassword(ctx context.Context, tenant, person, old, new string) error
	BeginSecondFactor(ctx context.Context, tenant, person string) (secret, uri string, err error)
	ConfirmSecondFactor(ctx context.Context, tenant, person, code string) (recovery []string, err error)
	RemoveSecondFactor(ctx context.Context, tenant, person, password string) error
	SignIns(ctx context.Context, tenant, person, token string) ([]accounts.SignIn, error)
	Revoke(ctx context.Context, tenant, person, signIn string) error
}

// meView is the person who is signed in.
type meView struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	Email        string        `json:"email"`
	Role         accounts.Role `json:"role"`
	SecondFactor bool          `json:"secondFactor"`
	Capacity     int           `json:"capacity" doc:"Visitors at the same time."`
	Mail         bool          `json:"mail" doc:"The server can send letters."`
	Tenant       nameView      `json:"tenant"`
}

// nameView is whatever has an ID and a name.
type nameView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (c *Console) me(ctx context.Context, who caller, _ *none) (*body[meView], error) {
	view, err := c.viewMe(ctx, who.person)
	return &body[meView]{view}, err
}

func (c *Console) viewMe(ctx context.Context, person accounts.Person) (meView, error) {
	tenant, err := c.accounts.Tenant(ctx, person.Tenant)
	return meView{
		ID: person.ID, Name: person.Name, Email: person.Email, Role: person.Role, SecondFactor: person.SecondFactor,
		Capacity: person.Capacity, Mail: c.mail, Tenant: nameView{tenant.ID, tenant.Name},
	}, err
}

type meChange struct {
	Name     *string `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Capacity *int    `json:"capacity,omitempty" minimum:"1" maximum:"20"`
}

func (c *Console) changeMe(ctx context.Context, who caller, in *body[meChange]) (*body[meView], error) {
	person, err := c.updatePerson(ctx, who.person, accounts.PersonChange{Name: in.Body.Name, Capacity: in.Body.Capacity})
	if err != nil {
		return nil, err
	}
	view, err := c.viewMe(ctx, person)
	return &body[meView]{view}, err
}

type passwordChange struct {
	Old string `json:"old" minLength:"1" maxLength:"256"`
	New string `json:"new" maxLength:"256"`
}

// changePassword signs the person out everywhere, here too.
func (c *Console) changePassword(ctx context.Context, who caller, in *body[passwordChange]) (*signedOut, error) {
	if err := c.accounts.ChangePassword(ctx, who.person.Tenant, who.person.ID, in.Body.Old, in.Body.New); err != nil {
		return nil, err
	}
	who.about(who.person.ID)
	return &signedOut{c.cookie("")}, c.shutOut(ctx, who.person.Tenant, who.person.ID)
}

type secondFactorView struct {
	Secret string `json:"secret"`
	URI    string `json:"uri"`
	QR     string `json:"qr" doc:"The URI as a picture, a data: URL."`
}

func (c *Console) beginSecondFactor(ctx context.Context, who caller, _ *none) (*body[secondFactorView], error) {
	secret, uri, err := c.accounts.BeginSecondFactor(ctx, who.person.Tenant, who.person.ID)
	if err != nil {
		return nil, err
	}
	code, err := qr.Encode(uri, qr.M)
	if err != nil {
		return nil, fmt.Errorf("draw the code of a second factor: %w", err)
	}
	picture := "data:image/png;base64," + base64.StdEncoding.EncodeToString(code.PNG())
	return give(secondFactorView{secret, uri, picture})
}

type codeRequest struct {
	Code string `json:"code" minLength:"1" maxLength:"40"`
}

type recoveryView struct {
	Recovery []string `json:"recovery" doc:"Each replaces a code, once. They cannot be had again."`
}

func (c *Console) confirmSecondFactor(ctx context.Context, who caller, in *body[codeRequest]) (*body[recoveryView], error) {
	recovery, err := c.accounts.ConfirmSecondFactor(ctx, who.person.Tenant, who.person.ID, in.Body.Code)
	who.about(who.person.ID)
	return &body[recoveryView]{recoveryView{recovery}}, err
}

type passwordRequest struct {
	Password string `json:"password" minLength:"1" maxLength:"256"`
}

func (c *Console) removeSecondFactor(ctx context.Context, who caller, in *body[passwordRequest]) (*none, error) {
	who.about(who.person.ID)
	return nil, c.accounts.RemoveSecondFactor(ctx, who.person.Tenant, who.person.ID, in.Body.Password)
}

type signInView struct {
	ID       string    `json:"id"`
	Device   string    `json:"device"`
	Created  time.Time `json:"created"`
	LastUsed time.Time `json:"lastUsed"`
	Current  bool      `json:"current"`
}

func (c *Console) listSignIns(ctx context.Context, who caller, in *Paging) (*body[list[signInView]], error) {
	all, err := c.accounts.SignIns(ctx, who.person.Tenant, who.person.ID, who.token)
	if err != nil {
		return nil, err
	}
	var views []signInView
	for _, s := range all {
		views = append(views, signInView{s.ID, s.Device, s.Created, s.LastUsed, s.Current})
	}
	return giveList(*in, views, func(v signInView) string { return v.ID })
}

// revokeSignIn also closes what the person has open: which sign-in a stream or a seat belongs to is not kept. What is still
// signed in opens its own again.
func (c *Console) revokeSignIn(ctx context.Context, who caller, in *object) (*none, error) {
	if err := c.accounts.Revoke(ctx, who.person.Tenant, who.person.ID, in.ID); err != nil {
		return nil, err
	}
	return nil, c.shutOut(ctx, who.person.Tenant, who.person.ID)
}

package console

import (
	"context"
	"errors"
	"net/http"

	"alongside/accounts"
)

// signIns is what the console asks about who is signed in.
type signIns interface {
	SignIn(ctx context.Context, request accounts.SignInRequest) (person accounts.Person, token string, err error)
	SignOut(ctx context.Context, token string) error
	PersonByToken(ctx context.Context, token string) (accounts.Person, error)
	StillSignedIn(ctx context.Context, token string) (accounts.Person, error)
	Tenant(ctx context.Context, tenant string) (accounts.Tenant, error)
}

// meView is the person who is signed in.
type meView struct {
	ID     string        `json:"id"`
	Name   string        `json:"name"`
	Email  string        `json:"email"`
	Role   accounts.Role `json:"role"`
	Tenant nameView      `json:"tenant"`
}

// nameView is whatever has an ID and a name.
type nameView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// signedIn is an answer that also begins a sign-in, or ends one, in the browser.
type signedIn[T any] struct {
	Cookie http.Cookie `header:"Set-Cookie"`
	Body   T
}

type signedOut struct {
	Cookie http.Cookie `header:"Set-Cookie"`
}

type credentials struct {
	Email    string `json:"email" minLength:"1" maxLength:"254"`
	Password string `json:"password" minLength:"1" maxLength:"256"`
}

func (c *Console) signIn(ctx context.Context, who caller, in *body[credentials]) (*signedIn[meView], error) {
	person, token, err := c.accounts.SignIn(ctx, accounts.SignInRequest{
		Email: in.Body.Email, Password: in.Body.Password, Address: who.address,
	})
	if err != nil {
		return nil, err
	}
	if err := c.endSignIn(ctx, who); err != nil { // the cookie that held it is about to be replaced
		return nil, err
	}
	view, err := c.viewMe(ctx, person)
	return &signedIn[meView]{c.cookie(token), view}, err
}

func (c *Console) signOut(ctx context.Context, who caller, _ *none) (*signedOut, error) {
	if err := c.endSignIn(ctx, who); err != nil {
		return nil, err
	}
	return &signedOut{c.cookie("")}, nil
}

func (c *Console) endSignIn(ctx context.Context, who caller) error {
	if who.token == "" {
		return nil
	}
	c.streams.end(func(open caller) bool { return open.token == who.token })
	return c.accounts.SignOut(ctx, who.token)
}

func (c *Console) me(ctx context.Context, who caller, _ *none) (*body[meView], error) {
	view, err := c.viewMe(ctx, who.person)
	return &body[meView]{view}, err
}

func (c *Console) viewMe(ctx context.Context, person accounts.Person) (meView, error) {
	tenant, err := c.accounts.Tenant(ctx, person.Tenant)
	return meView{
		ID: person.ID, Name: person.Name, Email: person.Email, Role: person.Role,
		Tenant: nameView{tenant.ID, tenant.Name},
	}, err
}

// cookieName binds the cookie to this host alone where the browser can enforce that (RFC 6265bis §4.1.3.2).
func (c *Console) cookieName() string {
	if c.secure {
		return "__Host-alongside"
	}
	return "alongside"
}

// token returns the sign-in's token, empty if there is none.
func (c *Console) token(r *http.Request) string {
	cookie, err := r.Cookie(c.cookieName())
	if errors.Is(err, http.ErrNoCookie) {
		return ""
	}
	return cookie.Value
}

// cookie keeps the token in the browser; an empty one is deleted from it.
func (c *Console) cookie(token string) http.Cookie {
	cookie := http.Cookie{
		Name: c.cookieName(), Value: token, Path: "/", MaxAge: int(accounts.FullLife.Seconds()),
		HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode,
	}
	if token == "" {
		cookie.MaxAge = -1
	}
	return cookie
}

package console

import (
	"context"
	"errors"
	"net/http"
	"net/netip"

	"alongside/accounts"
)

// signIns is what the console asks about who is signed in.
type signIns interface {
	SignIn(ctx context.Context, request accounts.SignInRequest) (person accounts.Person, token string, err error)
	SignOut(ctx context.Context, token string) error
	PersonByToken(ctx context.Context, token string) (accounts.Person, error)
	StillSignedIn(ctx context.Context, token string) (accounts.Person, error)
	Tenant(ctx context.Context, tenant string) (accounts.Tenant, error)
	RequestReset(ctx context.Context, email, language string, address netip.Addr) error
	ResetPassword(ctx context.Context, token, password string) (accounts.Person, error)
}

// signedIn is an answer that also begins a sign-in in the browser.
type signedIn[T any] struct {
	Cookie http.Cookie `header:"Set-Cookie"`
	Body   T
}

// signedOut is an answer that ends the browser's sign-in.
type signedOut struct {
	Cookie http.Cookie `header:"Set-Cookie"`
}

type credentials struct {
	Email    string `json:"email" minLength:"1" maxLength:"254"`
	Password string `json:"password" minLength:"1" maxLength:"256"`
	Code     string `json:"code,omitempty" maxLength:"40" doc:"Of the second factor, or a recovery code."`
}

func (c *Console) signIn(ctx context.Context, who caller, in *body[credentials]) (*signedIn[meView], error) {
	person, token, err := c.accounts.SignIn(ctx, accounts.SignInRequest{
		Email: in.Body.Email, Password: in.Body.Password, Code: in.Body.Code, Address: who.address, Device: who.device,
	})
	if errors.Is(err, accounts.ErrSecondFactor) && in.Body.Code == "" {
		return nil, err // the first of two steps, not a failure
	}
	if err != nil {
		return nil, errors.Join(err, c.auditFailedSignIn(ctx, who, person, err))
	}
	return c.begin(ctx, who, person, token)
}

// auditFailedSignIn keeps that somebody tried to sign in as a person; what was typed is not kept, and nothing where it names
// nobody.
func (c *Console) auditFailedSignIn(ctx context.Context, who caller, person accounts.Person, why error) error {
	if person.Tenant == "" {
		return nil
	}
	who.as(accounts.Person{Tenant: person.Tenant}) // nobody knows who it was
	who.about(person.ID, "code", asProblem(why).Code)
	return c.audit(ctx, who, "sign-in.fail")
}

// begin answers a person who has just been signed in. The browser's sign-in before, if any, ends: its cookie is replaced.
func (c *Console) begin(ctx context.Context, who caller, person accounts.Person, token string) (*signedIn[meView], error) {
	if err := c.endSignIn(ctx, who); err != nil {
		return nil, err
	}
	who.as(person)
	who.about(person.ID)
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
	err := c.accounts.SignOut(ctx, who.token)
	c.streams.end(func(open caller) bool { return open.token == who.token })
	return err
}

type resetRequest struct {
	Email    string `json:"email" minLength:"1" maxLength:"254"`
	Language string `json:"language,omitempty" maxLength:"35" doc:"Of the letter, BCP 47."`
}

func (c *Console) requestReset(ctx context.Context, who caller, in *body[resetRequest]) (*none, error) {
	return nil, c.accounts.RequestReset(ctx, in.Body.Email, in.Body.Language, who.address)
}

type newPassword struct {
	Token    string `json:"token" minLength:"1" maxLength:"128"`
	Password string `json:"password" maxLength:"256"`
}

func (c *Console) acceptReset(ctx context.Context, who caller, in *body[newPassword]) (*none, error) {
	person, err := c.accounts.ResetPassword(ctx, in.Body.Token, in.Body.Password)
	if err != nil {
		return nil, err
	}
	who.as(person)
	who.about(person.ID)
	return nil, c.shutOut(ctx, person.Tenant, person.ID)
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

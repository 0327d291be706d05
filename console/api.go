package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"alongside/accounts"
	"alongside/rooms"
)

// SocketPath is where an agent's socket is opened with a ticket.
const SocketPath = "/api/v1/socket"

// maxIDCharacters is more than any ID or join code has.
const maxIDCharacters = 128

// meView is the person who is signed in.
type meView struct {
	ID     string        `json:"id"`
	Name   string        `json:"name"`
	Email  string        `json:"email"`
	Role   accounts.Role `json:"role"`
	Tenant struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"tenant"`
}

type visitorsView struct {
	Visitors []rooms.Visitor `json:"visitors"`
}

type joinView struct {
	Room   string         `json:"room"`
	Ticket string         `json:"ticket"`
	Socket string         `json:"socket"`
	Site   rooms.SiteName `json:"site"`
}

func (c *Console) signIn(w http.ResponseWriter, r *http.Request, who caller) error {
	var request struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	if err := c.decode(w, r, &request); err != nil {
		return err
	}
	if err := checkText("email", request.Email, accounts.MaxEmail); err != nil {
		return err
	}
	if request.Password == "" {
		return problemField("password", "is missing")
	}
	person, token, err := c.accounts.SignIn(r.Context(), accounts.SignInRequest{
		Email: request.Email, Password: request.Password, Address: c.address(r),
	})
	if err != nil {
		return err
	}
	if who.token != "" { // the cookie that held it is about to be replaced
		if err := c.accounts.SignOut(r.Context(), who.token); err != nil {
			return err
		}
	}
	c.setToken(w, token)
	return c.writeMe(w, r, person)
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request, who caller) error {
	if who.token != "" {
		if err := c.accounts.SignOut(r.Context(), who.token); err != nil {
			return err
		}
	}
	c.clearToken(w)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (c *Console) me(w http.ResponseWriter, r *http.Request, who caller) error {
	return c.writeMe(w, r, who.person)
}

func (c *Console) writeMe(w http.ResponseWriter, r *http.Request, person accounts.Person) error {
	tenant, err := c.accounts.Tenant(r.Context(), person.Tenant)
	if err != nil {
		return err
	}
	view := meView{ID: person.ID, Name: person.Name, Email: person.Email, Role: person.Role}
	view.Tenant.ID, view.Tenant.Name = tenant.ID, tenant.Name
	writeJSON(w, http.StatusOK, "application/json", view)
	return nil
}

func (c *Console) visitors(w http.ResponseWriter, r *http.Request, who caller) error {
	view, err := c.visitorsOf(r.Context(), who.person.Tenant)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", view)
	return nil
}

// visitorsOf never holds null where a list belongs.
func (c *Console) visitorsOf(ctx context.Context, tenant string) (visitorsView, error) {
	visitors, err := c.rooms.Visitors(ctx, tenant)
	if err != nil {
		return visitorsView{}, fmt.Errorf("list visitors: %w", err)
	}
	view := visitorsView{Visitors: make([]rooms.Visitor, 0, len(visitors))}
	for _, visitor := range visitors {
		if visitor.Agents == nil {
			visitor.Agents = []string{}
		}
		view.Visitors = append(view.Visitors, visitor)
	}
	return view, nil
}

// join takes a seat in a room, by the code that a visitor read out or by the room itself. The visitor is asked in either
// case, once the agent's socket says hello.
func (c *Console) join(w http.ResponseWriter, r *http.Request, who caller) error {
	var request struct {
		Code string `json:"code"`
		Room string `json:"room"`
	}
	if err := c.decode(w, r, &request); err != nil {
		return err
	}
	by, field, value := c.rooms.JoinByCode, "code", request.Code
	if request.Room != "" {
		if request.Code != "" {
			return problemField("code", "and room exclude each other")
		}
		by, field, value = c.rooms.JoinByRoom, "room", request.Room
	}
	if err := checkText(field, value, maxIDCharacters); err != nil {
		return err
	}
	person := rooms.Person{ID: who.person.ID, Name: who.person.Name}
	joined, err := by(r.Context(), who.person.Tenant, person, value)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", joinView{
		Room: joined.Room, Ticket: joined.Ticket, Socket: SocketPath,
		Site: rooms.SiteName{ID: joined.Site, Name: joined.SiteName},
	})
	return nil
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

func (c *Console) setToken(w http.ResponseWriter, token string) {
	c.setCookie(w, token, int(accounts.FullLife.Seconds()))
}

func (c *Console) clearToken(w http.ResponseWriter) { c.setCookie(w, "", -1) }

func (c *Console) setCookie(w http.ResponseWriter, value string, maxAgeSeconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: c.cookieName(), Value: value, Path: "/", MaxAge: maxAgeSeconds,
		HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode,
	})
}

// Package bench plays visitors and agents against a running server, by the protocol alone: to measure what it carries, and
// to test what becomes of rooms when servers come and go.
package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// callTimeout is for one HTTP call.
const callTimeout = 15 * time.Second

// StatusError is an answer that is not the one hoped for.
type StatusError struct {
	Status int
	Body   string
}

func (e *StatusError) Error() string { return fmt.Sprintf("answered %d: %s", e.Status, e.Body) }

// caller calls a server's HTTP API.
type caller struct {
	client *http.Client
	server *url.URL
	origin string // of the page that calls
	from   string // X-Forwarded-For; empty: none
	cookie string
}

// post sends a body as JSON and reads the answer into result, if that is not nil.
func (c *caller) post(ctx context.Context, path string, body, result any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode body: %w", err)
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, c.server.JoinPath(path).String(), bytes.NewReader(b))
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Origin", c.origin)
	if c.from != "" {
		q.Header.Set("X-Forwarded-For", c.from)
	}
	if c.cookie != "" {
		q.Header.Set("Cookie", c.cookie)
	}
	a, err := c.client.Do(q)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(a.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if a.StatusCode >= 300 {
		return &StatusError{a.StatusCode, strings.TrimSpace(string(answer))}
	}
	if c.cookie == "" { // signing in; later calls go side by side
		for _, set := range a.Cookies() {
			c.cookie = set.Name + "=" + set.Value
		}
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(answer, result); err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	return nil
}

// Person is somebody signed in at the console.
type Person struct{ api *caller }

// SignIn signs a person in.
func SignIn(ctx context.Context, server, email, password string) (*Person, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, err
	}
	p := &Person{&caller{client: newHTTPClient(), server: u, origin: server}}
	if err := p.api.post(ctx, "/api/v1/sign-in", map[string]string{"email": email, "password": password}, nil); err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	return p, nil
}

// Hire invites somebody as an agent, accepts in the new person's name and signs the person in.
func (p *Person) Hire(ctx context.Context, email, name, password string) (*Person, error) {
	var invited struct{ Link string }
	err := p.api.post(ctx, "/api/v1/invitations", map[string]any{"email": email, "role": "agent", "teams": []string{}, "language": "en"}, &invited)
	if err != nil {
		return nil, fmt.Errorf("invite: %w", err)
	}
	_, token, ok := strings.Cut(invited.Link, "#")
	if !ok {
		return nil, errors.New("invite: no link")
	}
	hired := &Person{&caller{client: newHTTPClient(), server: p.api.server, origin: p.api.origin}}
	err = hired.api.post(ctx, "/api/v1/invitations/accept", map[string]string{"token": token, "name": name, "password": password}, nil)
	if err != nil {
		return nil, fmt.Errorf("accept invitation: %w", err)
	}
	return SignIn(ctx, p.api.origin, email, password)
}

func newHTTPClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 10 * time.Second}}
}

// At is the person as one who reaches the service by another server of it.
func (p *Person) At(server string) (*Person, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, err
	}
	return &Person{&caller{client: newHTTPClient(), server: u, origin: p.api.origin, cookie: p.api.cookie}}, nil
}

// Attend keeps the person's desk open, as a console does, until ctx ends.
func (p *Person) Attend(ctx context.Context) {
	for ctx.Err() == nil {
		p.attendOnce(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(lastRetry):
		}
	}
}

func (p *Person) attendOnce(ctx context.Context) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, p.api.server.JoinPath("/api/v1/desk/stream").String(), nil)
	if err != nil {
		return
	}
	q.Header.Set("Cookie", p.api.cookie)
	a, err := p.api.client.Do(q)
	if err != nil {
		return
	}
	defer a.Body.Close()
	io.Copy(io.Discard, a.Body)
}

package console

import (
	"context"
	"time"

	"alongside/accounts"
)

// apiKeys is what the console asks about keys of programs.
type apiKeys interface {
	APIKeys(ctx context.Context, tenant string) ([]accounts.APIKey, error)
	AddAPIKey(ctx context.Context, tenant, name string, role accounts.Role) (key accounts.APIKey, secret string, err error)
	RemoveAPIKey(ctx context.Context, tenant, key string) error
	ByAPIKey(ctx context.Context, secret string) (accounts.APIKey, error)
}

type keyView struct {
	ID       string        `json:"id"`
	Name     string        `json:"name"`
	Role     accounts.Role `json:"role"`
	Created  time.Time     `json:"created"`
	LastUsed *time.Time    `json:"lastUsed" doc:"null: never"`
	Secret   string        `json:"secret,omitempty" doc:"Told once, to whoever makes the key."`
}

func viewKey(key accounts.APIKey, secret string) keyView {
	return keyView{key.ID, key.Name, key.Role, key.Created, happened(key.LastUsed), secret}
}

// happened is null in JSON for what did not happen.
func happened(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

func (c *Console) listKeys(ctx context.Context, who caller, in *Paging) (*body[list[keyView]], error) {
	all, err := c.accounts.APIKeys(ctx, who.person.Tenant)
	if err != nil {
		return nil, err
	}
	var views []keyView
	for _, key := range all {
		views = append(views, viewKey(key, ""))
	}
	return giveList(*in, views, func(v keyView) string { return v.ID })
}

type newKey struct {
	Name string        `json:"name" minLength:"1" maxLength:"100"`
	Role accounts.Role `json:"role" enum:"agent,manager,admin"`
}

func (c *Console) addKey(ctx context.Context, who caller, in *body[newKey]) (*body[keyView], error) {
	key, secret, err := c.accounts.AddAPIKey(ctx, who.person.Tenant, in.Body.Name, in.Body.Role)
	who.about(key.ID, "role", string(key.Role))
	return &body[keyView]{viewKey(key, secret)}, err
}

func (c *Console) removeKey(ctx context.Context, who caller, in *object) (*none, error) {
	if err := c.accounts.RemoveAPIKey(ctx, who.person.Tenant, in.ID); err != nil {
		return nil, err
	}
	return nil, c.shutOut(ctx, who.person.Tenant, in.ID)
}

package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"alongside/accounts"
	"alongside/privacy"
)

// sites is what the console asks about a tenant's sites.
type sites interface {
	Sites(ctx context.Context, tenant string) ([]accounts.Site, error)
	Site(ctx context.Context, tenant, site string) (accounts.Site, error)
	AddSite(ctx context.Context, tenant, name string, origins []string) (accounts.Site, error)
	UpdateSite(ctx context.Context, tenant, site string, change accounts.SiteChange) (accounts.Site, error)
	RemoveSite(ctx context.Context, tenant, site string) error
	SetPolicy(ctx context.Context, tenant, site string, policy privacy.Policy) (privacy.Policy, error)
	SetHelp(ctx context.Context, tenant, site string, help accounts.Help) (accounts.Help, error)
	SetCollection(ctx context.Context, tenant, site string, collection privacy.Collection) (privacy.Collection, error)
	SetRetention(ctx context.Context, tenant, site string, retention privacy.Retention) error
	IdentitySecret(ctx context.Context, tenant, site string) ([]byte, error)
	RotateIdentitySecret(ctx context.Context, tenant, site string) ([]byte, error)
}

// Seen knows when a page of a site last loaded the widget.
type Seen interface {
	// At returns the zero time for a site whose widget was not loaded since the program started.
	At(siteKey string) (at time.Time, origin string)
}

type siteView struct {
	ID         string             `json:"id"`
	Key        string             `json:"key" doc:"Public: names the site in its own pages."`
	Name       string             `json:"name"`
	Origins    []string           `json:"origins"`
	Snippet    string             `json:"snippet" doc:"HTML for the site's pages."`
	Policy     privacy.Policy     `json:"policy"`
	Collection privacy.Collection `json:"collection"`
	Help       accounts.Help      `json:"help"`
	Retention  privacy.Retention  `json:"retention"`
	Created    time.Time          `json:"created"`
}

func (c *Console) viewSite(site accounts.Site) siteView {
	return siteView{
		ID: site.ID, Key: site.Key, Name: site.Name, Origins: site.Origins,
		Snippet: fmt.Sprintf(`<script src="%s/widget.js?site=%s" async></script>`, c.public, site.Key),
		Policy:  site.Policy, Collection: site.Collection, Help: site.Help, Retention: site.Retention, Created: site.Created,
	}
}

func (c *Console) listSites(ctx context.Context, who caller, in *Paging) (*body[list[siteView]], error) {
	all, err := c.accounts.Sites(ctx, who.person.Tenant)
	if err != nil {
		return nil, err
	}
	var views []siteView
	for _, site := range all {
		views = append(views, c.viewSite(site))
	}
	return giveList(*in, views, func(v siteView) string { return v.ID })
}

func (c *Console) site(ctx context.Context, who caller, in *object) (*body[siteView], error) {
	site, err := c.accounts.Site(ctx, who.person.Tenant, in.ID)
	return &body[siteView]{c.viewSite(site)}, err
}

type newSite struct {
	Name    string   `json:"name" minLength:"1" maxLength:"100"`
	Origins []string `json:"origins" minItems:"1" maxItems:"50" doc:"Such as https://www.example.org"`
}

func (c *Console) addSite(ctx context.Context, who caller, in *body[newSite]) (*body[siteView], error) {
	site, err := c.accounts.AddSite(ctx, who.person.Tenant, in.Body.Name, in.Body.Origins)
	who.about(site.ID)
	return &body[siteView]{c.viewSite(site)}, err
}

type siteChange struct {
	Name    *string  `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Origins []string `json:"origins,omitempty" minItems:"1" maxItems:"50"`
}

func (c *Console) changeSite(ctx context.Context, who caller, in *change[siteChange]) (*body[siteView], error) {
	site, err := c.accounts.UpdateSite(ctx, who.person.Tenant, in.ID, accounts.SiteChange(in.Body))
	return &body[siteView]{c.viewSite(site)}, err
}

func (c *Console) removeSite(ctx context.Context, who caller, in *object) (*none, error) {
	if err := c.accounts.RemoveSite(ctx, who.person.Tenant, in.ID); err != nil {
		return nil, err
	}
	c.rooms.EndAll(who.person.Tenant, in.ID, "the site was removed")
	c.reroute(ctx, who.person.Tenant)
	return nil, nil
}

// setPolicy changes what the site's pages let out, from now on also in rooms that are open.
func (c *Console) setPolicy(ctx context.Context, who caller, in *change[privacy.Policy]) (*body[privacy.Policy], error) {
	policy, err := c.accounts.SetPolicy(ctx, who.person.Tenant, in.ID, in.Body)
	if err != nil {
		return nil, within("policy", err)
	}
	text, err := json.Marshal(policy)
	if err != nil {
		return nil, fmt.Errorf("encode policy: %w", err)
	}
	c.rooms.SetPolicy(who.person.Tenant, in.ID, text)
	who.about(in.ID, "version", fmt.Sprint(policy.Version))
	return give(policy)
}

func (c *Console) setCollection(ctx context.Context, who caller, in *change[privacy.Collection]) (*body[privacy.Collection], error) {
	collection, err := c.accounts.SetCollection(ctx, who.person.Tenant, in.ID, in.Body)
	if err == nil {
		// Whom the site may still list comes back by itself, under what holds now.
		c.rooms.EndBrowsing(who.person.Tenant, in.ID)
	}
	who.about(in.ID, "version", fmt.Sprint(collection.Version))
	return &body[privacy.Collection]{collection}, within("collection", err)
}

func (c *Console) setHelp(ctx context.Context, who caller, in *change[accounts.Help]) (*body[accounts.Help], error) {
	help, err := c.accounts.SetHelp(ctx, who.person.Tenant, in.ID, in.Body)
	who.about(in.ID, "version", fmt.Sprint(help.Version))
	return &body[accounts.Help]{help}, within("help", err)
}

func (c *Console) setRetention(ctx context.Context, who caller, in *change[privacy.Retention]) (*body[privacy.Retention], error) {
	err := c.accounts.SetRetention(ctx, who.person.Tenant, in.ID, in.Body)
	who.about(in.ID, "sessionDays", fmt.Sprint(in.Body.SessionDays), "chatDays", fmt.Sprint(in.Body.ChatDays),
		"auditDays", fmt.Sprint(in.Body.AuditDays))
	return &body[privacy.Retention]{in.Body}, within("retention", err)
}

// within names a field as it stands in the request: accounts names those of a site from the site on, "policy.mode".
func within(object string, err error) error {
	var field *accounts.FieldError
	if errors.As(err, &field) {
		return problemField(strings.TrimPrefix(field.Field, object+"."), field.Problem)
	}
	return err
}

type seenView struct {
	Loaded *loadedView `json:"loaded" doc:"When a page of the site last fetched the script; null: not since the program started."`
	Rooms  int         `json:"rooms" doc:"Visitors of the site who are here now."`
}

type loadedView struct {
	At     time.Time `json:"at"`
	Origin string    `json:"origin"`
}

func (c *Console) seenSite(ctx context.Context, who caller, in *object) (*body[seenView], error) {
	site, err := c.accounts.Site(ctx, who.person.Tenant, in.ID)
	if err != nil {
		return nil, err
	}
	visitors, err := c.rooms.Visitors(ctx, who.person.Tenant)
	if err != nil {
		return nil, fmt.Errorf("list visitors: %w", err)
	}
	var view seenView
	for _, visitor := range visitors {
		if visitor.Site.ID == site.ID {
			view.Rooms++
		}
	}
	if at, origin := c.seen.At(site.Key); !at.IsZero() {
		view.Loaded = &loadedView{at, origin}
	}
	return give(view)
}

type secretView struct {
	Secret string `json:"secret"`
}

func (c *Console) identitySecret(ctx context.Context, who caller, in *object) (*body[secretView], error) {
	secret, err := c.accounts.IdentitySecret(ctx, who.person.Tenant, in.ID)
	return &body[secretView]{secretView{string(secret)}}, err
}

func (c *Console) rotateIdentitySecret(ctx context.Context, who caller, in *object) (*body[secretView], error) {
	secret, err := c.accounts.RotateIdentitySecret(ctx, who.person.Tenant, in.ID)
	return &body[secretView]{secretView{string(secret)}}, err
}

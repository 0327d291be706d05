package console

import (
	"context"
	"time"

	"alongside/accounts"
)

// teams is what the console asks about a tenant's teams.
type teams interface {
	Teams(ctx context.Context, tenant string) ([]accounts.Team, error)
	AddTeam(ctx context.Context, tenant string, settings accounts.TeamSettings) (accounts.Team, error)
	SetTeam(ctx context.Context, tenant, team string, settings accounts.TeamSettings) (accounts.Team, error)
	RemoveTeam(ctx context.Context, tenant, team string) error
}

type teamView struct {
	ID      string     `json:"id" readOnly:"true"`
	Name    string     `json:"name" minLength:"1" maxLength:"100"`
	Members []string   `json:"members" maxItems:"500" doc:"IDs of people"`
	Rules   []ruleView `json:"rules" maxItems:"20" doc:"A visitor is the team's if one of them matches."`
	Created time.Time  `json:"created" readOnly:"true"`
}

// ruleView matches visitors by all three lists; an empty list matches every visitor.
type ruleView struct {
	Sites     []string `json:"sites" maxItems:"50" doc:"IDs"`
	Paths     []string `json:"paths" maxItems:"50" doc:"A * stands for any characters."`
	Languages []string `json:"languages" maxItems:"50" doc:"BCP 47; de matches de-CH too."`
}

func viewTeam(team accounts.Team) teamView {
	view := teamView{ID: team.ID, Name: team.Name, Members: full(team.Members), Rules: []ruleView{}, Created: team.Created}
	for _, rule := range team.Rules {
		view.Rules = append(view.Rules, ruleView{full(rule.Sites), full(rule.Paths), full(rule.Languages)})
	}
	return view
}

func (v teamView) settings() accounts.TeamSettings {
	settings := accounts.TeamSettings{Name: v.Name, Members: v.Members, Rules: []accounts.TeamRule{}}
	for _, rule := range v.Rules {
		settings.Rules = append(settings.Rules, accounts.TeamRule(rule))
	}
	return settings
}

// full is the list itself; a list that is nil would be null in JSON.
func full[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (c *Console) listTeams(ctx context.Context, who caller, in *Paging) (*body[list[teamView]], error) {
	all, err := c.accounts.Teams(ctx, who.person.Tenant)
	if err != nil {
		return nil, err
	}
	var views []teamView
	for _, team := range all {
		views = append(views, viewTeam(team))
	}
	return giveList(*in, views, func(v teamView) string { return v.ID })
}

func (c *Console) addTeam(ctx context.Context, who caller, in *body[teamView]) (*body[teamView], error) {
	team, err := c.accounts.AddTeam(ctx, who.person.Tenant, in.Body.settings())
	if err != nil {
		return nil, err
	}
	who.about(team.ID)
	c.reroute(ctx, who.person.Tenant)
	return give(viewTeam(team))
}

func (c *Console) setTeam(ctx context.Context, who caller, in *change[teamView]) (*body[teamView], error) {
	team, err := c.accounts.SetTeam(ctx, who.person.Tenant, in.ID, in.Body.settings())
	if err != nil {
		return nil, err
	}
	c.reroute(ctx, who.person.Tenant)
	return give(viewTeam(team))
}

func (c *Console) removeTeam(ctx context.Context, who caller, in *object) (*none, error) {
	if err := c.accounts.RemoveTeam(ctx, who.person.Tenant, in.ID); err != nil {
		return nil, err
	}
	c.reroute(ctx, who.person.Tenant)
	return nil, nil
}

// reroute makes the queue read the tenant's teams again.
func (c *Console) reroute(ctx context.Context, tenant string) {
	if c.queue != nil {
		c.queue.Reroute(ctx, tenant)
	}
}

package console

import (
	"context"
	"slices"

	"alongside/accounts"
)

// people is what the console asks about a tenant's people.
type people interface {
	People(ctx context.Context, tenant string) ([]accounts.Person, error)
	Person(ctx context.Context, tenant, person string) (accounts.Person, error)
	UpdatePerson(ctx context.Context, tenant, person string, change accounts.PersonChange) (accounts.Person, error)
	RemovePerson(ctx context.Context, tenant, person string) error
	ResetLink(ctx context.Context, tenant, person string) (token string, err error)
	DropSecondFactor(ctx context.Context, tenant, person string) error
	Link(page accounts.Page, token string) string
}

// personView is one of the tenant's people; what only admins see is left out for others.
type personView struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	Email        string        `json:"email,omitempty"`
	Role         accounts.Role `json:"role"`
	SecondFactor *bool         `json:"secondFactor,omitempty"`
	Capacity     int           `json:"capacity"`
	Teams        []string      `json:"teams" doc:"IDs"`
	ResetWanted  *bool         `json:"resetWanted,omitempty" doc:"Asked for a new password, and no letter could be sent."`
}

func viewPerson(person accounts.Person, teams []accounts.Team, forRole accounts.Role) personView {
	view := personView{ID: person.ID, Name: person.Name, Role: person.Role, Capacity: person.Capacity, Teams: []string{}}
	for _, team := range teams {
		if slices.Contains(team.Members, person.ID) {
			view.Teams = append(view.Teams, team.ID)
		}
	}
	if forRole.Includes(admin) {
		view.Email, view.SecondFactor, view.ResetWanted = person.Email, &person.SecondFactor, &person.ResetWanted
	}
	return view
}

func (c *Console) listPeople(ctx context.Context, who caller, in *Paging) (*body[list[personView]], error) {
	all, err := c.accounts.People(ctx, who.person.Tenant)
	if err != nil {
		return nil, err
	}
	teams, err := c.accounts.Teams(ctx, who.person.Tenant)
	if err != nil {
		return nil, err
	}
	var views []personView
	for _, person := range all {
		views = append(views, viewPerson(person, teams, who.person.Role))
	}
	return giveList(*in, views, func(v personView) string { return v.ID })
}

type personChange struct {
	Name     *string        `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Role     *accounts.Role `json:"role,omitempty" enum:"agent,manager,admin"`
	Capacity *int           `json:"capacity,omitempty" minimum:"1" maximum:"20"`
}

func (c *Console) changePerson(ctx context.Context, who caller, in *change[personChange]) (*body[personView], error) {
	before, err := c.accounts.Person(ctx, who.person.Tenant, in.ID)
	if err != nil {
		return nil, err
	}
	person, err := c.updatePerson(ctx, before, accounts.PersonChange(in.Body))
	if err != nil {
		return nil, err
	}
	if in.Body.Role != nil {
		who.about(in.ID, "role", string(person.Role), "before", string(before.Role))
	}
	teams, err := c.accounts.Teams(ctx, who.person.Tenant)
	return &body[personView]{viewPerson(person, teams, who.person.Role)}, err
}

// updatePerson changes a person wherever the person is known. A role that is taken away closes what it had opened.
func (c *Console) updatePerson(ctx context.Context, before accounts.Person, change accounts.PersonChange) (accounts.Person, error) {
	person, err := c.accounts.UpdatePerson(ctx, before.Tenant, before.ID, change)
	if err != nil {
		return accounts.Person{}, err
	}
	if c.queue != nil && change.Capacity != nil {
		c.queue.SetCapacity(person.Tenant, person.ID, person.Capacity)
	}
	if change.Role != nil && !person.Role.Includes(before.Role) {
		err = c.shutOut(ctx, person.Tenant, person.ID)
	}
	return person, err
}

func (c *Console) removePerson(ctx context.Context, who caller, in *object) (*none, error) {
	if err := c.accounts.RemovePerson(ctx, who.person.Tenant, in.ID); err != nil {
		return nil, err
	}
	c.reroute(ctx, who.person.Tenant)
	return nil, c.shutOut(ctx, who.person.Tenant, in.ID)
}

type linkView struct {
	Link string `json:"link"`
}

func (c *Console) makeResetLink(ctx context.Context, who caller, in *object) (*body[linkView], error) {
	token, err := c.accounts.ResetLink(ctx, who.person.Tenant, in.ID)
	return &body[linkView]{linkView{c.accounts.Link(accounts.PageReset, token)}}, err
}

func (c *Console) dropSecondFactor(ctx context.Context, who caller, in *object) (*none, error) {
	return nil, c.accounts.DropSecondFactor(ctx, who.person.Tenant, in.ID)
}

// names are those of the tenant's people by ID.
func (c *Console) names(ctx context.Context, tenant string) (map[string]string, error) {
	all, err := c.accounts.People(ctx, tenant)
	names := make(map[string]string, len(all))
	for _, person := range all {
		names[person.ID] = person.Name
	}
	return names, err
}

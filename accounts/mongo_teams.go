package accounts

import (
	"bytes"
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

type teamDoc struct {
	ID      string   `bson:"id"`
	Name    string   `bson:"name"`
	Rules   string   `bson:"rules"` // JSON
	Members []string `bson:"members"`
	Created int64    `bson:"created"`
}

type invitationDoc struct {
	ID        string   `bson:"id"`
	Email     string   `bson:"email"`
	Role      Role     `bson:"role"`
	Teams     []string `bson:"teams"`
	By        string   `bson:"by"`
	TokenHash []byte   `bson:"token_hash"`
	Created   int64    `bson:"created"`
	Expires   int64    `bson:"expires"`
}

func (t teamDoc) team(tenant string) (Team, error) {
	rules, err := fromJSON[[]TeamRule](t.Rules)
	return Team{
		ID: t.ID, Tenant: tenant, Name: t.Name, Rules: rules, Members: append([]string{}, t.Members...), Created: fromMS(t.Created),
	}, err
}

func (i invitationDoc) invitation(tenant string) Invitation {
	return Invitation{
		ID: i.ID, Tenant: tenant, Email: i.Email, Role: i.Role, Teams: append([]string{}, i.Teams...), By: i.By,
		Created: fromMS(i.Created), Expires: fromMS(i.Expires),
	}
}

// members returns the team's, if all are the tenant's people.
func (t *tenantDoc) members(team Team) ([]string, error) {
	for _, person := range team.Members {
		if _, known := t.Roster[person]; !known {
			return nil, ErrNotFound
		}
	}
	return append([]string{}, team.Members...), nil
}

// teamAt returns the team's place, -1 where it is not.
func (t *tenantDoc) teamAt(id string) int {
	return slices.IndexFunc(t.Teams, func(team teamDoc) bool { return team.ID == id })
}

func (m *Mongo) AddTeam(ctx context.Context, team Team) error {
	return m.changeTenant(ctx, "add team", team.Tenant, func(doc *tenantDoc) error {
		if slices.ContainsFunc(doc.Teams, func(t teamDoc) bool { return t.ID == team.ID || t.Name == team.Name }) {
			return ErrExists
		}
		members, err := doc.members(team)
		if err != nil {
			return err
		}
		doc.Teams = append(doc.Teams, teamDoc{
			ID: team.ID, Name: team.Name, Rules: toJSON(team.Rules), Members: members, Created: team.Created.UnixMilli(),
		})
		return nil
	})
}

func (m *Mongo) Team(ctx context.Context, tenant, team string) (Team, error) {
	doc, err := m.parts(ctx, tenant, "teams")
	if err != nil {
		return Team{}, err
	}
	at := doc.teamAt(team)
	if at < 0 {
		return Team{}, ErrNotFound
	}
	return doc.Teams[at].team(tenant)
}

func (m *Mongo) Teams(ctx context.Context, tenant string) ([]Team, error) {
	doc, err := m.parts(ctx, tenant, "teams")
	if err != nil {
		return nil, ifUnknown(err)
	}
	var teams []Team
	for _, t := range doc.Teams {
		team, err := t.team(tenant)
		if err != nil {
			return nil, err
		}
		teams = append(teams, team)
	}
	return teams, nil
}

func (m *Mongo) SetTeam(ctx context.Context, team Team) error {
	return m.changeTenant(ctx, "set team", team.Tenant, func(doc *tenantDoc) error {
		at := doc.teamAt(team.ID)
		if at < 0 {
			return ErrNotFound
		}
		if slices.ContainsFunc(doc.Teams, func(t teamDoc) bool { return t.ID != team.ID && t.Name == team.Name }) {
			return ErrExists
		}
		members, err := doc.members(team)
		if err != nil {
			return err
		}
		changed := &doc.Teams[at]
		changed.Name, changed.Rules, changed.Members = team.Name, toJSON(team.Rules), members
		return nil
	})
}

func (m *Mongo) DeleteTeam(ctx context.Context, tenant, team string) error {
	return m.changeTenant(ctx, "delete team", tenant, func(doc *tenantDoc) error {
		at := doc.teamAt(team)
		if at < 0 {
			return ErrNotFound
		}
		doc.Teams = slices.Delete(doc.Teams, at, at+1)
		return nil
	})
}

func (m *Mongo) AddInvitation(ctx context.Context, invitation Invitation, token TokenHash) error {
	return m.changeTenant(ctx, "add invitation", invitation.Tenant, func(doc *tenantDoc) error {
		doc.Invitations = slices.DeleteFunc(doc.Invitations, func(i invitationDoc) bool { return i.Email == invitation.Email })
		if slices.ContainsFunc(doc.Invitations, func(i invitationDoc) bool { return i.ID == invitation.ID }) {
			return ErrExists
		}
		doc.Invitations = append(doc.Invitations, invitationDoc{
			ID: invitation.ID, Email: invitation.Email, Role: invitation.Role, Teams: append([]string{}, invitation.Teams...),
			By: invitation.By, TokenHash: token[:], Created: invitation.Created.UnixMilli(), Expires: invitation.Expires.UnixMilli(),
		})
		return nil
	})
}

// byInvitation selects the tenant that gave the token away.
func byInvitation(token TokenHash) bson.M { return bson.M{"invitations.token_hash": token[:]} }

// invitationAt returns the place of the token's invitation, -1 where it is not.
func (t *tenantDoc) invitationAt(token TokenHash) int {
	return slices.IndexFunc(t.Invitations, func(i invitationDoc) bool { return bytes.Equal(i.TokenHash, token[:]) })
}

func (m *Mongo) InvitationByToken(ctx context.Context, token TokenHash) (Invitation, error) {
	doc, err := findOne[tenantDoc](ctx, m.tenants, byInvitation(token), "invitations")
	if err != nil {
		return Invitation{}, err
	}
	at := doc.invitationAt(token)
	if at < 0 {
		return Invitation{}, ErrNotFound
	}
	return doc.Invitations[at].invitation(doc.ID), nil
}

func (m *Mongo) Invitations(ctx context.Context, tenant string) ([]Invitation, error) {
	doc, err := m.parts(ctx, tenant, "invitations")
	if err != nil {
		return nil, ifUnknown(err)
	}
	var invitations []Invitation
	for _, i := range doc.Invitations {
		invitations = append(invitations, i.invitation(tenant))
	}
	return invitations, nil
}

func (m *Mongo) DeleteInvitation(ctx context.Context, tenant, invitation string) error {
	return m.changeTenant(ctx, "delete invitation", tenant, func(doc *tenantDoc) error {
		left := slices.DeleteFunc(doc.Invitations, func(i invitationDoc) bool { return i.ID == invitation })
		if len(left) == len(doc.Invitations) {
			return ErrNotFound
		}
		doc.Invitations = left
		return nil
	})
}

// AcceptInvitation is decided in the tenant's document, where the invitation goes as the person comes.
func (m *Mongo) AcceptInvitation(ctx context.Context, token TokenHash, person Person, passwordHash string) error {
	invitation, err := m.InvitationByToken(ctx, token)
	if err != nil {
		return err
	}
	return m.enrol(ctx, "accept invitation", invitation.Tenant, person, passwordHash, func(doc *tenantDoc) error {
		at := doc.invitationAt(token)
		if at < 0 {
			return ErrNotFound
		}
		for _, team := range doc.Invitations[at].Teams {
			if at := doc.teamAt(team); at >= 0 {
				doc.Teams[at].Members = append(doc.Teams[at].Members, person.ID)
			}
		}
		doc.Invitations = slices.Delete(doc.Invitations, at, at+1)
		return nil
	})
}

func (m *Mongo) DeleteExpired(ctx context.Context, now time.Time) error {
	past := bson.M{"$lte": now.UnixMilli()}
	tenants, err := findAll[tenantDoc](ctx, m.tenants, bson.M{"invitations.expires": past}, "name")
	if err != nil {
		return err
	}
	for _, tenant := range tenants {
		err := m.changeTenant(ctx, "delete expired invitations", tenant.ID, func(doc *tenantDoc) error {
			doc.Invitations = slices.DeleteFunc(doc.Invitations, func(i invitationDoc) bool { return i.Expires <= now.UnixMilli() })
			return nil
		})
		if err != nil {
			return err
		}
	}
	if _, err := removeAll(ctx, m.resets, bson.M{"expires": past}); err != nil {
		return err
	}
	if _, err := removeAll(ctx, m.setup, bson.M{"expires": past}); err != nil {
		return err
	}
	return m.sweep(ctx)
}

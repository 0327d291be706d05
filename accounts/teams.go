package accounts

import (
	"context"
	"errors"
	"time"
)

// Team is a group of people who help the visitors that its rules name.
type Team struct {
	ID, Tenant string
	Name       string   // unique in the tenant
	Members    []string // IDs of people of the tenant
	Rules      []TeamRule
	Created    time.Time
}

// TeamRule names visitors by all three of its lists; an empty list matches every visitor. A visitor is the team's if one of
// its rules matches; a team without rules gets only what is handed to it.
type TeamRule struct {
	Sites     []string `json:"sites"`     // IDs
	Paths     []string `json:"paths"`     // paths of pages; a * stands for any characters
	Languages []string `json:"languages"` // BCP 47; "de" matches "de-CH" too
}

// TeamSettings is what may be set of a team.
type TeamSettings struct {
	Name    string
	Members []string
	Rules   []TeamRule
}

// Limits of teams.
const (
	MaxTeamsPerTenant = 100
	MaxTeamMembers    = 500
	MaxTeamRules      = 20
	MaxRuleEntries    = 50 // of each of a rule's lists
)

// Teams lists the tenant's teams.
func (s *Service) Teams(ctx context.Context, tenant string) ([]Team, error) {
	return s.store.Teams(ctx, tenant)
}

// Team returns one team of the tenant.
func (s *Service) Team(ctx context.Context, tenant, team string) (Team, error) {
	return s.store.Team(ctx, tenant, team)
}

// AddTeam adds a team. What is wrong with a field is a *FieldError.
func (s *Service) AddTeam(ctx context.Context, tenant string, settings TeamSettings) (Team, error) {
	return Team{}, errors.ErrUnsupported
}

// SetTeam replaces all that may be set of a team. What is wrong with a field is a *FieldError.
func (s *Service) SetTeam(ctx context.Context, tenant, team string, settings TeamSettings) (Team, error) {
	return Team{}, errors.ErrUnsupported
}

// RemoveTeam removes a team; its people stay.
func (s *Service) RemoveTeam(ctx context.Context, tenant, team string) error {
	return s.store.DeleteTeam(ctx, tenant, team)
}

package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"alongside/privacy"
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
	if _, err := s.store.Tenant(ctx, tenant); err != nil {
		return Team{}, fmt.Errorf("add team: %w", err)
	}
	settings, err := s.checkTeam(ctx, tenant, settings)
	if err != nil {
		return Team{}, err
	}
	teams, err := s.store.Teams(ctx, tenant)
	if err != nil {
		return Team{}, fmt.Errorf("add team: %w", err)
	}
	if len(teams) >= MaxTeamsPerTenant {
		return Team{}, &FieldError{"name", fmt.Sprintf("would be team number %d, which is too many", len(teams)+1)}
	}
	team := Team{
		ID: newID(), Tenant: tenant, Name: settings.Name, Members: settings.Members, Rules: settings.Rules, Created: s.timestamp(),
	}
	return team, teamError(s.store.AddTeam(ctx, team))
}

// SetTeam replaces all that may be set of a team. What is wrong with a field is a *FieldError.
func (s *Service) SetTeam(ctx context.Context, tenant, team string, settings TeamSettings) (Team, error) {
	stored, err := s.store.Team(ctx, tenant, team)
	if err != nil {
		return Team{}, err
	}
	if settings, err = s.checkTeam(ctx, tenant, settings); err != nil {
		return Team{}, err
	}
	stored.Name, stored.Members, stored.Rules = settings.Name, settings.Members, settings.Rules
	return stored, teamError(s.store.SetTeam(ctx, stored))
}

func teamError(err error) error {
	if errors.Is(err, ErrExists) {
		return &FieldError{"name", "is in use already"}
	}
	return err
}

// checkTeam returns the settings as they are kept: without repetitions, and with empty lists for nil.
func (s *Service) checkTeam(ctx context.Context, tenant string, settings TeamSettings) (TeamSettings, error) {
	name, err := cleanName("name", settings.Name)
	if err != nil {
		return TeamSettings{}, err
	}
	if len(settings.Members) > MaxTeamMembers {
		return TeamSettings{}, &FieldError{"members", fmt.Sprintf("has more than %d entries", MaxTeamMembers)}
	}
	people, err := s.store.People(ctx, tenant)
	if err != nil {
		return TeamSettings{}, fmt.Errorf("check team's members: %w", err)
	}
	if err := checkKnown("members", settings.Members, people, func(p Person) string { return p.ID }); err != nil {
		return TeamSettings{}, err
	}
	if len(settings.Rules) > MaxTeamRules {
		return TeamSettings{}, &FieldError{"rules", fmt.Sprintf("has more than %d entries", MaxTeamRules)}
	}
	sites, err := s.store.Sites(ctx, tenant)
	if err != nil {
		return TeamSettings{}, fmt.Errorf("check team's rules: %w", err)
	}
	rules := make([]TeamRule, 0, len(settings.Rules))
	for i, rule := range settings.Rules {
		field := fmt.Sprintf("rules[%d]", i)
		if err := checkRule(field, rule, sites); err != nil {
			return TeamSettings{}, err
		}
		rules = append(rules, TeamRule{Sites: distinct(rule.Sites), Paths: distinct(rule.Paths), Languages: distinct(rule.Languages)})
	}
	return TeamSettings{Name: name, Members: distinct(settings.Members), Rules: rules}, nil
}

func checkRule(field string, rule TeamRule, sites []Site) error {
	lists := []struct {
		name    string
		entries int
	}{{"sites", len(rule.Sites)}, {"paths", len(rule.Paths)}, {"languages", len(rule.Languages)}}
	for _, list := range lists {
		if list.entries > MaxRuleEntries {
			return &FieldError{field + "." + list.name, fmt.Sprintf("has more than %d entries", MaxRuleEntries)}
		}
	}
	if err := checkKnown(field+".sites", rule.Sites, sites, func(s Site) string { return s.ID }); err != nil {
		return err
	}
	for i, path := range rule.Paths {
		field := fmt.Sprintf("%s.paths[%d]", field, i)
		clean, err := cleanText(field, path, privacy.MaxPathBytes)
		if err != nil {
			return err
		}
		if clean != path || !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "*") {
			return &FieldError{field, "must begin with / or *"}
		}
	}
	for i, language := range rule.Languages {
		if !languageTag.MatchString(language) {
			return &FieldError{fmt.Sprintf("%s.languages[%d]", field, i), "is not a language such as en or pt-BR"}
		}
	}
	return nil
}

// checkKnown makes sure that each of ids is the ID of one of known.
func checkKnown[T any](field string, ids []string, known []T, id func(T) string) error {
	for i, wanted := range ids {
		if !slices.ContainsFunc(known, func(k T) bool { return id(k) == wanted }) {
			return &FieldError{fmt.Sprintf("%s[%d]", field, i), "is not known"}
		}
	}
	return nil
}

// distinct returns the list without repetitions; never nil.
func distinct(list []string) []string {
	kept := make([]string, 0, len(list))
	for _, text := range list {
		if !slices.Contains(kept, text) {
			kept = append(kept, text)
		}
	}
	return kept
}

// RemoveTeam removes a team; its people stay.
func (s *Service) RemoveTeam(ctx context.Context, tenant, team string) error {
	return s.store.DeleteTeam(ctx, tenant, team)
}

// withoutSite takes a site out of rules. A rule that named no other site goes: empty, its list would match every site.
func withoutSite(rules []TeamRule, site string) []TeamRule {
	kept := make([]TeamRule, 0, len(rules))
	for _, rule := range rules {
		sites := slices.DeleteFunc(slices.Clone(rule.Sites), func(s string) bool { return s == site })
		if len(sites) > 0 || len(rule.Sites) == 0 {
			rule.Sites = sites
			kept = append(kept, rule)
		}
	}
	return kept
}

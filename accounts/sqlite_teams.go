package accounts

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const (
	teamColumns = `id, tenant, name, rules, created,
		(SELECT json_group_array(person) FROM (SELECT person FROM team_members WHERE team = teams.id ORDER BY rowid))`
	invitationColumns = "id, tenant, email, role, teams, invited_by, created, expires"
	apiKeyColumns     = "id, tenant, name, role, created, last_used"
)

func (s *SQLite) AddTeam(ctx context.Context, team Team) error {
	return s.inTx(ctx, "add team", func(tx *sql.Tx) error {
		err := add(ctx, tx, "add it", "INSERT INTO teams (id, tenant, name, rules, created) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			team.ID, team.Tenant, team.Name, toJSON(team.Rules), team.Created.UnixMilli())
		if err != nil {
			return err
		}
		return addMembers(ctx, tx, team)
	})
}

func addMembers(ctx context.Context, tx *sql.Tx, team Team) error {
	for _, person := range team.Members {
		err := change(ctx, tx, "add member",
			"INSERT INTO team_members (team, person) SELECT ?, id FROM people WHERE tenant = ? AND id = ?", team.ID, team.Tenant, person)
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *SQLite) Team(ctx context.Context, tenant, team string) (Team, error) {
	return one(ctx, s.reader, scanTeam, "SELECT "+teamColumns+" FROM teams WHERE tenant = ? AND id = ?", tenant, team)
}

func (s *SQLite) Teams(ctx context.Context, tenant string) ([]Team, error) {
	return all(ctx, s.reader, scanTeam, "SELECT "+teamColumns+" FROM teams WHERE tenant = ? ORDER BY rowid", tenant)
}

func (s *SQLite) SetTeam(ctx context.Context, team Team) error {
	return s.inTx(ctx, "set team", func(tx *sql.Tx) error {
		// OR IGNORE: a name that is another team's touches no row.
		err := change(ctx, tx, "change it", "UPDATE OR IGNORE teams SET name = ?, rules = ? WHERE tenant = ? AND id = ?",
			team.Name, toJSON(team.Rules), team.Tenant, team.ID)
		err = refused(err, func() error {
			_, err := one(ctx, tx, scanTeam, "SELECT "+teamColumns+" FROM teams WHERE tenant = ? AND id = ?", team.Tenant, team.ID)
			return err
		}, ErrExists)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM team_members WHERE team = ?", team.ID); err != nil {
			return fmt.Errorf("remove members: %w", err)
		}
		return addMembers(ctx, tx, team)
	})
}

func (s *SQLite) DeleteTeam(ctx context.Context, tenant, team string) error {
	return s.change(ctx, "delete team", "DELETE FROM teams WHERE tenant = ? AND id = ?", tenant, team)
}

func (s *SQLite) AddInvitation(ctx context.Context, invitation Invitation, token TokenHash) error {
	return s.inTx(ctx, "add invitation", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM invitations WHERE tenant = ? AND email = ?", invitation.Tenant, invitation.Email)
		if err != nil {
			return fmt.Errorf("replace an earlier one: %w", err)
		}
		return add(ctx, tx, "add it",
			"INSERT INTO invitations ("+invitationColumns+", token_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			invitation.ID, invitation.Tenant, invitation.Email, invitation.Role, toJSON(invitation.Teams), invitation.By,
			invitation.Created.UnixMilli(), invitation.Expires.UnixMilli(), token[:])
	})
}

func (s *SQLite) InvitationByToken(ctx context.Context, token TokenHash) (Invitation, error) {
	return one(ctx, s.reader, scanInvitation, "SELECT "+invitationColumns+" FROM invitations WHERE token_hash = ?", token[:])
}

func (s *SQLite) Invitations(ctx context.Context, tenant string) ([]Invitation, error) {
	return all(ctx, s.reader, scanInvitation, "SELECT "+invitationColumns+" FROM invitations WHERE tenant = ? ORDER BY rowid", tenant)
}

func (s *SQLite) DeleteInvitation(ctx context.Context, tenant, invitation string) error {
	return s.change(ctx, "delete invitation", "DELETE FROM invitations WHERE tenant = ? AND id = ?", tenant, invitation)
}

func (s *SQLite) AcceptInvitation(ctx context.Context, token TokenHash, person Person, passwordHash string) error {
	return s.inTx(ctx, "accept invitation", func(tx *sql.Tx) error {
		invitation, err := one(ctx, tx, scanInvitation, "SELECT "+invitationColumns+" FROM invitations WHERE token_hash = ?", token[:])
		if err != nil {
			return err
		}
		if err := change(ctx, tx, "use it up", "DELETE FROM invitations WHERE id = ?", invitation.ID); err != nil {
			return err
		}
		if err := addPerson(ctx, tx, person, passwordHash); err != nil {
			return err
		}
		for _, team := range invitation.Teams {
			_, err := tx.ExecContext(ctx, "INSERT INTO team_members (team, person) SELECT id, ? FROM teams WHERE tenant = ? AND id = ?",
				person.ID, person.Tenant, team)
			if err != nil {
				return fmt.Errorf("join team: %w", err)
			}
		}
		return nil
	})
}

func (s *SQLite) DeleteExpired(ctx context.Context, now time.Time) error {
	for _, table := range []string{"invitations", "resets", "setup"} {
		if _, err := s.writer.ExecContext(ctx, "DELETE FROM "+table+" WHERE expires <= ?", now.UnixMilli()); err != nil {
			return fmt.Errorf("delete expired %s: %w", table, err)
		}
	}
	return nil
}

func (s *SQLite) AddAPIKey(ctx context.Context, key APIKey, secret TokenHash) error {
	return add(ctx, s.writer, "add API key",
		"INSERT INTO api_keys (id, tenant, name, role, created, secret_hash) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		key.ID, key.Tenant, key.Name, key.Role, key.Created.UnixMilli(), secret[:])
}

func (s *SQLite) APIKeys(ctx context.Context, tenant string) ([]APIKey, error) {
	return all(ctx, s.reader, scanAPIKey, "SELECT "+apiKeyColumns+" FROM api_keys WHERE tenant = ? ORDER BY rowid", tenant)
}

func (s *SQLite) APIKeyBySecret(ctx context.Context, secret TokenHash) (APIKey, error) {
	return one(ctx, s.reader, scanAPIKey, "SELECT "+apiKeyColumns+" FROM api_keys WHERE secret_hash = ?", secret[:])
}

func (s *SQLite) UseAPIKey(ctx context.Context, tenant, key string, at time.Time) error {
	return s.change(ctx, "use API key",
		"UPDATE api_keys SET last_used = max(coalesce(last_used, 0), ?) WHERE tenant = ? AND id = ?", at.UnixMilli(), tenant, key)
}

func (s *SQLite) DeleteAPIKey(ctx context.Context, tenant, key string) error {
	return s.change(ctx, "delete API key", "DELETE FROM api_keys WHERE tenant = ? AND id = ?", tenant, key)
}

func scanTeam(row scanner, extra ...any) (t Team, err error) {
	var rules, members []byte
	var created int64
	if err = row.Scan(append([]any{&t.ID, &t.Tenant, &t.Name, &rules, &created, &members}, extra...)...); err != nil {
		return Team{}, fmt.Errorf("read team: %w", err)
	}
	if err := errors.Join(json.Unmarshal(rules, &t.Rules), json.Unmarshal(members, &t.Members)); err != nil {
		return Team{}, fmt.Errorf("read team's rules and members: %w", err)
	}
	t.Created = fromMS(created)
	return t, nil
}

func scanInvitation(row scanner, extra ...any) (i Invitation, err error) {
	var teams []byte
	var created, expires int64
	columns := []any{&i.ID, &i.Tenant, &i.Email, &i.Role, &teams, &i.By, &created, &expires}
	if err = row.Scan(append(columns, extra...)...); err != nil {
		return Invitation{}, fmt.Errorf("read invitation: %w", err)
	}
	if err := json.Unmarshal(teams, &i.Teams); err != nil {
		return Invitation{}, fmt.Errorf("read invitation's teams: %w", err)
	}
	i.Created, i.Expires = fromMS(created), fromMS(expires)
	return i, nil
}

func scanAPIKey(row scanner, extra ...any) (k APIKey, err error) {
	var created int64
	var lastUsed sql.NullInt64
	if err = row.Scan(append([]any{&k.ID, &k.Tenant, &k.Name, &k.Role, &created, &lastUsed}, extra...)...); err != nil {
		return APIKey{}, fmt.Errorf("read API key: %w", err)
	}
	k.Created = fromMS(created)
	if lastUsed.Valid {
		k.LastUsed = fromMS(lastUsed.Int64)
	}
	return k, nil
}

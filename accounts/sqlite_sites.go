package accounts

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"alongside/privacy"
)

const siteColumns = "id, tenant, key, name, origins, policy, help, collection, retention, created"

func (s *SQLite) AddSite(ctx context.Context, site Site) error { return addSite(ctx, s.writer, site) }

func addSite(ctx context.Context, db execer, site Site) error {
	return add(ctx, db, "add site",
		"INSERT INTO sites ("+siteColumns+", policy_version, help_version, collection_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		site.ID, site.Tenant, site.Key, site.Name, toJSON(site.Origins), toJSON(site.Policy), toJSON(site.Help),
		toJSON(site.Collection), toJSON(site.Retention), site.Created.UnixMilli(),
		site.Policy.Version, site.Help.Version, site.Collection.Version)
}

func (s *SQLite) Site(ctx context.Context, tenant, site string) (Site, error) {
	return one(ctx, s.reader, scanSite, "SELECT "+siteColumns+" FROM sites WHERE tenant = ? AND id = ?", tenant, site)
}

func (s *SQLite) SiteByKey(ctx context.Context, key string) (Site, error) {
	return one(ctx, s.reader, scanSite, "SELECT "+siteColumns+" FROM sites WHERE key = ?", key)
}

func (s *SQLite) Sites(ctx context.Context, tenant string) ([]Site, error) {
	return all(ctx, s.reader, scanSite, "SELECT "+siteColumns+" FROM sites WHERE tenant = ? ORDER BY rowid", tenant)
}

func (s *SQLite) UpdateSite(ctx context.Context, tenant, site string, update SiteChange) error {
	var origins *string
	if update.Origins != nil {
		text := toJSON(update.Origins)
		origins = &text
	}
	// OR IGNORE: a name that is another site's touches no row.
	err := s.change(ctx, "change site",
		"UPDATE OR IGNORE sites SET name = coalesce(?, name), origins = coalesce(?, origins) WHERE tenant = ? AND id = ?",
		update.Name, origins, tenant, site)
	return s.siteRefused(ctx, err, tenant, site, ErrExists)
}

func (s *SQLite) SetPolicy(ctx context.Context, tenant, site string, policy privacy.Policy) error {
	return s.setVersioned(ctx, tenant, site, "policy", policy.Version, policy)
}

func (s *SQLite) SetHelp(ctx context.Context, tenant, site string, help Help) error {
	return s.setVersioned(ctx, tenant, site, "help", help.Version, help)
}

func (s *SQLite) SetCollection(ctx context.Context, tenant, site string, collection privacy.Collection) error {
	return s.setVersioned(ctx, tenant, site, "collection", collection.Version, collection)
}

// setVersioned writes a setting that has a column of its name and one for its version.
func (s *SQLite) setVersioned(ctx context.Context, tenant, site, column string, version int, value any) error {
	err := s.change(ctx, "set "+column,
		fmt.Sprintf("UPDATE sites SET %[1]s = ?, %[1]s_version = ? WHERE tenant = ? AND id = ? AND %[1]s_version = ?", column),
		toJSON(value), version, tenant, site, version-1)
	return s.siteRefused(ctx, err, tenant, site, ErrConflict)
}

func (s *SQLite) siteRefused(ctx context.Context, err error, tenant, site string, why error) error {
	return refused(err, func() error { _, err := s.Site(ctx, tenant, site); return err }, why)
}

func (s *SQLite) SetRetention(ctx context.Context, tenant, site string, retention privacy.Retention) error {
	return s.change(ctx, "set retention", "UPDATE sites SET retention = ? WHERE tenant = ? AND id = ?", toJSON(retention), tenant, site)
}

func (s *SQLite) DeleteSite(ctx context.Context, tenant, site string) error {
	return s.inTx(ctx, "delete site", func(tx *sql.Tx) error {
		if err := change(ctx, tx, "delete it", "DELETE FROM sites WHERE tenant = ? AND id = ?", tenant, site); err != nil {
			return err
		}
		teams, err := all(ctx, tx, scanTeam, "SELECT "+teamColumns+" FROM teams WHERE tenant = ?", tenant)
		if err != nil {
			return err
		}
		for _, team := range teams {
			rules := toJSON(withoutSite(team.Rules, site))
			if err := change(ctx, tx, "take it out of a team's rules", "UPDATE teams SET rules = ? WHERE id = ?", rules, team.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *SQLite) IdentitySecret(ctx context.Context, tenant, site string) ([]byte, error) {
	sealed, err := one(ctx, s.reader, scanValue[[]byte], "SELECT identity_secret FROM sites WHERE tenant = ? AND id = ?", tenant, site)
	if err != nil {
		return nil, fmt.Errorf("read identity secret: %w", err)
	}
	return sealed, nil
}

func (s *SQLite) SetIdentitySecret(ctx context.Context, tenant, site string, old, sealed []byte) error {
	err := s.change(ctx, "set identity secret",
		"UPDATE sites SET identity_secret = ? WHERE tenant = ? AND id = ? AND identity_secret IS ?", sealed, tenant, site, old)
	return s.siteRefused(ctx, err, tenant, site, ErrConflict)
}

func scanSite(row scanner, extra ...any) (s Site, err error) {
	var origins, policy, help, collection, retention []byte
	var created int64
	columns := []any{&s.ID, &s.Tenant, &s.Key, &s.Name, &origins, &policy, &help, &collection, &retention, &created}
	if err = row.Scan(append(columns, extra...)...); err != nil {
		return Site{}, fmt.Errorf("read site: %w", err)
	}
	if err := s.decode(origins, policy, help, collection, retention); err != nil {
		return Site{}, err
	}
	s.Created = fromMS(created)
	return s, nil
}

// decode reads the settings that stores keep as JSON. An empty one is the default of its kind.
func (s *Site) decode(origins, policy, help, collection, retention []byte) (err error) {
	if err := json.Unmarshal(origins, &s.Origins); err != nil {
		return fmt.Errorf("read site's origins: %w", err)
	}
	if s.Policy, err = privacy.Parse(policy); err != nil {
		return fmt.Errorf("read site's policy: %w", err)
	}
	s.Help, s.Collection, s.Retention = DefaultHelp(), privacy.DefaultCollection(), privacy.DefaultRetention()
	if len(help) > 0 {
		if s.Help, err = decodeStrictly[Help](help); err != nil {
			return fmt.Errorf("read site's help: %w", err)
		}
	}
	if len(collection) > 0 {
		if s.Collection, err = privacy.ParseCollection(collection); err != nil {
			return fmt.Errorf("read site's collection: %w", err)
		}
	}
	if len(retention) > 0 {
		if s.Retention, err = decodeStrictly[privacy.Retention](retention); err != nil {
			return fmt.Errorf("read site's retention: %w", err)
		}
	}
	return nil
}

// decodeStrictly refuses fields that the program does not know: a setting that is not understood would not be kept.
func decodeStrictly[T any](text []byte) (value T, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err = decoder.Decode(&value)
	return value, err
}

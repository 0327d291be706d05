package accounts

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"alongside/privacy"
)

// siteDoc keeps settings as JSON, so that each store refuses the same ones.
type siteDoc struct {
	ID      string `bson:"_id"`
	Tenant  string `bson:"tenant"`
	Key     string `bson:"key"`
	Name    string `bson:"name"`
	Origins string `bson:"origins"` // JSON, like the four that follow
	Policy  string `bson:"policy"`

	Help       string `bson:"help"`
	Collection string `bson:"collection"`
	Retention  string `bson:"retention"`
	Created    int64  `bson:"created"`
	Order      int64  `bson:"order"`

	PolicyVersion     int    `bson:"policy_version"`
	HelpVersion       int    `bson:"help_version"`
	CollectionVersion int    `bson:"collection_version"`
	IdentitySecret    []byte `bson:"identity_secret,omitempty"` // sealed
}

func (d siteDoc) site() (Site, error) {
	site := Site{ID: d.ID, Tenant: d.Tenant, Key: d.Key, Name: d.Name, Created: fromMS(d.Created)}
	err := site.decode([]byte(d.Origins), []byte(d.Policy), []byte(d.Help), []byte(d.Collection), []byte(d.Retention))
	if err != nil {
		return Site{}, err
	}
	return site, nil
}

func (m *Mongo) AddSite(ctx context.Context, site Site) error {
	return insert(ctx, m.sites, siteDoc{
		ID: site.ID, Tenant: site.Tenant, Key: site.Key, Name: site.Name, Origins: toJSON(site.Origins), Policy: toJSON(site.Policy),
		Help: toJSON(site.Help), Collection: toJSON(site.Collection), Retention: toJSON(site.Retention),
		Created: site.Created.UnixMilli(), Order: m.next(), PolicyVersion: site.Policy.Version, HelpVersion: site.Help.Version,
		CollectionVersion: site.Collection.Version,
	})
}

func (m *Mongo) Site(ctx context.Context, tenant, site string) (Site, error) {
	return m.oneSite(ctx, byID(tenant, site))
}

func (m *Mongo) SiteByKey(ctx context.Context, key string) (Site, error) {
	return m.oneSite(ctx, bson.M{"key": key})
}

func (m *Mongo) oneSite(ctx context.Context, filter bson.M) (Site, error) {
	doc, err := findOne[siteDoc](ctx, m.sites, filter)
	if err != nil {
		return Site{}, err
	}
	return doc.site()
}

func (m *Mongo) Sites(ctx context.Context, tenant string) ([]Site, error) {
	docs, err := findAll[siteDoc](ctx, m.sites, bson.M{"tenant": tenant})
	if err != nil {
		return nil, err
	}
	var sites []Site
	for _, doc := range docs {
		site, err := doc.site()
		if err != nil {
			return nil, err
		}
		sites = append(sites, site)
	}
	return sites, nil
}

func (m *Mongo) UpdateSite(ctx context.Context, tenant, site string, change SiteChange) error {
	fields := bson.M{}
	if change.Name != nil {
		fields["name"] = *change.Name
	}
	if change.Origins != nil {
		fields["origins"] = toJSON(change.Origins)
	}
	if len(fields) == 0 {
		_, err := m.Site(ctx, tenant, site)
		return err
	}
	return update(ctx, m.sites, byID(tenant, site), set(fields))
}

func (m *Mongo) SetPolicy(ctx context.Context, tenant, site string, policy privacy.Policy) error {
	return m.setVersioned(ctx, tenant, site, "policy", policy.Version, policy)
}

func (m *Mongo) SetHelp(ctx context.Context, tenant, site string, help Help) error {
	return m.setVersioned(ctx, tenant, site, "help", help.Version, help)
}

func (m *Mongo) SetCollection(ctx context.Context, tenant, site string, collection privacy.Collection) error {
	return m.setVersioned(ctx, tenant, site, "collection", collection.Version, collection)
}

// setVersioned writes a setting that has a field of its name and one for its version.
func (m *Mongo) setVersioned(ctx context.Context, tenant, site, name string, version int, value any) error {
	return m.changeSite(ctx, tenant, site,
		bson.M{name + "_version": version - 1}, bson.M{name: toJSON(value), name + "_version": version})
}

// changeSite writes fields where the site's document is also as when says; if only that fails, it returns ErrConflict.
func (m *Mongo) changeSite(ctx context.Context, tenant, site string, when, fields bson.M) error {
	filter := byID(tenant, site)
	for name, value := range when {
		filter[name] = value
	}
	err := update(ctx, m.sites, filter, set(fields))
	return refused(err, func() error { _, err := m.Site(ctx, tenant, site); return err }, ErrConflict)
}

func (m *Mongo) SetRetention(ctx context.Context, tenant, site string, retention privacy.Retention) error {
	return update(ctx, m.sites, byID(tenant, site), set(bson.M{"retention": toJSON(retention)}))
}

// DeleteSite first deletes the site: a rule that names a site which is gone matches nobody, one that lost its only site
// while that is still there would be lost for it.
func (m *Mongo) DeleteSite(ctx context.Context, tenant, site string) error {
	if err := remove(ctx, m.sites, byID(tenant, site)); err != nil {
		return err
	}
	return m.changeTenant(ctx, "take site out of teams' rules", tenant, func(doc *tenantDoc) error {
		for i := range doc.Teams {
			rules, err := fromJSON[[]TeamRule](doc.Teams[i].Rules)
			if err != nil {
				return err
			}
			doc.Teams[i].Rules = toJSON(withoutSite(rules, site))
		}
		return nil
	})
}

func (m *Mongo) IdentitySecret(ctx context.Context, tenant, site string) ([]byte, error) {
	doc, err := findOne[siteDoc](ctx, m.sites, byID(tenant, site), "identity_secret")
	if err != nil {
		return nil, fmt.Errorf("read identity secret: %w", err)
	}
	return doc.IdentitySecret, nil
}

func (m *Mongo) SetIdentitySecret(ctx context.Context, tenant, site string, old, sealed []byte) error {
	var was any // nil: the document has no such field
	if old != nil {
		was = old
	}
	return m.changeSite(ctx, tenant, site, bson.M{"identity_secret": was}, bson.M{"identity_secret": sealed})
}

package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// tenantDoc is what must agree within a tenant.
type tenantDoc struct {
	ID      string `bson:"_id"`
	Name    string `bson:"name"`
	Created int64  `bson:"created"`
	Order   int64  `bson:"order"`
	// Origin is unique, and the same for every tenant that a set-up link made, so that there is one of them at most.
	Origin string `bson:"origin"`

	Version     int64           `bson:"version"` // one more with each change of what follows
	Roster      map[string]Role `bson:"roster"`  // by person's ID
	Teams       []teamDoc       `bson:"teams"`
	Invitations []invitationDoc `bson:"invitations"`
	Replies     string          `bson:"replies"` // JSON
	Reasons     string          `bson:"reasons"` // JSON
}

const originSetup = "set-up"

// tenantFields are those of tenantDoc that Tenant has.
var tenantFields = []string{"name", "created"}

func (t *tenantDoc) tenant() Tenant {
	return Tenant{ID: t.ID, Name: t.Name, Created: fromMS(t.Created)}
}

func (m *Mongo) newTenant(tenant Tenant, origin string) *tenantDoc {
	return &tenantDoc{
		ID: tenant.ID, Name: tenant.Name, Created: tenant.Created.UnixMilli(), Order: m.next(), Origin: origin,
		Roster: map[string]Role{}, Teams: []teamDoc{}, Invitations: []invitationDoc{}, Replies: "[]", Reasons: "[]",
	}
}

func (m *Mongo) AddTenant(ctx context.Context, tenant Tenant) error {
	return insert(ctx, m.tenants, m.newTenant(tenant, "tenant "+tenant.ID))
}

func (m *Mongo) Tenant(ctx context.Context, tenant string) (Tenant, error) {
	return m.oneTenant(ctx, bson.M{"_id": tenant})
}

func (m *Mongo) TenantByName(ctx context.Context, name string) (Tenant, error) {
	return m.oneTenant(ctx, bson.M{"name": name})
}

func (m *Mongo) oneTenant(ctx context.Context, filter bson.M) (Tenant, error) {
	doc, err := findOne[tenantDoc](ctx, m.tenants, filter, tenantFields...)
	if err != nil {
		return Tenant{}, err
	}
	return doc.tenant(), nil
}

func (m *Mongo) Tenants(ctx context.Context) ([]Tenant, error) {
	docs, err := findAll[tenantDoc](ctx, m.tenants, bson.M{}, tenantFields...)
	if err != nil {
		return nil, err
	}
	var tenants []Tenant
	for _, doc := range docs {
		tenants = append(tenants, doc.tenant())
	}
	return tenants, nil
}

// parts reads some fields of a tenant's document.
func (m *Mongo) parts(ctx context.Context, tenant string, fields ...string) (tenantDoc, error) {
	return findOne[tenantDoc](ctx, m.tenants, bson.M{"_id": tenant}, fields...)
}

// errLost says that another change of a document came first.
var errLost = errors.New("another change came first")

// changeTenant does change to the tenant's document, or nothing if change returns an error. change runs again when another
// change came first; what it does besides must bear that.
func (m *Mongo) changeTenant(ctx context.Context, act, tenant string, change func(*tenantDoc) error) error {
	for {
		err := m.tryTenant(ctx, tenant, change)
		if errors.Is(err, errLost) && ctx.Err() == nil {
			continue // whoever came first is done, so that this ends
		}
		if err != nil {
			return fmt.Errorf("%s: %w", act, err)
		}
		return nil
	}
}

func (m *Mongo) tryTenant(ctx context.Context, tenant string, change func(*tenantDoc) error) error {
	doc, err := m.parts(ctx, tenant)
	if err != nil {
		return err
	}
	if err := change(&doc); err != nil {
		return err
	}
	err = update(ctx, m.tenants, bson.M{"_id": tenant, "version": doc.Version}, set(bson.M{
		"version": doc.Version + 1, "roster": doc.Roster, "teams": doc.Teams, "invitations": doc.Invitations,
		"replies": doc.Replies, "reasons": doc.Reasons,
	}))
	if errors.Is(err, ErrNotFound) {
		return errLost
	}
	return err
}

func (m *Mongo) Replies(ctx context.Context, tenant string) ([]Reply, error) {
	doc, err := m.parts(ctx, tenant, "replies")
	if err != nil {
		return nil, err
	}
	return fromJSON[[]Reply](doc.Replies)
}

func (m *Mongo) SetReplies(ctx context.Context, tenant string, replies []Reply) error {
	return m.changeTenant(ctx, "set replies", tenant, func(doc *tenantDoc) error {
		doc.Replies = toJSON(replies)
		return nil
	})
}

func (m *Mongo) Reasons(ctx context.Context, tenant string) ([]Reason, error) {
	doc, err := m.parts(ctx, tenant, "reasons")
	if err != nil {
		return nil, err
	}
	return fromJSON[[]Reason](doc.Reasons)
}

func (m *Mongo) SetReasons(ctx context.Context, tenant string, reasons []Reason) error {
	return m.changeTenant(ctx, "set reasons", tenant, func(doc *tenantDoc) error {
		before, err := fromJSON[[]Reason](doc.Reasons)
		if err != nil {
			return err
		}
		doc.Reasons = toJSON(keepRetired(before, slices.Clone(reasons)))
		return nil
	})
}

// fromJSON reads what toJSON wrote.
func fromJSON[T any](text string) (value T, err error) {
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return value, fmt.Errorf("read %T: %w", value, err)
	}
	return value, nil
}

// setupDoc is the set-up token; there is one at most.
type setupDoc struct {
	ID        string `bson:"_id"`
	TokenHash []byte `bson:"token_hash"`
	Expires   int64  `bson:"expires"`
}

const setupID = "setup"

func setupFilter(token TokenHash, now time.Time) bson.M {
	return bson.M{"_id": setupID, "token_hash": token[:], "expires": bson.M{"$gt": now.UnixMilli()}}
}

func (m *Mongo) SetSetupToken(ctx context.Context, token TokenHash, expires time.Time) error {
	change := set(bson.M{"token_hash": token[:], "expires": expires.UnixMilli()})
	if _, err := m.setup.UpdateOne(ctx, bson.M{"_id": setupID}, change, options.UpdateOne().SetUpsert(true)); err != nil {
		return fmt.Errorf("set set-up token: %w", err)
	}
	return nil
}

func (m *Mongo) SetupToken(ctx context.Context, token TokenHash, now time.Time) error {
	_, err := findOne[setupDoc](ctx, m.setup, setupFilter(token, now))
	if err == nil {
		err = m.noTenant(ctx)
	}
	if err != nil {
		return fmt.Errorf("look up set-up token: %w", err)
	}
	return nil
}

// noTenant returns ErrNotFound if there is a tenant.
func (m *Mongo) noTenant(ctx context.Context) error {
	switch _, err := m.oneTenant(ctx, bson.M{}); {
	case err == nil:
		return ErrNotFound
	case errors.Is(err, ErrNotFound):
		return nil
	default:
		return err
	}
}

// CompleteSetup is decided twice: one caller takes the token away, and one tenant at most is made by set-up. The tenant
// comes last: without it neither site nor person is anybody's.
func (m *Mongo) CompleteSetup(ctx context.Context, token TokenHash, now time.Time, tenant Tenant, site Site, admin Person, passwordHash string) error {
	if err := m.SetupToken(ctx, token, now); err != nil {
		return fmt.Errorf("complete set-up: %w", err)
	}
	var taken setupDoc
	if err := m.setup.FindOneAndDelete(ctx, setupFilter(token, now)).Decode(&taken); errors.Is(err, mongo.ErrNoDocuments) {
		return fmt.Errorf("use set-up token: %w", ErrNotFound)
	} else if err != nil {
		return fmt.Errorf("use set-up token: %w", err)
	}
	giveBack := func(ctx context.Context) error { return insert(ctx, m.setup, taken) } // refused where another token was set
	if err := m.insertPerson(ctx, admin, passwordHash); err != nil {
		undo(ctx, giveBack)
		return fmt.Errorf("complete set-up: %w", err)
	}
	dropAdmin := func(ctx context.Context) error { return remove(ctx, m.people, byID(admin.Tenant, admin.ID)) }
	if err := m.AddSite(ctx, site); err != nil {
		undo(ctx, dropAdmin, giveBack)
		return fmt.Errorf("complete set-up: %w", err)
	}
	doc := m.newTenant(tenant, originSetup)
	doc.Roster[admin.ID] = admin.Role
	err := insert(ctx, m.tenants, doc)
	if errors.Is(err, ErrExists) { // after any other error the tenant may be there: nothing of it may be taken back
		undo(ctx, dropAdmin, func(ctx context.Context) error { return remove(ctx, m.sites, byID(site.Tenant, site.ID)) })
		err = ErrNotFound // somebody else made a tenant
	}
	if err != nil {
		return fmt.Errorf("complete set-up: %w", err)
	}
	return nil
}

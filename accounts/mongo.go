package accounts

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"alongside/store"
)

// Mongo is a Store in a MongoDB that several nodes share. Where SQLite changes several rows in one transaction, here one
// document decides, and the others follow or are ignored:
//
//   - The tenant's document holds what must agree within a tenant: who its people are with their roles, teams, invitations,
//     replies, reasons. It is changed by compare-and-set on its version. Somebody is the tenant's only by standing there.
//   - A person's document holds what only that person needs: e-mail, hash, second factor. It is written before the person
//     stands in the tenant's, and deleted after the person no longer does; what is left of a node that died between the two
//     is loose, counts as absent, and is swept.
//   - A sign-in or a reset holds the person's generation, which each new password moves on: that one write ends them all.
//
// Two methods are atomic only while the node lives: UpdatePerson sets the role before name and capacity, DeleteSite deletes
// the site before it takes it out of the rules of teams. Neither can break what accounts promises.
type Mongo struct {
	tenants, sites, people, signIns, resets, setup, apiKeys *mongo.Collection

	now   func() time.Time // for order and what is loose; what callers compare times with, they pass in
	order atomic.Int64     // of what was made here last
}

var _ Store = (*Mongo)(nil)

// Collections are what accounts keeps in MongoDB. Times are milliseconds since 1970, UTC, but for those that expire.
var Collections = store.Collections{
	Package: "accounts",
	Version: 1,
	Indexes: []store.Index{
		{Collection: "tenants", Keys: []string{"name"}, Unique: true},
		{Collection: "tenants", Keys: []string{"origin"}, Unique: true},
		{Collection: "tenants", Keys: []string{"invitations.token_hash"}},
		{Collection: "tenants", Keys: []string{"invitations.expires"}},
		{Collection: "sites", Keys: []string{"key"}, Unique: true},
		{Collection: "sites", Keys: []string{"tenant", "name"}, Unique: true},
		{Collection: "people", Keys: []string{"email"}, Unique: true},
		{Collection: "people", Keys: []string{"tenant"}},
		{Collection: "people", Keys: []string{"loose"}},
		{Collection: "sign_ins", Keys: []string{"token_hash"}, Unique: true},
		{Collection: "sign_ins", Keys: []string{"person"}},
		{Collection: "sign_ins", Keys: []string{"created"}},
		{Collection: "sign_ins", Keys: []string{"last_used"}},
		{Collection: "sign_ins", Keys: []string{"until"}, Expire: true},
		{Collection: "resets", Keys: []string{"person"}},
		{Collection: "resets", Keys: []string{"expires"}},
		{Collection: "resets", Keys: []string{"until"}, Expire: true},
		{Collection: "api_keys", Keys: []string{"secret_hash"}, Unique: true},
		{Collection: "api_keys", Keys: []string{"tenant", "name"}, Unique: true},
	},
}

// NewMongo keeps accounts in a database that was opened with Collections.
func NewMongo(db *store.Mongo) *Mongo {
	return &Mongo{
		tenants: db.Collection("tenants"), sites: db.Collection("sites"), people: db.Collection("people"),
		signIns: db.Collection("sign_ins"), resets: db.Collection("resets"), setup: db.Collection("setup"),
		apiKeys: db.Collection("api_keys"), now: time.Now,
	}
}

// next is the place in the order of creation: the time, moved on where two things are made at the same one.
func (m *Mongo) next() int64 {
	for {
		last := m.order.Load()
		if next := max(m.now().UnixNano(), last+1); m.order.CompareAndSwap(last, next) {
			return next
		}
	}
}

// byID selects a document of a tenant.
func byID(tenant, id string) bson.M { return bson.M{"_id": id, "tenant": tenant} }

// inOrder is the order of creation.
var inOrder = bson.M{"order": 1}

func set(fields bson.M) bson.M { return bson.M{"$set": fields} }

// findOne returns ErrNotFound where no document matches.
func findOne[T any](ctx context.Context, c *mongo.Collection, filter bson.M, fields ...string) (doc T, err error) {
	how := options.FindOne()
	if len(fields) > 0 {
		how.SetProjection(only(fields))
	}
	err = c.FindOne(ctx, filter, how).Decode(&doc)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return doc, ErrNotFound
	}
	if err != nil {
		return doc, fmt.Errorf("read %s: %w", c.Name(), err)
	}
	return doc, nil
}

// findAll lists what matches in the order of creation.
func findAll[T any](ctx context.Context, c *mongo.Collection, filter bson.M, fields ...string) (docs []T, err error) {
	how := options.Find().SetSort(inOrder)
	if len(fields) > 0 {
		how.SetProjection(only(fields))
	}
	cursor, err := c.Find(ctx, filter, how)
	if err == nil {
		err = cursor.All(ctx, &docs)
	}
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", c.Name(), err)
	}
	return docs, nil
}

func only(fields []string) bson.M {
	projection := bson.M{}
	for _, name := range fields {
		projection[name] = 1
	}
	return projection
}

// insert returns ErrExists where something unique is there already.
func insert(ctx context.Context, c *mongo.Collection, doc any) error {
	_, err := c.InsertOne(ctx, doc)
	if store.IsDuplicate(err) {
		err = ErrExists
	}
	if err != nil {
		return fmt.Errorf("add to %s: %w", c.Name(), err)
	}
	return nil
}

// update changes the one document that matches, else ErrNotFound; ErrExists as insert.
func update(ctx context.Context, c *mongo.Collection, filter, change bson.M) error {
	result, err := c.UpdateOne(ctx, filter, change)
	switch {
	case store.IsDuplicate(err):
		err = ErrExists
	case err == nil && result.MatchedCount == 0:
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("change in %s: %w", c.Name(), err)
	}
	return nil
}

// remove deletes the one document that matches, else ErrNotFound.
func remove(ctx context.Context, c *mongo.Collection, filter bson.M) error {
	result, err := c.DeleteOne(ctx, filter)
	if err == nil && result.DeletedCount == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("delete in %s: %w", c.Name(), err)
	}
	return nil
}

// removeAll deletes whatever matches.
func removeAll(ctx context.Context, c *mongo.Collection, filter bson.M) (deleted int, err error) {
	result, err := c.DeleteMany(ctx, filter)
	if err != nil {
		return 0, fmt.Errorf("delete in %s: %w", c.Name(), err)
	}
	return int(result.DeletedCount), nil
}

// undo takes back what was written before the deciding step failed, even if that was because ctx ended.
func undo(ctx context.Context, steps ...func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	for _, step := range steps {
		_ = step(ctx) // what is left is loose or names nothing: it is swept, or never found
	}
}

const undoTimeout = 5 * time.Second

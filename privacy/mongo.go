package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Mongo is a Store in a MongoDB that several nodes share. Only what one document decides is relied on: the head of an audit
// chain carries its last row, so that both change as one; the row's own document follows.
type Mongo struct {
	keys, consents, rows, chains *mongo.Collection
}

var _ Store = (*Mongo)(nil)

// Collections are what this package keeps in MongoDB; assignable to store.Collections. Times are milliseconds since 1970, UTC.
var Collections = struct {
	Package string
	Version int
	Indexes []struct {
		Collection     string
		Keys           []string
		Unique, Expire bool
	}
}{
	Package: "privacy",
	Version: 1,
	Indexes: []struct {
		Collection     string
		Keys           []string
		Unique, Expire bool
	}{
		{Collection: "consents", Keys: []string{"tenant", "room"}},
		{Collection: "audit", Keys: []string{"tenant", "n"}, Unique: true},
		{Collection: "audit", Keys: []string{"tenant", "at"}},
	},
}

// NewMongo keeps what this package keeps in a database that has Collections and whose writes are acknowledged by most of
// its servers, as store.OpenMongo opens it.
func NewMongo(db *mongo.Database) *Mongo {
	return &Mongo{
		keys: db.Collection("tenant_keys"), consents: db.Collection("consents"), rows: db.Collection("audit"),
		chains: db.Collection("audit_chains"),
	}
}

type keyDoc struct {
	Tenant  string `bson:"_id"`
	Wrapped []byte `bson:"wrapped"` // under the master key; null: destroyed
}

func (m *Mongo) readKey(ctx context.Context, tenant string) ([]byte, error) {
	var doc keyDoc
	err := m.keys.FindOne(ctx, bson.M{"_id": tenant}).Decode(&doc)
	if errors.Is(err, mongo.ErrNoDocuments) {
		err = errNoKey
	}
	return doc.Wrapped, err
}

func (m *Mongo) offerKey(ctx context.Context, tenant string, wrapped []byte) error {
	_, err := m.keys.InsertOne(ctx, keyDoc{tenant, wrapped})
	return unlessThere(err)
}

func (m *Mongo) destroyKey(ctx context.Context, tenant string) error {
	if err := m.offerKey(ctx, tenant, nil); err != nil {
		return err
	}
	_, err := m.keys.UpdateOne(ctx, bson.M{"_id": tenant}, bson.M{"$set": bson.M{"wrapped": nil}})
	return err
}

// unlessThere lets an insert of what is there already succeed.
func unlessThere(err error) error {
	if mongo.IsDuplicateKeyError(err) {
		return nil
	}
	return err
}

type consentDoc struct {
	Tenant   string `bson:"tenant"`
	Site     string `bson:"site"`
	Room     string `bson:"room"`
	What     string `bson:"what"`
	Act      string `bson:"act"`
	Person   string `bson:"person"`
	Text     string `bson:"text"`
	Language string `bson:"language"`
	Time     int64  `bson:"time"`
}

func (m *Mongo) addConsent(ctx context.Context, c Consent) error {
	_, err := m.consents.InsertOne(ctx, consentDoc{
		c.Tenant, c.Site, c.Room, c.What, c.Act, c.Person, c.Text, c.Language, c.Time.UnixMilli(),
	})
	return err
}

func (m *Mongo) listConsents(ctx context.Context, tenant, room string) ([]Consent, error) {
	// One node at a time holds a room, and its object IDs grow: they order what happened in one millisecond.
	oldestFirst := options.Find().SetSort(bson.D{{Key: "time", Value: 1}, {Key: "_id", Value: 1}})
	cursor, err := m.consents.Find(ctx, bson.M{"tenant": tenant, "room": room}, oldestFirst)
	if err != nil {
		return nil, err
	}
	var docs []consentDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, err
	}
	var list []Consent
	for _, d := range docs {
		list = append(list, Consent{
			Tenant: d.Tenant, Site: d.Site, Room: d.Room, What: d.What, Act: d.Act, Person: d.Person, Text: d.Text,
			Language: d.Language, Time: time.UnixMilli(d.Time).UTC(),
		})
	}
	return list, nil
}

func (m *Mongo) deleteConsents(ctx context.Context, tenant string, rooms []string) error {
	if len(rooms) == 0 {
		return nil
	}
	_, err := m.consents.DeleteMany(ctx, bson.M{"tenant": tenant, "room": bson.M{"$in": rooms}})
	return err
}

type auditDoc struct {
	Tenant    string `bson:"tenant"`
	N         int64  `bson:"n"`
	At        int64  `bson:"at"`
	Actor     string `bson:"actor"`
	ActorName string `bson:"actor_name"`
	Act       string `bson:"act"`
	Object    string `bson:"object"`
	ObjectID  string `bson:"object_id"`
	Details   string `bson:"details"` // JSON object, keys sorted
	Hash      []byte `bson:"hash"`
}

func newAuditDoc(r auditRow) auditDoc {
	return auditDoc{r.tenant, r.n, r.at, r.actor, r.actorName, r.act, r.object, r.objectID, r.details, r.hash}
}

func (d auditDoc) row() auditRow {
	return auditRow{
		tenant: d.Tenant, n: d.N, at: d.At, actor: d.Actor, actorName: d.ActorName, act: d.Act, object: d.Object,
		objectID: d.ObjectID, details: d.Details, hash: d.Hash,
	}
}

// chainDoc is a chain's head.
type chainDoc struct {
	Tenant      string    `bson:"_id"`
	TrimmedN    int64     `bson:"trimmed_n"`
	TrimmedHash []byte    `bson:"trimmed_hash"`
	LastN       int64     `bson:"last_n"`
	LastHash    []byte    `bson:"last_hash"`
	Last        *auditDoc `bson:"last"` // null: trimmed
}

func (d chainDoc) chain() auditChain {
	return auditChain{trimmedN: d.TrimmedN, lastN: d.LastN, trimmedHash: d.TrimmedHash, lastHash: d.LastHash}
}

// head reads the head of a chain and sees to it that its last row has its own document, which a node that died may have
// left out. A chain without entries has LastN 0.
func (m *Mongo) head(ctx context.Context, tenant string) (head chainDoc, err error) {
	err = m.chains.FindOne(ctx, bson.M{"_id": tenant}).Decode(&head)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return chainDoc{Tenant: tenant}, nil
	}
	if err != nil || head.Last == nil {
		return head, err
	}
	err = m.rows.FindOne(ctx, bson.M{"tenant": tenant, "n": head.LastN}).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		_, err = m.rows.InsertOne(ctx, head.Last)
		err = unlessThere(err)
	}
	return head, err
}

func (m *Mongo) appendAudit(ctx context.Context, row auditRow) error {
	for {
		head, err := m.head(ctx, row.tenant)
		if err != nil {
			return err
		}
		doc := newAuditDoc(head.chain().next(row))
		won, err := m.setLast(ctx, head, &doc)
		if err != nil {
			return err
		}
		if won {
			_, err := m.rows.InsertOne(ctx, doc)
			return unlessThere(err)
		}
	}
}

// setLast makes doc the chain's last row if head is still what is stored.
func (m *Mongo) setLast(ctx context.Context, head chainDoc, doc *auditDoc) (won bool, err error) {
	if head.LastN == 0 {
		_, err := m.chains.InsertOne(ctx, chainDoc{Tenant: doc.Tenant, TrimmedHash: []byte{}, LastN: doc.N, LastHash: doc.Hash, Last: doc})
		return err == nil, unlessThere(err)
	}
	result, err := m.chains.UpdateOne(ctx, bson.M{"_id": head.Tenant, "last_n": head.LastN},
		bson.M{"$set": bson.M{"last_n": doc.N, "last_hash": doc.Hash, "last": doc}})
	return err == nil && result.MatchedCount == 1, err
}

func (m *Mongo) listAudit(ctx context.Context, tenant string, filter AuditFilter, before int64, limit int) ([]auditRow, error) {
	if limit <= 0 {
		return nil, nil
	}
	head, err := m.head(ctx, tenant)
	if err != nil {
		return nil, err
	}
	numbers := bson.M{"$gt": head.TrimmedN}
	if before > 0 {
		numbers["$lt"] = before
	}
	where := bson.M{"tenant": tenant, "n": numbers}
	for name, value := range map[string]string{"actor": filter.Actor, "act": filter.Act, "object": filter.Object} {
		if value != "" {
			where[name] = value
		}
	}
	times := bson.M{}
	if !filter.From.IsZero() {
		times["$gte"] = filter.From.UnixMilli()
	}
	if !filter.To.IsZero() {
		times["$lt"] = filter.To.UnixMilli()
	}
	if len(times) > 0 {
		where["at"] = times
	}
	var list []auditRow
	err = m.eachRow(ctx, where, options.Find().SetSort(bson.M{"n": -1}).SetLimit(int64(limit)), func(row auditRow) error {
		list = append(list, row)
		return nil
	})
	return list, err
}

// readAudit begins again if what it read does not fit the head, which was moved meanwhile.
func (m *Mongo) readAudit(ctx context.Context, tenant string, begin func(auditChain), each func(auditRow) error) error {
	for {
		head, err := m.head(ctx, tenant)
		if err != nil {
			return err
		}
		begin(head.chain())
		rows := bson.M{"tenant": tenant, "n": bson.M{"$gt": head.TrimmedN}}
		broken := m.eachRow(ctx, rows, options.Find().SetSort(bson.M{"n": 1}), func(row auditRow) error {
			if row.n > head.LastN {
				return fmt.Errorf("entry %d is not the log's: %w", row.n, ErrAuditChain)
			}
			return each(row)
		})
		if broken == nil || !errors.Is(broken, ErrAuditChain) {
			return broken
		}
		after, err := m.head(ctx, tenant)
		if err != nil {
			return err
		}
		if after.TrimmedN == head.TrimmedN && after.LastN == head.LastN {
			return broken
		}
	}
}

func (m *Mongo) eachRow(ctx context.Context, where bson.M, how *options.FindOptionsBuilder, each func(auditRow) error) error {
	cursor, err := m.rows.Find(ctx, where, how)
	if err != nil {
		return err
	}
	defer cursor.Close(context.WithoutCancel(ctx))
	for cursor.Next(ctx) {
		var doc auditDoc
		if err := cursor.Decode(&doc); err != nil {
			return err
		}
		if err := each(doc.row()); err != nil {
			return err
		}
	}
	return cursor.Err()
}

// trimAudit moves the head's mark first: rows below it count as gone, and are deleted again where that was cut off.
func (m *Mongo) trimAudit(ctx context.Context, tenant string, before int64) error {
	head, err := m.head(ctx, tenant)
	if err != nil || head.LastN == 0 {
		return err
	}
	// The clock may have been set back once: an old entry behind a younger one stays as long as that one.
	keep := head.LastN + 1
	young := bson.M{"tenant": tenant, "at": bson.M{"$gte": before}, "n": bson.M{"$gt": head.TrimmedN, "$lte": head.LastN}}
	first := options.Find().SetSort(bson.M{"n": 1}).SetLimit(1)
	if err := m.eachRow(ctx, young, first, func(row auditRow) error { keep = row.n; return nil }); err != nil {
		return fmt.Errorf("find the first to keep: %w", err)
	}
	if trimmed := keep - 1; trimmed > head.TrimmedN {
		var last auditDoc
		if err := m.rows.FindOne(ctx, bson.M{"tenant": tenant, "n": trimmed}).Decode(&last); err != nil {
			return fmt.Errorf("read the last to go: %w", err)
		}
		change := bson.M{"trimmed_n": trimmed, "trimmed_hash": last.Hash}
		where := bson.M{"_id": tenant, "trimmed_n": head.TrimmedN, "last_n": head.LastN}
		if trimmed == head.LastN {
			change["last"] = nil // the head's own copy goes too
		}
		// Where the head has moved on meanwhile, the next one trims.
		if _, err := m.chains.UpdateOne(ctx, where, bson.M{"$set": change}); err != nil {
			return fmt.Errorf("mark what goes: %w", err)
		}
	}
	if head, err = m.head(ctx, tenant); err != nil {
		return err
	}
	_, err = m.rows.DeleteMany(ctx, bson.M{"tenant": tenant, "n": bson.M{"$lte": head.TrimmedN}})
	return err
}

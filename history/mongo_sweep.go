package history

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"alongside/store"
)

func (m *Mongo) Sites(ctx context.Context) ([]SiteName, error) {
	cursor, err := m.sessions.Aggregate(ctx, bson.A{
		bson.M{"$match": bson.M{"site": bson.M{"$ne": ""}}},
		bson.M{"$group": bson.M{"_id": bson.M{"tenant": "$tenant", "site": "$site"}}},
	})
	var docs []struct {
		ID struct {
			Tenant string `bson:"tenant"`
			Site   string `bson:"site"`
		} `bson:"_id"`
	}
	if err == nil {
		err = cursor.All(ctx, &docs)
	}
	if err != nil {
		return nil, fmt.Errorf("list sites: %w", err)
	}
	var names []SiteName
	for _, doc := range docs {
		names = append(names, SiteName{doc.ID.Tenant, doc.ID.Site})
	}
	return names, nil
}

func (m *Mongo) Due(ctx context.Context, site SiteName, before time.Time, limit int) ([]string, error) {
	past := bson.M{"$lt": before.UnixMilli()}
	where := bson.M{"tenant": site.Tenant, "site": site.Site, "opened": past, "ended": past, "state": bson.M{"$lt": StateDeleting}}
	names, err := m.names(ctx, "list sessions due", where, bson.D{{Key: "opened", Value: 1}, {Key: "id", Value: 1}}, limit)
	var ids []string
	for _, name := range names {
		ids = append(ids, name.ID)
	}
	return ids, err
}

func (m *Mongo) Unfinished(ctx context.Context, limit int) ([]SessionName, error) {
	where := bson.M{"state": bson.M{"$in": []State{StateStripping, StateDeleting}}}
	return m.names(ctx, "list unfinished erasures", where, bson.D{}, limit)
}

func (m *Mongo) names(ctx context.Context, what string, where bson.M, order bson.D, limit int) ([]SessionName, error) {
	if limit <= 0 {
		return nil, nil // to MongoDB, none is no limit
	}
	how := options.Find().SetSort(order).SetLimit(int64(limit)).SetProjection(bson.M{"tenant": 1, "id": 1})
	docs, err := all[sessionDoc](ctx, m.sessions, what, where, how)
	var names []SessionName
	for _, doc := range docs {
		names = append(names, SessionName{doc.Tenant, doc.ID})
	}
	return names, err
}

func (m *Mongo) DeleteOldMessages(ctx context.Context, site SiteName, before time.Time, limit int) (int, error) {
	where := bson.M{"tenant": site.Tenant, "site": site.Site, "at": bson.M{"$lt": before.UnixMilli()}}
	return deleteSome(ctx, m.messages, "delete old messages", where, limit)
}

func (m *Mongo) ForgetGone(ctx context.Context, before time.Time, limit int) (int, error) {
	where := bson.M{"state": StateGone, "erased_at": bson.M{"$lt": before.UnixMilli()}}
	return deleteSome(ctx, m.sessions, "forget erased sessions", where, limit)
}

// deleteSome deletes up to limit documents, if they still are what was looked for.
func deleteSome(ctx context.Context, c *mongo.Collection, what string, where bson.M, limit int) (int, error) {
	if limit <= 0 {
		return 0, nil // to MongoDB, none is no limit
	}
	docs, err := all[struct {
		ID bson.ObjectID `bson:"_id"`
	}](ctx, c, what, where, options.Find().SetLimit(int64(limit)).SetProjection(bson.M{"_id": 1}))
	if err != nil || len(docs) == 0 {
		return 0, err
	}
	ids := make([]bson.ObjectID, 0, len(docs))
	for _, doc := range docs {
		ids = append(ids, doc.ID)
	}
	result, err := c.DeleteMany(ctx, bson.M{"$and": bson.A{bson.M{"_id": bson.M{"$in": ids}}, where}})
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return int(result.DeletedCount), nil
}

func (m *Mongo) Lease(ctx context.Context, name, holder string, now, until time.Time) (bool, error) {
	free := bson.M{"_id": name, "$or": bson.A{bson.M{"holder": holder}, bson.M{"until": bson.M{"$lte": now.UnixMilli()}}}}
	result, err := m.leases.UpdateOne(ctx, free, bson.M{"$set": bson.M{"holder": holder, "until": until.UnixMilli()}})
	if err == nil && result.MatchedCount == 1 {
		return true, nil
	}
	if err == nil {
		_, err = m.leases.InsertOne(ctx, bson.M{"_id": name, "holder": holder, "until": until.UnixMilli()})
	}
	if store.IsDuplicate(err) {
		return false, nil // another holds it
	}
	if err != nil {
		return false, fmt.Errorf("take lease: %w", err)
	}
	return true, nil
}

func (m *Mongo) Release(ctx context.Context, name, holder string) error {
	if _, err := m.leases.DeleteOne(ctx, bson.M{"_id": name, "holder": holder}); err != nil {
		return fmt.Errorf("release lease: %w", err)
	}
	return nil
}

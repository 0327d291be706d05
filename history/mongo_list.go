package history

import (
	"context"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// conditions must all hold.
type conditions []bson.M

func (c *conditions) add(condition bson.M) { *c = append(*c, condition) }

func (c conditions) where() bson.M { return bson.M{"$and": c} }

// newestFirst is the order of lists.
var newestFirst = bson.D{{Key: "opened", Value: -1}, {Key: "id", Value: -1}}

func (m *Mongo) List(ctx context.Context, tenant string, sel Selection, before Place, limit int) ([]Record, error) {
	if limit <= 0 {
		return nil, nil // to MongoDB, none is no limit
	}
	chosen := sel.conditions(tenant)
	if before != (Place{}) {
		opened := ms(before.Opened)
		chosen.add(bson.M{"opened": bson.M{"$lte": opened}}) // where the index is entered
		chosen.add(bson.M{"$or": bson.A{
			bson.M{"opened": bson.M{"$lt": opened}},
			bson.M{"id": bson.M{"$lt": before.ID}},
		}})
	}
	how := options.Find().SetSort(newestFirst).SetLimit(int64(limit)).SetProjection(withoutMarks)
	docs, err := all[storedSession](ctx, m.sessions, "list sessions", chosen.where(), how)
	if err != nil {
		return nil, err
	}
	var list []Record
	for _, doc := range docs {
		list = append(list, doc.record())
	}
	return list, nil
}

func (sel Selection) conditions(tenant string) conditions {
	c := conditions{{"tenant": tenant, "state": bson.M{"$lt": StateDeleting}}}
	for name, value := range map[string]string{"site": sel.Site, "team": sel.Team, "reason": sel.Reason, "kind": string(sel.Kind)} {
		if value != "" {
			c.add(bson.M{name: value})
		}
	}
	if !sel.From.IsZero() {
		c.add(bson.M{"opened": bson.M{"$gte": sel.From.UnixMilli()}})
	}
	if !sel.To.IsZero() {
		c.add(bson.M{"opened": bson.M{"$lt": sel.To.UnixMilli()}})
	}
	if prefix, wild := strings.CutSuffix(sel.Path, "*"); wild {
		c.add(bson.M{"path": beginning(prefix)})
	} else if sel.Path != "" {
		c.add(bson.M{"path": sel.Path})
	}
	if sel.Lang != "" {
		lang := strings.ToLower(sel.Lang)
		c.add(bson.M{"$or": bson.A{bson.M{"lower_lang": lang}, bson.M{"lower_lang": beginning(lang + "-")}}})
	}
	if sel.Open {
		c.add(bson.M{"kind": KindMessage, "wrapped_at": int64(0)})
	}
	if sel.MinScore > 0 || sel.MaxScore > 0 {
		c.add(bson.M{"score": bson.M{"$gte": max(sel.MinScore, 1)}})
	}
	if sel.MaxScore > 0 {
		c.add(bson.M{"score": bson.M{"$lte": sel.MaxScore}})
	}
	for _, agent := range sel.Agents {
		c.add(bson.M{"agents": agent})
	}
	for _, mark := range sel.Marks {
		c.add(bson.M{"marks": mark})
	}
	return c
}

// beginning matches texts that begin with prefix: those from it up to what no text with more of it reaches.
func beginning(prefix string) bson.M {
	return bson.M{"$gte": prefix, "$lt": prefix + "\U0010FFFF"}
}

func (m *Mongo) EachFacts(ctx context.Context, tenant string, sel Selection, each func(Facts) error) error {
	facts := bson.M{}
	for _, name := range []string{"site", "team", "kind", "opened", "accepted", "ended", "handler", "reason", "score"} {
		facts[name] = 1
	}
	cursor, err := m.sessions.Find(ctx, sel.conditions(tenant).where(), options.Find().SetProjection(facts))
	if err != nil {
		return fmt.Errorf("read facts of sessions: %w", err)
	}
	defer cursor.Close(context.WithoutCancel(ctx))
	for cursor.Next(ctx) {
		var doc storedSession
		if err := cursor.Decode(&doc); err != nil {
			return fmt.Errorf("read facts of a session: %w", err)
		}
		if err := each(doc.facts()); err != nil {
			return err
		}
	}
	if err := cursor.Err(); err != nil {
		return fmt.Errorf("read facts of sessions: %w", err)
	}
	return nil
}

package history

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"alongside/store"
)

type messageDoc struct {
	Tenant  string `bson:"tenant"`
	Site    string `bson:"site"`
	Session string `bson:"session"`
	ID      string `bson:"id"`
	N       int    `bson:"n"`
	Role    string `bson:"role"`
	Person  string `bson:"person"`
	At      int64  `bson:"at"`
	Sealed  []byte `bson:"sealed"` // null: stripped
}

func (d messageDoc) message() SealedMessage {
	return SealedMessage{
		Tenant: d.Tenant, Site: d.Site, Session: d.Session, ID: d.ID, N: d.N, Role: d.Role, Person: d.Person, At: fromMS(d.At),
		Sealed: d.Sealed,
	}
}

// ofSession selects the messages of a session.
func ofSession(tenant, session string) bson.M { return bson.M{"tenant": tenant, "session": session} }

// AddMessage writes the message and then looks whether the session is still kept. An erasure first marks the session and
// then deletes messages: whichever comes first, one of the two deletes this one. If a node dies between its two steps while
// an erasure runs, what is left was sealed under a key that is gone, and goes when messages of its age do.
func (m *Mongo) AddMessage(ctx context.Context, msg SealedMessage) error {
	if n, err := m.sessions.CountDocuments(ctx, kept(msg), options.Count().SetLimit(1)); err != nil {
		return fmt.Errorf("add message: %w", err)
	} else if n == 0 {
		return fmt.Errorf("add message: %w", ErrNotFound)
	}
	added, err := m.putMessage(ctx, msg)
	if err != nil {
		return fmt.Errorf("add message: %w", err)
	}
	return m.countMessages(ctx, msg, added)
}

// kept selects the message's session while messages may be added to it.
func kept(msg SealedMessage) bson.M {
	return bson.M{"tenant": msg.Tenant, "id": msg.Session, "site": msg.Site, "state": StateKept}
}

// countMessages counts a message that was put, and takes one that was added back if the session is not kept any more.
func (m *Mongo) countMessages(ctx context.Context, msg SealedMessage, added bool) error {
	count, err := m.messages.CountDocuments(ctx, ofSession(msg.Tenant, msg.Session))
	if err != nil {
		return fmt.Errorf("count messages: %w", err)
	}
	result, err := m.sessions.UpdateOne(ctx, kept(msg), bson.M{"$max": bson.M{"messages": int(count)}})
	if err != nil {
		return fmt.Errorf("count messages: %w", err)
	}
	if result.MatchedCount > 0 {
		return nil
	}
	if added {
		one := ofSession(msg.Tenant, msg.Session)
		one["id"] = msg.ID
		if _, err := m.messages.DeleteOne(context.WithoutCancel(ctx), one); err != nil {
			return fmt.Errorf("take back a message of an erased session: %w", err)
		}
	}
	return fmt.Errorf("add message: %w", ErrNotFound)
}

// putMessage adds the message, or moves the one of its ID to a higher place.
func (m *Mongo) putMessage(ctx context.Context, msg SealedMessage) (added bool, err error) {
	_, err = m.messages.InsertOne(ctx, messageDoc{
		Tenant: msg.Tenant, Site: msg.Site, Session: msg.Session, ID: msg.ID, N: msg.N, Role: msg.Role, Person: msg.Person,
		At: ms(msg.At), Sealed: msg.Sealed,
	})
	if !store.IsDuplicate(err) {
		return err == nil, err
	}
	lower := ofSession(msg.Tenant, msg.Session)
	lower["id"], lower["n"] = msg.ID, bson.M{"$lt": msg.N}
	_, err = m.messages.UpdateOne(ctx, lower, bson.M{"$set": bson.M{"n": msg.N, "at": ms(msg.At)}})
	return false, err
}

// inPlace is the order of a chat.
var inPlace = bson.D{{Key: "n", Value: 1}, {Key: "id", Value: 1}}

func (m *Mongo) Messages(ctx context.Context, tenant, session string, after, limit int) ([]SealedMessage, error) {
	if limit <= 0 {
		return nil, nil // to MongoDB, none is no limit
	}
	where := ofSession(tenant, session)
	where["n"] = bson.M{"$gt": after}
	docs, err := all[messageDoc](ctx, m.messages, "list messages", where, options.Find().SetSort(inPlace).SetLimit(int64(limit)))
	if err != nil {
		return nil, err
	}
	var list []SealedMessage
	for _, doc := range docs {
		list = append(list, doc.message())
	}
	return list, nil
}

func (m *Mongo) MessagesOf(ctx context.Context, tenant string, sessions []string) (map[string][]SealedMessage, error) {
	bySession := map[string][]SealedMessage{}
	if len(sessions) == 0 {
		return bySession, nil
	}
	where := bson.M{"tenant": tenant, "session": bson.M{"$in": sessions}}
	docs, err := all[messageDoc](ctx, m.messages, "list messages", where, options.Find().SetSort(inPlace))
	if err != nil {
		return nil, err
	}
	for _, doc := range docs {
		bySession[doc.Session] = append(bySession[doc.Session], doc.message())
	}
	return bySession, nil
}

func (m *Mongo) DeleteMessages(ctx context.Context, tenant, session string) (int, error) {
	result, err := m.messages.DeleteMany(ctx, ofSession(tenant, session))
	if err != nil {
		return 0, fmt.Errorf("delete messages: %w", err)
	}
	return int(result.DeletedCount), nil
}

func (m *Mongo) StripMessages(ctx context.Context, tenant, session string) (int, error) {
	where := ofSession(tenant, session)
	where["sealed"] = bson.M{"$ne": nil}
	result, err := m.messages.UpdateMany(ctx, where, bson.M{"$set": bson.M{"sealed": nil}})
	if err != nil {
		return 0, fmt.Errorf("strip messages: %w", err)
	}
	return int(result.ModifiedCount), nil
}

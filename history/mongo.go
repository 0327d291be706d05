package history

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"alongside/store"
)

// Collections are what history keeps in MongoDB. Times are milliseconds since 1970, UTC; 0: not happened.
var Collections = store.Collections{
	Package: "history",
	Version: 1,
	Indexes: []store.Index{
		{Collection: "history_sessions", Keys: []string{"tenant", "id"}, Unique: true},
		{Collection: "history_sessions", Keys: []string{"tenant", "-opened", "-id"}},
		{Collection: "history_sessions", Keys: []string{"tenant", "site", "-opened", "-id"}},
		{Collection: "history_sessions", Keys: []string{"tenant", "team", "-opened", "-id"}},
		{Collection: "history_sessions", Keys: []string{"tenant", "agents", "-opened", "-id"}},
		{Collection: "history_sessions", Keys: []string{"tenant", "marks", "-opened", "-id"}},
		{Collection: "history_sessions", Keys: []string{"tenant", "receipt"}},
		{Collection: "history_sessions", Keys: []string{"state", "erased_at"}},
		{Collection: "history_messages", Keys: []string{"tenant", "session", "id"}, Unique: true},
		{Collection: "history_messages", Keys: []string{"tenant", "session", "n"}},
		{Collection: "history_messages", Keys: []string{"tenant", "site", "at"}},
	},
}

// Mongo is a Store in a MongoDB that several nodes share. A session is one document, which its Rev guards; a message is one
// of its own, and looks at its session's again once it is written.
type Mongo struct {
	sessions, messages, leases *mongo.Collection
}

var _ Store = (*Mongo)(nil)

// NewMongo keeps history in a database that was opened with Collections.
func NewMongo(db *store.Mongo) *Mongo {
	return &Mongo{
		sessions: db.Collection("history_sessions"), messages: db.Collection("history_messages"), leases: db.Collection("history_leases"),
	}
}

// sessionDoc is a Record without Messages and Marks, of which each is written in its own way.
type sessionDoc struct {
	Tenant    string   `bson:"tenant"`
	ID        string   `bson:"id"`
	Rev       int      `bson:"rev"`
	State     State    `bson:"state"`
	Site      string   `bson:"site"`
	Team      string   `bson:"team"`
	Kind      Kind     `bson:"kind"`
	Opened    int64    `bson:"opened"`
	Accepted  int64    `bson:"accepted"`
	Ended     int64    `bson:"ended"`
	Why       string   `bson:"why"`
	Agents    []string `bson:"agents"`
	Handler   string   `bson:"handler"`
	Path      string   `bson:"path"`
	Lang      string   `bson:"lang"`
	LowerLang string   `bson:"lower_lang"` // to be found by
	Browser   string   `bson:"browser"`
	OS        string   `bson:"os"`
	Device    string   `bson:"device"`
	Reason    string   `bson:"reason"`
	WrappedBy string   `bson:"wrapped_by"`
	WrappedAt int64    `bson:"wrapped_at"`
	Score     int      `bson:"score"`
	RatedAt   int64    `bson:"rated_at"`
	ErasedAt  int64    `bson:"erased_at"`
	Receipt   []byte   `bson:"receipt"` // SHA-256
	Key       []byte   `bson:"key"`     // wrapped
	Sealed    []byte   `bson:"sealed"`
}

func newSessionDoc(r Record) sessionDoc {
	return sessionDoc{
		Tenant: r.Tenant, ID: r.ID, Rev: r.Rev, State: r.State, Site: r.Site, Team: r.Team, Kind: r.Kind,
		Opened: ms(r.Opened), Accepted: ms(r.Accepted), Ended: ms(r.Ended), Why: r.Why, Agents: append([]string{}, r.Agents...),
		Handler: r.Handler, Path: r.Path, Lang: r.Lang, LowerLang: strings.ToLower(r.Lang), Browser: r.Browser, OS: r.OS,
		Device: r.Device, Reason: r.Reason, WrappedBy: r.WrappedBy, WrappedAt: ms(r.WrappedAt), Score: r.Score,
		RatedAt: ms(r.RatedAt), ErasedAt: ms(r.ErasedAt), Receipt: r.Receipt, Key: r.Key, Sealed: r.Sealed,
	}
}

// storedSession is what is read.
type storedSession struct {
	Doc      sessionDoc `bson:",inline"`
	Messages int        `bson:"messages"`
}

func (s storedSession) facts() Facts {
	d := s.Doc
	return Facts{
		Site: d.Site, Team: d.Team, Kind: d.Kind, Opened: fromMS(d.Opened), Accepted: fromMS(d.Accepted), Ended: fromMS(d.Ended),
		Why: d.Why, Agents: append([]string{}, d.Agents...), Handler: d.Handler, Messages: s.Messages, Path: d.Path, Lang: d.Lang,
		Browser: d.Browser, OS: d.OS, Device: d.Device, Reason: d.Reason, WrappedBy: d.WrappedBy, WrappedAt: fromMS(d.WrappedAt),
		Score: d.Score, RatedAt: fromMS(d.RatedAt), ErasedAt: fromMS(d.ErasedAt),
	}
}

func (s storedSession) record() Record {
	d := s.Doc
	return Record{
		Tenant: d.Tenant, ID: d.ID, Rev: d.Rev, State: d.State, Facts: s.facts(), Key: d.Key, Sealed: d.Sealed, Receipt: d.Receipt,
	}
}

// fromMS reads what ms wrote.
func fromMS(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func (m *Mongo) Insert(ctx context.Context, r Record) error {
	_, err := m.sessions.InsertOne(ctx, struct {
		Doc      sessionDoc `bson:",inline"`
		Messages int        `bson:"messages"`
		Marks    [][]byte   `bson:"marks"`
	}{newSessionDoc(r), r.Messages, append([][]byte{}, r.Marks...)})
	if store.IsDuplicate(err) {
		err = ErrExists
	}
	if err != nil {
		return fmt.Errorf("insert session: %w", err)
	}
	return nil
}

func (m *Mongo) Replace(ctx context.Context, r Record) error {
	where := bson.M{"tenant": r.Tenant, "id": r.ID, "rev": r.Rev}
	r.Rev++
	// The counter has operators of its own: AddMessage may have moved it on since r was loaded.
	change := bson.M{"$set": struct {
		Doc   sessionDoc `bson:",inline"`
		Marks [][]byte   `bson:"marks"`
	}{newSessionDoc(r), append([][]byte{}, r.Marks...)}}
	if r.State < StateDeleting {
		change["$max"] = bson.M{"messages": r.Messages}
	} else {
		change["$min"] = bson.M{"messages": r.Messages}
	}
	result, err := m.sessions.UpdateOne(ctx, where, change)
	if err == nil && result.MatchedCount == 0 {
		err = ErrConflict
	}
	if err != nil {
		return fmt.Errorf("replace session: %w", err)
	}
	return nil
}

func (m *Mongo) Load(ctx context.Context, tenant, id string) (Record, error) {
	return m.one(ctx, bson.M{"tenant": tenant, "id": id})
}

func (m *Mongo) LoadByReceipt(ctx context.Context, tenant, site string, receipt []byte) (Record, error) {
	if receipt == nil {
		return Record{}, ErrNotFound // would find who has none
	}
	where := bson.M{"tenant": tenant, "receipt": receipt}
	if site != "" {
		where["site"] = site
	}
	return m.one(ctx, where)
}

// withoutMarks leaves out what nobody reads.
var withoutMarks = bson.M{"marks": 0}

func (m *Mongo) one(ctx context.Context, where bson.M) (Record, error) {
	var doc storedSession
	err := m.sessions.FindOne(ctx, where, options.FindOne().SetProjection(withoutMarks)).Decode(&doc)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return Record{}, ErrNotFound
	}
	if err != nil {
		return Record{}, fmt.Errorf("load session: %w", err)
	}
	return doc.record(), nil
}

func (m *Mongo) Remove(ctx context.Context, tenant, id string) error {
	erased := bson.M{"$in": []State{StateDeleting, StateGone}}
	if _, err := m.sessions.DeleteOne(ctx, bson.M{"tenant": tenant, "id": id, "state": erased}); err != nil {
		return fmt.Errorf("remove session: %w", err)
	}
	return nil
}

// Settle does nothing: when MongoDB writes over what was deleted is its own affair. What makes it unreadable is that its
// key was deleted.
func (m *Mongo) Settle(context.Context) error { return nil }

// all reads what a query finds.
func all[T any](ctx context.Context, c *mongo.Collection, what string, where bson.M, how *options.FindOptionsBuilder) ([]T, error) {
	cursor, err := c.Find(ctx, where, how)
	var docs []T
	if err == nil {
		err = cursor.All(ctx, &docs)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return docs, nil
}

package privacy_test

import (
	"errors"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"alongside/privacy"
	"alongside/store/mongotest"
)

func TestMongoTamperingIsFound(t *testing.T) {
	for name, open := range mongotest.Servers {
		t.Run(name, func(t *testing.T) {
			db := open(t, privacy.Collections)
			rows, chains := db.Collection("audit"), db.Collection("audit_chains")
			change := func(name string, value any) func(bson.M) error {
				return func(where bson.M) error {
					_, err := rows.UpdateOne(t.Context(), where, bson.M{"$set": bson.M{name: value}})
					return err
				}
			}
			take := func(where bson.M) error { _, err := rows.DeleteOne(t.Context(), where); return err }
			for name, tamper := range map[string]struct {
				n   int64
				how func(where bson.M) error
			}{
				"actor":        {3, change("actor", "bob")},
				"time":         {3, change("at", int64(1))},
				"hash":         {3, change("hash", make([]byte, 32))},
				"first taken":  {1, take},
				"middle taken": {3, take},
				"one added":    {5, change("n", int64(6))},
				"head moved": {0, func(bson.M) error {
					_, err := chains.UpdateOne(t.Context(), bson.M{}, bson.M{"$set": bson.M{"last_n": 4, "last": nil}})
					return err
				}},
			} {
				for _, c := range []string{"audit", "audit_chains"} {
					if _, err := db.Collection(c).DeleteMany(t.Context(), bson.M{}); err != nil {
						t.Fatal(err)
					}
				}
				log := privacy.NewAuditLog(privacy.NewMongo(db.Database), atNoon)
				for range 5 {
					add(t, log, act("a", "sign-in", noon))
				}
				whole(t, log, "a", 5)
				if err := tamper.how(bson.M{"tenant": "a", "n": tamper.n}); err != nil {
					t.Fatal(err)
				}
				if n, err := log.Verify(t.Context(), "a"); !errors.Is(err, privacy.ErrAuditChain) {
					t.Errorf("%s: %d, %v", name, n, err)
				}
			}
		})
	}
}

// TestMongoANodeDiedBetweenHeadAndRow: the entry was acknowledged by the head, and is read and counted.
func TestMongoANodeDiedBetweenHeadAndRow(t *testing.T) {
	for name, open := range mongotest.Servers {
		t.Run(name, func(t *testing.T) {
			db := open(t, privacy.Collections)
			log := privacy.NewAuditLog(privacy.NewMongo(db.Database), atNoon)
			add(t, log, act("a", "sign-in", noon), act("a", "sign-in", noon))
			last := bson.M{"tenant": "a", "n": int64(2)}
			if _, err := db.Collection("audit").DeleteOne(t.Context(), last); err != nil {
				t.Fatal(err)
			}
			list, err := log.List(t.Context(), "a", privacy.AuditFilter{}, 0, 10)
			if err != nil || len(list) != 2 {
				t.Errorf("%d listed, %v", len(list), err)
			}
			if _, err := db.Collection("audit").DeleteOne(t.Context(), last); err != nil {
				t.Fatal(err)
			}
			add(t, log, act("a", "sign-in", noon))
			whole(t, log, "a", 3)
			if err := log.Trim(t.Context(), "a", noon.AddDate(0, 0, 1)); err != nil {
				t.Fatal(err)
			}
			whole(t, log, "a", 0)
			if n, err := db.Collection("audit_chains").CountDocuments(t.Context(), bson.M{"last": bson.M{"$ne": nil}}); err != nil || n != 0 {
				t.Errorf("%d heads still hold an entry, %v", n, err)
			}
		})
	}
}

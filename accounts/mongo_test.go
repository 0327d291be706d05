package accounts

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"alongside/store/mongotest"
)

// TestMongoSweepsWhatIsLeftOver plays nodes that died between two documents.
func TestMongoSweepsWhatIsLeftOver(t *testing.T) {
	for name, open := range mongotest.Servers {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			s := NewMongo(open(t, Collections))
			now := time.Now()
			s.now = func() time.Time { return now }
			tenantWith(t, s, "a", "ann", "bob")
			ok(t, s.AddSignIn(ctx, SignIn{ID: "1", Tenant: "a", Person: "bob", Created: epoch, LastUsed: epoch}, tokenHash("1")))

			// One died as it added eve, one as it deleted bob.
			ok(t, s.insertPerson(ctx, personNamed("a", "eve"), "hash"))
			ok(t, update(ctx, s.people, byID("a", "bob"), set(bson.M{"loose": now.UnixMilli()})))
			ok(t, s.changeTenant(ctx, "delete bob", "a", func(doc *tenantDoc) error { delete(doc.Roster, "bob"); return nil }))
			for _, id := range []string{"eve", "bob"} {
				_, err := s.Person(ctx, "a", id)
				is(t, err, ErrNotFound)
				_, _, err = s.PersonByEmail(ctx, id+"@example.org")
				is(t, err, ErrNotFound)
			}
			_, _, err := s.SignInByToken(ctx, tokenHash("1"))
			is(t, err, ErrNotFound)
			people, err := s.People(ctx, "a")
			ok(t, err)
			same(t, len(people), 1)
			is(t, s.AddPerson(ctx, personNamed("a", "eve"), "hash"), ErrExists) // it may still be under way

			now = now.Add(looseAge + time.Second)
			ok(t, s.DeleteExpired(ctx, epoch))
			for collection, want := range map[string]int64{"people": 1, "sign_ins": 0} {
				got, err := s.people.Database().Collection(collection).CountDocuments(ctx, bson.M{})
				ok(t, err)
				same(t, got, want)
			}
			_, err = s.Person(ctx, "a", "ann") // who is in the tenant stays
			ok(t, err)
			ok(t, s.AddPerson(ctx, personNamed("a", "eve"), "hash"))
		})
	}
}

// TestMongoANewPasswordEndsSignInsByOneWrite: that those which were not deleted are void.
func TestMongoANewPasswordEndsSignInsByOneWrite(t *testing.T) {
	for name, open := range mongotest.Servers {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			s := NewMongo(open(t, Collections))
			tenantWith(t, s, "a", "ann")
			ok(t, s.AddSignIn(ctx, SignIn{ID: "1", Tenant: "a", Person: "ann", Created: epoch, LastUsed: epoch}, tokenHash("1")))
			ok(t, s.AddReset(ctx, "a", "ann", tokenHash("reset"), epoch.Add(time.Hour)))
			ok(t, update(ctx, s.people, byID("a", "ann"), newPassword("new")))
			_, _, err := s.SignInByToken(ctx, tokenHash("1"))
			is(t, err, ErrNotFound)
			list, err := s.SignIns(ctx, "a", "ann")
			ok(t, err)
			same(t, list, nil)
			_, err = s.Reset(ctx, tokenHash("reset"), epoch)
			is(t, err, ErrNotFound)
		})
	}
}

// TestMongoOrderOfCreation: the clock may stand still, and order does not.
func TestMongoOrderOfCreation(t *testing.T) {
	s := &Mongo{now: func() time.Time { return epoch }}
	for last := int64(0); last < epoch.UnixNano()+100; {
		next := s.next()
		if next <= last {
			t.Fatalf("%d after %d", next, last)
		}
		last = next
	}
}

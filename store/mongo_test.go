package store_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"alongside/store"
	"alongside/store/mongotest"
)

func TestMongoIsNotReachedInsecurely(t *testing.T) {
	cases := map[string]string{
		"http://127.0.0.1/": "begins with mongodb://",
		"secret":            "begins with mongodb://",
		"mongodb://ann:sec%ret@db.example.com/?tls=true":               "malformed",
		"mongodb://ann:secret/x@db.example.com/":                       "malformed",
		"mongodb://ann:secret@db.example.com/":                         "use TLS",
		"mongodb://db.example.com/?tls=true":                           "needs a user and a password",
		"mongodb://ann@db.example.com/?tls=true":                       "needs a user and a password",
		"mongodb://127.0.0.1,10.0.0.7/":                                "use TLS",
		"mongodb://a:secret@db.example.com/?tlsInsecure=true&tls=true": "does not verify",
	}
	for uri, want := range cases {
		db, err := store.OpenMongo(t.Context(), uri, false, slog.New(slog.DiscardHandler))
		if db != nil || err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "sec") && uri != "secret" {
			t.Errorf("%s: %v, want %q", uri, err, want)
		}
	}
}

func TestMongoThatCannotBeReached(t *testing.T) {
	begun := time.Now()
	for _, plaintext := range []bool{true, false} {
		_, err := store.OpenMongo(t.Context(), "mongodb://ann:secret@127.0.0.1:1/?serverSelectionTimeoutMS=100", plaintext, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), "reach MongoDB") || strings.Contains(err.Error(), "secret") {
			t.Errorf("error %v", err)
		}
	}
	if took := time.Since(begun); took > time.Minute {
		t.Errorf("took %v", took)
	}
}

func TestMongoCollections(t *testing.T) {
	for name, open := range mongotest.Servers {
		t.Run(name, func(t *testing.T) {
			things := store.Collections{Package: "things", Version: 2, Indexes: []store.Index{
				{Collection: "things", Keys: []string{"owner", "-made"}, Unique: true},
				{Collection: "things", Keys: []string{"until"}, Expire: true}, // FerretDB has none: no reason to fail
			}}
			db := open(t, things)
			add := func(owner string, made int) error {
				_, err := db.Collection("things").InsertOne(t.Context(), bson.M{"owner": owner, "made": made})
				return err
			}
			if err := errors.Join(add("a", 1), add("a", 2), add("b", 1)); err != nil {
				t.Fatal(err)
			}
			if err := add("a", 1); !store.IsDuplicate(err) {
				t.Errorf("the same again: %v", err)
			}
			if err := db.Prepare(t.Context(), things); err != nil {
				t.Errorf("a second time: %v", err)
			}
			things.Version = 1
			if err := db.Prepare(t.Context(), things); !errors.Is(err, store.ErrNewer) {
				t.Errorf("an older program: %v", err)
			}
		})
	}
}

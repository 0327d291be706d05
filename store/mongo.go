package store

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

const (
	mongoReachTimeout = 5 * time.Second  // to find a server that takes writes
	mongoTimeout      = 15 * time.Second // of one operation, with its retries
	mongoDatabase     = "alongside"      // where the URI names none
)

// Collections are what one package keeps in MongoDB, the counterpart of its Migrations.
type Collections struct {
	Package string // whose they are; one set per package
	Version int    // of the documents' shape; grows when an older program could not read them
	Indexes []Index
}

// Index is one index of a collection. Its name follows from its keys. The type is without a name of its own, so that a
// package on this floor can write one without knowing this package.
type Index = struct {
	Collection string
	Keys       []string // ascending, in this order; a minus sign in front makes one descending
	// Expire deletes a document once the time in its only key, a BSON date, is past. It comes to help where deleting was
	// missed and is relied on nowhere: the server does it when it finds time.
	Unique, Expire bool
}

// Mongo is an open MongoDB database, safe for use by many goroutines. What a write acknowledged is on the disks of most
// servers; reads are answered by the primary. Nothing needs more of the server than that a change of one document is
// atomic, so that a single server without a replica set will do.
type Mongo struct {
	*mongo.Database
	client *mongo.Client
}

// OpenMongo connects to the MongoDB that uri names and makes the indexes of sets that are missing:
//
//	mongodb://[user:password@]host[:port][,host[:port]…][/database][?option=value…]
//	mongodb+srv://…
//
// Off loopback it must be TLS with a password or a client's certificate, unless plaintext is set. Errors do not hold the
// password. ErrNewer says that a newer program wrote the documents.
func OpenMongo(ctx context.Context, uri string, plaintext bool, log *slog.Logger, sets ...Collections) (*Mongo, error) {
	config, database, err := parseMongo(uri, plaintext)
	if err != nil {
		return nil, err
	}
	client, err := mongo.Connect(config)
	if err != nil {
		return nil, errors.New("the URI of MongoDB holds options that do not go together") // err might hold the password
	}
	m := &Mongo{Database: client.Database(database), client: client}
	if err := m.Ping(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("reach MongoDB: %w", err), m.Close())
	}
	for _, set := range sets {
		if err := m.prepare(ctx, set, log); err != nil {
			return nil, errors.Join(fmt.Errorf("prepare %s in MongoDB: %w", set.Package, err), m.Close())
		}
	}
	return m, nil
}

// Ping answers once a server that takes writes does.
func (m *Mongo) Ping(ctx context.Context) error { return m.client.Ping(ctx, readpref.Primary()) }

// Close waits for running operations, a few seconds at most, and ends all connections.
func (m *Mongo) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), mongoReachTimeout)
	defer cancel()
	if err := m.client.Disconnect(ctx); err != nil {
		return fmt.Errorf("close MongoDB: %w", err)
	}
	return nil
}

func parseMongo(uri string, plaintext bool) (*options.ClientOptions, string, error) {
	scheme, rest, _ := strings.Cut(uri, "://")
	if scheme != "mongodb" && scheme != "mongodb+srv" {
		return nil, "", errors.New("the URI begins with mongodb:// or mongodb+srv://")
	}
	journal := true
	majority := writeconcern.Majority()
	majority.Journal = &journal
	config := options.Client().ApplyURI(uri)
	if config.Validate() != nil {
		return nil, "", errors.New("the URI is malformed: mongodb://user:password@host/database, with special characters in user and password escaped")
	}
	if !plaintext {
		if err := safeMongo(config); err != nil {
			return nil, "", err
		}
	}
	config.SetAppName("alongside").SetWriteConcern(majority).SetReadPreference(readpref.Primary())
	for _, timeout := range []struct {
		inURI *time.Duration
		set   func(time.Duration) *options.ClientOptions
		usual time.Duration
	}{
		{config.ServerSelectionTimeout, config.SetServerSelectionTimeout, mongoReachTimeout},
		{config.ConnectTimeout, config.SetConnectTimeout, mongoReachTimeout},
		{config.Timeout, config.SetTimeout, mongoTimeout},
	} {
		if timeout.inURI == nil {
			timeout.set(timeout.usual)
		}
	}
	_, path, _ := strings.Cut(rest, "/")
	database, _, _ := strings.Cut(path, "?")
	if database == "" {
		database = mongoDatabase
	}
	return config, database, nil
}

// safeMongo refuses links on which somebody else could read or write.
func safeMongo(config *options.ClientOptions) error {
	for _, host := range config.Hosts {
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if isLoopback(host) {
			continue
		}
		if config.TLSConfig == nil {
			return errors.New("this MongoDB is on another host: use TLS (tls=true) or allow plaintext")
		}
		if config.TLSConfig.InsecureSkipVerify {
			return errors.New("this MongoDB is on another host: TLS that does not verify it is as good as plaintext; name its authority by tlsCAFile")
		}
		if config.Auth == nil || config.Auth.Password == "" && config.Auth.AuthMechanism != "MONGODB-X509" {
			return errors.New("this MongoDB on another host needs a user and a password in the URI")
		}
	}
	if config.TLSConfig != nil && config.TLSConfig.MinVersion < tls.VersionTLS12 {
		config.TLSConfig.MinVersion = tls.VersionTLS12
	}
	return nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || strings.HasSuffix(host, ".sock") || err == nil && ip.IsLoopback()
}

// prepare notes the version of a package's documents and makes its indexes; those that are there already are kept.
func (m *Mongo) prepare(ctx context.Context, set Collections, log *slog.Logger) error {
	versions := m.Collection("migrations")
	var stored struct{ Version int }
	err := versions.FindOne(ctx, bson.D{{Key: "_id", Value: set.Package}}).Decode(&stored)
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return fmt.Errorf("read version: %w", err)
	}
	if stored.Version > set.Version {
		return fmt.Errorf("version %d, the program knows %d: %w", stored.Version, set.Version, ErrNewer)
	}
	for _, index := range set.Indexes {
		err := m.makeIndex(ctx, index)
		var refused mongo.CommandError
		if index.Expire && errors.As(err, &refused) && refused.Code == codeNotImplemented {
			log.Warn("this MongoDB does not delete by itself what is past; Alongside does", "collection", index.Collection)
		} else if err != nil {
			return fmt.Errorf("make index of %s: %w", index.Collection, err)
		}
	}
	_, err = versions.UpdateOne(ctx, bson.D{{Key: "_id", Value: set.Package}},
		bson.D{{Key: "$max", Value: bson.D{{Key: "version", Value: set.Version}}}}, options.UpdateOne().SetUpsert(true))
	if err != nil && !IsDuplicate(err) { // another node was first
		return fmt.Errorf("write version: %w", err)
	}
	return nil
}

// codeNotImplemented is how FerretDB answers what it lacks (MongoDB's error codes, NotImplemented).
const codeNotImplemented = 238

func (m *Mongo) makeIndex(ctx context.Context, index Index) error {
	keys := bson.D{}
	for _, key := range index.Keys {
		name, descending := strings.CutPrefix(key, "-")
		order := 1
		if descending {
			order = -1
		}
		keys = append(keys, bson.E{Key: name, Value: order})
	}
	how := options.Index()
	if index.Unique {
		how.SetUnique(true)
	}
	if index.Expire {
		how.SetExpireAfterSeconds(0)
	}
	_, err := m.Collection(index.Collection).Indexes().CreateOne(ctx, mongo.IndexModel{Keys: keys, Options: how})
	return err
}

// IsDuplicate says whether a write failed because something unique is there already.
func IsDuplicate(err error) bool {
	var refused mongo.CommandError
	// FerretDB 1 knows the code for inserts only.
	return mongo.IsDuplicateKeyError(err) || errors.As(err, &refused) && strings.Contains(refused.Message, "UNIQUE constraint failed")
}

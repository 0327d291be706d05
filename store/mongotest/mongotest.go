// Package mongotest gives tests a MongoDB: the one that MONGO_URI names, and FerretDB, which `make test` builds out of
// store/ferret and names in FERRET. A test is skipped where its server is missing.
package mongotest

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"alongside/store"
)

// URIs name, by server, a database that is empty and goes when the test ends.
var URIs = map[string]func(t *testing.T) string{
	"MongoDB": func(t *testing.T) string {
		uri := os.Getenv("MONGO_URI")
		if uri == "" {
			t.Skip("MONGO_URI names no MongoDB")
		}
		return emptyDatabase(t, uri)
	},
	"FerretDB": func(t *testing.T) string {
		if os.Getenv("FERRET") == "" {
			t.Skip("FERRET names no program: make bin/ferret")
		}
		server, err := ferret()
		if err != nil {
			t.Fatal(err)
		}
		return emptyDatabase(t, server.uri)
	},
}

// Open opens a database as URIs name them.
type Open func(t *testing.T, sets ...store.Collections) *store.Mongo

// Servers open a database each.
var Servers = map[string]Open{}

func init() {
	for name, uri := range URIs {
		Servers[name] = func(t *testing.T, sets ...store.Collections) *store.Mongo {
			t.Helper()
			db := open(t, uri(t), sets...)
			t.Cleanup(func() { db.Close() })
			return db
		}
	}
}

func open(t *testing.T, uri string, sets ...store.Collections) *store.Mongo {
	t.Helper()
	db, err := store.OpenMongo(t.Context(), uri, true, slog.New(slog.DiscardHandler), sets...)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func emptyDatabase(t *testing.T, uri string) string {
	t.Helper()
	uri = withDatabase(uri, "test_"+strings.ToLower(rand.Text()))
	db := open(t, uri)
	t.Cleanup(func() {
		if err := db.Drop(context.Background()); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
		db.Close()
	})
	return uri
}

// withDatabase names the database in a URI. Who signs in does so where the URI said.
func withDatabase(uri, name string) string {
	scheme, rest, _ := strings.Cut(uri, "://")
	rest, parameters, _ := strings.Cut(rest, "?")
	hosts, before, _ := strings.Cut(rest, "/")
	if strings.Contains(hosts, "@") && !strings.Contains(parameters, "authSource=") {
		if before == "" {
			before = "admin"
		}
		parameters = strings.TrimPrefix(parameters+"&authSource="+before, "&")
	}
	return scheme + "://" + hosts + "/" + name + "?" + parameters
}

// ferretServer is a running FerretDB. Its input is held: the server ends with it, which would come too early if the
// collector closed it.
type ferretServer struct {
	uri   string
	input io.WriteCloser
}

// ferret starts FerretDB once for the tests of a package. It ends with their process.
var ferret = sync.OnceValues(func() (server ferretServer, err error) {
	command := exec.Command(os.Getenv("FERRET"))
	command.Stderr = os.Stderr
	if server.input, err = command.StdinPipe(); err != nil {
		return server, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return server, err
	}
	if err := command.Start(); err != nil {
		return server, fmt.Errorf("start FerretDB: %w", err)
	}
	uri, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return server, fmt.Errorf("read FerretDB's URI: %w", err)
	}
	server.uri = strings.TrimSpace(uri)
	return server, nil
})

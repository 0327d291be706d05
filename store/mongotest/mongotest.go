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

// Open opens a database that is empty and goes when the test ends.
type Open func(t *testing.T, sets ...store.Collections) *store.Mongo

// Servers are what speaks MongoDB's wire protocol, by name.
var Servers = map[string]Open{
	"MongoDB": func(t *testing.T, sets ...store.Collections) *store.Mongo {
		uri := os.Getenv("MONGO_URI")
		if uri == "" {
			t.Skip("MONGO_URI names no MongoDB")
		}
		return open(t, uri, sets)
	},
	"FerretDB": func(t *testing.T, sets ...store.Collections) *store.Mongo {
		if os.Getenv("FERRET") == "" {
			t.Skip("FERRET names no program: make bin/ferret")
		}
		server, err := ferret()
		if err != nil {
			t.Fatal(err)
		}
		return open(t, server.uri, sets)
	},
}

func open(t *testing.T, uri string, sets []store.Collections) *store.Mongo {
	t.Helper()
	db, err := store.OpenMongo(t.Context(), withDatabase(uri, "test_"+strings.ToLower(rand.Text())), true, slog.New(slog.DiscardHandler), sets...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Drop(context.Background()); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
		db.Close()
	})
	return db
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

package main

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// floors is the house: a package may import only packages of lower floors.
var floors = map[string]int{
	"alongside/wire":               0,
	"alongside/privacy":            1,
	"alongside/store":              1,
	"alongside/widget":             1,
	"alongside/mail":               1,
	"alongside/rooms":              2,
	"alongside/recording":          2,
	"alongside/signaling":          2,
	"alongside/store/mongotest":    2,
	"alongside/accounts":           2,
	"alongside/history":            2,
	"alongside/queue":              2,
	"alongside/relay":              3,
	"alongside/relay/bench":        3,
	"alongside/console":            3,
	"alongside/optout":             3,
	"alongside/cmd/alongside":      4,
	"alongside/cmd/alongside/demo": 3,
}

// owners says which packages alone may import a library, by import path prefix.
var owners = map[string][]string{
	"github.com/redis/go-redis":     {"alongside/rooms"},
	"github.com/pion":               {"alongside/signaling"},
	"github.com/coder/websocket":    {"alongside/relay", "alongside/relay/bench"},
	"modernc.org/sqlite":            {"alongside/store"},
	"github.com/danielgtaylor/huma": {"alongside/console"},
	"github.com/prometheus/":        {"alongside/cmd/alongside"},
	"github.com/wneessen/go-mail":   {"alongside/mail"},
	"go.mongodb.org/mongo-driver/":  {"alongside/store", "alongside/accounts", "alongside/privacy", "alongside/history"},
}

// TestMongoFiles: a store's package imports MongoDB's driver only in files that are named for it.
func TestMongoFiles(t *testing.T) {
	files, err := filepath.Glob("../../*/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("files %d, %v", len(files), err)
	}
	for _, name := range files {
		if strings.HasPrefix(filepath.Base(name), "mongo") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range file.Imports {
			if strings.Contains(imported.Path.Value, "go.mongodb.org/") {
				t.Errorf("%s imports MongoDB's driver: only files named mongo*.go do", name)
			}
		}
	}
}

func TestLayers(t *testing.T) {
	list := exec.Command("go", "list", "-json=ImportPath,Imports", "alongside/...")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("list packages: %v", err)
	}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		floor, known := floors[p.ImportPath]
		if !known {
			t.Errorf("%s has no floor: add it to the table, or to a package that has one", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if below, ours := floors[imported]; ours && below >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d): a package imports only lower floors; let the consumer declare an interface and cmd wire it",
					p.ImportPath, floor, imported, below)
			}
			for library, allowed := range owners {
				if strings.HasPrefix(imported, library) && !slices.Contains(allowed, p.ImportPath) {
					t.Errorf("%s imports %s, which only %s may know", p.ImportPath, imported, strings.Join(allowed, ", "))
				}
			}
		}
	}
}

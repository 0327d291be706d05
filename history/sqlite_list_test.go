package history

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"alongside/store"
)

// A page must cost what it shows, however much is kept: SQLite walks an index in the order of the list and sorts nothing.
func TestEveryListWalksAnIndex(t *testing.T) {
	db, err := store.Open(t.Context(), t.TempDir(), Migrations)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	now := time.Now()
	for name, sel := range map[string]Selection{
		"opened": {}, "opened>": {From: now, To: now}, "site": {Site: "x"}, "team": {Team: "x"}, "reason": {Reason: "x"}, "history_open": {Open: true},
		"score": {MinScore: 4}, "agent=?": {Agents: []string{"x", "y"}, Site: "x"}, "mark=?": {Marks: [][]byte{{1}, {2}}, Agents: []string{"x"}},
		"by_opened": {Kind: KindHelp, Path: "/x*", Lang: "de"},
	} {
		for _, before := range []Place{{}, {Opened: now, ID: "x"}} {
			from, order, w := listed("a", sel, before)
			query := "EXPLAIN QUERY PLAN " + strings.Replace(selectRecord, "FROM history_sessions s ", from, 1) + w.String() + order
			steps, err := scanAll(t.Context(), db.Reader, "explain", func(row scanner) (step string, err error) {
				var ignored any
				return step, row.Scan(&ignored, &ignored, &ignored, &step)
			}, query, w.args...)
			if err != nil {
				t.Fatal(err)
			}
			plan := fmt.Sprint(steps)
			if strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") || !strings.Contains(steps[0], name) {
				t.Errorf("%s: %s", name, plan)
			}
		}
	}
}

package history

import (
	"context"
	"fmt"
	"strings"
)

// where collects conditions that all must hold.
type where struct {
	conditions []string
	args       []any
}

func (w *where) add(condition string, args ...any) {
	w.conditions = append(w.conditions, condition)
	w.args = append(w.args, args...)
}

func (w *where) String() string { return "WHERE " + strings.Join(w.conditions, " AND ") }

func (s *SQLite) List(ctx context.Context, tenant string, sel Selection, before Place, limit int) ([]Record, error) {
	from, order, w := listed(tenant, sel, before)
	query := strings.Replace(selectRecord, "FROM history_sessions s ", from, 1) + w.String() + order + " LIMIT ?"
	rows, err := s.reader.QueryContext(ctx, query, append(w.args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	defer rows.Close()
	var list []Record
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, fmt.Errorf("list sessions: %w", err)
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return list, nil
}

// listed writes a query so that it walks one index in the order of the list. A fingerprint or an agent names few sessions,
// so their table leads where one is given; CROSS JOIN keeps SQLite from turning that around.
func listed(tenant string, sel Selection, before Place) (from, order string, w where) {
	from, order = "FROM history_sessions s ", " ORDER BY s.opened DESC, s.id DESC"
	walk := "s.opened, s.id"
	lead := func(table, column string, value any) {
		from = "FROM " + table + " l CROSS JOIN history_sessions s ON s.tenant = l.tenant AND s.id = l.session "
		order = " ORDER BY l.opened DESC, l.session DESC"
		walk = "l.opened, l.session"
		w.add("l.tenant = ? AND l."+column+" = ?", tenant, value)
	}
	marks, agents := sel.Marks, sel.Agents
	switch {
	case len(marks) > 0:
		lead("history_marks", "mark", marks[0])
		marks = marks[1:]
	case len(agents) > 0:
		lead("history_agents", "agent", agents[0])
		agents = agents[1:]
	}
	for _, mark := range marks {
		w.add("EXISTS (SELECT 1 FROM history_marks m WHERE m.tenant = s.tenant AND m.mark = ? AND m.opened = s.opened AND m.session = s.id)", mark)
	}
	for _, agent := range agents {
		w.add("EXISTS (SELECT 1 FROM history_agents a WHERE a.tenant = s.tenant AND a.agent = ? AND a.opened = s.opened AND a.session = s.id)", agent)
	}
	opened := strings.Split(walk, ",")[0]
	// One upper bound, the lower of two: SQLite enters the index at one of them and would walk from there to the other.
	switch {
	case before != (Place{}) && (sel.To.IsZero() || before.Opened.Before(sel.To)):
		w.add("("+walk+") < (?, ?)", ms(before.Opened), before.ID)
	case !sel.To.IsZero():
		w.add(opened+" < ?", sel.To.UnixMilli())
	}
	if !sel.From.IsZero() {
		w.add(opened+" >= ?", sel.From.UnixMilli())
	}
	sel.narrow(tenant, &w)
	return from, order, w
}

// narrow adds the conditions on columns of the session itself.
func (sel Selection) narrow(tenant string, w *where) {
	w.add("s.tenant = ? AND s.state < 3", tenant) // 3: StateDeleting
	for _, equal := range []struct{ condition, value string }{
		{"s.site = ?", sel.Site},
		{"s.team = ?", sel.Team},
		{"s.reason = ? AND s.reason <> ''", sel.Reason},
		{"s.kind = ?", string(sel.Kind)},
	} {
		if equal.value != "" {
			w.add(equal.condition, equal.value)
		}
	}
	if prefix, wild := strings.CutSuffix(sel.Path, "*"); wild {
		w.add("substr(s.path, 1, length(?)) = ?", prefix, prefix)
	} else if sel.Path != "" {
		w.add("s.path = ?", sel.Path)
	}
	if sel.Lang != "" {
		w.add("(s.lang = ? COLLATE NOCASE OR s.lang LIKE ? ESCAPE '\\')", sel.Lang, likePrefix(sel.Lang+"-"))
	}
	if sel.Open {
		w.add("s.kind = 'message' AND s.wrapped_at = 0")
	}
	if sel.MinScore > 0 || sel.MaxScore > 0 {
		w.add("s.score > 0 AND s.score >= ?", sel.MinScore)
		if sel.MaxScore > 0 {
			w.add("s.score <= ?", sel.MaxScore)
		}
	}
}

var likeSpecials = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func likePrefix(prefix string) string { return likeSpecials.Replace(prefix) + "%" }

func (s *SQLite) EachFacts(ctx context.Context, tenant string, sel Selection, each func(Facts) error) error {
	from, _, w := listed(tenant, sel, Place{})
	rows, err := s.reader.QueryContext(ctx, `SELECT s.site, s.team, s.kind, s.opened, s.accepted, s.ended, s.handler, s.reason, s.score `+
		from+w.String(), w.args...)
	if err != nil {
		return fmt.Errorf("read facts of sessions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var f Facts
		err := rows.Scan(&f.Site, &f.Team, &f.Kind, at{&f.Opened}, at{&f.Accepted}, at{&f.Ended}, &f.Handler, &f.Reason, &f.Score)
		if err != nil {
			return fmt.Errorf("read facts of a session: %w", err)
		}
		if err := each(f); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read facts of sessions: %w", err)
	}
	return nil
}

package history

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// byteOrderMark at a file's beginning makes spreadsheets read it as UTF-8.
const byteOrderMark = "\uFEFF"

// table writes CSV (RFC 4180) that is safe to open in a spreadsheet.
type table struct{ csv *csv.Writer }

func newTable(w io.Writer, header ...string) (*table, error) {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	t := &table{csv.NewWriter(w)}
	t.csv.UseCRLF = true
	t.add(header...)
	return t, nil
}

// add writes a line; an error is kept for done, as csv.Writer does.
func (t *table) add(cells ...string) {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		safe[i] = safeCell(cell)
	}
	t.csv.Write(safe)
}

func (t *table) done() error {
	t.csv.Flush()
	if err := t.csv.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// formulaStarts are the characters at which a spreadsheet takes a cell for a formula, or may after it dropped what stands
// before them (OWASP, CSV Injection); the last four are full-width forms, which some read alike.
const formulaStarts = "=+-@|%\t\r\n＝＋－＠"

// safeCell puts an apostrophe before what a spreadsheet could execute; it then shows the cell as text.
func safeCell(cell string) string {
	if cell == "" {
		return cell
	}
	if strings.ContainsRune(formulaStarts, []rune(cell)[0]) {
		return "'" + cell
	}
	if start := strings.TrimLeft(cell, " \u00A0\u3000\u200B\uFEFF\"'"); start != "" && strings.ContainsRune(formulaStarts, []rune(start)[0]) {
		return "'" + cell
	}
	return cell
}

// WriteCSV writes all that is kept of a person, a line for each fact: session, site, when it opened, what the fact is, its
// label, when it was, and the fact itself. The file begins with a byte order mark.
func WriteCSV(w io.Writer, a Access) error {
	t, err := newTable(w, "session", "site", "opened", "item", "label", "time", "value")
	if err != nil {
		return err
	}
	for _, s := range a.Sessions {
		add := func(item, label string, at time.Time, value string) {
			if value != "" {
				t.add(s.ID, s.Site, csvTime(s.Opened), item, label, csvTime(at), value)
			}
		}
		add("kind", "", s.Opened, string(s.Kind))
		add("accepted", "", s.Accepted, csvTime(s.Accepted))
		add("ended", "", s.Ended, csvTime(s.Ended))
		var never time.Time
		for _, fact := range []struct{ item, value string }{
			{"why", s.Why}, {"team", s.Team}, {"handler", s.Handler}, {"agents", strings.Join(s.Agents, " ")}, {"page", s.Page},
			{"title", s.Title}, {"language", s.Lang}, {"browser", s.Browser}, {"os", s.OS}, {"device", s.Device},
			{"address", s.Address}, {"visitor", s.Visitor}, {"user", s.User}, {"name", s.Name}, {"email", s.Email}, {"text", s.Text},
		} {
			add(fact.item, "", never, fact.value)
		}
		for _, name := range slices.Sorted(maps.Keys(s.Fields)) {
			add("field", name, never, s.Fields[name])
		}
		for _, answer := range s.Answers {
			add("answer", answer.Label, never, answer.Value)
		}
		for _, m := range s.Chat {
			from := m.Role
			if m.Name != "" {
				from += ": " + m.Name
			}
			add("message", from, m.At, m.Text)
		}
		if r := s.Rating; r != nil {
			add("rating", "", r.At, strconv.Itoa(r.Score))
			add("rating comment", "", r.At, r.Comment)
		}
		if u := s.WrapUp; u != nil {
			add("reason", "", u.At, u.Reason)
			add("note", "", u.At, u.Note)
			add("ticket", "", u.At, u.Ticket)
		}
	}
	return t.done()
}

// WriteReportCSV writes a report, a line for each row and then the total, of which the key is "total". A column follows for
// each reason that occurs, by ID. Callers who would rather show names put them into Key and Reasons before. The file begins
// with a byte order mark.
func WriteReportCSV(w io.Writer, r Report) error {
	reasons := slices.Sorted(maps.Keys(r.Total.Reasons))
	header := []string{
		"key", "sessions", "accepted", "abandoned", "messages", "wait median s", "wait p90 s", "handling median s", "ratings", "rating mean",
	}
	for _, reason := range reasons {
		header = append(header, "reason: "+reason)
	}
	t, err := newTable(w, header...)
	if err != nil {
		return err
	}
	total := r.Total
	total.Key = "total"
	for _, row := range append(slices.Clone(r.Rows), total) {
		seconds := func(s float64) string { return strconv.FormatFloat(s, 'f', 1, 64) }
		cells := []string{
			row.Key, strconv.Itoa(row.Sessions), strconv.Itoa(row.Accepted), strconv.Itoa(row.Abandoned), strconv.Itoa(row.Messages),
			seconds(row.WaitMedian), seconds(row.WaitP90), seconds(row.HandleMedian), strconv.Itoa(row.Ratings),
			strconv.FormatFloat(row.RatingMean, 'f', 2, 64),
		}
		for _, reason := range reasons {
			cells = append(cells, strconv.Itoa(row.Reasons[reason]))
		}
		t.add(cells...)
	}
	return t.done()
}

func csvTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

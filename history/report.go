package history

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// maxReportDays limits how many rows a report by day has: more than the longest limit of retention.
const maxReportDays = 1000

// stillWaiting is how long after asking somebody may be waiting: who asked earlier, and was never seen to be helped or to
// leave, was waiting when the server died.
const stillWaiting = 24 * time.Hour

// ReportFilter says what a report counts, and by what.
type ReportFilter struct {
	From, To   time.Time // opened at From or later, and before To; zero: no limit
	Zone       string    // IANA name of the time zone in which days begin; empty: UTC
	By         string    // "day", "team", "site" or "agent"
	Site, Team string    // IDs; empty: all
}

// Report is a row per day, team, site or agent that something happened at, in ascending order of Key, and one over all. By
// day and with From and To set, days on which nothing happened have a row as well.
type Report struct {
	Rows  []Row `json:"rows"`
	Total Row   `json:"total"`
}

// Row counts the sessions that share a Key. Medians and the like are over those that have the figure; 0 if none has.
type Row struct {
	Key          string         `json:"key"`          // "2026-11-22", or an ID; empty for those without team or handler, and in the total
	Sessions     int            `json:"sessions"`     // in which help was asked
	Accepted     int            `json:"accepted"`     // of them, those an agent came to
	Abandoned    int            `json:"abandoned"`    // of them, those no agent ever came to; who still waits is neither
	Messages     int            `json:"messages"`     // left messages; not among Sessions
	WaitMedian   float64        `json:"waitMedian"`   // seconds from asking to the first agent
	WaitP90      float64        `json:"waitP90"`      // seconds; nine of ten waited no longer
	HandleMedian float64        `json:"handleMedian"` // seconds from the first agent to the end
	Ratings      int            `json:"ratings"`
	RatingMean   float64        `json:"ratingMean"` // 1–5
	Reasons      map[string]int `json:"reasons"`    // wrap-ups by reason's ID; never null
}

// groupings say by what Key rows are formed.
var groupings = map[string]func(Facts, *time.Location) string{
	"day":   func(f Facts, zone *time.Location) string { return f.Opened.In(zone).Format(time.DateOnly) },
	"team":  func(f Facts, _ *time.Location) string { return f.Team },
	"site":  func(f Facts, _ *time.Location) string { return f.Site },
	"agent": func(f Facts, _ *time.Location) string { return f.Handler },
}

// Report counts the tenant's sessions. *FieldError: "by", "zone", "from", "to", "site" or "team" is wrong.
func (h *History) Report(ctx context.Context, tenant string, f ReportFilter) (Report, error) {
	key, known := groupings[f.By]
	if !known {
		return Report{}, &FieldError{"by", "must be day, team, site or agent"}
	}
	zone, err := time.LoadLocation(f.Zone)
	if err != nil || f.Zone == "Local" {
		return Report{}, &FieldError{"zone", "is not the name of a time zone, such as Europe/Berlin"}
	}
	selection, err := h.selection(ctx, tenant, Filter{From: f.From, To: f.To, Site: f.Site, Team: f.Team})
	if err != nil {
		return Report{}, err
	}
	now := h.now()
	tallies := map[string]*tally{}
	if f.By == "day" && !f.From.IsZero() && !f.To.IsZero() {
		if f.To.Sub(f.From) > maxReportDays*24*time.Hour {
			return Report{}, &FieldError{"to", fmt.Sprintf("is more than %d days after from", maxReportDays)}
		}
		for day := noon(f.From.In(zone)); day.Format(time.DateOnly) <= f.To.Add(-1).In(zone).Format(time.DateOnly); day = day.AddDate(0, 0, 1) {
			tallies[day.Format(time.DateOnly)] = newTally()
		}
	}
	total := newTally()
	err = h.store.EachFacts(ctx, tenant, selection, func(f Facts) error {
		group := key(f, zone)
		if tallies[group] == nil {
			tallies[group] = newTally()
		}
		tallies[group].add(f, now)
		total.add(f, now)
		return nil
	})
	if err != nil {
		return Report{}, fmt.Errorf("report: %w", err)
	}
	report := Report{Rows: make([]Row, 0, len(tallies)), Total: total.done("")}
	for _, group := range slices.Sorted(maps.Keys(tallies)) {
		report.Rows = append(report.Rows, tallies[group].done(group))
	}
	return report, nil
}

// noon is a time of the day that exists on every day in every zone, whatever the clocks do.
func noon(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, t.Location())
}

// tally is a row in the making. Durations are in seconds.
type tally struct {
	row            Row
	waits, handles []float64
	scores         int
}

func newTally() *tally { return &tally{row: Row{Reasons: map[string]int{}}} }

func (t *tally) add(f Facts, now time.Time) {
	if f.Reason != "" {
		t.row.Reasons[f.Reason]++
	}
	if f.Score > 0 {
		t.row.Ratings++
		t.scores += f.Score
	}
	if f.Kind == KindMessage {
		t.row.Messages++
		return
	}
	t.row.Sessions++
	if f.Accepted.IsZero() {
		if !f.Ended.IsZero() || now.Sub(f.Opened) > stillWaiting {
			t.row.Abandoned++
		}
		return
	}
	t.row.Accepted++
	t.waits = append(t.waits, max(0, f.Accepted.Sub(f.Opened).Seconds()))
	if !f.Ended.IsZero() {
		t.handles = append(t.handles, max(0, f.Ended.Sub(f.Accepted).Seconds()))
	}
}

func (t *tally) done(key string) Row {
	t.row.Key = key
	slices.Sort(t.waits)
	slices.Sort(t.handles)
	t.row.WaitMedian, t.row.WaitP90 = median(t.waits), percentile(t.waits, 0.9)
	t.row.HandleMedian = median(t.handles)
	if t.row.Ratings > 0 {
		t.row.RatingMean = float64(t.scores) / float64(t.row.Ratings)
	}
	return t.row
}

// median of sorted values; the mean of the two in the middle where they are even in number.
func median(sorted []float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	upper := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[upper]
	}
	return (sorted[upper-1] + sorted[upper]) / 2
}

// percentile is the smallest of the sorted values that a share of them does not exceed (nearest rank).
func percentile(sorted []float64, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)]
}

package accounts

import (
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // time zones on machines that have no list of them
)

// Hours are a site's office hours, by the clock on the wall of its time zone: where the clock is put back, an hour that
// comes twice is open twice; where it is put forward, what is left out is left out.
type Hours struct {
	Always bool      `json:"always"` // open day and night; the rest is kept but does not count
	Zone   string    `json:"zone"`   // IANA name such as "Europe/Berlin"
	Days   [7][]Span `json:"days"`   // Monday first; the spans of a day in order, apart from each other
	Closed []string  `json:"closed"` // dates such as "2026-12-25" on which the office stays closed
}

// Span is a time of day during which the office is open, "09:00" to "12:30". It ends before To, which may be "24:00". A span
// over midnight is written as two, one on each day.
type Span struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// OpensWithin is how far ahead Open looks for the next opening.
const OpensWithin = 14 * 24 * time.Hour

// Limits of office hours.
const (
	MaxSpansPerDay = 10
	MaxClosedDates = 100
)

// Open says whether the office is open at now, and if not, when it opens next: zero if not within OpensWithin. Hours whose
// zone is not known are never open.
func (h Hours) Open(now time.Time) (open bool, opensAt time.Time) {
	if h.Always {
		return true, time.Time{}
	}
	zone, err := loadZone(h.Zone)
	if err != nil {
		return false, time.Time{}
	}
	if h.openAt(now.In(zone)) {
		return true, time.Time{}
	}
	// Real time passes evenly while the clock on the wall may jump: only a walk through real time meets every opening in its
	// order. Clocks jump by whole minutes, and days without more openings are walked by the hour.
	at := now.UTC().Truncate(time.Minute).Add(time.Minute)
	for end := now.Add(OpensWithin); !at.After(end); {
		local := at.In(zone)
		switch {
		case h.openAt(local):
			return false, at
		case h.doneFor(local):
			at = at.Add(time.Duration(60-local.Minute()) * time.Minute)
		default:
			at = at.Add(time.Minute)
		}
	}
	return false, time.Time{}
}

// openAt says whether the office is open at a time of its zone.
func (h Hours) openAt(local time.Time) bool {
	minute := minuteOf(local)
	return slices.ContainsFunc(h.on(local), func(s Span) bool {
		from, to := s.minutes()
		return from <= minute && minute < to
	})
}

// doneFor says that the clock on the wall will not come to another opening on the day of local.
func (h Hours) doneFor(local time.Time) bool {
	minute := minuteOf(local)
	return !slices.ContainsFunc(h.on(local), func(s Span) bool {
		_, to := s.minutes()
		return minute < to
	})
}

// on returns the spans of the day of local.
func (h Hours) on(local time.Time) []Span {
	spans := h.Days[(int(local.Weekday())+6)%7]
	if len(spans) == 0 || slices.Contains(h.Closed, local.Format(time.DateOnly)) {
		return nil
	}
	return spans
}

func minuteOf(local time.Time) int { return local.Hour()*60 + local.Minute() }

// minutes since midnight; of a span that was checked.
func (s Span) minutes() (from, to int) {
	from, _ = parseClock(s.From)
	to, _ = parseClock(s.To)
	return from, to
}

// parseClock reads "00:00" to "24:00" as minutes since midnight.
func parseClock(text string) (minutes int, ok bool) {
	if text == "24:00" {
		return 24 * 60, true
	}
	clock, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return 0, false
	}
	return minuteOf(clock), true
}

// loadZone refuses the names that time.LoadLocation has besides those of the IANA.
func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("time zone %q is not known", name)
	}
	return time.LoadLocation(name)
}

// validate returns a *FieldError whose field begins with prefix.
func (h Hours) validate(prefix string) error {
	if _, err := loadZone(h.Zone); err != nil {
		return &FieldError{prefix + "zone", "is not a time zone such as Europe/Berlin"}
	}
	for day, spans := range h.Days {
		field := fmt.Sprintf("%sdays[%d]", prefix, day)
		if len(spans) > MaxSpansPerDay {
			return &FieldError{field, fmt.Sprintf("has more than %d entries", MaxSpansPerDay)}
		}
		closes := 0
		for i, span := range spans {
			field := fmt.Sprintf("%s[%d]", field, i)
			from, ok := parseClock(span.From)
			if !ok || from == 24*60 {
				return &FieldError{field + ".from", "is not a time of day such as 09:00"}
			}
			to, ok := parseClock(span.To)
			switch {
			case !ok:
				return &FieldError{field + ".to", "is not a time of day such as 17:30, or 24:00"}
			case to <= from:
				return &FieldError{field + ".to", "must be later than its beginning; hours over midnight are two entries, until 24:00 and from 00:00 of the next day"}
			case from < closes:
				return &FieldError{field + ".from", "must not be earlier than the end of the entry before it"}
			}
			closes = to
		}
	}
	if len(h.Closed) > MaxClosedDates {
		return &FieldError{prefix + "closed", fmt.Sprintf("has more than %d entries", MaxClosedDates)}
	}
	for i, date := range h.Closed {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			return &FieldError{fmt.Sprintf("%sclosed[%d]", prefix, i), "is not a date such as 2026-12-25"}
		}
	}
	return nil
}

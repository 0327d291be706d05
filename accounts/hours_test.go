package accounts

import (
	"testing"
	"time"
)

// week is hours with the same spans every day of the week.
func week(zone string, spans ...Span) Hours {
	h := Hours{Zone: zone}
	for day := range h.Days {
		h.Days[day] = spans
	}
	return h
}

func TestOfficeHours(t *testing.T) {
	office := Hours{Zone: "Europe/Berlin", Closed: []string{"2026-12-25"}}
	for day := range 5 {
		office.Days[day] = []Span{{"09:00", "12:30"}, {"13:00", "17:00"}}
	}
	night := week("America/New_York", Span{"00:00", "02:00"}, Span{"22:00", "24:00"})
	cases := []struct {
		name  string
		hours Hours
		now   string
		opens string // "open" is now, "" is never
	}{
		{"in the morning", office, "2026-11-23T09:00:00+01:00", "open"},
		{"a moment before", office, "2026-11-23T08:59:59+01:00", "2026-11-23T09:00:00+01:00"},
		{"at noon", office, "2026-11-23T12:30:00+01:00", "2026-11-23T13:00:00+01:00"},
		{"the last minute", office, "2026-11-23T16:59:59+01:00", "open"},
		{"in the evening", office, "2026-11-23T17:00:00+01:00", "2026-11-24T09:00:00+01:00"},
		{"on Friday evening", office, "2026-11-27T18:12:34+01:00", "2026-11-30T09:00:00+01:00"},
		{"asked from Tokyo", office, "2026-11-23T16:30:00+09:00", "2026-11-23T09:00:00+01:00"},
		{"before a holiday", office, "2026-12-24T17:00:00+01:00", "2026-12-28T09:00:00+01:00"},
		{"on a holiday, when it would be open", office, "2026-12-25T10:00:00+01:00", "2026-12-28T09:00:00+01:00"},
		{"over midnight, before", night, "2026-11-23T23:59:59-05:00", "open"},
		{"over midnight, after", night, "2026-11-24T00:00:00-05:00", "open"},
		{"over midnight, at its end", night, "2026-11-24T02:00:00-05:00", "2026-11-24T22:00:00-05:00"},
		{"day and night", Hours{Always: true, Zone: "UTC"}, "2026-11-23T03:00:00Z", "open"},
		{"never", Hours{Zone: "UTC"}, "2026-11-23T03:00:00Z", ""},
		{"in an unknown zone", week("Europe/Atlantis", Span{"00:00", "24:00"}), "2026-11-23T03:00:00Z", ""},
		{"in no zone", week("", Span{"00:00", "24:00"}), "2026-11-23T03:00:00Z", ""},
		{"half an hour off", week("Asia/Kolkata", Span{"09:15", "09:16"}), "2026-11-23T03:45:30Z", "open"},
		{"a quarter of an hour off", week("Asia/Kathmandu", Span{"10:00", "11:00"}), "2026-11-23T00:00:00Z", "2026-11-23T04:15:00Z"},

		// Berlin, 29 March 2026: 02:00 becomes 03:00.
		{"the same hour after the clock went forward", office, "2026-03-27T17:00:00+01:00", "2026-03-30T09:00:00+02:00"},
		{"an opening in the hour that is left out", week("Europe/Berlin", Span{"02:30", "04:00"}), "2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"hours that are left out altogether", week("Europe/Berlin", Span{"02:15", "02:45"}), "2026-03-29T01:00:00+01:00", "2026-03-30T02:15:00+02:00"},
		// Berlin, 25 October 2026: 03:00 becomes 02:00.
		{"the same hour after the clock went back", office, "2026-10-23T17:00:00+02:00", "2026-10-26T09:00:00+01:00"},
		{"the first time round", week("Europe/Berlin", Span{"02:15", "02:45"}), "2026-10-25T02:20:00+02:00", "open"},
		{"between the times", week("Europe/Berlin", Span{"02:15", "02:45"}), "2026-10-25T02:50:00+02:00", "2026-10-25T02:15:00+01:00"},
		{"the second time round", week("Europe/Berlin", Span{"02:15", "02:45"}), "2026-10-25T02:20:00+01:00", "open"},
		{"after both", week("Europe/Berlin", Span{"02:15", "02:45"}), "2026-10-25T02:45:00+01:00", "2026-10-26T02:15:00+01:00"},
		// Cairo, 24 April 2026: midnight becomes 01:00; a day begins at one.
		{"midnight is left out", week("Africa/Cairo", Span{"00:00", "00:30"}), "2026-04-23T12:00:00+02:00", "2026-04-25T00:00:00+03:00"},
		{"a day that begins at one", week("Africa/Cairo", Span{"00:30", "02:00"}), "2026-04-23T12:00:00+02:00", "2026-04-24T01:00:00+03:00"},
		// Lord Howe Island, 4 October 2026: 02:00 becomes 02:30.
		{"half an hour forward", week("Australia/Lord_Howe", Span{"02:10", "03:00"}), "2026-10-04T01:50:00+10:30", "2026-10-04T02:30:00+11:00"},
	}
	for _, c := range cases {
		now, err := time.Parse(time.RFC3339, c.now)
		ok(t, err)
		open, opensAt := c.hours.Open(now)
		switch c.opens {
		case "open":
			if !open || !opensAt.IsZero() {
				t.Errorf("%s: open %v, at %v", c.name, open, opensAt)
			}
		case "":
			if open || !opensAt.IsZero() {
				t.Errorf("%s: open %v, at %v", c.name, open, opensAt)
			}
		default:
			want, err := time.Parse(time.RFC3339, c.opens)
			ok(t, err)
			if open || !opensAt.Equal(want) {
				t.Errorf("%s: open %v, at %v, want %v", c.name, open, opensAt, want.UTC())
			}
		}
	}
}

// The next opening is looked for up to the limit, and no further.
func TestTheNextOpeningHasALimit(t *testing.T) {
	monday := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	h := Hours{Zone: "UTC", Closed: []string{"2026-11-23", "2026-11-30"}}
	h.Days[0] = []Span{{"09:00", "10:00"}}
	if open, opensAt := h.Open(monday); open || !opensAt.Equal(monday.Add(OpensWithin)) {
		t.Errorf("open %v, at %v", open, opensAt)
	}
	if open, opensAt := h.Open(monday.Add(-time.Minute)); open || !opensAt.IsZero() {
		t.Errorf("open %v, at %v", open, opensAt)
	}
}

func TestHoursThatAreNone(t *testing.T) {
	good := week("Europe/Berlin", Span{"00:00", "00:01"}, Span{"00:01", "24:00"})
	good.Closed = []string{"2028-02-29"}
	ok(t, good.validate("hours."))
	cases := map[string]func(*Hours){
		"hours.zone":             func(h *Hours) { h.Zone = "Local" },
		"hours.days[1][0].from":  func(h *Hours) { h.Days[1] = []Span{{"9:00", "10:00"}} },
		"hours.days[2][0].from":  func(h *Hours) { h.Days[2] = []Span{{"24:00", "24:00"}} },
		"hours.days[3][0].to":    func(h *Hours) { h.Days[3] = []Span{{"22:00", "06:00"}} }, // over midnight
		"hours.days[4][0].to":    func(h *Hours) { h.Days[4] = []Span{{"09:00", "24:01"}} },
		"hours.days[5][1].from":  func(h *Hours) { h.Days[5] = []Span{{"09:00", "12:00"}, {"11:59", "13:00"}} },
		"hours.days[6]":          func(h *Hours) { h.Days[6] = make([]Span, MaxSpansPerDay+1) },
		"hours.closed[0]":        func(h *Hours) { h.Closed = []string{"2027-02-29"} },
		"hours.closed":           func(h *Hours) { h.Closed = make([]string, MaxClosedDates+1) },
		"hours.days[0][0].from ": func(h *Hours) { h.Days[0] = []Span{{"09:00\x00", "10:00"}} },
	}
	for name, spoil := range cases {
		h := good.withoutNulls()
		spoil(&h)
		if name[len(name)-1] == ' ' {
			name = name[:len(name)-1]
		}
		field(t, h.validate("hours."), name)
	}
	for _, zone := range []string{"", "../../etc/passwd", "/etc/localtime", "Europe/Atlantis", "CEST", "Europe/Berlin\x00"} {
		h := good
		h.Zone = zone
		field(t, h.validate("hours."), "hours.zone")
	}
}

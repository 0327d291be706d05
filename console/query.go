package console

import "time"

// defaultPage is how many entries a page of a list has where nothing else is asked for.
const defaultPage = 50

// page is which part of a list is asked for.
type page struct {
	After string `query:"after" maxLength:"512" doc:"The next of the page before."`
	Limit int    `query:"limit" minimum:"1" maximum:"200"`
}

func pageSize(limit int) int {
	if limit == 0 {
		return defaultPage
	}
	return limit
}

// period is a span of time. A date stands for the whole day.
type period struct {
	From string `query:"from" maxLength:"40" doc:"A time such as 2026-11-22T09:00:00Z, or a date."`
	To   string `query:"to" maxLength:"40" doc:"Up to but without this time, or with the whole of this day."`
}

// times are zero where there is no limit. Days begin at midnight of the zone.
func (p period) times(zone *time.Location) (from, to time.Time, err error) {
	if from, err = moment("from", p.From, zone, 0); err != nil {
		return from, to, err
	}
	if to, err = moment("to", p.To, zone, 1); err != nil {
		return from, to, err
	}
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return from, to, problemField("to", "must be after from")
	}
	return from, to, nil
}

func moment(field, text string, zone *time.Location, days int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return day.AddDate(0, 0, days), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, problemField(field, "must be a date such as 2026-11-22, or a time such as 2026-11-22T09:00:00Z")
	}
	return at, nil
}

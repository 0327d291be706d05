package console

import (
	"slices"
	"time"
)

// defaultPage is how many entries a page of a list has where nothing else is asked for.
const defaultPage = 50

// Paging is which part of a list is asked for. It has an exported name, like all that is embedded in a request or an answer:
// huma sees no other.
type Paging struct {
	After string `query:"after" maxLength:"512" doc:"The next of the page before."`
	Limit int    `query:"limit" minimum:"1" maximum:"200"`
}

// giveList answers a list that is at hand as a whole: all of it, unless a page of it is asked for. id tells entries apart.
func giveList[T any](page Paging, all []T, id func(T) string) (*body[list[T]], error) {
	if page.After != "" {
		at := slices.IndexFunc(all, func(entry T) bool { return id(entry) == page.After })
		if at < 0 {
			return nil, problemField("after", "must be the next of another page")
		}
		all = all[at+1:]
	}
	view := list[T]{Items: full(all)}
	if page.Limit > 0 && page.Limit < len(all) {
		view.Items = all[:page.Limit]
		view.Next = id(all[page.Limit-1])
	}
	return give(view)
}

func pageSize(limit int) int {
	if limit == 0 {
		return defaultPage
	}
	return limit
}

// Period is a span of time. A date stands for the whole day.
type Period struct {
	From string `query:"from" maxLength:"40" doc:"A time such as 2026-11-22T09:00:00Z, or a date."`
	To   string `query:"to" maxLength:"40" doc:"Up to but without this time, or with the whole of this day."`
}

// times are zero where there is no limit. Days begin at midnight of the zone.
func (p Period) times(zone *time.Location) (from, to time.Time, err error) {
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

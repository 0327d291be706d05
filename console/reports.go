package console

import (
	"cmp"
	"context"
	"io"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"alongside/history"
)

type reportQuery struct {
	Period
	By   string `query:"by" enum:"day,team,site,agent" default:"day"`
	Site string `query:"site" maxLength:"128"`
	Team string `query:"team" maxLength:"128"`
	Zone string `query:"zone" maxLength:"64" doc:"Time zone in which days begin, such as Europe/Berlin; else UTC."`
}

func (c *Console) reportOf(ctx context.Context, tenant string, in *reportQuery) (history.Report, error) {
	zone, err := time.LoadLocation(in.Zone)
	if err != nil || in.Zone == "Local" {
		return history.Report{}, problemField("zone", "must be a time zone such as Europe/Berlin")
	}
	from, to, err := in.times(zone)
	if err != nil {
		return history.Report{}, err
	}
	return c.history.Report(ctx, tenant, history.ReportFilter{
		From: from, To: to, Zone: in.Zone, By: in.By, Site: in.Site, Team: in.Team,
	})
}

func (c *Console) report(ctx context.Context, who caller, in *reportQuery) (*body[history.Report], error) {
	report, err := c.reportOf(ctx, who.person.Tenant, in)
	report.Rows = full(report.Rows)
	return &body[history.Report]{report}, err
}

func (c *Console) reportCSV(ctx context.Context, who caller, in *reportQuery) (*download, error) {
	report, err := c.reportOf(ctx, who.person.Tenant, in)
	if err != nil {
		return nil, err
	}
	names, err := c.keyNames(ctx, who.person.Tenant, in.By)
	if err != nil {
		return nil, err
	}
	for i, row := range report.Rows {
		if name := names[row.Key]; name != "" {
			report.Rows[i].Key = name
		}
	}
	if err := c.nameReasons(ctx, who.person.Tenant, &report); err != nil {
		return nil, err
	}
	who.about("", "by", in.By)
	return c.download("text/csv; charset=utf-8", "report.csv", func(w io.Writer) error {
		return history.WriteReportCSV(w, report)
	}), nil
}

// nameReasons puts labels in the place of the reasons' IDs. A label that two reasons share counts both.
func (c *Console) nameReasons(ctx context.Context, tenant string, report *history.Report) error {
	reasons, err := c.accounts.Reasons(ctx, tenant)
	if err != nil {
		return err
	}
	labels := make(map[string]string, len(reasons))
	for _, reason := range reasons {
		labels[reason.ID] = reason.Label
	}
	named := func(counts map[string]int) map[string]int {
		byLabel := make(map[string]int, len(counts))
		for id, count := range counts {
			byLabel[cmp.Or(labels[id], id)] += count
		}
		return byLabel
	}
	for i := range report.Rows {
		report.Rows[i].Reasons = named(report.Rows[i].Reasons)
	}
	report.Total.Reasons = named(report.Total.Reasons)
	return nil
}

// keyNames are what the keys of a report's rows are called, where they are IDs.
func (c *Console) keyNames(ctx context.Context, tenant, by string) (map[string]string, error) {
	switch by {
	case "site":
		return c.siteNames(ctx, tenant)
	case "agent":
		return c.names(ctx, tenant)
	case "team":
		teams, err := c.accounts.Teams(ctx, tenant)
		names := make(map[string]string, len(teams))
		for _, team := range teams {
			names[team.ID] = team.Name
		}
		return names, err
	}
	return nil, nil
}

// download is a file that is written as it is sent.
type download struct{ Body func(huma.Context) }

func (c *Console) download(mediaType, name string, write func(io.Writer) error) *download {
	return &download{func(hc huma.Context) {
		r, w := humago.Unwrap(hc)
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
		if err := write(w); err != nil && r.Context().Err() == nil {
			c.log.WarnContext(r.Context(), "a download ended early", "file", name, "error", err)
		}
	}}
}

package main

import (
	"context"

	"alongside/accounts"
	"alongside/privacy"
	"alongside/queue"
	"alongside/rooms"
)

// desk tells the queue how rooms stand.
type desk struct{ queue *queue.Queue }

func (d desk) Changed(v rooms.Visitor, tenant string) {
	visit := queue.Visit{
		Tenant: tenant, Room: v.Room, Site: v.Site.ID, Path: privacy.PathOf(v.Page.URL), Lang: v.Lang, Name: v.Name,
		Page: v.Page.URL, Title: v.Page.Title, Help: v.Help, Here: v.Sources > 0,
	}
	if v.Asked != nil {
		visit.Asked = *v.Asked
	}
	for _, h := range v.Helpers {
		if h.State != "away" {
			visit.Helpers = append(visit.Helpers, h.ID)
		}
	}
	d.queue.Changed(visit)
}

func (d desk) Gone(tenant, room string) { d.queue.Gone(tenant, room) }

// routing gives the queue the tenant's teams.
func routing(service *accounts.Service) queue.Routing {
	return func(ctx context.Context, tenant string) ([]queue.Team, error) {
		teams, err := service.Teams(ctx, tenant)
		if err != nil {
			return nil, err
		}
		var all []queue.Team
		for _, team := range teams {
			t := queue.Team{ID: team.ID, Name: team.Name, Members: team.Members}
			for _, rule := range team.Rules {
				t.Rules = append(t.Rules, queue.Rule{Sites: rule.Sites, Paths: rule.Paths, Languages: rule.Languages})
			}
			all = append(all, t)
		}
		return all, nil
	}
}

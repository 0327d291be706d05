package main

import (
	"context"

	"alongside/accounts"
	"alongside/console"
	"alongside/privacy"
	"alongside/queue"
	"alongside/relay"
	"alongside/rooms"
)

// visitorQueue is the queue of this node alone, or of several.
type visitorQueue interface {
	console.Queue
	relay.Agents
	Run(ctx context.Context)
	Changed(v queue.Visit)
	Gone(tenant, room string)
	TeamOf(tenant, room string) string
}

// desk tells the queue how rooms stand.
type desk struct{ queue visitorQueue }

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

func (d desk) Moved(tenant, room string) {
	if shared, ok := d.queue.(*queue.Shared); ok {
		shared.Moved(tenant, room)
	}
}

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

package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"alongside/accounts"
	"alongside/history"
	"alongside/privacy"
	"alongside/relay"
	"alongside/rooms"
)

// keeping writes down in the history what rooms and the visitor's API tell.
type keeping struct {
	history *history.History
	queue   visitorQueue
}

func (k keeping) session(s rooms.Session) history.Session {
	return history.Session{
		Tenant: s.Tenant, ID: s.Room, Site: s.Site, Team: k.queue.TeamOf(s.Tenant, s.Room), Kind: history.KindHelp,
		Opened: cmp.Or(s.Asked, s.Accepted, s.Opened), Accepted: s.Accepted, Ended: s.Ended, Why: s.Why,
		Agents: s.Agents, Handler: s.Handler, Messages: s.Chats,
		Page: s.Page, Lang: s.Lang, Browser: s.Device.Browser, OS: s.Device.OS, Device: s.Device.Kind,
		Address: s.Address, Visitor: s.Visitor, User: s.User.ID, Fields: s.User.Fields,
		Name: s.Name, Answers: answers(s.Answers),
	}
}

func (k keeping) Opened(ctx context.Context, s rooms.Session) (receipt string, err error) {
	return k.history.Opened(ctx, k.session(s))
}

func (k keeping) Changed(ctx context.Context, s rooms.Session) error {
	return k.history.Changed(ctx, k.session(s))
}

func (k keeping) Ended(ctx context.Context, s rooms.Session) error {
	return k.history.Ended(ctx, k.session(s))
}

func (k keeping) Append(ctx context.Context, m rooms.Message) error {
	return k.history.Append(ctx, m.Tenant, m.Site, m.Room, history.Message{
		N: m.N, ID: m.ID, Role: m.Role, Person: m.Person, Name: m.Name, Text: m.Text, At: m.At,
	})
}

func (k keeping) Messages(ctx context.Context, tenant, room string) (all []rooms.Message, err error) {
	for after := 0; ; {
		page, err := k.history.Messages(ctx, tenant, room, after, history.MaxPage)
		if errors.Is(err, history.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, m := range page {
			all = append(all, rooms.Message{
				Tenant: tenant, Room: room, ID: m.ID, N: m.N, Role: m.Role, Person: m.Person, Name: m.Name, Text: m.Text, At: m.At,
			})
		}
		if len(page) < history.MaxPage {
			return all, nil
		}
		after = page[len(page)-1].N
	}
}

// Rate answers for every receipt that cannot be rated alike.
func (k keeping) Rate(ctx context.Context, tenant, site, receipt string, score int, comment string) error {
	err := k.history.Rate(ctx, tenant, site, receipt, score, comment)
	if errors.Is(err, history.ErrNotFound) || errors.Is(err, history.ErrTooLate) {
		return rooms.ErrNotFound
	}
	return err
}

// Leave keeps a message that was left outside office hours.
func (k keeping) Leave(ctx context.Context, m relay.LeftMessage) (receipt string, err error) {
	return k.history.Opened(ctx, history.Session{
		Tenant: m.Tenant, ID: strings.ToLower(rand.Text()), Site: m.Site, Kind: history.KindMessage, Opened: time.Now(),
		Page: m.URL, Title: m.Title, Lang: m.Lang, Browser: m.Device.Browser, OS: m.Device.OS, Device: m.Device.Kind,
		Address: m.Address, Visitor: m.Visitor, User: m.User.ID, Fields: m.User.Fields,
		Name: m.Name, Email: m.Email, Text: m.Text, Answers: answers(m.Answers),
	})
}

func answers(given []rooms.Answer) []history.Answer {
	var kept []history.Answer
	for _, a := range given {
		kept = append(kept, history.Answer(a))
	}
	return kept
}

// retention reads how long a site keeps what.
func retention(service *accounts.Service) func(ctx context.Context, tenant, site string) (privacy.Retention, error) {
	return func(ctx context.Context, tenant, site string) (privacy.Retention, error) {
		found, err := service.Site(ctx, tenant, site)
		if errors.Is(err, accounts.ErrNotFound) {
			return privacy.Retention{}, history.ErrNotFound
		}
		return found.Retention, err
	}
}

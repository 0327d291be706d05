package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"

	"alongside/accounts"
	"alongside/cmd/alongside/demo"
	"alongside/privacy"
	"alongside/rooms"
)

func serve(ctx context.Context, s *settings, stdout io.Writer, logger *slog.Logger) error {
	srv, err := newServer(ctx, s, logger)
	if err != nil {
		return err
	}
	if err := srv.printSetup(ctx, stdout); err != nil {
		return errors.Join(err, srv.close())
	}
	return srv.run(ctx)
}

// printSetup prints the way into a program that nobody has set up yet. The token is behind a #, which browsers keep to
// themselves.
func (srv *server) printSetup(ctx context.Context, stdout io.Writer) error {
	token, err := srv.accounts.OpenSetup(ctx)
	if err != nil || token == "" {
		return err
	}
	_, err = fmt.Fprintf(stdout, "Nobody has set this up yet. Open this link to begin (it works once, for 24 hours):\n\n  %s#%s\n\n",
		srv.public.JoinPath(string(accounts.PageSetup)), token)
	return err
}

// setup makes the first tenant, site and admin. Run again it changes nothing and shows what is there.
func setup(ctx context.Context, s *settings, stdout io.Writer, logger *slog.Logger) error {
	db, err := openDatabase(ctx, s, logger)
	if err != nil {
		return err
	}
	defer db.close()
	master, err := loadMaster(s)
	if err != nil {
		return err
	}
	keys := privacy.NewKeyring(master, db.privacy)
	service, err := newAccounts(s, db, rooms.NewMemoryShared(nil), accounts.Config{Keys: keys})
	if err != nil {
		return err
	}
	made, err := service.Setup(ctx, accounts.SetupRequest{
		TenantName: s.tenant, SiteName: s.site, Origins: s.origins,
		AdminEmail: s.email, AdminName: s.name, AdminPassword: s.password,
	})
	var field *accounts.FieldError
	if errors.As(err, &field) {
		name := setupSettings[strings.TrimRight(field.Field, "[]0123456789")]
		return fmt.Errorf("setting %q: %s", name, field.Problem)
	}
	if err != nil {
		return err
	}
	what := "was there already; nothing changed"
	if made.Created {
		what = "is ready"
	}
	fmt.Fprintf(stdout, "%s %s.\n\n  site     %s, for pages of %s\n  admin    %s\n  snippet  <script src=\"PUBLIC/widget.js?site=%s\" async></script>\n\nPUBLIC is the origin of `alongside serve`, as in the setting \"public\".\n",
		made.Tenant.Name, what, made.Site.Name, strings.Join(made.Site.Origins, ", "), made.Admin.Email, made.Site.Key)
	return nil
}

// setupSettings says which setting a field of a set-up request comes from.
var setupSettings = map[string]string{
	"tenantName": "tenant", "siteName": "site", "origins": "origins",
	"adminEmail": "email", "adminName": "name", "adminPassword": "password",
}

// The demo's agents.
const demoEmail, colleagueEmail = "ada@example.com", "grace@example.com"

// What the demo's agents find ready: a slash in the chat finds the replies, the end of a session asks for a reason.
var (
	demoReplies = []accounts.Reply{
		{Shortcut: "hello", Text: "Hello {visitor}, this is {agent} from {site}. How can I help?"},
		{Shortcut: "look", Text: "May I look at the page with you? You will be asked, and see what stays hidden."},
		{Shortcut: "delivery", Text: "Plants leave our greenhouse on Mondays and Wednesdays and reach you within two days."},
	}
	demoReasons = []accounts.Reason{{Label: "Order"}, {Label: "Delivery"}, {Label: "Plant care"}, {Label: "Something else"}}
)

// demoReady is what `demo -json` prints.
type demoReady struct {
	Shop      string     `json:"shop"`
	Console   string     `json:"console"`
	Agent     demoPerson `json:"agent"`
	Colleague demoPerson `json:"colleague"` // for a look at two agents in one session
}

type demoPerson struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

// runDemo serves the product and a shop that uses it, on another host name and port, so that origins, cookies and
// policies are real.
func runDemo(ctx context.Context, s *settings, stdout io.Writer, logger *slog.Logger) (err error) {
	if s.data, err = os.MkdirTemp("", "alongside-demo-"); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.data)) }()
	srv, err := newServer(ctx, s, logger)
	if err != nil {
		return err
	}
	shop, err := new(net.ListenConfig).Listen(ctx, "tcp", s.shopListen)
	if err != nil {
		return errors.Join(fmt.Errorf("setting \"shop-listen\": %w", err), srv.close())
	}
	host, _, _ := net.SplitHostPort(s.shopListen)
	_, port, _ := net.SplitHostPort(shop.Addr().String())
	origin := url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}

	ready := demoReady{
		Shop: origin.String(), Console: srv.public.String(),
		Agent: demoPerson{demoEmail, newPassword()}, Colleague: demoPerson{colleagueEmail, newPassword()},
	}
	made, err := srv.accounts.Setup(ctx, accounts.SetupRequest{
		TenantName: "Demo", SiteName: "Shop", Origins: []string{ready.Shop},
		AdminEmail: demoEmail, AdminName: "Ada", AdminPassword: ready.Agent.Password,
	})
	if err == nil {
		_, err = srv.accounts.AddPerson(ctx, made.Tenant.ID, accounts.NewPerson{
			Email: colleagueEmail, Name: "Grace", Role: accounts.RoleAgent, Password: ready.Colleague.Password,
		})
	}
	if err == nil {
		_, err = srv.accounts.SetReplies(ctx, made.Tenant.ID, demoReplies)
	}
	if err == nil {
		_, err = srv.accounts.SetReasons(ctx, made.Tenant.ID, demoReasons)
	}
	if err != nil {
		return errors.Join(err, shop.Close(), srv.close())
	}
	failed, wait := serveHTTP(shop, demo.Handler(srv.public.String(), made.Site.Key), logger)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var watching sync.WaitGroup
	defer watching.Wait()
	watching.Go(func() {
		select {
		case err := <-failed:
			cancel(err)
		case <-ctx.Done():
		}
	})
	if s.json {
		err = json.NewEncoder(stdout).Encode(ready)
	} else {
		_, err = fmt.Fprintf(stdout, "Shop     %s   (browse, click Help)\nConsole  %s   (sign in, enter the code)\nAgent    %s   password %s\n",
			ready.Shop, ready.Console, ready.Agent.Email, ready.Agent.Password)
	}
	if err != nil {
		cancel(fmt.Errorf("print the addresses: %w", err))
	}
	err = srv.run(ctx)
	cancel(nil)
	wait(context.Background())
	return err
}

func newPassword() string { return strings.ToLower(rand.Text()[:12]) }

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"alongside/accounts"
	"alongside/console"
	"alongside/history"
	"alongside/mail"
	"alongside/optout"
	"alongside/privacy"
	"alongside/queue"
	"alongside/relay"
	"alongside/rooms"
	"alongside/widget"
)

// Attempts to sign in, each counted by e-mail and by address.
var (
	signInPerEmail   = rooms.Rate{Count: 10, Per: 15 * time.Minute}
	signInPerAddress = rooms.Rate{Count: 60, Per: 15 * time.Minute}
)

// server is the whole program on one listener. All fields are fixed once it is made.
type server struct {
	settings *settings
	logger   *slog.Logger
	listener net.Listener
	private  net.Listener // nil: operators see nothing
	public   *url.URL
	db       *database
	commons  *commons
	keys     *privacy.Keyring
	audit    *privacy.AuditLog
	accounts *accounts.Service
	queue    visitorQueue
	history  *history.History
	hub      *rooms.Hub
	relay    *relay.Server
	console  *console.Console
	handler  http.Handler
}

// newServer opens the store, takes the addresses and wires the parts; it serves nothing before run.
func newServer(ctx context.Context, s *settings, logger *slog.Logger) (*server, error) {
	srv := &server{settings: s, logger: logger, public: s.public}
	if err := srv.open(ctx); err != nil {
		return nil, errors.Join(err, srv.close())
	}
	return srv, nil
}

func (srv *server) open(ctx context.Context) (err error) {
	s := srv.settings
	if srv.db, err = openDatabase(ctx, s, srv.logger); err != nil {
		return err
	}
	master, err := loadMaster(s)
	if err != nil {
		return err
	}
	srv.keys = privacy.NewKeyring(master, srv.db.privacy)
	if err := srv.keys.Check(ctx); err != nil {
		return fmt.Errorf("setting \"master-key\": %w", err)
	}
	if srv.commons, err = newCommons(ctx, s, master, srv.logger); err != nil {
		return err
	}
	if srv.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", s.listen); err != nil {
		return fmt.Errorf("setting \"listen\": %w", err)
	}
	if s.privateListen != "" {
		if srv.private, err = new(net.ListenConfig).Listen(ctx, "tcp", s.privateListen); err != nil {
			return fmt.Errorf("setting \"private-listen\": %w", err)
		}
	}
	if srv.public == nil {
		srv.public = &url.URL{Scheme: "http", Host: srv.listener.Addr().String()}
	}
	return srv.wire()
}

// close gives back what newServer took, once nothing runs any more.
func (srv *server) close() error {
	var all error
	for _, l := range []net.Listener{srv.listener, srv.private} {
		if l != nil {
			if err := l.Close(); !errors.Is(err, net.ErrClosed) { // serving closes it
				all = errors.Join(all, err)
			}
		}
	}
	if srv.commons != nil {
		all = errors.Join(all, srv.commons.close())
	}
	if srv.db != nil {
		all = errors.Join(all, srv.db.close())
	}
	return all
}

// wire makes the parts and joins each to those it needs, by the interfaces that it declares.
func (srv *server) wire() (err error) {
	shared := srv.commons.shared
	srv.audit = privacy.NewAuditLog(srv.db.privacy, time.Now)
	srv.accounts, err = newAccounts(srv.settings, srv.db, shared, accounts.Config{
		Keys: srv.keys, Public: srv.public.String(), Log: srv.logger,
	})
	if err != nil {
		return err
	}
	// The queue takes agents out of rooms, and rooms tell the queue: the hub comes second and is known by then.
	srv.queue = srv.commons.share(queue.New(queue.Config{
		Routing: routing(srv.accounts), Place: placing{srv}, Leave: srv.leave, Log: srv.logger,
	}))
	srv.history = history.New(history.Config{
		Store: srv.db.history, Keys: srv.keys, Retention: retention(srv.accounts), Deleted: srv.deleted,
		Now: time.Now, Log: srv.logger,
	})
	kept := keeping{srv.history, srv.queue}
	consentLog := privacy.NewConsentLog(srv.db.privacy)
	srv.hub = rooms.NewHub(rooms.Config{
		Logger:      srv.logger,
		Shared:      shared,
		Presence:    srv.commons.presence,
		Cluster:     srv.commons.cluster,
		ShutOut:     func(tenant, person string) { srv.console.EndStreams(tenant, person) },
		Consents:    consents{consentLog},
		Sessions:    kept,
		Transcript:  kept,
		Desk:        desk{srv.queue},
		AgentOrigin: srv.public.String(),
		MemoryBytes: srv.settings.stateMemory,
		PerSite:     srv.settings.perSite,
	})
	seen := &sightings{}
	visitorSites := sites{srv.accounts, seen}
	srv.relay = relay.New(relay.Config{
		Hub:            srv.hub,
		Sites:          visitorSites,
		Ratings:        kept,
		Messages:       kept,
		Agents:         srv.queue,
		OptOuts:        optOuts{srv.keys, srv.public},
		Logger:         srv.logger,
		TrustedProxies: srv.settings.trustedProxies,
		PerAddress:     srv.settings.perAddress,
	})
	srv.console, err = console.New(console.Config{
		Public:   srv.public.String(),
		Accounts: srv.accounts,
		Rooms:    srv.hub,
		Log:      srv.logger,
		Address:  srv.relay.Address,
		Mail:     srv.settings.smtp != nil,
		Queue:    srv.queue,
		History:  srv.history,
		Consents: consentLog,
		Audit:    srv.audit,
		Seen:     seen,
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	srv.relay.Register(mux)
	srv.console.Register(mux)
	mux.HandleFunc("GET /readyz", srv.ready)
	bundles := widget.Handler(visitorSites)
	mux.Handle("GET /widget.js", bundles)
	mux.Handle("GET /widget/", bundles)
	out := optout.New(optout.Config{
		Keys: srv.keys, Sites: optOutSites{srv.accounts}, Sessions: srv.hub,
		Secure: srv.public.Scheme == "https", Public: srv.public.String(), Log: srv.logger,
	})
	mux.Handle("/exclude/{site}", out)
	mux.Handle("/optout", out)
	srv.handler = mux
	return nil
}

// placing tells visitors their place in the queue; the hub is looked up when it is needed.
type placing struct{ srv *server }

func (p placing) TellPlace(tenant, room string, position, waitSeconds int) {
	p.srv.hub.TellPlace(tenant, room, position, waitSeconds)
}

// leave takes an agent who handed a visitor over out of the room.
func (srv *server) leave(ctx context.Context, tenant, room, person, why string) error {
	return srv.hub.Leave(ctx, tenant, room, person, why)
}

// deleted keeps in the audit log what the retention sweeper deleted.
func (srv *server) deleted(tenant, site, class string, count int) {
	err := srv.audit.Add(context.Background(), privacy.Entry{
		Tenant: tenant, Act: "retention.delete", Object: "site", ObjectID: site,
		Details: map[string]string{"class": class, "count": strconv.Itoa(count)},
	})
	if err != nil {
		srv.logger.Error("keep what was deleted in the audit log", "err", err)
	}
}

// run serves until ctx ends, then tells clients to move and waits for them, at most for the setting "grace".
func (srv *server) run(ctx context.Context) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var running sync.WaitGroup
	srv.commons.start(background, &running)
	running.Go(func() { srv.hub.Run(background) })
	running.Go(func() { srv.relay.Run(background) })
	running.Go(func() { srv.queue.Run(background) })
	running.Go(func() { srv.history.Run(background) })
	running.Go(func() { srv.forget(background) })
	failed, wait := serveHTTP(srv.listener, srv.handler, srv.logger)
	failedPrivate, waitPrivate := (<-chan error)(nil), func(context.Context) {}
	if srv.private != nil {
		failedPrivate, waitPrivate = serveHTTP(srv.private, srv.operations(), srv.logger)
	}
	srv.logger.Info("serving", "address", srv.listener.Addr().String(), "public", srv.public.String(), "version", versionText())

	var err error
	select {
	case <-ctx.Done():
		srv.logger.Info("stopping", "grace", srv.settings.grace)
	case err = <-failed:
	case err = <-failedPrivate:
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), srv.settings.grace)
	defer cancel()
	if drained := srv.relay.Drain(grace); drained != nil {
		srv.logger.Warn("some connections were cut", "why", drained)
	}
	wait(grace)
	waitPrivate(grace)
	// What is live and went to no other node ends with this process; the history is told, so that no session seems to go on.
	srv.hub.EndHere("the server stopped")
	stop()
	running.Wait()
	srv.accounts.Wait()
	return errors.Join(err, srv.close())
}

// forget does hourly what makes deleting true: audit entries past their limit go, and the database's log is emptied, which
// until then still holds deleted rows as they were.
func (srv *server) forget(ctx context.Context) {
	for every := time.Tick(time.Hour); ; {
		if err := srv.trimAudit(ctx); err != nil && ctx.Err() == nil {
			srv.logger.Warn("audit entries past their limit stay for another hour", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-every:
			if err := srv.db.settle(ctx); err != nil && ctx.Err() == nil {
				srv.logger.Warn("deleted rows stay in the database's log for another hour", "err", err)
			}
		}
	}
}

// trimAudit deletes the audit entries of each tenant that are older than the longest limit among its sites.
func (srv *server) trimAudit(ctx context.Context) error {
	tenants, err := srv.accounts.Tenants(ctx)
	if err != nil {
		return err
	}
	for _, tenant := range tenants {
		sites, err := srv.accounts.Sites(ctx, tenant.ID)
		if err != nil {
			return err
		}
		days := privacy.DefaultRetention().AuditDays
		for i, site := range sites {
			if i == 0 || site.Retention.AuditDays > days {
				days = site.Retention.AuditDays
			}
		}
		if err := srv.audit.Trim(ctx, tenant.ID, time.Now().AddDate(0, 0, -days)); err != nil {
			return err
		}
	}
	return nil
}

// serveHTTP serves on the listener. failed gives the error that ended it early; wait stops it.
func serveHTTP(l net.Listener, h http.Handler, logger *slog.Logger) (failed <-chan error, wait func(context.Context)) {
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(noAddresses{logger.Handler()}, slog.LevelDebug),
	}
	requests, end := context.WithCancel(context.Background())
	s.BaseContext = func(net.Listener) context.Context { return requests }
	result := make(chan error, 1)
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			result <- fmt.Errorf("serve on %s: %w", l.Addr(), err)
		}
	})
	return result, func(ctx context.Context) {
		end() // long answers, like a list that streams, end now
		if err := s.Shutdown(ctx); err != nil {
			s.Close()
		}
		serving.Wait()
	}
}

// noAddresses drops what net/http logs: its messages carry the addresses of clients.
type noAddresses struct{ slog.Handler }

func (noAddresses) Handle(context.Context, slog.Record) error { return nil }

// loadMaster reads the key under which everything stored is sealed.
func loadMaster(s *settings) ([]byte, error) {
	if s.mongo != "" && s.masterKey == "" {
		return nil, errors.New("setting \"master-key\": name the file that every server on this MongoDB has a copy of")
	}
	master, err := privacy.LoadMasterKey(s.masterKeyPath())
	if err != nil {
		return nil, fmt.Errorf("setting \"master-key\": %w", err)
	}
	return master, nil
}

// newAccounts fills in what does not depend on where the server is reached.
func newAccounts(s *settings, db *database, shared rooms.Shared, config accounts.Config) (*accounts.Service, error) {
	config.Store = db.accounts
	config.PerEmail = limiter{shared, "sign-in by e-mail ", signInPerEmail}
	config.PerAddress = limiter{shared, "sign-in by address ", signInPerAddress}
	if s.smtp != nil {
		sender, err := mail.New(s.smtp, s.mailFrom)
		if err != nil {
			return nil, fmt.Errorf("setting \"smtp\": %w", err)
		}
		config.Mail = sender
	}
	return accounts.NewService(config)
}

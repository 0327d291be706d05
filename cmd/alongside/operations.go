package main

import (
	"context"
	"net/http"
	"net/http/pprof"
	"time"
)

const readyWithin = 2 * time.Second // for the store to answer

// operations is what operators see on a port of its own: figures and profiles, which are nobody else's business.
func (srv *server) operations() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", srv.metricsHandler())
	mux.HandleFunc("GET /readyz", srv.ready)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// ready tells a load balancer whether to send new visitors here.
func (srv *server) ready(w http.ResponseWriter, q *http.Request) {
	ctx, cancel := context.WithTimeout(q.Context(), readyWithin)
	defer cancel()
	switch {
	case srv.relay.Draining():
		say(w, http.StatusServiceUnavailable, "going away")
	case !srv.connected():
		say(w, http.StatusServiceUnavailable, "cut off from the other servers")
	case srv.db.ping(ctx) != nil:
		say(w, http.StatusServiceUnavailable, "the store does not answer")
	default:
		say(w, http.StatusOK, "ready")
	}
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte(text + "\n"))
}

// connected tells whether this node reaches the others, if there may be any.
func (srv *server) connected() bool { return srv.commons.bus == nil || srv.commons.bus.Connected() }

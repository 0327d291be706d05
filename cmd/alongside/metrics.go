package main

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"alongside/relay"
	"alongside/rooms"
)

// metricsHandler serves the program's figures in Prometheus' text format. They are numbers of the whole server: none
// names a tenant, room or person.
func (srv *server) metricsHandler() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		liveCollector{srv},
	)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorLog: nil})
}

// liveCollector reads the counters of relay and rooms when it is asked.
type liveCollector struct{ srv *server }

// reading is both packages' counters at one moment.
type reading struct {
	relay relay.Stats
	rooms rooms.HubStats
	up    bool // reaches the other nodes
}

// liveMetric is one row of the table below.
type liveMetric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(reading) float64
}

func live(kind prometheus.ValueType, name, help string, read func(reading) float64) liveMetric {
	return liveMetric{prometheus.NewDesc("alongside_"+name, help, nil, nil), kind, read}
}

const (
	gauge   = prometheus.GaugeValue
	counter = prometheus.CounterValue
)

var liveMetrics = []liveMetric{
	live(gauge, "rooms", "Rooms on this node.", func(r reading) float64 { return float64(r.rooms.Rooms) }),
	live(gauge, "connections", "Open connections of visitors and agents.", func(r reading) float64 { return float64(r.relay.Open) }),
	live(counter, "connections_total", "Connections that were opened.", func(r reading) float64 { return float64(r.relay.Opened) }),
	live(counter, "connections_refused_total", "Upgrades that were refused.", func(r reading) float64 { return float64(r.relay.Refused) }),
	live(counter, "frames_received_total", "Frames from visitors and agents.", func(r reading) float64 { return float64(r.relay.FramesIn) }),
	live(counter, "frames_sent_total", "Frames to visitors and agents.", func(r reading) float64 { return float64(r.relay.FramesOut) }),
	live(counter, "received_bytes_total", "Bytes of frames from visitors and agents.", func(r reading) float64 { return float64(r.relay.BytesIn) }),
	live(counter, "sent_bytes_total", "Bytes of frames to visitors and agents.", func(r reading) float64 { return float64(r.relay.BytesOut) }),
	live(counter, "writes_total", "Writes to sockets; each may hold several frames.", func(r reading) float64 { return float64(r.relay.Batches) }),
	live(counter, "closed_flooding_total", "Connections closed for sending too much.", func(r reading) float64 { return float64(r.relay.Flooded) }),
	live(counter, "closed_silent_total", "Connections closed for saying nothing.", func(r reading) float64 { return float64(r.relay.Silent) }),
	live(counter, "closed_malformed_total", "Connections closed for what is no frame.", func(r reading) float64 { return float64(r.relay.Malformed) }),
	live(counter, "crashed_total", "Connections whose handling crashed; the others went on.", func(r reading) float64 { return float64(r.relay.Crashed) }),
	live(gauge, "checkpoint_bytes", "Memory that live pages take.", func(r reading) float64 { return float64(r.rooms.HeldBytes) }),
	live(counter, "resyncs_total", "Snapshots that visitors were asked for.", func(r reading) float64 { return float64(r.rooms.Keyframes) }),
	live(counter, "state_frames_dropped_total", "State frames that did not fit their epoch.", func(r reading) float64 { return float64(r.rooms.Dropped) }),
	live(counter, "checkpoints_shed_total", "Checkpoints dropped for want of memory.", func(r reading) float64 { return float64(r.rooms.Shed) }),
	live(counter, "rooms_adopted_total", "Rooms taken over from other nodes.", func(r reading) float64 { return float64(r.rooms.Adopted) }),
	live(gauge, "cluster_connected", "1 while this node reaches the others, or is the only one.", func(r reading) float64 {
		if r.up {
			return 1
		}
		return 0
	}),
}

// Describe implements prometheus.Collector.
func (c liveCollector) Describe(to chan<- *prometheus.Desc) {
	for _, m := range liveMetrics {
		to <- m.desc
	}
}

// Collect implements prometheus.Collector.
func (c liveCollector) Collect(to chan<- prometheus.Metric) {
	now := reading{c.srv.relay.Stats(), c.srv.hub.Stats(), c.srv.connected()}
	for _, m := range liveMetrics {
		to <- prometheus.MustNewConstMetric(m.desc, m.kind, m.read(now))
	}
}

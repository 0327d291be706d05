package bench

import "time"

// measure is a figure of a scenario.
type measure struct {
	name  string
	show  string // fmt verb of a float64
	goal  goal
	title string
}

// goal compares our figure with a contender's; no contender: with a fixed value. The zero goal is none.
type goal struct {
	than    string
	times   float64
	atLeast bool // else at most
}

// scenario is a row of the table.
type scenario struct {
	name, title    string
	rooms, readers int
	bytes          int  // of a frame, with its header
	least          int  // rooms that even a quick run needs: one visitor may send 2,000 frames a second
	again          bool // everybody comes twice
	play           func(t *trial) error
	measures       []measure
}

// connections is how many each of server and generator hold.
func (sc *scenario) connections() int { return sc.rooms * (1 + sc.readers) }

// people is how many must share the joining, since one may join only so many rooms a minute.
func (sc *scenario) people() int {
	joins := sc.rooms * sc.readers
	if sc.again {
		joins *= 2
	}
	return max(sc.readers, (joins+joinsEach-1)/joinsEach)
}

const (
	cpu, p50, p99, rate, used     = "cpu", "p50", "p99", "rate", "used"
	perConnection, growth, worst  = "per connection", "growth", "worst"
	ratio, back, closed, connects = "ratio", "back", "closed", "connects"
	arrived                       = "arrived" // only if too little did
)

var scenarios = []scenario{
	{
		name: "busy", title: "5,000 rooms × 5 msg/s × 300 B", rooms: 5000, readers: 1, bytes: 300,
		play: paced(5),
		measures: []measure{
			{cpu, "%.1f", goal{"gws", 1, false}, "CPU s per million"}, {p50, "%.2f", goal{}, "p50 ms"}, {p99, "%.2f", goal{"gws", 1, false}, "p99 ms"},
		},
	},
	{
		name: "single", title: "200 rooms, one 1 kB message in flight each", rooms: 200, readers: 1, bytes: 1000, least: 100,
		play: inFlight(1),
		measures: []measure{
			{rate, "%.0f", goal{"gws", 1, true}, "messages/s"}, {cpu, "%.1f", goal{}, "CPU s per million"}, {p99, "%.2f", goal{}, "p99 ms"},
		},
	},
	{
		name: "held", title: "2,000 rooms paced, 300 B: the highest rate held at p99 < 20 ms", rooms: 2000, readers: 1, bytes: 300,
		play:     held,
		measures: []measure{{rate, "%.0f", goal{"gws", 0.9, true}, "messages/s"}, {used, "%.0f", goal{}, "server's core used, %"}},
	},
	{
		name: "fanout", title: "10 rooms × 50 readers × 50 msg/s × 1 kB", rooms: 10, readers: 50, bytes: 1000,
		play: paced(50),
		measures: []measure{
			{cpu, "%.1f", goal{"gws", 1, false}, "CPU s per million"}, {p50, "%.2f", goal{}, "p50 ms"}, {p99, "%.2f", goal{}, "p99 ms"},
		},
	},
	{
		name: "snapshots", title: "20 rooms × 50 msg/s × 300 B, and a 1 MB snapshot every 2 s", rooms: 20, readers: 1, bytes: 300,
		play:     snapshots(50, 1<<20, 2*time.Second),
		measures: []measure{{p50, "%.2f", goal{}, "p50 ms of the small"}, {p99, "%.2f", goal{"nats", 1, false}, "p99 ms of the small"}},
	},
	{
		name: "memory", title: "9,500 rooms open, 19,000 connections", rooms: 9500, readers: 1, bytes: 300,
		play:     idle,
		measures: []measure{{perConnection, "%.1f", goal{"gws", 1, false}, "kB per connection"}},
	},
	{
		name: "stop", title: "10 rooms × 4 readers × 200 msg/s × 10 kB, one reader of each stops for 10 s", rooms: 10, readers: 4, bytes: 10_000,
		play: stopped(200, 10*time.Second),
		measures: []measure{
			{ratio, "%.2f", goal{"", 1.2, false}, "p99 of the others, times that before"},
			{worst, "%.0f", goal{}, "longest wait of the others, ms"},
			// What the ten rooms' checkpoints may take, wire.CheckpointBytes each.
			{growth, "%.0f", goal{"", 1.25 * 84, false}, "memory growth, MB"},
			{back, "%.0f", goal{"", 10, true}, "of 10 who stopped, up to date 5 s after"},
			{closed, "%.0f", goal{"", 0, false}, "connections closed"},
		},
	},
	{
		name: "storm", title: "5,000 reconnect at once", rooms: 2500, readers: 1, bytes: 300, again: true,
		play:     storm,
		measures: []measure{{cpu, "%.0f", goal{"gws", 1.2, false}, "server µs each"}, {connects, "%.1f", goal{}, "s until all are back"}},
	},
	{
		name: "window", title: "400 rooms, 16 messages of 1 kB in flight each", rooms: 400, readers: 1, bytes: 1000, least: 300,
		play:     inFlight(16),
		measures: []measure{{rate, "%.0f", goal{"nats", 1, true}, "messages/s"}, {cpu, "%.1f", goal{}, "CPU s per million"}},
	},
}

// quick is the scenario with numbers so small that all take a few seconds, to see that it works.
func (sc scenario) quick() scenario {
	sc.rooms = max(min(sc.rooms, 10), sc.rooms/200, sc.least)
	sc.readers = min(sc.readers, 4)
	return sc
}

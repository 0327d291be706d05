package relay

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"alongside/rooms"
	"alongside/wire"
)

// The load is made by a process of its own, so that what the server costs can be told from what the load does:
//
//	LOAD=all go test ./relay -run TestLoad -v -timeout 10m
//
// prints CPU seconds per million deliveries of this process, the server. LOAD names one scenario, or all; PEER is the
// address of a bare relay with the paths /pub and /sub and the query room, and PEER_PID its process, to load instead.

// load is one scenario.
type load struct {
	Name    string
	Rooms   int
	Readers int
	Bytes   int           // of one frame
	Every   time.Duration // between a room's frames; 0: the next goes when the last has come to a reader
	Window  int           // frames under way, if Every is 0
	For     time.Duration
	Peer    string // address of a bare relay
	Idle    bool   // nothing is sent
	Storm   bool   // everybody comes at once, without a limit on how many at a time
}

// outcome is what the load saw.
type outcome struct {
	Delivered int64
	P50, P99  time.Duration
	Seconds   float64
	Failed    string
}

var loads = []load{
	{Name: "paced", Rooms: 2500, Readers: 1, Bytes: 300, Every: 200 * time.Millisecond, For: 8 * time.Second},
	{Name: "single", Rooms: 200, Readers: 1, Bytes: 1000, Window: 1, For: 4 * time.Second},
	{Name: "window", Rooms: 200, Readers: 1, Bytes: 1000, Window: 16, For: 4 * time.Second},
	{Name: "fanout", Rooms: 10, Readers: 16, Bytes: 1000, Every: 20 * time.Millisecond, For: 5 * time.Second},
	{Name: "idle", Rooms: 4500, Readers: 1, Bytes: 300, Idle: true, For: 3 * time.Second},
	{Name: "storm", Rooms: 2500, Readers: 1, Bytes: 300, Idle: true, Storm: true, For: time.Second},
}

func TestMain(m *testing.M) {
	if spec := os.Getenv("LOAD_SPEC"); spec != "" {
		generate(spec)
		return
	}
	os.Exit(m.Run())
}

func TestLoad(t *testing.T) {
	only := os.Getenv("LOAD")
	if only == "" {
		t.Skip("set LOAD")
	}
	for i := range roleLimits {
		l := roleLimits[i]
		l.frames, l.bytes = bucket{burst: math.MaxInt}, bucket{burst: math.MaxInt}
		roleLimits[i] = l
	}
	for _, l := range loads {
		if only == "all" || strings.Contains(only, l.Name) {
			t.Run(l.Name, func(t *testing.T) { l.run(t) })
		}
	}
}

func (l load) run(t *testing.T) {
	l.Peer = os.Getenv("PEER")
	pid := os.Getenv("PEER_PID")
	if pid == "" {
		pid = "self"
	}
	hub := rooms.NewHub(rooms.Config{Consents: &notes{}, AgentOrigin: shop, MemoryBytes: 4 << 30})
	server := New(Config{Hub: hub, Sites: oneSite{}})
	mux := http.NewServeMux()
	server.Register(mux)
	front := httptest.NewServer(mux)
	defer front.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { hub.Run(ctx) })
	running.Go(func() { server.Run(ctx) })
	defer running.Wait()
	defer cancel()

	if l.Peer == "" {
		l.Peer = strings.TrimPrefix(front.URL, "http://")
	}
	spec, _ := json.Marshal(struct {
		load
		Ours bool
	}{l, pid == "self"})
	generator := exec.Command(os.Args[0])
	generator.Env = append(os.Environ(), "LOAD_SPEC="+string(spec))
	generator.Stderr = os.Stderr
	ask, err := generator.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, err := generator.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	empty := resident(pid)
	if err := generator.Start(); err != nil {
		t.Fatal(err)
	}
	defer generator.Wait()
	defer ask.Close()
	var began, ended, idleRSS float64
	var setUp float64
	from := cpuOf(pid)
	for lines := bufio.NewScanner(answers); lines.Scan(); {
		switch line := lines.Text(); {
		case line == "ticket":
			fmt.Fprintln(ask, tickets(t, hub, l.Readers))
		case line == "ready":
			setUp = cpuOf(pid) - from
			from = cpuOf(pid)
		case line == "begin":
			setUp = cpuOf(pid) - from
			runtime.GC()
			runtime.GC()
			time.Sleep(300 * time.Millisecond)
			idleRSS = resident(pid) - empty
			if path := os.Getenv("HEAP"); path != "" {
				if f, err := os.Create(path); err == nil {
					pprof.Lookup("heap").WriteTo(f, 0)
					f.Close()
				}
			}
			if path := os.Getenv("CPU"); path != "" {
				if f, err := os.Create(path); err == nil {
					pprof.StartCPUProfile(f)
				}
			}
			began = cpuOf(pid)
			fmt.Fprintln(ask, "go")
		case line == "end":
			ended = cpuOf(pid)
			pprof.StopCPUProfile()
			fmt.Fprintln(ask, "go")
		default:
			var o outcome
			if err := json.Unmarshal([]byte(line), &o); err != nil || o.Failed != "" {
				t.Fatalf("%s: %v", line, err)
			}
			conns := l.Rooms * (1 + l.Readers)
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			t.Logf("%-8s %9.0f/s  cpu %6.2f s/M  p50 %8s p99 %8s | %d conns: %5.1f kB each, set up %5.0f µs each | heap %d MB stacks %d MB gcs %d",
				l.Name, float64(o.Delivered)/o.Seconds, (ended-began)/float64(max(1, o.Delivered))*1e6, o.P50.Round(time.Microsecond), o.P99.Round(time.Microsecond),
				conns, idleRSS/float64(conns)/1e3, setUp/float64(conns)*1e6, m.HeapAlloc>>20, m.StackInuse>>20, m.NumGC)
			return
		}
	}
}

// tickets opens a room and joins its readers: the visitor's ticket and those of the agents.
func tickets(t *testing.T, hub *rooms.Hub, readers int) string {
	e, err := hub.Open(t.Context(), rooms.Opening{
		Tenant: "tenant", Site: "site", SiteName: "Shop", Origin: shop, Tab: tab(1), Help: true, Policy: json.RawMessage(`{}`),
		Page: wire.PageBody{URL: shop, Visible: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	all := []string{e.Ticket}
	for i := range readers {
		j, err := hub.JoinByRoom(t.Context(), "tenant", rooms.Person{ID: fmt.Sprint(e.Room, i), Name: "Ann"}, e.Room)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, j.Ticket)
	}
	return strings.Join(all, " ")
}

func cpuOf(pid string) float64 {
	b, _ := os.ReadFile("/proc/" + pid + "/schedstat")
	if pid == "self" || len(b) > 0 {
		total := 0.0
		tasks, _ := os.ReadDir("/proc/" + pid + "/task")
		for _, task := range tasks {
			var ns float64
			b, _ := os.ReadFile("/proc/" + pid + "/task/" + task.Name() + "/schedstat")
			fmt.Sscan(string(b), &ns)
			total += ns
		}
		if total > 0 {
			return total / 1e9
		}
	}
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func resident(pid string) float64 {
	b, _ := os.ReadFile("/proc/" + pid + "/statm")
	var all, rss float64
	fmt.Sscan(string(b), &all, &rss)
	return rss * 4096
}

// generate is the other process.
func generate(spec string) {
	var g generator
	if err := json.Unmarshal([]byte(spec), &g); err != nil {
		panic(err)
	}
	g.lines = bufio.NewReader(os.Stdin)
	o, err := g.run()
	if err != nil {
		o.Failed = err.Error()
	}
	b, _ := json.Marshal(o)
	fmt.Println(string(b))
}

type generator struct {
	load
	Ours  bool
	lines *bufio.Reader
	ask   sync.Mutex

	measuring atomic.Bool
	delivered atomic.Int64
	mu        sync.Mutex
	delays    []time.Duration
	stop      atomic.Bool
}

func (g *generator) query(q string) string {
	g.ask.Lock()
	defer g.ask.Unlock()
	fmt.Println(q)
	a, _ := g.lines.ReadString('\n')
	return strings.TrimSpace(a)
}

type loadRoom struct {
	visitor *rawPeer
	window  chan struct{}
}

func (g *generator) run() (o outcome, err error) {
	roomsMade := make([]*loadRoom, g.Rooms)
	jobs := make(chan int)
	var first error
	var once sync.Once
	var all sync.WaitGroup
	workers := 8
	if g.Storm {
		workers = 500
	}
	ready := make([]string, g.Rooms)
	if g.Ours && g.Storm { // else asking would set the pace
		for i := range ready {
			ready[i] = g.query("ticket")
		}
	}
	fmt.Println("ready")
	for range workers {
		all.Go(func() {
			for i := range jobs {
				r, err := g.open(i, ready[i])
				if err != nil {
					once.Do(func() { first = err })
					continue
				}
				roomsMade[i] = r
			}
		})
	}
	for i := range g.Rooms {
		jobs <- i
	}
	close(jobs)
	all.Wait()
	if first != nil {
		return o, first
	}
	g.query("begin")
	g.measuring.Store(true)
	start := time.Now()
	if g.Idle {
		time.Sleep(g.For)
	} else {
		g.send(roomsMade)
	}
	g.measuring.Store(false)
	o.Seconds = time.Since(start).Seconds()
	g.query("end")
	g.stop.Store(true)
	o.Delivered = g.delivered.Load()
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := len(g.delays); n > 0 {
		slices.Sort(g.delays)
		o.P50, o.P99 = g.delays[n/2], g.delays[n*99/100]
	}
	return o, nil
}

func (g *generator) send(all []*loadRoom) {
	end := time.Now().Add(g.For)
	if g.Every > 0 {
		steps := 20 // rooms send at different times
		gap := g.Every / time.Duration(steps)
		for n, next := 0, time.Now(); time.Now().Before(end); n++ {
			for i := n % steps; i < len(all); i += steps {
				all[i].visitor.sendDiff(g)
			}
			next = next.Add(gap)
			time.Sleep(time.Until(next))
		}
		return
	}
	var senders sync.WaitGroup
	for _, r := range all {
		senders.Go(func() {
			for time.Now().Before(end) {
				select {
				case r.window <- struct{}{}:
					r.visitor.sendDiff(g)
				case <-time.After(time.Second):
				}
			}
		})
	}
	senders.Wait()
}

func (g *generator) open(i int, ready string) (*loadRoom, error) {
	r := &loadRoom{window: make(chan struct{}, max(1, g.Window))}
	var err error
	if !g.Ours {
		for range g.Readers {
			a, err := dialRaw(g.Peer, fmt.Sprintf("/sub?room=%d", i), "")
			if err != nil {
				return nil, err
			}
			if _, err := a.next(); err != nil {
				return nil, err
			}
			go g.read(r, a)
		}
		if r.visitor, err = dialRaw(g.Peer, fmt.Sprintf("/pub?room=%d", i), ""); err != nil {
			return nil, err
		}
		_, err = r.visitor.next()
		return r, err
	}
	if ready == "" {
		ready = g.query("ticket")
	}
	t := strings.Fields(ready)
	if r.visitor, err = dialRaw(g.Peer, "/widget/v1/socket", t[0]); err != nil {
		return nil, err
	}
	v := r.visitor
	v.send(wire.NewJSON(wire.Hello, wire.HelloBody{Client: "load", Page: &wire.PageBody{URL: shop, Visible: true}}))
	for _, ticket := range t[1:] {
		a, err := dialRaw(g.Peer, "/api/v1/socket", ticket)
		if err != nil {
			return nil, err
		}
		a.send(wire.NewJSON(wire.Hello, wire.HelloBody{Client: "load"}))
		a.send(wire.NewJSON(wire.Consent, wire.ConsentBody{What: "view", Act: "ask"}))
		var b wire.ConsentBody
		for b.Act != "ask" {
			f, err := v.want(wire.Consent)
			if err != nil {
				return nil, err
			}
			if err := wire.ReadJSON(f, &b); err != nil {
				return nil, err
			}
		}
		v.send(wire.NewJSON(wire.Consent, wire.ConsentBody{What: b.What, Act: "grant", Member: b.Member, Text: "1", Lang: "en"}))
		if _, err := a.want(wire.Consent); err != nil {
			return nil, err
		}
		go g.read(r, a)
	}
	if !v.asked {
		if _, err := v.want(wire.Keyframe); err != nil {
			return nil, err
		}
	}
	v.epoch = 1
	v.send(whole(1, "page"))
	go func() {
		for {
			f, err := v.next()
			if err != nil {
				return
			}
			if k := wire.Kind(f[0]); k == wire.Keyframe {
				v.mu.Lock()
				v.epoch++
				v.sendLocked(whole(v.epoch, "page"))
				v.mu.Unlock()
			} else if k == wire.Ping {
				v.send(wire.New(wire.Pong, nil))
			}
		}
	}()
	return r, nil
}

func (g *generator) read(r *loadRoom, a *rawPeer) {
	for {
		f, err := a.next()
		if err != nil {
			if !g.stop.Load() {
				fmt.Fprintln(os.Stderr, "reader ended:", err)
			}
			return
		}
		if wire.Kind(f[0]) == wire.Ping {
			a.send(wire.New(wire.Pong, nil))
		}
		if wire.Kind(f[0]) != wire.Diff {
			continue
		}
		if g.Every == 0 && !g.Idle {
			<-r.window
		}
		if !g.measuring.Load() {
			continue
		}
		n := g.delivered.Add(1)
		if n%8 == 0 {
			sent := time.Unix(0, int64(binary.BigEndian.Uint64(f[wire.HeaderBytes:])))
			d := time.Since(sent)
			g.mu.Lock()
			g.delays = append(g.delays, d)
			g.mu.Unlock()
		}
	}
}

// rawPeer is a WebSocket client that costs little.
type rawPeer struct {
	nc    net.Conn
	r     *bufio.Reader
	buf   []byte
	asked bool       // for a keyframe
	mu    sync.Mutex // guards what follows
	out   []byte
	epoch uint32
}

func dialRaw(address, path, ticket string) (*rawPeer, error) {
	nc, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	const key = "AAAAAAAAAAAAAAAAAAAAAA=="
	protocol := ""
	if ticket != "" {
		protocol = "Sec-WebSocket-Protocol: alongside.v1, ticket." + ticket + "\r\n"
	}
	fmt.Fprintf(nc, "GET %s HTTP/1.1\r\nHost: x\r\nOrigin: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n%s\r\n", path, shop, key, protocol)
	p := &rawPeer{nc: nc, r: bufio.NewReaderSize(nc, 2048)}
	a, err := http.ReadResponse(p.r, nil)
	if err != nil {
		return nil, err
	}
	h := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	if a.StatusCode != 101 || a.Header.Get("Sec-WebSocket-Accept") != base64.StdEncoding.EncodeToString(h[:]) {
		return nil, fmt.Errorf("upgrade answered %s", a.Status)
	}
	return p, nil
}

// next reads one message; its bytes stand until the next call.
func (p *rawPeer) next() ([]byte, error) {
	var h [8]byte
	if _, err := io.ReadFull(p.r, h[:2]); err != nil {
		return nil, err
	}
	op, n := h[0]&15, int(h[1]&127)
	switch n {
	case 126:
		io.ReadFull(p.r, h[:2])
		n = int(binary.BigEndian.Uint16(h[:2]))
	case 127:
		io.ReadFull(p.r, h[:8])
		n = int(binary.BigEndian.Uint64(h[:8]))
	}
	if n > cap(p.buf) {
		p.buf = make([]byte, n)
	}
	p.buf = p.buf[:n]
	if _, err := io.ReadFull(p.r, p.buf); err != nil {
		return nil, err
	}
	if op == 8 {
		return nil, fmt.Errorf("closed: %q", p.buf)
	}
	return p.buf, nil
}

func (p *rawPeer) want(kind wire.Kind) (wire.Frame, error) {
	for {
		f, err := p.next()
		if err != nil {
			return nil, fmt.Errorf("waiting for %s: %w", kind, err)
		}
		p.asked = p.asked || wire.Kind(f[0]) == wire.Keyframe
		if wire.Kind(f[0]) == kind {
			return f, nil
		}
	}
}

func (p *rawPeer) send(f []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sendLocked(f)
}

func (p *rawPeer) sendLocked(f []byte) error {
	p.out = appendMasked(p.out[:0], f)
	_, err := p.nc.Write(p.out)
	return err
}

// appendMasked appends a client's message (RFC 6455 §5.3).
func appendMasked(b, f []byte) []byte {
	switch n := len(f); {
	case n < 126:
		b = append(b, 0x82, 0x80|byte(n))
	case n <= math.MaxUint16:
		b = append(b, 0x82, 0x80|126, byte(n>>8), byte(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x82, 0x80|127), uint64(n))
	}
	return append(append(b, 1, 2, 3, 4), masked(f)...)
}

func masked(f []byte) []byte {
	m := make([]byte, len(f))
	for i, c := range f {
		m[i] = c ^ byte(i&3+1)
	}
	return m
}

func (p *rawPeer) sendDiff(g *generator) {
	f := wire.New(wire.Diff, make([]byte, g.Bytes-wire.HeaderBytes))
	binary.BigEndian.PutUint64(f[wire.HeaderBytes:], uint64(time.Now().UnixNano()))
	p.mu.Lock()
	defer p.mu.Unlock()
	f.SetState(0, p.epoch)
	if err := p.sendLocked(f); err != nil && !g.stop.Load() {
		fmt.Fprintln(os.Stderr, "send:", err)
	}
}

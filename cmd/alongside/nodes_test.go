package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"alongside/relay/bench"
)

// fleet is real processes of the program that share a Redis and a database, behind a balancer without sticky sessions.
type fleet struct {
	t        testing.TB
	program  string
	data     string
	site     string // key
	redis    *exec.Cmd
	redisURI string
	balancer *balancer
	nodes    []*process
	agents   []*bench.Person
	opened   int // rooms, for their addresses
}

// process is one node.
type process struct {
	*exec.Cmd
	address string
	log     *lastLines
	ended   chan struct{}
}

func newFleet(t testing.TB, nodes int) *fleet {
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed; `make test` installs it")
	}
	f := &fleet{t: t, data: filepath.Join(t.TempDir(), "data"), program: filepath.Join(t.TempDir(), "alongside")}
	if out, err := exec.Command("go", "build", "-o", f.program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	f.startRedis(free(t))
	printed, err := setUp(t, f.data)
	if err != nil {
		t.Fatal(err)
	}
	f.site = regexp.MustCompile(`site_\w+`).FindString(printed)
	f.balancer = newBalancer(t)
	for range nodes {
		f.start()
	}
	f.hire(4)
	return f
}

func free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (f *fleet) startRedis(address string) {
	f.t.Helper()
	_, port, _ := net.SplitHostPort(address)
	f.redisURI = "redis://" + address
	f.redis = exec.Command("redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", f.t.TempDir(), "--save", "", "--appendonly", "no")
	f.redis.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := f.redis.Start(); err != nil {
		f.t.Fatal(err)
	}
	server := f.redis
	f.t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
	})
	until(f.t, 20*time.Second, "redis-server to listen", func() bool {
		c, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		c.Close()
		return true
	})
}

// start starts a node and waits until it is ready.
func (f *fleet) start(more ...string) *process {
	f.t.Helper()
	p := &process{address: free(f.t), log: &lastLines{}, ended: make(chan struct{})}
	p.Cmd = exec.Command(f.program, append([]string{
		"serve", "-data", f.data, "-listen", p.address, "-public", f.balancer.origin(), "-redis", f.redisURI,
		"-trusted-proxies", "127.0.0.0/8",
	}, more...)...)
	p.Stderr, p.SysProcAttr = p.log, &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.Start(); err != nil {
		f.t.Fatal(err)
	}
	go func() {
		p.Wait()
		close(p.ended)
	}()
	f.t.Cleanup(func() {
		p.Process.Kill()
		<-p.ended
		if f.t.Failed() {
			f.t.Logf("node %s:\n%s", p.address, p.log)
		}
	})
	until(f.t, 20*time.Second, "a node to be ready", func() bool { return p.answers("/readyz") })
	f.nodes = append(f.nodes, p)
	f.balancer.set(f.nodes)
	return p
}

func (p *process) answers(path string) bool {
	a, err := http.Get("http://" + p.address + path)
	if err != nil {
		return false
	}
	a.Body.Close()
	return a.StatusCode == http.StatusOK
}

func (f *fleet) hire(n int) {
	f.t.Helper()
	ctx := f.t.Context()
	ada, err := bench.SignIn(ctx, f.balancer.origin(), "ada@example.com", "a long password")
	if err != nil {
		f.t.Fatal(err)
	}
	for i := range n {
		agent, err := ada.Hire(ctx, fmt.Sprintf("agent%d@example.com", i), fmt.Sprintf("Agent %d", i), "another long password")
		if err != nil {
			f.t.Fatal(err)
		}
		f.agents = append(f.agents, agent)
	}
}

// pair is a visitor and the agent who looks on.
type pair struct {
	visitor *bench.Visitor
	agent   *bench.Agent

	live     atomic.Int64 // when the agent last saw something, Unix nanoseconds
	pause    atomic.Int64 // the longest time the agent saw nothing while it was measured, nanoseconds
	measured atomic.Bool

	mu     sync.Mutex
	events []string // the last ones, of both
}

func (p *pair) note(who string, e bench.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = append(p.events, fmt.Sprintf("%s %s %s %v", e.At.Format("05.000"), who, e.What, e.Err))
	p.events = p.events[max(0, len(p.events)-12):]
}

func (p *pair) told(e bench.Event) {
	if e.What != "state" {
		p.note("agent", e)
		return
	}
	last := p.live.Swap(e.At.UnixNano())
	if gap := e.At.UnixNano() - last; p.measured.Load() && last > 0 && gap > p.pause.Load() {
		p.pause.Store(gap)
	}
}

// open brings so many pairs into their rooms, seen to be live, and has the pages change until the test ends.
func (f *fleet) open(n int, every time.Duration) []*pair {
	f.t.Helper()
	ctx := f.t.Context()
	pairs := make([]*pair, n)
	var running sync.WaitGroup
	ctx, stop := context.WithCancel(ctx)
	f.t.Cleanup(func() {
		stop()
		running.Wait()
	})
	for _, agent := range f.agents {
		running.Go(func() { agent.Attend(ctx) })
	}
	for i := range pairs {
		p := &pair{}
		pairs[i] = p
		var err error
		p.visitor, err = bench.Open(ctx, bench.VisitorOptions{
			Server: f.balancer.origin(), Site: f.site, Origin: shopOrigin, From: bench.Address(i),
			Told: func(e bench.Event) { p.note("visitor", e) },
		})
		if err != nil {
			f.t.Fatal(err)
		}
		p.agent = f.agents[i%len(f.agents)].Join(p.visitor.Room, p.told)
		running.Go(func() { p.visitor.Run(ctx) })
		running.Go(func() { p.agent.Run(ctx) })
		running.Go(func() { p.visitor.KeepChanging(ctx, every, 300) })
	}
	f.t.Cleanup(func() {
		for i, p := range pairs {
			if f.t.Failed() && (p.live.Load() == 0 || p.agent.Page() != p.visitor.Page()) {
				f.t.Logf("%d %s: visitor at %s, agent at %s, last %s\n\t%s", i, p.visitor.Room, p.visitor.Page(), p.agent.Page(),
					time.Unix(0, p.live.Load()).Format("05.000"), strings.Join(p.events, "\n\t"))
			}
		}
	})
	until(f.t, 60*time.Second, "all rooms to be live", func() bool {
		return !slices.ContainsFunc(pairs, func(p *pair) bool { return p.live.Load() == 0 })
	})
	return pairs
}

// settled waits until all agents see what the visitors see, though it changes.
func (f *fleet) settled(pairs []*pair, since time.Time, within time.Duration) (worst time.Duration) {
	f.t.Helper()
	back := make([]time.Time, len(pairs))
	until(f.t, within, "all agents to see their visitor's page again", func() bool {
		all := true
		for i, p := range pairs {
			if back[i].IsZero() {
				if p.live.Load() > since.UnixNano() && p.agent.Page() == p.visitor.Page() {
					back[i] = time.Now()
				} else {
					all = false
				}
			}
		}
		return all
	})
	for _, at := range back {
		worst = max(worst, at.Sub(since))
	}
	return worst
}

func (f *fleet) check(pairs []*pair) {
	f.t.Helper()
	for i, p := range pairs {
		if n := p.visitor.Asked(); n != 1 {
			f.t.Errorf("visitor %d was asked %d times", i, n)
		}
		if gaps, twice := p.agent.Faults(); gaps+twice > 0 {
			f.t.Errorf("agent %d missed %d frames and got %d twice", i, gaps, twice)
		}
	}
}

func TestRoomsOutliveTheirNode(t *testing.T) {
	f := newFleet(t, 3)
	pairs := f.open(200, 500*time.Millisecond)
	killed := time.Now()
	f.nodes[0].Process.Kill()
	worst := f.settled(pairs, killed, 15*time.Second)
	t.Logf("200 rooms on three nodes, one killed: all agents see their visitors' pages again after %s (promised: 5 s)", worst)
	f.check(pairs)
}

func TestARollingRestartLosesNoRoom(t *testing.T) {
	f := newFleet(t, 3)
	pairs := f.open(60, 200*time.Millisecond)
	f.settled(pairs, time.Now(), 15*time.Second)
	for _, p := range pairs {
		p.measured.Store(true)
	}
	for range 3 {
		old := f.nodes[0]
		f.nodes = f.nodes[1:]
		f.start()
		if err := old.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		<-old.ended
		f.settled(pairs, time.Now(), 15*time.Second)
	}
	var pauses []time.Duration
	for _, p := range pairs {
		pauses = append(pauses, time.Duration(p.pause.Load()))
	}
	slices.Sort(pauses)
	worst := pauses[len(pauses)-1]
	t.Logf("60 rooms, three nodes restarted one after the other: the longest pause is %s, the median of the longest %s (promised: 1 s)",
		worst, pauses[len(pauses)/2])
	if worst > 3*time.Second {
		t.Errorf("an agent saw nothing for %s", worst)
	}
	f.check(pairs)
}

func TestRedisMayGoAndComeBack(t *testing.T) {
	f := newFleet(t, 2)
	pairs := f.open(20, 200*time.Millisecond)
	f.settled(pairs, time.Now(), 15*time.Second)
	address := strings.TrimPrefix(f.redisURI, "redis://")
	f.redis.Process.Kill()
	gone := time.Now()
	time.Sleep(5 * time.Second)
	for _, p := range f.nodes {
		if p.answers("/readyz") {
			t.Error("a node that is cut off takes new visitors")
		}
		if !p.answers("/healthz") {
			t.Error("a node that is cut off is not alive")
		}
	}
	// Pairs on one node go on; the others wait.
	going := 0
	for _, p := range pairs {
		if time.Since(time.Unix(0, p.live.Load())) < 2*time.Second {
			going++
		}
	}
	t.Logf("without Redis %d of %d agents go on", going, len(pairs))
	f.startRedis(address)
	worst := f.settled(pairs, time.Now(), 30*time.Second)
	t.Logf("Redis was gone for %s; all is well %s after it came back, empty", time.Since(gone)-worst, worst)
	f.check(pairs)
}

// until waits for something, and fails if it takes longer than within.
func until(t testing.TB, within time.Duration, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s for %s", within, what)
		}
	}
}

// balancer sends each connection to the next node that takes it.
type balancer struct {
	listener net.Listener

	mu    sync.Mutex
	nodes []string
	next  int
}

func newBalancer(t testing.TB) *balancer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &balancer{listener: l}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { b.pass(c.(*net.TCPConn)) })
		}
	})
	t.Cleanup(func() {
		l.Close()
	})
	return b
}

func (b *balancer) origin() string { return "http://" + b.listener.Addr().String() }

func (b *balancer) set(nodes []*process) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.nodes = nil
	for _, p := range nodes {
		b.nodes = append(b.nodes, p.address)
	}
}

func (b *balancer) pick() (string, int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	return b.nodes[b.next%len(b.nodes)], len(b.nodes)
}

func (b *balancer) pass(c *net.TCPConn) {
	defer c.Close()
	for tries := 0; ; tries++ {
		address, count := b.pick()
		there, err := net.Dial("tcp", address)
		if err != nil {
			if tries >= 2*count {
				return
			}
			continue
		}
		var both sync.WaitGroup
		for _, way := range [][2]net.Conn{{c, there}, {there, c}} {
			both.Go(func() {
				io.Copy(way[0], way[1])
				way[0].Close()
				way[1].Close()
			})
		}
		both.Wait()
		return
	}
}

// lastLines keeps the end of a log.
type lastLines struct {
	mu   sync.Mutex
	text []byte
}

func (l *lastLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	l.text = l.text[max(0, len(l.text)-8<<10):]
	return len(p), nil
}

func (l *lastLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

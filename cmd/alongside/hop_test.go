package main

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"alongside/relay/bench"
)

// BenchmarkHop compares agents on their visitors' node with agents on another, and with three nodes among which a balancer
// spreads both, by real processes: how long a change of 300 B is under way, and what CPU a change costs the nodes and Redis
// together.
func BenchmarkHop(b *testing.B) {
	const pairs, every, turn = 200, 100 * time.Millisecond, 5 * time.Second
	f := newFleet(b, 3)
	ways := []struct {
		name string
		at   func(i int) (visitor, agent *process)
	}{
		{"same", func(int) (*process, *process) { return f.nodes[0], f.nodes[0] }},
		{"other", func(int) (*process, *process) { return f.nodes[0], f.nodes[1] }},
		{"spread", func(i int) (*process, *process) { return f.nodes[i%3], f.nodes[i/3%3] }},
	}
	took := map[string][]time.Duration{}
	cpu := map[string]time.Duration{}
	count := map[string]int{}
	for range max(1, b.N) {
		for _, way := range ways {
			delays, used := f.carry(way.at, pairs, every, turn)
			took[way.name] = append(took[way.name], delays...)
			cpu[way.name] += used
			count[way.name] += len(delays)
		}
	}
	for _, way := range ways {
		name, n := way.name, len(took[way.name])
		slices.Sort(took[name])
		if n == 0 {
			b.Fatalf("%s: nothing arrived", name)
		}
		b.ReportMetric(float64(took[name][n/2].Microseconds()), "µs-p50-"+name)
		b.ReportMetric(float64(took[name][n*99/100].Microseconds()), "µs-p99-"+name)
		b.ReportMetric(float64(cpu[name].Microseconds())/float64(count[name]), "µs-CPU-"+name)
	}
}

// carry has pairs talk for a while, each visitor and agent at a node of their own or the same.
func (f *fleet) carry(at func(i int) (visitor, agent *process), pairs int, every, lasts time.Duration) (delays []time.Duration, used time.Duration) {
	f.t.Helper()
	ctx, stop := context.WithCancel(f.t.Context())
	var running sync.WaitGroup
	defer func() {
		stop()
		running.Wait()
	}()
	var mu sync.Mutex
	measured, live := false, map[int]bool{}
	for i := range pairs {
		visitor, watcher := at(i)
		v, err := bench.Open(ctx, bench.VisitorOptions{
			Server: "http://" + visitor.address, Site: f.site, Origin: shopOrigin, From: bench.Address(f.opened),
		})
		if err != nil {
			f.t.Fatal(err)
		}
		f.opened++
		person, err := f.agents[i%len(f.agents)].At("http://" + watcher.address)
		if err != nil {
			f.t.Fatal(err)
		}
		agent := person.Join(v.Room, nil)
		agent.Delay = func(d time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			live[i] = true
			if measured {
				delays = append(delays, d)
			}
		}
		running.Go(func() { v.Run(ctx) })
		running.Go(func() { agent.Run(ctx) })
		running.Go(func() {
			time.Sleep(time.Duration(i) * every / time.Duration(pairs)) // spread, as life is
			v.KeepChanging(ctx, every, 300)
		})
	}
	until(f.t, 60*time.Second, "all pairs to be live", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(live) == pairs
	})
	before := f.cpu()
	mu.Lock()
	measured = true
	mu.Unlock()
	time.Sleep(lasts)
	mu.Lock()
	measured = false
	mu.Unlock()
	return delays, f.cpu() - before
}

// cpu is what the nodes and Redis have used so far.
func (f *fleet) cpu() (sum time.Duration) {
	seconds := bench.CPUSeconds(f.redis.Process.Pid)
	for _, p := range f.nodes {
		seconds += bench.CPUSeconds(p.Process.Pid)
	}
	return time.Duration(seconds * float64(time.Second))
}

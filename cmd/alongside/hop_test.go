package main

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"alongside/relay/bench"
)

// BenchmarkHop compares agents on their visitors' node with agents on another, in turns and by real processes: how long a
// change of 300 B is under way, and what CPU a change costs the nodes and Redis together.
func BenchmarkHop(b *testing.B) {
	const pairs, every, turn = 200, 100 * time.Millisecond, 5 * time.Second
	f := newFleet(b, 2)
	a, z := f.nodes[0], f.nodes[1]
	took := map[string][]time.Duration{}
	cpu := map[string]time.Duration{}
	count := map[string]int{}
	for range max(1, b.N) {
		for _, where := range []struct {
			name  string
			agent *process
		}{{"same", a}, {"other", z}} {
			delays, used := f.carry(a, where.agent, pairs, every, turn)
			took[where.name] = append(took[where.name], delays...)
			cpu[where.name] += used
			count[where.name] += len(delays)
		}
	}
	for _, name := range []string{"same", "other"} {
		slices.Sort(took[name])
		n := len(took[name])
		if n == 0 {
			b.Fatalf("%s node: nothing arrived", name)
		}
		b.ReportMetric(float64(took[name][n/2].Microseconds()), "µs-p50-"+name)
		b.ReportMetric(float64(took[name][n*99/100].Microseconds()), "µs-p99-"+name)
		b.ReportMetric(float64(cpu[name].Microseconds())/float64(count[name]), "µs-CPU-"+name)
	}
}

// carry has pairs talk for a while, visitors at one node and agents at another or the same.
func (f *fleet) carry(visitors, agents *process, pairs int, every, lasts time.Duration) (delays []time.Duration, used time.Duration) {
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
		v, err := bench.Open(ctx, bench.VisitorOptions{
			Server: "http://" + visitors.address, Site: f.site, Origin: shopOrigin, From: bench.Address(f.opened),
		})
		if err != nil {
			f.t.Fatal(err)
		}
		f.opened++
		person, err := f.agents[i%len(f.agents)].At("http://" + agents.address)
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
			tick := time.NewTicker(every)
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
					v.Change(300)
				}
			}
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

package rooms

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What a hop costs: half of the way there and back of one 300 B message, and the processor time of nodes and Redis for each
// message when many are sent at a pace. The library's own Publish and Subscribe are beside it.

const hopBytes = 300

// spent is the processor time of this process, and of a server.
func spent(s *redisServer) (here, there time.Duration) {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.pid))
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	if len(fields) > 12 {
		for _, f := range fields[11:13] {
			ticks, _ := strconv.Atoi(f)
			there += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), there
}

// sends is a way to send, and a place where what is sent arrives.
type sends struct {
	send    func([]byte)
	arrived chan struct{}
}

type bell chan struct{}

func (b bell) Message(string, []byte) { b <- struct{}{} }
func (b bell) Lost(string)            {}
func (b bell) Gone(string)            {}

func throughBus(b *testing.B, server *redisServer) sends {
	ring := make(bell, 1<<16)
	from, to := NewRedisBus(openRedis(b, server), "from"), NewRedisBus(openRedis(b, server), "to")
	run(b, func(ctx context.Context) { from.Run(ctx, make(bell, 1)) })
	run(b, func(ctx context.Context) { to.Run(ctx, ring) })
	wait(b, "connected", 10*time.Second, func() bool { return from.Connected() && to.Connected() })
	return sends{func(m []byte) { _ = from.Send("to", m) }, ring}
}

func throughLibrary(b *testing.B, server *redisServer) sends {
	ring := make(chan struct{}, 1<<16)
	from, to := openRedis(b, server), openRedis(b, server)
	line := to.client.Subscribe(b.Context(), "bench")
	if _, err := line.Receive(b.Context()); err != nil {
		b.Fatal(err)
	}
	run(b, func(ctx context.Context) {
		for {
			if _, err := line.ReceiveMessage(ctx); err != nil {
				return
			}
			ring <- struct{}{}
		}
	})
	b.Cleanup(func() { line.Close() })
	return sends{func(m []byte) { from.client.Publish(b.Context(), "bench", m) }, ring}
}

var ways = map[string]func(*testing.B, *redisServer) sends{"bus": throughBus, "library": throughLibrary}

func BenchmarkHop(b *testing.B) {
	for name, way := range ways {
		b.Run(name, func(b *testing.B) {
			s := way(b, ownRedis(b))
			m := make([]byte, hopBytes)
			took := make([]time.Duration, 0, b.N)
			b.ReportAllocs()
			for b.Loop() {
				began := time.Now()
				s.send(m)
				<-s.arrived
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1000, "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1000, "p99-µs")
		})
	}
}

func BenchmarkHopsPaced(b *testing.B) {
	for _, perSecond := range []int{1000, 10_000, 25_000} {
		for name, way := range ways {
			b.Run(fmt.Sprint(perSecond, "/", name), func(b *testing.B) {
				server := ownRedis(b)
				s := way(b, server)
				m := make([]byte, hopBytes)
				here, there := spent(server)
				began := time.Now()
				run(b, func(ctx context.Context) {
					for n := range b.N { // every millisecond what is due
						if n%max(perSecond/1000, 1) == 0 {
							time.Sleep(time.Until(began.Add(time.Duration(n) * time.Second / time.Duration(perSecond))))
						}
						s.send(m)
					}
				})
				for range b.N {
					<-s.arrived
				}
				hereNow, thereNow := spent(server)
				b.ReportMetric(float64((hereNow-here).Microseconds())/float64(b.N), "nodes-cpu-µs/msg")
				b.ReportMetric(float64((thereNow-there).Microseconds())/float64(b.N), "redis-cpu-µs/msg")
			})
		}
	}
}

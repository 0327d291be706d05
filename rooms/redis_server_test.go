package rooms

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisServer is a real redis-server on a port of its own. It ends with the test binary, however that ends.
type redisServer struct {
	dir, port string
	args      []string

	cmd  *exec.Cmd
	line io.Closer // while it is open, the server runs
	pid  int
}

func freePort() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

func newRedisServer(args ...string) *redisServer {
	dir, err := os.MkdirTemp("", "redis")
	if err != nil {
		panic(err)
	}
	s := &redisServer{dir: dir, port: freePort(), args: args}
	s.start()
	return s
}

func (s *redisServer) addr() string { return "127.0.0.1:" + s.port }

// start starts the server, empty.
func (s *redisServer) start() {
	args := append([]string{"-c", `redis-server "$@" >/dev/null & read line; kill -9 $!`, "sh",
		"--bind", "127.0.0.1", "--port", s.port, "--dir", s.dir, "--save", "", "--appendonly", "no"}, s.args...)
	s.cmd = exec.Command("sh", args...)
	s.cmd.Stderr = os.Stderr
	line, err := s.cmd.StdinPipe()
	if err != nil {
		panic(err)
	}
	s.line = line
	if err := s.cmd.Start(); err != nil {
		panic(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		c := s.client()
		info, err := c.Info(context.Background(), "server").Result()
		c.Close()
		if err == nil {
			_, pid, _ := strings.Cut(info, "process_id:")
			pid, _, _ = strings.Cut(pid, "\r\n")
			s.pid, _ = strconv.Atoi(pid)
			return
		}
		if time.Now().After(deadline) {
			panic(fmt.Sprintf("redis-server does not start: %v", err))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// kill ends the server at once; what it held is lost.
func (s *redisServer) kill() {
	s.line.Close()
	_ = s.cmd.Wait() // it was killed
}

func (s *redisServer) end() {
	s.kill()
	os.RemoveAll(s.dir)
}

func (s *redisServer) pause()  { syscall.Kill(s.pid, syscall.SIGSTOP) }
func (s *redisServer) resume() { syscall.Kill(s.pid, syscall.SIGCONT) }

func (s *redisServer) client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: s.addr(), Protocol: 2, DisableIdentity: true})
}

// ownRedis starts a server for one test.
func ownRedis(t testing.TB, args ...string) *redisServer {
	s := newRedisServer(args...)
	t.Cleanup(s.end)
	return s
}

// What the tests of this binary share: a Redis, and a Redis Cluster of three. Both end with it.
var (
	single  = sync.OnceValue(func() []*redisServer { return shared(newRedisServer()) })
	cluster = sync.OnceValue(func() []*redisServer { return shared(newCluster()...) })

	sharedServers []*redisServer
)

func shared(servers ...*redisServer) []*redisServer {
	sharedServers = append(sharedServers, servers...)
	return servers
}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, s := range sharedServers {
		s.end()
	}
	os.Exit(code)
}

func newCluster() []*redisServer {
	var all []*redisServer
	for range 3 {
		all = append(all, newRedisServer("--cluster-enabled", "yes", "--cluster-port", freePort(), "--cluster-node-timeout", "2000"))
	}
	ctx := context.Background()
	const slots = 16384
	for i, s := range all {
		c := s.client()
		defer c.Close()
		must := func(args ...any) {
			if err := c.Do(ctx, args...).Err(); err != nil {
				panic(err)
			}
		}
		must("cluster", "set-config-epoch", i+1)
		must("cluster", "addslotsrange", slots*i/3, slots*(i+1)/3-1)
		must("cluster", "meet", "127.0.0.1", all[0].port, all[0].args[3])
	}
	for _, s := range all {
		c := s.client()
		defer c.Close()
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			info, _ := c.ClusterInfo(ctx).Result()
			if strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_known_nodes:3") {
				break
			}
			if time.Now().After(deadline) {
				panic("the cluster does not come up: " + info)
			}
		}
	}
	return all
}

// uri names servers to OpenRedis.
func uri(servers []*redisServer) string {
	if len(servers) == 1 {
		return "redis://" + servers[0].addr()
	}
	var hosts []string
	for _, s := range servers {
		hosts = append(hosts, s.addr())
	}
	return "redis+cluster://" + strings.Join(hosts, ",")
}

// openRedis connects to servers until the test ends.
func openRedis(t testing.TB, servers ...*redisServer) *Redis {
	t.Helper()
	r, _, err := OpenRedis(t.Context(), uri(servers), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// empty forgets all that servers hold.
func empty(t testing.TB, servers []*redisServer) {
	for _, s := range servers {
		c := s.client()
		defer c.Close()
		if err := c.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// age makes everything that expires do so by d sooner.
func age(t testing.TB, servers []*redisServer, d time.Duration) {
	ctx := t.Context()
	for _, s := range servers {
		c := s.client()
		defer c.Close()
		keys, err := c.Keys(ctx, "*").Result()
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			if ttl := c.PTTL(ctx, key).Val(); ttl < 0 {
				t.Errorf("%s never expires", key)
			} else if ttl <= d {
				c.Del(ctx, key)
			} else {
				c.PExpire(ctx, key, ttl-d)
			}
		}
	}
}

package rooms

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const (
	redisDialTimeout = time.Second
	redisTimeout     = time.Second // of one command
	redisPingEvery   = time.Second
	redisPort        = "6379"
)

// redisKeys begins every key and channel.
const redisKeys = "alongside:"

// The library's own log is not ours: every error comes back to who called.
func init() { redis.SetLogger(unheard{}) }

type unheard struct{}

func (unheard) Printf(context.Context, string, ...any) {}

// Redis is the connection to a Redis, version 7 or later, or to a Redis Cluster, that several nodes share. Page content
// passes through its Pub/Sub and is never in a key.
type Redis struct {
	client  redis.UniversalClient
	cluster *redis.ClusterClient // nil: a single Redis

	mu     sync.Mutex          // guards the rest
	runs   map[string]struct{} // of servers that were known before
	anew   []chan struct{}
	opened bool      // the first servers have been met
	began  time.Time // when a server was met that was not known before, the first ones apart
}

// youngFor is how long a server that began anew may lack what the nodes have yet to write again.
const youngFor = 10 * time.Second

// young tells whether something may only seem not to be there.
func (r *Redis) young() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.began.IsZero() && time.Since(r.began) < youngFor
}

// OpenRedis connects to the Redis that uri names and tries it out:
//
//	redis://[[user]:password@]host[:port][/database]
//	rediss://…                           the same over TLS
//	redis+cluster://[[user]:password@]host[:port][,host[:port]…]
//	rediss+cluster://…                   a Redis Cluster, by some of its servers
//
// Off loopback it must be TLS with a password, unless plaintext is set. The warnings are to be logged; they say what the
// settings of that Redis mean for what passes through it. Errors do not hold the password.
func OpenRedis(ctx context.Context, uri string, plaintext bool) (r *Redis, warnings []string, err error) {
	address, err := parseRedis(uri, plaintext)
	if err != nil {
		return nil, nil, err
	}
	r = newRedis(address)
	if err := r.each(ctx, func(ctx context.Context, server *redis.Client) error { return server.Ping(ctx).Err() }); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("reach Redis: %w", err), r.Close())
	}
	warnings = r.warnings(ctx)
	r.mu.Lock()
	r.opened = true
	r.mu.Unlock()
	return r, warnings, nil
}

// redisAddress is what a URI says.
type redisAddress struct {
	hosts          []string // with ports
	user, password string
	database       int
	tls            *tls.Config // nil: plaintext
	cluster        bool
}

func parseRedis(uri string, plaintext bool) (a redisAddress, err error) {
	scheme, rest, ok := strings.Cut(uri, "://")
	kind, cluster := strings.CutSuffix(scheme, "+cluster")
	if !ok || kind != "redis" && kind != "rediss" {
		return a, errors.New("the URI begins with redis://, rediss://, redis+cluster:// or rediss+cluster://")
	}
	// net/url knows one host only: the list is taken out, and the rest is left to it.
	authority, path, _ := strings.Cut(rest, "/")
	at := strings.LastIndex(authority, "@")
	hosts := strings.Split(authority[at+1:], ",")
	u, err := url.Parse("redis://" + authority[:at+1] + "host/" + path)
	if err != nil {
		return a, errors.New("the URI is malformed: escape special characters in user and password")
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return a, errors.New("the URI takes no parameters")
	}
	a.cluster = cluster
	a.user = u.User.Username()
	a.password, _ = u.User.Password()
	if path != "" {
		if a.database, err = strconv.Atoi(path); err != nil || a.database < 0 || cluster {
			return a, errors.New("what follows the host is the number of a database, which a cluster has none of")
		}
	}
	if len(hosts) > 1 && !cluster {
		return a, errors.New("several hosts are for a cluster: redis+cluster:// or rediss+cluster://")
	}
	local := true
	for _, h := range hosts {
		host, err := url.Parse("redis://" + h)
		if err != nil || host.Hostname() == "" || host.Host != h {
			return a, errors.New("a host of the URI is missing or malformed")
		}
		port := host.Port()
		if port == "" {
			port = redisPort
		}
		a.hosts = append(a.hosts, net.JoinHostPort(host.Hostname(), port))
		local = local && isLoopback(host.Hostname())
	}
	if kind == "rediss" {
		a.tls = &tls.Config{MinVersion: tls.VersionTLS12} // ServerName is set by each dial
	}
	if !local && !plaintext {
		if a.tls == nil {
			return a, errors.New("page content passes through this Redis on another host: use TLS (rediss://) or allow plaintext")
		}
		if a.password == "" {
			return a, errors.New("this Redis on another host needs a password in the URI")
		}
	}
	return a, nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func newRedis(a redisAddress) *Redis {
	r := &Redis{runs: map[string]struct{}{}}
	// No command is tried again by the library: one that was done although its answer was lost must not be done twice.
	if a.cluster {
		r.cluster = redis.NewClusterClient(&redis.ClusterOptions{
			Addrs: a.hosts, Username: a.user, Password: a.password, TLSConfig: a.tls, Protocol: 2,
			DialTimeout: redisDialTimeout, DialerRetries: 1, ReadTimeout: redisTimeout, WriteTimeout: redisTimeout,
			PoolTimeout: redisTimeout, ContextTimeoutEnabled: true, DisableIdentity: true, OnConnect: r.connected,
			DisableRoutingPolicies:   true,
			MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		})
		r.client = r.cluster
	} else {
		r.client = redis.NewClient(&redis.Options{
			Addr: a.hosts[0], Username: a.user, Password: a.password, DB: a.database, TLSConfig: a.tls, Protocol: 2,
			MaxRetries: -1, DialTimeout: redisDialTimeout, DialerRetries: 1, ReadTimeout: redisTimeout,
			WriteTimeout: redisTimeout, PoolTimeout: redisTimeout, ContextTimeoutEnabled: true, DisableIdentity: true,
			OnConnect:                r.connected,
			MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		})
	}
	return r
}

// Run looks after the servers until ctx ends, so that one which began anew is noticed within a second or so.
func (r *Redis) Run(ctx context.Context) {
	tick := time.NewTicker(redisPingEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = r.each(ctx, func(ctx context.Context, server *redis.Client) error { return server.Ping(ctx).Err() })
		}
	}
}

// Close ends all connections.
func (r *Redis) Close() error { return r.client.Close() }

// each does something with every server that takes writes.
func (r *Redis) each(ctx context.Context, f func(context.Context, *redis.Client) error) error {
	if r.cluster != nil {
		return r.cluster.ForEachMaster(ctx, f)
	}
	return f(ctx, r.client.(*redis.Client))
}

// connected runs on each new connection. A server that was not known before may have come up empty; one that does not
// tell who it is may always have.
func (r *Redis) connected(ctx context.Context, c *redis.Conn) error {
	info, _ := c.Info(ctx, "server").Result()
	_, run, _ := strings.Cut(info, "run_id:")
	run, _, _ = strings.Cut(run, "\r\n")
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.runs[run]; known && run != "" {
		return nil
	}
	r.runs[run] = struct{}{}
	if r.opened {
		r.began = time.Now()
	}
	for _, c := range r.anew {
		signal(c)
	}
	return nil
}

// onAnew gives a channel that signals when what Redis held may be lost.
func (r *Redis) onAnew() <-chan struct{} {
	c := make(chan struct{}, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.anew = append(r.anew, c)
	return c
}

// signal is for channels that hold one: who has one signal waiting needs no second.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// warnings says what is to be known of this Redis before page content passes through it.
func (r *Redis) warnings(ctx context.Context) []string {
	var mu sync.Mutex
	found := map[string]bool{}
	_ = r.each(ctx, func(ctx context.Context, server *redis.Client) error {
		config := map[string]string{}
		var err error
		for _, name := range []string{"save", "appendonly", "maxmemory", "maxmemory-policy"} {
			var one map[string]string
			if one, err = server.ConfigGet(ctx, name).Result(); err != nil {
				break
			}
			maps.Copy(config, one)
		}
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			found["Whether this Redis persists could not be checked, since CONFIG is not allowed. "+redisPersistence] = true
			return nil
		}
		if config["save"] != "" || config["appendonly"] != "no" {
			found["This Redis persists. "+redisPersistence] = true
		}
		if p := config["maxmemory-policy"]; p != "noeviction" && config["maxmemory"] != "0" {
			found["This Redis evicts keys when its memory is full (maxmemory-policy "+p+"): rooms and tickets may be lost early. Use noeviction."] = true
		}
		return nil
	})
	return slices.Sorted(maps.Keys(found))
}

const redisPersistence = "Page content only passes through its Pub/Sub, which is never persisted; but who is online, with names, " +
	"page addresses and user IDs, would be on its disk and in its backups until they are rewritten. Run it with " +
	`--save "" --appendonly no: the nodes write again what it loses.`

// unavailable wraps an error of Redis in ErrUnavailable and names the act that failed.
func unavailable(act string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w: %w", act, ErrUnavailable, err)
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

// sleep waits, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

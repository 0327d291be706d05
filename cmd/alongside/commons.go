package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"alongside/privacy"
	"alongside/queue"
	"alongside/rooms"
)

// commons is what the nodes share: in memory for one, in Redis for several.
type commons struct {
	shared   rooms.Shared
	presence rooms.Presence
	bus      rooms.Bus      // nil: this is the only node
	cluster  *rooms.Cluster // nil: this is the only node
	redis    *rooms.Redis   // nil: this is the only node

	run []func(context.Context) // what must run for the others
}

// newCommons connects to what the setting "redis" names.
func newCommons(ctx context.Context, s *settings, master []byte, logger *slog.Logger) (*commons, error) {
	if s.redis == "" {
		return &commons{shared: rooms.NewMemoryShared(time.Now), presence: rooms.NewMemoryPresence()}, nil
	}
	redis, warnings, err := rooms.OpenRedis(ctx, s.redis, s.redisPlaintext)
	if err != nil {
		return nil, fmt.Errorf("setting \"redis\": %w", err)
	}
	for _, w := range warnings {
		logger.Warn(w)
	}
	key := [32]byte(privacy.NodesKey(master))
	node := strings.ToLower(rand.Text()) // of this run: one that starts again is another
	bus := rooms.NewRedisBus(redis, node)
	presence, cluster := rooms.NewRedisPresence(redis, node), rooms.NewCluster(bus, node, logger)
	return &commons{
		shared: rooms.NewRedisShared(redis, key), presence: presence, bus: bus, cluster: cluster, redis: redis,
		run: []func(context.Context){redis.Run, presence.Run, cluster.Run},
	}, nil
}

// share makes the queue of this node one of all nodes.
func (c *commons) share(local *queue.Queue) visitorQueue {
	if c.cluster == nil {
		return local
	}
	shared, handlers := queue.NewShared(local, c.cluster)
	for subject, f := range handlers {
		c.cluster.Handle(subject, f)
	}
	for name, err := range queue.Errors() {
		c.cluster.Know(name, err)
	}
	return shared
}

// start has what the nodes share kept up until ctx ends.
func (c *commons) start(ctx context.Context, running *sync.WaitGroup) {
	for _, run := range c.run {
		running.Go(func() { run(ctx) })
	}
}

// close ends the connection, if there is one.
func (c *commons) close() error {
	if c.redis == nil {
		return nil
	}
	return c.redis.Close()
}

package rooms

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
)

// leadFor is how long a node goes by what it found out about a duty.
const leadFor = time.Second

// duties is what one node among all does, as a room has one owner: by the same tokens.
type duties struct {
	mu    sync.Mutex // guards the rest
	found map[string]duty
	ours  map[string]uint64 // fencing tokens, by key
	over  bool              // this node takes none any more
}

type duty struct {
	node  string
	until time.Time // by then it is to be looked up again
}

// dutyKey is where a duty is kept, as a room is; no room's ID has a space.
func dutyKey(name string) string { return dutyPrefix + name }

func isDuty(key string) bool { return strings.HasPrefix(key, dutyPrefix) }

const dutyPrefix = "duty "

// Lead tells which living node has a duty. If none has it, this one takes it, unless it is going away.
func (c *Cluster) Lead(ctx context.Context, name string) (node string, err error) {
	d := &c.duties
	d.mu.Lock()
	known := d.found[name]
	d.mu.Unlock()
	if c.hub.Clock().Before(known.until) {
		return known.node, nil
	}
	for range placeTries {
		node, err = c.lead(ctx, dutyKey(name))
		if err == nil {
			d.mu.Lock()
			d.found[name] = duty{node, c.hub.Clock().Add(leadFor)}
			d.mu.Unlock()
		}
		if !errors.Is(err, ErrFenced) {
			return node, err
		}
		if err := shortly(ctx); err != nil { // somebody was faster
			return "", err
		}
	}
	return "", ErrUnreachable
}

// lead is one try of Lead. The error is ErrFenced if it is worth another.
func (c *Cluster) lead(ctx context.Context, key string) (node string, err error) {
	shared := c.hub.Shared
	c.duties.mu.Lock()
	over := c.duties.over
	c.duties.mu.Unlock()
	held, err := shared.Find(ctx, key)
	switch {
	case err == nil && held.Node == c.node && !over, err == nil && held.Node != c.node && c.hub.lives(ctx, held.Node):
		return held.Node, nil
	case err != nil && !errors.Is(err, ErrNotFound):
		return "", err
	case over:
		return "", ErrUnreachable
	case err != nil:
		held.Fence, err = shared.Own(ctx, key, c.node)
	default:
		held, err = shared.TakeOver(ctx, key, c.node, held.Fence)
	}
	if err != nil {
		return "", err
	}
	c.duties.mu.Lock()
	defer c.duties.mu.Unlock()
	c.duties.ours[key] = held.Fence
	return c.node, nil
}

// resign leaves this node's duties to the others.
func (c *Cluster) resign(ctx context.Context) error {
	d := &c.duties
	d.mu.Lock()
	d.over = true
	ours := d.ours
	d.ours = map[string]uint64{}
	clear(d.found)
	d.mu.Unlock()
	var all error
	for key, fence := range ours {
		if _, err := c.hub.Shared.TakeOver(ctx, key, nobody, fence); !errors.Is(err, ErrFenced) {
			all = errors.Join(all, err)
		}
	}
	return all
}

// forgetLeader has the duties of a node that is gone looked up again.
func (c *Cluster) forgetLeader(node string) {
	c.duties.mu.Lock()
	defer c.duties.mu.Unlock()
	for name, d := range c.duties.found {
		if d.node == node {
			delete(c.duties.found, name)
		}
	}
}

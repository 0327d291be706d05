package rooms

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
)

// MemoryPresence is Presence for a single node.
type MemoryPresence struct {
	mu       sync.Mutex // guards both maps
	visitors map[string]map[string]Visitor
	watchers map[string]map[chan struct{}]struct{}
}

// NewMemoryPresence makes an empty list.
func NewMemoryPresence() *MemoryPresence {
	return &MemoryPresence{visitors: map[string]map[string]Visitor{}, watchers: map[string]map[chan struct{}]struct{}{}}
}

// Put implements Presence.
func (p *MemoryPresence) Put(_ context.Context, tenant string, v Visitor) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.visitors[tenant] == nil {
		p.visitors[tenant] = map[string]Visitor{}
	}
	p.visitors[tenant][v.Room] = v
	p.signal(tenant)
	return nil
}

// Remove implements Presence.
func (p *MemoryPresence) Remove(_ context.Context, tenant, room string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.visitors[tenant], room)
	if len(p.visitors[tenant]) == 0 {
		delete(p.visitors, tenant)
	}
	p.signal(tenant)
	return nil
}

// List implements Presence.
func (p *MemoryPresence) List(_ context.Context, tenant string) ([]Visitor, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.SortedFunc(maps.Values(p.visitors[tenant]), func(a, b Visitor) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Room, b.Room))
	}), nil
}

// Watch implements Presence.
func (p *MemoryPresence) Watch(tenant string) (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.watchers[tenant] == nil {
		p.watchers[tenant] = map[chan struct{}]struct{}{}
	}
	p.watchers[tenant][c] = struct{}{}
	return c, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.watchers[tenant], c)
		if len(p.watchers[tenant]) == 0 {
			delete(p.watchers, tenant)
		}
	}
}

// signal runs under mu. A watcher that has one signal waiting needs no second.
func (p *MemoryPresence) signal(tenant string) {
	for c := range p.watchers[tenant] {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

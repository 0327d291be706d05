package rooms

import (
	"context"
	"maps"
	"sync"
)

// MemoryPresence is Presence for a single node.
type MemoryPresence struct {
	mu       sync.Mutex // guards both maps
	visitors map[string]map[string]Visitor
	watchers watchers
}

// NewMemoryPresence makes an empty list.
func NewMemoryPresence() *MemoryPresence {
	return &MemoryPresence{visitors: map[string]map[string]Visitor{}, watchers: watchers{}}
}

// Put implements Presence.
func (p *MemoryPresence) Put(_ context.Context, tenant string, v Visitor) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.visitors[tenant] == nil {
		p.visitors[tenant] = map[string]Visitor{}
	}
	p.visitors[tenant][v.Room] = v
	p.watchers.signal(tenant)
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
	p.watchers.signal(tenant)
	return nil
}

// List implements Presence.
func (p *MemoryPresence) List(_ context.Context, tenant string) ([]Visitor, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return longestFirst(maps.Values(p.visitors[tenant])), nil
}

// Watch implements Presence.
func (p *MemoryPresence) Watch(tenant string) (<-chan struct{}, func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.watchers.add(tenant)
	return c, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.watchers.remove(tenant, c)
	}
}

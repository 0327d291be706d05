package rooms

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"maps"
	"math/big"
	"sync"
	"time"

	"alongside/wire"
)

// digest is how a secret is kept: keyed, so that memory holds none, and looked up by equality of a MAC, so that the time
// it takes says nothing about the secret.
type digest [sha256.Size]byte

// MemoryShared is Shared for a single node.
type MemoryShared struct {
	clock func() time.Time // fixed
	key   [32]byte         // fixed

	mu      sync.Mutex // guards the rest
	tickets map[digest]ticket
	codes   map[digest]code
	tokens  map[digest]string // room
	owned   map[string]*owned // by room
	rates   map[digest]window
	fence   uint64
}

type ticket struct {
	claim   Claim
	expires time.Time
}

type code struct {
	room    string
	expires time.Time
}

// owned is what a room holds in the tables above, to be freed with it.
type owned struct {
	node   string
	fence  uint64
	code   digest
	tokens []digest
}

// window counts events of one key in one fixed window.
type window struct {
	count int
	ends  time.Time
}

// NewMemoryShared makes the state of a single node by the given clock.
func NewMemoryShared(clock func() time.Time) *MemoryShared {
	m := &MemoryShared{
		clock: clock, tickets: map[digest]ticket{}, codes: map[digest]code{}, tokens: map[digest]string{},
		owned: map[string]*owned{}, rates: map[digest]window{},
	}
	rand.Read(m.key[:])
	return m
}

func (m *MemoryShared) digest(kind, secret string) (d digest) {
	h := hmac.New(sha256.New, m.key[:])
	fmt.Fprintf(h, "%s\x00%s", kind, secret)
	h.Sum(d[:0])
	return d
}

// IssueTicket implements Shared.
func (m *MemoryShared) IssueTicket(_ context.Context, c Claim) (string, error) {
	secret := randomURL(32)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tickets[m.digest("ticket", secret)] = ticket{c, m.clock().Add(wire.TicketLife)}
	return secret, nil
}

// RedeemTicket implements Shared.
func (m *MemoryShared) RedeemTicket(_ context.Context, secret string) (Claim, error) {
	d := m.digest("ticket", secret)
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.tickets[d]
	delete(m.tickets, d)
	if !ok || m.clock().After(t.expires) {
		return Claim{}, ErrTicket
	}
	return t.claim, nil
}

// RevokeTickets implements Shared.
func (m *MemoryShared) RevokeTickets(_ context.Context, tenant, person string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.tickets, func(_ digest, t ticket) bool {
		return t.claim.Tenant == tenant && t.claim.Role == wire.Agent && t.claim.Person == person
	})
	return nil
}

// IssueCode implements Shared.
func (m *MemoryShared) IssueCode(_ context.Context, tenant, room string) (string, time.Time, error) {
	const tries = 32
	now := m.clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.owned[room]
	if !ok {
		return "", time.Time{}, ErrNotFound
	}
	for range tries {
		n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
		if err != nil {
			return "", time.Time{}, fmt.Errorf("draw join code: %w", err)
		}
		secret := fmt.Sprintf("%06d", n)
		d := m.digest("code "+tenant, secret)
		if c, taken := m.codes[d]; taken && now.Before(c.expires) {
			continue
		}
		delete(m.codes, o.code)
		o.code = d
		m.codes[d] = code{room, now.Add(wire.JoinCodeLife)}
		return secret, now.Add(wire.JoinCodeLife), nil
	}
	return "", time.Time{}, fmt.Errorf("draw join code: none free after %d tries", tries)
}

// RedeemCode implements Shared.
func (m *MemoryShared) RedeemCode(_ context.Context, tenant, secret string) (string, error) {
	d := m.digest("code "+tenant, secret)
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.codes[d]
	delete(m.codes, d)
	if !ok || !m.clock().Before(c.expires) {
		return "", ErrNotFound
	}
	return c.room, nil
}

// IssueToken implements Shared.
func (m *MemoryShared) IssueToken(_ context.Context, room string) (string, error) {
	secret := randomURL(32)
	d := m.digest("token", secret)
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.owned[room]
	if !ok {
		return "", ErrNotFound
	}
	o.tokens = append(o.tokens, d)
	m.tokens[d] = room
	return secret, nil
}

// FindToken implements Shared.
func (m *MemoryShared) FindToken(_ context.Context, secret string) (string, error) {
	d := m.digest("token", secret)
	m.mu.Lock()
	defer m.mu.Unlock()
	room, ok := m.tokens[d]
	if !ok {
		return "", ErrNotFound
	}
	return room, nil
}

// Own implements Shared.
func (m *MemoryShared) Own(_ context.Context, room, node string) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.owned[room]
	if !ok {
		o = &owned{}
		m.owned[room] = o
	}
	m.fence++
	o.node, o.fence = node, m.fence
	return o.fence, nil
}

// FreeRoom implements Shared.
func (m *MemoryShared) FreeRoom(_ context.Context, _, room string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.owned[room]
	if !ok {
		return nil
	}
	if m.codes[o.code].room == room { // a used code's place may be another room's by now
		delete(m.codes, o.code)
	}
	for _, d := range o.tokens {
		delete(m.tokens, d)
	}
	delete(m.owned, room)
	return nil
}

// Allow implements Shared with a fixed window per key.
func (m *MemoryShared) Allow(_ context.Context, key string, limit Rate) error {
	d := m.digest("rate", key)
	now := m.clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.rates[d]
	if !now.Before(w.ends) {
		w = window{ends: now.Add(limit.Per)}
	}
	if w.count >= limit.Count {
		return &TooManyError{RetryAfter: w.ends.Sub(now)}
	}
	w.count++
	m.rates[d] = w
	return nil
}

// Refund implements Shared.
func (m *MemoryShared) Refund(_ context.Context, key string) error {
	d := m.digest("rate", key)
	now := m.clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if w := m.rates[d]; w.count > 0 && now.Before(w.ends) {
		w.count--
		m.rates[d] = w
	}
	return nil
}

// Sweep implements Shared.
func (m *MemoryShared) Sweep() {
	now := m.clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.tickets, func(_ digest, t ticket) bool { return now.After(t.expires) })
	maps.DeleteFunc(m.codes, func(_ digest, c code) bool { return !now.Before(c.expires) })
	maps.DeleteFunc(m.rates, func(_ digest, w window) bool { return !now.Before(w.ends) })
}

package rooms

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"alongside/wire"
)

// digest is how a secret is kept: keyed, so that memory holds none, and looked up by equality of a MAC, so that the time
// it takes says nothing about the secret.
type digest [sha256.Size]byte

// digester makes digests by a key.
type digester [32]byte

func (key digester) of(kind, secret string) (d digest) {
	h := hmac.New(sha256.New, key[:])
	fmt.Fprintf(h, "%s\x00%s", kind, secret)
	h.Sum(d[:0])
	return d
}

// MemoryShared is Shared for a single node, or in a test for several in one process.
type MemoryShared struct {
	clock func() time.Time // fixed
	key   digester         // fixed

	mu      sync.Mutex // guards the rest
	tickets map[digest]ticket
	codes   map[digest]code
	owned   map[string]*owned // by room
	rates   map[digest]window
	fence   uint64 // the highest given
}

type ticket struct {
	claim   Claim
	expires time.Time
}

type code struct {
	room    string
	expires time.Time
}

// owned is a room's owner and what is freed with it.
type owned struct {
	Holding
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
		clock: clock, tickets: map[digest]ticket{}, codes: map[digest]code{},
		owned: map[string]*owned{}, rates: map[digest]window{},
	}
	rand.Read(m.key[:])
	return m
}

// codeTries is how many codes are drawn before a tenant's are said to be all taken.
const codeTries = 32

func drawCode() string {
	n, _ := rand.Int(rand.Reader, big.NewInt(1_000_000)) // never fails (crypto/rand)
	return fmt.Sprintf("%06d", n)
}

// newToken makes a resume token. It names its room, so that it is found by the room and kept with it.
func newToken(room string) string { return room + tokenSeparator + randomURL(32) }

const tokenSeparator = "."

func tokenRoom(token string) (room string, ok bool) {
	room, _, ok = strings.Cut(token, tokenSeparator)
	return room, ok
}

// IssueTicket implements Shared.
func (m *MemoryShared) IssueTicket(_ context.Context, c Claim) (string, error) {
	secret := randomURL(32)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tickets[m.key.of("ticket", secret)] = ticket{c, m.clock().Add(wire.TicketLife)}
	return secret, nil
}

// RedeemTicket implements Shared.
func (m *MemoryShared) RedeemTicket(_ context.Context, secret string) (Claim, error) {
	d := m.key.of("ticket", secret)
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
	now := m.clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.owned[room]
	if !ok {
		return "", time.Time{}, ErrNotFound
	}
	for range codeTries {
		secret := drawCode()
		d := m.key.of("code "+tenant, secret)
		if c, taken := m.codes[d]; taken && now.Before(c.expires) {
			continue
		}
		if m.codes[o.code].room == room {
			delete(m.codes, o.code)
		}
		o.code = d
		m.codes[d] = code{room, now.Add(wire.JoinCodeLife)}
		return secret, now.Add(wire.JoinCodeLife), nil
	}
	return "", time.Time{}, fmt.Errorf("draw join code: none free after %d tries", codeTries)
}

// RedeemCode implements Shared.
func (m *MemoryShared) RedeemCode(_ context.Context, tenant, secret string) (string, error) {
	d := m.key.of("code "+tenant, secret)
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
	token := newToken(room)
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.owned[room]
	if !ok {
		return "", ErrNotFound
	}
	o.tokens = append(o.tokens, m.key.of("token", token))
	return token, nil
}

// FindToken implements Shared.
func (m *MemoryShared) FindToken(_ context.Context, token string) (string, error) {
	room, ok := tokenRoom(token)
	d := m.key.of("token", token)
	m.mu.Lock()
	defer m.mu.Unlock()
	if !ok || m.owned[room] == nil || !slices.Contains(m.owned[room].tokens, d) {
		return "", ErrNotFound
	}
	return room, nil
}

// Own implements Shared.
func (m *MemoryShared) Own(_ context.Context, room, node string) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.owned[room] != nil {
		return 0, ErrFenced
	}
	m.fence++
	m.owned[room] = &owned{Holding: Holding{Node: node, Fence: m.fence}}
	return m.fence, nil
}

// Find implements Shared.
func (m *MemoryShared) Find(_ context.Context, room string) (Holding, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.owned[room]
	if !ok {
		return Holding{}, ErrNotFound
	}
	return o.Holding, nil
}

// Keep implements Shared.
func (m *MemoryShared) Keep(_ context.Context, room string, fence uint64, record []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.holds(room, fence) {
		return ErrFenced
	}
	m.owned[room].Record = record
	return nil
}

// TakeOver implements Shared.
func (m *MemoryShared) TakeOver(_ context.Context, room, node string, expected uint64) (Holding, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.owned[room]
	if !ok {
		return Holding{}, ErrNotFound
	}
	if o.Fence != expected {
		return Holding{}, ErrFenced
	}
	m.fence++
	o.Node, o.Fence = node, m.fence
	return o.Holding, nil
}

// Owned implements Shared.
func (m *MemoryShared) Owned(_ context.Context, node string) (rooms []string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for room, o := range m.owned {
		if o.Node == node {
			rooms = append(rooms, room)
		}
	}
	return rooms, nil
}

// Touch implements Shared. Nothing is lost here, and rooms live until they are freed.
func (m *MemoryShared) Touch(_ context.Context, held map[string]uint64) (fenced []string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for room, fence := range held {
		if !m.holds(room, fence) {
			fenced = append(fenced, room)
		}
	}
	return fenced, nil
}

// Anew implements Shared.
func (m *MemoryShared) Anew() <-chan struct{} { return nil }

// FreeRoom implements Shared.
func (m *MemoryShared) FreeRoom(_ context.Context, _, room string, fence uint64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.owned[room]
	if !ok {
		return nil
	}
	if o.Fence != fence {
		return ErrFenced
	}
	if m.codes[o.code].room == room { // a used code's place may be another room's by now
		delete(m.codes, o.code)
	}
	delete(m.owned, room)
	return nil
}

// holds runs under mu.
func (m *MemoryShared) holds(room string, fence uint64) bool {
	o, ok := m.owned[room]
	return ok && o.Fence == fence
}

// Allow implements Shared with a fixed window per key.
func (m *MemoryShared) Allow(_ context.Context, key string, limit Rate) error {
	d := m.key.of("rate", key)
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
	d := m.key.of("rate", key)
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

package relay

import "sync"

// DefaultPerAddress is how many connections one address may have open: enough for a large office behind one.
const DefaultPerAddress = 1000

// addresses counts the open connections of each address, in memory only.
type addresses struct {
	limit int // fixed

	mu   sync.Mutex // guards open
	open map[string]int
}

// enter counts one more, unless the address has too many.
func (a *addresses) enter(address string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open[address] >= a.limit {
		return false
	}
	a.open[address]++
	return true
}

func (a *addresses) leave(address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open[address]--; a.open[address] == 0 {
		delete(a.open, address)
	}
}

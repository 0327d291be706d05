package relay

import (
	"context"
	"sync"
	"time"
)

const (
	deadlineTick  = 50 * time.Millisecond // how late a deadline may be met
	deadlineSlots = 512                   // 25.6 s ahead; what is later is looked at then and filed anew
)

// deadlines keeps the time for all connections of a server: a wheel of lists by the tick at which a connection must be
// looked at. Filing, moving and removing cost the same however many there are, and a connection that is heard from costs
// nothing until its deadline, when it is asked for the next.
type deadlines struct {
	clock func() time.Time // fixed
	began time.Time        // fixed

	mu     sync.Mutex // guards the rest and each connection's place
	ticked int64      // the last tick that was met
	slots  [deadlineSlots]*conn
	over   bool // connections are cut as they come
}

// place is where a connection is filed. It is guarded by the mutex of deadlines.
type place struct {
	filed      bool
	removed    bool
	slot       int
	prev, next *conn
}

func newDeadlines(clock func() time.Time) *deadlines {
	return &deadlines{clock: clock, began: clock()}
}

// run meets deadlines until ctx ends.
func (d *deadlines) run(ctx context.Context) {
	tick := time.NewTicker(deadlineTick)
	defer tick.Stop()
	var due []*conn
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := d.clock()
		due = d.expired(due[:0], now)
		for _, c := range due {
			d.file(c, c.meet(now))
		}
		clear(due)
	}
}

// expired takes out who must be looked at by now.
func (d *deadlines) expired(due []*conn, now time.Time) []*conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	until := int64(now.Sub(d.began) / deadlineTick)
	for d.ticked = max(d.ticked, until-deadlineSlots); d.ticked < until; {
		d.ticked++
		for slot := &d.slots[d.ticked%deadlineSlots]; *slot != nil; {
			due = append(due, *slot)
			d.unlink(*slot)
		}
	}
	return due
}

// file has the connection looked at soon after a time; an earlier time than before moves it, a later one does not.
func (d *deadlines) file(c *conn, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.place.removed {
		return
	}
	tick := int64((at.Sub(d.began) + deadlineTick - 1) / deadlineTick)
	tick = min(max(tick, d.ticked+1), d.ticked+deadlineSlots-1)
	if c.place.filed {
		was := d.ticked + (int64(c.place.slot)-d.ticked%deadlineSlots+deadlineSlots)%deadlineSlots
		if was <= tick {
			return
		}
		d.unlink(c)
	}
	slot := int(tick % deadlineSlots)
	c.place = place{filed: true, slot: slot, next: d.slots[slot]}
	if first := d.slots[slot]; first != nil {
		first.place.prev = c
	}
	d.slots[slot] = c
	if d.over {
		c.socket.cut()
	}
}

// remove forgets the connection for good.
func (d *deadlines) remove(c *conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.place.filed {
		d.unlink(c)
	}
	c.place.removed = true
}

func (d *deadlines) unlink(c *conn) {
	p := c.place
	if p.next != nil {
		p.next.place.prev = p.prev
	}
	if p.prev != nil {
		p.prev.place.next = p.next
	} else {
		d.slots[p.slot] = p.next
	}
	c.place = place{}
}

// cutAll ends every connection, and those that come.
func (d *deadlines) cutAll() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
	for _, c := range d.slots {
		for ; c != nil; c = c.place.next {
			c.socket.cut()
		}
	}
}

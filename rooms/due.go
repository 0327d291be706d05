package rooms

import (
	"container/heap"
	"math"
	"sync"
	"time"
)

// never is a deadline that does not come, in Unix nanoseconds.
const never = math.MaxInt64

// dueList orders the rooms by their next deadline, so that the many that have none near cost nothing.
type dueList struct {
	mu    sync.Mutex // guards the list and every room's due; taken after any other, never before
	filed dueHeap
}

// due is a room's next deadline. An entry of the list that the room does not know of any more is passed over when its
// time comes, so that putting a deadline off, the usual case, touches nothing else.
type due struct {
	list *dueList // fixed
	room *Room    // fixed
	at   int64    // Unix nanoseconds
	next int64    // when the list looks at the room; never later than at
}

// Store sets the deadline, in Unix nanoseconds.
func (d *due) Store(at int64) {
	d.list.mu.Lock()
	defer d.list.mu.Unlock()
	d.at = at
	if at < d.next {
		d.file(at)
	}
}

// file has the list look at the room at a time. It runs under the list's mutex.
func (d *due) file(at int64) {
	d.next = at
	if at < never {
		heap.Push(&d.list.filed, dueEntry{at, d})
	}
}

// now lists the rooms whose deadline is not after a time. Each is listed every time until it has another deadline.
func (l *dueList) now(t time.Time) (rooms []*Room) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var again []*due
	for len(l.filed) > 0 && l.filed[0].at <= t.UnixNano() {
		e := heap.Pop(&l.filed).(dueEntry)
		if e.at != e.due.next {
			continue
		}
		e.due.next = never
		again = append(again, e.due)
		if e.due.at <= t.UnixNano() {
			rooms = append(rooms, e.due.room)
		}
	}
	for _, d := range again {
		d.file(d.at)
	}
	return rooms
}

type dueEntry struct {
	at  int64
	due *due
}

// dueHeap implements heap.Interface, the earliest first.
type dueHeap []dueEntry

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h dueHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *dueHeap) Push(e any) { *h = append(*h, e.(dueEntry)) }

// Pop implements heap.Interface.
func (h *dueHeap) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	(*h)[last] = dueEntry{}
	*h = (*h)[:last]
	return e
}

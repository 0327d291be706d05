package rooms

import (
	"time"

	"alongside/wire"
)

// frameOverheadBytes is what keeping a frame costs besides its bytes; without it a flood of tiny frames would be free.
const frameOverheadBytes = 48

// halfSentTimeout is how long a half-sent snapshot keeps another from being asked for.
const halfSentTimeout = 30 * time.Second

func cost(f wire.Frame) int { return len(f) + frameOverheadBytes }

// segment is the state frames of one epoch in order, none missing: frames[i] carries sequence i+1.
type segment struct {
	epoch     uint32 // 0: nothing
	frames    []wire.Frame
	bytes     int // cost of frames
	snapshot  int // cost of those up to the last part
	complete  bool
	broken    bool // a frame of the epoch was lost: it takes no more
	beganFrom time.Time
}

func (s *segment) add(f wire.Frame, source uint16, at time.Time) {
	s.frames = append(s.frames, f)
	s.bytes += cost(f)
	f.Stamp(source, visitorMember, uint32(len(s.frames)), at)
}

// stateLog is the checkpoint of one source: the newest complete snapshot with the diffs since, and beside it the
// snapshot that is being sent. It is guarded by its room's mutex.
type stateLog struct {
	full, next segment
	newest     uint32 // the highest epoch ever begun
}

// fate is what became of a state frame.
type fate int

const (
	kept fate = iota
	gap       // it follows nothing we hold: a keyframe is needed
)

// add keeps a state frame; the error is the reason to close its sender.
func (l *stateLog) add(f wire.Frame, source uint16, at time.Time) (fate, error) {
	epoch, flags := f.Epoch(), f.Flags()
	snapshot := f.Kind() == wire.Snapshot
	if snapshot && flags&wire.FlagFirst != 0 {
		if epoch <= l.newest {
			return gap, wire.Closef(wire.CloseMalformed, "epoch %d does not follow %d", epoch, l.newest)
		}
		l.newest = epoch
		l.next = segment{epoch: epoch, beganFrom: at}
	}
	into := &l.full
	if epoch == l.next.epoch {
		into = &l.next
	}
	if epoch == 0 || epoch != into.epoch || into.broken || snapshot && into.complete {
		return gap, nil
	}
	into.add(f, source, at)
	if snapshot && flags&wire.FlagLast != 0 {
		into.complete, into.snapshot = true, into.bytes
		l.full, l.next = l.next, segment{}
	}
	return kept, nil
}

// breakOff forgets the half-sent snapshot and lets the complete one take no more diffs, because frames may be missing
// between it and what comes.
func (l *stateLog) breakOff() {
	l.next = segment{}
	l.full.broken = true
}

// drop forgets both; epochs still grow.
func (l *stateLog) drop() { l.full, l.next = segment{}, segment{} }

func (l *stateLog) bytes() int { return l.full.bytes + l.next.bytes }

// cursor is how far a reader is in a stateLog: at is the sequence of the last frame it was given in epoch.
type cursor struct {
	epoch    uint32
	at       int
	current  bool       // it had all of the complete snapshot when no other was being sent
	resynced uint32     // the epoch it last asked to have again; asked twice, the checkpoint does not help
	viewport wire.Frame // the last one given
}

// read gives the frame after the cursor and moves it, or nil. A reader who has all there is follows a half-sent snapshot
// as it comes; one that is behind, or new, is given the complete one and stays with it until the other is complete, so
// that it never waits for a slow uplink with nothing to show.
func (l *stateLog) read(c *cursor) wire.Frame {
	s := &l.full
	switch {
	case c.epoch != 0 && c.epoch == l.next.epoch:
		s = &l.next
	case c.epoch != 0 && c.epoch == l.full.epoch && c.at >= len(l.full.frames):
		if l.next.epoch == 0 {
			c.current = true
			return nil
		}
		if !c.current {
			return nil
		}
		s = &l.next
	case !l.full.complete:
		s = &l.next
	}
	if s.epoch == 0 {
		return nil
	}
	if c.epoch != s.epoch {
		c.epoch, c.at = s.epoch, 0
	}
	if c.at >= len(s.frames) {
		return nil
	}
	c.current = false
	c.at++
	return s.frames[c.at-1]
}

// holds tells whether a reader who has everything up to seen can go on from there.
func (l *stateLog) holds(seen wire.SeenBody) bool {
	for _, s := range []*segment{&l.full, &l.next} {
		if seen.Epoch != 0 && s.epoch == seen.Epoch && int(seen.Sequence) <= len(s.frames) {
			return true
		}
	}
	return false
}

// assetList is the assets of a room in order of arrival, each key once. Entries are numbered from 0 for the room's life;
// first is the number of held[0]. It is guarded by its room's mutex.
type assetList struct {
	held  []wire.Frame
	keys  map[[wire.KeyBytes]byte]struct{}
	first int
	bytes int
}

func assetKey(f wire.Frame) (k [wire.KeyBytes]byte) {
	copy(k[:], f.Body())
	return k
}

// add keeps the asset unless its key is held, and evicts the oldest beyond the cap.
func (l *assetList) add(f wire.Frame) bool {
	k := assetKey(f)
	if _, ok := l.keys[k]; ok {
		return false
	}
	if l.keys == nil {
		l.keys = map[[wire.KeyBytes]byte]struct{}{}
	}
	l.keys[k] = struct{}{}
	l.held = append(l.held, f)
	l.bytes += cost(f)
	for l.bytes > wire.AssetBytes {
		oldest := l.held[0]
		delete(l.keys, assetKey(oldest))
		l.bytes -= cost(oldest)
		l.held[0] = nil // the array lives on until append moves it
		l.held = l.held[1:]
		l.first++
	}
	return true
}

// read gives the asset numbered at or the oldest after it, and the number that follows; nil if there is none.
func (l *assetList) read(at int) (wire.Frame, int) {
	at = max(at, l.first)
	if at-l.first >= len(l.held) {
		return nil, at
	}
	return l.held[at-l.first], at + 1
}

// drop forgets all; numbers still grow.
func (l *assetList) drop() {
	*l = assetList{first: l.first + len(l.held)}
}

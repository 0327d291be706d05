package rooms

import "encoding/binary"

// A batch is what goes in one publish from one node to another: a version, the sender's incarnation, the number of the
// first message (8 bytes each, big endian), the sender's ID after its length in a byte, and then each message after its
// length plus one as a uvarint. A zero in place of a length says that messages were lost there; it has a number as they
// have, since it may be lost itself. A batch without messages tells how far the sender is.
const (
	batchVersion = 1
	batchHead    = 1 + 8 + 8 + 1
	maxNodeBytes = 255
)

// batchBytes is how long a batch becomes before another is begun, so that one node does not hold up the others.
const batchBytes = 64 << 10

func appendBatchHead(b []byte, incarnation, first uint64, from string) []byte {
	b = append(b, batchVersion)
	b = binary.BigEndian.AppendUint64(b, incarnation)
	b = binary.BigEndian.AppendUint64(b, first)
	b = append(b, byte(len(from)))
	return append(b, from...)
}

// outbox is what waits to be sent to one node.
type outbox struct {
	queue []byte // messages as in a batch
	count int    // of them
	next  uint64 // the number of the message to come
	lost  bool   // the last in queue says that messages were lost
}

// put queues a message; false if it does not fit.
func (o *outbox) put(m []byte) bool {
	if len(o.queue)+len(m) > BusQueueBytes || o.count >= BusQueueMessages {
		return false
	}
	o.queue = binary.AppendUvarint(o.queue, uint64(len(m))+1)
	o.queue = append(o.queue, m...)
	o.count++
	o.next++
	o.lost = false
	return true
}

// lose notes that a message is lost after what is queued.
func (o *outbox) lose() {
	if !o.lost {
		o.queue = append(o.queue, 0)
		o.count++
		o.next++
		o.lost = true
	}
}

// drop empties the queue; the number of what comes next shows the loss.
func (o *outbox) drop() { o.queue, o.count, o.lost = o.queue[:0], 0, false }

// take moves the oldest messages, one batch of them, behind b.
func (o *outbox) take(b []byte, incarnation uint64, from string) []byte {
	b = appendBatchHead(b, incarnation, o.next-uint64(o.count), from)
	end := len(o.queue)
	if end > batchBytes {
		end = 0
		for end < batchBytes && end < len(o.queue) {
			n, size := binary.Uvarint(o.queue[end:])
			end += size
			end += max(int(n)-1, 0)
			o.count--
		}
	} else {
		o.count = 0
	}
	b = append(b, o.queue[:end]...)
	o.queue = o.queue[:copy(o.queue, o.queue[end:])]
	if len(o.queue) == 0 {
		o.lost = false
		if cap(o.queue) > 4*batchBytes {
			o.queue = nil // after a jam
		}
	}
	return b
}

// hearing is how far one node was heard.
type hearing struct {
	from              string // fixed
	incarnation, next uint64
	known             bool
}

// batchFrom reads who sent a batch; false if it is none.
func batchFrom(b []byte) (from, rest []byte, ok bool) {
	if len(b) < batchHead || b[0] != batchVersion || len(b) < batchHead+int(b[batchHead-1]) {
		return nil, nil, false
	}
	end := batchHead + int(b[batchHead-1])
	return b[batchHead:end], b[end:], true
}

// open hands the messages of a batch to h, and tells it of those that are missing before.
func (i *hearing) open(head, messages []byte, h BusHandler) {
	incarnation, first := binary.BigEndian.Uint64(head[1:]), binary.BigEndian.Uint64(head[9:])
	if i.known && i.incarnation != incarnation || i.incarnation == incarnation && i.next != first || !i.known && first != 0 {
		h.Lost(i.from)
	}
	i.known, i.incarnation, i.next = true, incarnation, first
	for len(messages) > 0 {
		n, size := binary.Uvarint(messages)
		if n == 0 && size == 1 {
			messages = messages[1:]
			i.next++
			h.Lost(i.from)
			continue
		}
		if size <= 0 || n-1 > uint64(len(messages)-size) {
			h.Lost(i.from) // not ours; the next batch tells how far it is
			return
		}
		end := size + int(n) - 1
		i.next++
		h.Message(i.from, messages[size:end:end])
		messages = messages[end:]
	}
}

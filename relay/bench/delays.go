package bench

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// delays counts how long things took, to within 4 %; it may be added to from many goroutines.
type delays struct {
	counts  [64 << fineBits]atomic.Int64
	longest atomic.Int64
}

const fineBits = 4 // steps of a doubling: 16

func (d *delays) add(took time.Duration) {
	n := uint64(max(took, 1))
	shift := max(bits.Len64(n)-fineBits-1, 0)
	d.counts[shift<<fineBits+int(n>>shift)].Add(1)
	for was := d.longest.Load(); int64(took) > was && !d.longest.CompareAndSwap(was, int64(took)); {
		was = d.longest.Load()
	}
}

// quantile is the time that the given part of all stayed below; 0 if there are none.
func (d *delays) quantile(part float64) time.Duration {
	total := d.count()
	seen := int64(0)
	for i := range d.counts {
		if seen += d.counts[i].Load(); total > 0 && float64(seen) >= part*float64(total) {
			shift := max(i>>fineBits-1, 0)
			return time.Duration((i-shift<<fineBits)<<shift + 1<<shift/2)
		}
	}
	return 0
}

func (d *delays) count() (n int64) {
	for i := range d.counts {
		n += d.counts[i].Load()
	}
	return n
}

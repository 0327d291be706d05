package queue

import (
	"slices"
	"time"
)

const (
	recentWaits  = 20            // how many waits an estimate looks at
	waitsMatter  = 2 * time.Hour // for how long a wait says something about the next
	fineEstimate = 5 * time.Minute
	fineStep     = 30 * time.Second // of estimates up to fineEstimate
	coarseStep   = time.Minute      // of longer ones
)

// waits are those of visitors who were helped lately.
type waits []wait

type wait struct {
	at       time.Time     // when it ended
	perPlace time.Duration // divided by the place at which it began
}

func (w *waits) add(now time.Time, waited time.Duration, place int) {
	*w = append(*w, wait{now, waited / time.Duration(max(place, 1))})
	if len(*w) > recentWaits {
		*w = slices.Delete(*w, 0, len(*w)-recentWaits)
	}
}

// estimate is how long somebody at the place will wait, if things go on as they lately did: the median time for one place,
// times the places. It is rounded up, so that nobody is promised too much; 0 says that it is not known.
func (w waits) estimate(now time.Time, place int) time.Duration {
	var each []time.Duration
	for _, one := range w {
		if now.Sub(one.at) < waitsMatter {
			each = append(each, one.perPlace)
		}
	}
	if len(each) == 0 {
		return 0
	}
	slices.Sort(each)
	expected := each[len(each)/2] * time.Duration(place)
	step := fineStep
	if expected > fineEstimate {
		step = coarseStep
	}
	return max(step, (expected+step-1)/step*step)
}

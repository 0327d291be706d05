package rooms

import (
	"cmp"
	"iter"
	"slices"
)

// watchers are who watches each tenant's list. Whoever has one guards it by a mutex.
type watchers map[string]map[chan struct{}]struct{}

func (w watchers) add(tenant string) chan struct{} {
	c := make(chan struct{}, 1)
	if w[tenant] == nil {
		w[tenant] = map[chan struct{}]struct{}{}
	}
	w[tenant][c] = struct{}{}
	return c
}

func (w watchers) remove(tenant string, c chan struct{}) {
	delete(w[tenant], c)
	if len(w[tenant]) == 0 {
		delete(w, tenant)
	}
}

func (w watchers) signal(tenant string) {
	for c := range w[tenant] {
		signal(c)
	}
}

// longestFirst sorts visitors as List gives them.
func longestFirst(visitors iter.Seq[Visitor]) []Visitor {
	return slices.SortedFunc(visitors, func(a, b Visitor) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Room, b.Room))
	})
}

package history

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	sweepEvery = time.Hour
	// sweepLease is how long one sweeper keeps the others out after it last gave a sign of life.
	sweepLease = 5 * time.Minute
	sweepName  = "history sweep"
	// sweepBatch is how much is deleted between two signs of life.
	sweepBatch = 200
	day        = 24 * time.Hour
	// tombstoneTime is how long the ID of an erased session is remembered: longer than any session runs, and as long as a
	// backup may be brought back.
	tombstoneTime = 730 * day
)

// errLease ends a sweep that was so slow that another took over.
var errLease = errors.New("sweep: another took the lease over")

// Run sweeps at once and then every hour until ctx ends.
func (h *History) Run(ctx context.Context) {
	for every := time.NewTicker(sweepEvery); ; {
		if err := h.Sweep(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("what is past its limit stays for another hour", "err", err)
		}
		select {
		case <-ctx.Done():
			every.Stop()
			return
		case <-every.C:
		}
	}
}

// Sweep deletes what is past its site's limits, each session's key first: sessions by their end, messages by their own age.
// It finishes erasures that were cut off. Every step can be repeated, so that a sweep that was killed is made up for by the
// next. Where another process is sweeping it does nothing. A site whose limits cannot be read is left as it is, and the
// others are swept.
func (h *History) Sweep(ctx context.Context) error {
	mine, err := h.extend(ctx)
	if err != nil || !mine {
		return err
	}
	defer h.store.Release(context.WithoutCancel(ctx), sweepName, h.holder) // if it fails, the lease runs out
	if err := h.finishErasures(ctx); err != nil {
		return err
	}
	if err := h.repeat(ctx, func() (int, error) { return h.store.ForgetGone(ctx, h.now().Add(-tombstoneTime), sweepBatch) }); err != nil {
		return err
	}
	sites, err := h.store.Sites(ctx)
	if err != nil {
		return err
	}
	var failed []error
	swept := false
	for _, site := range sites {
		sessions, messages, err := h.sweepSite(ctx, site)
		swept = swept || sessions+messages > 0
		if sessions > 0 {
			h.deleted(site.Tenant, site.Site, "sessions", sessions)
		}
		if messages > 0 {
			h.deleted(site.Tenant, site.Site, "messages", messages)
		}
		if errors.Is(err, errLease) || ctx.Err() != nil {
			return err
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("sweep site %s: %w", site.Site, err))
		}
	}
	if swept {
		h.settle(ctx)
	}
	return errors.Join(failed...)
}

func (h *History) extend(ctx context.Context) (mine bool, err error) {
	now := h.now()
	return h.store.Lease(ctx, sweepName, h.holder, now, now.Add(sweepLease))
}

// repeat does a step until it has less than a batch to do, and gives a sign of life in between.
func (h *History) repeat(ctx context.Context, step func() (int, error)) error {
	for {
		n, err := step()
		if err != nil {
			return err
		}
		if n < sweepBatch {
			return nil
		}
		mine, err := h.extend(ctx)
		if err != nil {
			return err
		}
		if !mine {
			return errLease
		}
	}
}

func (h *History) finishErasures(ctx context.Context) error {
	return h.repeat(ctx, func() (int, error) {
		names, err := h.store.Unfinished(ctx, sweepBatch)
		if err != nil {
			return 0, err
		}
		for _, name := range names {
			if _, err := h.finish(ctx, name); err != nil {
				return 0, fmt.Errorf("finish erasure of session %s: %w", name.ID, err)
			}
		}
		return len(names), nil
	})
}

func (h *History) sweepSite(ctx context.Context, site SiteName) (sessions, messages int, err error) {
	limits, err := h.limits(ctx, site.Tenant, site.Site)
	if err != nil {
		return 0, 0, err
	}
	now := h.now()
	err = h.repeat(ctx, func() (int, error) {
		ids, err := h.store.Due(ctx, site, now.Add(-time.Duration(limits.SessionDays)*day), sweepBatch)
		if err != nil {
			return 0, err
		}
		for _, id := range ids {
			n, err := h.erase(ctx, site.Tenant, id, StateDeleting)
			messages += n
			if err != nil {
				return 0, err
			}
			if err := h.store.Remove(ctx, site.Tenant, id); err != nil {
				return 0, err
			}
			sessions++
		}
		return len(ids), nil
	})
	if err != nil {
		return sessions, messages, err
	}
	err = h.repeat(ctx, func() (int, error) {
		n, err := h.store.DeleteOldMessages(ctx, site, now.Add(-time.Duration(limits.ChatDays)*day), sweepBatch)
		messages += n
		return n, err
	})
	return sessions, messages, err
}

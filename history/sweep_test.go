package history_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"alongside/history"
	"alongside/privacy"
)

const day = 24 * time.Hour

// req 000-26, 000-27, 001-27, 002-14
func TestASweepDeletesWhatIsPastItsSitesLimits(t *testing.T) {
	k := open(t)
	k.limits["shop"] = privacy.Retention{SessionDays: 10, ChatDays: 3, AuditDays: 90}
	k.limits["blog"] = privacy.Retention{SessionDays: 30, ChatDays: 30, AuditDays: 90}
	add := func(tenant, id, site string, ended time.Duration) {
		s := session(tenant, id)
		s.Site, s.Ended = site, epoch.Add(ended)
		k.begin(t, s)
		ok(t, k.Append(t.Context(), tenant, site, id, chat(1, "x")))
	}
	add("a", "old", "shop", time.Minute)
	add("a", "long", "shop", 9*day) // opened as early, but it ended late
	add("a", "blog", "blog", time.Minute)
	add("b", "theirs", "shop", time.Minute)
	k.begin(t, session("a", "lost")) // the server died under it
	left := func() (got []string) {
		for _, tenant := range []string{"a", "b"} {
			page, err := k.List(t.Context(), tenant, history.Filter{}, "", 0)
			ok(t, err)
			for _, s := range page.Sessions {
				messages, err := k.Messages(t.Context(), tenant, s.ID, 0, 0)
				ok(t, err)
				got = append(got, fmt.Sprint(s.ID, len(messages)))
			}
		}
		slices.Sort(got)
		return got
	}
	for _, step := range []struct {
		after   time.Duration
		want    []string
		deleted []string
	}{
		{3 * day, []string{"blog1", "long1", "lost0", "old1", "theirs1"}, nil},
		{4 * day, []string{"blog1", "long0", "lost0", "old0", "theirs0"}, []string{"a/shop 2 messages", "b/shop 1 messages"}},
		{11 * day, []string{"blog1", "long0"}, []string{"a/shop 2 sessions", "b/shop 1 sessions"}},
		{20 * day, []string{"blog1"}, []string{"a/shop 1 sessions"}},
		{31 * day, nil, []string{"a/blog 1 sessions", "a/blog 1 messages"}},
	} {
		k.pass(step.after - k.clock().Sub(epoch))
		k.deleted = nil
		ok(t, k.Sweep(t.Context()))
		same(t, left(), step.want)
		slices.Sort(k.deleted)
		slices.Sort(step.deleted)
		same(t, k.deleted, step.deleted)
	}
	for _, table := range []string{"history_sessions", "history_messages", "history_agents", "history_marks", "history_leases"} {
		if rows := column[int](t, k, "SELECT count(*) FROM "+table)[0]; rows != 0 {
			t.Errorf("%d rows left in %s", rows, table)
		}
	}
}

func TestASiteThatStopsKeepingChatLosesAllOfIt(t *testing.T) {
	k := open(t)
	k.begin(t, session("a", "one"))
	k.say(t, "one", chat(1, "x"))
	k.pass(time.Hour)
	k.limits["shop"] = privacy.Retention{SessionDays: 10, ChatDays: 0, AuditDays: 90}
	ok(t, k.Sweep(t.Context()))
	if s, err := k.Get(t.Context(), "a", "one"); err != nil || s.Messages != 1 {
		t.Errorf("%+v, %v: that there was a message is a fact", s, err)
	}
	if messages, err := k.Messages(t.Context(), "a", "one", 0, 0); err != nil || len(messages) != 0 {
		t.Errorf("%+v, %v", messages, err)
	}
}

// dying is a Store that fails like a process that is killed: after its next writes, every one fails.
type dying struct {
	history.Store
	writes atomic.Int32
}

var errKilled = errors.New("killed")

func (d *dying) write() error {
	if d.writes.Add(-1) < 0 {
		return errKilled
	}
	return nil
}

func (d *dying) Replace(ctx context.Context, r history.Record) error {
	if err := d.write(); err != nil {
		return err
	}
	return d.Store.Replace(ctx, r)
}

func (d *dying) DeleteMessages(ctx context.Context, tenant, session string) (int, error) {
	if err := d.write(); err != nil {
		return 0, err
	}
	return d.Store.DeleteMessages(ctx, tenant, session)
}

func (d *dying) StripMessages(ctx context.Context, tenant, session string) (int, error) {
	if err := d.write(); err != nil {
		return 0, err
	}
	return d.Store.StripMessages(ctx, tenant, session)
}

func (d *dying) Remove(ctx context.Context, tenant, id string) error {
	if err := d.write(); err != nil {
		return err
	}
	return d.Store.Remove(ctx, tenant, id)
}

func (d *dying) Release(ctx context.Context, name, holder string) error {
	if err := d.write(); err != nil {
		return err
	}
	return d.Store.Release(ctx, name, holder)
}

func TestASweepKilledAtAnyStepIsMadeUpFor(t *testing.T) {
	for writes := range int32(9) { // three sessions of four steps each
		k := open(t)
		k.limits["shop"] = privacy.Retention{SessionDays: 1, ChatDays: 1, AuditDays: 90}
		for i := range 3 {
			k.fill(t, session("a", fmt.Sprint("s", i)))
		}
		k.pass(2 * day)
		d := &dying{Store: k.store}
		d.writes.Store(writes)
		is(t, k.over(d).Sweep(t.Context()), errKilled)
		// Content is unreadable as soon as the key went, whatever else is left.
		for _, r := range column[string](t, k, "SELECT id FROM history_sessions WHERE state <> 0 AND (key IS NOT NULL OR sealed IS NOT NULL)") {
			t.Errorf("after %d writes: %s has its key", writes, r)
		}
		ok(t, k.Sweep(t.Context())) // the dead one's lease still holds
		if sessions := column[int](t, k, "SELECT count(*) FROM history_sessions")[0]; sessions == 0 {
			t.Errorf("after %d writes: swept under another's lease", writes)
		}
		k.pass(time.Hour)
		ok(t, k.Sweep(t.Context()))
		ok(t, k.Sweep(t.Context()))
		if page := k.list(t, history.Filter{}, "", 0); len(page.Sessions) != 0 {
			t.Errorf("after %d writes: %d sessions are left", writes, len(page.Sessions))
		}
		for _, table := range []string{"history_messages", "history_agents", "history_marks"} {
			if rows := column[int](t, k, "SELECT count(*) FROM "+table)[0]; rows != 0 {
				t.Errorf("after %d writes: %d rows are left in %s", writes, rows, table)
			}
		}
	}
}

func TestAnErasureKilledAtAnyStepIsFinished(t *testing.T) {
	for _, mode := range []history.Mode{history.ModeDelete, history.ModeStrip} {
		for writes := range int32(3) {
			k := open(t)
			k.fill(t, session("a", "one"))
			d := &dying{Store: k.store}
			d.writes.Store(writes)
			_, err := k.over(d).Erase(t.Context(), "a", history.Who{User: "secret-user"}, mode)
			is(t, err, errKilled)
			if writes == 0 {
				_, err = k.Erase(t.Context(), "a", history.Who{User: "secret-user"}, mode)
				ok(t, err)
			}
			ok(t, k.Sweep(t.Context()))
			if left := column[[]byte](t, k, "SELECT sealed FROM history_messages WHERE sealed IS NOT NULL"); len(left) != 0 {
				t.Errorf("%s after %d writes: %d messages are left", mode, writes, len(left))
			}
			if names, err := k.store.Unfinished(t.Context(), 9); err != nil || len(names) != 0 {
				t.Errorf("%s after %d writes: %v, %v", mode, writes, names, err)
			}
		}
	}
}

func TestASiteWhoseLimitsAreUnknownIsLeftAsItIs(t *testing.T) {
	k := open(t)
	broken := errors.New("limits cannot be read")
	answers := map[string]func() (privacy.Retention, error){
		"broken":     func() (privacy.Retention, error) { return privacy.Retention{}, broken },
		"impossible": func() (privacy.Retention, error) { return privacy.Retention{}, nil },
		"removed": func() (privacy.Retention, error) {
			return privacy.Retention{}, fmt.Errorf("x: %w", history.ErrNotFound)
		},
		"short": func() (privacy.Retention, error) { return privacy.Retention{SessionDays: 1}, nil },
	}
	for site := range answers {
		s := session("a", site)
		s.Site = site
		k.begin(t, s)
	}
	h := history.New(history.Config{
		Store: k.store, Keys: k.keys, Now: k.clock,
		Retention: func(_ context.Context, _, site string) (privacy.Retention, error) { return answers[site]() },
	})
	k.pass(400 * day)
	is(t, h.Sweep(t.Context()), broken)
	is(t, h.Append(t.Context(), "a", "broken", "broken", chat(1, "x")), broken)
	if page := k.list(t, history.Filter{}, "", 0); len(page.Sessions) != 3 {
		t.Errorf("%v are left", ids(page))
	}
	k.pass(30 * day) // the default limits hold for a site that is gone
	is(t, h.Sweep(t.Context()), broken)
	if page := k.list(t, history.Filter{}, "", 0); len(page.Sessions) != 2 {
		t.Errorf("%v are left", ids(page))
	}
}

func TestManyAreSweptInBatches(t *testing.T) {
	k := open(t)
	_, err := k.db.Writer.ExecContext(t.Context(), "PRAGMA synchronous = OFF")
	ok(t, err)
	k.many(t, 450, func(int, *history.Session) {})
	k.pass(1000 * day)
	ok(t, k.Sweep(t.Context()))
	same(t, k.deleted, []string{"a/shop 450 sessions"})
}

func TestTombstonesAreForgottenInTheEnd(t *testing.T) {
	k := open(t)
	k.fill(t, session("a", "one"))
	_, err := k.Erase(t.Context(), "a", history.Who{User: "secret-user"}, history.ModeDelete)
	ok(t, err)
	for _, step := range []struct {
		pass time.Duration
		want int
	}{{730 * day, 1}, {time.Hour, 0}} {
		k.pass(step.pass)
		ok(t, k.Sweep(t.Context()))
		if rows := column[int](t, k, "SELECT count(*) FROM history_sessions")[0]; rows != step.want {
			t.Errorf("%d rows, want %d", rows, step.want)
		}
	}
}

func TestRunSweepsAtOnceAndEndsWithItsContext(t *testing.T) {
	k := open(t)
	k.begin(t, session("a", "one"))
	k.pass(1000 * day)
	swept := make(chan struct{})
	h := history.New(history.Config{
		Store: k.store, Keys: k.keys, Now: k.clock, Log: slog.New(slog.DiscardHandler),
		Retention: func(context.Context, string, string) (privacy.Retention, error) {
			return privacy.DefaultRetention(), nil
		},
		Deleted: func(string, string, string, int) { close(swept) },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { h.Run(ctx); close(ended) }()
	<-swept
	cancel()
	<-ended
}

package rooms

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// PresenceLife is how long after a node's death its visitors may still be listed: until then all lists are right again,
// and who watches one has been told.
const PresenceLife = 15 * time.Second

const (
	presenceLease  = PresenceLife * 4 / 5 // after its last heartbeat a visitor is listed for so long
	presenceBeat   = presenceLease / 3
	presenceSweep  = 2 * time.Second // between looks, where somebody watches, for visitors whose node died
	presenceRetry  = 250 * time.Millisecond
	presenceSilent = 5 * time.Second // on the line of signals, before it is asked whether it lives
	presenceBatch  = 500             // visitors in one script
)

// Of each tenant there is a sorted set of rooms by heartbeat (the server's clock, in milliseconds) and a hash of their
// details, each with the name of the node that wrote it on a line before. A node removes or refreshes only what is its own:
// one that lost a room does not take it from who has it now.
var (
	// presenceScript: node, lease, life of the keys, channel, then rooms each with its details, or "=" for a heartbeat, or
	// nothing to remove it -> "swept" if visitors of a dead node were removed, else "", and
	// then the rooms of which a heartbeat found no details.
	presenceScript = redis.NewScript(`
local beats, details = KEYS[1], KEYS[2]
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local mine = ARGV[1] .. '\n'
local changed, said = false, {''}
local function remove(room)
	redis.call('ZREM', beats, room)
	redis.call('HDEL', details, room)
	changed = true
end
for i = 5, #ARGV, 2 do
	local room, text = ARGV[i], ARGV[i + 1]
	local there = redis.call('HGET', details, room)
	local own = there and string.sub(there, 1, #mine) == mine
	if text == '' then
		if own then remove(room) end
	elseif text ~= '=' then
		redis.call('HSET', details, room, mine .. text)
		redis.call('ZADD', beats, now, room)
		changed = true
	elseif own then
		redis.call('ZADD', beats, now, room)
	elseif not there then
		said[#said + 1] = room
	end
end
for _, room in ipairs(redis.call('ZRANGEBYSCORE', beats, '-inf', now - ARGV[2])) do
	remove(room)
	said[1] = 'swept'
end
redis.call('PEXPIRE', beats, ARGV[3])
redis.call('PEXPIRE', details, ARGV[3])
if changed then redis.call('PUBLISH', ARGV[4], ARGV[1]) end
return said`)

	// listScript: lease -> the details of all who are there.
	listScript = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local all = {}
for _, room in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now - ARGV[1], '+inf')) do
	all[#all + 1] = redis.call('HGET', KEYS[2], room) or nil
end
return all`)
)

// RedisPresence is Presence for several nodes. What this node puts is listed here at once and elsewhere once Run wrote it,
// so that a slow Redis delays nobody.
type RedisPresence struct {
	client redis.UniversalClient // fixed
	node   string                // fixed
	anew   <-chan struct{}       // fixed
	news   chan struct{}         // holds one: something is to be written, or the watched tenants changed

	mu       sync.Mutex                         // guards the rest
	here     map[string]map[string]*presentHere // by tenant and room
	watchers watchers
	line     *redis.PubSub // of signals; nil: none
	followed map[string]struct{}
}

// presentHere is a visitor whom this node put.
type presentHere struct {
	visitor Visitor
	gone    bool // is to be removed
	version int  // counts changes
	written int  // the version that Redis has; 0: none
}

// NewRedisPresence makes a node's view of the lists.
func NewRedisPresence(r *Redis, node string) *RedisPresence {
	return &RedisPresence{
		client: r.client, node: node, anew: r.onAnew(), news: make(chan struct{}, 1),
		here: map[string]map[string]*presentHere{}, watchers: watchers{},
	}
}

func presenceKeys(tenant string) []string {
	return []string{redisKeys + "beats:{" + tenant + "}", redisKeys + "visitors:{" + tenant + "}"}
}

const presenceChannels = redisKeys + "presence:"

// Put implements Presence.
func (p *RedisPresence) Put(_ context.Context, tenant string, v Visitor) error {
	p.change(tenant, v, false)
	return nil
}

// Remove implements Presence.
func (p *RedisPresence) Remove(_ context.Context, tenant, room string) error {
	p.change(tenant, Visitor{Room: room}, true)
	return nil
}

func (p *RedisPresence) change(tenant string, v Visitor, gone bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.here[tenant] == nil {
		p.here[tenant] = map[string]*presentHere{}
	}
	h := p.here[tenant][v.Room]
	if h == nil {
		h = &presentHere{}
		p.here[tenant][v.Room] = h
	}
	h.visitor, h.gone = v, gone
	h.version++
	p.watchers.signal(tenant)
	signal(p.news)
}

// List implements Presence. With an error, which is ErrUnavailable, come the visitors of this node.
func (p *RedisPresence) List(ctx context.Context, tenant string) ([]Visitor, error) {
	here := p.listHere(tenant) // first: what is removed from here while Redis answers is in its answer
	all := map[string]Visitor{}
	kept, err := listScript.Run(ctx, p.client, presenceKeys(tenant), presenceLease.Milliseconds()).StringSlice()
	for _, k := range kept {
		_, details, _ := strings.Cut(k, "\n")
		var v Visitor
		if err := json.Unmarshal([]byte(details), &v); err != nil {
			return nil, fmt.Errorf("read visitor: %w", err)
		}
		all[v.Room] = v
	}
	for room, h := range here {
		delete(all, room)
		if !h.gone {
			all[room] = h.visitor
		}
	}
	return longestFirst(maps.Values(all)), unavailable("list visitors", err)
}

func (p *RedisPresence) listHere(tenant string) map[string]presentHere {
	p.mu.Lock()
	defer p.mu.Unlock()
	here := make(map[string]presentHere, len(p.here[tenant]))
	for room, h := range p.here[tenant] {
		here[room] = *h
	}
	return here
}

// Watch implements Presence.
func (p *RedisPresence) Watch(tenant string) (<-chan struct{}, func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.watchers.add(tenant)
	signal(p.news)
	return c, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.watchers.remove(tenant, c)
		signal(p.news)
	}
}

// Run writes what this node puts, keeps it alive, and listens for what the others do, until ctx ends.
func (p *RedisPresence) Run(ctx context.Context) {
	var listening sync.WaitGroup
	defer listening.Wait()
	listening.Go(func() { p.listen(ctx) })
	beat, sweep, retry := time.NewTicker(presenceBeat), time.NewTicker(presenceSweep), time.NewTimer(0)
	defer beat.Stop()
	defer sweep.Stop()
	defer retry.Stop()
	for {
		beats, sweeps := false, false
		select {
		case <-ctx.Done():
			return
		case <-p.news:
		case <-retry.C:
		case <-beat.C:
			beats = true
		case <-p.anew:
			beats = true
		case <-sweep.C:
			sweeps = true
		}
		if p.follow(ctx) != nil || p.write(ctx, beats, sweeps) != nil {
			retry.Reset(presenceRetry)
		}
	}
}

// said is what is written of one tenant in one script.
type said struct {
	tenant   string
	rooms    []string
	versions []int // 0: a heartbeat
	args     []any
	answer   *redis.Cmd
}

// write tells Redis what changed here, with heartbeats of what did not if beats is set. If sweeps is set, it looks for
// visitors of dead nodes where somebody watches.
func (p *RedisPresence) write(ctx context.Context, beats, sweeps bool) error {
	all := p.gather(beats, sweeps)
	if len(all) == 0 {
		return nil
	}
	_, err := p.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, s := range all {
			s.answer = presenceScript.Eval(ctx, pipe, presenceKeys(s.tenant), s.args...)
		}
		return nil
	})
	for _, s := range all {
		if answer, err := s.answer.StringSlice(); err == nil {
			p.wrote(s, answer[0] != "", answer[1:])
		}
	}
	return err
}

func (p *RedisPresence) gather(beats, sweeps bool) (all []*said) {
	p.mu.Lock()
	defer p.mu.Unlock()
	begin := func(tenant string) *said {
		s := &said{tenant: tenant, args: []any{
			p.node, presenceLease.Milliseconds(), (2 * presenceLease).Milliseconds(), presenceChannels + tenant,
		}}
		all = append(all, s)
		return s
	}
	for tenant, rooms := range p.here {
		var s *said
		for room, h := range rooms {
			details, version := "=", 0
			if h.version != h.written {
				details, version = h.details(), h.version
			} else if !beats {
				continue
			}
			if s == nil || len(s.rooms) == presenceBatch {
				s = begin(tenant)
			}
			s.rooms, s.versions, s.args = append(s.rooms, room), append(s.versions, version), append(s.args, room, details)
		}
	}
	if sweeps {
		for tenant := range p.watchers {
			begin(tenant)
		}
	}
	return all
}

func (h *presentHere) details() string {
	if h.gone {
		return ""
	}
	body, _ := json.Marshal(h.visitor) // strings, numbers and times of this era only
	return string(body)
}

// wrote notes what Redis has now.
func (p *RedisPresence) wrote(s *said, swept bool, missing []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if swept {
		p.watchers.signal(s.tenant)
	}
	rooms := p.here[s.tenant]
	for i, room := range s.rooms {
		h := rooms[room]
		if h == nil || s.versions[i] == 0 {
			continue
		}
		h.written = s.versions[i]
		if h.gone && h.written == h.version {
			delete(rooms, room)
		}
	}
	for _, room := range missing {
		if h := rooms[room]; h != nil {
			h.written = 0
			signal(p.news)
		}
	}
	if len(rooms) == 0 {
		delete(p.here, s.tenant)
	}
}

// follow subscribes to the signals of the tenants that somebody watches here, and of no others.
func (p *RedisPresence) follow(ctx context.Context) error {
	p.mu.Lock()
	line := p.line
	var begin, end []string
	for tenant := range p.watchers {
		if _, ok := p.followed[tenant]; !ok && line != nil {
			begin = append(begin, presenceChannels+tenant)
			p.followed[tenant] = struct{}{}
		}
	}
	for tenant := range p.followed {
		if p.watchers[tenant] == nil {
			end = append(end, presenceChannels+tenant)
			delete(p.followed, tenant)
		}
	}
	p.mu.Unlock()
	var err error
	if len(begin) > 0 {
		err = line.Subscribe(ctx, begin...)
	}
	if len(end) > 0 && err == nil {
		err = line.Unsubscribe(ctx, end...)
	}
	if err != nil {
		line.Close() // listen takes a new one
	}
	return err
}

// listen keeps a line of signals.
func (p *RedisPresence) listen(ctx context.Context) {
	for ctx.Err() == nil {
		line := p.client.Subscribe(ctx)
		p.setLine(line)
		cut := context.AfterFunc(ctx, func() { line.Close() })
		p.receive(ctx, line)
		cut()
		line.Close()
		p.setLine(nil)
		sleep(ctx, presenceRetry)
	}
}

func (p *RedisPresence) setLine(line *redis.PubSub) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line, p.followed = line, map[string]struct{}{}
	signal(p.news)
}

// receive passes signals on until the line breaks.
func (p *RedisPresence) receive(ctx context.Context, line *redis.PubSub) {
	asked := false
	for {
		got, err := line.ReceiveTimeout(ctx, presenceSilent)
		if isTimeout(err) && !asked {
			if line.Ping(ctx) != nil {
				return
			}
			asked = true
			continue
		}
		if err != nil {
			return
		}
		asked = false
		switch m := got.(type) {
		case *redis.Subscription: // what changed before it began went unheard
			p.signal(m.Channel)
		case *redis.Message:
			if m.Payload != p.node {
				p.signal(m.Channel)
			}
		}
	}
}

func (p *RedisPresence) signal(channel string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watchers.signal(strings.TrimPrefix(channel, presenceChannels))
}

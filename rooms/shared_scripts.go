package rooms

import "github.com/redis/go-redis/v9"

// All of a room is one hash, so that each act on it is one script: node, fence, record, code ("digest expires", Unix
// milliseconds), and a field t:digest for each resume token. What is left of a room that is over is its fence alone, for a
// while: a stalled owner that wakes up must not bring the room back.
//
// A fencing token is the server's clock in microseconds, or one more than the token before if that is higher. Thus a
// server that lost everything gives none a second time. They stay below 2^53, which is what Lua counts exactly.

const roomScript = `
local room = KEYS[1]
local fence = redis.call('HGET', room, 'fence')
local function newFence()
	local t = redis.call('TIME')
	return string.format('%.0f', math.max(t[1] * 1000000 + t[2], (tonumber(fence) or 0) + 1))
end
local function live() return redis.call('HEXISTS', room, 'node') == 1 end
`

var (
	// ownScript: node, life -> fence, or none if the room is there.
	ownScript = redis.NewScript(roomScript + `
if fence then return false end
local new = newFence()
redis.call('HSET', room, 'node', ARGV[1], 'fence', new)
redis.call('PEXPIRE', room, ARGV[2])
return new`)

	// keepScript: fence, life, record -> 1, 0 if another owns the room, -1 if the room was lost.
	keepScript = redis.NewScript(roomScript + `
if not fence or tonumber(fence) < tonumber(ARGV[1]) then return -1 end
if fence ~= ARGV[1] or not live() then return 0 end
redis.call('HSET', room, 'record', ARGV[3])
redis.call('PEXPIRE', room, ARGV[2])
return 1`)

	// touchScript: fence, life -> as keepScript, and the code.
	touchScript = redis.NewScript(roomScript + `
if not fence or tonumber(fence) < tonumber(ARGV[1]) then return {-1} end
if fence ~= ARGV[1] or not live() then return {0} end
redis.call('PEXPIRE', room, ARGV[2])
return {1, redis.call('HGET', room, 'code') or ''}`)

	// restoreScript: fence, life, and the fields with their values -> 0 if another owns the room, else 1. It writes nothing
	// over what is as new.
	restoreScript = redis.NewScript(roomScript + `
if fence and tonumber(fence) > tonumber(ARGV[1]) then return 0 end
if fence == ARGV[1] then return live() and 1 or 0 end
redis.call('DEL', room)
redis.call('HSET', room, 'fence', ARGV[1], unpack(ARGV, 3))
redis.call('PEXPIRE', room, ARGV[2])
return 1`)

	// takeScript: node, life, expected fence -> 1 and all fields, 0 if the fence is another, -1 if there is no room.
	takeScript = redis.NewScript(roomScript + `
if not live() then return {-1} end
if fence ~= ARGV[3] then return {0} end
redis.call('HSET', room, 'node', ARGV[1], 'fence', newFence())
redis.call('PEXPIRE', room, ARGV[2])
return {1, redis.call('HGETALL', room)}`)

	// freeScript: fence, life of what is left -> 0 if another owns the room; else 1 and the code.
	freeScript = redis.NewScript(roomScript + `
if fence and tonumber(fence) > tonumber(ARGV[1]) then return {0} end
local code = redis.call('HGET', room, 'code') or ''
redis.call('DEL', room)
redis.call('HSET', room, 'fence', ARGV[1])
redis.call('PEXPIRE', room, ARGV[2])
return {1, code}`)

	// fieldScript: field, value -> the old value, or none if there is no room.
	fieldScript = redis.NewScript(roomScript + `
if not live() then return false end
local old = redis.call('HGET', room, ARGV[1]) or ''
redis.call('HSET', room, ARGV[1], ARGV[2])
return old`)

	// usedScript: the digest of the code that was used.
	usedScript = redis.NewScript(`
local code = redis.call('HGET', KEYS[1], 'code')
if code and string.sub(code, 1, #ARGV[1]) == ARGV[1] then redis.call('HDEL', KEYS[1], 'code') end
return 1`)

	// dropScript deletes a key if it has a value.
	dropScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`)

	// allowScript: count, milliseconds -> 0, or else for how many milliseconds the limit is reached.
	allowScript = redis.NewScript(`
if tonumber(redis.call('GET', KEYS[1]) or 0) >= tonumber(ARGV[1]) then return math.max(redis.call('PTTL', KEYS[1]), 1) end
redis.call('INCR', KEYS[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`)

	refundScript = redis.NewScript(`
if tonumber(redis.call('GET', KEYS[1]) or 0) > 0 then redis.call('DECR', KEYS[1]) end
return 0`)
)

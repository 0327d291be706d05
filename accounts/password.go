package accounts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
)

// What one argon2id hash costs (RFC 9106); OWASP's recommendation for password storage.
const (
	hashMemoryKiB = 19 << 10
	hashPasses    = 2
	hashLanes     = 1
	hashSaltBytes = 16
	hashKeyBytes  = 32
)

// maxHashMemoryKiB and maxHashPasses bound what a stored hash may ask for.
const (
	maxHashMemoryKiB = 256 << 10
	maxHashPasses    = 10
)

// hasher hashes passwords, a few at once: each takes hashMemoryKiB and tens of milliseconds of a core, so that a flood of
// sign-ins waits instead of exhausting the machine.
type hasher struct {
	slots chan struct{}
	count atomic.Int64 // hashes made
}

func newHasher(atOnce int) *hasher { return &hasher{slots: make(chan struct{}, atOnce)} }

// unknownPersonHash is compared with when nobody has the e-mail, so that the answer takes as long as for a wrong password.
// No password is known to match it.
var unknownPersonHash = encodeHash(make([]byte, hashSaltBytes), make([]byte, hashKeyBytes))

// hash returns the password's hash in the PHC string format, salt and cost included.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, hashSaltBytes)
	rand.Read(salt) // never fails (Go 1.24)
	key, err := h.key(ctx, password, salt, hashMemoryKiB, hashPasses, hashLanes, hashKeyBytes)
	if err != nil {
		return "", err
	}
	return encodeHash(salt, key), nil
}

// matches says whether encoded is the hash of password. It takes the same time whatever the answer.
func (h *hasher) matches(ctx context.Context, password, encoded string) (bool, error) {
	var version int
	var memory, passes uint32
	var lanes uint8
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return false, errors.New("read password hash: not an argon2id hash")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes); err != nil {
		return false, fmt.Errorf("read password hash: %w", err)
	}
	if version != argon2.Version || memory > maxHashMemoryKiB || passes < 1 || passes > maxHashPasses || lanes < 1 {
		return false, errors.New("read password hash: its version or cost is out of bounds")
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("read password hash: salt: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) < hashSaltBytes || len(want) > 64 {
		return false, errors.New("read password hash: its key is not one")
	}
	key, err := h.key(ctx, password, salt, memory, passes, lanes, uint32(len(want)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, want) == 1, nil
}

func (h *hasher) key(ctx context.Context, password string, salt []byte, memory, passes uint32, lanes uint8, size uint32) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	h.count.Add(1)
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, size), nil
}

func encodeHash(salt, key []byte) string {
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, hashMemoryKiB, hashPasses, hashLanes, encode(salt), encode(key))
}

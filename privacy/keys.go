package privacy

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
)

// KeyBytes is the length of every key: AES-256.
const KeyBytes = 32

// Errors of sealed data. Neither tells anything about what was sealed.
var (
	ErrUnreadable   = errors.New("sealed data cannot be opened: wrong key, wrong binding or damaged")
	ErrKeyDestroyed = errors.New("the tenant's key was destroyed")
)

// Keyring seals what is stored. The master key, which is never in the database, wraps one key per tenant; a tenant's key
// seals short values, wraps the data keys of records, and makes fingerprints. Whoever destroys a key has destroyed all
// that lies under it, in every copy of the database.
//
// It is safe for use by many goroutines. Its calls must not be made inside a transaction on the writing handle.
type Keyring struct {
	master []byte // fixed
	wrap   cipher.AEAD
	store  Store

	mu      sync.Mutex
	tenants map[string]tenantKeys // unwrapped; never holds a destroyed one
}

// tenantKeys are derived from a tenant's key, one for each use, so that nothing made for one use passes for another.
type tenantKeys struct {
	seal, wrap  cipher.AEAD
	fingerprint []byte
}

// NewKeyring keeps the tenants' wrapped keys in store. master is KeyBytes long, as LoadMasterKey returns it; nodes that
// share a store share it too. A Keyring that only gives Secrets needs no store.
func NewKeyring(master []byte, store Store) *Keyring {
	return &Keyring{master: master, wrap: newAEAD(derive(master, "wrap tenant key")), store: store, tenants: map[string]tenantKeys{}}
}

// Secret is 32 bytes derived from the master key, another for each purpose, the same at each start.
func (k *Keyring) Secret(purpose string) []byte { return derive(k.master, "secret "+purpose) }

// checkID is whose key Check makes and unwraps; no tenant has the ID.
const checkID = "(check)"

// Check returns an error that says so if what is stored was sealed under another master key.
func (k *Keyring) Check(ctx context.Context) error {
	_, err := k.tenant(ctx, checkID)
	return err
}

// Seal seals plain under the tenant's key, which its first use makes. bound is not kept: the same must be given to open
// the result, and so ties it to the row and column that it was made for.
func (k *Keyring) Seal(ctx context.Context, tenant string, plain, bound []byte) ([]byte, error) {
	keys, err := k.tenant(ctx, tenant)
	if err != nil {
		return nil, err
	}
	return sealWith(keys.seal, plain, bound), nil
}

// Open returns what Seal was given. ErrUnreadable says that tenant or bound is another or that sealed was changed.
func (k *Keyring) Open(ctx context.Context, tenant string, sealed, bound []byte) ([]byte, error) {
	keys, err := k.tenant(ctx, tenant)
	if err != nil {
		return nil, err
	}
	return openWith(keys.seal, sealed, bound)
}

// Fingerprint is a keyed hash of value, equal for equal values of one tenant and purpose and telling nothing otherwise:
// sealed values are found by it. The caller brings value into the form in which values are compared.
func (k *Keyring) Fingerprint(ctx context.Context, tenant, purpose, value string) ([]byte, error) {
	keys, err := k.tenant(ctx, tenant)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, derive(keys.fingerprint, purpose))
	mac.Write([]byte(value))
	return mac.Sum(nil), nil
}

// DataKey seals the parts of one record. Deleting its wrapped form deletes the record, wherever copies of it lie.
type DataKey struct{ aead cipher.AEAD }

// NewDataKey makes a random key, and its wrapped form to store beside the record.
func (k *Keyring) NewDataKey(ctx context.Context, tenant string) (key DataKey, wrapped []byte, err error) {
	keys, err := k.tenant(ctx, tenant)
	if err != nil {
		return DataKey{}, nil, err
	}
	raw := randomKey()
	return DataKey{newAEAD(raw)}, sealWith(keys.wrap, raw, nil), nil
}

// DataKey unwraps what NewDataKey of the same tenant returned.
func (k *Keyring) DataKey(ctx context.Context, tenant string, wrapped []byte) (DataKey, error) {
	keys, err := k.tenant(ctx, tenant)
	if err != nil {
		return DataKey{}, err
	}
	raw, err := openWith(keys.wrap, wrapped, nil)
	if err != nil {
		return DataKey{}, err
	}
	return DataKey{newAEAD(raw)}, nil
}

// Seal seals plain; the same bound must be given to open the result. It panics for the zero DataKey.
func (d DataKey) Seal(plain, bound []byte) []byte { return sealWith(d.aead, plain, bound) }

// Open returns what Seal was given, or ErrUnreadable. The zero DataKey opens nothing.
func (d DataKey) Open(sealed, bound []byte) ([]byte, error) {
	if d.aead == nil {
		return nil, ErrUnreadable
	}
	return openWith(d.aead, sealed, bound)
}

// DestroyTenant makes everything that was sealed for the tenant unreadable for good. The tenant never gets another key.
// The old one is gone from the disk once the database's log is emptied (store.DB.Checkpoint).
func (k *Keyring) DestroyTenant(ctx context.Context, tenant string) error {
	if tenant == "" {
		return errors.New("destroy key: no tenant")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.store.destroyKey(ctx, tenant); err != nil {
		return fmt.Errorf("destroy key: %w", err)
	}
	delete(k.tenants, tenant)
	return nil
}

// tenant returns the tenant's keys and makes them at the first use.
func (k *Keyring) tenant(ctx context.Context, tenant string) (tenantKeys, error) {
	if tenant == "" {
		return tenantKeys{}, errors.New("find key: no tenant")
	}
	// Held over the query: a key read before DestroyTenant must not be remembered after it.
	k.mu.Lock()
	defer k.mu.Unlock()
	if keys, ok := k.tenants[tenant]; ok {
		return keys, nil
	}
	wrapped, err := k.store.readKey(ctx, tenant)
	if errors.Is(err, errNoKey) {
		wrapped, err = k.makeTenant(ctx, tenant)
	}
	if err != nil {
		return tenantKeys{}, fmt.Errorf("find key: %w", err)
	}
	if wrapped == nil {
		return tenantKeys{}, ErrKeyDestroyed
	}
	raw, err := openWith(k.wrap, wrapped, []byte(tenant))
	if err != nil {
		return tenantKeys{}, fmt.Errorf("unwrap tenant key, is this its master key? %w", err)
	}
	keys := tenantKeys{
		seal: newAEAD(derive(raw, "seal")), wrap: newAEAD(derive(raw, "wrap data key")), fingerprint: derive(raw, "fingerprint"),
	}
	k.tenants[tenant] = keys
	return keys, nil
}

// makeTenant offers a new key and returns the one that is stored: another process may have been first.
func (k *Keyring) makeTenant(ctx context.Context, tenant string) (wrapped []byte, err error) {
	if err := k.store.offerKey(ctx, tenant, sealWith(k.wrap, randomKey(), []byte(tenant))); err != nil {
		return nil, err
	}
	return k.store.readKey(ctx, tenant)
}

// sealVersion is the first byte of what is sealed: AES-256-GCM (NIST SP 800-38D), a random nonce of 12 bytes, the
// ciphertext, a tag of 16 bytes.
const sealVersion = 1

func sealWith(aead cipher.AEAD, plain, bound []byte) []byte {
	sealed := make([]byte, 1, 1+aead.Overhead()+len(plain))
	sealed[0] = sealVersion
	return aead.Seal(sealed, nil, plain, bound)
}

func openWith(aead cipher.AEAD, sealed, bound []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != sealVersion {
		return nil, ErrUnreadable
	}
	plain, err := aead.Open(nil, nil, sealed[1:], bound)
	if err != nil {
		return nil, ErrUnreadable
	}
	return plain, nil
}

func newAEAD(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a key of a wrong length, and all are KeyBytes long
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only for a cipher that is not AES
	}
	return aead
}

func randomKey() []byte {
	key := make([]byte, KeyBytes)
	rand.Read(key) // never fails (crypto/rand)
	return key
}

// derive makes a key for one use from another (HKDF, RFC 5869; the input is uniformly random, so no salt is needed).
func derive(key []byte, use string) []byte {
	derived, err := hkdf.Key(sha256.New, key, nil, "alongside 1 "+use, KeyBytes)
	if err != nil {
		panic(err) // only for a length beyond 255 hashes
	}
	return derived
}

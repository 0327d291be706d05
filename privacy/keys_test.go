package privacy_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"alongside/privacy"
	"alongside/store"
)

var master = bytes.Repeat([]byte{7}, privacy.KeyBytes)

func openDB(t *testing.T, dir string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dir, privacy.Migrations)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func openKeyring(t *testing.T) *privacy.Keyring {
	t.Helper()
	db := openDB(t, t.TempDir())
	return privacy.NewKeyring(master, privacy.NewSQLite(db.Writer, db.Reader))
}

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// req 000-33: what is stored is encrypted with AES.
func TestWhatIsSealedOpensOnlyWhereItBelongs(t *testing.T) {
	keys := openKeyring(t)
	sealed := must[[]byte](t)(keys.Seal(t.Context(), "a", []byte("canary"), []byte("person.name")))
	if bytes.Contains(sealed, []byte("canary")) {
		t.Error("the plain text shows")
	}
	if again := must[[]byte](t)(keys.Seal(t.Context(), "a", []byte("canary"), []byte("person.name"))); bytes.Equal(again, sealed) {
		t.Error("sealed twice, it looks the same")
	}
	if plain := must[[]byte](t)(keys.Open(t.Context(), "a", sealed, []byte("person.name"))); string(plain) != "canary" {
		t.Errorf("opened: %q", plain)
	}
	refused := func(name, tenant string, sealed []byte, bound string) {
		t.Helper()
		if plain, err := keys.Open(t.Context(), tenant, sealed, []byte(bound)); !errors.Is(err, privacy.ErrUnreadable) || plain != nil {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
	refused("another tenant", "b", sealed, "person.name")
	refused("bound to something else", "a", sealed, "person.email")
	refused("bound to nothing", "a", sealed, "")
	for length := range sealed {
		refused("truncated", "a", sealed[:length], "person.name")
	}
	for i := range sealed {
		changed := slices.Clone(sealed)
		changed[i] ^= 1
		refused("changed", "a", changed, "person.name")
	}
	refused("longer", "a", append(slices.Clone(sealed), 0), "person.name")
}

func TestADataKeyIsItsTenantsAlone(t *testing.T) {
	keys := openKeyring(t)
	key, wrapped, err := keys.NewDataKey(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	sealed := key.Seal([]byte("canary"), []byte("1"))
	unwrapped := must[privacy.DataKey](t)(keys.DataKey(t.Context(), "a", wrapped))
	if plain, err := unwrapped.Open(sealed, []byte("1")); err != nil || string(plain) != "canary" {
		t.Errorf("%q, %v", plain, err)
	}
	other, otherWrapped, err := keys.NewDataKey(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another record's key": func() ([]byte, error) { return other.Open(sealed, []byte("1")) },
		"another part":         func() ([]byte, error) { return key.Open(sealed, []byte("2")) },
		"no key":               func() ([]byte, error) { return privacy.DataKey{}.Open(sealed, []byte("1")) },
		"truncated":            func() ([]byte, error) { return key.Open(sealed[:len(sealed)-1], []byte("1")) },
		"another tenant": func() ([]byte, error) {
			_, err := keys.DataKey(t.Context(), "b", wrapped)
			return nil, err
		},
		"a wrapped key is no sealed value": func() ([]byte, error) { return keys.Open(t.Context(), "a", wrapped, nil) },
		"a sealed value is no wrapped key": func() ([]byte, error) {
			value := must[[]byte](t)(keys.Seal(t.Context(), "a", make([]byte, privacy.KeyBytes), nil))
			_, err := keys.DataKey(t.Context(), "a", value)
			return nil, err
		},
	} {
		if plain, err := open(); !errors.Is(err, privacy.ErrUnreadable) {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
	if bytes.Equal(wrapped, otherWrapped) {
		t.Error("two records share a key")
	}
}

func TestFingerprintsMatchOnlyWithinTenantAndPurpose(t *testing.T) {
	keys := openKeyring(t)
	of := func(tenant, purpose, value string) string {
		return string(must[[]byte](t)(keys.Fingerprint(t.Context(), tenant, purpose, value)))
	}
	first := of("a", "user", "42")
	if of("a", "user", "42") != first {
		t.Error("the same value has two fingerprints")
	}
	seen := map[string]string{}
	for _, c := range [][3]string{{"a", "user", "42"}, {"a", "user", "43"}, {"a", "email", "42"}, {"b", "user", "42"}, {"a", "user4", "2"}, {"a", "user", ""}} {
		if twin, ok := seen[of(c[0], c[1], c[2])]; ok {
			t.Errorf("%v and %v have the same", c, twin)
		}
		seen[of(c[0], c[1], c[2])] = fmt.Sprint(c)
	}
}

func TestTheFirstUseOfATenantMakesOneKey(t *testing.T) {
	dir := t.TempDir()
	db := openDB(t, dir)
	// Two keyrings share nothing but the database, as two processes do.
	rings := []*privacy.Keyring{privacy.NewKeyring(master, privacy.NewSQLite(db.Writer, db.Reader)), privacy.NewKeyring(master, privacy.NewSQLite(db.Writer, db.Reader))}
	sealed := make([][]byte, 32)
	var group sync.WaitGroup
	for i := range sealed {
		group.Go(func() {
			value, err := rings[i%2].Seal(t.Context(), "a", []byte("canary"), nil)
			if err != nil {
				t.Error(err)
			}
			sealed[i] = value
		})
	}
	group.Wait()
	later := privacy.NewKeyring(master, privacy.NewSQLite(db.Writer, db.Reader))
	for i, value := range sealed {
		if _, err := later.Open(t.Context(), "a", value, nil); err != nil {
			t.Fatalf("value %d was sealed under a key that is lost: %v", i, err)
		}
	}
}

func TestAnotherMasterKeyOpensNothing(t *testing.T) {
	db := openDB(t, t.TempDir())
	sealed := must[[]byte](t)(privacy.NewKeyring(master, privacy.NewSQLite(db.Writer, db.Reader)).Seal(t.Context(), "a", []byte("canary"), nil))
	other := privacy.NewKeyring(bytes.Repeat([]byte{8}, privacy.KeyBytes), privacy.NewSQLite(db.Writer, db.Reader))
	if plain, err := other.Open(t.Context(), "a", sealed, nil); !errors.Is(err, privacy.ErrUnreadable) {
		t.Errorf("%q, %v", plain, err)
	}
	ring := privacy.NewKeyring(master, privacy.NewSQLite(db.Writer, db.Reader))
	if first, again, wrong := ring.Check(t.Context()), ring.Check(t.Context()), other.Check(t.Context()); first != nil || again != nil || !errors.Is(wrong, privacy.ErrUnreadable) {
		t.Errorf("checked: %v, %v, and with another master key %v", first, again, wrong)
	}
	if bytes.Equal(other.Secret("x"), privacy.NewKeyring(master, privacy.NewSQLite(db.Writer, db.Reader)).Secret("x")) {
		t.Error("two master keys have the same secret")
	}
	if bytes.Equal(other.Secret("x"), other.Secret("y")) || len(other.Secret("x")) != privacy.KeyBytes {
		t.Error("two purposes have the same secret, or it is short")
	}
}

// req 003-21: with its key, all data of a tenant is gone.
func TestADestroyedTenantStaysUnreadable(t *testing.T) {
	dir := t.TempDir()
	db := openDB(t, dir)
	keys := privacy.NewKeyring(master, privacy.NewSQLite(db.Writer, db.Reader))
	sealed := must[[]byte](t)(keys.Seal(t.Context(), "a", []byte("canary"), nil))
	_, wrapped, err := keys.NewDataKey(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	others := must[[]byte](t)(keys.Seal(t.Context(), "b", []byte("canary"), nil))
	var stored []byte
	if err := db.Reader.QueryRow("SELECT wrapped FROM tenant_keys WHERE tenant = 'a'").Scan(&stored); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a repetition after a crash is no error
		if err := keys.DestroyTenant(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
	}
	for _, ring := range []*privacy.Keyring{keys, privacy.NewKeyring(master, privacy.NewSQLite(db.Writer, db.Reader))} {
		_, opened := ring.Open(t.Context(), "a", sealed, nil)
		_, sealedAgain := ring.Seal(t.Context(), "a", []byte("new"), nil)
		_, unwrapped := ring.DataKey(t.Context(), "a", wrapped)
		_, _, made := ring.NewDataKey(t.Context(), "a")
		_, found := ring.Fingerprint(t.Context(), "a", "user", "42")
		for i, err := range []error{opened, sealedAgain, unwrapped, made, found} {
			if !errors.Is(err, privacy.ErrKeyDestroyed) {
				t.Errorf("call %d: %v", i, err)
			}
		}
		if _, err := ring.Open(t.Context(), "b", others, nil); err != nil {
			t.Errorf("another tenant: %v", err)
		}
	}
	if err := db.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	files := must[[]os.DirEntry](t)(os.ReadDir(dir))
	for _, file := range files {
		if content := must[[]byte](t)(os.ReadFile(filepath.Join(dir, file.Name()))); bytes.Contains(content, stored) {
			t.Errorf("the destroyed key is still in %s", file.Name())
		}
	}
}

func TestNoTenantHasNoKey(t *testing.T) {
	keys := openKeyring(t)
	if _, err := keys.Seal(t.Context(), "", []byte("x"), nil); err == nil {
		t.Error("sealed for no tenant")
	}
	if err := keys.DestroyTenant(t.Context(), ""); err == nil {
		t.Error("destroyed no tenant's key")
	}
}

func TestTheMasterKeyIsMadeOnceAndPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	keys := make([][]byte, 8)
	var group sync.WaitGroup
	for i := range keys {
		group.Go(func() {
			key, err := privacy.LoadMasterKey(path)
			if err != nil {
				t.Error(err)
			}
			keys[i] = key
		})
	}
	group.Wait()
	for _, key := range keys {
		if len(key) != privacy.KeyBytes || !bytes.Equal(key, keys[0]) {
			t.Fatalf("keys differ: %x and %x", key, keys[0])
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if left := must[[]os.DirEntry](t)(os.ReadDir(filepath.Dir(path))); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAMasterKeyThatCannotBeTrustedIsRefused(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
	}{
		"empty":    {"", 0o600},
		"short":    {strings.Repeat("ab", 31), 0o600},
		"long":     {strings.Repeat("ab", 33), 0o600},
		"not hex":  {strings.Repeat("xy", 32), 0o600},
		"readable": {strings.Repeat("ab", 32), 0o644},
		"writable": {strings.Repeat("ab", 32), 0o620},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		if key, err := privacy.LoadMasterKey(path); err == nil {
			t.Errorf("%s: %x", name, key)
		} else if len(c.text) > 0 && strings.Contains(err.Error(), c.text[:8]) {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
		if text := must[[]byte](t)(os.ReadFile(path)); string(text) != c.text {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if _, err := privacy.LoadMasterKey(filepath.Join(dir, "missing", "folder")); err == nil {
		t.Error("made a key in a folder that is not there")
	}
}

package privacy

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// LoadMasterKey reads the master key, 64 hex digits, from the file at path. A missing file is made with a random key, for
// its owner alone (0600); a file that others can read or write is refused. Without the file nothing that the Keyring
// sealed can be read again, so it is backed up apart from the database.
func LoadMasterKey(path string) ([]byte, error) {
	key, err := readMasterKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := makeMasterKey(path); err != nil {
		return nil, fmt.Errorf("make master key: %w", err)
	}
	return readMasterKey(path)
}

// NodesKey derives from the master key the one by which the nodes of a service keep what they share: digests of codes, and
// records of rooms.
func NodesKey(master []byte) []byte { return derive(master, "nodes") }

func readMasterKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open master key: %w", err)
	}
	if mode := info.Mode(); !mode.IsRegular() || mode.Perm()&0o077 != 0 {
		return nil, fmt.Errorf("open master key: %s must be a file that its owner alone can read (mode 0600), it is %v", path, mode)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("open master key: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != KeyBytes {
		return nil, fmt.Errorf("open master key: %s does not hold %d hex digits", path, 2*KeyBytes)
	}
	return key, nil
}

// makeMasterKey writes the whole file under another name and links it to its own: after a crash there is a whole key or
// none, and of several processes the first one's key stands.
func makeMasterKey(path string) error {
	draft, err := os.CreateTemp(filepath.Dir(path), ".master-key-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	_, err = draft.WriteString(hex.EncodeToString(randomKey()) + "\n")
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

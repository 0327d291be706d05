package privacy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxAuditText is the longest text of an entry, in characters. A longer one is cut: an act is logged in any case.
const MaxAuditText = 500

// ErrAuditChain says that entries were changed, added or taken away other than by the log.
var ErrAuditChain = errors.New("the audit log was changed")

// Entry is one act that the audit log keeps: who did what to which object. It never holds content, a secret or a visitor's
// address.
type Entry struct {
	Tenant           string
	N                int64             // from 1 in the tenant; given by the log
	At               time.Time         // to the millisecond; zero in Add: now
	Actor, ActorName string            // ID of the person, and the name at the time; empty: the system
	Act              string            // "sign-in", "site.policy.change", "session.view", "person.erase"
	Object, ObjectID string            // "site" and its ID; empty where the act has none
	Details          map[string]string // what else an auditor needs: "from", "to", "count"
}

// AuditFilter narrows a list; zero fields do not.
type AuditFilter struct {
	Actor, Act, Object string
	From, To           time.Time // To is exclusive
}

// AuditLog keeps each tenant's entries as a chain: each row holds the hash of itself and of the row before it, and
// the chain's head its first and last link. Whoever changes a row must change every later one and the head.
//
// It is safe for use by many goroutines. Its calls must not be made inside a transaction on the writing handle.
type AuditLog struct {
	store Store
	now   func() time.Time
}

// NewAuditLog keeps the log in store. A nil now is time.Now.
func NewAuditLog(store Store, now func() time.Time) *AuditLog {
	if now == nil {
		now = time.Now
	}
	return &AuditLog{store: store, now: now}
}

// Add appends e. When it returns without an error, e survives a crash of the machine.
func (l *AuditLog) Add(ctx context.Context, e Entry) error {
	if e.Tenant == "" || e.Act == "" {
		return errors.New("add to audit log: tenant or act is missing")
	}
	if e.At.IsZero() {
		e.At = l.now()
	}
	if err := l.store.appendAudit(ctx, newAuditRow(e)); err != nil {
		return fmt.Errorf("add to audit log: %w", err)
	}
	return nil
}

// List returns at most limit entries of the tenant, newest first, with numbers below before; 0 begins at the newest.
func (l *AuditLog) List(ctx context.Context, tenant string, filter AuditFilter, before int64, limit int) ([]Entry, error) {
	rows, err := l.store.listAudit(ctx, tenant, filter, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list audit log: %w", err)
	}
	var list []Entry
	for _, row := range rows {
		e, err := row.entry()
		if err != nil {
			return nil, fmt.Errorf("list audit log: %w", err)
		}
		list = append(list, e)
	}
	return list, nil
}

// Verify computes the tenant's chain anew and returns how many entries it holds. An error that is ErrAuditChain names the
// first entry that is not as it was written.
func (l *AuditLog) Verify(ctx context.Context, tenant string) (n int, err error) {
	var chain auditChain
	var last int64
	var lastHash []byte
	err = l.store.readAudit(ctx, tenant, func(head auditChain) {
		chain, last, lastHash, n = head, head.trimmedN, head.trimmedHash, 0
	}, func(row auditRow) error {
		if row.n != last+1 {
			return fmt.Errorf("entry %d is missing: %w", last+1, ErrAuditChain)
		}
		if !bytes.Equal(row.link(lastHash), row.hash) {
			return fmt.Errorf("entry %d is not as it was written: %w", row.n, ErrAuditChain)
		}
		last, lastHash, n = row.n, row.hash, n+1
		return nil
	})
	if err != nil {
		return n, fmt.Errorf("verify audit log: %w", err)
	}
	if last != chain.lastN || !bytes.Equal(lastHash, chain.lastHash) {
		return n, fmt.Errorf("verify audit log: the end, entry %d, is missing or not as it was written: %w", chain.lastN, ErrAuditChain)
	}
	return n, nil
}

// Trim forgets the tenant's oldest entries up to the first that is not older than before. The chain's head remembers the
// last one's hash, so that the rest can still be verified.
func (l *AuditLog) Trim(ctx context.Context, tenant string, before time.Time) error {
	if err := l.store.trimAudit(ctx, tenant, before.UnixMilli()); err != nil {
		return fmt.Errorf("trim audit log: %w", err)
	}
	return nil
}

// auditRow is an entry as it is stored and hashed.
type auditRow struct {
	tenant                                           string
	n, at                                            int64
	actor, actorName, act, object, objectID, details string
	hash                                             []byte
}

func newAuditRow(e Entry) auditRow {
	details := make(map[string]string, len(e.Details))
	for name, value := range e.Details {
		details[cutText(name)] = cutText(value)
	}
	encoded, err := json.Marshal(details) // sorts the keys
	if err != nil {
		panic(err) // not for valid strings
	}
	return auditRow{
		tenant: e.Tenant, at: e.At.UnixMilli(), actor: cutText(e.Actor), actorName: cutText(e.ActorName), act: cutText(e.Act),
		object: cutText(e.Object), objectID: cutText(e.ObjectID), details: string(encoded),
	}
}

func (r auditRow) entry() (Entry, error) {
	e := Entry{
		Tenant: r.tenant, N: r.n, At: time.UnixMilli(r.at).UTC(), Actor: r.actor, ActorName: r.actorName, Act: r.act,
		Object: r.object, ObjectID: r.objectID,
	}
	if err := json.Unmarshal([]byte(r.details), &e.Details); err != nil {
		return Entry{}, fmt.Errorf("read details of entry %d: %w", r.n, err)
	}
	return e, nil
}

// link is the SHA-256 over the hash before and every field, each with its length before it, so that no two rows can be
// written with the same bytes.
func (r auditRow) link(previous []byte) []byte {
	h := sha256.New()
	writeField(h, previous)
	for _, number := range []int64{r.n, r.at} {
		writeField(h, binary.BigEndian.AppendUint64(nil, uint64(number)))
	}
	for _, text := range []string{r.tenant, r.actor, r.actorName, r.act, r.object, r.objectID, r.details} {
		writeField(h, []byte(text))
	}
	return h.Sum(nil)
}

func writeField(h hash.Hash, field []byte) {
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(field))))
	h.Write(field)
}

// auditChain is the head of a tenant's chain; zero before the first entry.
type auditChain struct {
	trimmedN, lastN       int64
	trimmedHash, lastHash []byte
}

// next returns the row that follows on the chain's last.
func (c auditChain) next(row auditRow) auditRow {
	row.n = c.lastN + 1
	row.hash = row.link(c.lastHash)
	return row
}

// cutText makes any text fit for the log.
func cutText(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if utf8.RuneCountInString(text) <= MaxAuditText {
		return text
	}
	return string([]rune(text)[:MaxAuditText])
}

package privacy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
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

// AuditLog keeps each tenant's entries in SQLite as a chain: each row holds the hash of itself and of the row before it, and
// the chain's head its first and last link. Whoever changes a row must change every later one and the head.
//
// It is safe for use by many goroutines. Its calls must not be made inside a transaction on the writing handle.
type AuditLog struct {
	writer, reader *sql.DB
	now            func() time.Time
}

// NewAuditLog keeps the log behind two handles on one database that has seen Migrations. A nil now is time.Now.
func NewAuditLog(writer, reader *sql.DB, now func() time.Time) *AuditLog {
	if now == nil {
		now = time.Now
	}
	return &AuditLog{writer: writer, reader: reader, now: now}
}

// Add appends e. When it returns without an error, e survives a crash of the machine.
func (l *AuditLog) Add(ctx context.Context, e Entry) error {
	if e.Tenant == "" || e.Act == "" {
		return errors.New("add to audit log: tenant or act is missing")
	}
	if e.At.IsZero() {
		e.At = l.now()
	}
	row := newAuditRow(e)
	tx, err := l.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("add to audit log: %w", err)
	}
	defer tx.Rollback() // does nothing after Commit
	if err := row.append(ctx, tx); err != nil {
		return fmt.Errorf("add to audit log: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("add to audit log: %w", err)
	}
	return nil
}

// List returns at most limit entries of the tenant, newest first, with numbers below before; 0 begins at the newest.
func (l *AuditLog) List(ctx context.Context, tenant string, filter AuditFilter, before int64, limit int) ([]Entry, error) {
	where, args := []string{"tenant = ?"}, []any{tenant}
	narrow := func(condition string, arg any, given bool) {
		if given {
			where, args = append(where, condition), append(args, arg)
		}
	}
	narrow("n < ?", before, before > 0)
	narrow("actor = ?", filter.Actor, filter.Actor != "")
	narrow("act = ?", filter.Act, filter.Act != "")
	narrow("object = ?", filter.Object, filter.Object != "")
	narrow("at >= ?", filter.From.UnixMilli(), !filter.From.IsZero())
	narrow("at < ?", filter.To.UnixMilli(), !filter.To.IsZero())
	query := "SELECT " + auditColumns + " FROM audit WHERE " + strings.Join(where, " AND ") + " ORDER BY n DESC LIMIT ?"
	var list []Entry
	err := eachAuditRow(ctx, l.reader, query, append(args, max(limit, 0)), func(row auditRow) error {
		e, err := row.entry()
		list = append(list, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list audit log: %w", err)
	}
	return list, nil
}

// Verify computes the tenant's chain anew and returns how many entries it holds. An error that is ErrAuditChain names the
// first entry that is not as it was written.
func (l *AuditLog) Verify(ctx context.Context, tenant string) (n int, err error) {
	tx, err := l.reader.BeginTx(ctx, nil) // one state of the tables for both queries
	if err != nil {
		return 0, fmt.Errorf("verify audit log: %w", err)
	}
	defer tx.Rollback()
	chain, err := readChain(ctx, tx, tenant)
	if err != nil {
		return 0, fmt.Errorf("verify audit log: %w", err)
	}
	last, lastHash := chain.trimmedN, chain.trimmedHash
	query := "SELECT " + auditColumns + " FROM audit WHERE tenant = ? ORDER BY n"
	err = eachAuditRow(ctx, tx, query, []any{tenant}, func(row auditRow) error {
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
	tx, err := l.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("trim audit log: %w", err)
	}
	defer tx.Rollback()
	// The clock may have been set back once: an old entry behind a younger one stays as long as that one.
	_, err = tx.ExecContext(ctx, `UPDATE audit_chains SET (trimmed_n, trimmed_hash) = (SELECT n, hash FROM audit
			WHERE tenant = ?1 AND n < ifnull((SELECT min(n) FROM audit WHERE tenant = ?1 AND at >= ?2), last_n + 1)
			ORDER BY n DESC LIMIT 1)
		WHERE tenant = ?1 AND EXISTS (SELECT 1 FROM audit WHERE tenant = ?1 AND n = trimmed_n + 1 AND at < ?2)`,
		tenant, before.UnixMilli())
	if err == nil {
		_, err = tx.ExecContext(ctx,
			"DELETE FROM audit WHERE tenant = ?1 AND n <= (SELECT trimmed_n FROM audit_chains WHERE tenant = ?1)", tenant)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
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

const auditColumns = "tenant, n, at, actor, actor_name, act, object, object_id, details, hash"

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

// append makes r the chain's last row.
func (r auditRow) append(ctx context.Context, tx *sql.Tx) error {
	chain, err := readChain(ctx, tx, r.tenant)
	if err != nil {
		return err
	}
	r.n = chain.lastN + 1
	r.hash = r.link(chain.lastHash)
	_, err = tx.ExecContext(ctx, "INSERT INTO audit ("+auditColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		r.tenant, r.n, r.at, r.actor, r.actorName, r.act, r.object, r.objectID, r.details, r.hash)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_chains (tenant, trimmed_n, trimmed_hash, last_n, last_hash) VALUES (?, 0, x'', ?, ?)
		ON CONFLICT (tenant) DO UPDATE SET last_n = excluded.last_n, last_hash = excluded.last_hash`, r.tenant, r.n, r.hash)
	return err
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

func readChain(ctx context.Context, tx *sql.Tx, tenant string) (c auditChain, err error) {
	err = tx.QueryRowContext(ctx, "SELECT trimmed_n, trimmed_hash, last_n, last_hash FROM audit_chains WHERE tenant = ?", tenant).
		Scan(&c.trimmedN, &c.trimmedHash, &c.lastN, &c.lastHash)
	if errors.Is(err, sql.ErrNoRows) {
		return auditChain{}, nil
	}
	return c, err
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func eachAuditRow(ctx context.Context, db querier, query string, args []any, visit func(auditRow) error) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r auditRow
		if err := rows.Scan(&r.tenant, &r.n, &r.at, &r.actor, &r.actorName, &r.act, &r.object, &r.objectID, &r.details, &r.hash); err != nil {
			return err
		}
		if err := visit(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// cutText makes any text fit for the log.
func cutText(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if utf8.RuneCountInString(text) <= MaxAuditText {
		return text
	}
	return string([]rune(text)[:MaxAuditText])
}

package history

import (
	"context"
	"errors"
	"time"
)

// ErrConflict is returned by Store.Replace for a record that was replaced or removed since it was loaded.
var ErrConflict = errors.New("changed by another in the meantime")

// State is how far a record's erasure went. Each erasure passes through a state of its own in which the messages are
// still there but already unreadable, so that one that was cut off is found and finished.
type State int

const (
	StateKept      State = iota
	StateStripping       // the key is gone; messages may still hold what cannot be opened any more
	StateStripped        // facts only
	StateDeleting        // the record is blank; messages are still to go
	StateGone            // a tombstone: it keeps a session that still runs from being written down again
)

// Record is a session as a Store keeps it.
type Record struct {
	Tenant, ID string
	Rev        int // grows by one with each Replace
	State      State
	Facts
	Key     []byte   // the session's data key, wrapped; nil in every state but StateKept
	Sealed  []byte   // the content, sealed under Key; nil like Key
	Receipt []byte   // SHA-256 of the visitor's receipt; nil: none
	Marks   [][]byte // fingerprints by which the session is found; Load and List leave them out
}

// Facts are what stands in clear. A zero time: not happened.
type Facts struct {
	Site, Team string
	Kind       Kind
	Opened     time.Time
	Accepted   time.Time
	Ended      time.Time
	Why        string
	Agents     []string
	Handler    string
	Messages   int
	Path       string
	Lang       string
	Browser    string
	OS         string
	Device     string
	Reason     string
	WrappedBy  string
	WrappedAt  time.Time
	Score      int // 0: not rated
	RatedAt    time.Time
	ErasedAt   time.Time
}

// SealedMessage is a chat message as a Store keeps it.
type SealedMessage struct {
	Tenant, Site, Session string
	ID                    string
	N                     int
	Role, Person          string
	At                    time.Time
	Sealed                []byte // nil: stripped
}

// Place is a place in a list that is ordered by time of opening and ID, the newest first; just behind the session it names.
// The zero Place is the beginning.
type Place struct {
	Opened time.Time
	ID     string
}

// Selection is what List narrows by; what is empty does not narrow.
type Selection struct {
	From, To           time.Time // opened at From or later, and before To
	Site, Team, Reason string
	Kind               Kind
	Path               string // exact, or with * at its end for any rest
	Lang               string // exact, or followed by "-" and more; letters count in either case
	Open               bool   // left messages without wrap-up
	MinScore, MaxScore int    // 0: any
	Agents             []string
	Marks              [][]byte // all of them
}

// SiteName names a site of which something is kept.
type SiteName struct{ Tenant, Site string }

// SessionName names a session.
type SessionName struct{ Tenant, ID string }

// Store is what History needs of a database. Each method is atomic and durable when it returns, touches documents of one
// session, or deletes many of which each deletion stands for itself, and is safe for use by many goroutines. Records in
// StateDeleting and StateGone are found by Load alone, so that nothing is written over them.
type Store interface {
	// Insert returns ErrExists for an ID that the tenant has, in whatever state.
	Insert(ctx context.Context, r Record) error
	Load(ctx context.Context, tenant, id string) (Record, error)
	// LoadByReceipt finds it at that site, or at any if site is empty.
	LoadByReceipt(ctx context.Context, tenant, site string, receipt []byte) (Record, error)
	// Replace stores r if the stored Rev is r.Rev, else it returns ErrConflict. Opened is as it was loaded, or zero in a
	// record that is made blank. Messages never becomes less, except in one that is made blank.
	Replace(ctx context.Context, r Record) error
	// List returns up to limit records behind before, newest first.
	List(ctx context.Context, tenant string, s Selection, before Place, limit int) ([]Record, error)
	// EachFacts hands the facts of the selected sessions to each, in any order, until each returns an error.
	EachFacts(ctx context.Context, tenant string, s Selection, each func(Facts) error) error

	// AddMessage adds m, or moves the message of that ID to the place m.N if that is higher; the session's Messages becomes
	// at least the number of those kept. It returns ErrNotFound where the session is not in StateKept or of another site:
	// however it meets an erasure, no message is left.
	AddMessage(ctx context.Context, m SealedMessage) error
	// Messages returns up to limit messages of which N is above after, in the order of N.
	Messages(ctx context.Context, tenant, session string, after, limit int) ([]SealedMessage, error)
	// MessagesOf returns all messages of the sessions, in the order of N, by session.
	MessagesOf(ctx context.Context, tenant string, sessions []string) (map[string][]SealedMessage, error)
	// DeleteMessages and StripMessages return how many messages of the session they deleted, or made nil of.
	DeleteMessages(ctx context.Context, tenant, session string) (int, error)
	StripMessages(ctx context.Context, tenant, session string) (int, error)

	// Sites returns every site that has sessions.
	Sites(ctx context.Context) ([]SiteName, error)
	// Due returns up to limit IDs of sessions of the site that ended before a time; where no end was seen, the opening counts.
	Due(ctx context.Context, site SiteName, before time.Time, limit int) ([]string, error)
	// DeleteOldMessages deletes up to limit messages of the site from before a time.
	DeleteOldMessages(ctx context.Context, site SiteName, before time.Time, limit int) (int, error)
	// Unfinished returns up to limit sessions in StateStripping or StateDeleting.
	Unfinished(ctx context.Context, limit int) ([]SessionName, error)
	// Remove deletes a record in StateDeleting or StateGone; it is no error if there is none.
	Remove(ctx context.Context, tenant, id string) error
	// ForgetGone removes up to limit tombstones of sessions erased before a time.
	ForgetGone(ctx context.Context, before time.Time, limit int) (int, error)

	// Lease gives holder the lease of that name until a time, unless another holds it at now.
	Lease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)
	// Release ends holder's lease, if it is still theirs.
	Release(ctx context.Context, name, holder string) error
	// Settle brings deletions to the disk as far as it can be done at once; what it cannot, the next one does.
	Settle(ctx context.Context) error
}

package privacy

import (
	"context"
	"errors"
)

// Store is what this package needs of a database; SQLite and Mongo are the two there are. Each method is atomic, durable
// when it returns, and safe for use by many goroutines.
type Store interface {
	keyStore
	consentStore
	auditStore
}

// errNoKey says that a tenant never had a key.
var errNoKey = errors.New("the tenant has no key")

type keyStore interface {
	// readKey returns the wrapped key, nil if it was destroyed, errNoKey if there never was one.
	readKey(ctx context.Context, tenant string) (wrapped []byte, err error)
	// offerKey stores the wrapped key unless there is one, or was.
	offerKey(ctx context.Context, tenant string, wrapped []byte) error
	// destroyKey leaves a mark that there was one.
	destroyKey(ctx context.Context, tenant string) error
}

type consentStore interface {
	addConsent(ctx context.Context, c Consent) error
	// listConsents returns those of a room, oldest first.
	listConsents(ctx context.Context, tenant, room string) ([]Consent, error)
	deleteConsents(ctx context.Context, tenant string, rooms []string) error
}

type auditStore interface {
	// appendAudit makes the row the chain's last, as auditChain.next says.
	appendAudit(ctx context.Context, row auditRow) error
	// listAudit returns rows as AuditLog.List does.
	listAudit(ctx context.Context, tenant string, filter AuditFilter, before int64, limit int) ([]auditRow, error)
	// readAudit hands over the head of the chain, and then each row that it spans, in order; all as they were at one moment.
	// begin may be called again, when it has to begin anew.
	readAudit(ctx context.Context, tenant string, begin func(auditChain), each func(auditRow) error) error
	// trimAudit forgets rows as AuditLog.Trim says; before is in milliseconds.
	trimAudit(ctx context.Context, tenant string, before int64) error
}

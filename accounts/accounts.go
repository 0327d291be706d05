// Package accounts keeps who owns what: tenants, their sites, their people, and who is signed in.
//
// What must stay true: tenants never meet. Every question carries the tenant and is answered for it alone, and what
// belongs to another tenant is answered as what does not exist: ErrNotFound. Only three questions come before the tenant
// is known: a site by its public key, a person by e-mail and a sign-in by its token.
// Passwords leave only as argon2id hashes, tokens only as SHA-256, and neither is ever logged.
package accounts

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"alongside/privacy"
)

var (
	// ErrNotFound is returned for what does not exist, and for what belongs to another tenant.
	ErrNotFound = errors.New("not found")
	// ErrExists is returned where something unique is there already.
	ErrExists = errors.New("exists already")
	// ErrConflict is returned for a change that was made to an older version than the stored one.
	ErrConflict = errors.New("changed by somebody else in the meantime")
	// ErrCredentials is returned for a wrong password and an unknown e-mail alike.
	ErrCredentials = errors.New("wrong e-mail or password")
)

// FieldError says what is wrong with one field, in words fit for the person who filled it in.
type FieldError struct {
	Field   string
	Problem string
}

func (e *FieldError) Error() string { return e.Field + " " + e.Problem }

// RateError is returned when too many attempts were made.
type RateError struct{ RetryAfter time.Duration }

func (e *RateError) Error() string { return "too many attempts" }

// Role is what a person may do; each includes those before it.
type Role string

const (
	RoleAgent   Role = "agent"
	RoleManager Role = "manager"
	RoleAdmin   Role = "admin"
)

var rolesAscending = []Role{RoleAgent, RoleManager, RoleAdmin}

// Includes says whether r may do what needs the role least. A role that is not known includes none.
func (r Role) Includes(least Role) bool {
	rank, needed := slices.Index(rolesAscending, r), slices.Index(rolesAscending, least)
	return rank >= 0 && needed >= 0 && rank >= needed
}

// Tenant is one customer of the installation.
type Tenant struct {
	ID      string
	Name    string // unique in the installation
	Created time.Time
}

// Site is one website of a tenant that carries the widget.
type Site struct {
	ID, Tenant string
	Key        string   // public; stands in the site's pages and names the site there
	Name       string   // unique in the tenant
	Origins    []string // where the widget may run, as ParseOrigin writes them
	Policy     privacy.Policy
	Created    time.Time
}

// Allows says whether the widget of the site may run in pages of origin (RFC 6454 §6.1, as browsers send it).
func (s Site) Allows(origin string) bool { return slices.Contains(s.Origins, origin) }

// Person is somebody who works for a tenant.
type Person struct {
	ID, Tenant string
	Email      string // lower case; unique in the installation
	Name       string
	Role       Role
	Created    time.Time
}

// SignIn is a person's being signed in with one browser.
type SignIn struct {
	ID, Tenant, Person string
	Created, LastUsed  time.Time
}

// How long a sign-in lasts without being used, and at most.
const (
	IdleLife = 12 * time.Hour
	FullLife = 7 * 24 * time.Hour
)

// TokenHash is the SHA-256 of a sign-in's token, the only form in which it is stored.
type TokenHash [sha256.Size]byte

// Store is what Service needs of a database. Each method is atomic, durable when it returns, and safe for use by many
// goroutines. Lists are in the order of creation.
type Store interface {
	// AddTenant returns ErrExists if the name or ID is taken.
	AddTenant(ctx context.Context, tenant Tenant) error
	Tenant(ctx context.Context, tenant string) (Tenant, error)
	TenantByName(ctx context.Context, name string) (Tenant, error)

	// AddSite returns ErrExists if the key or ID is taken, or the name within the tenant.
	AddSite(ctx context.Context, site Site) error
	Site(ctx context.Context, tenant, site string) (Site, error)
	SiteByKey(ctx context.Context, key string) (Site, error)
	Sites(ctx context.Context, tenant string) ([]Site, error)
	SetOrigins(ctx context.Context, tenant, site string, origins []string) error
	// SetPolicy stores policy if the stored one's version is the one before it, else it returns ErrConflict.
	SetPolicy(ctx context.Context, tenant, site string, policy privacy.Policy) error

	// AddPerson returns ErrExists if the e-mail or ID is taken.
	AddPerson(ctx context.Context, person Person, passwordHash string) error
	Person(ctx context.Context, tenant, person string) (Person, error)
	PersonByEmail(ctx context.Context, email string) (person Person, passwordHash string, err error)
	People(ctx context.Context, tenant string) ([]Person, error)
	// SetPassword also deletes every sign-in of the person.
	SetPassword(ctx context.Context, tenant, person, passwordHash string) error
	// SetRole returns ErrNotFound like the others; it keeps sign-ins, whose role is read anew each time.
	SetRole(ctx context.Context, tenant, person string, role Role) error

	AddSignIn(ctx context.Context, signIn SignIn, token TokenHash) error
	SignInByToken(ctx context.Context, token TokenHash) (SignIn, Person, error)
	SignIns(ctx context.Context, tenant, person string) ([]SignIn, error)
	// UseSignIn moves the time of last use forward, never back.
	UseSignIn(ctx context.Context, tenant, signIn string, at time.Time) error
	DeleteSignIn(ctx context.Context, tenant, person, signIn string) error
	// DeleteSignIns deletes those last used before usedBefore and those created before createdBefore, of all tenants.
	DeleteSignIns(ctx context.Context, usedBefore, createdBefore time.Time) (deleted int, err error)
}

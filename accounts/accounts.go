// Package accounts keeps who owns what: tenants, their sites, their people, and who is signed in.
//
// What must stay true: tenants never meet. Every question carries the tenant and is answered for it alone, and what
// belongs to another tenant is answered as what does not exist: ErrNotFound. Only what is public or secret in itself is
// asked for before the tenant is known: a site by its key, a person by e-mail, and whatever a token stands for.
// Passwords are kept only as argon2id hashes, tokens only as SHA-256, secrets that must be read again only sealed under the
// tenant's key; none of them is ever logged. A tenant that has an admin always has one.
package accounts

import (
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
	// ErrSecondFactor is returned when the password is right and a code is missing or wrong.
	ErrSecondFactor = errors.New("a code of the second factor is needed")
	// ErrLastAdmin is returned for what would leave a tenant without an admin.
	ErrLastAdmin = errors.New("the tenant would be left without an admin")
	// ErrNoKeys is returned where a secret has to be sealed or opened and the Service was made without Config.Keys.
	ErrNoKeys = errors.New("there are no keys to seal secrets with")
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
	Help       Help               // what a visitor who wants help meets
	Collection privacy.Collection // what may be collected, and on what basis
	Retention  privacy.Retention  // how long what is collected is kept
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
	// Capacity is how many visitors the person helps at the same time, 1 to MaxCapacity.
	Capacity int
	// SecondFactor says that signing in takes a code besides the password.
	SecondFactor bool
	// ResetWanted says that the person asked for a new password and no letter could be sent: an admin has to pass on a link.
	ResetWanted bool
}

// How many visitors a person helps at the same time.
const (
	DefaultCapacity = 3
	MaxCapacity     = 20
)

// SignIn is a person's being signed in with one browser.
type SignIn struct {
	ID, Tenant, Person string
	Device             string // as the caller of SignIn named it: "Chrome on Linux"; may be empty
	Created, LastUsed  time.Time
	Current            bool // it is the one that asks; never stored
}

// How long a sign-in lasts without being used, and at most.
const (
	IdleLife = 12 * time.Hour
	FullLife = 7 * 24 * time.Hour
)

// TokenHash is the SHA-256 of a token, the only form in which one is stored: of a sign-in, an invitation, a reset, the
// set-up link, a recovery code or an API key. All of them are too random to be guessed, so that a plain hash suffices.
type TokenHash [sha256.Size]byte

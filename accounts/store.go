package accounts

import (
	"context"
	"time"

	"alongside/privacy"
)

// Store is what Service needs of a database. Each method is atomic, durable when it returns, and safe for use by many
// goroutines. Lists are in the order of creation. What is not there, or is another tenant's, is ErrNotFound.
type Store interface {
	// AddTenant returns ErrExists if the name or ID is taken.
	AddTenant(ctx context.Context, tenant Tenant) error
	Tenant(ctx context.Context, tenant string) (Tenant, error)
	TenantByName(ctx context.Context, name string) (Tenant, error)

	siteStore
	personStore
	signInStore
	secondFactorStore
	teamStore
	invitationStore
	resetStore
	setupStore
	apiKeyStore
	listStore

	// DeleteExpired deletes the invitations, resets and set-up tokens, of all tenants, that are past at now.
	DeleteExpired(ctx context.Context, now time.Time) error
}

type siteStore interface {
	// AddSite returns ErrExists if the key or ID is taken, or the name within the tenant.
	AddSite(ctx context.Context, site Site) error
	Site(ctx context.Context, tenant, site string) (Site, error)
	SiteByKey(ctx context.Context, key string) (Site, error)
	Sites(ctx context.Context, tenant string) ([]Site, error)
	// UpdateSite returns ErrExists if the name is another site's.
	UpdateSite(ctx context.Context, tenant, site string, change SiteChange) error
	// SetPolicy stores policy if the stored one's version is the one before it, else it returns ErrConflict.
	SetPolicy(ctx context.Context, tenant, site string, policy privacy.Policy) error
	// SetHelp and SetCollection go by versions as SetPolicy does.
	SetHelp(ctx context.Context, tenant, site string, help Help) error
	SetCollection(ctx context.Context, tenant, site string, collection privacy.Collection) error
	SetRetention(ctx context.Context, tenant, site string, retention privacy.Retention) error
	// DeleteSite also takes the site out of the rules of teams, as withoutSite says.
	DeleteSite(ctx context.Context, tenant, site string) error

	// IdentitySecret returns the site's sealed secret, nil if it has none yet.
	IdentitySecret(ctx context.Context, tenant, site string) (sealed []byte, err error)
	// SetIdentitySecret replaces the sealed secret if it is still old, which may be nil; else it returns ErrConflict.
	SetIdentitySecret(ctx context.Context, tenant, site string, old, sealed []byte) error
}

type personStore interface {
	// AddPerson returns ErrExists if the e-mail or ID is taken.
	AddPerson(ctx context.Context, person Person, passwordHash string) error
	Person(ctx context.Context, tenant, person string) (Person, error)
	PersonByEmail(ctx context.Context, email string) (person Person, passwordHash string, err error)
	PasswordHash(ctx context.Context, tenant, person string) (string, error)
	People(ctx context.Context, tenant string) ([]Person, error)
	// UpdatePerson keeps sign-ins, whose role is read anew each time. It returns ErrLastAdmin for a role that would leave the
	// tenant without an admin, and then changes nothing.
	UpdatePerson(ctx context.Context, tenant, person string, change PersonChange) error
	// SetPassword also deletes every sign-in and every reset of the person, and ResetWanted.
	SetPassword(ctx context.Context, tenant, person, passwordHash string) error
	// DeletePerson deletes with the person all that hangs on the person; ErrLastAdmin as UpdatePerson.
	DeletePerson(ctx context.Context, tenant, person string) error
}

type signInStore interface {
	AddSignIn(ctx context.Context, signIn SignIn, token TokenHash) error
	SignInByToken(ctx context.Context, token TokenHash) (SignIn, Person, error)
	SignIns(ctx context.Context, tenant, person string) ([]SignIn, error)
	// UseSignIn moves the time of last use forward, never back.
	UseSignIn(ctx context.Context, tenant, signIn string, at time.Time) error
	DeleteSignIn(ctx context.Context, tenant, person, signIn string) error
	// DeleteSignIns deletes those last used before usedBefore and those created before createdBefore, of all tenants.
	DeleteSignIns(ctx context.Context, usedBefore, createdBefore time.Time) (deleted int, err error)
}

// secondFactorStore keeps a person's sealed secret. It is pending until a code of it has been seen.
type secondFactorStore interface {
	// SecondFactor returns both sealed secrets, nil where there is none.
	SecondFactor(ctx context.Context, tenant, person string) (active, pending []byte, err error)
	// SetPendingSecondFactor returns ErrExists while a second factor is active.
	SetPendingSecondFactor(ctx context.Context, tenant, person string, sealed []byte) error
	// ActivateSecondFactor makes the pending secret the active one if it is still pending, else it returns ErrConflict. step
	// counts as used. The recovery codes are all that there are.
	ActivateSecondFactor(ctx context.Context, tenant, person string, pending []byte, step int64, recovery []TokenHash) error
	// UseSecondFactorStep returns ErrConflict unless step is after every step used before.
	UseSecondFactorStep(ctx context.Context, tenant, person string, step int64) error
	// UseRecoveryCode deletes the code; ErrNotFound says that it is none, or was used.
	UseRecoveryCode(ctx context.Context, tenant, person string, code TokenHash) error
	// DeleteSecondFactor deletes active and pending secrets and recovery codes.
	DeleteSecondFactor(ctx context.Context, tenant, person string) error
}

type teamStore interface {
	// AddTeam returns ErrExists if the ID is taken, or the name within the tenant, and ErrNotFound if a member is none of the
	// tenant's people.
	AddTeam(ctx context.Context, team Team) error
	Team(ctx context.Context, tenant, team string) (Team, error)
	Teams(ctx context.Context, tenant string) ([]Team, error)
	// SetTeam replaces name, members and rules; errors as AddTeam.
	SetTeam(ctx context.Context, team Team) error
	DeleteTeam(ctx context.Context, tenant, team string) error
}

type invitationStore interface {
	// AddInvitation replaces an earlier one of the tenant for the same e-mail.
	AddInvitation(ctx context.Context, invitation Invitation, token TokenHash) error
	// InvitationByToken returns it whether it has expired or not.
	InvitationByToken(ctx context.Context, token TokenHash) (Invitation, error)
	Invitations(ctx context.Context, tenant string) ([]Invitation, error)
	DeleteInvitation(ctx context.Context, tenant, invitation string) error
	// AcceptInvitation deletes the invitation and adds the person, to those of the invitation's teams too that are still
	// there. ErrNotFound says that the invitation is gone, ErrExists that the e-mail is taken; both change nothing.
	AcceptInvitation(ctx context.Context, token TokenHash, person Person, passwordHash string) error
}

type resetStore interface {
	// AddReset lets the token replace the person's password until expires. The person may have several.
	AddReset(ctx context.Context, tenant, person string, token TokenHash, expires time.Time) error
	// Reset returns whose password the token may replace at the time now.
	Reset(ctx context.Context, token TokenHash, now time.Time) (Person, error)
	// UseReset is SetPassword for whoever the token stands for. ErrNotFound says that it is used or past.
	UseReset(ctx context.Context, token TokenHash, now time.Time, passwordHash string) error
	SetResetWanted(ctx context.Context, tenant, person string, wanted bool) error
}

type setupStore interface {
	// Tenants lists all of the installation.
	Tenants(ctx context.Context) ([]Tenant, error)
	// SetSetupToken replaces the only token that there is.
	SetSetupToken(ctx context.Context, token TokenHash, expires time.Time) error
	// SetupToken returns ErrNotFound unless the token is the one that was set, in time, and there is no tenant.
	SetupToken(ctx context.Context, token TokenHash, now time.Time) error
	// CompleteSetup checks the token as SetupToken does, uses it up and adds all three.
	CompleteSetup(ctx context.Context, token TokenHash, now time.Time, tenant Tenant, site Site, admin Person, passwordHash string) error
}

type apiKeyStore interface {
	// AddAPIKey returns ErrExists if the ID is taken, or the name within the tenant.
	AddAPIKey(ctx context.Context, key APIKey, secret TokenHash) error
	APIKeys(ctx context.Context, tenant string) ([]APIKey, error)
	APIKeyBySecret(ctx context.Context, secret TokenHash) (APIKey, error)
	// UseAPIKey moves the time of last use forward, never back.
	UseAPIKey(ctx context.Context, tenant, key string, at time.Time) error
	DeleteAPIKey(ctx context.Context, tenant, key string) error
}

type listStore interface {
	Replies(ctx context.Context, tenant string) ([]Reply, error)
	SetReplies(ctx context.Context, tenant string, replies []Reply) error
	Reasons(ctx context.Context, tenant string) ([]Reason, error)
	// SetReasons replaces the reasons; those that are left out stay as retired ones, as keepRetired says.
	SetReasons(ctx context.Context, tenant string, reasons []Reason) error
}

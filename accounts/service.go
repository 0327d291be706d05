package accounts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"alongside/privacy"
)

// Limiter counts attempts by key. Allow counts one and says whether it is still within the limit, and if not, after how
// long it will be. It keeps keys in memory at most and never logs them: they hold addresses.
type Limiter interface {
	Allow(ctx context.Context, key string) (ok bool, retryAfter time.Duration)
}

// Config is what a Service stands on. All of it but HashesAtOnce and Now is needed.
type Config struct {
	Store Store
	// PerEmail and PerAddress count attempts to sign in; an attempt needs the leave of both.
	PerEmail, PerAddress Limiter
	// HashesAtOnce bounds how many passwords are hashed at the same time, 19 MiB each; 0: half the cores, at least one.
	HashesAtOnce int
	Now          func() time.Time // nil: time.Now
}

// Service is what the rest of the program asks about tenants, sites and people. It is safe for use by many goroutines and
// holds no state of its own, so that a change made on one node counts on all at once.
type Service struct {
	store                Store
	perEmail, perAddress Limiter
	hasher               *hasher
	now                  func() time.Time
}

// NewService starts nothing.
func NewService(config Config) (*Service, error) {
	if config.Store == nil || config.PerEmail == nil || config.PerAddress == nil {
		return nil, errors.New("accounts: a store and both limiters are needed")
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.HashesAtOnce <= 0 {
		config.HashesAtOnce = max(1, runtime.GOMAXPROCS(0)/2)
	}
	return &Service{
		store:      config.Store,
		perEmail:   config.PerEmail,
		perAddress: config.PerAddress,
		hasher:     newHasher(config.HashesAtOnce),
		now:        config.Now,
	}, nil
}

// NewPerson is what AddPerson needs to know.
type NewPerson struct {
	Email, Name, Password string
	Role                  Role
}

// AddPerson adds somebody to the tenant. It returns a *FieldError for a field that is wrong, an e-mail in use included.
func (s *Service) AddPerson(ctx context.Context, tenant string, request NewPerson) (Person, error) {
	person, err := s.checkPerson(request)
	if err != nil {
		return Person{}, err
	}
	if _, err := s.store.Tenant(ctx, tenant); err != nil {
		return Person{}, fmt.Errorf("add person: %w", err)
	}
	person.Tenant = tenant
	return s.addPerson(ctx, person, request.Password)
}

func (s *Service) checkPerson(request NewPerson) (Person, error) {
	email, err := cleanEmail("email", request.Email)
	if err != nil {
		return Person{}, err
	}
	name, err := cleanName("name", request.Name)
	if err != nil {
		return Person{}, err
	}
	if err := checkRole("role", request.Role); err != nil {
		return Person{}, err
	}
	if err := checkPassword("password", request.Password); err != nil {
		return Person{}, err
	}
	return Person{Email: email, Name: name, Role: request.Role}, nil
}

func (s *Service) addPerson(ctx context.Context, person Person, password string) (Person, error) {
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return Person{}, fmt.Errorf("add person: %w", err)
	}
	person.ID, person.Created = newID(), s.timestamp()
	switch err := s.store.AddPerson(ctx, person, hash); {
	case errors.Is(err, ErrExists):
		return Person{}, &FieldError{"email", "is in use already"}
	case err != nil:
		return Person{}, fmt.Errorf("add person: %w", err)
	}
	return person, nil
}

// People lists the tenant's people.
func (s *Service) People(ctx context.Context, tenant string) ([]Person, error) {
	return s.store.People(ctx, tenant)
}

// SetPassword replaces a person's password and signs the person out everywhere.
func (s *Service) SetPassword(ctx context.Context, tenant, person, password string) error {
	if err := checkPassword("password", password); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return s.store.SetPassword(ctx, tenant, person, hash)
}

// SetRole changes what a person may do, from the next request on. Sockets that are open already are the caller's business.
func (s *Service) SetRole(ctx context.Context, tenant, person string, role Role) error {
	if err := checkRole("role", role); err != nil {
		return err
	}
	return s.store.SetRole(ctx, tenant, person, role)
}

// Tenant returns the tenant itself.
func (s *Service) Tenant(ctx context.Context, tenant string) (Tenant, error) {
	return s.store.Tenant(ctx, tenant)
}

// AddSite adds a site under the default policy and gives it a key. It returns a *FieldError for a field that is wrong.
func (s *Service) AddSite(ctx context.Context, tenant, name string, origins []string) (Site, error) {
	name, err := cleanName("name", name)
	if err != nil {
		return Site{}, err
	}
	if origins, err = cleanOrigins("origins", origins); err != nil {
		return Site{}, err
	}
	if _, err := s.store.Tenant(ctx, tenant); err != nil {
		return Site{}, fmt.Errorf("add site: %w", err)
	}
	site := Site{
		ID: newID(), Tenant: tenant, Key: "site_" + newID(), Name: name,
		Origins: origins, Policy: privacy.Default(), Created: s.timestamp(),
	}
	switch err := s.store.AddSite(ctx, site); {
	case errors.Is(err, ErrExists):
		return Site{}, &FieldError{"name", "is in use already"}
	case err != nil:
		return Site{}, fmt.Errorf("add site: %w", err)
	}
	return site, nil
}

// Sites lists the tenant's sites.
func (s *Service) Sites(ctx context.Context, tenant string) ([]Site, error) {
	return s.store.Sites(ctx, tenant)
}

// Site returns one site of the tenant.
func (s *Service) Site(ctx context.Context, tenant, site string) (Site, error) {
	return s.store.Site(ctx, tenant, site)
}

// SiteByKey returns the site that a page names by its public key. It always reads the store, so that a change of origins or
// policy counts for the next visitor.
func (s *Service) SiteByKey(ctx context.Context, key string) (Site, error) {
	return s.store.SiteByKey(ctx, key)
}

// SetOrigins replaces where a site's widget may run.
func (s *Service) SetOrigins(ctx context.Context, tenant, site string, origins []string) error {
	origins, err := cleanOrigins("origins", origins)
	if err != nil {
		return err
	}
	return s.store.SetOrigins(ctx, tenant, site, origins)
}

// SetPolicy stores policy as the version after its own and returns it so. policy.Version is the version that was edited:
// ErrConflict says that it is no longer the stored one. What is wrong with a field is a *FieldError.
func (s *Service) SetPolicy(ctx context.Context, tenant, site string, policy privacy.Policy) (privacy.Policy, error) {
	if err := policy.Validate(); err != nil {
		var field *privacy.FieldError
		if errors.As(err, &field) {
			return privacy.Policy{}, &FieldError{"policy." + field.Field, field.Problem}
		}
		return privacy.Policy{}, err
	}
	next := policy.Next(policy.Version)
	if err := s.store.SetPolicy(ctx, tenant, site, next); err != nil {
		return privacy.Policy{}, err
	}
	return next, nil
}

// timestamp is the time as every store can keep it: in milliseconds.
func (s *Service) timestamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// newID returns 130 random bits in lower-case letters and digits.
func newID() string { return strings.ToLower(rand.Text()) }

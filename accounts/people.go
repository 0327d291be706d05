package accounts

import (
	"context"
	"errors"
	"fmt"
)

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
	return Person{Email: email, Name: name, Role: request.Role, Capacity: DefaultCapacity}, nil
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

// Person returns one of the tenant's people.
func (s *Service) Person(ctx context.Context, tenant, person string) (Person, error) {
	return s.store.Person(ctx, tenant, person)
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

// PersonChange is what may be changed of a person; nil leaves a field as it is.
type PersonChange struct {
	Name     *string
	Role     *Role
	Capacity *int
}

// UpdatePerson changes a person and returns the person as changed. A role counts from the next request on; sockets that are
// open already are the caller's business. What is wrong with a field is a *FieldError; ErrLastAdmin says that the tenant
// would be left without an admin. Either way nothing has changed.
func (s *Service) UpdatePerson(ctx context.Context, tenant, person string, change PersonChange) (Person, error) {
	if change.Name != nil {
		name, err := cleanName("name", *change.Name)
		if err != nil {
			return Person{}, err
		}
		change.Name = &name
	}
	if change.Role != nil {
		if err := checkRole("role", *change.Role); err != nil {
			return Person{}, err
		}
	}
	if capacity := change.Capacity; capacity != nil && (*capacity < 1 || *capacity > MaxCapacity) {
		return Person{}, &FieldError{"capacity", fmt.Sprintf("must be 1 to %d", MaxCapacity)}
	}
	if err := s.store.UpdatePerson(ctx, tenant, person, change); err != nil {
		return Person{}, err
	}
	return s.store.Person(ctx, tenant, person)
}

// RemovePerson removes a person with all that hangs on the person: sign-ins, second factor, membership in teams. Sockets
// that are open already are the caller's business. ErrLastAdmin says that the tenant would be left without an admin.
func (s *Service) RemovePerson(ctx context.Context, tenant, person string) error {
	return s.store.DeletePerson(ctx, tenant, person)
}

// ChangePassword replaces a person's password and signs the person out everywhere. A wrong old password is a *FieldError of
// the field "old"; too many of them are a *RateError.
func (s *Service) ChangePassword(ctx context.Context, tenant, person, old, new string) error {
	if err := checkPassword("new", new); err != nil {
		return err
	}
	if err := s.confirmPassword(ctx, tenant, person, "old", old); err != nil {
		return err
	}
	return s.SetPassword(ctx, tenant, person, new)
}

// confirmPassword makes sure that whoever is signed in is the person, and not somebody at an open desk. A wrong password is a
// *FieldError of the field.
func (s *Service) confirmPassword(ctx context.Context, tenant, person, field, password string) error {
	hash, err := s.store.PasswordHash(ctx, tenant, person)
	if err != nil {
		return err
	}
	key := "password of " + person
	if ok, retryAfter := s.perEmail.Allow(ctx, key); !ok {
		return &RateError{retryAfter}
	}
	matches, err := s.hasher.matches(ctx, password, hash)
	if err != nil {
		return fmt.Errorf("confirm password: %w", err)
	}
	if !matches {
		return &FieldError{field, "is not the password"}
	}
	takeBack(ctx, s.perEmail, key)
	return nil
}

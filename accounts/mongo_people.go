package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

const (
	// enrolTimeout is how long a person may take from the own document to the tenant's.
	enrolTimeout = time.Minute
	// looseAge is when a document whose person is not the tenant's is left over for sure. It allows for clocks that differ.
	looseAge = 10 * time.Minute
)

// personDoc is what only the person needs. The role stands in the tenant's document.
type personDoc struct {
	ID           string `bson:"_id"`
	Tenant       string `bson:"tenant"`
	Email        string `bson:"email"`
	Name         string `bson:"name"`
	Created      int64  `bson:"created"`
	Capacity     int    `bson:"capacity"`
	ResetWanted  bool   `bson:"reset_wanted"`
	PasswordHash string `bson:"password_hash"`
	Order        int64  `bson:"order"`
	// Loose is since when the person may not stand in the tenant's document; nil once that was seen.
	Loose *int64 `bson:"loose,omitempty"`
	// Generation moves on with each new password. Sign-ins and resets of another one are void.
	Generation int64 `bson:"generation"`

	SecondFactor        []byte   `bson:"second_factor,omitempty"`         // sealed
	SecondFactorPending []byte   `bson:"second_factor_pending,omitempty"` // sealed
	SecondFactorStep    int64    `bson:"second_factor_step"`              // the last one used
	Recovery            [][]byte `bson:"recovery"`                        // hashes
}

func (p personDoc) person(role Role) Person {
	return Person{
		ID: p.ID, Tenant: p.Tenant, Email: p.Email, Name: p.Name, Role: role, Created: fromMS(p.Created), Capacity: p.Capacity,
		SecondFactor: p.SecondFactor != nil, ResetWanted: p.ResetWanted,
	}
}

// AddPerson decides the e-mail by the person's document, the rest by the tenant's.
func (m *Mongo) AddPerson(ctx context.Context, person Person, passwordHash string) error {
	return m.enrol(ctx, "add person", person.Tenant, person, passwordHash, func(*tenantDoc) error { return nil })
}

// enrol adds a person to the tenant together with change, or neither.
func (m *Mongo) enrol(ctx context.Context, act, tenant string, person Person, passwordHash string, change func(*tenantDoc) error) error {
	ctx, cancel := context.WithTimeout(ctx, enrolTimeout)
	defer cancel()
	person.Tenant = tenant
	if err := m.insertPerson(ctx, person, passwordHash); err != nil {
		return fmt.Errorf("%s: %w", act, err)
	}
	err := m.changeTenant(ctx, act, tenant, func(doc *tenantDoc) error {
		doc.Roster[person.ID] = person.Role
		return change(doc)
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrExists) {
		undo(ctx, func(ctx context.Context) error { return remove(ctx, m.people, byID(tenant, person.ID)) })
	}
	return err // after any other error it is not known whether the tenant's document was changed: sweep finds out
}

// insertPerson writes the own document of a person who is nobody's yet.
func (m *Mongo) insertPerson(ctx context.Context, person Person, passwordHash string) error {
	loose := m.now().UnixMilli()
	doc := personDoc{
		ID: person.ID, Tenant: person.Tenant, Email: person.Email, Name: person.Name, Created: person.Created.UnixMilli(),
		Capacity: person.Capacity, PasswordHash: passwordHash, Order: m.next(), Loose: &loose, Recovery: [][]byte{},
	}
	err := insert(ctx, m.people, doc)
	if !errors.Is(err, ErrExists) {
		return err
	}
	if err := m.sweep(ctx); err != nil { // the e-mail may be one of somebody left over
		return err
	}
	return insert(ctx, m.people, doc)
}

// sweep deletes what is left of people who never came to be, or are gone.
func (m *Mongo) sweep(ctx context.Context) error {
	people, err := findAll[personDoc](ctx, m.people, bson.M{"loose": bson.M{"$lt": m.now().Add(-looseAge).UnixMilli()}}, "tenant")
	if err != nil {
		return err
	}
	for _, person := range people {
		tenant, err := m.parts(ctx, person.Tenant, "roster."+person.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if _, known := tenant.Roster[person.ID]; known {
			err = update(ctx, m.people, byID(person.Tenant, person.ID), bson.M{"$unset": bson.M{"loose": ""}})
		} else {
			err = m.forget(ctx, person.Tenant, person.ID)
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}

// forget deletes what hangs on a person, and the person's own document last.
func (m *Mongo) forget(ctx context.Context, tenant, person string) error {
	if err := m.endSignIns(ctx, tenant, person); err != nil {
		return err
	}
	return remove(ctx, m.people, byID(tenant, person))
}

// endSignIns deletes the sign-ins and resets of a person.
func (m *Mongo) endSignIns(ctx context.Context, tenant, person string) error {
	_, err := removeAll(ctx, m.signIns, bson.M{"tenant": tenant, "person": person})
	if err == nil {
		_, err = removeAll(ctx, m.resets, bson.M{"tenant": tenant, "person": person})
	}
	return err
}

// onePerson returns the person's own document and role, if the person is the tenant's.
func (m *Mongo) onePerson(ctx context.Context, filter bson.M) (personDoc, Role, error) {
	doc, err := findOne[personDoc](ctx, m.people, filter)
	if err != nil {
		return personDoc{}, "", err
	}
	tenant, err := m.parts(ctx, doc.Tenant, "roster."+doc.ID)
	if err != nil {
		return personDoc{}, "", err
	}
	role, known := tenant.Roster[doc.ID]
	if !known {
		return personDoc{}, "", ErrNotFound
	}
	return doc, role, nil
}

func (m *Mongo) Person(ctx context.Context, tenant, person string) (Person, error) {
	doc, role, err := m.onePerson(ctx, byID(tenant, person))
	if err != nil {
		return Person{}, err
	}
	return doc.person(role), nil
}

func (m *Mongo) PersonByEmail(ctx context.Context, email string) (Person, string, error) {
	doc, role, err := m.onePerson(ctx, bson.M{"email": email})
	if err != nil {
		return Person{}, "", err
	}
	return doc.person(role), doc.PasswordHash, nil
}

func (m *Mongo) PasswordHash(ctx context.Context, tenant, person string) (string, error) {
	doc, _, err := m.onePerson(ctx, byID(tenant, person))
	return doc.PasswordHash, err
}

func (m *Mongo) People(ctx context.Context, tenant string) ([]Person, error) {
	doc, err := m.parts(ctx, tenant, "roster")
	if err != nil {
		return nil, ifUnknown(err)
	}
	docs, err := findAll[personDoc](ctx, m.people, bson.M{"tenant": tenant})
	if err != nil {
		return nil, err
	}
	var people []Person
	for _, person := range docs {
		if role, known := doc.Roster[person.ID]; known {
			people = append(people, person.person(role))
		}
	}
	return people, nil
}

// mayLose returns ErrLastAdmin if the tenant has no admin but the person.
func (t *tenantDoc) mayLose(person string) error {
	if t.Roster[person] != RoleAdmin {
		return nil
	}
	for other, role := range t.Roster {
		if role == RoleAdmin && other != person {
			return nil
		}
	}
	return ErrLastAdmin
}

func (m *Mongo) UpdatePerson(ctx context.Context, tenant, person string, change PersonChange) error {
	if change.Role != nil {
		err := m.changeTenant(ctx, "change role", tenant, func(doc *tenantDoc) error {
			if _, known := doc.Roster[person]; !known {
				return ErrNotFound
			}
			if *change.Role != RoleAdmin {
				if err := doc.mayLose(person); err != nil {
					return err
				}
			}
			doc.Roster[person] = *change.Role
			return nil
		})
		if err != nil {
			return err
		}
	}
	fields := bson.M{}
	if change.Name != nil {
		fields["name"] = *change.Name
	}
	if change.Capacity != nil {
		fields["capacity"] = *change.Capacity
	}
	if len(fields) == 0 {
		_, err := m.Person(ctx, tenant, person)
		return err
	}
	return update(ctx, m.people, byID(tenant, person), set(fields))
}

func (m *Mongo) DeletePerson(ctx context.Context, tenant, person string) error {
	// Noted first, so that the rest is done by sweep if it is not done here.
	if err := update(ctx, m.people, byID(tenant, person), set(bson.M{"loose": m.now().UnixMilli()})); err != nil {
		return err
	}
	err := m.changeTenant(ctx, "delete person", tenant, func(doc *tenantDoc) error {
		if err := doc.mayLose(person); err != nil {
			return err
		}
		delete(doc.Roster, person)
		for i := range doc.Teams {
			team := &doc.Teams[i]
			team.Members = slices.DeleteFunc(team.Members, func(member string) bool { return member == person })
		}
		return nil
	})
	if err != nil {
		return err
	}
	return m.forget(ctx, tenant, person)
}

// newPassword is the change that ends every sign-in and every reset of the person as well.
func newPassword(hash string) bson.M {
	return bson.M{"$set": bson.M{"password_hash": hash, "reset_wanted": false}, "$inc": bson.M{"generation": 1}}
}

func (m *Mongo) SetPassword(ctx context.Context, tenant, person, passwordHash string) error {
	if err := update(ctx, m.people, byID(tenant, person), newPassword(passwordHash)); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return m.endSignIns(ctx, tenant, person) // they are void already
}

func (m *Mongo) SetResetWanted(ctx context.Context, tenant, person string, wanted bool) error {
	return update(ctx, m.people, byID(tenant, person), set(bson.M{"reset_wanted": wanted}))
}

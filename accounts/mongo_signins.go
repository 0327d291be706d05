package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

type signInDoc struct {
	ID         string    `bson:"_id"`
	Tenant     string    `bson:"tenant"`
	Person     string    `bson:"person"`
	Generation int64     `bson:"generation"` // of the person, at the sign-in
	Device     string    `bson:"device"`
	TokenHash  []byte    `bson:"token_hash"`
	Created    int64     `bson:"created"`
	LastUsed   int64     `bson:"last_used"`
	Order      int64     `bson:"order"`
	Until      time.Time `bson:"until"` // for the index that expires
}

func (s signInDoc) signIn() SignIn {
	return SignIn{
		ID: s.ID, Tenant: s.Tenant, Person: s.Person, Device: s.Device, Created: fromMS(s.Created), LastUsed: fromMS(s.LastUsed),
	}
}

func (m *Mongo) AddSignIn(ctx context.Context, signIn SignIn, token TokenHash) error {
	person, _, err := m.onePerson(ctx, byID(signIn.Tenant, signIn.Person))
	if err != nil {
		return fmt.Errorf("add sign-in: %w", err)
	}
	return insert(ctx, m.signIns, signInDoc{
		ID: signIn.ID, Tenant: signIn.Tenant, Person: signIn.Person, Generation: person.Generation, Device: signIn.Device,
		TokenHash: token[:], Created: signIn.Created.UnixMilli(), LastUsed: signIn.LastUsed.UnixMilli(), Order: m.next(),
		Until: signIn.Created.Add(FullLife),
	})
}

func (m *Mongo) SignInByToken(ctx context.Context, token TokenHash) (SignIn, Person, error) {
	doc, err := findOne[signInDoc](ctx, m.signIns, bson.M{"token_hash": token[:]})
	if err != nil {
		return SignIn{}, Person{}, err
	}
	person, role, err := m.onePerson(ctx, byID(doc.Tenant, doc.Person))
	if err == nil && person.Generation != doc.Generation {
		err = ErrNotFound
	}
	if err != nil {
		return SignIn{}, Person{}, err
	}
	return doc.signIn(), person.person(role), nil
}

func (m *Mongo) SignIns(ctx context.Context, tenant, person string) ([]SignIn, error) {
	owner, _, err := m.onePerson(ctx, byID(tenant, person))
	if err != nil {
		return nil, ifUnknown(err)
	}
	docs, err := findAll[signInDoc](ctx, m.signIns, bson.M{"tenant": tenant, "person": person, "generation": owner.Generation})
	if err != nil {
		return nil, err
	}
	var signIns []SignIn
	for _, doc := range docs {
		signIns = append(signIns, doc.signIn())
	}
	return signIns, nil
}

func (m *Mongo) UseSignIn(ctx context.Context, tenant, signIn string, at time.Time) error {
	return update(ctx, m.signIns, byID(tenant, signIn), bson.M{"$max": bson.M{"last_used": at.UnixMilli()}})
}

func (m *Mongo) DeleteSignIn(ctx context.Context, tenant, person, signIn string) error {
	return remove(ctx, m.signIns, bson.M{"_id": signIn, "tenant": tenant, "person": person})
}

func (m *Mongo) DeleteSignIns(ctx context.Context, usedBefore, createdBefore time.Time) (int, error) {
	return removeAll(ctx, m.signIns, bson.M{"$or": bson.A{
		bson.M{"last_used": bson.M{"$lt": usedBefore.UnixMilli()}},
		bson.M{"created": bson.M{"$lt": createdBefore.UnixMilli()}},
	}})
}

type resetDoc struct {
	TokenHash  []byte    `bson:"_id"`
	Tenant     string    `bson:"tenant"`
	Person     string    `bson:"person"`
	Generation int64     `bson:"generation"` // of the person, when the reset was allowed
	Expires    int64     `bson:"expires"`
	Until      time.Time `bson:"until"` // the same, for the index that expires
}

func (m *Mongo) AddReset(ctx context.Context, tenant, person string, token TokenHash, expires time.Time) error {
	owner, _, err := m.onePerson(ctx, byID(tenant, person))
	if err != nil {
		return fmt.Errorf("add reset: %w", err)
	}
	return insert(ctx, m.resets, resetDoc{
		TokenHash: token[:], Tenant: tenant, Person: person, Generation: owner.Generation,
		Expires: expires.UnixMilli(), Until: expires,
	})
}

func (m *Mongo) Reset(ctx context.Context, token TokenHash, now time.Time) (Person, error) {
	doc, role, err := m.reset(ctx, token, now)
	if err != nil {
		return Person{}, err
	}
	return doc.person(role), nil
}

// reset returns whom the token is for while it holds.
func (m *Mongo) reset(ctx context.Context, token TokenHash, now time.Time) (personDoc, Role, error) {
	doc, err := findOne[resetDoc](ctx, m.resets, bson.M{"_id": token[:], "expires": bson.M{"$gt": now.UnixMilli()}})
	if err != nil {
		return personDoc{}, "", err
	}
	person, role, err := m.onePerson(ctx, byID(doc.Tenant, doc.Person))
	if err == nil && person.Generation != doc.Generation {
		err = ErrNotFound
	}
	return person, role, err
}

// UseReset is decided by the person's generation, which the first one to use any of the resets moves on.
func (m *Mongo) UseReset(ctx context.Context, token TokenHash, now time.Time, passwordHash string) error {
	person, _, err := m.reset(ctx, token, now)
	if err != nil {
		return fmt.Errorf("use reset: %w", err)
	}
	filter := byID(person.Tenant, person.ID)
	filter["generation"] = person.Generation
	if err := update(ctx, m.people, filter, newPassword(passwordHash)); err != nil {
		return fmt.Errorf("use reset: %w", err)
	}
	return m.endSignIns(ctx, person.Tenant, person.ID) // they are void already
}

func (m *Mongo) SecondFactor(ctx context.Context, tenant, person string) (active, pending []byte, err error) {
	doc, _, err := m.onePerson(ctx, byID(tenant, person))
	return doc.SecondFactor, doc.SecondFactorPending, err
}

// changePerson changes the person's own document where it is also as when says; if only that fails, it returns why.
func (m *Mongo) changePerson(ctx context.Context, tenant, person string, when, change bson.M, why error) error {
	filter := byID(tenant, person)
	for name, value := range when {
		filter[name] = value
	}
	err := update(ctx, m.people, filter, change)
	return refused(err, func() error { _, err := m.Person(ctx, tenant, person); return err }, why)
}

func (m *Mongo) SetPendingSecondFactor(ctx context.Context, tenant, person string, sealed []byte) error {
	return m.changePerson(ctx, tenant, person, bson.M{"second_factor": nil}, set(bson.M{"second_factor_pending": sealed}), ErrExists)
}

func (m *Mongo) ActivateSecondFactor(ctx context.Context, tenant, person string, pending []byte, step int64, recovery []TokenHash) error {
	codes := make([][]byte, 0, len(recovery))
	for _, code := range recovery {
		codes = append(codes, code[:])
	}
	return m.changePerson(ctx, tenant, person,
		bson.M{"second_factor": nil, "second_factor_pending": pending},
		bson.M{
			"$set":   bson.M{"second_factor": pending, "second_factor_step": step, "recovery": codes},
			"$unset": bson.M{"second_factor_pending": ""},
		}, ErrConflict)
}

func (m *Mongo) UseSecondFactorStep(ctx context.Context, tenant, person string, step int64) error {
	return m.changePerson(ctx, tenant, person,
		bson.M{"second_factor_step": bson.M{"$lt": step}}, set(bson.M{"second_factor_step": step}), ErrConflict)
}

func (m *Mongo) UseRecoveryCode(ctx context.Context, tenant, person string, code TokenHash) error {
	return m.changePerson(ctx, tenant, person,
		bson.M{"recovery": code[:]}, bson.M{"$pull": bson.M{"recovery": code[:]}}, ErrNotFound)
}

func (m *Mongo) DeleteSecondFactor(ctx context.Context, tenant, person string) error {
	return update(ctx, m.people, byID(tenant, person), bson.M{
		"$set":   bson.M{"second_factor_step": int64(0), "recovery": [][]byte{}},
		"$unset": bson.M{"second_factor": "", "second_factor_pending": ""},
	})
}

type apiKeyDoc struct {
	ID         string `bson:"_id"`
	Tenant     string `bson:"tenant"`
	Name       string `bson:"name"`
	Role       Role   `bson:"role"`
	SecretHash []byte `bson:"secret_hash"`
	Created    int64  `bson:"created"`
	LastUsed   *int64 `bson:"last_used,omitempty"` // nil: never
	Order      int64  `bson:"order"`
}

func (k apiKeyDoc) key() APIKey {
	key := APIKey{ID: k.ID, Tenant: k.Tenant, Name: k.Name, Role: k.Role, Created: fromMS(k.Created)}
	if k.LastUsed != nil {
		key.LastUsed = fromMS(*k.LastUsed)
	}
	return key
}

func (m *Mongo) AddAPIKey(ctx context.Context, key APIKey, secret TokenHash) error {
	return insert(ctx, m.apiKeys, apiKeyDoc{
		ID: key.ID, Tenant: key.Tenant, Name: key.Name, Role: key.Role, SecretHash: secret[:], Created: key.Created.UnixMilli(),
		Order: m.next(),
	})
}

func (m *Mongo) APIKeys(ctx context.Context, tenant string) ([]APIKey, error) {
	docs, err := findAll[apiKeyDoc](ctx, m.apiKeys, bson.M{"tenant": tenant})
	if err != nil {
		return nil, err
	}
	var keys []APIKey
	for _, doc := range docs {
		keys = append(keys, doc.key())
	}
	return keys, nil
}

func (m *Mongo) APIKeyBySecret(ctx context.Context, secret TokenHash) (APIKey, error) {
	doc, err := findOne[apiKeyDoc](ctx, m.apiKeys, bson.M{"secret_hash": secret[:]})
	if err != nil {
		return APIKey{}, err
	}
	return doc.key(), nil
}

func (m *Mongo) UseAPIKey(ctx context.Context, tenant, key string, at time.Time) error {
	return update(ctx, m.apiKeys, byID(tenant, key), bson.M{"$max": bson.M{"last_used": at.UnixMilli()}})
}

func (m *Mongo) DeleteAPIKey(ctx context.Context, tenant, key string) error {
	return remove(ctx, m.apiKeys, byID(tenant, key))
}

// ifUnknown lets a list of what is not there be empty.
func ifUnknown(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

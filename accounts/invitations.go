package accounts

import (
	"context"
	"errors"
	"time"
)

// InvitationLife is how long an invitation can be accepted.
const InvitationLife = 7 * 24 * time.Hour

// Invitation lets whoever holds its token become one of the tenant's people, once.
type Invitation struct {
	ID, Tenant       string
	Email            string // of the person who will be added
	Role             Role
	Teams            []string // IDs
	By               string   // ID of the person who invited
	Created, Expires time.Time
}

// Invite says who is to be invited.
type Invite struct {
	Email    string
	Role     Role
	Teams    []string
	Language string // of the letter, BCP 47; one without a translation gets English
}

// Acceptance is what an invited person brings.
type Acceptance struct {
	Token, Name, Password string
	Device                string // as in SignInRequest
}

// Invite invites somebody and sends a letter with the link, if letters can be sent: mailed says whether that worked. Either
// way the token is returned, so that by can pass the link on (Link); it cannot be had again. An earlier invitation of the
// same e-mail is void. What is wrong with a field is a *FieldError.
func (s *Service) Invite(ctx context.Context, tenant, by string, invite Invite) (invitation Invitation, token string, mailed bool, err error) {
	return Invitation{}, "", false, errors.ErrUnsupported
}

// Invitations lists those that can still be accepted.
func (s *Service) Invitations(ctx context.Context, tenant string) ([]Invitation, error) {
	return nil, errors.ErrUnsupported
}

// RevokeInvitation makes an invitation void.
func (s *Service) RevokeInvitation(ctx context.Context, tenant, invitation string) error {
	return s.store.DeleteInvitation(ctx, tenant, invitation)
}

// LookInvitation returns the invitation of the token and who invites. ErrNotFound stands for unknown, used, revoked and
// expired alike.
func (s *Service) LookInvitation(ctx context.Context, token string) (Invitation, Tenant, error) {
	return Invitation{}, Tenant{}, errors.ErrUnsupported
}

// AcceptInvitation adds the invited person and signs the person in. Of two who accept the same one, one gets ErrNotFound.
func (s *Service) AcceptInvitation(ctx context.Context, acceptance Acceptance) (Person, string, error) {
	return Person{}, "", errors.ErrUnsupported
}

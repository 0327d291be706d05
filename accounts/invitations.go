package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// InvitationLife is how long an invitation can be accepted.
const InvitationLife = 7 * 24 * time.Hour

// MaxInvitationsPerTenant bounds how many can be open at the same time.
const MaxInvitationsPerTenant = 200

// Invitation lets whoever holds its token become one of the tenant's people, once.
type Invitation struct {
	ID, Tenant       string
	Email            string // of the person who will be added; one open invitation per tenant and e-mail
	Role             Role
	Teams            []string // IDs; never nil
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
	from, err := s.store.Tenant(ctx, tenant)
	if err != nil {
		return Invitation{}, "", false, fmt.Errorf("invite: %w", err)
	}
	if invite.Email, err = cleanEmail("email", invite.Email); err != nil {
		return Invitation{}, "", false, err
	}
	if err := checkRole("role", invite.Role); err != nil {
		return Invitation{}, "", false, err
	}
	if err := s.checkInvite(ctx, tenant, invite); err != nil {
		return Invitation{}, "", false, err
	}
	now := s.timestamp()
	invitation = Invitation{
		ID: newID(), Tenant: tenant, Email: invite.Email, Role: invite.Role, Teams: append([]string{}, invite.Teams...), By: by,
		Created: now, Expires: now.Add(InvitationLife),
	}
	token = newToken()
	if err := s.store.AddInvitation(ctx, invitation, hashToken(token)); err != nil {
		return Invitation{}, "", false, fmt.Errorf("invite: %w", err)
	}
	mailed = s.send(ctx, invite.Email, invite.Language, letterInvitation, letterWords{Tenant: from.Name, Link: s.Link(PageInvitation, token)})
	return invitation, token, mailed, nil
}

// checkInvite checks what depends on what the tenant has. That somebody of another tenant has the e-mail is not told here: it
// shows to whoever accepts.
func (s *Service) checkInvite(ctx context.Context, tenant string, invite Invite) error {
	person, _, err := s.store.PersonByEmail(ctx, invite.Email)
	switch {
	case err == nil && person.Tenant == tenant:
		return &FieldError{"email", "is in use already"}
	case err != nil && !errors.Is(err, ErrNotFound):
		return fmt.Errorf("invite: %w", err)
	}
	teams, err := s.store.Teams(ctx, tenant)
	if err != nil {
		return fmt.Errorf("invite: %w", err)
	}
	if err := checkKnown("teams", invite.Teams, teams, func(t Team) string { return t.ID }); err != nil {
		return err
	}
	open, err := s.store.Invitations(ctx, tenant)
	if err != nil {
		return fmt.Errorf("invite: %w", err)
	}
	if len(open) >= MaxInvitationsPerTenant {
		return &FieldError{"email", fmt.Sprintf("would be invitation number %d; some have to be accepted or revoked first", len(open)+1)}
	}
	return nil
}

// Invitations lists those that can still be accepted.
func (s *Service) Invitations(ctx context.Context, tenant string) ([]Invitation, error) {
	invitations, err := s.store.Invitations(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	now := s.timestamp()
	return slices.DeleteFunc(invitations, func(i Invitation) bool { return !i.Expires.After(now) }), nil
}

// RevokeInvitation makes an invitation void.
func (s *Service) RevokeInvitation(ctx context.Context, tenant, invitation string) error {
	return s.store.DeleteInvitation(ctx, tenant, invitation)
}

// LookInvitation returns the invitation of the token and who invites. ErrNotFound stands for unknown, used, revoked and
// expired alike.
func (s *Service) LookInvitation(ctx context.Context, token string) (Invitation, Tenant, error) {
	invitation, err := s.store.InvitationByToken(ctx, hashToken(token))
	if err != nil {
		return Invitation{}, Tenant{}, fmt.Errorf("find invitation: %w", err)
	}
	if !invitation.Expires.After(s.timestamp()) {
		return Invitation{}, Tenant{}, ErrNotFound
	}
	tenant, err := s.store.Tenant(ctx, invitation.Tenant)
	if err != nil {
		return Invitation{}, Tenant{}, fmt.Errorf("find who invites: %w", err)
	}
	return invitation, tenant, nil
}

// AcceptInvitation adds the invited person and signs the person in. Of two who accept the same one, one gets ErrNotFound.
// What is wrong with a field is a *FieldError, and the invitation stays open.
func (s *Service) AcceptInvitation(ctx context.Context, acceptance Acceptance) (Person, string, error) {
	invitation, _, err := s.LookInvitation(ctx, acceptance.Token)
	if err != nil {
		return Person{}, "", err
	}
	person, err := s.checkPerson(NewPerson{
		Email: invitation.Email, Name: acceptance.Name, Password: acceptance.Password, Role: invitation.Role,
	})
	if err != nil {
		return Person{}, "", err
	}
	hash, err := s.hasher.hash(ctx, acceptance.Password)
	if err != nil {
		return Person{}, "", fmt.Errorf("accept invitation: %w", err)
	}
	person.ID, person.Tenant, person.Created = newID(), invitation.Tenant, s.timestamp()
	switch err := s.store.AcceptInvitation(ctx, hashToken(acceptance.Token), person, hash); {
	case errors.Is(err, ErrExists):
		return Person{}, "", &FieldError{"email", "is in use already"}
	case err != nil:
		return Person{}, "", err
	}
	token, err := s.addSignIn(ctx, person, acceptance.Device)
	return person, token, err
}

package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// SetupRequest names a tenant with its first site and its first administrator.
type SetupRequest struct {
	TenantName, SiteName                 string
	Origins                              []string
	AdminEmail, AdminName, AdminPassword string
}

// SetupResult is what stands after Setup.
type SetupResult struct {
	Tenant  Tenant
	Site    Site   // the one of the request's name, else the tenant's first
	Admin   Person // the one of the request's e-mail, else the tenant's first
	Created bool   // false: all of it was there before, and nothing was changed
}

// Setup makes a tenant ready for use. Done again under the same tenant name it changes nothing, passwords least of all, and
// returns what is there; interrupted, it completes what is missing. The administrator comes last, so that a tenant with one
// is complete. What is wrong with a field is a *FieldError that names it as in "adminEmail".
func (s *Service) Setup(ctx context.Context, request SetupRequest) (SetupResult, error) {
	name, err := cleanName("tenantName", request.TenantName)
	if err != nil {
		return SetupResult{}, err
	}
	request.TenantName = name
	result, complete, err := s.existing(ctx, request)
	if err == nil && !complete {
		result, err = s.create(ctx, request)
		if err != nil {
			// Another Setup at the same time may have come first: then its work is the answer.
			if other, complete, _ := s.existing(ctx, request); complete {
				return other, nil
			}
		}
	}
	if err != nil {
		return SetupResult{}, fmt.Errorf("set up: %w", err)
	}
	return result, nil
}

// existing looks up what the tenant has; it is complete when it has a site and an administrator.
func (s *Service) existing(ctx context.Context, request SetupRequest) (result SetupResult, complete bool, err error) {
	tenant, err := s.store.TenantByName(ctx, request.TenantName)
	if errors.Is(err, ErrNotFound) {
		return SetupResult{}, false, nil
	}
	if err != nil {
		return SetupResult{}, false, err
	}
	sites, err := s.store.Sites(ctx, tenant.ID)
	if err != nil {
		return SetupResult{}, false, err
	}
	people, err := s.store.People(ctx, tenant.ID)
	if err != nil {
		return SetupResult{}, false, err
	}
	admins := slices.DeleteFunc(people, func(p Person) bool { return !p.Role.Includes(RoleAdmin) })
	if len(sites) == 0 || len(admins) == 0 {
		return SetupResult{}, false, nil
	}
	site := max(0, slices.IndexFunc(sites, func(s Site) bool { return s.Name == strings.TrimSpace(request.SiteName) }))
	admin := max(0, slices.IndexFunc(admins, func(p Person) bool { return p.Email == normalEmail(request.AdminEmail) }))
	return SetupResult{Tenant: tenant, Site: sites[site], Admin: admins[admin]}, true, nil
}

// checkSetup checks all fields: a mistake in the last must not leave half a tenant behind.
func (s *Service) checkSetup(request SetupRequest) (tenant Tenant, site Site, admin Person, err error) {
	if tenant.Name, err = cleanName("tenantName", request.TenantName); err != nil {
		return Tenant{}, Site{}, Person{}, err
	}
	if site, err = s.newSite("siteName", request.SiteName, request.Origins); err != nil {
		return Tenant{}, Site{}, Person{}, err
	}
	admin, err = s.checkPerson(NewPerson{
		Email: request.AdminEmail, Name: request.AdminName, Password: request.AdminPassword, Role: RoleAdmin,
	})
	if err != nil {
		return Tenant{}, Site{}, Person{}, adminField(err)
	}
	tenant.ID, tenant.Created = newID(), s.timestamp()
	return tenant, site, admin, nil
}

func (s *Service) create(ctx context.Context, request SetupRequest) (SetupResult, error) {
	tenant, site, admin, err := s.checkSetup(request)
	if err != nil {
		return SetupResult{}, err
	}
	if _, _, err := s.store.PersonByEmail(ctx, admin.Email); err == nil {
		return SetupResult{}, &FieldError{"adminEmail", "is in use already"}
	} else if !errors.Is(err, ErrNotFound) {
		return SetupResult{}, err
	}

	if err := s.store.AddTenant(ctx, tenant); errors.Is(err, ErrExists) {
		if tenant, err = s.store.TenantByName(ctx, tenant.Name); err != nil {
			return SetupResult{}, err
		}
	} else if err != nil {
		return SetupResult{}, err
	}
	if site, err = s.siteOrNew(ctx, tenant.ID, site.Name, site.Origins); err != nil {
		return SetupResult{}, err
	}
	admin.Tenant = tenant.ID
	if admin, err = s.addPerson(ctx, admin, request.AdminPassword); err != nil {
		return SetupResult{}, adminField(err)
	}
	return SetupResult{Tenant: tenant, Site: site, Admin: admin, Created: true}, nil
}

// siteOrNew adds the site, unless an interrupted Setup, or one at the same time, has done so.
func (s *Service) siteOrNew(ctx context.Context, tenant, name string, origins []string) (Site, error) {
	site, err := s.AddSite(ctx, tenant, name, origins)
	var field *FieldError
	if !errors.As(err, &field) {
		return site, err
	}
	sites, listErr := s.store.Sites(ctx, tenant)
	if i := slices.IndexFunc(sites, func(site Site) bool { return site.Name == name }); i >= 0 {
		return sites[i], nil
	}
	return Site{}, errors.Join(err, listErr)
}

// adminField renames a field of NewPerson to that of SetupRequest.
func adminField(err error) error {
	var field *FieldError
	if errors.As(err, &field) {
		return &FieldError{"admin" + strings.ToUpper(field.Field[:1]) + field.Field[1:], field.Problem}
	}
	return err
}

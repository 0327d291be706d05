package console

import (
	"context"

	"alongside/accounts"
)

// setups is what the console asks about making the first tenant.
type setups interface {
	CheckSetup(ctx context.Context, token string) error
	CompleteSetup(ctx context.Context, token string, request accounts.SetupRequest, device string) (result accounts.SetupResult, signInToken string, err error)
}

func (c *Console) checkSetup(ctx context.Context, _ caller, in *body[tokenRequest]) (*none, error) {
	return nil, c.accounts.CheckSetup(ctx, in.Body.Token)
}

type setupRequest struct {
	Token         string   `json:"token" minLength:"1" maxLength:"128"`
	TenantName    string   `json:"tenantName" maxLength:"100"`
	AdminName     string   `json:"adminName" maxLength:"100"`
	AdminEmail    string   `json:"adminEmail" maxLength:"254"`
	AdminPassword string   `json:"adminPassword" maxLength:"256"`
	SiteName      string   `json:"siteName" maxLength:"100"`
	Origins       []string `json:"origins" minItems:"1" maxItems:"50"`
}

type setupView struct {
	Me   meView   `json:"me"`
	Site siteView `json:"site"`
}

func (c *Console) completeSetup(ctx context.Context, who caller, in *body[setupRequest]) (*signedIn[setupView], error) {
	made, token, err := c.accounts.CompleteSetup(ctx, in.Body.Token, accounts.SetupRequest{
		TenantName: in.Body.TenantName, SiteName: in.Body.SiteName, Origins: in.Body.Origins,
		AdminEmail: in.Body.AdminEmail, AdminName: in.Body.AdminName, AdminPassword: in.Body.AdminPassword,
	}, who.device)
	if err != nil {
		return nil, err
	}
	begun, err := c.begin(ctx, who, made.Admin, token)
	if err != nil {
		return nil, err
	}
	who.about(made.Tenant.ID)
	return &signedIn[setupView]{begun.Cookie, setupView{begun.Body, c.viewSite(made.Site)}}, nil
}

package console

import (
	"context"

	"alongside/accounts"
)

// apiKeys is what the console asks about keys of programs.
type apiKeys interface {
	ByAPIKey(ctx context.Context, secret string) (accounts.APIKey, error)
}

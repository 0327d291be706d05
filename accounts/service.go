package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"time"
)

// Limiter counts attempts by key. Allow counts one and says whether it is still within the limit, and if not, after how
// long it will be. It keeps keys in memory at most and never logs them: they hold addresses.
type Limiter interface {
	Allow(ctx context.Context, key string) (ok bool, retryAfter time.Duration)
}

// Refunder is a Limiter that can take back one attempt which Allow counted, so that only failures count. With a Limiter that
// is none, every attempt counts.
type Refunder interface {
	Refund(ctx context.Context, key string)
}

// Keys seals what must be read again, under a key of the tenant; *privacy.Keyring is one. bound is what the sealed value
// belongs to: with another it does not open.
type Keys interface {
	Seal(ctx context.Context, tenant string, plain, bound []byte) ([]byte, error)
	Open(ctx context.Context, tenant string, sealed, bound []byte) ([]byte, error)
}

// Mail sends letters; *mail.Sender is one. The error holds no address.
type Mail interface {
	Send(ctx context.Context, to, subject, text string) error
}

// Config is what a Service stands on. Store, PerEmail and PerAddress are needed.
type Config struct {
	Store Store
	// PerEmail and PerAddress count attempts to sign in and to have a password reset; an attempt needs the leave of both.
	PerEmail, PerAddress Limiter
	Keys                 Keys         // nil: nothing that needs secrets works, see ErrNoKeys
	Mail                 Mail         // nil: no letters, links are for an admin to pass on
	Public               string       // origin under which browsers reach the server, for links
	Log                  *slog.Logger // nil: slog.Default
	// HashesAtOnce bounds how many passwords are hashed at the same time, 19 MiB each; 0: half the cores, at least one.
	HashesAtOnce int
	Now          func() time.Time // nil: time.Now
}

// Service is what the rest of the program asks about tenants, sites and people. It is safe for use by many goroutines and
// holds no state of its own but letters under way, so that a change made on one node counts on all at once.
type Service struct {
	store                Store
	perEmail, perAddress Limiter
	keys                 Keys
	mail                 Mail
	public               string
	log                  *slog.Logger
	hasher               *hasher
	now                  func() time.Time
	letters              letters
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
	if config.Log == nil {
		config.Log = slog.Default()
	}
	return &Service{
		store:      config.Store,
		perEmail:   config.PerEmail,
		perAddress: config.PerAddress,
		keys:       config.Keys,
		mail:       config.Mail,
		public:     strings.TrimSuffix(config.Public, "/"),
		log:        config.Log,
		letters:    newLetters(),
		hasher:     newHasher(config.HashesAtOnce),
		now:        config.Now,
	}, nil
}

// Tenants lists all of the installation, for work that is done for each.
func (s *Service) Tenants(ctx context.Context) ([]Tenant, error) { return s.store.Tenants(ctx) }

// Tenant returns the tenant itself.
func (s *Service) Tenant(ctx context.Context, tenant string) (Tenant, error) {
	return s.store.Tenant(ctx, tenant)
}

// seal and open keep a secret under the tenant's key, for what it belongs to alone.
func (s *Service) seal(ctx context.Context, tenant string, secret []byte, belongsTo string) ([]byte, error) {
	if s.keys == nil {
		return nil, ErrNoKeys
	}
	sealed, err := s.keys.Seal(ctx, tenant, secret, []byte(belongsTo))
	if err != nil {
		return nil, fmt.Errorf("seal a secret: %w", err)
	}
	return sealed, nil
}

func (s *Service) open(ctx context.Context, tenant string, sealed []byte, belongsTo string) ([]byte, error) {
	if s.keys == nil {
		return nil, ErrNoKeys
	}
	secret, err := s.keys.Open(ctx, tenant, sealed, []byte(belongsTo))
	if err != nil {
		return nil, fmt.Errorf("open a secret: %w", err)
	}
	return secret, nil
}

// timestamp is the time as every store can keep it: in milliseconds.
func (s *Service) timestamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// newID returns 130 random bits in lower-case letters and digits.
func newID() string { return strings.ToLower(rand.Text()) }

// tokenBytes is how much chance a token holds.
const tokenBytes = 32

func newToken() string {
	secret := make([]byte, tokenBytes)
	rand.Read(secret) // never fails (Go 1.24)
	return base64.RawURLEncoding.EncodeToString(secret)
}

func hashToken(token string) TokenHash { return sha256.Sum256([]byte(token)) }

package mail

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// post is a mail server on this machine, and what it has taken.
type post struct {
	t      *testing.T
	url    *url.URL
	refuse *smtp.SMTPError // of every reader of a letter

	mu      sync.Mutex // guards the rest
	letters []taken
}

type taken struct {
	from, to  string
	text      string // as it came, headers and all
	user      string
	encrypted bool
}

// newPost starts a server that knows one user, "help" with the password "s3cret/@"; without a certificate it has no TLS and
// knows no user.
func newPost(t *testing.T, scheme string, certificate *tls.Certificate) *post {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &post{t: t, url: &url.URL{Scheme: scheme, Host: listener.Addr().String()}}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{post: p, conn: c}, nil }))
	server.Domain, server.ErrorLog = "localhost", quiet{}
	if certificate != nil {
		config := &tls.Config{Certificates: []tls.Certificate{*certificate}}
		server.TLSConfig = config
		if scheme == "smtps" {
			listener = tls.NewListener(listener, config)
		}
		p.url.User = url.UserPassword("help", "s3cret/@")
	}
	var serving sync.WaitGroup
	serving.Go(func() { server.Serve(listener) })
	t.Cleanup(func() {
		server.Close()
		serving.Wait()
	})
	return p
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// session is one conversation.
type session struct {
	post   *post
	conn   *smtp.Conn
	letter taken
}

func (s *session) AuthMechanisms() []string {
	if s.post.url.User == nil {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if want, _ := s.post.url.User.Password(); user != "help" || password != want {
			return errors.New("no such user as " + user)
		}
		s.letter.user = user
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.post.url.User != nil && s.letter.user == "" {
		return smtp.ErrAuthRequired
	}
	s.letter.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.letter.to = to
	if s.post.refuse != nil {
		return s.post.refuse
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.letter.text = string(text)
	_, s.letter.encrypted = s.conn.TLSConnectionState()
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	s.post.letters = append(s.post.letters, s.letter)
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (p *post) taken() []taken {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.letters
}

func (p *post) sender() *Sender {
	p.t.Helper()
	sender, err := New(p.url, "Alongside <help@example.org>")
	if err != nil {
		p.t.Fatal(err)
	}
	return sender
}

// certificate is for name alone, and roots trust it.
func certificate(t *testing.T, name string) (cert *tls.Certificate, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(leaf)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

const subject, text = "Grüße an Łukasz – دعوة", "Hello,\n\nhttps://help.example/reset#abc=_-\n\nمرحبًا – ü.\n"

func checkLetter(t *testing.T, letters []taken) {
	t.Helper()
	if len(letters) != 1 {
		t.Fatalf("%d letters", len(letters))
	}
	letter := letters[0]
	if letter.from != "help@example.org" || letter.to != "ann@example.com" {
		t.Errorf("envelope from %q to %q", letter.from, letter.to)
	}
	message, err := netmail.ReadMessage(strings.NewReader(letter.text))
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil || decoded != subject {
		t.Errorf("subject %q, %v", decoded, err)
	}
	for name, want := range map[string]string{
		"From": `"Alongside" <help@example.org>`, "To": "<ann@example.com>", "Auto-Submitted": "auto-generated",
		"Content-Type": "text/plain; charset=UTF-8", "X-Mailer": "", "User-Agent": "",
	} {
		if got := message.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if message.Header.Get("Date") == "" || message.Header.Get("Message-Id") == "" {
		t.Error("no date or no ID")
	}
	body, err := io.ReadAll(quotedprintable.NewReader(message.Body))
	if err != nil || strings.ReplaceAll(string(body), "\r\n", "\n") != text {
		t.Errorf("text %q, %v", body, err)
	}
}

func TestALetterArrives(t *testing.T) {
	cert, _ := certificate(t, "mail.example")
	for name, p := range map[string]*post{
		"STARTTLS and a user":               newPost(t, "smtp", cert),
		"TLS from the start and a user":     newPost(t, "smtps", cert),
		"neither, as only on this machine":  newPost(t, "smtp", nil),
		"a name of this machine, and no IP": newPost(t, "smtp", cert),
	} {
		t.Run(name, func(t *testing.T) {
			if strings.HasPrefix(name, "a name") {
				p.url.Host = "localhost:" + p.url.Port()
			}
			if err := p.sender().Send(t.Context(), "ann@example.com", subject, text); err != nil {
				t.Fatal(err)
			}
			letters := p.taken()
			checkLetter(t, letters)
			if letters[0].encrypted != (p.url.User != nil) {
				t.Errorf("encrypted: %v", letters[0].encrypted)
			}
		})
	}
}

// abroad makes the sender take the server for one that is not on this machine: mail.example, whose certificates roots sign.
func abroad(t *testing.T, p *post, roots *x509.CertPool) *Sender {
	t.Helper()
	elsewhere := *p.url
	elsewhere.Host = "mail.example:" + p.url.Port()
	sender, err := New(&elsewhere, "Alongside <help@example.org>")
	if err != nil {
		t.Fatal(err)
	}
	sender.tls.RootCAs = roots
	sender.connect = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, p.url.Host)
	}
	return sender
}

// Off this machine the letter, with its link, and the password leave only for a server that has proven its name.
func TestAbroadTLSIsRequired(t *testing.T) {
	right, roots := certificate(t, "mail.example")
	other, otherRoots := certificate(t, "other.example")
	for _, scheme := range []string{"smtp", "smtps"} {
		p := newPost(t, scheme, right)
		if err := abroad(t, p, roots).Send(t.Context(), "ann@example.com", subject, text); err != nil {
			t.Errorf("%s, the right name: %v", scheme, err)
		}
		checkLetter(t, p.taken())

		cases := map[string]struct {
			post  *post
			roots *x509.CertPool
		}{
			"another name":          {newPost(t, scheme, other), otherRoots},
			"signed by a stranger":  {newPost(t, scheme, right), otherRoots},
			"no TLS at all":         {newPost(t, "smtp", nil), roots},
			"nobody knows the root": {newPost(t, scheme, right), nil},
		}
		for name, c := range cases {
			c.post.url.Scheme = scheme
			err := abroad(t, c.post, c.roots).Send(t.Context(), "ann@example.com", subject, text)
			if err == nil || len(c.post.taken()) != 0 {
				t.Errorf("%s, %s: %v, %d letters", scheme, name, err, len(c.post.taken()))
			}
		}
	}
}

func TestErrorsHoldNoAddress(t *testing.T) {
	cert, _ := certificate(t, "mail.example")
	refusing := newPost(t, "smtp", cert)
	refusing.refuse = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no ann (ann@example.com) here"}
	stranger := newPost(t, "smtp", cert)
	sender := stranger.sender()
	stranger.url.User = url.UserPassword("help", "another")
	gone := newPost(t, "smtp", cert)
	gone.url.Host = "127.0.0.1:1"
	for want, err := range map[string]error{
		"refused it: 550 5.1.1": refusing.sender().Send(t.Context(), "ann@example.com", subject, text),
		"AUTH":                  sender.Send(t.Context(), "ann@example.com", subject, text),
		"connection refused":    gone.sender().Send(t.Context(), "ann@example.com", subject, text),
		"no e-mail address":     refusing.sender().Send(t.Context(), "ann", subject, text),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
			continue
		}
		for _, secret := range []string{"ann", "example.com", "s3cret", "another", "Hello", "reset"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%v holds %q", err, secret)
			}
		}
	}
}

// A letter has one reader and one subject, whatever a tenant is called.
func TestNothingIsSmuggledIntoHeaders(t *testing.T) {
	p := newPost(t, "smtp", nil)
	for _, c := range []struct{ to, subject string }{
		{"ann@example.com\r\nBcc: eve@example.com", subject},
		{"ann@example.com, eve@example.com", subject},
		{"ann@example.com", "Hello\r\nBcc: eve@example.com"},
		{"ann@example.com", "Hello\x00"},
		{"ann@example.com", "Hello\xff"},
		{"ann@example.com> SIZE=1", subject},
	} {
		if err := p.sender().Send(t.Context(), c.to, c.subject, text); err == nil {
			t.Errorf("%q, %q was sent", c.to, c.subject)
		}
	}
	if len(p.taken()) != 0 {
		t.Errorf("%+v", p.taken())
	}
	if err := p.sender().Send(t.Context(), "ann@example.com", subject, ".\r\nRSET\r\n..\r\n"); err != nil {
		t.Fatal(err)
	}
	if len(p.taken()) != 1 || p.taken()[0].to != "ann@example.com" {
		t.Errorf("%+v", p.taken())
	}
}

// A server that accepts a connection and says nothing must not hold whoever sends.
func TestASilentServerIsGivenUp(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for _, scheme := range []string{"smtp", "smtps"} {
		sender, err := New(&url.URL{Scheme: scheme, Host: listener.Addr().String()}, "help@example.org")
		if err != nil {
			t.Fatal(err)
		}
		sender.sendTime = 50 * time.Millisecond
		began := time.Now()
		if err := sender.Send(t.Context(), "ann@example.com", subject, text); err == nil {
			t.Errorf("%s: sent to nobody", scheme)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("%s: given up after %s", scheme, took)
		}
	}
}

func TestSettings(t *testing.T) {
	good := []string{"smtp://mail.example", "smtp://mail.example:2525", "smtps://u:p%2F@mail.example/", "smtp://[::1]:25", "smtp://127.0.0.1"}
	for _, text := range good {
		server, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New(server, "help@example.org"); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	bad := []string{
		"http://mail.example", "mail.example", "smtp:mail.example", "smtp://", "smtp://user:hidden@:25", "smtp://user:hidden@mail.example/path",
		"smtp://user:hidden@mail.example?x", "smtp://user:hidden@mail.example:0", "smtp://mail.example#x", "smtp://mail.example:99999",
	}
	for _, text := range bad {
		server, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New(server, "help@example.org"); err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, from := range []string{"", "Alongside", "a@b, c@d", "Alongside <help@example.org>\r\nBcc: eve@example.com"} {
		if _, err := New(&url.URL{Scheme: "smtp", Host: "mail.example"}, from); err == nil {
			t.Errorf("letters from %q", from)
		}
	}
}

// Package mail sends letters through an SMTP server.
//
// What must stay true: off this machine nothing is sent unless the connection is encrypted and the server has proven its
// name; errors hold no address and no word of a letter.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
)

// sendTime bounds how long sending one letter takes; the context of Send may bound it further.
const sendTime = 30 * time.Second

// Ports where the setting names none: message submission (RFC 6409) and the same under TLS from the start (RFC 8314).
const (
	portSMTP  = 587
	portSMTPS = 465
)

// Sender sends letters, each over its own connection. It is safe for use by many goroutines. All its fields are fixed.
type Sender struct {
	host     string
	from     string
	tls      *tls.Config
	fromTLS  bool // the connection begins with TLS, rather than change to it
	sendTime time.Duration
	connect  func(ctx context.Context, network, address string) (net.Conn, error)
	options  []gomail.Option
}

// New reads where letters go: smtp://user:password@host:587, which has to change to TLS (STARTTLS), or
// smtps://user:password@host:465; ports and user are optional. A server on this machine may do without TLS, and its
// certificate is not looked at. from is the sender of all letters, as in "Alongside <help@example.org>". New connects to
// nothing; its errors never hold the password.
func New(server *url.URL, from string) (*Sender, error) {
	host := server.Hostname()
	if host == "" || server.Opaque != "" || strings.Trim(server.Path, "/") != "" || server.RawQuery != "" || server.Fragment != "" {
		return nil, errors.New("mail server must be given as smtp://user:password@host:587 or smtps://…")
	}
	sender, err := netmail.ParseAddress(from)
	if err != nil || hasControl(from) {
		return nil, errors.New(`sender of letters must be an address such as "Alongside <help@example.org>"`)
	}
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	policy := gomail.TLSMandatory
	if isLoopback(host) {
		policy = gomail.TLSOpportunistic
		config.InsecureSkipVerify = true // nobody stands between; local servers' certificates name other hosts
	}
	port := portSMTP
	switch server.Scheme {
	case "smtp":
	case "smtps":
		port = portSMTPS
		policy = gomail.TLSOpportunistic // nothing is left to change
	default:
		return nil, errors.New("mail server must begin with smtp:// or smtps://")
	}
	if text := server.Port(); text != "" {
		number, err := strconv.ParseUint(text, 10, 16)
		if err != nil || number == 0 {
			return nil, errors.New("mail server has an impossible port")
		}
		port = int(number)
	}
	options := []gomail.Option{
		gomail.WithPort(port), gomail.WithTLSConfig(config), gomail.WithTLSPolicy(policy), gomail.WithTimeout(sendTime), gomail.WithoutNoop(),
	}
	if user := server.User.Username(); user != "" {
		password, _ := server.User.Password()
		options = append(options,
			gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(user), gomail.WithPassword(password))
	}
	s := &Sender{
		host: host, from: sender.String(), tls: config, fromTLS: server.Scheme == "smtps", sendTime: sendTime,
		connect: new(net.Dialer).DialContext, options: options,
	}
	if _, err := gomail.NewClient(s.host, s.options...); err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	return s, nil
}

// Send sends a plain text letter to one person. When it returns without an error, the server has taken the letter.
func (s *Sender) Send(ctx context.Context, to, subject, text string) error {
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if hasControl(to) || hasControl(subject) {
		return errors.New("write letter: its reader or subject contains a control character")
	}
	if err := errors.Join(letter.From(s.from), letter.To(to)); err != nil {
		return errors.New("write letter: its reader has no e-mail address")
	}
	letter.Subject(subject)
	letter.SetDate()
	letter.SetMessageID()
	// Automatic letters get no automatic answers (RFC 3834 §5).
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	letter.SetBodyString(gomail.TypeTextPlain, text)

	ctx, cancel := context.WithTimeout(ctx, s.sendTime)
	defer cancel()
	client, err := gomail.NewClient(s.host, append(slices.Clone(s.options), gomail.WithDialContextFunc(s.dialUntil(ctx)))...)
	if err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	if err := client.DialAndSendWithContext(ctx, letter); err != nil {
		return withoutAddresses(err)
	}
	return nil
}

// dialUntil connects with connections that end when ctx does. The library heeds a context only while it connects: a server
// that falls silent would hold it for ever.
func (s *Sender) dialUntil(ctx context.Context) gomail.DialContextFunc {
	return func(_ context.Context, network, address string) (net.Conn, error) {
		conn, err := s.connect(ctx, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { conn.Close() })
		if !s.fromTLS {
			return conn, nil
		}
		encrypted := tls.Client(conn, s.tls)
		if err := encrypted.HandshakeContext(ctx); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		return encrypted, nil
	}
}

// address is what an e-mail address looks like in the middle of a sentence.
var address = regexp.MustCompile(`[^\s<>"',;]*@[^\s<>"',;]*`)

// withoutAddresses keeps of an error what helps whoever runs the server, and nothing of whom the letter is for. What servers
// say about a letter can hold anything, so that only their codes are kept.
func withoutAddresses(err error) error {
	var refused *gomail.SendError
	if errors.As(err, &refused) && refused.ErrorCode() != 0 {
		return fmt.Errorf("send letter: the mail server refused it: %d %s", refused.ErrorCode(), refused.EnhancedStatusCode())
	}
	return errors.New("send letter: " + address.ReplaceAllString(err.Error(), "(address)"))
}

func hasControl(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl)
}

// isLoopback takes names for addresses of this machine only where no name server can say otherwise (RFC 6761 §6.3).
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

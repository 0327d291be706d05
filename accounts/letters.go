package accounts

import (
	"context"
	"strings"
	"sync"
	"time"
)

// Page is a page of the console that a link with a token opens.
type Page string

const (
	PageSetup      Page = "/setup"
	PageInvitation Page = "/invitation"
	PageReset      Page = "/reset"
)

// Link is the address of a page for whoever holds the token. The token stands after the #, so that browsers send it to no
// server and no log can hold it.
func (s *Service) Link(page Page, token string) string { return s.public + string(page) + "#" + token }

// How long sending one letter may take, and how many are sent at the same time after the answer to whoever caused them.
const (
	letterTime     = 30 * time.Second
	lettersAtOnce  = 32
	lettersBusyFor = time.Minute // what whoever comes beyond that is told to wait
)

// letters are those being sent after the answer to whoever caused them.
type letters struct {
	slots   chan struct{}
	sending *sync.WaitGroup
}

func newLetters() letters {
	return letters{slots: make(chan struct{}, lettersAtOnce), sending: new(sync.WaitGroup)}
}

// later runs do soon, within letterTime, whether ctx ends or not. With too many under way it returns a *RateError.
func (l letters) later(ctx context.Context, do func(ctx context.Context)) error {
	select {
	case l.slots <- struct{}{}:
	default:
		return &RateError{lettersBusyFor}
	}
	l.sending.Go(func() {
		defer func() { <-l.slots }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), letterTime)
		defer cancel()
		do(ctx)
	})
	return nil
}

// Wait waits for letters that are being sent; each has a deadline. The program calls it before it closes the store.
func (s *Service) Wait() { s.letters.sending.Wait() }

// letterKind is what a letter is about.
type letterKind int

const (
	letterInvitation letterKind = iota
	letterReset
)

// letterWords are what a letter's text names. They are put in place of {tenant} and {link}.
type letterWords struct{ Tenant, Link string }

// send sends a letter and says whether the mail server took it. A letter that could not be sent is logged, without its
// words and its reader.
func (s *Service) send(ctx context.Context, to, language string, kind letterKind, words letterWords) (sent bool) {
	if s.mail == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, letterTime)
	defer cancel()
	text := textIn(language, letterTexts[kind])
	fill := strings.NewReplacer("{tenant}", words.Tenant, "{link}", words.Link)
	if err := s.mail.Send(ctx, to, fill.Replace(text.subject), fill.Replace(text.body)); err != nil {
		s.log.Warn("a letter could not be sent", "err", err)
		return false
	}
	return true
}

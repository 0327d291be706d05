package accounts

import (
	"sync"
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

// letters are those being sent after the answer to whoever caused them.
type letters struct {
	sending *sync.WaitGroup
}

func newLetters() letters { return letters{sending: new(sync.WaitGroup)} }

// Wait waits for letters that are being sent; each has a deadline. The program calls it before it ends.
func (s *Service) Wait() { s.letters.sending.Wait() }

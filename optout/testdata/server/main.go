// Server serves the opt-out pages as the program does, beside a site of another origin, until its input ends. It prints
// where they are, and then each session that is told of an objection.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"alongside/optout"
	"alongside/privacy"
)

type sites map[string]optout.Site

func (s sites) ByKey(_ context.Context, key string) (optout.Site, error) {
	if site, ok := s[key]; ok {
		return site, nil
	}
	return optout.Site{}, errors.New("unknown")
}

type sessions struct{}

func (sessions) Object(_ context.Context, tenant, room string) error {
	fmt.Println("objected", tenant, room)
	return nil
}

func main() {
	listen := func(host string) (net.Listener, string) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		return listener, fmt.Sprintf("http://%s:%d", host, listener.Addr().(*net.TCPAddr).Port)
	}
	own, public := listen("127.0.0.1")
	shop, origin := listen("localhost") // another site to a browser
	keys := privacy.NewKeyring(make([]byte, privacy.KeyBytes), nil)
	pages := optout.New(optout.Config{
		Keys: keys,
		Sites: sites{
			"site_shop":  {Key: "site_shop", Name: "Café Lumière", Tenant: "acme", Origins: []string{origin, "https://fr.example.com"}},
			"site_other": {Key: "site_other", Name: "<b>Other</b> & Sons", Tenant: "acme", Origins: []string{"https://other.example"}},
		},
		Sessions: sessions{}, Public: public,
	})
	go http.Serve(own, pages)
	go http.Serve(shop, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<title>The shop</title>")
	}))
	err := json.NewEncoder(os.Stdout).Encode(map[string]string{
		"public": public, "origin": origin, "session": keys.SessionToken("site_shop", "acme", "room1"),
	})
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, os.Stdin)
}

// nats is the NATS server with nothing but its WebSocket listener, all else as it comes.
package main

import (
	"flag"
	"log"
	"net"
	"strconv"

	"github.com/nats-io/nats-server/v2/server"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:7104", "listen address")
	flag.Parse()
	host, port, err := net.SplitHostPort(*addr)
	if err != nil {
		log.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		log.Fatal(err)
	}
	s, err := server.NewServer(&server.Options{
		DontListen: true, NoLog: true,
		Websocket: server.WebsocketOpts{Host: host, Port: n, NoTLS: true},
	})
	if err != nil {
		log.Fatal(err)
	}
	s.Start()
	s.WaitForShutdown()
}

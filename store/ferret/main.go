// Command ferret serves MongoDB's wire protocol from SQLite files in a temporary folder, for tests: no MongoDB server can
// be installed by package on the machines that build Alongside. It is a module of its own, so that nothing of FerretDB gets
// near the program. It prints its URI and ends, with its folder, when its standard input does.
//
// FerretDB 1 loses updates when several change one document at once; MongoDB does not. So commands pass one after the other
// here: clients still interleave between commands, which is what a compare-and-set has to bear, but what happens inside a
// server under load only a real MongoDB shows.
package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "ferret:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "ferret")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "socket")
	server, err := ferretdb.New(&ferretdb.Config{
		Logger:    slog.New(slog.DiscardHandler),
		Listener:  ferretdb.ListenerConfig{Unix: socket},
		Handler:   "sqlite",
		SQLiteURL: "file:" + dir + "/",
	})
	if err != nil {
		return fmt.Errorf("start FerretDB: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var running sync.WaitGroup
	running.Go(func() { _ = server.Run(ctx) })

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go accept(listener, socket)
	fmt.Printf("mongodb://%s/\n", listener.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	cancel()
	running.Wait()
	return nil
}

func accept(listener net.Listener, socket string) {
	var turn sync.Mutex
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer client.Close()
			server, err := net.Dial("unix", socket)
			if err != nil {
				return
			}
			defer server.Close()
			for exchange(client, server, &turn) == nil {
			}
		}()
	}
}

// exchange passes one command on and its answer back, while it has the turn.
func exchange(client, server net.Conn, turn *sync.Mutex) error {
	command, err := readMessage(client)
	if err != nil {
		return err
	}
	turn.Lock()
	_, err = server.Write(command)
	var answer []byte
	if err == nil {
		answer, err = readMessage(server)
	}
	turn.Unlock()
	if err != nil {
		return err
	}
	_, err = client.Write(answer)
	return err
}

// readMessage reads a whole message of the wire protocol, which begins with its length in bytes.
func readMessage(from io.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(from, length[:]); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(length[:])
	if size < 16 || size > 64<<20 {
		return nil, errors.New("a message of impossible length")
	}
	message := make([]byte, size)
	copy(message, length[:])
	_, err := io.ReadFull(from, message[4:])
	return message, err
}

// Command alongside is the whole product in one program: `serve` for real use, `demo` to look at it, `setup` to make
// the first tenant, site and admin, `bench` to measure it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// release is set by the build to the version that is being built.
var release = "devel"

// command is one subcommand.
type command struct {
	name, help string
	run        func(ctx context.Context, s *settings, stdout io.Writer, logger *slog.Logger) error
}

var commands = []command{
	{"serve", "run the server", serve},
	{"demo", "run the server with a demo shop and a ready agent, on data that is thrown away", runDemo},
	{"setup", "make the first tenant, site and admin in the data folder", setup},
	{"bench", "measure what the server carries on this machine", runBench},
	{"version", "print the version", nil},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "alongside:", err)
		stop()
		os.Exit(1)
	}
}

// run is main without the process: tests call it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	for _, c := range commands {
		if c.name != name {
			continue
		}
		if c.run == nil {
			fmt.Fprintln(stdout, "alongside", versionText())
			return nil
		}
		s, err := loadSettings(c.name, args[1:], os.Getenv, stdout)
		if errors.Is(err, errUsage) {
			return nil
		}
		if err != nil {
			return err
		}
		return c.run(ctx, s, stdout, newLogger(s, stderr))
	}
	usage := stderr
	if name == "help" || name == "-h" || name == "--help" || name == "-help" {
		usage = stdout
	}
	fmt.Fprint(usage, "usage: alongside COMMAND [settings]\n\n")
	for _, c := range commands {
		fmt.Fprintf(usage, "  %-9s %s\n", c.name, c.help)
	}
	fmt.Fprint(usage, "\n`alongside COMMAND -help` lists the settings of a command.\n")
	if usage == stdout {
		return nil
	}
	if name == "" {
		return errors.New("no command given")
	}
	return fmt.Errorf("there is no command %q", name)
}

func newLogger(s *settings, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: s.logLevel}
	if s.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

func versionText() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return release
	}
	return release + " " + info.GoVersion
}

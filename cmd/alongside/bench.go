package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"alongside/relay/bench"
)

// runBench measures this very program, run as `serve` on data that is thrown away, beside whatever peers there are.
func runBench(ctx context.Context, s *settings, stdout io.Writer, logger *slog.Logger) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	return bench.Run(ctx, bench.Options{
		Program: program, Peers: s.peers, Only: s.only, Rounds: s.rounds, Seconds: s.seconds, Quick: s.quick, Log: logger,
	}, stdout)
}

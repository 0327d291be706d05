package main

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestBenchMeasuresEveryScenario(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("measuring needs Linux")
	}
	program := filepath.Join(t.TempDir(), "alongside")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var out, log bytes.Buffer
	c := exec.CommandContext(ctx, program, "bench", "-quick", "-rounds", "1")
	c.Stdout, c.Stderr = &out, &log
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, &out, &log)
	}
	rows := 0
	for line := range strings.Lines(out.String()) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| |") {
			continue
		}
		rows++
		if strings.Contains(line, "| – |") {
			t.Errorf("nothing measured: %s", line)
		}
	}
	if rows < 20 {
		t.Errorf("%d rows of figures:\n%s", rows, &out)
	}
}

func TestBenchNamesWhatItDoesNotKnow(t *testing.T) {
	err := run(t.Context(), []string{"bench", "-only", "busy,nothing"}, &bytes.Buffer{}, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), `"nothing"`) || !strings.Contains(err.Error(), "storm") {
		t.Errorf("got %v, want an error that names what is unknown and what there is", err)
	}
}

//go:build !linux

package bench

import (
	"errors"
	"os/exec"
	"time"
)

const tickSeconds = 0.01

type machine struct {
	at                time.Time
	all, busy, stolen float64
}

var errLinux = errors.New("measuring needs Linux: it reads /proc")

func pinSelf(int) error                { return errLinux }
func nap(d time.Duration)              { time.Sleep(d) }
func startPinned(*exec.Cmd, int) error { return errLinux }
func CPUSeconds(int) float64           { return 0 }
func residentBytes(int) float64        { return 0 }
func openFiles() int                   { return 0 }
func readMachine() machine             { return machine{} }
func loadAverage() float64             { return 0 }

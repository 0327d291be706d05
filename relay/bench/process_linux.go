package bench

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// tickSeconds is the unit of CPU times in /proc (USER_HZ, fixed at 100 for what user space sees).
const tickSeconds = 0.01

// cores is a set of cores, as sched_setaffinity(2) takes it.
type cores [16]uint64

func only(core int) (set cores) {
	set[core/64] = 1 << (core % 64)
	return set
}

func (set *cores) call(number uintptr, thread int) error {
	if _, _, errno := syscall.RawSyscall(number, uintptr(thread), unsafe.Sizeof(*set), uintptr(unsafe.Pointer(set))); errno != 0 {
		return errno
	}
	return nil
}

// pinSelf keeps this process on one core; threads to come inherit it.
func pinSelf(core int) error {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return fmt.Errorf("list own threads: %w", err)
	}
	set := only(core)
	for _, task := range tasks {
		if id, err := strconv.Atoi(task.Name()); err == nil {
			if err := set.call(syscall.SYS_SCHED_SETAFFINITY, id); err != nil && err != syscall.ESRCH {
				return fmt.Errorf("pin to core %d: %w", core, err)
			}
		}
	}
	return nil
}

// startPinned starts a command on one core. It ends when this process does.
func startPinned(c *exec.Cmd, core int) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var was cores
	if err := was.call(syscall.SYS_SCHED_GETAFFINITY, 0); err != nil {
		return fmt.Errorf("read cores: %w", err)
	}
	set := only(core)
	if err := set.call(syscall.SYS_SCHED_SETAFFINITY, 0); err != nil {
		return fmt.Errorf("pin to core %d: %w", core, err)
	}
	defer was.call(syscall.SYS_SCHED_SETAFFINITY, 0)
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c.Start()
}

// CPUSeconds is what a process has used so far, in user and kernel mode.
func CPUSeconds(pid int) float64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, _ := strings.Cut(string(b), ") ")
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseFloat(fields[11], 64)
	kernel, _ := strconv.ParseFloat(fields[12], 64)
	return (user + kernel) * tickSeconds
}

// residentBytes is the memory a process has in RAM.
func residentBytes(pid int) float64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	var all, resident float64
	fmt.Sscan(string(b), &all, &resident)
	return resident * float64(os.Getpagesize())
}

// openFiles is how many files this process and those it starts may open each.
func openFiles() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 1024
	}
	if limit.Cur < limit.Max {
		limit.Cur = limit.Max
		syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	}
	return int(limit.Cur)
}

// machine is a reading of what all cores did so far, in seconds.
type machine struct {
	at                time.Time
	all, busy, stolen float64
}

func readMachine() machine {
	m := machine{at: time.Now()}
	b, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(b), "\n")
	for i, field := range strings.Fields(line) {
		ticks, err := strconv.ParseFloat(field, 64)
		if err != nil || i > 8 { // guest times are within user time
			continue
		}
		m.all += ticks * tickSeconds
		switch i {
		case 4, 5: // idle, waiting for disks
		case 8:
			m.stolen += ticks * tickSeconds
		default:
			m.busy += ticks * tickSeconds
		}
	}
	return m
}

// loadAverage is that of the last minute.
func loadAverage() (load float64) {
	b, _ := os.ReadFile("/proc/loadavg")
	fmt.Sscan(string(b), &load)
	return load
}

// nap sleeps in the kernel, which is finer than the runtime's timers.
func nap(d time.Duration) {
	t := syscall.NsecToTimespec(int64(d))
	syscall.Nanosleep(&t, nil)
}

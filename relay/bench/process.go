package bench

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// process is a server that runs.
type process struct {
	*exec.Cmd
	log   *tail
	ended chan struct{}
}

const startTimeout = 20 * time.Second

// start starts a server on a core, -1 for any, and waits until it listens.
func start(c *exec.Cmd, address string, core int) (*process, error) {
	p := &process{Cmd: c, log: &tail{}, ended: make(chan struct{})}
	c.Stdout, c.Stderr = p.log, p.log
	begin := c.Start
	if core >= 0 {
		begin = func() error { return startPinned(c, core) }
	}
	if err := begin(); err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(c.Path), err)
	}
	go func() {
		c.Wait()
		close(p.ended)
	}()
	for deadline := time.Now().Add(startTimeout); ; {
		nc, err := net.Dial("tcp4", address)
		if err == nil {
			nc.Close()
			return p, nil
		}
		select {
		case <-p.ended:
			return nil, fmt.Errorf("%s ended: %s", filepath.Base(c.Path), p.log)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			p.kill()
			return nil, fmt.Errorf("%s does not listen after %s: %s", filepath.Base(c.Path), startTimeout, p.log)
		}
	}
}

// stop asks the server to end, and waits.
func (p *process) stop() {
	p.Process.Signal(os.Interrupt)
	select {
	case <-p.ended:
	case <-time.After(startTimeout):
		p.kill()
	}
}

func (p *process) kill() {
	p.Process.Kill()
	<-p.ended
}

// tail keeps the end of what a server says.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const tailBytes = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, b...)
	t.b = t.b[max(0, len(t.b)-tailBytes):]
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}

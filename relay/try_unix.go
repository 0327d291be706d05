//go:build unix

package relay

import (
	"io"
	"syscall"
)

// canTry tells that a socket can be read and written without waiting.
const canTry = true

// tryRead reads what is there; again means nothing is. The end is io.EOF.
func tryRead(fd uintptr, p []byte) (n int, again bool, err error) {
	for {
		n, err = syscall.Read(int(fd), p)
		switch {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return 0, true, nil
		case err == nil && n == 0:
			return 0, false, io.EOF
		default:
			return max(n, 0), false, err
		}
	}
}

// tryWrite writes as much as the kernel takes; again means nothing.
func tryWrite(fd uintptr, p []byte) (n int, again bool, err error) {
	for {
		n, err = syscall.Write(int(fd), p)
		switch err {
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, true, nil
		default:
			return max(n, 0), false, err
		}
	}
}

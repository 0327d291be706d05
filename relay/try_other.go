//go:build !unix

package relay

import "errors"

// canTry tells that a socket can be read and written without waiting: here it cannot, and every write gets a goroutine.
const canTry = false

func tryRead(uintptr, []byte) (int, bool, error)  { return 0, false, errors.ErrUnsupported }
func tryWrite(uintptr, []byte) (int, bool, error) { return 0, false, errors.ErrUnsupported }

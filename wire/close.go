package wire

import (
	"fmt"
	"strings"
)

// CloseCode is a WebSocket close code (RFC 6455 §7.4.2, private range). Below 4200 the client reconnects, from 4400 it
// does not.
type CloseCode int

// Close codes of version 1.
const (
	CloseMoving    CloseCode = 4000 // the server goes away; the room lives on
	CloseSlow      CloseCode = 4001 // the ordered lane overflowed
	CloseSilent    CloseCode = 4002 // nothing was heard for SilenceTimeout
	CloseMalformed CloseCode = 4400
	CloseTicket    CloseCode = 4401
	CloseWrongRole CloseCode = 4403
	CloseNoRoom    CloseCode = 4404
	CloseNoHello   CloseCode = 4408
	CloseReplaced  CloseCode = 4409 // a newer connection of the same seat took over
	CloseEnded     CloseCode = 4410
	CloseTooLarge  CloseCode = 4413
	CloseTooMany   CloseCode = 4429
)

// MayReconnect tells whether a client closed with the code should come back by itself.
func (c CloseCode) MayReconnect() bool { return c < 4400 }

const maxReasonBytes = 120 // a close frame holds 123 (RFC 6455 §5.5)

// CloseError is a reason to end one connection; it never carries content of a frame.
type CloseError struct {
	Code   CloseCode
	Reason string // a plain sentence of at most maxReasonBytes
}

func (e *CloseError) Error() string { return fmt.Sprintf("close %d: %s", e.Code, e.Reason) }

// Closef makes a CloseError.
func Closef(code CloseCode, format string, args ...any) *CloseError {
	reason := fmt.Sprintf(format, args...)
	if len(reason) > maxReasonBytes {
		reason = strings.ToValidUTF8(reason[:maxReasonBytes], "")
	}
	return &CloseError{Code: code, Reason: reason}
}

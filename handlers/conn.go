package handlers

import (
	"context"
	"net"
	"syscall"
)

// unsentMost is how many bytes of a stream may wait in the kernel for the network.
// Frames that wait there grow old: this is one or two of the default lab's.
const unsentMost = 16 << 10

type connKey struct{}

// ConnContext makes a connection known to the requests that come by it. It is for
// [http.Server]; without it, streams work as well, but a slow client's frames are older.
func ConnContext(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// keepShort keeps what waits to be sent by the connection of a request short.
func keepShort(ctx context.Context) {
	conn, ok := ctx.Value(connKey{}).(syscall.Conn)
	if !ok {
		return // of TLS, or a test
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return // closed: the first write will tell
	}
	_ = raw.Control(limitUnsent) // the same
}

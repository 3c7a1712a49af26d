package stream

import (
	"context"
	"net"
	"syscall"
)

// maxUnsent is how many bytes of a stream may wait in the kernel for the network. Frames that wait
// there grow old; this is one or two frames of the first lab that the page shows.
const maxUnsent = 16 << 10

type connKey struct{}

// ConnContext makes a connection known to its requests, for [LimitUnsent]. It is for
// [http.Server.ConnContext]; without it streams work too, but a slow client's frames are older.
func ConnContext(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// LimitUnsent limits how much of a stream the kernel holds back for a slow client. ctx is the
// context of a request. It does nothing to a connection without a socket of its own, such as one
// with TLS.
func LimitUnsent(ctx context.Context) {
	conn, ok := ctx.Value(connKey{}).(syscall.Conn)
	if !ok {
		return
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return // closed; the first write fails too
	}
	_ = raw.Control(limitUnsent) // as above
}

package sim

import (
	"net"
	"os"
	"sync/atomic"

	"github.com/nnvisu/nnvisu/tests/sim/memnet"
)

// A failure is how an operation can fail.
type failure struct {
	operation string // "read", "write" or "memory"
	how       string
	fail      func(conn *memnet.Conn, operate operate, b []byte) (int, error) // of read and write
}

// A planned is a failure that is to happen to one of the operations.
type planned struct {
	failure
	n    int64
	seen atomic.Int64
}

// An operate is Read or Write of a connection.
type operate func(conn *memnet.Conn, b []byte) (int, error)

// isDue counts an operation and reports whether it is to fail.
func (p *planned) isDue(operation string) bool {
	return p != nil && p.operation == operation && p.seen.Add(1) == p.n
}

// happened reports whether there were as many operations.
func (p *planned) happened() bool { return p.seen.Load() >= p.n }

// failures is the table of them.
var failures = []failure{
	{operation: "read", how: "reset", fail: reset},
	{operation: "read", how: "short", fail: short},
	{operation: "read", how: "timeout", fail: timeout},
	{operation: "read", how: "stall", fail: stall},
	{operation: "write", how: "reset", fail: reset},
	{operation: "write", how: "short", fail: short},
	{operation: "write", how: "timeout", fail: timeout},
	{operation: "write", how: "stall", fail: stall},
	{operation: "memory", how: "refused"},
}

// reset loses the connection.
func reset(conn *memnet.Conn, operate operate, b []byte) (int, error) {
	conn.Break(memnet.Reset)
	return operate(conn, b)
}

// short does a half, and loses the connection.
func short(conn *memnet.Conn, operate operate, b []byte) (int, error) {
	n, err := operate(conn, b[:(len(b)+1)/2])
	conn.Break(memnet.Reset)
	return n, err
}

// timeout does nothing in time.
func timeout(*memnet.Conn, operate, []byte) (int, error) { return 0, os.ErrDeadlineExceeded }

// stall makes the line a dead one: what is written does not arrive, and nothing comes to be read.
func stall(conn *memnet.Conn, operate operate, b []byte) (int, error) {
	conn.Break(memnet.Stall)
	return operate(conn, b)
}

// A failingListener accepts connections whose operations fail as is planned.
type failingListener struct {
	net.Listener
	plan *atomic.Pointer[planned]
}

func (l failingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return failingConn{conn.(*memnet.Conn), l.plan}, nil
}

type failingConn struct {
	*memnet.Conn
	plan *atomic.Pointer[planned]
}

func (c failingConn) Read(b []byte) (int, error)  { return c.operate("read", (*memnet.Conn).Read, b) }
func (c failingConn) Write(b []byte) (int, error) { return c.operate("write", (*memnet.Conn).Write, b) }

func (c failingConn) operate(operation string, operate operate, b []byte) (int, error) {
	if p := c.plan.Load(); p.isDue(operation) {
		return p.fail(c.Conn, operate, b)
	}
	return operate(c.Conn, b)
}

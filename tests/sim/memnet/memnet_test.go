package memnet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/nettest"
)

// connect returns the two ends of a connection.
func connect(tb testing.TB, n *Network, line Line) (caller, called net.Conn) {
	tb.Helper()
	l, err := n.Listen("server")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	if caller, err = n.Dial(context.Background(), "client", "server", line); err != nil {
		tb.Fatal(err)
	}
	if called, err = l.Accept(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { caller.Close(); called.Close() })
	return caller, called
}

// TestConn: an end is a net.Conn in every way that package nettest knows.
func TestConn(t *testing.T) {
	for name, line := range map[string]Line{
		"Perfect": {},
		"Split":   {Piece: 1000, Room: 3000, Seed: 1},
		"Late":    {Latency: 50 * time.Microsecond, Jitter: 20 * time.Microsecond},
	} {
		t.Run(name, func(t *testing.T) {
			nettest.TestConn(t, func() (caller, called net.Conn, stop func(), err error) {
				caller, called = connect(t, New(), line)
				return caller, called, func() { caller.Close(); called.Close() }, nil
			})
		})
	}
}

// TestTravel: bytes arrive after the latency, at the pace of the line.
func TestTravel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		caller, called := connect(t, New(), Line{Latency: 100 * time.Millisecond, Pace: 1000, Piece: 7})
		start := time.Now()
		go caller.Write(make([]byte, 500))
		if _, err := io.ReadFull(called, make([]byte, 500)); err != nil {
			t.Fatal(err)
		}
		if got, want := time.Since(start), 600*time.Millisecond; got < want || got > want+time.Microsecond {
			t.Errorf("500 bytes took %v; want %v", got, want)
		}
	})
}

// TestBreaks: a line carries exactly as many bytes as it says, and then breaks as it says.
func TestBreaks(t *testing.T) {
	for _, test := range []struct {
		how         Break
		arrives     int // of 100 bytes
		read, write error
		lasts       time.Duration
	}{
		{Whole, 100, os.ErrDeadlineExceeded, nil, time.Hour},
		{Reset, 0, syscall.ECONNRESET, syscall.ECONNRESET, 0},
		{End, 40, io.EOF, syscall.EPIPE, 0},
		{Stall, 0, syscall.ETIMEDOUT, nil, GiveUp},
	} {
		t.Run(test.how.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				caller, called := connect(t, New(), Line{Break: test.how, After: 40})
				start := time.Now()
				if _, err := caller.Write(make([]byte, 100)); !errors.Is(err, test.write) {
					t.Errorf("Write = %v; want %v", err, test.write)
				}
				var got bytes.Buffer
				called.SetReadDeadline(start.Add(time.Hour))
				_, err := got.ReadFrom(called)
				if test.read == io.EOF {
					test.read = nil // which ReadFrom takes for the end
				}
				if got.Len() != test.arrives || !errors.Is(err, test.read) || time.Since(start) != test.lasts {
					t.Errorf("read %d bytes, %v after %v; want %d, %v after %v",
						got.Len(), err, time.Since(start), test.arrives, test.read, test.lasts)
				}
			})
		})
	}
}

// TestHeal: a line that is healed is late no more, and does not break.
func TestHeal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New()
		caller, called := connect(t, n, Line{Room: 10, Latency: time.Second, Break: Reset, After: 40})
		n.Heal()
		start := time.Now()
		if _, err := caller.Write(make([]byte, 100)); err != nil {
			t.Error(err)
		}
		if _, err := io.ReadFull(called, make([]byte, 100)); err != nil || time.Since(start) != 0 {
			t.Errorf("read: %v after %v; want all at once", err, time.Since(start))
		}
	})
}

// TestRoom: a writer waits while the reader does not read.
func TestRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		caller, _ := connect(t, New(), Line{Room: 10})
		caller.SetWriteDeadline(time.Now().Add(time.Minute))
		n, err := caller.Write(make([]byte, 100))
		if n != 10 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Write = %d, %v; want 10 and the deadline", n, err)
		}
	})
}

// TestHosts: what the network does to a host happens to all its connections.
func TestHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New()
		caller, called := connect(t, n, Line{})
		if _, err := n.Dial(t.Context(), "client", "server", Line{}); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("Dial without a listener: %v; want %v", err, syscall.ECONNREFUSED)
		}
		start := time.Now()
		n.Freeze("server", start.Add(time.Second))
		go caller.Write([]byte("late"))
		if _, err := io.ReadFull(called, make([]byte, 4)); err != nil || time.Since(start) != time.Second {
			t.Errorf("from a host that hangs for a second: %v after %v", err, time.Since(start))
		}
		n.Cut("client")
		if _, err := called.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("Read after Cut: %v; want %v", err, syscall.ECONNRESET)
		}
		if n.Open() != 0 {
			t.Errorf("%d connections are open after Cut; want none", n.Open())
		}
	})
}

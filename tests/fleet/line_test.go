package fleet

import (
	"io"
	"net"
	"testing"
	"time"
)

// open connects to a server that sends back what it gets, over a line.
func open(t *testing.T) (*Line, net.Conn) {
	t.Helper()
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { echo.Close() })
	go func() {
		for {
			c, err := echo.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); io.Copy(c, c) }()
		}
	}()
	line, err := NewLine(echo.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(line.Close)
	return line, dial(t, line)
}

func dial(t *testing.T, line *Line) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", line.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// trip sends bytes and returns how long they took to come back, and no longer than patience.
func trip(t *testing.T, c net.Conn, n int, patience time.Duration) (time.Duration, error) {
	t.Helper()
	began := time.Now()
	if err := c.SetDeadline(began.Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write(make([]byte, n)); err != nil {
		return 0, err
	}
	_, err := io.ReadFull(c, make([]byte, n))
	return time.Since(began), err
}

// soon and long are how long a test waits for what must not come, and for what must.
const (
	soon = 100 * time.Millisecond
	long = 10 * time.Second
)

// TestLine: a line carries bytes in each of its qualities as it says.
func TestLine(t *testing.T) {
	line, c := open(t)
	for _, test := range []struct {
		name  string
		q     Quality
		n     int
		least time.Duration
	}{
		{"Good", Quality{}, 100_000, 0},
		{"Delay", Quality{Delay: 50 * time.Millisecond}, 10, 100 * time.Millisecond},
		{"Rate", Quality{Rate: 100_000}, 10_000, 100 * time.Millisecond},
		{"Chunk", Quality{Chunk: 1}, 1000, 0},
	} {
		line.Set(test.q)
		if took, err := trip(t, c, test.n, long); err != nil || took < test.least {
			t.Errorf("%s: back after %v (%v); want at least %v", test.name, took, err, test.least)
		}
	}

	line.Set(Quality{Stalled: true})
	if took, err := trip(t, c, 1, soon); err == nil {
		t.Errorf("a line that stalls brings a byte back after %v", took)
	}
	line.Set(Quality{})
	c.SetDeadline(time.Now().Add(long))
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Errorf("after the stall: %v; want what was sent meanwhile", err)
	}

	line.Swallow()
	if took, err := trip(t, c, 1, soon); err == nil {
		t.Errorf("a line that swallows brings a byte back after %v", took)
	}
	second := dial(t, line)
	if _, err := trip(t, second, 1, long); err != nil {
		t.Errorf("a new connection after that: %v; want it to work", err)
	}
	line.Cut()
	if _, err := trip(t, second, 1, long); err == nil {
		t.Error("a line that was cut brings a byte back")
	}
	line.Set(Quality{Down: true})
	if c, err := net.Dial("tcp", line.Addr); err == nil {
		defer c.Close()
		if _, err := trip(t, c, 1, long); err == nil {
			t.Error("a line that is down brings a byte back")
		}
	}
}

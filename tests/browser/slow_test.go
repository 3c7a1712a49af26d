package browser

import (
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/tests/contract"
)

// A slowLine is a listener before whose clients a proxy keeps what they do not take yet, however
// much it is: they get some bytes in each tick.
type slowLine struct {
	net.Listener
	bytes int // a second; 0: all at once

	mu    sync.Mutex
	drawn map[int]time.Time // when a server sent a step
}

// tick is how often a slow line takes some bytes.
const tick = 20 * time.Millisecond

func (l *slowLine) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	slow := &slowConn{Conn: c, line: l, wake: make(chan struct{}, 1)}
	go slow.pass()
	return slow, nil
}

// age returns how old a step is.
func (l *slowLine) age(step int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Since(l.drawn[step])
}

// A slowConn takes all that is written at once, and passes it on slowly.
type slowConn struct {
	net.Conn
	line *slowLine
	wake chan struct{}

	mu     sync.Mutex
	waits  bytes.Buffer
	closed bool
}

var dataStep = regexp.MustCompile(`data-step="(\d+)"`)

func (c *slowConn) Write(b []byte) (int, error) {
	c.line.mu.Lock()
	for _, m := range dataStep.FindAllSubmatch(b, -1) {
		step, _ := strconv.Atoi(string(m[1])) // digits
		c.line.drawn[step] = time.Now()
	}
	c.line.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, net.ErrClosed
	}
	c.waits.Write(b)
	c.notify()
	return len(b), nil
}

// Close closes the connection when all has been passed on.
func (c *slowConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.notify()
	return nil
}

func (c *slowConn) notify() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *slowConn) pass() {
	defer c.Conn.Close()
	for range c.wake {
		for {
			c.mu.Lock()
			n := c.waits.Len()
			if c.line.bytes > 0 {
				n = min(n, c.line.bytes*int(tick/time.Millisecond)/1000)
			}
			part := bytes.Clone(c.waits.Next(n))
			over := c.closed && len(part) == 0
			c.mu.Unlock()
			if _, err := c.Conn.Write(part); over || err != nil {
				return
			}
			if len(part) == 0 {
				break
			}
			if c.line.bytes > 0 {
				time.Sleep(tick)
			}
		}
	}
}

// TestBrowserSlowLine: over a line that is slower than its server, behind a proxy that keeps all
// that waits, the page shows what is new, and each update is made.
func TestBrowserSlowLine(t *testing.T) {
	const (
		rate   = 64 << 10 // bytes a second: some two frames, which are not compressed here
		oldest = 4 * time.Second
	)
	t.Parallel()
	watched := 15 * time.Second
	if testing.Short() {
		watched = 8 * time.Second
	}
	for _, transport := range pageTransports {
		t.Run(transport.name, func(t *testing.T) {
			t.Parallel()
			cfg := handlers.DefaultConfig()
			cfg.Logger = slog.New(slog.DiscardHandler)
			handler, err := handlers.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			line := &slowLine{Listener: listener, drawn: map[int]time.Time{}}
			srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Header.Del("Accept-Encoding")
				handler.ServeHTTP(w, r)
			})}
			go srv.Serve(line)
			t.Cleanup(func() { handler.Drain(); srv.Close() })
			s := &server{&contract.Server{Server: handler, Root: "http://" + listener.Addr().String(), Client: &http.Client{}}}
			p := s.open(t)
			p.by(transport.value)
			first := p.look()
			line.mu.Lock()
			line.bytes = rate
			line.mu.Unlock()
			p.train()
			p.until("some steps", func(v view) bool { return v.steps() >= first.steps()+2 })
			var worst time.Duration
			for began := time.Now(); time.Since(began) < watched; time.Sleep(100 * time.Millisecond) {
				worst = max(worst, line.age(p.look().steps()))
			}
			t.Logf("the oldest frame shown was %v old", worst)
			if worst > oldest {
				t.Errorf("the page showed a frame of %v ago; want at most %v", worst, oldest)
			}
			v := p.look()
			if pace := float64(v.steps()-first.steps()) / watched.Seconds(); pace < 12 {
				t.Errorf("training made %.1f steps a second; want about the 25 asked for", pace)
			}
			end := p.pause()
			s.checkLaw(t, first.state, end)
		})
	}
}

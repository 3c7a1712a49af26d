package browser

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/tests/contract"
)

// A proxy stands before a server. It can answer in its place, and it can fall silent.
type proxy struct {
	*server // as the browser sees it
	behind  *server
	answer  atomic.Pointer[http.HandlerFunc] // to the requests that cost work; nil: the server does
	asked   atomic.Int32                     // how many it has answered
	gate    atomic.Pointer[chan struct{}]    // that the requests that cost work wait at; nil: none

	mu    sync.Mutex
	conns []*line
	tabs  map[string]int // requests that cost work, by the tab that they name
}

// startProxy starts a server behind a proxy.
func startProxy(tb testing.TB, options ...func(*handlers.Config)) *proxy {
	tb.Helper()
	x := &proxy{behind: start(tb, options...), tabs: map[string]int{}}
	front := httptest.NewUnstartedServer(http.HandlerFunc(x.serve))
	front.Listener = ear{front.Listener, x}
	front.Start()
	x.server = &server{&contract.Server{Server: x.behind.Server.Server, Root: front.URL, Client: x.behind.Client}}
	tb.Cleanup(func() {
		x.Drain()
		x.fallSilent() // whoever is not answered must not be waited for
		front.CloseClientConnections()
		front.Close()
	})
	return x
}

func (x *proxy) serve(w http.ResponseWriter, r *http.Request) {
	work := r.Method == http.MethodPost || r.Header.Get("Upgrade") != ""
	if work {
		x.mu.Lock()
		x.tabs[r.Header.Get("Nnvisu-Tab")+r.URL.Query().Get("tab")]++
		x.mu.Unlock()
	}
	if answer := x.answer.Load(); work && answer != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		x.asked.Add(1)
		(*answer)(w, r)
		return
	}
	if gate := x.gate.Load(); work && gate != nil {
		select {
		case <-*gate:
		case <-r.Context().Done():
		}
	}
	x.behind.Server.Server.ServeHTTP(w, r)
}

// hold lets the requests that cost work wait until the function that it returns is called.
func (x *proxy) hold() (release func()) {
	gate := make(chan struct{})
	x.gate.Store(&gate)
	return func() {
		x.gate.Store(nil)
		close(gate)
	}
}

// answers makes the proxy answer with a status and a text, until it is set to nil.
func (x *proxy) answers(status int, text string, headers ...string) {
	x.asked.Store(0)
	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	})
	x.answer.Store(&answer)
}

// fallSilent makes all open connections swallow what is sent, both ways. New ones work.
func (x *proxy) fallSilent() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, c := range x.conns {
		c.silent.Store(true)
	}
}

// cut ends all open connections, as a server that is killed does. New ones work.
func (x *proxy) cut() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, c := range x.conns {
		c.Close()
	}
	x.conns = nil
}

// tabsSoFar are the tabs that have asked for work.
func (x *proxy) tabsSoFar() (names []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for name := range x.tabs {
		names = append(names, name)
	}
	return names
}

// An ear accepts the connections of a proxy.
type ear struct {
	net.Listener
	x *proxy
}

func (e ear) Accept() (net.Conn, error) {
	conn, err := e.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &line{Conn: conn}
	e.x.mu.Lock()
	defer e.x.mu.Unlock()
	e.x.conns = append(e.x.conns, c)
	return c, nil
}

// A line is a connection that can fall silent.
type line struct {
	net.Conn
	silent atomic.Bool
}

func (c *line) Write(p []byte) (int, error) {
	if c.silent.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

func (c *line) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if err != nil || !c.silent.Load() {
			return n, err
		}
	}
}

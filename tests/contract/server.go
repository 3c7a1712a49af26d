// Package contract tests the wire contract. Its tests start the whole server on 127.0.0.1 and speak
// HTTP, server-sent events and WebSocket to it. They know only the contract: they build their
// messages and read the answers with the types of this package, never with the server's.
//
// The exported part is the client that the tests in other folders need, too.
package contract

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers"
)

// Patience is how long a test waits for something that should come at once: long enough for a busy
// machine under the race detector, short enough to be noticed.
const Patience = 60 * time.Second

// A Server is the real server, which listens on 127.0.0.1, with a client.
type Server struct {
	*handlers.Server
	Root   string // scheme, host and port
	Base   string // the path it is mounted at, "" for the root
	Client *http.Client
}

// Start starts a server with the default limits, changed by options. It stops when the test ends.
func Start(tb testing.TB, options ...func(*handlers.Config)) *Server {
	tb.Helper()
	cfg := handlers.DefaultConfig()
	cfg.Logger = slog.New(slog.DiscardHandler)
	for _, option := range options {
		option(&cfg)
	}
	handler, err := handlers.New(cfg)
	if err != nil {
		tb.Fatalf("handlers.New(%+v): %v", cfg, err)
	}
	listener := httptest.NewServer(handler)
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	tb.Cleanup(func() {
		handler.Drain() // ends the streams, which Close would wait for
		transport.CloseIdleConnections()
		listener.Close()
	})
	return &Server{handler, listener.URL, cfg.BasePath, &http.Client{Transport: transport}}
}

// Soon returns a context that ends with the test or after Patience.
func Soon(tb testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(tb.Context(), Patience)
	tb.Cleanup(cancel)
	return ctx
}

// A Reply is a whole HTTP answer.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// request makes a request for a path below the server's base; headers are names and values in turn.
func (s *Server) request(
	ctx context.Context, method, path string, body []byte, headers ...string,
) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.Root+s.Base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r, nil
}

// Fetch sends a request and reads the whole answer.
func (s *Server) Fetch(
	ctx context.Context, method, path string, body []byte, headers ...string,
) (Reply, error) {
	r, err := s.request(ctx, method, path, body, headers...)
	if err != nil {
		return Reply{}, err
	}
	w, err := s.Client.Do(r)
	if err != nil {
		return Reply{}, err
	}
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	return Reply{w.StatusCode, w.Header, text}, err
}

// Get is Fetch for a GET in a test that cannot go on without the answer.
func (s *Server) Get(tb testing.TB, path string, headers ...string) Reply {
	tb.Helper()
	answer, err := s.Fetch(Soon(tb), "GET", path, nil, headers...)
	if err != nil {
		tb.Fatalf("GET %s: %v", path, err)
	}
	return answer
}

// Post is Fetch for a POST of JSON in a test that cannot go on without the answer.
func (s *Server) Post(tb testing.TB, path string, body []byte, headers ...string) Reply {
	tb.Helper()
	headers = append([]string{"Content-Type", "application/json"}, headers...)
	answer, err := s.Fetch(Soon(tb), "POST", path, body, headers...)
	if err != nil {
		tb.Fatalf("POST %s: %v", path, err)
	}
	return answer
}

// Package tests holds what needs the whole server. The contract tests start it on 127.0.0.1 and speak HTTP, server-sent
// events and WebSocket to it, as a stranger would who has read the wire contract and nothing else: they build their
// messages and read the answers with types of their own, never with the server's.
package tests

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"nnvisu/handlers"
)

// patience is how long a test waits for what should come at once: long enough for a busy machine under the race
// detector, short enough to be noticed.
const patience = 20 * time.Second

// A server is the real one, listening on 127.0.0.1, and a client of its own.
type server struct {
	*handlers.Server
	root   string // scheme, host and port
	base   string // the path it is mounted at, "" for the root
	client *http.Client
}

// start starts a server with the default limits, changed by options, and stops it when the test ends.
func start(tb testing.TB, options ...func(*handlers.Config)) *server {
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
	return &server{handler, listener.URL, cfg.BasePath, &http.Client{Transport: transport}}
}

// soon returns a context that ends with the test or after patience.
func soon(tb testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	tb.Cleanup(cancel)
	return ctx
}

// A reply is a whole HTTP answer.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// request makes a request for a path below the server's base; headers are names and values in turn.
func (s *server) request(ctx context.Context, method, path string, body []byte, headers ...string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.root+s.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r, nil
}

// fetch sends a request and reads the whole answer.
func (s *server) fetch(ctx context.Context, method, path string, body []byte, headers ...string) (reply, error) {
	r, err := s.request(ctx, method, path, body, headers...)
	if err != nil {
		return reply{}, err
	}
	w, err := s.client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	return reply{w.StatusCode, w.Header, text}, err
}

// get is fetch for a GET in a test that cannot go on without its answer.
func (s *server) get(tb testing.TB, path string, headers ...string) reply {
	tb.Helper()
	answer, err := s.fetch(soon(tb), "GET", path, nil, headers...)
	if err != nil {
		tb.Fatalf("GET %s: %v", path, err)
	}
	return answer
}

// post is fetch for a POST of JSON in a test that cannot go on without its answer.
func (s *server) post(tb testing.TB, path string, body []byte, headers ...string) reply {
	tb.Helper()
	headers = append([]string{"Content-Type", "application/json"}, headers...)
	answer, err := s.fetch(soon(tb), "POST", path, body, headers...)
	if err != nil {
		tb.Fatalf("POST %s: %v", path, err)
	}
	return answer
}

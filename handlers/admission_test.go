package handlers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

func addressed(n int) fair.Client {
	return fair.Client{Addr: netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}), 32)}
}

// leastMemory returns the least memory for bodies of some bytes and a cache.
func leastMemory(body, cache int64) int64 { return ownMemory + 2*(bodiesInFlight*body+cache) }

// smallMemory is the least memory for bodies of a megabyte.
func smallMemory(c *Config) { c.MaxBody, c.Cache = 1<<20, 0; c.MaxMemory = leastMemory(c.MaxBody, 0) }

// TestMemoryBeforeBody: a body that there is no memory for is refused before it is read.
func TestMemoryBeforeBody(t *testing.T) {
	s := newTestServer(t, smallMemory)
	held, err := s.memory.Acquire(fair.Client{}, s.memory.Capacity()-100_000, func() { t.Error("a hold of the same client was evicted") })
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/step", nil)
	r.Body, r.ContentLength = io.NopCloser(neverRead{t}), 100_000
	r.RemoteAddr = ""
	s.ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("a body without memory is answered %d %s; want busy", w.Code, w.Body)
	}
	held.Release()
	if n := s.memory.Used(); n != 0 {
		t.Errorf("%d bytes are reserved; want none", n)
	}
}

type neverRead struct{ t *testing.T }

func (r neverRead) Read([]byte) (int, error) {
	r.t.Error("the body was read")
	return 0, io.EOF
}

// TestEveryRouteTakesAPlace: whatever computes takes a place first, and is busy if there is none.
func TestEveryRouteTakesAPlace(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxQueue, c.MaxStreams, c.MaxSockets = 1, 1, 1 })
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, pool := range []*fair.Pool{s.openRequests, s.openStreams, s.openSockets} {
		held, err := pool.Acquire(s.clientOf(request), 1, func() { t.Error("a hold of the same client was evicted") })
		if err != nil {
			t.Fatal(err)
		}
		defer held.Release()
	}
	for _, at := range []struct{ method, path string }{
		{http.MethodGet, "/?dataset=xor"}, {http.MethodGet, "/train?dataset=xor"}, {http.MethodGet, "/data/xor"},
		{http.MethodGet, "/ws"}, {http.MethodGet, "/ws/page"}, {http.MethodPost, "/edit"}, {http.MethodPost, "/step"},
		{http.MethodPost, "/train"}, {http.MethodPost, "/predict"}, {http.MethodPost, "/layers"}, {http.MethodPost, "/explain"},
		{http.MethodPost, "/verify"}, {http.MethodPost, "/export"}, {http.MethodPost, "/points.csv"},
	} {
		if w := serve(s, at.method, at.path, "", "Upgrade", "websocket"); w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s %s without a place = %d %.100s; want 503", at.method, at.path, w.Code, w.Body)
		}
	}
}

// TestLongChoices: a choice, which a stream keeps, is not longer than any can be.
func TestLongChoices(t *testing.T) {
	s := newTestServer(t)
	for _, name := range views.ChoiceFields {
		form := url.Values{name: {strings.Repeat(" ", longestChoice+1)}}
		w := serve(s, http.MethodPost, "/train", form.Encode(), "HX-Request", "true", "Content-Type", urlencoded)
		if want := fmt.Sprintf("at most %s bytes", table.AppendGrouped(nil, longestChoice)); w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), want) {
			t.Errorf("a long %s is answered %d %s; want 413 and %q", name, w.Code, w.Body, want)
		}
	}
}

// TestAnnouncedBodies: many bodies that are announced and not sent make the server refuse, not grow.
// One of them gives way to another client.
func TestAnnouncedBodies(t *testing.T) {
	s := newTestServer(t, smallMemory)
	srv := listen(t, s)
	busy := 0
	for range 40 {
		conn, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /step HTTP/1.1\r\nHost: nnvisu\r\nContent-Length: %d\r\n\r\n%s", 1<<20, strings.Repeat(" ", 1000))
		_ = conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		answer := make([]byte, 1000)
		if n, _ := conn.Read(answer); bytes.Contains(answer[:n], []byte(" 503 ")) {
			busy++
		}
	}
	if busy < 20 {
		t.Errorf("%d of 40 bodies of 1 MB were refused; want most: %d bytes may be reserved", busy, s.memory.Capacity())
	}
	if got := s.memory.Used(); got > s.memory.Capacity()*5/4 {
		t.Errorf("%d bytes are reserved; want at most %d", got, s.memory.Capacity())
	}
	w := serve(s, http.MethodPost, "/step", `{"data":[{"x":0,"y":0,"label":0}],"steps":1}`, "Content-Type", "application/json")
	if w.Code != http.StatusOK { // the recorder's request has another address
		t.Errorf("another client is answered %d %s; want 200", w.Code, w.Body)
	}
}

// TestSlowMessage: a message that is begun and not finished ends its connection.
func TestSlowMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestServer(t)
		client, server := net.Pipe()
		listener := make(pipeListener, 1)
		listener <- server
		srv := &http.Server{Handler: s}
		go func() { _ = srv.Serve(listener) }()
		defer func() { close(listener); _ = srv.Close() }()
		go func() {
			fmt.Fprint(client, "GET /ws HTTP/1.1\r\nHost: nnvisu\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
				"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
			// The header of a text of 100 bytes, masked with zeros, and two of the bytes.
			_, _ = client.Write([]byte{0x81, 0x80 | 100, 0, 0, 0, 0, '{', ' '})
		}()
		start := time.Now()
		_, _ = io.Copy(io.Discard, client) // answers no ping
		if took := time.Since(start); took < readTimeout/2 || took > readTimeout+pingEvery {
			t.Errorf("the connection ends after %v; want about %v", took, readTimeout)
		}
		synctest.Wait()
		if n := s.memory.Used() + s.openSockets.Used(); n != 0 {
			t.Errorf("%d bytes and places are held; want none", n)
		}
	})
}

// TestStreamGivesWay: a stream that gives way ends with limit, at once.
func TestStreamGivesWay(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxStreams = 2 })
	srv := listen(t, s)
	const body = `{"data":[{"x":0,"y":0,"label":0}],"steps":0,"frame_ms":60000}`
	read := func(i int, answer chan<- string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/train", strings.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(tabHeader, fmt.Sprint(i))
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			return // the test is over
		}
		text, _ := io.ReadAll(w.Body)
		answer <- string(text)
	}
	greedy := make(chan string, 2)
	for range 2 {
		go read(1, greedy)
	}
	for s.openStreams.Used() < 2 {
		time.Sleep(time.Millisecond)
	}
	go read(2, make(chan string, 1))
	select {
	case text := <-greedy:
		if !strings.HasSuffix(text, "event: done\ndata: {\"reason\":\"limit\"}\n\n") {
			t.Errorf("the stream that gives way ends with %q; want the reason limit", text[max(0, len(text)-100):])
		}
	case <-time.After(10 * time.Second):
		t.Error("no stream gives way to another client")
	}
	s.Drain()
	<-greedy
}

// TestRetryAfter: the time to wait follows the queue, and chance spreads it.
func TestRetryAfter(t *testing.T) {
	s := newTestServer(t)
	between := func(from, to int) {
		t.Helper()
		seen := map[int]bool{}
		for range 10_000 {
			seen[s.retryAfter()] = true
		}
		for n := range seen {
			if n < from || n > to {
				t.Errorf("retryAfter() = %d; want from %d to %d", n, from, to)
			}
		}
		if !seen[from] || len(seen) < 2 {
			t.Errorf("retryAfter() = %v; want different times from %d on", seen, from)
		}
	}
	between(1, 2)
	for range 100 {
		s.waited.add(3 * time.Second)
	}
	between(1, 14)
	for range 100 {
		s.waited.add(time.Minute)
	}
	between(1, longestRetry)
}

// TestTaskOver: what comes too late to a task that is over does nothing.
func TestTaskOver(t *testing.T) {
	s := newTestServer(t)
	task, ctx := s.newTask(t.Context(), addressed(1))
	task.interruptible(func() { t.Error("a task that is over was interrupted") })
	task.release()
	task.giveWay(streamEnd(doneLimit))
	if context.Cause(ctx) != context.Canceled {
		t.Errorf("the context of a task that is over ends with %v", context.Cause(ctx))
	}
}

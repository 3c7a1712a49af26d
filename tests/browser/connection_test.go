package browser

import (
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/tests/contract"
)

// A mortal is a server that can be killed, and followed at the same address by another that knows
// nothing of it.
type mortal struct {
	*server
	tb      testing.TB
	address string
	http    *http.Server

	mu    sync.Mutex
	conns map[net.Conn]bool
}

func startMortal(tb testing.TB) *mortal {
	tb.Helper()
	m := &mortal{tb: tb, address: "127.0.0.1:0", conns: map[net.Conn]bool{}}
	m.server = &server{&contract.Server{Client: &http.Client{Transport: &http.Transport{}}}}
	m.live()
	tb.Cleanup(m.die)
	return m
}

// live starts a server at the address.
func (m *mortal) live() {
	m.tb.Helper()
	cfg := handlers.DefaultConfig()
	cfg.Logger = slog.New(slog.DiscardHandler)
	handler, err := handlers.New(cfg)
	if err != nil {
		m.tb.Fatalf("handlers.New(%+v): %v", cfg, err)
	}
	listener, err := net.Listen("tcp", m.address)
	if err != nil {
		m.tb.Fatalf("listen at %s: %v", m.address, err)
	}
	m.address = listener.Addr().String()
	m.Server.Server, m.Root = handler, "http://"+m.address
	m.http = &http.Server{Handler: handler, ConnState: func(c net.Conn, state http.ConnState) {
		m.mu.Lock()
		defer m.mu.Unlock()
		switch state {
		case http.StateNew:
			m.conns[c] = true
		case http.StateClosed:
			delete(m.conns, c)
		}
	}}
	go m.http.Serve(listener)
}

// die closes the listener and every connection, those of sockets too, as the end of a process does.
func (m *mortal) die() {
	m.http.Close()
	m.mu.Lock()
	defer m.mu.Unlock()
	for c := range m.conns {
		c.Close()
	}
	clear(m.conns)
	m.Client.CloseIdleConnections()
}

// TestBrowserServerGone: the server goes away while a page trains. The page says so, loses nothing,
// and goes on by itself from its last state when there is a server again.
func TestBrowserServerGone(t *testing.T) {
	t.Parallel()
	s := startMortal(t)
	p := s.open(t, recorded, provoking(saysGone, saysBusy))
	for _, transport := range pageTransports {
		for _, how := range []struct {
			name string
			end  func()
		}{
			{"Killed", s.die},
			{"Drained", func() { s.Drain(); time.Sleep(20 * time.Millisecond); s.die() }},
		} {
			p.part(how.name+transport.name, func(t *testing.T) {
				p.by(transport.value)
				first := p.look()
				p.train()
				p.until("some steps", func(v view) bool { return v.steps() >= first.steps()+4 })
				how.end()
				v := p.until("the page says that there is no server", waiting)
				if !v.Pressed {
					t.Error("the Train button is not pressed while the page waits; want it to be, for Pause")
				}
				if n := v.net(t); n.Step != v.steps() || n.Step < first.steps()+4 {
					t.Errorf("while the page waits it shows step %s and holds step %d; want what it had", v.Step, n.Step)
				}
				contract.Eventually(t, "what it has is stored", func() bool { v := p.look(); return v.Session == v.state && v.Local == v.state })
				s.live()
				p.until("the training goes on", func(now view) bool { return now.Connection == saysTraining && now.steps() >= v.steps()+2 })
				end := p.pause()
				p.checkFrames(p.frames())
				p.checkStored(end)
				s.checkLaw(t, first.state, end)
			})
		}
	}
}

// TestBrowserChangesWhileGone: what the user does while there is no server is done when there is
// one, in turn.
func TestBrowserChangesWhileGone(t *testing.T) {
	t.Parallel()
	s := startMortal(t)
	p := s.open(t, provoking(saysGone))
	first := p.look().state
	p.change("other points", func() { p.dataset("xor") })
	p.train()
	p.until("step 3", func(v view) bool { return v.steps() >= 3 })
	s.die()
	p.until("the page waits", waiting)
	p.undo()
	p.until("the page waits", waiting)
	p.train()
	if v := p.until("the page waits", waiting); v.Pressed {
		t.Error("the Train button is pressed; want a pause, although there is a change to be made")
	}
	s.live()
	if v := p.still(); v.Data != first.Data || v.Config != first.Config || v.Pressed {
		t.Errorf("after the undo and the pause: %v; want the points of the beginning, and no training", v)
	}
	points := p.look().Data
	s.die()
	p.act("clear")
	p.until("the page waits", waiting)
	s.live()
	p.until("the points are gone", func(v view) bool { return v.Points == "0 points" && ready(v) })
	if v := p.change("undo", p.undo); v.Data != points {
		t.Errorf("after the undo: %v; want the points of before", v)
	}
	p.still()
}

// TestBrowserBusy: a server without room is waited for, and can be left at any time.
func TestBrowserBusy(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *handlers.Config) { c.MaxStreams = 1 })
	p := s.open(t, provoking(saysBusy))
	for _, transport := range pageTransports {
		p.part(transport.name, func(t *testing.T) {
			var other *contract.Stream
			contract.Eventually(t, "there is room for another client", func() (ok bool) {
				var err error
				other, err = s.Train(t.Context(), contract.TrainStep(contract.Message{}, nil, contract.Scatter(4, 2, 1), 0).With("frame_ms", 1000).Text())
				return err == nil
			})
			defer other.Close()
			other.MustNext(t, "train_step_result")
			p.by(transport.value)
			first := p.look()
			p.train()
			if v := p.until("the page waits for room", full); !v.Pressed {
				t.Error("the Train button is not pressed while the page waits; want it to be, for Pause")
			}
			if v := p.pause(); v.Step != first.Step {
				t.Errorf("after the pause: %v; want step %s", v, first.Step)
			}
			p.train()
			p.until("the page waits for room", full)
			other.Close()
			p.until("the page trains", func(v view) bool { return v.steps() >= first.steps()+3 && v.Connection == saysTraining })
			s.checkLaw(t, first.state, p.pause())
		})
	}
}

// TestBrowserLaw: whatever the transport, and behind a proxy's path, the page's steps are those of
// POST /step.
func TestBrowserLaw(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *handlers.Config) { c.BasePath = "/nnvisu" })
	p := s.open(t)
	for _, set := range []struct{ id, value string }{{"batch_size", "32"}, {"dropout", "0.2"}, {"test_fraction", "0.3"}} {
		p.change(set.id, func() { p.fill(set.id, set.value) })
	}
	first := p.look().state
	paths := map[string]string{"sse": "POST /nnvisu/train", "websocket": "SOCKET /nnvisu/ws/page"}
	for i, transport := range pageTransports {
		p.by(transport.value)
		from := len(p.sentSoFar())
		v := p.trainTo(8 * (i + 1))
		s.checkLaw(t, first, v)
		p.checkStored(v)
		for _, r := range p.sentSoFar()[from:] {
			if r.String() != paths[transport.value] {
				t.Errorf("by %s the page sends %v; want %s", transport.name, r, paths[transport.value])
			}
		}
	}
}

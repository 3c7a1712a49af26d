package tests

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"nnvisu/handlers"
)

// TestTooLarge: body, number of points and work have limits, each of which its error names; and what is within them
// still works, over the socket as well.
func TestTooLarge(t *testing.T) {
	s := start(t, func(c *handlers.Config) { c.MaxBody, c.MaxPoints, c.MaxWork = 20_000, 20, 1e6 })
	fit := trainStep(message{"hidden_layers": []int{4}}, nil, scatter(20, 2, 1), 2)
	want := s.step(t, fit)
	step := []carrier{carrierNamed("JSON"), carrierNamed("Curl"), carrierNamed("Form"), carrierNamed("Multipart"), carrierNamed("Socket")}
	all := append([]carrier{carrierNamed("Stream")}, step...)
	for _, test := range []struct {
		name         string
		over         []carrier
		m            message
		field, limit string // limit is what the message names, "" if it may do so in a unit of its own
	}{
		{"Body", all, fit.with("network", message{"optimizer": strings.Repeat("x", 20_000)}), "", ""},
		{"LargeBody", all, fit.with("network", message{"optimizer": strings.Repeat("x", 2_000_000)}), "", ""},
		{"Points", all, fit.with("data", scatter(21, 2, 1)), "data", "20"},
		{"ManyPoints", all, fit.with("data", scatter(150, 2, 1)), "data", "20"},
		{"Work", step, fit.with("steps", 100_000), "steps|", ""},
		{"WorkOfLargeNetwork", step, fit.with("steps", 10, "config", message{"hidden_layers": []int{100, 100, 100}}), "steps|", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, c := range test.over {
				t.Run(c.name, func(t *testing.T) {
					if c.name == "Socket" { // one for the bad and the good
						k := s.mustDial(t)
						c.step = func(ctx context.Context, _ *server, text []byte) (result, error) { return k.step(ctx, text) }
					}
					_, err := c.step(soon(t), s, test.m.text())
					check(t, err, "too_large", test.field)
					f := refusal(t, err)
					if !strings.ContainsAny(f.Reason.Message, "0123456789") || !strings.Contains(f.Reason.Message, test.limit) {
						t.Errorf("message %q; want it to name the limit %s", f.Reason.Message, test.limit)
					}
					got, err := c.step(soon(t), s, fit.text())
					if err != nil || !got.same(want) {
						t.Errorf("the next good request = %v, %v; want %v", got, err, want)
					}
				})
			}
		})
	}
	t.Run("BodyOfUnknownLength", func(t *testing.T) {
		r, err := http.NewRequestWithContext(soon(t), "POST", s.root+"/step", io.MultiReader(bytes.NewReader(fit.text()), strings.NewReader(strings.Repeat(" ", 30_000))))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		w, err := s.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Body.Close()
		body, err := io.ReadAll(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		_, err = (reply{w.StatusCode, w.Header, body}).read()
		check(t, err, "too_large", "")
	})
	t.Run("Predict", func(t *testing.T) {
		_, err := s.post(t, "/predict", message{"data": scatter(21, 2, 1)}.text()).read()
		check(t, err, "too_large", "data")
	})
	t.Run("Data", func(t *testing.T) {
		_, err := s.get(t, "/data/moons?points=21").read()
		check(t, err, "too_large", "points")
	})
}

// TestBusyStreams: one stream more than there may be is told when to come again.
func TestBusyStreams(t *testing.T) {
	s := start(t, func(c *handlers.Config) { c.MaxStreams = 2 })
	one, two := s.mustTrain(t, slow()), s.mustTrain(t, slow())
	one.mustNext(t, "train_step_result")
	two.mustNext(t, "train_step_result")
	for range 3 {
		_, err := s.train(soon(t), slow().text())
		check(t, err, "busy", "*")
		_, err = s.recipe(soon(t), "dataset=moons&steps=1")
		check(t, err, "busy", "*")
	}
	s.step(t, slow().with("steps", 1).without("frame_ms")) // there is room for this
	two.close()
	eventually(t, "another stream is let in", func() bool {
		st, err := s.train(soon(t), slow().with("steps", 1).text())
		if err != nil {
			check(t, err, "busy", "*")
			return false
		}
		defer st.close()
		st.mustResults(t, "steps")
		return true
	})
}

// TestBusyQueue: of many that come at once, those beyond the queue are told so and the others served.
func TestBusyQueue(t *testing.T) {
	const crowd = 40
	s := start(t, func(c *handlers.Config) { c.MaxQueue = 1 })
	m := trainStep(message{"hidden_layers": []int{40, 40}}, nil, scatter(400, 2, 1), 150)
	want := s.step(t, m)
	ctx, text := soon(t), m.text()
	var mu sync.Mutex
	served, busy := 0, 0
	var wg sync.WaitGroup
	for i := range crowd {
		c := carriers[i%len(carriers)]
		if c.name == "Stream" { // many requests for room, not one
			c = carriers[0]
		}
		wg.Go(func() {
			got, err := c.step(ctx, s, text)
			mu.Lock()
			defer mu.Unlock()
			var f *failure
			switch {
			case errors.As(err, &f):
				busy++
				check(t, f, "busy", "*")
			case err != nil:
				t.Errorf("%s: %v; want a result or busy", c.name, err)
			default:
				served++
				if !got.same(want) {
					t.Errorf("%s: result %v; want %v", c.name, got, want)
				}
			}
		})
	}
	wg.Wait()
	if served == 0 || busy == 0 {
		t.Errorf("%d served and %d busy of %d; want some of both", served, busy, crowd)
	}
	if got := s.step(t, m); !got.same(want) {
		t.Errorf("the next request = %v; want %v", got, want)
	}
}

// TestBusySocket: a socket stays open when the server has no room for its message, and is told when to ask again.
func TestBusySocket(t *testing.T) {
	s, ctx := start(t, func(c *handlers.Config) { c.MaxQueue, c.MaxWork = 1, 1e13 }), soon(t)
	small := trainStep(message{}, nil, scatter(4, 2, 1), 1).with("id", "small")
	want := s.step(t, small)
	k := s.mustDial(t)
	// As many with minutes of work as can be at work, and some more for the queue.
	heavy := trainStep(message{"hidden_layers": []int{60, 60}}, nil, scatter(1000, 2, 1), 90_000).text()
	var others []*socket
	for range runtime.GOMAXPROCS(0) + 2 {
		other := s.mustDial(t)
		if err := other.send(ctx, heavy); err != nil {
			t.Fatal(err)
		}
		others = append(others, other)
	}
	var f *failure
	eventually(t, "the server is busy", func() bool {
		_, err := k.step(ctx, small.text())
		return errors.As(err, &f)
	})
	check(t, f, "busy", "*")
	if f.Reason.RetryAfter == nil || *f.Reason.RetryAfter <= 0 {
		t.Errorf("retry_after missing from %v; want seconds", f)
	}
	if string(f.ID) != `"small"` {
		t.Errorf("id %s; want \"small\"", f.ID)
	}
	for _, other := range others {
		other.close()
	}
	eventually(t, "the socket is served again", func() bool {
		got, err := k.step(ctx, small.text())
		if err != nil {
			check(t, err, "busy", "*")
			return false
		}
		if !got.same(want) {
			t.Errorf("result %v; want %v", got, want)
		}
		return true
	})
}

// TestBusyDraining: a draining server takes no new work, by no transport, and says so.
func TestBusyDraining(t *testing.T) {
	s := start(t)
	m := trainStep(message{}, nil, scatter(4, 2, 1), 1)
	k := s.mustDial(t)
	if _, err := k.step(soon(t), m.text()); err != nil {
		t.Fatal(err)
	}
	s.Drain()
	for _, c := range carriers {
		if c.name == "Socket" {
			continue // a new one may be refused or answered; the open one comes below
		}
		t.Run(c.name, func(t *testing.T) {
			_, err := c.step(soon(t), s, m.text())
			check(t, err, "busy", "*")
		})
	}
	t.Run("Recipe", func(t *testing.T) {
		_, err := s.recipe(soon(t), "dataset=moons&steps=1")
		check(t, err, "busy", "*")
	})
	t.Run("Predict", func(t *testing.T) {
		_, err := s.post(t, "/predict", m.without("type", "steps").text()).read()
		check(t, err, "busy", "*")
	})
	t.Run("OpenSocket", func(t *testing.T) {
		// The contract leaves it to the server whether it answers busy or closes in good order.
		_, err := k.step(soon(t), m.with("id", 5).text())
		switch websocket.CloseStatus(err) {
		case websocket.StatusServiceRestart, websocket.StatusGoingAway:
		default:
			check(t, err, "busy", "*")
		}
	})
	t.Run("NewSocket", func(t *testing.T) {
		_, err := bySocket(soon(t), s, m.text())
		check(t, err, "busy", "*")
	})
	t.Run("Twice", func(t *testing.T) {
		s.Drain() // a second signal is no reason to panic
	})
}

package contract

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
	"time"

	"github.com/coder/websocket"

	"github.com/nnvisu/nnvisu/handlers"
)

// TestTooLarge: body, number of points and work have limits, each of which its error names; and
// what is within them still works, over the socket as well.
func TestTooLarge(t *testing.T) {
	s := Start(t, func(c *handlers.Config) { c.MaxBody, c.MaxPoints, c.MaxWork = 20_000, 20, 100*time.Microsecond })
	fit := TrainStep(Message{"hidden_layers": []int{4}}, nil, Scatter(20, 2, 1), 2)
	want := s.Step(t, fit)
	step := []carrier{carrierNamed("JSON"), carrierNamed("Curl"), carrierNamed("Form"), carrierNamed("Multipart"), carrierNamed("Socket")}
	all := append([]carrier{carrierNamed("Stream")}, step...)
	for _, test := range []struct {
		name         string
		over         []carrier
		m            Message
		field, limit string // limit is what the message names, "" if it may do so in a unit of its own
	}{
		{"Body", all, fit.With("network", Message{"optimizer": strings.Repeat("x", 20_000)}), "", ""},
		{"LargeBody", all, fit.With("network", Message{"optimizer": strings.Repeat("x", 2_000_000)}), "", ""},
		{"Points", all, fit.With("data", Scatter(21, 2, 1)), "data", "20"},
		{"ManyPoints", all, fit.With("data", Scatter(150, 2, 1)), "data", "20"},
		{"Work", step, fit.With("steps", 100_000), "steps|", ""},
		{"WorkOfLargeNetwork", step, fit.With("steps", 10, "config", Message{"hidden_layers": []int{100, 100, 100}}), "steps|", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, c := range test.over {
				t.Run(c.name, func(t *testing.T) {
					if c.name == "Socket" { // one for the bad and the good
						k := s.MustDial(t)
						c.step = func(ctx context.Context, _ *Server, text []byte) (Result, error) { return k.Step(ctx, text) }
					}
					_, err := c.step(Soon(t), s, test.m.Text())
					check(t, err, "too_large", test.field)
					f := Refusal(t, err)
					if !strings.ContainsAny(f.Reason.Message, "0123456789") || !strings.Contains(f.Reason.Message, test.limit) {
						t.Errorf("message %q; want it to name the limit %s", f.Reason.Message, test.limit)
					}
					got, err := c.step(Soon(t), s, fit.Text())
					if err != nil || !got.same(want) {
						t.Errorf("the next good request = %v, %v; want %v", got, err, want)
					}
				})
			}
		})
	}
	t.Run("BodyOfUnknownLength", func(t *testing.T) {
		r, err := http.NewRequestWithContext(Soon(t), "POST", s.Root+"/step", io.MultiReader(bytes.NewReader(fit.Text()), strings.NewReader(strings.Repeat(" ", 30_000))))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		w, err := s.Client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Body.Close()
		body, err := io.ReadAll(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		_, err = (Reply{w.StatusCode, w.Header, body}).Read()
		check(t, err, "too_large", "")
	})
	t.Run("Predict", func(t *testing.T) {
		_, err := s.Post(t, "/predict", Message{"data": Scatter(21, 2, 1)}.Text()).Read()
		check(t, err, "too_large", "data")
	})
	t.Run("Data", func(t *testing.T) {
		_, err := s.Get(t, "/data/moons?points=21").Read()
		check(t, err, "too_large", "points")
	})
}

// TestBusyStreams: one stream more than there may be is told when to come again.
func TestBusyStreams(t *testing.T) {
	s := Start(t, func(c *handlers.Config) { c.MaxStreams = 2 })
	one, two := s.MustTrain(t, slow()), s.MustTrain(t, slow())
	one.MustNext(t, "train_step_result")
	two.MustNext(t, "train_step_result")
	for range 3 {
		_, err := s.Train(Soon(t), slow().Text())
		check(t, err, "busy", "*")
		_, err = s.Recipe(Soon(t), "dataset=moons&steps=1")
		check(t, err, "busy", "*")
	}
	s.Step(t, slow().With("steps", 1).Without("frame_ms")) // there is room for this
	two.Close()
	Eventually(t, "another stream is let in", func() bool {
		st, err := s.Train(Soon(t), slow().With("steps", 1).Text())
		if err != nil {
			check(t, err, "busy", "*")
			return false
		}
		defer st.Close()
		st.MustResults(t, "steps")
		return true
	})
}

// TestBusyQueue: of many that come at once, those beyond the queue are told so and the others
// served.
func TestBusyQueue(t *testing.T) {
	const crowd = 40
	s := Start(t, func(c *handlers.Config) { c.MaxQueue = 1 })
	m := TrainStep(Message{"hidden_layers": []int{40, 40}}, nil, Scatter(400, 2, 1), 150)
	want := s.Step(t, m)
	ctx, text := Soon(t), m.Text()
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
			var f *Failure
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
	if got := s.Step(t, m); !got.same(want) {
		t.Errorf("the next request = %v; want %v", got, want)
	}
}

// TestBusySocket: a socket stays open when the server has no room for its message, and is told when
// to ask again.
func TestBusySocket(t *testing.T) {
	s, ctx := Start(t, func(c *handlers.Config) { c.MaxQueue, c.MaxWork = 1, time.Hour }), Soon(t)
	small := TrainStep(Message{}, nil, Scatter(4, 2, 1), 1).With("id", "small")
	want := s.Step(t, small)
	k := s.MustDial(t)
	// As many with minutes of work as can be at work, and some more for the queue.
	heavy := TrainStep(Message{"hidden_layers": []int{60, 60}}, nil, Scatter(1000, 2, 1), 90_000).Text()
	var others []*Socket
	for range runtime.GOMAXPROCS(0) + 2 {
		other := s.MustDial(t)
		if err := other.Send(ctx, heavy); err != nil {
			t.Fatal(err)
		}
		others = append(others, other)
	}
	var f *Failure
	Eventually(t, "the server is busy", func() bool {
		_, err := k.Step(ctx, small.Text())
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
		other.Close()
	}
	Eventually(t, "the socket is served again", func() bool {
		got, err := k.Step(ctx, small.Text())
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

// TestDraining: a draining server refuses what lasts, and says so. Short work is done as before,
// since a load balancer sends some until it sees /readyz fail.
func TestDraining(t *testing.T) {
	s := Start(t)
	m := TrainStep(Message{}, nil, Scatter(4, 2, 1), 1)
	k := s.MustDial(t)
	want, err := k.Step(Soon(t), m.Text())
	if err != nil {
		t.Fatal(err)
	}
	s.Drain()
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.step(Soon(t), s, m.Text())
			if c.name == "Stream" || c.name == "Socket" {
				check(t, err, "busy", "*")
			} else if err != nil || !got.same(want) {
				t.Errorf("a step while draining = %v, %v; want it done: %v", got, err, want)
			}
		})
	}
	t.Run("Recipe", func(t *testing.T) {
		_, err := s.Recipe(Soon(t), "dataset=moons&steps=1")
		check(t, err, "busy", "*")
	})
	t.Run("Short", func(t *testing.T) {
		state := m.Without("type", "steps")
		for path, body := range map[string][]byte{
			"/predict": state.Text(), "/layers": state.Text(), "/explain": state.Text(), "/export": state.With("format", "state").Text(),
			"/data/moons": nil, "/": nil, "/?dataset=xor": nil,
		} {
			method := "POST"
			if body == nil {
				method = "GET"
			}
			answer, err := s.Fetch(Soon(t), method, path, body, "Content-Type", "application/json")
			if err != nil || answer.Status != 200 {
				t.Errorf("%s %s while draining = %d, %v; want 200", method, path, answer.Status, err)
			}
		}
	})
	t.Run("OpenSocket", func(t *testing.T) {
		// The contract leaves it to the server whether it answers busy or closes in good order.
		_, err := k.Step(Soon(t), m.With("id", 5).Text())
		switch websocket.CloseStatus(err) {
		case websocket.StatusServiceRestart, websocket.StatusGoingAway:
		default:
			check(t, err, "busy", "*")
		}
	})
	t.Run("Twice", func(t *testing.T) {
		s.Drain() // a second signal is no reason to panic
	})
}

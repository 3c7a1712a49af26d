package handlers

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/stream/ssetest"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// A run is what stream did, with the synthetic time since it began.
type run struct {
	steps  []int           // of each frame
	frames []time.Duration // when it came
	reason string
	err    error
	ended  time.Duration
}

// A scene is a stream in a synctest bubble, where computing takes no time.
type scene struct {
	*Server
	t       *testing.T // of the bubble
	trainer *nn.Trainer
	work    nn.Work
	message wire.Message
	updates func(ctx context.Context, n int, begin func() error) error // of streamSink, or nil
	frame   func(*run) error                                           // called when a frame was recorded
}

// play runs a stream. Its server, and so its channels, must be of the bubble.
func (sc *scene) play(ctx context.Context) *run {
	start := time.Now()
	r := new(run)
	task, ctx := sc.newTask(ctx, fair.Client{})
	defer task.release()
	ctx, fail := sc.streaming(ctx)
	defer fail(nil)
	to := streamSink{
		frame: func() error {
			step, _ := sc.trainer.At()
			r.steps = append(r.steps, step)
			return nil
		},
		send: func() error {
			r.frames = append(r.frames, time.Since(start))
			if sc.frame != nil {
				return sc.frame(r)
			}
			return nil
		},
	}
	if sc.updates != nil {
		to.updates = func(n int, begin func() error) error { return sc.updates(ctx, n, begin) }
	}
	r.reason, r.err = sc.stream(ctx, sc.trainer, sc.work, &sc.message, to)
	r.ended = time.Since(start)
	return r
}

func newScene(t *testing.T, m wire.Message, options ...func(*Config)) *scene {
	t.Helper()
	sc := &scene{Server: newTestServer(t, options...), t: t, work: nn.Work{Update: 1}, message: m}
	state := sampleState(t, "circles", 10, 0, func(c *nn.Config) { c.HiddenLayers = []int{2} })
	var err error
	if sc.trainer, err = nn.NewTrainer(state); err != nil {
		t.Fatal(err)
	}
	return sc
}

func TestStream(t *testing.T) {
	ms := func(n ...int) []time.Duration {
		var d []time.Duration
		for _, v := range n {
			d = append(d, time.Duration(v)*time.Millisecond)
		}
		return d
	}
	gone := errors.New("gone")
	limit := func(d time.Duration) func(*Config) { return func(c *Config) { c.MaxStream = d } }
	const tenth = 0.1 // of a limit, by which the duration of a stream may differ from it
	for _, test := range []struct {
		name    string
		message wire.Message
		option  func(*Config)
		script  func(sc *scene, cancel func())
		want    run
	}{
		{"OneFrame", wire.Message{Steps: 1, FrameSteps: 1}, nil, nil,
			run{steps: []int{1}, frames: ms(0), reason: doneSteps}},
		{"EveryStep", wire.Message{Steps: 3, FrameSteps: 1}, nil, nil,
			run{steps: []int{1, 2, 3}, frames: ms(0, 0, 0), reason: doneSteps}},
		{"WholeFrames", wire.Message{Steps: 8, FrameSteps: 4}, nil, nil,
			run{steps: []int{4, 8}, frames: ms(0, 0), reason: doneSteps}},
		{"LastFramePartial", wire.Message{Steps: 10, FrameSteps: 4}, nil, nil,
			run{steps: []int{4, 8, 10}, frames: ms(0, 0, 0), reason: doneSteps}},
		{"FrameOfAll", wire.Message{Steps: 3, FrameSteps: 100}, nil, nil,
			run{steps: []int{3}, frames: ms(0), reason: doneSteps}},
		{"Paced", wire.Message{Steps: 4, FrameSteps: 1, FrameMS: 100}, nil, nil,
			run{steps: []int{1, 2, 3, 4}, frames: ms(0, 100, 200, 300), reason: doneSteps, ended: 300 * time.Millisecond}},
		{"PacedSlowSink", wire.Message{Steps: 4, FrameSteps: 1, FrameMS: 100}, nil, func(sc *scene, _ func()) {
			// A frame that takes 150 ms delays the next, which is not hurried to catch up.
			sc.frame = func(r *run) error {
				if len(r.steps) == 2 {
					time.Sleep(150 * time.Millisecond)
				}
				return nil
			}
		}, run{steps: []int{1, 2, 3, 4}, frames: ms(0, 100, 250, 350), reason: doneSteps, ended: 350 * time.Millisecond}},
		{"UntilGone", wire.Message{FrameSteps: 2, FrameMS: 10}, nil, func(sc *scene, cancel func()) {
			sc.frame = func(r *run) error {
				if len(r.steps) == 4 {
					cancel()
				}
				return nil
			}
		}, run{steps: []int{2, 4, 6, 8}, frames: ms(0, 10, 20, 30), err: context.Canceled, ended: 30 * time.Millisecond}},
		{"GoneWhilePaused", wire.Message{FrameSteps: 1, FrameMS: 5000}, nil, func(_ *scene, cancel func()) {
			time.AfterFunc(7*time.Second, cancel)
		}, run{steps: []int{1, 2}, frames: ms(0, 5000), err: context.Canceled, ended: 7 * time.Second}},
		{"Limit", wire.Message{FrameSteps: 1, FrameMS: 1000}, limit(3500 * time.Millisecond), nil,
			run{steps: []int{1, 2, 3, 4}, frames: ms(0, 1000, 2000, 3000), reason: doneLimit, ended: 3500 * time.Millisecond}},
		{"LimitBeforeSteps", wire.Message{Steps: 100, FrameSteps: 1, FrameMS: 1000}, limit(1500 * time.Millisecond), nil,
			run{steps: []int{1, 2}, frames: ms(0, 1000), reason: doneLimit, ended: 1500 * time.Millisecond}},
		{"StepsBeforeLimit", wire.Message{Steps: 2, FrameSteps: 1, FrameMS: 1000}, limit(1500 * time.Millisecond), nil,
			run{steps: []int{1, 2}, frames: ms(0, 1000), reason: doneSteps, ended: time.Second}},
		{"Drained", wire.Message{FrameSteps: 1, FrameMS: 60_000}, nil, func(sc *scene, _ func()) {
			time.AfterFunc(time.Second, sc.Drain)
		}, run{steps: []int{1}, frames: ms(0), reason: doneShutdown, ended: time.Second}},
		{"SinkError", wire.Message{FrameSteps: 1}, nil, func(sc *scene, _ func()) {
			sc.frame = func(r *run) error {
				if len(r.steps) == 3 {
					return gone
				}
				return nil
			}
		}, run{steps: []int{1, 2, 3}, frames: ms(0, 0, 0), err: gone}},
		{"WaitsForToken", wire.Message{Steps: 4, FrameSteps: 1, FrameMS: 100}, nil, func(sc *scene, _ func()) {
			// A stream that waited for a token makes its next frame one interval later, as others
			// do.
			time.AfterFunc(70*time.Millisecond, holdTokens(sc.t, sc.Server))
		}, run{steps: []int{1, 2, 3, 4}, frames: ms(70, 170, 270, 370), reason: doneSteps, ended: 370 * time.Millisecond}},
		{"DrainedWithoutToken", wire.Message{FrameSteps: 1}, nil, func(sc *scene, _ func()) {
			holdTokens(sc.t, sc.Server)
			time.AfterFunc(time.Second, sc.Drain)
		}, run{reason: doneShutdown, ended: time.Second}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var options []func(*Config)
				if test.option != nil {
					options = append(options, test.option)
				}
				sc := newScene(t, test.message, options...)
				if test.script != nil {
					test.script(sc, cancel)
				}
				got := sc.play(ctx)
				if late := got.ended - test.want.ended; test.want.reason == doneLimit {
					if late.Abs() > time.Duration(tenth*float64(test.want.ended)) {
						t.Errorf("the stream ended after %v; want about %v", got.ended, test.want.ended)
					}
					got.ended = test.want.ended
				}
				if !reflect.DeepEqual(*got, test.want) {
					t.Errorf("stream = %+v; want %+v", *got, test.want)
				}
			})
		})
	}
}

// TestStreamStopsInFrame: the end of a stream does not wait for a frame that takes long, and half a
// frame is never sent.
func TestStreamStopsInFrame(t *testing.T) {
	for _, test := range []struct {
		name   string
		stop   func(sc *scene, cancel func())
		reason string
		err    error
	}{
		{"Drained", func(sc *scene, _ func()) { sc.Drain() }, doneShutdown, nil},
		{"Limit", func(*scene, func()) { time.Sleep(time.Hour) }, doneLimit, nil},
		{"Gone", func(_ *scene, cancel func()) { cancel() }, "", context.Canceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				sc := newScene(t, wire.Message{Steps: wire.MaxSteps, FrameSteps: wire.MaxSteps}, func(c *Config) { c.MaxStream = time.Minute })
				sc.work.Update = sliceTime // one update a slice
				sc.updates = func(ctx context.Context, n int, begin func() error) error {
					if err := begin(); err != nil {
						return err
					}
					test.stop(sc, cancel)
					synctest.Wait() // until the context of the stream has ended, too
					return sc.advance(ctx, sc.trainer, sc.work, n)
				}
				r := sc.play(ctx)
				if r.reason != test.reason || !errors.Is(r.err, test.err) || len(r.steps) != 0 {
					t.Errorf("stream = %+v; want the reason %q, the error %v and no frame", *r, test.reason, test.err)
				}
				if got := sc.trainer.Network().Step; got > 1 {
					t.Errorf("stream made %d updates behind its end; want one slice at most", got)
				}
			})
		})
	}
}

// TestStreamDrainsUnpaced: a stream that never pauses notices the drain and the client's end too.
func TestStreamDrainsUnpaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// It may choose at random between its next frame and its end, but not for long.
		const most = 3 + repeats
		for _, end := range []string{"drain", "cancel"} {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			sc := newScene(t, wire.Message{FrameSteps: 1, Steps: wire.MaxSteps})
			sc.frame = func(r *run) error {
				if len(r.steps) != 3 {
					return nil
				}
				if end == "drain" {
					sc.Drain()
				} else {
					cancel()
				}
				return nil
			}
			r := sc.play(ctx)
			if len(r.steps) > most || end == "drain" && r.reason != doneShutdown || end == "cancel" && !errors.Is(r.err, context.Canceled) {
				t.Errorf("%s: stream sent %d frames and ended with %q, %v; want an end behind frame 3", end, len(r.steps), r.reason, r.err)
			}
		}
	})
}

// TestStreamDiverged: a divergence ends a stream with its error, behind the frames that were
// finite.
func TestStreamDiverged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, wire.Message{FrameSteps: 1})
		state := sampleState(t, "hills", 20, 0, func(c *nn.Config) {
			c.Activation, c.Optimizer, c.LearningRate, c.HiddenLayers = nn.Linear, nn.SGD, 10, []int{20, 20}
		})
		var err error
		if sc.trainer, err = nn.NewTrainer(state); err != nil {
			t.Fatal(err)
		}
		r := sc.play(t.Context())
		var diverged *nn.DivergedError
		if !errors.As(r.err, &diverged) || r.reason != "" || len(r.steps) == 0 || diverged.Network.Step < r.steps[len(r.steps)-1] {
			t.Errorf("stream = %d frames, %q, %v; want frames and then a divergence behind the last of them", len(r.steps), r.reason, r.err)
		}
	})
}

// TestDoneBody: the body of a done event is JSON.
func TestDoneBody(t *testing.T) {
	if got, want := string(doneBody(doneLimit)), `{"reason":"limit"}`; got != want {
		t.Errorf("doneBody(limit) = %s; want %s", got, want)
	}
}

// TestStreamsFair: streams that want more than there is get equal shares.
func TestStreamsFair(t *testing.T) {
	const streams = 12
	s := newTestServer(t)
	s.cpus = fair.NewQueue(1, nil)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	counts := make([]int, streams)
	var wg sync.WaitGroup
	for i := range streams {
		trainer, err := nn.NewTrainer(sampleState(t, "circles", 100, 0, nil))
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			task, ctx := s.newTask(ctx, fair.Client{Tab: strconv.Itoa(i)})
			defer task.release()
			_, err := s.stream(ctx, trainer, nn.Work{Update: 1}, &wire.Message{FrameSteps: 20 + 20*(i%2)}, streamSink{
				frame: func() error { return nil },
				send:  func() error { counts[i]++; return nil },
			})
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("stream = %v", err)
			}
		})
	}
	wg.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	for _, n := range counts {
		if 2*n*streams < total {
			t.Fatalf("streams got %v frames; want none to get less than half of the mean", counts)
		}
	}
}

// TestStreamGzip: a stream is compressed for who takes it, whole and byte for byte what others get;
// an error before it begins is not.
func TestStreamGzip(t *testing.T) { synctest.Test(t, testStreamGzip) }

func testStreamGzip(t *testing.T) {
	s := newTestServer(t)
	form := settingsForm(t, s, sampleState(t, "circles", 20, 0, nil))
	form.Set(views.FieldControls, "")
	form.Set(views.FieldSteps, "5")
	for _, test := range []struct{ name, method, path, body, accept string }{
		{"Programs", http.MethodGet, "/train?dataset=moons&points=20&steps=5&frame_steps=2", "", "text/event-stream"},
		{"Error", http.MethodGet, "/train?dataset=hills&points=20&hidden_layers=20,20&activation=linear&optimizer=sgd&learning_rate=10", "", "text/event-stream"},
		{"Page", http.MethodPost, "/train", form.Encode(), "text/html"},
	} {
		ask := func(accepted string) (string, http.Header) {
			w := serve(s, test.method, test.path, test.body, "Accept", test.accept, "Content-Type", urlencoded, "Accept-Encoding", accepted)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d %s", test.name, w.Code, w.Body)
			}
			if kind := w.Header().Get("Content-Type"); kind != "text/event-stream" {
				t.Errorf("%s: Content-Type = %q; want text/event-stream", test.name, kind)
			}
			if vary := w.Header().Get("Vary"); vary != "Accept-Encoding" {
				t.Errorf("%s: Vary = %q; want Accept-Encoding", test.name, vary)
			}
			return w.Body.String(), w.Header()
		}
		want, header := ask("")
		if got := header.Get("Content-Encoding"); got != "" || len(ssetest.Parse(want)) < 2 {
			t.Errorf("%s: without Accept-Encoding the stream has Content-Encoding %q and %d events", test.name, got, len(ssetest.Parse(want)))
		}
		if same, header := ask("gzip;q=0, identity"); same != want || header.Get("Content-Encoding") != "" {
			t.Errorf("%s: a client that refuses gzip does not get the plain stream", test.name)
		}
		zipped, header := ask("br, gzip")
		if got := header.Get("Content-Encoding"); got != "gzip" {
			t.Fatalf("%s: Content-Encoding = %q; want gzip", test.name, got)
		}
		if got := string(unpack(t, codingGzip, []byte(zipped))); got != want {
			t.Errorf("%s: the compressed stream is %.200q; want %.200q", test.name, got, want)
		}
	}
	w := serve(s, http.MethodGet, "/train?dataset=nothing", "", "Accept-Encoding", "gzip")
	if got := w.Header().Get("Content-Encoding"); w.Code != http.StatusUnprocessableEntity || got != "" {
		t.Errorf("a bad recipe = %d with Content-Encoding %q; want 422 as it is", w.Code, got)
	}
}

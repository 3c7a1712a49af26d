package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"nnvisu/handlers/stream/ssetest"
	"nnvisu/nn"
	"nnvisu/views"
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
	message message
	frame   func(*run) error // called when a frame was recorded
}

// play runs a stream. Its server, and so its channels, must be of the bubble.
func (sc *scene) play(ctx context.Context) *run {
	start := time.Now()
	r := new(run)
	ctx, fail := sc.streaming(ctx)
	defer fail(nil)
	r.reason, r.err = sc.stream(ctx, sc.trainer, sc.work, &sc.message, streamSink{
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
	})
	r.ended = time.Since(start)
	return r
}

func newScene(t *testing.T, m message, options ...func(*Config)) *scene {
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
	for _, test := range []struct {
		name    string
		message message
		option  func(*Config)
		script  func(sc *scene, cancel func())
		want    run
	}{
		{"OneFrame", message{steps: 1, frameSteps: 1}, nil, nil,
			run{steps: []int{1}, frames: ms(0), reason: doneSteps}},
		{"EveryStep", message{steps: 3, frameSteps: 1}, nil, nil,
			run{steps: []int{1, 2, 3}, frames: ms(0, 0, 0), reason: doneSteps}},
		{"WholeFrames", message{steps: 8, frameSteps: 4}, nil, nil,
			run{steps: []int{4, 8}, frames: ms(0, 0), reason: doneSteps}},
		{"LastFramePartial", message{steps: 10, frameSteps: 4}, nil, nil,
			run{steps: []int{4, 8, 10}, frames: ms(0, 0, 0), reason: doneSteps}},
		{"FrameOfAll", message{steps: 3, frameSteps: 100}, nil, nil,
			run{steps: []int{3}, frames: ms(0), reason: doneSteps}},
		{"Paced", message{steps: 4, frameSteps: 1, frameMS: 100}, nil, nil,
			run{steps: []int{1, 2, 3, 4}, frames: ms(0, 100, 200, 300), reason: doneSteps, ended: 300 * time.Millisecond}},
		{"PacedSlowSink", message{steps: 4, frameSteps: 1, frameMS: 100}, nil, func(sc *scene, _ func()) {
			// A frame that takes 150 ms delays the next, which is not hurried to catch up.
			sc.frame = func(r *run) error {
				if len(r.steps) == 2 {
					time.Sleep(150 * time.Millisecond)
				}
				return nil
			}
		}, run{steps: []int{1, 2, 3, 4}, frames: ms(0, 100, 250, 350), reason: doneSteps, ended: 350 * time.Millisecond}},
		{"UntilGone", message{frameSteps: 2, frameMS: 10}, nil, func(sc *scene, cancel func()) {
			sc.frame = func(r *run) error {
				if len(r.steps) == 4 {
					cancel()
				}
				return nil
			}
		}, run{steps: []int{2, 4, 6, 8}, frames: ms(0, 10, 20, 30), err: context.Canceled, ended: 30 * time.Millisecond}},
		{"GoneWhilePaused", message{frameSteps: 1, frameMS: 5000}, nil, func(_ *scene, cancel func()) {
			time.AfterFunc(7*time.Second, cancel)
		}, run{steps: []int{1, 2}, frames: ms(0, 5000), err: context.Canceled, ended: 7 * time.Second}},
		{"Limit", message{frameSteps: 1, frameMS: 1000}, limit(3500 * time.Millisecond), nil,
			run{steps: []int{1, 2, 3, 4}, frames: ms(0, 1000, 2000, 3000), reason: doneLimit, ended: 3500 * time.Millisecond}},
		{"LimitBeforeSteps", message{steps: 100, frameSteps: 1, frameMS: 1000}, limit(1500 * time.Millisecond), nil,
			run{steps: []int{1, 2}, frames: ms(0, 1000), reason: doneLimit, ended: 1500 * time.Millisecond}},
		{"StepsBeforeLimit", message{steps: 2, frameSteps: 1, frameMS: 1000}, limit(1500 * time.Millisecond), nil,
			run{steps: []int{1, 2}, frames: ms(0, 1000), reason: doneSteps, ended: time.Second}},
		{"Drained", message{frameSteps: 1, frameMS: 60_000}, nil, func(sc *scene, _ func()) {
			time.AfterFunc(time.Second, sc.Drain)
		}, run{steps: []int{1}, frames: ms(0), reason: doneShutdown, ended: time.Second}},
		{"SinkError", message{frameSteps: 1}, nil, func(sc *scene, _ func()) {
			sc.frame = func(r *run) error {
				if len(r.steps) == 3 {
					return gone
				}
				return nil
			}
		}, run{steps: []int{1, 2, 3}, frames: ms(0, 0, 0), err: gone}},
		{"WaitsForToken", message{steps: 4, frameSteps: 1, frameMS: 100}, nil, func(sc *scene, _ func()) {
			// A stream that waited for a token makes its next frame one interval later, as others do.
			time.AfterFunc(70*time.Millisecond, holdTokens(sc.t, sc.Server))
		}, run{steps: []int{1, 2, 3, 4}, frames: ms(70, 170, 270, 370), reason: doneSteps, ended: 370 * time.Millisecond}},
		{"DrainedWithoutToken", message{frameSteps: 1}, nil, func(sc *scene, _ func()) {
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
				if got := sc.play(ctx); !reflect.DeepEqual(*got, test.want) {
					t.Errorf("stream = %+v; want %+v", *got, test.want)
				}
			})
		})
	}
}

// TestStreamStopsInFrame: the end of a stream does not wait for a frame that
// takes long, and half a frame is never sent.
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
				sc := newScene(t, message{steps: maxSteps, frameSteps: maxSteps}, func(c *Config) { c.MaxStream = time.Minute })
				sc.work.Update = sliceWork             // one update a slice
				release := holdTokens(sc.t, sc.Server) // the first slice waits here
				done := make(chan *run)
				go func() { done <- sc.play(ctx) }()
				synctest.Wait()
				test.stop(sc, cancel)
				release()
				r := <-done
				if r.reason != test.reason || !errors.Is(r.err, test.err) || len(r.steps) != 0 {
					t.Errorf("stream = %+v; want the reason %q, the error %v and no frame", *r, test.reason, test.err)
				}
				if got := sc.trainer.Network().Step; got > 100 {
					t.Errorf("stream made %d updates behind its end; want it to end at once", got)
				}
			})
		})
	}
}

// TestStreamDrainsUnpaced: a stream that never pauses notices the drain and the
// client's end too.
func TestStreamDrainsUnpaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// It may choose at random between its next frame and its end, but not for long.
		const most = 3 + repeats
		for _, end := range []string{"drain", "cancel"} {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			sc := newScene(t, message{frameSteps: 1, steps: maxSteps})
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

// TestStreamDiverged: a divergence ends a stream with its error, behind the
// frames that were finite.
func TestStreamDiverged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, message{frameSteps: 1})
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

// TestStreamMetrics: frames and updates are counted.
func TestStreamMetrics(t *testing.T) {
	s := newTestServer(t)
	serve(s, http.MethodPost, "/train", `{"data":[{"x":0,"y":0,"label":0}],"steps":10,"frame_steps":4}`, "Content-Type", "application/json")
	text := serve(s, http.MethodGet, "/metrics", "").Body.String()
	for _, want := range []string{"nnvisu_frames_total 3\n", "nnvisu_updates_total 10\n", "nnvisu_streams 0\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("/metrics behind a stream lacks %q", want)
		}
	}
}

// TestDoneBody: the body of a done event is JSON.
func TestDoneBody(t *testing.T) {
	if got, want := string(doneBody(doneLimit)), `{"reason":"limit"}`; got != want {
		t.Errorf("doneBody(limit) = %s; want %s", got, want)
	}
}

// TestPageStream: the page's stream is frames of fragments and a done event,
// paced at 25 a second whatever the form asks for.
func TestPageStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestServer(t)
		state := sampleState(t, "circles", 20, 0, nil)
		form := settingsForm(t, s, state)
		form.Set(views.FieldControls, "")
		form.Set(views.FieldSteps, "25")
		form.Set(views.FieldFrameSteps, "10")
		start := time.Now()
		r := httptest.NewRequest(http.MethodPost, "/train", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", urlencoded)
		r.Header.Set("HX-Request", "true")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if took, want := time.Since(start), 2*pageFrameMS*time.Millisecond; took != want {
			t.Errorf("three frames took %v; want %v", took, want)
		}
		events := ssetest.Parse(w.Body.String())
		if len(events) != 4 || events[3].Name != "done" || events[3].Data != `{"reason":"steps"}` {
			t.Fatalf("the stream has the events %.300v; want three frames and done", events)
		}
		for i, step := range []int{10, 20, 25} {
			e := events[i]
			want, err := nn.Step(state, step)
			if err != nil {
				t.Fatal(err)
			}
			if got := readForm(t, e.Data, "", "").Get(views.FieldNetwork); e.Name != "" || !strings.Contains(e.Data, `hx-target="#live"`) || got != string(mustJSON(t, want.Network)) {
				t.Errorf("event %d = %.200v; want an unnamed frame with the network of step %d", i, e, step)
			}
		}
	})
}

// TestPageStreamFails: a divergence in the page's stream is a notice with the
// way back, then done.
func TestPageStreamFails(t *testing.T) {
	s := newTestServer(t)
	form := settingsForm(t, s, sampleState(t, "hills", 20, 0, func(c *nn.Config) {
		c.Activation, c.Optimizer, c.LearningRate = nn.Linear, nn.SGD, 10
	}))
	form.Set(views.FieldControls, "")
	form.Set(views.FieldFrameSteps, "100")
	w := postForm(s, "/train", form, "HX-Request", "true")
	events := ssetest.Parse(w.Body.String())
	if len(events) < 2 || events[len(events)-1].Data != `{"reason":"error"}` {
		t.Fatalf("the stream ends with %.200v; want the reason error", events)
	}
	notice := events[len(events)-2].Data
	for _, want := range []string{`hx-target="#notice"`, `name="` + views.FieldRecovered + `"`, `value="` + views.ActRecover + `"`} {
		if !strings.Contains(notice, want) {
			t.Errorf("the notice of a divergence lacks %s: %.300s", want, notice)
		}
	}
	// The way back leads to a state that can be used.
	back := readForm(t, notice, views.FieldAct, views.ActRecover)
	for name, values := range form {
		if !back.Has(name) {
			back[name] = values
		}
	}
	if w := postForm(s, "/edit", back, "HX-Request", "true"); w.Code != http.StatusOK {
		t.Errorf("the way back is answered %d %.300s; want 200", w.Code, w.Body)
	}
}

func TestReadRecipe(t *testing.T) {
	s := newTestServer(t)
	const all = "dataset=spiral&points=20&noise=0.1&classes=3&seed=7&task=classification&features=x,sin_y&hidden_layers=4,3&activation=relu&init=he" +
		"&optimizer=sgd&learning_rate=0.5&schedule=step&schedule_steps=40&schedule_factor=0.25&batch_size=8&l1=0.1&l2=0.2&dropout=0.3&test_fraction=0.4&steps=5&frame_steps=2&frame_ms=40"
	query, err := url.ParseQuery(all)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.readRecipe(query)
	if err != nil {
		t.Fatalf("readRecipe(%s) = %v", all, err)
	}
	want := message{steps: 5, frameSteps: 2, frameMS: 40, classesSet: true}
	want.state.Config = nn.Config{
		Task: nn.Classification, Features: []nn.Feature{nn.FeatureX, nn.FeatureSinY}, HiddenLayers: []int{4, 3}, Activation: nn.ReLU, Init: nn.InitHe,
		Classes: 3, Optimizer: nn.SGD, LearningRate: 0.5, Schedule: nn.StepDecay, ScheduleSteps: 40, ScheduleFactor: 0.25, BatchSize: 8, L1: 0.1, L2: 0.2, Dropout: 0.3, TestFraction: 0.4, Seed: 7,
	}
	want.state.Data = got.state.Data
	if !reflect.DeepEqual(got, want) || len(got.state.Data) != 20 {
		t.Errorf("readRecipe(%s) = %+v; want %+v", all, got, want)
	}
	for _, test := range []struct{ query, want string }{
		{"dataset=xor", "ok"},
		{"dataset=hills", "ok"},
		{"dataset=xor&hidden_layers=", "ok"},
		{"", "invalid dataset"},
		{"dataset=xor&features=", "invalid config.features[0]"},
		{"dataset=xor&hidden_layers=8,,8", "malformed config.hidden_layers"},
		{"dataset=xor&hidden_layers=8-8", "malformed config.hidden_layers"},
		{"dataset=xor&learning_rate=", "malformed config.learning_rate"},
		{"dataset=xor&learning_rate=NaN", "malformed config.learning_rate"},
		{"dataset=xor&schedule=warm", "invalid config.schedule"},
		{"dataset=xor&schedule_steps=1e3", "malformed config.schedule_steps"},
		{"dataset=xor&schedule_steps=0", "invalid config.schedule_steps"},
		{"dataset=xor&schedule_factor=NaN", "malformed config.schedule_factor"},
		{"dataset=xor&schedule=step&schedule_factor=0", "invalid config.schedule_factor"},
		{"dataset=xor&schedule=cosine&schedule_factor=0", "ok"},
		{"dataset=xor&seed=4294967296", "invalid config.seed"},
		{"dataset=xor&classes=0", "invalid config.classes"},
		{"dataset=xor&classes=3", "invalid classes"},
		{"dataset=hills&classes=2", "invalid classes"},
		{"dataset=hills&task=classification", "invalid config.task"},
		{"dataset=xor&task=regression", "invalid config.task"},
		{"dataset=xor&points=2001", "too_large points"},
		{"dataset=xor&points=0", "invalid points"},
		{"dataset=xor&noise=NaN", "malformed noise"},
		{"dataset=xor&data_seed=4294967295&seed=3", "ok"},
		{"dataset=xor&data_seed=4294967296", "invalid data_seed"},
		{"dataset=xor&data_seed=-1", "invalid data_seed"},
		{"dataset=xor&data_seed=", "malformed data_seed"},
		{"dataset=xor&data_seed=1&data_seed=2", "malformed data_seed"},
		{"dataset=xor&steps=100001", "invalid steps"},
		{"dataset=xor&config={}", "malformed config"},
		{"dataset=xor&Seed=1", "malformed Seed"},
		{"dataset=xor&seed=1&seed=1", "malformed seed"},
	} {
		query, err := url.ParseQuery(test.query)
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.readRecipe(query)
		if describeAs(err) != test.want {
			t.Errorf("readRecipe(%s) = %v (%s); want %s", test.query, err, describeAs(err), test.want)
		}
		if err == nil && s.checkState(&m) != nil {
			t.Errorf("readRecipe(%s) = %+v; want a state that can be prepared", test.query, m.state.Config)
		}
	}
}

// TestReadRecipeDataSeed: data_seed is the data set's own, and seed the network's;
// without it seed is for both.
func TestReadRecipeDataSeed(t *testing.T) {
	s := newTestServer(t)
	for query, want := range map[string]struct{ seed, data uint32 }{
		"": {1, 1}, "&seed=7": {7, 7}, "&data_seed=9": {1, 9}, "&seed=7&data_seed=9": {7, 9}, "&data_seed=0&seed=7": {7, 0},
	} {
		values, err := url.ParseQuery("dataset=moons&points=30" + query)
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.readRecipe(values)
		if err != nil || m.state.Config.Seed != want.seed || !slices.Equal(m.state.Data, sampleDataset(t, "moons", 30, want.data)) {
			t.Errorf("readRecipe(%s) has the seed %d, %v; want %d, and the points of the seed %d", values.Encode(), m.state.Config.Seed, err, want.seed, want.data)
		}
	}
}

// TestReadRecipeCost: a list as long as a header may be is refused without
// ado.
func TestReadRecipeCost(t *testing.T) {
	s := newTestServer(t)
	query := url.Values{"dataset": {"xor"}, "hidden_layers": {strings.Repeat(",", 64<<10)}}
	var before, after = time.Now(), time.Duration(0)
	_, err := s.readRecipe(query)
	if after = time.Since(before); describeAs(err) != "malformed config.hidden_layers" || after > 5*time.Second {
		t.Errorf("readRecipe(65,536 commas) = %s after %v; want malformed config.hidden_layers at once", describeAs(err), after)
	}
}

// TestGenerateDefaults: what is left out is the data set's own, and its
// classes are within its points' labels.
func TestGenerateDefaults(t *testing.T) {
	s := newTestServer(t)
	for _, name := range datasetNames() {
		got, info, err := s.generate(url.Values{"dataset": {name}})
		if err != nil || len(got) != defaultPoints {
			t.Fatalf("generate(%s) = %d points, %v; want %d", name, len(got), err, defaultPoints)
		}
		if want := sampleDataset(t, info.Name, defaultPoints, 1); !slices.Equal(got, want) {
			t.Errorf("generate(%s) is not the data set with its own noise and seed 1", name)
		}
	}
}

package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/kernel"
	"github.com/nnvisu/nnvisu/views"
)

// TestFullFrame: as many updates are made as fit into the time of a frame, the same for every frame,
// and no fewer than one.
func TestFullFrame(t *testing.T) {
	for _, test := range []struct {
		name   string
		widths []int
		points int
		limit  time.Duration // MaxWork
		least  int
	}{
		{"Linear", nil, 40, time.Second, 1000},
		{"Default", []int{8, 8}, 200, time.Second, 101}, // more than the fastest of the other speeds
		{"Wide", []int{100, 100}, 1000, time.Second, 1},
		{"Largest", []int{100, 100, 100, 100, 100, 100, 100, 100, 100, 100}, 2000, 10 * time.Second, 1},
		{"SmallLimit", []int{8, 8}, 200, 10 * time.Millisecond, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestServer(t, func(c *Config) { c.MaxWork = test.limit })
			state := sampleState(t, "circles", test.points, 0, func(c *nn.Config) { c.HiddenLayers = test.widths })
			m := wire.Message{State: state, FrameSteps: 1, FullFrames: true}
			_, ctx := newTestTask(t, s)
			if _, _, err := s.newStreamTrainer(ctx, &m, pictureWork); err != nil {
				t.Fatal(err)
			}
			work := nn.WorkHere(state.Config, len(state.Data))
			frame := min(fullFrame, test.limit)
			rest := work.Evaluation + pictureWork(state.Config)
			takes := time.Duration(m.FrameSteps) * work.Update
			if m.FrameSteps < test.least || m.FrameSteps > 1 && takes > max(frame-rest, frame/2) {
				t.Errorf("a frame makes %d updates, which take %v of %v beside %v; want at least %d that fit", m.FrameSteps, takes, frame, rest, test.least)
			}
			if next := takes + work.Update; next <= max(frame-rest, frame/2) && m.FrameSteps < wire.MaxSteps {
				t.Errorf("a frame makes %d updates, and one more fits", m.FrameSteps)
			}
		})
	}
}

// TestFullFrameRepeats: a recipe makes the same full frames with every kernel, and the page's run
// fewer updates a frame where they take longer.
func TestFullFrameRepeats(t *testing.T) {
	before := kernel.Name()
	defer func() { _ = kernel.Use(before) }() // it was in use
	names := kernel.Names()
	fastest, slowest := names[0], names[len(names)-1]
	s := newTestServer(t)
	steps := func(m wire.Message) int {
		t.Helper()
		_, ctx := newTestTask(t, s)
		if _, _, err := s.newStreamTrainer(ctx, &m, nil); err != nil {
			t.Fatal(err)
		}
		return m.FrameSteps
	}
	run, recipe := map[string]int{}, map[string]int{}
	for _, name := range names {
		if err := kernel.Use(name); err != nil {
			t.Fatal(err)
		}
		read, err := s.readRecipe(url.Values{"dataset": {"circles"}, "frame_steps": {"max"}})
		if err != nil {
			t.Fatal(err)
		}
		recipe[name] = steps(read)
		run[name] = steps(wire.Message{State: read.State, FullFrames: true})
	}
	if recipe[slowest] != recipe[fastest] || recipe[fastest] != run[fastest] && fastest != slowest {
		t.Errorf("a frame of a recipe makes %v updates; want the same with all kernels, as many as a run with %s, %d", recipe, fastest, run[fastest])
	}
	if fastest != slowest && run[slowest] >= run[fastest] {
		t.Errorf("a frame of a run makes %v updates; want fewer with kernels %s", run, slowest)
	}
}

// TestFullFrameRead: a form and a recipe may ask for full frames, and nothing but max stands for them.
func TestFullFrameRead(t *testing.T) {
	s := newTestServer(t)
	for text, want := range map[string]string{
		"max": "ok", " max ": "ok", "7": "ok", "0": "invalid frame_steps", "Max": "malformed frame_steps", "-1": "invalid frame_steps", "maximum": "malformed frame_steps",
	} {
		form := url.Values{"data": {`[{"x":0,"y":0,"label":1}]`}, views.FieldFrameSteps: {text}}
		m, err := wire.DecodeForm(form, pageField, wire.Train, wire.Limits{Points: 10})
		if got := verdict(err); got != want || m.FullFrames != strings.Contains(text, "max") && err == nil && text != "7" {
			t.Errorf("a form with frame_steps=%q: %s, full %t; want %s", text, got, m.FullFrames, want)
		}
		m, err = s.readRecipe(url.Values{"dataset": {"xor"}, "frame_steps": {text}})
		if got := verdict(err); got != want || err == nil && m.FullFrames != (strings.TrimSpace(text) == "max") {
			t.Errorf("a recipe with frame_steps=%q: %s, full %t; want %s", text, got, m.FullFrames, want)
		}
	}
	page := serve(s, http.MethodGet, "/?dataset=xor&frame_steps=max", "").Body.String()
	if form := readForm(t, page, "", ""); form.Get(views.FieldFrameSteps) != wire.FrameStepsMax || views.SpeedValue(views.SpeedMax) != wire.FrameStepsMax {
		t.Errorf("the page of a recipe of full frames has the speed %q; want max", form.Get(views.FieldFrameSteps))
	}
}

func verdict(err error) string {
	if err == nil {
		return "ok"
	}
	e := describe(err)
	return string(e.Code) + " " + e.Field
}

// TestFullFrameBits: full frames lead to the same bits as any others.
func TestFullFrameBits(t *testing.T) {
	s := newTestServer(t)
	const recipe = "/train?dataset=circles&points=40&hidden_layers=4&steps=1500&frame_steps="
	last := func(speed string) string {
		body := serve(s, http.MethodGet, recipe+speed, "").Body.String()
		events := strings.Split(strings.TrimSpace(body), "\n\n")
		if len(events) < 2 || !strings.Contains(events[len(events)-1], `"steps"`) {
			t.Fatalf("%s%s ends with %.200s", recipe, speed, events[len(events)-1])
		}
		return events[len(events)-2]
	}
	if full, one := last("max"), last("1500"); full != one || !strings.Contains(full, `"step":1500`) {
		t.Errorf("full frames lead to %.200s; want %.200s", full, one)
	}
}

package contract

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers"
)

func TestTrainEvents(t *testing.T) {
	s := Start(t)
	config := Message{"batch_size": 4, "dropout": 0.2, "test_fraction": 0.2}
	data := Scatter(15, 2, 1)
	begun := s.Step(t, TrainStep(config, nil, data, 5)).Network
	for _, test := range []struct {
		name    string
		network json.RawMessage
		m       Message
		want    []int // the step of each event
	}{
		{"EveryStep", nil, Message{"steps": 3}, []int{1, 2, 3}},
		{"FrameSteps", nil, Message{"steps": 8, "frame_steps": 4}, []int{4, 8}},
		{"LastFrameIsPartial", nil, Message{"steps": 10, "frame_steps": 4}, []int{4, 8, 10}},
		{"OneFrame", nil, Message{"steps": 3, "frame_steps": 100}, []int{3}},
		{"GoingOn", begun, Message{"steps": 3, "frame_steps": 2}, []int{7, 8}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := TrainStep(config, test.network, data, 0).With("id", "run")
			for name, value := range test.m {
				m[name] = value
			}
			from := 0
			if test.network != nil {
				from = 5
			}
			events := s.MustTrain(t, m).MustResults(t, "steps")
			if len(events) != len(test.want) {
				t.Fatalf("%d results; want %d", len(events), len(test.want))
			}
			for i, e := range events {
				if want := fmt.Sprint(test.want[i]); e.ID != want {
					t.Errorf("event %d has id %q; want %s", i, e.ID, want)
				}
				r, err := read([]byte(e.Data))
				if err != nil {
					t.Fatalf("event %d: %v; want a result", i, err)
				}
				if string(r.ID) != `"run"` {
					t.Errorf("event %d has id %s in its result; want \"run\"", i, r.ID)
				}
				if want := s.Step(t, TrainStep(config, test.network, data, test.want[i]-from)); !r.same(want) {
					t.Errorf("event %d = %v; want the state of POST /step, %v", i, r, want)
				}
			}
		})
	}
}

// TestTrainAccept: a program that names event streams, or nothing, gets them.
func TestTrainAccept(t *testing.T) {
	s := Start(t)
	m := TrainStep(Message{}, nil, Scatter(4, 2, 1), 2)
	for _, accept := range []string{"text/event-stream", "*/*", "text/*;q=0.5, image/png"} {
		t.Run(accept, func(t *testing.T) {
			st, err := s.Train(Soon(t), m.Text(), "Accept", accept)
			if err != nil {
				t.Fatalf("POST /train: %v; want a stream", err)
			}
			defer st.Close()
			st.MustResults(t, "steps")
		})
	}
}

// TestTrainForms: a stream may be asked for by a form as well.
func TestTrainForms(t *testing.T) {
	s := Start(t)
	data := Scatter(6, 2, 1)
	want := s.MustTrain(t, TrainStep(Message{"seed": 3}, nil, data, 5).With("frame_steps", 2)).MustResults(t, "steps")
	fields := `steps=5&frame_steps=2&frame_ms=0&config={"seed":3}&data=` + strings.ReplaceAll(string(Encode(data)), "+", "%2B")
	st, err := s.stream(Soon(t), "POST", "/train", []byte(fields), "Content-Type", "application/x-www-form-urlencoded")
	if err != nil {
		t.Fatalf("POST /train: %v; want a stream", err)
	}
	defer st.Close()
	sameEvents(t, st.MustResults(t, "steps"), want)
}

// sameEvents fails the test unless two runs of results are the same.
func sameEvents(tb testing.TB, got, want []Event) {
	tb.Helper()
	if len(got) != len(want) {
		tb.Fatalf("%d results; want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			tb.Fatalf("result %d = id %s %s; want id %s %s", i, got[i].ID, Clip([]byte(got[i].Data)), want[i].ID, Clip([]byte(want[i].Data)))
		}
	}
}

// TestTrainResume: each event is a whole state, so any replica goes on from any of them.
func TestTrainResume(t *testing.T) {
	const steps, frame = 12, 2
	one, other := Start(t), Start(t)
	for _, study := range studies {
		t.Run(study.name, func(t *testing.T) {
			all := one.MustTrain(t, TrainStep(study.config, nil, study.data, steps).With("frame_steps", frame)).MustResults(t, "steps")
			for i, e := range all[:len(all)-1] {
				r, err := read([]byte(e.Data))
				if err != nil {
					t.Fatal(err)
				}
				left := steps - frame*(i+1)
				rest := other.MustTrain(t, TrainStep(study.config, r.Network, study.data, left).With("frame_steps", frame))
				sameEvents(t, rest.MustResults(t, "steps"), all[i+1:])
			}
		})
	}
}

// TestTrainFrameMS: frame_ms is the least time between events.
func TestTrainFrameMS(t *testing.T) {
	const pause, gaps = 60 * time.Millisecond, 4
	s := Start(t)
	begin := time.Now()
	st := s.MustTrain(t, TrainStep(Message{}, nil, Scatter(4, 2, 1), gaps+1).With("frame_ms", pause.Milliseconds()))
	for range gaps + 1 {
		st.MustNext(t, "train_step_result")
	}
	if took, want := time.Since(begin), gaps*pause; took < want {
		t.Errorf("%d events in %v; want at least %v", gaps+1, took, want)
	}
	if e := st.MustNext(t, "done"); e.Reason() != "steps" {
		t.Errorf("done %s; want reason steps", e.Data)
	}
}

// endless is a stream with no end of its own.
func endless() Message {
	return TrainStep(Message{"hidden_layers": []int{3}}, nil, Scatter(10, 2, 1), 0).With("frame_ms", 1)
}

// slow is an endless stream that says something at its beginning and then hardly ever.
func slow() Message { return endless().With("frame_ms", 10_000) }

// TestTrainDoneLimit: a stream lasts no longer than the server allows, and what it has sent by then
// can be gone on from.
func TestTrainDoneLimit(t *testing.T) {
	s := Start(t, func(c *handlers.Config) { c.MaxStream = 500 * time.Millisecond })
	for name, m := range map[string]Message{"Endless": endless(), "Slow": slow(), "Large": endless().With("steps", 100_000, "frame_ms", 5)} {
		t.Run(name, func(t *testing.T) {
			events := s.MustTrain(t, m).MustResults(t, "limit")
			if len(events) == 0 {
				t.Fatal("no result before the end; want some")
			}
			last, err := read([]byte(events[len(events)-1].Data))
			if err != nil {
				t.Fatal(err)
			}
			s.Step(t, m.With("network", last.Network, "steps", 1).Without("frame_ms"))
		})
	}
}

// TestTrainDoneShutdown: a draining server ends its streams in good order; another one goes on.
func TestTrainDoneShutdown(t *testing.T) {
	for name, m := range map[string]Message{"Endless": endless(), "Slow": slow()} {
		t.Run(name, func(t *testing.T) {
			s, other := Start(t), Start(t)
			st := s.MustTrain(t, m)
			first, err := read([]byte(st.MustNext(t, "train_step_result").Data))
			if err != nil {
				t.Fatal(err)
			}
			s.Drain()
			events := append([]Event{{Name: "train_step_result", Data: string(Encode(first))}}, st.MustResults(t, "shutdown")...)
			last := events[len(events)-1]
			r, err := read([]byte(last.Data))
			if err != nil {
				t.Fatal(err)
			}
			want := other.Step(t, m.With("steps", r.state(t).Step).Without("frame_ms"))
			if !r.same(want) {
				t.Errorf("the last state before the shutdown = %v; want %v", r, want)
			}
			other.Step(t, m.With("network", r.Network, "steps", 1).Without("frame_ms"))
		})
	}
}

// TestTrainEndsItsWork: the work of a stream ends within a frame of the client going away, which
// leaves room for another.
func TestTrainEndsItsWork(t *testing.T) {
	s := Start(t, func(c *handlers.Config) { c.MaxStreams = 1 })
	for name, m := range map[string]Message{"Endless": endless(), "Slow": slow(), "Fast": endless().With("frame_ms", 0)} {
		t.Run(name, func(t *testing.T) {
			s.Step(t, m.With("steps", 1).Without("frame_ms"))
			before := s.Quiet()
			st := s.MustTrain(t, m)
			st.MustNext(t, "train_step_result")
			if got := s.Samples(t)["nnvisu_streams"]; got != 1 {
				t.Errorf("nnvisu_streams %v; want 1", got)
			}
			_, err := s.Train(Soon(t), m.Text())
			check(t, err, "busy", "*")
			st.Close()
			Eventually(t, "nnvisu_streams is 0", func() bool { return s.Samples(t)["nnvisu_streams"] == 0 })
			updates := s.Samples(t)["nnvisu_updates_total"]
			s.MustTrain(t, m.With("steps", 3).Without("frame_ms")).MustResults(t, "steps")
			if got := s.Samples(t)["nnvisu_updates_total"]; got != updates+3 {
				t.Errorf("%v updates since the client went; want the 3 of the next one", got-updates)
			}
			s.Settled(t, before)
		})
	}
}

// TestTrainSilence: a stream with nothing to say for long says at least that it is there, whether
// it waits or computes.
func TestTrainSilence(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as a stream may be silent")
	}
	const most = 10 * time.Second // 5, on a busy machine
	computing := TrainStep(Message{"hidden_layers": []int{60, 60}}, nil, Scatter(1000, 2, 1), 90_000).With("frame_steps", 90_000)
	for name, m := range map[string]Message{"Waiting": slow().With("frame_ms", 60_000), "Computing": computing} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := Start(t, func(c *handlers.Config) { c.MaxWork = time.Hour })
			st := s.MustTrain(t, m)
			if name == "Waiting" {
				st.MustNext(t, "train_step_result")
			}
			late := time.AfterFunc(most, st.Close)
			defer late.Stop()
			if line, err := st.lines.ReadString('\n'); err != nil || !strings.HasPrefix(line, ":") {
				t.Errorf("the next line = %q, %v; want a comment within %v", line, err, most)
			}
		})
	}
}

// TestTrainRecipe: GET /train is POST /train with the points of GET /data and the same config.
func TestTrainRecipe(t *testing.T) {
	s := Start(t)
	for _, test := range []struct {
		name, data, query string
		config            Message
		m                 Message
	}{
		{"Spiral", "spiral?points=60&seed=7", "dataset=spiral&points=60&hidden_layers=8,8&seed=7&steps=6", Message{"seed": 7}, Message{"steps": 6}},
		{"Frames", "moons?points=31&noise=0.2&seed=0", "dataset=moons&points=31&noise=0.2&seed=0&steps=7&frame_steps=3&frame_ms=1",
			Message{"seed": 0}, Message{"steps": 7, "frame_steps": 3}},
		{"Everything", "blobs?points=40&classes=4&noise=0.1&seed=9",
			"dataset=blobs&points=40&classes=4&noise=0.1&seed=9&task=classification&features=x,y,sin_x&hidden_layers=5,4,3&activation=gelu&init=he" +
				"&optimizer=adamw&learning_rate=0.01&schedule=cosine&schedule_steps=4&schedule_factor=0&batch_size=16&l1=0.001&l2=0.02&dropout=0.1&test_fraction=0.25&steps=5",
			Message{"classes": 4, "seed": 9, "task": "classification", "features": []string{"x", "y", "sin_x"}, "hidden_layers": []int{5, 4, 3},
				"activation": "gelu", "init": "he", "optimizer": "adamw", "learning_rate": 0.01,
				"schedule": "cosine", "schedule_steps": 4, "schedule_factor": 0, "batch_size": 16, "l1": 0.001, "l2": 0.02,
				"dropout": 0.1, "test_fraction": 0.25}, Message{"steps": 5}},
		{"Linear", "xor?points=20&seed=2", "dataset=xor&points=20&hidden_layers=&seed=2&steps=2", Message{"seed": 2, "hidden_layers": []int{}}, Message{"steps": 2}},
		{"Regression", "plane?points=20&seed=3", "dataset=plane&task=regression&points=20&seed=3&steps=2", Message{"seed": 3, "task": "regression"}, Message{"steps": 2}},
		{"RegressionByData", "hills?points=20&seed=3", "dataset=hills&points=20&seed=3&steps=2", Message{"seed": 3, "task": "regression"}, Message{"steps": 2}},
		{"Defaults", "circles", "dataset=circles&steps=1", Message{}, Message{"steps": 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := Message{"config": test.config, "data": s.Data(t, test.data).Data}
			for name, value := range test.m {
				m[name] = value
			}
			want := s.MustTrain(t, m).MustResults(t, "steps")
			st, err := s.Recipe(Soon(t), test.query)
			if err != nil {
				t.Fatalf("GET /train?%s: %v; want a stream", test.query, err)
			}
			defer st.Close()
			sameEvents(t, st.MustResults(t, "steps"), want)
		})
	}
}

// TestTrainRecipeErrors: what is wrong with a recipe is said before the stream starts.
func TestTrainRecipeErrors(t *testing.T) {
	s := Start(t)
	const good = "dataset=moons&points=20&steps=1"
	for _, test := range []struct{ name, query, code, field string }{
		{"NoDataset", "points=20&steps=1", "invalid|malformed", "dataset"},
		{"Dataset", "dataset=torus&steps=1", "invalid", "dataset"},
		{"Unknown", good + "&speed=2", "malformed", "speed|config.speed"},
		{"Case", good + "&Seed=2", "malformed", "Seed|config.Seed"},
		{"Weights", good + "&network={}", "malformed", "network"},
		{"NotANumber", good + "&learning_rate=fast", "malformed", "learning_rate|config.learning_rate"},
		{"NaN", good + "&learning_rate=NaN", "malformed|invalid", "learning_rate|config.learning_rate"},
		{"Inf", good + "&l2=Inf", "malformed|invalid", "l2|config.l2"},
		{"Range", good + "&learning_rate=-1", "invalid", "learning_rate|config.learning_rate"},
		{"Schedule", good + "&schedule=warm", "invalid", "schedule|config.schedule"},
		{"ScheduleSteps", good + "&schedule_steps=many", "malformed", "schedule_steps|config.schedule_steps"},
		{"ScheduleFactor", good + "&schedule=step&schedule_factor=0", "invalid", "schedule_factor|config.schedule_factor"},
		{"Width", good + "&hidden_layers=8,0", "invalid", "hidden_layers|config.hidden_layers|hidden_layers[1]|config.hidden_layers[1]"},
		{"List", good + "&hidden_layers=8,,8", "malformed|invalid", "hidden_layers|config.hidden_layers|hidden_layers[1]|config.hidden_layers[1]"},
		{"Feature", good + "&features=x,z", "invalid", "features|config.features|features[1]|config.features[1]"},
		{"Activation", good + "&activation=step", "invalid", "activation|config.activation"},
		{"Points", "dataset=moons&points=2001&steps=1", "too_large", "points|data"},
		{"NoPoints", "dataset=moons&points=0&steps=1", "invalid", "points|data"},
		{"Steps", "dataset=moons&steps=-1", "invalid", "steps"},
		{"FrameSteps", good + "&frame_steps=0", "invalid", "frame_steps"},
		{"FrameMS", good + "&frame_ms=-1", "invalid", "frame_ms"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := s.Recipe(Soon(t), test.query)
			check(t, err, test.code, test.field)
			st, err := s.Recipe(Soon(t), good)
			if err != nil {
				t.Fatalf("the next good request: %v; want a stream", err)
			}
			defer st.Close()
			st.MustResults(t, "steps")
		})
	}
}

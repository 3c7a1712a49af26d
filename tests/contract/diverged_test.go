package contract

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

// TestDiverged: when a number stops being finite, the answer has the step at which it did and the
// last finite state, which can be posted again; and it has the same over every transport.
func TestDiverged(t *testing.T) {
	const steps = 5000
	linear := Message{"task": "regression", "hidden_layers": []int{}, "learning_rate": 10, "features": []string{"x", "y", "x2"}}
	small := Network{Weights: [][][]float64{{{0.1, 0.2, 0.3}}}, Biases: [][]float64{{0}}}
	large := Network{Weights: [][][]float64{{{1e200, -1e200, 1e200}}}, Biases: [][]float64{{0}}}
	s := Start(t)
	want := s.Step(t, Decode[Message](t, []byte(good)))
	for _, test := range []struct {
		name   string
		config Message
		from   Network
		gets   bool // some steps before it diverges
	}{
		{"SGD", linear.With("optimizer", "sgd"), small, true},
		{"Momentum", linear.With("optimizer", "momentum"), small, true},
		{"Nesterov", linear.With("optimizer", "nesterov", "batch_size", 3), small, true},
		{"Penalty", linear.With("optimizer", "sgd", "l2", 10), small, true},
		{"HugeWeights", linear.With("optimizer", "adam"), large, false},
		{"Deep", Message{"task": "regression", "hidden_layers": []int{2, 2}, "activation": "linear", "optimizer": "sgd", "learning_rate": 10, "init": "normal"}, Network{}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := TrainStep(test.config, nil, Slope(8, 1), steps).With("id", "far")
			if test.from.Weights != nil {
				m["network"] = test.from
			}
			var first *Failure
			for _, c := range carriers {
				_, err := c.step(Soon(t), s, m.Text())
				check(t, err, "diverged", "*")
				f := Refusal(t, err)
				if f.Reason.Step == nil {
					t.Fatalf("%s: no step in %v; want that at which it diverged", c.name, f)
				}
				if first == nil {
					first = f
				}
				if *f.Reason.Step != *first.Reason.Step || string(f.Reason.Network) != string(first.Reason.Network) {
					t.Errorf("%s: step %d, network %s; want as by POST /step, %d, %s", c.name, *f.Reason.Step, Clip(f.Reason.Network), *first.Reason.Step, Clip(first.Reason.Network))
				}
				if got := s.Step(t, Decode[Message](t, []byte(good))); !got.same(want) {
					t.Errorf("the next good request = %v; want %v", got, want)
				}
			}
			if len(first.Reason.Network) == 0 {
				t.Fatalf("no network in %v; want the last finite state", first)
			}
			last := Decode[Network](t, first.Reason.Network)
			if at := *first.Reason.Step; last.Step != at && last.Step != at-1 {
				t.Errorf("diverged at step %d with a network of step %d; want the last before", at, last.Step)
			}
			if test.gets && last.Step < 1 {
				t.Fatalf("the last finite state is of step %d; want some steps to be possible", last.Step)
			}
			if last.Step > 0 {
				got, err := byJSON(Soon(t), s, m.With("steps", last.Step).Text())
				if err != nil {
					t.Errorf("%d steps: %v; want a result, the error says they are finite", last.Step, err)
				} else if string(got.Network) != string(first.Reason.Network) {
					t.Errorf("%d steps = %v; want the last finite state, %s", last.Step, got, Clip(first.Reason.Network))
				}
			}
			// The same once more diverges at the same step and loses nothing; with another config
			// it goes on.
			_, err := byJSON(Soon(t), s, m.With("network", first.Reason.Network, "steps", 1).Text())
			check(t, err, "diverged", "*")
			again := Refusal(t, err)
			if again.Reason.Step == nil || *again.Reason.Step != *first.Reason.Step || string(again.Reason.Network) != string(first.Reason.Network) {
				t.Errorf("one step more = %v, network %s; want diverged again at step %d with %s", again, Clip(again.Reason.Network), *first.Reason.Step, Clip(first.Reason.Network))
			}
		})
	}
}

// TestDivergedStream: the results until then come first, and the error is the last event.
func TestDivergedStream(t *testing.T) {
	s := Start(t)
	config := Message{"task": "regression", "hidden_layers": []int{}, "learning_rate": 10, "optimizer": "sgd"}
	st := s.MustTrain(t, TrainStep(config, nil, Slope(8, 1), 0).With("frame_steps", 7))
	events, err := st.Rest()
	if err != nil {
		t.Fatal(err)
	}
	if len(events) < 2 {
		t.Fatalf("%d events; want results and an error", len(events))
	}
	for i, e := range events[:len(events)-1] {
		if r, err := read([]byte(e.Data)); e.Name != "train_step_result" || err != nil || r.state(t).Step != 7*(i+1) {
			t.Fatalf("event %d = %s %v, %v; want the result of step %d", i, e.Name, r, err, 7*(i+1))
		}
	}
	last := events[len(events)-1]
	if last.Name != "error" {
		t.Fatalf("the last event is %s; want error", last.Name)
	}
	_, err = read([]byte(last.Data))
	check(t, err, "diverged", "*")
	f := Refusal(t, err)
	finite := Decode[Network](t, f.Reason.Network)
	if shown := 7 * (len(events) - 1); finite.Step < shown || finite.Step >= shown+7 {
		t.Errorf("the last finite state is of step %d; want one of the frame after step %d", finite.Step, shown)
	}
	// It can be posted again: with a learning rate that is no madness it comes home from there.
	s.Step(t, TrainStep(config.With("learning_rate", 0.01), f.Reason.Network, Slope(8, 1), 10))
}

// TestDivergedLaw: where a run ends does not depend on how its steps are split, also where the
// answers in between measure points that no update has seen and whose losses overflow.
func TestDivergedLaw(t *testing.T) {
	// A linear unit gives 0 for the training points, as it should; the point held out is elsewhere.
	// The penalty multiplies the weights by -9 at every update.
	config := Message{"task": "regression", "features": []string{"x"}, "hidden_layers": []int{1}, "activation": "linear",
		"optimizer": "sgd", "learning_rate": 1, "l2": 10, "test_fraction": 0.5, "seed": 1}
	data := make([]Point, 2)
	for i, held := range nn.Split(len(data), 0.5, 1) {
		if held {
			data[i].X = 1
		}
	}
	s := Start(t)
	_, err := byJSON(Soon(t), s, TrainStep(config, nil, data, 3000).Text())
	check(t, err, "diverged", "*")
	want := Refusal(t, err)
	var at json.RawMessage
	overflows := 0
	for done := 0; ; done += 7 {
		r, err := byJSON(Soon(t), s, TrainStep(config, at, data, 7).Text())
		if err == nil {
			if strings.Contains(string(r.Metrics), `"test_loss":1.7976931348623157e+308`) {
				overflows++
			}
			at = r.Network
			continue
		}
		got := Refusal(t, err)
		if got.Reason.Step == nil || *got.Reason.Step != *want.Reason.Step || string(got.Reason.Network) != string(want.Reason.Network) {
			t.Errorf("after %d steps, 7 at a time: %v; want %v", done, got, want)
		}
		break
	}
	if overflows == 0 {
		t.Error("no loss overflows on the way; want some")
	}
}

package contract

import (
	"math"
	"testing"
)

func TestPredictProbabilities(t *testing.T) {
	const tolerance = 1e-12 // of a sum of at most ten
	s := Start(t)
	for _, study := range studies {
		t.Run(study.name, func(t *testing.T) {
			config := study.config
			width := 1
			if config["task"] != "regression" {
				width = 10
				config = config.With("classes", width)
			}
			r := s.Step(t, TrainStep(config, nil, study.data, 3))
			for i, row := range s.Predict(t, Message{"config": config, "network": r.Network, "data": study.data}) {
				if len(row) != width {
					t.Fatalf("outputs[%d] has %d values; want %d", i, len(row), width)
				}
				sum := 0.0
				for _, p := range row {
					sum += p
					if width > 1 && !(p >= 0 && p <= 1) {
						t.Errorf("outputs[%d] = %v; want probabilities", i, row)
					}
				}
				if width > 1 && math.Abs(sum-1) > tolerance {
					t.Errorf("outputs[%d] add up to %v; want 1", i, sum)
				}
			}
		})
	}
}

// TestPredictLabels: labels are optional and change nothing, and neither do dropout and other
// people's points.
func TestPredictLabels(t *testing.T) {
	s := Start(t)
	data := Scatter(11, 3, 1)
	var bare []Message
	for _, p := range data {
		bare = append(bare, Message{"x": p.X, "y": p.Y})
	}
	config := Message{"classes": 3, "dropout": 0.5, "test_fraction": 0.3, "batch_size": 2}
	r := s.Step(t, TrainStep(config, nil, data, 4))
	want := s.Predict(t, Message{"config": config, "network": r.Network, "data": data})
	for _, test := range []struct {
		name string
		m    Message
	}{
		{"NoLabels", Message{"config": config, "network": r.Network, "data": bare}},
		{"SomeLabels", Message{"config": config, "network": r.Network, "data": append([]Message{{"x": data[0].X, "y": data[0].Y, "label": 2}}, bare[1:]...)}},
		{"NoDropout", Message{"config": config.With("dropout", 0), "network": r.Network, "data": data}},
		{"Again", Message{"config": config, "network": r.Network, "data": data}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := s.Predict(t, test.m)
			if string(Encode(got)) != string(Encode(want)) {
				t.Errorf("outputs = %v; want %v", got, want)
			}
		})
	}
	t.Run("OnePoint", func(t *testing.T) {
		got := s.Predict(t, Message{"config": config, "network": r.Network, "data": data[4:5]})
		for c, p := range got[0] {
			// Alone or among others a point may be added up in another order, no more.
			if math.Abs(p-want[4][c]) > 1e-14 {
				t.Errorf("outputs of point 4 alone = %v; want %v", got[0], want[4])
			}
		}
	})
}

// TestPredictInitial: an absent or empty network is the one that config says, here as well.
func TestPredictInitial(t *testing.T) {
	s := Start(t)
	data := Scatter(5, 2, 1)
	absent := s.Predict(t, Message{"config": Message{"seed": 4}, "data": data})
	empty := s.Predict(t, Message{"config": Message{"seed": 4}, "network": Message{}, "data": data})
	other := s.Predict(t, Message{"config": Message{"seed": 5}, "data": data})
	// A step that moves nothing returns the initial network.
	still := Message{"seed": 4, "optimizer": "sgd", "learning_rate": 1e-300}
	shown := s.Predict(t, Message{"config": still, "network": s.Step(t, TrainStep(still, nil, data, 1)).Network, "data": data})
	if string(Encode(absent)) != string(Encode(empty)) {
		t.Errorf("outputs without a network = %v; want as with an empty one, %v", absent, empty)
	}
	if string(Encode(absent)) != string(Encode(shown)) {
		t.Errorf("outputs without a network = %v; want those of the network training starts from, %v", absent, shown)
	}
	if string(Encode(absent)) == string(Encode(other)) {
		t.Errorf("outputs of seed 4 = outputs of seed 5 = %v; want others", other)
	}
}

func TestPredictErrors(t *testing.T) {
	s := Start(t)
	data := Scatter(4, 2, 1)
	config := Message{"hidden_layers": []int{3}}
	good := Message{"config": config, "network": s.Step(t, TrainStep(config, nil, data, 1)).Network, "data": data}
	want := s.Predict(t, good)
	for _, test := range []struct {
		name, code, field string
		m                 Message
	}{
		{"Shape", "invalid", "network.weights|network.weights[0]", good.With("config", Message{"hidden_layers": []int{4}})},
		{"Layers", "invalid", "network.weights", good.With("config", Message{"hidden_layers": []int{3, 3}})},
		{"Inputs", "invalid", "network.weights|network.weights[0]|network.weights[0][0]", good.With("config", config.With("features", []string{"x"}))},
		{"Classes", "invalid", "network.weights|network.weights[1]", good.With("config", config.With("classes", 3))},
		{"Task", "invalid", "network.weights|network.weights[1]", good.With("config", config.With("task", "regression"))},
		{"X", "invalid", "data[1].x", good.With("data", []Message{{"x": 0, "y": 0}, {"x": 2, "y": 0}})},
		{"Member", "malformed", "data[0].z", good.With("data", []Message{{"x": 0, "y": 0, "z": 0}})},
		{"Steps", "malformed", "steps", good.With("steps", 3)},
		{"Activation", "invalid", "config.activation", good.With("config", config.With("activation", "Tanh"))},
		{"Type", "malformed", "network", good.With("network", []int{})},
		{"Points", "too_large", "data|", good.With("data", Scatter(2001, 2, 1))},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := s.Post(t, "/predict", test.m.Text()).Read()
			check(t, err, test.code, test.field)
			if got := s.Predict(t, good); string(Encode(got)) != string(Encode(want)) {
				t.Errorf("the next good request = %v; want %v", got, want)
			}
		})
	}
	t.Run("Trailing", func(t *testing.T) {
		_, err := s.Post(t, "/predict", append(good.Text(), "{}"...)).Read()
		check(t, err, "malformed", "")
	})
}

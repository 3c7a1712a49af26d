package tests

import (
	"math"
	"testing"
)

// predict posts to /predict and returns the outputs, one row for each point of the request.
func (s *server) predict(tb testing.TB, m message) [][]float64 {
	tb.Helper()
	answer := s.post(tb, "/predict", m.text())
	if answer.status != 200 {
		tb.Fatalf("POST /predict: status %d: %s; want 200\nrequest %s", answer.status, clip(answer.body), clip(m.text()))
	}
	got := decode[struct {
		Type    string      `json:"type"`
		Outputs [][]float64 `json:"outputs"`
	}](tb, answer.body)
	if got.Type != "predict_result" {
		tb.Errorf("type %q; want predict_result", got.Type)
	}
	if points, ok := m["data"].([]point); ok && len(got.Outputs) != len(points) {
		tb.Fatalf("%d rows of outputs; want one for each of %d points", len(got.Outputs), len(points))
	}
	return got.Outputs
}

func TestPredictProbabilities(t *testing.T) {
	const tolerance = 1e-12 // of a sum of at most ten
	s := start(t)
	for _, study := range studies {
		t.Run(study.name, func(t *testing.T) {
			config := study.config
			width := 1
			if config["task"] != "regression" {
				width = 10
				config = config.with("classes", width)
			}
			r := s.step(t, trainStep(config, nil, study.data, 3))
			for i, row := range s.predict(t, message{"config": config, "network": r.Network, "data": study.data}) {
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

// TestPredictLabels: labels are optional and change nothing, and neither do dropout and other people's points.
func TestPredictLabels(t *testing.T) {
	s := start(t)
	data := scatter(11, 3, 1)
	var bare []message
	for _, p := range data {
		bare = append(bare, message{"x": p.X, "y": p.Y})
	}
	config := message{"classes": 3, "dropout": 0.5, "test_fraction": 0.3, "batch_size": 2}
	r := s.step(t, trainStep(config, nil, data, 4))
	want := s.predict(t, message{"config": config, "network": r.Network, "data": data})
	for _, test := range []struct {
		name string
		m    message
	}{
		{"NoLabels", message{"config": config, "network": r.Network, "data": bare}},
		{"SomeLabels", message{"config": config, "network": r.Network, "data": append([]message{{"x": data[0].X, "y": data[0].Y, "label": 2}}, bare[1:]...)}},
		{"NoDropout", message{"config": config.with("dropout", 0), "network": r.Network, "data": data}},
		{"Again", message{"config": config, "network": r.Network, "data": data}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := s.predict(t, test.m)
			if string(encode(got)) != string(encode(want)) {
				t.Errorf("outputs = %v; want %v", got, want)
			}
		})
	}
	t.Run("OnePoint", func(t *testing.T) {
		got := s.predict(t, message{"config": config, "network": r.Network, "data": data[4:5]})
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
	s := start(t)
	data := scatter(5, 2, 1)
	absent := s.predict(t, message{"config": message{"seed": 4}, "data": data})
	empty := s.predict(t, message{"config": message{"seed": 4}, "network": message{}, "data": data})
	other := s.predict(t, message{"config": message{"seed": 5}, "data": data})
	// A step that moves nothing returns the initial network.
	still := message{"seed": 4, "optimizer": "sgd", "learning_rate": 1e-300}
	shown := s.predict(t, message{"config": still, "network": s.step(t, trainStep(still, nil, data, 1)).Network, "data": data})
	if string(encode(absent)) != string(encode(empty)) {
		t.Errorf("outputs without a network = %v; want as with an empty one, %v", absent, empty)
	}
	if string(encode(absent)) != string(encode(shown)) {
		t.Errorf("outputs without a network = %v; want those of the network training starts from, %v", absent, shown)
	}
	if string(encode(absent)) == string(encode(other)) {
		t.Errorf("outputs of seed 4 = outputs of seed 5 = %v; want others", other)
	}
}

func TestPredictErrors(t *testing.T) {
	s := start(t)
	data := scatter(4, 2, 1)
	config := message{"hidden_layers": []int{3}}
	good := message{"config": config, "network": s.step(t, trainStep(config, nil, data, 1)).Network, "data": data}
	want := s.predict(t, good)
	for _, test := range []struct {
		name, code, field string
		m                 message
	}{
		{"Shape", "invalid", "network.weights|network.weights[0]", good.with("config", message{"hidden_layers": []int{4}})},
		{"Layers", "invalid", "network.weights", good.with("config", message{"hidden_layers": []int{3, 3}})},
		{"Inputs", "invalid", "network.weights|network.weights[0]|network.weights[0][0]", good.with("config", config.with("features", []string{"x"}))},
		{"Classes", "invalid", "network.weights|network.weights[1]", good.with("config", config.with("classes", 3))},
		{"Task", "invalid", "network.weights|network.weights[1]", good.with("config", config.with("task", "regression"))},
		{"X", "invalid", "data[1].x", good.with("data", []message{{"x": 0, "y": 0}, {"x": 2, "y": 0}})},
		{"Member", "malformed", "data[0].z", good.with("data", []message{{"x": 0, "y": 0, "z": 0}})},
		{"Steps", "malformed", "steps", good.with("steps", 3)},
		{"Activation", "invalid", "config.activation", good.with("config", config.with("activation", "Tanh"))},
		{"Type", "malformed", "network", good.with("network", []int{})},
		{"Points", "too_large", "data|", good.with("data", scatter(2001, 2, 1))},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := s.post(t, "/predict", test.m.text()).read()
			check(t, err, test.code, test.field)
			if got := s.predict(t, good); string(encode(got)) != string(encode(want)) {
				t.Errorf("the next good request = %v; want %v", got, want)
			}
		})
	}
	t.Run("Trailing", func(t *testing.T) {
		_, err := s.post(t, "/predict", append(good.text(), "{}"...)).read()
		check(t, err, "malformed", "")
	})
}

package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// defaults is the config of the contract's table for data of two classes, every member spelled out.
var defaults = Message{
	"task": "classification", "features": []string{"x", "y"}, "hidden_layers": []int{8, 8}, "activation": "tanh",
	"init": "auto", "classes": 2, "optimizer": "adam", "learning_rate": 0.03, "schedule": "constant", "schedule_steps": 1000,
	"schedule_factor": 0.1, "batch_size": 0, "l1": 0, "l2": 0,
	"dropout": 0, "test_fraction": 0, "seed": 1,
}

func TestStepDefaults(t *testing.T) {
	s := Start(t)
	data := Scatter(12, 2, 1)
	want := s.Step(t, TrainStep(defaults, nil, data, 1))
	if got, want := want.state(t).Widths(), []int{2, 8, 8, 2}; !slices.Equal(got, want) {
		t.Errorf("widths = %v; want %v", got, want)
	}
	whole := TrainStep(Message{}, nil, data, 1)
	for _, test := range []struct {
		name string
		m    Message
	}{
		{"EmptyConfig", whole},
		{"NoConfig", whole.Without("config")},
		{"NoType", whole.Without("type")},
		{"NoSteps", whole.Without("steps")},
		{"OnlyData", Message{"data": data}},
		{"EmptyNetwork", whole.With("network", Message{})},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := s.Step(t, test.m); !got.same(want) {
				t.Errorf("result = %v; want that of every default spelled out, %v", got, want)
			}
		})
	}
	// One member at a time, so that each default is known to be the documented one and not merely
	// some constant.
	for name, value := range defaults {
		t.Run(name, func(t *testing.T) {
			if got := s.Step(t, whole.With("config", Message{name: value})); !got.same(want) {
				t.Errorf("result with %s = %v: %v; want that without, %v", name, value, got, want)
			}
		})
	}
	others := Message{
		"features": []string{"y", "x"}, "hidden_layers": []int{8, 7}, "activation": "sin", "init": "normal", "classes": 3,
		"optimizer": "sgd", "learning_rate": 0.031, "batch_size": 5, "l1": 0.1, "l2": 0.1, "dropout": 0.1,
		"test_fraction": 0.5, "seed": 2,
	}
	for name, value := range others {
		t.Run("Other/"+name, func(t *testing.T) {
			if got := s.Step(t, whole.With("config", Message{name: value})); got.same(want) {
				t.Errorf("result with %s = %v is that of the default; want another", name, value)
			}
		})
	}
}

func TestStepAnswerShape(t *testing.T) {
	s := Start(t)
	for _, study := range studies {
		t.Run(study.name, func(t *testing.T) {
			answer := s.Post(t, "/step", TrainStep(study.config, nil, study.data, 2).Text())
			if answer.Status != 200 {
				t.Fatalf("status %d: %s; want 200", answer.Status, Clip(answer.Body))
			}
			r := Decode[Result](t, answer.Body)
			if r.Type != "train_step_result" {
				t.Errorf("type %q; want train_step_result", r.Type)
			}
			if r.ID != nil {
				t.Errorf("id %s; want none, as in the request", r.ID)
			}
			n := Decode[Network](t, r.Network)
			if n.Step != 2 {
				t.Errorf("step %d; want 2", n.Step)
			}
			if optimizer := string(n.Optimizer); study.config["optimizer"] == "sgd" && !Among(optimizer, "{}|null|") {
				t.Errorf("optimizer %s; want nothing, which is what sgd keeps", optimizer)
			} else if study.config["optimizer"] != "sgd" && Among(optimizer, "{}|null|") {
				t.Errorf("optimizer %s; want its moments", optimizer)
			}
			widths := n.Widths()
			for l, layer := range n.Weights {
				for o, row := range layer {
					if len(row) != widths[l] {
						t.Errorf("weights[%d][%d] has %d inputs; want %d", l, o, len(row), widths[l])
					}
				}
				if l >= len(n.Biases) || len(n.Biases[l]) != len(layer) {
					t.Errorf("biases do not fit the %d outputs of layer %d: %v", len(layer), l, n.Biases)
				}
			}
			m := Decode[Metrics](t, r.Metrics)
			classification := study.config["task"] != "regression"
			heldOut := study.config["test_fraction"] != nil
			for _, metric := range []struct {
				name  string
				value *float64
				want  bool
			}{
				{"loss", m.Loss, true},
				{"accuracy", m.Accuracy, classification},
				{"test_loss", m.TestLoss, heldOut},
				{"test_accuracy", m.TestAccuracy, classification && heldOut},
			} {
				if got := metric.value != nil; got != metric.want {
					t.Errorf("metrics have %s: %v; want %v (%s)", metric.name, got, metric.want, r.Metrics)
				}
			}
			for _, accuracy := range []*float64{m.Accuracy, m.TestAccuracy} {
				if accuracy != nil && !(*accuracy >= 0 && *accuracy <= 1) {
					t.Errorf("accuracy %v; want a share of the points", *accuracy)
				}
			}
			if loss := Decode[float64](t, r.Loss); m.Loss == nil || *m.Loss != loss {
				t.Errorf("metrics.loss of %s; want the loss, %v", r.Metrics, loss)
			}
		})
	}
}

// TestStepID: the id comes back as it went, and so it does in an error.
func TestStepID(t *testing.T) {
	s := Start(t)
	good := TrainStep(Message{}, nil, Scatter(4, 2, 1), 1)
	for _, id := range []string{`7`, `"a"`, `0`, `-1.5`, `1e2`, `12345678901234567890`, `""`, `"a&b=%41+ü\n"`} {
		t.Run(id, func(t *testing.T) {
			for _, test := range []struct {
				name string
				m    Message
				ok   bool
			}{
				{"result", good, true},
				{"error", good.With("config", Message{"seed": -1}), false},
			} {
				// Not through json.Marshal, which would write it its own way.
				text := bytes.Replace(test.m.With("id", "?").Text(), []byte(`"?"`), []byte(id), 1)
				for _, c := range []carrier{carrierNamed("JSON"), carrierNamed("Curl"), carrierNamed("Stream"), carrierNamed("Socket")} {
					r, err := c.step(Soon(t), s, text)
					got := r.ID
					if !test.ok {
						got = Refusal(t, err).ID
					} else if err != nil {
						t.Fatalf("%s: %v; want a result", c.name, err)
					}
					if strings.HasPrefix(id, `"`) && len(got) > 0 { // a string may be escaped in more than one way
						if got, want := Decode[string](t, got), Decode[string](t, []byte(id)); got != want {
							t.Errorf("%s: id %q in the %s; want %q", c.name, got, test.name, want)
						}
					} else if string(got) != id {
						t.Errorf("%s: id %s in the %s; want %s", c.name, got, test.name, id)
					}
				}
			}
		})
	}
}

func TestStepClasses(t *testing.T) {
	s := Start(t)
	for _, test := range []struct {
		name   string
		labels []float64
		config Message
		want   int
	}{
		{"OneLabel", []float64{0, 0}, Message{}, 2},
		{"TwoLabels", []float64{0, 1}, Message{}, 2},
		{"LargestLabel", []float64{0, 4}, Message{}, 5},
		{"TenLabels", []float64{9, 0}, Message{}, 10},
		{"MoreClasses", []float64{0, 1}, Message{"classes": 7}, 7},
		{"Regression", []float64{0, 1}, Message{"task": "regression"}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			var data []Point
			for i, label := range test.labels {
				data = append(data, Point{float64(i) / 2, 0.5, label})
			}
			widths := s.Step(t, TrainStep(test.config, nil, data, 1)).state(t).Widths()
			if got := widths[len(widths)-1]; got != test.want {
				t.Errorf("outputs = %d; want %d", got, test.want)
			}
		})
	}
}

// TestStepEpoch: an epoch is a completed pass over the training points.
func TestStepEpoch(t *testing.T) {
	s := Start(t)
	for _, test := range []struct{ points, batch, steps, want int }{
		{10, 0, 3, 3}, {10, 10, 3, 3}, {10, 50, 3, 3}, {10, 5, 1, 0}, {10, 5, 2, 1}, {10, 5, 7, 3}, {10, 1, 9, 0}, {10, 1, 20, 2},
		{10, 4, 2, 0},
	} {
		t.Run(fmt.Sprintf("%+v", test), func(t *testing.T) {
			m := TrainStep(Message{"batch_size": test.batch}, nil, Scatter(test.points, 2, 1), test.steps)
			if n := s.Step(t, m).state(t); n.Step != test.steps || n.Epoch != test.want {
				t.Errorf("step %d, epoch %d; want %d, %d", n.Step, n.Epoch, test.steps, test.want)
			}
		})
	}
}

// TestStepFreshStart: weights alone are a start from those weights, with nothing left of what the
// optimizer knew.
func TestStepFreshStart(t *testing.T) {
	s := Start(t)
	m := TrainStep(Message{"batch_size": 3}, nil, Scatter(8, 2, 1), 3)
	trained := s.Step(t, m)
	n := trained.state(t)
	bare := Encode(Message{"weights": n.Weights, "biases": n.Biases})
	zero := Encode(Message{"weights": n.Weights, "biases": n.Biases, "step": 0, "epoch": 0})
	fresh := s.Step(t, m.With("network", json.RawMessage(bare)))
	if got := fresh.state(t); got.Step != 3 || got.Epoch != 1 {
		t.Errorf("step %d, epoch %d; want 3, 1", got.Step, got.Epoch)
	}
	if spelled := s.Step(t, m.With("network", json.RawMessage(zero))); !fresh.same(spelled) {
		t.Errorf("from weights alone = %v; want as with step and epoch 0, %v", fresh, spelled)
	}
	if went := s.Step(t, m.With("network", trained.Network)); fresh.same(went) {
		t.Error("from weights alone = from the whole network; want another start")
	}
}

// TestStepForms: what a form says is what its JSON says. That they carry any state the same is
// shown by TestLaw.
func TestStepForms(t *testing.T) {
	s := Start(t)
	data := Scatter(6, 2, 1)
	want := s.Step(t, TrainStep(Message{"seed": 3}, nil, data, 1))
	urlencoded := "application/x-www-form-urlencoded"
	boundary := "multipart/form-data; boundary=edge"
	part := func(name, value string) string {
		return "--edge\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
	}
	escaped := strings.NewReplacer("+", "%2B", "&", "%26").Replace(string(Encode(data)))
	for _, test := range []struct{ name, contentType, body string }{
		{"Urlencoded", urlencoded, `config={"seed":3}&data=` + escaped},
		{"EmptyNetwork", urlencoded, `config={"seed":3}&network=&steps=1&data=` + escaped},
		{"BracesNetwork", urlencoded, `network={}&config={"seed":3}&data=` + escaped},
		{"Charset", urlencoded + "; charset=UTF-8", `config={"seed":3}&data=` + escaped},
		{"Multipart", boundary, part("config", `{"seed":3}`) + part("data", string(Encode(data))) + "--edge--\r\n"},
		{"MultipartEmptyNetwork", boundary, part("config", `{"seed":3}`) + part("data", string(Encode(data))) + part("network", "") + "--edge--\r\n"},
		{"Curl", urlencoded, `{"config":{"seed":3},"data":` + string(Encode(data)) + `}`},
		{"JSONCharset", "application/json; charset=utf-8", `{"config":{"seed":3},"data":` + string(Encode(data)) + `}`},
		{"JSONSpace", "application/json", " \r\n\t{ \"config\" : {\"seed\" :3},\n\"data\":" + string(Encode(data)) + "} \n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := postStep(Soon(t), s, test.contentType, []byte(test.body))
			if err != nil {
				t.Fatalf("POST /step: %v; want a result", err)
			}
			if !got.same(want) {
				t.Errorf("result = %v; want %v", got, want)
			}
		})
	}
}

// TestStepLoss: the loss belongs to the network returned, without dropout or penalty. The test
// computes it from what /predict says of that network.
func TestStepLoss(t *testing.T) {
	const tolerance = 1e-12 // relative: the order of a few hundred additions, and nothing else
	s := Start(t)
	for _, study := range append([]study{
		{"DropoutAndPenalty", Message{"dropout": 0.9, "l1": 10, "l2": 10, "batch_size": 2}, Scatter(9, 3, 1)},
		{"RegressionPenalty", Message{"task": "regression", "l1": 1, "dropout": 0.5}, Slope(9, 1)},
	}, studies...) {
		t.Run(study.name, func(t *testing.T) {
			config := study.config.With("classes", 10)
			if config["task"] == "regression" {
				config = study.config
			}
			r := s.Step(t, TrainStep(config, nil, study.data, 5))
			m := Decode[Metrics](t, r.Metrics)
			outputs := s.Predict(t, Message{"config": config, "network": r.Network, "data": study.data})
			sum, right := 0.0, 0.0
			for i, p := range study.data {
				if config["task"] == "regression" {
					sum += (outputs[i][0] - p.Label) * (outputs[i][0] - p.Label) / 2
					continue
				}
				sum -= math.Log(outputs[i][int(p.Label)])
				if p := outputs[i][int(p.Label)]; p == slices.Max(outputs[i]) {
					right++
				}
			}
			n := float64(len(study.data))
			wantLoss, wantAccuracy := sum/n, right/n
			loss, accuracy := []float64{*m.Loss}, []float64{wantAccuracy}
			if m.Accuracy != nil {
				accuracy[0] = *m.Accuracy
			}
			// Which points are held out is the seed's secret, so only all of them together can be
			// compared; and the contract does not say which way their number is rounded.
			if fraction, ok := config["test_fraction"].(float64); ok {
				up, down := math.Ceil(fraction*n)/n, math.Floor(fraction*n)/n
				loss = []float64{mix(*m.Loss, *m.TestLoss, up), mix(*m.Loss, *m.TestLoss, down)}
				if m.Accuracy != nil {
					accuracy = []float64{mix(*m.Accuracy, *m.TestAccuracy, up), mix(*m.Accuracy, *m.TestAccuracy, down)}
				}
			}
			close := func(want float64) func(float64) bool {
				return func(got float64) bool { return math.Abs(got-want) <= tolerance*want }
			}
			if !slices.ContainsFunc(loss, close(wantLoss)) {
				t.Errorf("loss = %v; want %v from the outputs of the network returned", loss, wantLoss)
			}
			if !slices.ContainsFunc(accuracy, close(wantAccuracy)) {
				t.Errorf("accuracy = %v; want %v from the outputs of the network returned", accuracy, wantAccuracy)
			}
		})
	}
}

// mix is the mean over all points of a mean over some and a mean over the others, who are the given
// share.
func mix(some, others, share float64) float64 { return some*(1-share) + others*share }

// TestStepHeldOut: which points are held out follows from the seed alone. With a learning rate that
// moves nothing, the metrics tell the points apart.
func TestStepHeldOut(t *testing.T) {
	s := Start(t)
	data := Scatter(30, 2, 1)
	base := Message{"optimizer": "sgd", "learning_rate": 1e-300, "test_fraction": 0.4, "seed": 5}
	want := s.Step(t, TrainStep(base, nil, data, 1))
	for _, test := range []struct {
		name   string
		config Message
		steps  int
	}{
		{"Later", base, 9},
		{"Batches", base.With("batch_size", 4), 9},
		{"Dropout", base.With("dropout", 0.5), 3},
		{"Penalty", base.With("l2", 1, "l1", 1), 3},
		{"LearningRate", base.With("learning_rate", 2e-300), 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := s.Step(t, TrainStep(test.config, nil, data, test.steps)); !bytes.Equal(got.Metrics, want.Metrics) {
				t.Errorf("metrics = %s; want those of the same points held out, %s", got.Metrics, want.Metrics)
			}
		})
	}
}

package nn

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
)

// checkFieldError fails unless err is a *FieldError of the field with the fragments in its message.
func checkFieldError(t *testing.T, what string, err error, field string, fragments ...string) {
	t.Helper()
	var got *FieldError
	if !errors.As(err, &got) {
		t.Errorf("%s: error = %v; want a *FieldError of %s", what, err, field)
		return
	}
	if got.Field != field {
		t.Errorf("%s: Field = %q (%v); want %q", what, got.Field, err, field)
	}
	for _, fragment := range fragments {
		if !strings.Contains(got.Message, fragment) {
			t.Errorf("%s: Message = %q; want %q in it", what, got.Message, fragment)
		}
	}
	if want := got.Field + " " + got.Message; err.Error() != want {
		t.Errorf("%s: Error() = %q; want %q", what, err.Error(), want)
	}
}

// good returns a state with a network 2-3-2 in mid-run with both moments.
func good(t *testing.T) State {
	t.Helper()
	c := DefaultConfig()
	c.HiddenLayers = []int{3}
	s := prepare(t, State{Config: c, Data: []Point{{0.5, -0.5, 0}, {-1, 1, 1}, {0, 0, 1}}})
	s.Network = step(t, s, 2).Network
	return s
}

func TestPrepareErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	regression := func(s *State) {
		s.Config.Task = Regression
		s.Network = Network{}
	}
	for _, c := range []struct {
		name     string
		change   func(s *State)
		field    string
		fragment string
	}{
		{"Task", func(s *State) { s.Config.Task = "guess" }, "config.task", `must be one of classification, regression; got "guess"`},
		{"TaskEmpty", func(s *State) { s.Config.Task = "" }, "config.task", `got ""`},
		{"TaskLong", func(s *State) { s.Config.Task = Task(strings.Repeat("ü", 500)) }, "config.task", `got "` + strings.Repeat("ü", 40) + `…"`},
		{"NoFeatures", func(s *State) { s.Config.Features = nil }, "config.features", "at least one"},
		{"Feature", func(s *State) { s.Config.Features = []Feature{"x", "z"} }, "config.features[1]", `x, y, x2, y2, xy, sin_x, sin_y; got "z"`},
		{"FeatureTwice", func(s *State) { s.Config.Features = []Feature{"x", "y", "x"} }, "config.features[2]", "x twice"},
		{"Layers", func(s *State) { s.Config.HiddenLayers = make([]int, 11) }, "config.hidden_layers", "at most 10 layers; got 11"},
		{"NoWidth", func(s *State) { s.Config.HiddenLayers = []int{3, 0} }, "config.hidden_layers[1]", "from 1 to 100 units; got 0"},
		{"Width", func(s *State) { s.Config.HiddenLayers = []int{101} }, "config.hidden_layers[0]", "from 1 to 100 units; got 101"},
		{"Activation", func(s *State) { s.Config.Activation = "step" }, "config.activation", `tanh, relu, leaky_relu, sigmoid, gelu, silu, elu, softplus, sin, linear; got "step"`},
		{"Init", func(s *State) { s.Config.Init = "one" }, "config.init", `auto, xavier, he, normal, zero; got "one"`},
		{"OneClass", func(s *State) { s.Config.Classes = 1 }, "config.classes", "from 2 to 10; got 1"},
		{"ManyClasses", func(s *State) { s.Config.Classes = 11 }, "config.classes", "from 2 to 10; got 11"},
		{"NegativeClasses", func(s *State) { s.Config.Classes = -2 }, "config.classes", "got -2"},
		{"FewClasses", func(s *State) { s.Data[0].Label = 4; s.Config.Classes = 4 }, "config.classes", "at least 5, the largest label + 1; got 4"},
		{"Optimizer", func(s *State) { s.Config.Optimizer = "lion" }, "config.optimizer", `sgd, momentum, nesterov, rmsprop, adagrad, adam, adamw; got "lion"`},
		{"NoRate", func(s *State) { s.Config.LearningRate = 0 }, "config.learning_rate", "must be greater than 0; got 0"},
		{"NegativeRate", func(s *State) { s.Config.LearningRate = -1 }, "config.learning_rate", "must be greater than 0; got -1"},
		{"NaNRate", func(s *State) { s.Config.LearningRate = nan }, "config.learning_rate", "must be greater than 0; got NaN"},
		{"Rate", func(s *State) { s.Config.LearningRate = 10.5 }, "config.learning_rate", "at most 10; got 10.5"},
		{"InfiniteRate", func(s *State) { s.Config.LearningRate = inf }, "config.learning_rate", "at most 10"},
		{"Schedule", func(s *State) { s.Config.Schedule = "warm" }, "config.schedule", `constant, step, exponential, cosine; got "warm"`},
		{"NoSchedule", func(s *State) { s.Config.Schedule = "" }, "config.schedule", `got ""`},
		{"NoScheduleSteps", func(s *State) { s.Config.ScheduleSteps = 0 }, "config.schedule_steps", "from 1 to 1000000; got 0"},
		{"ScheduleSteps", func(s *State) { s.Config.ScheduleSteps = 1_000_001 }, "config.schedule_steps", "from 1 to 1000000; got 1000001"},
		{"NegativeFactor", func(s *State) { s.Config.ScheduleFactor = -0.1 }, "config.schedule_factor", "from 0 to 1; got -0.1"},
		{"Factor", func(s *State) { s.Config.ScheduleFactor = 1.1 }, "config.schedule_factor", "from 0 to 1; got 1.1"},
		{"FactorNaN", func(s *State) { s.Config.ScheduleFactor = ScheduleFactor(nan) }, "config.schedule_factor", "from 0 to 1; got NaN"},
		{"StepFactor", func(s *State) { s.Config.Schedule, s.Config.ScheduleFactor = StepDecay, 0 }, "config.schedule_factor", "greater than 0 for the schedule step; got 0"},
		{"ExponentialFactor", func(s *State) { s.Config.Schedule, s.Config.ScheduleFactor = ExponentialDecay, 0 }, "config.schedule_factor", "greater than 0 for the schedule exponential; got 0"},
		{"Batch", func(s *State) { s.Config.BatchSize = -1 }, "config.batch_size", "or more; got -1"},
		{"NegativeL1", func(s *State) { s.Config.L1 = -0.1 }, "config.l1", "from 0 to 10; got -0.1"},
		{"L1", func(s *State) { s.Config.L1 = 10.1 }, "config.l1", "from 0 to 10; got 10.1"},
		{"NegativeL2", func(s *State) { s.Config.L2 = -0.1 }, "config.l2", "from 0 to 10; got -0.1"},
		{"L2", func(s *State) { s.Config.L2 = nan }, "config.l2", "got NaN"},
		{"NegativeDropout", func(s *State) { s.Config.Dropout = -0.1 }, "config.dropout", "from 0 to 0.9; got -0.1"},
		{"Dropout", func(s *State) { s.Config.Dropout = 0.91 }, "config.dropout", "from 0 to 0.9; got 0.91"},
		{"NegativeTest", func(s *State) { s.Config.TestFraction = -0.1 }, "config.test_fraction", "from 0 to 0.9; got -0.1"},
		{"Test", func(s *State) { s.Config.TestFraction = 1 }, "config.test_fraction", "from 0 to 0.9; got 1"},

		{"X", func(s *State) { s.Data[1].X = 1.01 }, "data[1].x", "from -1 to 1; got 1.01"},
		{"XNaN", func(s *State) { s.Data[1].X = nan }, "data[1].x", "got NaN"},
		{"Y", func(s *State) { s.Data[2].Y = -1.01 }, "data[2].y", "from -1 to 1; got -1.01"},
		{"YInf", func(s *State) { s.Data[2].Y = inf }, "data[2].y", "from -1 to 1"},
		{"Label", func(s *State) { s.Data[0].Label = -1 }, "data[0].label", "from 0 to 9; got -1"},
		{"LabelLarge", func(s *State) { s.Data[0].Label = 10 }, "data[0].label", "from 0 to 9; got 10"},
		{"LabelBroken", func(s *State) { s.Data[0].Label = 0.5 }, "data[0].label", "class number from 0 to 9; got 0.5"},
		{"LabelNaN", func(s *State) { s.Data[0].Label = nan }, "data[0].label", "got NaN"},
		{"Target", func(s *State) { regression(s); s.Data[0].Label = 1.5 }, "data[0].label", "from -1 to 1 for regression; got 1.5"},
		{"TargetNaN", func(s *State) { regression(s); s.Data[2].Label = nan }, "data[2].label", "for regression; got NaN"},

		{"Weights", func(s *State) { s.Network.Weights = nil }, "network.weights", "must have 2 layers for sizes [2 3 2]; has 0"},
		{"WeightsLayers", func(s *State) { s.Config.HiddenLayers = []int{3, 3} }, "network.weights", "must have 3 layers for sizes [2 3 3 2]; has 2"},
		{"Biases", func(s *State) { s.Network.Biases = s.Network.Biases[:1] }, "network.biases", "must have 2 layers for sizes [2 3 2]; has 1"},
		{"WeightsRows", func(s *State) { s.Config.Classes = 3 }, "network.weights[1]", "must have 3 rows, one for each unit of the layer; has 2"},
		{"WeightsRow", func(s *State) { s.Config.Features = []Feature{"x"} }, "network.weights[0][0]", "must have 1 numbers, one for each input of the layer; has 2"},
		{"WeightsRowShort", func(s *State) { s.Network.Weights[1][1] = []float64{1, 2} }, "network.weights[1][1]", "must have 3 numbers, one for each input of the layer; has 2"},
		{"WeightNaN", func(s *State) { s.Network.Weights[1][0][2] = nan }, "network.weights[1][0][2]", "finite"},
		{"WeightInf", func(s *State) { s.Network.Weights[0][2][1] = -inf }, "network.weights[0][2][1]", "finite"},
		{"BiasesShort", func(s *State) { s.Network.Biases[0] = []float64{1, 2} }, "network.biases[0]", "must have 3 numbers, one for each unit of the layer; has 2"},
		{"BiasInf", func(s *State) { s.Network.Biases[1][1] = inf }, "network.biases[1][1]", "finite"},
		{"Step", func(s *State) { s.Network.Step = -1 }, "network.step", "from 0 to 2^53-1; got -1"},
		{"StepLarge", func(s *State) { s.Network.Step = 1<<53 + 1 }, "network.step", "from 0 to 2^53-1; got 9007199254740993"},
		{"Epoch", func(s *State) { s.Network.Epoch = -1 }, "network.epoch", "from 0 to 2^53-1; got -1"},
		{"Updates", func(s *State) { s.Network.Optimizer.Updates = -1 }, "network.optimizer.updates", "from 0 to 2^53-1; got -1"},
		{"OptimizerOther", func(s *State) { s.Config.Optimizer = SGD }, "network.optimizer", `moments of "adam" but config.optimizer is sgd`},
		{"OptimizerNameless", func(s *State) { s.Network.Optimizer.Optimizer = "" }, "network.optimizer", `moments of "" but config.optimizer is adam`},
		{"OptimizerLong", func(s *State) { s.Network.Optimizer.Optimizer = Optimizer(strings.Repeat("x", 500)) }, "network.optimizer", strings.Repeat("x", 40) + `…"`},
		{"FirstMissing", func(s *State) { s.Network.Optimizer.First = nil }, "network.optimizer.first", "is missing; adam keeps it"},
		{"SecondMissing", func(s *State) { s.Network.Optimizer.Second = nil }, "network.optimizer.second", "is missing; adam keeps it"},
		{"FirstForeign", func(s *State) { s.Config.Optimizer, s.Network.Optimizer.Optimizer = Adagrad, Adagrad }, "network.optimizer.first", "must be left out; adagrad has none"},
		{"SecondForeign", func(s *State) { s.Config.Optimizer, s.Network.Optimizer.Optimizer = Momentum, Momentum }, "network.optimizer.second", "must be left out; momentum has none"},
		{"FirstLayers", func(s *State) { s.Network.Optimizer.First.Weights = nil }, "network.optimizer.first.weights", "must have 2 layers"},
		{"FirstRow", func(s *State) { s.Network.Optimizer.First.Weights[0][1] = nil }, "network.optimizer.first.weights[0][1]", "must have 2 numbers"},
		{"SecondBiases", func(s *State) { s.Network.Optimizer.Second.Biases[1] = nil }, "network.optimizer.second.biases[1]", "must have 2 numbers"},
		{"FirstNaN", func(s *State) { s.Network.Optimizer.First.Weights[0][1][0] = nan }, "network.optimizer.first.weights[0][1][0]", "finite"},
		{"SecondNegative", func(s *State) { s.Network.Optimizer.Second.Weights[1][1][2] = -1e-9 }, "network.optimizer.second.weights[1][1][2]", "negative"},
		{"SecondBiasNegative", func(s *State) { s.Network.Optimizer.Second.Biases[0][2] = -1 }, "network.optimizer.second.biases[0][2]", "negative"},
		{"EmptyWithStep", func(s *State) { s.Network = Network{Step: 1} }, "network.weights", "must be given with step, epoch or optimizer"},
		{"EmptyWithEpoch", func(s *State) { s.Network = Network{Epoch: 1} }, "network.weights", "must be given with step, epoch or optimizer"},
		{"EmptyWithOptimizer", func(s *State) { s.Network = Network{Optimizer: Moments{Optimizer: Adam}} }, "network.weights", "must be given with step, epoch or optimizer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := good(t)
			if _, err := s.Prepare(); err != nil {
				t.Fatalf("Prepare() of the state before the change: %v", err)
			}
			c.change(&s)
			_, err := s.Prepare()
			checkFieldError(t, "Prepare()", err, c.field, c.fragment)
			if _, err := NewTrainer(s); err == nil {
				t.Error("NewTrainer() accepts it")
			}
			if _, err := NewModel(s); err == nil {
				t.Error("NewModel() accepts it")
			}
		})
	}
}

func TestPrepare(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(s *State)
		sizes  []int
	}{
		{"Given", func(s *State) {}, []int{2, 3, 2}},
		{"NoHiddenLayers", func(s *State) { s.Config.HiddenLayers = []int{} }, []int{2, 2}},
		{"NilHiddenLayers", func(s *State) { s.Config.HiddenLayers = nil }, []int{2, 2}},
		{"TenLayers", func(s *State) { s.Config.HiddenLayers = []int{1, 100, 3, 4, 5, 6, 7, 8, 9, 10} }, []int{2, 1, 100, 3, 4, 5, 6, 7, 8, 9, 10, 2}},
		{"AllFeatures", func(s *State) { s.Config.Features = Features() }, []int{7, 3, 2}},
		{"Regression", func(s *State) { s.Config.Task = Regression }, []int{2, 3, 1}},
		{"RegressionClasses", func(s *State) { s.Config.Task, s.Config.Classes = Regression, 5 }, []int{2, 3, 1}},
		{"ClassesFromLabels", func(s *State) { s.Config.Classes, s.Data[1].Label = 0, 9 }, []int{2, 3, 10}},
		{"ClassesWithoutPoints", func(s *State) { s.Config.Classes, s.Data = 0, nil }, []int{2, 3, 2}},
		{"ClassesBeyondLabels", func(s *State) { s.Config.Classes = 7 }, []int{2, 3, 7}},
		{"Limits", func(s *State) {
			s.Config.LearningRate, s.Config.L1, s.Config.L2, s.Config.Dropout, s.Config.TestFraction = 10, 10, 10, 0.9, 0.9
			s.Config.BatchSize = 1 << 40
			s.Data[0] = Point{-1, 1, 1}
		}, []int{2, 3, 2}},
		{"SmallestRate", func(s *State) { s.Config.LearningRate = math.SmallestNonzeroFloat64 }, []int{2, 3, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := good(t)
			s.Network = Network{}
			c.change(&s)
			got := prepare(t, s)
			if !reflect.DeepEqual(got.Config.Sizes(), c.sizes) {
				t.Errorf("Prepare().Config.Sizes() = %v; want %v", got.Config.Sizes(), c.sizes)
			}
			var sizes []int
			for l, rows := range got.Network.Weights {
				sizes = append(sizes, len(rows[0]))
				if l == len(got.Network.Weights)-1 {
					sizes = append(sizes, len(rows))
				}
			}
			if !reflect.DeepEqual(sizes, c.sizes) {
				t.Errorf("Prepare() makes a network of %v; want %v", sizes, c.sizes)
			}
			// What Prepare returns is prepared.
			if again := prepare(t, got); toJSON(t, again) != toJSON(t, got) {
				t.Errorf("Prepare() twice = %s; want %s", toJSON(t, again), toJSON(t, got))
			}
		})
	}
	t.Run("Network", func(t *testing.T) {
		s := good(t)
		for name, change := range map[string]func(s *State){
			"AsItIs":       func(s *State) {},
			"WeightsAlone": func(s *State) { s.Network = Network{Parameters: s.Network.Parameters} },
			"NoMoments":    func(s *State) { s.Network.Optimizer = Moments{} },
			"SGD":          func(s *State) { s.Config.Optimizer, s.Network.Optimizer = SGD, Moments{} },
			"LargestStep":  func(s *State) { s.Network.Step, s.Network.Epoch = 1<<53-1, 1<<53-1 },
		} {
			s := deepCopy(s, false)
			change(&s)
			if got := prepare(t, s); toJSON(t, got) != toJSON(t, s) {
				t.Errorf("%s: Prepare() = %s; want %s", name, toJSON(t, got), toJSON(t, s))
			}
		}
	})
	t.Run("Empty", func(t *testing.T) {
		s := good(t)
		s.Network = Network{Parameters: Parameters{Weights: [][][]float64{}, Biases: [][]float64{}}}
		if !s.Network.IsEmpty() || !reflect.DeepEqual(prepare(t, s).Network, Initialize(s.Config)) {
			t.Error("a network of empty lists is not initialised")
		}
	})
}

// TestNames holds the names of the contract, in its order.
func TestNames(t *testing.T) {
	for _, c := range []struct{ got, want any }{
		{Tasks(), []Task{"classification", "regression"}},
		{Features(), []Feature{"x", "y", "x2", "y2", "xy", "sin_x", "sin_y"}},
		{Activations(), []Activation{"tanh", "relu", "leaky_relu", "sigmoid", "gelu", "silu", "elu", "softplus", "sin", "linear"}},
		{Inits(), []Init{"auto", "xavier", "he", "normal", "zero"}},
		{Optimizers(), []Optimizer{"sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw"}},
		{Schedules(), []Schedule{"constant", "step", "exponential", "cosine"}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("names = %v; want %v", c.got, c.want)
		}
	}
}

// TestJSON holds the wire form of the contract.
func TestJSON(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{DefaultConfig(), `{"task":"classification","features":["x","y"],"hidden_layers":[8,8],"activation":"tanh","init":"auto",` +
			`"optimizer":"adam","learning_rate":0.03,"batch_size":0,"l1":0,"l2":0,"dropout":0,"test_fraction":0,"seed":1}`},
		{Point{0.1, 0.5, 0}, `{"x":0.1,"y":0.5,"label":0}`},
		{step(t, line(1, 0, Point{1, 0, 1}), 0), `{"network":{"weights":[[[1]]],"biases":[[0]],` +
			`"optimizer":{"name":"adam","first":{"weights":[[[0]]],"biases":[[0]]},"second":{"weights":[[[0]]],"biases":[[0]]}},` +
			`"step":0,"epoch":0},"loss":0,"metrics":{"loss":0}}`},
	} {
		if got := toJSON(t, c.value); got != c.want {
			t.Errorf("JSON = %s; want %s", got, c.want)
		}
	}
	half, one, loss := 0.5, 1.0, 0.25
	metrics := Metrics{Loss: loss, Accuracy: &half, TestLoss: &loss, TestAccuracy: &one}
	if got, want := toJSON(t, metrics), `{"loss":0.25,"accuracy":0.5,"test_loss":0.25,"test_accuracy":1}`; got != want {
		t.Errorf("JSON = %s; want %s", got, want)
	}
	s := good(t)
	s.Config.Optimizer, s.Network.Optimizer = SGD, Moments{}
	var got map[string]map[string]any
	if err := json.Unmarshal([]byte(strings.Replace(toJSON(t, State{Config: s.Config, Network: s.Network}), `"data":null`, `"data":{}`, 1)), &got); err != nil {
		t.Fatal(err)
	}
	if optimizer := got["network"]["optimizer"]; !reflect.DeepEqual(optimizer, map[string]any{}) {
		t.Errorf("optimizer of sgd = %v; want nothing in it", optimizer)
	}
	if classes := got["config"]["classes"]; classes != 2.0 {
		t.Errorf("classes = %v; want 2", classes)
	}
}

// TestRoundTrip holds that a state survives JSON bit for bit.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(100) {
		s := randomState(t, newRand(seed))
		s = prepare(t, s)
		s.Network = step(t, s, 2).Network
		if got := reload(t, s); !reflect.DeepEqual(got, s) && toJSON(t, got) != toJSON(t, s) {
			t.Errorf("seed %d: decode(encode(s)) = %+v; want %+v", seed, got, s)
		}
	}
}

func TestConfigClone(t *testing.T) {
	c := DefaultConfig()
	clone := c.Clone()
	if !reflect.DeepEqual(clone, c) {
		t.Errorf("Clone() = %+v; want %+v", clone, c)
	}
	clone.Features[0], clone.HiddenLayers[0] = FeatureXY, 99
	if !reflect.DeepEqual(c, DefaultConfig()) {
		t.Errorf("a change of the clone changed the config to %+v", c)
	}
}

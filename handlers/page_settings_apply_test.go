package handlers

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// settingsForm is what the page posts for a state when nothing was touched.
func settingsForm(tb testing.TB, s *Server, state nn.State) url.Values {
	tb.Helper()
	lab, err := s.lab(tb.Context(), pageRequest{Message: wire.Message{State: state}, choices: defaultChoices()})
	if err != nil {
		tb.Fatal(err)
	}
	var page strings.Builder
	if err := views.Page(lab).Render(tb.Context(), &page); err != nil {
		tb.Fatal(err)
	}
	form := readForm(tb, page.String(), views.FieldAct, "settings")
	if form.Get(views.FieldControls) == "" || form.Get(views.FieldConfig) == "" {
		tb.Fatalf("the page's form is %v; want the settings and the state", form)
	}
	return form
}

// TestApplySettingsUnchanged: controls that nobody touched change nothing, whatever the state.
func TestApplySettingsUnchanged(t *testing.T) {
	for _, test := range []struct {
		name, set string
		change    func(*nn.Config)
	}{
		{"Default", "circles", nil},
		{"Linear", "blobs", func(c *nn.Config) { c.HiddenLayers = []int{} }},
		{"Deep", "spiral", func(c *nn.Config) { c.HiddenLayers = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10} }},
		{"Features", "xor", func(c *nn.Config) { c.Features = []nn.Feature{nn.FeatureY, nn.FeatureXY, nn.FeatureSinX} }},
		{"FeaturesOtherOrder", "xor", func(c *nn.Config) { c.Features = []nn.Feature{nn.FeatureSinX, nn.FeatureX} }},
		{"Regression", "hills", func(c *nn.Config) { c.Classes = 3 }},
		{"RegressionWithoutClasses", "hills", nil},
		{"Classes", "circles", func(c *nn.Config) { c.Classes = 7 }},
		{"SmallNumbers", "moons", func(c *nn.Config) { c.LearningRate, c.L1, c.L2, c.Dropout = 1.5e-9, 5e-324, 0.1+0.2, 1e-7 }},
		{"Fractions", "moons", func(c *nn.Config) { c.TestFraction, c.Dropout, c.BatchSize = 1.0/3, 0.9, 7 }},
		{"BatchOfMost", "moons", func(c *nn.Config) { c.BatchSize = 2000 }},
		{"SeedZero", "moons", func(c *nn.Config) { c.Seed = 0 }},
		{"SeedOfSixDigits", "moons", func(c *nn.Config) { c.Seed = 999_999 }},
		{"SeedOfSevenDigits", "moons", func(c *nn.Config) { c.Seed = 1_000_000 }},
		{"SeedLargest", "moons", func(c *nn.Config) { c.Seed = math.MaxUint32 }},
		{"SGD", "moons", func(c *nn.Config) { c.Optimizer = nn.SGD }},
		{"Zero", "moons", func(c *nn.Config) { c.Init, c.Activation = nn.InitZero, nn.Linear }},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestServer(t)
			state := sampleState(t, datasetName(test.set), 30, 2, test.change)
			before := clone(state)
			got, notice, err := applySettings(t, s, state, settingsForm(t, s, state))
			if !same(state, before) {
				t.Errorf("applySettings changed the state that it was given")
			}
			if err != nil || !same(got, before) || notice.Text != "" {
				t.Errorf("applySettings = %+v, %+v, %v; want the config %+v and nothing to say",
					got.Config, notice, err, before.Config)
			}
		})
	}
}

// TestApplySettings: each control sets its own member of the config and nothing else.
func TestApplySettings(t *testing.T) {
	const fits, new1 = "Weights that fit stay", "starts with new weights"
	type check func(t *testing.T, from, to nn.State)
	network := func(t *testing.T, from, to nn.State) { // nothing but the config changes
		if !same(to.Network, from.Network) {
			t.Errorf("the network changed; want it as it was")
		}
	}
	parameters := func(t *testing.T, from, to nn.State) { // the weights stay, the moments go
		want := nn.Network{Parameters: from.Network.Parameters, Step: from.Network.Step, Epoch: from.Network.Epoch}
		if !same(to.Network, want) {
			t.Errorf("the network = %+v; want its weights and counts and no moments", to.Network)
		}
	}
	reshaped := func(t *testing.T, from, to nn.State) { // what fits stays, moments included
		n, old := to.Network, from.Network
		if n.Step != old.Step || n.Epoch != old.Epoch || n.Optimizer.Updates != old.Optimizer.Updates {
			t.Errorf("counts = %d, %d, %d; want %d, %d, %d", n.Step, n.Epoch, n.Optimizer.Updates, old.Step, old.Epoch, old.Optimizer.Updates)
		}
		for i, f := range to.Config.Features {
			old := slices.Index(from.Config.Features, f)
			for o := range min(len(n.Weights[0]), len(from.Network.Weights[0])) {
				if len(to.Config.HiddenLayers) == 0 || old < 0 {
					continue
				}
				if got, want := n.Weights[0][o][i], from.Network.Weights[0][o][old]; got != want {
					t.Errorf("weights[0][%d][%d] = %v; want that of the feature %s before, %v", o, i, got, f, want)
				}
				if got, want := n.Optimizer.First.Weights[0][o][i], from.Network.Optimizer.First.Weights[0][o][old]; got != want {
					t.Errorf("first moment of weights[0][%d][%d] = %v; want %v", o, i, got, want)
				}
			}
		}
	}
	for _, test := range []struct {
		name, field string
		values      []string
		want        func(*nn.Config)
		notice      string // a part of it; empty: none
		undo        bool
		check       check
	}{
		{"Activation", views.FieldActivation, []string{"gelu"}, func(c *nn.Config) { c.Activation = nn.GELU }, "", false, network},
		{"LearningRate", views.FieldLearningRate, []string{" 1e-3 "}, func(c *nn.Config) { c.LearningRate = 1e-3 }, "", false, network},
		{"LearningRateEmpty", views.FieldLearningRate, []string{""}, func(*nn.Config) {}, "", false, network},
		{"Schedule", views.FieldSchedule, []string{"cosine"}, func(c *nn.Config) { c.Schedule = nn.CosineDecay }, "", false, network},
		{"ScheduleSteps", views.FieldScheduleSteps, []string{"1000000"}, func(c *nn.Config) { c.ScheduleSteps = 1_000_000 }, "", false, network},
		{"ScheduleFactor", views.FieldScheduleFactor, []string{"0"}, func(c *nn.Config) { c.ScheduleFactor = 0 }, "", false, network},
		{"BatchSize", views.FieldBatchSize, []string{"16"}, func(c *nn.Config) { c.BatchSize = 16 }, "", false, network},
		{"L1", views.FieldL1, []string{"0.5"}, func(c *nn.Config) { c.L1 = 0.5 }, "", false, network},
		{"L2", views.FieldL2, []string{"10"}, func(c *nn.Config) { c.L2 = 10 }, "", false, network},
		{"Dropout", views.FieldDropout, []string{"0.9"}, func(c *nn.Config) { c.Dropout = 0.9 }, "", false, network},
		{"TestFraction", views.FieldTestFraction, []string{".25"}, func(c *nn.Config) { c.TestFraction = 0.25 }, "", false, network},
		{"Seed", views.FieldSeed, []string{"4294967295"}, func(c *nn.Config) { c.Seed = math.MaxUint32 }, "seed 4294967295", false, network},
		{"Init", views.FieldInit, []string{"zero"}, func(c *nn.Config) { c.Init = nn.InitZero }, "next Reset", false, network},
		{"Optimizer", views.FieldOptimizer, []string{"sgd"}, func(c *nn.Config) { c.Optimizer = nn.SGD }, "an empty memory", true, parameters},
		{"AdamW", views.FieldOptimizer, []string{"adamw"}, func(c *nn.Config) { c.Optimizer = nn.AdamW }, "an empty memory", true, parameters},
		{"Wider", views.FieldHiddenLayers, []string{"9-8"}, func(c *nn.Config) { c.HiddenLayers = []int{9, 8} }, fits, true, reshaped},
		{"Narrower", views.FieldHiddenLayers, []string{"8-3"}, func(c *nn.Config) { c.HiddenLayers = []int{8, 3} }, fits, true, reshaped},
		{"Deeper", views.FieldHiddenLayers, []string{"8,8,4"}, func(c *nn.Config) { c.HiddenLayers = []int{8, 8, 4} }, fits, true, reshaped},
		{"Shallower", views.FieldHiddenLayers, []string{"8"}, func(c *nn.Config) { c.HiddenLayers = []int{8} }, fits, true, reshaped},
		{"Linear", views.FieldHiddenLayers, []string{""}, func(c *nn.Config) { c.HiddenLayers = []int{} }, "a linear model", true, reshaped},
		{"MoreFeatures", views.FieldFeatures, []string{"sin_y", "x", "y"}, func(c *nn.Config) { c.Features = []nn.Feature{"x", "y", "sin_y"} }, "inputs changed", true, reshaped},
		{"FewerFeatures", views.FieldFeatures, []string{"y"}, func(c *nn.Config) { c.Features = []nn.Feature{"y"} }, "inputs changed", true, reshaped},
		{"OtherFeature", views.FieldFeatures, []string{"xy"}, func(c *nn.Config) { c.Features = []nn.Feature{"xy"} }, "inputs changed", true, reshaped},
		{"Task", views.FieldTask, []string{"regression"}, func(c *nn.Config) { c.Task = nn.Regression }, new1, true, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestServer(t)
			state := sampleState(t, "blobs", 30, 4, nil)
			before := clone(state)
			form := settingsForm(t, s, state)
			form[test.field] = test.values
			got, notice, err := applySettings(t, s, state, form)
			if err != nil {
				t.Fatalf("applySettings(%s=%s): %v", test.field, test.values, err)
			}
			if !same(state, before) {
				t.Errorf("applySettings(%s=%s) changed the state that it was given", test.field, test.values)
			}
			want := before.Config.Clone()
			test.want(&want)
			if !same(got.Config, want) {
				t.Errorf("applySettings(%s=%s).Config = %+v; want %+v", test.field, test.values, got.Config, want)
			}
			if notice.Undo != test.undo || notice.Problem || (notice.Text == "") != (test.notice == "") || !strings.Contains(notice.Text, test.notice) {
				t.Errorf("applySettings(%s=%s) says %+v; want %q and undo %t", test.field, test.values, notice, test.notice, test.undo)
			}
			if test.field != views.FieldTask && !same(got.Data, before.Data) {
				t.Errorf("applySettings(%s=%s) changed the points", test.field, test.values)
			}
			if test.check != nil {
				test.check(t, before, got)
			}
			if _, err := got.Prepare(); err != nil {
				t.Errorf("applySettings(%s=%s) is not a state that can be used: %v", test.field, test.values, err)
			}
		})
	}
}

// TestApplySettingsAbsent: a control that the form does not have, as a program may leave it out,
// stays as it is. The features, which are boxes that send nothing when empty, are the exception.
func TestApplySettingsAbsent(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "blobs", 30, 2, func(c *nn.Config) { c.L1, c.BatchSize, c.Seed = 0.25, 5, 9 })
	got, notice, err := applySettings(t, s, state, url.Values{views.FieldFeatures: {"x", "y"}})
	if err != nil || !same(got, state) || notice.Text != "" {
		t.Errorf("applySettings(features alone) = %+v, %+v, %v; want the state as it was", got.Config, notice, err)
	}
	if _, _, err := applySettings(t, s, state, url.Values{}); describeAs(err) != "invalid config.features" {
		t.Errorf("applySettings(nothing) = %v; want invalid config.features", err)
	}
}

// TestApplySettingsRefused: what cannot be is refused with the control at fault, and the state
// stays as it was.
func TestApplySettingsRefused(t *testing.T) {
	for _, test := range []struct{ name, field, value, want string }{
		{"Task", views.FieldTask, "clustering", "invalid task"},
		{"TaskEmpty", views.FieldTask, "", "invalid task"},
		{"NoFeature", views.FieldFeatures, "", "invalid features"},
		{"UnknownFeature", views.FieldFeatures, "z", "invalid features"},
		{"Layers", views.FieldHiddenLayers, "8-many", "malformed hidden_layers"},
		{"LayerZero", views.FieldHiddenLayers, "8-0", "invalid hidden_layers"},
		{"LayerWide", views.FieldHiddenLayers, "101", "invalid hidden_layers"},
		{"ElevenLayers", views.FieldHiddenLayers, strings.Repeat("1-", 10) + "1", "invalid hidden_layers"},
		{"Activation", views.FieldActivation, "step", "invalid activation"},
		{"LearningRate", views.FieldLearningRate, "fast", "malformed learning_rate"},
		{"LearningRateZero", views.FieldLearningRate, "0", "invalid learning_rate"},
		{"LearningRateNaN", views.FieldLearningRate, "NaN", "malformed learning_rate"},
		{"LearningRateInf", views.FieldLearningRate, "Inf", "malformed learning_rate"},
		{"LearningRateHex", views.FieldLearningRate, "0x1p-3", "malformed learning_rate"},
		{"LearningRateComma", views.FieldLearningRate, "0,1", "malformed learning_rate"},
		{"Optimizer", views.FieldOptimizer, "lion", "invalid optimizer"},
		{"Schedule", views.FieldSchedule, "warm", "invalid schedule"},
		{"ScheduleEmpty", views.FieldSchedule, "", "invalid schedule"},
		{"ScheduleSteps", views.FieldScheduleSteps, "0", "invalid schedule_steps"},
		{"ScheduleStepsFraction", views.FieldScheduleSteps, "1.5", "malformed schedule_steps"},
		{"ScheduleFactor", views.FieldScheduleFactor, "1.1", "invalid schedule_factor"},
		{"ScheduleFactorText", views.FieldScheduleFactor, "half", "malformed schedule_factor"},
		{"BatchFraction", views.FieldBatchSize, "1.5", "malformed batch_size"},
		{"BatchNegative", views.FieldBatchSize, "-1", "invalid batch_size"},
		{"BatchPastLimit", views.FieldBatchSize, "2001", "invalid batch_size"},
		{"L1", views.FieldL1, "-0.1", "invalid l1"},
		{"L2", views.FieldL2, "10.1", "invalid l2"},
		{"L2NaN", views.FieldL2, "nan", "malformed l2"},
		{"Dropout", views.FieldDropout, "1", "invalid dropout"},
		{"TestFraction", views.FieldTestFraction, "90%", "malformed test_fraction"},
		{"SeedNegative", views.FieldSeed, "-1", "invalid seed"},
		{"SeedPast", views.FieldSeed, "4294967296", "invalid seed"},
		{"SeedText", views.FieldSeed, "lucky", "malformed seed"},
		{"Init", views.FieldInit, "lucky", "invalid init"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestServer(t)
			state := sampleState(t, "blobs", 30, 2, nil)
			before := clone(state)
			form := settingsForm(t, s, state)
			form[test.field] = []string{test.value}
			_, notice, err := applySettings(t, s, state, form)
			if err == nil {
				t.Fatalf("applySettings(%s=%s) succeeds; want %s", test.field, test.value, test.want)
			}
			b := describe(err)
			if got := fmt.Sprint(b.Code, " ", views.ControlOf(b.Field)); got != test.want {
				t.Errorf("applySettings(%s=%s) = %v (%s); want %s", test.field, test.value, err, got, test.want)
			}
			if !same(state, before) || notice.Text != "" {
				t.Errorf("applySettings(%s=%s) changed the state or says %+v", test.field, test.value, notice)
			}
		})
	}
	t.Run("UnknownAmongFeatures", func(t *testing.T) {
		s := newTestServer(t)
		state := sampleState(t, "blobs", 30, 0, nil)
		form := settingsForm(t, s, state)
		form[views.FieldFeatures] = []string{"x", "y", "z"}
		_, _, err := applySettings(t, s, state, form)
		if err == nil {
			t.Errorf("applySettings(features x, y, z) succeeds; want an error for the unknown z, which must not be dropped quietly")
		}
	})
}

// TestApplySettingsTask: a change of task and back keeps the hidden layers, the places of the
// points and two classes.
func TestApplySettingsTask(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "circles", 30, 3, nil)
	form := func(s nn.State, task nn.Task) url.Values {
		f := url.Values{views.FieldTask: {string(task)}}
		for _, name := range s.Config.Features {
			f.Add(views.FieldFeatures, string(name))
		}
		return f
	}
	there, _, err := applySettings(t, s, state, form(state, nn.Regression))
	if err != nil {
		t.Fatal(err)
	}
	if n := there.Network; len(n.Weights[2]) != 1 || !same(n.Weights[:2], state.Network.Weights[:2]) || n.Biases[2][0] != 0 {
		t.Errorf("the regression's network = %+v; want the hidden layers as they were and one new output", n)
	}
	back, _, err := applySettings(t, s, there, form(there, nn.Classification))
	if err != nil {
		t.Fatal(err)
	}
	if !same(back.Data, state.Data) || !same(back.Config, state.Config) || !same(back.Network.Weights[:2], state.Network.Weights[:2]) {
		t.Errorf("a classification made a regression and back = %+v; want the points, config and hidden layers as they were", back)
	}
	if _, err := nn.Step(back, 1); err != nil {
		t.Errorf("Step(a classification made a regression and back) = %v; want a network that fits", err)
	}
}

package handlers

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nnvisu/handlers/wire"
	"nnvisu/nn"
	"nnvisu/nn/table"
	"nnvisu/views"
)

func TestPlace(t *testing.T) {
	for _, test := range []struct{ x, y, wantX, wantY float64 }{
		{0, 0, 0, 0},
		{1, -1, 1, -1},
		{2, -7, 1, -1},
		{math.Inf(1), math.Inf(-1), 1, -1},
		{0.12345, -0.12344, 0.1235, -0.1234},
		{0.99996, -0.99996, 1, -1},
		{1e-9, -1e-9, 0, 0},
		{math.Copysign(0, -1), -0.00004, 0, 0},
	} {
		got, want := place(test.x, test.y), nn.Point{X: test.wantX, Y: test.wantY}
		if !same(got, want) { // minus zero is not zero here
			t.Errorf("place(%v, %v) = %v; want %v", test.x, test.y, got, want)
		}
	}
}

func TestReadStroke(t *testing.T) {
	at := func(coordinates ...float64) []nn.Point {
		var points []nn.Point
		for i := 0; i < len(coordinates); i += 2 {
			points = append(points, nn.Point{X: coordinates[i], Y: coordinates[i+1]})
		}
		return points
	}
	for _, test := range []struct {
		name, form string
		want       []nn.Point
		err        string
	}{
		{"Nothing", "", nil, "ok"},
		{"Empty", "stroke=", nil, "ok"},
		{"One", "stroke=0.5,-0.25", at(0.5, -0.25), "ok"},
		{"Three", "stroke=0,0+1,1%0A%09+-1,-1+", at(0, 0, 1, 1, -1, -1), "ok"},
		{"Beside", "stroke=1.2,-3", at(1, -1), "ok"},
		{"Repeated", "stroke=0,0+0,0", at(0, 0, 0, 0), "ok"},
		{"Most", "stroke=" + strings.Repeat("0,0+", 2000), make([]nn.Point, 2000), "ok"},
		{"TooMany", "stroke=" + strings.Repeat("0,0+", 2001), nil, "too_large stroke"},
		{"NoComma", "stroke=0", nil, "malformed stroke"},
		{"NoY", "stroke=0,", nil, "malformed stroke"},
		{"Three numbers", "stroke=0,0,0", nil, "malformed stroke"},
		{"Text", "stroke=0,0+a,b", nil, "malformed stroke"},
		{"NaN", "stroke=NaN,0", nil, "malformed stroke"},
		{"Infinite", "stroke=0,-inf", nil, "malformed stroke"},
		{"Overflow", "stroke=0,1e999", nil, "malformed stroke"},
		// A click is in pixels of a picture of 320: the middle of the pixel counts.
		{"ClickTopLeft", "at.x=0&at.y=0", at(-0.9969, 0.9969), "ok"},
		{"ClickBottomRight", "at.x=319&at.y=319", at(0.9969, -0.9969), "ok"},
		{"ClickMiddle", "at.x=160&at.y=159", at(0.0031, 0.0031), "ok"},
		{"ClickBesides", "at.x=-9999&at.y=9999", at(-1, -1), "ok"},
		{"ClickText", "at.x=a&at.y=0", nil, "malformed at.x"},
		{"ClickWinsOverStroke", "at.x=319&at.y=0&stroke=0,0", at(0.9969, 0.9969), "ok"},
	} {
		t.Run(test.name, func(t *testing.T) {
			form, err := url.ParseQuery(test.form)
			if err != nil {
				t.Fatal(err)
			}
			got, err := readStroke(form, 2000)
			if describeAs(err) != test.err || !same(got, test.want) {
				t.Errorf("readStroke(%s) = %v, %v; want %v, %s", test.form, got, err, test.want, test.err)
			}
		})
	}
}

// FuzzReadStroke: whatever is drawn, the places are in the plane with at most four decimals, and
// drawing them again gives them again.
func FuzzReadStroke(f *testing.F) {
	for _, seed := range []struct{ stroke, x, y string }{
		{"0,0", "", ""}, {"0.5,-0.25 1,1", "", ""}, {" \t-1e-9,0.00005\n", "", ""}, {"1e999,0", "", ""}, {"NaN,0", "", ""}, {"0x1p-2,1_0", "", ""},
		{",", "", ""}, {"0", "", ""}, {"0,0,0", "", ""}, {"", "0", "319"}, {"", "-5", "1e9"}, {"", "99999999999", "3"}, {"", " 7 ", ""}, {"0,0", "a", "b"},
		{strings.Repeat("0.1234,-0.9999 ", 20), "", ""}, {"-0,-0", "", ""}, {"\xff,1", "", ""}, {"1,\u00a01", "", ""},
	} {
		f.Add(seed.stroke, seed.x, seed.y)
	}
	f.Fuzz(func(t *testing.T, stroke, x, y string) {
		form := url.Values{views.FieldStroke: {stroke}}
		if x != "" {
			form.Set(views.FieldClickX, x)
			form.Set(views.FieldClickY, y)
		}
		places, err := readStroke(form, 2000)
		if err != nil {
			checkRequestError(t, err, wire.CodeMalformed, wire.CodeTooLarge)
			return
		}
		if x != "" && len(places) != 1 || x == "" && len(places) != len(strings.Fields(stroke)) {
			t.Errorf("readStroke(%q, %q, %q) = %v; want a place for each pair", stroke, x, y, places)
		}
		var again []string
		for _, p := range places {
			for _, v := range []float64{p.X, p.Y} {
				text := strconv.FormatFloat(v, 'f', -1, 64)
				_, decimals, _ := strings.Cut(text, ".")
				if !(v >= -1 && v <= 1) || math.Signbit(v) && v == 0 || len(decimals) > 4 {
					t.Errorf("readStroke(%q, %q, %q) = %v; want coordinates from -1 to 1 with at most 4 decimals", stroke, x, y, places)
				}
			}
			again = append(again, fmt.Sprintf("%v,%v", p.X, p.Y))
		}
		got, err := readStroke(url.Values{views.FieldStroke: {strings.Join(again, " ")}}, 2000)
		if err != nil || !same(got, places) {
			t.Errorf("readStroke(%q) = %v, %v; want the places again, %v", again, got, err, places)
		}
	})
}

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
			got, notice, err := s.applySettings(state, settingsForm(t, s, state))
			if !same(state, before) {
				t.Errorf("applySettings changed the state that it was given")
			}
			if err != nil || !same(got, before) || notice != (views.Notice{}) {
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
		{"Optimizer", views.FieldOptimizer, []string{"sgd"}, func(c *nn.Config) { c.Optimizer = nn.SGD }, "fresh moments", true, parameters},
		{"AdamW", views.FieldOptimizer, []string{"adamw"}, func(c *nn.Config) { c.Optimizer = nn.AdamW }, "fresh moments", true, parameters},
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
			got, notice, err := s.applySettings(state, form)
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
	got, notice, err := s.applySettings(state, url.Values{views.FieldFeatures: {"x", "y"}})
	if err != nil || !same(got, state) || notice != (views.Notice{}) {
		t.Errorf("applySettings(features alone) = %+v, %+v, %v; want the state as it was", got.Config, notice, err)
	}
	if _, _, err := s.applySettings(state, url.Values{}); describeAs(err) != "invalid config.features" {
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
		{"ElevenLayers", views.FieldHiddenLayers, strings.Repeat("1-", 11), "invalid hidden_layers"},
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
			_, notice, err := s.applySettings(state, form)
			if err == nil {
				t.Fatalf("applySettings(%s=%s) succeeds; want %s", test.field, test.value, test.want)
			}
			b := describe(err)
			if got := fmt.Sprint(b.Code, " ", views.ControlOf(b.Field)); got != test.want {
				t.Errorf("applySettings(%s=%s) = %v (%s); want %s", test.field, test.value, err, got, test.want)
			}
			if !same(state, before) || notice != (views.Notice{}) {
				t.Errorf("applySettings(%s=%s) changed the state or says %+v", test.field, test.value, notice)
			}
		})
	}
	t.Run("UnknownAmongFeatures", func(t *testing.T) {
		s := newTestServer(t)
		state := sampleState(t, "blobs", 30, 0, nil)
		form := settingsForm(t, s, state)
		form[views.FieldFeatures] = []string{"x", "y", "z"}
		_, _, err := s.applySettings(state, form)
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
	there, _, err := s.applySettings(state, form(state, nn.Regression))
	if err != nil {
		t.Fatal(err)
	}
	if n := there.Network; len(n.Weights[2]) != 1 || !same(n.Weights[:2], state.Network.Weights[:2]) || n.Biases[2][0] != 0 {
		t.Errorf("the regression's network = %+v; want the hidden layers as they were and one new output", n)
	}
	back, _, err := s.applySettings(there, form(there, nn.Classification))
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

// applied returns what an act makes of a state, and what it says.
func applied(tb testing.TB, s *Server, name, place string, state nn.State, form url.Values) (nn.State, views.Notice, error) {
	tb.Helper()
	if place != "" {
		name += " " + place
	}
	p := pageRequest{Message: wire.Message{State: state}, form: form, choices: defaultChoices()}
	err := s.change(tb.Context(), name, &p)
	return p.State, p.notice, err
}

// TestAct: what each button does, what it says, and that the state given stays.
func TestAct(t *testing.T) {
	other, err := nn.Step(sampleState(t, "blobs", 30, 0, nil), 9)
	if err != nil {
		t.Fatal(err)
	}
	network := string(mustJSON(t, other.Network))
	blobs := sampleDataset(t, "blobs", 30, 1)
	same0 := func(t *testing.T, from, to nn.State) {
		if !same(to, from) {
			t.Errorf("the state changed; want it as it was")
		}
	}
	for _, test := range []struct {
		name, act, form string
		notice          string // a part of it; empty: none
		check           func(t *testing.T, from, to nn.State)
	}{
		{"None", "", "", "", same0},
		{"Settings", "settings", "", "", same0},
		{"Reset", "reset", "", "seed 1.", func(t *testing.T, from, to nn.State) {
			from.Network = nn.Initialize(from.Config)
			same0(t, from, to)
		}},
		{"Reseed", "reseed", "", "seed 2.", func(t *testing.T, from, to nn.State) {
			from.Config.Seed = 2
			from.Network = nn.Initialize(from.Config)
			same0(t, from, to)
		}},
		{"DrawNothing", "draw", "tool=0", "", same0},
		{"Draw", "draw", "tool=2&stroke=0.5,0.5+1,-1", "", func(t *testing.T, from, to nn.State) {
			from.Data = append(from.Data, nn.Point{X: 0.5, Y: 0.5, Label: 2}, nn.Point{X: 1, Y: -1, Label: 2})
			same0(t, from, to)
		}},
		{"EraseNothing", "draw", "tool=erase&stroke=", "", same0},
		{"Erase", "draw", fmt.Sprintf("tool=erase&stroke=9,9+%v,%v+0,0", blobs[3].X, blobs[3].Y), "", func(t *testing.T, from, to nn.State) {
			near := func(p nn.Point, x, y float64) bool { return math.Hypot(p.X-x, p.Y-y) <= eraseRadius }
			from.Data = slices.DeleteFunc(from.Data, func(p nn.Point) bool {
				return near(p, 1, 1) || near(p, blobs[3].X, blobs[3].Y) || near(p, 0, 0)
			})
			if len(from.Data) == len(blobs) {
				t.Fatal("the stroke is near no point")
			}
			same0(t, from, to)
		}},
		{"Clear", "clear", "", "all 30 points", func(t *testing.T, from, to nn.State) {
			from.Data = []nn.Point{}
			same0(t, from, to)
		}},
		{"Dataset", "dataset", "dataset=spiral&points=50&noise=&data_classes=&data_seed=3", "50 points", func(t *testing.T, from, to nn.State) {
			from.Data = sampleDataset(t, "spiral", 50, 3)
			from.Config.Classes = 2
			from.Network = nn.Initialize(from.Config)
			same0(t, from, to)
		}},
		{"DatasetOfValues", "dataset", "dataset=hills&points=50&data_classes=3", "50 points", func(t *testing.T, from, to nn.State) {
			if to.Config.Task != nn.Regression || len(to.Data) != 50 || len(to.Network.Biases[2]) != 1 || to.Network.Step != 0 {
				t.Errorf("the state = %+v; want a regression of 50 points with a new network", to)
			}
		}},
		{"AddLayer", "add-layer", "", "of 8 units", func(t *testing.T, from, to nn.State) {
			if !slices.Equal(to.Config.HiddenLayers, []int{8, 8, 8}) || !same(to.Network.Weights[:2], from.Network.Weights[:2]) || !same(to.Data, from.Data) {
				t.Errorf("layers = %v; want 8-8-8 with the weights before", to.Config.HiddenLayers)
			}
		}},
		{"RemoveLayer", "remove-layer", "", "last hidden layer", func(t *testing.T, from, to nn.State) {
			if !slices.Equal(to.Config.HiddenLayers, []int{8}) || !same(to.Network.Weights[0], from.Network.Weights[0]) || !same(to.Data, from.Data) {
				t.Errorf("layers = %v; want 8 with the weights before", to.Config.HiddenLayers)
			}
		}},
		{"AddClass", "add-class", "", "class 3", func(t *testing.T, from, to nn.State) {
			if to.Config.Classes != 4 || !same(to.Network.Weights[2][:3], from.Network.Weights[2]) || !same(to.Data, from.Data) {
				t.Errorf("classes = %d; want 4 with the weights of the three before", to.Config.Classes)
			}
		}},
		{"RemoveClass", "remove-class", "", "class 2 and its 10 points", func(t *testing.T, from, to nn.State) {
			if to.Config.Classes != 2 || !same(to.Network.Weights[2], from.Network.Weights[2][:2]) || len(to.Data) != 20 {
				t.Errorf("classes = %d of %d points; want 2 of 20 with their weights", to.Config.Classes, len(to.Data))
			}
		}},
		{"Recover", "recover", "recovered=" + url.QueryEscape(network), "step 9", func(t *testing.T, from, to nn.State) {
			from.Network = other.Network
			same0(t, from, to)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestServer(t)
			state := sampleState(t, "blobs", 30, 4, nil)
			before := clone(state)
			form, err := url.ParseQuery(test.form)
			if err != nil {
				t.Fatal(err)
			}
			got, notice, err := applied(t, s, test.act, "", state, form)
			if err != nil {
				t.Fatalf("act(%s): %v", test.act, err)
			}
			if !same(state, before) {
				t.Errorf("act(%s) changed the state that it was given", test.act)
			}
			if notice.Undo != (test.notice != "") || notice.Problem || !strings.Contains(notice.Text, test.notice) || (notice.Text == "") != (test.notice == "") {
				t.Errorf("act(%s) says %+v; want %q, to be undone", test.act, notice, test.notice)
			}
			test.check(t, clone(before), got)
			if err := s.checkState(&wire.Message{State: got}); err != nil {
				t.Errorf("act(%s) is not a state that can be used: %v", test.act, err)
			}
			if !same(state, before) {
				t.Errorf("checkState changed the state that act(%s) was given", test.act)
			}
		})
	}
}

func TestActRefused(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxPoints = 31 })
	for _, test := range []struct {
		name, act, form string
		change          func(*nn.Config)
		want            string
	}{
		{"Unknown", "explode", "", nil, "malformed act"},
		{"ToolMissing", "draw", "stroke=0,0", nil, "invalid tool"},
		{"ToolText", "draw", "stroke=0,0&tool=pen", nil, "invalid tool"},
		{"ToolNegative", "draw", "stroke=0,0&tool=-1", nil, "invalid tool"},
		{"ToolPast", "draw", "stroke=0,0&tool=3", nil, "invalid tool"},
		{"ToolNaN", "draw", "stroke=0,0&tool=nan", nil, "invalid tool"},
		{"Stroke", "draw", "stroke=0&tool=1", nil, "malformed stroke"},
		{"Full", "draw", "stroke=0,0+0,0&tool=1", nil, "too_large data"},
		{"DatasetMissing", "dataset", "", nil, "invalid dataset"},
		{"Dataset", "dataset", "dataset=cats", nil, "invalid dataset"},
		{"Points", "dataset", "dataset=xor&points=many", nil, "malformed points"},
		{"PointsZero", "dataset", "dataset=xor&points=0", nil, "invalid points"},
		{"PointsPast", "dataset", "dataset=xor&points=32", nil, "too_large points"},
		{"Noise", "dataset", "dataset=xor&points=9&noise=0.6", nil, "invalid noise"},
		{"NoiseText", "dataset", "dataset=xor&points=9&noise=x", nil, "malformed noise"},
		{"NoiseNaN", "dataset", "dataset=xor&points=9&noise=NaN", nil, "malformed noise"},
		{"Classes", "dataset", "dataset=moons&points=9&data_classes=3", nil, "invalid classes"},
		{"ClassesZero", "dataset", "dataset=spiral&points=9&data_classes=0", nil, "invalid classes"},
		{"Seed", "dataset", "dataset=xor&points=9&data_seed=-1", nil, "invalid data_seed"},
		{"SeedText", "dataset", "dataset=xor&points=9&data_seed=x", nil, "malformed data_seed"},
		{"ElevenLayers", "add-layer", "", func(c *nn.Config) { c.HiddenLayers = slices.Repeat([]int{1}, 10) }, "invalid config.hidden_layers"},
		{"NoLayer", "remove-layer", "", func(c *nn.Config) { c.HiddenLayers = []int{} }, "invalid config.hidden_layers"},
		{"ElevenClasses", "add-class", "", func(c *nn.Config) { c.Classes = 10 }, "invalid config.classes"},
		{"RecoverMissing", "recover", "", nil, "malformed recovered"},
		{"RecoverText", "recover", "recovered=a", nil, "malformed recovered"},
		{"RecoverTrailing", "recover", "recovered={}{}", nil, "malformed recovered"},
		{"RecoverMember", "recover", `recovered={"bias":[]}`, nil, "malformed recovered.bias"},
	} {
		t.Run(test.name, func(t *testing.T) {
			state := sampleState(t, "blobs", 30, 1, test.change)
			before := clone(state)
			form, err := url.ParseQuery(test.form)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := applied(t, s, test.act, "", state, form); describeAs(err) != test.want {
				t.Errorf("act(%s, %s) = %v (%s); want %s", test.act, test.form, err, describeAs(err), test.want)
			}
			if !same(state, before) {
				t.Errorf("act(%s, %s) changed the state that it was given", test.act, test.form)
			}
		})
	}
	t.Run("TwoClasses", func(t *testing.T) {
		state := sampleState(t, "circles", 30, 1, nil)
		if _, _, err := applied(t, s, "remove-class", "", state, nil); describeAs(err) != "invalid config.classes" {
			t.Errorf("act(remove-class) of two = %v; want invalid config.classes", err)
		}
	})
}

// TestActWrapsSeed: behind the largest seed comes 0.
func TestActWrapsSeed(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "blobs", 30, 0, func(c *nn.Config) { c.Seed = math.MaxUint32 })
	if got, _, err := applied(t, s, "reseed", "", state, nil); err != nil || got.Config.Seed != 0 {
		t.Errorf("act(reseed) at the largest seed = %d, %v; want 0", got.Config.Seed, err)
	}
}

// TestActErased: the eraser reaches as far as it says, and no farther.
func TestActErased(t *testing.T) {
	s := newTestServer(t)
	state := nn.State{Config: nn.DefaultConfig(), Data: []nn.Point{{X: 0}, {X: 0.06}, {X: 0.0601}, {Y: -0.06}, {X: 0.05, Y: 0.05}, {X: 1, Y: 1}}}
	got, _, err := applied(t, s, "draw", "", state, url.Values{views.FieldTool: {views.ToolErase}, views.FieldStroke: {"0,0 2,2"}})
	if want := []nn.Point{{X: 0.0601}, {X: 0.05, Y: 0.05}}; err != nil || !same(got.Data, want) {
		t.Errorf("erasing at 0,0 and 1,1 leaves %v, %v; want %v", got.Data, err, want)
	}
}

// TestDrawApart: two drawings on one state do not meet in the room behind its points.
func TestDrawApart(t *testing.T) {
	s := newTestServer(t)
	state := nn.State{Config: nn.DefaultConfig(), Data: append(make([]nn.Point, 0, 10), nn.Point{X: 1})}
	state.Config.Classes = 2
	draw := func(tool, stroke string) nn.State {
		t.Helper()
		next, _, err := applied(t, s, "draw", "", state, url.Values{views.FieldTool: {tool}, views.FieldStroke: {stroke}})
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	first, erased, second := draw("0", "0.25,0"), draw(views.ToolErase, "1,0"), draw("1", "0.5,0")
	if want := []nn.Point{{X: 1}, {X: 0.25}}; !same(first.Data, want) {
		t.Errorf("the first drawing = %v; want %v", first.Data, want)
	}
	if want := []nn.Point{{X: 1}, {X: 0.5, Label: 1}}; !same(second.Data, want) || len(erased.Data) != 0 {
		t.Errorf("the second drawing = %v and the erased %v; want %v and none", second.Data, erased.Data, want)
	}
}

// TestPageJourney: a page without script that is submitted as it stands, button by button, is
// answered with a page of a state that can be used.
func TestPageJourney(t *testing.T) {
	s := newTestServer(t)
	press := func(page, button, value, path string) string {
		t.Helper()
		w := postForm(s, path, readForm(t, page, button, value))
		if w.Code != http.StatusOK {
			t.Fatalf("%s=%s is answered %d %.300s; want 200", button, value, w.Code, w.Body)
		}
		return w.Body.String()
	}
	page := serve(s, http.MethodGet, "/", "").Body.String()
	for _, act := range []string{
		"reseed", "add-class", "add-layer", "settings", "remove-layer", "remove-layer",
		"remove-layer", "add-layer", "reset", "remove-class", "dataset",
	} {
		page = press(page, views.FieldAct, act, "/edit")
		page = press(page, views.FieldSteps, "1", "/step")
		if step := readForm(t, page, "", "").Get(views.FieldNetwork); !strings.Contains(step, `"step":`) {
			t.Fatalf("the page behind %s has the network %.100s", act, step)
		}
	}
	page = press(page, views.FieldAct, "clear", "/edit")
	if data := readForm(t, page, "", "").Get(views.FieldData); data != "[]" {
		t.Errorf("the page behind clear has the data %s; want []", data)
	}
}

// TestActsWithoutScript: each act that is posted without script is answered with the whole page,
// whose form can be posted again; and one that is refused with the page as it was.
func TestActsWithoutScript(t *testing.T) {
	s := newTestServer(t)
	state, h := sampleHistory(t, sampleState(t, "blobs", 30, 0, nil), 3)
	file := fmt.Sprintf(`{"type":"nnvisu_state","version":1,"data":%s}`, mustJSON(t, state.Data))
	with := map[string][]string{ // what an act needs
		"draw":          {views.FieldStroke, "0,0"},
		"recover":       {views.FieldRecovered, string(mustJSON(t, state.Network))},
		"set-parameter": {views.FieldParameter, "biases.0.0", views.FieldValue, "1"},
		"open":          {views.FieldOpened, file},
		"import":        {views.FieldTableText, "x,y,label\n0,0,a\n1,1,b\n"},
	}
	places := map[string]string{"add-neuron": " 0", "remove-neuron": " 0.1", "inspect": " 1.0"}
	refused := map[string][]string{
		"draw": {views.FieldStroke, "a"}, "recover": {views.FieldRecovered, "{"}, "set-parameter": {views.FieldParameter, "biases.0.0"},
		"open": {views.FieldOpened, "{}"}, "import": {views.FieldTableText, ""}, "dataset": {views.FieldPoints, "0"},
		"add-neuron 9": nil, "remove-neuron 9": nil, "inspect 9.9": nil, "explode": nil, "": {views.FieldL1, "-1"},
	}
	post := func(act string, pairs []string) (*httptest.ResponseRecorder, url.Values) {
		form := historyForm(t, s, state, h)
		form.Set(views.FieldAct, act)
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		w := postForm(s, "/edit", form)
		page := w.Body.String()
		if !strings.HasPrefix(page, "<!doctype html>") || strings.Count(page, "<form") != 1 || strings.Contains(page, "<hx-partial") || strings.Contains(page, " style=") || strings.Contains(page, "<script>") {
			t.Errorf("act %q is answered %d %.200s; want the whole page", act, w.Code, page)
		}
		return w, readForm(t, page, views.FieldSteps, "1")
	}
	for _, row := range pageActs {
		act := row.name
		w, form := post(act+places[act], with[act])
		if w.Code != http.StatusOK {
			t.Errorf("act %q is answered %d; want 200", act, w.Code)
			continue
		}
		if act != "clear" {
			if w := postForm(s, "/step", form); w.Code != http.StatusOK {
				t.Errorf("a step behind act %q is answered %d %.300s; want 200", act, w.Code, w.Body)
			}
		}
	}
	for act, pairs := range refused {
		w, form := post(act, pairs)
		if w.Code < 400 || w.Code >= 500 || !strings.Contains(w.Body.String(), `class="notice problem"`) || form.Get(views.FieldNetwork) != string(mustJSON(t, state.Network)) {
			t.Errorf("act %q of %v is answered %d; want a refusal on the page as it was", act, pairs, w.Code)
		}
	}
}

// TestPartsOfThePage: acts that only look change only their part of the page.
func TestPartsOfThePage(t *testing.T) {
	s := newTestServer(t)
	for act, want := range map[string]string{
		"inspect 0.0": "#inspector-body", "share": "#share-body", "table-show": "#table-body #table_of-error", "import-preview": "#import-preview",
	} {
		form := settingsForm(t, s, sampleState(t, "blobs", 9, 0, nil))
		form.Set(views.FieldControls, "")
		form.Set(views.FieldAct, act)
		w := postForm(s, "/edit", form, "HX-Request", "true")
		if got := partTargets(t, w.Body.String()); w.Code != http.StatusOK || strings.Join(got, " ") != want {
			t.Errorf("act %s = %d with parts for %v; want %s alone", act, w.Code, got, want)
		}
	}
}

// TestPartsThatFollow: an edit draws the network anew only where that is another one or has other
// names, the pinned run only where the page may show another, and says nothing where it only looks.
func TestPartsThatFollow(t *testing.T) {
	s := newTestServer(t)
	state, h, meta := savedRun(t)
	base := historyForm(t, s, state, h)
	base.Set(views.FieldControls, "")
	base.Set(views.FieldMeta, string(mustJSON(t, meta)))
	base.Set(views.FieldAct, "pin")
	base.Set(views.FieldPinned, readForm(t, postForm(s, "/edit", base).Body.String(), "", "").Get(views.FieldPinned))
	_, table := postPart(s, withAct(base, "table-show"))
	rows := readForm(t, table, "", "")
	for _, test := range []struct {
		name, act string
		change    func(url.Values)
		want      string // of the drawing, the pinned run and the notice
	}{
		{"Show", "show", nil, "#pinned"},
		{"Restore", "restore", nil, "#network-view #legend #pinned"},
		{"Open", "open", func(f url.Values) { f.Set(views.FieldOpened, `{"type":"nnvisu_state","version":1}`) }, "#network-view #legend #pinned #notice"},
		{"Pin", "pin", nil, "#pinned #notice"},
		{"Unpin", "unpin", nil, "#pinned"},
		{"Draw", "draw", func(f url.Values) { f.Set(views.FieldStroke, "0,0") }, "#notice"},
		{"Reset", "reset", nil, "#notice"},
		{"AddClass", "add-class", nil, "#network-view #legend #notice"},
		{"AddLayer", "add-layer", nil, "#network-view #legend #notice"},
		{"Features", "settings", func(f url.Values) { f.Set(views.FieldControls, "1"); f.Set(views.FieldFeatures, "x") }, "#network-view #legend #notice"},
		{"Names", "clear", nil, "#network-view #legend #notice"},
		{"NoNames", "clear", func(f url.Values) { f.Set(views.FieldMeta, "") }, "#notice"},
		{"Table", "table-set", func(f url.Values) {
			for name := range rows {
				if strings.HasPrefix(name, "row_") || strings.HasPrefix(name, "table_") {
					f[name] = slices.Clone(rows[name])
				}
			}
			f[views.FieldRowLabel][0] = strconv.Itoa(2 - int(state.Data[0].Label))
		}, "#notice"},
	} {
		form := withAct(base, test.act)
		if test.change != nil {
			test.change(form)
		}
		w := postForm(s, "/edit", form, "HX-Request", "true")
		var got []string
		for _, target := range partTargets(t, w.Body.String()) {
			if slices.Contains([]string{"#network-view", "#legend", "#pinned", "#notice"}, target) {
				got = append(got, target)
			}
		}
		if w.Code != http.StatusOK || strings.Join(got, " ") != test.want {
			t.Errorf("%s = %d %.200s with parts for %v; want %s", test.name, w.Code, w.Body, got, test.want)
		}
		// Without script the page shows all of it, with the pinned run's picture.
		if page := postForm(s, "/edit", form); page.Code != http.StatusOK || !strings.Contains(page.Body.String(), `id="network-view"`) ||
			strings.Contains(page.Body.String(), `alt="What the pinned network says`) != (test.act != "unpin") || strings.Contains(page.Body.String(), `src="data:image/png;base64,"`) {
			t.Errorf("%s without script = %d; want the whole page", test.name, page.Code)
		}
	}
	form := withAct(base, "show")
	if got := partTargets(t, postForm(s, "/step", form, "HX-Request", "true").Body.String()); slices.Contains(got, "#pinned") || slices.Contains(got, "#network-view") {
		t.Errorf("a step has parts for %v; want neither the drawing nor the pinned run", got)
	}
	// Also the page of an error shows the pinned run.
	form = withAct(base, "show")
	form.Set(views.FieldAct, "draw")
	form.Set(views.FieldStroke, "here")
	if w := postForm(s, "/edit", form); w.Code < 400 || !strings.Contains(w.Body.String(), `alt="What the pinned network says`) {
		t.Errorf("a refusal without script = %d; want the page with its pinned run", w.Code)
	}
}

// withAct returns a copy of a form that asks for an act.
func withAct(form url.Values, act string) url.Values {
	form = maps.Clone(form)
	form.Set(views.FieldAct, act)
	return form
}

// TestSetState: a state that takes the place of another keeps what is still true.
func TestSetState(t *testing.T) {
	state, h := sampleHistory(t, sampleState(t, "blobs", 30, 0, nil), 3)
	values := sampleState(t, "hills", 30, 0, nil)
	two := sampleState(t, "circles", 30, 0, nil)
	meta := table.Meta{Classes: []string{"a", "b", "c"}, Transform: table.Transform{X: table.Axis{Name: "width"}, Label: table.Axis{Name: "kind"}}}
	for _, test := range []struct {
		name    string
		rule    metaRule
		to      nn.State
		samples int
		want    table.Meta
	}{
		{"Same", keepMeta, state, 3, meta},
		{"Fewer", keepMeta, two, 3, table.Meta{Classes: []string{"a", "b"}, Transform: meta.Transform}},
		{"Task", keepMeta, values, 0, table.Meta{Transform: table.Transform{X: table.Axis{Name: "width"}}}},
		{"Dropped", dropMeta, state, 3, table.Meta{}},
		{"DroppedFewer", dropMeta, two, 3, table.Meta{}},
	} {
		p := pageRequest{Message: wire.Message{State: state}, meta: meta, history: h.Clone()}
		p.setState(test.to, test.rule)
		if p.history.Len() != test.samples || !reflect.DeepEqual(p.meta, test.want) || !same(p.State, test.to) {
			t.Errorf("%s: %d samples and %+v; want %d and %+v", test.name, p.history.Len(), p.meta, test.samples, test.want)
		}
	}
	if len(meta.Classes) != 3 {
		t.Error("setState shortened the names that it was given")
	}
}

// TestToolStays: after a change that takes away the tool in hand another one is in hand, or the
// next stroke would be refused.
func TestToolStays(t *testing.T) {
	for _, test := range []struct{ name, tool, act, field, value string }{
		{"RemoveClass", "2", "remove-class", "", ""},
		{"Dataset", "2", "dataset", views.FieldDataset, "moons"},
		{"ToValues", "2", "settings", views.FieldTask, "regression"},
		{"Kept", "1", "remove-class", "", ""},
		{"Eraser", views.ToolErase, "remove-class", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestServer(t)
			form := settingsForm(t, s, sampleState(t, "blobs", 30, 0, nil))
			form.Set(views.FieldTool, test.tool)
			form.Set(views.FieldAct, test.act)
			if test.field != "" {
				form.Set(test.field, test.value)
			}
			w := postForm(s, "/edit", form)
			if w.Code != http.StatusOK {
				t.Fatalf("act %s is answered %d %.300s; want 200", test.act, w.Code, w.Body)
			}
			next := readForm(t, w.Body.String(), "", "")
			next.Set(views.FieldStroke, "0,0")
			next.Set(views.FieldAct, "draw")
			drawn := postForm(s, "/edit", next)
			if drawn.Code != http.StatusOK {
				t.Errorf("behind %s the tool is %q and a stroke is answered %d; want 200", test.act, next.Get(views.FieldTool), drawn.Code)
			}
		})
	}
}

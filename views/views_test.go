package views

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/setting"
)

func TestLossText(t *testing.T) {
	for _, test := range []struct {
		v    float64
		want string
	}{
		{0, "0.0000"},
		{0.6931471805599453, "0.6931"},
		{0.00015, "0.0001"}, // 0.00015 is a little less in binary
		{0.0001, "0.0001"},
		{0.00009999, "1.00e−4"},
		{1e-9, "1.00e−9"},
		{5e-324, "4.94e−324"},
		{1.23456, "1.2346"},
		{9999.99994, "9999.9999"},
		{10_000, "1.00e4"},
		{123_456_789, "1.23e8"},
		{math.Inf(1), "not finite"},
		{math.MaxFloat64, "not finite"},
		{math.NaN(), "not finite"},
	} {
		if got := lossText(test.v); got != test.want {
			t.Errorf("lossText(%v) = %q; want %q", test.v, got, test.want)
		}
	}
}

func TestGrouped(t *testing.T) {
	const s = "\u202f" // narrow, and no line breaks there
	for n, want := range map[int]string{
		0: "0", 7: "7", 999: "999", 1000: "1" + s + "000", 12_345: "12" + s + "345", 100_000: "100" + s + "000", 1_234_567: "1" + s + "234" + s + "567",
		1 << 53: "9" + s + "007" + s + "199" + s + "254" + s + "740" + s + "992",
	} {
		if got := grouped(n); got != want {
			t.Errorf("grouped(%d) = %q; want %q", n, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for v, want := range map[float64]string{0: "0.0 %", 1: "100.0 %", 0.5: "50.0 %", 1.0 / 3: "33.3 %", 2.0 / 3: "66.7 %", 0.0004: "0.0 %", 0.001: "0.1 %"} {
		if got := percent(&v); got != want {
			t.Errorf("percent(%v) = %q; want %q", v, got, want)
		}
	}
	if got := percent(nil); got != "–" {
		t.Errorf("percent(nil) = %q; want –", got)
	}
	// One wrong point of 2,000 is not all of them right.
	almost := 1999.0 / 2000
	t.Run("Almost", func(t *testing.T) {
		if percent(&almost) == "100.0 %" {
			t.Errorf("percent(%v) = %q; want less than 100 %%", almost, percent(&almost))
		}
	})
}

// TestNumber: a number in a control is the number, in as few digits as it takes.
func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1: "1", 0.03: "0.03", 0.1: "0.1", 1.0 / 3: "0.3333333333333333", 1e-5: "1e-05", 2000: "2000", 320: "320", 10: "10"} {
		if got := number(v); got != want {
			t.Errorf("number(%v) = %q; want %q", v, got, want)
		}
	}
}

// TestWholeNumbers: the controls for whole numbers show them with all digits.
func TestWholeNumbers(t *testing.T) {
	for _, test := range []struct {
		name, field string
		change      func(*nn.Config)
		want        string
	}{
		{"BatchSize", FieldBatchSize, func(c *nn.Config) { c.BatchSize = 2000 }, "2000"},
		{"Seed", FieldSeed, func(c *nn.Config) { c.Seed = 999_999 }, "999999"},
		{"SeedOfSevenDigits", FieldSeed, func(c *nn.Config) { c.Seed = 1_000_000 }, "1000000"},
		{"SeedLargest", FieldSeed, func(c *nn.Config) { c.Seed = math.MaxUint32 }, "4294967295"},
	} {
		t.Run(test.name, func(t *testing.T) {
			page := render(t, Page(sampleLab(t, dataset.Circles, func(l *Lab) { test.change(&l.State.Config) })))
			got := page.one(t, "input[name="+test.field+"]").attr("value")
			if got != test.want {
				t.Errorf("the control %s shows %q; want %q", test.field, got, test.want)
			}
		})
	}
}

// TestSummary: sizes and parameters, counted by hand.
func TestSummary(t *testing.T) {
	for _, test := range []struct {
		change func(*nn.Config)
		want   string
	}{
		{func(*nn.Config) {}, "2 → 8 → 8 → 2 units · 114 parameters"},                                                                                            // 24 + 72 + 18
		{func(c *nn.Config) { c.HiddenLayers = nil }, "2 → 2 units · 6 parameters"},                                                                              // 4 weights, 2 biases
		{func(c *nn.Config) { c.Task, c.HiddenLayers = nn.Regression, []int{1} }, "2 → 1 → 1 units · 5 parameters"},                                              // 3 + 2
		{func(c *nn.Config) { c.Features, c.HiddenLayers, c.Classes = nn.Features(), []int{100, 100}, 10 }, "7 → 100 → 100 → 10 units · 11\u202f910 parameters"}, // 800 + 10,100 + 1,010
	} {
		c := nn.DefaultConfig()
		c.Classes = 2
		test.change(&c)
		if got := summary(c); got != test.want {
			t.Errorf("summary(%v) = %q; want %q", c.HiddenLayers, got, test.want)
		}
	}
}

func TestPointCount(t *testing.T) {
	for _, test := range []struct {
		n        int
		fraction float64
		task     nn.Task
		want     string // a pattern
	}{
		{0, 0.5, nn.Classification, `^0 points$`},
		{1, 0.5, nn.Classification, `^1 point$`}, // one is never held out
		{2, 0, nn.Classification, `^2 points$`},
		{1000, 0, nn.Regression, "^1\u202f000 points$"},
		{10, 0.5, nn.Classification, `^10 points, 5 held out\b.*hollow`},
		{2000, 0.9, nn.Regression, "^2\u202f000 points, 1\u202f800 held out\\b.*diamonds"},
	} {
		s := nn.State{Config: nn.Config{Task: test.task, TestFraction: test.fraction, Seed: 1}, Data: make([]nn.Point, test.n)}
		if got := pointCount(s); !regexp.MustCompile(test.want).MatchString(got) {
			t.Errorf("pointCount(%d points, %v held out) = %q; want %s", test.n, test.fraction, got, test.want)
		}
	}
}

func TestControlOf(t *testing.T) {
	for path, want := range map[string]string{
		"config.learning_rate": FieldLearningRate, "config.hidden_layers": FieldHiddenLayers, "config.hidden_layers[1]": FieldHiddenLayers,
		"config.features[0]": FieldFeatures, "config.classes": FieldDataClasses, "classes": FieldDataClasses, "noise": FieldNoise, "data_seed": FieldDataSeed,
		"config.seed": FieldSeed, "batch_size": FieldBatchSize, "config.task": FieldTask,
		"": "", "config": "", "network": "", "data": "", "data[3].x": "", "data[0]": "", "network.weights[0][1]": "", "network.optimizer": "",
		"opened": FieldOpened, "opened.network.weights[0]": FieldOpened, "opened.config.hidden_layers[1]": FieldOpened, "pinned": "", "pinned.config.seed": "",
		"value": FieldValue, "until_step": FieldUntilStep, "patience": FieldPatience, "parameter": "", "probe": "",
		"config.speed": "", "config.": "", "nothing": "", "config.config": "",
	} {
		if got := ControlOf(path); got != want {
			t.Errorf("ControlOf(%q) = %q; want %q", path, got, want)
		}
	}
}

// TestLabel: a path is called what its control is called on the page.
func TestLabel(t *testing.T) {
	for path, want := range map[string]string{
		"config.learning_rate": "Learning rate", "config.hidden_layers[1]": "Hidden layers, number 2:", "classes": "Classes", "config.seed": "Seed", "data_seed": "Data seed",
		"data[3].x": "data[3].x", "network": "network", "": "", "opened": "The file", "opened.data[3].x": "The file, data[3].x:",
	} {
		if got := Label(path); got != want {
			t.Errorf("Label(%q) = %q; want %q", path, got, want)
		}
	}
	page := render(t, Page(sampleLab(t, dataset.Circles, nil)))
	for _, label := range page.all("form label[for]") {
		field := label.attr("for")
		if got := Label(field); got != label.content() && field != FieldTransport && field != "moments" && !strings.HasPrefix(field, FieldSweep) { // which are no fields of the state
			t.Errorf("Label(%s) = %q; want what the page calls it, %q", field, got, label.content())
		}
	}
}

// TestLabelsOfAll: every setting and every choice has a name for people.
func TestLabelsOfAll(t *testing.T) {
	count := 0
	for m := range setting.All() {
		if m.Label == "" || strings.Contains(m.Label, "_") {
			t.Errorf("the setting %s is called %q; want a name for people", m.Name, m.Label)
		}
		for _, c := range m.Choices {
			count++
			// x and y are called as on the wire.
			if c.Label == "" || c.Label == c.Value && m.Name != "features" || strings.Contains(c.Label, "_") {
				t.Errorf("the choice %s is called %q; want a name for people", c.Value, c.Label)
			}
		}
	}
	want := len(nn.Tasks()) + len(nn.Features()) + len(nn.Activations()) + len(nn.Inits()) +
		len(nn.Optimizers()) + len(nn.Schedules())
	if count != want {
		t.Errorf("the settings have %d choices; want %d, one for each name in package nn", count, want)
	}
	if got := choices([]string{"new"}, map[string]string{}); len(got) != 1 || got[0] != (choice{"new", "new"}) {
		t.Errorf("choices(new) = %v; want the value where there is no label", got)
	}
}

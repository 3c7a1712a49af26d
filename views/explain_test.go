package views

import (
	"math"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/nntest"
	"github.com/nnvisu/nnvisu/nn/table"
)

// explainedState returns a state with all that an update may have.
func explainedState(t *testing.T, o nn.Optimizer, s nn.Schedule) nn.State {
	return nntest.State(t, dataset.Spiral, 30, 3, func(c *nn.Config) {
		c.Optimizer, c.Schedule, c.L1, c.L2, c.HiddenLayers = o, s, 0.01, 0.01, []int{4, 3}
	})
}

func explainedView(t *testing.T, s nn.State, path string) (Explaining, nn.Explanation) {
	t.Helper()
	e, err := nn.Explain(s, path, nn.FirstOfBatch)
	if err != nil {
		t.Fatal(err)
	}
	return Explain(s, table.Meta{}, e, ""), e
}

// TestExplainWords: every line of every optimizer has words and a symbol, no two lines of one have the same
// symbol, and there are no words for lines that are not there.
func TestExplainWords(t *testing.T) {
	used := map[string]bool{}
	for _, o := range nn.Optimizers() {
		checkProse(t, "the words of "+string(o), updateWords[o])
		own := map[string]bool{}
		for _, s := range nn.Schedules() {
			for _, path := range []string{"weights.1.0.1", "biases.0.0"} {
				_, e := explainedView(t, explainedState(t, o, s), path)
				symbols := map[string]string{}
				for _, line := range slices.Concat(e.Update.Given, e.Update.Lines) {
					word := wordOf(o, path[0] == 'b', line.Name)
					if word.symbol == "" || word.words == "" {
						t.Errorf("%s: the line %s has the symbol %q and the words %q", o, line.Name, word.symbol, word.words)
					}
					if other := symbols[word.symbol]; other != "" {
						t.Errorf("%s: the lines %s and %s have the symbol %s", o, other, line.Name, word.symbol)
					}
					symbols[word.symbol] = line.Name
					used[line.Name], own[line.Name] = true, true
				}
			}
		}
		for name := range optimizerWords[o] {
			if !own[name] {
				t.Errorf("%s: there are words for the line %s, which it has not", o, name)
			}
		}
	}
	for name := range lineWords {
		if !used[name] {
			t.Errorf("there are words for the line %s, which no optimizer has", name)
		}
	}
}

// TestExplainSays: what is said of the way a number goes fits its numbers.
func TestExplainSays(t *testing.T) {
	seen := map[string]int{}
	for _, o := range nn.Optimizers() {
		for _, path := range []string{"weights.0.0.0", "weights.1.0.1", "weights.1.2.3", "weights.2.0.1", "biases.0.0", "biases.2.1"} {
			v, e := explainedView(t, explainedState(t, o, nn.ConstantRate), path)
			up, grows := e.Parameter.After > e.Parameter.Before, e.Batch.Gradient > 0
			if got := strings.Contains(v.Says, "make the loss larger"); got != grows {
				t.Errorf("%s, %s: %q; the gradient is %v", o, path, v.Says, e.Batch.Gradient)
			}
			if got := strings.Contains(v.Says, "goes up"); got != up {
				t.Errorf("%s, %s: %q; it goes from %v to %v", o, path, v.Says, e.Parameter.Before, e.Parameter.After)
			}
			if got := strings.Contains(v.Says, "all the same"); got != (up == grows) {
				t.Errorf("%s, %s: %q; gradient %v, from %v to %v", o, path, v.Says, e.Batch.Gradient, e.Parameter.Before, e.Parameter.After)
			}
			seen[strings.Split(v.Says, ".")[1]]++
		}
	}
	if len(seen) < 3 {
		t.Errorf("the examples say %v; want more of what can be said", seen)
	}
}

// TestExplainCosine: the words of the update name the cosine of a schedule, whose formula has a sine.
func TestExplainCosine(t *testing.T) {
	for _, schedule := range nn.Schedules() {
		v, _ := explainedView(t, explainedState(t, nn.SGD, schedule), "weights.0.0.0")
		said := false
		for _, part := range v.Parts {
			for _, group := range part.Groups {
				for _, e := range group.Equations {
					said = said || strings.Contains(e.About, "half a wave of a cosine")
				}
			}
		}
		if said != (schedule == nn.CosineDecay) {
			t.Errorf("%s: the words name a cosine: %t", schedule, said)
		}
	}
}

// TestExplainDropout: the way back says that dropout counts there, if there is dropout.
func TestExplainDropout(t *testing.T) {
	for _, dropout := range []float64{0, 0.5} {
		s := explainedState(t, nn.SGD, nn.ConstantRate)
		s.Config.Dropout = dropout
		v, _ := explainedView(t, s, "weights.0.0.0")
		for _, part := range v.Parts {
			if part.Name != PartBackward {
				continue
			}
			rule := plainMath(t, mathOf(part.Rules[len(part.Rules)-1].Symbols))
			units := part.Groups[len(part.Groups)-2].Equations
			about := units[len(units)-1].About
			for what, text := range map[string]string{"words": part.Words, "label": about} {
				if got := strings.Contains(strings.ToLower(text), "dropout"); got != (dropout > 0) {
					t.Errorf("with dropout %v the %s are %q", dropout, what, text)
				}
			}
			if got := strings.Contains(rule, "m"); got != (dropout > 0) {
				t.Errorf("with dropout %v the rule is %q", dropout, rule)
			}
		}
	}
}

// TestAgreement: the words for how many digits agree are a sentence for none, one, some and all.
func TestAgreement(t *testing.T) {
	for _, test := range []struct {
		a, b float64
		want string
	}{
		{0, 0, "It agrees to all digits"},
		{1, 1.0000002, "It agrees to about 6 digits"},
		{1, 1.05, "It agrees to about 1 digit"},
		{1, -1, "It does not agree in any digit"},
	} {
		if got := agreement(test.a, test.b, 10); got != test.want {
			t.Errorf("of %v and %v: %q; want %q", test.a, test.b, got, test.want)
		}
	}
}

// TestExplainChoices: the choices are those of the unit, and what is explained is chosen.
func TestExplainChoices(t *testing.T) {
	v, _ := explainedView(t, explainedState(t, nn.SGD, nn.ConstantRate), "weights.2.1.2")
	texts := func(choices []explainedChoice) string {
		var all []string
		for _, c := range choices {
			text := c.Value + " " + c.Label
			if c.On {
				text = "[" + text + "]"
			}
			all = append(all, text)
		}
		return strings.Join(all, "; ")
	}
	for got, want := range map[string]string{
		texts(v.Layers):  "0 Layer 1; 1 Layer 2; [2 Output]",
		texts(v.Units):   "0 Class 0; [1 Class 1]",
		texts(v.Numbers): "-1 bias; 0 from unit 1; 1 from unit 2; [2 from unit 3]",
	} {
		if got != want {
			t.Errorf("the choices are %s; want %s", got, want)
		}
	}
}

// TestExplainedAt: the place of a point in the batch is said where the batch is a part of the points.
func TestExplainedAt(t *testing.T) {
	for _, test := range []struct {
		batch int
		test  float64
		want  string
	}{
		{0, 0, "Step 4 takes all 30 points; you see point 0."},
		{0, 0.5, "Step 4 takes all 15 points; you see point "},
		{7, 0, ", number 1 of them."},
		{1, 0, "Step 4 takes one point: point "},
	} {
		s := nntest.State(t, dataset.Moons, 30, 3, func(c *nn.Config) { c.BatchSize, c.TestFraction = test.batch, test.test })
		v, _ := explainedView(t, s, "biases.0.0")
		if !strings.Contains(v.At, test.want) || strings.Contains(v.At, "number") != strings.Contains(test.want, "number") {
			t.Errorf("batches of %d, %v held out: it says %q; want %q", test.batch, test.test, v.At, test.want)
		}
	}
}

// TestExplainTrace: the edges and units of the chain rule are marked, also where the drawing leaves a unit out.
func TestExplainTrace(t *testing.T) {
	s := nntest.State(t, dataset.Circles, 30, 3, func(c *nn.Config) {
		c.HiddenLayers, c.Features = []int{3, 20}, []nn.Feature{nn.FeatureX2, nn.FeatureY}
	})
	for _, test := range []struct {
		path        string
		own, onward int
		rings       string // of the columns
	}{
		{"weights.0.1.0", 1, 9 + 2*9, "--f----,-o-,nnnnnnnnn-,nn"},
		{"weights.0.1.1", 1, 9 + 2*9, "-f-----,-o-,nnnnnnnnn-,nn"},
		{"biases.0.1", 2, 9 + 2*9, "-------,-o-,nnnnnnnnn-,nn"},
		{"weights.1.2.0", 1, 2, "-------,f--,--o-------,nn"},
		{"weights.1.15.0", 0, 0, "-------,f--,---------o,nn"},
		{"weights.2.1.15", 0, 0, "-------,---,---------f,-o"},
	} {
		v, _ := explainedView(t, s, test.path)
		trace := v.traced(Lab{State: s, Choices: Choices{Rows: LeastRows}}, edges(s.Config, LeastRows))
		var rings []string
		for _, column := range trace.Rings {
			text := ""
			for _, r := range column {
				text += map[ring]string{"": "-", ringOwn: "o", ringFrom: "f", ringOnward: "n"}[r]
			}
			rings = append(rings, text)
		}
		if got := strings.Join(rings, ","); len(trace.Own) != test.own || len(trace.Onward) != test.onward || got != test.rings {
			t.Errorf("%s marks %d and %d edges and %s; want %d, %d and %s", test.path, len(trace.Own), len(trace.Onward), got, test.own, test.onward, test.rings)
		}
	}
}

// TestExplainedCurve: here and next are marked, and what is said of the curve fits it.
func TestExplainedCurve(t *testing.T) {
	curve := func(f func(at float64) float64) nn.LossCurve {
		var c nn.LossCurve
		for k := -4; k <= 16; k++ {
			c.At = append(c.At, float64(k)/8)
			c.Loss = append(c.Loss, f(float64(k)/8))
		}
		return c
	}
	for _, test := range []struct {
		name    string
		loss    func(at float64) float64
		says    []string
		anchors map[string]string
	}{
		{"Falls", func(at float64) float64 { return 3 - at }, []string{"fall from 3 to 2.", "twice as long would be better still"}, map[string]string{"here": "start", "next": "start"}},
		{"Best", func(at float64) float64 { return 1 + (at-1)*(at-1) }, []string{"fall from 2 to 1.", "this one is the best"}, map[string]string{"here": "start", "next": "middle"}},
		{"Far", func(at float64) float64 { return 1 + (at-0.5)*(at-0.5)/1e4 }, []string{"as it is", "0.5 times as long would be best"}, map[string]string{"here": "start", "next": "end"}},
		{"Rises", func(at float64) float64 { return 1 + at/1e9 }, []string{"rise from 1 to 1", "to stay or to go back"}, map[string]string{"here": "end", "next": "end"}},
		{"Flat", func(float64) float64 { return 0 }, []string{"as it is"}, map[string]string{"here": "end", "next": "end"}},
		{"Overflows", func(at float64) float64 {
			if at > 1 {
				return math.MaxFloat64
			}
			return 1 - at/2
		}, []string{"fall from 1 to 0.5"}, map[string]string{"here": "start", "next": "middle"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := curveOf(curve(test.loss))
			for _, want := range test.says {
				if !strings.Contains(c.Words, want) {
					t.Errorf("it says %q; want %q", c.Words, want)
				}
			}
			chart := render(t, c.Chart)
			for _, class := range []string{"step-here", "step-next"} {
				chart.one(t, "circle."+class)
			}
			if n := len(chart.all("path.curve")); n != 1 || strings.Contains(chart.content(), "NaN") {
				t.Errorf("%d curves: %s", n, chart.content())
			}
			if ticks := len(chart.all(".gridline")); ticks != 1 {
				t.Errorf("%d grids", ticks)
			}
			for _, name := range chart.all("text.mark-name") { // which the curve leaves free
				if got, want := name.attr("text-anchor"), test.anchors[name.content()]; got != want {
					t.Errorf("%s is written at the %s; want %s", name.content(), got, want)
				}
			}
			if chart.one(t, "figcaption").content() != "Loss" {
				t.Error("the chart does not say what is up")
			}
			marks := map[string]string{}
			for _, m := range c.Marks {
				if m.Mark != "" {
					marks[m.Mark] = m.At
				}
			}
			if marks["here"] != "0" || marks["next"] != "1" {
				t.Errorf("the table marks %v", marks)
			}
		})
	}
}

// TestMathWriter: formulas are written with lines, powers and roots, brackets where they are needed alone, and
// are cut before the signs of a sum.
func TestMathWriter(t *testing.T) {
	values := map[string]float64{"a": -2, "b": 3, "c": 0.5, "tiny": -1.5e-7}
	for text, want := range map[string]string{
		"a + b":                 "=−2|+3|=R",
		"b - a":                 "=3|−(−2)|=R",
		"b * a":                 "=3·(−2)|=R",
		"(b - c) / (b + a)":     "={3−0.5/3+(−2)}|=R",
		"b * a / c":             "={3·(−2)/0.5}|=R",
		"1 / (a * (b + c))":     "={1/−2·(3+0.5)}|=R",
		"(b + c) * (b - c) / b": "={(3+0.5)·(3−0.5)/3}|=R",
		"a ^ 2":                 "=(−2)^2|=R",
		"exp(0 - a)":            "=e^−(−2)|=R",
		"exp(0 - a ^ 2 / 2)":    "=e^−{(−2)^2/2}|=R",
		"sqrt(b) + 1e-8":        "=√3|+1·10^−8|=R",
		"max(a, 0)":             "=max(−2,0)|=R",
		"ln(b) - (a - c)":       "=ln(3)|−(−2−0.5)|=R",
		"tiny * b":              "=−1.5·10^−7·3|=R",
		"cdf(a)":                "=Φ(−2)|=R",
		"b * b * a * a * c":     "=3·3·(−2)·(−2)·0.5|=R",
		"b * sigmoid(tiny) * sigmoid(tiny) * sigmoid(tiny)": "=3|·σ(−1.5·10^−7)|·σ(−1.5·10^−7)|·σ(−1.5·10^−7)|=R",
		"b": "=3|=R",
	} {
		e := formula{name: "<mi>n</mi>", text: text, values: values, result: 7}.equation("")
		var parts []string
		for _, part := range e.Numbers {
			parts = append(parts, plainMath(t, part))
		}
		if got := strings.ReplaceAll(strings.Join(parts, "|"), "=7", "=R"); got != "n|"+want {
			t.Errorf("%s is written %s; want n|%s", text, got, want)
		}
	}
	if e := (formula{name: "<mi>n</mi>", text: "b", values: values, result: 3}).equation(""); len(e.Numbers) != 2 {
		t.Errorf("a number that says all is written %q; want it once", e.Numbers)
	}
}

// plainMath writes MathML as a line of text.
func plainMath(t *testing.T, text string) string {
	t.Helper()
	page, err := html.Parse(strings.NewReader("<math>" + text + "</math>"))
	if err != nil {
		t.Fatal(err)
	}
	return plainNode(page)
}

func plainNode(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var parts []string
	for c := range n.ChildNodes() {
		parts = append(parts, plainNode(c))
	}
	switch n.Data {
	case "msup":
		return strings.Join(parts, "^")
	case "msub":
		return strings.Join(parts, "_")
	case "mfrac":
		return "{" + strings.Join(parts, "/") + "}"
	case "msqrt":
		return "√" + strings.Join(parts, "")
	}
	return strings.Join(parts, "")
}

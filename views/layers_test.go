package views

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
)

// layersWith are layers with these norms of the gradient, the output last.
func layersWith(norms ...float64) []nn.LayerState {
	layers := make([]nn.LayerState, len(norms))
	for l, v := range norms {
		layers[l] = nn.LayerState{Gradient: v, Update: v / 100}
		if l < len(norms)-1 {
			layers[l].Idle = nn.Idle{Units: 8, Dead: l, Saturated: 1}
		}
	}
	return layers
}

// addLayers adds a sample of three layers, the same for the same step, where the history needs one:
// from step 4 on, so that in a long run the samples of the layers are not at those of the loss.
func addLayers(h *nn.History, step int) {
	if step > 3 && h.NeedsLayers(step) {
		h.AddLayers(layersWith(1/float64(step+1), 0.5, 2))
	}
}

// historyOfLayers is the history of a run that comes to layers at step 30.
func historyOfLayers(layers []nn.LayerState) (h nn.History) {
	for step := 0; step <= 30; step += 10 {
		h.Add(step, step, nn.Metrics{Loss: 1})
		now := slices.Clone(layers)
		for l := range now {
			now[l].Gradient *= float64(40 - step)
		}
		h.AddLayers(now)
	}
	return h
}

// TestLayerCharts: a line for each layer, its values beside its name, the scale of the run, and
// words.
func TestLayerCharts(t *testing.T) {
	lab := sampleLab(t, dataset.Circles, func(l *Lab) {
		l.Choices.Panel, l.Layers = "gradients", layersWith(0.1, 0.25, 0.5)
		l.Layers[2].Update = nn.NotMeasured
		l.History = historyOfLayers(l.Layers)
	})
	lab.State.Network.Step, lab.State.Network.Epoch = 30, 30
	body := render(t, PanelBody(lab))
	charts := body.all("figure.chart")
	if len(charts) != 3 {
		t.Fatalf("%d charts; want three", len(charts))
	}
	for i, want := range []struct{ name, values, words string }{
		{"gradient", "hidden 1 0.1|hidden 2 0.25|output 0.5", "Gradient at step 30; hidden 1 0.1, at the start 4"},
		{"update", "hidden 1 0.001|hidden 2 0.0025|output –", "output –, at the start –"},
		{"idle", "hidden 1 12.5 %|hidden 2 25.0 %", "hidden 2 25.0 %, at the start 25.0 %"},
	} {
		c := charts[i]
		if c.attr("data-chart") != want.name || c.attr("data-of") != "layers" {
			t.Errorf("chart %d is of %s in %s; want of %s in the layers", i, c.attr("data-chart"), c.attr("data-of"), want.name)
		}
		var values []string
		for l, key := range c.all(".curve-key") {
			values = append(values, strings.Join(strings.Fields(key.content()), " "))
			if got, want := key.one(t, "output").attr("data-for"), want.name+"."+strconv.Itoa(l); got != want {
				t.Errorf("the value of layer %d is of %s; want %s", l, got, want)
			}
		}
		if got := strings.Join(values, "|"); got != want.values {
			t.Errorf("%s: the values are %s; want %s", want.name, got, want.values)
		}
		svg := c.one(t, "svg[role=img]")
		if got := svg.attr("aria-label"); !strings.Contains(got, want.words) {
			t.Errorf("%s is described %q; want %q", want.name, got, want.words)
		}
		if got := svg.attr("data-step0") + " to " + svg.attr("data-step1"); got != "0 to 30" {
			t.Errorf("%s runs from step %s; want 0 to 30", want.name, got)
		}
		lines := svg.all("path.curve")
		if len(lines) != len(values) {
			t.Errorf("%s has %d lines; want %d", want.name, len(lines), len(values))
		}
		for l, line := range lines {
			if key := c.all(".curve-key path")[l].attr("class"); line.attr("class") != key {
				t.Errorf("%s: line %d is drawn %q and its key %q", want.name, l, line.attr("class"), key)
			}
		}
		if len(svg.all(".cursor")) != 1 {
			t.Errorf("%s has no line for the pointer", want.name)
		}
	}
	if !strings.Contains(charts[1].content(), "epoch 30") {
		t.Errorf("the moment is not said: %s", charts[1].content())
	}
}

// TestLayerChartsMoment: the moment that was measured now is the end of the lines, where it is newer
// than the history; and where there are no two moments to join, there is a sentence.
func TestLayerChartsMoment(t *testing.T) {
	lab := sampleLab(t, dataset.Circles, func(l *Lab) {
		l.Layers = layersWith(0.1, 0.25, 0.5)
		l.History = historyOfLayers(l.Layers)
	})
	lab.State.Network.Step, lab.State.Network.Epoch = 35, 35
	charts := layerCharts(&lab)
	if charts[0].Step1 != "35" || charts[0].Lines[0].Now != "0.1" {
		t.Errorf("the lines end at step %s with %s; want 35 and 0.1", charts[0].Step1, charts[0].Lines[0].Now)
	}
	if n := lab.History.Layers.Len(); n != 4 || len(lab.History.Layers.Gradient[0]) != 4 {
		t.Errorf("drawing changes the history: %d samples", n)
	}
	for name, change := range map[string]func(l *Lab){
		"Nothing": func(l *Lab) { l.History = nn.History{} },
		"First": func(l *Lab) {
			l.History = nn.History{}
			l.State.Network.Step = 0
			l.History.Add(0, 0, nn.Metrics{Loss: 1})
			l.History.AddLayers(l.Layers)
		},
		"OtherLayers": func(l *Lab) { l.Layers = layersWith(1, 2) },
	} {
		other := lab
		other.History = lab.History.Clone()
		change(&other)
		if got := layerCharts(&other); got != nil {
			t.Errorf("%s: there are charts %+v; want none", name, got)
		}
	}
	lab.History = nn.History{}
	if e := render(t, Layers(lab)); len(e.all("table")) != 1 || len(e.all("figure")) != 0 || !strings.Contains(e.content(), "appears here") {
		t.Errorf("before the curves there is %q; want the table, and to be told that they will come", e.content())
	}
}

// TestLayerMarks: the numbers at the ends of the lines lie apart, inside of the chart.
func TestLayerMarks(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   string // y in tenths, from the top
	}{
		{[]float64{0, 0, 0}, "1180 1320 1460"}, {[]float64{1, 1, 0.99}, "80 220 360"}, {[]float64{1, 0}, "80 1460"},
		{[]float64{nn.NotMeasured, 0.5}, "770"},
	} {
		y := axis{from: plotBottom, to: plotTop}
		y.setRange(0, 1)
		var curves []curve
		for _, v := range test.values {
			curves = append(curves, curve{values: []float64{v}})
		}
		var p pen
		p.layerMarks(curves, len(curves), &y)
		var at []string
		for _, text := range strings.Split(string(p), ` y="`)[1:] {
			v, err := strconv.ParseFloat(text[:strings.IndexByte(text, '"')], 64)
			if err != nil {
				t.Fatal(err)
			}
			at = append(at, fmt.Sprint(int(math.Round(10*v))-40))
		}
		if got := strings.Join(at, " "); got != test.want {
			t.Errorf("the ends of %v are marked at %s; want %s", test.values, got, test.want)
		}
	}
}

// TestSizeText: three digits, and powers of ten where a size is very small or large.
func TestSizeText(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.5: "0.5", 3.14159: "3.14", 0.000123: "0.000123", 0.0000999: "9.99e−5", 1e-7: "1e−7", 12345: "12\u202f300", 1234567: "1.23e6",
		999999: "1\u202f000\u202f000", nn.NotMeasured: "–", math.MaxFloat64: "not finite", math.Inf(1): "not finite", 2.5e-300: "2.5e−300",
	} {
		if got := sizeText(v); got != want {
			t.Errorf("sizeText(%v) = %q; want %q", v, got, want)
		}
	}
	if got := sizeText(math.NaN()); got != "not finite" {
		t.Errorf("sizeText(NaN) = %q; want not finite", got)
	}
}

// TestLayerTable: a bar for each layer whose ends are powers of ten, its parameters and idle units,
// and words where something is wrong.
func TestLayerTable(t *testing.T) {
	nan, infinite := math.NaN(), math.Inf(1)
	for _, test := range []struct {
		norms  []float64
		widths []int // of 800, 100 for each power of ten
		values string
		words  string
	}{
		{[]float64{0.1, 0.01, 0.5}, []int{700, 600, 770}, "[0.1 0.01 0.5]", ""},
		{[]float64{1e-7, 3.14159}, []int{0, 750}, "[1e−7 3.14]", "hidden 1 gets less than a millionth of what output gets"},
		{[]float64{1e-7, 1e-8, 2}, []int{0, 0, 730}, "[1e−7 1e−8 2]", "hidden 1, hidden 2 get less than a millionth"},
		{[]float64{1e-7, 1e-3}, []int{300, 700}, "[1e−7 0.001]", ""}, // small, but not beside the other
		{[]float64{0, 0.3}, []int{0, 748}, "[0 0.3]", "hidden 1 gets less"},
		{[]float64{12345, 1}, []int{709, 300}, "[12\u202f300 1]", "explodes (hidden 1)"},
		{[]float64{1, infinite}, []int{700, 800}, "[1 not finite]", "explodes (output)"},
		{[]float64{1, nan}, []int{700, 0}, "[1 not finite]", "explodes (output)"},
		{[]float64{0, 0}, []int{0, 0}, "[0 0]", "no gradient"},
		{[]float64{2.5}, []int{740}, "[2.5]", ""},
	} {
		layers := len(test.norms)
		lab := sampleLab(t, dataset.Circles, func(l *Lab) { l.State.Config.HiddenLayers = slices.Repeat([]int{8}, layers-1) })
		e := render(t, LayerTable(lab.State, layersWith(test.norms...)))
		var widths []int
		var values []string
		sum := 0
		for l, row := range e.all("tbody tr") {
			name := "hidden " + strconv.Itoa(l+1)
			if l == layers-1 {
				name = "output"
			}
			if got := row.one(t, "th[scope=row]").content(); got != name {
				t.Errorf("layer %d is called %q; want %s", l, got, name)
			}
			var width int
			if _, err := fmt.Sscanf(row.one(t, "path.norm").attr("d"), "M0 1h%dv8H0z", &width); err != nil {
				t.Fatal(err)
			}
			widths, values = append(widths, width), append(values, row.all("td.score")[1].content())
			n, err := strconv.Atoi(row.all("td.score")[0].content())
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
		if !slices.Equal(widths, test.widths) || fmt.Sprint(values) != test.values {
			t.Errorf("LayerTable of %v draws %v with %v; want %v with %s", test.norms, widths, values, test.widths, test.values)
		}
		if want := nn.ParameterCount(lab.State.Config); sum != want || !strings.Contains(e.content(), fmt.Sprintf("%d parameters", want)) {
			t.Errorf("the layers have %d parameters in all, and the words are %q; want %d", sum, e.content(), want)
		}
		hints := e.all("p.hint")
		words := ""
		if len(hints) > 1 {
			words = hints[0].content()
		}
		if (words == "") != (test.words == "") || !strings.Contains(words, test.words) {
			t.Errorf("LayerTable of %v says %q; want %q", test.norms, words, test.words)
		}
	}
	for want, i := range map[string]nn.Idle{
		"–": {}, "none": {Units: 4}, "2 dead of 4": {Units: 4, Dead: 2}, "1 saturated of 4": {Units: 4, Saturated: 1},
		"1 dead, 2 saturated of 4": {Units: 4, Dead: 1, Saturated: 2},
	} {
		if got := idleText(i); got != want {
			t.Errorf("idleText(%+v) = %q; want %q", i, got, want)
		}
	}
}

// TestCostWords: the time of an update follows from the settings, and is that of the points of a
// batch.
func TestCostWords(t *testing.T) {
	lab := sampleLab(t, dataset.Circles, func(l *Lab) { l.State.Config.BatchSize = 10 })
	got := costWords(lab.State)
	want := timeText(nn.WorkOf(lab.State.Config, len(lab.State.Data)).Update)
	if !strings.Contains(got, "with 10 points") || !strings.HasSuffix(got, "about "+want+".") {
		t.Errorf("costWords = %q; want 10 points and %s", got, want)
	}
	for d, want := range map[time.Duration]string{1: "0.001 µs", 1234: "1.2 µs", 98765: "99 µs", 1234567: "1.2 ms", 2 * time.Second: "2\u202f000 ms"} {
		if got := timeText(d); got != want {
			t.Errorf("timeText(%d) = %q; want %q", d, got, want)
		}
	}
}

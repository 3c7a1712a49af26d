package views

import (
	"encoding/base64"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/table"
)

// networkShapes are networks of every kind that the drawing has to do with.
func networkShapes() map[string]func(*Lab) {
	layers := func(widths ...int) func(*Lab) {
		return func(l *Lab) { l.State.Config.HiddenLayers = widths }
	}
	return map[string]func(*Lab){
		"Default": nil,
		"Linear":  layers(),
		"One":     layers(1),
		"Ten":     layers(10),
		"Eleven":  layers(11),
		"Mixed":   layers(1, 10, 11, 100, 3),
		"Largest": func(l *Lab) {
			l.State.Config.HiddenLayers = slices.Repeat([]int{100}, 10)
			l.State.Config.Features, l.State.Config.Classes = nn.Features(), nn.MaxClasses
		},
		"OneFeature": func(l *Lab) { l.State.Config.Features = []nn.Feature{nn.FeatureSinY} },
		"OwnOrder":   func(l *Lab) { l.State.Config.Features = []nn.Feature{nn.FeatureXY, nn.FeatureX, nn.FeatureY2} },
		"ThreeNames": func(l *Lab) { l.State.Config.Classes = 3; l.Meta = table.Meta{Classes: []string{"a", "<b>", "c"}} },
		"Roomy": func(l *Lab) {
			l.State.Config.HiddenLayers = []int{20, 21, 50}
			l.Choices.Rows, l.Choices.Layer = 20, "2"
		},
		"TooMany": func(l *Lab) {
			l.State.Config.HiddenLayers = []int{100, 100, 100, 100}
			l.Choices.Rows = 1000
		},
		"WideOutputs": func(l *Lab) { l.State.Config.HiddenLayers = []int{2}; l.State.Config.Classes = 10 },
	}
}

func shapeLabs(tb testing.TB) map[string]Lab {
	tb.Helper()
	all := map[string]Lab{"Values": sampleLab(tb, dataset.Hills, nil), "LinearValues": sampleLab(tb, dataset.Plane, func(l *Lab) { l.State.Config.HiddenLayers = []int{} })}
	for name, change := range networkShapes() {
		all[name] = sampleLab(tb, dataset.Circles, change)
	}
	return all
}

// centres returns the places of the units that a page draws, in per mille of the drawing: columns
// are equally wide, and the cells of a column equally high. Inputs are known by feature-…, other
// units by the path of their bias.
func centres(page element) map[string][2]float64 {
	at := map[string][2]float64{}
	columns := page.all(".drawing .column")
	for c, column := range columns {
		cells := column.all(".cell")
		for r, cell := range cells {
			place := [2]float64{1000 * (float64(c) + 0.5) / float64(len(columns)), 1000 * (float64(r) + 0.5) / float64(len(cells))}
			for _, u := range append(cell.all("input"), cell.all("button")...) {
				at[u.attr("id")] = place
			}
		}
	}
	return at
}

// ends returns where a path of one edge begins and ends.
func ends(tb testing.TB, path string) (from, to [2]float64) {
	tb.Helper()
	numbers := regexp.MustCompile(`-?\d+(\.\d+)?`).FindAllString(path, -1)
	if !strings.HasPrefix(path, "M") || strings.Count(path, "C") != 1 || len(numbers) != 8 {
		tb.Fatalf("an edge is %q; want one curve", path)
	}
	var v [8]float64
	for i, text := range numbers {
		var err error
		if v[i], err = strconv.ParseFloat(text, 64); err != nil {
			tb.Fatal(err)
		}
	}
	if v[3] != v[1] || v[5] != v[7] || v[2] < v[0] || v[4] > v[6] {
		tb.Errorf("the edge %q does not leave and arrive level", path)
	}
	return [2]float64{v[0], v[1]}, [2]float64{v[6], v[7]}
}

// TestEdges: every weight between two units that are drawn is an edge, which meets the centres of
// both and says which weight it is.
func TestEdges(t *testing.T) {
	const rounding = 1 // of coordinates to per mille
	for name, lab := range shapeLabs(t) {
		t.Run(name, func(t *testing.T) {
			page := render(t, NetworkView(lab))
			at, sizes := centres(page), lab.State.Config.Sizes()
			seen := map[string]bool{}
			for _, e := range page.all(".hits path") {
				path := e.attr("data-path")
				var l, o, i int
				if _, err := fmt.Sscanf(path, "weights.%d.%d.%d", &l, &o, &i); err != nil || seen[path] || l >= len(sizes)-1 || o >= sizes[l+1] || i >= sizes[l] {
					t.Fatalf("an edge is of %q; want a weight of the network, once", path)
				}
				seen[path] = true
				from, to := ends(t, e.attr("d"))
				source := fmt.Sprintf("unit-biases.%d.%d", l-1, i)
				if l == 0 {
					source = "feature-" + string(lab.State.Config.Features[i])
				}
				for id, end := range map[string][2]float64{source: from, fmt.Sprintf("unit-biases.%d.%d", l, o): to} {
					want, drawn := at[id]
					if !drawn || math.Abs(end[0]-want[0]) > rounding || math.Abs(end[1]-want[1]) > rounding {
						t.Fatalf("%s ends at %v; want the centre of %s, %v (drawn: %t)", path, end, id, want, drawn)
					}
				}
				if got, want := e.attr("data-open-act"), fmt.Sprintf("inspect %d.%d", l, o); got != want {
					t.Fatalf("%s opens %q; want %q", path, got, want)
				}
				if want := "Weight from " + unitName(lab.State.Config, lab.Meta, l, i) + " to " + unitName(lab.State.Config, lab.Meta, l+1, o); e.attr("data-label") != want {
					t.Fatalf("%s is called %q; want %q", path, e.attr("data-label"), want)
				}
			}
			want := 0
			for l := range sizes[1:] {
				want += drawn(lab, l) * drawn(lab, l+1)
			}
			if len(seen) != want {
				t.Errorf("the drawing has %d edges; want %d", len(seen), want)
			}
		})
	}
}

// drawn is how many units of layer l take part in the drawing, inputs in use being layer 0: all, or
// of a wide hidden layer those beside "and more".
func drawn(lab Lab, l int) int {
	c, most := lab.State.Config, max(10, lab.Choices.Rows)
	if most == 1000 { // 21·21 edges between three pairs of layers, and 21·(2 + 2) beside them, are 1407
		most = 22
	}
	n := c.Sizes()[l]
	if l > 0 && l <= len(c.HiddenLayers) && n > most {
		return most - 1
	}
	return n
}

// TestColumns: each column has its units, and says how many it leaves out.
func TestColumns(t *testing.T) {
	for name, lab := range shapeLabs(t) {
		c := lab.State.Config
		page := render(t, NetworkView(lab))
		columns, heads := page.all(".drawing .column"), page.all(".heads .head")
		if len(columns) != len(c.HiddenLayers)+2 || len(heads) != len(columns) {
			t.Fatalf("%s: %d columns and %d heads; want %d", name, len(columns), len(heads), len(c.HiddenLayers)+2)
		}
		if got := len(columns[0].all("input")); got != len(nn.Features()) {
			t.Errorf("%s: %d inputs; want all %d features", name, got, len(nn.Features()))
		}
		for l, column := range columns[1:] {
			units, want := column.all("button.unit"), drawn(lab, l+1)
			if len(units) != want {
				t.Errorf("%s: column %d has %d units; want %d", name, l+1, len(units), want)
			}
			for u, button := range units {
				if got, want := button.attr("value"), fmt.Sprintf("inspect %d.%d", l, u); got != want || button.attr("data-path") != fmt.Sprintf("biases.%d.%d", l, u) {
					t.Errorf("%s: unit %d of column %d asks for %q with the path %q", name, u, l+1, got, button.attr("data-path"))
				}
			}
			more, paper := column.all(".more"), column.all(".cell > .paper")
			if hidden := c.Sizes()[l+1] - want; (hidden > 0) != (len(paper) == 1) || hidden > 0 && paper[0].content() != fmt.Sprintf("and %d more", hidden) {
				t.Errorf("%s: on paper column %d does not say that %d units are left out", name, l+1, hidden)
			}
			if hidden := c.Sizes()[l+1] - want; hidden > 0 {
				if len(more) != 1 || more[0].one(t, "button").content() != fmt.Sprintf("and %d more", hidden) || more[0].one(t, "button").attr("value") != fmt.Sprintf("layer %d", l) {
					t.Errorf("%s: column %d says %q; want that %d units are left out", name, l+1, column.content(), hidden)
				}
			} else if len(more) != 0 {
				t.Errorf("%s: column %d says %q; want nothing left out", name, l+1, more[0].content())
			}
			buttons := heads[l+1].all("button")
			if l == len(c.HiddenLayers) {
				if len(buttons) != 0 {
					t.Errorf("%s: the outputs have buttons for units", name)
				}
				continue
			}
			_, least := buttons[0].lookup("aria-disabled")
			_, most := buttons[1].lookup("aria-disabled")
			if width := c.HiddenLayers[l]; least != (width == 1) || most != (width == nn.MaxWidth) || heads[l+1].one(t, ".width").content() != strconv.Itoa(width) ||
				buttons[0].attr("value") != fmt.Sprintf("remove-neuron %d", l) || buttons[1].attr("value") != fmt.Sprintf("add-neuron %d", l) {
				t.Errorf("%s: layer %d of %d units has the head %q with %q, %q", name, l+1, width, heads[l+1].content(), buttons[0].attr("value"), buttons[1].attr("value"))
			}
		}
	}
}

// TestOutputs: an output has the colours of what it says.
func TestOutputs(t *testing.T) {
	ramps := map[string]bool{}
	// colours reads a ramp as the script does: three bytes for each of the 64.
	colours := func(ramp string) (n int, first, last string) {
		b, err := base64.StdEncoding.DecodeString(ramp)
		if err != nil || len(b) != 3*64 {
			t.Fatalf("the ramp %.12s… has %d bytes, %v; want three for each of 64 colours", ramp, len(b), err)
		}
		return len(b) / 3, fmt.Sprintf("#%x", b[:3]), fmt.Sprintf("#%x", b[len(b)-3:])
	}
	for _, u := range outputs(nn.Config{Task: nn.Classification, Classes: 10, HiddenLayers: []int{2}}, table.Meta{Classes: []string{"setosa"}}).Units {
		if _, first, last := colours(u.Ramp); first != "#ffffff" || last != u.Colour || u.Marker == "" || ramps[u.Ramp] {
			t.Errorf("the output %q of the colour %s has the ramp from %s to %s; want one of its own, from white to it", u.Label, u.Colour, first, last)
		}
		ramps[u.Ramp] = true
	}
	if got := outputs(nn.Config{Task: nn.Classification, Classes: 2}, table.Meta{Classes: []string{"setosa"}}).Units; got[0].Label != "Output for setosa" || got[1].Label != "Output for class 1" || got[1].Act != "inspect 0.1" {
		t.Errorf("the outputs of a linear model are %+v", got)
	}
	value := outputs(nn.Config{Task: nn.Regression, HiddenLayers: []int{2}}, table.Meta{}).Units
	if len(value) != 1 || value[0].Ramp != divergingRamp() || value[0].Marker != "" || value[0].Path != "biases.1.0" {
		t.Errorf("the outputs of a regression are %+v", value)
	}
	if n, low, high := colours(divergingRamp()); low != scale(-1).hex() || high != scale(1).hex() || n != mapLevels {
		t.Errorf("the ramp of values runs from %s to %s in %d colours; want %s to %s in %d", low, high, n, scale(-1).hex(), scale(1).hex(), mapLevels)
	}
}

// An edgeGroup is all edges that look alike, as one path.
type edgeGroup struct{ Class, Path string }

// edgeGroups are the paths that Edges draws.
func edgeGroups(tb testing.TB, l Lab) (groups []edgeGroup) {
	tb.Helper()
	for _, path := range render(tb, Edges(l)).all("svg path") {
		groups = append(groups, edgeGroup{path.attr("class"), path.attr("d")})
	}
	return groups
}

// TestEdgeGroups: edges are sorted by sign and size; a weight of 0 is not drawn.
func TestEdgeGroups(t *testing.T) {
	c := nn.DefaultConfig()
	c.HiddenLayers, c.Classes = []int{}, 2
	p := nn.Parameters{Weights: [][][]float64{{{0, 0}, {0, 0}}}, Biases: [][]float64{{5, 5}}}
	if got := edgeGroups(t, Lab{State: nn.State{Config: c, Network: nn.Network{Parameters: p}}}); got != nil {
		t.Errorf("a network of zeros has the edges %v; want none", got)
	}
	all := edges(c, LeastRows)
	for _, test := range []struct {
		w     float64
		class string
	}{
		{1e-300, "edge positive w0"}, {-1e-300, "edge negative w0"}, {math.Copysign(0, -1), ""},
		{0.2, "edge positive w0"}, {0.22, "edge positive w1"}, // 1.5/7: an eighth of the width
		{-1.5, "edge negative w4"}, {1.49, "edge positive w3"}, {10.6, "edge positive w7"}, {-1e6, "edge negative w7"},
		{math.MaxFloat64, "edge positive w7"}, {-math.MaxFloat64, "edge negative w7"},
	} {
		p.Weights[0][1][0] = test.w
		got := edgeGroups(t, Lab{State: nn.State{Config: c, Network: nn.Network{Parameters: p}}})
		if test.class == "" {
			if got != nil {
				t.Errorf("a weight of %v is drawn as %v; want it left out", test.w, got)
			}
			continue
		}
		if want := []edgeGroup{{test.class, string(all[2].path)}}; !slices.Equal(got, want) {
			t.Errorf("a weight of %v is drawn as %v; want %v", test.w, got, want)
		}
	}
	// One path of each kind, and every edge in one of them.
	for name, lab := range shapeLabs(t) {
		groups, want := edgeGroups(t, lab), 0
		for _, e := range edges(lab.State.Config, lab.rows()) {
			if lab.State.Network.Weights[e.layer][e.out][e.in] != 0 {
				want++
			}
		}
		got := 0
		classes := map[string]int{}
		for _, g := range groups {
			got += strings.Count(g.Path, "M")
			classes[g.Class]++
		}
		if got != want || len(groups) > 2*edgeWidths || len(classes) != len(groups) {
			t.Errorf("%s: %d groups, %d kinds, of %d edges; want a group of each kind with %d in all", name, len(groups), len(classes), got, want)
		}
	}
}

// TestMapsFitThePage: the maps are one character for each cell of each canvas that has no map of
// its own, in the order of the page.
func TestMapsFitThePage(t *testing.T) {
	const cells = MapSize * MapSize
	for name, lab := range shapeLabs(t) {
		c := lab.State.Config
		// Each unit has a value of its own all over, that its map can be known by.
		values := make([][]float64, len(c.Sizes())-1)
		for l, n := range c.Sizes()[1:] {
			values[l] = make([]float64, n*cells)
			for u := range n {
				for i := range cells {
					values[l][u*cells+i] = float64(u%7) / 6 * float64(i) / cells
				}
				values[l][u*cells] = 1 // what a hidden unit is drawn relative to
			}
		}
		maps, largest := PaintMaps(nil, nil, values, c, &lab.Choices)
		if slices.ContainsFunc(largest, func(v float64) bool { return v != 1 }) {
			t.Errorf("%s: the largest sizes are %v; want 1 each", name, largest)
		}
		page := render(t, templ.Join(NetworkView(lab), LayerBody(lab)))
		rest := string(maps)
		for _, canvas := range page.all("canvas") {
			if canvas.attr("width") != strconv.Itoa(MapSize) || canvas.attr("height") != strconv.Itoa(MapSize) {
				t.Fatalf("%s: a canvas is %s×%s; want %d", name, canvas.attr("width"), canvas.attr("height"), MapSize)
			}
			if own, ok := canvas.lookup("data-map"); ok {
				if len(own) != cells {
					t.Errorf("%s: an input's map has %d cells; want %d", name, len(own), cells)
				}
				continue
			}
			if len(rest) < cells {
				t.Fatalf("%s: %d cells of maps are too few for the canvases of the page", name, len(maps))
			}
			path := element{canvas.Parent}.attr("value")
			var l, u int
			if _, err := fmt.Sscanf(path, "inspect %d.%d", &l, &u); err != nil {
				t.Fatalf("%s: a canvas is of %q", name, path)
			}
			last := float64(u%7) / 6 * (cells - 1) / cells
			if l < len(c.HiddenLayers) || c.Task == nn.Regression {
				last = (last + 1) / 2
			}
			if want := byte('?' + int(63*last+0.5)); rest[cells-1] != want || rest[0] != '~' {
				t.Errorf("%s: the map of %s ends with %c and begins with %c; want %c and ~", name, path, rest[cells-1], rest[0], want)
			}
			rest = rest[cells:]
		}
		if rest != "" {
			t.Errorf("%s: %d cells of maps are left over", name, len(rest))
		}
		text := maps.text(nil)
		for i, level := range levelsOf(string(text[:cells]), mapLevels) {
			if level != int(maps[i]-'?') {
				t.Fatalf("%s: the script reads level %d of cell %d; want %d", name, level, i, maps[i]-'?')
			}
		}
		for _, at := range text {
			if at < '?' || at > '~' || strings.IndexByte(`<>&"'`, at) >= 0 {
				t.Fatalf("%s: a map has the character %q; want ? to ~, none that HTML escapes", name, at)
			}
		}
		if len(text) == cells {
			continue
		}
		if second := levelsOf(string(text[cells:2*cells]), mapLevels); second[0] != int(maps[cells]-'?') {
			t.Errorf("%s: the second map begins with level %d; want %d, whatever the one before ends with", name, second[0], maps[cells]-'?')
		}
	}
}

// TestPaintMaps: a hidden unit is drawn relative to itself, an output as it is, and what overflowed
// as the ends of the scale.
func TestPaintMaps(t *testing.T) {
	const cells = MapSize * MapSize
	inf, nan := math.Inf(1), math.NaN()
	for _, test := range []struct {
		name   string
		task   nn.Task
		hidden bool
		values []float64
		want   string
	}{
		{"Hidden", nn.Classification, true, []float64{-4, 0, 4, 2}, "?_~n"},
		{"HiddenSmall", nn.Classification, true, []float64{-4e-200, 0, 4e-200, 2e-200}, "?_~n"},
		{"HiddenLarge", nn.Classification, true, []float64{-math.MaxFloat64, 0, math.MaxFloat64, math.MaxFloat64 / 2}, "?_~n"},
		{"HiddenSmallest", nn.Classification, true, []float64{-5e-324, 0, 5e-324, 0}, "?_~_"},
		{"HiddenPositive", nn.Classification, true, []float64{1, 3, 3, 0}, "i~~_"},
		{"HiddenSilent", nn.Classification, true, []float64{0, 0, 0, 0}, "____"},
		{"HiddenNotFinite", nn.Classification, true, []float64{inf, -inf, nan, 2}, "~??~"},
		{"HiddenInfinite", nn.Classification, true, []float64{inf, -inf, inf, inf}, "~?~~"},
		{"Probability", nn.Classification, false, []float64{0, 1, 0.5, nan}, "?~_?"},
		{"Value", nn.Regression, false, []float64{-1, 1, 0, 2}, "?~_~"},
		{"ValueNotFinite", nn.Regression, false, []float64{inf, -inf, nan, -7}, "~???"},
	} {
		layer := slices.Concat(test.values, make([]float64, cells-len(test.values)))
		c, values := nn.Config{Task: test.task, HiddenLayers: []int{1}}, [][]float64{layer, nil}
		if !test.hidden {
			values = [][]float64{nil, layer}
		}
		if got, _ := PaintMaps(nil, nil, values, c, &Choices{}); len(got) != cells || string(got[:4]) != test.want {
			t.Errorf("%s: the map of %v begins %s in %d cells; want %s in %d", test.name, test.values, got[:4], len(got), test.want, cells)
		}
	}
}

// TestFeatureMaps: the picture of an input is its feature over the plane.
func TestFeatureMaps(t *testing.T) {
	xs, ys := MapGrid()
	if len(xs) != MapSize*MapSize || xs[0] != -ys[0] || xs[0] >= 0 || xs[1] <= xs[0] || ys[0] <= ys[MapSize] {
		t.Fatalf("MapGrid begins %v, %v; want rows from the top left", xs[:2], ys[:2])
	}
	for f, m := range featureMaps() {
		if len(m) != len(xs) {
			t.Fatalf("the map of %s has %d cells; want %d", f, len(m), len(xs))
		}
		value := make([]float64, 1)
		for i := range xs {
			nn.FeaturesTo(value, []nn.Feature{f}, xs[i:i+1], ys[i:i+1])
			if want := 63 * (value[0] + 1) / 2; math.Abs(float64(m[i]-'?')-want) > 0.51 {
				t.Fatalf("the map of %s at %v, %v has the level %d; want %.1f", f, xs[i], ys[i], m[i]-'?', want)
			}
		}
	}
	if got, want := slices.Sorted(maps.Keys(featureMaps())), slices.Sorted(slices.Values(nn.Features())); !slices.Equal(got, want) {
		t.Errorf("the features %v have maps; want %v", got, want)
	}
}

// TestInspector: a unit's bias and every weight into it can be read and set, and the unit removed
// where one is left.
func TestInspector(t *testing.T) {
	for _, test := range []struct {
		name          string
		lab           Lab
		layer, unit   int
		title, remove string
		labels        []string
	}{
		{"First", sampleLab(t, dataset.Circles, func(l *Lab) { l.State.Config.Features = []nn.Feature{nn.FeatureXY, nn.FeatureX} }), 0, 7,
			"Layer 1, unit 8", "remove-neuron 0.7", []string{"Bias", "From xy", "From x"}},
		{"Second", sampleLab(t, dataset.Circles, func(l *Lab) { l.State.Config.HiddenLayers = []int{2, 3} }), 1, 0,
			"Layer 2, unit 1", "remove-neuron 1.0", []string{"Bias", "From layer 1, unit 1", "From layer 1, unit 2"}},
		{"Last", sampleLab(t, dataset.Circles, func(l *Lab) { l.State.Config.HiddenLayers = []int{1} }), 0, 0,
			"Layer 1, unit 1", "", []string{"Bias", "From x", "From y"}},
		{"Output", sampleLab(t, dataset.Circles, func(l *Lab) { l.State.Config.HiddenLayers, l.Meta.Classes = []int{1}, []string{"<p>", "q"} }), 1, 0,
			"Output <p>", "", []string{"Bias", "From layer 1, unit 1"}},
		{"Linear", sampleLab(t, dataset.Circles, func(l *Lab) { l.State.Config.HiddenLayers = []int{} }), 0, 1,
			"Output class 1", "", []string{"Bias", "From x", "From y"}},
		{"Value", sampleLab(t, dataset.Hills, func(l *Lab) { l.State.Config.HiddenLayers = []int{1} }), 1, 0,
			"Output", "", []string{"Bias", "From layer 1, unit 1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := test.lab.State
			s.Network.Biases[test.layer][test.unit] = -0.123456
			e := render(t, Inspected(test.lab, Inspect(s, test.lab.Meta, test.layer, test.unit)))
			if got := e.one(t, "h2#inspector-heading").content(); got != test.title {
				t.Errorf("the inspector is of %q; want %q", got, test.title)
			}
			var labels []string
			for _, label := range e.all("label") {
				labels = append(labels, label.content())
			}
			if !slices.Equal(labels, test.labels) {
				t.Errorf("the inspector shows %q; want %q", labels, test.labels)
			}
			for i, input := range e.all("input") {
				path, want := fmt.Sprintf("biases.%d.%d", test.layer, test.unit), s.Network.Biases[test.layer][test.unit]
				if i > 0 {
					path, want = fmt.Sprintf("weights.%d.%d.%d", test.layer, test.unit, i-1), s.Network.Weights[test.layer][test.unit][i-1]
				}
				got, err := strconv.ParseFloat(input.attr("value"), 64)
				if err != nil || math.Abs(got-want) > 6e-4*math.Abs(want) || input.attr("data-path") != path || input.attr("id") != "p-"+path || input.attr("data-change") != "set-parameter" {
					t.Errorf("control %d holds %q for %q; want about %v for %q", i, input.attr("value"), input.attr("data-path"), want, path)
				}
				if _, named := input.lookup("name"); named {
					t.Errorf("control %d has a name, and would be posted with the form", i)
				}
			}
			remove := ""
			if got := len(e.all(`button[value^="explain "]`)); got != len(e.all("input")) {
				t.Errorf("%d numbers can be explained; want all", got)
			}
			for _, button := range e.all(`button[value^="remove"]`) {
				remove += button.attr("value")
			}
			if remove != test.remove {
				t.Errorf("the unit is removed by %q; want %q", remove, test.remove)
			}
		})
	}
	// As JavaScript writes Number(v.toPrecision(4)).
	for v, want := range map[float64]string{
		-0.123456: "-0.1235", 0: "0", math.Copysign(0, -1): "0", 1: "1", 123456: "123500", 1e-5: "0.00001", -1.23456e-6: "-0.000001235", 1e-7: "1e-7", 1.5e-10: "1.5e-10",
		1e20: "100000000000000000000", 1e21: "1e+21", -2.5e300: "-2.5e+300", math.Inf(1): "not finite", math.NaN(): "not finite",
	} {
		if got := weightText(v); got != want {
			t.Errorf("weightText(%v) = %s; want %s", v, got, want)
		}
	}
}

package browser

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp/kb"
)

// mapCells is the number of cells along each side of a unit's heat map.
const mapCells = 20

// A drawing is the network as it is drawn, and the state behind it.
type drawing struct {
	Network string            `json:"network"`
	Config  string            `json:"config"`
	Inputs  []string          `json:"inputs"` // heat maps: the colours of the cells
	Units   map[string]string `json:"units"`  // by the path of the bias
	Ramps   map[string]string `json:"ramps"`
	Edges   map[string]int    `json:"edges"` // by their class: how many
	Paths   string            `json:"paths"`
}

// drawing reads it all at one moment.
func (p *tab) drawing() drawing {
	p.tb.Helper()
	return eval[drawing](p, `(() => {
		const hex = (canvas) => {
			const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
			return Array.from(data, (v, i) => i % 4 === 3 ? (v === 255 ? "" : "transparent") : v.toString(16).padStart(2, "0")).join("");
		};
		const {elements} = document.getElementById("lab");
		const units = {}, ramps = {}, edges = {};
		for (const unit of document.querySelectorAll("#network-view button.unit")) {
			const canvas = unit.querySelector("canvas");
			units[unit.dataset.path] = hex(canvas);
			const {ramp} = canvas.closest("[data-ramp]").dataset; // in hexadecimal or base64
			ramps[unit.dataset.path] = /^[0-9a-f]+$/.test(ramp) ? ramp : Array.from(atob(ramp), (c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("");
		}
		const paths = [...document.querySelectorAll("#edges path")];
		for (const path of paths) edges[path.getAttribute("class")] = path.getAttribute("d").split("M").length - 1;
		return {
			network: elements.network.value, config: elements.config.value, units, ramps, edges,
			inputs: Array.from(document.querySelectorAll("#network-view .unit.input canvas"), hex),
			paths: paths.map((path) => path.getAttribute("class") + path.getAttribute("d")).join(),
		};
	})()`)
}

// checkDrawing fails the test unless edges and outputs are drawn as the network has them.
func (s *server) checkDrawing(tb testing.TB, when string, d drawing) {
	tb.Helper()
	n := contract.Decode[contract.Network](tb, []byte(d.Network))
	positive, negative := 0, 0
	for _, layer := range n.Weights {
		for _, row := range layer {
			for _, w := range row {
				if w > 0 {
					positive++
				} else if w < 0 {
					negative++
				}
			}
		}
	}
	drawn := map[string]int{}
	for class, count := range d.Edges {
		drawn[strings.Fields(class)[1]] += count
	}
	if drawn["positive"] != positive || drawn["negative"] != negative {
		tb.Errorf("%s: edges %v; want %d positive and %d negative", when, d.Edges, positive, negative)
	}
	// An output's map is the probability of its class on the ramp of its colour, or the value
	// between -1 and 1.
	regression := strings.Contains(d.Config, "regression")
	var places []contract.Point
	for i := range mapCells {
		for j := range mapCells {
			places = append(places, contract.Point{X: (float64(j)+0.5)/(mapCells/2) - 1, Y: 1 - (float64(i)+0.5)/(mapCells/2)})
		}
	}
	outputs := s.Predict(tb, contract.Message{"config": json.RawMessage(d.Config), "network": json.RawMessage(d.Network), "data": places})
	for k := range outputs[0] {
		path := fmt.Sprintf("biases.%d.%d", len(n.Weights)-1, k)
		ramp, cells := d.Ramps[path], d.Units[path]
		if levels := len(ramp) / 6; levels < 16 || len(cells) != 6*mapCells*mapCells {
			tb.Errorf("%s: output %d has a ramp of %d colours and a map of %d characters; want a heat map", when, k, levels, len(cells))
			continue
		}
		for i, output := range outputs {
			v := output[k]
			if regression {
				v = (max(-1, min(1, v)) + 1) / 2
			}
			level := int(v*float64(len(ramp)/6-1) + 0.5)
			if got, want := cells[6*i:6*i+6], ramp[6*level:6*level+6]; got != want {
				tb.Errorf("%s: output %d says %v at %v and is drawn #%s; want #%s", when, k, output[k], places[i], got, want)
				break
			}
		}
	}
}

// TestBrowserNetworkDrawing: every unit is a picture of its own and every weight a line, and they
// follow the training.
func TestBrowserNetworkDrawing(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	first := p.drawing()
	s.checkDrawing(t, "at first", first)
	if len(first.Inputs) != 7 || len(first.Units) != 8+8+2 {
		t.Fatalf("%d inputs and %d units are drawn; want 7 and 18", len(first.Inputs), len(first.Units))
	}
	seen := map[string]string{}
	differ := func(name, cells string) {
		t.Helper()
		if strings.Contains(cells, "transparent") || strings.Count(cells, cells[:6]) == len(cells)/6 {
			t.Errorf("%s is blank; want a picture", name)
		}
		if other, ok := seen[cells]; ok {
			t.Errorf("%s looks like %s; want a picture of its own", name, other)
		}
		seen[cells] = name
	}
	for i, cells := range first.Inputs {
		differ(fmt.Sprintf("input %d", i), cells)
	}
	for path, cells := range first.Units {
		differ(path, cells)
	}

	p.train()
	p.until("step 5", func(v view) bool { return v.steps() >= 5 })
	later := p.drawing()
	s.checkDrawing(t, "while it trains", later)
	if !slices.Equal(later.Inputs, first.Inputs) {
		t.Error("the inputs changed by training; want them as they were")
	}
	for path, cells := range later.Units {
		if cells == first.Units[path] {
			t.Errorf("%s looks the same after training; want it to follow", path)
		}
	}
	if later.Paths == first.Paths {
		t.Error("the edges are the same after training; want them to follow")
	}
	end := p.pause()
	s.checkDrawing(t, "after the pause", p.drawing())
	if err := eval[string](p, `document.getElementById("summary").innerText`); !strings.Contains(err, "2 → 8 → 8 → 2") {
		t.Errorf("the summary is %q; want the widths 2 → 8 → 8 → 2", err)
	}

	p.part("Units", func(t *testing.T) {
		old := end.net(t)
		grown := p.change("a unit more", func() { p.click("#more-0") }).net(t)
		if !slices.Equal(grown.Widths(), []int{2, 9, 8, 2}) || grown.Step != old.Step {
			t.Errorf("after +: widths %v, step %d; want 9 units in the first layer and step %d", grown.Widths(), grown.Step, old.Step)
		}
		without := func(n contract.Network, unit int) string {
			var rows []any
			for o, row := range n.Weights[0] {
				if o != unit {
					rows = append(rows, row, n.Biases[0][o])
				}
			}
			for _, row := range n.Weights[1] {
				if unit < len(row) {
					row = slices.Delete(slices.Clone(row), unit, unit+1)
				}
				rows = append(rows, row)
			}
			return fmt.Sprint(rows, n.Biases[1:], n.Weights[2:])
		}
		if without(grown, 8) != without(old, 8) {
			t.Error("after + the other weights changed; want them to stay")
		}
		s.checkDrawing(t, "with a unit more", p.drawing())
		if got := p.holds("hidden_layers"); got != "9-8" {
			t.Errorf("the field holds %q; want 9-8", got)
		}
		v := p.change("a unit less", func() { p.click("#fewer-0") })
		if got := v.net(t); without(got, 8) != without(old, 8) || !slices.Equal(got.Widths(), old.Widths()) {
			t.Errorf("after −: widths %v; want the weights and widths of before", got.Widths())
		}
		// Any unit can be taken away, from its inspector.
		p.inspect("biases.0.2")
		fewer := p.change("another unit less", func() { p.click("#inspector button[value^=remove-neuron]") }).net(t)
		if without(old, 2) != without(fewer, 99) {
			t.Error("after removing unit 3 the other weights are not those of before")
		}
		if p.isOpen("inspector") {
			t.Error("the inspector is open without its unit; want it closed")
		}
		p.change("undo", func() { p.click("#undo") })
	})

	p.part("Sizes", func(t *testing.T) {
		p.change("no hidden layer", func() { p.fill("hidden_layers", "") })
		d := p.drawing()
		s.checkDrawing(t, "without hidden layers", d)
		if len(d.Units) != 2 {
			t.Errorf("%d units without hidden layers; want the 2 outputs", len(d.Units))
		}
		p.change("a step", func() { p.step(1) })
		p.change("a regression", func() { p.dataset("hills") })
		s.checkDrawing(t, "with values", p.drawing())
		p.change("classes", func() { p.dataset("circles") })
		p.change("ten layers", func() { p.fill("hidden_layers", strings.TrimSuffix(strings.Repeat("100-", 10), "-")) })
		more := eval[[]string](p, `Array.from(document.querySelectorAll("#network-view .more button"), (e) => e.textContent)`)
		if len(more) != 10 || slices.ContainsFunc(more, func(text string) bool { return text != "and 91 more" }) {
			t.Errorf("ten layers of 100 units say %q; want each to say that 91 more are not drawn", more)
		}
		if d := p.drawing(); len(d.Units) != 10*9+2 {
			t.Errorf("%d units are drawn of ten layers of 100; want 9 of each, and 2 outputs", len(d.Units))
		}
		from := p.look()
		v := p.change("a step", func() { p.step(1) })
		s.checkLaw(t, from.state, v)
	})
}

// inspect opens the inspector of a unit.
func (p *tab) inspect(path string) {
	p.tb.Helper()
	p.click(fmt.Sprintf(`[id="unit-%s"]`, path))
	contract.Eventually(p.tb, "the inspector of "+path, func() bool {
		return eval[bool](p, script(`document.getElementById("inspector").open && !!document.getElementById("p-" + %s)`, path))
	})
	p.until("the page is ready", func(v view) bool { return ready(v) || v.Pressed })
}

// edge returns a place in the window where an edge is, and nothing else.
func (p *tab) edge(path string) box { p.tb.Helper(); return p.edgeIn("svg.hits", path) }

// edgeIn is edge for the edges within an element.
func (p *tab) edgeIn(within, path string) box {
	p.tb.Helper()
	at := eval[box](p, script(`((within, path) => {
		const edge = document.querySelector(within + ' path[data-path="' + path + '"]'), matrix = edge.getScreenCTM(), length = edge.getTotalLength();
		for (let part = 0.1; part < 0.9; part += 0.01) {
			const {x, y} = edge.getPointAtLength(part * length).matrixTransform(matrix);
			if ([-1, 0, 1].every((dx) => [-1, 0, 1].every((dy) => document.elementFromPoint(x + dx, y + dy) === edge))) return {X: x, Y: y};
		}
		return {};
	})(%s, %s)`, within, path))
	if at.X == 0 {
		p.tb.Fatalf("nowhere can the edge %s be pointed at", path)
	}
	return at
}

// pointEdge moves the mouse to an edge, and returns where it is.
func (p *tab) pointEdge(path, words string) (at box) {
	p.tb.Helper()
	contract.Eventually(p.tb, words+" is pointed at", func() bool {
		at = p.edge(path)
		p.move(at.X, at.Y)
		return strings.HasPrefix(p.shown("#readout"), words)
	})
	return at
}

// readout returns the number of the readout, and the words before it, with the number that the
// network has at a path.
func (p *tab) readout(path string) (words string, shown, is float64) {
	p.tb.Helper()
	type look struct {
		Text string
		Is   float64
	}
	got := eval[look](p, script(`(() => ({
		Text: document.getElementById("readout").innerText,
		Is: %s.split(".").reduce((inside, key) => inside[key], JSON.parse(document.getElementById("lab").elements.network.value)),
	}))()`, path))
	i := strings.LastIndex(got.Text, " ")
	if strings.Contains(got.Text[i+1:], "-") {
		p.tb.Errorf("the readout says %q; want a minus sign that is no hyphen", got.Text)
	}
	shown, err := strconv.ParseFloat(strings.Replace(got.Text[i+1:], "−", "-", 1), 64)
	if err != nil {
		shown = math.NaN()
	}
	return got.Text[:max(0, i)], shown, got.Is
}

// TestBrowserReadout: a unit or an edge that is pointed at, or has the focus, tells its value,
// which follows the training.
func TestBrowserReadout(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	check := func(when, path, words string) float64 {
		t.Helper()
		var shown float64
		contract.Eventually(t, when+" "+words+" is read", func() bool {
			got, value, is := p.readout(path)
			shown = value
			return got == words && math.Abs(value-is) <= 1e-3*math.Abs(is)
		})
		return shown
	}
	ways := []struct {
		name, path, words string
		do                func()
	}{
		{"pointed at", "biases.0.3", "Layer 1, unit 4, bias", func() { p.point(`[id="unit-biases.0.3"]`) }},
		{"pointed at", "weights.0.3.1", "Weight from y to layer 1, unit 4", func() { p.pointEdge("weights.0.3.1", "Weight from y to layer 1, unit 4") }},
		{"by the keyboard", "biases.2.1", "Output for class 1, bias", func() {
			p.move(1, 1)
			p.run(`document.getElementById("unit-biases.2.0").focus()`)
			p.press(kb.Tab)
		}},
	}
	for _, way := range ways {
		way.do()
		check(way.name, way.path, way.words)
	}
	p.train()
	p.until("step 3", func(v view) bool { return v.steps() >= 3 })
	for _, way := range ways {
		way.do()
		before := check(way.name+" while it trains", way.path, way.words)
		contract.Eventually(t, way.path+" follows the training", func() bool {
			_, now, is := p.readout(way.path)
			return now != before && math.Abs(now-is) <= 1e-3*math.Abs(is)
		})
	}
	p.point(`[id="unit-biases.0.3"]`)
	p.point("#result-heading")
	contract.Eventually(t, "nothing is read", func() bool { return p.shown("#readout") == "" })
	p.pause()
}

// TestBrowserInspector: a click on a unit or an edge shows the weights; they can be changed, and
// taken back.
func TestBrowserInspector(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.provokes(saysRefused)
	before := p.trainTo(3)
	picture := string(p.pixels())
	p.inspect("biases.0.3")
	if got := eval[int](p, `document.querySelectorAll("#inspector [data-path]").length`); got != 3 {
		t.Errorf("%d values are shown of a unit with two inputs; want its bias and 2 weights", got)
	}
	n := before.net(t)
	for path, want := range map[string]float64{"biases.0.3": n.Biases[0][3], "weights.0.3.0": n.Weights[0][3][0], "weights.0.3.1": n.Weights[0][3][1]} {
		if got, err := strconv.ParseFloat(p.holds("p-"+path), 64); err != nil || math.Abs(got-want) > 1e-3*math.Abs(want) {
			t.Errorf("%s is shown as %q; want %v", path, p.holds("p-"+path), want)
		}
	}
	for _, edit := range []struct {
		path string
		at   func(contract.Network) *float64
	}{
		{"weights.0.3.1", func(n contract.Network) *float64 { return &n.Weights[0][3][1] }},
		{"biases.0.3", func(n contract.Network) *float64 { return &n.Biases[0][3] }},
	} {
		v := p.change("another value", func() { p.fill("p-"+edit.path, "2.5") })
		got, want := v.net(t), before.net(t)
		*edit.at(want) = 2.5
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("after setting %s: %v; want that value changed and no other: %v", edit.path, got, want)
		}
		if now := string(p.pixels()); now == picture {
			t.Errorf("after setting %s the picture is the same; want another", edit.path)
		}
		if loss := p.look().Loss; loss == before.Loss {
			t.Errorf("after setting %s the loss is the same; want another", edit.path)
		}
		for bad, why := range map[string]string{"abc": "number", "": "number", "1e400": "number", "2e99": "at most"} {
			p.fill("p-"+edit.path, bad)
			p.until("the error of "+bad, func(v view) bool {
				return ready(v) && p.besideField("value") != "" && v.Notice == ""
			})
			if text := p.besideField("value"); !strings.Contains(text, why) && !strings.Contains(text, "must") {
				t.Errorf("beside the value %q is %q; want what is wrong with it", bad, text)
			}
			if d := p.still().differs(v.state); d != "" {
				t.Errorf("the value %q changes %s", bad, d)
			}
		}
		v = p.change("a value that can be", func() { p.fill("p-"+edit.path, "-0.75") })
		if text := p.besideField("value"); text != "" || v.Notice != "" {
			t.Errorf("after a value that can be, beside it is %q and the notice is %q; want neither", text, v.Notice)
		}
		p.change("undo", func() { p.click("#undo") })
		v = p.change("undo", func() { p.click("#undo") })
		if d := v.differs(before.state); d != "" {
			t.Errorf("after the undo: %s", d)
		}
		if string(p.pixels()) != picture {
			t.Error("after the undo the picture is another; want that of before")
		}
	}

	p.train()
	p.until("step 6", func(v view) bool { return v.steps() >= 6 })
	shown := p.holds("p-weights.0.3.0")
	contract.Eventually(t, "the value shown follows the training", func() bool { return p.holds("p-weights.0.3.0") != shown })
	p.fill("p-biases.0.3", "40")
	v := p.until("the value while it trains", func(v view) bool { return math.Abs(v.net(t).Biases[0][3]-40) < 2 })
	p.until("training goes on", func(now view) bool { return now.Connection == saysTraining && now.steps() > v.steps()+1 })
	p.pause()
	p.press(kb.Escape)
	contract.Eventually(t, "the inspector is closed", func() bool { return !p.isOpen("inspector") })

	at := p.pointEdge("weights.2.1.4", "Weight from layer 2, unit 5 to output class 1")
	p.clickAt(at.X, at.Y)
	contract.Eventually(t, "the inspector of the edge's unit", func() bool {
		return p.isOpen("inspector") && eval[bool](p, `!!document.getElementById("p-weights.2.1.4")`)
	})
	if title := p.shown("#inspector-heading"); title != "Output class 1" {
		t.Errorf("the title of the inspector is %q; want the output of class 1", title)
	}
}

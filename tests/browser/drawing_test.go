package browser

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/tests/contract"
)

// TestBrowserDraw: a drag paints points along its way, and the eraser takes away by click and by
// drag.
func TestBrowserDraw(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.change("no points", func() { p.act("clear") })
	p.tool("1")
	row := p.change("a row of points", func() { p.drag(-0.6, 0.2, 0.6, 0.2) }).points(t)
	if len(row) < 8 {
		t.Fatalf("%d points from a drag; want a row of them: %v", len(row), row)
	}
	for i, q := range row {
		if q.Label != 1 || math.Abs(q.Y-0.2) > aPixel || q.X < -0.6-aPixel || q.X > 0.6+aPixel {
			t.Errorf("point %d = %v; want it on the line, of class 1", i, q)
		}
		if i > 0 && q.X-row[i-1].X < 0.05 {
			t.Errorf("points %d and %d are %v apart; want room between them", i-1, i, q.X-row[i-1].X)
		}
	}
	checkPoints(t, row[:1], []contract.Point{{X: -0.6, Y: 0.2, Label: 1}})
	if got := eval[int](p, markersShown); got != len(row) {
		t.Errorf("%d points are seen; want %d", got, len(row))
	}

	p.tool("0")
	v := p.change("another point", func() { p.dab(0.3, -0.7) })
	checkPoints(t, v.points(t)[len(row):], []contract.Point{{X: 0.3, Y: -0.7}})

	p.tool("erase")
	v = p.change("an erased point", func() { p.dab(0.3, -0.7) })
	if d := v.points(t); !slices.Equal(d, row) {
		t.Errorf("after erasing the last point: %v; want %v", d, row)
	}
	v = p.change("an erased part", func() { p.drag(-0.7, 0.2, 0, 0.2) })
	for _, q := range v.points(t) {
		if q.X < 0 {
			t.Errorf("point %v is left; want none where the eraser was", q)
		}
	}
	spared := slices.IndexFunc(row, func(q contract.Point) bool { return q.X > 0.1 })
	if left := v.points(t); len(left) < len(row)-spared {
		t.Errorf("%d points are left; want at least the %d where the eraser was not", len(left), len(row)-spared)
	}
	if got := eval[int](p, markersShown); got != len(v.points(t)) {
		t.Errorf("%d points are seen; want no stroke beside the %d", got, len(v.points(t)))
	}
	// A drag that leaves the plane draws on its border and no further.
	p.tool("1")
	v = p.change("points at the border", func() { p.drag(0.8, -0.5, 1.2, -0.5) })
	for _, q := range v.points(t) {
		if q.X > 1 {
			t.Errorf("point %v; want it on the plane", q)
		}
	}
}

// TestBrowserUndo: each change, taken back, leaves nothing of itself, byte for byte.
func TestBrowserUndo(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	step := func() { p.step(1) }
	var history []view
	var curves []string
	for _, change := range []struct {
		name string
		do   func()
	}{
		{"a step", step},
		{"a point", func() { p.dab(0.9, 0.9) }},
		{"a stroke", func() { p.drag(-0.9, -0.9, 0.1, -0.9) }},
		{"a step more", step},
		{"no points", func() { p.act("clear") }},
		{"a data set", func() { p.dataset("spiral") }},
		{"a layer", func() { p.act("add-layer") }},
		{"a class", func() { p.act("add-class") }},
		{"an optimizer", func() { p.choose("optimizer", "sgd") }},
		{"another step", step},
		{"new weights", func() { p.act("reset") }},
		{"a feature", func() { p.click("label:has(> #feature-xy)") }},
		{"a unit less", func() { p.click("#fewer-1") }},
		{"a layer less", func() { p.act("remove-layer") }},
		{"a class less", func() { p.act("remove-class") }},
		{"a table", func() {
			p.dialog("import")
			p.paste(flowers)
			p.click("button[value=import]")
		}},
		{"a regression", func() { p.dataset("hills") }},
	} {
		history = append(history, p.look())
		curves = append(curves, p.hidden("history"))
		p.change(change.name, change.do)
	}
	ways := []func(){func() { p.click("[data-undo]") }, p.undo, func() { p.click("#undo") }}
	for i, want := range slices.Backward(history) {
		undone := len(history) - i
		way := ways[0] // the notice of the last change; an undo itself has none
		if undone > 1 {
			way = ways[1+undone%2]
		}
		v := p.change("undo", way)
		if d := v.differs(want.state); d != "" {
			t.Fatalf("after undoing %d changes: %s", undone, d)
		}
		if v.Step != want.Step || v.Loss != want.Loss || v.Accuracy != want.Accuracy || v.Points != want.Points {
			t.Errorf("after undoing %d changes: %v; want %v", undone, v, want)
		}
		if p.hidden("history") != curves[i] {
			t.Errorf("after undoing %d changes the curves are %s; want %s", undone, p.hidden("history"), curves[i])
		}
		widths := strings.Trim(strings.ReplaceAll(want.setting(t, "hidden_layers"), ",", "-"), "[]")
		optimizer := strings.Trim(want.setting(t, "optimizer"), `"`)
		if p.holds("hidden_layers") != widths || p.holds("optimizer") != optimizer {
			t.Errorf("after undoing %d changes the fields hold %q and %q; want %q and %q", undone, p.holds("hidden_layers"), p.holds("optimizer"), widths, optimizer)
		}
	}
	v := p.still()
	p.checkStored(v)
	if v.Undo {
		t.Error("there is something to undo; want nothing left")
	}
	p.undo()
	if d := p.still().differs(v.state); d != "" {
		t.Errorf("one Ctrl+Z too many changes: %s", d)
	}
}

// TestBrowserClasses: the palette's + adds a class and keeps all weights; − takes the last away
// with its points.
func TestBrowserClasses(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	old := p.trainTo(3).net(t)
	last := len(old.Weights) - 1
	tools := func() int { return eval[int](p, `document.querySelectorAll("[name=tool]:not([value=erase])").length`) }

	v := p.change("a class", func() { p.act("add-class") })
	grown := v.net(t)
	if v.setting(t, "classes") != "3" || tools() != 3 || len(grown.Weights[last]) != 3 || grown.Step != old.Step {
		t.Errorf("after +: %s classes, %d tools, %d outputs, step %d; want 3 of each and step %d", v.setting(t, "classes"), tools(), len(grown.Weights[last]), grown.Step, old.Step)
	}
	fresh := fmt.Sprint(grown.Weights[last][2])
	grown.Weights[last], grown.Biases[last] = grown.Weights[last][:2], grown.Biases[last][:2]
	if fmt.Sprint(grown.Weights, grown.Biases) != fmt.Sprint(old.Weights, old.Biases) {
		t.Errorf("after + the old weights are %v; want %v", grown.Weights, old.Weights)
	}
	p.tool("2")
	p.change("points of the class", func() { p.drag(-0.8, 0.95, 0.8, 0.95) })
	if v = p.trainTo(v.steps() + 3); fmt.Sprint(v.net(t).Weights[last][2]) == fresh {
		t.Error("the new class's weights stay as they were; want them to be trained")
	}

	v = p.change("no class", func() { p.act("remove-class") })
	if v.setting(t, "classes") != "2" || tools() != 2 || v.Points != "200 points" || len(v.net(t).Weights[last]) != 2 {
		t.Errorf("after −: %s classes, %d tools, %s, %d outputs; want 2, 2, 200 points and 2", v.setting(t, "classes"), tools(), v.Points, len(v.net(t).Weights[last]))
	}
	if !eval[bool](p, `document.querySelector("button[value=remove-class]").getAttribute("aria-disabled") === "true"`) {
		t.Error("− can be clicked with two classes; want it to be disabled")
	}
	p.change("points of a data set again", func() { p.dataset("circles") })
	p.change("many classes", func() { p.fill("data_classes", "10") })
	if got := tools(); got != 10 {
		t.Errorf("%d tools; want 10", got)
	}
	if !eval[bool](p, `document.querySelector("button[value=add-class]").getAttribute("aria-disabled") === "true"`) {
		t.Error("+ can be clicked with ten classes; want it to be disabled")
	}
}

// TestBrowserTools: there is always a tool in hand, and it is the one that draws.
func TestBrowserTools(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	draws := func(when string) {
		t.Helper()
		before := p.look()
		held := p.held()
		p.dab(0.1, 0.05)
		v := p.until("an answer", func(v view) bool { return ready(v) && (v.Data != before.Data || v.Notice != before.Notice) })
		if points := v.points(t); v.Data == before.Data || fmt.Sprint(points[len(points)-1].Label) != held {
			t.Errorf("%s, with the tool %s in hand, a click answers %q and the last point is %v; want a point of that tool", when, held, v.Notice, points[len(points)-1])
		}
	}
	p.provokes(saysRefused)
	p.change("a class", func() { p.act("add-class") })
	p.tool("2")
	draws("with a new class")
	p.change("no class", func() { p.act("remove-class") })
	draws("without the class of the tool")
	p.change("a regression", func() { p.dataset("plane") })
	p.tool("-0.5")
	draws("with a value")
	p.change("classes", func() { p.dataset("moons") })
	draws("with classes after values")
	p.tool("1")
	p.change("a regression", func() { p.dataset("hills") })
	draws("with values after classes")
}

// TestBrowserDatasets loads them all and shows each of their points.
func TestBrowserDatasets(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	check := func(name, query string) {
		t.Helper()
		want := contract.Decode[struct {
			Data []contract.Point `json:"data"`
			Task string           `json:"task"`
		}](t, s.Get(t, "/data/"+name+"?"+query).Body)
		v := p.look()
		if got := v.points(t); !slices.Equal(got, want.Data) {
			t.Errorf("%s?%s: %d points %s; want the %d of GET /data: %s", name, query, len(got), brief(v.Data), len(want.Data), brief(string(contract.Encode(want.Data))))
		}
		if got := strings.Trim(v.setting(t, "task"), `"`); got != want.Task || v.Step != "0" {
			t.Errorf("%s: task %s, step %s; want %s and step 0", name, got, v.Step, want.Task)
		}
		if got := eval[int](p, markersShown); got != len(want.Data) {
			t.Errorf("%s: %d points are seen; want %d", name, got, len(want.Data))
		}
	}
	const first = "circles" // which the page has: chosen last, so that every choice changes the points
	names := []string{}
	for _, info := range dataset.All() {
		if info.Name != first {
			names = append(names, string(info.Name))
		}
	}
	for _, name := range append(names, first) {
		p.change(name, func() { p.dataset(name) })
		check(name, "points=200")
		p.checkIDs("with " + name)
	}
	p.change("fewer points", func() { p.fill("points", "61") })
	p.change("more noise", func() { p.fill("noise", "0.2") })
	p.change("more classes", func() { p.fill("data_classes", "4") })
	p.change("another seed", func() { p.fill("data_seed", "9") })
	check("circles", "points=61&noise=0.2&classes=4&seed=9")
	if got := p.look().setting(t, "classes"); got != "4" {
		t.Errorf("%s classes; want 4", got)
	}
	p.provokes(saysRefused)
	before := p.look().state
	p.fill("noise", "7")
	p.until("what is wrong is said", func(v view) bool { return p.besideField("noise") != "" })
	if d := p.still().differs(before); d != "" {
		t.Errorf("a noise that cannot be changes %s", d)
	}
}

// checkIDs fails the test unless an element that is looked up by its id is there, and the only one
// of it.
func (p *tab) checkIDs(when string) {
	p.tb.Helper()
	if twice := eval[[]string](p, `Array.from(document.querySelectorAll("[id]"), (e) => e.id).filter((id, i, all) => all.indexOf(id) < i)`); len(twice) > 0 {
		p.tb.Errorf("%s the ids %q are there twice; want each once", when, twice)
	}
	if stray := eval[[]string](p, `Array.from(document.querySelectorAll("input > *"), (e) => e.parentElement.name)`); len(stray) > 0 {
		p.tb.Errorf("%s there are elements inside of the inputs %q; want none", when, stray)
	}
	if lost := eval[[]string](p, `Array.from(document.querySelectorAll("[aria-describedby], label[for]"),
		(e) => (e.getAttribute("aria-describedby") ?? e.htmlFor).split(" ")).flat().filter((id) => !document.getElementById(id))`); len(lost) > 0 {
		p.tb.Errorf("%s the ids %q are pointed to and not there", when, lost)
	}
}

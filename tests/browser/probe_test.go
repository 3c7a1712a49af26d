package browser

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A probing is a question of the page what the network says at a place, and the answer.
type probing struct {
	state
	Probe string // the place
	Text  string // as it is shown
}

// probed keeps every probing of the page.
const probed = `(() => {
	window.testProbes = [];
	const real = window.fetch;
	window.fetch = async (path, options) => {
		const answer = await real(path, options);
		if (path !== "predict") return answer;
		const text = await answer.clone().text(), box = document.createElement("div");
		box.innerHTML = text;
		box.querySelector(".unseen")?.remove(); // what is said beside what is seen
		let sent = new Blob([options.body]).stream();
		if (new Headers(options.headers).has("Content-Encoding")) sent = sent.pipeThrough(new DecompressionStream("gzip"));
		const fields = new URLSearchParams(await new Response(sent).text()), get = (name) => fields.get(name);
		testProbes.push({config: get("config"), network: get("network"), data: get("data"), Probe: get("probe"),
			Text: box.textContent.replace(/\s+/g, " ").trim()});
		return answer;
	};
})()`

// says is what a probing must be answered with: what POST /predict says at the place.
func (s *server) says(tb testing.TB, q probing, at contract.Point, regression bool) string {
	tb.Helper()
	output := s.Predict(tb, contract.Message{"config": json.RawMessage(q.Config), "network": json.RawMessage(q.Network), "data": []contract.Point{at}})[0]
	coordinate := func(v float64) string { return strings.Replace(fmt.Sprintf("%.2f", v), "-", "−", 1) }
	text := fmt.Sprintf("(%s, %s)", coordinate(at.X), coordinate(at.Y))
	if regression {
		return text + strings.Replace(fmt.Sprintf(" %.3f", output[0]), "-", "−", 1)
	}
	for k, v := range output {
		text += fmt.Sprintf(" class %d %.1f %%", k, min(100*v, max(99.9, math.Floor(v)*100)))
	}
	return text
}

// place is what a probing asked for.
func (q probing) place(tb testing.TB) contract.Point {
	tb.Helper()
	var at contract.Point
	if _, err := fmt.Sscanf(q.Probe, "%g,%g", &at.X, &at.Y); err != nil {
		tb.Fatalf("the page asks for the place %q: %v", q.Probe, err)
	}
	return at
}

// lastProbe waits until the newest answer is shown, and returns it.
func (p *tab) lastProbe(what string, ok func(probing) bool) probing {
	p.tb.Helper()
	var q probing
	contract.Eventually(p.tb, what, func() bool {
		list := eval[[]probing](p, `testProbes.slice(-1)`)
		if len(list) == 0 || !ok(list[0]) {
			return false
		}
		q = list[0]
		return eval[string](p, `((box) => {
			box.querySelector(".unseen")?.remove();
			return box.textContent.replace(/\s+/g, " ").trim();
		})(document.getElementById("probe").cloneNode(true))`) == q.Text
	})
	return q
}

// away returns a place with no point near.
func away(points []contract.Point) contract.Point {
	for i := range 400 {
		at := contract.Point{X: -0.9 + 0.09*float64(i%20), Y: -0.85 + 0.09*float64(i/20)}
		if !slices.ContainsFunc(points, func(q contract.Point) bool { return math.Hypot(q.X-at.X, q.Y-at.Y) < 0.1 }) {
			return at
		}
	}
	panic("points everywhere")
}

// TestBrowserProbe: pointing at the plane reads what the network says there, while it trains too.
func TestBrowserProbe(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, before(probed))
	v := p.trainTo(4)
	hover := func(at contract.Point) {
		t.Helper()
		x, y := p.at(at.X, at.Y)
		p.do("point at the plane", chromedp.MouseEvent(chromedp.MouseMoved, x, y))
	}
	near := func(at contract.Point) func(probing) bool {
		return func(q probing) bool {
			got := q.place(t)
			return math.Hypot(got.X-at.X, got.Y-at.Y) <= aPixel
		}
	}
	spot := away(v.points(t))
	hover(spot)
	q := p.lastProbe("what the network says is read", near(spot))
	if want := s.says(t, q, q.place(t), false); q.Text != want || q.differs(v.state) != "" {
		t.Errorf("pointing at %s reads %q; want %q", q.Probe, q.Text, want)
	}
	// A point that is there is read where it is, and named.
	at := v.points(t)[7]
	hover(at)
	q = p.lastProbe("the point is read", near(at))
	if want := s.says(t, q, at, false) + fmt.Sprintf(" point: class %v", at.Label); q.Text != want {
		t.Errorf("pointing at a point reads %q; want %q", q.Text, want)
	}

	hover(spot)
	p.lastProbe("the spot is read", near(spot))
	p.run(`testProbes.length = 0`)
	p.press(" ") // to train without moving the mouse
	p.until("the training goes on", func(now view) bool { return now.steps() > v.steps()+8 })
	for range 3 {
		q = p.lastProbe("what is read follows the training", func(now probing) bool { return near(spot)(now) && now.Text != q.Text })
		if want := s.says(t, q, q.place(t), false); q.Text != want {
			t.Errorf("while it trains %s reads %q; want %q, what the network sent says", q.Probe, q.Text, want)
		}
	}
	p.press(" ")
	end := p.still()
	q = p.lastProbe("the last network is read", func(q probing) bool { return q.Network == end.Network })
	if want := s.says(t, q, q.place(t), false); q.Text != want {
		t.Errorf("after the pause %s reads %q; want %q", q.Probe, q.Text, want)
	}
	if legend := eval[bool](p, `document.getElementById("legend").checkVisibility()`); legend {
		t.Error("classes have a legend of values; want none")
	}

	p.part("Regression", func(t *testing.T) {
		v := p.change("a regression", func() { p.dataset("hills") })
		spot := away(v.points(t))
		hover(contract.Point{})
		hover(spot)
		q := p.lastProbe("the value is read", func(q probing) bool { return near(spot)(q) && q.Network == v.Network })
		if want := s.says(t, q, q.place(t), true); q.Text != want {
			t.Errorf("pointing at %s reads %q; want %q", q.Probe, q.Text, want)
		}
		if text := strings.Join(strings.Fields(p.shown("#legend")), " "); text != "−1 1" {
			t.Errorf("the legend says %q; want the values −1 and 1 at its ends", text)
		}
		// The legend's ends have the colours that the plane has for these values.
		stops := eval[[]string](p, `Array.from(document.querySelectorAll("#legend stop"), (stop) => stop.getAttribute("stop-color"))`)
		if len(stops) < 3 || stops[0] == stops[len(stops)-1] {
			t.Errorf("the legend's colours are %v; want a scale", stops)
		}
	})
}

// TestBrowserPlaneKeys: the arrow keys move a cursor over the plane, which is read, and Enter
// draws.
func TestBrowserPlaneKeys(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, before(probed))
	p.change("no points", func() { p.act("clear") })
	p.tool("1")
	p.run(`document.getElementById("plane").focus()`)
	for _, key := range []string{kb.ArrowRight, kb.ArrowRight, kb.ArrowUp, kb.ArrowLeft} {
		p.press(key)
	}
	p.press(kb.ArrowDown, chromedp.ModifierShift)
	q := p.lastProbe("the cursor is read", func(q probing) bool { return q.Probe == "0.0500,0.0400" })
	if want := s.says(t, q, contract.Point{X: 0.05, Y: 0.04}, false); q.Text != want {
		t.Errorf("the cursor reads %q; want %q", q.Text, want)
	}
	if cross := eval[string](p, `document.getElementById("crosshair").getAttribute("d") ?? ""`); cross == "" {
		t.Error("the cursor is not to be seen")
	}
	v := p.change("a point", func() { p.press(kb.Enter) })
	checkPoints(t, v.points(t), []contract.Point{{X: 0.05, Y: 0.04, Label: 1}})
	for range 30 {
		p.press(kb.ArrowLeft)
	}
	p.lastProbe("the border is read", func(q probing) bool { return q.Probe == "-1.0000,0.0400" })
	v = p.change("a point at the border", func() { p.press(kb.Enter) })
	checkPoints(t, v.points(t), []contract.Point{{X: 0.05, Y: 0.04, Label: 1}, {X: -1, Y: 0.04, Label: 1}})
	p.press(kb.Tab)
	if cross := eval[string](p, `document.getElementById("crosshair").getAttribute("d") ?? ""`); cross != "" {
		t.Error("the cursor is still to be seen without the focus")
	}
}

// TestBrowserHoldHint: only where there may be fingers does the page speak of them.
func TestBrowserHoldHint(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, test := range []struct {
		name    string
		options []func(*tabOptions)
		fingers bool
	}{{"Phone", []func(*tabOptions){phone}, true}, {"Laptop", []func(*tabOptions){laptop}, false}} {
		p := s.open(t, test.options...)
		p.endTour()
		if got := p.shown("#probe"); strings.Contains(got, "finger") != test.fingers || !strings.HasPrefix(got, "Point at the picture") {
			t.Errorf("%s: the page says %q; of fingers: want %t", test.name, got, test.fingers)
		}
	}
}

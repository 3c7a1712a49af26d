package browser

import (
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp/kb"
)

// TestBrowserWithoutScript: the page does everything but stream where scripts do not run.
func TestBrowserWithoutScript(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, withoutScript, provoking(saysRefused))
	// Every click loads a page; all that it shows is there at once, from its top.
	after := func(what string, click func(), ok func(view) bool) view {
		t.Helper()
		click()
		p.until(what, ok)
		v := p.ready()
		if at := eval[float64](p, `scrollY`); at != 0 {
			t.Errorf("after %s the page is shown from %v px on; want it from its top", what, at)
		}
		return v
	}
	// What is asked for further down is shown there: its title has the focus.
	shows := func(act, heading, body, text string) {
		t.Helper()
		p.click("main button[value=" + act + "], dialog button[value=" + act + "]")
		p.until(act, func(view) bool { return strings.Contains(p.shown(body), text) })
		contract.Eventually(t, "the focus", func() bool { return p.focused() == heading })
		if top := eval[float64](p, script(`document.getElementById(%s).getBoundingClientRect().top`, heading)); top < 0 || top > 700 {
			t.Errorf("after %s its title is at %v; want it in sight", act, top)
		}
	}

	if at := eval[float64](p, `scrollY`); at != 0 || p.focused() != "body" {
		t.Errorf("the page begins at %v px with the focus at %s; want its top", at, p.focused())
	}
	p.dataset("xor")
	p.fill("points", "80")
	from := after("80 points", func() { p.act("dataset") }, func(v view) bool { return v.Points == "80 points" })
	checkPoints(t, from.points(t), contract.Decode[struct {
		Data []contract.Point `json:"data"`
		Task string           `json:"task"`
	}](t, s.Get(t, "/data/xor?points=80").Body).Data)
	if got := p.holds("points"); got != "80" {
		t.Errorf("the field of the points holds %q; want 80", got)
	}

	v := after("step 100", func() { p.step(100) }, func(v view) bool { return v.Step == "100" })
	s.checkLaw(t, from.state, v)
	v = after("step 101", func() { p.step(1) }, func(v view) bool { return v.Step == "101" })
	s.checkLaw(t, from.state, v)

	p.tool("1")
	v = after("a point more", func() { p.dab(0.35, -0.65) }, func(v view) bool { return v.Points == "81 points" })
	checkPoints(t, v.points(t)[80:], []contract.Point{{X: 0.35, Y: -0.65, Label: 1}})
	if v.Step != "101" {
		t.Errorf("step %s after a click on the picture; want 101", v.Step)
	}
	p.tool("erase")
	trained := after("a point less", func() { p.dab(0.35, -0.65) }, func(v view) bool { return !strings.HasPrefix(v.Points, "81") })
	if held := p.held(); held != "erase" {
		t.Errorf("the tool in hand is %q; want the eraser, as it was", held)
	}

	p.fill("learning_rate", "0.2")
	p.fill("l2", "0.001")
	p.click("label:has(> #feature-xy)")
	p.toggle("hard")
	v = after("the settings", func() { p.act("settings") }, func(v view) bool { return v.setting(t, "learning_rate") == "0.2" })
	if v.setting(t, "features") != `["x","y","xy"]` || v.setting(t, "l2") != "0.001" || v.Step != trained.Step || v.Data != trained.Data {
		t.Errorf("after Apply: %v; want the settings that were chosen, and the rest as it was", v)
	}
	if !eval[bool](p, `document.querySelector("[name=hard]").checked`) {
		t.Error("the switch of the hard edges is off; want it as it was put")
	}
	before := after("the settings by the return key", func() {
		p.enter("learning_rate")
		p.press("1")
		p.press(kb.Enter)
	}, func(v view) bool { return v.setting(t, "learning_rate") == "1" })

	p.fill("hidden_layers", "8-0")
	p.fill("l1", "much")
	v = after("the error", func() { p.act("settings") }, func(v view) bool { return v.Notice != "" })
	for _, field := range []string{"hidden_layers", "l1"} {
		if p.besideField(field) == "" {
			t.Errorf("beside %s is nothing; want what is wrong with it", field)
		}
	}
	if layers, l1 := p.holds("hidden_layers"), p.holds("l1"); layers != "8-0" || l1 != "much" {
		t.Errorf("the fields hold %q and %q; want what was written", layers, l1)
	}
	if d := v.differs(before.state); d != "" || !strings.Contains(v.Notice, "idden") || v.Step != before.Step || v.Loss != before.Loss {
		t.Errorf("after a setting that cannot be: %v; want the state of before and a notice about the layers: %s", v, d)
	}
	p.fill("hidden_layers", "8-8")
	p.fill("l1", "0")
	v = after("a layer", func() { p.act("add-layer") }, func(v view) bool { return v.setting(t, "hidden_layers") == "[8,8,8]" })
	if v.Step != before.Step {
		t.Errorf("step %s after adding a layer; want %s", v.Step, before.Step)
	}
	v = after("step 0", func() { p.act("reset") }, func(v view) bool { return v.Step == "0" })
	if v.Points != before.Points {
		t.Errorf("after Reset: %v; want the same points", v)
	}

	// A divergence offers its way back here, too.
	p.dataset("plane")
	after("a regression", func() { p.act("dataset") }, func(v view) bool { return strings.Contains(v.Config, "regression") })
	p.run(`document.getElementById("optimizer").value = "sgd"`)
	p.fill("l2", "10")
	from = after("a penalty", func() { p.act("settings") }, func(v view) bool { return v.setting(t, "l2") == "10" })
	for v = from; !strings.Contains(v.Notice, "broke off"); {
		step := v.Step
		v = after("100 steps", func() { p.step(100) }, func(v view) bool { return v.Step != step || strings.Contains(v.Notice, "broke off") })
	}
	after("a new start at a smaller learning rate", func() { p.click("#notice button[type=submit]") }, func(v view) bool { return strings.HasPrefix(v.Notice, "Learning rate is now") && v.Step == "0" })

	shows("words", "words-heading", "#words-body", "the plane")
	shows("table-show", "table-heading", "#table-body", "Row")
	after("no points", func() { p.act("clear") }, func(v view) bool { return v.Points == "0 points" })
	shows("share", "share-heading", "#share-body", "Short link")
	p.fill("table_text", "x,y,label\n0,0,a\n1,1,b\n")
	shows("import-preview", "import-heading", "#import-preview", "a: 1")
	after("the import", func() { p.act("import") }, func(v view) bool { return v.Points == "2 points" })

	// A unit is shown beside the network, and its weights can be set.
	after("a unit", func() { p.click(`#unit-biases\.0\.1`) }, func(view) bool { return p.seen("#inspector") })
	p.run(`document.querySelector("[name=parameter]").value = "biases.0.1"`)
	p.run(`document.querySelector("[name=value]").value = "0.25"`)
	v = after("its bias", func() { p.click("#inspector button[value=set-parameter]") }, func(v view) bool { return !p.seen("#inspector") })
	if got := v.net(t).Biases[0][1]; got != 0.25 {
		t.Errorf("the bias is %v; want 0.25", got)
	}
}

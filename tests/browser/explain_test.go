package browser

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/tests/contract"
)

// theStepByHand is the button of the network.
const theStepByHand = ".network .card-head > button"

// explains waits until the page explains a weight or bias, whose name it says. Without script it is another page.
func (p *tab) explains(what, title string) {
	p.tb.Helper()
	contract.Eventually(p.tb, what, func() bool {
		says, err := try[string](p, `!document.getElementById("explain")?.open || document.getElementById("explain-stale").innerText.trim() ? "" :
			document.querySelector("#explain-body > p")?.innerText ?? ""`)
		return err == nil && strings.Contains(says, title)
	})
	p.until("the page is ready", func(v view) bool { return ready(v) || v.Pressed })
}

// explainsNext waits until the page explains the step that comes next, without being asked, and returns how
// many were made.
func (p *tab) explainsNext(when string) (step int) {
	p.tb.Helper()
	step = p.still().steps()
	p.explains("the next step "+when, "the weight from")
	if want := fmt.Sprintf("Step %d takes", step+1); !strings.Contains(p.shown("#explain-body"), want) {
		p.tb.Errorf("%s at step %d it explains %.300q; want %q", when, step, p.shown("#explain-body"), want)
	}
	return step
}

// TestBrowserExplain: a button shows how the next step changes a weight, and every other can be reached. Each
// step that is made shows the next one, and the one before has come out as it said.
func TestBrowserExplain(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, laptop, at("?dataset=circles&hidden_layers=4,3&activation=tanh&dropout=0.2"), provoking(saysRefused))
	v := p.change("a step", func() { p.step(1) })
	p.click(theStepByHand)
	p.explains("the explanation", "the weight from")
	state := nn.State{Config: nn.DefaultConfig()}
	for text, to := range map[string]any{v.Config: &state.Config, v.Network: &state.Network, v.Data: &state.Data} {
		if err := json.Unmarshal([]byte(text), to); err != nil {
			t.Fatal(err)
		}
	}
	want, err := nn.Explain(state, nn.Steepest, nn.FirstOfBatch)
	if err != nil {
		t.Fatal(err)
	}
	path := p.hidden("parameter")
	if path != want.Parameter.Path {
		t.Errorf("it explains %s; want %s, which has the largest gradient", path, want.Parameter.Path)
	}
	if own, from := p.count("#trace .trace > .own"), p.count("#trace .ring.own, #trace .ring.from"); own != 1 || from != 2 {
		t.Errorf("%d edges and %d units are marked as the weight's own; want 1 and 2", own, from)
	}

	p.part("AStep", func(t *testing.T) {
		end := p.text("#explain .moves .comes")
		v := p.change("a step", func() { p.step(1) })
		p.explains("the next step", "the weight from")
		if got := parameterIn(t, v, path); !isShown(end, got) {
			t.Errorf("the explanation ends with %s; the step gives %v", end, got)
		}
		if begin := p.text("#explain .moves .own"); begin != end {
			t.Errorf("the next step begins with %s; the one before ends with %s", begin, end)
		}
	})
	p.part("Parts", func(t *testing.T) {
		for i, heading := range []string{"Forward", "The loss", "Backward", "The mean", "The update", "What if"} {
			if i > 0 {
				p.click(fmt.Sprintf(`.explained section:not([hidden]) label.last[for="explain-%d"]`, i))
			}
			if got := p.shown(".explained > :checked + label + section h3"); !strings.HasPrefix(got, heading) {
				t.Errorf("part %d is %q; want %s", i, got, heading)
			}
			if top := eval[float64](p, script(`(() => {
				const tab = document.querySelector(%s).getBoundingClientRect(), dialog = document.getElementById("explain").getBoundingClientRect();
				return Math.min(tab.top - dialog.top, dialog.bottom - tab.bottom);
			})()`, fmt.Sprintf(`.explained > label[for="explain-%d"]`, i))); top < 0 {
				t.Errorf("the tab of part %d is out of sight by %v", i, top)
			}
			p.keep(t, fmt.Sprintf("explain-%d", i))
		}
		// The part stays when another point is looked at.
		p.click(`#explain button[aria-label="Next point"]`)
		p.explains("the next point", "the weight from")
		if got := p.shown(".explained > :checked + label"); got != "6 Curve" {
			t.Errorf("with the next point the part %q is shown; want the one before", got)
		}
	})
	p.part("Choices", func(t *testing.T) {
		edge := p.edgeIn("#trace .hits", "weights.1.2.3")
		p.clickAt(edge.X, edge.Y)
		p.explains("the edge", "the weight from layer 1, unit 4 to layer 2, unit 3")
		p.choose("explain_input", "-1")
		p.explains("the bias", "the bias of layer 2, unit 3")
		p.choose("explain_layer", "2")
		p.explains("the output", "the bias of output class 1")
		p.choose("explain_unit", "0")
		p.explains("the other output", "the bias of output class 0")
		p.fill("point", "17")
		contract.Eventually(t, "the point", func() bool { return strings.Contains(p.shown("#explain-body"), "you see point 17.") })
		p.ready()
		p.run(`document.querySelector("#explain .differs").open = true`)
		p.fill("point", "999")
		contract.Eventually(t, "what is wrong with the point", func() bool { return strings.Contains(p.besideField("point"), "from 0 to 199; got 999") })
		p.ready()
		if got, open := p.holds("point"), p.seen("#explain .exact"); got != "999" || !open || p.count(`#point[aria-invalid="true"]`) != 1 {
			t.Errorf("the field has %q, the details are open: %t; want all as it was, and the field marked", got, open)
		}
		p.keep(t, "explain-wrong-point")
		p.fill("point", "17")
		contract.Eventually(t, "the point again", func() bool { return p.besideField("point") == "" && p.holds("point") == "17" })
		p.ready()
		p.inspect("biases.0.1")
		p.click(`#inspector button[value="explain weights.0.1.0"]`)
		p.explains("the weight of the inspector", "the weight from x to layer 1, unit 2")
		if got := p.holds("point"); got != "17" {
			t.Errorf("the point is %s; want the one before", got)
		}
	})
	p.part("Receipt", func(t *testing.T) {
		dir := p.downloads()
		p.click("#explain .receipt")
		var receipt struct {
			Type string
			nn.Explanation
		}
		if err := json.Unmarshal(p.downloaded(dir, "step.json"), &receipt); err != nil {
			t.Fatal(err)
		}
		v := p.change("a step", func() { p.step(1) })
		if got := parameterIn(t, v, "weights.0.1.0"); receipt.Parameter.After != got || receipt.Point.Index != 17 || receipt.Type != "explain_result" {
			t.Errorf("the receipt says %s: %+v at point %d; the step gives %v", receipt.Type, receipt.Parameter, receipt.Point.Index, got)
		}
		p.click("#explain .differs summary")
		if exact := p.shown("#explain .exact"); !strings.Contains(exact, strings.ReplaceAll(strconv.FormatFloat(parameterIn(t, v, "weights.0.1.0"), 'g', -1, 64), "-", "−")) {
			t.Errorf("in full it says %q", exact)
		}
	})
	p.part("Training", func(t *testing.T) {
		p.train()
		contract.Eventually(t, "the explanation is of an earlier step", func() bool { return strings.Contains(p.shown("#explain-stale"), "earlier step") })
		p.pause()
		step := p.explainsNext("after a pause")
		p.fill("until_step", strconv.Itoa(step+3))
		p.train()
		p.until("the end of the training", func(v view) bool { return v.steps() == step+3 })
		p.explainsNext("at the step to train to")
	})
	p.part("Nothing", func(t *testing.T) {
		p.run(`document.querySelector("button[value=clear]").click()`) // the dialog lies over it
		contract.Eventually(t, "that there is no step", func() bool { return strings.HasPrefix(p.shown("#explain-stale"), "There is no next step to explain") })
		if left := p.count("#explain-body *, #trace *"); left > 0 {
			t.Errorf("%d elements are left of an explanation that cannot be made", left)
		}
		p.undo()
		p.until("the points are back", func(v view) bool { return ready(v) && v.Points != "0 points" })
		p.click(theStepByHand)
		p.explains("the explanation", "the weight from")
	})
	p.click("#explain [data-close-dialog]")
	contract.Eventually(t, "that no field of the explanation is left, and no edge is marked", func() bool {
		return p.count(`[name^="explain_"], [name="point"]`) == 0 && !p.seen("#trace")
	})
}

// TestBrowserExplainFits: no equation is wider than its place, on a phone and on a laptop, whatever there is to
// calculate.
func TestBrowserExplainFits(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, look := range few(1, []struct {
		name    string
		options []func(*tabOptions)
	}{{"phone", []func(*tabOptions){phone, dark}}, {"laptop", []func(*tabOptions){laptop}}}) {
		for _, run := range few(2, []struct{ kind, address string }{
			{"deep", "?dataset=hills&points=300&optimizer=adagrad&activation=silu&hidden_layers=12,12,12,12&features=x,y,x2,y2,xy,sin_x,sin_y"},
			{"classifier", "?dataset=blobs&classes=6&optimizer=adamw&l1=0.01&l2=0.01&dropout=0.3&activation=gelu&schedule=cosine&schedule_steps=50&batch_size=9"},
			{"small", "?dataset=moons&optimizer=nesterov&hidden_layers=&learning_rate=0.0000123&l1=0.001&schedule=exponential"},
		}) {
			t.Run(look.name+"-"+run.kind, func(t *testing.T) {
				p := s.open(t, append(look.options, at(run.address))...)
				p.change("a step", func() { p.step(1) })
				p.click(theStepByHand)
				p.explains("the explanation", "the weight from")
				for i := range 6 {
					p.run(fmt.Sprintf(`document.getElementById("explain-%d").click()`, i))
					p.keep(t, fmt.Sprintf("explain-%s-%s-%d", look.name, run.kind, i))
					p.run(`document.querySelectorAll("#explain details").forEach((d) => { d.open = true; })`)
					if wide := eval[[]string](p, `(() => {
						const edge = document.getElementById("explain").getBoundingClientRect().right - 19;
						return [...document.querySelectorAll("#explain-body *")].filter((e) => e.getClientRects().length &&
							(e.matches(".line") && e.scrollWidth > e.clientWidth || e.getBoundingClientRect().right > edge)).map((e) => e.tagName + " " + e.textContent);
					})()`); len(wide) > 0 {
						t.Errorf("in part %d these are too wide: %.200q", i+1, wide)
					}
					p.run(`document.querySelectorAll("#explain details").forEach((d) => { d.open = false; })`)
				}
			})
		}
	}
}

// TestBrowserExplainPlain: all of it works without script.
func TestBrowserExplainPlain(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, withoutScript, laptop)
	p.click(theStepByHand)
	p.explains("the explanation", "the weight from")
	p.keep(t, "explain-plain")
	p.click(`.explained > label[for="explain-4"]`)
	if got := p.shown(".explained > :checked + label + section h3"); got != "The update: Adam" {
		t.Errorf("the part is %q; want the update", got)
	}
	p.run(`document.getElementById("explain_input").value = "-1"`)
	p.click(`.explain-choice > button`)
	p.explains("the bias", "the bias of")
	path, end := p.hidden("parameter"), p.text("#explain .moves .comes")
	p.step(1)
	v := p.until("the step", func(v view) bool { return v.Step == "1" })
	if got := parameterIn(t, v, path); !isShown(end, got) {
		t.Errorf("the explanation ends with %s; the step gives %v", end, got)
	}
	p.explains("the next step", "the bias of")
	if got := p.shown(".explained > :checked + label"); got != "5 Update" {
		t.Errorf("the part is %q; want the one before", got)
	}
	p.click(`#explain button[value="explain-close"]`)
	contract.Eventually(t, "that it is closed", func() bool {
		isOpen, err := try[bool](p, `document.getElementById("explain").open`)
		return err == nil && !isOpen
	})
}

// keep saves a picture of the window where somebody wants to look at it.
func (p *tab) keep(t *testing.T, name string) {
	t.Helper()
	if dir := os.Getenv("NNVISU_SCREENSHOTS"); dir != "" {
		p.screenshot(dir, name)
	}
}

// text returns the text of an element that may be MathML.
func (p *tab) text(selector string) string {
	p.tb.Helper()
	return eval[string](p, script(`document.querySelector(%s)?.textContent ?? ""`, selector))
}

// count returns how many elements there are.
func (p *tab) count(selector string) int {
	p.tb.Helper()
	return eval[int](p, script(`document.querySelectorAll(%s).length`, selector))
}

// parameterIn returns a weight or bias of what the page shows.
func parameterIn(t *testing.T, v view, path string) float64 {
	t.Helper()
	at, ok := nn.ParseParameter(path)
	if !ok {
		t.Fatalf("%q is no path", path)
	}
	if at.In < 0 {
		return v.net(t).Biases[at.Layer][at.Out]
	}
	return v.net(t).Weights[at.Layer][at.Out][at.In]
}

// isShown reports whether a text of six digits is a number.
func isShown(text string, v float64) bool {
	shown, err := strconv.ParseFloat(strings.ReplaceAll(text, "−", "-"), 64)
	return err == nil && math.Abs(v-shown) <= 1e-5*math.Abs(v)
}

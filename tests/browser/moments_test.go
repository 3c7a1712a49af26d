package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp/kb"
)

// timeline is the slider of the run's moments.
type timeline struct {
	At, Most int // the moment that is shown, and the newest, from 0
	Text     string
	Said     string // for those who do not see it
	Usable   bool
	Continue bool
}

func (p *tab) timeline() timeline {
	p.tb.Helper()
	return eval[timeline](p, `((slider, {value, max, ariaValueText} = slider) => ({
		At: Number(value), Most: Number(max), Text: document.getElementById("moment").innerText, Said: ariaValueText, Usable: slider.getAttribute("aria-disabled") !== "true",
		Continue: document.getElementById("continue").getAttribute("aria-disabled") !== "true",
	}))(document.getElementById("moments"))`)
}

// slide moves the slider of the moments, as a pointer does.
func (p *tab) slide(to int) view {
	p.tb.Helper()
	p.run(script(`((slider, to) => {
		slider.value = to;
		slider.dispatchEvent(new Event("input", {bubbles: true}));
	})(document.getElementById("moments"), %s)`, fmt.Sprint(to)))
	return p.until("the moment is shown", ready)
}

// pictures keeps the picture and the network of every step that is shown.
const pictures = `window.testPictures = {}; addEventListener("DOMContentLoaded", () => {

	new MutationObserver(() => {
		const {step, cells} = document.getElementById("picture").dataset;
		testPictures[step] ??= {network: document.querySelector("[name=network]").value, cells};
	}).observe(document.getElementById("measures"), {childList: true, subtree: true});
})`

// slowly lets 5 frames a second come, so that each is seen: a computer that is busy with many tests
// shows fewer than 25.
const slowly = `addEventListener("DOMContentLoaded", () => {
	document.getElementById("lab")?.insertAdjacentHTML("beforeend", '<input type="hidden" name="frame_ms" value="200">');
})`

// A moment is a step of a run as it was shown first.
type moment struct{ Network, Cells string }

// TestBrowserMomentsFar: the timeline writes a large step as the measures do.
func TestBrowserMomentsFar(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, at("?dataset=xor&points=20&steps=1700&frame_steps=100"))
	if v, text := p.ready(), p.timeline().Text; v.Step != "1\u202f700" || text != "Step "+v.Step+" (latest)" {
		t.Errorf("at step %s the timeline says %q; want the same number", v.Step, text)
	}
}

// TestBrowserMoments: every moment of a run can be looked at, and gone on from, as it was.
func TestBrowserMoments(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, before(pictures), before(slowly))
	if got := p.timeline(); got.Usable || got.Continue || got.Most != 0 {
		t.Errorf("before the first step the slider is %+v; want nothing to slide", got)
	}
	first := p.look()
	end := p.trainTo(14)
	run := eval[map[string]moment](p, `testPictures`)
	history := p.hidden("history")
	whole := p.timeline()
	if whole.Most != end.steps() || whole.At != whole.Most || whole.Continue || whole.Text != "Step "+end.Step+" (latest)" {
		t.Fatalf("after %d steps the slider is %+v; want a moment for each and the last shown", end.steps(), whole)
	}
	check := func(how string, step int) view {
		t.Helper()
		var v view
		contract.Eventually(t, fmt.Sprintf("%s step %d is shown", how, step), func() bool {
			v = p.look()
			return ready(v) && v.steps() == step
		})
		want := run[fmt.Sprint(step)]
		if step == 0 {
			want.Network, want.Cells = first.Network, eval[string](p, `document.getElementById("picture").dataset.cells`)
		}
		if v.Network != want.Network {
			t.Errorf("%s step %d shows %s; want the network of that step, %s", how, step, brief(v.Network), brief(want.Network))
		}
		if cells := eval[string](p, `document.getElementById("picture").dataset.cells`); cells != want.Cells {
			t.Errorf("%s step %d shows another picture than at the time", how, step)
		}
		if got := p.timeline(); got.At != step || got.Most != whole.Most || got.Continue != (step < end.steps()) || got.Said != got.Text ||
			step < end.steps() && got.Text != fmt.Sprintf("Step %d of %d", step, end.steps()) {
			t.Errorf("%s step %d the slider is %+v; want it to say so", how, step, got)
		}
		if p.hidden("history") != history {
			t.Errorf("%s step %d the curves changed; want them whole", how, step)
		}
		return v
	}
	for step := end.steps(); step >= 0; step-- {
		p.slide(step)
		check("by the slider,", step)
	}
	// The keys step through the moments, on the slider itself and elsewhere.
	p.run(`document.activeElement.blur()`)
	p.press(kb.ArrowRight)
	check("by a key,", 1)
	p.press(kb.ArrowRight)
	check("by a key,", 2)
	p.press(kb.ArrowLeft)
	check("by a key,", 1)
	p.run(`document.getElementById("moments").focus()`)
	p.press(kb.ArrowRight)
	check("by a key on the slider,", 2)
	p.press(kb.End)
	check("by a key on the slider,", end.steps())
	p.press(kb.ArrowRight)
	check("at the end,", end.steps())

	p.part("Looking", func(t *testing.T) {
		p.slide(4)
		p.inspect("biases.0.1")
		p.press(kb.Escape)
		p.dialog("share")
		p.leave("share")
		p.dialog("table")
		p.leave("table")
		p.panel("confusion")
		p.panel("curves")
		p.dialog("import")
		p.paste(flowers)
		p.run(`document.getElementById("table_scaling").selectedIndex = 1`)
		p.selectOption("table_scaling", p.holds("table_scaling"))
		p.until("the page is ready", ready)
		p.upload("#import input[type=file]", "flowers.csv", []byte(flowers))
		contract.Eventually(t, "the file is read", func() bool { return p.holds("table_text") == flowers && ready(p.look()) })
		p.leave("import")
		check("after looking at this and that,", 4)
		p.slide(end.steps())
	})

	p.part("Continue", func(t *testing.T) {
		const from = 5
		p.slide(from)
		check("by the slider,", from)
		p.run(`testPictures = {}`)
		p.click("#continue")
		p.until("the run goes on", func(v view) bool { return v.steps() > from+4 })
		v := p.pause()
		again := eval[map[string]moment](p, `testPictures`)
		same := 0
		for step := from + 1; step <= min(v.steps(), end.steps()); step++ {
			if got, ok := again[fmt.Sprint(step)]; ok {
				same++
				if got != run[fmt.Sprint(step)] {
					t.Errorf("going on from step %d, step %d is another than in the first run", from, step)
				}
			}
		}
		if same < 4 {
			t.Errorf("%d steps were made again; want some", same)
		}
		if got := p.timeline(); got.Most != v.steps() || got.At != got.Most {
			t.Errorf("after going on to step %d the slider is %+v; want what came after to be cut off", v.steps(), got)
		}
		s.checkLaw(t, first.state, v)
		p.checkStored(v)

		v = p.change("undo", func() { p.click("#undo") })
		if d := v.differs(end.state); d != "" {
			t.Errorf("undo does not bring the longer run back: %s", d)
		}
		check("after the undo,", end.steps())
		p.slide(9)
		check("after the undo, by the slider,", 9)
	})

	p.part("Branch", func(t *testing.T) {
		v := p.look()
		changed := p.change("another setting", func() { p.fill("learning_rate", "0.3") })
		if changed.Network != v.Network {
			t.Error("a change at an older moment does not start from it")
		}
		if got := p.timeline(); got.Most != v.steps() {
			t.Errorf("after a change at step %d the slider is %+v; want what came after to be cut off", v.steps(), got)
		}
		p.trainTo(v.steps() + 2)
		for range 6 {
			if p.look().differs(end.state) == "" {
				break
			}
			p.change("undo", func() { p.click("#undo") })
		}
		check("after all undos,", end.steps())
		p.change("first weights", func() { p.act("reset") })
		if got := p.timeline(); got.Most != 0 || got.Usable {
			t.Errorf("after a reset the slider is %+v; want no moments", got)
		}
		p.change("undo", func() { p.click("#undo") })
		check("after undoing the reset,", end.steps())
		p.slide(3)
		check("after undoing the reset, by the slider,", 3)
	})

	p.part("WhileTraining", func(t *testing.T) {
		p.click("#continue")
		v := p.until("the run goes on", func(v view) bool { return v.steps() > 6 })
		p.run(`document.activeElement.blur()`)
		p.press(kb.ArrowLeft)
		v = p.still()
		if v.Pressed || p.timeline().At != p.timeline().Most-1 {
			t.Errorf("a look at an older moment while it trains: %v, %+v; want a pause, and the moment before", v, p.timeline())
		}
	})
}

// TestBrowserLongRun: over a long run moments and curves are thinned out, and stay few. There are
// no more than 25 frames a second, so it takes its time.
func TestBrowserLongRun(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	const most = 256
	p.change("few points", func() { p.fill("points", "20") })
	p.change("a small network", func() { p.fill("hidden_layers", "2") })
	p.choose("frame_steps", "100")
	first := p.look()
	p.run(`(() => {
		window.testMost = window.testFrameCount = 0;
		new MutationObserver(() => testMost = Math.max(testMost, Number(document.getElementById("moments").max) + 1))
			.observe(document.getElementById("moment"), {childList: true, subtree: true});
		new MutationObserver(() => testFrameCount++).observe(document.getElementById("measures"), {childList: true});
	})()`)
	p.train()
	for frames := 0; frames < most+40; {
		now := 0
		contract.Eventually(t, "more frames", func() bool { now = eval[int](p, `testFrameCount`); return now > frames+20 || now >= most+40 })
		frames = now
	}
	end := p.pause()
	if got := eval[int](p, `testMost`); got > most || got < most/2 {
		t.Errorf("there were up to %d moments; want no more than %d", got, most)
	}
	// The newest sample, which the next would replace, is not in the field but in the curves, to
	// the end of the run.
	h := p.history()
	if n := len(h.Step); n > most || n < most/4 || h.Step[0] != 0 || end.steps()-h.Step[n-1] >= h.Every {
		t.Errorf("the curves have %d samples, from step %d to %d, %d apart; want at most %d, from 0 to %d or less than that before it", n, h.Step[0], h.Step[n-1], h.Every, most, end.steps())
	}
	if got := eval[string](p, `document.querySelector("[data-chart=loss] > svg").dataset.step1`); got != fmt.Sprint(end.steps()) {
		t.Errorf("the curves end at step %s; want %d", got, end.steps())
	}
	if d := p.curve("loss", "train"); strings.Count(d, "l") >= most {
		t.Errorf("the curve has %d pieces; want fewer than %d", strings.Count(d, "l"), most)
	}
	// The moments left are apart by the same number of updates, and each is still a moment of the
	// run.
	line := p.timeline()
	var steps []int
	for i := 0; i <= line.Most; i += max(1, line.Most/8) {
		steps = append(steps, p.slide(i).steps())
	}
	if !slices.IsSorted(steps) || steps[0] != 0 || slices.Contains(steps[1:], steps[0]) {
		t.Errorf("the moments are of the steps %v; want the whole run, in order", steps)
	}
	p.slide(line.Most / 2)
	v := p.look()
	s.checkLaw(t, first.state, v)
	p.click("#continue")
	p.until("the run goes on", func(now view) bool { return now.steps() > v.steps() })
	s.checkLaw(t, first.state, p.pause())
}

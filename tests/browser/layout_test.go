package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp/kb"
)

// judge fails the test for every problem.
func judge(t *testing.T, problems []string) {
	t.Helper()
	for _, problem := range problems {
		t.Error(problem)
	}
}

// TestBrowserLayoutWidths: in no window has the page to be scrolled sideways, nor on a phone that lies
// on its side.
func TestBrowserLayoutWidths(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, touch := range []bool{true, false} {
		sizes := [][2]int64{{640, 800}, {768, 800}, {1024, 800}, {1440, 800}, {1920, 800}, {3840, 800}}
		if touch {
			sizes = [][2]int64{{320, 800}, {360, 800}, {844, 390}}
		}
		p := s.open(t, func(o *tabOptions) { o.width, o.phone = sizes[0][0], touch })
		check := func(when string) {
			for _, size := range sizes {
				p.size(size[0], size[1], touch)
				p.settled()
				p.part(fmt.Sprintf("%d%s", size[0], when), func(t *testing.T) { p.checkWidth(t, size[0]) })
			}
		}
		check("First")
		p.trainTo(2)
		check("Trained")
	}
}

// checkWidth fails the test for what is wider than the window, which is so wide.
func (p *tab) checkWidth(t *testing.T, width int64) {
	t.Helper()
	judge(t, eval[[]string](p, fmt.Sprintf(`((width) => {
		const seen = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 0;
		const name = (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.className?.trim?.() ? "." + e.className.trim().split(/\s+/).join(".") : "");
		const wider = [document.documentElement, document.body, ...document.querySelectorAll("dialog[open]")].filter((e) => e.scrollWidth > e.clientWidth);
		if (innerWidth === width && !wider.length) return [];
		const culprits = [...document.body.querySelectorAll("*")].filter((e) => seen(e) && e.getBoundingClientRect().right > width + 1)
			.map((e) => name(e) + " ends at " + e.getBoundingClientRect().right);
		return [...(innerWidth === width ? [] : ["the window grew to " + innerWidth]), ...wider.map((e) => name(e) + " is " + e.scrollWidth + " wide in " + e.clientWidth), ...culprits.slice(0, 5)];
	})(%d)`, width)))
}

// TestBrowserLayoutOneScreen: a laptop of 1440×900 shows all cards at once, before training and after.
func TestBrowserLayoutOneScreen(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.size(1440, 900, false)
	p.endTour()
	check := func(t *testing.T) {
		p.settled()
		cards := eval[[]struct {
			Name                     string
			Left, Top, Right, Bottom float64
		}](p, `[...document.querySelectorAll("main, .card")].filter((e) => e.checkVisibility()).map((e) => {
			const {left: Left, top: Top, right: Right, bottom: Bottom} = e.getBoundingClientRect();
			return {Name: e.id || e.className || e.tagName, Left, Top, Right, Bottom};
		})`)
		if len(cards) < 3 {
			t.Fatalf("%d cards; want some", len(cards))
		}
		for _, c := range cards {
			if c.Left < 0 || c.Top < 0 || c.Right > 1440 || c.Bottom > 900 {
				t.Errorf("%s is at %.0f, %.0f to %.0f, %.0f; want it within 1440×900", c.Name, c.Left, c.Top, c.Right, c.Bottom)
			}
		}
	}
	p.part("First", check)
	p.trainTo(2)
	p.part("Trained", check)
}

// TestBrowserLayoutHeader: on a phone the header leaves the window to the page, and its rarer commands are
// behind one, for fingers and for keys.
func TestBrowserLayoutHeader(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, phone)
	p.endTour()
	rows := func() int {
		return eval[int](p, `new Set([...document.querySelectorAll("h1, header :is(button, select, summary)")].filter((e) => e.checkVisibility())
			.map((e) => Math.round((e.getBoundingClientRect().top + e.getBoundingClientRect().bottom) / 20))).size`)
	}
	if got := rows(); got != 3 || p.seen("#experiments-open") {
		t.Errorf("the header has %d rows, and Experiments is seen: %t; want 3, and the menu hidden", got, p.seen("#experiments-open"))
	}
	p.run(`document.querySelector("#more > summary").focus()`)
	p.press(kb.Enter)
	p.press(kb.Tab)
	if got := p.focused(); got != "experiments-open" {
		t.Errorf("behind More the focus is at %s; want the menu", got)
	}
	p.press(kb.Enter)
	contract.Eventually(t, "the experiments", func() bool { return p.isOpen("experiments") })
	p.press(kb.Escape)
	contract.Eventually(t, "the focus back in the menu", func() bool { return p.focused() == "experiments-open" })
	p.click("#more > summary")
	if p.seen("#experiments-open") {
		t.Error("More does not take the menu away again")
	}
}

// mostShift bounds the layout shift score of a training, a tenth of what web.dev/cls calls good for
// a whole visit.
const mostShift = 0.01

// TestBrowserLayoutShift: nothing moves while the network trains.
func TestBrowserLayoutShift(t *testing.T) {
	t.Parallel()
	for _, size := range []struct {
		name   string
		option func(*tabOptions)
	}{{"Laptop", wide(1440)}, {"Phone", phone}} {
		t.Run(size.name, func(t *testing.T) {
			t.Parallel()
			p := start(t).open(t, size.option)
			p.endTour()
			p.run(`(() => {
				window.testShifts = [];
				const since = performance.now();
				const name = (node) => node ? node.nodeName + (node.id ? "#" + node.id : "") : "?";
				new PerformanceObserver((list) => {
					for (const e of list.getEntries()) {
						if (e.startTime > since && !e.hadRecentInput) testShifts.push({Value: e.value, Of: e.sources.map((s) => name(s.node)).join(" ")});
					}
				}).observe({type: "layout-shift", buffered: true});
			})()`)
			v := p.look()
			p.train()
			p.until("80 steps", func(now view) bool { return now.steps() >= v.steps()+80 })
			p.pause()
			sum, of := 0.0, []string{}
			for _, s := range eval[[]struct {
				Value float64
				Of    string
			}](p, `testShifts`) {
				sum += s.Value
				of = append(of, s.Of)
			}
			t.Logf("layout shift score %.4f", sum)
			var problems []string
			if sum >= mostShift {
				problems = append(problems, fmt.Sprintf("while training the layout shifts by %.4f; want less than %g: %s", sum, mostShift, strings.Join(slices.Compact(of), "; ")))
			}
			judge(t, problems)
		})
	}
}

// TestBrowserLayoutFlicker: no picture that was seen is ever blank while the network trains.
func TestBrowserLayoutFlicker(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.endTour()
	p.run(`(() => {
		window.testFlicker = {samples: 0, pictures: 0, blank: []};
		const full = new Set(); // by place: a canvas that is replaced by a blank one flickers, too
		const look = (when) => {
			[...document.querySelectorAll("canvas")].forEach((canvas, i) => {
				if (!canvas.width || !canvas.height || !canvas.checkVisibility()) return;
				const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
				let seen = false;
				for (let k = 3; k < data.length && !seen; k += 4) seen = data[k] > 0;
				if (seen) full.add(i);
				else if (full.has(i)) testFlicker.blank.push("canvas " + i + " at step " + document.getElementById("step").textContent + " " + when);
			});
			testFlicker.pictures = full.size;
		};
		const {port1, port2} = new MessageChannel();
		port1.onmessage = () => look("after the paint"); // of what the other callbacks of the frame left
		const frame = () => {
			requestAnimationFrame(frame);
			testFlicker.samples++;
			look("before the paint");
			port2.postMessage(0);
		};
		frame();
	})()`)
	p.train()
	p.until("60 steps", func(v view) bool { return v.steps() >= 60 })
	steps := p.pause().steps()
	got := eval[struct {
		Samples, Pictures int
		Blank             []string
	}](p, `(({samples, pictures, blank}) => ({Samples: samples, Pictures: pictures, Blank: blank}))(testFlicker)`)
	t.Logf("%d samples of %d pictures in %d steps", got.Samples, got.Pictures, steps)
	if got.Samples < 30 || got.Pictures < 1 {
		t.Errorf("%d samples of %d pictures in %d steps; want enough to see a flicker", got.Samples, got.Pictures, steps)
	}
	judge(t, got.Blank[:min(5, len(got.Blank))])
}

// TestBrowserLayoutMotion: who asks for reduced motion sees none, on any screen.
func TestBrowserLayoutMotion(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, provoking(saysRefused))
	moving := func() []string {
		return eval[[]string](p, `(() => {
			const seconds = (list) => Math.max(...list.split(",").map(parseFloat));
			const found = new Set();
			for (const e of document.querySelectorAll("*")) {
				for (const pseudo of [null, "::before", "::after", "::backdrop"]) {
					const style = getComputedStyle(e, pseudo);
					const of = e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.classList.length ? "." + [...e.classList].join(".") : "") + (pseudo ?? "");
					if (seconds(style.transitionDuration) > 0 && style.transitionProperty !== "none") found.add(of + ": transition of " + style.transitionDuration);
					if (seconds(style.animationDuration) > 0 && style.animationName !== "none") found.add(of + ": animation " + style.animationName + " of " + style.animationDuration);
					if (style.scrollBehavior === "smooth") found.add(of + ": smooth scrolling");
				}
			}
			for (const a of document.getAnimations()) {
				if (a.effect.getComputedTiming().activeDuration > 0) found.add("a running animation of " + (a.effect.target?.id || a.effect.target?.tagName));
			}
			return [...found];
		})()`)
	}
	if len(moving()) == 0 {
		t.Log("nothing moves, asked for or not") // then this test has little to do
	}
	must(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	if !eval[bool](p, `matchMedia("(prefers-reduced-motion: reduce)").matches`) {
		t.Fatal("the browser does not ask for reduced motion")
	}
	p.walk(func(t *testing.T) { judge(t, moving()) })
}

// TestBrowserManyClasses: on a phone all ten classes of the confusion matrix can be read at once, and
// what is beside them can be reached by keyboard.
func TestBrowserManyClasses(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, phone)
	p.endTour()
	p.change("ten classes", func() { p.dataset("blobs") })
	p.change("ten classes", func() { p.fill("data_classes", "10") })
	p.panel("confusion")
	judge(t, eval[[]string](p, `(() => {
		const body = document.getElementById("panel-body");
		body.focus();
		const { left, right } = body.getBoundingClientRect();
		const cells = [...body.querySelectorAll(".confusion tbody tr:first-child > :not(.score), .confusion thead th:not(.score)")];
		const problems = cells.map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
			.filter(([, box]) => box.left < left - 1 || box.right > right + 1)
			.map(([text, box]) => text + " is at " + box.left + " to " + box.right + ", out of " + left + " to " + right);
		if (cells.length !== 22) problems.push(cells.length + " cells; want 22");
		if (document.activeElement !== body) problems.push("the panel cannot have the focus");
		return problems;
	})()`))
	before := eval[float64](p, `document.getElementById("panel-body").scrollLeft`)
	for range 8 {
		p.press(kb.ArrowRight)
	}
	contract.Eventually(t, "the scores", func() bool { return eval[float64](p, `document.getElementById("panel-body").scrollLeft`) > before })
}

package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp"
)

// TestBrowserXOR draws XOR, which no line separates, and learns it.
func TestBrowserXOR(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.change("no points", func() { p.act("clear") })
	var want []contract.Point
	for label, tool := range []string{"0", "1"} {
		p.tool(tool)
		side := 1 - 2*float64(label)
		for _, q := range []contract.Point{{X: 0.4, Y: 0.5}, {X: -0.6, Y: -0.3}, {X: 0.8, Y: 0.7}, {X: -0.3, Y: -0.7}} {
			q.Y, q.Label = q.Y*side, float64(label)
			p.change("a point more", func() { p.dab(q.X, q.Y) })
			want = append(want, q)
		}
	}
	checkPoints(t, p.look().points(t), want)
	p.choose("frame_steps", "5")
	p.train()
	p.until("accuracy 100.0 %", func(v view) bool { return v.Accuracy == "100.0 %" })
	v := p.pause()
	if v.Accuracy != "100.0 %" {
		t.Errorf("accuracy %q after the pause; want 100.0 %%", v.Accuracy)
	}
	p.checkStored(v)
}

// TestBrowserReload: a reload in the middle of training loses no step and makes none.
func TestBrowserReload(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, recorded)
	first := p.look().state
	p.train()
	seen := p.until("step 8", func(v view) bool { return v.steps() >= 8 })
	after := p.reload()
	last := eval[frame](p, `testLast`)
	if got := number(last.Step); got < seen.steps() {
		t.Fatalf("the last step before the reload is %d; want at least %d", got, seen.steps())
	}
	if stored := eval[string](p, `testStored`); stored != last.Network {
		t.Errorf("the network stored at the reload is %s; want the last that was shown, %s", brief(stored), brief(last.Network))
	}
	for i, f := range p.frames() {
		if f.Step != last.Step || f.Loss != last.Loss || f.Network != last.Network {
			t.Errorf("frame %d after the reload shows step %s, loss %s; want what was stored: step %s, loss %s", i, f.Step, f.Loss, last.Step, last.Loss)
		}
	}
	if after.Step != last.Step || after.Loss != last.Loss || after.Network != last.Network || after.Config != first.Config || after.Data != first.Data {
		t.Errorf("after the reload: %v; want step %s, loss %s and the state of before", after, last.Step, last.Loss)
	}
	p.checkStored(p.still())

	end := p.trainTo(after.steps() + 5)
	p.checkFrames(p.frames())
	s.checkLaw(t, first, end) // every step, before and after, was made once
}

// TestBrowserPause: no more than the frame that was on its way is shown after a pause, on a page
// that is slow, too, and what is shown then is what is stored.
func TestBrowserPause(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, recorded)
	p.run(`document.getElementById("train").addEventListener("click", () => window.testClicked = performance.now(), true)`)
	check := func(t *testing.T, when string) {
		t.Helper()
		p.checkStored(p.still())
		clicked, late := eval[float64](p, `testClicked`), 0
		for _, f := range p.frames() {
			if f.At > clicked {
				late++
			}
		}
		if late > 1 {
			t.Errorf("%s: %d frames after the pause; want at most 1", when, late)
		}
		contract.Eventually(t, "the server has no stream left", func() bool { return s.Samples(t)["nnvisu_streams"] == 0 })
		made := s.Samples(t)["nnvisu_frames_total"]
		p.still()
		if now := s.Samples(t)["nnvisu_frames_total"]; now != made {
			t.Errorf("%s: the server made %v frames after the pause; want none", when, now-made)
		}
	}
	for _, transport := range pageTransports {
		p.part(transport.name, func(t *testing.T) {
			p.by(transport.value)
			v := p.trainTo(p.look().steps() + 4)
			check(t, "at once")

			p.train()
			p.until("more steps", func(now view) bool { return now.steps() > v.steps()+1 })
			p.run(`(() => { // the page stands still while frames arrive; the pause comes with the first that is shown
				for (const end = performance.now() + 600; performance.now() < end; );
				new MutationObserver((_, observer) => {
					observer.disconnect();
					document.getElementById("train").click();
				}).observe(document.getElementById("measures"), {childList: true, subtree: true});
			})()`)
			p.until("the pause", func(v view) bool { return !v.Pressed && ready(v) })
			check(t, "on a page that stood still")
		})
	}
}

// TestBrowserTabs: each tab keeps its own state; a new tab begins with what was stored last.
func TestBrowserTabs(t *testing.T) {
	t.Parallel()
	s := start(t)
	a := s.open(t)
	a.change("the data set", func() { a.dataset("xor") })
	b := a.beside()
	if d := b.look().differs(a.look().state); d != "" {
		t.Errorf("a new tab does not begin with what was stored: %s", d)
	}
	b.change("the data set", func() { b.dataset("moons") })
	b.change("the layers", func() { b.fill("hidden_layers", "5") })
	tabs := []*tab{a, b}
	var from, to []view
	for _, p := range tabs {
		from = append(from, p.look())
		p.train()
	}
	for _, p := range tabs {
		p.until("step 5", func(v view) bool { return v.steps() >= 5 })
	}
	for i, p := range tabs {
		v := p.pause()
		s.checkLaw(t, from[i].state, v)
		to = append(to, v)
	}
	for i, p := range tabs {
		v := p.reload()
		if d := v.differs(to[i].state); d != "" {
			t.Errorf("tab %d does not keep its state over a reload: %s", i, d)
		}
		p.checkStored(p.still())
	}
	if d := b.beside().look().differs(to[1].state); d != "" {
		t.Errorf("a new tab does not begin with what was stored last: %s", d)
	}
}

// TestBrowserReloadAtOnce: a page that is loaded again while its address changes, as it does half a
// second after each pause, keeps its state.
func TestBrowserReloadAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, at("?dataset=xor"))
	for i, delay := range few(4, []int{0, 2, 5, 9, 1, 3, 4, 6, 7, 8, 10, 11}) { // in steps of 3 ms
		to := p.trainTo(i + 1)
		p.run(fmt.Sprintf(`setTimeout(() => history.replaceState(history.state, "", "?dataset=xor&seed=%d"), %d)`, delay, 3*delay))
		v := p.reload()
		if d := v.differs(to.state); d != "" {
			t.Fatalf("a page whose address changes %d ms before its reload, or after, does not keep its state: %s", 3*delay, d)
		}
	}
}

// TestBrowserReset: a reset ends the training, and no frame that was on its way brings the old
// weights back.
func TestBrowserReset(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, recorded)
	first := p.look().state
	for _, transport := range pageTransports {
		p.part(transport.name, func(t *testing.T) {
			p.by(transport.value)
			p.run(`testFrames.length = 0`)
			p.train()
			p.until("step 4", func(v view) bool { return v.steps() >= 4 })
			p.act("reset")
			p.until("step 0", func(v view) bool { return v.Step == "0" })
			v := p.still()
			if d := v.differs(first); d != "" || v.Step != "0" || v.Pressed {
				t.Errorf("after the reset: %v; want the state of the beginning, not training: %s", v, d)
			}
			p.checkStored(v)
			frames := p.frames()
			reset := slices.IndexFunc(frames, func(f frame) bool { return f.Step == "0" })
			for _, f := range frames[reset:] {
				if f.Step != "0" {
					t.Errorf("step %s is shown after the reset; want none", f.Step)
				}
			}
			contract.Eventually(t, "the server has no stream left", func() bool { return s.Samples(t)["nnvisu_streams"] == 0 })

			p.click("[data-undo]")
			last := frames[reset-1]
			p.until("the weights are back", func(v view) bool { return v.Network == last.Network })
			p.checkStored(p.still())
			p.change("the first weights", func() { p.act("reset") })
		})
	}
}

// TestBrowserRapid: however fast the Train button is clicked, one stream runs.
func TestBrowserRapid(t *testing.T) {
	t.Parallel()
	s := start(t)
	// A socket that is closed before it is open makes the browser say so.
	p := s.open(t, recorded, provoking("WebSocket is closed before the connection is established"))
	for _, transport := range pageTransports {
		p.part(transport.name, func(t *testing.T) {
			p.by(transport.value)
			from := p.look()
			b := p.box("#train")
			for range 15 {
				p.do("click Train", chromedp.MouseClickXY(b.X+b.Width/2, b.Y+b.Height/2))
			}
			p.until("more steps", func(v view) bool { return v.steps() >= from.steps()+5 && v.Pressed })
			contract.Eventually(t, "the server has one stream", func() bool { return s.Samples(t)["nnvisu_streams"] == 1 })
			for range 10 {
				if n := s.Samples(t)["nnvisu_streams"]; n != 1 {
					t.Errorf("the server has %v streams; want 1", n)
				}
			}
			v := p.pause()
			p.checkFrames(p.frames())
			p.checkNeverWaited()
			p.checkStored(v)
			s.checkLaw(t, from.state, v)
		})
	}
}

// TestBrowserStep: Step makes one update, while training too; New seed begins again with the next
// seed.
func TestBrowserStep(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	first := p.look().state
	for n := 1; n <= 3; n++ {
		v := p.change("a step", func() { p.step(1) })
		if v.steps() != n {
			t.Errorf("step %s after %d clicks", v.Step, n)
		}
		s.checkLaw(t, first, v)
	}
	v := p.change("another seed", func() { p.act("reseed") })
	if got := v.setting(t, "seed"); got != "2" || v.Step != "0" || v.Network == first.Network {
		t.Errorf("after New seed: seed %s, step %s; want seed 2, step 0 and other weights", got, v.Step)
	}
	if got := p.holds("seed"); got != "2" {
		t.Errorf("the field of the seed holds %q; want 2", got)
	}
	p.train()
	p.until("step 3", func(v view) bool { return v.steps() >= 3 })
	p.step(1)
	p.until("training goes on after a step", func(v view) bool { return v.Pressed && v.Connection == saysTraining && v.steps() > 6 })
	s.checkLaw(t, v.state, p.pause())
}

// TestBrowserChangesWhileTraining: every change takes effect at once, and training goes on from the
// weights it had.
func TestBrowserChangesWhileTraining(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, recorded)
	p.train()
	v := p.until("step 3", func(v view) bool { return v.steps() >= 3 })
	goesOn := func(what string, ok func(view) bool) {
		t.Helper()
		v = p.until(what, ok)
		v = p.until("training after "+what, func(now view) bool {
			return now.Pressed && now.Connection == saysTraining && now.steps() > v.steps()+1
		})
	}
	p.fill("learning_rate", "0.01")
	goesOn("the learning rate", func(v view) bool { return v.setting(t, "learning_rate") == "0.01" })
	p.choose("optimizer", "momentum")
	goesOn("the optimizer", func(v view) bool { return v.setting(t, "optimizer") == `"momentum"` })
	p.choose("frame_steps", "5")
	goesOn("the speed", func(now view) bool { return now.steps() > v.steps()+10 })
	p.dab(0.95, 0.95)
	goesOn("the point", func(v view) bool { return v.Points == "201 points" })
	p.choose("activation", "relu")
	goesOn("the activation", func(v view) bool { return v.setting(t, "activation") == `"relu"` })
	p.by("websocket")
	goesOn("the transport", func(v view) bool {
		requests := p.sentSoFar()
		return requests[len(requests)-1].method == "SOCKET"
	})
	p.undo()
	goesOn("the undo", func(v view) bool { return v.setting(t, "activation") == `"tanh"` })
	p.checkStored(p.pause())
	p.checkFrames(p.frames())
	p.checkNeverWaited()
}

// TestBrowserRefusedWhileTraining: a setting that cannot be is told beside its field for as long as
// it is there, and training goes on without it.
func TestBrowserRefusedWhileTraining(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, recorded)
	p.provokes(saysRefused)
	p.train()
	v := p.until("step 3", func(v view) bool { return v.steps() >= 3 })
	p.fill("learning_rate", "0")
	p.until("the error", func(v view) bool { return strings.Contains(p.besideField("learning_rate"), "must be greater than 0") })
	p.until("training goes on", func(now view) bool { return now.Connection == saysTraining && now.steps() > v.steps()+5 })
	if text := p.besideField("learning_rate"); !strings.Contains(text, "must be greater than 0") {
		t.Errorf("beside the field is %q while training goes on; want what is wrong with it", text)
	}
	if got := p.holds("learning_rate"); got != "0" {
		t.Errorf("the field holds %q; want what was written", got)
	}
	p.fill("learning_rate", "0.02")
	p.until("the setting", func(v view) bool { return v.Notice == "" && v.setting(t, "learning_rate") == "0.02" })
	if text := p.besideField("learning_rate"); text != "" {
		t.Errorf("beside the field is %q; want nothing", text)
	}
	p.pause()
	p.checkFrames(p.frames())
}

// TestBrowserDiverged: a run whose numbers are no longer finite ends and says at which step.
func TestBrowserDiverged(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	p.change("a regression", func() { p.dataset("plane") })
	p.change("the optimizer", func() { p.choose("optimizer", "sgd") })
	p.change("the penalty", func() { p.fill("l2", "10") })
	p.change("the learning rate", func() { p.fill("learning_rate", "1") }) // weights grow ninefold at every step
	p.choose("frame_steps", "25")
	from := p.look()
	for _, transport := range pageTransports {
		p.part(transport.name, func(t *testing.T) {
			p.by(transport.value)
			p.train()
			v := p.until("the run diverges", func(v view) bool { return strings.Contains(v.Notice, "broke off") && ready(v) })
			if v.Pressed {
				t.Error("the Train button is still pressed; want the run to be over")
			}
			if broke := number(v.notice()); broke < 100 || v.steps() >= broke || v.steps() < broke-25 {
				t.Errorf("notice %q at step %s; want the step of the divergence, and the last frame before it", v.Notice, v.Step)
			}
			s.checkLaw(t, from.state, v)
			p.checkStored(p.still())
			p.change("the first weights", func() { p.act("reset") })
		})
	}
	p.change("a smaller penalty", func() { p.fill("l2", "0.1") })
	p.change("a step", func() { p.step(1) })
}

// TestBrowserNothingToLearn: training without a point says what is missing instead of waiting for
// ever.
func TestBrowserNothingToLearn(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.provokes(saysRefused)
	p.change("no points", func() { p.act("clear") })
	for _, transport := range pageTransports {
		p.by(transport.value)
		p.train()
		p.until("a notice", func(v view) bool {
			return strings.Contains(v.Notice, "at least one training point") && ready(v) && !v.Pressed
		})
		p.change("a point", func() { p.dab(0.2, 0.1) })
		p.trainTo(1)
		p.change("no points", func() { p.act("clear") })
	}
}

// A page is frozen when nothing moves, or no click is answered, for this long.
const frozen = 500 * time.Millisecond

// TestBrowserManyPoints: with 500 points the page stays alive while it trains. It is not parallel,
// so as to measure the page and not the other tests, and has three tries, as the machine may be
// busy with something else.
func TestBrowserManyPoints(t *testing.T) {
	p := start(t).open(t)
	p.change("500 points", func() { p.fill("points", "500") })
	if v := p.look(); v.Points != "500 points" {
		t.Fatalf("%q; want 500 points", v.Points)
	}
	p.run(`(() => {
		let last = performance.now();
		window.testGap = 0;
		const tick = (now) => (window.testGap = Math.max(testGap, now - last), last = now, requestAnimationFrame(tick));
		requestAnimationFrame(tick);
	})()`)
	var froze []string
	for range 3 {
		froze = nil
		answered := func(what string, click func(), ok func() bool) {
			t.Helper()
			click()
			began := time.Now()
			contract.Eventually(t, what, ok)
			if took := time.Since(began); took > frozen {
				froze = append(froze, fmt.Sprintf("%s after %v", what, took))
			}
		}
		v := p.look()
		p.train()
		p.until("some steps", func(now view) bool { return now.steps() > v.steps()+4 })
		p.run(`testGap = 0`)
		points := number(p.look().Points)
		answered("the eraser is in hand", func() { p.tool("erase") }, func() bool { return p.held() == "erase" })
		answered("the tool is in hand", func() { p.tool("1") }, func() bool { return p.held() == "1" })
		answered("the edges are hard", func() { p.toggle("hard") }, func() bool { return colours(p.pixels()) <= 2 })
		answered("the edges are soft", func() { p.toggle("hard") }, func() bool { return colours(p.pixels()) > 2 })
		answered("the point is there", func() { p.dab(0.1, 0.1) }, func() bool { return number(p.look().Points) == points+1 })
		v = p.look()
		p.until("training goes on", func(now view) bool { return now.steps() > v.steps()+8 })
		answered("the training stops", p.train, func() bool { return ready(p.look()) })
		if gap := time.Duration(eval[float64](p, `testGap`) * float64(time.Millisecond)); gap > frozen {
			froze = append(froze, fmt.Sprintf("nothing moved for %v", gap))
		}
		p.checkStored(p.still())
		if froze == nil {
			return
		}
	}
	t.Errorf("while it trains: %s; want all of it within %v", strings.Join(froze, ", "), frozen)
}

// TestBrowserSlowScreen: on a page that cannot show all that the server sends a pause is a pause,
// too: what waits to be shown is dropped, and the run goes on from what was shown last.
func TestBrowserSlowScreen(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	p.run(`(() => { // two pictures a second, where the server sends 25
		const real = requestAnimationFrame;
		window.requestAnimationFrame = (f) => setTimeout(() => real(f), 500);
	})()`)
	for _, transport := range pageTransports {
		p.part(transport.name, func(t *testing.T) {
			p.by(transport.value)
			shown, before := p.look().steps(), s.Samples(t)["nnvisu_updates_total"]
			made := func() int { return int(s.Samples(t)["nnvisu_updates_total"]-before) + shown }
			from := p.look()
			p.train()
			for end := time.Now().Add(3 * time.Second); time.Now().Before(end) && made() < shown+60; time.Sleep(20 * time.Millisecond) {
			}
			seen := p.until("a frame is shown", func(v view) bool { return v.steps() > from.steps() })
			p.train()
			began := time.Now()
			p.until("the pause", ready)
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("the pause takes %v; want it at once", took)
			}
			v := p.still()
			if v.steps() > seen.steps()+2 {
				t.Errorf("step %d after the pause; want no more than was about to be shown after step %d", v.steps(), seen.steps())
			}
			p.checkStored(v)
			s.checkLaw(t, from.state, v)
		})
	}
}

package browser

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestBrowserUntil: a run ends by itself where it was told to, and an end that cannot be is refused
// beside its field.
func TestBrowserUntil(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	first := p.look()
	ends := func(what string) view {
		t.Helper()
		from := p.look()
		p.train()
		v := p.until(what, func(v view) bool { return ready(v) && !v.Pressed && v.steps() > from.steps() })
		p.still()
		return v
	}
	p.part("Step", func(t *testing.T) {
		p.choose("frame_steps", "10")
		for i, transport := range pageTransports {
			p.by(transport.value)
			want := 37 * (i + 1) // no multiple of the updates of a frame
			p.fill("until_step", strconv.Itoa(want))
			v := ends("the step")
			if v.steps() != want || !strings.Contains(v.Notice, "Step "+strconv.Itoa(want)+" is reached") {
				t.Errorf("by %s the run ends at step %s and says %q; want step %d", transport.name, v.Step, v.Notice, want)
			}
			s.checkLaw(t, first.state, v)
			if got := p.holds("until_step"); got != strconv.Itoa(want) {
				t.Errorf("the field then holds %q; want it to stay for the next run", got)
			}
		}
		// Told while it trains, it is heeded.
		p.fill("until_step", "")
		p.train()
		v := p.until("more steps", func(v view) bool { return v.steps() > 100 })
		want := v.steps() + 203
		p.fill("until_step", strconv.Itoa(want))
		v = p.until("the step", func(v view) bool { return ready(v) && !v.Pressed })
		if v.steps() != want {
			t.Errorf("told while it trains, the run ends at step %s; want %d", v.Step, want)
		}
		p.fill("until_step", "")
		p.still()
	})
	p.part("Loss", func(t *testing.T) {
		p.change("the first weights", func() { p.act("reset") })
		p.choose("frame_steps", "1")
		p.fill("until_loss", "0.5")
		v := ends("the loss")
		loss, _ := strconv.ParseFloat(v.Loss, 64)
		before, _ := s.measured(t, first.state, v.steps()-1)
		if loss > 0.5 || before <= 0.5 || !strings.Contains(v.Notice, "0.5") {
			t.Errorf("the run ends at loss %s, after %v a step before, and says %q; want it at the first not above 0.5", v.Loss, before, v.Notice)
		}
		p.fill("until_loss", "")
	})
	p.part("Accuracy", func(t *testing.T) {
		p.change("the first weights", func() { p.act("reset") })
		p.fill("until_accuracy", "80")
		v := ends("the accuracy")
		_, before := s.measured(t, first.state, v.steps()-1)
		_, now := s.measured(t, first.state, v.steps())
		if now < 0.8 || before >= 0.8 || !strings.Contains(v.Notice, "80 %") {
			t.Errorf("the run ends at accuracy %s, after %v a step before, and says %q; want it at the first of 80 %%", v.Accuracy, before, v.Notice)
		}
		p.fill("until_accuracy", "")
	})
	p.part("Refused", func(t *testing.T) {
		p.provokes(saysRefused)
		v := p.still()
		for _, bad := range []struct{ id, value, says string }{
			{"until_step", "0", "must be greater than"},
			{"until_step", "soon", "whole number"},
			{"until_loss", "-1", "must be greater than 0"},
			{"until_accuracy", "101", "at most 100"},
			{"patience", "3", "no point is held out"},
		} {
			for _, transport := range pageTransports {
				p.by(transport.value)
				p.fill(bad.id, bad.value)
				p.train()
				p.until("the refusal of "+bad.id, func(v view) bool {
					return ready(v) && !v.Pressed && strings.Contains(p.besideField(bad.id), bad.says) && v.Notice == ""
				})
				if now := p.still(); now.differs(v.state) != "" {
					t.Errorf("the run goes on until %s %q: %s", bad.id, bad.value, now.differs(v.state))
				}
				p.fill(bad.id, "")
				if text := p.besideField(bad.id); text != "" {
					t.Errorf("beside the empty %s is %q; want nothing", bad.id, text)
				}
			}
		}
		p.change("a step", func() { p.step(1) })
		p.trainTo(v.steps() + 3)
	})
	p.part("Patience", func(t *testing.T) {
		p.change("a data set that is learned by heart", func() { p.fill("points", "40") })
		p.change("much noise", func() { p.fill("noise", "0.3") })
		p.change("points held out", func() { p.fill("test_fraction", "0.5") })
		p.change("a high learning rate", func() { p.fill("learning_rate", "0.1") })
		const patience = 10
		p.fill("patience", strconv.Itoa(patience))
		v := ends("no better test loss")
		h := p.history()
		best := 0
		for i, loss := range h.TestLoss {
			if loss < h.TestLoss[best] {
				best = i
			}
		}
		if waited := number(v.Epoch) - h.Epoch[best]; waited != patience || !strings.HasPrefix(v.Notice, "Stopped early") || !strings.Contains(v.Notice, ", the best") {
			t.Errorf("the run ends %d epochs after its best test loss and says %q; want %d", waited, v.Notice, patience)
		}
		p.fill("patience", "")
	})
	p.part("Schedule", func(t *testing.T) {
		rate := func() float64 {
			v, err := strconv.ParseFloat(p.shown("#rate"), 64)
			if err != nil {
				t.Fatalf("the rate is %q; want a number", p.shown("#rate"))
			}
			return v
		}
		p.change("the first weights", func() { p.act("reset") })
		if got := rate(); got != 0.1 {
			t.Errorf("the rate is %v; want the learning rate, 0.1", got)
		}
		p.change("a schedule", func() { p.choose("schedule", "step") })
		p.change("its period", func() { p.fill("schedule_steps", "5") })
		p.change("its factor", func() { p.fill("schedule_factor", "0.5") })
		from := p.look()
		p.train()
		seen := map[float64]bool{}
		p.until("step 20", func(v view) bool { seen[rate()] = true; return v.steps() >= 20 })
		v := p.pause()
		if got, want := rate(), 0.1*math.Pow(0.5, float64(v.steps()/5)); math.Abs(got-want) > 2e-3*want {
			t.Errorf("at step %s the rate is %v; want %v", v.Step, got, want)
		}
		if len(seen) < 3 {
			t.Errorf("while it trained the rates %v were shown; want them to fall", seen)
		}
		s.checkLaw(t, from.state, v)
		p.provokes(saysRefused)
		p.fill("schedule_factor", "2")
		p.until("the refusal", func(v view) bool { return ready(v) && p.besideField("schedule_factor") != "" })
		if d := p.still().differs(v.state); d != "" {
			t.Errorf("a factor that cannot be changes %s", d)
		}
		p.change("another factor", func() { p.fill("schedule_factor", "0.9") })
		if text := p.besideField("schedule_factor"); text != "" {
			t.Errorf("beside the factor is %q; want nothing", text)
		}
	})
}

// TestBrowserUncommitted: what is written counts for a button that leaves the focus in its field, as
// browsers on phones do.
func TestBrowserUncommitted(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.provokes(saysRefused)
	write := func(id, text string) {
		p.enter(id)
		for _, key := range strings.Split(text, "") {
			p.press(key)
		}
	}
	write("learning_rate", "0.5")
	write("until_step", "7")
	p.enter("learning_rate")
	p.press(kb.Backspace)
	for _, key := range []string{"0", ".", "2"} {
		p.press(key)
	}
	p.run(`document.getElementById("train").click()`)
	v := p.until("step 7", func(v view) bool { return ready(v) && v.Step == "7" && !v.Pressed })
	if got := v.setting(t, "learning_rate"); got != "0.2" {
		t.Errorf("the run has the learning rate %s; want 0.2, as written", got)
	}
	write("until_step", "9")
	p.run(`document.getElementById("train").click()`)
	p.until("step 9", func(v view) bool { return ready(v) && v.Step == "9" && !v.Pressed })
	write("learning_rate", "0.25")
	p.run(`document.getElementById("one-step").click()`)
	v = p.until("step 10", func(v view) bool { return ready(v) && v.Step == "10" })
	if got := v.setting(t, "learning_rate"); got != "0.25" {
		t.Errorf("the step has the learning rate %s; want 0.25, as written", got)
	}
}

package browser

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// trouble is what the page says is wrong with the run.
func (p *tab) trouble() string { p.tb.Helper(); return p.shown("#diagnosis") }

// TestBrowserTrouble: a run that grows without limit is told of while it does, with the moment at
// which it began. When it breaks off, the page leads back to the best moment, which can be trained
// on from at a smaller learning rate; Undo brings the run back.
func TestBrowserTrouble(t *testing.T) {
	t.Parallel()
	s := start(t)
	dir := os.Getenv("NNVISU_SCREENSHOTS")
	for _, size := range few(1, []struct {
		name   string
		option func(*tabOptions)
	}{{"phone", phone}, {"wide", laptop}}) {
		t.Run(size.name, func(t *testing.T) {
			p := s.open(t, size.option)
			p.endTour()
			p.change("values", func() { p.dataset("hills") })
			p.change("the optimizer", func() { p.choose("optimizer", "sgd") })
			p.change("the activation", func() { p.choose("activation", "relu") })
			best := p.trainTo(5)
			p.change("the learning rate", func() { p.fill("learning_rate", "10") })
			if said := p.trouble(); said != "" {
				t.Errorf("before it fails the page says %q; want nothing", said)
			}
			p.run(`scrollTo(0, 0)`)
			p.train()
			p.until("the page says so", func(view) bool { return strings.Contains(p.trouble(), "has grown without limit") })
			if dir != "" {
				p.screenshot(dir, "trouble-"+size.name)
			}
			v := p.until("the run breaks off", func(v view) bool { return ready(v) && !v.Pressed && strings.Contains(v.Notice, "broke off") })
			if dir != "" {
				p.screenshot(dir, "broke-off-"+size.name)
			}
			p.still()
			back := "Back to step " + best.Step + ", the best"
			if said := p.trouble(); said != "" || !strings.Contains(v.Notice, back) {
				t.Fatalf("the page says %q and %q; want the way back to step %s once", said, v.Notice, best.Step)
			}
			p.change("the way back, slower", func() { p.click("#notice [data-back][type=submit]") })
			v = p.still()
			if v.Step != best.Step || v.Network != best.Network || v.setting(t, "learning_rate") != "1" || p.holds("learning_rate") != "1" {
				t.Errorf("after the way back: step %s, learning rate %s; want the network of step %s at 1", v.Step, v.setting(t, "learning_rate"), best.Step)
			}
			if said := p.trouble(); said != "" {
				t.Errorf("after the way back the page says %q; want nothing", said)
			}
			p.checkStored(v)
			p.change("a still smaller learning rate", func() { p.fill("learning_rate", "0.1") })
			v = p.trainTo(v.steps() + 40)
			if loss, err := strconv.ParseFloat(v.Loss, 64); err != nil || loss > 0.2 || math.IsNaN(loss) {
				t.Errorf("trained on from there, the loss is %s; want it to learn", v.Loss)
			}
		})
	}
}

// TestBrowserBrokenBack: the way back from a run that broke off takes the notice of that away.
func TestBrowserBrokenBack(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, at("?dataset=hills&activation=relu&optimizer=sgd&learning_rate=10&frame_steps=5"))
	p.train()
	v := p.until("the run breaks off", func(v view) bool { return ready(v) && !v.Pressed && strings.Contains(v.Notice, "broke off") })
	p.click("#notice [data-back][type=button]")
	p.until("the best moment", func(now view) bool { return ready(now) && now.steps() != v.steps() })
	if back := p.still(); back.Notice != "" || p.trouble() != "" {
		t.Errorf("after the way back the page says %q and %q; want nothing", back.Notice, p.trouble())
	}
}

// TestBrowserTroubleBack: the way back alone shows the best moment, and loses nothing of the run.
func TestBrowserTroubleBack(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.change("a learning rate", func() { p.fill("learning_rate", "10") })
	p.train()
	p.until("the page says so", func(view) bool { return strings.Contains(p.trouble(), "leaps about") })
	v := p.pause()
	button := p.shown("#diagnosis [data-back]")
	p.click("#diagnosis [data-back]")
	p.until("the best moment", func(now view) bool { return ready(now) && now.steps() != v.steps() })
	back := p.still()
	if number(button) != back.steps() || !strings.Contains(p.shown("#moment"), v.Step) {
		t.Errorf("%q leads to step %s, %q; want that moment of the run", button, back.Step, p.shown("#moment"))
	}
	if back.Pressed {
		t.Error("the run goes on by itself; want it to wait")
	}
}

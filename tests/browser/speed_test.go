package browser

import (
	"fmt"
	"testing"
	"time"
)

// TestBrowserSpeedMax: the speed Max makes far more updates than the fastest of the others, and still
// shows picture after picture, over both transports; and the address leads to the same bits.
func TestBrowserSpeedMax(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	first := p.look().state
	p.run(`window.testFrameCount = 0; new MutationObserver(() => testFrameCount++).observe(document.getElementById("measures"), {childList: true})`)
	// Updates and pictures of some time, after the first picture.
	run := func(speed string) (updates, pictures int) {
		t.Helper()
		p.change("the first weights", func() { p.act("reset") })
		p.choose("frame_steps", speed)
		p.train()
		begun := p.until("a picture", func(v view) bool { return v.steps() > 0 })
		pictures = -eval[int](p, `testFrameCount`)
		time.Sleep(1500 * time.Millisecond)
		v := p.pause()
		return v.steps() - begun.steps(), pictures + eval[int](p, `testFrameCount`)
	}
	p.change("a step", func() { p.step(1) })
	for _, transport := range pageTransports {
		p.by(transport.value)
		hundred, _ := run("100")
		most, pictures := run("max")
		t.Logf("%s: %d updates at 100×, %d in %d pictures at Max", transport.name, hundred, most, pictures)
		if most < 3*hundred/2 {
			t.Errorf("over %s Max makes %d updates and 100× %d; want far more", transport.name, most, hundred)
		}
		if pictures < 3 {
			t.Errorf("over %s Max shows %d pictures; want them to follow one another", transport.name, pictures)
		}
	}
	p.change("the first weights", func() { p.act("reset") })
	p.fill("until_step", "5000")
	p.still()
	p.train()
	v := p.until("the end", func(v view) bool { return ready(v) && v.steps() == 5000 })
	s.checkLaw(t, first, v)
	address := p.address("frame_steps=max", fmt.Sprintf("steps=%d", v.steps()))
	q := s.open(t, at(address))
	got := q.until("the run of the address", func(v view) bool { return ready(v) && !v.Pressed && v.Step != "0" })
	if d := got.differs(v.state); d != "" {
		t.Errorf("the address %s leads to another state: %s", address, d)
	}
	if got := eval[string](q, `document.querySelector("[name=frame_steps]").value`); got != "max" {
		t.Errorf("the page of that address has the speed %s; want max", got)
	}
}

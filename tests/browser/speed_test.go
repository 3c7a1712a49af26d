package browser

import (
	"fmt"
	"testing"
	"time"
)

// TestBrowserSpeedMax: the speed Max makes more updates than the fastest of the others, with as many
// pictures, over both transports; and the address leads to the same bits.
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
		// Both are times of a machine that may be busy with something else just then.
		var problem string
		for range 3 {
			hundred, pictures := run("100")
			most, asMany := run("max")
			t.Logf("%s: %d updates in %d pictures at 100×, %d in %d at Max", transport.name, hundred, pictures, most, asMany)
			problem = ""
			if most < 3*hundred/2 {
				problem = fmt.Sprintf("over %s Max makes %d updates and 100× %d; want far more", transport.name, most, hundred)
			} else if asMany < pictures/2 {
				problem = fmt.Sprintf("over %s Max shows %d pictures and 100× %d; want about as many", transport.name, asMany, pictures)
			} else {
				break
			}
		}
		if problem != "" {
			t.Error(problem)
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

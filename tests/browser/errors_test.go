package browser

import "testing"

// TestBrowserException: a fault in the page's own work is said, and what comes after it is done all
// the same.
func TestBrowserException(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, fault := range []struct{ name, script string }{
		{"Request", `(() => { const real = htmx.ajax; htmx.ajax = (...args) => { htmx.ajax = real; throw new Error("test fault"); }; })()`},
		{"Answer", `(() => { const real = htmx.ajax; htmx.ajax = async (...args) => { htmx.ajax = real; await real.apply(htmx, args); throw new Error("test fault"); }; })()`},
		{"Moments", `(() => {
			const slider = document.getElementById("moments");
			Object.defineProperty(slider, "max", { configurable: true, set() { delete slider.max; throw new Error("test fault"); } });
		})()`},
	} {
		t.Run(fault.name, func(t *testing.T) {
			p := s.open(t, provoking("test fault"))
			first := p.look().state
			p.run(fault.script)
			p.step(1)
			p.until("the fault is said", func(v view) bool { return ready(v) && v.Storage != "" })
			v := p.change("a point all the same", func() { p.dab(0.5, 0.5) })
			p.run(fault.script)
			p.train()
			p.until("the training ends or goes on", func(now view) bool { return ready(now) && !now.Pressed || now.steps() > v.steps()+3 })
			// In one go, as the fault may end the training between a look and a click.
			p.run(`document.querySelector("#train[data-trains=true]")?.click()`)
			p.still()
			end := p.trainTo(p.look().steps() + 3)
			p.checkStored(end)
			if v.net(t).Step > 0 {
				s.checkLaw(t, first, view{state: state{first.Config, v.Network, first.Data}})
			}
		})
	}
}

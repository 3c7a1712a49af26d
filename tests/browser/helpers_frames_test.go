package browser

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/tests/contract"
)

// A frame is what a tab showed, from the first moment that a script could see it.
type frame struct {
	At      float64 `json:"at"` // ms
	Step    string  `json:"step"`
	Loss    string  `json:"loss"`
	Network string  `json:"network"`
}

// recorder keeps every frame, and everything that the page says it is doing.
const recorder = `(() => {
	const $ = (id) => document.getElementById(id);
	window.testFrames = [];
	window.testSaid = [];
	window.testKeep = () => ({
		at: performance.now(), step: $("step").textContent, loss: $("loss").textContent,
		network: document.querySelector("[name=network]").value,
	});
	new MutationObserver(() => testFrames.push(testKeep())).observe($("measures"), {childList: true, subtree: true});
	const say = () => {
		const text = $("connection").innerText.trim();
		if (testSaid.at(-1) !== text) testSaid.push(text);
	};
	say();
	new MutationObserver(say).observe(document.documentElement, {subtree: true, attributeFilter: ["data-state"]});
})()`

// recorded records from the first moment of every document, and keeps the last frame over a reload.
func recorded(o *tabOptions) {
	o.before = append(o.before, `
		window.testStored = sessionStorage.getItem("nnvisu_weights") ?? "";
		window.testLast = JSON.parse(sessionStorage.getItem("test_last") ?? "null");
		document.addEventListener("DOMContentLoaded", () => `+recorder+`);
		addEventListener("pagehide", () => sessionStorage.setItem("test_last", JSON.stringify(testKeep())));
	`)
}

func (p *tab) frames() []frame { p.tb.Helper(); return eval[[]frame](p, `testFrames`) }

// checkFrames fails the test unless the frames are whole and their steps never go back, and every
// frame of one step has the same weights.
func (p *tab) checkFrames(frames []frame) {
	p.tb.Helper()
	if len(frames) == 0 {
		p.tb.Error("no frame was shown; want some")
	}
	weights := map[int]string{}
	last := -1
	for i, f := range frames {
		step := number(f.Step)
		if n := contract.Decode[contract.Network](p.tb, []byte(f.Network)); n.Step != step {
			p.tb.Errorf("frame %d shows step %d with a network of step %d; want a whole frame", i, step, n.Step)
		}
		if step < last {
			p.tb.Errorf("frame %d shows step %d after step %d; want no step back", i, step, last)
		}
		last = step
		got := parameters(p.tb, f.Network)
		if known, ok := weights[step]; ok && known != got {
			p.tb.Errorf("frame %d shows other weights for step %d than a frame before; want the same", i, step)
		}
		weights[step] = got
	}
}

// checkNeverWaited fails the test if the page said that the server does not answer.
func (p *tab) checkNeverWaited() {
	p.tb.Helper()
	for _, text := range eval[[]string](p, `testSaid`) {
		if strings.HasPrefix(text, saysWaiting) {
			p.tb.Errorf("the page said %q; want no such word of a server that answers", text)
			return
		}
	}
}

// parameters are the weights and biases of a network, without the optimizer's moments.
func parameters(tb testing.TB, text string) string {
	tb.Helper()
	n := contract.Decode[contract.Network](tb, []byte(text))
	return string(contract.Encode([]any{n.Weights, n.Biases}))
}

// trained returns the network that a state becomes after some updates, by POST /step, which is asked as
// often as its limit makes necessary.
func (s *server) trained(tb testing.TB, from state, steps int) string {
	tb.Helper()
	for ; steps > wire.MaxSteps; steps -= wire.MaxSteps {
		from.Network = s.trained(tb, from, wire.MaxSteps)
	}
	m := contract.Message{"type": "train_step", "config": json.RawMessage(from.Config), "data": json.RawMessage(from.Data), "steps": steps}
	if from.Network != "" {
		m["network"] = json.RawMessage(from.Network)
	}
	return string(s.Step(tb, m).Network)
}

// checkLaw fails the test unless a view is what a state becomes after the updates between them.
func (s *server) checkLaw(tb testing.TB, from state, got view) {
	tb.Helper()
	n := got.net(tb).Step - from.net(tb).Step
	if n < 1 {
		tb.Errorf("step %d after step %d; want more steps", got.net(tb).Step, from.net(tb).Step)
		return
	}
	if want := s.trained(tb, from, n); got.Network != want {
		tb.Errorf("after %d updates the page holds %s; want what POST /step makes of the same start, %s", n, brief(got.Network), brief(want))
	}
}

// checkStored fails the test unless the page shows, holds and stores one and the same state.
func (p *tab) checkStored(v view) {
	p.tb.Helper()
	if n := v.net(p.tb); n.Step != v.steps() {
		p.tb.Errorf("the page shows step %s and holds a network of step %d; want one step", v.Step, n.Step)
	}
	if d := v.Session.differs(v.state); d != "" {
		p.tb.Errorf("sessionStorage does not hold the state of the page: %s", d)
	}
	if d := v.Local.differs(v.state); d != "" {
		p.tb.Errorf("localStorage does not hold the state of the page: %s", d)
	}
}

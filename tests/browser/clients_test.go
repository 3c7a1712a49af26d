package browser

import (
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// TestBrowserClient: the client in JavaScript can be imported from the server and trains there, by
// compressed requests and streams, to the bytes of a program's request.
func TestBrowserClient(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	p.ready()
	p.run(script(`(async () => {
		const { Client, parse } = await import("./nnvisu.mjs");
		const lab = new Client(%s, { compress: true });
		const first = await lab.new("spiral", { batch_size: 32, dropout: 0.1 });
		const steps = [];
		let state = first;
		for await (state of lab.train(first, { steps: 50, every: 20 })) steps.push(state.step);
		for await (const _ of lab.train(state)) break;
		const [[value]] = await lab.predict(state, [[0.1, 0.2]]);
		return {
			steps: steps.join(), text: state.stringify(), isValue: value > 0 && value < 1,
			isSame: parse(state.stringify()).equals(state),
		};
	})().then((found) => { window.testFound = found }, (error) => { window.testFound = { text: String(error) } }); 0`, s.Root))
	type found struct {
		Steps, Text     string
		IsValue, IsSame bool
	}
	var got *found
	for end := time.Now().Add(contract.Patience); got == nil && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		got = eval[*found](p, "window.testFound ?? null")
	}
	if got == nil {
		t.Fatal("the client has not come to its end")
	}
	state := contract.Message{"config": contract.Message{"batch_size": 32, "dropout": 0.1}, "data": s.Data(t, "spiral").Data}
	network := s.Step(t, state.With("steps", 50)).Network
	want := found{"20,40,50", string(s.Post(t, "/export", state.With("format", "state", "network", network).Text()).Body), true, true}
	if *got != want {
		t.Errorf("the client found %+v; want %+v", *got, want)
	}
}

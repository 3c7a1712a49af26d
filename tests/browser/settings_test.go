package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// TestBrowserInvalidLayers: an architecture that cannot be is told beside its field, and nowhere
// else; nothing is lost, and a value that can be puts an end to it.
func TestBrowserInvalidLayers(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.provokes(saysRefused)
	before := p.trainTo(3)
	for _, bad := range []string{"8-0", "abc", "1-1-1-1-1-1-1-1-1-1-1", "101"} {
		said := p.besideField("hidden_layers")
		p.fill("hidden_layers", bad)
		p.until("the error of "+bad, func(v view) bool { now := p.besideField("hidden_layers"); return now != "" && now != said })
		v := p.still()
		if d := v.differs(before.state); d != "" {
			t.Errorf("the layers %q change %s", bad, d)
		}
		p.checkStored(v)
		if got := p.holds("hidden_layers"); got != bad {
			t.Errorf("the field holds %q; want what was written, %q", got, bad)
		}
		if v.Notice != "" {
			t.Errorf("the notice says %q; want it to be said once, beside the field", v.Notice)
		}
	}
	v := p.change("layers that can be", func() { p.fill("hidden_layers", "4-4") })
	if got := v.setting(t, "hidden_layers"); got != "[4,4]" {
		t.Errorf("hidden_layers %s; want [4,4]", got)
	}
	if text := p.besideField("hidden_layers"); text != "" || strings.Contains(v.Notice, "must") {
		t.Errorf("beside the field is %q, in the notice %q; want no error any more", text, v.Notice)
	}
	p.trainTo(v.steps() + 2)
}

// TestBrowserInvalidTwice: what is wrong with a field stays beside it while another is wrong or
// right, and until it is mended itself.
func TestBrowserInvalidTwice(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.provokes(saysRefused)
	before := p.look()
	for _, id := range []string{"learning_rate", "batch_size"} {
		p.fill(id, "-1")
		p.until("the error of "+id, func(v view) bool { return p.besideField(id) != "" && ready(v) })
	}
	p.change("another setting", func() { p.choose("activation", "relu") })
	v := p.trainTo(2)
	for _, id := range []string{"learning_rate", "batch_size"} {
		marked := eval[string](p, `document.getElementById("`+id+`").getAttribute("aria-invalid") ?? ""`)
		if p.besideField(id) == "" || marked != "true" || p.holds(id) != "-1" || v.setting(t, id) != before.setting(t, id) {
			t.Errorf("%s is %s and holds %q, marked %q, with %q beside it; want it marked with what is wrong, and as it was",
				id, v.setting(t, id), p.holds(id), marked, p.besideField(id))
		}
	}
	p.change("a learning rate", func() { p.fill("learning_rate", "0.5") })
	if p.besideField("learning_rate") != "" || p.besideField("batch_size") == "" {
		t.Errorf("beside the fields are %q and %q; want what is wrong with the second alone", p.besideField("learning_rate"), p.besideField("batch_size"))
	}
	p.fill("batch_size", "10")
	p.until("no error", func(v view) bool { return v.setting(t, "batch_size") == "10" && p.besideField("batch_size") == "" })

	p.fill("until_step", "0")
	p.fill("until_loss", "-1")
	p.train()
	p.until("both errors", func(v view) bool {
		return ready(v) && p.besideField("until_step") != "" && p.besideField("until_loss") != "" && v.Notice == ""
	})
}

// TestBrowserFields: to visit every field and leave it as it was changes nothing and asks the
// server for nothing; the return key takes what was written and touches nothing else.
func TestBrowserFields(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	before := p.trainTo(3)
	asked := len(p.sentSoFar())
	fields := eval[[]string](p, `Array.from(document.querySelectorAll("main input:not([type]), main select"), (e) => e.id)`)
	if len(fields) < 12 || slices.Contains(fields, "") {
		t.Fatalf("the fields are %q; want all the settings, by their ids", fields)
	}
	for _, id := range fields {
		p.enter(id)
		if got := eval[string](p, `document.activeElement.id`); got != id {
			t.Errorf("the focus is in %q; want %q", got, id)
		}
		p.press(kb.Tab)
	}
	if d := p.still().differs(before.state); d != "" {
		t.Errorf("leaving fields unchanged changes %s", d)
	}
	if after := p.sentSoFar()[asked:]; len(after) > 0 {
		t.Errorf("leaving fields unchanged asks for %v; want nothing", after)
	}

	p.enter("learning_rate")
	for _, key := range []string{"0", ".", "5"} {
		p.press(key)
	}
	v := p.change("the learning rate", func() { p.press(kb.Enter) })
	if v.setting(t, "learning_rate") != "0.5" || v.Network != before.Network || v.Data != before.Data {
		t.Errorf("after the return key: %v; want the learning rate 0.5 and all else as it was", v)
	}
	if open := eval[int](p, `document.querySelectorAll("dialog[open]").length`); p.focused() != "learning_rate" || open != 0 {
		t.Errorf("after the return key the focus is at %s, and %d dialogs are open; want it where it was, and none", p.focused(), open)
	}
	p.checkStored(p.still())
}

// TestBrowserKeepsWeights: the buttons beside the hidden layers keep the weights of the layers
// before, and another optimizer goes on from all that there are.
func TestBrowserKeepsWeights(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	old := p.trainTo(3).net(t)
	for _, change := range []struct {
		act    string
		widths []int
		kept   int // layers
	}{
		{"add-layer", []int{2, 8, 8, 8, 2}, 2},
		{"remove-layer", []int{2, 8, 8, 2}, 2},
		{"remove-layer", []int{2, 8, 2}, 1},
		{"remove-layer", []int{2, 2}, 0},
		{"add-layer", []int{2, 8, 2}, 0},
	} {
		n := p.change(change.act, func() { p.act(change.act) }).net(t)
		if got := n.Widths(); !slices.Equal(got, change.widths) {
			t.Errorf("after %s: widths %v; want %v", change.act, got, change.widths)
		}
		for l := range change.kept {
			if fmt.Sprint(n.Weights[l], n.Biases[l]) != fmt.Sprint(old.Weights[l], old.Biases[l]) {
				t.Errorf("after %s the weights of layer %d are %v; want those of before, %v", change.act, l, n.Weights[l], old.Weights[l])
			}
		}
		if n.Step != old.Step {
			t.Errorf("after %s: step %d; want %d as before", change.act, n.Step, old.Step)
		}
		want := strings.Trim(strings.ReplaceAll(fmt.Sprint(change.widths[1:len(change.widths)-1]), " ", "-"), "[]")
		if got := p.holds("hidden_layers"); got != want {
			t.Errorf("after %s the field holds %q; want %q", change.act, got, want)
		}
	}

	before := p.trainTo(p.look().steps() + 2)
	for _, optimizer := range []string{"sgd", "adagrad", "adam"} {
		v := p.change(optimizer, func() { p.choose("optimizer", optimizer) })
		if parameters(t, v.Network) != parameters(t, before.Network) || v.Step != before.Step || v.Loss != before.Loss {
			t.Errorf("after choosing %s: step %s, loss %s, network %s; want step %s, loss %s and the weights of before, %s",
				optimizer, v.Step, v.Loss, brief(v.Network), before.Step, before.Loss, brief(before.Network))
		}
		before = p.change("a step", func() { p.step(1) })
		s.checkLaw(t, v.state, before)
	}
}

// TestBrowserSlowServer: what is chosen or typed while an answer is on its way is not undone by
// that answer.
func TestBrowserSlowServer(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.slow(300 * time.Millisecond)

	p.dab(0.5, 0.5)
	p.tool("1")
	p.until("the point is there", func(v view) bool { return v.Points == "201 points" && ready(v) })
	if held := p.held(); held != "1" {
		t.Errorf("the tool in hand is %s; want 1, which was chosen while a point was on its way", held)
	}

	p.dab(0.4, 0.4)
	p.fill("learning_rate", "0.5")
	v := p.until("both are done", func(v view) bool { return v.Points == "202 points" && ready(v) })
	if got := v.setting(t, "learning_rate"); got != "0.5" || p.holds("learning_rate") != "0.5" {
		t.Errorf("the learning rate is %s, the field holds %s; want 0.5, which was set while a point was on its way", got, p.holds("learning_rate"))
	}

	p.dab(0.3, 0.3)
	p.enter("hidden_layers")
	p.press("7")
	p.until("the point is there", func(v view) bool { return v.Points == "203 points" && ready(v) })
	p.press("-")
	p.press("7")
	p.press(kb.Tab)
	if v := p.until("the page is ready", ready); v.setting(t, "hidden_layers") != "[7,7]" {
		t.Errorf("the hidden layers are %s; want [7,7], which was typed while a point was on its way", v.setting(t, "hidden_layers"))
	}

	p.choose("activation", "relu")
	p.fill("l2", "0.25")
	v = p.until("both are done", func(v view) bool { return ready(v) && v.setting(t, "l2") == "0.25" })
	if got := v.setting(t, "activation"); got != `"relu"` {
		t.Errorf("the activation is %s; want relu, the first of two settings in a row", got)
	}
}

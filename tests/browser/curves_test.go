package browser

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// history is the curves of a run, as the page holds them.
type history struct {
	Every        int       `json:"every"`
	Step         []int     `json:"step"`
	Epoch        []int     `json:"epoch"`
	Loss         []float64 `json:"loss"`
	Accuracy     []float64 `json:"accuracy"`
	TestLoss     []float64 `json:"test_loss"`
	TestAccuracy []float64 `json:"test_accuracy"`
}

func (p *tab) history() history {
	p.tb.Helper()
	text := p.hidden("history")
	var h history
	if err := json.Unmarshal([]byte(text), &h); text != "" && err != nil {
		p.tb.Fatalf("the history %s: %v", brief(text), err)
	}
	return h
}

// curve returns the d of a path of a chart.
func (p *tab) curve(chart, class string) string {
	p.tb.Helper()
	return eval[string](p, script(`document.querySelector(%s)?.getAttribute("d") ?? ""`, fmt.Sprintf("[data-chart=%s] > svg path.curve.%s:not(.pinned)", chart, class)))
}

// pointCurve moves the mouse to a step of a chart, and returns where it is.
func (p *tab) pointCurve(chart string, step int) box {
	p.tb.Helper()
	p.box("[data-chart=" + chart + "] > svg")
	at := eval[box](p, script(`(([chart, step]) => {
		const svg = document.querySelector("[data-chart=" + chart + "] > svg"), box = svg.getBoundingClientRect();
		const {x0, x1, step0, step1} = Object.fromEntries(Object.entries(svg.dataset).map(([k, v]) => [k, Number(v)]));
		const x = x0 + (step - step0) / (step1 - step0) * (x1 - x0);
		return {X: box.x + (x - svg.viewBox.baseVal.x) / svg.viewBox.baseVal.width * box.width, Y: box.y + box.height / 2};
	})(%s)`, []any{chart, step}))
	p.move(at.X, at.Y)
	return at
}

// TestBrowserCurvesClick: a click on a curve shows the run as it was there.
func TestBrowserCurvesClick(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, laptop, before(pictures), before(slowly))
	end := p.trainTo(12)
	at := p.pointCurve("loss", 5)
	p.clickAt(at.X, at.Y)
	v := p.until("step 5", func(v view) bool { return v.Step == "5" && ready(v) })
	was := eval[moment](p, `({Network: testPictures[5].network, Cells: testPictures[5].cells})`)
	if v.Network != was.Network || p.timeline().Text != "Step 5 of "+end.Step {
		t.Errorf("after a click at step 5 the page says %q and shows step %s; want the moment as it was", p.timeline().Text, v.Step)
	}
	// The dot is at the moment that is shown.
	dot, cursor := eval[float64](p, `Number(document.querySelector("[data-chart=loss] .now").getAttribute("cx"))`), 0.0
	p.pointCurve("loss", 5)
	contract.Eventually(t, "the cursor is at step 5", func() bool {
		cursor = eval[float64](p, `Number(document.querySelector("[data-chart=loss] .cursor").getAttribute("x1"))`)
		return math.Abs(dot-cursor) < 1
	})
	at = p.pointCurve("accuracy", end.steps())
	p.clickAt(at.X, at.Y)
	if v := p.until("the newest step", func(v view) bool { return v.Step == end.Step && ready(v) }); v.Network != end.Network {
		t.Error("a click at the end shows another network than the newest")
	}
}

// TestBrowserCurvesWidth: the charts take the width of their card, and a large window still holds the
// whole page.
func TestBrowserCurvesWidth(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, laptop)
	p.trainTo(3)
	for _, size := range []struct {
		width, height int64
		fits          bool
	}{{1024, 768, false}, {1440, 900, false}, {1920, 1080, true}, {3840, 2160, true}} {
		p.size(size.width, size.height, false)
		p.settled()
		got := eval[struct{ Card, Charts, Page float64 }](p, `(() => {
			const wide = (e) => e.getBoundingClientRect();
			const charts = Array.from(document.querySelectorAll("#panel-body .chart"), wide);
			return {Card: wide(document.getElementById("panel-body")).width, Charts: Math.max(...charts.map((c) => c.right)) - Math.min(...charts.map((c) => c.left)), Page: document.documentElement.scrollHeight};
		})()`)
		if got.Charts < 0.8*got.Card {
			t.Errorf("in %d×%d the charts take %v of %v pixels; want four fifths at least", size.width, size.height, got.Charts, got.Card)
		}
		if size.fits && got.Page > float64(size.height) {
			t.Errorf("in %d×%d the page is %v pixels high; want it to fit", size.width, size.height, got.Page)
		}
	}
}

// TestBrowserCurves: the curves are those of the run, and tell their values under the pointer.
func TestBrowserCurves(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	if text := p.shown("#panel-body"); !strings.Contains(text, "appear here") {
		t.Errorf("before the first step the panel says %q; want to be told that curves will come", text)
	}
	p.change("points held out", func() { p.fill("test_fraction", "0.3") })
	first := p.look().state
	v := p.trainTo(12)
	h := p.history()
	n := len(h.Step)
	if n < 12 || h.Step[0] != 0 || h.Step[n-1] != v.steps() || len(h.Loss) != n || len(h.Accuracy) != n || len(h.TestLoss) != n {
		t.Fatalf("after %s steps the history has %d samples from step %d to %d; want one of each step", v.Step, n, h.Step[0], h.Step[n-1])
	}
	// The samples are what POST /step measures, to five digits.
	for _, i := range []int{1, n / 2, n - 1} {
		loss, accuracy := s.measured(t, first, h.Step[i])
		if math.Abs(loss-h.Loss[i]) > 1e-4*loss || math.Abs(accuracy-h.Accuracy[i]) > 1e-4 {
			t.Errorf("step %d: loss %v, accuracy %v in the history; want %v and %v", h.Step[i], h.Loss[i], h.Accuracy[i], loss, accuracy)
		}
	}
	for _, chart := range []string{"loss", "accuracy"} {
		for _, class := range []string{"train", "test"} {
			if d := p.curve(chart, class); strings.Count(d, "M")+strings.Count(d, "l") != n {
				t.Errorf("the curve of the %s %s is %q; want one of %d samples", class, chart, d, n)
			}
		}
	}

	// The value under the pointer is that of the sample, for both curves of both charts.
	over := func(chart string, i int) {
		t.Helper()
		p.pointCurve(chart, h.Step[i])
	}
	type reading struct {
		Train, Test, Accuracy, Moment, AccuracyMoment string
		Cursor                                        float64
	}
	read := func() reading {
		t.Helper()
		return eval[reading](p, `(() => {
			const text = (selector) => document.querySelector(selector).textContent.trim();
			return {
				Train: text("[data-chart=loss] [data-for=loss]"), Test: text("[data-chart=loss] [data-for=test_loss]"),
				Accuracy: text("[data-chart=accuracy] [data-for=accuracy]"),
				Moment: text("[data-chart=loss] .curve-moment"), AccuracyMoment: text("[data-chart=accuracy] .curve-moment"),
				Cursor: Number(document.querySelector("[data-chart=loss] .cursor").getAttribute("x1")),
			};
		})()`)
	}
	for _, chart := range []string{"loss", "accuracy"} {
		for _, i := range []int{3, n - 2} {
			over(chart, i)
			moment := fmt.Sprintf("epoch %d", h.Epoch[i]) // as the axis counts
			contract.Eventually(t, moment+" is read", func() bool { return read().Moment == moment })
			got := read()
			if !reads(got.Train, h.Loss[i]) || !reads(got.Test, h.TestLoss[i]) || got.AccuracyMoment != moment {
				t.Errorf("%s under the pointer reads %+v; want the losses %v and %v in both charts", moment, got, h.Loss[i], h.TestLoss[i])
			}
			if want := fmt.Sprintf("%.1f %%", 100*h.Accuracy[i]); got.Accuracy != want {
				t.Errorf("%s: the accuracy reads %q; want %q", moment, got.Accuracy, want)
			}
			if !(got.Cursor > 0) {
				t.Errorf("%s: no line shows where the pointer is: %+v", moment, got)
			}
		}
	}
	// What is read stays below the pointer while frames come.
	p.press(" ")
	p.until("some steps", func(now view) bool { return now.steps() > v.steps()+4 })
	got := read()
	if !strings.HasPrefix(got.Moment, "epoch ") || number(got.Moment) == 0 {
		t.Errorf("while it trains %+v is read; want a step under the pointer", got)
	}
	p.press(" ")
	end := p.still()
	h = p.history()
	got = read()
	for i, step := range h.Step {
		if got.Moment == fmt.Sprintf("epoch %d", step) && !reads(got.Train, h.Loss[i]) {
			t.Errorf("step %d reads %q; want %v", step, got.Train, h.Loss[i])
		}
	}
	p.move(1, 1)

	p.part("Logarithmic", func(t *testing.T) {
		linear, numbers := p.curve("loss", "train"), eval[string](p, `document.querySelector("[data-chart=loss] > svg").textContent`)
		accuracy := p.curve("accuracy", "train")
		p.toggle("log_scale")
		contract.Eventually(t, "another scale", func() bool { return p.curve("loss", "train") != linear && ready(p.look()) })
		if now := eval[string](p, `document.querySelector("[data-chart=loss] > svg").textContent`); now == numbers {
			t.Errorf("the numbers at the axis are %q, as before; want others", now)
		}
		if p.curve("accuracy", "train") != accuracy {
			t.Error("the accuracy changed with the scale of the loss")
		}
		if d := p.still().differs(end.state); d != "" {
			t.Errorf("the scale changes %s", d)
		}
		p.toggle("log_scale")
		contract.Eventually(t, "the scale of before", func() bool { return p.curve("loss", "train") == linear })
	})

	p.part("Panels", func(t *testing.T) {
		p.panel("confusion")
		sums := func() (train, test, right int) {
			t.Helper()
			tables := eval[[][][]string](p, `Array.from(document.querySelectorAll("#panel-body table.confusion"), (table) =>
				Array.from(table.querySelectorAll("tbody tr"), (tr) => Array.from(tr.querySelectorAll("td:not(.score)"), (td) => td.textContent.trim())))`)
			if len(tables) != 2 {
				t.Fatalf("%d tables; want one of the training points and one of those held out", len(tables))
			}
			for k, table := range tables {
				for i, row := range table {
					for j, cell := range row {
						if k == 0 {
							train += number(cell)
							if i == j {
								right += number(cell)
							}
						} else {
							test += number(cell)
						}
					}
				}
			}
			return train, test, right
		}
		train, test, right := sums()
		if want := fmt.Sprintf("%.1f %%", 100*float64(right)/float64(train)); train != 140 || test != 60 || want != end.Accuracy {
			t.Errorf("the tables count %d and %d points and %s right; want 140, 60 and %s", train, test, want, end.Accuracy)
		}
		whole := func(what, selector string) {
			t.Helper()
			p.train()
			first := p.shown(selector)
			if first == "" {
				t.Errorf("%s: nothing is shown", what)
			}
			contract.Eventually(t, what+" follow the training", func() bool { return p.shown(selector) != first })
			p.pause()
		}
		whole("counts", "#panel-body .confusion")
		sums()
		p.panel("gradients")
		if rows := eval[int](p, `document.querySelectorAll("#panel-body .norms tbody tr").length`); rows != 3 {
			t.Errorf("%d layers have a gradient; want 3", rows)
		}
		whole("gradients", "#panel-body .norms")
		p.panel("curves")
		whole("curves", "[data-chart=loss] figcaption")
	})
}

// measured returns what POST /step measures some updates after a state.
func (s *server) measured(tb testing.TB, from state, steps int) (loss, accuracy float64) {
	tb.Helper()
	r := s.Step(tb, contract.Message{"type": "train_step", "steps": steps,
		"config": json.RawMessage(from.Config), "network": json.RawMessage(from.Network), "data": json.RawMessage(from.Data)})
	var m struct{ Loss, Accuracy float64 }
	if err := json.Unmarshal(r.Metrics, &m); err != nil {
		tb.Fatalf("metrics %s: %v", r.Metrics, err)
	}
	return m.Loss, m.Accuracy
}

// reads reports whether a text is a value with four decimals.
func reads(text string, v float64) bool {
	shown, err := strconv.ParseFloat(text, 64)
	return err == nil && math.Abs(shown-v) <= 0.5e-4+1e-9 // four decimals
}

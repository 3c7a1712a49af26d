package browser

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// opened returns the tab that an act of a page opens.
func (p *tab) opened(what string, act func()) *tab {
	p.tb.Helper()
	own := chromedp.FromContext(p.ctx).Target.TargetID
	tabs := func() (ids []target.ID) { // of the same browser context
		all, err := chromedp.Targets(p.ctx)
		at := slices.IndexFunc(all, func(info *target.Info) bool { return info.TargetID == own })
		if err != nil || at < 0 {
			p.tb.Fatalf("the tab is not among %d: %v", len(all), err)
		}
		for _, info := range all {
			if info.Type == "page" && info.BrowserContextID == all[at].BrowserContextID {
				ids = append(ids, info.TargetID)
			}
		}
		return ids
	}
	before := tabs()
	act()
	var id target.ID
	contract.Eventually(p.tb, what, func() bool {
		for _, each := range tabs() {
			if !slices.Contains(before, each) {
				id = each
			}
		}
		return id != ""
	})
	ctx, cancel := chromedp.NewContext(p.ctx, chromedp.WithTargetID(id))
	q := &tab{server: p.server, tb: p.tb, ctx: ctx, home: p.home}
	p.tb.Cleanup(func() {
		cancel()
		q.checkComplaints(what)
	})
	if err := chromedp.Listen(ctx, q.listen); err != nil {
		p.tb.Fatalf("%s: %v", what, err)
	}
	return q
}

// sweep makes runs over one or two settings, and returns the tab in which they come.
func (p *tab) sweep(rows, rowValues, columns, columnValues, steps string) *tab {
	p.tb.Helper()
	p.dialog("sweep")
	p.choose("sweep_rows", rows)
	p.fill("sweep_row_values", rowValues)
	p.choose("sweep_columns", columns)
	p.fill("sweep_column_values", columnValues)
	p.fill("sweep_steps", steps)
	return p.opened("the tab of the sweep", func() { p.click("#sweep button.primary") })
}

// allRuns waits until the page of a sweep has all its runs, and its style and script, which may come later.
func (p *tab) allRuns() {
	p.tb.Helper()
	contract.Eventually(p.tb, "all runs of the sweep", func() bool {
		return p.found(".sweep-progress.done") == 1 && p.found(".sweep-answer") == 1 && !p.canStop()
	})
}

// canStop reports whether the page of a sweep shows its button Stop.
func (p *tab) canStop() bool {
	p.tb.Helper()
	return read[bool](p, `document.getElementById("stop").checkVisibility()`)
}

// widest returns by how many pixels the content of such elements is too wide for them, at most.
func (p *tab) widest(selector string) int {
	p.tb.Helper()
	return eval[int](p, script(`Math.max(...[...document.querySelectorAll(%s)].map((e) => e.scrollWidth - e.clientWidth))`, selector))
}

// found returns how many elements of a page a selector finds; 0 while there is none.
func (p *tab) found(selector string) int {
	n, _ := try[int](p, script(`document.querySelectorAll(%s).length`, selector))
	return n
}

// swept returns what the run of a page is alone from its beginning, with one other member of config.
func (s *server) swept(tb testing.TB, from state, steps int, name string, value any) string {
	tb.Helper()
	config := contract.Decode[map[string]any](tb, []byte(from.Config))
	config[name] = value
	text, err := json.Marshal(config)
	if err != nil {
		tb.Fatal(err)
	}
	from.Config, from.Network = string(text), ""
	return s.trained(tb, from, steps)
}

// TestBrowserSweep: a ready sweep opens in a tab of its own, says how far it is and what the runs tell
// together, and a press opens a run, byte for byte as it is alone. The page it came from stays as it is.
func TestBrowserSweep(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	p.change("another data set", func() { p.dataset("moons") })
	from := p.look().state
	p.dialog("sweep")
	q := p.opened("the tab of the sweep", func() { p.click("#sweep button[value=seeds]") })
	q.allRuns()
	if runs, charts := q.found(".sweep-cells li"), q.found(".sweep-answer .chart"); runs != 9 || charts != 2 {
		t.Errorf("there are %d runs and %d charts; want 9 and 2", runs, charts)
	}
	if got := q.shown(".sweep-progress.done"); got != "All 9 runs" {
		t.Errorf("the sweep says %q; want All 9 runs", got)
	}
	if got := q.shown(".sweep-answer:not([aria-hidden])"); !strings.Contains(got, "Your run, with seed 1, is") {
		t.Errorf("the sweep tells %q", got)
	}
	if best := eval[int](q, `[...document.querySelectorAll(".sweep-cells button")].filter((b) => getComputedStyle(b, "::after").content.includes("best")).length`); best != 1 {
		t.Errorf("%d runs are marked as the best; want one", best)
	}
	q.checkAxe(t)
	r := q.opened("the tab of a run", func() { q.click(".sweep-cells li:nth-child(4) button") })
	v := r.ready()
	if want := s.swept(t, from, 300, "seed", 4); v.Network != want || v.Data != from.Data {
		t.Errorf("the run opens as %s; want what it is alone, %s", brief(v.Network), brief(want))
	}
	if got := p.look().state; got != from {
		t.Errorf("the page the sweep came from has changed: %s", got.differs(from))
	}
	// The page of the run answered a form, and its links lead to the lab all the same.
	r.click("[data-open=share]")
	if link := r.link("recipe-link"); !strings.HasPrefix(link, "?") {
		t.Errorf("the link of the run is %s; want one that begins with the lab's address", link)
	}
	if again := s.open(t, at(r.link("recipe-link"))).ready(); again.Config != v.Config {
		t.Errorf("the link of the run opens %s; want the settings %s", brief(again.Config), brief(v.Config))
	}
	if again := s.open(t, at(r.link("journal-link"))).ready(); again.Network != v.Network {
		t.Errorf("the notebook link of the run opens %s; want %s", brief(again.Network), brief(v.Network))
	}
}

// TestBrowserSweepStopped: Stop leaves the runs that are there, and the server computes no more. What is
// wrong with a sweep stands beside its field, on a page that asks again.
func TestBrowserSweepStopped(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	from := p.look().state
	p.dialog("sweep")
	p.choose("sweep_rows", "seed")
	p.fill("sweep_row_values", "1..144 0.5")
	p.fill("sweep_steps", "20000") // so long that a slow browser comes before the end
	q := p.opened("the tab of the sweep", func() { p.click("#sweep button.primary") })
	contract.Eventually(t, "the error", func() bool { return q.found("#sweep_row_values-error") == 1 })
	if got := q.shown("#sweep_row_values-error"); !strings.Contains(got, "must be a whole number") {
		t.Errorf("beside the values it says %q", got)
	}
	q.fill("sweep_row_values", "1..144")
	q.click(".sweep-ask button.primary")
	contract.Eventually(t, "some runs", func() bool { return q.found(".sweep-cells li button") >= 2 })
	q.click("#stop")
	contract.Eventually(t, "it has stopped", func() bool { return q.shown("#stopped") == "Stopped" })
	contract.Eventually(t, "the server has no stream left", func() bool { return s.Samples(t)["nnvisu_streams"] == 0 })
	if told := q.shown(".sweep-answer:not([aria-hidden])"); q.found(".sweep-answer .chart svg[role=img]") != 2 || !strings.Contains(told, "Together so far") || !strings.Contains(told, "Your run, with seed 1") {
		t.Errorf("it has stopped with %d charts, and tells %q", q.found(".sweep-answer .chart svg[role=img]"), told)
	}
	made := q.found(".sweep-cells li")
	time.Sleep(200 * time.Millisecond) // for more runs, which would be wrong
	if again := q.found(".sweep-cells li"); made == 144 || again != made {
		t.Errorf("it has stopped with %d and then %d of 144 runs", made, again)
	}
	r := q.opened("the tab of a run", func() { q.click(".sweep-cells li:nth-child(2) button") })
	if v, want := r.ready(), s.swept(t, from, 20000, "seed", 2); v.Network != want {
		t.Errorf("the run opens as %s; want what it is alone, %s", brief(v.Network), brief(want))
	}
}

// TestBrowserSweepBroken: a sweep whose line is cut or falls silent says so, keeps the runs that came and
// tells what they tell together. One that waits for long, with signs of life, is not taken for broken.
func TestBrowserSweepBroken(t *testing.T) {
	t.Parallel()
	x := startProxy(t)
	for name, breakOff := range map[string]func(){"Cut": x.cut, "Silent": x.fallSilent} {
		t.Run(name, func(t *testing.T) {
			q := x.open(t, provoking(saysGone)).sweep("seed", "1..144", "", "", "20000") // for longer than this test
			contract.Eventually(t, "some runs", func() bool { return q.found(".sweep-cells li") >= 2 })
			q.provokes(saysGone)
			q.run(`document.documentElement.dataset.silence = 2; window.signs = setInterval(() => document.body.append(document.createComment("")), 100)`)
			more := q.found(".sweep-cells li") + 1
			contract.Eventually(t, "one more run", func() bool { return q.found(".sweep-cells li") >= more })
			breakOff()
			time.Sleep(4 * time.Second) // twice as long as the line may be silent
			if said := q.shown("#stopped"); said != "" {
				t.Errorf("of a line that shows signs of life the page says %q", said)
			}
			q.run(`clearInterval(window.signs)`)
			contract.Eventually(t, "the page says that the line is broken", func() bool { return q.shown("#stopped") == "Broken off" })
			told := q.shown(".sweep-answer:not([aria-hidden])")
			if q.found(".sweep-cells li") < 2 || !strings.Contains(told, "Together so far") || q.canStop() {
				t.Errorf("it is broken with %d runs, and tells %q; that it has a button Stop is %v", q.found(".sweep-cells li"), told, q.canStop())
			}
		})
	}
}

// TestBrowserSweepMap: runs that differ by two settings are a map, whose squares lead to the runs, and of
// whose columns as many as fit share the room of a tablet.
func TestBrowserSweepMap(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, wide(768))
	q := p.sweep("hidden_layers", "2 4", "learning_rate", "0.001 0.003 0.01 0.03 0.1 0.3", "20")
	q.allRuns()
	if got := q.found(".sweep-answer > .curves > .sweep-map td[class^=heat] a"); got != 12 {
		t.Errorf("the map has %d squares; want 12", got)
	}
	q.click(".sweep-answer > .curves > .sweep-map tr:last-child td:last-child a")
	contract.Eventually(t, "the square leads to its run", func() bool {
		return eval[string](q, `document.activeElement.getAttribute("aria-label") ?? ""`) != "" && q.found(".sweep-cells tr:last-child td:last-child button:focus") == 1
	})
	q.screen(768, false)
	if over := q.widest(".sweep-scroll, html"); over > 0 {
		t.Errorf("on a tablet six columns are %d pixels too wide", over)
	}
	q.checkAxe(t)
}

// TestBrowserSweepRead: the answer comes for whoever reads in the middle of a sweep, too. What the runs tell
// so far stays as it is for him, and never takes the place of the answer.
func TestBrowserSweepRead(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	q := p.sweep("hidden_layers", "2 3 4 5 6 7 8 9", "learning_rate", "0.001 0.003 0.01 0.03 0.1 0.3", "10000") // for long enough to read
	contract.Eventually(t, "someone reads what the runs tell so far", func() bool {
		read, _ := try[bool](q, `((link) => (link?.focus(), link !== null))(document.querySelector(".sweep-answer .so-far .sweep-map a"))`)
		return read
	})
	q.allRuns()
	if squares, sofar := q.found(".sweep-answer > .curves > .sweep-map td[class^=heat] a"), q.found(".sweep-answer .so-far"); squares != 48 || sofar != 0 {
		t.Errorf("the answer has a map of %d squares, and %d parts of before; want 48, and none", squares, sofar)
	}
}

// TestBrowserSweepRows: runs that differ by words and by chance are compared in rows, which a phone has room
// for.
func TestBrowserSweepRows(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	p.change("points held out", func() { p.fill("test_fraction", "0.3") })
	q := p.sweep("activation", "tanh leaky_relu sigmoid linear", "seed", "1 2", "20")
	q.allRuns()
	if rows, marks := q.found(".sweep-rows tbody tr"), q.found(".sweep-rows path.mean"); rows != 4 || marks != 8 {
		t.Errorf("%d rows have %d marks; want 4, each with one for train and one for test", rows, marks)
	}
	q.screen(360, true)
	if over := q.widest(".sweep-rows, .sweep-rows td, html"); over > 0 {
		t.Errorf("on a phone the rows are %d pixels too wide", over)
	}
	q.checkAxe(t)
}

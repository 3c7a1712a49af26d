package browser

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp"
)

// storedPasts counts the pasts in the browser's database, and their texts.
const storedPasts = `new Promise((resolve, reject) => {
	const open = indexedDB.open("nnvisu", 1);
	open.onerror = () => reject(open.error);
	open.onupgradeneeded = () => { open.transaction.abort(); };
	open.onsuccess = () => {
		const ask = open.result.transaction(["pasts", "texts"]);
		const [pasts, texts] = ["pasts", "texts"].map((name) => ask.objectStore(name).count());
		ask.oncomplete = () => { open.result.close(); resolve({Pasts: pasts.result, Texts: texts.result}); };
	};
})`

type stored struct{ Pasts, Texts int }

// kept waits until the past of the tab is stored, as it is some milliseconds after a change.
func (p *tab) kept() {
	p.tb.Helper()
	contract.Eventually(p.tb, "the past is stored", func() bool {
		return await[bool](p, `new Promise((resolve) => {
			const [id, count] = sessionStorage.getItem("nnvisu_past").split(" ");
			const open = indexedDB.open("nnvisu", 1);
			open.onsuccess = () => {
				const ask = open.result.transaction("pasts").objectStore("pasts").get(id);
				ask.onsuccess = () => { open.result.close(); resolve(ask.result?.count === Number(count)); };
			};
		})`)
	})
}

// checkMoments fails the test unless the slider has as many moments as before, and each shows the
// same step.
func (p *tab) checkMoments(when string, want timeline, end view) {
	p.tb.Helper()
	if got := p.timeline(); got != want {
		p.tb.Fatalf("%s the slider is %+v; want %+v", when, got, want)
	}
	for at := want.Most; at >= 0; at -= max(1, want.Most/3) {
		v := p.slide(at)
		if v.steps() != at {
			p.tb.Errorf("%s moment %d is step %s; want that step", when, at, v.Step)
		}
		if n := v.net(p.tb); n.Step != at {
			p.tb.Errorf("%s moment %d has a network of step %d", when, at, n.Step)
		}
	}
	if d := p.slide(want.Most).differs(end.state); d != "" {
		p.tb.Errorf("%s the newest moment is another: %s", when, d)
	}
}

// TestBrowserPast: moments and what there is to undo survive that the page is loaded again or left,
// and that its tab is closed.
func TestBrowserPast(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, before(slowly))
	var history []view
	do := func(name string, change func()) {
		t.Helper()
		history = append(history, p.look())
		p.change(name, change)
	}
	do("a data set", func() { p.dataset("moons") })
	do("training", func() { p.trainTo(8) })
	do("new weights", func() { p.act("reset") })
	do("training", func() { p.trainTo(7) })
	do("a point", func() { p.dab(0.9, 0.9) })
	do("a rate", func() { p.fill("learning_rate", "0.3") })
	p.trainTo(p.look().steps() + 3)
	end, line := p.look(), p.timeline()
	if line.Most != end.steps() {
		t.Fatalf("after %d steps the slider is %+v; want a moment for each", end.steps(), line)
	}
	p.kept()
	reload := func() { p.reload() }
	for _, way := range []struct {
		name string
		load func()
	}{
		{"a reload", reload},
		{"another reload at once", func() { p.reload(); p.reload() }},
		{"another page and back", func() {
			p.do("leave", chromedp.Navigate("about:blank"))
			p.run(`history.back()`)
			p.ready()
		}},
	} {
		way.load()
		v := p.still()
		if d := v.differs(end.state); d != "" {
			t.Fatalf("after %s: %s", way.name, d)
		}
		p.checkMoments("after "+way.name, line, end)
		if v.Storage != "" {
			t.Errorf("after %s the page says %q of storage; want nothing", way.name, v.Storage)
		}
	}
	contract.Eventually(t, "few pasts are stored", func() bool { n := await[stored](p, storedPasts).Pasts; return n > 0 && n <= 5 })

	// A copy in another tab has it too, and its own from there on.
	q := p.beside()
	q.checkMoments("in another tab", line, end)
	q.change("undo", func() { q.click("#undo") })
	p.kept()
	p.reload()
	p.checkMoments("after another tab went on", line, end)

	for _, change := range []int{5, 4, 2, 0} { // training is none
		p.change("undo", func() { p.click("#undo") })
		p.kept()
		v, want := p.reload(), history[change]
		if v.Config != want.Config || v.Data != want.Data {
			t.Errorf("after undoing change %d and a reload: %s", change, v.differs(want.state))
		}
		if got := p.timeline(); got.Most != v.steps() {
			t.Errorf("after undoing change %d and a reload, at step %s, the slider is %+v; want a moment for each step", change, v.Step, got)
		}
	}
	if p.look().Undo {
		t.Error("after all undos there is something left to undo; want nothing")
	}
}

// TestBrowserPastLate: while the past of the page before is looked for, the page can be used, and nothing
// that is done then is lost.
func TestBrowserPastLate(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, before(`const real = indexedDB.open.bind(indexedDB);
		if (sessionStorage.getItem("nnvisu_past")) indexedDB.open = (...with_) => {
			const proxy = {};
			setTimeout(() => {
				const request = real(...with_);
				for (const event of ["onsuccess", "onerror", "onupgradeneeded"]) request[event] = (...told) => {
					proxy.result = request.result;
					proxy[event]?.(...told);
				};
			}, 800);
			return proxy;
		}`), before(slowly))
	p.change("a point", func() { p.dab(0.9, 0.9) })
	v := p.trainTo(5)
	p.kept()
	p.run(`window.testLeft = true; location.reload()`)
	contract.Eventually(t, "the form has the state again", func() bool {
		step, err := try[int](p, `window.testLeft ? -1 : JSON.parse(document.querySelector("[name=network]").value || "{}").step ?? 0`)
		return err == nil && step == v.steps()
	})
	p.dab(-0.9, 0.9)
	if now := p.trainTo(v.steps() + 2); len(now.points(t)) != len(v.points(t))+1 {
		t.Errorf("right after a reload a point was drawn, and there are %s; want one more than %s", now.Points, v.Points)
	}
	end := p.look()
	p.until("the past is there", func(view) bool { return eval[int](p, `Number(document.querySelector("#moments").max)`) > v.steps() })
	if d := p.still().differs(end.state); d != "" {
		t.Errorf("when the past comes: %s", d)
	}
	for range 2 {
		v = p.change("undo", func() { p.click("#undo") })
	}
	if len(v.points(t)) != len(end.points(t))-2 {
		t.Errorf("after two undos there are %s, before %s; want two less", v.Points, end.Points)
	}
}

// TestBrowserPastLeft: who leaves the page while its last change is being stored loses at most that.
func TestBrowserPastLeft(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, before(slowly))
	v := p.trainTo(10)
	p.kept()
	p.run(`IDBObjectStore.prototype.getAllKeys = () => ({})`) // as if there were no time left
	p.change("a point", func() { p.dab(0.9, 0.9) })
	p.reload()
	p.until("the past", func(v view) bool { return v.Undo })
	if now := p.change("undo", func() { p.click("#undo") }); now.differs(v.state) != "" {
		t.Errorf("after the undo: %s; want the newest moment that was stored", now.differs(v.state))
	}
	if got := p.timeline(); got.Most < 10 {
		t.Errorf("after the undo the slider is %+v; want the moments that were stored", got)
	}
}

// TestBrowserPastCopied: a tab that was copied keeps its past, whatever its copy does.
func TestBrowserPastCopied(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.change("a point", func() { p.dab(0.9, 0.9) })
	p.trainTo(4)
	p.kept()
	line := p.timeline()
	session := eval[string](p, `JSON.stringify([sessionStorage, history.state])`)
	q := p.beside()
	// The page stores its state when it is left, so that of the other tab comes after that.
	q.run(`(([storage, state]) => {
		history.replaceState(state, "");
		addEventListener("pagehide", () => Object.assign(sessionStorage, storage));
		location.reload();
	})(JSON.parse(` + strconv.Quote(session) + `))`)
	q.until("the copy", func(v view) bool { return ready(v) && v.Undo })
	q.change("a point in the copy", func() { q.dab(-0.9, 0.9) })
	q.kept()
	p.reload()
	p.until("the past", func(v view) bool { return v.Undo })
	if got := p.timeline(); got != line {
		t.Errorf("after a copy of the tab went on the slider is %+v; want %+v", got, line)
	}
}

// TestBrowserPastTraining: a page that is loaded again while it trains has all but the newest
// moments, and those of before a run that another run replaced come back by Undo.
func TestBrowserPastTraining(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, before(slowly))
	v := p.trainTo(6)
	p.kept()
	p.train()
	p.until("it goes on", func(now view) bool { return now.steps() > v.steps()+3 })
	p.reload()
	p.still()
	if got := p.timeline(); got.Most < v.steps()+1 || !got.Usable {
		t.Errorf("after a reload in training the slider is %+v; want the moments to step %d and the newest", got, v.steps())
	}
	end := p.still()
	line := p.timeline()
	p.kept()
	p.visit("?dataset=xor&points=50")
	p.until("the recipe", func(v view) bool { return ready(v) && v.Data != end.Data })
	if got := p.change("undo", func() { p.click("#undo") }); got.differs(end.state) != "" {
		t.Errorf("after the undo of a recipe: %s", got.differs(end.state))
	}
	if got := p.timeline(); got.Most != line.Most {
		t.Errorf("after the undo of a recipe the slider is %+v; want %+v", got, line)
	}
}

// TestBrowserPastFew: of many tabs the last ones have a past.
func TestBrowserPastFew(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	for range 8 {
		q := p.beside()
		q.change("a step", func() { q.step(1) })
	}
	var got stored
	contract.Eventually(t, "old pasts are removed", func() bool {
		got = await[stored](p, storedPasts)
		return got.Pasts == 5
	})
	if got.Texts > 100 {
		t.Errorf("%d texts are stored for %d pasts; want those of removed pasts to be removed", got.Texts, got.Pasts)
	}
}

// TestBrowserPastBroken: without a database the page says so once, and works.
func TestBrowserPastBroken(t *testing.T) {
	t.Parallel()
	for _, broken := range few(2, []struct{ name, script, says string }{
		{"Full", `IDBObjectStore.prototype.put = () => { throw new DOMException("no room", "QuotaExceededError"); }`, "QuotaExceededError"},
		{"Silent", `indexedDB.open = () => ({})`, ""}, // never answers
		{"Missing", `Object.defineProperty(window, "indexedDB", {value: undefined})`, "TypeError"},
		{"Denied", `Object.defineProperty(window, "indexedDB", {get() { throw new DOMException("denied", "SecurityError"); }})`, "SecurityError"},
	}) {
		t.Run(broken.name, func(t *testing.T) {
			s := start(t)
			p := s.open(t, before(broken.script))
			first := p.look().state
			v := p.trainTo(3)
			s.checkLaw(t, first, v)
			if said := p.look().Storage; !strings.Contains(said, broken.says) || (said == "") != (broken.says == "") {
				t.Errorf("the notice about storage is %q; want %q in it", said, broken.says)
			}
			p.run(`document.querySelector("#storage-notice [data-close]").click()`)
			p.change("a point", func() { p.dab(0.5, 0.5) })
			if said := p.still().Storage; said != "" {
				t.Errorf("the notice about storage comes again: %q; want it once", said)
			}
			if d := p.change("undo", func() { p.click("#undo") }).differs(v.state); d != "" {
				t.Errorf("after the undo: %s", d)
			}
			if now := p.reload(); now.differs(v.state) != "" {
				t.Errorf("after a reload: %s; want the state of before", now.differs(v.state))
			}
			p.trainTo(v.steps() + 2)
		})
	}
}

// TestBrowserPastCorrupt: whatever stands in the database, the page works.
func TestBrowserPastCorrupt(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	for _, corrupt := range []string{
		`ask.objectStore("texts").clear()`,
		`((pasts) => pasts.openCursor().onsuccess = ({target: {result: cursor}}) => cursor && (pasts.put({...cursor.value, run: [null], undo: 7}, cursor.key), cursor.continue()))(ask.objectStore("pasts"))`,
		`((texts) => texts.openCursor().onsuccess = ({target: {result: cursor}}) => cursor && (texts.put("garbage", cursor.key), cursor.continue()))(ask.objectStore("texts"))`,
	} {
		v := p.trainTo(p.look().steps() + 3)
		await[bool](p, fmt.Sprintf(`new Promise((resolve) => {
			const open = indexedDB.open("nnvisu", 1);
			open.onsuccess = () => {
				const ask = open.result.transaction(["pasts", "texts"], "readwrite");
				%s;
				ask.oncomplete = () => { open.result.close(); resolve(true); };
			};
		})`, corrupt))
		if now := p.reload(); now.differs(v.state) != "" || now.Storage != "" {
			t.Errorf("with %s: %s, %q; want the state of before", corrupt, now.differs(v.state), now.Storage)
		}
		p.trainTo(v.steps() + 2)
	}
}

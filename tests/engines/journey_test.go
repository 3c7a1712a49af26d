//go:build unix

package engines

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/nnvisu/nnvisu/tests/fleet"
)

// folder is for files of this run.
var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "nnvisu-engines"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	m.Run()
}

// program builds the server, once for all tests.
var program = sync.OnceValues(func() (string, error) {
	return fleet.Build(context.Background(), folder, nil)
})

// A lesson says how the page is used.
type lesson struct {
	engine
	dark      bool
	width     int    // of the page, in CSS pixels
	transport string // sse or websocket
}

func (l lesson) String() string {
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	return fmt.Sprintf("%s-%s-%d-%s", l.name, scheme, l.width, l.transport)
}

// run makes the journey on the page of a server of its own.
func (l lesson) run(t *testing.T) {
	built, err := program()
	if err != nil {
		t.Fatal(err)
	}
	addr, err := fleet.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	server := &fleet.Replica{Addr: addr, Program: built}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
	p := &page{driver: l.start(t, l.dark), T: t, server: server, lesson: l}
	p.must("resize", p.resize(l.width, 900))
	p.journey()
}

// TestEngines: the journey, once in each engine.
func TestEngines(t *testing.T) {
	for _, e := range engines {
		t.Run(e.name, lesson{e, false, 1440, "sse"}.run)
	}
}

// TestEnginesLonger: the journey on a wide and a narrow page, in light and in dark, over both
// transports. It takes two minutes, which NNVISU_ENGINES=all asks for.
func TestEnginesLonger(t *testing.T) {
	if os.Getenv("NNVISU_ENGINES") != "all" {
		t.Skip("NNVISU_ENGINES is not all")
	}
	for _, e := range engines {
		for _, l := range []lesson{
			{e, false, 1440, "websocket"}, {e, true, 1440, "sse"}, {e, false, 390, "sse"}, {e, true, 390, "websocket"},
		} {
			t.Run(l.String(), l.run)
		}
	}
}

// journey is what a person does in a lesson.
func (p *page) journey() {
	for _, part := range []struct {
		name string
		do   func(p *page)
	}{
		{"tour", (*page).tour}, {"draw", (*page).draw}, {"train", (*page).trains}, {"reload", (*page).reloads},
		{"import", (*page).imports}, {"history", (*page).history}, {"share", (*page).share},
		{"dialogs", (*page).dialogs}, {"views", (*page).views}, {"present", (*page).present}, {"quiet", (*page).quiet}, {"kill the server", (*page).kill},
	} {
		whole := p.T
		ok := whole.Run(part.name, func(t *testing.T) {
			p.T = t
			part.do(p)
		})
		if p.T = whole; !ok {
			p.screenshot("failed")
			return // what comes after it builds on it
		}
	}
}

// quiet: the browser has told no error so far.
func (p *page) quiet() {
	for _, complaint := range p.complaints() {
		p.Errorf("the browser says %q; want nothing", complaint)
	}
}

// tour: on a first visit there is a tour, which goes on and ends by keys.
func (p *page) tour() {
	p.visit(p.server.URL() + "/")
	p.is("the tour is open, with the focus in it", `document.activeElement?.closest("#tour[open]") !== null`)
	p.is("the tour outlines what it is about", `getComputedStyle(document.querySelector(".toured")).outlineStyle === "solid"`)
	p.screenshot("tour")
	p.key("Escape")
	p.is("the tour is closed", `!document.querySelector("#tour[open]")`)
	p.is("nothing is outlined", `getComputedStyle(document.querySelector(".toured")).outlineStyle === "none"`)
}

// draw: a click is a point, a drag is a row of them, and both can be undone.
func (p *page) draw() {
	first := p.ready()
	p.click(`label:has(> input[name=tool][value="1"])`)
	v := p.change("a point", func() { p.must("click", p.point(p.at("#plane", 0.1, 0.9))) })
	if v.points() != first.points()+1 {
		p.Errorf("%s after a click into the plane, %s before; want one more", v.Points, first.Points)
	}
	v = p.change("points", func() {
		p.must("drag", p.point(p.at("#plane", 0.2, 0.9), p.at("#plane", 0.4, 0.9), p.at("#plane", 0.6, 0.9), p.at("#plane", 0.8, 0.9)))
	})
	if n := v.points() - first.points(); n < 4 {
		p.Errorf("%d points after a click and a drag; want some", n)
	}
	p.change("undo", func() { p.key("Control", "z") })
	p.same("undo twice", p.change("undo", func() { p.click("#undo") }), first)
	p.must("point", p.point(p.at("h1", 0.5, 0.5)))
}

// trains: the network learns, over the transport that the page is set to.
func (p *page) trains() {
	eval[any](p, `((select, value) => {
		select.value = value;
		for (const type of ["input", "change"]) select.dispatchEvent(new Event(type, {bubbles: true}));
	})(document.querySelector("select[name=transport]"), %s)`, p.transport)
	p.train(20, nothing)
	p.is("the marks of the axis are beside the plane", `(() => {
		const [plane, axis] = ["#plane", ".ticks.y"].map((part) => document.querySelector(part).getBoundingClientRect());
		return Math.abs(plane.top - axis.top) < 2 && Math.abs(plane.bottom - axis.bottom) < 2;
	})()`)
	p.is("the picture has many colours", `(() => {
		const canvas = document.querySelector("#plane canvas");
		const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
		return new Set(new Uint32Array(data.buffer)).size > 10;
	})()`)
}

// pastStored asks the browser's database whether it has the page's newest past, and says what the answer
// was when it was asked before.
const pastStored = `(() => {
	const [id, count] = sessionStorage.getItem("nnvisu_past").split(" ");
	const open = indexedDB.open("nnvisu", 1);
	open.onsuccess = () => {
		const ask = open.result.transaction("pasts").objectStore("pasts").get(id);
		ask.onsuccess = () => { open.result.close(); window.testStored = ask.result?.count === Number(count) && ask.result; };
	};
	return Boolean(window.testStored) && window.testStored.run.length > Number(document.getElementById("moments").max);
})()`

// reloads: a reload changes nothing, and the moments and changes of before are there.
func (p *page) reloads() {
	drawn := p.change("a point", func() { p.must("click", p.point(p.at("#plane", 0.1, 0.1))) })
	before := p.train(5, nothing)
	moments := eval[int](p, `Number(document.getElementById("moments").max)`)
	p.is("the past is stored", pastStored)
	p.must("reload", p.reload())
	p.loaded()
	v := p.until("the same step", func(v view) bool { return ready(v) && v.Step == before.Step })
	p.same("reload", v, before)
	p.is("as many moments as before", `Number(document.getElementById("moments").max) === %s`, moments)
	p.train(5, nothing)
	v = p.change("undo", func() { p.click("#undo") })
	if v.points() != drawn.points()-1 {
		p.Errorf("%s after undo; want one less than %s", v.Points, drawn.Points)
	}
}

// imports: a file with semicolons and decimal commas becomes points.
func (p *page) imports() {
	before := p.ready()
	p.click("button[data-open=import]")
	p.is("the import is open, with the focus in it", `document.activeElement?.closest("#import[open]") !== null`)
	p.must("choose a file", p.choose("#import input[type=file]",
		p.file("flowers.csv", "length;width;kind\n1,5;10;Rötlich\n2;20,5;Rötlich\n3;40;مرحبا\n5;50;مرحبا\n")))
	p.is("the preview", `/4.points/.test(document.getElementById("import-body").innerText)`)
	v := p.change("the points", func() { p.click("#import button[value=import]") })
	p.is("the import is closed", `!document.querySelector("#import[open]")`)
	if v.points() != 4 {
		p.Errorf("%s after the import; want 4", v.Points)
	}
	if !strings.Contains(v.Notice, "Undo") {
		p.Errorf("the notices say %q; want the way back", v.Notice)
	}
	p.same("undo of the import", p.change("undo", func() { p.click("#notice [data-undo]") }), before)
}

// history: the arrow keys go back and forth, and training goes on from there.
func (p *page) history() {
	latest := p.train(20, nothing)
	p.must("click beside all controls", p.point(p.at("#measures", 0.9, 0.9)))
	p.key("ArrowLeft")
	v := p.until("an older moment", func(v view) bool { return ready(v) && v.Step < latest.Step && strings.Contains(v.Moment, " of ") })
	p.key("ArrowLeft")
	p.until("one before it", func(w view) bool { return ready(w) && w.Step < v.Step })
	p.key("ArrowRight")
	p.key("ArrowRight")
	v = p.until("the latest", func(v view) bool { return ready(v) && v.Step == latest.Step })
	p.same("back at the latest", v, latest)
	p.key("ArrowLeft")
	p.until("an older moment", func(v view) bool { return ready(v) && v.Step < latest.Step })
	p.click("#continue")
	p.until("the training", func(v view) bool { return v.Connection == "Training" })
	p.click("#train")
	p.ready()
	eval[any](p, `scrollTo(0, 0)`)
	p.screenshot("trained")
}

// share: a link has the whole state, for somebody who has nothing of it.
func (p *page) share() {
	before := p.ready()
	p.click("button[data-open=share]")
	p.is("the link", `document.getElementById("state-link")?.href.includes("#state=") === true`)
	link := eval[string](p, `document.getElementById("state-link").href`)
	p.key("Escape")
	p.is("the dialog is closed", `!document.querySelector("dialog[open]")`)
	// Another name of the machine is another origin, which has stored nothing.
	p.visit(strings.Replace(link, "127.0.0.1", "localhost", 1))
	v := p.until("the state of the link", func(v view) bool { return ready(v) && v.Step == before.Step })
	p.same("the link", v, before)
	p.train(5, nothing)
	p.visit(p.server.URL() + "/")
	v = p.until("the first page", func(v view) bool { return ready(v) && v.Step == before.Step })
	p.same("back at the first page", v, before)
}

// dialogs: each takes the focus, closes by Escape and by a click beside it, also when the focus is
// nowhere, and gives the focus back.
func (p *page) dialogs() {
	openers := eval[[]string](p, `[...new Set(Array.from(document.querySelectorAll("button[data-open]:not(.unit)"), (b) => b.dataset.open))]
		.filter((id) => !("modeless" in document.getElementById(id).dataset))`)
	if len(openers) < 5 {
		p.Fatalf("the dialogs are %q; want more", openers)
	}
	for _, id := range openers {
		for _, how := range []string{"Escape", "Escape without a focus", "click beside it"} {
			p.click("button[data-open=" + id + "]:not(.unit)")
			p.is(id+" is open, with the focus in it", `document.activeElement?.closest("dialog:modal")?.id === %s`, id)
			p.ready()
			p.is(id+" has the notices", `document.getElementById(%s).contains(document.getElementById("notices"))`, id)
			switch how {
			case "Escape":
				p.screenshot(id)
				p.is("the focus is still in "+id, `document.activeElement?.closest("dialog:modal")?.id === %s`, id)
				p.key("Escape")
			case "Escape without a focus":
				eval[any](p, `document.activeElement.blur()`)
				p.key("Escape")
			default:
				p.must("click beside "+id, p.point(place{4, 4}))
			}
			p.is(id+" is closed by "+how, `!document.getElementById(%s).open`, id)
			p.is(id+" leaves the notices", `document.getElementById("notices").closest("dialog") === null`)
		}
		p.is("the focus is back after "+id, `document.activeElement?.dataset.open === %s`, id)
	}
}

// views: each view beside the curves shows something.
func (p *page) views() {
	p.train(5, nothing)
	for _, name := range []string{"confusion", "gradients", "histograms", "space", "curves"} {
		p.click("label:has(> #panel-" + name + ")")
		p.is("the view "+name, `document.querySelector("#panel-body :is(table, .chart > svg, .histogram)")?.getBoundingClientRect().width > 100`)
		p.ready()
		p.screenshot(name)
	}
}

// present: the key P shows the page large, also after a reload, and the colours are those that are chosen.
func (p *page) present() {
	p.must("click beside all controls", p.point(p.at("#measures", 0.9, 0.9)))
	p.key("p")
	p.is("the settings are gone", `!document.getElementById("settings").getClientRects().length`)
	p.is("no name of an input is cut off", `[...document.querySelectorAll(".unit.input > span")].every((name) =>
		name.getBoundingClientRect().left > document.getElementById("network-view").getBoundingClientRect().left)`)
	p.is("all fits on the screen", `document.documentElement.scrollHeight <= innerHeight || innerWidth < 600`)
	p.screenshot("present")
	p.must("reload", p.reload())
	p.loaded()
	p.is("it still presents", `!document.getElementById("settings").getClientRects().length`)
	p.key("Escape")
	p.is("the settings are back", `document.getElementById("settings").getClientRects().length > 0`)
	for theme, background := range map[string]string{"dark": "< 100", "light": "> 200"} {
		eval[any](p, `((select, value) => {
			select.value = value;
			select.dispatchEvent(new Event("change"));
		})(document.getElementById("theme"), %s)`, theme)
		p.is("the page is "+theme, `Number(getComputedStyle(document.body).backgroundColor.match(/\d+/)[0]) `+background)
		p.screenshot(theme)
	}
}

// kill: a server that dies in the middle of a training costs nothing but the time until it is back.
func (p *page) kill() {
	p.train(20, func(step int) {
		p.server.Kill()
		p.until("the page says so", func(v view) bool { return strings.HasPrefix(v.Connection, "No answer") })
		p.must("start the server again", p.server.Start(p.Context()))
		p.until("the training goes on", func(v view) bool { return v.Connection == "Training" && v.Step > step+5 })
	})
}

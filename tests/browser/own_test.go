package browser

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// animals is a table in centimetres and kilograms, with names of several scripts.
const animals = `Größe	Gewicht	Tier
150	45	Hund
160	52	Katze
210	110	فيل
170	61	Hund
182	78,5	Katze
195	90	فيل
`

// prices is a table of values: a price for an area and a width.
const prices = `area,width,target
50,1.5,100250
80,2.25,200000.25
120,4.5,450250
100,3.75,300000
110,3,310000
60,1.75,120500
`

// imported opens the import, takes a table, and closes it.
func (p *tab) imported(text string) view {
	p.tb.Helper()
	p.dialog("import")
	p.paste(text)
	v := p.change("the points are imported", func() { p.click("button[value=import]") })
	if p.isOpen("import") {
		p.leave("import")
	}
	return v
}

// chosen returns the data set that the page shows as chosen.
func (p *tab) chosen() string {
	p.tb.Helper()
	return eval[string](p, `document.querySelector("[name=dataset]:checked").value`)
}

// texts returns what the elements of a selector say.
func (p *tab) texts(selector string) []string {
	p.tb.Helper()
	return eval[[]string](p, script(`Array.from(document.querySelectorAll(%s), (e) => (e.innerText ?? e.textContent).trim().replace(/\s+/g, " "))`, selector))
}

// TestBrowserOwnData: imported points keep the names and the units of their table wherever they are
// shown.
func TestBrowserOwnData(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, wide(1440))
	first := p.trainTo(3)
	v := p.imported(animals)
	if p.chosen() != "own" {
		t.Errorf("after the import the data set %q is chosen; want own data", p.chosen())
	}
	if eval[bool](p, `!!document.getElementById("noise").offsetParent`) {
		t.Error("the noise of a data set can be changed beside own points")
	}
	if got := p.shown("#data-source"); !strings.Contains(got, "Tier is to be told from Größe and Gewicht in your table.") {
		t.Errorf("the points are called %q", got)
	}
	if got := p.texts(".axis-name"); !slices.Equal(got, []string{"Gewicht", "Größe"}) {
		t.Errorf("the axes are called %q; want the columns", got)
	}
	if got := p.texts(".ticks.x text"); !slices.Equal(got, []string{"160", "180", "200"}) {
		t.Errorf("the ticks of x are %q; want those of the table", got)
	}
	if got := p.texts(".palette .name"); !slices.Equal(got, []string{"Hund", "Katze", "فيل"}) {
		t.Errorf("the palette says %q; want the classes", got)
	}
	if got := p.texts(".unit.input span"); !slices.Equal(got, []string{"Größe", "Gewicht", "Größe²", "Gewicht²", "Größe · Gewicht", "sin 2π Größe", "sin 2π Gewicht"}) {
		t.Errorf("the inputs are called %q", got)
	}
	p.trainTo(50)
	p.move(p.at(0, 0))
	p.until("the reading", func(view) bool { return strings.Contains(p.shown("#probe"), "Katze") })
	if got := p.shown("#probe"); !strings.Contains(got, "Größe 180") || !strings.Contains(got, "Gewicht 77.") {
		t.Errorf("the middle of the plane reads %q; want 180 and 77.5", got)
	}
	p.ownScreens("animals")

	p.part("Back", func(t *testing.T) {
		meta := p.hidden("meta")
		p.change("another data set", func() { p.dataset("moons") })
		if p.chosen() != "moons" || !eval[bool](p, `!!document.getElementById("noise").offsetParent`) {
			t.Errorf("the data set %q is chosen; want moons and its noise", p.chosen())
		}
		if len(p.texts(".axis-name")) != 0 || !slices.Equal(p.texts(".ticks.x text"), []string{"−1", "0", "1"}) {
			t.Errorf("beside moons the axes are %q, %q", p.texts(".axis-name"), p.texts(".ticks.x text"))
		}
		got := p.change("own data", func() { p.dataset("own") })
		if got.Data != v.Data || p.hidden("meta") != meta {
			t.Errorf("own data came back as %s, %s; want %s, %s", got.Data, p.hidden("meta"), v.Data, meta)
		}
	})
	p.part("Undo", func(t *testing.T) {
		p.change("moons", p.undo)
		if p.chosen() != "moons" {
			t.Errorf("with moons again, the data set %q is chosen", p.chosen())
		}
		p.change("the table", p.undo)
		got := p.change("the first points", p.undo)
		if got.differs(first.state) != "" || p.chosen() != "circles" || p.holds("points") != "200" {
			t.Errorf("the first points again: %s, data set %q of %s points", got.differs(first.state), p.chosen(), p.holds("points"))
		}
	})
}

// TestBrowserOwnValues: values of a table are read in their own units.
func TestBrowserOwnValues(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, wide(1440))
	p.imported(prices)
	p.trainTo(20)
	if got := p.shown("#legend"); !strings.Contains(got, "target") || !strings.Contains(got, "100\u202f250") || !strings.Contains(got, "450\u202f250") {
		t.Errorf("the legend says %q; want the prices", got)
	}
	p.move(p.at(-0.99, -0.99))
	p.until("the reading", func(view) bool { return strings.Contains(p.shown("#probe"), "target") })
	if got := p.shown("#probe"); !strings.Contains(got, "area 50") || !strings.Contains(got, "point: 100\u202f250") {
		t.Errorf("the first point reads %q; want its area and price", got)
	}
	p.ownScreens("prices")
	p.part("Long", func(t *testing.T) {
		p.imported("the length of the longest petal in cm;Γάτος και σκύλος και αλεπού;kind\n1,5;3;a very long name of a class that no palette holds\n2,5;7;short\n-9,25;4000000;third\n")
		if over := eval[[]string](p, `Array.from(document.querySelectorAll(".result *, .data *, #network-view span"), (e) => e).filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 80))`); len(over) > 0 {
			t.Errorf("beyond the window: %q", over)
		}
		if title := eval[string](p, `document.querySelector(".axis-name.x").title`); title != "the length of the longest petal in cm" {
			t.Errorf("the title of x is %q; want the whole name", title)
		}
		p.ownScreens("long")
	})
}

// TestBrowserOwnDataStored: own points that a data set took the place of come back after a reload, and a
// link to the state does without them.
func TestBrowserOwnDataStored(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	v := p.imported(animals)
	meta := p.hidden("meta")
	moons := p.change("moons", func() { p.dataset("moons") })
	p.reload()
	p.dialog("share")
	q := s.open(t, at(p.link("state-link")))
	q.until("the state is opened", func(v view) bool { return ready(v) && v.Data == moons.Data })
	if own := q.hidden("own"); own != "" {
		t.Errorf("the link brings own points: %.100s", own)
	}
	p.leave("share")
	got := p.change("own data", func() { p.dataset("own") })
	if got.Data != v.Data || p.hidden("meta") != meta {
		t.Errorf("own data came back as %s, %s; want %s, %s", got.Data, p.hidden("meta"), v.Data, meta)
	}
}

// TestBrowserOwnDrawn: points that were drawn, changed or cleared are own data, and no control of a
// data set takes their place.
func TestBrowserOwnDrawn(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	first := p.ready()
	p.dataset("own")
	p.until("what own data are", func(v view) bool { return ready(v) && strings.Contains(v.Notice, "no points of your own yet") })
	if p.still().differs(first.state) != "" || p.chosen() != "circles" {
		t.Errorf("own data without any: %s, data set %q", p.still().differs(first.state), p.chosen())
	}
	if focus := eval[string](p, "document.activeElement.name ?? document.activeElement.tagName"); focus != "dataset" {
		t.Errorf("behind own data without any the focus is on %s; want it to stay at the data sets", focus)
	}
	v := p.change("a point", func() { p.dab(0.8, 0.8) })
	if p.chosen() != "own" || !strings.Contains(p.shown("#data-source"), "Circles, with your changes") {
		t.Errorf("after a point more, the data set %q is chosen: %q", p.chosen(), p.shown("#data-source"))
	}
	if got := p.reload(); got.Data != v.Data || p.chosen() != "own" {
		t.Errorf("after a reload the data set %q is chosen, of %s", p.chosen(), got.Points)
	}
	p.change("no points", func() { p.act("clear") })
	if p.chosen() != "own" {
		t.Errorf("without points the data set %q is chosen; want own data", p.chosen())
	}
}

// TestBrowserClassesOfSets: a data set whose classes are given takes no number from the one before;
// a number that cannot be leaves what is chosen as it was.
func TestBrowserClassesOfSets(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.provokes(saysRefused)
	p.change("a spiral", func() { p.dataset("spiral") })
	p.change("three arms", func() { p.fill("data_classes", "3") })
	v := p.change("xor", func() { p.dataset("xor") })
	if v.setting(t, "classes") != "2" || p.chosen() != "xor" || !strings.Contains(v.Notice, "It always has 2 classes") {
		t.Errorf("xor after a spiral of 3: %v, %s classes", v, v.setting(t, "classes"))
	}
	if got := p.holds("data_classes"); got != "" {
		t.Errorf("the classes of xor are %q; want its own", got)
	}
	p.fill("points", "5000")
	p.until("the error", func(v view) bool { return ready(v) && p.besideField("points") != "" })
	p.dataset("moons")
	p.until("moons refused", func(v view) bool { return ready(v) && p.chosen() == "xor" })
	if got := p.holds("points"); got != "5000" || p.still().Data != v.Data {
		t.Errorf("after a refusal the points say %q of %s; want what was written, and the points as they were", got, p.still().Points)
	}
}

// ownScreens saves pictures of the page, light and dark, wide and narrow.
func (p *tab) ownScreens(name string) {
	p.tb.Helper()
	dir := os.Getenv("NNVISU_SCREENSHOTS")
	if dir == "" {
		return
	}
	for _, scheme := range []string{"light", "dark"} {
		p.scheme(scheme)
		p.size(1440, 900, false)
		p.settled()
		p.screenshot(dir, name+"-1440-"+scheme)
		p.size(360, 1500, true)
		p.settled()
		p.screenshot(dir, name+"-360-"+scheme)
	}
	p.scheme("light")
	p.size(1440, 900, false)
}

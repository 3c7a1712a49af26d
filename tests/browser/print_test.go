package browser

import (
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
)

// sheets prints the page and returns how many sheets there are.
func (p *tab) sheets(wide, high float64) int {
	p.tb.Helper()
	printed := must(p, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: wide, PaperHeight: high})
	return len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(printed.Data, -1))
}

// TestBrowserPrint: on paper the page is a worksheet of one or two sheets, black on white, with all that is to be
// seen and nothing to press, whatever the colours of the page are and whether it presents.
func TestBrowserPrint(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, sheet := range few(2, []struct{ name, link string }{
		{"Lesson", "?experiment=xor-linear"}, {"Deep", "?hidden_layers=16,16,16,16&classes=6&dataset=blobs"},
		{"Free", "?dataset=hills&steps=9&hide=data"}, {"Task", "?lock=settings&assignment=" + strings.Repeat("Find+out+why+it+is+so.+", 85)},
	}) {
		name, link := sheet.name, sheet.link
		t.Run(name, func(t *testing.T) {
			p := s.open(t, at(link), dark)
			p.endTour()
			p.ready()
			p.step(1)
			v := p.ready()
			onScreen := eval[string](p, `getComputedStyle(document.body).color`)
			if name == "Deep" {
				p.press("p")
			}
			for _, paper := range [][2]float64{{8.27, 11.69}, {8.5, 11}} {
				if n := p.sheets(paper[0], paper[1]); n < 1 || n > 2 {
					t.Errorf("%v inches of paper: %d sheets; want one or two", paper, n)
				}
			}
			p.size(718, 1047, false)
			must(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
			p.settled()
			if got := eval[string](p, `getComputedStyle(document.body).color`); got == onScreen || got != "rgb(31, 35, 40)" {
				t.Errorf("the text is %s on paper and %s on the screen; want it dark on paper", got, onScreen)
			}
			judge(t, eval[[]string](p, `(() => {
				const problems = [];
				const seen = (e) => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().width > 1;
				for (const e of document.querySelectorAll("button:not(.unit), select, textarea, dialog, input:not([type=hidden], .guesses input, .unit input)")) {
					if (seen(e)) problems.push(e.localName + " " + (e.id || e.name || e.textContent) + " is there to press");
				}
				for (const part of ["#plane canvas", "#plane-points path", ".ticks.x text", ".drawing", ".unit", "#measures", ".name-line", "#worksheet dl", ".ruled", "#run-link"]) {
					if (![...document.querySelectorAll(part)].some(seen)) problems.push(part + " is not there");
				}
				for (const e of document.querySelectorAll(".card:not(#lesson), .whole, .ruled")) {
					if (!seen(e)) continue;
					if (getComputedStyle(e).breakInside !== "avoid") problems.push((e.id || e.className) + " may be cut");
					if (e.getBoundingClientRect().height > 990) problems.push((e.id || e.className) + " is higher than a sheet");
				}
				const wide = document.documentElement.scrollWidth;
				if (wide > 718) problems.push("the worksheet is " + wide + " wide; a sheet has 718");
				return problems;
			})()`))
			list := p.shown("#worksheet dl")
			for _, want := range []string{"Learning rate", "Optimizer", "Data set", "First weights"} {
				if !strings.Contains(list, want) {
					t.Errorf("the list is %q; want %s in it", list, want)
				}
			}
			if link := p.shown("#run-link"); !strings.HasPrefix(link, s.Root) || !strings.Contains(link, "steps="+v.Step) {
				t.Errorf("the link on the worksheet is %q; want the address of the run at step %s", link, v.Step)
			}
			if question := eval[bool](p, `!!document.querySelector("#question")?.checkVisibility()`); question != (name == "Lesson") {
				t.Errorf("the question is there: %t", question)
			}
			if strings.Contains(p.shown("#lesson"), "What was to be seen") || p.seen(".after") {
				t.Error("the worksheet tells the answer")
			}
		})
	}
}

// TestBrowserPrintCurrent: the list of the worksheet is that of the state that is shown.
func TestBrowserPrintCurrent(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	value := func(name string) string {
		return eval[string](p, script(`[...document.querySelectorAll("#worksheet dt")].find((e) => e.textContent === %s + ":")?.nextElementSibling.textContent ?? ""`, name))
	}
	p.change("a setting", func() { p.fill("l2", "0.25") })
	p.change("a data set", func() { p.dataset("moons") })
	if l2, set := value("L2 penalty"), value("Data set"); l2 != "0.25" || set != "Moons" {
		t.Errorf("the worksheet says L2 %q and data set %q; want 0.25 and Moons", l2, set)
	}
	p.use("#undo")
	p.until("the data set before", func(view) bool { return value("Data set") == "Circles" })
	if l2 := value("L2 penalty"); l2 != "0.25" {
		t.Errorf("after undo the worksheet says L2 %q; want 0.25", l2)
	}
}

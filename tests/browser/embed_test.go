package browser

import (
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/framed"
)

// A card is what a frame of a lesson says of itself.
type card struct {
	Step    int    `json:"step"`
	State   string `json:"state"`
	Script  bool   `json:"script"`
	Notice  string `json:"notice"`
	Network string `json:"network"`
	Data    string `json:"data"`
	Width   int    `json:"width"`
	Inner   int    `json:"inner"`
	Height  int    `json:"height"`
	Told    int    `json:"told"` // the height that the page around was told
	Parts   string `json:"parts"`
	Covered bool   `json:"covered"` // a part stands on another one
	Dark    string `json:"dark"`
	Whole   string `json:"whole"`
	Address string `json:"address"`
}

// A lesson is a page of another site with cards in frames.
type lesson struct{ *tab }

// openLesson opens a page of a site, in a browser context of its own.
func openLesson(t *testing.T, address string) lesson {
	t.Helper()
	ctx, cancel := chromedp.NewContext(theBrowser(t), chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p := lesson{&tab{tb: t, ctx: ctx}}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	p.screen(1280, false)
	p.visit(address)
	return p
}

func (p lesson) visit(address string) {
	p.tb.Helper()
	p.do("open "+address, chromedp.Navigate(address))
}

// ask returns what a frame shows after a click on a selector of it; nil if it is not there.
func (p lesson) ask(frame int, click string) *card {
	p.tb.Helper()
	return await[*card](p.tab, script("ask(%s, %s)", strconv.Itoa(frame), click))
}

// until waits until a frame shows what is right.
func (p lesson) until(frame int, what string, ok func(c card) bool) (last card) {
	p.tb.Helper()
	defer func() {
		if p.tb.Failed() {
			p.tb.Logf("the frame shows %+v", last)
		}
	}()
	contract.Eventually(p.tb, what, func() bool {
		c := p.ask(frame, "")
		if c != nil {
			last = *c
		}
		return c != nil && ok(*c)
	})
	return last
}

// ready waits until a frame is there and its run rests.
func (p lesson) ready(frame int) card {
	p.tb.Helper()
	return p.until(frame, "the card is ready", func(c card) bool { return c.Script && c.State == "idle" && c.Network != "" })
}

// train trains a frame for some steps, and pauses it.
func (p lesson) train(frame, steps int) card {
	p.tb.Helper()
	p.ask(frame, "#train")
	p.until(frame, "it trains", func(c card) bool { return c.Step >= steps })
	p.ask(frame, "#train")
	return p.ready(frame)
}

// TestBrowserEmbed: a page of another site shows two cards of one recipe. They train apart, a reload
// of the page goes on with both, and neither has to do with the whole page in the same tab.
func TestBrowserEmbed(t *testing.T) {
	t.Parallel()
	site := framed.Start(t, true)
	address := site.Lesson(400, "dataset=moons&steps=500", "dataset=moons&steps=500")
	p := openLesson(t, address)
	first := p.ready(0)
	if first.Step != 0 || first.Parts != "result" {
		t.Fatalf("the card has made %d steps and shows %s", first.Step, first.Parts)
	}
	// What a reload brings back is stored with the address of the frame and its place.
	a := p.train(0, 20)
	b := p.ready(1)
	if b.Step != 0 || b.Network != first.Network {
		t.Errorf("the other card has made %d steps", b.Step)
	}
	b = p.train(1, 5)
	if a2 := p.ready(0); a2.Network != a.Network {
		t.Error("the second card trains the first")
	}
	if a.Address != first.Address {
		t.Errorf("the address of the card is %s", a.Address)
	}
	contract.Eventually(t, "the way to the whole page", func() bool {
		return strings.Contains(p.ask(0, "").Whole, "steps=")
	})
	if whole := p.ask(0, "").Whole; !strings.HasPrefix(whole, site.Cards+"/?") || !strings.Contains(whole, "dataset=moons") {
		t.Errorf("the way to the whole page is %s", whole)
	}
	time.Sleep(1200 * time.Millisecond) // what is stored is stored after a second
	p.do("reload", chromedp.Reload())
	for i, want := range []card{a, b} {
		got := p.until(i, "the run goes on", func(c card) bool { return c.Script && c.Step > 0 })
		if got.Network != want.Network || got.Step != want.Step {
			t.Errorf("after a reload frame %d has made %d steps; want %d", i, got.Step, want.Step)
		}
	}
	more := p.train(0, a.Step+5)
	if more.Step <= a.Step {
		t.Error("the run does not go on")
	}

	// The whole page in the same tab knows nothing of them, and they nothing of it.
	p.visit(site.Cards + "/?dataset=moons")
	contract.Eventually(t, "the whole page", func() bool { v, err := p.peek(); return err == nil && ready(v) })
	if v := p.look(); v.steps() != 0 || v.Undo {
		t.Errorf("the whole page has made %s steps", v.Step)
	}
	p.visit(address)
	if got := p.until(0, "the card again", func(c card) bool { return c.Script && c.Step > 0 }); got.Step != more.Step {
		t.Errorf("after the whole page the card has made %d steps; want %d", got.Step, more.Step)
	}
}

// TestBrowserEmbedSelf: in a page of the server's own site, where a browser shares storage, the cards
// leave that of the whole page alone.
func TestBrowserEmbedSelf(t *testing.T) {
	t.Parallel()
	site := framed.Start(t, true)
	p := openLesson(t, site.Cards+"/")
	p.page("the page", func(v view) bool { return ready(v) })
	p.run(`document.getElementById("one-step").click()`)
	end := p.page("its run is stored", func(v view) bool { return v.Step == "1" && v.Session.Network == v.Network })
	p.visit(site.OwnLesson(400, "dataset=moons&show=curves"))
	p.ready(0)
	p.train(0, 5)
	contract.Eventually(t, "it is stored", func() bool {
		return eval[int](p.tab, `Object.keys(sessionStorage).filter((key) => key.startsWith("frame ")).length`) > 3
	})
	for _, storage := range []string{"sessionStorage", "localStorage"} {
		if eval[string](p.tab, storage+`.getItem("nnvisu_weights")`) != end.Network {
			t.Errorf("the card stores its run in the place of the page's in %s", storage)
		}
	}
	if keys := eval[string](p.tab, `Object.keys(localStorage).join(" ")`); strings.Contains(keys, "frame") {
		t.Errorf("localStorage has %s", keys)
	}
	p.visit(site.Cards + "/")
	p.page("the run of the page", func(v view) bool { return ready(v) && v.Network == end.Network })
}

// page waits until the whole page shows what is right.
func (p lesson) page(what string, ok func(v view) bool) (last view) {
	p.tb.Helper()
	contract.Eventually(p.tb, what, func() bool {
		v, err := try[view](p.tab, viewScript+"(true)")
		last = v
		return err == nil && ok(v)
	})
	return last
}

// TestBrowserEmbedRefused: no page that is not named gets a card, and none gets the whole page.
func TestBrowserEmbedRefused(t *testing.T) {
	t.Parallel()
	for name, site := range map[string]*framed.Site{"NotNamed": framed.Start(t, false), "Named": framed.Start(t, true)} {
		t.Run(name, func(t *testing.T) {
			p := openLesson(t, site.Lesson(400, "dataset=moons"))
			if name == "Named" {
				p.ready(0)
				p.run(script(`{ const f = document.querySelector("iframe"); globalThis.loads = 0; f.onload = () => globalThis.loads++; f.src = %s; }`, site.Cards+"/"))
				contract.Eventually(t, "the frame has loaded", func() bool { return eval[int](p.tab, "loads") > 0 })
			}
			if c := await[*card](p.tab, "ask(0, '', 2000)"); c != nil {
				t.Errorf("the frame shows %+v", c)
			}
			if told := eval[int](p.tab, "heights.length"); name == "NotNamed" && told != 0 {
				t.Error("a card that is not shown tells its height")
			}
		})
	}
}

// TestBrowserEmbedBlocked: where the browser denies frames all storage, the card works and says
// nothing about it.
func TestBrowserEmbedBlocked(t *testing.T) {
	t.Parallel()
	site := framed.Start(t, true)
	site.Blocked = true
	p := openLesson(t, site.Lesson(400, "dataset=moons&show=points,curves"))
	p.ready(0)
	end := p.train(0, 5)
	time.Sleep(1200 * time.Millisecond)
	if c := p.ready(0); c.Notice != "" || c.Network != end.Network {
		t.Errorf("the card says %q", c.Notice)
	}
	p.do("reload", chromedp.Reload())
	if c := p.ready(0); c.Step != 0 || c.Notice != "" {
		t.Errorf("after a reload the card has made %d steps and says %q", c.Step, c.Notice)
	}
}

// TestBrowserEmbedSizes: a card is as wide as its frame, from 280 pixels on, and the page around is
// told its height, which needs no bar to scroll.
func TestBrowserEmbedSizes(t *testing.T) {
	t.Parallel()
	site := framed.Start(t, true)
	const all = "dataset=moons&show=task,network,curves,points,data,settings,until&assignment=Do+it."
	for _, width := range few(2, []int{280, 1400, 360, 719, 1200}) {
		for query, parts := range map[string]string{
			"dataset=hills&test_fraction=0.3": "result", all: "data network panel result settings until", "show=network&hide=network,until": "result",
		} {
			p := openLesson(t, site.Lesson(width, query, query+"&theme=dark"))
			for i := range 2 {
				p.ready(i)
				// Browsers rest where a frame is out of sight.
				p.run(script(`document.querySelectorAll("iframe")[%s].scrollIntoView()`, strconv.Itoa(i)))
				c := p.until(i, "the height is told", func(c card) bool { return c.Told == c.Height && c.Height > width/3 })
				if c.Width > c.Inner || c.Inner > width || c.Parts != parts || c.Covered {
					t.Errorf("%s in %d pixels is %d wide and shows %s, of which some cover others: %v; want %s", query, width, c.Width, c.Parts, c.Covered, parts)
				}
				if isDark := c.Dark != "rgb(255, 255, 255)"; isDark != (i == 1) {
					t.Errorf("the card %d has the ground %s", i, c.Dark)
				}
			}
			if dir := os.Getenv("NNVISU_SCREENSHOTS"); dir != "" {
				p.screenshot(dir, "embed-"+url.PathEscape(query[:14])+"-"+strconv.Itoa(width))
			}
		}
	}
}

// TestBrowserEmbedAxe: axe-core finds nothing in the card, with all its parts, narrow and wide, light
// and dark, at first and after a step.
func TestBrowserEmbedAxe(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, query := range []string{"dataset=moons", "theme=dark&show=task,network,curves,points,data,settings,until&assignment=Do+it."} {
		p := s.open(t, at("embed?"+query), wide(280))
		check := func() {
			for _, width := range []int64{280, 1200} {
				p.screen(width, false)
				p.settled()
				p.checkAxe(t)
			}
		}
		check()
		p.step(1)
		check()
	}
}

// TestBrowserEmbedNoScript: without script the forms of the card train it, in its frame.
func TestBrowserEmbedNoScript(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, at("embed?dataset=moons&show=points"), withoutScript)
	for i, button := range []string{".bar .no-script[value='1']", ".bar .no-script[value='100']"} {
		p.click(button)
		contract.Eventually(t, "the steps", func() bool { v, err := p.peek(); return err == nil && v.steps() == []int{1, 101}[i] })
	}
	if address := eval[string](p, "location.pathname"); address != "/embed" || !p.seen("#whole") || p.seen(".menu") {
		t.Errorf("the answer is at %s and no card", address)
	}
}

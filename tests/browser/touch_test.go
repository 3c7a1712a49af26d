package browser

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// A finger is where on the screen a finger is.
type finger struct{ x, y float64 }

// fingers puts fingers on the screen, moves them, or takes them away.
func (p *tab) fingers(kind input.DispatchTouchEventType, fingers ...finger) {
	p.tb.Helper()
	points := []*input.TouchPoint{}
	for i, f := range fingers {
		id := float64(i)
		points = append(points, &input.TouchPoint{X: f.x, Y: f.y, ID: &id})
	}
	must(p, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points})
}

const (
	touches = input.DispatchTouchEventTypeTouchStart
	slides  = input.DispatchTouchEventTypeTouchMove
	lifts   = input.DispatchTouchEventTypeTouchEnd
)

// swipe moves a finger over the plane.
func (p *tab) swipe(x0, y0, x1, y1 float64) {
	p.tb.Helper()
	fx, fy := p.at(x0, y0)
	tx, ty := p.at(x1, y1)
	p.fingers(touches, finger{fx, fy})
	const moves = 12
	for i := 1.0; i <= moves; i++ {
		p.fingers(slides, finger{fx + i/moves*(tx-fx), fy + i/moves*(ty-fy)})
	}
	p.fingers(lifts)
}

// tap taps on the plane.
func (p *tab) tap(x, y float64) {
	p.tb.Helper()
	px, py := p.at(x, y)
	p.do("tap", chromedp.TapXY(px, py))
}

// aRest is longer than a finger has to rest for a reading.
const aRest = 700 * time.Millisecond

// quiet waits until what a gesture may have asked for would have come, and returns the page.
func (p *tab) quiet() view {
	p.tb.Helper()
	time.Sleep(300 * time.Millisecond)
	return p.until("the page is ready", ready)
}

// TestBrowserTouch: on the plane a tap draws one point, and a swipe scrolls the page.
func TestBrowserTouch(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, phone)
	p.change("no points", func() { p.act("clear") })
	v := p.change("a point by a tap", func() { p.tap(0.5, -0.25) })
	checkPoints(t, v.points(t), []contract.Point{{X: 0.5, Y: -0.25}})
	contract.Eventually(t, "what was tapped is read", func() bool { return len(p.shown("#probe")) > 0 && p.shown("#probe")[:1] == "(" })

	scrolled := func() float64 { t.Helper(); return eval[float64](p, `scrollY`) }
	p.run(`scrollTo(0, 0)`)
	p.at(0, 0) // in the middle of the screen
	before := scrolled()
	p.swipe(0, 0.2, 0, 0.9)
	p.swipe(0, 0.2, 0, 0.9)
	contract.Eventually(t, "a swipe scrolls the page", func() bool { return math.Abs(scrolled()-before) > 20 })
	p.swipe(-0.5, 0, 0.5, 0) // where nothing is to be scrolled
	if got := p.quiet(); got.differs(v.state) != "" {
		t.Errorf("after swipes: %s; want the points as they were", got.differs(v.state))
	}
}

// TestBrowserTouchDraw: with the switch Draw on, a finger draws as it moves, and the page stays.
func TestBrowserTouchDraw(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, phone)
	p.change("no points", func() { p.act("clear") })
	p.click("#drag")
	p.tool("1")
	const top = `document.getElementById("plane").getBoundingClientRect().top`
	p.at(0, 0)
	before := eval[float64](p, top)
	v := p.change("points by a finger", func() { p.swipe(0, 0.8, 0, -0.8) })
	points := v.points(t)
	if len(points) < 6 {
		t.Errorf("%d points after drawing a line with a finger; want a row of them", len(points))
	}
	for _, q := range points {
		if q.Label != 1 || math.Abs(q.X) > aPixel {
			t.Errorf("point %v; want it on the line, of class 1", q)
		}
	}
	if now := eval[float64](p, top); math.Abs(now-before) > 4 { // numbers above it may come
		t.Errorf("the plane went from %v to %v; want it to stay under the finger", before, now)
	}
	one := p.change("a point by a tap", func() { p.tap(0.5, 0.5) })
	checkPoints(t, one.points(t)[len(points):], []contract.Point{{X: 0.5, Y: 0.5, Label: 1}})
	if got := p.change("undo", func() { p.click("#undo") }); got.differs(v.state) != "" {
		t.Errorf("after undoing the tap: %s", got.differs(v.state))
	}
	if got := p.change("undo", func() { p.click("#undo") }).points(t); len(got) != 0 {
		t.Errorf("%d points after undoing the stroke, which is one change; want none", len(got))
	}

	p.click("#drag")
	v = p.quiet()
	p.swipe(-0.5, 0, 0.5, 0)
	if got := p.quiet(); got.differs(v.state) != "" {
		t.Errorf("with the switch off a finger draws: %s", got.differs(v.state))
	}
}

// TestBrowserTouchTwo: two fingers zoom and draw nothing, however they come and go.
func TestBrowserTouchTwo(t *testing.T) {
	t.Parallel()
	for _, drags := range []bool{false, true} {
		p := start(t).open(t, phone)
		if drags {
			p.click("#drag")
		}
		v := p.quiet()
		x, y := p.at(0, 0)
		apart := func(by float64) []finger { return []finger{{x - by, y}, {x + by, y}} }

		// Two fingers that touch and lift, the first one first.
		p.fingers(touches, apart(30)[0])
		p.fingers(touches, apart(30)...)
		p.fingers(lifts, apart(30)[1])
		p.fingers(lifts)
		if got := p.quiet(); got.differs(v.state) != "" {
			t.Errorf("Draw %t: two fingers that tap draw: %s", drags, got.differs(v.state))
		}
		p.fingers(touches, apart(20)[0])
		p.fingers(touches, apart(20)...)
		for by := 22.0; by < 80; by += 4 {
			p.fingers(slides, apart(by)...)
		}
		p.fingers(lifts)
		if got := p.quiet(); got.differs(v.state) != "" {
			t.Errorf("Draw %t: two fingers that spread draw: %s", drags, got.differs(v.state))
		}
		if got := eval[int](p, markersShown); got != len(v.points(t)) {
			t.Errorf("Draw %t: %d points are seen; want no stroke beside the %d", drags, got, len(v.points(t)))
		}
		if scale := eval[float64](p, `visualViewport.scale`); scale < 1.2 {
			t.Errorf("Draw %t: the page is zoomed to %v; want the fingers to zoom it", drags, scale)
		}
	}
}

// TestBrowserTouchRead: a finger that rests reads the place, and the reading stays and follows the
// training.
func TestBrowserTouchRead(t *testing.T) {
	t.Parallel()
	for _, drags := range []bool{false, true} {
		s := start(t)
		p := s.open(t, phone, before(probed))
		if drags {
			p.click("#drag")
		}
		v := p.quiet()
		spot := contract.Point{X: 0, Y: 0}
		x, y := p.at(spot.X, spot.Y)
		top := eval[float64](p, `scrollY`)
		p.fingers(touches, finger{x, y})
		time.Sleep(aRest)
		near := func(q probing) bool {
			got := q.place(t)
			return math.Hypot(got.X-spot.X, got.Y-spot.Y) <= aPixel
		}
		q := p.lastProbe("the place under the finger is read", near)
		if want := s.says(t, q, q.place(t), false); q.Text != want {
			t.Errorf("a finger at %s reads %q; want %q", q.Probe, q.Text, want)
		}
		// A finger that goes on from there reads other places; it does not scroll.
		spot = contract.Point{X: 0, Y: 0.5}
		for _, share := range []float64{0.1, 0.2, 0.3, 0.4, 0.5} {
			tx, ty := p.at(0, share)
			p.fingers(slides, finger{tx, ty})
		}
		p.lastProbe("where the finger has gone is read", near)
		p.fingers(lifts)
		if now := eval[float64](p, `scrollY`); now != top {
			t.Errorf("Draw %t: reading scrolls the page from %v to %v", drags, top, now)
		}
		got := p.quiet()
		if got.differs(v.state) != "" {
			t.Errorf("Draw %t: a finger that reads draws: %s", drags, got.differs(v.state))
		}
		read := p.shown("#probe")
		if read == "" || read[:1] != "(" || eval[string](p, `document.getElementById("crosshair").getAttribute("d") ?? ""`) == "" {
			t.Errorf("Draw %t: after the finger has gone the reading is %q; want it to stay, with its place marked", drags, read)
		}
		p.train()
		p.until("a few steps", func(v view) bool { return v.steps() >= 5 })
		p.lastProbe("the reading follows the training", func(q probing) bool { return near(q) && q.differs(v.state) != "" })
		p.pause()
		if p.shown("#probe")[:1] != "(" {
			t.Errorf("Draw %t: after a pause the reading is %q; want it to stay", drags, p.shown("#probe"))
		}
	}
}

// TestBrowserTouchPen: a pen draws as a mouse does, without the switch, and so does a mouse on a
// screen that can be touched.
func TestBrowserTouchPen(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, phone)
	p.change("no points", func() { p.act("clear") })
	for _, kind := range []input.DispatchMouseEventPointerType{input.DispatchMouseEventPointerTypePen, input.DispatchMouseEventPointerTypeMouse} {
		v := p.change("points by a "+string(kind), func() {
			x, y := p.at(-0.5, 0)
			tx, _ := p.at(0.5, 0)
			of := func(e *input.DispatchMouseEventParams) { e.PointerType = kind }
			held := func(e *input.DispatchMouseEventParams) { e.Button, e.Buttons = input.MouseButtonLeft, 1 }
			actions := []chromedp.Action[chromedp.Void]{chromedp.MouseEvent(chromedp.MousePressed, x, y, held, of, chromedp.ClickCount(1))}
			for i := 1.0; i <= 10; i++ {
				actions = append(actions, chromedp.MouseEvent(chromedp.MouseMoved, x+i/10*(tx-x), y, held, of))
			}
			p.do("draw with a "+string(kind), append(actions, chromedp.MouseEvent(chromedp.MouseReleased, tx, y, of, chromedp.ButtonLeft, chromedp.ClickCount(1)))...)
		})
		if n := len(v.points(t)); n < 6 {
			t.Errorf("%d points by a %s; want a row of them", n, kind)
		}
		p.change("no points", func() { p.act("clear") })
	}
}

// TestBrowserTouchTools: what is used while drawing stands under the plane at every width, and the
// switch Draw where there may be fingers.
func TestBrowserTouchTools(t *testing.T) {
	t.Parallel()
	type place struct {
		Name                     string
		Left, Top, Right, Bottom float64
	}
	s := start(t)
	for _, touch := range []bool{true, false} {
		widths := []int64{1440, 1920}
		if touch {
			widths = []int64{320, 360, 390, 768, 1024}
		}
		p := s.open(t, func(o *tabOptions) { o.width, o.phone = widths[0], touch })
		check := func(width int64, classes string) {
			p.screen(width, touch)
			p.settled()
			places := eval[[]place](p, `[...document.querySelectorAll("#plane, #palette label, #remove-class, #add-class, #drag, #undo, button[value=clear]")]
				.filter((e) => e.checkVisibility()).map((e) => {
					const {left: Left, top: Top, right: Right, bottom: Bottom} = e.getBoundingClientRect();
					return {Name: e.id || e.title || e.value, Left, Top, Right, Bottom};
				})`)
			plane := places[0]
			if want := map[string]int{"2": 8, "10": 16}[classes]; plane.Name != "plane" || len(places) < want {
				t.Fatalf("at %d px there are %d tools: %v; want %d", width, len(places), places, want)
			}
			for _, tool := range places[1:] {
				if tool.Top < plane.Bottom || tool.Top > plane.Bottom+220 || tool.Left < plane.Left-30 || tool.Right > plane.Right+30 {
					t.Errorf("at %d px, with %s classes, %v is not under the plane, %v", width, classes, tool, plane)
				}
			}
			if has := slices.ContainsFunc(places, func(q place) bool { return q.Name == "drag" }); has != touch {
				t.Errorf("at %d px, touched %t, the switch Draw is there: %t", width, touch, has)
			}
		}
		for _, width := range widths {
			check(width, "2")
		}
		p.change("ten classes", func() { p.fill("data_classes", "10") })
		for _, width := range widths {
			check(width, "10")
		}
	}
}

// TestBrowserTouchOrder: on a phone the result comes first, then what it is made from.
func TestBrowserTouchOrder(t *testing.T) {
	t.Parallel()
	for _, width := range []int64{320, 390} {
		p := start(t).open(t, func(o *tabOptions) { o.width, o.phone = width, true })
		got := eval[[]string](p, `[...document.querySelectorAll("main .card")].sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
			.map((e) => e.querySelector("h2").textContent)`)
		if want := []string{"Result", "Data", "Run until", "Network", "How it learns", "Settings"}; !slices.Equal(got, want) {
			t.Errorf("at %d px the cards are %q; want %q", width, got, want)
		}
	}
}

// TestBrowserTouchTour: on a phone the tour goes to what it speaks of.
func TestBrowserTouchTour(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, phone, touring)
	for i, id := range eval[[]string](p, `Array.from(document.querySelectorAll("#tour section"), (e) => e.dataset.target)`) {
		if i > 0 {
			p.click("#tour-next")
		}
		seen := func() bool {
			return eval[bool](p, script(`((id) => {
				const {top, bottom, left} = document.getElementById(id).getBoundingClientRect();
				const bar = document.querySelector(".bar").getBoundingClientRect().bottom;
				const from = document.getElementById(id).closest(".bar") ? 0 : bar;
				return top >= from && Math.min(bottom, top + 60) <= document.getElementById("tour").getBoundingClientRect().top;
			})(%s)`, id))
		}
		contract.Eventually(t, "stop "+id+" is seen beside the tour", seen)
	}
}

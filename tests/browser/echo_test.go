package browser

import (
	"slices"
	"testing"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A marker is a point as the picture shows it: the middle of its outline, in units of the plane, and
// how wide it is.
type marker struct {
	X, Y, Width float64
	Fill        string
}

// markersSeen are the points of the picture, those of a stroke that is not answered included.
const markersSeen = `Array.from(document.querySelectorAll("#plane-points path"), (path) =>
	(path.getAttribute("d").match(/M[^M]*/g) ?? []).map((d) => {
		const one = path.cloneNode();
		one.setAttribute("d", d);
		path.after(one);
		const {x, y, width, height} = one.getBBox();
		one.remove();
		return {X: (x + width / 2) / 1e4, Y: -(y + height / 2) / 1e4, Width: width / 1e4, Fill: path.getAttribute("fill")};
	})).flat()`

func (p *tab) markers() []marker { p.tb.Helper(); return eval[[]marker](p, markersSeen) }

// drawingSeen keeps how many points are seen right after each event of the pointer.
const drawingSeen = `window.testSeen = []; for (const type of ["pointerdown", "pointermove"])
	addEventListener(type, () => testSeen.push(` + markersShown + `))`

// TestBrowserEcho: what is drawn or erased is seen at once, as the server will draw it. What the
// server refuses goes again.
func TestBrowserEcho(t *testing.T) {
	t.Parallel()
	x := startProxy(t, func(c *handlers.Config) { c.MaxPoints = 230 })
	p := x.open(t, provoking(saysRefused))
	p.change("a class", func() { p.act("add-class") })
	p.run(drawingSeen)
	const three = "2"
	colour := eval[string](p, `document.querySelector("[name=tool][value='2'] + svg path").getAttribute("fill")`)
	p.tool(three)
	before := p.markers()

	release := x.hold()
	p.run(`window.testDrawn = 0; new MutationObserver((changes) => {
		testDrawn += changes.filter((change) => change.removedNodes.length).length;
	}).observe(document.getElementById("plane-points"), {childList: true})`)
	p.drag(-0.6, 0.97, 0.6, 0.97)
	if drawn := eval[int](p, `testDrawn`); drawn > 0 {
		t.Errorf("while a stroke grows, all points are drawn again %d times; want those that are new", drawn)
	}
	echo := p.markers()
	row := echo[len(before):]
	if len(row) < 8 {
		t.Fatalf("%d points are seen before the answer; want %d and a row", len(echo), len(before))
	}
	for _, m := range row {
		if m.Fill != colour || m.Y < 0.9 {
			t.Errorf("a point of the stroke is seen as %+v; want it on the line, in the colour %s of its class", m, colour)
		}
	}
	if seen := eval[[]int](p, `testSeen`); !slices.Contains(seen, len(before)+1) || seen[len(seen)-1] != len(echo) {
		t.Errorf("while the pointer moves, %v points are seen; want one more from the first, and all in the end", seen)
	}
	if got := p.look().Points; got != "200 points" {
		t.Errorf("before the answer there are %s; want 200", got)
	}
	release()
	v := p.until("the answer", func(v view) bool { return ready(v) && v.Points != "200 points" })
	answered := p.markers()[len(before):]
	if len(answered) != len(row) || len(v.points(t)) != 200+len(row) {
		t.Fatalf("%d points are seen after the answer, and there are %s; want %d more", len(answered), v.Points, len(row))
	}
	for i, m := range answered {
		if e := row[i]; max(m.X-e.X, e.X-m.X, m.Y-e.Y, e.Y-m.Y, m.Width-e.Width, e.Width-m.Width) > 0.002 || m.Fill != e.Fill {
			t.Errorf("the point %d of the stroke was seen as %+v, and is %+v", i, e, m)
		}
	}

	p.part("Erase", func(t *testing.T) {
		p.tool("erase")
		whole := p.markers()
		release := x.hold()
		p.drag(-0.3, 0.97, 0.3, 0.97)
		echo := p.markers()
		release()
		v := p.until("the answer", func(now view) bool { return ready(now) && now.Data != v.Data })
		if got := p.markers(); !slices.Equal(got, echo) || len(got) >= len(whole) || len(got) != len(v.points(t)) {
			t.Errorf("of %d points %d are seen after the eraser, and %d after the answer; want the same, of the %s", len(whole), len(echo), len(got), v.Points)
		}
	})

	p.part("Two", func(t *testing.T) { // the second is drawn before the first is answered
		p.tool("0")
		before := len(p.markers())
		release := x.hold()
		p.dab(0.9, -0.9)
		p.tool("1")
		p.dab(-0.9, -0.9)
		if got := len(p.markers()); got != before+2 {
			t.Errorf("%d points are seen; want two more than %d", got, before)
		}
		release()
		contract.Eventually(t, "both answers", func() bool {
			seen := len(p.markers())
			if seen != before+2 {
				t.Errorf("%d points are seen between the answers; want %d", seen, before+2)
				return true
			}
			return len(p.look().points(t)) == before+2 && ready(p.look())
		})
	})

	p.part("Refused", func(t *testing.T) {
		v, before := p.look(), p.markers()
		release := x.hold()
		p.drag(-0.95, -0.6, 0.95, -0.6)
		p.drag(-0.95, -0.7, 0.95, -0.7)
		if got := p.markers(); len(got) < 230 {
			t.Fatalf("%d points are seen; want more than may be", len(got))
		}
		release()
		now := p.until("the refusal", func(v view) bool { return ready(v) && v.Notice != "" })
		if contains := len(now.points(t)) > 230; contains || now.Notice == v.Notice {
			t.Errorf("after %d points the page says %q; want that they are too many", len(now.points(t)), now.Notice)
		}
		if got := p.markers(); len(got) != len(now.points(t)) || len(got) < len(before) {
			t.Errorf("%d points are seen; want the %d that there are", len(got), len(now.points(t)))
		}
	})
}

// TestBrowserOtherClass: the other button of the mouse, and Shift with Enter, draw with the next
// tool, which the palette shows, and leave the one in hand.
func TestBrowserOtherClass(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.change("a class", func() { p.act("add-class") })
	p.run(`window.testMenus = 0; addEventListener("contextmenu", (event) => testMenus += event.defaultPrevented ? 0 : 1)`)
	last := func(v view) float64 { points := v.points(t); return float64(points[len(points)-1].Label) }
	click := func(button input.MouseButton, more ...chromedp.MouseOption) func() {
		return func() {
			px, py := p.at(0.2, 0.9)
			p.do("click", chromedp.MouseClickXY(px, py, append(more, chromedp.ButtonType(button))...))
		}
	}
	for _, test := range []struct {
		name, tool, next string
		draw             func()
		want             float64
	}{
		{"a right click", "0", "1", click(input.MouseButtonRight), 1},
		{"a right click with the last class", "2", "0", click(input.MouseButtonRight), 0},
		{"a right click with the eraser", "erase", "0", click(input.MouseButtonRight), 0},
		{"a click with Ctrl", "1", "2", click(input.MouseButtonLeft, chromedp.ButtonModifiers(chromedp.ModifierCtrl)), 2},
		{"Enter", "1", "2", func() { p.onPlane(); p.press(kb.Enter) }, 1},
		{"Shift and Enter", "1", "2", func() { p.onPlane(); p.press(kb.Enter, chromedp.ModifierShift) }, 2},
		{"the menu's key", "0", "1", func() {
			p.onPlane()
			p.run(`document.getElementById("plane").dispatchEvent(new MouseEvent("contextmenu", {bubbles: true, cancelable: true}))`)
		}, 1},
		{"a stroke with the right button", "0", "1", func() { p.dragWith(input.MouseButtonRight, 2, -0.5, -0.9, 0.5, -0.9) }, 1},
	} {
		p.tool(test.tool)
		if got := eval[string](p, `Array.from(document.querySelectorAll(".palette .other input"), (e) => e.value).join()`); got != test.next {
			t.Errorf("with the tool %s in hand the palette marks %s as the next; want %s", test.tool, got, test.next)
		}
		v := p.change(test.name, test.draw)
		if got := last(v); got != test.want {
			t.Errorf("%s with the tool %s draws a point of class %v; want %v", test.name, test.tool, got, test.want)
		}
		if got := p.held(); got != test.tool {
			t.Errorf("after %s the tool in hand is %s; want %s", test.name, got, test.tool)
		}
	}
	if menus := eval[int](p, `testMenus`); menus != 0 {
		t.Errorf("%d menus came over what was drawn; want none", menus)
	}
	// Where nothing can be drawn, a click has the menu of the browser.
	q := start(t).open(t, at("?lock=data"))
	q.run(`window.testMenus = 0; addEventListener("contextmenu", (event) => testMenus += event.defaultPrevented ? 0 : 1)`)
	v := q.look()
	px, py := q.at(0.2, 0.9)
	q.do("click", chromedp.MouseClickXY(px, py, chromedp.ButtonType(input.MouseButtonRight)))
	if menus := eval[int](q, `testMenus`); menus != 1 || q.still().differs(v.state) != "" {
		t.Errorf("on a locked plane a right click has %d menus and draws %s; want the browser's menu", menus, q.still().differs(v.state))
	}
}

// onPlane puts the focus on the plane.
func (p *tab) onPlane() {
	p.tb.Helper()
	p.run(`document.getElementById("plane").focus()`)
}

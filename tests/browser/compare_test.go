package browser

import (
	"slices"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// compared returns the rows of the comparison: name, pinned, now.
func (p *tab) compared() [][]string {
	p.tb.Helper()
	return eval[[][]string](p, `Array.from(document.querySelectorAll("#panel-body .compare tbody tr"), (tr) => Array.from(tr.children, (cell) => cell.innerText.trim()))`)
}

// TestBrowserCompare: a pinned run stays as it was beside the next, and what differs is listed.
func TestBrowserCompare(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	pinned := p.trainTo(6)
	p.panel("compare")
	if rows := p.compared(); len(rows) != 0 {
		t.Errorf("before there is a pinned run the comparison is %q; want none", rows)
	}
	p.click("#pinned button[value=pin]")
	contract.Eventually(t, "the run is pinned", func() bool { return len(p.compared()) > 0 && ready(p.look()) })
	if d := p.still().differs(pinned.state); d != "" {
		t.Errorf("to pin a run changes %s", d)
	}
	want := [][]string{{"Step", pinned.Step, pinned.Step}, {"Train loss", pinned.Loss, pinned.Loss}, {"Train accuracy", pinned.Accuracy, pinned.Accuracy}}
	same := func(when string, rows, want [][]string) {
		t.Helper()
		if !slices.EqualFunc(rows, want, slices.Equal[[]string]) {
			t.Errorf("%s the comparison is %q; want %q", when, rows, want)
		}
	}
	same("at once", p.compared(), want)
	picture := func() string {
		return eval[string](p, `document.querySelector("#pinned img")?.src ?? ""`)
	}
	drawn := picture()

	p.change("another learning rate", func() { p.fill("learning_rate", "0.1") })
	p.change("another optimizer", func() { p.choose("optimizer", "sgd") })
	p.change("the first weights", func() { p.act("reset") })
	p.train()
	p.until("step 3", func(v view) bool { return v.steps() >= 3 })
	moving := p.compared()
	v := p.pause()
	now := [][]string{
		{"Step", pinned.Step, v.Step}, {"Train loss", pinned.Loss, v.Loss}, {"Train accuracy", pinned.Accuracy, v.Accuracy},
		{"Optimizer", "Adam", "SGD"}, {"Learning rate", "0.03", "0.1"},
	}
	same("after another run", p.compared(), now)
	if len(moving) != 5 || moving[0][1] != pinned.Step || number(moving[0][2]) < 3 {
		t.Errorf("while the other run trains the comparison is %q; want its step beside that of the pinned run", moving)
	}
	if drawn == "" || picture() != drawn {
		t.Error("the picture of the pinned run changed; want it to stay")
	}
	p.checkPair(t, pinned.Step, v.Step)
	p.panel("curves")
	if curves := eval[int](p, `document.querySelectorAll("[data-chart=loss] > svg path.pinned").length`); curves == 0 {
		t.Error("the curve of the pinned run is not drawn")
	}

	p.reload()
	p.panel("compare")
	same("after a reload", p.compared(), now)
	if picture() != drawn {
		t.Error("after a reload the picture of the pinned run is another")
	}
	p.click("#pinned button[value=unpin]")
	contract.Eventually(t, "the run is unpinned", func() bool { return p.hidden("pinned") == "" && len(p.compared()) == 0 })
	p.until("the page is ready", ready)
	p.click("#undo")
	contract.Eventually(t, "the pinned run is back", func() bool { return len(p.compared()) == 5 })
	p.until("the page is ready", ready)
	p.click("#pinned button[value=pin]")
	want = [][]string{{"Step", v.Step, v.Step}, {"Train loss", v.Loss, v.Loss}, {"Train accuracy", v.Accuracy, v.Accuracy}}
	contract.Eventually(t, "this run is pinned instead", func() bool { return len(p.compared()) == 3 })
	same("after pinning this run", p.compared(), want)
}

// checkPair fails the test unless the pictures of both runs stand side by side and are equally large, with
// the points and what they are of, and the curves of both stand below them.
func (p *tab) checkPair(t *testing.T, pinned, now string) {
	t.Helper()
	type picture struct {
		Left, Top, Bottom, Width, Height float64
		Points                           int // layers of points that are as large as the picture
		Caption                          string
	}
	got := eval[struct {
		Pictures []picture
		Curves   float64 // the top of the first chart
		Same     bool    // the second picture is that of the plane
	}](p, `(() => {
		const cells = (canvas) => canvas.getContext("2d").getImageData(0, 0, 100, 100).data.join();
		return {
			Pictures: Array.from(document.querySelectorAll("#pinned figure"), (figure) => {
				const picture = figure.querySelector(".picture"), {left, top, bottom, width, height} = picture.getBoundingClientRect();
				const points = Array.from(picture.querySelectorAll("use"), (use) => use.getBoundingClientRect().width / width);
				return {Left: left, Top: top, Bottom: bottom, Width: width, Height: height, Points: points.filter((share) => share > 0.5).length, Caption: figure.innerText.trim()};
			}),
			Curves: document.querySelector("#panel-body .chart").getBoundingClientRect().top,
			Same: cells(document.querySelector("#plane-copy")) === cells(document.querySelector("#plane canvas")),
		};
	})()`)
	if len(got.Pictures) != 2 {
		t.Fatalf("there are the pictures %+v; want one of each run", got.Pictures)
	}
	a, b := got.Pictures[0], got.Pictures[1]
	if a.Width != b.Width || a.Height != b.Height || a.Top != b.Top || a.Width < 100 || a.Left+a.Width > b.Left || a.Bottom > got.Curves {
		t.Errorf("the pictures are at %+v, the curves at %v; want equal ones side by side above the curves", got.Pictures, got.Curves)
	}
	if a.Points != 2 || b.Points != 2 {
		t.Errorf("the points are drawn %d and %d times; want them with their edges in both pictures", a.Points, b.Points)
	}
	if a.Caption != "Pinned step "+pinned || b.Caption != "Now step "+now || !got.Same {
		t.Errorf("the pictures are called %q and %q, the plane's own: %t; want steps %s and %s", a.Caption, b.Caption, got.Same, pinned, now)
	}
}

// TestBrowserPinnedValues: the legend and the pointer tell the values of the pinned run beside those of
// this one, and nothing where the pinned run had ended.
func TestBrowserPinnedValues(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, laptop)
	p.change("points held out", func() { p.fill("test_fraction", "0.3") })
	first := p.trainTo(12)
	pinned := p.history()
	p.panel("compare")
	p.click("#pinned button[value=pin]")
	contract.Eventually(t, "the run is pinned", func() bool { return len(p.compared()) > 0 && ready(p.look()) })
	p.change("another learning rate", func() { p.fill("learning_rate", "0.1") })
	p.change("the first weights", func() { p.act("reset") })
	p.trainTo(first.steps() + 10)
	read := func(column string) string {
		return p.shown("[data-chart=loss] .curve-value[data-pinned][data-for=" + column + "]")
	}
	last := len(pinned.Step) - 1
	if got := read("loss"); got != first.Loss {
		t.Errorf("the legend says of the pinned run %q; want its newest loss, %s", got, first.Loss)
	}
	h := p.history()
	for _, i := range []int{3, last - 1} {
		p.pointCurve("loss", h.Step[i])
		contract.Eventually(t, "the values of both runs", func() bool {
			return reads(read("loss"), pinned.Loss[i]) && reads(read("test_loss"), pinned.TestLoss[i]) &&
				reads(p.shown("[data-chart=loss] .curve-value[data-for=loss]:not([data-pinned])"), h.Loss[i])
		})
	}
	p.pointCurve("loss", h.Step[len(h.Step)-1])
	contract.Eventually(t, "nothing of the run that had ended", func() bool { return read("loss") == "–" })
}

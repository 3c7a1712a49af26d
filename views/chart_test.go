package views

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
)

func TestAxisNumber(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 3 * 0.1: "0.3", 0.7 + 0.1: "0.8", 1: "1", 2.5: "2.5", 0.30000000000000004 * 100: "30", 1200: "1\u202f200", 500_000: "500\u202f000", 1e6: "1e6",
		2e7: "2e7", 1e-3: "0.001", 1e-4: "0.0001", 2e-4: "0.0002", 5e-5: "5e−5", 1e-10: "1e−10", 1e290: "1e290", 1.5e8: "1.5e8", 1e-290: "1e−290",
	} {
		if got := axisNumber(v); got != want {
			t.Errorf("axisNumber(%v) = %q; want %q", v, got, want)
		}
	}
}

// TestScales: whatever the values, the scale holds them, between round numbers in order, few enough
// to be read.
func TestScales(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	values := [][]float64{{0}, {0, 0}, {1}, {0.5, 0.5}, {5e-324}, {1.7976e308}, {5e-324, 1.7976e308}, {1e-12, 0, 2}, {0.31, 0.69}, {9.99, 10.01}, {1e-5, 1e-4}, {-1, 0.25}, {-1}}
	for range 500 {
		var list []float64
		scale := math.Pow(10, 20*rng.Float64()-10)
		for range 1 + rng.IntN(5) {
			list = append(list, scale*math.Pow(10, -6*rng.Float64()*rng.Float64()))
		}
		values = append(values, list)
	}
	for _, list := range values {
		for _, log := range []bool{false, true} {
			a := axis{from: plotBottom, to: plotTop, log: log}
			a.fitLosses([]curve{{values: list}})
			checkTicks(t, &a, list)
			if !a.log && a.lo != 0 {
				t.Errorf("the losses %v are shown from %v; want from 0", list, a.lo)
			}
			for _, v := range list {
				if !a.log && (v < a.lo && v >= 0 || v > a.hi && v <= largest) || a.log && (v > a.hi && v <= largest || v < a.lo && v >= smallest) {
					t.Errorf("the losses %v do not fit the scale from %v to %v", list, a.lo, a.hi)
				}
				if at := a.at(v); !(at >= plotTop && at <= plotBottom) {
					t.Errorf("the loss %v of %v is drawn at %v; want between %d and %d", v, list, at, plotTop, plotBottom)
				}
			}
		}
	}
	for lo, want := range map[float64]string{0.95: "[0.9 0.92 0.94 0.96 0.98 1]", 1: "[0.9 0.92 0.94 0.96 0.98 1]", 0.48: "[0.4 0.6 0.8 1]", 0: "[0 0.2 0.4 0.6 0.8 1]", 0.76: "[0.75 0.8 0.85 0.9 0.95 1]"} {
		a := axis{percent: true}
		a.fitShares([]curve{{values: []float64{1, nn.NotMeasured, lo}}})
		checkTicks(t, &a, []float64{lo})
		var got []string
		for _, v := range a.ticks[:a.n] {
			got = append(got, axisNumber(v))
		}
		if fmt.Sprint(got) != want {
			t.Errorf("shares from %v have the ticks %v; want %s", lo, got, want)
		}
	}
}

func checkTicks(t *testing.T, a *axis, values []float64) {
	t.Helper()
	ticks := a.ticks[:a.n]
	if len(ticks) < 2 || len(ticks) > 10 || !slices.IsSorted(ticks) || math.Abs(ticks[0]-a.lo) > 1e-9*a.hi || math.Abs(ticks[len(ticks)-1]-a.hi) > 1e-9*a.hi || !(a.lo < a.hi) {
		t.Errorf("the values %v have a scale from %v to %v with the ticks %v; want two to ten in order, from end to end", values, a.lo, a.hi, ticks)
	}
	for _, v := range ticks {
		if digits := strings.TrimRight(strings.Split(strconv.FormatFloat(v, 'e', 6, 64), "e")[0], "0."); len(digits) > 4 {
			t.Errorf("the values %v have the tick %v; want a round number", values, v)
		}
	}
}

func TestUpdatesPerEpoch(t *testing.T) {
	for _, test := range []struct {
		steps, epochs []int
		guess, want   int
	}{
		{[]int{0, 1, 2, 50}, []int{0, 1, 2, 50}, 1, 1},
		{[]int{0, 1, 2, 50}, []int{0, 1, 2, 50}, 7, 1},
		{[]int{0, 3, 7, 20}, []int{0, 0, 1, 2}, 7, 7},
		{[]int{0, 3, 7, 20}, []int{0, 0, 1, 2}, 2, 7},      // the batches are others now
		{[]int{0, 3, 6, 7, 8}, []int{0, 0, 0, 1, 2}, 7, 0}, // they changed on the way
		{[]int{0, 3}, []int{0, 0}, 4, 4},                   // still the first epoch
		{[]int{0, 3}, []int{0, 0}, 2, 0},                   // which this is not
		{[]int{1 << 52}, []int{1 << 50}, 4, 4},
		{nil, nil, 5, 5},
	} {
		h := nn.History{Step: test.steps, Epoch: test.epochs}
		if got := updatesPerEpoch(&h, test.guess); got != test.want {
			t.Errorf("updatesPerEpoch(%v, %v, %d) = %d; want %d", test.steps, test.epochs, test.guess, got, test.want)
		}
	}
	for _, test := range []struct {
		points, size int
		fraction     float64
		want         int
	}{{200, 0, 0, 1}, {200, 32, 0, 7}, {200, 32, 0.3, 5}, {200, 200, 0, 1}, {200, 150, 0.5, 1}, {0, 10, 0, 1}, {5, 1, 0.9, 1}} {
		s := nn.State{Config: nn.Config{BatchSize: test.size, TestFraction: test.fraction, Seed: 1}, Data: make([]nn.Point, test.points)}
		if got := batches(&s); got != test.want {
			t.Errorf("batches(%d points, batches of %d, %v held out) = %d; want %d", test.points, test.size, test.fraction, got, test.want)
		}
	}
}

// curvesLab is a page of a run with a sample for each of the losses, an update apart.
func curvesLab(tb testing.TB, set dataset.Name, losses, tests []float64, change func(*Lab)) Lab {
	tb.Helper()
	return sampleLab(tb, set, func(l *Lab) {
		l.History = nn.History{}
		for i := range losses {
			m := nn.Metrics{Loss: losses[i]}
			if l.State.Config.Task == nn.Classification {
				m.Accuracy = new(1 - losses[i]/10)
			}
			if tests != nil && tests[i] >= 0 {
				m.TestLoss, m.TestAccuracy = &tests[i], new(1-tests[i]/10)
			}
			l.History.Add(i, i, m)
			l.State.Network.Step, l.State.Network.Epoch, l.Metrics = i, i, &m
		}
		l.State.Network.Parameters = nn.Initialize(func() nn.Config { c := l.State.Config; c.Classes = 2; return c }()).Parameters
		if change != nil {
			change(l)
		}
	})
}

type place struct{ x, y float64 }

// places reads a path of M, l and h0 as the lines it draws.
func places(tb testing.TB, d string) (lines [][]place) {
	tb.Helper()
	at := place{}
	for _, m := range regexp.MustCompile(`([MlhZ])([^MlhZ]*)`).FindAllStringSubmatch(d, -1) {
		var n []float64
		for _, number := range regexp.MustCompile(`-?(?:\d+(?:\.\d)?|\.\d)`).FindAllString(m[2], -1) {
			v, err := strconv.ParseFloat(number, 64)
			if err != nil {
				tb.Fatal(err)
			}
			n = append(n, v)
		}
		switch {
		case m[1] == "M" && len(n) == 2:
			at = place{n[0], n[1]}
			lines = append(lines, []place{at})
		case m[1] == "l" && len(n) == 2:
			at = place{at.x + n[0], at.y + n[1]}
			lines[len(lines)-1] = append(lines[len(lines)-1], at)
		case m[1] == "h" && m[2] == "0":
		default:
			tb.Fatalf("the path %q has %q; want M and l with pairs, or h0", d, m[0])
		}
	}
	return lines
}

// TestCurvesPlaces: each value is drawn where the numbers at the axes say it is, within the tenth
// that paths are written in.
func TestCurvesPlaces(t *testing.T) {
	losses := []float64{0.8, 0.4, 0.2, 0.1, 0.05}
	tests := []float64{-1, 0.8, -1, 0.4, 0.2}
	for _, log := range []bool{false, true} {
		e := render(t, Curves(curvesLab(t, dataset.Circles, losses, tests, func(l *Lab) { l.Choices.LogScale = log })))
		chart := e.one(t, "figure[data-chart=loss]")
		height := func(v float64) float64 { // between 0 and 0.8, or 0.05 and 1
			if log {
				return plotBottom - math.Log(v/0.05)/math.Log(1/0.05)*(plotBottom-plotTop)
			}
			return plotBottom - v/0.8*(plotBottom-plotTop)
		}
		width := func(i int) float64 { return plotLeft + float64(i)/4*(plotRight-plotLeft) }
		near := func(got place, i int, v float64) bool {
			return math.Abs(got.x-width(i)) < 0.051 && math.Abs(got.y-height(v)) < 0.051
		}
		train := places(t, chart.one(t, "svg[role=img] path.curve.train").attr("d"))
		if len(train) != 1 || len(train[0]) != len(losses) {
			t.Fatalf("the loss is drawn as %v; want one line", train)
		}
		for i, v := range losses {
			if !near(train[0][i], i, v) {
				t.Errorf("log %t: the loss %v of step %d is at %v; want %v, %v", log, v, i, train[0][i], width(i), height(v))
			}
		}
		test := places(t, chart.one(t, "svg[role=img] path.curve.test").attr("d"))
		if len(test) != 2 || len(test[0]) != 1 || len(test[1]) != 2 || !near(test[0][0], 1, 0.8) || !near(test[1][0], 3, 0.4) || !near(test[1][1], 4, 0.2) {
			t.Errorf("log %t: the test loss is drawn as %v; want a dot at step 1 and a line from step 3 to 4", log, test)
		}
		now := chart.one(t, "circle.now")
		if got := now.attr("cx") + " " + now.attr("cy"); got != fmt.Sprintf("%v %v", train[0][4].x, math.Round(train[0][4].y*10)/10) {
			t.Errorf("the run is marked at %s; want the end of its curve, %v", got, train[0][4])
		}
		best := chart.one(t, "circle.best")
		if got := best.content(); got != "Lowest test loss 0.2000 at step 4" || len(e.all("circle.best")) != 1 {
			t.Errorf("the best is called %q, %d times; want once, in the chart of the loss", got, len(e.all("circle.best")))
		}
	}
}

// TestCurvesSqueezed: what happens between samples that lie in one tenth of a unit is seen.
func TestCurvesSqueezed(t *testing.T) {
	lab := sampleLab(t, dataset.Circles, func(l *Lab) { l.History = nn.History{} })
	step := 0
	for i := range 211 {
		loss := 0.7
		if i == 5 {
			loss = 30
		}
		lab.History.Add(step, step, nn.Metrics{Loss: loss})
		if step++; i >= 11 {
			step += 99
		}
	}
	d := render(t, Curves(lab)).one(t, "figure[data-chart=loss] svg[role=img] path.curve.train").attr("d")
	low, high := math.Inf(1), 0.0
	for _, line := range places(t, d) {
		for _, at := range line {
			low, high = min(low, at.y), max(high, at.y)
		}
	}
	if high-low < 0.9*(plotBottom-plotTop) {
		t.Errorf("the curve is %s, %v high; want the spike of its sixth step, which is as high as the plot", d, high-low)
	}
}

// TestCurvesCrowded: of a long run whose samples lie close together, those that are not seen have
// no corner, and the curve passes within a fifth of a unit of all.
func TestCurvesCrowded(t *testing.T) {
	smooth, rough := make([]float64, nn.MaxSamples), make([]float64, nn.MaxSamples)
	for i := range smooth {
		smooth[i] = 0.8 * math.Exp(-float64(i)/60)
		rough[i] = 0.4 + 0.3*math.Sin(float64(i*i))
	}
	e := render(t, Curves(curvesLab(t, dataset.Circles, smooth, rough, nil)))
	for class, test := range map[string]struct {
		values      []float64
		least, most int
	}{"train": {smooth, 10, 60}, "test": {rough, 200, nn.MaxSamples}} {
		lines := places(t, e.one(t, "figure[data-chart=loss] svg[role=img] path.curve."+class).attr("d"))
		if len(lines) != 1 || len(lines[0]) < test.least || len(lines[0]) > test.most {
			t.Fatalf("%s: the curve is %v; want one line with %d to %d corners", class, lines, test.least, test.most)
		}
		line := lines[0]
		for i, v := range test.values {
			x := plotLeft + float64(i)/(nn.MaxSamples-1)*(plotRight-plotLeft)
			y := plotBottom - v/0.8*(plotBottom-plotTop)
			for len(line) > 2 && line[1].x < x-0.051 {
				line = line[1:]
			}
			a, b := line[0], line[1]
			// A steep line is as near as it comes within the tenth of the places.
			miss := math.Inf(1)
			for _, at := range []float64{x - 0.05, x, x + 0.05} {
				at = max(a.x, min(b.x, at))
				miss = min(miss, math.Abs(a.y+(at-a.x)/(b.x-a.x)*(b.y-a.y)-y))
			}
			steep := math.Abs((b.y-a.y)/(b.x-a.x)) * 0.05
			if miss > 0.2+steep {
				t.Errorf("%s: sample %d is at %v, %v and the curve %v away; want at most 0.2", class, i, x, y, miss)
			}
		}
		if last := line[len(line)-1]; math.Abs(last.x-plotRight) > 0.01 {
			t.Errorf("%s: the curve ends at %v; want %d", class, last, plotRight)
		}
	}
}

// TestCurvesText: what is drawn can be read as well.
func TestCurvesText(t *testing.T) {
	losses, tests := []float64{0.8, 0.4, 0.031234}, []float64{0.9, 0.5, 0.05}
	e := render(t, Curves(curvesLab(t, dataset.Circles, losses, tests, nil)))
	for name, want := range map[string]string{
		"loss":     "Train loss 0.0312 after 2 epochs, at the start 0.8000, at best 0.0312; test loss 0.0500",
		"accuracy": "Train accuracy 99.7 % after 2 epochs, at the start 92.0 %, at best 99.7 %; test accuracy 99.5 %",
	} {
		chart := e.one(t, "figure[data-chart="+name+"]")
		svg := chart.one(t, "svg[role=img]")
		if got := svg.attr("aria-label"); got != want {
			t.Errorf("the chart %s is called %q; want %q", name, got, want)
		}
		if svg.attr("data-x0") != "52" || svg.attr("data-x1") != "344" || svg.attr("data-step0") != "0" || svg.attr("data-step1") != "2" {
			t.Errorf("the chart %s has %v; want the steps 0 to 2 from 52 to 344", name, svg.Attr)
		}
		if svg.one(t, "line.cursor").attr("visibility") != "hidden" || svg.attr("viewbox") != "0 0 360 182" && svg.attr("viewBox") != "0 0 360 182" {
			t.Errorf("the chart %s has no hidden cursor or another viewBox: %v", name, svg.Attr)
		}
		if got := chart.one(t, "figcaption .curve-moment").content(); got != "epoch 2" {
			t.Errorf("the chart %s is at %q; want epoch 2", name, got)
		}
	}
	values := map[string]string{}
	for _, o := range e.all("output.curve-value") {
		values[o.attr("data-for")] = o.content()
		if o.attr("aria-live") != "off" {
			t.Errorf("the value of %s is read out with every frame", o.attr("data-for"))
		}
	}
	if want := map[string]string{"loss": "0.0312", "test_loss": "0.0500", "accuracy": "99.7 %", "test_accuracy": "99.5 %"}; fmt.Sprint(values) != fmt.Sprint(want) {
		t.Errorf("the values are %v; want %v", values, want)
	}
	one := render(t, Curves(curvesLab(t, dataset.Circles, losses[:2], nil, nil)))
	if got := one.one(t, "figure[data-chart=loss] svg[role=img]").attr("aria-label"); got != "Train loss 0.4000 after 1 epoch, at the start 0.8000, at best 0.4000" {
		t.Errorf("the chart is called %q; want one epoch and no test loss", got)
	}
	if len(one.all(".test")) != 0 {
		t.Error("a run without test points shows their curve")
	}
}

// TestCurvesShown: which charts and curves there are.
func TestCurvesShown(t *testing.T) {
	count := func(l Lab) string {
		e := render(t, Curves(l))
		return fmt.Sprintf("%d charts, %d curves, %d pinned, %d keys", len(e.all("figure")), len(e.all("svg[role=img] path.curve")), len(e.all("svg[role=img] path.pinned")), len(e.all(".curve-key")))
	}
	losses := []float64{0.8, 0.4, 0.3}
	pinned := curvesLab(t, dataset.Circles, []float64{0.9, 0.2}, []float64{0.9, 0.3}, nil).History
	for _, test := range []struct {
		name string
		lab  Lab
		want string
	}{
		{"Empty", sampleLab(t, dataset.Circles, func(l *Lab) { l.History = nn.History{} }), "0 charts, 0 curves, 0 pinned, 0 keys"},
		{"Begun", curvesLab(t, dataset.Circles, losses[:1], nil, nil), "0 charts, 0 curves, 0 pinned, 0 keys"},
		{"Classes", curvesLab(t, dataset.Circles, losses, nil, nil), "2 charts, 2 curves, 0 pinned, 2 keys"},
		{"HeldOut", curvesLab(t, dataset.Circles, losses, losses, nil), "2 charts, 4 curves, 0 pinned, 4 keys"},
		{"Values", curvesLab(t, dataset.Hills, losses, losses, nil), "2 charts, 4 curves, 0 pinned, 4 keys"},
		{"Pinned", curvesLab(t, dataset.Circles, losses, nil, func(l *Lab) { l.Pinned = pinnedRun(pinned) }), "2 charts, 6 curves, 4 pinned, 6 keys"},
		{"PinnedOfValues", curvesLab(t, dataset.Circles, losses, nil, func(l *Lab) { l.Pinned = pinnedRun(pinned); l.Pinned.Config.Task = nn.Regression }), "2 charts, 2 curves, 0 pinned, 2 keys"},
		{"PinnedOfClasses", curvesLab(t, dataset.Hills, losses, nil, func(l *Lab) { l.Pinned = pinnedRun(pinned) }), "2 charts, 2 curves, 0 pinned, 2 keys"},
		{"PinnedOfValuesAlone", sampleLab(t, dataset.Circles, func(l *Lab) {
			l.History, l.Pinned = nn.History{}, pinnedRun(pinned)
			l.Pinned.Config.Task = nn.Regression
		}), "0 charts, 0 curves, 0 pinned, 0 keys"},
		{"PinnedAlone", sampleLab(t, dataset.Circles, func(l *Lab) { l.History, l.Pinned = nn.History{}, pinnedRun(pinned) }), "2 charts, 4 curves, 4 pinned, 6 keys"},
		{"NoPointsAnyMore", curvesLab(t, dataset.Circles, losses, nil, func(l *Lab) { l.State.Data, l.Metrics = nil, nil }), "2 charts, 2 curves, 0 pinned, 2 keys"},
	} {
		if got := count(test.lab); got != test.want {
			t.Errorf("%s: %s; want %s", test.name, got, test.want)
		}
	}
	if got := text(t, Curves(sampleLab(t, dataset.Circles, func(l *Lab) { l.History = nn.History{} }))); !strings.Contains(got, "appear here") {
		t.Errorf("without a run there is %q; want a sentence", got)
	}
}

// TestCurvesEpochs: the axis counts epochs where they were equally long, parts of them included,
// and steps where not.
func TestCurvesEpochs(t *testing.T) {
	lab := func(epochs ...int) Lab {
		return sampleLab(t, dataset.Circles, func(l *Lab) {
			l.State.Config.BatchSize = 8 // 40 points: 5 updates
			l.History = nn.History{}
			for step, epoch := range epochs {
				l.History.Add(step, epoch, nn.Metrics{Loss: 1})
			}
		})
	}
	for _, test := range []struct {
		lab    Lab
		unit   string
		labels string
	}{
		{lab(0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2), "epoch", "[0 1 2]"},
		{lab(0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6), "step", "[0 2 4 6 8 10]"},
		{lab(0, 0, 0), "epoch", "[0 0.1 0.2 0.3 0.4]"},
	} {
		e := render(t, Curves(test.lab))
		var labels []string
		for _, text := range e.all("figure[data-chart=loss] g[text-anchor=middle] text") {
			labels = append(labels, text.content())
		}
		unit := labels[len(labels)-1]
		if got := fmt.Sprint(labels[:len(labels)-1]); unit != test.unit || got != test.labels {
			t.Errorf("the axis counts %s in %s; want %s in %s", got, unit, test.labels, test.unit)
		}
		svg := e.one(t, "figure[data-chart=loss] svg[role=img]")
		if want := strconv.Itoa(test.lab.History.Step[test.lab.History.Len()-1]); svg.attr("data-step1") != want {
			t.Errorf("the axis ends at step %s; want %s", svg.attr("data-step1"), want)
		}
	}
}

// TestCurvesAnyValue: whatever was measured, the page is well formed, of few elements, and holds no
// number that is none.
func TestCurvesAnyValue(t *testing.T) {
	extremes := []float64{0, 5e-324, 1e-300, 1e-9, 0.5, 1, 1e5, 1e300, 1.7976e308}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		l := sampleLab(t, dataset.Circles, func(l *Lab) {
			l.History = nn.History{}
			step := 0
			for range 2 + rng.IntN(2*nn.MaxSamples) {
				share := rng.Float64()
				m := nn.Metrics{Loss: extremes[rng.IntN(len(extremes))], Accuracy: &share}
				if rng.IntN(2) == 0 {
					m.TestLoss = &extremes[rng.IntN(len(extremes))]
				}
				l.History.Add(step, step/3, m)
				step += 1 + rng.IntN(1000)
			}
			l.Choices.LogScale = rng.IntN(2) == 0
			l.Pinned = pinnedRun(l.History)
		})
		page := text(t, Curves(l))
		if bad := regexp.MustCompile(`NaN|Inf|e\+|--|\d{8}\.`).FindString(regexp.MustCompile(`class="[^"]*"|<output.*?</output>|<title>.*?</title>|aria-label="[^"]*"`).ReplaceAllString(page, "")); bad != "" {
			i := strings.Index(page, bad)
			t.Fatalf("the charts hold %s: %s", bad, page[max(0, i-200):i+100])
		}
		for _, path := range render(t, Curves(l)).all("svg[role=img] path.curve") {
			for _, line := range places(t, path.attr("d")) {
				for _, at := range line {
					if at.x < plotLeft-0.06 || at.x > plotRight+0.06 || at.y < plotTop-0.06 || at.y > plotBottom+0.06 {
						t.Fatalf("a curve leaves the plot at %v", at)
					}
				}
			}
		}
		if n := strings.Count(page, "</"); n > 120 {
			t.Fatalf("two charts have %d elements; want few", n)
		}
	}
}

// BenchmarkCurves draws the charts of a long run, as every frame does.
func BenchmarkCurves(b *testing.B) {
	lab := sampleLab(b, dataset.Circles, func(l *Lab) {
		l.State.Config.TestFraction = 0.3
		l.History = nn.History{}
		for i := range nn.MaxSamples {
			v, a := 0.7/float64(1+i)+0.01*math.Sin(float64(i)), float64(i)/nn.MaxSamples
			v = math.Abs(v)
			l.History.Add(i, i, nn.Metrics{Loss: v, Accuracy: &a, TestLoss: &v, TestAccuracy: &a})
		}
	})
	logarithmic, pinned := lab, lab
	logarithmic.Choices.LogScale = true
	pinned.Pinned = pinnedRun(lab.History)
	for _, test := range []struct {
		name string
		lab  Lab
	}{{"Linear", lab}, {"Log", logarithmic}, {"Pinned", pinned}} {
		b.Run(test.name, func(b *testing.B) {
			var p pen
			b.ReportAllocs()
			for b.Loop() {
				p = p[:0]
				p.curves(&test.lab)
				b.SetBytes(int64(len(p)))
			}
		})
	}
}

// TestChartLabels: whatever the values, the numbers beside the axis are within the picture.
func TestChartLabels(t *testing.T) {
	for _, test := range []struct {
		losses [2]float64
		log    bool
	}{
		{[2]float64{0.7, 0.6}, false}, {[2]float64{0.0007, 0.0006}, false}, {[2]float64{0.00047, 0.0003}, false},
		{[2]float64{1e239, 2.3e239}, false}, {[2]float64{1e-239, 2.3e-239}, false}, {[2]float64{1e239, 2.3e-239}, true}, {[2]float64{123456, 654321}, false},
	} {
		e := render(t, Curves(sampleLab(t, dataset.Circles, func(l *Lab) {
			l.Choices.LogScale, l.History = test.log, nn.History{}
			for i, loss := range test.losses {
				l.History.Add(i, i, nn.Metrics{Loss: loss})
			}
		})))
		for _, svg := range e.all(".chart > svg") {
			var left, top, width, height float64
			if _, err := fmt.Sscan(svg.attr("viewBox"), &left, &top, &width, &height); err != nil {
				t.Fatal(err)
			}
			if left+width != chartWidth || height != chartHeight {
				t.Errorf("%v: the view box is %s; want it to end where the plot does", test, svg.attr("viewBox"))
			}
			longest := 0
			for _, label := range svg.all("g[text-anchor=end] text") {
				n := len([]rune(label.content()))
				longest = max(longest, n)
				if room := plotLeft - labelGap - left; n > 6 && float64(7*n) > room {
					t.Errorf("%v: %q has room for %v units; want %d", test, label.content(), room, 7*n)
				}
			}
			if longest <= 6 && left != 0 {
				t.Errorf("%v: the view box begins at %v; want 0, as its numbers are short", test, left)
			}
		}
	}
}

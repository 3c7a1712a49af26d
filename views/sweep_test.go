package views

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// TestReadyWrongLabels: the question about wrong labels says how many of them are wrong: of the labels that
// are drawn by chance some are drawn right.
func TestReadyWrongLabels(t *testing.T) {
	i := slices.IndexFunc(ReadySweeps(), func(r ReadySweep) bool { return r.Slug == "capacity" })
	ready := ReadySweeps()[i]
	query, err := url.ParseQuery(ready.Recipe)
	if err != nil {
		t.Fatal(err)
	}
	number := func(name string) float64 {
		v, err := strconv.ParseFloat(query.Get(name), 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	points := func(labelNoise float64) []dataset.Point {
		drawn, err := dataset.Generate(dataset.Name(query.Get("dataset")), dataset.Params{
			Points: int(number("points")), Noise: number("noise"), LabelNoise: labelNoise, Seed: uint32(number("data_seed")),
		})
		if err != nil {
			t.Fatal(err)
		}
		return drawn
	}
	right, given := points(0), points(number("label_noise"))
	wrong := 0
	for i := range given {
		wrong += boolInt(given[i].Label != right[i].Label)
	}
	if want := fmt.Sprintf("Of these %d labels, %d are wrong.", len(given), wrong); !strings.HasPrefix(ready.Question, want) {
		t.Errorf("the question is %q; want it to begin with %q", ready.Question, want)
	}
}

// sweepOf is the page of a sweep whose runs have these losses, of the points for training and, if there
// are any, of those held out. A loss below 0 is that of a run that failed.
func sweepOf(tb testing.TB, axes []SweepAxis, train, test []float64) *SweepPage {
	tb.Helper()
	s := &SweepPage{Steps: 4, Axes: axes, State: sampleLab(tb, dataset.Circles, nil).State}
	s.State.Config.Seed, s.State.Config.Classes = 2, 2
	for i, loss := range train {
		c := SweepCell{State: fmt.Sprintf("state %d", i), Metrics: nn.Metrics{Loss: loss}}
		if test != nil {
			c.Metrics.TestLoss = &test[i]
		}
		if loss < 0 {
			c = SweepCell{Problem: "Diverged"}
		} else if s.CurveSamples() > 0 {
			for step := range s.Steps + 1 {
				m := nn.Metrics{Loss: loss * float64(1+s.Steps-step)}
				c.History.Add(step, step, m)
			}
		}
		s.Cells = append(s.Cells, c)
	}
	s.Sent = len(s.Cells)
	return s
}

func axisOf(name string, values ...string) SweepAxis {
	return SweepAxis{Member: setting.Lookup(name), Values: values}
}

// TestSweepAnswer: what the runs of a sweep tell together is said in sentences.
func TestSweepAnswer(t *testing.T) {
	seeds := axisOf("seed", "1", "2", "3", "4")
	widths := axisOf("hidden_layers", "2", "4", "8")
	for name, test := range map[string]struct {
		page *SweepPage
		want []string
	}{
		"Luck": {sweepOf(t, []SweepAxis{seeds}, []float64{0.3, 0.2, 0.1, 0.4}, nil), []string{
			"Your run, with seed 2, is number 2 of 4. Its train loss is 0.2000.",
			"The luckiest, seed 3, has 0.1000, and the unluckiest, seed 4, has 0.4000. The mean is 0.2500.",
		}},
		"Digits": {sweepOf(t, []SweepAxis{seeds}, []float64{0.00024, 0.00021, 0.000205, 0.3}, nil), []string{
			"Your run, with seed 2, is number 2 of 4. Its train loss is 0.00021.",
			"The luckiest, seed 3, has 0.0002, and the unluckiest, seed 4, has 0.3. The mean is 0.0752.",
		}},
		"Luckiest": {sweepOf(t, []SweepAxis{seeds}, []float64{0.3, 0.2, 0.25, -1}, nil), []string{
			"Your run, with seed 2, is the luckiest of 3. Its train loss is 0.2000.",
			"The luckiest, seed 2, has 0.2000, and the unluckiest, seed 1, has 0.3000. The mean is 0.2500.",
			"1 run has no result.",
		}},
		"Unluckiest": {sweepOf(t, []SweepAxis{seeds}, []float64{0.3, 0.2, 0.1, 0.1}, []float64{0.1, 0.9, 0.2, 0.3}), []string{
			"Your run, with seed 2, is the unluckiest of 4. Its test loss is 0.9000.",
			"The luckiest, seed 1, has 0.1000, and the unluckiest, seed 2, has 0.9000. The mean is 0.3750.",
		}},
		"Failed": {sweepOf(t, []SweepAxis{seeds}, []float64{0.3, -1, 0.1, 0.2}, nil), []string{
			"Your run, with seed 2, got no result.",
			"The luckiest, seed 3, has 0.1000, and the unluckiest, seed 1, has 0.3000. The mean is 0.2000.",
			"1 run has no result.",
		}},
		"Others": {sweepOf(t, []SweepAxis{axisOf("seed", "7", "8")}, []float64{0.3, 0.2}, nil), []string{
			"The luckiest, seed 8, has 0.2000, and the unluckiest, seed 7, has 0.3000. The mean is 0.2500.",
		}},
		"Finder": {sweepOf(t, []SweepAxis{axisOf("learning_rate", "0.01", "0.1", "1", "10")}, []float64{0.6, 0.2, 0.8, -1}, nil), []string{
			"The lowest train loss is 0.2000, with learning rate 0.1.",
			"From learning rate 1 on, a network does no better than guessing, which has a loss of 0.6931.",
			"1 run has no result.",
		}},
		"Fails": {sweepOf(t, []SweepAxis{axisOf("learning_rate", "0.01", "0.1", "1", "10")}, []float64{0.6, 0.2, -1, -1}, nil), []string{
			"The lowest train loss is 0.2000, with learning rate 0.1.",
			"From learning rate 1 on, every run fails.",
			"2 runs have no result.",
		}},
		"Capacity": {sweepOf(t, []SweepAxis{widths, axisOf("seed", "1", "2")}, []float64{0.5, 0.4, 0.3, 0.3, 0.1, 0.1}, []float64{0.4, 0.45, 0.6, 0.3, 0.9, 1}), []string{
			"The lowest test loss is 0.3000, with 4 hidden units and seed 2.",
			"In the mean, the train loss is lowest with 8 hidden units, and the test loss with 2 hidden units.",
		}},
		"Two": {sweepOf(t, []SweepAxis{widths, axisOf("learning_rate", "0.1")}, []float64{0.3, 0.2, 0.1}, nil), []string{
			"The lowest train loss is 0.1000, with 8 hidden units and learning rate 0.1.",
		}},
		"Words": {sweepOf(t, []SweepAxis{axisOf("optimizer", "sgd", "adam")}, []float64{0.3, 0.2}, nil), []string{
			"The lowest train loss is 0.2000, with optimizer Adam.",
		}},
		"Nothing": {sweepOf(t, []SweepAxis{seeds}, []float64{-1, -1, -1, -1}, nil), nil},
	} {
		if got := test.page.Answer(); !slices.Equal(got, test.want) {
			t.Errorf("%s says\n%q; want\n%q", name, got, test.want)
		}
	}
}

// TestSweepBest: the best run so far is marked, and of those that were sent only the best keeps its state.
func TestSweepBest(t *testing.T) {
	s := sweepOf(t, []SweepAxis{axisOf("seed", "1", "2", "3", "4", "5")}, []float64{0.3, -1, 0.4, 0.2, 0.2}, nil)
	var marked []int
	for i := range s.Cells {
		if len(render(t, SweepRun(s, i, "")).all("li.better")) == 1 {
			marked = append(marked, i)
		}
		s.Drop(i)
	}
	if !slices.Equal(marked, []int{0, 3}) {
		t.Errorf("the runs %v are marked; want 0 and 3, which were better than all before", marked)
	}
	var kept []string
	for _, c := range s.Cells {
		kept = append(kept, c.State)
	}
	if !slices.Equal(kept, []string{"", "", "", "state 3", ""}) {
		t.Errorf("the states %q are kept; want that of the best", kept)
	}
	if got := render(t, SweepEnd(s, "")).one(t, `button[form="runs"]`).attr("value"); got != "state 3" {
		t.Errorf("the best run opens %q", got)
	}
}

// TestSweepCharts: the lines of a chart go through the means of what was measured, and its band from the
// lowest to the highest.
func TestSweepCharts(t *testing.T) {
	widths := axisOf("hidden_layers", "8", "2", "4")
	s := sweepOf(t, []SweepAxis{widths, axisOf("seed", "1", "2")}, []float64{0.1, 0.3, 0.5, -1, -1, -1}, []float64{1, 2, 3, 0, 0, 0})
	charts := s.charts()
	if len(charts) != 1 {
		t.Fatalf("the sweep has %d charts; want one", len(charts))
	}
	c := charts[0]
	if !slices.Equal(c.xs, []float64{2, 4, 8}) || !slices.Equal(c.failed, []int{0, 1}) || c.log {
		t.Errorf("the chart is over %v, logarithmic %v, and runs failed at %v", c.xs, c.log, c.failed)
	}
	for i, want := range []struct{ mean, low, top []float64 }{
		{[]float64{0.5, -1, 0.2}, []float64{0.5, -1, 0.1}, []float64{0.5, -1, 0.3}},
		{[]float64{3, -1, 1.5}, []float64{3, -1, 1}, []float64{3, -1, 2}},
	} {
		l := c.lines[i]
		if !slices.Equal(l.mean, want.mean) || !slices.Equal(l.low, want.low) || !slices.Equal(l.top, want.top) {
			t.Errorf("the line %s is %v, from %v to %v; want %v", l.name, l.mean, l.low, l.top, want)
		}
	}
	chart := render(t, s.Charts())
	if marks, failed := len(chart.all("circle")), len(chart.all(".failed")); marks != 4 || failed != 2 {
		t.Errorf("the chart has %d dots and %d marks of failures; want 4 and 2", marks, failed)
	}
	// Each tick stands at its value: they are the values themselves.
	var ticks []string
	for _, text := range chart.all(`g[text-anchor="middle"] text`) {
		ticks = append(ticks, text.content())
	}
	if !slices.Equal(ticks, []string{"2", "4", "8", "hidden units"}) {
		t.Errorf("the horizontal axis says %q", ticks)
	}

	curves := sweepOf(t, []SweepAxis{axisOf("seed", "1", "2", "3")}, []float64{0.1, 0.2, 0.6}, nil).charts()
	if len(curves) != 1 {
		t.Fatalf("runs that differ by chance have %d charts; want one of the loss, as nothing else was measured", len(curves))
	}
	l := curves[0].lines[0]
	if len(l.mean) != 5 || math.Abs(l.mean[4]-0.3) > 1e-9 || l.low[4] != 0.1 || l.top[4] != 0.6 || l.own[4] != 0.2 {
		t.Errorf("the curves end at the mean %v, from %v to %v, and one's own at %v", l.mean, l.low, l.top, l.own)
	}
	for name, axes := range map[string][]SweepAxis{
		"Words": {axisOf("optimizer", "sgd", "adam")}, "Layers": {axisOf("hidden_layers", "2", "2,2")}, "Two": {widths, axisOf("learning_rate", "0.1", "0.2")},
	} {
		train := make([]float64, 6)[:len(axes[0].Values)*max(1, len(axes[len(axes)-1].Values)*(len(axes)-1))]
		if charts := sweepOf(t, axes, train, nil).charts(); charts != nil {
			t.Errorf("%s has the charts %+v; want none", name, charts)
		}
	}
}

// TestSweepRows: the values of a setting of words have rows with their means, whose marks are where the loss
// is on the scale.
func TestSweepRows(t *testing.T) {
	optimizers := axisOf("optimizer", "sgd", "adam", "rmsprop")
	for _, test := range []struct {
		name        string
		axes        []SweepAxis
		train, test []float64
		numbers     []string // of the rows
		places      []float64
		best, says  string
		spreads     int
	}{
		{"Train", []SweepAxis{optimizers}, []float64{0.5, 0.25, 1}, nil,
			[]string{"0.5000", "0.2500", "1.0000"}, []float64{500, 255, 990}, "Adam", "", 0},
		{"Test", []SweepAxis{optimizers}, []float64{0.5, 0.25, 1}, []float64{0.5, 0.75, 1},
			[]string{"0.5000 0.5000", "0.2500 0.7500", "1.0000 1.0000"}, []float64{500, 500, 255, 745, 990, 990}, "SGD", "", 0},
		{"Failed", []SweepAxis{optimizers}, []float64{0.5, -1, 1}, nil,
			[]string{"0.5000", "–", "1.0000"}, []float64{500, 990}, "SGD", "1 run has no result", 0},
		{"Seeds", []SweepAxis{optimizers, axisOf("seed", "1", "2")}, []float64{0.5, 0.5, 0.25, 0.75, -1, 1}, nil,
			[]string{"0.5000", "0.5000", "1.0000"}, []float64{500, 500, 990}, "SGD", "In the mean, the train loss is lowest with optimizer SGD.", 1},
		{"SeedsFirst", []SweepAxis{axisOf("seed", "1", "2"), optimizers}, []float64{0.5, 0.25, 1, 0.5, 0.25, 1}, []float64{1, 1, 0.5, 1, 1, 0.5},
			[]string{"0.5000 1.0000", "0.2500 1.0000", "1.0000 0.5000"}, []float64{500, 990, 255, 990, 990, 500}, "RMSprop", "the train loss is lowest with optimizer Adam, and the test loss with optimizer RMSprop", 0},
		{"Steep", []SweepAxis{axisOf("hidden_layers", "2", "2,2")}, []float64{0.001, 1}, nil,
			[]string{"0.0010", "1.0000"}, []float64{10, 990}, "2", "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := sweepOf(t, test.axes, test.train, test.test)
			answer := render(t, SweepEnd(s, ""))
			var numbers []string
			for _, row := range answer.all(".sweep-rows tbody tr") {
				var all []string
				for _, cell := range row.all("td:not(.strip)") {
					all = append(all, cell.content())
				}
				numbers = append(numbers, strings.Join(all, " "))
			}
			if !slices.Equal(numbers, test.numbers) {
				t.Errorf("the rows say %q; want %q", numbers, test.numbers)
			}
			if best := answer.one(t, ".sweep-rows .best th").content(); best != test.best {
				t.Errorf("the best row is %q; want %q", best, test.best)
			}
			var places []float64
			for _, mark := range answer.all(".sweep-rows path.mean") {
				var x float64
				if _, err := fmt.Sscanf(mark.attr("d"), "M%f", &x); err != nil {
					t.Fatal(err)
				}
				places = append(places, x)
			}
			if !slices.Equal(places, test.places) {
				t.Errorf("the marks are at %v; want %v", places, test.places)
			}
			if got := len(answer.all(".sweep-rows path.spread")); got != test.spreads {
				t.Errorf("%d rows go from a lowest to a highest loss; want %d", got, test.spreads)
			}
			if got := len(answer.all(".sweep-rows abbr")); (got > 0) != slices.Contains(test.train, -1) {
				t.Errorf("%d rows are marked as those of a run that failed", got)
			}
			if log := strings.Contains(answer.one(t, ".sweep-rows tfoot").content(), "logarithmic"); log != (test.name == "Steep") {
				t.Errorf("the scale is called logarithmic: %t", log)
			}
			if said := strings.Join(s.Answer(), " "); !strings.Contains(said, test.says) || strings.Contains(said, "In the mean") != strings.Contains(test.says, "lowest with") {
				t.Errorf("the answer is %q; want that it says %q", said, test.says)
			}
		})
	}
	for name, axes := range map[string][]SweepAxis{
		"Numbers": {axisOf("learning_rate", "0.1", "0.2")}, "Two": {axisOf("optimizer", "sgd", "adam"), axisOf("activation", "tanh", "relu")},
		"Seeds": {axisOf("seed", "1", "2")}, "One": {axisOf("optimizer", "sgd")},
	} {
		train := make([]float64, 4)[:len(axes[0].Values)*len(axes[len(axes)-1].Values)/max(1, (2-len(axes))*len(axes[0].Values))]
		if r := sweepOf(t, axes, train, nil).rows(); r != nil {
			t.Errorf("%s has the rows %+v; want none", name, r)
		}
	}
	if r := sweepOf(t, []SweepAxis{optimizers}, []float64{-1, -1, -1}, nil).rows(); r != nil {
		t.Errorf("runs that all failed have the rows %+v; want none", r)
	}
}

// TestSweepRates: rates that are powers of ten apart have a logarithmic axis, from the first to the last.
func TestSweepRates(t *testing.T) {
	var values []string
	var losses []float64
	for k := -4; k <= 1; k++ {
		for _, m := range []float64{1, 3} {
			values = append(values, strconv.FormatFloat(m*math.Pow10(k), 'g', -1, 64))
			losses = append(losses, 0.5)
		}
	}
	values, losses = values[1:], losses[1:] // which begin at 0.0003
	s := sweepOf(t, []SweepAxis{axisOf("learning_rate", values...)}, losses, nil)
	chart := render(t, s.Charts())
	var ticks []string
	for _, text := range chart.all(`g[text-anchor="middle"] text`) {
		ticks = append(ticks, text.content())
	}
	if want := []string{"0.001", "0.01", "0.1", "1", "10", "learning rate"}; !slices.Equal(ticks, want) {
		t.Errorf("the axis says %q; want %q", ticks, want)
	}
	dots := chart.all("circle")
	if first, last := dots[0].attr("cx"), dots[len(dots)-1].attr("cx"); first != strconv.Itoa(plotLeft) || last != strconv.Itoa(plotRight) {
		t.Errorf("the dots go from %s to %s; want from %d to %d", first, last, plotLeft, plotRight)
	}
	if got := dots[0].content(); !strings.Contains(got, "learning rate 0.0003") {
		t.Errorf("the first dot is called %q", got)
	}
}

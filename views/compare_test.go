package views

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/export"
)

// comparing is a page beside a pinned run, as change leaves them.
func comparing(tb testing.TB, change func(*Lab)) Lab {
	tb.Helper()
	return sampleLab(tb, dataset.Circles, func(l *Lab) {
		third := 1.0 / 3
		l.Choices.Panel = "compare"
		l.State.Config.Classes = 2
		l.Metrics = &nn.Metrics{Loss: 0.25, Accuracy: &third}
		var h nn.History
		h.Add(3, 1, nn.Metrics{Loss: 0.7})
		h.Add(1234, 5, nn.Metrics{Loss: 0.5, Accuracy: &third, TestLoss: &third, TestAccuracy: &third})
		l.Pinned = pinnedRun(h)
		l.Pinned.Network.Step = 1234
		change(l)
	})
}

// TestComparison: the numbers of both runs, and of the settings those that differ.
func TestComparison(t *testing.T) {
	row := func(name, pinned, now string) string { return fmt.Sprintf("%s|%s|%s", name, pinned, now) }
	numbers := []string{
		row("Step", "1\u202f234", "0"), row("Train loss", "0.5000", "0.2500"), row("Train accuracy", "33.3 %", "33.3 %"),
		row("Test loss", "0.3333", "–"), row("Test accuracy", "33.3 %", "–"),
	}
	for _, test := range []struct {
		name     string
		change   func(*Lab)
		numbers  []string
		settings []string
	}{
		{"Same", func(*Lab) {}, numbers, nil},
		{"All", func(l *Lab) {
			l.State.Config = nn.Config{
				Task: nn.Classification, Classes: 3, Features: []nn.Feature{nn.FeatureX2, nn.FeatureSinY}, HiddenLayers: []int{}, Activation: nn.GELU, Init: nn.InitHe, Optimizer: nn.SGD,
				LearningRate: 0.5, Schedule: nn.StepDecay, ScheduleSteps: 10, ScheduleFactor: 0.25, BatchSize: 7, L1: 0.1, L2: 1e-5, Dropout: 0.2, TestFraction: 0.3, Seed: 4_294_967_295,
			}
		}, numbers, []string{
			row("Classes", "2", "3"), row("Input features", "x, y", "x², sin 2πy"), row("Hidden layers", "8-8", "none"), row("Activation", "Tanh", "GELU"), row("First weights", "Automatic", "He"),
			row("Optimizer", "Adam", "SGD"), row("Learning rate", "0.03", "0.5"), row("Schedule", "Constant", "Steps"), row("Period, steps", "1000", "10"), row("Factor", "0.1", "0.25"),
			row("Batch size", "0", "7"), row("L1 penalty", "0", "0.1"), row("L2 penalty", "0", "1e−5"), row("Dropout", "0", "0.2"), row("Test share", "0", "0.3"), row("Seed", "1", "4294967295"),
		}},
		{"OrderOfFeatures", func(l *Lab) { l.State.Config.Features = []nn.Feature{nn.FeatureY, nn.FeatureX} }, numbers, []string{row("Input features", "x, y", "y, x")}},
		{"NothingMeasured", func(l *Lab) { l.State.Data, l.Metrics, l.Pinned.History = nil, nil, nn.History{} },
			[]string{row("Step", "1\u202f234", "0")}, nil},
		{"NotMeasuredNow", func(l *Lab) { l.State.Data, l.Metrics = nil, nil }, []string{
			row("Step", "1\u202f234", "0"), row("Train loss", "0.5000", "–"), row("Train accuracy", "33.3 %", "–"), row("Test loss", "0.3333", "–"), row("Test accuracy", "33.3 %", "–"),
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := comparing(t, test.change)
			var got []string
			for _, tr := range render(t, Compare(l)).all("tbody tr") {
				cells := tr.all("td")
				text := row(tr.one(t, "th").content(), cells[0].content(), cells[1].content())
				if differs := strings.Contains(tr.attr("class"), "differs"); differs != slices.Contains(test.settings, text) {
					t.Errorf("%s is marked as a setting that differs: %t", text, differs)
				}
				got = append(got, text)
			}
			if want := slices.Concat(test.numbers, test.settings); !slices.Equal(got, want) {
				t.Errorf("the comparison is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
	// Another task.
	l := sampleLab(t, dataset.Hills, func(l *Lab) { l.Metrics = &nn.Metrics{Loss: 0.125}; l.Pinned = comparing(t, func(*Lab) {}).Pinned })
	if got := comparison(l); !slices.Contains(got, comparisonRow{"Task", "Classes", "Values", true}) || !slices.Contains(got, comparisonRow{"Classes", "2", "1", true}) ||
		!slices.Contains(got, comparisonRow{"Train accuracy", "33.3 %", "–", false}) {
		t.Errorf("beside values, classes compare as %v", got)
	}
}

// TestCompareNothing: where no run is pinned the panel says what it is for.
func TestCompareNothing(t *testing.T) {
	l := sampleLab(t, dataset.Circles, nil)
	if e := render(t, Compare(l)); len(e.all("table")) != 0 || !strings.Contains(e.content(), "Pin this run") {
		t.Errorf("Compare of nothing = %q", e.content())
	}
	e := render(t, PinnedPart(l))
	if value, ok := e.one(t, "input[name=pinned]").lookup("value"); value != "" || !ok || len(e.all("img")) != 0 || len(e.all("button[value=unpin]")) != 0 {
		t.Error("a page without a pinned run shows one")
	}
}

// TestPinnedPart: the field holds the run as it is; the picture is its own.
func TestPinnedPart(t *testing.T) {
	l := comparing(t, func(*Lab) {})
	l.Pinned.Cells[0] = 9
	e := render(t, PinnedPart(l))
	if got := e.one(t, "input[name=pinned]").attr("value"); got != l.Pinned.JSON || e.all("img")[0].attr("src") != l.Pinned.Cells.DataURI(l.Pinned.Config) {
		t.Errorf("the pinned run is %q; want %q, with its picture", got, l.Pinned.JSON)
	}
	for _, act := range []string{"pin", "unpin"} {
		e.one(t, "button[value="+act+"]")
	}
}

// TestLastMetrics: those of the newest sample, without what it lacks.
func TestLastMetrics(t *testing.T) {
	half := 0.5
	var h nn.History
	if got := lastMetrics(h); got != nil {
		t.Errorf("lastMetrics of nothing = %+v; want nothing", got)
	}
	h.Add(1, 1, nn.Metrics{Loss: 1, TestLoss: &half})
	h.Add(2, 2, nn.Metrics{Loss: 0.25, Accuracy: &half})
	got := lastMetrics(h)
	if got.Loss != 0.25 || got.Accuracy == nil || *got.Accuracy != 0.5 || got.TestLoss != nil || got.TestAccuracy != nil {
		t.Errorf("lastMetrics = %+v; want the loss 0.25 and the accuracy 0.5 alone", got)
	}
}

// TestRateText: the rate of the next update, by the schedule.
func TestRateText(t *testing.T) {
	s := nn.State{Config: nn.DefaultConfig()}
	for _, test := range []struct {
		schedule nn.Schedule
		step     int
		want     string
	}{
		{nn.ConstantRate, 0, "0.03"}, {nn.ConstantRate, 5000, "0.03"}, {nn.StepDecay, 999, "0.03"}, {nn.StepDecay, 1000, "0.003"}, {nn.StepDecay, 4000, "3e−6"},
		{nn.ExponentialDecay, 500, "0.00949"}, {nn.CosineDecay, 500, "0.0165"},
	} {
		s.Config.Schedule, s.Config.ScheduleSteps, s.Config.ScheduleFactor, s.Network.Step = test.schedule, 1000, 0.1, test.step
		if got := rateText(s); got != test.want {
			t.Errorf("the rate of %s at step %d is %s; want %s", test.schedule, test.step, got, test.want)
		}
	}
	l := sampleLab(t, dataset.Circles, nil)
	if got := render(t, FoldedSettings(l, foldSchedule)).one(t, "#rate").content(); got != rateText(l.State) {
		t.Errorf("the page says the rate %s; want %s", got, rateText(l.State))
	}
}

// TestLegend: a regression says what its colours mean, and nothing else does.
func TestLegend(t *testing.T) {
	if got := strings.TrimSpace(text(t, Legend(sampleLab(t, dataset.Circles, nil)))); got != "" {
		t.Errorf("the legend of classes is %q; want none", got)
	}
	e := render(t, Legend(sampleLab(t, dataset.Hills, nil)))
	stops := e.all("stop")
	if len(stops) != 9 || stops[0].attr("offset") != "0%" || stops[8].attr("offset") != "100%" || stops[4].attr("offset") != "50%" {
		t.Fatalf("the legend has %d stops", len(stops))
	}
	// The colours are those of the picture where the value is.
	for i, v := range []float64{-1, 0, 1} {
		cells := paintCells([][]float64{{v}}, nn.Regression, false)[0]
		var r, g, b int
		if _, err := fmt.Sscanf(stops[4*i].attr("stop-color"), "#%02x%02x%02x", &r, &g, &b); err != nil {
			t.Fatal(err)
		}
		for k, part := range []int{r, g, b} {
			if d := part - int(cells[k]); d < -1 || d > 1 {
				t.Errorf("the legend has %s for %v; want %v, as the picture", stops[4*i].attr("stop-color"), v, cells)
				break
			}
		}
	}
}

// TestReading: what the network says, or how to ask it.
func TestReading(t *testing.T) {
	if got := render(t, Reading(Probe{})).content(); !strings.HasPrefix(got, "Point at the picture") {
		t.Errorf("Reading of nothing = %q", got)
	}
	c := nn.DefaultConfig()
	c.Classes = 3
	p := NewProbe(c, sampleLab(t, dataset.Blobs, nil).Meta, nn.Point{X: -0.126, Y: 1}, []float64{0.0004, 0.9996, math.NaN()}, &nn.Point{Label: 2})
	e := render(t, Reading(p))
	if got := strings.Join(strings.Fields(e.content()), " "); got != "(−0.13, 1.00) class 0 0.0 % class 1 99.9 % class 2 not finite point: class 2" {
		t.Errorf("Reading = %q", got)
	}
	for k, svg := range e.all("svg path") {
		if svg.attr("fill") != classColours[k].hex() || svg.attr("d") != markerIcon(markers[k]) {
			t.Errorf("class %d is marked %q in %s", k, svg.attr("d"), svg.attr("fill"))
		}
	}
	for v, want := range map[float64]string{0.12345: "0.123", -7: "−7.000", math.Inf(1): "not finite", math.NaN(): "not finite"} {
		if p := NewProbe(nn.Config{Task: nn.Regression}, sampleLab(t, dataset.Hills, nil).Meta, nn.Point{}, []float64{v}, nil); p.Parts[0].Text != want || p.Point != "" || p.At != "(0.00, 0.00)" {
			t.Errorf("the value %v reads %+v; want %s", v, p, want)
		}
	}
}

// TestParts: each part that a link can name is one section or some buttons of the page, which is left
// out or locked alone. What is locked says so and why, where that can be read.
func TestParts(t *testing.T) {
	page := func(lesson export.Lesson) element {
		return render(t, Page(sampleLab(t, dataset.Circles, func(l *Lab) { l.Lesson = lesson })))
	}
	// All that is not there, or cannot be used, by the part that it belongs to.
	named := func(page element, selector string) map[string]int {
		names := map[string]int{}
		for _, e := range page.all("[data-part]") {
			if selector == "" {
				if _, is := e.lookup("hidden"); is {
					names[e.attr("data-part")]++
				}
			} else if len(e.all(selector)) > 0 {
				names[e.attr("data-part")]++
			}
		}
		return names
	}
	const locked, told = ".lockable[inert]", ".lock-note:not([hidden])"
	for _, p := range parts {
		canLock := p.Why != ""
		there := 1
		if p.Name == PartShare || p.Name == PartData || p.Name == PartExperiments { // two buttons; the card and the tools
			there = 2
		}
		without := page(export.Lesson{Hide: []string{p.Name}})
		if got, want := named(without, ""), map[string]int{p.Name: there}; !maps.Equal(got, want) {
			t.Errorf("without %s the page hides %v; want %v", p.Name, got, want)
		}
		with := page(export.Lesson{Lock: []string{p.Name}})
		want := map[string]int{}
		if canLock {
			want[p.Name] = there
		}
		for _, selector := range []string{locked, told} {
			if got := named(with, selector); !maps.Equal(got, want) {
				t.Errorf("with %s locked the page has %s in %v; want %v", p.Name, selector, got, want)
			}
		}
		for _, note := range with.all(told) {
			if !strings.Contains(note.content(), p.Why) {
				t.Errorf("%s is locked with the words %q; want the reason %q", p.Name, note.content(), p.Why)
			}
		}
		if len(with.all("[inert] .lock-note")) > 0 {
			t.Errorf("that %s is locked cannot be read", p.Name)
		}
		if !IsPart(p.Name) || CanLock(p.Name) != canLock {
			t.Errorf("%s can be locked: %t; want %t", p.Name, CanLock(p.Name), canLock)
		}
	}
	if free := page(export.Lesson{}); len(named(free, ""))+len(named(free, locked))+len(named(free, told)) > 0 {
		t.Error("a page without a lesson hides or locks something")
	}
	if IsPart("") || IsPart("Data") || CanLock("result") {
		t.Error("there are parts that there are not")
	}
}

// TestDraft: the dialog carries on what is written, and has a box for all that can be hidden and
// locked.
func TestDraft(t *testing.T) {
	for _, p := range parts {
		draft := render(t, Draft(sampleLab(t, dataset.Circles, func(l *Lab) {
			l.Choices.Hide, l.Choices.Lock, l.Choices.Assignment = []string{p.Name}, []string{p.Name}, "</textarea>"
		})))
		if _, checked := draft.one(t, "input[name=hide][value="+p.Name+"]").lookup("checked"); !checked {
			t.Errorf("the dialog does not carry on that %s is left out", p.Name)
		}
		boxes := draft.all("input[name=lock][value=" + p.Name + "]")
		if len(boxes) == 1 != CanLock(p.Name) || len(draft.all("input[checked]")) != 1+len(boxes) {
			t.Errorf("%s has %d boxes to lock it, %d are ticked", p.Name, len(boxes), len(draft.all("input[checked]")))
		}
		if got := draft.one(t, "textarea").content(); got != "</textarea>" {
			t.Errorf("the task is %q; want it as it was written", got)
		}
	}
}

// TestShareBody: the links are relative to the page, and say what they lose.
func TestShareBody(t *testing.T) {
	e := render(t, ShareBody(Sharing{Recipe: "?a=1&b=%22", Lost: "All <b>.", Parts: "?hide=data"}))
	if got := e.one(t, "#recipe-link").attr("href"); got != "?a=1&b=%22" || e.one(t, "#state-link").attr("href") != "?hide=data" || e.one(t, "strong").content() != "All <b>." {
		t.Errorf("the links are %q and %q, and lose %q", got, e.one(t, "#state-link").attr("href"), e.one(t, "strong").content())
	}
	if len(render(t, ShareBody(Sharing{Recipe: "?"})).all("strong")) != 0 {
		t.Error("a recipe that loses nothing says so")
	}
}

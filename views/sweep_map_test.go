package views

import (
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

// textsOf returns what elements say.
func textsOf(all []element) []string {
	var texts []string
	for _, e := range all {
		texts = append(texts, e.content())
	}
	return texts
}

// TestSweepMap: runs that differ by two settings are a map in their rows and columns, whose squares have
// the numbers of the runs, lead to them, and are the stronger the better they are.
func TestSweepMap(t *testing.T) {
	axes := []SweepAxis{axisOf("hidden_layers", "none", "4", "8"), axisOf("learning_rate", "0.01", "0.03162277660168379", "1")}
	s := sweepOf(t, axes, []float64{0.64, 0.32, -1, 0.16, 0.08, 0.64, 0.04, 0.02123, 1e9}, nil)
	share := []float64{0.5, 0.6, 0, 0.7, 0.8, 0.5, 0.9, 1, 0.5}
	for i := range s.Cells {
		if s.Cells[i].Problem == "" {
			s.Cells[i].Metrics.Accuracy = &share[i]
		}
	}
	page := render(t, SweepEnd(s, ""))
	figures := page.all("figure.sweep-map")
	if len(figures) != 2 || len(page.all("details figure.sweep-map")) != 1 {
		t.Fatalf("the page has %d maps; want that of the loss, and that of the accuracy behind its name", len(figures))
	}
	m := figures[0]
	if got := textsOf(m.all("figcaption b")); !slices.Equal(got, []string{"Train loss"}) {
		t.Errorf("the map is called %q", got)
	}
	if got, want := textsOf(m.all("th[scope]")), []string{"0.01", "0.0316", "1", "none", "4", "8"}; !slices.Equal(got, want) {
		t.Errorf("the rows and columns are %q; want %q", got, want)
	}
	if got, want := textsOf(m.all("td")), []string{"0.64", "0.32", "×", "0.16", "0.08", "0.64", "0.04", "0.0212", "1.0e9"}; !slices.Equal(got, want) {
		t.Errorf("the squares say %q; want %q", got, want)
	}
	var shades []string
	for _, td := range m.all("td") {
		shades = append(shades, strings.TrimPrefix(td.attr("class"), "heat-"))
	}
	// The middle of the losses is 0.32, and 50 times as much has the palest shade.
	if want := []string{"5", "6", "", "7", "7", "5", "8", "9 best", "1"}; !slices.Equal(shades, want) {
		t.Errorf("the shades are %q; want %q", shades, want)
	}
	if got := m.all(".curve-key")[0].content(); strings.Join(strings.Fields(got), " ") != "0.0212 to ≥ 16" {
		t.Errorf("the legend says %q", got)
	}
	for cell, td := range m.all("td") {
		a := td.one(t, "a")
		if a.attr("href") != "#run-"+string(rune('0'+cell)) || !strings.HasPrefix(a.attr("title"), s.values(cell)+": ") {
			t.Errorf("the square %d leads to %s, as %q", cell, a.attr("href"), a.attr("title"))
		}
		if found := render(t, SweepRun(s, cell, "")).all(a.attr("href")); len(found) != 1 {
			t.Errorf("%d elements are where the square %d leads to; want one", len(found), cell)
		}
	}
	if got, want := textsOf(figures[1].all("td")), []string{"50.0", "60.0", "×", "70.0", "80.0", "50.0", "90.0", "100.0", "50.0"}; !slices.Equal(got, want) {
		t.Errorf("the accuracies are %q; want %q", got, want)
	}
	if got := figures[1].all("td")[7].attr("class"); got != "heat-9 best" {
		t.Errorf("the square of all points is %q; want the strongest shade", got)
	}
}

// TestSweepMapOf: which maps a sweep has, and what they show of runs that are missing or alike.
func TestSweepMapOf(t *testing.T) {
	widths, rates := axisOf("hidden_layers", "2", "4"), axisOf("learning_rate", "0.1", "1")
	titles := func(s *SweepPage) (all []string) {
		for _, m := range s.maps(true) {
			all = append(all, m.title)
		}
		return all
	}
	losses := []float64{0.4, 0.4, 0.4, 0.4}
	for name, test := range map[string]struct {
		page *SweepPage
		want []string
	}{
		"Numbers": {sweepOf(t, []SweepAxis{widths, rates}, losses, nil), []string{"Train loss"}},
		"HeldOut": {sweepOf(t, []SweepAxis{widths, rates}, losses, losses), []string{"Test loss", "Train loss"}},
		"Words":   {sweepOf(t, []SweepAxis{axisOf("optimizer", "sgd", "adam"), axisOf("seed", "1", "2")}, losses, nil), []string{"Train loss"}},
		"Failed":  {sweepOf(t, []SweepAxis{widths, rates}, []float64{-1, -1, -1, -1}, nil), []string{"Train loss"}},
		"Lines":   {sweepOf(t, []SweepAxis{widths, axisOf("seed", "1", "2")}, losses, nil), nil}, // it has a chart
		"One":     {sweepOf(t, []SweepAxis{rates}, losses[:2], nil), nil},
	} {
		if got := titles(test.page); !slices.Equal(got, test.want) {
			t.Errorf("%s has the maps %q; want %q", name, got, test.want)
		}
	}
	for name, losses := range map[string][]float64{"Alike": losses, "Zero": {0, 0, 0, 0}, "Infinite": {1e300, 1e300, 1e300, 1e300}} {
		m := sweepOf(t, []SweepAxis{widths, rates}, losses, nil).maps(false)[0]
		if m.best != m.worst || m.best != m.squares[0].number {
			t.Errorf("%s has a legend from %s to %s; want %s", name, m.best, m.worst, m.squares[0].number)
		}
		for _, q := range m.squares {
			if q.shade != heats[5] || q.number == "" {
				t.Errorf("%s has the square %+v; want one of the middle shade, with its number", name, q)
			}
		}
	}
	if m := sweepOf(t, []SweepAxis{widths, rates}, []float64{1e-9, 0.4, 0.4, 0.8}, nil).maps(false)[0]; m.best != "≤ 4.0e−4" || m.worst != "0.8" || m.squares[0].shade != heats[9] {
		t.Errorf("beside one tiny loss the legend goes from %s to %s, and it has the shade %s", m.best, m.worst, m.squares[0].shade)
	}
	s := sweepOf(t, []SweepAxis{widths, rates}, []float64{0.4, -1, 0.2, 0.1}, nil)
	s.Sent = 2 // the others may be under way, and nobody may look at them
	squares := s.maps(false)[0].squares
	if got := (mapSquare{}); squares[0].number != "0.4" || squares[1].number != "" || squares[1].words == "" || squares[2] != got || squares[3] != got {
		t.Errorf("with two runs the squares are %+v; want the last two empty", squares)
	}
	if wide := sweepOf(t, []SweepAxis{axisOf("optimizer", "sgd"), axisOf("batch_size", "1", "2", "3", "4", "5", "6", "7")},
		[]float64{0.1234, 0.01234, 0.00012345, 123.4, 0, 12345, 0.2}, nil); !slices.Equal(numbersOf(wide), []string{"0.12", "0.012", "1.2e−4", "120", "0", "1.2e4", "0.2"}) {
		t.Errorf("in many columns the numbers are %q; want two digits", numbersOf(wide))
	}
}

func numbersOf(s *SweepPage) (all []string) {
	for _, q := range s.maps(false)[0].squares {
		all = append(all, q.number)
	}
	return all
}

// TestSweepTogether: while runs are missing, the page says what those it has tell, draws it, and claims
// nothing about the others.
func TestSweepTogether(t *testing.T) {
	rates := axisOf("learning_rate", "0.01", "0.1", "1", "10")
	s := sweepOf(t, []SweepAxis{rates}, []float64{0.6, 0.7, 0.2, 0.1}, nil)
	s.Sent = 2
	together := render(t, SweepTogether(s))
	if got, want := textsOf(together.all("h3, p")), []string{"Together so far 2 of 4 runs", "The lowest train loss is 0.6000, with learning rate 0.01."}; !slices.Equal(got, want) {
		t.Errorf("the page says %q; want %q", got, want)
	}
	if dots := len(together.all("figure.chart circle")); dots != 2 || len(together.all("button")) != 0 {
		t.Errorf("the chart has %d dots; want one for each run, and no button", dots)
	}
	s = sweepOf(t, []SweepAxis{axisOf("seed", "1", "2", "3")}, []float64{0.1, 0.2, 0.6}, nil)
	s.Sent = 1
	if charts := len(render(t, SweepTogether(s)).all("figure.chart svg[role=img]")); charts != 1 {
		t.Errorf("with one of three seeds there are %d charts; want that of its loss", charts)
	}
	s = sweepOf(t, []SweepAxis{axisOf("hidden_layers", "2", "4"), rates}, make([]float64, 8), make([]float64, 8))
	s.Cells[0].Metrics = nn.Metrics{Loss: 0.5}
	s.Sent = 1
	if squares := len(render(t, SweepTogether(s)).all(".sweep-map td a")); squares != 1 {
		t.Errorf("with one of eight runs the map has %d squares with numbers; want one", squares)
	}
}

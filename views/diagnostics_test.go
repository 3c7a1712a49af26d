package views

import (
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/table"
)

// TestPanel: a tab for each view, the chosen one in hand, and its body alone.
func TestPanel(t *testing.T) {
	confusion := &nn.Confusion{Train: [][]int{{1, 0}, {0, 1}}, Test: [][]int{{0, 0}, {0, 0}}}
	for _, test := range []struct {
		panel, shown, body string
	}{
		{"", "curves", ".curves"}, {"curves", "curves", ".curves"}, {"confusion", "confusion", ".confusions"},
		{"gradients", "gradients", "table.norms"}, {"histograms", "histograms", ".histograms"}, {"space", "space", ".spaces"}, {"compare", "compare", ""},
	} {
		lab := sampleLab(t, dataset.Circles, func(l *Lab) {
			l.Choices.Panel, l.Confusion, l.Layers, l.Distributions = test.panel, confusion, layersWith(1, 1, 1), spreads(3)
			l.Spaces = spacesOf(t, l)
		})
		e := render(t, Panel(lab))
		var tabs []string
		for _, input := range e.all("input[type=radio][name=" + FieldPanel + "]") {
			tabs = append(tabs, input.attr("value"))
			_, keep := input.lookup("data-keep")
			if input.attr("data-change") != "show" || !keep {
				t.Errorf("the tab %s has %v; want it to show the state and to be kept", input.attr("value"), input.Attr)
			}
		}
		if checked := e.one(t, "input[type=radio][checked]").attr("value"); !slices.Equal(tabs, Panels()) || checked != test.shown {
			t.Errorf("panel %q: the tabs are %v, %s in hand; want %v, %s", test.panel, tabs, checked, Panels(), test.shown)
		}
		body := e.one(t, "#panel-body")
		for _, selector := range []string{".curves", ".confusions", "table.norms", ".histograms", ".spaces"} {
			if got := len(body.all(selector)) > 0; got != (selector == test.body) {
				t.Errorf("panel %q shows %s: %t; want %s alone", test.panel, selector, got, test.body)
			}
		}
		for _, partial := range render(t, Frame(lab)).all("hx-partial") {
			if got, want := inner(t, partial), inner(t, body); partial.attr("hx-target") == "#panel-body" && got != want {
				t.Errorf("panel %q: a frame has %.200s; want what the panel has, %.200s", test.panel, got, want)
			}
		}
	}
	for _, on := range []bool{false, true} {
		_, checked := render(t, Panel(sampleLab(t, dataset.Circles, func(l *Lab) { l.Choices.LogScale = on }))).one(t, "input[name="+FieldLogScale+"]").lookup("checked")
		if checked != on {
			t.Errorf("LogScale %t: the box is checked: %t", on, checked)
		}
	}
}

// TestPanelNothing: where there is nothing to show there is a sentence.
func TestPanelNothing(t *testing.T) {
	for _, test := range []struct {
		panel string
		set   dataset.Name
		says  string
	}{
		{"confusion", dataset.Hills, "this network says values"},
		{"confusion", dataset.Circles, "no points to count"},
		{"gradients", dataset.Circles, "no points to learn from"},
		{"histograms", dataset.Circles, "no points to answer to"},
		{"space", dataset.Circles, "no points to put anywhere"},
	} {
		e := render(t, PanelBody(sampleLab(t, test.set, func(l *Lab) { l.Choices.Panel = test.panel })))
		if got := e.one(t, "p.empty").content(); !strings.Contains(got, test.says) || len(e.all("table")) != 0 {
			t.Errorf("the panel %s of %s says %q; want %q and no table", test.panel, test.set, got, test.says)
		}
	}
}

// TestConfusionMatrix: each count is in its place, shaded by its share of the class, and the scores
// are beside.
func TestConfusionMatrix(t *testing.T) {
	e := render(t, ConfusionMatrix("Training points", [][]int{{30, 10, 0}, {0, 0, 0}, {1, 0, 1999}}, table.Meta{}))
	if got := e.one(t, "caption").content(); !strings.HasPrefix(got, "Training points") {
		t.Errorf("the caption is %q; want what was counted", got)
	}
	if got := len(e.all("thead th[scope=col]")); got != 7 {
		t.Errorf("%d columns have a name; want the class, three classes and three scores", got)
	}
	var rows []string
	for _, row := range e.all("tbody tr") {
		cells := []string{row.one(t, "th[scope=row]").content()}
		for _, cell := range row.all("td") {
			class := strings.TrimPrefix(strings.ReplaceAll(cell.attr("class"), "heat-", ""), "score")
			cells = append(cells, strings.TrimSpace(cell.content()+" "+class))
		}
		rows = append(rows, strings.Join(cells, "|"))
	}
	want := []string{
		"0|30 7 right|10 3|0 0|96.8 %|75.0 %|40",
		"1|0 0|0 0 right|0 0|0.0 %|–|0",
		"2|1 1|0 0|1999 8 right|100.0 %|99.9 %|2\u202f000",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("the rows are\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
	for k, mark := range e.all("tbody th path") {
		if mark.attr("d") != classIcons()[k] || mark.attr("fill") != classColours[k].hex() {
			t.Errorf("class %d is marked %v; want as its points are drawn", k, mark.Attr)
		}
	}
	if got := heat(5, 5); got != "heat-9" {
		t.Errorf("heat(5, 5) = %s; want heat-9", got)
	}
	named := render(t, ConfusionMatrix("Training points", [][]int{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, table.Meta{Classes: []string{"setosa", "", "<b>"}}))
	for _, heads := range [][]element{named.all("tbody th[scope=row]"), named.all("thead th[scope=col]")[1:4]} {
		for k, want := range []string{"setosa", "1", "<b>"} {
			if got := heads[k].content(); got != want {
				t.Errorf("class %d is called %q; want %q", k, got, want)
			}
		}
	}
	both := render(t, Confusion(labs(t)["Confusion"]))
	if got := len(both.all("table")); got != 2 {
		t.Errorf("with points held out there are %d tables; want two", got)
	}
}

// measured counts what it is asked to measure.
type measured struct{ confusion, layers, spreads, spaces int }

func (m *measured) Confusion() nn.Confusion { m.confusion++; return nn.Confusion{Train: [][]int{{1}}} }

func (m *measured) Layers() []nn.LayerState { m.layers++; return layersWith(1) }

func (m *measured) Distributions() []nn.LayerDistributions { m.spreads++; return spreads(1) }

func (m *measured) Spaces([]nn.Point, []float64, []float64, []nn.LayerSpace) []nn.LayerSpace {
	m.spaces++
	return make([]nn.LayerSpace, 1)
}

// TestMeasure: what no panel shows is not measured.
func TestMeasure(t *testing.T) {
	for _, test := range []struct {
		panel string
		set   dataset.Name
		want  measured
	}{
		{"", dataset.Circles, measured{}}, {"curves", dataset.Circles, measured{}}, {"compare", dataset.Circles, measured{}},
		{"confusion", dataset.Circles, measured{confusion: 1}}, {"confusion", dataset.Hills, measured{}},
		{"gradients", dataset.Circles, measured{layers: 1}}, {"gradients", dataset.Hills, measured{layers: 1}},
		{"histograms", dataset.Circles, measured{spreads: 1}}, {"histograms", dataset.Hills, measured{spreads: 1}},
		{"space", dataset.Circles, measured{spaces: 1}}, {"space", dataset.Hills, measured{spaces: 1}},
	} {
		l := sampleLab(t, test.set, func(l *Lab) { l.Choices.Panel = test.panel })
		var m measured
		l.Measure(&m)
		if m != test.want || (l.Confusion != nil) != (m.confusion > 0) || (l.Layers != nil) != (m.layers > 0) || (l.Distributions != nil) != (m.spreads > 0) || (l.Spaces != nil) != (m.spaces > 0) {
			t.Errorf("the panel %q of %s measures %+v and shows %+v; want %+v", test.panel, test.set, m, l.Measured, test.want)
		}
	}
}

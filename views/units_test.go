package views

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/table"
)

// spread returns the axis whose edges are at two values.
func spread(name string, from, to float64) table.Axis {
	scale := 2 / (to - from)
	return table.Axis{Name: name, Scale: scale, Offset: -1 - from*scale}
}

func TestInUnits(t *testing.T) {
	for _, test := range []struct {
		axis  table.Axis
		place float64
		want  string
	}{
		{table.Axis{}, 0.123, "0.12"},
		{table.Axis{}, -0.123, "−0.12"},
		{table.Axis{}, -1e-9, "0.00"},
		{table.Axis{Name: "x"}, 1, "1.00"},
		{spread("cm", 150, 210), -1, "150.0"},
		{spread("cm", 150, 210), 0.5, "195.0"},
		{spread("m", 1.5, 2.1), 0.5, "1.950"},
		{spread("g", 1500, 2100), 0.5, "1950"},
		{spread("€", 100250, 450250), 1, "450\u202f250"},
		{spread("t", -0.3, 0.3), -1, "−0.300"},
		{spread("", 5, -5), 1, "−5.0"},
		{spread("ppm", 0, 1e-12), 1, "1e−12"},
		{spread("stars", 0, 1e22), 1, "1e22"},
		{spread("cm", 150, 210), math.NaN(), "not finite"},
		{spread("cm", 150, 210), math.Inf(-1), "not finite"},
	} {
		if got := inUnits(test.axis, test.place); got != test.want {
			t.Errorf("inUnits(%+v, %v) = %q; want %q", test.axis, test.place, got, test.want)
		}
	}
}

// TestTicks: round values within the plane, each where its value is.
func TestTicks(t *testing.T) {
	for _, test := range []struct {
		axis table.Axis
		want string
	}{
		{table.Axis{}, "−1 0 1"},
		{spread("cm", 150, 210), "160 180 200"},
		{spread("year", 1950, 2010), "1960 1980 2000"},
		{spread("kg", 2.1, 2.9), "2.2 2.4 2.6 2.8"},
		{spread("°C", -12, 31), "0 20"},
		{spread("turned", 4, -4), "−4 −2 0 2 4"},
		{spread("stars", 0, 1e22), "0 5e21 1e22"},
	} {
		for _, vertical := range []bool{false, true} {
			var texts []string
			for _, k := range ticks(test.axis, vertical) {
				texts = append(texts, k.Text)
				if !strings.HasSuffix(k.At, "%") || strings.HasPrefix(k.At, "-") {
					t.Errorf("a tick of %+v is at %s", test.axis, k.At)
				}
			}
			if got := strings.Join(texts, " "); got != test.want {
				t.Errorf("the ticks of %+v are %s; want %s", test.axis, got, test.want)
			}
		}
	}
	if got := ticks(spread("cm", 100, 200), true); got[0].At != "100.00%" || got[len(got)-1].At != "0.00%" {
		t.Errorf("the ticks of a vertical axis are %+v; want the lowest value at the bottom", got)
	}
}

func TestFeatureName(t *testing.T) {
	var plain, named []string
	for _, f := range nn.Features() {
		plain = append(plain, featureName(f, table.Transform{X: table.Axis{Name: "only"}}))
		named = append(named, featureName(f, table.Transform{X: table.Axis{Name: "xy"}, Y: table.Axis{Name: "وزن"}}))
	}
	if want := []string{"x", "y", "x²", "y²", "xy", "sin 2πx", "sin 2πy"}; !slices.Equal(plain, want) {
		t.Errorf("without names the inputs are %q; want %q", plain, want)
	}
	if want := []string{"xy", "\u2068وزن\u2069", "xy²", "\u2068وزن\u2069²", "xy · \u2068وزن\u2069", "sin 2π xy", "sin 2π \u2068وزن\u2069"}; !slices.Equal(named, want) {
		t.Errorf("with names the inputs are %q; want %q", named, want)
	}
}

// TestOwnUnits: words, readings, tools and scales of own values are in their own units.
func TestOwnUnits(t *testing.T) {
	axes := table.Transform{X: spread("area", 50, 120), Y: spread("width", 1.5, 4.5), Label: spread("price <€>", 100250, 450250)}
	lab := sampleLab(t, dataset.Hills, func(l *Lab) { l.Meta.Transform = axes })
	words, err := NewWords(lab.State, lab.Meta, lab.History, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(words.Areas, " "); !strings.Contains(got, "above 275\u202f250") || strings.Contains(got, "0.") {
		t.Errorf("the words are %q; want them in units of the price", got)
	}
	point := nn.Point{X: 0.5, Y: 0, Label: -1}
	p := NewProbe(lab.State.Config, lab.Meta, nn.Point{X: 0, Y: 0}, []float64{1}, &point)
	if got := render(t, Reading(p)).content(); got != "area 85.0 width 3.00 price <€> 450\u202f250 point: 100\u202f250" {
		t.Errorf("the reading is %q", got)
	}
	far := NewProbe(lab.State.Config, lab.Meta, nn.Point{X: 0, Y: 0}, []float64{1}, nil)
	far.Near(lab.State.Config, lab.Meta, nn.Point{}, &point)
	if want := "the very centre; the nearest point is of value 100\u202f250, to the right, at area 102.5 and width 3.00"; far.Where != want {
		t.Errorf("the place is %q; want %q", far.Where, want)
	}
	page := render(t, Page(lab))
	for selector, want := range map[string]string{
		"#legend": "price <€> 100\u202f250   450\u202f250", ".axis-name.x": "area", ".axis-name.y": "width", "#feature-xy + canvas + span": "area · width",
	} {
		if got := page.one(t, selector).content(); got != want {
			t.Errorf("%s says %q; want %q", selector, got, want)
		}
	}
	if got := page.all("#palette label")[0].attr("title"); got != "Draw points with the value 100\u202f250" {
		t.Errorf("the first tool is %q; want its price", got)
	}
	lab = curvesLab(t, dataset.Hills, []float64{0.5, 0.125, 0.02}, nil, func(l *Lab) { l.Meta.Transform = axes; l.Metrics = &nn.Metrics{Loss: 0.02} })
	chart := render(t, Curves(lab)).one(t, "[data-chart=error]")
	if got := chart.one(t, "output.curve-value"); got.content() != "35000" && got.content() != "35\u202f000" || got.attr("data-as") != "175000" {
		t.Errorf("the typical error is %q of %s; want the root of twice the loss times 175000", got.content(), got.attr("data-as"))
	}
}

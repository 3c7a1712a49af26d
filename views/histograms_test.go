package views

import (
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
)

// spreads are made-up distributions of so many layers.
func spreads(layers int) []nn.LayerDistributions {
	all := make([]nn.LayerDistributions, layers)
	for l := range all {
		w := nn.Distribution{N: 1200, Lo: -2, Hi: 2, Counts: []float64{0, 1000, 199, 1}, Mean: -0.25, Deviation: 0.51, Low: -0.8, Median: -0.3, High: 1.25}
		all[l] = nn.LayerDistributions{Weights: w, Activations: nn.Distribution{N: 2, Hi: 1, Counts: []float64{1, 1}, Mean: 0.5}}
	}
	return all
}

// TestHistograms: two of each layer, whose bars are as tall as there are numbers.
func TestHistograms(t *testing.T) {
	lab := sampleLab(t, dataset.Circles, func(l *Lab) { l.Choices.Panel, l.Distributions = "histograms", spreads(3) })
	lab.Distributions[0].Activations = nn.Distribution{N: 5}
	figures := render(t, PanelBody(lab)).all("figure.histogram")
	var titles []string
	for _, f := range figures {
		titles = append(titles, f.one(t, "b").content())
	}
	if got, want := strings.Join(titles, ", "), "Hidden 1: weights, Hidden 1: activations, Hidden 2: weights, Hidden 2: activations, Output: weights, Output: probabilities"; got != want {
		t.Fatalf("the histograms are %s; want %s", got, want)
	}
	f := figures[0]
	if got, want := f.one(t, "path.norm").attr("d"), "M10 64v-60h9v60zM20 64v-12h9v12zM30 64v-1h9v1z"; got != want {
		t.Errorf("the bars are %s; want %s", got, want)
	}
	if got := f.one(t, ".gridline").attr("d"); got != "M20 0v64" {
		t.Errorf("0 is at %s; want in the middle", got)
	}
	var ends []string
	for _, end := range f.one(t, ".ends").all("span") {
		ends = append(ends, end.content())
	}
	if got := strings.Join(ends, " "); got != "−2 0 2" {
		t.Errorf("the axis is %q; want −2 0 2", got)
	}
	if got, want := f.all("p")[0].content()+"; "+f.all("p")[1].content(), "mean −0.25, spread 0.51; nine in ten of 1\u202f200: −0.8 to 1.25"; got != want {
		t.Errorf("in numbers it is %q; want %q", got, want)
	}
	if got, want := f.one(t, "svg[role=img]").attr("aria-label"), "Histogram of the weights of hidden 1: most of them, 1\u202f000 of 1\u202f200, lie from −1 to 0"; got != want {
		t.Errorf("in words it is %q; want %q", got, want)
	}
	if got := figures[1].content(); !strings.Contains(got, "Too large") || len(figures[1].all("svg")) > 0 {
		t.Errorf("what cannot be drawn is said %q", got)
	}
	values := sampleLab(t, dataset.Hills, func(l *Lab) { l.Distributions = spreads(1) })
	if got := histograms(&values)[0].Activations.Title; got != "Output: activations" {
		t.Errorf("what a regression answers is called %q", got)
	}
}

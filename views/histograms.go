package views

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"nnvisu/nn"
)

// A histogram shows how the numbers of a layer are spread.
type histogram struct {
	Title, Size    string
	Bars, Zero     string // paths in histogramBox; no bars where nothing can be drawn
	Lo, Middle, Hi string // numbers below the ends and the middle
	Summary, Words string
}

// A bar of a histogram is histogramBar wide, and the tallest has histogramTop.
const (
	histogramBox = "0 0 240 64"
	histogramBar = 10
	histogramTop = 60
	boxHeight    = 64
)

// histograms returns two of every layer: of its weights and of its activations.
func histograms(l *Lab) []histogram {
	var all []histogram
	last := len(l.Distributions) - 1
	for i, d := range l.Distributions {
		name, what := layerName(i, last+1), "activations"
		if i == last && l.State.Config.Task == nn.Classification {
			what = "probabilities"
		}
		all = append(all,
			newHistogram(name, "weights", d.Weights),
			newHistogram(name, what, d.Activations))
	}
	return all
}

// newHistogram draws how the numbers of a layer, called what, are spread.
func newHistogram(layer, what string, d nn.Distribution) histogram {
	h := histogram{Title: strings.ToUpper(layer[:1]) + layer[1:] + ": " + what, Size: grouped(d.N)}
	if d.Counts == nil {
		h.Summary = "Too large to be drawn."
		return h
	}
	width := histogramBar * len(d.Counts)
	most := slices.Max(d.Counts)
	var bars strings.Builder
	for i, n := range d.Counts {
		if n == 0 {
			continue
		}
		tall := max(1, int(math.Round(histogramTop*n/most))) // one number can be seen
		fmt.Fprintf(&bars, "M%d %dv-%dh%dv%dz", histogramBar*i, boxHeight, tall, histogramBar-1, tall)
	}
	h.Bars = bars.String()
	zero := int(math.Round(float64(width) * -d.Lo / (d.Hi - d.Lo)))
	h.Zero = fmt.Sprintf("M%d 0v%d", zero, boxHeight)
	h.Lo, h.Hi = signed(d.Lo), signed(d.Hi)
	if 2*zero == width {
		h.Middle = "0"
	}
	h.Summary = fmt.Sprintf("mean %s, spread %s; nine in ten from %s to %s", signed(d.Mean), signed(d.Deviation), signed(d.Low), signed(d.High))
	at := slices.Index(d.Counts, most)
	edge := func(i int) string { return signed(d.Lo + (d.Hi-d.Lo)*float64(i)/float64(len(d.Counts))) }
	h.Words = fmt.Sprintf("Histogram of the %s of %s: most of them, %s of %s, lie from %s to %s", what, layer, grouped(int(most)), grouped(d.N), edge(at), edge(at+1))
	return h
}

// signed writes a number of any sign with three digits.
func signed(v float64) string {
	if v < 0 {
		return "−" + sizeText(-v)
	}
	return sizeText(v)
}

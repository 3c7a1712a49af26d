package views

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
)

// A layerSpread is how the numbers of a layer are spread. Class has its colour.
type layerSpread struct {
	Class                string
	Weights, Activations histogram
}

// A histogram shows how numbers are spread.
type histogram struct {
	Title          string
	Bars, Zero     string // paths in histogramBox; no bars where nothing can be drawn
	Lo, Middle, Hi string // numbers below the ends and the middle
	Mean, Most     string // in numbers
	Words          string
}

// A bar of a histogram is histogramBar wide, and the tallest has histogramTop.
const (
	histogramBox = "0 0 240 64"
	histogramBar = 10
	histogramTop = 60
	boxHeight    = 64
)

// histograms returns those of every layer.
func histograms(l *Lab) []layerSpread {
	layers := len(l.Distributions)
	all := make([]layerSpread, layers)
	for i, d := range l.Distributions {
		name, what := layerName(i, layers), "activations"
		if i == layers-1 && l.State.Config.Task == nn.Classification {
			what = "probabilities"
		}
		all[i] = layerSpread{layerClass(i, layers), newHistogram(name, "weights", d.Weights), newHistogram(name, what, d.Activations)}
	}
	return all
}

// newHistogram draws how the numbers of a layer, called what, are spread.
func newHistogram(layer, what string, d nn.Distribution) histogram {
	h := histogram{Title: strings.ToUpper(layer[:1]) + layer[1:] + ": " + what}
	if d.Counts == nil {
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
	h.Mean = fmt.Sprintf("mean %s, spread %s", signed(d.Mean), signed(d.Deviation))
	h.Most = fmt.Sprintf("nine in ten of %s: %s to %s", grouped(d.N), signed(d.Low), signed(d.High))
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

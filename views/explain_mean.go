package views

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// mean is the mean over the batch.
func (w *explainWriter) mean() explainedPart {
	b, n := w.e.Batch, len(w.e.Batch.Points)
	place := slices.Index(b.Points, w.e.Point.Index)
	share := b.Deltas[place] * b.Inputs[place]
	part := explainedPart{
		Name: PartMean, Title: "Mean", Heading: "The mean over the batch",
		Words: fmt.Sprintf("All %d points of the batch have their say. Each pulls its own way, and the gradient is the mean: every point counts 1/%d.", n, n),
		Rules: []equation{rule("ḡ", "(g_1 + g_2 + …) / n")},
	}
	if n == 1 {
		part.Words = "The batch is this one point, so the mean is its gradient."
	}
	shares := explainedGroup{Title: "The shares", Equations: []equation{
		formula{name: numbered("g", w.e.Point.Index) + "<mo>/</mo><mi>n</mi>", text: "g / n", values: map[string]float64{"g": w.e.Point.Gradient, "n": float64(n)}, result: share}.
			equation("The share of this point"),
	}}
	if n <= mostShares {
		text, values := sumFormula(nil, b.Deltas, b.Inputs)
		shares.Equations = append(shares.Equations, formula{name: symbol("ḡ"), text: text, values: values, result: b.Gradient}.
			equation(fmt.Sprintf("All shares: δ divided by %d, times input", n)))
	} else {
		shares.Equations = append(shares.Equations, formula{
			name: symbol("ḡ"), text: "share + rest", values: map[string]float64{"share": share, "rest": b.Gradient - share}, result: b.Gradient,
		}.equation(fmt.Sprintf("With the shares of the other %d points", n-1)))
		up := 0
		for j, delta := range b.Deltas {
			up += boolInt(delta*b.Inputs[j] > 0)
		}
		shares.Left = fmt.Sprintf("Of the %d points %d have a positive share. The receipt has every one.", n, up)
	}
	part.Groups = []explainedGroup{shares, w.check()}
	return part
}

// exactDigits is how many digits a loss is shown with where nearly all of them cancel.
const exactDigits = 16

// check is the mean gradient once more, from the mean losses to both sides of the parameter. What is left of
// the digits of the losses is what the gradient has.
func (w *explainWriter) check() explainedGroup {
	b := w.e.Batch
	letter := wordOf("", w.isBias(), "before").symbol
	lossAt := func(sign string) string {
		return "<mi>L</mi>" + bracketed("<mi>"+letter+"</mi><mo>"+sign+"</mo><mi>h</mi>")
	}
	between := b.Right - b.Left
	left := digitsLeft(between, max(b.Right, b.Left))
	about := "The mean loss of the batch with a little more and a little less. Nearly all digits cancel, so it takes many"
	if left < fewDigits {
		about += ", and here hardly any are left"
	}
	left = max(left, fewDigits)
	values := map[string]float64{"right": b.Right, "left": b.Left, "d": between, "h": b.H}
	symbols := map[string]string{"right": lossAt("+"), "left": lossAt("−"), "d": "<mi>d</mi>", "h": "<mi>h</mi>"}
	return explainedGroup{Title: "A check without the chain rule", Equations: []equation{
		formula{
			name: symbols["d"], text: "right - left", values: values, symbols: symbols, result: between,
			digits: exactDigits, resultDigits: left,
		}.equation(about),
		formula{
			name: symbol("ḡ"), text: "d / (2 * h)", values: values, symbols: symbols, result: b.Numeric, digits: left,
		}.equation("The slope between the two. " + agreement(b.Gradient, b.Numeric, left)),
	}}
}

// digitsLeft returns how many digits a difference has of numbers up to a size that have exactDigits.
func digitsLeft(difference, size float64) int {
	if difference == 0 || size == math.MaxFloat64 { // told in full, or not to be told
		return fewDigits
	}
	power := func(v float64) int { return int(math.Floor(math.Log10(math.Abs(v)))) }
	return min(exactDigits, max(1, exactDigits-1-power(size)+power(difference)))
}

// agreement says to how many digits of those that are shown two numbers agree.
func agreement(a, b float64, shown int) string {
	if a == b {
		return "It agrees to all digits"
	}
	off := math.Abs(a-b) / max(math.Abs(a), math.Abs(b))
	switch n := min(shown, max(0, int(-math.Log10(off)))); n {
	case 0:
		return "It does not agree in any digit"
	case 1:
		return "It agrees to about 1 digit"
	default:
		return "It agrees to about " + strconv.Itoa(n) + " digits"
	}
}

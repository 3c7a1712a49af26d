package views

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	"nnvisu/nn"
	"nnvisu/nn/detmath"
	"nnvisu/nn/table"
)

// total returns the number of points in a confusion matrix.
func total(counts [][]int) int {
	sum := 0
	for _, row := range counts {
		for _, n := range row {
			sum += n
		}
	}
	return sum
}

// heats are the CSS classes of the shades of a cell, the palest first.
var heats = [...]string{"heat-0", "heat-1", "heat-2", "heat-3", "heat-4", "heat-5", "heat-6", "heat-7", "heat-8", "heat-9"}

// heat returns the shade for n of the points of a class: 0 for none, 9 for all.
func heat(n, of int) string {
	if n == 0 {
		return heats[0]
	}
	return heats[1+8*n/of]
}

// classIcons returns the markers of the classes as paths in a box from -10000 to 10000.
var classIcons = sync.OnceValue(func() (icons [nn.MaxClasses]string) {
	for k := range icons {
		var b strings.Builder
		outline(&b, markers[k], 0, 0, 0.72)
		icons[k] = b.String()
	}
	return icons
})

// A normBar is the norm of a layer's gradient as a bar in a box 800 wide and 10 high.
type normBar struct{ Layer, Path, Value string }

// normDecades is the number of powers of ten that the bars span, below the largest norm.
const normDecades = 8

// normBars returns a bar for each layer. A layer without a gradient has none.
func normBars(norms []float64) []normBar {
	top := smallest
	for _, v := range norms {
		if v <= largest { // false for NaN
			top = max(top, v)
		}
	}
	lowest := math.Pow10(exponent(top) + 1 - normDecades)
	bars := make([]normBar, len(norms))
	for l, v := range norms {
		width := 0
		if v > lowest {
			width = int(math.Round(min(normDecades, detmath.Log(min(v, largest)/lowest)/math.Ln10) * 800 / normDecades))
		}
		bars[l] = normBar{Layer: layerName(l, len(norms)), Path: "M0 1h" + strconv.Itoa(width) + "v8H0z", Value: normText(v)}
	}
	return bars
}

// layerName returns the name of weight layer l, from 0.
func layerName(l, layers int) string {
	if l == layers-1 {
		return "output"
	}
	return "hidden " + strconv.Itoa(l+1)
}

// normText writes a norm with three digits.
func normText(v float64) string {
	switch {
	case !(v <= math.MaxFloat64):
		return "not finite"
	case v >= 1e4 || v > 0 && v < 1e-3:
		return table.Readable(strconv.FormatFloat(v, 'e', 2, 64))
	}
	short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 2, 64), 64) // cannot fail
	return number(short)
}

// A gradient vanishes below this share of the largest, and explodes above that.
const (
	vanishing = 1e-6
	exploding = 1e3
)

// normWords says in words what is wrong with the norms of the gradient, or returns "".
func normWords(norms []float64) string {
	top, at := 0.0, 0
	for l, v := range norms {
		if !(v <= exploding) {
			return fmt.Sprintf("The gradient explodes (%s): a smaller learning rate, smaller first weights or fewer layers may help.", layerName(l, len(norms)))
		}
		if v > top {
			top, at = v, l
		}
	}
	if top == 0 {
		return "There is no gradient: nothing moves any more."
	}
	var names []string
	for l, v := range norms {
		if v < vanishing*top {
			names = append(names, layerName(l, len(norms)))
		}
	}
	if names == nil {
		return ""
	}
	verb := "gets"
	if len(names) > 1 {
		verb = "get"
	}
	return fmt.Sprintf("The gradient vanishes: %s %s less than a millionth of what %s gets and hardly learns.", strings.Join(names, ", "), verb, layerName(at, len(norms)))
}

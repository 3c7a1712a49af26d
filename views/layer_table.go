package views

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/detmath"
)

// A layerRow is a row of the table of layers. Bar is the norm of the gradient in a box 800 wide and
// 10 high.
type layerRow struct{ Layer, Parameters, Idle, Gradient, Bar string }

// normDecades is the number of powers of ten that the bars span, below the largest norm.
const normDecades = 8

// layerRows returns a row for each layer. A layer without a gradient has no bar.
func layerRows(c nn.Config, layers []nn.LayerState) []layerRow {
	top := smallest
	for _, s := range layers {
		if s.Gradient <= largest { // false for NaN
			top = max(top, s.Gradient)
		}
	}
	lowest := math.Pow10(exponent(top) + 1 - normDecades)
	sizes := c.Sizes()
	rows := make([]layerRow, len(layers))
	for l, s := range layers {
		width := 0
		if v := s.Gradient; v > lowest {
			width = int(math.Round(min(normDecades, detmath.Log(min(v, largest)/lowest)/math.Ln10) * 800 / normDecades))
		}
		rows[l] = layerRow{
			Layer: layerName(l, len(layers)), Parameters: grouped((sizes[l] + 1) * sizes[l+1]),
			Idle: idleText(s.Idle), Gradient: sizeText(s.Gradient),
			Bar: "M0 1h" + strconv.Itoa(width) + "v8H0z",
		}
	}
	return rows
}

// idleText says how many units of a layer are dead and saturated.
func idleText(i nn.Idle) string {
	switch {
	case i.Units == 0:
		return "–"
	case i.Dead == 0 && i.Saturated == 0:
		return "none"
	case i.Saturated == 0:
		return fmt.Sprintf("%d dead of %d", i.Dead, i.Units)
	case i.Dead == 0:
		return fmt.Sprintf("%d saturated of %d", i.Saturated, i.Units)
	}
	return fmt.Sprintf("%d dead, %d saturated of %d", i.Dead, i.Saturated, i.Units)
}

// A gradient vanishes below this share of the largest, and explodes above that.
const (
	vanishing = 1e-6
	exploding = 1e3
)

// normWords says in words what is wrong with the norms of the gradient, or returns "".
func normWords(layers []nn.LayerState) string {
	top, at := 0.0, 0
	for l, s := range layers {
		if !(s.Gradient <= exploding) {
			return fmt.Sprintf("The gradient explodes (%s): a smaller learning rate, smaller first weights or fewer layers may help.", layerName(l, len(layers)))
		}
		if s.Gradient > top {
			top, at = s.Gradient, l
		}
	}
	if top == 0 {
		return "There is no gradient: nothing moves any more."
	}
	var names []string
	for l, s := range layers {
		if s.Gradient < vanishing*top {
			names = append(names, layerName(l, len(layers)))
		}
	}
	if names == nil {
		return ""
	}
	verb := "gets"
	if len(names) > 1 {
		verb = "get"
	}
	return fmt.Sprintf("The gradient vanishes: %s %s less than a millionth of what %s gets and hardly learns.", strings.Join(names, ", "), verb, layerName(at, len(layers)))
}

// costWords says how many parameters a network has and how long an update takes, as [nn.WorkOf]
// says: a clock would say something else each time.
func costWords(s nn.State) string {
	update := nn.WorkOf(s.Config, len(s.Data)).Update
	n := len(s.Data) - nn.HeldOut(len(s.Data), s.Config.TestFraction)
	if size := s.Config.BatchSize; size > 0 {
		n = min(n, size)
	}
	return fmt.Sprintf("The network has %s. An update with %s takes one core of a server about %s.",
		counted(nn.ParameterCount(s.Config), "parameter"), counted(n, "point"), timeText(update))
}

// timeText writes a time with two digits.
func timeText(d time.Duration) string {
	unit, name := time.Microsecond, "µs"
	if d >= time.Millisecond {
		unit, name = time.Millisecond, "ms"
	}
	v := float64(d) / float64(unit)
	short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 1, 64), 64) // cannot fail
	return groupedNumber(short) + " " + name
}

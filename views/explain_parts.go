package views

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// An explainWriter writes the parts of an explanation.
type explainWriter struct {
	state nn.State
	meta  table.Meta
	e     nn.Explanation
	at    nn.ParameterPlace
}

func (w *explainWriter) unit(l, u int) string { return unitName(w.state.Config, w.meta, l+1, u) }

// number is the number of a unit as it stands below its symbols. Classes count from 0.
func (w *explainWriter) number(l, u int) int {
	if l == w.last() && w.state.Config.Task == nn.Classification {
		return u
	}
	return u + 1
}

// short is the name of a unit within its layer.
func (w *explainWriter) short(l, u int) string {
	switch {
	case l < w.last():
		return "Unit " + strconv.Itoa(u+1)
	case w.state.Config.Task == nn.Regression:
		return outputLabel(w.meta)
	}
	return classTitle(w.meta, u)
}

func (w *explainWriter) isBias() bool { return w.at.In < 0 }
func (w *explainWriter) last() int    { return len(w.e.Point.Layers) - 1 }

// numbered is the symbol of a number of a unit or point.
func numbered(letter string, n int) string { return symbol(letter + "_" + strconv.Itoa(n)) }

func (w *explainWriter) parameterName() string {
	to := w.unit(w.at.Layer, w.at.Out)
	if w.isBias() {
		return "the bias of " + to
	}
	return "the weight from " + unitName(w.state.Config, w.meta, w.at.Layer, w.at.In) + " to " + to
}

// moves says what the update does to the parameter.
func (w *explainWriter) moves() (equation, string) {
	p := w.e.Parameter
	name := wordOf(w.e.Update.Optimizer, w.isBias(), lineAfter).symbol
	by := p.After - p.Before
	sign := "+"
	if by < 0 {
		sign, by = "-", -by
	}
	f := formula{name: symbol(name), text: "before" + sign + "by", values: map[string]float64{"before": p.Before, "by": by}, own: "before", result: p.After, digits: manyDigits - 2}
	what := "weight"
	if w.isBias() {
		what = "bias"
	}
	g := w.e.Batch.Gradient
	says := "The gradient is positive: a larger " + what + " would make the loss larger."
	switch {
	case g == 0:
		says = "The gradient is 0: a little more or less of this " + what + " does not change the loss."
	case g < 0:
		says = "The gradient is negative: a larger " + what + " would make the loss smaller."
	}
	down := p.After < p.Before
	switch {
	case p.After == p.Before:
		says += " It stays as it is."
	case down && g > 0:
		says += " So it goes down."
	case !down && g < 0:
		says += " So it goes up."
	case down:
		says += " It goes down all the same: the update says why."
	default:
		says += " It goes up all the same: the update says why."
	}
	return f.equation(""), says
}

// lineAfter is the name of the last line of an update.
const lineAfter = "after"

// split returns which units of a layer are shown at once, and which in a fold: the rest, if they are not too
// many or too long.
func split(n, inputs int, at ...int) (now, fold []int, left string) {
	rest := 0
	for u := range n {
		switch {
		case slices.Contains(at, u):
			now = append(now, u)
		case len(fold) < mostUnits && inputs <= mostTerms:
			fold = append(fold, u)
		default:
			rest++
		}
	}
	if rest > 0 {
		left = fmt.Sprintf("%s not written out here; the receipt has all.", plural(rest, "more unit is", "more units are"))
	}
	return now, fold, left
}

// shownAt returns the units of a layer that are shown at once: that of the parameter, the one before it, and
// all outputs; else the first.
func (w *explainWriter) shownAt(l int) []int {
	switch {
	case l == w.last():
		var all []int
		if l == w.at.Layer {
			all = append(all, w.at.Out)
		}
		for u := range min(mostUnits, len(w.e.Point.Layers[l].Units)) {
			all = append(all, u)
		}
		return all
	case l == w.at.Layer:
		return []int{w.at.Out}
	case l == w.at.Layer-1 && !w.isBias():
		return []int{w.at.In}
	}
	return []int{0}
}

func boolInt(is bool) int {
	if is {
		return 1
	}
	return 0
}

// layerGroup writes what is calculated of the units of a layer.
func (w *explainWriter) layerGroup(l int, units func(u int) []equation) explainedGroup {
	layer := w.e.Point.Layers[l]
	g := explainedGroup{Title: fmt.Sprintf("Layer %d", l+1)}
	if l == w.last() {
		g.Title = "Output"
	}
	now, fold, left := split(len(layer.Units), len(layer.Units[0].Weights), w.shownAt(l)...)
	for _, u := range now {
		g.Equations = append(g.Equations, units(u)...)
	}
	for _, u := range fold {
		g.More = append(g.More, units(u)...)
	}
	if len(fold) > 0 {
		g.MoreTitle = fmt.Sprintf("The other %s of this layer", counted(len(fold), "unit"))
		if left != "" {
			g.MoreTitle = fmt.Sprintf("%s more of this layer", counted(len(fold), "unit"))
		}
	}
	g.Left = left
	return g
}

func (w *explainWriter) update() explainedPart {
	u := w.e.Update
	part := explainedPart{Name: PartUpdate, Title: "Update", Heading: "The update: " + u.Optimizer.Label(), Words: updateWords[u.Optimizer]}
	values, symbols := map[string]float64{}, map[string]string{}
	for _, line := range slices.Concat(u.Given, u.Lines) {
		symbols[line.Name] = symbol(wordOf(u.Optimizer, w.isBias(), line.Name).symbol)
	}
	given := explainedGroup{Title: "What is known", Known: true}
	for _, line := range u.Given {
		values[line.Name] = line.Value
		given.Equations = append(given.Equations, known(wordOf(u.Optimizer, w.isBias(), line.Name).words, symbols[line.Name], line.Value))
	}
	lines := explainedGroup{Title: "The arithmetic"}
	for _, line := range u.Lines {
		values[line.Name] = line.Value
		text, about := line.Formula, wordOf(u.Optimizer, w.isBias(), line.Name).words
		switch line.Name {
		case "share":
			switch w.state.Config.Schedule {
			case nn.ConstantRate:
				continue
			case nn.CosineDecay:
				about += cosineWords
			}
		case "rate":
			if w.state.Config.Schedule == nn.ConstantRate {
				text = "learning_rate"
			}
		case "gradient":
			about = gradientWords(u, w.isBias())
		}
		f := formula{name: symbols[line.Name], text: text, values: values, symbols: symbols, result: line.Value, digits: manyDigits}
		if line.Name == lineAfter {
			f.own = "before"
		}
		lines.Equations = append(lines.Equations, f.equation(about))
	}
	part.Groups = []explainedGroup{given, lines}
	return part
}

// exact returns the numbers that the reader compares, in full.
func (w *explainWriter) exact() []exactNumber {
	p := w.e.Parameter
	full := func(v float64) string { return table.Readable(strconv.FormatFloat(v, 'g', -1, 64)) }
	return []exactNumber{
		{"Before", full(p.Before)}, {"Loss of this point", full(w.e.Point.Loss.Value)}, {"Gradient of this point", full(w.e.Point.Gradient)},
		{"Mean gradient", full(w.e.Batch.Gradient)}, {"After", full(p.After)},
	}
}

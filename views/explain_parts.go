package views

import (
	"fmt"
	"math"
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
	return upperFirst(ClassName(w.meta, u))
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
	case down == (g > 0) && g != 0 && down:
		says += " So it goes down."
	case down == (g > 0) && g != 0:
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
		left = fmt.Sprintf("%s not written out here; the receipt has all.", countOf(rest, "more unit is", "more units are"))
	}
	return now, fold, left
}

// shownAt returns the units of a layer that are shown at once: that of the parameter, the one before it, and
// all outputs; else the first.
func (w *explainWriter) shownAt(l int) []int {
	switch {
	case l == w.last():
		all := []int{w.at.Out * boolInt(l == w.at.Layer)}
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
		g.MoreTitle = fmt.Sprintf("The other %s of this layer", countOf(len(fold), "unit", "units"))
		if left != "" {
			g.MoreTitle = fmt.Sprintf("%s more of this layer", countOf(len(fold), "unit", "units"))
		}
	}
	g.Left = left
	return g
}

func (w *explainWriter) forward() explainedPart {
	c := w.state.Config
	part := explainedPart{
		Name: PartForward, Title: "Forward", Heading: "Forward: from the point to the outputs",
		Words: "Each unit starts with its bias b, and adds weight times input for each input. That is its sum z.",
		Rules: []equation{rule("z", "b + w_1 * x_1 + w_2 * x_2 + …")},
	}
	if len(c.HiddenLayers) > 0 {
		part.Words += fmt.Sprintf(" The activation (%s) then makes a of it, and a is what the next layer gets.", c.Activation.Label())
		f, _ := c.Activation.Formulas(1)
		part.Rules = append(part.Rules, rule("a", f))
	}
	if c.Dropout > 0 {
		part.Words += fmt.Sprintf(" Dropout switches some units off in this step (times 0); the others make up for them (times %s).",
			strconv.FormatFloat(1/(1-c.Dropout), 'g', 4, 64))
	}
	goesIn := explainedGroup{Title: fmt.Sprintf("Point %d", w.e.Point.Index), Known: true}
	for i, x := range w.e.Point.Inputs {
		goesIn.Equations = append(goesIn.Equations, known(unitName(c, w.meta, 0, i), numbered("x", i+1), x))
	}
	part.Groups = append(part.Groups, goesIn)
	inputs := w.e.Point.Inputs
	for l, layer := range w.e.Point.Layers {
		from := inputs
		part.Groups = append(part.Groups, w.layerGroup(l, func(u int) []equation { return w.forwardUnit(l, u, from) }))
		inputs = nil
		for _, unit := range layer.Units {
			inputs = append(inputs, unit.Output)
		}
	}
	return part
}

func (w *explainWriter) forwardUnit(l, u int, inputs []float64) []equation {
	unit, n := w.e.Point.Layers[l].Units[u], w.number(l, u)
	text, values := sumFormula(&unit.Bias, unit.Weights, inputs)
	f := formula{name: numbered("z", n), text: text, values: values, result: unit.Sum}
	if l == w.at.Layer && u == w.at.Out {
		f.own = "b"
		if !w.isBias() {
			f.own = "w" + strconv.Itoa(w.at.In)
		}
	}
	all := []equation{f.equation(w.short(l, u))}
	if unit.Activation == nil {
		return all
	}
	text, _ = w.state.Config.Activation.Formulas(unit.Sum)
	all = append(all, formula{name: numbered("a", n), text: text, values: map[string]float64{"z": unit.Sum}, result: *unit.Activation}.equation(""))
	if w.state.Config.Dropout > 0 {
		what := "Dropout keeps it"
		if *unit.Mask == 0 {
			what = "Dropout switches it off"
		}
		all = append(all, formula{
			name: numbered("a", n), text: "a * m", values: map[string]float64{"a": *unit.Activation, "m": *unit.Mask}, result: unit.Output,
		}.equation(what))
	}
	return all
}

func (w *explainWriter) loss() explainedPart {
	loss := w.e.Point.Loss
	outputs := w.e.Point.Layers[w.last()].Units
	if loss.Error != nil {
		values := map[string]float64{"out": outputs[0].Sum, "target": w.e.Point.Label, "e": *loss.Error}
		return explainedPart{
			Name: PartLoss, Title: "Loss", Heading: "The loss: how wrong is it?",
			Words: "The error e is what the network says minus what is right. The loss L is half of its square: large errors count much, and it is never negative.",
			Rules: []equation{rule("e", "z - target"), rule("L", "e ^ 2 / 2")},
			Groups: []explainedGroup{{Title: fmt.Sprintf("Point %d", w.e.Point.Index), Equations: []equation{
				formula{name: symbol("e"), text: "out - target", values: values, result: *loss.Error}.equation("The error"),
				formula{name: symbol("L"), text: "e ^ 2 / 2", values: values, result: loss.Value}.equation("The loss of this point"),
			}}},
		}
	}
	own := int(w.e.Point.Label)
	part := explainedPart{
		Name: PartLoss, Title: "Loss", Heading: "The loss: how wrong is it?",
		Words: fmt.Sprintf("Softmax turns the outputs into probabilities p that add up to 1. The loss L is small if the right class, %s, has a large p. ",
			table.Isolated(ClassName(w.meta, own))) +
			"The largest output, top, is taken away first: that changes no p, and no power of e gets too large.",
		Rules: []equation{rule("q", "exp(z - top)"), rule("p", "q / (q_0 + q_1 + …)"), rule("L", "0 - ln(p_right)")},
	}
	powers, shares := explainedGroup{Title: "Powers of e"}, explainedGroup{Title: "Probabilities"}
	total, totals := "", map[string]float64{}
	for k, unit := range outputs {
		n := strconv.Itoa(k)
		powers.Equations = append(powers.Equations, formula{
			name: numbered("q", k), text: "exp(z - top)", values: map[string]float64{"z": unit.Sum, "top": *loss.Largest}, result: loss.Exponentials[k],
		}.equation(upperFirst(ClassName(w.meta, k))))
		if k > 0 {
			total += "+"
		}
		total, totals["q"+n] = total+"q"+n, loss.Exponentials[k]
	}
	powers.Equations = append(powers.Equations, formula{name: symbol("S"), text: total, values: totals, result: *loss.Total}.equation("Their sum"))
	for k, p := range loss.Probabilities {
		shares.Equations = append(shares.Equations, formula{
			name: numbered("p", k), text: "q / s", values: map[string]float64{"q": loss.Exponentials[k], "s": *loss.Total}, result: p,
		}.equation(upperFirst(ClassName(w.meta, k))))
	}
	values := map[string]float64{"s": *loss.Total, "z": outputs[own].Sum, "top": *loss.Largest}
	end := formula{name: symbol("L"), text: "ln(s) - (z - top)", values: values, result: loss.Value, symbols: map[string]string{
		"s": symbol("S"), "z": numbered("z", own), "top": symbol("top"),
	}}
	part.Groups = []explainedGroup{powers, shares, {Title: "The loss of this point", Equations: []equation{
		end.equation(fmt.Sprintf("The same as −ln of p%d, with fewer roundings", own)),
	}}}
	return part
}

// backward is the chain rule from the loss back to the parameter.
func (w *explainWriter) backward() explainedPart {
	part := explainedPart{
		Name: PartBackward, Title: "Backward", Heading: "Backward: the chain rule",
		Words: "How much would the loss change if the sum z of a unit changed a little? That is its δ. At an output it is the probability minus what is right: 1 for the right class, else 0.",
		Rules: []equation{rule("δ_out", "p - y")},
	}
	if w.e.Point.Loss.Error != nil {
		part.Words = "How much would the loss change if the sum z of a unit changed a little? That is its δ. At the output it is the error e."
		part.Rules = []equation{rule("δ_out", "e")}
	}
	if w.at.Layer < w.last() {
		part.Words += " From there it goes back layer by layer: s is what comes back to a unit, weight times δ for each unit that it leads to, and its δ is the slope f′ of its activation times s."
		part.Rules = append(part.Rules, rule("s", "w_1 * δ_1 + w_2 * δ_2 + …"), rule("δ", "f′(z) * s"))
	}
	for l := w.last(); l >= w.at.Layer; l-- {
		g := w.layerGroup(l, func(u int) []equation { return w.backwardUnit(l, u) })
		if l == w.at.Layer && l < w.last() { // no other is on the way
			g.More, g.MoreTitle, g.Left = nil, "", ""
		}
		part.Groups = append(part.Groups, g)
	}
	values := map[string]float64{"delta": w.e.Point.Layers[w.at.Layer].Units[w.at.Out].Delta}
	text, about := "delta", "A bias is added as it is: its gradient is δ"
	if !w.isBias() {
		text, about = "delta * input", "The weight is multiplied with its input: its gradient is δ times that"
		values["input"] = w.inputOf()
	}
	part.Groups = append(part.Groups, explainedGroup{Title: "The gradient of this point", Equations: []equation{
		formula{name: numbered("g", w.e.Point.Index), text: text, values: values, result: w.e.Point.Gradient}.equation(about),
	}})
	return part
}

// inputOf returns what a weight is multiplied with.
func (w *explainWriter) inputOf() float64 {
	if w.at.Layer == 0 {
		return w.e.Point.Inputs[w.at.In]
	}
	return w.e.Point.Layers[w.at.Layer-1].Units[w.at.In].Output
}

func (w *explainWriter) backwardUnit(l, u int) []equation {
	unit := w.e.Point.Layers[l].Units[u]
	about, name := w.short(l, u), numbered("δ", w.number(l, u))
	switch {
	case l == w.last() && w.e.Point.Loss.Error != nil:
		return []equation{formula{name: name, text: "e", values: map[string]float64{"e": *w.e.Point.Loss.Error}, result: unit.Delta}.equation(about)}
	case l == w.last():
		values := map[string]float64{"p": w.e.Point.Loss.Probabilities[u], "y": float64(boolInt(u == int(w.e.Point.Label)))}
		return []equation{formula{name: name, text: "p - y", values: values, result: unit.Delta}.equation(about)}
	}
	above := w.e.Point.Layers[l+1].Units
	var weights, deltas []float64
	for _, to := range above {
		weights, deltas = append(weights, to.Weights[u]), append(deltas, to.Delta)
	}
	back, values := sumFormula(nil, weights, deltas)
	_, slope := w.state.Config.Activation.Formulas(unit.Sum)
	chain, factors := "slope * back", map[string]float64{"slope": *unit.Slope, "back": *unit.Back, "m": *unit.Mask}
	if w.state.Config.Dropout > 0 {
		chain = "slope * m * back"
	}
	n := strconv.Itoa(u + 1)
	return []equation{
		formula{name: numbered("s", u+1), text: back, values: values, result: *unit.Back}.equation(about + ": what comes back to it"),
		formula{
			name: "<mi>f′</mi>" + bracketed(symbol("z_"+n)), text: slope,
			values: map[string]float64{"z": unit.Sum, "f": *unit.Activation}, result: *unit.Slope,
		}.equation("The slope of its activation"),
		formula{name: name, text: chain, values: factors, result: unit.Delta}.equation("Slope times what comes back"),
	}
}

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
	letter := wordOf("", w.isBias(), "before").symbol
	check := formula{
		name: symbol("ḡ"), text: "(right - left) / (2 * h)", result: b.Numeric, digits: 10,
		values:  map[string]float64{"right": b.Right, "left": b.Left, "h": b.H},
		symbols: map[string]string{"right": "<mi>L</mi>" + bracketed("<mi>"+letter+"</mi><mo>+</mo><mi>h</mi>"), "left": "<mi>L</mi>" + bracketed("<mi>"+letter+"</mi><mo>−</mo><mi>h</mi>"), "h": "<mi>h</mi>"},
	}
	part.Groups = []explainedGroup{shares, {
		Title:     "A check without the chain rule",
		Equations: []equation{check.equation("The mean loss of the batch a little to both sides, and its slope between them. It agrees to about " + agreement(b.Gradient, b.Numeric) + " digits")},
	}}
	return part
}

// agreement says to how many digits two numbers agree.
func agreement(a, b float64) string {
	if a == b {
		return "all"
	}
	off := math.Abs(a-b) / max(math.Abs(a), math.Abs(b))
	return strconv.Itoa(max(0, int(-math.Log10(off))))
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
			if w.state.Config.Schedule == nn.ConstantRate {
				continue
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

package views

import (
	"fmt"
	"strconv"

	"github.com/nnvisu/nnvisu/nn/table"
)

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
		}.equation(classTitle(w.meta, k)))
		if k > 0 {
			total += "+"
		}
		total, totals["q"+n] = total+"q"+n, loss.Exponentials[k]
	}
	powers.Equations = append(powers.Equations, formula{name: symbol("S"), text: total, values: totals, result: *loss.Total}.equation("Their sum"))
	for k, p := range loss.Probabilities {
		shares.Equations = append(shares.Equations, formula{
			name: numbered("p", k), text: "q / s", values: map[string]float64{"q": loss.Exponentials[k], "s": *loss.Total}, result: p,
		}.equation(classTitle(w.meta, k)))
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
		back := "f′(z) * s"
		if w.state.Config.Dropout > 0 {
			part.Words += " Dropout counts on the way back as it did forward: m is 0 for a unit that is off."
			back = "f′(z) * m * s"
		}
		part.Rules = append(part.Rules, rule("s", "w_1 * δ_1 + w_2 * δ_2 + …"), rule("δ", back))
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
	chain, what, factors := "slope * back", "Slope times what comes back", map[string]float64{"slope": *unit.Slope, "back": *unit.Back, "m": *unit.Mask}
	if w.state.Config.Dropout > 0 {
		chain, what = "slope * m * back", "Slope, times dropout, times what comes back"
	}
	n := strconv.Itoa(u + 1)
	return []equation{
		formula{name: numbered("s", u+1), text: back, values: values, result: *unit.Back}.equation(about + ": what comes back to it"),
		formula{
			name: "<mi>f′</mi>" + bracketed(symbol("z_"+n)), text: slope,
			values: map[string]float64{"z": unit.Sum, "f": *unit.Activation}, result: *unit.Slope,
		}.equation("The slope of its activation"),
		formula{name: name, text: chain, values: factors, result: unit.Delta}.equation(what),
	}
}

package views

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// An Explaining is the view of how the next update changes a weight or bias.
type Explaining struct {
	Title    string // the parameter in words
	Path     string
	Point    string // its index
	At       string // which update, of which points
	Previous string // places that show the points beside it in the batch; "" at an end
	Next     string
	Steps    []explainedStep
	Curve    []curveMark // the loss along the update
	at       nn.ParameterPlace
}

// An explainedStep is a part of the calculation that is read at a time.
type explainedStep struct {
	Title, Words string
	Equations    []equation
}

// mostUnits is how many units of a layer are written out, and mostShares how many points of a batch. The
// receipt has all.
const (
	mostUnits  = 8
	mostShares = 12
)

// Explain prepares an explanation of the next update of a prepared state.
func Explain(s nn.State, meta table.Meta, e nn.Explanation) Explaining {
	at, _ := nn.ParseParameter(e.Parameter.Path) // package nn wrote it
	v := Explaining{Path: e.Parameter.Path, Point: strconv.Itoa(e.Point.Index), at: at}
	to := unitName(s.Config, meta, at.Layer+1, at.Out)
	v.Title = "the bias of " + to
	if at.In >= 0 {
		v.Title = "the weight from " + unitName(s.Config, meta, at.Layer, at.In) + " to " + to
	}
	place := slices.Index(e.Batch.Points, e.Point.Index)
	v.At = fmt.Sprintf("Update %d. Its batch has %d of the points; this is number %d of them.", e.Step+1, len(e.Batch.Points), place+1)
	beside := func(i int) string {
		if i < 0 || i >= len(e.Batch.Points) {
			return ""
		}
		return fmt.Sprintf("%s %d", v.Path, e.Batch.Points[i])
	}
	v.Previous, v.Next = beside(place-1), beside(place+1)
	v.Steps = append(v.Steps, forwardSteps(s, meta, e, at)...)
	v.Steps = append(v.Steps, lossStep(e), backStep(s, meta, e, at), batchStep(e), updateStep(e))
	v.Curve = curveMarks(e.Curve)
	return v
}

// explainedUnits returns which units of a layer are written out: the first ones, and the one that the
// parameter belongs to.
func explainedUnits(n int, own int) []int {
	var units []int
	for u := range n {
		if len(units) < mostUnits || u == own {
			units = append(units, u)
		}
	}
	return units
}

// left says how many of a list are not written out.
func left(shown, all int, what string) string {
	if shown == all {
		return ""
	}
	return fmt.Sprintf(" %d of %d %s are written out; the receipt has all.", shown, all, what)
}

func forwardSteps(s nn.State, meta table.Meta, e nn.Explanation, at nn.ParameterPlace) []explainedStep {
	inputs := e.Point.Inputs
	var steps []explainedStep
	for l, layer := range e.Point.Layers {
		own := -1
		if l == at.Layer {
			own = at.Out
		}
		units := explainedUnits(len(layer.Units), own)
		step := explainedStep{
			Title: fmt.Sprintf("Forward: layer %d", l+1),
			Words: "Each unit starts with its bias and adds weight times input. Then its activation bends the sum." +
				left(len(units), len(layer.Units), "units"),
		}
		if l == len(e.Point.Layers)-1 {
			step.Title = "Forward: the output"
			step.Words = "Each output starts with its bias and adds weight times input." + left(len(units), len(layer.Units), "outputs")
		}
		for _, u := range units {
			unit := layer.Units[u]
			n := strconv.Itoa(u + 1)
			formula, values := sumFormula(&unit.Bias, unit.Weights, inputs)
			about := upperFirst(unitName(s.Config, meta, l+1, u))
			step.Equations = append(step.Equations, newEquation(about, "z"+n, formula, values, unit.Sum))
			if unit.Activation == nil {
				continue
			}
			f, _ := s.Config.Activation.Formulas(unit.Sum)
			step.Equations = append(step.Equations, newEquation("", "a"+n, f, map[string]float64{"z": unit.Sum}, *unit.Activation))
			if s.Config.Dropout > 0 {
				step.Equations = append(step.Equations, newEquation("With dropout", "a"+n, "a * m", map[string]float64{"a": *unit.Activation, "m": *unit.Mask}, unit.Output))
			}
		}
		steps = append(steps, step)
		inputs = inputs[:0:0]
		for _, unit := range layer.Units {
			inputs = append(inputs, unit.Output)
		}
	}
	return steps
}

func lossStep(e nn.Explanation) explainedStep {
	loss := e.Point.Loss
	outputs := e.Point.Layers[len(e.Point.Layers)-1].Units
	if loss.Error != nil {
		values := map[string]float64{"out": outputs[0].Sum, "target": e.Point.Label, "e": *loss.Error}
		return explainedStep{"The loss of this point", "Half of the squared error. Its slope at the output is the error itself.", []equation{
			newEquation("Error: output minus target", "error", "out - target", values, *loss.Error),
			newEquation("Loss", "loss", "e * e / 2", values, loss.Value),
		}}
	}
	own := int(e.Point.Label)
	step := explainedStep{
		Title: "The loss of this point",
		Words: "Softmax turns the outputs into probabilities that add up to 1. The loss is the less, the more probable the right class is. " +
			"The largest output is taken away first, so that no power of e is too large.",
	}
	total, totals := "", map[string]float64{}
	for k, unit := range outputs {
		n := strconv.Itoa(k + 1)
		values := map[string]float64{"z": unit.Sum, "top": *loss.Largest}
		step.Equations = append(step.Equations, newEquation("", "e"+n, "exp(z - top)", values, loss.Exponentials[k]))
		if k > 0 {
			total += "+"
		}
		total, totals["e"+n] = total+"e"+n, loss.Exponentials[k]
	}
	step.Equations = append(step.Equations, newEquation("Their sum", "S", total, totals, *loss.Total))
	for k, p := range loss.Probabilities {
		values := map[string]float64{"e": loss.Exponentials[k], "s": *loss.Total, "p": p}
		step.Equations = append(step.Equations, newEquation("", "p"+strconv.Itoa(k+1), "e / s", values, p))
	}
	values := map[string]float64{"s": *loss.Total, "z": outputs[own].Sum, "top": *loss.Largest}
	step.Equations = append(step.Equations, newEquation("Loss", "loss", "ln(s) - (z - top)", values, loss.Value))
	return step
}

// backStep is the chain rule from the loss back to the parameter.
func backStep(s nn.State, meta table.Meta, e nn.Explanation, at nn.ParameterPlace) explainedStep {
	step := explainedStep{
		Title: "Backward: the chain rule",
		Words: "How much does the loss change if the sum of a unit changes a little? That is its δ. It begins at the outputs and goes back: " +
			"weights times the δ of the layer above, times the slope of the activation.",
	}
	last := len(e.Point.Layers) - 1
	for l := last; l >= at.Layer; l-- {
		units := e.Point.Layers[l].Units
		shown := explainedUnits(len(units), -1)
		if l == at.Layer {
			shown = []int{at.Out}
		}
		for _, u := range shown {
			unit := units[u]
			about, name := upperFirst(unitName(s.Config, meta, l+1, u)), "δ"+strconv.Itoa(u+1)
			switch {
			case l < last:
				formula, values := sumFormula(nil, weightsFrom(e.Point.Layers[l+1], u), deltasOf(e.Point.Layers[l+1]))
				_, slope := s.Config.Activation.Formulas(unit.Sum)
				chain, factors := "slope * back", map[string]float64{"slope": *unit.Slope, "back": *unit.Back, "m": *unit.Mask}
				if s.Config.Dropout > 0 {
					chain = "slope * m * back"
				}
				step.Equations = append(step.Equations,
					newEquation(about+": what comes back", "back", formula, values, *unit.Back),
					newEquation("The slope of its activation", "slope", slope, map[string]float64{"z": unit.Sum, "f": *unit.Activation}, *unit.Slope),
					newEquation("", name, chain, factors, unit.Delta))
			case e.Point.Loss.Error != nil:
				step.Equations = append(step.Equations, newEquation(about, name, "e", map[string]float64{"e": *e.Point.Loss.Error}, unit.Delta))
			default:
				minus := 0.0
				if u == int(e.Point.Label) {
					minus = 1
				}
				step.Equations = append(step.Equations, newEquation(about+": probability minus what is right", name, "p - y",
					map[string]float64{"p": e.Point.Loss.Probabilities[u], "y": minus}, unit.Delta))
			}
		}
	}
	values := map[string]float64{"delta": e.Point.Layers[at.Layer].Units[at.Out].Delta, "input": 1}
	formula, about := "delta", "The gradient of this point: δ, since a bias is added as it is"
	if at.In >= 0 {
		formula, about = "delta * input", "The gradient of this point: δ times what the weight is multiplied with"
		if values["input"] = e.Point.Inputs[min(at.In, len(e.Point.Inputs)-1)]; at.Layer > 0 {
			values["input"] = e.Point.Layers[at.Layer-1].Units[at.In].Output
		}
	}
	step.Equations = append(step.Equations, newEquation(about, "g", formula, values, e.Point.Gradient))
	return step
}

func weightsFrom(layer nn.ExplainedLayer, in int) []float64 {
	var weights []float64
	for _, unit := range layer.Units {
		weights = append(weights, unit.Weights[in])
	}
	return weights
}

func deltasOf(layer nn.ExplainedLayer) []float64 {
	var deltas []float64
	for _, unit := range layer.Units {
		deltas = append(deltas, unit.Delta)
	}
	return deltas
}

// batchStep is the mean over the batch.
func batchStep(e nn.Explanation) explainedStep {
	n := len(e.Batch.Points)
	values := map[string]float64{"g": e.Point.Gradient, "n": float64(n)}
	place := slices.Index(e.Batch.Points, e.Point.Index)
	step := explainedStep{
		Title: "The mean over the batch",
		Words: fmt.Sprintf("Every one of the %d points has its say. The gradient is the mean: each point adds its δ divided by %d, times its input.", n, n),
		Equations: []equation{newEquation("The share of this point", "share", "g / n", values,
			e.Batch.Deltas[place]*e.Batch.Inputs[place])},
	}
	if n <= mostShares {
		formula, values := sumFormula(nil, e.Batch.Deltas, e.Batch.Inputs)
		step.Equations = append(step.Equations, newEquation("All shares", "mean", formula, values, e.Batch.Gradient))
	} else {
		rest := e.Batch.Gradient - e.Batch.Deltas[place]*e.Batch.Inputs[place]
		step.Words += " The receipt has every share."
		step.Equations = append(step.Equations, newEquation(fmt.Sprintf("With the shares of the other %d points", n-1), "mean", "share + rest",
			map[string]float64{"share": e.Batch.Deltas[place] * e.Batch.Inputs[place], "rest": rest}, e.Batch.Gradient))
	}
	step.Equations = append(step.Equations, newEquation("To compare: the loss a little to both sides, divided by the distance", "mean", "numeric",
		map[string]float64{"numeric": e.Batch.Numeric}, e.Batch.Numeric))
	return step
}

func updateStep(e nn.Explanation) explainedStep {
	return explainedStep{
		Title:     "The update: " + e.Update.Optimizer.Label(),
		Words:     "The optimizer turns the gradient into a new value. A step goes against the gradient, so that the loss falls.",
		Equations: linesOf(e.Update),
	}
}

// lineWords says what a line of an update is.
func lineWords(name string) string {
	return map[string]string{
		"share":             "The share of the learning rate that the schedule leaves",
		"rate":              "Learning rate of this update",
		"with_l2":           "With the penalty L2",
		"gradient":          "Gradient for the optimizer, with the penalties",
		"decay":             "Weight decay",
		"decayed":           "The weight after it has decayed",
		"first":             "The running mean of gradients, with the new one",
		"second":            "The running mean of squares, with the new one",
		"ahead":             "A look ahead",
		"first_correction":  "The mean began at 0: what it lacks",
		"second_correction": "The same for the squares",
		"corrected_rate":    "The rate makes up for it",
		"inverse_root":      "And the root",
		"divisor":           "How large gradients have been",
		"change":            "The step",
		"after":             "The new value",
	}[name]
}

// A curveMark is a length of the loss along an update.
type curveMark struct{ At, Loss, Mark string }

// curveMarks returns every fourth length of a curve; it has here and next among them.
func curveMarks(c nn.LossCurve) []curveMark {
	var marks []curveMark
	for i, at := range c.At {
		mark := map[float64]string{0: "here", 1: "next"}[at]
		if i%4 == 0 {
			marks = append(marks, curveMark{strconv.FormatFloat(at, 'f', -1, 64), string(appendLoss(nil, &c.Loss[i])), mark})
		}
	}
	return marks
}

// traced returns the edges on the way from the parameter to the loss, that of a weight first, which are
// drawn.
func (v *Explaining) traced(l Lab) (own, onward []markup) {
	for _, e := range edges(l.State.Config, l.rows()) {
		switch {
		case e.layer == v.at.Layer && e.out == v.at.Out && (e.in == v.at.In || v.at.In < 0):
			own = append(own, e.path)
		case e.layer == v.at.Layer+1 && e.in == v.at.Out || e.layer > v.at.Layer+1:
			onward = append(onward, e.path)
		}
	}
	return own, onward
}

package views

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// An Explaining is the view of how the next update changes a weight or bias.
type Explaining struct {
	Title    string // the parameter in words
	Path     string
	Point    string // its index, or what was written in its place
	Step     string // how many updates were made before
	At       string // which update, of which points
	Instead  string // why it is not the point that was asked for; "" where it is
	Moves    equation
	Says     string // which way the number goes, and why
	Previous string // places that show the points beside it in the batch; "" at an end
	Next     string
	Parts    []explainedPart
	Curve    explainedCurve // the loss along the update
	Exact    []exactNumber
	Shown    string // the name of the part that is shown

	Layers, Units, Numbers []explainedChoice
	at                     nn.ParameterPlace
}

// An explainedPart is a part of the calculation that is read at a time.
type explainedPart struct {
	Name, Title, Heading string
	Words                string
	Rules                []equation // without numbers
	Groups               []explainedGroup
}

// An explainedGroup is what is calculated of a layer, or of what a title says.
type explainedGroup struct {
	Title     string
	Known     bool // its numbers are given
	Equations []equation
	MoreTitle string // of a fold; "" for none
	More      []equation
	Left      string // what is not written out, or ""
}

// An explainedChoice is an option of what can be explained.
type explainedChoice struct {
	Value, Label string
	On           bool
}

// An exactNumber is one in full.
type exactNumber struct{ Label, Value string }

// mostUnits is how many units of a layer are written out, and mostTerms how many inputs each of those may
// have that are not on the way of the number. mostShares is how many points of a batch are. The receipt has
// all.
const (
	mostUnits  = 8
	mostTerms  = 16
	mostShares = 10
)

// The parts of an explanation. PartCurve is written by a template of its own.
const (
	PartForward  = "forward"
	PartLoss     = "loss"
	PartBackward = "backward"
	PartMean     = "mean"
	PartUpdate   = "update"
	PartCurve    = "curve"
)

// Explain prepares an explanation of the next update of a prepared state. Shown is the part that is shown
// first; one that is none stands for the first.
func Explain(s nn.State, meta table.Meta, e nn.Explanation, shown string) Explaining {
	at, _ := nn.ParseParameter(e.Parameter.Path) // package nn wrote it
	w := explainWriter{state: s, meta: meta, e: e, at: at}
	v := Explaining{Path: e.Parameter.Path, Point: strconv.Itoa(e.Point.Index), Step: strconv.Itoa(e.Step), at: at, Title: w.parameterName()}
	place := slices.Index(e.Batch.Points, e.Point.Index)
	v.At = explainedAt(s, e, place)
	beside := func(i int) string {
		if i < 0 || i >= len(e.Batch.Points) {
			return ""
		}
		return fmt.Sprintf("%s %d", v.Path, e.Batch.Points[i])
	}
	v.Previous, v.Next = beside(place-1), beside(place+1)
	v.Moves, v.Says = w.moves()
	v.Parts = []explainedPart{w.forward(), w.loss(), w.backward(), w.mean(), w.update()}
	v.Curve = curveOf(e.Curve)
	v.Shown = PartForward
	if shown == PartCurve || slices.ContainsFunc(v.Parts, func(p explainedPart) bool { return p.Name == shown }) {
		v.Shown = shown
	}
	v.Exact = w.exact()
	v.choices(&w)
	return v
}

// explainedAt says which update is explained, and which of its points is seen: the place in the batch too, where
// that is a part of the points.
func explainedAt(s nn.State, e nn.Explanation, place int) string {
	step, batch := grouped(e.Step+1), e.Batch.Points
	trained := len(s.Data) - nn.HeldOut(len(s.Data), s.Config.TestFraction)
	switch {
	case len(batch) == 1:
		return fmt.Sprintf("Step %s takes one point: point %d.", step, e.Point.Index)
	case len(batch) == trained:
		return fmt.Sprintf("Step %s takes all %s; you see point %d.", step, counted(trained, "point"), e.Point.Index)
	}
	return fmt.Sprintf("Step %s takes %s; you see point %d, number %d of them.",
		step, counted(len(batch), "point"), e.Point.Index, place+1)
}

// choices lists what else can be explained.
func (v *Explaining) choices(w *explainWriter) {
	c := w.state.Config
	add := func(to *[]explainedChoice, value, own int, label string) {
		*to = append(*to, explainedChoice{strconv.Itoa(value), label, value == own})
	}
	hidden := len(c.HiddenLayers)
	for l := range w.e.Point.Layers {
		if l < hidden {
			add(&v.Layers, l, v.at.Layer, fmt.Sprintf("Layer %d", l+1))
		} else {
			add(&v.Layers, l, v.at.Layer, "Output")
		}
	}
	units := w.e.Point.Layers[v.at.Layer].Units
	for u := range units {
		add(&v.Units, u, v.at.Out, w.short(v.at.Layer, u))
	}
	add(&v.Numbers, -1, v.at.In, "bias")
	for in := range units[v.at.Out].Weights {
		from := "unit " + strconv.Itoa(in+1)
		if v.at.Layer == 0 {
			from = unitName(c, w.meta, 0, in)
		}
		add(&v.Numbers, in, v.at.In, "from "+from)
	}
}

// titleOf returns the title of a part by its number.
func (v *Explaining) titleOf(i int) string {
	if i < len(v.Parts) {
		return v.Parts[i].Title
	}
	return "Curve"
}

// mathOf joins what an equation is cut into. Between two of them a line may break.
func mathOf(parts []string) string {
	const begin = `<math displaystyle="true">`
	return begin + strings.Join(parts, "</math> "+begin) + "</math>"
}

package views

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// Words are the result of a run for whoever cannot see it, or wants to be sure of what the picture
// shows. They follow from the state alone: the same state has the same words.
type Words struct {
	Areas  []string         // what fills which part of the plane
	Ninths [3][3]string     // what the network says in each ninth of the plane, from the top left
	Curves []string         // loss and accuracy, and how they went on
	Points []string         // which points are taken for what
	Layers []LayerWords     // what the hidden units respond to
	Tables []ParameterTable // the weights and biases of each layer
}

// LayerWords say what the units of a hidden layer respond to.
type LayerWords struct {
	Title string
	Units []string
	More  int // units of which nothing is said, as they are not drawn either
}

// A ParameterTable holds the weights and biases of a layer, a row for each unit.
type ParameterTable struct {
	Title   string
	Columns []string
	Rows    []ParameterRow
	Less    bool // some units or inputs are left out
}

// A ParameterRow holds the bias and the weights of a unit.
type ParameterRow struct {
	Unit   string
	Values []string
}

// planeWordsHint stands in the place of words that nobody asked for.
const planeWordsHint = "Press In words to hear what fills which part of it."

// NewWords describes a prepared state, whose points may have names in meta, and the history of its
// run. It calls yield, unless that is nil, now and then. It returns a *nn.FieldError if the state is
// out of range or does not fit, or the error of yield.
func NewWords(s nn.State, meta table.Meta, h nn.History, yield func() error) (*Words, error) {
	model, err := nn.NewModel(s)
	if err != nil {
		return nil, err
	}
	model.SetYield(yield)
	w := &Words{}
	xs, ys := Grid()
	outputs := make([]float64, model.Outputs()*len(xs))
	model.PredictTo(outputs, xs, ys)
	if s.Config.Task == nn.Regression {
		w.describeValues(outputs, meta.Transform.Label)
	} else {
		w.describeClasses(outputs, meta)
	}
	xs, ys = MapGrid()
	var units [][]float64
	for _, width := range s.Config.Sizes()[1:] {
		units = append(units, make([]float64, width*len(xs)))
	}
	model.UnitsTo(units, xs, ys)
	if err := model.Stopped(); err != nil {
		return nil, err
	}
	w.describeUnits(s, meta, units)
	w.describeWeights(s, meta)
	if len(s.Data) == 0 {
		w.Curves = []string{"There are no points, so there is no loss."}
		return w, nil
	}
	trainer, err := nn.NewTrainer(s)
	if err != nil {
		return nil, err
	}
	trainer.SetYield(yield)
	metrics := trainer.Metrics()
	h = h.Clone()
	h.Add(s.Network.Step, s.Network.Epoch, metrics)
	w.describeCurves(s, metrics, h)
	if s.Config.Task == nn.Classification {
		confusion := trainer.Confusion()
		w.describePoints("training", confusion.Train, meta)
		w.describePoints("held-out", confusion.Test, meta)
	}
	return w, trainer.Stopped()
}

// wholePercent writes a share without decimals; only nothing is 0 % and only all is 100 %.
func wholePercent(share float64) string {
	p := math.Round(100 * share)
	if share > 0 && p == 0 {
		return "less than 1 %"
	}
	if share < 1 {
		p = min(p, 99)
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + " %"
}

// decimals writes a value with two decimals.
func decimals(v float64) string {
	if v-v != 0 {
		return "not finite"
	}
	text := strconv.FormatFloat(v, 'f', 2, 64)
	if text == "-0.00" {
		text = "0.00"
	}
	return table.Readable(text)
}

// list joins words: a, b and c.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// describePoints says which points of a kind are taken for which class.
func (w *Words) describePoints(kind string, counts [][]int, meta table.Meta) {
	all := total(counts)
	if all == 0 {
		return
	}
	right := 0
	var wrong []string
	for k, row := range counts {
		for j, n := range row {
			switch {
			case j == k:
				right += n
			case n == 1:
				wrong = append(wrong, fmt.Sprintf("1 point of %s is taken for %s.", ClassName(meta, k), ClassName(meta, j)))
			case n > 1:
				wrong = append(wrong, fmt.Sprintf("%s points of %s are taken for %s.", grouped(n), ClassName(meta, k), ClassName(meta, j)))
			}
		}
	}
	if right == all {
		w.Points = append(w.Points, fmt.Sprintf("Of %s, all are right.", counted(all, kind+" point")))
		return
	}
	w.Points = append(w.Points, fmt.Sprintf("Of %s, %s are right.", counted(all, kind+" point"), grouped(right)))
	w.Points = append(w.Points, wrong...)
}

package views

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// A parameter is a weight or bias in the inspector.
type parameter struct {
	Path  string // such as weights.0.3.1
	Label string
	Value string
}

// An Inspection is a unit with its bias and the weights of its inputs.
type Inspection struct {
	Title      string
	Remove     string // the act that removes the unit, or "" where it cannot be removed
	Parameters []parameter
}

// Inspect returns unit u of weight layer l of a prepared state. Both count from 0.
func Inspect(s nn.State, meta table.Meta, l, u int) Inspection {
	name := unitName(s.Config, meta, l+1, u)
	v := Inspection{Title: upperFirst(name)}
	if l < len(s.Config.HiddenLayers) && s.Config.HiddenLayers[l] > 1 {
		v.Remove = fmt.Sprintf("remove-neuron %d.%d", l, u)
	}
	v.Parameters = append(v.Parameters, parameter{fmt.Sprintf("biases.%d.%d", l, u), "Bias", weightText(s.Network.Biases[l][u])})
	for i, w := range s.Network.Weights[l][u] {
		v.Parameters = append(v.Parameters, parameter{fmt.Sprintf("weights.%d.%d.%d", l, u, i), "From " + unitName(s.Config, meta, l, i), weightText(w)})
	}
	return v
}

// weightText writes a weight with four significant digits, in the same form as the script.
func weightText(v float64) string {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64) // cannot fail
	text, err := json.Marshal(v + 0)                                  // as JavaScript does; + 0 turns −0 into 0
	if err != nil {
		return "not finite"
	}
	return string(text)
}

func weightPath(layer, out, in int) string {
	return "weights." + strconv.Itoa(layer) + "." + strconv.Itoa(out) + "." + strconv.Itoa(in)
}

func edgeLabel(l Lab, e edge) string {
	return "Weight from " + unitName(l.State.Config, l.Meta, e.layer, e.in) + " to " + unitName(l.State.Config, l.Meta, e.layer+1, e.out)
}

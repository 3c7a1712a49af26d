package nn

import (
	"math"

	"github.com/nnvisu/nnvisu/nn/detmath"
	"github.com/nnvisu/nnvisu/nn/kernel"
)

// An ExplainedPoint is one point's way through the network and back, with the dropout of the update.
// Its loss counts in full here, and not by its share of the mean.
type ExplainedPoint struct {
	Index  int              `json:"index"`  // in State.Data
	Label  float64          `json:"label"`  // the class or the target
	Inputs []float64        `json:"inputs"` // the features, D
	Layers []ExplainedLayer `json:"layers"` // the output last
	Loss   ExplainedLoss    `json:"loss"`
	// Gradient is that of the loss of this point with respect to the parameter: the delta of the unit
	// that the parameter belongs to, times what the parameter is multiplied with.
	Gradient float64 `json:"gradient"`
}

// An ExplainedLayer is the units of a layer at one point.
type ExplainedLayer struct {
	Units []ExplainedUnit `json:"units"`
}

// An ExplainedUnit is one unit at one point. The sum begins with the bias, and weights times outputs
// of the layer below are added in order, product and sum rounded once.
type ExplainedUnit struct {
	Weights []float64 `json:"weights"`
	Bias    float64   `json:"bias"`
	Sum     float64   `json:"sum"`
	// Of hidden units: f(sum), f'(sum), and what dropout multiplies both with, 1 without it.
	Activation *float64 `json:"activation,omitzero"`
	Slope      *float64 `json:"slope,omitzero"`
	Mask       *float64 `json:"mask,omitzero"`
	// Output is what the next layer gets: activation·mask, or of an output the sum.
	Output float64 `json:"output"`
	// Back is the gradient of the loss with respect to the output of a hidden unit: the sum of weights
	// times deltas of the layer above, in order.
	Back *float64 `json:"back,omitzero"`
	// Delta is the gradient of the loss with respect to the sum: (slope·mask)·back, or of an output
	// what the loss says.
	Delta float64 `json:"delta"`
}

// An ExplainedLoss is the loss of one point. For a classifier it is ln(total) - (own - largest), where
// own is the sum of the output of the point's class, and the delta of an output is
// exponential/total - 1 or - 0. For a regression it is error²/2, and the delta is the error.
type ExplainedLoss struct {
	Value float64 `json:"value"`
	// Of a classifier: the largest sum, e^(sum - largest) of each output, their total, and the
	// probabilities exponential/total.
	Largest       *float64  `json:"largest,omitzero"`
	Exponentials  []float64 `json:"exponentials,omitzero"`
	Total         *float64  `json:"total,omitzero"`
	Probabilities []float64 `json:"probabilities,omitzero"`
	// Error is the output of a regression minus the target.
	Error *float64 `json:"error,omitzero"`
}

// pass notes the way of the point.
func (e *explanation) pass() {
	t, i, j := e.t, e.column/blockWidth, e.column%blockWidth
	b := e.blockAt(e.column - j)
	p := newPass(&t.Model, b, j)
	if t.drops {
		t.pcg = e.masks[i]
		for l := range p.masks {
			width := t.layers[l].out * b.width
			t.drawDropout(t.dropout[:width], b)
			for u := range p.masks[l] {
				p.masks[l][u] = t.dropout[u*b.width+j]
			}
		}
	}
	p.forward()
	p.backward()
	e.Point = p.explained()
	e.Point.Index = e.Batch.Points[e.column]
	share := p.deltas[e.at.Layer][e.at.Out]
	if e.at.In >= 0 {
		share *= p.outputs[e.at.Layer][e.at.In]
	}
	e.Point.Gradient = told(share)
}

// A onePass is what the kernels compute of one point: the same operations in the same order. The lists
// of layers have a list of units each.
type onePass struct {
	m       *Model
	label   float64
	outputs [][]float64 // of every layer, the features first
	sums    [][]float64
	// Of hidden layers:
	activations, slopes, masks, backs [][]float64
	deltas                            [][]float64
	loss                              ExplainedLoss
}

func newPass(m *Model, b *block, j int) *onePass {
	p := &onePass{m: m, label: b.y[j]}
	inputs := make([]float64, m.sizes[0])
	for i := range inputs {
		inputs[i] = b.x[i*b.width+j]
	}
	p.outputs = append(p.outputs, inputs)
	for _, layer := range m.layers[:len(m.layers)-1] {
		mask := make([]float64, layer.out)
		for u := range mask {
			mask[u] = 1
		}
		p.masks = append(p.masks, mask)
	}
	return p
}

// forward is forwardTraining for the one point.
func (p *onePass) forward() {
	last := len(p.m.layers) - 1
	for l := range p.m.layers {
		layer := &p.m.layers[l]
		size := padded(layer.out)
		z := make([]float64, size)
		for u := range layer.out {
			sum := layer.b[u]
			for i, w := range layer.w[u*layer.in : (u+1)*layer.in] {
				sum = math.FMA(w, p.outputs[l][i], sum)
			}
			z[u] = sum
		}
		p.sums = append(p.sums, z[:layer.out])
		if l == last {
			p.outputs = append(p.outputs, z[:layer.out])
			return
		}
		a, d, out := make([]float64, size), make([]float64, size), make([]float64, layer.out)
		p.m.forward(a, d, z)
		for u := range out {
			out[u] = a[u] * p.masks[l][u]
		}
		p.activations, p.slopes = append(p.activations, a[:layer.out]), append(p.slopes, d[:layer.out])
		p.outputs = append(p.outputs, out)
	}
}

// backward is addGradient for the one point.
func (p *onePass) backward() {
	last := len(p.m.layers) - 1
	p.deltas, p.backs = make([][]float64, last+1), make([][]float64, last)
	p.deltas[last] = p.lossGradient()
	for l := last; l > 0; l-- {
		layer := &p.m.layers[l]
		back, delta := make([]float64, layer.in), make([]float64, layer.in)
		for i := range back {
			for u, d := range p.deltas[l] {
				back[i] = math.FMA(layer.w[u*layer.in+i], d, back[i])
			}
			slope := p.slopes[l-1][i] * p.masks[l-1][i]
			delta[i] = slope * back[i]
		}
		p.backs[l-1], p.deltas[l-1] = back, delta
	}
}

// lossGradient notes the loss, and returns its gradient with respect to the outputs.
func (p *onePass) lossGradient() []float64 {
	out := p.outputs[len(p.outputs)-1]
	delta := make([]float64, len(out))
	if p.m.config.Task == Regression {
		err := out[0] - p.label
		delta[0] = err
		p.loss = ExplainedLoss{Value: told(kernel.HalfSquaredError(out[:1], []float64{p.label})), Error: tell(err)}
		return delta
	}
	largest := out[0]
	for _, z := range out[1:] {
		largest = max(largest, z)
	}
	total := 0.0
	exponentials := make([]float64, len(out))
	for k, z := range out {
		exponentials[k] = detmath.Exp(z - largest)
		total += exponentials[k]
	}
	gain := 1 / total
	p.loss = ExplainedLoss{
		Value:   told(detmath.Log(total) - (out[int(p.label)] - largest)),
		Largest: tell(largest), Exponentials: tellAll(exponentials), Total: tell(total),
	}
	for k, exponential := range exponentials {
		minus := 0.0
		if float64(k) == p.label {
			minus = -1
		}
		delta[k] = math.FMA(exponential, gain, minus)
		p.loss.Probabilities = append(p.loss.Probabilities, told(exponential/total))
	}
	return delta
}

func (p *onePass) explained() ExplainedPoint {
	e := ExplainedPoint{Label: p.label, Inputs: tellAll(p.outputs[0]), Loss: p.loss}
	for l, layer := range p.m.layers {
		units := make([]ExplainedUnit, layer.out)
		for u := range units {
			units[u] = ExplainedUnit{
				Weights: tellAll(layer.w[u*layer.in : (u+1)*layer.in]), Bias: told(layer.b[u]),
				Sum: told(p.sums[l][u]), Output: told(p.outputs[l+1][u]), Delta: told(p.deltas[l][u]),
			}
			if l < len(p.m.layers)-1 {
				units[u].Activation, units[u].Slope = tell(p.activations[l][u]), tell(p.slopes[l][u])
				units[u].Mask, units[u].Back = tell(p.masks[l][u]), tell(p.backs[l][u])
			}
		}
		e.Layers = append(e.Layers, ExplainedLayer{units})
	}
	return e
}

func tell(v float64) *float64 {
	v = told(v)
	return &v
}

func tellAll(list []float64) []float64 {
	own := make([]float64, len(list))
	for i, v := range list {
		own[i] = told(v)
	}
	return own
}

package nn

import (
	"math"
	"math/rand/v2"
)

// FirstOfBatch stands for a point in [Trainer.Explain]: the first one of the batch.
const FirstOfBatch = -1

// LargestShare stands for a point, too: the one of the batch with the largest share in the gradient of the
// parameter; of equals, the first.
const LargestShare = -2

// Steepest stands for a path in [Trainer.Explain]: the weight with the largest gradient, penalties left out;
// of equals, the first.
const Steepest = ""

// An Explanation says how the next update of a state changes one weight or bias, with every number as
// training computes it. A number that overflows is the largest one. It is what [Trainer.Explain]
// returns; its JSON is the wire contract.
type Explanation struct {
	// Step counts the updates before this one, like Network.Step.
	Step      int                `json:"step"`
	Parameter ExplainedParameter `json:"parameter"`
	Point     ExplainedPoint     `json:"point"`
	Batch     ExplainedBatch     `json:"batch"`
	Update    ExplainedUpdate    `json:"update"`
	Curve     LossCurve          `json:"curve"`
}

// An ExplainedParameter is a weight or bias before and after an update.
type ExplainedParameter struct {
	Path   string  `json:"path"`   // as ParseParameter reads it
	Before float64 `json:"before"` // in the network given
	// Gradient is what the optimizer gets: that of the mean loss over the batch, with the penalties.
	Gradient float64 `json:"gradient"`
	After    float64 `json:"after"` // in the network that Step returns, bit for bit
}

// An ExplainedBatch is what the points of an update say about one parameter.
type ExplainedBatch struct {
	Epoch  int   `json:"epoch"`  // passes completed before
	Points []int `json:"points"` // the batch in its order, as indices of State.Data
	// Scale is what the loss of one point counts in the mean: 1/n.
	Scale float64 `json:"scale"`
	// Deltas and Inputs are, for each point, the gradient of the mean loss with respect to the sum of
	// the unit that the parameter belongs to, and what the parameter is multiplied with: 1 for a bias.
	// The share of a point in the gradient is the product of the two.
	Deltas []float64 `json:"deltas"`
	Inputs []float64 `json:"inputs"`
	// Blocks say in which order the shares are added.
	Blocks []ExplainedBlock `json:"blocks"`
	// Gradient is that of the mean loss with respect to the parameter: the last total.
	Gradient float64 `json:"gradient"`
	// Numeric is the same, from the mean loss at before - h and at before + h: (right - left) / 2h.
	Numeric float64 `json:"numeric"`
	H       float64 `json:"h"`
	Left    float64 `json:"left"`
	Right   float64 `json:"right"`
}

// An ExplainedBlock is a run of up to 120 points of a batch. Share j of the block is added to lane j
// mod 8, product and sum rounded once. The lanes are added as ((0+4)+(1+5)) + ((2+6)+(3+7)).
type ExplainedBlock struct {
	Lanes []float64 `json:"lanes"` // eight
	Sum   float64   `json:"sum"`   // of the lanes
	Total float64   `json:"total"` // with the blocks before
}

// Explain explains the next update of the parameter at a path, and how the point with an index of
// State.Data, which must be in the batch of that update, takes part in it. The call does not change
// later updates. It takes about as long as an update, two dozen times Metrics and the pass of a
// point, and for [Steepest] one gradient more. It returns a *FieldError for parameter or point,
// whatever [Trainer.Step] returns, or the error of a yield.
func (t *Trainer) Explain(path string, point int) (Explanation, error) {
	if path == Steepest {
		steepest, err := t.steepest()
		if err != nil {
			return Explanation{}, err
		}
		path = steepest.String()
	}
	at, index, err := t.indexOf(path)
	if err != nil {
		return Explanation{}, err
	}
	if err := t.checkCounts(1); err != nil {
		return Explanation{}, err
	}
	from, to, batches := t.nextBatch()
	e := &explanation{t: t, at: at, index: index, from: from, shuffled: batches > 1}
	e.Step = t.step
	e.Parameter = ExplainedParameter{Path: at.String(), Before: told(t.theta[index])}
	e.Batch = ExplainedBatch{Epoch: t.epoch, Points: t.indices(from, to, batches > 1), Scale: 1 / float64(to-from)}
	if e.column, err = columnOf(e.Batch.Points, point); err != nil {
		return Explanation{}, err
	}
	t.acquire()
	defer t.release()
	e.gradient()
	if err := t.Stopped(); err != nil {
		return Explanation{}, err
	}
	if point == LargestShare {
		e.column = e.Batch.largestShare()
	}
	e.pass()
	e.update(t.grad[index])
	t.save()
	if err := t.apply(to == t.train.n); err != nil {
		return Explanation{}, err
	}
	e.Parameter.Gradient, e.Parameter.After = told(t.grad[index]), told(t.theta[index])
	e.curve()
	t.restore()
	e.numeric()
	return e.Explanation, t.Stopped()
}

// Explain is [Trainer.Explain] for a state.
func Explain(s State, path string, point int) (Explanation, error) {
	t, err := NewTrainer(s)
	if err != nil {
		return Explanation{}, err
	}
	return t.Explain(path, point)
}

// steepest returns the weight that the next update has the largest gradient of. An error is that of a
// yield.
func (t *Trainer) steepest() (at ParameterPlace, err error) {
	t.acquire()
	defer t.release()
	from, to, batches := t.nextBatch()
	t.gradient(from, to, batches > 1)
	largest := -1.0
	i := 0
	for l, layer := range t.layers {
		for out := range layer.out {
			for in := range layer.in {
				if size := math.Abs(t.grad[i]); size > largest {
					at, largest = ParameterPlace{l, out, in}, size
				}
				i++
			}
		}
	}
	return at, t.Stopped()
}

// An explanation is one that is being made.
type explanation struct {
	Explanation
	t        *Trainer
	at       ParameterPlace
	index    int // of the parameter in theta
	from     int // where the batch begins in the order of the epoch
	shuffled bool
	column   int        // of the point in the batch
	masks    []rand.PCG // from which the masks of each block are drawn
}

// blocks calls f with each block of the batch. It ends early if a yield returns an error. The masks of
// dropout are those of the update.
func (e *explanation) blocks(f func(b *block)) {
	t := e.t
	if t.drops {
		seedRandom(&t.pcg, t.config.Seed, drawDropout, t.step, 0)
	}
	for first := 0; first < len(e.Batch.Points) && t.proceed(t.updateTime); first += blockWidth {
		f(e.blockAt(first))
	}
}

// blockAt returns the block whose first point stands at a place of the batch.
func (e *explanation) blockAt(first int) *block {
	if !e.shuffled {
		return &e.t.train.blocks[first/blockWidth]
	}
	e.t.gather(e.from+first, min(blockWidth, len(e.Batch.Points)-first))
	return &e.t.batch
}

// gradient sets the gradient of the trainer to that of the batch, and notes what makes the one of the
// parameter.
func (e *explanation) gradient() {
	t := e.t
	clear(t.grad)
	total := 0.0
	e.blocks(func(b *block) {
		e.masks = append(e.masks, t.pcg)
		out := t.forwardTraining(b)
		t.addGradient(b, out, e.Batch.Scale)
		deltas, inputs := t.rowsOf(e.at, b, out)
		block := sumOf(deltas, inputs, &total)
		e.Batch.Blocks = append(e.Batch.Blocks, block)
		for j := range b.n {
			input := 1.0
			if inputs != nil {
				input = inputs[j]
			}
			e.Batch.Deltas = append(e.Batch.Deltas, told(deltas[j]))
			e.Batch.Inputs = append(e.Batch.Inputs, told(input))
		}
	})
	e.Batch.Gradient = told(total)
}

// largestShare returns where in the batch the point with the largest share stands.
func (b *ExplainedBatch) largestShare() int {
	most := 0
	share := func(j int) float64 { return math.Abs(b.Deltas[j] * b.Inputs[j]) }
	for j := range b.Deltas {
		if share(j) > share(most) {
			most = j
		}
	}
	return most
}

// rowsOf returns, after the backward pass of a block, the gradients with respect to the sum of the
// unit of a parameter, and what the parameter is multiplied with; nil for a bias.
func (t *Trainer) rowsOf(at ParameterPlace, b *block, out []float64) (deltas, inputs []float64) {
	row := func(m []float64, i int) []float64 { return m[i*b.width : (i+1)*b.width] }
	if at.Layer == len(t.layers)-1 {
		deltas = row(out, at.Out)
	} else {
		deltas = row(t.layers[at.Layer].d, at.Out)
	}
	switch {
	case at.In < 0:
	case at.Layer == 0:
		inputs = row(b.x, at.In)
	default:
		inputs = row(t.layers[at.Layer-1].a, at.In)
	}
	return deltas, inputs
}

// sumOf adds the shares of a block in the order of kernel.DenseGradient.
func sumOf(deltas, inputs []float64, total *float64) ExplainedBlock {
	var s [8]float64
	for j, delta := range deltas {
		if inputs == nil {
			s[j%8] += delta
		} else {
			s[j%8] = math.FMA(delta, inputs[j], s[j%8])
		}
	}
	sum := ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]))
	*total += sum
	b := ExplainedBlock{Sum: told(sum), Total: told(*total)}
	for _, v := range s {
		b.Lanes = append(b.Lanes, told(v))
	}
	return b
}

// told returns a number as an explanation has it: JSON has no infinite ones, and JavaScript no
// negative zero.
func told(v float64) float64 {
	switch {
	case math.IsNaN(v):
		return math.MaxFloat64
	case math.IsInf(v, 0):
		return math.Copysign(math.MaxFloat64, v)
	}
	return v + 0
}

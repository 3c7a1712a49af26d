package nn

import (
	"math"
	"math/rand/v2"
	"slices"

	"nnvisu/nn/kernel"
)

// A Trainer makes optimizer updates, one after the other, on a state that it
// copied. It allocates nothing between updates. A Trainer is for one goroutine.
type Trainer struct {
	Model
	rule          *optimizerRule
	grad          []float64 // in the layout of theta, like the next three
	first, second []float64 // the moments that the rule keeps, or nil
	updates       int
	step, epoch   int
	good          snapshot // the state before the last update
	train, test   samples
	order         []int // the order of the training points in this epoch
	orderEpoch    int   // the epoch that order is of; -1 before the first
	pcg           rand.PCG
	drops         bool // whether an update leaves out units
	// Within enter and leave only:
	dropout []float64 // one number a unit and sample: 0 or 1/(1-p)
	batch   block     // of shuffled points
	room    []float64 // for the cross-entropy
}

// enter takes a workspace for the trainer, to be given back with leave.
func (t *Trainer) enter() *workspace {
	widest := slices.Max(t.sizes)
	w := t.Model.enter((widest + 3) * blockWidth)
	t.dropout, t.room = w.cut(widest*blockWidth), w.cut(2*blockWidth)
	t.batch = block{x: t.input, y: w.cut(blockWidth)}
	return w
}

func (t *Trainer) leave(w *workspace) {
	t.dropout, t.room, t.batch = nil, nil, block{}
	t.Model.leave(w)
}

// samples are points as the kernels read them, in blocks of blockWidth but for
// the last.
type samples struct {
	n      int
	blocks []block
}

// A block is some samples, filled up with copies of the last.
type block struct {
	n, width int       // how many, and how many with the copies
	x        []float64 // D×width features
	y        []float64 // width class numbers or regression targets
}

// snapshot is what one update changes.
type snapshot struct {
	theta, first, second []float64
	updates, step, epoch int
}

// NewTrainer returns a Trainer that goes on from s. It returns a *FieldError
// if the state is out of range, does not fit or has no training point.
func NewTrainer(s State) (*Trainer, error) {
	s, err := s.Prepare()
	if err != nil {
		return nil, err
	}
	if len(s.Data) == 0 {
		return nil, fieldError("data", "must have at least one training point")
	}
	t := &Trainer{Model: *newModel(s.Config), rule: optimizerTable.rule(s.Config.Optimizer), orderEpoch: -1}
	t.flatten(t.theta, s.Network.Parameters)
	t.step, t.epoch, t.updates = s.Network.Step, s.Network.Epoch, s.Network.Optimizer.Updates
	t.first = t.moment(t.rule.first, s.Network.Optimizer.First)
	t.second = t.moment(t.rule.second, s.Network.Optimizer.Second)
	t.grad = make([]float64, len(t.theta))
	t.good = snapshot{
		theta:  make([]float64, len(t.theta)),
		first:  make([]float64, len(t.first)),
		second: make([]float64, len(t.second)),
	}
	t.trains, t.drops = true, s.Config.Dropout > 0
	held := Split(len(s.Data), s.Config.TestFraction, s.Config.Seed)
	n := HeldOut(len(s.Data), s.Config.TestFraction)
	t.train = t.sample(s.Data, held, false, len(s.Data)-n)
	t.test = t.sample(s.Data, held, true, n)
	t.order = make([]int, t.train.n)
	return t, nil
}

// moment returns the moments p in the layout of theta: zeros if p is nil, and
// nil if the rule does not keep them.
func (t *Trainer) moment(keeps bool, p *Parameters) []float64 {
	if !keeps {
		return nil
	}
	flat := make([]float64, len(t.theta))
	if p != nil {
		t.flatten(flat, *p)
	}
	return flat
}

// sample returns the n points that are held out, or those that are not.
func (t *Trainer) sample(points []Point, held []bool, want bool, n int) samples {
	s := samples{n: n, blocks: make([]block, 0, (n+blockWidth-1)/blockWidth)}
	d := t.sizes[0]
	floats := make([]float64, (d+1)*padded(n)) // blockWidth is padded itself
	var xs, ys [blockWidth]float64
	next := 0
	for left := n; left > 0; left -= blockWidth {
		b := block{n: min(blockWidth, left)}
		b.width = padded(b.n)
		b.x, b.y, floats = floats[:d*b.width], floats[d*b.width:(d+1)*b.width], floats[(d+1)*b.width:]
		for j := range b.n {
			for held[next] != want {
				next++
			}
			p := &points[next]
			xs[j], ys[j], b.y[j] = p.X, p.Y, p.Label
			next++
		}
		repeatLast(xs[:b.width], b.n)
		repeatLast(ys[:b.width], b.n)
		repeatLast(b.y, b.n)
		FeaturesTo(b.x, t.config.Features, xs[:b.width], ys[:b.width])
		s.blocks = append(s.blocks, b)
	}
	return s
}

// Step makes n optimizer updates. It returns a *DivergedError if a gradient, a
// weight or a moment stops being finite; the Trainer is then at the last
// finite state. That follows from this state alone, not from how the steps to it
// were split. It returns a *FieldError if the steps cannot be counted.
func (t *Trainer) Step(n int) error {
	if max(t.step, t.epoch, t.updates) > maxCount-n {
		return fieldError("network.step", "must be small enough to count %d more, up to 2^53-1; got %d", n, t.step)
	}
	defer t.leave(t.enter())
	for range n {
		if err := t.update(); err != nil {
			return err
		}
	}
	return nil
}

// weightBound is the largest size of a weight or bias after an update; a larger
// one counts as infinite. Long before a weight overflows the gradient does, and
// then no learning rate, however small, leads on from the last finite state.
const weightBound = 1e120

// update makes one optimizer update: the gradient of the mean loss over the
// batch that follows from step and epoch, the penalties, the optimizer's rule.
func (t *Trainer) update() error {
	size := t.config.BatchSize
	if size == 0 || size > t.train.n {
		size = t.train.n
	}
	batches := (t.train.n + size - 1) / size
	// The place in the epoch follows from the step, so it need not be part of
	// the state. When the batch size or the points change in mid-epoch, the
	// epoch goes on at that place of its new order.
	at := t.step % batches
	if batches > 1 && t.orderEpoch != t.epoch {
		seedRandom(&t.pcg, t.config.Seed, drawShuffle, t.epoch, 0)
		shuffle(&t.pcg, t.order)
		t.orderEpoch = t.epoch
	}
	from, to := at*size, min((at+1)*size, t.train.n)

	t.save()
	t.gradient(from, to, batches > 1)
	if !kernel.Finite(t.grad) {
		return t.diverged("gradient")
	}

	rate := t.config.LearningRateAt(t.step)
	w, l1, l2 := t.theta[:t.weights], t.config.L1, t.config.L2
	decay := 1.0
	if t.rule.decoupled {
		decay, l2 = 1-float64(rate*l2), 0
	}
	if l1 != 0 || l2 != 0 {
		kernel.AddPenalty(t.grad[:t.weights], w, l1, l2)
	}
	if decay != 1 {
		kernel.Scale(w, decay)
	}
	t.updates++
	t.rule.update(t.theta, t.grad, t.first, t.second, rate, t.updates)
	t.step++
	if at == batches-1 {
		t.epoch++
	}
	switch {
	case !kernel.Within(t.theta, weightBound):
		return t.diverged("weights")
	case !kernel.Finite(t.first) || !kernel.Finite(t.second):
		return t.diverged("optimizer moments")
	}
	return nil
}

// gradient sets grad to the gradient of the mean loss over the training points
// from…to of the epoch's order if shuffled, else over all of them.
func (t *Trainer) gradient(from, to int, shuffled bool) {
	clear(t.grad)
	if t.drops {
		seedRandom(&t.pcg, t.config.Seed, drawDropout, t.step, 0)
	}
	scale := 1 / float64(to-from)
	if !shuffled {
		for i := range t.train.blocks {
			t.addGradient(&t.train.blocks[i], scale)
		}
		return
	}
	for ; from < to; from += blockWidth {
		t.gather(from, min(blockWidth, to-from))
		t.addGradient(&t.batch, scale)
	}
}

// addGradient adds to grad the gradient of the sum of a block's losses times scale.
func (t *Trainer) addGradient(b *block, scale float64) {
	out := t.forwardTraining(b)
	if t.config.Task == Regression {
		kernel.SquaredErrorGradient(out, b.y, scale)
	} else {
		kernel.SoftmaxGradient(out, b.y, scale, t.Outputs(), b.width)
	}
	if b.n < b.width { // the copies do not count
		for k := range t.Outputs() {
			clear(out[k*b.width+b.n : (k+1)*b.width])
		}
	}
	t.backward(b, out)
}

// GradientNorms returns for each layer the Euclidean norm of the gradient, with
// respect to its weights and biases together, of the mean loss over all training
// points: dropout off, no penalty. One that is too large to compute is
// math.MaxFloat64. What the Trainer does next is not changed by it.
func (t *Trainer) GradientNorms() []float64 {
	defer t.leave(t.enter())
	drops := t.drops
	t.drops = false
	t.gradient(0, t.train.n, false)
	t.drops = drops
	norms := make([]float64, len(t.layers))
	for l := range norms {
		norms[l] = clamped(norm(t.views(t.grad, l)))
	}
	return norms
}

// norm returns the Euclidean norm of two vectors as one. The numbers are scaled
// by the largest, so that no square overflows.
func norm(a, b []float64) float64 {
	largest := 0.0
	for _, v := range [...][]float64{a, b} {
		for _, x := range v {
			largest = max(largest, math.Abs(x)) // NaN stays
		}
	}
	if largest == 0 {
		return 0
	}
	sum := 0.0
	for _, v := range [...][]float64{a, b} {
		for _, x := range v {
			x /= largest
			sum += float64(x * x)
		}
	}
	return largest * math.Sqrt(sum)
}

// gather copies n training points, from an index of the epoch's order on, into
// the batch.
func (t *Trainer) gather(from, n int) {
	b := &t.batch
	b.n, b.width = n, padded(n)
	order := t.order[from : from+n]
	for i := range t.sizes[0] {
		row := b.x[i*b.width : (i+1)*b.width]
		for j, p := range order {
			of := &t.train.blocks[p/blockWidth]
			row[j] = of.x[i*of.width+p%blockWidth]
		}
		repeatLast(row, n)
	}
	b.y = b.y[:b.width]
	for j, p := range order {
		b.y[j] = t.train.blocks[p/blockWidth].y[p%blockWidth]
	}
	repeatLast(b.y, n)
}

// forwardTraining is run with dropout, keeping what backward needs.
func (t *Trainer) forwardTraining(b *block) []float64 {
	a := b.x
	last := len(t.layers) - 1
	for l := range t.layers {
		layer := &t.layers[l]
		z := layer.a[:layer.out*b.width]
		kernel.DenseForward(z, layer.w, layer.b, a, layer.in, layer.out, b.width)
		if l < last {
			d := layer.d[:layer.out*b.width]
			t.forward(z, d, z)
			if t.drops {
				mask := t.dropout[:layer.out*b.width]
				t.drawDropout(mask, b)
				kernel.Mul(z, mask)
				kernel.Mul(d, mask)
			}
		}
		a = z
	}
	return a
}

// drawDropout fills mask with 0, at the probability of the config, and 1/(1-p)
// (inverted dropout: Srivastava et al. 2014, section 10).
func (t *Trainer) drawDropout(mask []float64, b *block) {
	keep := 1 / (1 - t.config.Dropout)
	for ; len(mask) > 0; mask = mask[b.width:] {
		row := mask[:b.width]
		for j := range b.n {
			row[j] = keep
			if uniform(&t.pcg) < t.config.Dropout {
				row[j] = 0
			}
		}
		repeatLast(row, b.n)
	}
}

// backward adds the gradient of a block to grad, from dz, that with respect to the
// outputs. In place of each layer's derivatives it leaves the gradient with
// respect to the sums that they were taken at.
func (t *Trainer) backward(b *block, dz []float64) {
	for l := len(t.layers) - 1; l >= 0; l-- {
		layer := &t.layers[l]
		dw, db := t.views(t.grad, l)
		if l == 0 {
			kernel.DenseGradient(dw, db, dz, b.x, layer.in, layer.out, b.width)
			return
		}
		below := &t.layers[l-1]
		kernel.DenseGradient(dw, db, dz, below.a, layer.in, layer.out, b.width)
		d := below.d[:layer.in*b.width]
		kernel.DenseBackward(d, layer.w, dz, layer.in, layer.out, b.width)
		dz = d
	}
}

func (t *Trainer) save() {
	copy(t.good.theta, t.theta)
	copy(t.good.first, t.first)
	copy(t.good.second, t.second)
	t.good.updates, t.good.step, t.good.epoch = t.updates, t.step, t.epoch
}

// diverged takes back the update and returns the error that says so.
func (t *Trainer) diverged(what string) error {
	copy(t.theta, t.good.theta)
	copy(t.first, t.good.first)
	copy(t.second, t.good.second)
	t.updates, t.step, t.epoch = t.good.updates, t.good.step, t.good.epoch
	return &DivergedError{Step: t.step + 1, What: what, Network: t.Network()}
}

// Network returns a copy of the network as it is now.
func (t *Trainer) Network() Network {
	n := Network{Parameters: t.nested(t.theta), Step: t.step, Epoch: t.epoch}
	if t.first == nil && t.second == nil {
		return n
	}
	n.Optimizer = Moments{Optimizer: t.config.Optimizer, Updates: t.updates}
	if t.first != nil {
		p := t.nested(t.first)
		n.Optimizer.First = &p
	}
	if t.second != nil {
		p := t.nested(t.second)
		n.Optimizer.Second = &p
	}
	return n
}

// Step makes n optimizer updates from s and returns the network they lead to
// with its metrics. It returns a *FieldError or a *DivergedError.
func Step(s State, n int) (Result, error) {
	t, err := NewTrainer(s)
	if err != nil {
		return Result{}, err
	}
	if err := t.Step(n); err != nil {
		return Result{}, err
	}
	return t.Result(), nil
}

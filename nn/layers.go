package nn

import "math"

// A LayerState says how a layer learns at one moment. It is a function of the state alone.
type LayerState struct {
	// Gradient is the Euclidean norm of the gradient of the mean loss over all training points,
	// with respect to the weights and biases of the layer. Dropout is off and the penalties are
	// left out. A norm that overflows is math.MaxFloat64.
	Gradient float64
	// Update is how far the next update moves the weights and biases of the layer, as a share of
	// their Euclidean norm; all that makes an update is in it, such as the batch, dropout, momentum
	// and the penalties. NotMeasured where all weights and biases are 0, and where the run diverges
	// at that update.
	Update float64
	// Idle counts the units of a hidden layer that hardly learn. The output has none.
	Idle Idle
}

// Layers measures every layer, the output last. It takes about as long as an update over all
// training points, and as long as two where the batch is smaller or dropout is on. The call does
// not change later updates.
func (t *Trainer) Layers() []LayerState {
	t.acquire()
	defer t.release()
	drops := t.drops
	defer func() { t.drops = drops }()
	t.drops = false
	layers := make([]LayerState, len(t.layers))
	idle := t.newIdleCount()
	clear(t.grad)
	for i := range t.train.blocks {
		if !t.proceed(t.updateTime) {
			return layers
		}
		b := &t.train.blocks[i]
		out := t.forwardTraining(b)
		idle.add(t, b) // backward overwrites the slopes
		t.addGradient(b, out, 1/float64(t.train.n))
	}
	for l := range layers {
		layers[l].Gradient = clamped(norm(t.views(t.grad, l)))
		layers[l].Update = NotMeasured
	}
	for l, counts := range idle.counts(t.train.n) {
		layers[l].Idle = counts
	}
	t.drops = drops
	if t.tryUpdate() != nil {
		return layers
	}
	for i, before := range t.good.theta {
		t.grad[i] = t.theta[i] - before
	}
	t.restore()
	for l := range layers {
		if size := norm(t.views(t.theta, l)); size > 0 {
			layers[l].Update = clamped(norm(t.views(t.grad, l)) / size)
		}
	}
	return layers
}

// tryUpdate makes the next update; restore undoes it. The gradient over all training points,
// without dropout, stands in grad: where the update takes that one, it is not computed again.
func (t *Trainer) tryUpdate() error {
	if _, _, batches := t.batchBounds(); batches > 1 || t.drops {
		return t.update()
	}
	t.save()
	return t.apply(true)
}

// norm returns the Euclidean norm of the concatenation of two vectors. It scales the numbers by the
// largest, so that no square overflows.
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

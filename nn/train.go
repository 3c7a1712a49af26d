package nn

import (
	"math/rand/v2"

	"github.com/nnvisu/nnvisu/nn/kernel"
)

// A Trainer makes optimizer updates on its own copy of a state. An update allocates nothing. Only
// one goroutine may use a Trainer at a time.
type Trainer struct {
	Model
	rule          *optimizerRule
	schedule      *scheduleRule
	grad          []float64 // in the layout of theta, like the next three
	first, second []float64 // the moments that the rule keeps, or nil
	updates       int
	step, epoch   int
	good          snapshot // the state before the last update
	train, test   samples
	order         []int // the order of the training points in this epoch
	orderEpoch    int   // the epoch of order; -1 before the first
	pcg           rand.PCG
	drops         bool // whether an update applies dropout
}

// snapshot is what one update changes.
type snapshot struct {
	theta, first, second []float64
	updates, step, epoch int
}

// NewTrainer returns a Trainer that continues s. It returns a *FieldError if the state is out of
// range, does not fit or has no training point.
func NewTrainer(s State) (*Trainer, error) {
	s, err := s.Prepare()
	if err != nil {
		return nil, err
	}
	if len(s.Data) == 0 {
		return nil, fieldError("data", "must have at least one training point")
	}
	t := &Trainer{
		Model:      *newModel(s.Config),
		rule:       optimizerTable.rule(s.Config.Optimizer),
		schedule:   scheduleTable.rule(s.Config.Schedule),
		orderEpoch: -1,
	}
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

// moment returns the moments p in the layout of theta: zeros if p is nil, and nil if the rule does
// not keep them.
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

// Step makes n optimizer updates. It returns a *DivergedError if a gradient, a weight or a moment
// stops being finite; the Trainer is then at the last finite state. Whether it does depends on the
// state alone, not on how the steps were split into calls. It returns a *FieldError if a count
// might exceed 2^53-1, and the error of a yield; see SetYield.
func (t *Trainer) Step(n int) error {
	if err := t.checkCounts(n); err != nil {
		return err
	}
	t.acquire()
	defer t.release()
	for range n {
		if err := t.update(); err != nil {
			return err
		}
	}
	return nil
}

// checkCounts returns an error if a count might exceed 2^53-1 within n updates.
func (t *Trainer) checkCounts(n int) error {
	for _, count := range [...]struct {
		field string
		value int
	}{{"step", t.step}, {"epoch", t.epoch}, {"optimizer.updates", t.updates}} {
		if count.value > MaxCount-n {
			return fieldError("network."+count.field,
				"must be small enough to count %d more, up to 2^53-1; got %d", n, count.value)
		}
	}
	return nil
}

// weightBound is the largest size of a weight or bias after an update; a larger one counts as
// infinite. The gradient overflows long before a weight does. Without this bound the last finite
// state could be one from which no learning rate, however small, leads on.
const weightBound = 1e120

// update makes one optimizer update: it takes the gradient of the mean loss over the batch, adds
// the penalties and applies the optimizer's rule. The batch follows from step and epoch.
func (t *Trainer) update() error {
	from, to, batches := t.nextBatch()
	t.save()
	t.gradient(from, to, batches > 1)
	if err := t.Stopped(); err != nil {
		return err
	}
	return t.apply(to == t.train.n)
}

// nextBatch is batchBounds, with the points in the order of this epoch.
func (t *Trainer) nextBatch() (from, to, batches int) {
	from, to, batches = t.batchBounds()
	if batches > 1 && t.orderEpoch != t.epoch {
		seedRandom(&t.pcg, t.config.Seed, drawShuffle, t.epoch, 0)
		shuffle(&t.pcg, t.order)
		t.orderEpoch = t.epoch
	}
	return from, to, batches
}

// batchBounds returns which points of the order of this epoch are the next batch, and the number of
// batches in an epoch.
func (t *Trainer) batchBounds() (from, to, batches int) {
	size := t.config.BatchSize
	if size == 0 || size > t.train.n {
		size = t.train.n
	}
	batches = (t.train.n + size - 1) / size
	// The place in the epoch follows from the step, so the state need not hold it. If the batch
	// size or the points change in mid-epoch, the epoch continues at the same place of its new
	// order.
	at := t.step % batches
	return at * size, min((at+1)*size, t.train.n), batches
}

// apply makes the update of the gradient that stands in grad; last says that it ends the epoch.
func (t *Trainer) apply(last bool) error {
	if !kernel.Finite(t.grad) {
		return t.diverged("gradient")
	}

	rate := t.schedule.rate(&t.config, t.step)
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
	if last {
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

func (t *Trainer) save() {
	copy(t.good.theta, t.theta)
	copy(t.good.first, t.first)
	copy(t.good.second, t.second)
	t.good.updates, t.good.step, t.good.epoch = t.updates, t.step, t.epoch
}

// restore undoes the last update.
func (t *Trainer) restore() {
	copy(t.theta, t.good.theta)
	copy(t.first, t.good.first)
	copy(t.second, t.good.second)
	t.updates, t.step, t.epoch = t.good.updates, t.good.step, t.good.epoch
}

// diverged undoes the update and returns the error.
func (t *Trainer) diverged(what string) error {
	t.restore()
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

// Step makes n optimizer updates from s and returns the network they lead to with its metrics. It
// returns a *FieldError or a *DivergedError.
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

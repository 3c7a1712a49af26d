package nn

import (
	"time"

	"github.com/nnvisu/nnvisu/nn/kernel"
)

// Work is how long training takes on one core.
type Work struct {
	Update     time.Duration // one optimizer update
	Evaluation time.Duration // the metrics of all points, once
}

// A price is what something takes, in nanoseconds of one core. TestWork compares the prices with
// what is measured.
type price struct {
	vector   float64 // between AVX-512 and AVX2, neither of which is as much as twice as far
	portable float64
}

// The prices that do not depend on a choice. Each activation and each optimizer has its own.
var (
	updatePrice   = price{30, 30}       // whatever the network
	layerPrice    = price{40, 46}       // a layer and block of samples
	weightPrice   = price{0.32, 0.32}   // a weight and block: a sum over the samples is folded
	multiplyPrice = price{0.018, 0.264} // a multiply-add
	elementPrice  = price{0.29, 2.2}    // an output of a unit: biases, slopes
	drawPrice     = price{2.7, 4.5}     // a random number of dropout
	surprisePrice = price{9.7, 3.2}     // one that decides against what the CPU expects
	softmaxPrice  = price{0.38, 7.1}    // an output of a classifier: its probability
	crossPrice    = price{5.8, 2.2}     // a sample's cross-entropy
	penaltyPrice  = price{0.6, 0.8}     // a weight under a penalty
	shufflePrice  = price{1.1, 1}       // a number of a sample that is fetched by a shuffled batch
)

// WorkOf returns how long training on n points takes with vector kernels. It is the same on every
// machine, so that it can decide what is allowed. The config must be valid and have its number of
// classes.
//
// A machine takes up to twice as long or half as long. Without vector kernels it takes up to twenty
// times as long, as WorkHere says. So does an activation of numbers so large that the vector
// kernels leave them to those in Go: sigmoid, silu, elu and softplus beyond ±700, sine beyond
// ±100,000.
func WorkOf(c Config, n int) Work { return workOf(&c, n, price.ofVector) }

// WorkHere is WorkOf with the kernels in use.
func WorkHere(c Config, n int) Work {
	if kernel.IsVector() {
		return WorkOf(c, n)
	}
	return workOf(&c, n, price.ofPortable)
}

// PassOf returns how long it takes to compute what a network says about n points, as [WorkOf] does.
func PassOf(c Config, n int) time.Duration {
	activation := activationTable.rule(c.Activation).price.ofVector()
	total := passPrice(&c, n, 1, activation, price.ofVector)
	for _, f := range c.Features {
		total += float64(n) * featureTable.rule(f).price
	}
	return time.Duration(total) + 1
}

func (p price) ofVector() float64   { return p.vector }
func (p price) ofPortable() float64 { return p.portable }

func workOf(c *Config, n int, of func(price) float64) Work {
	activation := of(activationTable.rule(c.Activation).price)
	held := HeldOut(n, c.TestFraction)
	trained := n - held
	batch := trained
	if c.BatchSize > 0 {
		batch = min(batch, c.BatchSize)
	}

	update := passPrice(c, batch, 3, activation, of)
	sizes, weights := c.Sizes(), 0
	for l, out := range sizes[1:] {
		weights += sizes[l] * out
	}
	parameters := padded(ParameterCount(*c))
	rule := optimizerTable.rule(c.Optimizer)
	update += of(updatePrice) + rule.once + float64(parameters)*of(rule.price)
	update += float64(weights*blocks(batch)) * of(weightPrice)
	update += float64(c.HiddenUnits()*batch) * dropoutPrice(c, of)
	if c.L1 != 0 || c.L2 != 0 {
		update += float64(weights) * of(penaltyPrice)
	}
	if batch < trained {
		update += float64((sizes[0]+2)*batch) * of(shufflePrice)
	}

	evaluation := of(updatePrice) +
		passPrice(c, trained, 1, activation, of) + passPrice(c, held, 1, activation, of)
	if c.Task == Classification {
		evaluation += float64(n) * of(crossPrice)
	}
	return Work{time.Duration(update) + 1, time.Duration(evaluation) + 1}
}

// dropoutPrice returns what dropout takes for a unit and sample.
func dropoutPrice(c *Config, of func(price) float64) float64 {
	if c.Dropout == 0 {
		return 0
	}
	rare := min(c.Dropout, 1-c.Dropout)
	return of(drawPrice) + rare*of(surprisePrice)
}

// blockTimes returns how many nanoseconds about it takes to pass a block of samples through the
// layers, forward and, in an update, forward and back.
func blockTimes(c *Config) (forward, update int) {
	of := price.ofPortable
	if kernel.IsVector() {
		of = price.ofVector
	}
	activation := of(activationTable.rule(c.Activation).price)
	there := passPrice(c, blockWidth, 1, activation, of)
	both := passPrice(c, blockWidth, 3, activation, of) + float64(c.HiddenUnits()*blockWidth)*dropoutPrice(c, of)
	return int(there), int(both)
}

// passPrice returns what it takes to pass n samples through the layers, with times multiply-adds
// for each weight: 1 forward, 3 forward and back. Nothing goes back to the inputs.
func passPrice(c *Config, n, times int, activation float64, of func(price) float64) float64 {
	width := float64(padded(n))
	sizes, last := c.Sizes(), len(c.HiddenLayers)
	total := float64((last+1)*blocks(n)) * of(layerPrice)
	for l, out := range sizes[1:] {
		each := times
		if l == 0 {
			each = min(times, 2)
		}
		element := of(elementPrice) * float64(times) / 3
		switch {
		case l < last:
			element += activation
		case c.Task == Classification:
			element += of(softmaxPrice)
		}
		total += width * float64(out) * (float64(each*sizes[l])*of(multiplyPrice) + element)
	}
	return total
}

// blocks returns in how many blocks n samples pass through the layers.
func blocks(n int) int { return (n + blockWidth - 1) / blockWidth }

package nn

import "nnvisu/nn/kernel"

// An Optimizer is the rule that turns gradients into updates. Formulas and
// constants are those of PyTorch; package kernel has them.
type Optimizer string

// The optimizers.
const (
	SGD      Optimizer = "sgd"
	Momentum Optimizer = "momentum" // 0.9
	Nesterov Optimizer = "nesterov" // 0.9
	RMSprop  Optimizer = "rmsprop"  // α 0.99, ε 1e-8
	Adagrad  Optimizer = "adagrad"  // ε 1e-10
	Adam     Optimizer = "adam"     // 0.9, 0.999, ε 1e-8
	AdamW    Optimizer = "adamw"    // as adam, with decoupled weight decay
)

// rule is what the trainer needs to know of an optimizer.
type rule struct {
	name          Optimizer
	first, second bool // which moments it keeps
	decoupled     bool // L2 is a decay of the weights, not a part of the gradient
	update        kernel.Update
}

var optimizerTable = []rule{
	{SGD, false, false, false, kernel.SGD},
	{Momentum, true, false, false, kernel.Momentum},
	{Nesterov, true, false, false, kernel.Nesterov},
	{RMSprop, false, true, false, kernel.RMSprop},
	{Adagrad, false, true, false, kernel.Adagrad},
	{Adam, true, true, false, kernel.Adam},
	{AdamW, true, true, true, kernel.Adam},
}

// Optimizers returns all optimizers in the order of the page.
func Optimizers() []Optimizer {
	names := make([]Optimizer, len(optimizerTable))
	for i, o := range optimizerTable {
		names[i] = o.name
	}
	return names
}

func ruleOf(o Optimizer) rule {
	for _, r := range optimizerTable {
		if r.name == o {
			return r
		}
	}
	panic("nn: unknown optimizer " + string(o))
}

package nn

import "github.com/nnvisu/nnvisu/nn/kernel"

// An Optimizer is the rule that turns gradients into updates. Formulas and constants are PyTorch's;
// see package kernel.
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

// optimizerRule is what training needs to know of an optimizer.
type optimizerRule struct {
	first, second bool // which moments it keeps
	decoupled     bool // L2 is a decay of the weights, not a part of the gradient
	update        kernel.Update
	price         price   // of a parameter
	once          float64 // what an update takes besides, whatever the network, in nanoseconds
}

// What Adam takes. Besides the parameters there are two powers for each update.
var adamPrice = price{1.43, 9.2}

const adamOnce = 105

var optimizerTable = choices[Optimizer, optimizerRule]{
	{SGD, "SGD", "", optimizerRule{update: kernel.SGD, price: price{0.61, 5.8}}},
	{Momentum, "Momentum", "0.9", optimizerRule{first: true, update: kernel.Momentum, price: price{0.91, 7}}},
	{Nesterov, "Nesterov", "0.9", optimizerRule{first: true, update: kernel.Nesterov, price: price{0.96, 7}}},
	{RMSprop, "RMSprop", "α 0.99, ε 1e-8", optimizerRule{second: true, update: kernel.RMSprop, price: price{1.27, 8.8}}},
	{Adagrad, "Adagrad", "ε 1e-10", optimizerRule{second: true, update: kernel.Adagrad, price: price{1.19, 8.3}}},
	{Adam, "Adam", "", optimizerRule{first: true, second: true, update: kernel.Adam, price: adamPrice, once: adamOnce}},
	{AdamW, "AdamW", "both β 0.9 and 0.999, ε 1e-8", optimizerRule{
		first: true, second: true, decoupled: true, update: kernel.Adam,
		price: adamPrice, once: adamOnce,
	}},
}

// Keeps reports which moments the optimizer keeps between updates.
func (o Optimizer) Keeps() (first, second bool) {
	rule := optimizerTable.rule(o)
	return rule.first, rule.second
}

// Optimizers returns all optimizers in the order of the page.
func Optimizers() []Optimizer { return optimizerTable.names() }

// Label returns what the page calls the optimizer.
func (o Optimizer) Label() string { return optimizerTable.label(o) }

// Note returns what the documents say of the optimizer behind its name, or "".
func (o Optimizer) Note() string { return optimizerTable.note(o) }

package nn

import "nnvisu/nn/kernel"

// An Activation is the non-linearity of the hidden layers.
type Activation string

// The activations. Package kernel has their formulas.
const (
	Tanh      Activation = "tanh"
	ReLU      Activation = "relu"
	LeakyReLU Activation = "leaky_relu" // slope 0.01 below 0
	Sigmoid   Activation = "sigmoid"
	GELU      Activation = "gelu" // exact, by the error function
	SiLU      Activation = "silu"
	ELU       Activation = "elu" // α 1
	Softplus  Activation = "softplus"
	Sin       Activation = "sin"
	Linear    Activation = "linear"
)

var activationTable = []struct {
	name Activation
	// reluFamily says that the activation passes one side and silences the
	// other, for which He's initialisation is made.
	reluFamily bool
	forward    kernel.Activation
}{
	{Tanh, false, kernel.Tanh},
	{ReLU, true, kernel.ReLU},
	{LeakyReLU, true, kernel.LeakyReLU},
	{Sigmoid, false, kernel.Sigmoid},
	{GELU, true, kernel.GELU},
	{SiLU, true, kernel.SiLU},
	{ELU, true, kernel.ELU},
	{Softplus, true, kernel.Softplus},
	{Sin, false, kernel.Sin},
	{Linear, false, kernel.Linear},
}

// Activations returns all activations in the order of the page.
func Activations() []Activation {
	names := make([]Activation, len(activationTable))
	for i, a := range activationTable {
		names[i] = a.name
	}
	return names
}

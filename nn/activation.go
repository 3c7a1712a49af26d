package nn

import "github.com/nnvisu/nnvisu/nn/kernel"

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

// activationRule is what training needs to know of an activation.
type activationRule struct {
	forward kernel.Activation
	// init is what InitAuto stands for. It is InitHe for the rectifiers, which pass one side and
	// silence the other: He's derivation is for them.
	init Init
	// price is what a sample takes in a hidden unit, with its slope.
	price price
	// steepest is about the largest slope.
	steepest float64
}

// activationTable has a row for each activation. Package export has another with its source code.
var activationTable = choices[Activation, activationRule]{
	{Tanh, "Tanh", "", activationRule{kernel.Tanh, InitXavier, price{0.43, 7.1}, 1}},
	{ReLU, "ReLU", "", activationRule{kernel.ReLU, InitHe, price{0.05, 1}, 1}},
	{LeakyReLU, "Leaky ReLU", "slope 0.01", activationRule{kernel.LeakyReLU, InitHe, price{0.05, 1}, 1}},
	{Sigmoid, "Sigmoid", "", activationRule{kernel.Sigmoid, InitXavier, price{0.5, 5.7}, 0.25}},
	{GELU, "GELU", "exact", activationRule{kernel.GELU, InitHe, price{2.4, 23}, 1}},
	{SiLU, "SiLU", "", activationRule{kernel.SiLU, InitHe, price{0.58, 6.8}, 1}},
	{ELU, "ELU", "α 1", activationRule{kernel.ELU, InitHe, price{0.51, 4.3}, 1}},
	{Softplus, "Softplus", "", activationRule{kernel.Softplus, InitHe, price{2.8, 24}, 1}},
	{Sin, "Sine", "", activationRule{kernel.Sin, InitXavier, price{0.89, 12.8}, 1}},
	{Linear, "Linear", "", activationRule{kernel.Linear, InitXavier, price{0.05, 0.3}, 1}},
}

// Activations returns all activations in the order of the page.
func Activations() []Activation { return activationTable.names() }

// Label returns what the page calls the activation.
func (a Activation) Label() string { return activationTable.label(a) }

// Note returns what the documents say of the activation behind its name, or "".
func (a Activation) Note() string { return activationTable.note(a) }

// Init returns the initialisation that InitAuto stands for with this activation.
func (a Activation) Init() Init { return activationTable.rule(a).init }

// steepest returns about the largest slope of the activation.
func (a Activation) steepest() float64 { return activationTable.rule(a).steepest }

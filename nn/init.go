package nn

import (
	"math"
	"math/rand/v2"
	"strings"
)

// An Init is a distribution of the first weights. Biases always start at 0.
type Init string

// The initialisations, for a layer with in inputs and out outputs.
const (
	// InitAuto is the initialisation that suits the activation, InitXavier or InitHe: see
	// Activation.Init.
	InitAuto Init = "auto"
	// InitXavier is uniform within ±√(6/(in+out)): Glorot & Bengio 2010, "Understanding the
	// difficulty of training deep feedforward neural networks", equation 16.
	InitXavier Init = "xavier"
	// InitHe is normal with standard deviation √(2/in): He et al. 2015, "Delving deep into
	// rectifiers", equation 10.
	InitHe Init = "he"
	// InitNormal is normal with standard deviation 0.5.
	InitNormal Init = "normal"
	// InitZero is all zeros: nothing breaks the symmetry of the units.
	InitZero Init = "zero"
)

const normalInitSigma = 0.5

// initRule returns the function that draws one weight after the other for a layer.
type initRule func(in, out int) func(pcg *rand.PCG) float64

var initTable = choices[Init, initRule]{
	{InitAuto, "Automatic", autoNote(), nil}, // stands for another
	{InitXavier, "Xavier", "uniform", func(in, out int) func(*rand.PCG) float64 {
		bound := math.Sqrt(6 / float64(in+out))
		return func(pcg *rand.PCG) float64 { return bound * (float64(2*uniform(pcg)) - 1) }
	}},
	{InitHe, "He", "normal", func(in, _ int) func(*rand.PCG) float64 {
		sigma := math.Sqrt(2 / float64(in))
		return func(pcg *rand.PCG) float64 { return sigma * normal(pcg) }
	}},
	{InitNormal, "Normal (σ 0.5)", "σ 0.5", func(int, int) func(*rand.PCG) float64 {
		return func(pcg *rand.PCG) float64 { return normalInitSigma * normal(pcg) }
	}},
	{InitZero, "Zero", "", func(int, int) func(*rand.PCG) float64 {
		return func(*rand.PCG) float64 { return 0 }
	}},
}

// autoNote says which activations InitAuto takes InitHe for.
func autoNote() string {
	var he []string
	for _, a := range activationTable {
		if a.rule.init == InitHe {
			he = append(he, string(a.name))
		}
	}
	last := len(he) - 1
	return "He for " + strings.Join(he[:last], ", ") + " and " + he[last] + ", else Xavier"
}

// Inits returns all initialisations in the order of the page.
func Inits() []Init { return initTable.names() }

// Label returns what the page calls the initialisation.
func (i Init) Label() string { return initTable.label(i) }

// Note returns what the documents say of the initialisation behind its name, or "".
func (i Init) Note() string { return initTable.note(i) }

// drawWeights fills w, the weights of one layer, from the stream of random numbers.
func drawWeights(w []float64, c Config, in, out int, pcg *rand.PCG) {
	name := c.Init
	if name == InitAuto {
		name = c.Activation.Init()
	}
	draw := (*initTable.rule(name))(in, out)
	for i := range w {
		w[i] = draw(pcg)
	}
}

package nn

import (
	"math"
	"math/rand/v2"
)

// An Init is a distribution of the first weights. Biases always start at 0.
type Init string

// The initialisations, for a layer with in inputs and out outputs.
const (
	// InitAuto is InitHe for the relu family (relu, leaky_relu, elu, gelu,
	// silu, softplus) and InitXavier otherwise.
	InitAuto Init = "auto"
	// InitXavier is uniform within ±√(6/(in+out)): Glorot & Bengio 2010,
	// "Understanding the difficulty of training deep feedforward neural
	// networks", equation 16.
	InitXavier Init = "xavier"
	// InitHe is normal with standard deviation √(2/in): He et al. 2015,
	// "Delving deep into rectifiers", equation 10.
	InitHe Init = "he"
	// InitNormal is normal with standard deviation 0.5.
	InitNormal Init = "normal"
	// InitZero is all zeros: nothing breaks the symmetry of the units.
	InitZero Init = "zero"
)

// Inits returns all initialisations in the order of the page.
func Inits() []Init { return []Init{InitAuto, InitXavier, InitHe, InitNormal, InitZero} }

const normalInitSigma = 0.5

// drawWeights fills w, the weights of one layer, from the stream of random numbers.
func drawWeights(w []float64, c Config, in, out int, pcg *rand.PCG) {
	kind := c.Init
	if kind == InitAuto {
		kind = InitXavier
		for _, a := range activationTable {
			if a.name == c.Activation && a.reluFamily {
				kind = InitHe
			}
		}
	}
	draw := func() float64 { return 0 }
	switch kind {
	case InitXavier:
		bound := math.Sqrt(6 / float64(in+out))
		draw = func() float64 { return bound * (float64(2*uniform(pcg)) - 1) }
	case InitHe:
		sigma := math.Sqrt(2 / float64(in))
		draw = func() float64 { return sigma * normal(pcg) }
	case InitNormal:
		draw = func() float64 { return normalInitSigma * normal(pcg) }
	}
	for i := range w {
		w[i] = draw()
	}
}

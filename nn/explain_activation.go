package nn

// Formulas returns, for a unit with the sum z, how its activation f and the slope follow: formulas as in
// an ExplainedLine, of z and of f itself. Besides, there are tanh, exp, ln, cos, max, cdf for the standard
// normal distribution function, and sigmoid.
func (a Activation) Formulas(z float64) (f, slope string) {
	formulas := activationFormulas[a]
	if z > 0 && formulas.above[0] != "" {
		return formulas.above[0], formulas.above[1]
	}
	return formulas.all[0], formulas.all[1]
}

// activationFormulas write the activations of package kernel, each with its slope. Some have others
// above 0.
var activationFormulas = map[Activation]struct{ all, above [2]string }{
	Tanh:      {all: [2]string{"tanh(z)", "1 - f * f"}},
	ReLU:      {all: [2]string{"max(z, 0)", "0"}, above: [2]string{"max(z, 0)", "1"}},
	LeakyReLU: {all: [2]string{"0.01 * z", "0.01"}, above: [2]string{"z", "1"}},
	Sigmoid:   {all: [2]string{"1 / (1 + exp(0 - z))", "f * (1 - f)"}},
	GELU:      {all: [2]string{"z * cdf(z)", "cdf(z) + z * exp(0 - z ^ 2 / 2) / sqrt(2 * pi)"}},
	SiLU:      {all: [2]string{"z * sigmoid(z)", "sigmoid(z) * (1 + z * (1 - sigmoid(z)))"}},
	ELU:       {all: [2]string{"exp(z) - 1", "f + 1"}, above: [2]string{"z", "1"}},
	Softplus:  {all: [2]string{"ln(1 + exp(z))", "sigmoid(z)"}},
	Sin:       {all: [2]string{"sin(z)", "cos(z)"}},
	Linear:    {all: [2]string{"z", "1"}},
}

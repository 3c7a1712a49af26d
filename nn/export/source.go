package export

import (
	"fmt"
	"math"
	"slices"

	"github.com/nnvisu/nnvisu/nn"
)

// An activationSource holds the code for an activation of z in every format. Empty code stands for
// z itself.
type activationSource struct {
	pytorch    string // a module
	numpy      string // an expression in which nothing overflows, of which NumPy would warn
	golang     string // the body of a function of z
	javascript string // an expression
	onnx       onnxActivation
}

// activations has a row for each activation of package nn.
var activations = map[nn.Activation]activationSource{
	nn.Tanh: {
		pytorch:    "nn.Tanh()",
		numpy:      "np.tanh(z)",
		golang:     "return math.Tanh(z)",
		javascript: "Math.tanh(z)",
		onnx:       onnxActivation{op: "Tanh"},
	},
	nn.ReLU: {
		pytorch:    "nn.ReLU()",
		numpy:      "np.maximum(z, 0)",
		golang:     "return max(z, 0)",
		javascript: "Math.max(z, 0)",
		onnx:       onnxActivation{op: "Relu"},
	},
	nn.LeakyReLU: {
		pytorch:    "nn.LeakyReLU(0.01)",
		numpy:      "np.maximum(z, 0.01 * z)",
		golang:     "return max(z, 0.01*z)",
		javascript: "Math.max(z, 0.01 * z)",
		onnx: onnxActivation{"leaky_relu", "max(z, 0.01 z)", func(g *onnxNodes) {
			g.add("a", "Max", "z", g.add("leak", "Mul", "z", g.constant("slope", 0.01)))
		}},
	},
	nn.Sigmoid: {
		pytorch:    "nn.Sigmoid()",
		numpy:      "(1 + np.tanh(z / 2)) / 2",
		golang:     "return 1 / (1 + math.Exp(-z))",
		javascript: "1 / (1 + Math.exp(-z))",
		onnx:       onnxActivation{op: "Sigmoid"},
	},
	nn.GELU: {
		pytorch:    "nn.GELU()",
		numpy:      "z / 2 * erfc(-z / np.sqrt(2))",
		golang:     "return z / 2 * math.Erfc(-z/math.Sqrt2)",
		javascript: "(z / 2) * erfc(-z / Math.SQRT2)",
		onnx: onnxActivation{"gelu", "z Phi(z) = max(z, 0) - |z|/2 erfc(u), u = |z|/sqrt(2); " +
			"erfc(u) = exp(-u^2) p(t)/(1 + 2u), t = (u - 4.5)/(u + 4.5) " +
			"(Shepherd and Laframboise 1981)", onnxGELU},
	},
	nn.SiLU: {
		pytorch:    "nn.SiLU()",
		numpy:      "z / 2 * (1 + np.tanh(z / 2))",
		golang:     "return z / (1 + math.Exp(-z))",
		javascript: "z / (1 + Math.exp(-z))",
		// z·σ(z) itself ONNX Runtime would replace by its QuickGelu, which has no float64.
		onnx: onnxActivation{"silu", "z sigmoid(z) = z/2 + z/2 tanh(z/2)", func(g *onnxNodes) {
			half := g.add("half", "Mul", "z", g.constant("one_half", 0.5))
			g.add("a", "Add", half, g.add("gated", "Mul", half, g.add("tanh", "Tanh", half)))
		}},
	},
	nn.ELU: {
		pytorch:    "nn.ELU()",
		numpy:      "np.where(z > 0, z, np.expm1(np.minimum(z, 0)))",
		golang:     "if z > 0 {\n\t\treturn z\n\t}\n\treturn math.Expm1(z)",
		javascript: "z > 0 ? z : Math.expm1(z)",
		onnx: onnxActivation{"elu", "max(z, 0) + exp(min(z, 0)) - 1", func(g *onnxNodes) {
			below := g.add("below", "Min", "z", g.constant("zero", 0))
			fall := g.add("fall", "Sub", g.add("exp", "Exp", below), g.constant("one", 1))
			g.add("a", "Add", g.add("above", "Relu", "z"), fall)
		}},
	},
	nn.Softplus: {
		// PyTorch's default takes ln(1+eᶻ) for z from 20 on, which is 2e-9 too little.
		pytorch:    "nn.Softplus(threshold=40)",
		numpy:      "np.logaddexp(z, 0)",
		golang:     "return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))",
		javascript: "Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))",
		onnx: onnxActivation{
			"softplus", "ln(1 + exp(z)) = max(z, 0) + ln(1 + exp(-|z|))", func(g *onnxNodes) {
				e := g.add("exp", "Exp", g.add("minus", "Neg", g.add("abs", "Abs", "z")))
				log := g.add("log", "Log", g.add("sum", "Add", e, g.constant("one", 1)))
				g.add("a", "Add", g.add("above", "Relu", "z"), log)
			},
		},
	},
	nn.Sin: {
		pytorch:    "Sin()",
		numpy:      "np.sin(z)",
		golang:     "return math.Sin(z)",
		javascript: "Math.sin(z)",
		onnx:       onnxActivation{op: "Sin"},
	},
	nn.Linear: {},
}

func onnxGELU(g *onnxNodes) {
	abs := g.add("abs", "Abs", "z")
	u := g.add("u", "Mul", abs, g.constant("sqrt_half", math.Sqrt2/2))
	shift := g.constant("shift", erfcShift)
	t := g.add("t", "Div", g.add("u_minus", "Sub", u, shift), g.add("u_plus", "Add", u, shift))
	last := len(erfcCoefficients) - 1
	p := g.constant(fmt.Sprintf("c%d", last), erfcCoefficients[last])
	for k, c := range slices.Backward(erfcCoefficients[:last]) { // Horner's rule
		c := g.constant(fmt.Sprintf("c%d", k), c)
		p = g.add(fmt.Sprintf("p%d", k), "Add", g.add(fmt.Sprintf("pt%d", k), "Mul", p, t), c)
	}
	e := g.add("exp", "Exp", g.add("minus_u2", "Mul", u, g.add("minus_u", "Neg", u)))
	wide := g.add("wide", "Add", g.add("u_twice", "Add", u, u), g.constant("one", 1))
	erfc := g.add("erfc", "Div", g.add("ep", "Mul", e, p), wide)
	tail := g.add("tail", "Mul", g.add("half", "Mul", abs, g.constant("one_half", 0.5)), erfc)
	g.add("a", "Sub", g.add("above", "Relu", "z"), tail)
}

// A featureSource holds the code for a feature of x and y in every format.
type featureSource struct {
	pytorch, numpy, golang, javascript string // expressions
	onnx                               onnxFeature
}

// features has a row for each feature of package nn.
var features = map[nn.Feature]featureSource{
	nn.FeatureX:  inAll("x", func(*onnxNodes, string) string { return "x" }),
	nn.FeatureY:  inAll("y", func(*onnxNodes, string) string { return "y" }),
	nn.FeatureX2: inAll("x * x", onnxProduct("x", "x")),
	nn.FeatureY2: inAll("y * y", onnxProduct("y", "y")),
	nn.FeatureXY: inAll("x * y", onnxProduct("x", "y")),
	nn.FeatureSinX: {
		pytorch:    "torch.sin(2 * math.pi * x)",
		numpy:      "np.sin(2 * np.pi * x)",
		golang:     "math.Sin(2 * math.Pi * x)",
		javascript: "Math.sin(2 * Math.PI * x)",
		onnx:       onnxSine("x"),
	},
	nn.FeatureSinY: {
		pytorch:    "torch.sin(2 * math.pi * y)",
		numpy:      "np.sin(2 * np.pi * y)",
		golang:     "math.Sin(2 * math.Pi * y)",
		javascript: "Math.sin(2 * Math.PI * y)",
		onnx:       onnxSine("y"),
	},
}

// inAll is a feature whose expression is the same in every language.
func inAll(code string, onnx onnxFeature) featureSource {
	return featureSource{code, code, code, code, onnx}
}

// onnxProduct is the product of two of the inputs x and y.
func onnxProduct(a, b string) onnxFeature {
	return func(g *onnxNodes, output string) string { return g.add(output, "Mul", a, b) }
}

// onnxSine is sin 2πx of an input.
func onnxSine(input string) onnxFeature {
	return func(g *onnxNodes, output string) string {
		turn := g.constant(output+".2pi", 2*math.Pi)
		return g.add(output, "Sin", g.add(output+".angle", "Mul", input, turn))
	}
}

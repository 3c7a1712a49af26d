package export

import (
	"fmt"
	"io"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"nnvisu/nn"
)

// The versions of ONNX that we write: functions of a model's own, which keep
// the graph readable, need IR version 8, whose newest opset is 17.
const (
	onnxIRVersion = 8
	onnxOpset     = 17
)

// onnxDomain is that of our own functions.
const onnxDomain = "nnvisu"

// onnxNodes collects the nodes of a graph or of a function, encoded. field is
// the number of the nodes in that message.
type onnxNodes struct {
	field   protowire.Number
	encoded protobuf
}

// An onnxNode is a node and, where op alone does not say it, its attribute.
type onnxNode struct {
	op      string
	domain  string // "" is ONNX's own
	inputs  []string
	outputs []string
	name    string  // of the attribute, or ""
	integer int     // the attribute
	scalar  float64 // the attribute of a Constant
}

// add appends a node with one output and no attribute, and returns the output.
func (g *onnxNodes) add(output, op string, inputs ...string) string {
	g.append(onnxNode{op: op, inputs: inputs, outputs: []string{output}})
	return output
}

// constant appends a scalar, and returns its name.
func (g *onnxNodes) constant(name string, v float64) string {
	g.append(onnxNode{op: "Constant", outputs: []string{name}, name: "value", scalar: v})
	return name
}

func (g *onnxNodes) append(n onnxNode) {
	var p protobuf
	p.texts(nodeInput, n.inputs)
	p.texts(nodeOutput, n.outputs)
	p.text(nodeName, n.outputs[0])
	p.text(nodeOp, n.op)
	if n.name != "" {
		var a protobuf
		a.text(attributeName, n.name)
		if n.op == "Constant" {
			a.bytes(attributeTensor, onnxTensor("", nil, []float64{n.scalar}))
			a.int(attributeType, attributeIsTensor)
		} else {
			a.int(attributeInt, n.integer)
			a.int(attributeType, attributeIsInt)
		}
		p.bytes(nodeAttribute, a)
	}
	if n.domain != "" {
		p.text(nodeDomain, n.domain)
	}
	g.encoded.bytes(g.field, p)
}

// onnxTensor encodes a tensor; no dims are those of a scalar.
func onnxTensor(name string, dims []int, values []float64) protobuf {
	var p protobuf
	for _, d := range dims {
		p.int(tensorDim, d)
	}
	p.int(tensorType, tensorIsDouble)
	if name != "" {
		p.text(tensorName, name)
	}
	p.doubles(tensorRaw, values)
	return p
}

// onnxValue encodes the name and type of an input or output, N×columns.
func onnxValue(name string, columns int) protobuf {
	var rows, width, shape, tensor, kind, value protobuf
	rows.text(dimParameter, "N")
	width.int(dimValue, columns)
	shape.bytes(shapeDim, rows)
	shape.bytes(shapeDim, width)
	tensor.int(typeElement, tensorIsDouble)
	tensor.bytes(typeShape, shape)
	kind.bytes(typeTensor, tensor)
	value.text(valueName, name)
	value.bytes(valueType, kind)
	return value
}

func onnxOperators(domain string, version int) (p protobuf) {
	p.text(opsetDomain, domain)
	p.int(opsetVersion, version)
	return p
}

// onnxFeatures append what computes the feature named output from x and y.
var onnxFeatures = map[nn.Feature]func(g *onnxNodes, output string) string{
	nn.FeatureX:    func(*onnxNodes, string) string { return "x" },
	nn.FeatureY:    func(*onnxNodes, string) string { return "y" },
	nn.FeatureX2:   func(g *onnxNodes, output string) string { return g.add(output, "Mul", "x", "x") },
	nn.FeatureY2:   func(g *onnxNodes, output string) string { return g.add(output, "Mul", "y", "y") },
	nn.FeatureXY:   func(g *onnxNodes, output string) string { return g.add(output, "Mul", "x", "y") },
	nn.FeatureSinX: func(g *onnxNodes, output string) string { return g.sine(output, "x") },
	nn.FeatureSinY: func(g *onnxNodes, output string) string { return g.sine(output, "y") },
}

func (g *onnxNodes) sine(output, of string) string {
	turn := g.constant(output+".2pi", 2*math.Pi)
	return g.add(output, "Sin", g.add(output+".angle", "Mul", of, turn))
}

// onnxActivations are the operators of ONNX that ONNX Runtime computes in
// float64, and for the other activations functions of our own, which compute a
// from z.
var onnxActivations = map[nn.Activation]struct {
	op       string // "" is no node at all
	doc      string
	function func(g *onnxNodes)
}{
	nn.Tanh:    {op: "Tanh"},
	nn.ReLU:    {op: "Relu"},
	nn.Sigmoid: {op: "Sigmoid"},
	nn.Sin:     {op: "Sin"},
	nn.Linear:  {},
	nn.LeakyReLU: {"leaky_relu", "max(z, 0.01 z)", func(g *onnxNodes) {
		g.add("a", "Max", "z", g.add("leak", "Mul", "z", g.constant("slope", 0.01)))
	}},
	// z·σ(z) itself ONNX Runtime would replace by its QuickGelu, which has no float64.
	nn.SiLU: {"silu", "z sigmoid(z) = z/2 + z/2 tanh(z/2)", func(g *onnxNodes) {
		half := g.add("half", "Mul", "z", g.constant("one_half", 0.5))
		g.add("a", "Add", half, g.add("gated", "Mul", half, g.add("tanh", "Tanh", half)))
	}},
	nn.ELU: {"elu", "max(z, 0) + exp(min(z, 0)) - 1", func(g *onnxNodes) {
		below := g.add("below", "Min", "z", g.constant("zero", 0))
		fall := g.add("fall", "Sub", g.add("exp", "Exp", below), g.constant("one", 1))
		g.add("a", "Add", g.add("above", "Relu", "z"), fall)
	}},
	nn.Softplus: {"softplus", "ln(1 + exp(z)) = max(z, 0) + ln(1 + exp(-|z|))", func(g *onnxNodes) {
		e := g.add("exp", "Exp", g.add("minus", "Neg", g.add("abs", "Abs", "z")))
		log := g.add("log", "Log", g.add("sum", "Add", e, g.constant("one", 1)))
		g.add("a", "Add", g.add("above", "Relu", "z"), log)
	}},
	nn.GELU: {"gelu", "z Phi(z) = max(z, 0) - |z|/2 erfc(u), u = |z|/sqrt(2); " +
		"erfc(u) = exp(-u^2) p(t)/(1 + 2u), t = (u - 4.5)/(u + 4.5) (Shepherd and Laframboise 1981)", onnxGELU},
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

// writeONNX writes a model with the input "points", N×2, and the output
// "outputs", N×C.
func writeONNX(w io.Writer, s nn.State) error {
	graph := onnxNodes{field: graphNode}
	graph.append(onnxNode{op: "Split", inputs: []string{"points"}, outputs: []string{"x", "y"}, name: "axis", integer: 1})
	var features []string
	for _, f := range s.Config.Features {
		features = append(features, onnxFeatures[f](&graph, string(f)))
	}
	a := "features"
	graph.append(onnxNode{op: "Concat", inputs: features, outputs: []string{a}, name: "axis", integer: 1})

	activation := onnxActivations[s.Config.Activation]
	classifies := s.Config.Task == nn.Classification
	last := len(s.Network.Weights) - 1
	var initializers protobuf
	for l, rows := range s.Network.Weights {
		biases := s.Network.Biases[l]
		weight, bias := fmt.Sprintf("weights%d", l), fmt.Sprintf("biases%d", l)
		initializers.bytes(graphInitializer, onnxTensor(weight, []int{len(rows), len(rows[0])}, slices.Concat(rows...)))
		initializers.bytes(graphInitializer, onnxTensor(bias, []int{len(biases)}, biases))

		z := fmt.Sprintf("z%d", l)
		if l == last {
			z = "logits"
			if !classifies {
				z = "outputs"
			}
		}
		graph.append(onnxNode{op: "Gemm", inputs: []string{a, weight, bias}, outputs: []string{z}, name: "transB", integer: 1})
		a = z
		if l < last && activation.op != "" {
			n := onnxNode{op: activation.op, inputs: []string{z}, outputs: []string{fmt.Sprintf("a%d", l)}}
			if activation.function != nil {
				n.domain = onnxDomain
			}
			graph.append(n)
			a = n.outputs[0]
		}
	}
	if classifies {
		graph.append(onnxNode{op: "Softmax", inputs: []string{a}, outputs: []string{"outputs"}, name: "axis", integer: 1})
	}
	g := graph.encoded
	g.text(graphName, "nnvisu")
	g = append(g, initializers...)
	g.bytes(graphInput, onnxValue("points", 2))
	g.bytes(graphOutput, onnxValue("outputs", s.Config.Outputs()))

	var model protobuf
	model.int(modelIRVersion, onnxIRVersion)
	model.text(modelProducer, "nnvisu")
	model.text(modelDoc, describe(s))
	model.bytes(modelGraph, g)
	model.bytes(modelOpset, onnxOperators("", onnxOpset))
	if activation.function != nil && last > 0 {
		model.bytes(modelOpset, onnxOperators(onnxDomain, 1))
		body := onnxNodes{field: functionNode}
		activation.function(&body)
		f := body.encoded
		f.text(functionName, activation.op)
		f.text(functionInput, "z")
		f.text(functionOutput, "a")
		f.text(functionDoc, activation.doc)
		f.text(functionDomain, onnxDomain)
		f.bytes(functionOpset, onnxOperators("", onnxOpset))
		model.bytes(modelFunction, f)
	}
	_, err := w.Write(model)
	return err
}

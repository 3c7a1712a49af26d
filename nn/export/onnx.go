package export

import (
	"fmt"
	"io"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/nnvisu/nnvisu/nn"
)

// The versions of ONNX that we write. Functions defined in the model keep the graph readable. They
// need IR version 8, whose newest opset is 17.
const (
	onnxIRVersion = 8
	onnxOpset     = 17
)

// onnxDomain is the domain of the functions that the model defines.
const onnxDomain = "nnvisu"

// onnxNodes collects the nodes of a graph or of a function, encoded. field is the number of the
// nodes in that message.
type onnxNodes struct {
	field   protowire.Number
	encoded protobuf
}

// An onnxNode is a node with at most one attribute.
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

// onnxTensor encodes a tensor. A scalar has no dims.
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

// An onnxFeature appends the nodes that compute a feature from x and y, and returns the name of
// their result, which is output unless the feature is an input itself.
type onnxFeature func(g *onnxNodes, output string) string

// An onnxActivation is an operator that computes an activation. ONNX's own is taken where ONNX
// Runtime has it in float64. Elsewhere it is a function that the file defines.
type onnxActivation struct {
	op       string             // "" is no node at all
	doc      string             // of a function
	function func(g *onnxNodes) // appends nodes that compute a from z; nil for ONNX's own
}

// writeONNX writes a model with the input "points", N×2, and the output "outputs", N×C.
func writeONNX(w io.Writer, s nn.State) error {
	graph := onnxNodes{field: graphNode}
	graph.append(onnxNode{
		op: "Split", inputs: []string{"points"}, outputs: []string{"x", "y"},
		name: "axis", integer: 1,
	})
	var inputs []string
	for _, f := range s.Config.Features {
		inputs = append(inputs, features[f].onnx(&graph, string(f)))
	}
	a := "features"
	graph.append(onnxNode{
		op: "Concat", inputs: inputs, outputs: []string{a},
		name: "axis", integer: 1,
	})

	activation := activations[s.Config.Activation].onnx
	classifies := s.Config.Task == nn.Classification
	last := len(s.Network.Weights) - 1
	var initializers protobuf
	for l, rows := range s.Network.Weights {
		biases := s.Network.Biases[l]
		weight, bias := fmt.Sprintf("weights%d", l), fmt.Sprintf("biases%d", l)
		initializers.bytes(graphInitializer,
			onnxTensor(weight, []int{len(rows), len(rows[0])}, slices.Concat(rows...)))
		initializers.bytes(graphInitializer, onnxTensor(bias, []int{len(biases)}, biases))

		z := fmt.Sprintf("z%d", l)
		if l == last {
			z = "logits"
			if !classifies {
				z = "outputs"
			}
		}
		graph.append(onnxNode{
			op: "Gemm", inputs: []string{a, weight, bias}, outputs: []string{z},
			name: "transB", integer: 1,
		})
		a = z
		if l < last && activation.op != "" {
			output := fmt.Sprintf("a%d", l)
			n := onnxNode{op: activation.op, inputs: []string{z}, outputs: []string{output}}
			if activation.function != nil {
				n.domain = onnxDomain
			}
			graph.append(n)
			a = n.outputs[0]
		}
	}
	if classifies {
		graph.append(onnxNode{
			op: "Softmax", inputs: []string{a}, outputs: []string{"outputs"},
			name: "axis", integer: 1,
		})
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

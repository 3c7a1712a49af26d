package export

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Numbers of onnx.proto (github.com/onnx/onnx, onnx/onnx.proto): the fields that we write, with the
// name of their message in front, and the values of enumerations.
const (
	modelIRVersion, modelProducer, modelDoc, modelGraph = 1, 2, 6, 7
	modelOpset, modelFunction                           = 8, 25

	opsetDomain, opsetVersion = 1, 2

	graphNode, graphName, graphInitializer, graphInput, graphOutput = 1, 2, 5, 11, 12

	functionName, functionInput, functionOutput, functionNode = 1, 4, 5, 7
	functionDoc, functionOpset, functionDomain                = 8, 9, 10

	nodeInput, nodeOutput, nodeName, nodeOp, nodeAttribute, nodeDomain = 1, 2, 3, 4, 5, 7

	attributeName, attributeInt, attributeTensor, attributeType = 1, 3, 5, 20
	attributeIsInt, attributeIsTensor                           = 2, 4

	tensorDim, tensorType, tensorName, tensorRaw = 1, 2, 8, 9
	tensorIsDouble                               = 11

	valueName, valueType   = 1, 2
	typeTensor             = 1
	typeElement, typeShape = 1, 2
	shapeDim               = 1
	dimValue, dimParameter = 1, 2
)

// A protobuf is a message being encoded. A method appends one field.
type protobuf []byte

func (p *protobuf) int(field protowire.Number, v int) {
	*p = protowire.AppendVarint(protowire.AppendTag(*p, field, protowire.VarintType), uint64(v))
}

func (p *protobuf) bytes(field protowire.Number, v []byte) {
	*p = protowire.AppendBytes(protowire.AppendTag(*p, field, protowire.BytesType), v)
}

func (p *protobuf) text(field protowire.Number, v string) { p.bytes(field, []byte(v)) }

func (p *protobuf) texts(field protowire.Number, values []string) {
	for _, v := range values {
		p.text(field, v)
	}
}

// doubles are the values of a tensor: little-endian, whatever the machine.
func (p *protobuf) doubles(field protowire.Number, values []float64) {
	raw := make([]byte, 0, 8*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
	}
	p.bytes(field, raw)
}

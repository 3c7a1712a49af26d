package handlers

import (
	"net/url"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"nnvisu/handlers/wire"
	"nnvisu/nn"
	"nnvisu/nn/setting"
	"nnvisu/views"
)

// The names that package wire's things have in this package for now.

type (
	code         = wire.Code
	requestError = wire.Error
	members      = wire.Kind
)

const (
	codeMalformed   = wire.CodeMalformed
	codeInvalid     = wire.CodeInvalid
	codeTooLarge    = wire.CodeTooLarge
	codeDiverged    = wire.CodeDiverged
	codeUnsupported = wire.CodeUnsupported
	codeForbidden   = wire.CodeForbidden
	codeBusy        = wire.CodeBusy
	codeInternal    = wire.CodeInternal
	codeNotFound    = wire.CodeNotFound
	codeMethod      = wire.CodeMethodNotAllowed

	stepMembers    = wire.Step
	trainMembers   = wire.Train
	predictMembers = wire.Predict
	exportMembers  = wire.Export

	maxSteps = wire.MaxSteps
)

var (
	malformed = wire.Malformed
	invalid   = wire.Invalid
	tooLarge  = wire.TooLarge
	errBusy   = wire.Busy
	clip      = wire.Clip

	parseForm  = wire.ParseForm
	parseFloat = setting.ParseFloat
	formInt    = wire.FormInt
	formFloat  = wire.FormFloat
	queryInt   = wire.ReadInt
	queryFloat = wire.ReadFloat
	querySeed  = wire.ReadSeed
	textError  = wire.TextError

	findID           = wire.FindID
	appendNetwork    = wire.AppendNetwork
	appendHistory    = wire.AppendHistory
	appendPoints     = wire.AppendPoints
	appendResult     = wire.AppendResult
	appendPrediction = wire.AppendPrediction
	encodeResult     = wire.EncodeResult
	resultSize       = wire.ResultSize
)

// A message is a wire.Message.
type message struct {
	id         jsontext.Value
	state      nn.State
	classesSet bool
	steps      int
	frameSteps int
	frameMS    int
	format     string
	kind       string
}

func messageOf(m wire.Message) message {
	return message{m.ID, m.State, m.ClassesSet, m.Steps, m.FrameSteps, m.FrameMS, m.Format, m.Type}
}

func (m *message) wire() *wire.Message {
	return &wire.Message{
		ID: m.id, State: m.state, ClassesSet: m.classesSet, Steps: m.steps,
		FrameSteps: m.frameSteps, FrameMS: m.frameMS, Format: m.format, Type: m.kind,
	}
}

func newMessage(kind wire.Kind) message { return messageOf(wire.NewMessage(kind)) }

func (m *message) checkCounts(kind wire.Kind) error { return m.wire().CheckCounts(kind) }

func (m *message) perFrame() int { return m.wire().LongestFrame() }

func (m *message) classesFromNetwork() {
	w := m.wire()
	w.InferClasses()
	*m = messageOf(*w)
}

func (s *Server) decodeMessage(body []byte, kind wire.Kind) (message, error) {
	m, err := wire.DecodeMessage(body, kind, s.limits())
	return messageOf(m), err
}

func (s *Server) decodeForm(form url.Values, kind wire.Kind) (message, error) {
	m, err := wire.DecodeForm(form, pageField, kind, s.limits())
	return messageOf(m), err
}

func (s *Server) limits() wire.Limits { return wire.Limits{Points: s.config.MaxPoints} }

// pageField says which fields a form may have: those of the page and those of a program's form.
func pageField(name string) wire.Field {
	switch {
	case !views.IsField(name):
		return wire.NoField
	case slices.Contains(views.RepeatedFields, name):
		return wire.RepeatedField
	}
	return wire.SingleField
}

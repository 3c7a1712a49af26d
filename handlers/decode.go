package handlers

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"math"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"nnvisu/nn"
)

// A message is a decoded request.
type message struct {
	id         jsontext.Value // as it was sent, or nil
	state      nn.State
	classesSet bool // config.classes was given
	steps      int
	frameSteps int
	frameMS    int
	format     string // of the file to export
	kind       string // the type member, or ""
}

// maxSteps is the contract's limit on the updates of one request.
const maxSteps = 100_000

// maxList is more than any list of a config or network may have; what it should
// have is checked with a better message when all is read.
const maxList = 10 * nn.MaxWidth

// maxID is how many bytes an id may have, which comes back with every answer.
const maxID = 256

// maxFrameMS is the longest time a client may ask for between two events.
const maxFrameMS = 60_000

// members says which optional members a message may have.
type members struct {
	steps   bool
	frames  bool // frame_steps, frame_ms, and steps may be 0
	unlabel bool // labels may be left out
	format  bool
}

var (
	stepMembers    = members{steps: true}
	trainMembers   = members{steps: true, frames: true}
	predictMembers = members{unlabel: true}
	exportMembers  = members{format: true}
)

// decodeMessage reads a JSON message strictly: names are matched to the
// letter, and unknown or duplicate members, values of another type and
// anything behind the message are errors that name the member.
func (s *Server) decodeMessage(body []byte, may members) (message, error) {
	m := newMessage(may)
	r := newReader(body, "")
	err := r.object(func(name string) error {
		switch {
		case name == "type":
			return r.text(&m.kind)
		case name == "id":
			return r.id(&m.id)
		case name == "config":
			return r.config(&m.state.Config, &m.classesSet)
		case name == "network":
			return r.network(&m.state.Network)
		case name == "data":
			return r.points(&m.state.Data, s.config.MaxPoints, may.unlabel)
		case name == "steps" && may.steps:
			return r.integer(&m.steps)
		case name == "frame_steps" && may.frames:
			return r.integer(&m.frameSteps)
		case name == "frame_ms" && may.frames:
			return r.integer(&m.frameMS)
		case name == "format" && may.format:
			return r.text(&m.format)
		}
		return r.unknown()
	})
	if err == nil {
		err = r.end()
	}
	if err == nil {
		err = m.checkCounts(may)
	}
	if err != nil && m.id == nil {
		m.id = findID(body)
	}
	return m, err
}

func newMessage(may members) message {
	m := message{steps: 1, frameSteps: 1}
	if may.frames {
		m.steps = 0
	}
	m.state.Config = nn.DefaultConfig()
	return m
}

// checkCounts checks the numbers that are not part of the state.
func (m *message) checkCounts(may members) error {
	least := 1
	if may.frames {
		least = 0
	}
	switch {
	case m.steps < least || m.steps > maxSteps:
		return invalid("steps", "must be from %d to %d; got %d", least, maxSteps, m.steps)
	case m.frameSteps < 1 || m.frameSteps > maxSteps:
		return invalid("frame_steps", "must be from 1 to %d; got %d", maxSteps, m.frameSteps)
	case m.frameMS < 0 || m.frameMS > maxFrameMS:
		return invalid("frame_ms", "must be from 0 to %d; got %d", maxFrameMS, m.frameMS)
	}
	return nil
}

// classesFromNetwork sets the number of classes, where it is not given, to that
// of the network, which may be sent without points or without their labels.
func (m *message) classesFromNetwork() {
	if out := m.state.Network.Biases; !m.classesSet && len(out) > 0 && m.state.Config.Task == nn.Classification {
		m.state.Config.Classes = min(max(len(out[len(out)-1]), nn.MinClasses), nn.MaxClasses)
	}
}

// findID returns the id of a message that could not be decoded, if it can be found.
func findID(body []byte) jsontext.Value {
	r := newReader(body, "")
	var id jsontext.Value
	_ = r.object(func(name string) error { // best effort: what is wrong was reported already
		if name == "id" {
			return r.id(&id)
		}
		return r.dec.SkipValue()
	})
	return id
}

// A reader decodes one JSON value of the wire contract, member by member.
// Errors name the place, such as "network.weights[0][2]".
type reader struct {
	dec    *jsontext.Decoder
	prefix string // the name of the value, where it is not the whole message
}

func newReader(body []byte, prefix string) *reader {
	return &reader{dec: jsontext.NewDecoder(bytes.NewBuffer(body)), prefix: prefix}
}

// place returns the path of the value last read.
func (r *reader) place() string { return r.path(r.dec.StackPointer()) }

func (r *reader) path(p jsontext.Pointer) string {
	path := r.prefix
	depth := 0
	for token := range p.Tokens() {
		depth++
		if kind, _ := r.dec.StackIndex(min(depth, r.dec.StackDepth())); kind == '[' {
			path += "[" + token + "]"
			continue
		}
		if path != "" {
			path += "."
		}
		if len(token) > 40 {
			token = strings.ToValidUTF8(token[:40], "") + "…"
		}
		path += token
	}
	return path
}

// broken explains an error of the JSON grammar.
func (r *reader) broken(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		if errors.As(err, &syntax) {
			return malformed(r.path(syntax.JSONPointer), "is given twice")
		}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return malformed(r.prefix, "is not complete JSON")
	case errors.As(err, &syntax):
		return malformed(r.path(syntax.JSONPointer), "is not JSON: %v at byte %d", syntax.Err, syntax.ByteOffset)
	}
	return malformed(r.prefix, "is not JSON")
}

func (r *reader) unknown() error {
	return malformed(r.place(), "is not a member that this message has")
}

// wrongType reads past nothing: it says what was expected of the next value.
func (r *reader) wrongType(want string, got jsontext.Kind) error {
	if _, err := r.dec.ReadToken(); err != nil {
		return r.broken(err)
	}
	return malformed(r.place(), "must be %s; got %s", want, kindName(got))
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "a boolean"
	}
	return "null"
}

// open reads the beginning of an object or a list.
func (r *reader) open(kind jsontext.Kind) error {
	if got := r.dec.PeekKind(); got != kind && got != jsontext.KindInvalid {
		return r.wrongType(kindName(kind), got)
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return r.broken(err)
	}
	return nil
}

// object reads an object; member reads the value of the member with the name.
func (r *reader) object(member func(name string) error) error {
	if err := r.open('{'); err != nil {
		return err
	}
	for {
		token, err := r.dec.ReadToken()
		if err != nil {
			return r.broken(err)
		}
		if token.Kind() == '}' {
			return nil
		}
		if err := member(token.String()); err != nil {
			var known *requestError
			if errors.As(err, &known) {
				return err
			}
			return r.broken(err)
		}
	}
}

// list reads a list; element reads each of its values.
func (r *reader) list(element func() error) error {
	if err := r.open('['); err != nil {
		return err
	}
	for {
		switch r.dec.PeekKind() {
		case ']', jsontext.KindInvalid:
			if _, err := r.dec.ReadToken(); err != nil {
				return r.broken(err)
			}
			return nil
		}
		if err := element(); err != nil {
			return err
		}
	}
}

// end checks that nothing follows the value.
func (r *reader) end() error {
	if _, err := r.dec.ReadToken(); err != io.EOF {
		return malformed(r.prefix, "has something behind the end of its JSON")
	}
	return nil
}

func (r *reader) scalar(want jsontext.Kind) (jsontext.Token, error) {
	if got := r.dec.PeekKind(); got != want && got != jsontext.KindInvalid {
		return jsontext.Token{}, r.wrongType(kindName(want), got)
	}
	token, err := r.dec.ReadToken()
	if err != nil {
		return jsontext.Token{}, r.broken(err)
	}
	return token, nil
}

func (r *reader) text(dst *string) error {
	token, err := r.scalar('"')
	if err != nil {
		return err
	}
	*dst = token.String()
	return nil
}

func (r *reader) number(dst *float64) error {
	token, err := r.scalar('0')
	if err != nil {
		return err
	}
	v, err := token.Float()
	if err != nil || math.IsInf(v, 0) {
		return invalid(r.place(), "must be a number that fits 64 bits of floating point")
	}
	*dst = v
	return nil
}

// integer reads a whole number, however it is written: 100 or 1e2.
func (r *reader) integer(dst *int) error {
	var v float64
	if err := r.number(&v); err != nil {
		return err
	}
	if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
		return invalid(r.place(), "must be a whole number; got %v", v)
	}
	*dst = int(v)
	return nil
}

func (r *reader) id(dst *jsontext.Value) error {
	if k := r.dec.PeekKind(); k != '"' && k != '0' && k != jsontext.KindInvalid {
		return r.wrongType("a string or a number", k)
	}
	v, err := r.dec.ReadValue()
	if err != nil {
		return r.broken(err)
	}
	if len(v) > maxID {
		return invalid(r.place(), "must have at most %d bytes", maxID)
	}
	*dst = v.Clone()
	return nil
}

// tooMany is what a list may not have. It is looked for while reading, so that
// no text within the limit on bytes becomes many times as much memory.
func (r *reader) tooMany(got, most int, what string) error {
	if got <= most {
		return nil
	}
	return invalid(r.place(), "must have at most %d %s", most, what)
}

// name reads a string into any of the named string types of package nn.
func name[T ~string](r *reader, dst *T) error {
	var v string
	if err := r.text(&v); err != nil {
		return err
	}
	*dst = T(v)
	return nil
}

func (r *reader) config(c *nn.Config, classesSet *bool) error {
	return r.object(func(member string) error {
		switch member {
		case "task":
			return name(r, &c.Task)
		case "features":
			c.Features = nil
			return r.list(func() error {
				var f nn.Feature
				err := name(r, &f)
				c.Features = append(c.Features, f)
				return cmp.Or(err, r.tooMany(len(c.Features), maxList, "features"))
			})
		case "hidden_layers":
			c.HiddenLayers = []int{}
			return r.list(func() error {
				var n int
				err := r.integer(&n)
				c.HiddenLayers = append(c.HiddenLayers, n)
				return cmp.Or(err, r.tooMany(len(c.HiddenLayers), maxList, "layers"))
			})
		case "activation":
			return name(r, &c.Activation)
		case "init":
			return name(r, &c.Init)
		case "classes":
			*classesSet = true
			if err := r.integer(&c.Classes); err != nil {
				return err
			}
			if c.Classes == 0 { // which would stand for the default
				return invalid(r.place(), "must be from %d to %d; got 0", nn.MinClasses, nn.MaxClasses)
			}
			return nil
		case "optimizer":
			return name(r, &c.Optimizer)
		case "learning_rate":
			return r.number(&c.LearningRate)
		case "schedule":
			return name(r, &c.Schedule)
		case "schedule_steps":
			return r.integer((*int)(&c.ScheduleSteps))
		case "schedule_factor":
			return r.number((*float64)(&c.ScheduleFactor))
		case "batch_size":
			return r.integer(&c.BatchSize)
		case "l1":
			return r.number(&c.L1)
		case "l2":
			return r.number(&c.L2)
		case "dropout":
			return r.number(&c.Dropout)
		case "test_fraction":
			return r.number(&c.TestFraction)
		case "seed":
			var v int
			if err := r.integer(&v); err != nil {
				return err
			}
			if v < 0 || v > math.MaxUint32 {
				return invalid(r.place(), "must be from 0 to %d; got %d", uint32(math.MaxUint32), v)
			}
			c.Seed = uint32(v)
			return nil
		}
		return r.unknown()
	})
}

func (r *reader) network(n *nn.Network) error {
	if r.dec.PeekKind() == 'n' { // null: an absent network
		if _, err := r.dec.ReadToken(); err != nil {
			return r.broken(err)
		}
		return nil
	}
	return r.object(func(member string) error {
		switch member {
		case "optimizer":
			return r.moments(&n.Optimizer)
		case "step":
			return r.integer(&n.Step)
		case "epoch":
			return r.integer(&n.Epoch)
		}
		return r.parameter(member, &n.Parameters)
	})
}

func (r *reader) moments(m *nn.Moments) error {
	return r.object(func(member string) error {
		switch member {
		case "name":
			return name(r, &m.Optimizer)
		case "updates":
			return r.integer(&m.Updates)
		case "first":
			m.First = new(nn.Parameters)
			return r.parameters(m.First)
		case "second":
			m.Second = new(nn.Parameters)
			return r.parameters(m.Second)
		}
		return r.unknown()
	})
}

func (r *reader) parameters(p *nn.Parameters) error {
	return r.object(func(member string) error { return r.parameter(member, p) })
}

func (r *reader) parameter(member string, p *nn.Parameters) error {
	switch member {
	case "weights":
		return r.list(func() error {
			var rows [][]float64
			err := r.rows(&rows)
			p.Weights = append(p.Weights, rows)
			return cmp.Or(err, r.tooMany(len(p.Weights), maxList, "layers"))
		})
	case "biases":
		return r.rows(&p.Biases)
	}
	return r.unknown()
}

func (r *reader) rows(dst *[][]float64) error {
	return r.list(func() error {
		var row []float64
		err := r.list(func() error {
			var v float64
			err := r.number(&v)
			row = append(row, v)
			return cmp.Or(err, r.tooMany(len(row), maxList, "numbers"))
		})
		*dst = append(*dst, row)
		return cmp.Or(err, r.tooMany(len(*dst), maxList, "rows"))
	})
}

// history reads the curves of a run.
func (r *reader) history(h *nn.History) error {
	return r.object(func(member string) error {
		switch member {
		case "every":
			return r.integer(&h.Every)
		case "step":
			return column(r, &h.Step, r.integer)
		case "epoch":
			return column(r, &h.Epoch, r.integer)
		case "loss":
			return column(r, &h.Loss, r.number)
		case "accuracy":
			return column(r, &h.Accuracy, r.number)
		case "test_loss":
			return column(r, &h.TestLoss, r.number)
		case "test_accuracy":
			return column(r, &h.TestAccuracy, r.number)
		case "best":
			h.Best = new(nn.Best)
			return r.best(h.Best)
		}
		return r.unknown()
	})
}

// column reads a list of as many numbers as a history may have samples.
func column[T any](r *reader, dst *[]T, read func(*T) error) error {
	return r.list(func() error {
		var v T
		err := read(&v)
		*dst = append(*dst, v)
		return cmp.Or(err, r.tooMany(len(*dst), nn.MaxSamples, "samples"))
	})
}

// best reads a moment of a history, all of whose members must be there.
func (r *reader) best(b *nn.Best) error {
	var step, epoch, loss bool
	err := r.object(func(member string) error {
		switch member {
		case "step":
			step = true
			return r.integer(&b.Step)
		case "epoch":
			epoch = true
			return r.integer(&b.Epoch)
		case "test_loss":
			loss = true
			return r.number(&b.TestLoss)
		}
		return r.unknown()
	})
	switch {
	case err != nil:
		return err
	case !step:
		return invalid(r.place()+".step", "is missing")
	case !epoch:
		return invalid(r.place()+".epoch", "is missing")
	case !loss:
		return invalid(r.place()+".test_loss", "is missing")
	}
	return nil
}

// points reads the data. Labels may be left out where they are not used.
func (r *reader) points(dst *[]nn.Point, most int, unlabelled bool) error {
	return r.list(func() error {
		if len(*dst) == most {
			return tooLarge("data", "must have at most %d points", most)
		}
		var p nn.Point
		var x, y, label bool
		err := r.object(func(member string) error {
			switch member {
			case "x":
				x = true
				return r.number(&p.X)
			case "y":
				y = true
				return r.number(&p.Y)
			case "label":
				label = true
				return r.number(&p.Label)
			}
			return r.unknown()
		})
		if err != nil {
			return err
		}
		for _, m := range []struct {
			name string
			ok   bool
		}{{"x", x}, {"y", y}, {"label", label || unlabelled}} {
			if !m.ok {
				return invalid(r.place()+"."+m.name, "is missing")
			}
		}
		*dst = append(*dst, p)
		return nil
	})
}

package handlers

import (
	"cmp"
	"math"

	"github.com/go-json-experiment/json/jsontext"

	"nnvisu/nn"
	"nnvisu/nn/setting"
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
	err := readJSON(body, "", func(r *reader) error { return s.readMessage(r, &m, may) })
	if err == nil {
		err = m.checkCounts(may)
	}
	if err != nil && m.id == nil {
		m.id = findID(body)
	}
	return m, err
}

func (s *Server) readMessage(r *reader, m *message, may members) error {
	return r.object(func(name string) error {
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

// A reader decodes one JSON value of the wire contract, member by member. What
// it decodes into begins anew: where one source gives up, another one reads again.
type reader struct{ source }

// A source reads the grammar of JSON, and the numbers of which there are many.
type source interface {
	object(member func(name string) error) error
	list(element func() error) error
	text(dst *string) error
	number(dst *float64) error
	// numbers appends a list of at most so many numbers to dst.
	numbers(dst *[]float64, most int, what string) error
	// rows appends lists of numbers to dst, one for each unit of a layer.
	rows(dst *[][]float64) error
	// points reads the data. Labels may be left out where they are not used.
	points(dst *[]nn.Point, most int, unlabelled bool) error
	id(dst *jsontext.Value) error
	// null reports whether the value is null, and then has read it.
	null() (bool, error)
	// end checks that nothing follows the value.
	end() error
	// place returns the path of the value last read, for errors.
	place() string
}

// readJSON reads one JSON value, whose name is prefix where it is not the whole
// message. It is read by a fastSource and, where that gives up, once more by a
// strictSource, from which all errors are.
func readJSON(text []byte, prefix string, read func(r *reader) error) error {
	if whole(&reader{&fastSource{json: text}}, read) == nil {
		return nil
	}
	return whole(newReader(text, prefix), read)
}

func whole(r *reader, read func(r *reader) error) error {
	if err := read(r); err != nil {
		return err
	}
	return r.end()
}

func newReader(text []byte, prefix string) *reader { return &reader{newStrictSource(text, prefix)} }

func (r *reader) unknown() error {
	return malformed(r.place(), "is not a member that this message has")
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

// name reads a string into any of the named string types of package nn.
func name[T ~string](r *reader, dst *T) error {
	var v string
	if err := r.text(&v); err != nil {
		return err
	}
	*dst = T(v)
	return nil
}

// tooMany is what a list may not have. It is looked for while reading, so that
// no text within the limit on bytes becomes many times as much memory.
func tooMany(r source, got, most int, what string) error {
	if got <= most {
		return nil
	}
	return invalid(r.place(), "must have at most %d %s", most, what)
}

func (r *reader) config(c *nn.Config, classesSet *bool) error {
	*c, *classesSet = nn.DefaultConfig(), false
	return r.object(func(name string) error {
		m := setting.Lookup(name)
		if m == nil {
			return r.unknown()
		}
		*classesSet = *classesSet || name == "classes"
		return m.Read(c, settingReader{r})
	})
}

// A settingReader is a reader as package setting asks for it.
type settingReader struct{ r *reader }

func (s settingReader) Text(dst *string) error    { return s.r.text(dst) }
func (s settingReader) Number(dst *float64) error { return s.r.number(dst) }
func (s settingReader) Integer(dst *int) error    { return s.r.integer(dst) }

func (s settingReader) List(what string, element func() error) error {
	n := 0
	return s.r.list(func() error {
		n++
		return cmp.Or(element(), tooMany(s.r, n, maxList, what))
	})
}

func (s settingReader) Invalid(format string, args ...any) error {
	return invalid(s.r.place(), format, args...)
}

func (r *reader) network(n *nn.Network) error {
	*n = nn.Network{}
	if absent, err := r.null(); absent || err != nil {
		return err
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
			return cmp.Or(err, tooMany(r, len(p.Weights), maxList, "layers"))
		})
	case "biases":
		return r.rows(&p.Biases)
	}
	return r.unknown()
}

// history reads the curves of a run.
func (r *reader) history(h *nn.History) error {
	*h = nn.History{}
	return r.object(func(member string) error {
		switch member {
		case "every":
			return r.integer(&h.Every)
		case "step":
			return r.column(&h.Step)
		case "epoch":
			return r.column(&h.Epoch)
		case "loss":
			return r.numbers(&h.Loss, nn.MaxSamples, "samples")
		case "accuracy":
			return r.numbers(&h.Accuracy, nn.MaxSamples, "samples")
		case "test_loss":
			return r.numbers(&h.TestLoss, nn.MaxSamples, "samples")
		case "test_accuracy":
			return r.numbers(&h.TestAccuracy, nn.MaxSamples, "samples")
		case "best":
			h.Best = new(nn.Best)
			return r.best(h.Best)
		}
		return r.unknown()
	})
}

// column reads a list of as many whole numbers as a history may have samples.
func (r *reader) column(dst *[]int) error {
	return r.list(func() error {
		var v int
		err := r.integer(&v)
		*dst = append(*dst, v)
		return cmp.Or(err, tooMany(r, len(*dst), nn.MaxSamples, "samples"))
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

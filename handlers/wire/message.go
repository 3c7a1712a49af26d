package wire

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// A Kind is what a message asks for. It decides which optional members the message may have.
type Kind int

// The kinds of messages.
const (
	Step      Kind = iota // one result after some updates: steps
	Train                 // a stream of results: steps (0 for no end), frame_steps, frame_ms
	Predict               // outputs at points, whose labels may be left out
	Export                // a file: format
	Explain               // how the next update changes a number: parameter, point
	SweepOver             // a stream of the results of many runs: steps, over; no network
	Layers                // where the layers put points, whose labels may be left out
	Replay                // the state that a journal leads to: journal, anyway; and no state
	Verify                // what runs claim and what they come to: hand_ins, lesson; and no state
)

// hasSteps reports whether the message may say how many updates to make.
func (k Kind) hasSteps() bool { return k == Step || k == Train || k == SweepOver }

// needsLabels reports whether each point of the message has to have a label.
func (k Kind) needsLabels() bool { return k != Predict && k != Layers }

// HasState reports whether the message has a state: its config, network or data.
func (k Kind) HasState() bool { return k != Replay && k != Verify }

// TypeName returns the member type of a message of this kind.
func (k Kind) TypeName() string {
	return [...]string{
		Step: "train_step", Train: "train_step", Predict: "predict", Export: "export",
		Explain: "train_step", SweepOver: "sweep", Layers: "layers", Replay: "replay", Verify: "verify",
	}[k]
}

// checkType returns an error unless a message of this kind may have the type.
func (k Kind) checkType(name string) error {
	if name == k.TypeName() {
		return nil
	}
	return Malformed("type", "must be %s; got %q", k.TypeName(), Clip(name))
}

// leastSteps is the smallest value of steps. For a stream, 0 means that it has no end.
func (k Kind) leastSteps() int {
	if k == Train {
		return 0
	}
	return 1
}

// A Message is a decoded request.
type Message struct {
	ID         jsontext.Value // as it was sent, or nil
	Type       string         // the member type, or ""
	State      nn.State       // not yet prepared
	ClassesSet bool           // config.classes was given
	Steps      int            // updates to make; 0, in a stream, for no end
	FrameSteps int            // updates between two frames of a stream
	FullFrames bool           // as many as fit into the time of a frame, instead of FrameSteps
	Repeatable bool           // the answer is the same on every CPU, also with FullFrames: a recipe's
	FrameMS    int            // least time between two frames, in milliseconds
	Format     string         // of the file to export
	Parameter  string         // the path of the weight or bias to explain, or nn.Steepest
	Point      int            // the point to explain: an index of data, nn.FirstOfBatch or nn.LargestShare
	Sweep      Sweep          // what the runs of a sweep differ by
	Journal    string         // to replay
	Anyway     bool           // also if another release wrote it
	HandIns    []HandIn       // runs to verify
	Lesson     string         // the link that they should have begun with, or their goal
}

// Limits are what a server allows a message.
type Limits struct {
	Points int // most points of a state
	// Yield is called after about every 64 kB of text that is read, if it is not nil. There the
	// server may let others have the CPU. An error that it returns ends the reading and is returned
	// as it is.
	Yield func() error
}

// FrameStepsMax stands in a form or a recipe for [Message.FullFrames].
const FrameStepsMax = "max"

// ReadFrameSteps reads how many updates a frame makes from a form or a recipe.
func (m *Message) ReadFrameSteps(text string) error {
	if m.FullFrames = strings.TrimSpace(text) == FrameStepsMax; m.FullFrames {
		return nil
	}
	return ReadInt(text, "frame_steps", &m.FrameSteps)
}

// Limits that the wire contract sets.
const (
	MaxSteps   = 100_000 // updates of one request, and of one frame
	MaxFrameMS = 60_000  // longest time that a client may ask for between two frames
	MaxID      = 256     // bytes of an id, which comes back with every answer
)

// maxList is more than any list of a config or network may have. Whether a list has the right
// length is checked, with a better message, when all is read.
const maxList = 10 * nn.MaxWidth

// NewMessage returns a message with the defaults of its kind.
func NewMessage(kind Kind) Message {
	m := Message{Steps: kind.leastSteps(), FrameSteps: 1}
	if kind == Explain {
		m.Parameter, m.Point = nn.Steepest, nn.FirstOfBatch
	}
	m.State.Config = nn.DefaultConfig()
	return m
}

// DecodeMessage reads a JSON message strictly: names are matched to the letter, and unknown or
// repeated members, values of another type and anything behind the message are errors that name the
// member. With an error the message still has its ID, if one can be found.
func DecodeMessage(body []byte, kind Kind, limits Limits) (Message, error) {
	m := NewMessage(kind)
	err := readJSON(body, "", limits, func(r *reader) error { return r.message(&m, kind, limits) })
	if err == nil {
		err = m.Check(kind)
	}
	if err != nil && m.ID == nil {
		m.ID = FindID(body, limits)
	}
	return m, err
}

func (r *reader) message(m *Message, kind Kind, limits Limits) error {
	return r.object(func(name string) error {
		switch {
		case name == "type":
			if err := r.text(&m.Type); err != nil {
				return err
			}
			return kind.checkType(m.Type)
		case name == "id":
			return r.id(&m.ID)
		case name == "journal" && kind == Replay:
			return r.text(&m.Journal)
		case name == "anyway" && kind == Replay:
			return r.flag(&m.Anyway)
		case name == "hand_ins" && kind == Verify:
			return r.handIns(&m.HandIns)
		case name == "lesson" && kind == Verify:
			return r.text(&m.Lesson)
		case !kind.HasState():
			return r.unknown()
		case name == "config":
			return r.config(&m.State.Config, &m.ClassesSet)
		case name == "over" && kind == SweepOver:
			return r.sweep(&m.Sweep)
		case name == "network" && kind != SweepOver: // each run begins with a new one
			return r.network(&m.State.Network)
		case name == "data":
			return r.points(&m.State.Data, limits.Points, !kind.needsLabels())
		case name == "steps" && kind.hasSteps():
			return r.integer(&m.Steps)
		case name == "frame_steps" && kind == Train:
			return r.integer(&m.FrameSteps)
		case name == "frame_ms" && kind == Train:
			return r.integer(&m.FrameMS)
		case name == "format" && kind == Export:
			return r.text(&m.Format)
		case name == "parameter" && kind == Explain:
			return r.path(&m.Parameter)
		case name == "point" && kind == Explain:
			if err := r.integer(&m.Point); err != nil {
				return err
			}
			return checkPoint(m.Point)
		}
		return r.unknown()
	})
}

// path reads the path of a weight or bias. An empty one is none.
func (r *reader) path(dst *string) error {
	if err := r.text(dst); err != nil {
		return err
	}
	if *dst == nn.Steepest {
		return Invalid("parameter", "must be weights.LAYER.OUT.IN or biases.LAYER.OUT, counted from 0; got %q", *dst)
	}
	return nil
}

// checkPoint returns an error unless a point that a message names may be an index.
func checkPoint(point int) error {
	if point < 0 {
		return Invalid("point", "must be an index of data, counted from 0; got %d", point)
	}
	return nil
}

// Check returns an error for what is wrong with a message beside its state.
func (m *Message) Check(kind Kind) error {
	if err := m.CheckCounts(kind); err != nil {
		return err
	}
	switch kind {
	case SweepOver:
		return m.checkSweep()
	case Verify:
		return m.CheckHandIns()
	}
	return nil
}

// CheckCounts returns an error for a number outside of its limits that is not part of the state.
func (m *Message) CheckCounts(kind Kind) error {
	least := kind.leastSteps()
	switch {
	case m.Steps < least || m.Steps > MaxSteps:
		return Invalid("steps", "must be from %d to %d; got %d", least, MaxSteps, m.Steps)
	case m.FrameSteps < 1 || m.FrameSteps > MaxSteps:
		return Invalid("frame_steps", "must be from 1 to %d; got %d", MaxSteps, m.FrameSteps)
	case m.FrameMS < 0 || m.FrameMS > MaxFrameMS:
		return Invalid("frame_ms", "must be from 0 to %d; got %d", MaxFrameMS, m.FrameMS)
	}
	return nil
}

// LongestFrame returns how many updates the longest frame of a stream makes.
func (m *Message) LongestFrame() int {
	if m.Steps > 0 {
		return min(m.FrameSteps, m.Steps)
	}
	return m.FrameSteps
}

// InferClasses sets the number of classes, where the message does not, to the number of outputs of
// the network, which may be sent without points or without their labels.
func (m *Message) InferClasses() {
	biases := m.State.Network.Biases
	if m.ClassesSet || len(biases) == 0 || m.State.Config.Task != nn.Classification {
		return
	}
	outputs := len(biases[len(biases)-1])
	m.State.Config.Classes = min(max(outputs, nn.MinClasses), nn.MaxClasses)
}

// FindID returns the id of a message that cannot be decoded, or nil if it cannot be found.
func FindID(body []byte, limits Limits) jsontext.Value {
	r := newStrictSource(body, "", pace.New(limits.Yield))
	var id jsontext.Value
	_ = r.object(func(name string) error { // best effort: what is wrong was reported already
		if name == "id" {
			return r.id(&id)
		}
		return r.dec.SkipValue()
	})
	return id
}

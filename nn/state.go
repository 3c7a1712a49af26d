package nn

import (
	"fmt"
	"math"
	"slices"
)

// A Point is one sample. X and Y are in [-1, 1]; Label is a class number from 0 or, for regression,
// the target in [-1, 1].
type Point struct {
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	Label float64 `json:"label"`
}

// Parameters are numbers in the shape of a network: its weights and biases, or one optimizer moment
// of each of them.
type Parameters struct {
	// Weights[l][o][i] runs from input i to output o of layer l.
	Weights [][][]float64 `json:"weights"`
	// Biases[l][o] belongs to output o of layer l.
	Biases [][]float64 `json:"biases"`
}

// Moments are the numbers that an optimizer keeps between updates. The zero value is a fresh start.
type Moments struct {
	// Optimizer is the rule that the moments belong to.
	Optimizer Optimizer `json:"name,omitzero"`
	// Updates counts the updates that made these moments, t in Adam's bias correction. It is less
	// than Network.Step after a change of optimizer.
	Updates int `json:"updates,omitzero"`
	// First is the momentum buffer, or Adam's running mean of the gradient.
	First *Parameters `json:"first,omitzero"`
	// Second is the running mean (or, for Adagrad, the sum) of the squared gradient.
	Second *Parameters `json:"second,omitzero"`
}

// Network is everything that training changes.
type Network struct {
	Parameters
	// Optimizer holds the moments of the optimizer in use.
	Optimizer Moments `json:"optimizer"`
	// Step counts optimizer updates.
	Step int `json:"step"`
	// Epoch counts completed passes over the training points.
	Epoch int `json:"epoch"`
}

// State is one moment of a training run and all that is needed to continue it.
type State struct {
	Config  Config  `json:"config"`
	Network Network `json:"network"`
	Data    []Point `json:"data"`
}

// MaxCount is the largest integer that every JSON reader keeps exactly.
const MaxCount = 1<<53 - 1

// IsEmpty reports whether the network has no weights and no biases and so is to be initialised.
func (n Network) IsEmpty() bool { return len(n.Weights) == 0 && len(n.Biases) == 0 }

// clone returns a copy that shares nothing with n.
func (n Network) clone() Network {
	n.Parameters = n.Parameters.clone()
	for _, moment := range []**Parameters{&n.Optimizer.First, &n.Optimizer.Second} {
		if *moment != nil {
			p := (*moment).clone()
			*moment = &p
		}
	}
	return n
}

func (p Parameters) clone() Parameters {
	p.Weights, p.Biases = slices.Clone(p.Weights), slices.Clone(p.Biases)
	for l, rows := range p.Weights {
		p.Weights[l] = slices.Clone(rows)
		for o, row := range rows {
			p.Weights[l][o] = slices.Clone(row)
		}
	}
	for l, row := range p.Biases {
		p.Biases[l] = slices.Clone(row)
	}
	return p
}

// Prepare returns the state with its optional parts filled in: the number of classes, and an
// initialised network if the network is empty. It returns a *FieldError if a member is out of range
// or does not fit. A state without points is valid here, but not for training.
func (s State) Prepare() (State, error) {
	if err := s.Config.Validate(); err != nil {
		return State{}, err
	}
	if err := validatePoints(s.Data, s.Config.Task); err != nil {
		return State{}, err
	}
	if s.Config.Task == Classification {
		need := MinClasses
		for _, p := range s.Data {
			need = max(need, int(p.Label)+1)
		}
		switch {
		case s.Config.Classes == 0:
			s.Config.Classes = need
		case s.Config.Classes < need:
			return State{}, fieldError("config.classes",
				"must be at least %d, the largest label + 1; got %d", need, s.Config.Classes)
		}
	}
	if s.Network.IsEmpty() {
		if s.Network.Step != 0 || s.Network.Epoch != 0 || s.Network.Optimizer != (Moments{}) {
			return State{}, fieldError("network.weights",
				"must be given with step, epoch or optimizer; "+
					"a network without weights is a new one")
		}
		s.Network = Initialize(s.Config)
		return s, nil
	}
	return s, s.Network.validate(s.Config)
}

// Initialize returns the first network of a run. The config must be valid and have its number of
// classes.
func Initialize(config Config) Network {
	m := newModel(config)
	m.initialize()
	return Network{Parameters: m.nested(m.theta)}
}

func validatePoints(points []Point, task Task) error {
	for i, p := range points {
		switch {
		case !(p.X >= -1 && p.X <= 1):
			return fieldError(fmt.Sprintf("data[%d].x", i), "must be from -1 to 1; got %v", p.X)
		case !(p.Y >= -1 && p.Y <= 1):
			return fieldError(fmt.Sprintf("data[%d].y", i), "must be from -1 to 1; got %v", p.Y)
		case task == Regression && !(p.Label >= -1 && p.Label <= 1):
			return fieldError(fmt.Sprintf("data[%d].label", i),
				"must be from -1 to 1 for regression; got %v", p.Label)
		case task == Classification && !isClass(p.Label):
			return fieldError(fmt.Sprintf("data[%d].label", i),
				"must be a class number from 0 to %d; got %v", MaxClasses-1, p.Label)
		}
	}
	return nil
}

// isClass reports whether a label is a class number.
func isClass(v float64) bool { return v >= 0 && v < MaxClasses && v == math.Trunc(v) }

// validate returns a *FieldError unless the network fits the config and is finite.
func (n Network) validate(c Config) error {
	sizes := c.Sizes()
	if err := n.Parameters.validate("network", sizes); err != nil {
		return err
	}
	for _, m := range []struct {
		field string
		value int
	}{
		{"network.step", n.Step},
		{"network.epoch", n.Epoch},
		{"network.optimizer.updates", n.Optimizer.Updates},
	} {
		if m.value < 0 || m.value > MaxCount {
			return fieldError(m.field, "must be from 0 to 2^53-1; got %d", m.value)
		}
	}
	if n.Optimizer == (Moments{}) {
		return nil
	}
	if n.Optimizer.Optimizer != c.Optimizer {
		return fieldError("network.optimizer",
			"holds the moments of %q but config.optimizer is %s; "+
				"leave it out to start with fresh moments",
			clip(string(n.Optimizer.Optimizer)), c.Optimizer)
	}
	rule := optimizerTable.rule(c.Optimizer)
	for _, m := range []struct {
		name  string
		uses  bool
		value *Parameters
	}{{"first", rule.first, n.Optimizer.First}, {"second", rule.second, n.Optimizer.Second}} {
		field := "network.optimizer." + m.name
		switch {
		case m.uses && m.value == nil:
			return fieldError(field, "is missing; %s keeps it", c.Optimizer)
		case !m.uses && m.value != nil:
			return fieldError(field, "must be left out; %s has none", c.Optimizer)
		case m.uses:
			if err := m.value.validate(field, sizes); err != nil {
				return err
			}
		}
	}
	return n.Optimizer.Second.validateSquares()
}

// validateSquares returns a *FieldError for the first second moment that is negative.
func (p *Parameters) validateSquares() error {
	if p == nil {
		return nil
	}
	const message = "must not be negative, being a mean of squares; got %v"
	negative := func(v float64) bool { return v < 0 }
	for l := range p.Weights {
		for o, row := range p.Weights[l] {
			if i := slices.IndexFunc(row, negative); i >= 0 {
				field := fmt.Sprintf("network.optimizer.second.weights[%d][%d][%d]", l, o, i)
				return fieldError(field, message, row[i])
			}
		}
		if o := slices.IndexFunc(p.Biases[l], negative); o >= 0 {
			field := fmt.Sprintf("network.optimizer.second.biases[%d][%d]", l, o)
			return fieldError(field, message, p.Biases[l][o])
		}
	}
	return nil
}

// validate returns a *FieldError unless the shapes fit the sizes [D, H…, C] and every number is
// finite.
func (p Parameters) validate(field string, sizes []int) error {
	layers := len(sizes) - 1
	if len(p.Weights) != layers {
		return fieldError(field+".weights", "must have %d layers for sizes %v; has %d", layers,
			sizes, len(p.Weights))
	}
	if len(p.Biases) != layers {
		return fieldError(field+".biases", "must have %d layers for sizes %v; has %d", layers,
			sizes, len(p.Biases))
	}
	for l := range layers {
		in, out := sizes[l], sizes[l+1]
		if got := len(p.Weights[l]); got != out {
			return fieldError(indexed(field+".weights", l),
				"must have %d rows, one for each unit of the layer; has %d", out, got)
		}
		for o, row := range p.Weights[l] {
			if len(row) != in {
				return fieldError(indexed(indexed(field+".weights", l), o),
					"must have %d numbers, one for each input of the layer; has %d", in, len(row))
			}
			if i := slices.IndexFunc(row, notFinite); i >= 0 {
				return fieldError(fmt.Sprintf("%s.weights[%d][%d][%d]", field, l, o, i),
					"must be finite")
			}
		}
		if got := len(p.Biases[l]); got != out {
			return fieldError(indexed(field+".biases", l),
				"must have %d numbers, one for each unit of the layer; has %d", out, got)
		}
		if o := slices.IndexFunc(p.Biases[l], notFinite); o >= 0 {
			return fieldError(fmt.Sprintf("%s.biases[%d][%d]", field, l, o), "must be finite")
		}
	}
	return nil
}

func notFinite(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }

func indexed(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }

package journal

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/nn/table"
)

// An Act is one change of a state that is no training.
type Act interface {
	// Apply returns the state after the act, prepared. It modifies nothing of s, which must be prepared.
	// The error is a [*nn.FieldError], a [*setting.SyntaxError] or one of the World.
	Apply(w *World, s nn.State) (nn.State, error)
	// Words says what the act does to a state, as an item of a list: "3 points added".
	Words(before nn.State) string

	put(b *writer)
}

// The acts. Layers, units, classes and points count from 0, in the words from 1.
type (
	// Settings gives members of the config other values, as [setting.Member.Text] writes them.
	Settings []Setting
	// Reset draws the first weights again.
	Reset struct{}
	// Reseed does so with the next seed.
	Reseed struct{}

	// AddLayer inserts a hidden layer before the one At.
	AddLayer struct{ At, Width int }
	// RemoveLayer removes hidden layer At.
	RemoveLayer struct{ At int }
	// AddUnit adds a unit at the end of a hidden layer.
	AddUnit struct{ Layer int }
	// RemoveUnit removes a unit of a hidden layer.
	RemoveUnit struct{ Layer, Unit int }
	// SetWeight sets a weight from unit In to unit Out of a layer.
	SetWeight struct {
		Layer, Out, In int
		Value          float64
	}
	// SetBias sets the bias of a unit.
	SetBias struct {
		Layer, Out int
		Value      float64
	}
	// AddClass adds a class.
	AddClass struct{}
	// RemoveClass removes a class with its points.
	RemoveClass struct{ Class int }

	// AddPoints adds points at the end.
	AddPoints struct{ Points []nn.Point }
	// RemovePoints removes points, whose numbers rise.
	RemovePoints struct{ Numbers []int }
	// SetPoints puts points in the place of those with the given numbers, which rise.
	SetPoints struct {
		Numbers []int
		Points  []nn.Point
	}
	// ClearPoints removes all points.
	ClearPoints struct{}
	// Dataset takes the points of a data set, and new weights.
	Dataset struct{ Source string }
	// Import takes points that come from outside, and new weights. It has at least so many Classes, 0
	// for a regression. Meta has no Source.
	Import struct {
		Task    nn.Task
		Classes int
		Points  []nn.Point
		Meta    table.Meta
	}
)

// A Setting is a member of the config and its value.
type Setting struct{ Name, Value string }

// Changed returns the act that changes one config into another.
func Changed(from, to nn.Config) Settings {
	var all Settings
	for _, m := range setting.Differing(&from, &to) {
		all = append(all, Setting{m.Name, m.Text(&to)})
	}
	return all
}

// Between returns acts that change the config and the points of one state into those of another. The
// weights stay, where they fit.
func Between(from, to nn.State) []Act {
	var acts []Act
	if changed := Changed(from.Config, to.Config); len(changed) > 0 {
		acts = append(acts, changed)
	}
	both := min(len(from.Data), len(to.Data))
	var set SetPoints
	for i, p := range to.Data[:both] {
		if p != from.Data[i] {
			set.Numbers, set.Points = append(set.Numbers, i), append(set.Points, p)
		}
	}
	if len(set.Numbers) > 0 {
		acts = append(acts, set)
	}
	if more := to.Data[both:]; len(more) > 0 {
		acts = append(acts, AddPoints{more})
	}
	if len(from.Data) > both {
		var rest RemovePoints
		for i := range from.Data[both:] {
			rest.Numbers = append(rest.Numbers, both+i)
		}
		acts = append(acts, rest)
	}
	return acts
}

// Apply is that of [Act].
func (a Settings) Apply(_ *World, s nn.State) (nn.State, error) {
	to := s.Config.Clone()
	for _, one := range a {
		m := setting.Lookup(one.Name)
		if m == nil {
			return s, &nn.FieldError{Field: "config", Message: fmt.Sprintf("has no member %q", one.Name)}
		}
		if err := m.Parse(&to, one.Value); err != nil {
			return s, err
		}
	}
	if err := to.Validate(); err != nil {
		return s, err
	}
	return nn.Configure(s, to).Prepare()
}

// Apply is that of [Act].
func (Reset) Apply(_ *World, s nn.State) (nn.State, error) {
	s.Network = nn.Initialize(s.Config)
	return s, nil
}

// Apply is that of [Act].
func (Reseed) Apply(_ *World, s nn.State) (nn.State, error) {
	s.Config = s.Config.Clone()
	s.Config.Seed++ // wraps around at the largest
	s.Network = nn.Initialize(s.Config)
	return s, nil
}

// Apply is that of [Act].
func (a AddLayer) Apply(_ *World, s nn.State) (nn.State, error) {
	return nn.AddLayer(s, a.At, a.Width)
}

// Apply is that of [Act].
func (a RemoveLayer) Apply(_ *World, s nn.State) (nn.State, error) { return nn.RemoveLayer(s, a.At) }

// Apply is that of [Act].
func (a AddUnit) Apply(_ *World, s nn.State) (nn.State, error) { return nn.AddNeuron(s, a.Layer) }

// Apply is that of [Act].
func (a RemoveUnit) Apply(_ *World, s nn.State) (nn.State, error) {
	return nn.RemoveNeuron(s, a.Layer, a.Unit)
}

// Apply is that of [Act].
func (a SetWeight) Apply(_ *World, s nn.State) (nn.State, error) {
	return nn.SetWeight(s, a.Layer, a.Out, a.In, a.Value)
}

// Apply is that of [Act].
func (a SetBias) Apply(_ *World, s nn.State) (nn.State, error) {
	return nn.SetBias(s, a.Layer, a.Out, a.Value)
}

// Apply is that of [Act].
func (AddClass) Apply(_ *World, s nn.State) (nn.State, error) { return nn.AddClass(s) }

// Apply is that of [Act].
func (a RemoveClass) Apply(_ *World, s nn.State) (nn.State, error) {
	return nn.RemoveClass(s, a.Class)
}

// Apply is that of [Act].
func (a AddPoints) Apply(w *World, s nn.State) (nn.State, error) {
	if err := w.checkPoints(len(s.Data) + len(a.Points)); err != nil {
		return s, err
	}
	s.Data = slices.Concat(s.Data, a.Points)
	return s.Prepare()
}

// Apply is that of [Act].
func (a RemovePoints) Apply(_ *World, s nn.State) (nn.State, error) {
	if err := a.check(s); err != nil {
		return s, err
	}
	s.Data = nn.RemovePoints(s.Data, a.Numbers)
	return s, nil
}

func (a RemovePoints) check(s nn.State) error {
	if n := len(a.Numbers); n > 0 && a.Numbers[n-1] >= len(s.Data) {
		return &nn.FieldError{Field: "data", Message: fmt.Sprintf("has no point %d", a.Numbers[n-1])}
	}
	return nil
}

// Apply is that of [Act].
func (a SetPoints) Apply(_ *World, s nn.State) (nn.State, error) {
	if err := (RemovePoints{a.Numbers}).check(s); err != nil {
		return s, err
	}
	s.Data = slices.Clone(s.Data)
	for i, n := range a.Numbers {
		s.Data[n] = a.Points[i]
	}
	return s.Prepare()
}

// Apply is that of [Act].
func (ClearPoints) Apply(_ *World, s nn.State) (nn.State, error) {
	s.Data = []nn.Point{}
	return s, nil
}

// Apply is that of [Act].
func (a Dataset) Apply(w *World, s nn.State) (nn.State, error) {
	points, task, err := w.Dataset(a.Source)
	if err != nil {
		return s, err
	}
	return nn.Replace(s, points, task, 0)
}

// Apply is that of [Act].
func (a Import) Apply(w *World, s nn.State) (nn.State, error) {
	if err := w.checkPoints(len(a.Points)); err != nil {
		return s, err
	}
	if bad := new(table.Error); errors.As(a.Meta.Check(nn.MaxClasses), &bad) {
		return s, &nn.FieldError{Field: "meta." + bad.Column, Message: bad.Message}
	}
	return nn.Replace(s, a.Points, a.Task, a.Classes)
}

func (w *World) checkPoints(n int) error {
	if n > w.Points {
		return &nn.FieldError{Field: "data", Message: fmt.Sprintf("must have at most %d points; this would make %d", w.Points, n)}
	}
	return nil
}

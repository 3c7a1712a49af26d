package journal

import (
	"fmt"
	"slices"
	"time"

	"github.com/nnvisu/nnvisu/nn"
)

// Replay returns the state that a journal leads to. An error is an [*Error] that names the act at
// fault. What the run may cost is for w to say: it is asked before each act and before training.
//
// What was trained before new weights were drawn has no part in the state. It is counted and not trained
// again.
func Replay(w *World, j Journal) (nn.State, error) {
	s, _, err := Retell(w, j)
	return s, err
}

// Retell is Replay. It also returns the notebook of the run, as [Notebook] does.
func Retell(w *World, j Journal) (nn.State, []Item, error) {
	train := w.Train
	if train == nil {
		train = func(s nn.State, updates int) (nn.Network, error) {
			r, err := nn.Step(s, updates)
			return r.Network, err
		}
	}
	renewed := -1
	for i, e := range slices.Backward(j.Entries) {
		if renews(e.Act) {
			renewed = i
			break
		}
	}
	needed := func(next int, s nn.State, updates int) (nn.Network, error) {
		if next <= renewed {
			s.Network.Step += updates
			return s.Network, nil
		}
		return train(s, updates)
	}
	n := newNotes(j)
	s, err := n.walk(w, j, needed, w.Done)
	return s, n.items, err
}

// renews reports whether an act draws new weights, whatever they were.
func renews(a Act) bool {
	switch a.(type) {
	case Reset, Reseed, Dataset, Import:
		return true
	}
	return false
}

// Cut returns the journal of an earlier moment of the run: its first so many acts, up to a step. The
// error is an [*Error] if the run has no such moment.
func (j Journal) Cut(acts, step int) (Journal, error) {
	if acts < 0 || acts > len(j.Entries) || step < 0 {
		return j, &Error{Message: "it has no such moment"}
	}
	next := j.Step
	if acts < len(j.Entries) {
		next = j.Entries[acts].Step
	}
	if step > next {
		return j, &Error{Message: fmt.Sprintf("it has no step %d after act %d", step, acts)}
	}
	j.Entries, j.Step = j.Entries[:acts:acts], step
	return j, nil
}

// A trainer makes updates of a state. It gets the number of the entry that comes next.
type trainer func(next int, s nn.State, updates int) (nn.Network, error)

// walk goes through a journal. It calls each after an act.
func walk(w *World, j Journal, train trainer, each func(i int, before, after nn.State) error) (nn.State, error) {
	s, err := w.Recipe(j.Recipe)
	if err != nil {
		return s, &Error{Message: "its recipe cannot be followed: " + err.Error(), Cause: err}
	}
	var work time.Duration // of what led to s; a recipe is no act
	to := func(next, step int) error {
		fail := func(message string, cause error) error {
			if next == len(j.Entries) {
				return &Error{Step: step, Message: message, Cause: cause}
			}
			return &Error{next + 1, step, message, cause}
		}
		if w.Check != nil {
			if err := w.Check(s, work); err != nil {
				return fail(err.Error(), err)
			}
		}
		switch n := step - s.Network.Step; {
		case n < 0:
			return fail(fmt.Sprintf("step %d is before step %d of the state that it follows", step, s.Network.Step), nil)
		case n > 0:
			network, err := train(next, s, n)
			if err != nil {
				return fail(err.Error(), err)
			}
			s.Network = network
		}
		return nil
	}
	for i, e := range j.Entries {
		if err := to(i, e.Step); err != nil {
			return s, err
		}
		next, err := e.Act.Apply(w, s)
		if err != nil {
			return s, &Error{i + 1, e.Step, err.Error(), err}
		}
		if err := each(i, s, next); err != nil {
			return s, &Error{i + 1, e.Step, err.Error(), err}
		}
		s, work = next, WorkOf(e.Act, next)
	}
	return s, to(len(j.Entries), j.Step)
}

// Do applies an act to a state and writes it down in the journal, if there is one.
func (j *Journal) Do(w *World, s nn.State, a Act) (nn.State, error) {
	next, err := a.Apply(w, s)
	if err == nil && j != nil {
		j.Entries = append(j.Entries, Entry{s.Network.Step, a})
		j.Step = next.Network.Step
	}
	return next, err
}

package journal

import (
	"fmt"

	"github.com/nnvisu/nnvisu/nn"
)

// Replay returns the state that a journal leads to. An error is an [*Error] that names the act at
// fault. What the run may cost is for w to say: it is asked before each act and before training.
func Replay(w *World, j Journal) (nn.State, error) {
	train := w.Train
	if train == nil {
		train = func(s nn.State, updates int) (nn.Network, error) {
			r, err := nn.Step(s, updates)
			return r.Network, err
		}
	}
	return walk(w, j, train, func(int, nn.State) {})
}

// An Item is a line of the notebook of a run.
type Item struct {
	Step  int    // at which it was done
	Words string // what was done
	Act   int    // the number of the act, from 0; -1 for training
}

// Notebook says in words what was done in a run. It trains nothing: words do not depend on weights.
func Notebook(w *World, j Journal) ([]Item, error) {
	var items []Item
	dry := func(s nn.State, updates int) (nn.Network, error) {
		items = append(items, Item{s.Network.Step + updates, fmt.Sprintf("training %d", updates), -1})
		s.Network.Step += updates
		return s.Network, nil
	}
	_, err := walk(w, j, dry, func(i int, before nn.State) {
		e := j.Entries[i]
		items = append(items, Item{e.Step, e.Act.Words(before), i})
	})
	return items, err
}

// walk goes through a journal. It calls each before an act.
func walk(
	w *World, j Journal, train func(nn.State, int) (nn.Network, error), each func(i int, before nn.State),
) (nn.State, error) {
	s, err := w.Recipe(j.Recipe)
	if err != nil {
		return s, &Error{Message: "its recipe cannot be followed: " + err.Error(), Cause: err}
	}
	to := func(entry, step int) error {
		fail := func(message string, cause error) error { return &Error{entry, step, message, cause} }
		if w.Check != nil {
			if err := w.Check(s); err != nil {
				return fail(err.Error(), err)
			}
		}
		switch n := step - s.Network.Step; {
		case n < 0:
			return fail(fmt.Sprintf("step %d is before step %d of the state that it follows", step, s.Network.Step), nil)
		case n > 0:
			network, err := train(s, n)
			if err != nil {
				return fail(err.Error(), err)
			}
			s.Network = network
		}
		return nil
	}
	for i, e := range j.Entries {
		if err := to(i+1, e.Step); err != nil {
			return s, err
		}
		each(i, s)
		next, err := e.Act.Apply(w, s)
		if err != nil {
			return s, &Error{i + 1, e.Step, err.Error(), err}
		}
		s = next
	}
	return s, to(0, j.Step)
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

package journal

import (
	"time"

	"github.com/nnvisu/nnvisu/nn"
)

// An Item is a line of the notebook of a run.
type Item struct {
	Words string
	// The run after it, as a journal: its first so many acts, up to a step.
	Acts, Step int
	// Work is about what it takes [Replay] to get there: acts as [WorkOf] says, training as [WorkOfTraining].
	Work time.Duration
}

// Notebook says in words what was done in a run, from its beginning on. Points that were drawn, or erased,
// one after the other are one line. It trains nothing: words do not depend on weights.
func Notebook(w *World, j Journal) ([]Item, error) {
	n := newNotes(j)
	_, err := n.walk(w, j, func(_ int, s nn.State, updates int) (nn.Network, error) {
		s.Network.Step += updates
		return s.Network, nil
	}, nil)
	return n.items, err
}

// Notes are a notebook that is written while a run is done again.
type notes struct {
	entries          []Entry
	items            []Item
	acts             int // of those that were done
	points           int // of the last line, if it is of points
	acting, training time.Duration
}

func newNotes(j Journal) *notes {
	return &notes{entries: j.Entries, items: []Item{{Words: RecipeWords(j.Recipe)}}}
}

// walk is [walk], and writes down what is done.
func (n *notes) walk(w *World, j Journal, train trainer, done func(before, after nn.State) error) (nn.State, error) {
	return walk(w, j, func(next int, s nn.State, updates int) (nn.Network, error) {
		network, err := train(next, s, updates)
		if err == nil {
			n.training = sum(n.training, WorkOfTraining(s, updates))
			n.write("training "+count(updates, "step"), network.Step)
		}
		return network, err
	}, func(i int, before, after nn.State) error {
		n.act(i, before, after)
		if done == nil {
			return nil
		}
		return done(before, after)
	})
}

// write adds a line.
func (n *notes) write(words string, step int) {
	n.items = append(n.items, Item{words, n.acts, step, sum(n.acting, n.training)})
}

// act writes down that entry i was done.
func (n *notes) act(i int, before, after nn.State) {
	a := n.entries[i].Act
	n.acts, n.acting = i+1, sum(n.acting, WorkOf(a, after))
	if renews(a) {
		n.training = 0
	}
	words := a.Words(before)
	points, what := pointsOf(a)
	if i > 0 && sameLine(n.entries[i-1], n.entries[i]) {
		n.items = n.items[:len(n.items)-1]
		points += n.points
		words = pointWords(points, what)
	}
	n.points = points
	n.write(words, after.Network.Step)
}

// sameLine reports whether two acts, one after the other, are one line of a notebook.
func sameLine(a, b Entry) bool {
	n, what := pointsOf(a.Act)
	m, again := pointsOf(b.Act)
	return n > 0 && m > 0 && what == again && a.Step == b.Step
}

// pointsOf returns how many points an act adds or removes, and which of the two in a word.
func pointsOf(a Act) (n int, what string) {
	switch a := a.(type) {
	case AddPoints:
		return len(a.Points), "added"
	case RemovePoints:
		return len(a.Numbers), "removed"
	}
	return 0, ""
}

func pointWords(n int, what string) string { return count(n, "point") + " " + what }

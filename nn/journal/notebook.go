package journal

import (
	"math"
	"time"

	"github.com/nnvisu/nnvisu/nn"
)

// An Item is a line of the notebook of a run.
type Item struct {
	Words string
	// The run after it, as a journal: its first so many acts, up to a step.
	Acts, Step int
	// Work is about what it takes [Replay] to get there. An act counts as an update.
	Work time.Duration
}

// Notebook says in words what was done in a run, from its beginning on. Points that were drawn, or erased,
// one after the other are one line. It trains nothing: words do not depend on weights.
func Notebook(w *World, j Journal) ([]Item, error) {
	items := []Item{{Words: RecipeWords(j.Recipe)}}
	acts := 0
	var acting, training time.Duration
	write := func(words string, after nn.State) {
		items = append(items, Item{words, acts, after.Network.Step, sum(acting, training)})
	}
	dry := func(_ int, s nn.State, updates int) (nn.Network, error) {
		s.Network.Step += updates
		training = sum(training, workOf(s, updates))
		write("training "+count(updates, "step"), s)
		return s.Network, nil
	}
	points := 0 // of a row of acts of one kind
	_, err := walk(w, j, dry, func(i int, before, after nn.State) error {
		a := j.Entries[i].Act
		acts, acting = i+1, sum(acting, workOf(after, 1))
		if renews(a) {
			training = 0
		}
		words := a.Words(before)
		n, what := pointsOf(a)
		if i > 0 && sameLine(j.Entries[i-1], j.Entries[i]) {
			items = items[:len(items)-1]
			n += points
			words = pointWords(n, what)
		}
		points = n
		write(words, after)
		return nil
	})
	return items, err
}

// workOf returns the work of some updates of a state.
func workOf(s nn.State, updates int) time.Duration {
	update := max(1, nn.WorkOf(s.Config, len(s.Data)).Update)
	if time.Duration(updates) > math.MaxInt64/update {
		return math.MaxInt64
	}
	return time.Duration(updates) * update
}

// sum adds times up to the longest that there is.
func sum(a, b time.Duration) time.Duration {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
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

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
	// Work is about what it takes to get there from the beginning. An act counts as an update.
	Work time.Duration
}

// Notebook says in words what was done in a run, from its beginning on. Points that were drawn, or erased,
// one after the other are one line. It trains nothing: words do not depend on weights.
func Notebook(w *World, j Journal) ([]Item, error) {
	items := []Item{{Words: RecipeWords(j.Recipe)}}
	acts := 0
	write := func(words string, updates int, after nn.State) {
		work := longer(items[len(items)-1].Work, updates, after)
		items = append(items, Item{words, acts, after.Network.Step, work})
	}
	dry := func(s nn.State, updates int) (nn.Network, error) {
		s.Network.Step += updates
		write("training "+count(updates, "step"), updates, s)
		return s.Network, nil
	}
	points := 0 // of a row of acts of one kind
	_, err := walk(w, j, dry, func(i int, before, after nn.State) error {
		acts = i + 1
		n, what := pointsOf(j.Entries[i].Act)
		if i == 0 || !sameLine(j.Entries[i-1], j.Entries[i]) {
			points = n
			write(j.Entries[i].Act.Words(before), 1, after)
			return nil
		}
		points += n
		line := &items[len(items)-1]
		*line = Item{pointWords(points, what), acts, line.Step, longer(line.Work, 1, after)}
		return nil
	})
	return items, err
}

// longer returns the work after some more updates of a state.
func longer(work time.Duration, updates int, s nn.State) time.Duration {
	update := max(1, nn.WorkOf(s.Config, len(s.Data)).Update)
	if time.Duration(updates) > (math.MaxInt64-work)/update {
		return math.MaxInt64
	}
	return work + time.Duration(updates)*update
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

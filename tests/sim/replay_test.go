package sim

import (
	"fmt"
	"testing"
)

// TestReplay: a seed that is simulated again is the same simulation. What is drawn always is. What
// happens at the same time happens in the order of the scheduler, as in the page's streams, which
// skip a frame if the one before is still being written. So not every journal is the same to the
// last entry; about three of four are. A test of one seed alone could fail for no reason, so many
// are counted. No invariant depends on the order.
func TestReplay(t *testing.T) {
	const tries, least = 16, 5
	courses := takeCourses(t)
	same := 0
	for seed := range uint64(tries) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			first, second := simulate(t, seed, courses, bug{}), simulate(t, seed, courses, bug{})
			if first.digest() == second.digest() {
				same++
			}
		})
	}
	t.Logf("%d of %d seeds give the same journal twice", same, tries)
	if same < least {
		t.Errorf("only %d of %d seeds give the same journal twice; want at least %d", same, tries, least)
	}
}

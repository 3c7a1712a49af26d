package sim

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/race"
)

var (
	seeds     = flag.Int("seeds", usualSeeds(), "how many seeds to simulate")
	firstSeed = flag.Uint64("seed", 1, "the first of them")
)

// usualSeeds is how many seeds take some seconds.
func usualSeeds() int {
	if race.Enabled {
		return 50
	}
	return 300
}

// TestSimulation simulates many seeds.
func TestSimulation(t *testing.T) {
	courses := takeCourses(t)
	for i := range *seeds {
		seed := *firstSeed + uint64(i)
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			t.Parallel()
			happened := simulate(t, seed, courses, bug{})
			if testing.Verbose() {
				t.Log("\n" + happened.String())
			}
			if len(happened.violations) > 0 {
				t.Errorf("%s\nrun it again by\n\tgo test ./tests/sim -run TestSimulation -seeds 1 -seed %d -v",
					strings.Join(happened.violations, "\n"), seed)
			}
		})
	}
}

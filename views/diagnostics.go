package views

import (
	"strings"
	"sync"

	"github.com/nnvisu/nnvisu/nn"
)

// total returns the number of points in a confusion matrix.
func total(counts [][]int) int {
	sum := 0
	for _, row := range counts {
		for _, n := range row {
			sum += n
		}
	}
	return sum
}

// heats are the CSS classes of the shades of a cell, the palest first.
var heats = [...]string{"heat-0", "heat-1", "heat-2", "heat-3", "heat-4", "heat-5", "heat-6", "heat-7", "heat-8", "heat-9"}

// heat returns the shade for n of the points of a class: 0 for none, 9 for all.
func heat(n, of int) string {
	if n == 0 {
		return heats[0]
	}
	return heats[1+8*n/of]
}

// classIcons returns the markers of the classes as paths in a box from -10000 to 10000.
var classIcons = sync.OnceValue(func() (icons [nn.MaxClasses]string) {
	for k := range icons {
		var b strings.Builder
		outline(&b, markers[k], 0, 0, 0.72)
		icons[k] = b.String()
	}
	return icons
})

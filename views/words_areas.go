package views

import (
	"fmt"
	"math"
	"sort"

	"github.com/nnvisu/nnvisu/nn/table"
)

const (
	// undecided is the probability of the likeliest class below which the network is called so.
	undecided = 0.75
	// smallPiece is the share of the plane below which a piece of an area is not counted.
	smallPiece = 0.005
	// somePart is the share of a ninth from which an area has a part in it.
	somePart = 0.1
)

// describeClasses says which class is the likeliest where. outputs are probabilities over Grid.
func (w *Words) describeClasses(outputs []float64, meta table.Meta) {
	const cells = GridSize * GridSize
	classes := len(outputs) / cells
	best := make([]int, cells) // -1: not a number
	unsure, lost := 0, 0
	fills := make([]int, classes)
	inNinth := make([][9]int, classes)
	var ninthCells [9]int
	for j := range best {
		for k := 1; k < classes; k++ {
			if outputs[k*cells+j] > outputs[best[j]*cells+j] {
				best[j] = k
			}
		}
		ninth := ninthOf(j, GridSize)
		ninthCells[ninth]++
		p := outputs[best[j]*cells+j]
		if p != p {
			best[j] = -1
			lost++
			continue
		}
		if p < undecided {
			unsure++
		}
		fills[best[j]]++
		inNinth[best[j]][ninth]++
	}
	order := make([]int, classes)
	for k := range order {
		order[k] = k
	}
	sort.SliceStable(order, func(a, b int) bool { return fills[order[a]] > fills[order[b]] })
	pieces, rims := piecesOf(best, classes)
	for _, k := range order {
		name := classTitle(meta, k)
		switch fills[k] {
		case 0:
			w.Areas = append(w.Areas, name+" is nowhere the likeliest.")
			continue
		case cells:
			w.Areas = append(w.Areas, name+" fills the whole plane.")
			continue
		}
		var most, some ninths
		for i, n := range inNinth[k] {
			switch share := float64(n) / float64(ninthCells[i]); {
			case share > 0.5:
				most |= 1 << i
			case share > somePart || most == 0 && 2*n > fills[k]:
				some |= 1 << i
			}
		}
		text := fmt.Sprintf("%s fills %s of the plane: ", name, wholePercent(float64(fills[k])/cells))
		switch {
		case most == 0:
			text += "parts of " + some.names()
		case some == 0 || most.count() >= 6:
			text += most.names()
		default:
			text += most.names() + ", and parts of " + some.names()
		}
		if n := pieces[k]; n > 1 {
			text += fmt.Sprintf(", in %d pieces", n)
		}
		text += "."
		if !rims[k] {
			text += " It lies inside and touches no edge."
		}
		w.Areas = append(w.Areas, text)
	}
	if lost > 0 {
		w.Areas = append(w.Areas, fmt.Sprintf("On %s of the plane the outputs are not finite.", wholePercent(float64(lost)/cells)))
	}
	switch unsure {
	case 0:
		w.Areas = append(w.Areas, "The network is sure everywhere: one class has 75 % or more.")
	case cells:
		w.Areas = append(w.Areas, "The network is undecided everywhere: no class has 75 %.")
	default:
		w.Areas = append(w.Areas, fmt.Sprintf("The network is undecided, with no class at 75 %%, on %s of the plane.", wholePercent(float64(unsure)/cells)))
	}
	for i := range ninthCells {
		first := 0
		for k := range classes {
			if inNinth[k][i] > inNinth[first][i] {
				first = k
			}
		}
		w.Ninths[i/3][i%3] = fmt.Sprintf("%s, %s", ClassName(meta, first), wholePercent(float64(inNinth[first][i])/float64(ninthCells[i])))
	}
}

// piecesOf counts the connected pieces of each class's area over Grid, without the smallest, and
// says which classes touch the edge of the plane. A class whose pieces are all small has one.
func piecesOf(best []int, classes int) (pieces []int, rims []bool) {
	pieces, rims = make([]int, classes), make([]bool, classes)
	seen := make([]bool, len(best))
	var stack []int
	for start, k := range best {
		if seen[start] || k < 0 {
			continue
		}
		size := 0
		stack = append(stack[:0], start)
		seen[start] = true
		for len(stack) > 0 {
			j := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			size++
			row, column := j/GridSize, j%GridSize
			if row == 0 || column == 0 || row == GridSize-1 || column == GridSize-1 {
				rims[k] = true
			}
			for _, next := range [...][2]int{{row - 1, column}, {row + 1, column}, {row, column - 1}, {row, column + 1}} {
				if r, c := next[0], next[1]; r >= 0 && c >= 0 && r < GridSize && c < GridSize {
					if n := r*GridSize + c; !seen[n] && best[n] == k {
						seen[n] = true
						stack = append(stack, n)
					}
				}
			}
		}
		if float64(size) >= smallPiece*float64(len(best)) {
			pieces[k]++
		}
	}
	return pieces, rims
}

// describeValues says where the values of a regression are low and high. values are over Grid, and
// said in the units of their axis.
func (w *Words) describeValues(values []float64, axis table.Axis) {
	var sums [9]float64
	var counts [9]int
	above, finite, whole := 0, 0, 0.0
	for j, v := range values {
		if v-v != 0 {
			continue
		}
		i := ninthOf(j, GridSize)
		sums[i] += v
		counts[i]++
		whole += v
		finite++
		if v > 0 {
			above++
		}
	}
	if finite < len(values) {
		w.Areas = append(w.Areas, fmt.Sprintf("On %s of the plane the values are not finite.", wholePercent(1-float64(finite)/float64(len(values)))))
	}
	low, high := -1, -1
	var positive ninths
	for i, n := range counts {
		if n == 0 {
			w.Ninths[i/3][i%3] = "not finite"
			continue
		}
		sums[i] /= float64(n)
		w.Ninths[i/3][i%3] = inUnits(axis, sums[i])
		if low < 0 || sums[i] < sums[low] {
			low = i
		}
		if high < 0 || sums[i] > sums[high] {
			high = i
		}
		if sums[i] > 0 {
			positive |= 1 << i
		}
	}
	if finite == 0 {
		return
	}
	mean := inUnits(axis, whole/float64(finite))
	if math.Abs(sums[high]-sums[low]) < 0.01 {
		w.Areas = append(w.Areas, "The value is about "+mean+" everywhere.")
		return
	}
	w.Areas = append(w.Areas, fmt.Sprintf("Values are lowest in %s, %s on average, and highest in %s, %s. Over the whole plane they are %s on average.",
		ninthNames[low], inUnits(axis, sums[low]), ninthNames[high], inUnits(axis, sums[high]), mean))
	middle := legendEnd(axis, 0)
	switch positive {
	case 0, allNinths:
		w.Areas = append(w.Areas, fmt.Sprintf("They are above %s on %s of the plane.", middle, wholePercent(float64(above)/float64(finite))))
	default:
		w.Areas = append(w.Areas, fmt.Sprintf("They are above %s on %s of the plane, most of all in %s.", middle, wholePercent(float64(above)/float64(finite)), positive.names()))
	}
}

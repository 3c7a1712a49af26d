package views

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// ranked returns the cells that have a result, the best first.
func (s *SweepPage) ranked() []int {
	var cells []int
	for i := range s.made() {
		if _, ok := s.Cells[i].result(); ok {
			cells = append(cells, i)
		}
	}
	slices.SortStableFunc(cells, func(i, k int) int {
		a, _ := s.Cells[i].result()
		b, _ := s.Cells[k].result()
		return cmp.Compare(a, b)
	})
	return cells
}

// loss is the result of a cell that has one.
func (s *SweepPage) loss(cell int) string {
	loss, _ := s.Cells[cell].result()
	return lossText(loss)
}

// Answer says in sentences what the runs tell together.
func (s *SweepPage) Answer() []string {
	ranked := s.ranked()
	if len(ranked) == 0 {
		return nil
	}
	var told []string
	switch {
	case s.CurveSamples() > 0:
		told = s.luck(ranked)
	default:
		best := ranked[0]
		told = append(told, fmt.Sprintf("The lowest %s is %s, with %s.", s.measure(), s.loss(best), s.values(best)))
		if a := s.numberAxis(); a != nil {
			told = append(told, s.trend(a)...)
		} else if s.isTable() && s.Sent == len(s.Cells) {
			if r := s.rows(); r != nil {
				told = append(told, lowestMeans(r.lines, r.axis.named))
			}
		}
	}
	failed := 0
	for _, c := range s.made() {
		if c.Problem != "" {
			failed++
		}
	}
	if failed > 0 {
		told = append(told, fmt.Sprintf("%s no result.", plural(failed, "run has", "runs have")))
	}
	return told
}

// luck says how the page's own run stands among those of other seeds.
func (s *SweepPage) luck(ranked []int) (told []string) {
	sum := 0.0
	for _, cell := range ranked {
		loss, _ := s.Cells[cell].result()
		sum += loss / float64(len(ranked))
	}
	best, worst, own := ranked[0], ranked[len(ranked)-1], s.own()
	text := s.apart(best, worst, own)
	if own >= 0 {
		place := slices.Index(ranked, own)
		switch {
		case place < 0:
			told = append(told, "Your run, with "+s.values(own)+", got no result.")
		case place == 0:
			told = append(told, fmt.Sprintf("Your run, with %s, is the luckiest of %d.", s.values(own), len(ranked)))
		case place == len(ranked)-1:
			told = append(told, fmt.Sprintf("Your run, with %s, is the unluckiest of %d.", s.values(own), len(ranked)))
		default:
			told = append(told, fmt.Sprintf("Your run, with %s, is number %d of %d.", s.values(own), place+1, len(ranked)))
		}
		if place >= 0 {
			told[0] += fmt.Sprintf(" Its %s is %s.", s.measure(), text(own))
		}
	}
	return append(told, fmt.Sprintf("The luckiest, %s, has %s, and the unluckiest, %s, has %s. The mean is %s.",
		s.values(best), text(best), s.values(worst), text(worst), lossText(sum)))
}

// apart returns what writes the results of some cells, with as many digits as tell them apart. A cell
// below 0, or without a result, is none of them.
func (s *SweepPage) apart(cells ...int) func(cell int) string {
	text := s.loss
	for digits := 2; digits <= 17; digits++ {
		seen, alike := map[string]float64{}, false
		for _, cell := range cells {
			if cell < 0 {
				continue
			}
			if loss, ok := s.Cells[cell].result(); ok {
				before, again := seen[text(cell)]
				alike = alike || again && before != loss
				seen[text(cell)] = loss
			}
		}
		if !alike {
			break
		}
		text = func(cell int) string {
			loss, _ := s.Cells[cell].result()
			return table.Readable(strconv.FormatFloat(loss, 'g', digits, 64))
		}
	}
	return text
}

// trend says where along a number the runs learn the training points best, where test points say
// something else, and from where on they learn nothing. While runs are missing, nobody knows.
func (s *SweepPage) trend(a *SweepAxis) (told []string) {
	if s.Sent < len(s.Cells) {
		return nil
	}
	c := s.numberChart(a)
	if len(c.lines) == 2 {
		told = append(told, lowestMeans(c.lines, c.at))
	}
	if s.State.Config.Task != nn.Classification || len(c.lines) == 0 {
		return told
	}
	guessing := math.Log(float64(max(2, s.State.Config.Classes)))
	mean := c.lines[0].mean
	from := len(mean)
	for from > 0 && (mean[from-1] < 0 || mean[from-1] >= guessing) {
		from--
	}
	switch {
	case from == 0 || from == len(mean):
	case slices.Max(mean[from:]) < 0:
		told = append(told, fmt.Sprintf("From %s on, every run fails.", c.at(from)))
	default:
		told = append(told, fmt.Sprintf("From %s on, a network does no better than guessing, which has a loss of %s.", c.at(from), lossText(guessing)))
	}
	return told
}

// lowestMeans says where the means of lines are lowest, in words that at has for a place.
func lowestMeans(lines []spreadLine, at func(i int) string) string {
	train, test := lowestAt(lines[0].mean), lowestAt(lines[len(lines)-1].mean)
	switch {
	case len(lines) == 1:
		return fmt.Sprintf("In the mean, the train loss is lowest with %s.", at(train))
	case train == test:
		return fmt.Sprintf("In the mean, both losses are lowest with %s.", at(train))
	}
	return fmt.Sprintf("In the mean, the train loss is lowest with %s, and the test loss with %s.", at(train), at(test))
}

// lowestAt returns the index of the lowest of the values that were measured.
func lowestAt(values []float64) int {
	best := -1
	for i, v := range values {
		if v >= 0 && (best < 0 || v < values[best]) {
			best = i
		}
	}
	return max(best, 0)
}

// best returns the best cell of those that were made, or -1.
func (s *SweepPage) best() int {
	if ranked := s.ranked(); len(ranked) > 0 {
		return ranked[0]
	}
	return -1
}

// label describes a cell to who cannot see it.
func (s *SweepPage) label(cell int) string {
	c := &s.Cells[cell]
	parts := []string{"Open the run with " + s.values(cell), "train loss " + lossText(c.Metrics.Loss)}
	if c.Metrics.TestLoss != nil {
		parts = append(parts, "test loss "+lossText(*c.Metrics.TestLoss))
	}
	return strings.Join(parts, ", ")
}

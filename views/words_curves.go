package views

import (
	"fmt"

	"github.com/nnvisu/nnvisu/nn"
)

// steady is by which share a loss may change over the last quarter of a run and still be called
// steady.
const steady = 0.03

// describeCurves says where loss and accuracy are, where they were, and where they are going. The
// last sample of the history is that of the state.
func (w *Words) describeCurves(s nn.State, m nn.Metrics, h nn.History) {
	at := fmt.Sprintf("At step %s, after %s", grouped(s.Network.Step), counted(s.Network.Epoch, "epoch"))
	text := fmt.Sprintf("%s, the train loss is %s.", at, lossText(m.Loss))
	if n := h.Len(); n > 1 {
		text += fmt.Sprintf(" At the start it was %s.", lossText(h.Loss[0]))
		low := lowest(h.Loss)
		if h.Loss[low] < h.Loss[n-1] {
			text += fmt.Sprintf(" It was lowest, %s, at step %s.", lossText(h.Loss[low]), grouped(h.Step[low]))
		}
		text += " " + trend(h.Step, h.Loss)
	}
	w.Curves = append(w.Curves, text)
	if m.TestLoss != nil {
		text = fmt.Sprintf("The test loss is %s.", lossText(*m.TestLoss))
		if best := h.Best; best != nil && h.Len() > 1 {
			text += fmt.Sprintf(" It was lowest, %s, at step %s.", lossText(best.TestLoss), grouped(best.Step))
			if *m.TestLoss > 1.1*best.TestLoss && h.Loss[h.Len()-1] <= h.Loss[lowest(h.Loss)]*1.1 {
				text += " Since then it has risen while the train loss fell: that is overfitting."
			}
		}
		w.Curves = append(w.Curves, text)
	}
	if m.Accuracy != nil {
		text = fmt.Sprintf("The train accuracy is %s", percent(m.Accuracy))
		if m.TestAccuracy != nil {
			text += fmt.Sprintf(" and the test accuracy %s", percent(m.TestAccuracy))
		}
		w.Curves = append(w.Curves, text+".")
	}
}

// lowest returns the index of the lowest value, or of the last of equals.
func lowest(values []float64) int {
	at := 0
	for i, v := range values {
		if v <= values[at] {
			at = i
		}
	}
	return at
}

// trend says how a loss changed over the last quarter of its steps.
func trend(steps []int, values []float64) string {
	last := len(values) - 1
	from := last
	for from > 0 && 4*(steps[last]-steps[from-1]) <= steps[last]-steps[0] {
		from--
	}
	from = min(from, max(0, last-1))
	switch before, now := values[from], values[last]; {
	case now < before*(1-steady):
		return "It is still falling."
	case now > before*(1+steady):
		return "It is rising."
	}
	return "It hardly changes any more."
}

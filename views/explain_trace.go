package views

import "github.com/nnvisu/nnvisu/nn"

// A trace is the way from a parameter to the loss, as it is marked in the drawing of the network.
type trace struct {
	Own    []markup // the edge of a weight, or those into the unit of a bias
	Onward []markup // the edges that the chain rule goes along
	Rings  [][]ring // for each column of the drawing, what is around its units
}

// A ring is what is around a unit: a class of the style sheet, or "".
type ring string

const (
	ringOwn    ring = "own"    // the unit that the parameter belongs to
	ringFrom   ring = "from"   // what a weight is multiplied with
	ringOnward ring = "onward" // the chain rule goes through it
)

// traced returns the trace of what is explained, of what the drawing shows. all are its edges.
func (v *Explaining) traced(l Lab, all []edge) trace {
	var t trace
	for _, e := range all {
		switch {
		case e.layer == v.at.Layer && e.out == v.at.Out && (e.in == v.at.In || v.at.In < 0):
			t.Own = append(t.Own, e.path)
		case e.layer == v.at.Layer+1 && e.in == v.at.Out || e.layer > v.at.Layer+1:
			t.Onward = append(t.Onward, e.path)
		}
	}
	for _, c := range columns(l.State.Config, l.Meta, l.rows()) {
		var rings []ring
		for i, u := range c.Units {
			rings = append(rings, v.ringOf(l.State.Config, c.Layer, i, u))
		}
		if c.Hidden > 0 { // the cell that says how many are left out
			rings = append(rings, v.ringOfRest(c))
		}
		t.Rings = append(t.Rings, rings)
	}
	return t
}

// ringOf returns what is around unit i of a column.
func (v *Explaining) ringOf(c nn.Config, column, i int, u unit) ring {
	switch {
	case column == v.at.Layer+1 && i == v.at.Out:
		return ringOwn
	case column > v.at.Layer+1:
		return ringOnward
	case column == v.at.Layer && v.at.In >= 0:
		if column == 0 && u.Feature == c.Features[v.at.In] || column > 0 && i == v.at.In {
			return ringFrom
		}
	}
	return ""
}

// ringOfRest returns what is around the cell that stands for the units that are not drawn.
func (v *Explaining) ringOfRest(c column) ring {
	switch {
	case c.Layer == v.at.Layer+1 && v.at.Out >= len(c.Units):
		return ringOwn
	case c.Layer == v.at.Layer && v.at.In >= len(c.Units):
		return ringFrom
	}
	return ""
}

// explainAct is the act that explains the weight of an edge.
func explainAct(e edge) string { return "explain " + weightPath(e.layer, e.out, e.in) }

package table

import (
	"encoding/csv"
	"io"
	"strconv"

	"nnvisu/nn"
)

// WriteCSV writes points as comma separated values with a header, in their original units and with
// the names of their classes.
//
// With a zero Meta, Parse, and Convert with ScalingNone, give the same points bit for bit. With the
// Meta of an Import they give them within 1e-12, as long as the same points are the outermost and
// each class has one: the scaling follows from the values.
func WriteCSV(w io.Writer, points []nn.Point, task nn.Task, m Meta) error {
	out := csv.NewWriter(w)
	header := []string{"x", "y", "label"}
	for i, a := range []Axis{m.Transform.X, m.Transform.Y, m.Transform.Label} {
		if a.Name != "" {
			header[i] = a.Name
		}
	}
	// Errors of Write are reported by out.Error below.
	_ = out.Write(header)
	for _, p := range points {
		label := m.Transform.Label.Text(p.Label)
		if task == nn.Classification {
			if label = m.Class(int(p.Label)); label == "" {
				label = strconv.Itoa(int(p.Label))
			}
		}
		_ = out.Write([]string{m.Transform.X.Text(p.X), m.Transform.Y.Text(p.Y), label})
	}
	out.Flush()
	return out.Error()
}

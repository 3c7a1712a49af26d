package handlers

import (
	"slices"
	"sync"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// places of the pictures' cells, which are always the same.
type places struct{ xs, ys []float64 }

var (
	planePlaces = sync.OnceValue(func() (p places) { p.xs, p.ys = views.Grid(); return p })
	mapPlaces   = sync.OnceValue(func() (p places) { p.xs, p.ys = views.MapGrid(); return p })
)

// A canvas is where the network's numbers are on their way to colours.
type canvas struct {
	outputs []float64
	units   [][]float64
	values  []float64 // of units
}

// Canvases of the plane are small. Those of maps have up to three megabytes, so they are used
// without yielding: there are never more in use than CPU tokens.
var (
	planeCanvases = sync.Pool{New: func() any { return new(canvas) }}
	mapCanvases   = sync.Pool{New: func() any { return new(canvas) }}
)

// paint draws what a model says over the plane, and what its units do, in the place of what was
// drawn before. It calls yield now and then, and returns its error.
func paint(yield func() error, lab *views.Lab, m *nn.Model) (err error) {
	if lab.Cells, err = paintPlane(yield, lab.Cells, m, lab.Choices.Hard); err != nil {
		return err
	}
	c := mapCanvases.Get().(*canvas)
	defer mapCanvases.Put(c)
	m.SetYield(nil)
	lab.Maps, lab.Largest = c.maps(lab.Maps[:0], lab.Largest[:0], m, &lab.Choices)
	return nil
}

// paintPlane draws what a model says over the plane to dst, which may be nil, as paint does.
func paintPlane(yield func() error, dst views.Cells, m *nn.Model, hard bool) (views.Cells, error) {
	c := planeCanvases.Get().(*canvas)
	defer planeCanvases.Put(c)
	m.SetYield(yield)
	dst = c.plane(dst, m, hard)
	return dst, m.Stopped()
}

// planeChunk is how many cells of the plane are painted at once: what the network says about them
// stays near the processor until it is a colour.
const planeChunk = 1024

// plane draws what a model says over the plane to dst, which may be nil.
func (c *canvas) plane(dst views.Cells, m *nn.Model, hard bool) views.Cells {
	at, task := planePlaces(), m.Config().Task
	if dst == nil {
		dst = make(views.Cells, len(at.xs))
	}
	c.outputs = slices.Grow(c.outputs[:0], m.Outputs()*planeChunk)
	for from := 0; from < len(dst); from += planeChunk {
		to := min(from+planeChunk, len(dst))
		outputs := c.outputs[:m.Outputs()*(to-from)]
		m.PredictTo(outputs, at.xs[from:to], at.ys[from:to])
		views.PaintCells(dst[from:to], outputs, task, hard)
	}
	return dst
}

// maps appends to dst what a model's units do, of those that the choices of a page show, and to largest
// how much the hidden ones do at most.
func (c *canvas) maps(dst views.Maps, largest []float64, m *nn.Model, choices *views.Choices) (views.Maps, []float64) {
	at, config := mapPlaces(), m.Config()
	n, all := len(at.xs), config.HiddenUnits()+m.Outputs()
	rest := slices.Grow(c.values[:0], all*n)[:all*n]
	c.values, c.units = rest, c.units[:0]
	for _, width := range config.HiddenLayers {
		c.units = append(c.units, rest[:width*n])
		rest = rest[width*n:]
	}
	c.units = append(c.units, rest)
	m.UnitsTo(c.units, at.xs, at.ys)
	return views.PaintMaps(dst, largest, c.units, config, choices)
}

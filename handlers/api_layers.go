package handlers

import (
	"math"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// layers answers POST /layers: where the layers of a network put points, and a grid of the plane.
func (s *Server) layers(c echo.Context) error {
	if !accepts(c.Request(), "application/json") {
		return notAcceptable("application/json")
	}
	m, err := s.takeMessage(c, wire.Layers)
	if err != nil {
		return err
	}
	m.InferClasses()
	ctx := c.Request().Context()
	if len(m.State.Data) == 0 {
		return withID{wire.Invalid("data", "must have at least one point"), m.ID}
	}
	if err := s.checkState(ctx, &m); err != nil {
		return withID{err, m.ID}
	}
	model, err := nn.NewModel(m.State)
	if err != nil {
		return withID{err, m.ID}
	}
	xs, ys := layerGrid()
	if err := taskOf(ctx).reserveMore(spaceBytes(model.Config(), len(m.State.Data)+len(xs))); err != nil {
		return withID{err, m.ID}
	}
	model.SetYield(yielding(ctx))
	spaces := model.Spaces(m.State.Data, xs, ys, nil)
	if err := model.Stopped(); err != nil {
		return withID{err, m.ID}
	}
	names := views.SpaceNames(model.Config())
	for l := range spaces {
		if !isPlaced(&spaces[l]) {
			return withID{wire.Invalid("network", "gives activations that are too large in the layer %s", names[l]), m.ID}
		}
	}
	text := newAnswerBuffer(ctx)
	if err := wire.WriteSpaces(text, m.ID, names, spaces, xs, ys, paced(ctx)); err != nil {
		return withID{err, m.ID}
	}
	return answer(c, http.StatusOK, "application/json", text.bytes)
}

// gridSide is the number of places along each side of the grid that POST /layers answers.
const gridSide = 21

// layerGrid returns the places of that grid, row by row from the top left.
func layerGrid() (xs, ys []float64) {
	at := func(i int) float64 { return float64(2*i-(gridSide-1)) / (gridSide - 1) }
	for row := range gridSide {
		for column := range gridSide {
			xs, ys = append(xs, at(column)), append(ys, -at(row)+0) // no negative zero
		}
	}
	return xs, ys
}

// spaceBytes returns the most bytes that the spaces of so many places take: two coordinates in each
// layer, and the products of the activations of each two units.
func spaceBytes(c nn.Config, places int) int64 {
	sum := 0
	for _, units := range c.Sizes() {
		sum += 2*places + units*units + 8*units
	}
	return int64(8 * sum)
}

// isPlaced reports whether a layer puts all points and places somewhere finite.
func isPlaced(s *nn.LayerSpace) bool {
	beyond := func(v float64) bool { return !(math.Abs(v) <= math.MaxFloat64) }
	for k := range 2 {
		if slices.ContainsFunc(s.Points[k], beyond) || slices.ContainsFunc(s.Places[k], beyond) {
			return false
		}
	}
	return s.Axes != nil
}

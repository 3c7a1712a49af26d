package nn

import (
	"math"
	"slices"
	"time"

	"github.com/nnvisu/nnvisu/nn/kernel"
)

// A LayerSpace is where a layer puts points and other places of the plane. The activations of its
// H units are coordinates in a space of H dimensions: of two units that is a plane, of one a line,
// and of more it is seen from the side from which most is to be seen, along the first two
// principal components. All bits are the same on every CPU.
type LayerSpace struct {
	Units int // H; of the input, its features
	// Axes are two, or one where there is one unit. Without points, and where an activation is not
	// finite or beyond spaceLimit, there are none, and no coordinates.
	Axes []SpaceAxis
	// Points and Places have the coordinates of the points and of the places: [0] along the first
	// axis, [1] along the second, which is 0 where there is none.
	Points, Places [2][]float64
}

// A SpaceAxis is a direction in the space of a layer.
type SpaceAxis struct {
	// Unit is the unit whose activation is the coordinate, or NoUnit where it is that of a principal
	// component: Weights·(activations − Mean).
	Unit int
	// Weights has length 1 and a number for each unit, and Mean the mean activations of the points.
	// Both are nil where the axis is that of a unit.
	Weights, Mean []float64
	// Share is how much of the spread of the points is along the axis: their variance along it, as a
	// share of that along all axes of the space. It is 0 where all points are at one place.
	Share float64
}

// NoUnit is the unit of an axis that is no unit's.
const NoUnit = -1

// SpacePoints is the most points that the axes are found from: of more, so many as Evenly says.
const SpacePoints = 256

const (
	spaceLimit = 1e100 // of a size: its square is finite
	// roundingError is how far rounding moves points that are at one place, as a share of how far
	// that is from 0.
	roundingError = 1e-12
)

// SpaceSample returns the points from which [Model.Spaces] finds the axes, and their numbers.
func SpaceSample(points []Point) (sample []Point, at []int) {
	at = Evenly(len(points), SpacePoints)
	sample = make([]Point, len(at))
	for j, i := range at {
		sample[j] = points[i]
	}
	return sample, at
}

// Evenly returns the numbers of n things, or of more than most about as many as most, spread evenly.
// It takes those whose multiples of the golden ratio have the least fractions: points of the
// classes often come in turn, of which one in so many would leave out some classes.
func Evenly(n, most int) []int {
	const golden = 2654435769 // 2³² times the golden ratio less 1
	at := make([]int, 0, min(n, most))
	for i := 0; i < n && len(at) < most; i++ {
		if n <= most || uint64(uint32(i)*golden)*uint64(n) < uint64(most)<<32 {
			at = append(at, i)
		}
	}
	return at
}

// Spaces returns where every layer puts the points and the places (xs[j], ys[j]): first the input,
// whose units are the features, then the hidden layers, and last the output, whose activations are
// what [Model.Predict] says. Dropout is off, and labels do not matter. It takes about as long as
// three passes of the points of [SpaceSample] through the layers, a pass of all that is placed, and
// n³ for the axes of n units.
//
// A principal component has two ends, of which one has to be its front. That of the first is where
// x + y/3 is larger, and that of the second where y + x/3 is: the picture lies as the plane does,
// as far as the layer lets it. x and y go together since many data sets are symmetric about an
// axis. A function of the state alone has to turn round now and then, as a layer turns the plane.
// So the front of an axis of before, the spaces of an earlier moment of the same run, goes first:
// where the two axes look in opposite directions the new one turns round. before may be nil.
func (m *Model) Spaces(points []Point, xs, ys []float64, before []LayerSpace) []LayerSpace {
	spaces := make([]LayerSpace, len(m.sizes))
	for l, units := range m.sizes {
		spaces[l].Units = units
	}
	if len(points) == 0 {
		return spaces
	}
	m.acquire()
	defer m.release()
	sample, _ := SpaceSample(points)
	if !m.findAxes(spaces, sample) {
		return spaces
	}
	for l := range min(len(spaces), len(before)) {
		spaces[l].follow(&before[l])
	}
	px, py := placesOf(points)
	m.placeIn(spaces, px, py, func(s *LayerSpace) *[2][]float64 { return &s.Points })
	m.placeIn(spaces, xs, ys, func(s *LayerSpace) *[2][]float64 { return &s.Places })
	return spaces
}

// follow turns the axes round that look in the opposite direction of those before.
func (s *LayerSpace) follow(before *LayerSpace) {
	for k := range min(len(s.Axes), len(before.Axes)) {
		w := s.Axes[k].Weights
		if len(w) == len(before.Axes[k].Weights) && dot(w, before.Axes[k].Weights) < 0 {
			turnRound(w)
		}
	}
}

func turnRound(v []float64) {
	for i := range v {
		v[i] = 0 - v[i]
	}
}

// SpacesOf returns how long [Model.Spaces] takes for so many points and places, as [WorkOf] does.
func SpacesOf(c Config, placed int) time.Duration {
	axes := 0
	for _, n := range c.Sizes() {
		axes += axesTime * n * n * n
	}
	return PassOf(c, 4*SpacePoints+placed) + time.Duration(axes)
}

// placesOf returns where points are.
func placesOf(points []Point) (xs, ys []float64) {
	xs, ys = make([]float64, len(points)), make([]float64, len(points))
	for j, p := range points {
		xs[j], ys[j] = p.X, p.Y
	}
	return xs, ys
}

// A spread is what is known of the activations of a layer, to find its axes.
type spread struct {
	finite   bool
	mean     []float64 // H
	products []float64 // H×H: sums over the points of the products of what differs from the mean
	along    []float64 // H×2: the same with x and y
}

// findAxes finds the axes of every layer. It reports whether it came to the end. The caller has a
// workspace.
func (m *Model) findAxes(spaces []LayerSpace, points []Point) bool {
	xs, ys := placesOf(points)
	of, widest := make([]spread, len(spaces)), 0
	for l, s := range spaces {
		n := s.Units
		of[l] = spread{true, make([]float64, n), make([]float64, n*n), make([]float64, 2*n)}
		widest = max(widest, n)
	}
	if !m.throughLayers(xs, ys, 1, func(l int, b activations) {
		for u := range of[l].mean {
			for _, v := range b.row(u) {
				of[l].finite = of[l].finite && math.Abs(v) <= spaceLimit // which NaN is not
				of[l].mean[u] += v
			}
		}
	}) {
		return false
	}
	for l := range of {
		for u := range of[l].mean {
			of[l].mean[u] /= float64(len(points))
		}
	}
	sums := make([]float64, widest) // which DenseGradient adds as well
	var place [2 * blockWidth]float64
	if !m.throughLayers(xs, ys, 3, func(l int, b activations) {
		if !of[l].finite {
			return
		}
		for u, mean := range of[l].mean {
			row := b.padded(u)
			for j := range row {
				row[j] -= mean
			}
			clear(row[b.n:])
		}
		copy(place[:b.width], xs[b.from:])
		copy(place[b.width:2*b.width], ys[b.from:])
		kernel.DenseGradient(of[l].products, sums[:b.units], b.a, b.a, b.units, b.units, b.width)
		kernel.DenseGradient(of[l].along, sums[:b.units], b.a, place[:2*b.width], 2, b.units, b.width)
	}) {
		return false
	}
	for l := range spaces {
		n := spaces[l].Units
		if !of[l].finite {
			continue
		}
		if !m.proceed(axesTime * n * n * n) {
			return false
		}
		spaces[l].Axes = of[l].axes()
	}
	return true
}

// axesTime is how many nanoseconds it takes to find the axes of n units, for each of n³.
const axesTime = 2

// axes returns the axes of a layer. It overwrites the products.
func (s *spread) axes() []SpaceAxis {
	n, all, most := len(s.mean), 0.0, 0.0
	for u, mean := range s.mean {
		all += s.products[u*n+u]
		most = max(most, math.Abs(mean))
	}
	if math.Sqrt(all) <= roundingError*most { // the points are at one place
		all = 0
		clear(s.products)
	}
	share := func(v float64) float64 {
		if all == 0 {
			return 0
		}
		return min(1, v/all)
	}
	axes := make([]SpaceAxis, min(n, 2))
	if n <= 2 {
		for u := range axes {
			axes[u] = SpaceAxis{Unit: u, Share: share(s.products[u*n+u])}
		}
		return axes
	}
	directions, sizes := principal(s.products, n)
	for k, w := range directions {
		front := 0.0
		for u, v := range w {
			along := s.along[2*u+k] + s.along[2*u+1-k]/3
			front += float64(v * along)
		}
		if front < 0 {
			turnRound(w)
		}
		axes[k] = SpaceAxis{NoUnit, w, s.mean, share(sizes[k])}
	}
	return axes
}

// activations are those of a layer for a block of places.
type activations struct {
	a              []float64 // units×width
	units          int
	from, n, width int // the block's n places from the place from on, and padding up to width
}

// row returns those of a unit, and padded with the padding behind them.
func (b *activations) row(u int) []float64    { return b.a[u*b.width:][:b.n] }
func (b *activations) padded(u int) []float64 { return b.a[u*b.width:][:b.width] }

// throughLayers passes places through the layers and shows visit the activations of each block, of
// the input as layer 0 and of the output last, as probabilities of a classifier. visit may change
// them. Others may compute in between, as many times a pass forward as visit takes. It reports
// whether it came to the end. The caller has a workspace.
func (m *Model) throughLayers(xs, ys []float64, times int, visit func(l int, b activations)) bool {
	for from := 0; from < len(xs); from += blockWidth {
		if !m.proceed((1 + times) * m.forwardTime) {
			return false
		}
		n := min(blockWidth, len(xs)-from)
		x, width := m.features(xs[from:from+n], ys[from:from+n])
		out := m.run(x, width)
		if m.config.Task == Classification {
			kernel.Softmax(out, m.Outputs(), width)
		}
		visit(0, activations{x, m.sizes[0], from, n, width})
		for l, layer := range m.layers {
			visit(l+1, activations{layer.a[:layer.out*width], layer.out, from, n, width})
		}
	}
	return true
}

// placeIn sets what of returns for each layer to the coordinates of places.
func (m *Model) placeIn(spaces []LayerSpace, xs, ys []float64, of func(*LayerSpace) *[2][]float64) {
	offsets := make([][2]float64, len(spaces)) // −weights·mean
	weights := make([][]float64, len(spaces))
	for l := range spaces {
		axes := spaces[l].Axes
		if axes == nil {
			continue
		}
		*of(&spaces[l]) = [2][]float64{make([]float64, len(xs)), make([]float64, len(xs))}
		if axes[0].Unit == NoUnit {
			weights[l] = slices.Concat(axes[0].Weights, axes[1].Weights)
			for k, axis := range axes {
				offsets[l][k] = -dot(axis.Weights, axis.Mean)
			}
		}
	}
	var both [2 * blockWidth]float64
	m.throughLayers(xs, ys, 1, func(l int, b activations) {
		to := of(&spaces[l])
		switch {
		case spaces[l].Axes == nil:
			return
		case weights[l] == nil:
			for u := range spaces[l].Axes {
				copy(to[u][b.from:], b.row(u))
			}
		default:
			kernel.DenseForward(both[:2*b.width], weights[l], offsets[l][:], b.a, b.units, 2, b.width)
			for k := range to {
				copy(to[k][b.from:], both[k*b.width:][:b.n])
			}
		}
		for _, row := range to {
			for j := range row[b.from:][:b.n] {
				row[b.from+j] += 0 // no negative zero
			}
		}
	})
}

package nn

import (
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/nnvisu/nnvisu/nn/kernel"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// blockWidth is the number of samples that pass through the layers at a time. It is small enough
// that a block of every layer stays in the cache, and large enough that the loops over samples are
// long. It is a multiple of 24, the widest strip of the kernels, and an odd number of cache lines,
// so that rows do not compete for the same lines. Another width would change runs, because the
// masks of dropout are drawn block by block.
const blockWidth = 120

// padded returns n rounded up to a multiple of kernel.Lanes, the length of a vector for n numbers.
func padded(n int) int { return (n + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes }

// repeatLast pads row from n on with the number before. The network is evaluated at the padding
// too, which must not overflow where the samples do not.
func repeatLast(row []float64, n int) {
	for j := n; j < len(row); j++ {
		row[j] = row[n-1]
	}
}

// A Model is a network laid out for computing. Its weights and biases are one slice, all weights
// before all biases; the layers are views of it.
type Model struct {
	config Config
	sizes  []int // [D, H…, C]
	// theta is every weight, layer by layer and row by row, then every bias, then zeros up to a
	// padded length.
	theta   []float64
	weights int // how many of theta are weights
	// How many nanoseconds about a block of samples takes forward, and forward and back; 0 if the
	// model never yields.
	forwardTime, updateTime int
	layers                  []layer
	forward                 kernel.Activation
	trains                  bool
	pace                    pace.Pace
	// Set between acquire and release:
	space *workspace
	input []float64 // D×blockWidth
	// In training only:
	dropout []float64 // one number a unit and sample: 0 or 1/(1-p)
	batch   block     // of shuffled points
	scratch []float64 // for the cross-entropy
}

// layer is one dense layer with its buffers for a block of samples.
type layer struct {
	in, out int
	w, b    []float64 // views of Model.theta
	// Set between acquire and release:
	a []float64 // out×blockWidth: the layer's outputs, activation applied
	d []float64 // out×blockWidth: f'(z); of hidden layers in training only
}

// A workspace is the memory that a computation needs while it runs. Models share workspaces: there
// may be hundreds of models, one for each stream, but only a few compute at a time.
type workspace struct{ floats []float64 }

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// cut returns the next n floats of the workspace; their contents are undefined.
func (w *workspace) cut(n int) []float64 {
	from := len(w.floats)
	w.floats = w.floats[:from+n]
	return w.floats[from : from+n : from+n]
}

// acquire takes a workspace with room for the blocks of the model. The caller gives it back with
// release.
func (m *Model) acquire() {
	rows := m.sizes[0]
	widest := slices.Max(m.sizes)
	if m.trains {
		rows += widest + 3 // dropout, the batch's y, scratch
	}
	for l, layer := range m.layers {
		rows += layer.out
		if m.trains && l < len(m.layers)-1 {
			rows += layer.out
		}
	}
	w := workspaces.Get().(*workspace)
	w.floats = slices.Grow(w.floats[:0], rows*blockWidth)
	m.space, m.input = w, w.cut(m.sizes[0]*blockWidth)
	for l := range m.layers {
		layer := &m.layers[l]
		layer.a = w.cut(layer.out * blockWidth)
		if m.trains && l < len(m.layers)-1 {
			layer.d = w.cut(layer.out * blockWidth)
		}
	}
	if m.trains {
		m.dropout, m.scratch = w.cut(widest*blockWidth), w.cut(2*blockWidth)
		m.batch = block{x: m.input, y: w.cut(blockWidth)}
	}
}

func (m *Model) release() {
	workspaces.Put(m.space)
	m.space, m.input, m.dropout, m.batch, m.scratch = nil, nil, nil, block{}, nil
	for l := range m.layers {
		m.layers[l].a, m.layers[l].d = nil, nil
	}
}

// SetYield lets long work of the model give way to other work: it calls yield every some tenths of a
// millisecond, between two blocks of samples. An error of yield ends the work early. Step then
// returns it, with the network as it was before the update under way; all else that is computed is
// of no use, as Stopped says. Without yield, nil, nothing ends early.
func (m *Model) SetYield(yield func() error) {
	if m.pace = *pace.New(yield); yield != nil && m.forwardTime == 0 {
		m.forwardTime, m.updateTime = blockTimes(&m.config)
	}
}

// Stopped returns the error that ended work since SetYield early, or nil.
func (m *Model) Stopped() error { return m.pace.Stopped() }

// proceed yields if it is time, and reports whether to go on with the next block, which takes some
// nanoseconds. Nothing of the workspace survives: others compute in it meanwhile.
func (m *Model) proceed(nanoseconds int) bool {
	if m.pace.IsDue(nanoseconds / pace.ByteTime) {
		m.release()
		m.pace.Yield()
		m.acquire()
	}
	return m.pace.Stopped() == nil
}

// NewModel returns the network of a state ready for prediction. It returns a *FieldError if the
// state is out of range or does not fit.
func NewModel(s State) (*Model, error) {
	s, err := s.Prepare()
	if err != nil {
		return nil, err
	}
	m := newModel(s.Config)
	m.flatten(m.theta, s.Network.Parameters)
	return m, nil
}

func newModel(c Config) *Model {
	m := &Model{config: c.Clone(), sizes: c.Sizes()}
	biases := 0
	for l, out := range m.sizes[1:] {
		m.weights += m.sizes[l] * out
		biases += out
	}
	m.theta = make([]float64, padded(m.weights+biases))
	m.forward = activationTable.rule(c.Activation).forward
	m.layers = make([]layer, len(m.sizes)-1)
	for l := range m.layers {
		in, out := m.sizes[l], m.sizes[l+1]
		w, b := m.views(m.theta, l)
		m.layers[l] = layer{in: in, out: out, w: w, b: b}
	}
	return m
}

// views returns the parts of flat, a slice in the layout of theta, that are the weights and the
// biases of layer l.
func (m *Model) views(flat []float64, l int) (w, b []float64) {
	wi, bi := m.begin(l)
	in, out := m.sizes[l], m.sizes[l+1]
	return flat[wi : wi+in*out : wi+in*out], flat[bi : bi+out : bi+out]
}

// begin returns where in the layout of theta the weights and the biases of layer l begin.
func (m *Model) begin(l int) (w, b int) {
	b = m.weights
	for k := range l {
		w += m.sizes[k] * m.sizes[k+1]
		b += m.sizes[k+1]
	}
	return w, b
}

func (m *Model) initialize() {
	var pcg rand.PCG
	for l, layer := range m.layers {
		seedRandom(&pcg, m.config.Seed, drawInit, 0, l)
		drawWeights(layer.w, m.config, layer.in, layer.out, &pcg)
	}
}

// flatten copies p, whose shape fits, into the layout of theta.
func (m *Model) flatten(dst []float64, p Parameters) {
	for l := range m.layers {
		w, b := m.views(dst, l)
		for o, row := range p.Weights[l] {
			copy(w[o*m.sizes[l]:], row)
		}
		copy(b, p.Biases[l])
	}
}

// nested returns a copy of flat, in the layout of theta, as Parameters. A negative zero becomes 0,
// because JavaScript writes both as 0.
func (m *Model) nested(flat []float64) Parameters {
	own := make([]float64, len(flat))
	for i, v := range flat {
		own[i] = v + 0
	}
	p := Parameters{
		Weights: make([][][]float64, len(m.layers)),
		Biases:  make([][]float64, len(m.layers)),
	}
	for l, layer := range m.layers {
		w, b := m.views(own, l)
		rows := make([][]float64, layer.out)
		for o := range rows {
			rows[o] = w[o*layer.in : (o+1)*layer.in : (o+1)*layer.in]
		}
		p.Weights[l], p.Biases[l] = rows, b
	}
	return p
}

// run passes n samples, a D×n block x, through the layers and returns the outputs (logits), C×n,
// which stay valid until the next run. n is padded.
func (m *Model) run(x []float64, n int) []float64 {
	a := x
	last := len(m.layers) - 1
	for l := range m.layers {
		layer := &m.layers[l]
		z := layer.a[:layer.out*n]
		kernel.DenseForward(z, layer.w, layer.b, a, layer.in, layer.out, n)
		if l < last {
			m.forward(z, nil, z)
		}
		a = z
	}
	return a
}

// Outputs returns C, the number of outputs.
func (m *Model) Outputs() int { return m.sizes[len(m.sizes)-1] }

// Config returns the configuration with its number of classes. Its lists must not be changed.
func (m *Model) Config() Config { return m.config }

// PredictTo sets dst, C×N, to the predictions at the N places (xs[j], ys[j]): class probabilities
// or, for regression, the value. Dropout is off.
func (m *Model) PredictTo(dst, xs, ys []float64) { m.placesTo(nil, dst, xs, ys) }

// UnitsTo sets dst[l], H×N, to the activations of hidden layer l at the N places (xs[j], ys[j]),
// and the last of dst, C×N, to the predictions as PredictTo does.
func (m *Model) UnitsTo(dst [][]float64, xs, ys []float64) {
	last := len(m.layers) - 1
	if len(dst) != last+1 {
		panic("nn: the units of another number of layers")
	}
	m.placesTo(dst[:last], dst[last], xs, ys)
}

// placesTo evaluates the network at places. If hidden is nil, the activations of the hidden layers
// are not copied.
func (m *Model) placesTo(hidden [][]float64, dst, xs, ys []float64) {
	m.acquire()
	defer m.release()
	total, c := len(xs), m.Outputs()
	for from := 0; from < total && m.proceed(m.forwardTime); from += blockWidth {
		n := min(blockWidth, total-from)
		x, width := m.features(xs[from:from+n], ys[from:from+n])
		out := m.run(x, width)
		if m.config.Task == Classification {
			kernel.Softmax(out, c, width)
		}
		for l, units := range hidden {
			copyBlock(units, m.layers[l].a, from, n, width, total)
		}
		copyBlock(dst, out, from, n, width, total)
	}
}

// features returns the features of at most blockWidth places, D×width, which stay valid until the
// next call. width is the padded number of places.
func (m *Model) features(xs, ys []float64) (x []float64, width int) {
	n := len(xs)
	width = padded(n)
	if n < width {
		var pad [2][blockWidth]float64
		copy(pad[0][:], xs)
		copy(pad[1][:], ys)
		xs, ys = pad[0][:width], pad[1][:width]
		repeatLast(xs, n)
		repeatLast(ys, n)
	}
	x = m.input[:m.sizes[0]*width]
	FeaturesTo(x, m.config.Features, xs, ys)
	return x, width
}

// copyBlock copies the first n columns of a block to the columns of dst that begin at from. The
// rows of the block have length width, the rows of dst have length total.
func copyBlock(dst, block []float64, from, n, width, total int) {
	for k := range len(dst) / total {
		copy(dst[k*total+from:][:n], block[k*width:])
	}
}

// Predict returns for every point the class probabilities or, for regression, the one value. Labels
// are ignored.
func (m *Model) Predict(points []Point) [][]float64 {
	n, c := len(points), m.Outputs()
	xs, ys := placesOf(points)
	flat := make([]float64, c*n)
	m.PredictTo(flat, xs, ys)
	rows, own := make([][]float64, n), make([]float64, c*n)
	for j := range rows {
		row := own[j*c : (j+1)*c : (j+1)*c]
		for k := range row {
			row[k] = flat[k*n+j] + 0 // no negative zero
		}
		rows[j] = row
	}
	return rows
}

package handlers

import (
	"math"
	"net/url"
	"slices"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// A replay is an experiment as the page shows it, measured after every update.
type replay struct {
	tb     testing.TB
	server *Server
	query  string
	steps  int
	state  nn.State   // before the first update
	end    nn.Network // after the last
	epoch  int        // completed
	loss   []float64  // of the training points; [0] is before the first update
	hits   []float64  // accuracy, as loss
	test   []float64  // test loss, where points are held out
}

// with replays the experiment with some parameters changed, as no try does.
func (r *replay) with(changes string) *replay {
	r.tb.Helper()
	query, err := url.ParseQuery(r.query)
	if err != nil {
		r.tb.Fatal(err)
	}
	changed, err := url.ParseQuery(changes)
	if err != nil {
		r.tb.Fatal(err)
	}
	for name, values := range changed {
		query[name] = values
	}
	return play(r.tb, r.server, query.Encode())
}

// tried replays the one thing that the experiment tells to try next.
func (r *replay) tried() *replay {
	r.tb.Helper()
	all := views.Experiments()
	i := slices.IndexFunc(all, func(e views.Experiment) bool { return e.Query == r.query })
	if len(all[i].Tries) != 1 {
		r.tb.Fatalf("%s has %d tries; want one, or a claim for each", all[i].Slug, len(all[i].Tries))
	}
	return play(r.tb, r.server, all[i].TryQuery(0))
}

func play(tb testing.TB, s *Server, query string) *replay {
	tb.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		tb.Fatal(err)
	}
	m, err := s.readRecipe(values)
	if err != nil {
		tb.Fatalf("readRecipe(%s) = %v", query, err)
	}
	r := &replay{tb: tb, server: s, query: query, steps: m.Steps}
	if r.state, err = m.State.Prepare(); err != nil {
		tb.Fatal(err)
	}
	t, err := nn.NewTrainer(r.state)
	if err != nil {
		tb.Fatal(err)
	}
	for n := 0; ; n++ {
		measured := t.Metrics()
		r.loss = append(r.loss, measured.Loss)
		if measured.Accuracy != nil {
			r.hits = append(r.hits, *measured.Accuracy)
		}
		if measured.TestLoss != nil {
			r.test = append(r.test, *measured.TestLoss)
		}
		if n == m.Steps {
			break
		}
		if err := t.Step(1); err != nil {
			tb.Fatalf("%s: %v", query, err)
		}
	}
	r.end = t.Network()
	r.epoch = r.end.Epoch
	return r
}

func last(v []float64) float64 { return v[len(v)-1] }

// rises counts the updates after which the loss was higher.
func rises(loss []float64) int {
	n := 0
	for i := range loss[1:] {
		if loss[i+1] > loss[i] {
			n++
		}
	}
	return n
}

// roughness is the mean change of the loss from one update to the next.
func roughness(loss []float64) float64 {
	sum := 0.0
	for i := range loss[1:] {
		sum += math.Abs(loss[i+1] - loss[i])
	}
	return sum / float64(len(loss)-1)
}

// bent returns how far, at most, a layer of two units puts the middle of two places of the plane from
// the middle of where it puts the two, in the end. The layers count from 0, the input.
func (r *replay) bent(layer int) (most float64) {
	r.tb.Helper()
	s := r.state
	s.Network = r.end
	m, err := nn.NewModel(s)
	if err != nil {
		r.tb.Fatal(err)
	}
	xs, ys := layerGrid()
	at := m.Spaces(s.Data, xs, ys, nil)[layer].Places
	for i := range xs {
		opposite, middle := len(xs)-1-i, len(xs)/2
		for k := range at {
			most = max(most, math.Abs((at[k][i]+at[k][opposite])/2-at[k][middle]))
		}
	}
	return most
}

// firstGradient returns the norm of the first gradient of each layer's weights: of sgd without
// penalties the first update is the gradient times the learning rate.
func (r *replay) firstGradient() []float64 {
	r.tb.Helper()
	c := r.state.Config
	if c.Optimizer != nn.SGD || c.L1 != 0 || c.L2 != 0 {
		r.tb.Fatalf("%s: the first update is not the gradient", r.query)
	}
	next, err := nn.Step(r.state, 1)
	if err != nil {
		r.tb.Fatal(err)
	}
	var norms []float64
	for l, rows := range r.state.Network.Weights {
		sum := 0.0
		for o, row := range rows {
			for i, w := range row {
				g := (w - next.Network.Weights[l][o][i]) / c.LearningRate
				sum += g * g
			}
		}
		norms = append(norms, math.Sqrt(sum))
	}
	return norms
}

// silent returns how many units of each hidden layer of relu are 0 at every point.
func (r *replay) silent(n nn.Network) []int {
	r.tb.Helper()
	c := r.state.Config
	if c.Activation != nn.ReLU || !slices.Equal(c.Features, []nn.Feature{nn.FeatureX, nn.FeatureY}) {
		r.tb.Fatalf("%s: not a relu of x and y", r.query)
	}
	counts := make([]int, len(c.HiddenLayers))
	speaks := make([][]bool, len(counts))
	for l, width := range c.HiddenLayers {
		speaks[l] = make([]bool, width)
	}
	for _, p := range r.state.Data {
		a := []float64{p.X, p.Y}
		for l := range counts {
			next := make([]float64, len(n.Biases[l]))
			for o := range next {
				z := n.Biases[l][o]
				for i, v := range a {
					z += n.Weights[l][o][i] * v
				}
				if z > 0 {
					next[o], speaks[l][o] = z, true
				}
			}
			a = next
		}
	}
	for l := range speaks {
		for _, s := range speaks[l] {
			if !s {
				counts[l]++
			}
		}
	}
	return counts
}

// TestExperiments trains every experiment and checks what its card says.
func TestExperiments(t *testing.T) {
	s := newTestServer(t)
	slugs := map[string]bool{}
	for _, e := range views.Experiments() {
		slugs[e.Slug] = true
		t.Run(e.Slug, func(t *testing.T) {
			query, err := url.ParseQuery(e.Query)
			if err != nil {
				t.Fatal(err)
			}
			m, err := s.readRecipe(query)
			if err != nil {
				t.Fatalf("readRecipe(%s) = %v", e.Query, err)
			}
			if m.Steps < 1 || m.Steps > 3000 || !slices.Contains(views.Speeds, m.FrameSteps) {
				t.Fatalf("it makes %d updates, %d a frame; want up to 3,000 at a speed of the page, %v", m.Steps, m.FrameSteps, views.Speeds)
			}
			const framesASecond = 1000 / pageFrameMS
			if seconds := float64(m.Steps) / float64(m.FrameSteps) / framesASecond; seconds > 12 {
				t.Errorf("it lasts %.1f s; want at most 12", seconds)
			}
			if _, _, err := s.newTrainer(t.Context(), &m, views.FieldFrameSteps, m.LongestFrame(), nil); err != nil {
				t.Errorf("the server would not train it: %v", err)
			}
			check := claims[e.Slug]
			if check == nil {
				t.Fatal("nothing checks what its card says")
			}
			check(t, play(t, s, e.Query))
		})
	}
	for slug := range claims {
		if !slugs[slug] {
			t.Errorf("there are claims of %q, which is no experiment", slug)
		}
	}
}

package handlers

import (
	"errors"
	"math"
	"net/url"
	"slices"
	"testing"

	"nnvisu/nn"
	"nnvisu/views"
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

// with replays the experiment with some parameters changed, as Try tells to.
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

// without replays the experiment with some parameters left out.
func (r *replay) without(names ...string) *replay {
	r.tb.Helper()
	query, err := url.ParseQuery(r.query)
	if err != nil {
		r.tb.Fatal(err)
	}
	for _, name := range names {
		query.Del(name)
	}
	return play(r.tb, r.server, query.Encode())
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

// claims check what Answer and Try of every experiment say.
var claims = map[string]func(t *testing.T, r *replay){
	"xor-linear": func(t *testing.T, r *replay) {
		between(t, "the most accurate", slices.Max(r.hits), 0, 2.0/3)
		between(t, "the last loss", last(r.loss), 0.685, 0.695)
		between(t, "the accuracy with 4 units", last(r.with("hidden_layers=4").hits), 0.98, 1)
	},
	"xor-hidden": func(t *testing.T, r *replay) {
		between(t, "the accuracy", last(r.hits), 0.98, 1)
		between(t, "the most accurate with 2 units", slices.Max(r.with("hidden_layers=2").hits), 0, 0.8999)
	},
	"features": func(t *testing.T, r *replay) {
		between(t, "the accuracy", last(r.hits), 0.98, 1)
		between(t, "the accuracy on circles", last(r.with("dataset=circles&features=x2,y2").hits), 1, 1)
	},
	"rate-too-high": func(t *testing.T, r *replay) {
		between(t, "the highest of the first losses", slices.Max(r.loss[:11]), 15, 100)
		tail := r.loss[len(r.loss)-100:]
		between(t, "how often the loss rose of late", float64(rises(tail)), 25, 100)
		between(t, "its highest over its lowest", slices.Max(tail)/slices.Min(tail), 3, math.Inf(1))
		mended := r.with("learning_rate=1")
		between(t, "how often the loss rises at 1", float64(rises(mended.loss)), 0, 0)
		between(t, "the accuracy at 1", last(mended.hits), 1, 1)
	},
	"rate-too-low": func(t *testing.T, r *replay) {
		between(t, "how often the loss rises", float64(rises(r.loss)), 0, 0)
		between(t, "how far it falls", r.loss[0]-last(r.loss), 0, 0.01)
		between(t, "the accuracy at 1 after a quarter", r.with("learning_rate=1").hits[r.steps/4], 1, 1)
	},
	"momentum": func(t *testing.T, r *replay) {
		between(t, "the loss", last(r.loss), 0, 0.03)
		between(t, "the loss of sgd", last(r.with("optimizer=sgd").loss), 0.5, 0.7)
	},
	"spiral-sgd": func(t *testing.T, r *replay) {
		between(t, "the loss of the second half", slices.Max(r.loss[r.steps/2:])-slices.Min(r.loss[r.steps/2:]), 0, 0.001)
		between(t, "the loss", last(r.loss), 0.66, 0.675)
		between(t, "the most accurate", slices.Max(r.hits), 0, 0.6)
		differOnly(t, r, "spiral-adam", "optimizer", "steps")
	},
	"spiral-adam": func(t *testing.T, r *replay) {
		between(t, "the loss after 200 updates", r.loss[200], 0.64, 0.68)
		between(t, "the loss after 400 updates", r.loss[400], 0, 0.6)
		between(t, "the accuracy", last(r.hits), 1, 1)
		waves := r.with("features=x,y,sin_x,sin_y")
		between(t, "the lowest accuracy with sines from update 100", slices.Min(waves.hits[100:]), 1, 1)
		between(t, "the loss with sines after 30 updates", waves.loss[30], 0, 0.5)
	},
	"mini-batches": func(t *testing.T, r *replay) {
		between(t, "the share of updates that raise the loss", float64(rises(r.loss))/float64(r.steps), 0.4, 0.6)
		between(t, "the epochs", float64(r.epoch), 25, 25)
		between(t, "the accuracy", last(r.hits), 0.9, 1)
		whole := r.with("batch_size=0&steps=25")
		between(t, "how often the loss of whole batches rises", float64(rises(whole.loss)), 0, 0)
		between(t, "their epochs", float64(whole.epoch), 25, 25)
		between(t, "their accuracy", slices.Max(whole.hits), 0, 0.7)
	},
	"zero-weights": func(t *testing.T, r *replay) {
		for i, loss := range r.loss {
			if math.Abs(loss-math.Ln2) > 1e-12 {
				t.Fatalf("the loss after %d updates is %v; want ln 2", i, loss)
			}
		}
		for l, rows := range r.end.Weights {
			for o, row := range rows {
				if slices.ContainsFunc(row, func(w float64) bool { return w != 0 }) {
					t.Errorf("the weights of unit %d of layer %d are %v; want zeros", o, l, row)
				}
			}
		}
		between(t, "the accuracy from random weights", last(r.with("init=auto").hits), 1, 1)
	},
	"vanishing-gradients": func(t *testing.T, r *replay) {
		g := r.firstGradient()
		between(t, "the first layer's gradient over the last's", g[0]/last(g), 0, 1e-6)
		between(t, "the lowest loss", slices.Min(r.loss), 0.69, 0.7)
		between(t, "the accuracy of relu", last(r.with("activation=relu").hits), 1, 1)
	},
	"deep-relu": func(t *testing.T, r *replay) {
		g := r.firstGradient()
		between(t, "the first layer's gradient over the last's", g[0]/last(g), 0.1, 10)
		between(t, "the lowest accuracy from update 150", slices.Min(r.hits[150:]), 1, 1)
		between(t, "the lowest loss of sigmoids", slices.Min(r.with("activation=sigmoid").loss), 0.69, 0.7)
	},
	"dead-relu": func(t *testing.T, r *replay) {
		between(t, "the lowest loss of late", slices.Min(r.loss[100:]), 0.6931, 0.6932)
		between(t, "the highest loss of late", slices.Max(r.loss[100:]), 0.6931, 0.6932)
		dead := r.silent(r.end)
		if !slices.Contains(dead, 8) {
			t.Errorf("of the layers of 8 units %v are silent; want a whole layer", dead)
		}
		before := r.silent(r.state.Network)
		if slices.Contains(before, 8) {
			t.Errorf("of the layers of 8 units %v are silent before the first update; want them alive", before)
		}
		leaky := r.with("activation=leaky_relu&steps=250")
		between(t, "the loss of leaky relu", last(leaky.loss), 0, 0.6)
	},
	"overfitting": func(t *testing.T, r *replay) {
		least := slices.Index(r.test, slices.Min(r.test))
		between(t, "where the test loss is lowest", float64(least), 1, 99)
		between(t, "how much it grows from there", last(r.test)/r.test[least], 2, math.Inf(1))
		between(t, "the train loss", last(r.loss), 0, 0.001)
		differOnly(t, r, "regularisation", "l2")
	},
	"regularisation": func(t *testing.T, r *replay) {
		between(t, "the train loss", last(r.loss), 0.03, 1)
		between(t, "the test loss over its lowest", last(r.test)/slices.Min(r.test), 1, 1.1)
		between(t, "the test loss over that without penalty", last(r.test)/last(r.with("l2=0").test), 0, 0.5)
		strong := r.with("l2=0.1")
		between(t, "the train loss at 0.1", last(strong.loss), 0.67, 0.7)
	},
	"hills": func(t *testing.T, r *replay) {
		between(t, "the loss", last(r.loss), 0, 0.005)
		between(t, "the lowest loss of a plane", slices.Min(r.with("hidden_layers=").loss), 0.05, 1)
	},
	"ten-classes": func(t *testing.T, r *replay) {
		between(t, "the accuracy at first", r.hits[0], 0, 0.1)
		between(t, "the accuracy", last(r.hits), 0.95, 1)
		between(t, "the most accurate with more noise", slices.Max(r.with("noise=0.2").hits), 0, 0.7)
	},
	"schedule": func(t *testing.T, r *replay) {
		constant := r.without("schedule", "schedule_steps")
		begin, end := r.loss[:101], r.loss[len(r.loss)-101:]
		between(t, "the roughness at the end over that at first", roughness(end)/roughness(begin), 0, 0.05)
		between(t, "the roughness at the end over that of a constant rate", roughness(end)/roughness(constant.loss[len(constant.loss)-101:]), 0, 0.1)
		between(t, "the highest loss at the end", slices.Max(end), 0, 0.05)
		between(t, "the highest loss at the end of a constant rate", slices.Max(constant.loss[len(constant.loss)-101:]), 0.1, math.Inf(1))
	},
}

func between(tb testing.TB, what string, got, least, most float64) {
	tb.Helper()
	tb.Logf("%s: %.4g", what, got)
	if !(got >= least && got <= most) {
		tb.Errorf("%s is %v; want %v to %v", what, got, least, most)
	}
}

// differOnly checks that the next experiment is this one but for some parameters.
func differOnly(tb testing.TB, r *replay, slug string, names ...string) {
	tb.Helper()
	all := views.Experiments()
	i := slices.IndexFunc(all, func(e views.Experiment) bool { return e.Query == r.query })
	if i+1 == len(all) || all[i+1].Slug != slug {
		tb.Fatalf("the experiment behind this is not %s", slug)
	}
	here, err := url.ParseQuery(r.query)
	there, err2 := url.ParseQuery(all[i+1].Query)
	if err := errors.Join(err, err2); err != nil {
		tb.Fatal(err)
	}
	for _, name := range names {
		delete(here, name)
		delete(there, name)
	}
	if here.Encode() != there.Encode() {
		tb.Errorf("%s is %s; want %s but for %v", slug, there.Encode(), here.Encode(), names)
	}
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
			if _, _, err := s.newTrainer(&m, views.FieldFrameSteps, m.LongestFrame()); err != nil {
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

package handlers

import (
	"errors"
	"math"
	"net/url"
	"slices"
	"testing"

	"github.com/nnvisu/nnvisu/views"
)

// claims check what Answer and its tries say of every experiment.
var claims = map[string]func(t *testing.T, r *replay){
	"xor-linear": func(t *testing.T, r *replay) {
		between(t, "the most accurate", slices.Max(r.hits), 0, 2.0/3)
		between(t, "the last loss", last(r.loss), 0.685, 0.695)
		between(t, "the accuracy with 4 units", last(r.tried().hits), 0.98, 1)
	},
	"xor-hidden": func(t *testing.T, r *replay) {
		between(t, "the accuracy", last(r.hits), 0.98, 1)
		between(t, "the most accurate with 2 units", slices.Max(r.tried().hits), 0, 0.8999)
	},
	"features": func(t *testing.T, r *replay) {
		between(t, "the accuracy", last(r.hits), 0.98, 1)
		between(t, "the accuracy on circles", last(r.tried().hits), 1, 1)
	},
	"layer-space": func(t *testing.T, r *replay) {
		between(t, "the accuracy", last(r.hits), 1, 1)
		between(t, "how far layer 2 bends the plane", r.bent(2), 0.5, 2)
		flat := r.tried()
		between(t, "how far a linear layer bends it", flat.bent(2), 0, 1e-9)
		between(t, "the most accurate of linear layers", slices.Max(flat.hits), 0, 0.7)
		between(t, "the most accurate straight line in the input", slices.Max(r.with("hidden_layers=").hits), 0, 0.7)
	},
	"rate-too-high": func(t *testing.T, r *replay) {
		between(t, "the highest of the first losses", slices.Max(r.loss[:11]), 15, 100)
		tail := r.loss[len(r.loss)-100:]
		between(t, "how often the loss rose of late", float64(rises(tail)), 25, 100)
		between(t, "its highest over its lowest", slices.Max(tail)/slices.Min(tail), 3, math.Inf(1))
		mended := r.tried()
		between(t, "how often the loss rises at 1", float64(rises(mended.loss)), 0, 0)
		between(t, "the accuracy at 1", last(mended.hits), 1, 1)
	},
	"rate-too-low": func(t *testing.T, r *replay) {
		between(t, "how often the loss rises", float64(rises(r.loss)), 0, 0)
		between(t, "how far it falls", r.loss[0]-last(r.loss), 0, 0.01)
		tried := r.tried()
		between(t, "the updates of the try", float64(tried.steps)/float64(r.steps), 0.25, 0.25)
		between(t, "its accuracy", last(tried.hits), 1, 1)
	},
	"momentum": func(t *testing.T, r *replay) {
		between(t, "the loss", last(r.loss), 0, 0.03)
		between(t, "the loss of sgd", last(r.tried().loss), 0.5, 0.7)
	},
	"spiral-sgd": func(t *testing.T, r *replay) {
		between(t, "the loss of the second half", slices.Max(r.loss[r.steps/2:])-slices.Min(r.loss[r.steps/2:]), 0, 0.001)
		between(t, "the loss", last(r.loss), 0.66, 0.675)
		between(t, "the most accurate", slices.Max(r.hits), 0, 0.6)
		differOnly(t, r, "spiral-adam", "optimizer", "steps")
		between(t, "the most accurate of longer steps", slices.Max(r.tried().hits), 0, 0.65)
	},
	"spiral-adam": func(t *testing.T, r *replay) {
		between(t, "the loss after 200 updates", r.loss[200], 0.64, 0.68)
		between(t, "the loss after 400 updates", r.loss[400], 0, 0.6)
		between(t, "the accuracy", last(r.hits), 1, 1)
		waves := r.tried()
		between(t, "the lowest accuracy with sines from update 100", slices.Min(waves.hits[100:]), 1, 1)
		between(t, "the loss with sines after 30 updates", waves.loss[30], 0, 0.5)
	},
	"mini-batches": func(t *testing.T, r *replay) {
		between(t, "the share of updates that raise the loss", float64(rises(r.loss))/float64(r.steps), 0.4, 0.6)
		between(t, "the epochs", float64(r.epoch), 25, 25)
		between(t, "the accuracy", last(r.hits), 0.9, 1)
		whole := r.tried()
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
		between(t, "the accuracy from random weights", last(r.tried().hits), 1, 1)
	},
	"vanishing-gradients": func(t *testing.T, r *replay) {
		g := r.firstGradient()
		between(t, "the first layer's gradient over the last's", g[0]/last(g), 0, 1e-6)
		between(t, "the lowest loss", slices.Min(r.loss), 0.69, 0.7)
		between(t, "the accuracy of relu", last(r.tried().hits), 1, 1)
	},
	"deep-relu": func(t *testing.T, r *replay) {
		g := r.firstGradient()
		between(t, "the first layer's gradient over the last's", g[0]/last(g), 0.1, 10)
		between(t, "the lowest accuracy from update 150", slices.Min(r.hits[150:]), 1, 1)
		between(t, "the lowest loss of sigmoids", slices.Min(r.tried().loss), 0.69, 0.7)
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
		leaky := r.tried()
		between(t, "the loss of leaky relu", last(leaky.loss), 0, 0.6)
	},
	"overfitting": func(t *testing.T, r *replay) {
		least := slices.Index(r.test, slices.Min(r.test))
		between(t, "where the test loss is lowest", float64(least), 1, 99)
		between(t, "how much it grows from there", last(r.test)/r.test[least], 2, math.Inf(1))
		between(t, "the train loss", last(r.loss), 0, 0.001)
		differOnly(t, r, "regularisation", "l2")
		small := r.tried()
		between(t, "the test loss of a small network over its lowest", last(small.test)/slices.Min(small.test), 1, 4.0/3)
	},
	"regularisation": func(t *testing.T, r *replay) {
		between(t, "the train loss", last(r.loss), 0.03, 1)
		between(t, "the test loss over its lowest", last(r.test)/slices.Min(r.test), 1, 1.1)
		between(t, "the test loss over that without penalty", last(r.test)/last(r.with("l2=0").test), 0, 0.5)
		strong := r.tried()
		between(t, "the train loss at 0.1", last(strong.loss), 0.67, 0.7)
	},
	"hills": func(t *testing.T, r *replay) {
		between(t, "the loss", last(r.loss), 0, 0.005)
		between(t, "the lowest loss of a plane", slices.Min(r.tried().loss), 0.05, 1)
	},
	"ten-classes": func(t *testing.T, r *replay) {
		between(t, "the accuracy at first", r.hits[0], 0, 0.1)
		between(t, "the accuracy", last(r.hits), 0.95, 1)
		between(t, "the most accurate with more noise", slices.Max(r.tried().hits), 0, 0.7)
	},
	"schedule": func(t *testing.T, r *replay) {
		constant := r.tried()
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

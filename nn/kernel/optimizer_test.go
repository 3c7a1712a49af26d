package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

const (
	// updateTolerance is for an update written in another way, over many steps.
	updateTolerance = 1e-12
	// epsilonTolerance is for cases worked by hand without the optimizer's ε.
	epsilonTolerance = 1e-7
)

// plainUpdates are the rules for one parameter as PyTorch's documentation of torch.optim writes
// them, without the rearrangements of the kernels.
var plainUpdates = []struct {
	name   string
	update Update
	plain  func(p, g float64, m, v *float64, rate float64, t int) float64
}{
	{"sgd", SGD, func(p, g float64, m, v *float64, rate float64, t int) float64 {
		return p - rate*g
	}},
	{"momentum", Momentum, func(p, g float64, m, v *float64, rate float64, t int) float64 {
		if t == 1 {
			*m = g
		} else {
			*m = 0.9**m + g
		}
		return p - rate**m
	}},
	{"nesterov", Nesterov, func(p, g float64, m, v *float64, rate float64, t int) float64 {
		if t == 1 {
			*m = g
		} else {
			*m = 0.9**m + g
		}
		g += 0.9 * *m
		return p - rate*g
	}},
	{"rmsprop", RMSprop, func(p, g float64, m, v *float64, rate float64, t int) float64 {
		*v = 0.99**v + 0.01*g*g
		return p - rate*g/(math.Sqrt(*v)+1e-8)
	}},
	{"adagrad", Adagrad, func(p, g float64, m, v *float64, rate float64, t int) float64 {
		*v += g * g
		return p - rate*g/(math.Sqrt(*v)+1e-10)
	}},
	{"adam", Adam, func(p, g float64, m, v *float64, rate float64, t int) float64 {
		*m = 0.9**m + 0.1*g
		*v = 0.999**v + 0.001*g*g
		mHat := *m / (1 - math.Pow(0.9, float64(t)))
		vHat := *v / (1 - math.Pow(0.999, float64(t)))
		return p - rate*mHat/(math.Sqrt(vHat)+1e-8)
	}},
}

func TestUpdate(t *testing.T) { eachKernel(t, testUpdate) }

func testUpdate(t *testing.T) {
	const n, steps, rate = 16, 50, 0.03
	for _, c := range plainUpdates {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(4, 0))
			p, first, second := newBuffer(n, 0), newBuffer(n, 0), newBuffer(n, 0)
			copy(p.in, normals(rng, n))
			want, wantFirst, wantSecond := slices.Clone(p.in), make([]float64, n), make([]float64,
				n)
			for step := 1; step <= steps; step++ {
				g := normals(rng, n)
				// Gradients of very different sizes, and one of zero, where only ε keeps the
				// quotient from being NaN.
				g[0], g[1], g[2] = 0, g[1]*1e-7, g[2]*1e7
				for i := range n {
					want[i] = c.plain(want[i], g[i], &wantFirst[i], &wantSecond[i], rate, step)
				}
				c.update(p.in, g, first.in, second.in, rate, step)
				for i := range n {
					if !near(p.in[i], want[i], updateTolerance) {
						t.Fatalf("step %d: p[%d] = %v; want %v", step, i, p.in[i], want[i])
					}
					if !near(first.in[i], wantFirst[i], updateTolerance) || !near(second.in[i], wantSecond[i], updateTolerance) {
						t.Fatalf("step %d: moments[%d] = %v, %v; want %v, %v", step, i, first.in[i],
							second.in[i], wantFirst[i], wantSecond[i])
					}
				}
			}
			if !p.intact() || !first.intact() || !second.intact() {
				t.Error("wrote beyond p, first or second")
			}
		})
	}
}

// TestUpdateByHand works two updates from p = 1 at rate 0.1.
func TestUpdateByHand(t *testing.T) {
	for _, c := range []struct {
		name   string
		update Update
		g      [2]float64
		want   [2]float64
	}{
		// 1 - 0.1·2; - 0.1·(-1)
		{"sgd", SGD, [2]float64{2, -1}, [2]float64{0.8, 0.9}},
		// v = 2, then 0.9·2 - 1 = 0.8
		{"momentum", Momentum, [2]float64{2, -1}, [2]float64{0.8, 0.72}},
		// v = 1: g + 0.9·1 = 1.9; v = 1.9: 1 + 0.9·1.9 = 2.71
		{"nesterov", Nesterov, [2]float64{1, 1}, [2]float64{0.81, 0.539}},
		// s = 0.01·4, √s = 0.2: 2/0.2 = 10; s = 0.99·0.04 + 0.01·4 = 0.0796
		{"rmsprop", RMSprop, [2]float64{2, 2}, [2]float64{0, -0.2 / math.Sqrt(0.0796)}},
		// s = 9: 3/3; s = 25: 4/5
		{"adagrad", Adagrad, [2]float64{3, 4}, [2]float64{0.9, 0.82}},
		// The first step of Adam is the rate; with the same gradient the second is too.
		{"adam", Adam, [2]float64{-5, -5}, [2]float64{1.1, 1.2}},
	} {
		p, first, second := slices.Repeat([]float64{1}, Lanes), make([]float64, Lanes), make([]float64, Lanes)
		for step, g := range c.g {
			if c.update(p, slices.Repeat([]float64{g}, Lanes), first, second, 0.1, step+1); !near(p[0], c.want[step], epsilonTolerance) {
				t.Errorf("%s: p after update %d = %v; want %v", c.name, step+1, p[0], c.want[step])
			}
		}
	}
}

// TestAddPenalty is worked by hand: 0.5·sign(w) + 0.25·w.
func TestAddPenalty(t *testing.T) {
	g := newBuffer(4, 1)
	w := []float64{2, -4, 0, math.Copysign(0, -1)}
	AddPenalty(g.in, w, 0.5, 0.25)
	if want := []float64{1 + 0.5 + 0.5, 1 - 0.5 - 1, 1, 1}; !slices.Equal(g.in, want) || !g.intact() {
		t.Errorf("AddPenalty(1, %v) = %v; want %v", w, g.all, want)
	}
	if !slices.Equal(w, []float64{2, -4, 0, 0}) {
		t.Errorf("AddPenalty changed w to %v", w)
	}
}

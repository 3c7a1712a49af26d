package contract

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

// formulaTolerance is how far, relative to the larger of 1 and the value, the server may be from a
// formula that the test writes out with package math: a few roundings, no more.
const formulaTolerance = 1e-12

func near(got, want float64) bool {
	return math.Abs(got-want) <= formulaTolerance*max(1, math.Abs(want))
}

// checkKeys fails the test unless formulas has a formula for each of the names, and no other.
func checkKeys[K ~string, F any](tb testing.TB, formulas map[K]F, names []K) {
	tb.Helper()
	got, want := slices.Sorted(maps.Keys(formulas)), slices.Sorted(slices.Values(names))
	if !slices.Equal(got, want) {
		tb.Errorf("formulas for %q; want one for each of %q", got, want)
	}
}

// TestActivationFormulas follows one number through a network of one hidden neuron: the output is
// the activation.
func TestActivationFormulas(t *testing.T) {
	sigmoid := func(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
	formulas := map[nn.Activation]func(z float64) float64{
		"tanh":       math.Tanh,
		"relu":       func(z float64) float64 { return max(0, z) },
		"leaky_relu": func(z float64) float64 { return max(0.01*z, z) },
		"sigmoid":    sigmoid,
		"gelu":       func(z float64) float64 { return z / 2 * (1 + math.Erf(z/math.Sqrt2)) },
		"silu":       func(z float64) float64 { return z * sigmoid(z) },
		"elu":        func(z float64) float64 { return max(0, z) + min(0, math.Expm1(z)) },
		"softplus":   func(z float64) float64 { return math.Log1p(math.Exp(z)) },
		"sin":        math.Sin,
		"linear":     func(z float64) float64 { return z },
	}
	checkKeys(t, formulas, nn.Activations())
	s := Start(t)
	var data []Point
	for x := -1.0; x <= 1; x += 0.125 {
		data = append(data, Point{X: x})
	}
	const scale = 6 // the points reach to 1, the tails of the activations further
	for name, f := range formulas {
		t.Run(string(name), func(t *testing.T) {
			outputs := s.Predict(t, Message{
				"config":  Message{"task": "regression", "features": []string{"x"}, "hidden_layers": []int{1}, "activation": name},
				"network": Network{Weights: [][][]float64{{{scale}}, {{1}}}, Biases: [][]float64{{0}, {0}}},
				"data":    data,
			})
			for i, p := range data {
				if got, want := outputs[i][0], f(scale*p.X); !near(got, want) {
					t.Errorf("%s(%v) = %v; want %v", name, scale*p.X, got, want)
				}
			}
		})
	}
}

func TestFeatureFormulas(t *testing.T) {
	s := Start(t)
	data := append(Scatter(9, 1, 1), Point{}, Point{X: 1, Y: -1}, Point{X: -0.25, Y: 0.25})
	formulas := map[nn.Feature]func(x, y float64) float64{
		"x":     func(x, y float64) float64 { return x },
		"y":     func(x, y float64) float64 { return y },
		"x2":    func(x, y float64) float64 { return x * x },
		"y2":    func(x, y float64) float64 { return y * y },
		"xy":    func(x, y float64) float64 { return x * y },
		"sin_x": func(x, y float64) float64 { return math.Sin(2 * math.Pi * x) },
		"sin_y": func(x, y float64) float64 { return math.Sin(2 * math.Pi * y) },
	}
	checkKeys(t, formulas, nn.Features())
	for name, f := range formulas {
		t.Run(string(name), func(t *testing.T) {
			outputs := s.Predict(t, Message{
				"config":  Message{"task": "regression", "features": []nn.Feature{name}, "hidden_layers": []int{}},
				"network": Network{Weights: [][][]float64{{{1}}}, Biases: [][]float64{{0}}},
				"data":    data,
			})
			for i, p := range data {
				if got, want := outputs[i][0], f(p.X, p.Y); !near(got, want) {
					t.Errorf("%s of (%v, %v) = %v; want %v", name, p.X, p.Y, got, want)
				}
			}
		})
	}
}

// TestForwardFormula: weights[l][o][i] runs from input i to output o, in the order of the features,
// and the classes are a softmax.
func TestForwardFormula(t *testing.T) {
	s := Start(t)
	n := Network{
		Weights: [][][]float64{{{0.5, -1}, {2, 0.25}, {-0.75, 1.5}}, {{1, -2, 0.5}, {0.25, 3, -1}}},
		Biases:  [][]float64{{0.1, -0.2, 0.3}, {-0.4, 0.5}},
	}
	data := Scatter(7, 2, 1)
	outputs := s.Predict(t, Message{"config": Message{"features": []string{"y", "x"}, "hidden_layers": []int{3}}, "network": n, "data": data})
	for i, p := range data {
		values := []float64{p.Y, p.X}
		for l, layer := range n.Weights {
			var next []float64
			for o, row := range layer {
				z := n.Biases[l][o]
				for k, w := range row {
					z += w * values[k]
				}
				if l == 0 {
					z = math.Tanh(z)
				}
				next = append(next, z)
			}
			values = next
		}
		if got, want := outputs[i][1], 1/(1+math.Exp(values[0]-values[1])); !near(got, want) {
			t.Errorf("outputs[%d][1] = %v; want %v", i, got, want)
		}
	}
}

// TestOptimizerFormulas trains one weight and one bias, a regression, by the formulas of PyTorch's
// documentation (torch.optim, with the contract's constants) and by the server.
func TestOptimizerFormulas(t *testing.T) {
	const (
		lr    = 0.1
		steps = 4
	)
	type memory struct{ m, v float64 } // what an optimizer keeps of one parameter
	formulas := map[nn.Optimizer]func(p, g float64, k *memory, t float64) float64{
		"sgd": func(p, g float64, k *memory, t float64) float64 { return p - lr*g },
		"momentum": func(p, g float64, k *memory, t float64) float64 {
			k.m = 0.9*k.m + g
			return p - lr*k.m
		},
		"nesterov": func(p, g float64, k *memory, t float64) float64 {
			k.m = 0.9*k.m + g
			return p - lr*(g+0.9*k.m)
		},
		"rmsprop": func(p, g float64, k *memory, t float64) float64 {
			k.v = 0.99*k.v + 0.01*g*g
			return p - lr*g/(math.Sqrt(k.v)+1e-8)
		},
		"adagrad": func(p, g float64, k *memory, t float64) float64 {
			k.v += g * g
			return p - lr*g/(math.Sqrt(k.v)+1e-10)
		},
		"adam": func(p, g float64, k *memory, t float64) float64 {
			k.m = 0.9*k.m + 0.1*g
			k.v = 0.999*k.v + 0.001*g*g
			m, v := k.m/(1-math.Pow(0.9, t)), k.v/(1-math.Pow(0.999, t))
			return p - lr*m/(math.Sqrt(v)+1e-8)
		},
	}
	formulas["adamw"] = formulas["adam"] // the decay is apart from the gradient
	checkKeys(t, formulas, nn.Optimizers())
	data := []Point{{X: 0.5, Label: 1}, {X: -0.25, Label: -0.5}, {X: 1, Label: 0.25}}
	s := Start(t)
	for optimizer, update := range formulas {
		for _, penalty := range []struct{ l1, l2 float64 }{{0, 0}, {0.2, 0}, {0, 0.3}} {
			t.Run(string(optimizer)+string(Encode([]float64{penalty.l1, penalty.l2})), func(t *testing.T) {
				w, b := 0.5, -0.25
				config := Message{"task": "regression", "features": []string{"x"}, "hidden_layers": []int{}, "optimizer": optimizer,
					"learning_rate": lr, "l1": penalty.l1, "l2": penalty.l2}
				state := json.RawMessage(Encode(Network{Weights: [][][]float64{{{w}}}, Biases: [][]float64{{b}}}))
				var mw, mb memory
				for step := range steps {
					var gw, gb float64
					for _, p := range data {
						gw += (w*p.X + b - p.Label) * p.X / float64(len(data))
						gb += (w*p.X + b - p.Label) / float64(len(data))
					}
					gw += penalty.l1 * math.Copysign(1, w)
					if optimizer == "adamw" {
						w -= lr * penalty.l2 * w
					} else {
						gw += penalty.l2 * w
					}
					w, b = update(w, gw, &mw, float64(step+1)), update(b, gb, &mb, float64(step+1))

					state = s.Step(t, TrainStep(config, state, data, 1)).Network
					n := Decode[Network](t, state)
					if got := n.Weights[0][0][0]; !near(got, w) {
						t.Fatalf("weight after step %d = %v; want %v", step+1, got, w)
					}
					if got := n.Biases[0][0]; !near(got, b) {
						t.Fatalf("bias after step %d = %v; want %v", step+1, got, b)
					}
				}
			})
		}
	}
}

// TestScheduleFormulas trains one weight by gradient descent, at the learning rates of the formulas
// and by the server, in requests of three updates. The network begins in mid-run: the rate follows
// from its step alone.
func TestScheduleFormulas(t *testing.T) {
	const lr, f, steps = 0.5, 0.25, 4
	s := Start(t)
	rates := map[nn.Schedule]func(t float64) float64{
		"constant":    func(t float64) float64 { return lr },
		"step":        func(t float64) float64 { return lr * math.Pow(f, math.Floor(t/steps)) },
		"exponential": func(t float64) float64 { return lr * math.Pow(f, t/steps) },
		"cosine": func(t float64) float64 {
			return f*lr + (lr-f*lr)*(1+math.Cos(math.Pi*min(t, steps)/steps))/2
		},
	}
	checkKeys(t, rates, nn.Schedules())
	for name, rate := range rates {
		t.Run(string(name), func(t *testing.T) {
			w := 8.0
			config := Message{"task": "regression", "features": []string{"x"}, "hidden_layers": []int{}, "optimizer": "sgd",
				"learning_rate": lr, "schedule": name, "schedule_steps": steps, "schedule_factor": f}
			n := Network{Weights: [][][]float64{{{w}}}, Biases: [][]float64{{0}}, Step: 1, Epoch: 1}
			data := []Point{{X: 1}, {X: -1}} // which leave the bias alone
			for at := 1; at < 13; at += 3 {
				n = s.Step(t, TrainStep(config, Encode(n), data, 3)).state(t)
				for k := range 3 {
					w -= rate(float64(at+k)) * w
				}
				if got := n.Weights[0][0][0]; !near(got/w, 1) {
					t.Fatalf("weight after step %d = %v; want %v", at+3, got, w)
				}
			}
		})
	}
}

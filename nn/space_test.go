package nn

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/kernel"
)

// Tolerances of what is computed in another order, or by another algorithm.
const (
	placeTolerance     = 1e-12
	directionTolerance = 1e-6 // of directions whose spreads are at least clearGap apart
	clearGap           = 1e-3
)

// gridPlaces returns a few places of the plane.
func gridPlaces() (xs, ys []float64) {
	for y := -1.0; y <= 1; y += 0.25 {
		for x := -1.0; x <= 1; x += 0.125 {
			xs, ys = append(xs, x), append(ys, y)
		}
	}
	return xs, ys
}

// columns returns the activations of every layer at places, as Spaces counts the layers.
func (m *Model) columns(xs, ys []float64) [][]float64 {
	all := make([][]float64, len(m.sizes))
	for l, units := range m.sizes {
		all[l] = make([]float64, units*len(xs))
	}
	FeaturesTo(all[0], m.config.Features, xs, ys)
	m.UnitsTo(all[1:], xs, ys)
	return all
}

// TestSpacesForward: of one or two units the coordinates are the activations, bit for bit, and of
// more the products of the activations less their means with the directions. Those are what gonum
// finds, and the shares what is left of the spread.
func TestSpacesForward(t *testing.T) {
	units, components := 0, 0
	for seed := range uint64(80) {
		s := prepare(t, randomState(t, newRand(seed)))
		tr := trainer(t, s)
		gx, gy := gridPlaces()
		got := tr.Spaces(s.Data, gx, gy, nil)
		px, py := placesOf(s.Data)
		sample, at := SpaceSample(s.Data)
		for l, space := range got {
			n := tr.sizes[l]
			if space.Units != n || len(space.Axes) != min(n, 2) {
				t.Fatalf("seed %d: layer %d of %d units has %d and %d axes", seed, l, n, space.Units, len(space.Axes))
			}
			points, places := tr.columns(px, py)[l], tr.columns(gx, gy)[l]
			if n <= 2 {
				units++
			} else {
				components++
				checkAxes(t, fmt.Sprintf("seed %d, layer %d", seed, l), space, points, len(px), at)
			}
			for _, of := range []struct {
				coordinates [2][]float64
				activations []float64
			}{{space.Points, points}, {space.Places, places}} {
				for k := range 2 {
					for j, got := range of.coordinates[k] {
						count := len(of.coordinates[k])
						if n > 2 {
							want := 0.0
							for u, w := range space.Axes[k].Weights {
								want += w * (of.activations[u*count+j] - space.Axes[k].Mean[u])
							}
							if !near(got, want, placeTolerance) {
								t.Fatalf("seed %d: layer %d puts %d at %v along axis %d; want %v", seed, l, j, got, k, want)
							}
							continue
						}
						want := 0.0
						if k < n {
							want = of.activations[k*count+j] + 0
						}
						if math.Float64bits(got) != math.Float64bits(want) {
							t.Fatalf("seed %d: layer %d puts %d at %v along axis %d; want the activation %v", seed, l, j, got, k, want)
						}
					}
				}
			}
			if len(sample) != len(at) || len(space.Places[0]) != len(gx) || len(space.Points[1]) != len(px) {
				t.Fatalf("seed %d: %d points of %d and %d places of %d", seed, len(space.Points[1]), len(px), len(space.Places[0]), len(gx))
			}
		}
	}
	if units < 40 || components < 40 {
		t.Errorf("%d layers of one or two units and %d of more; want many of both", units, components)
	}
}

// checkAxes compares the axes of a layer with those that gonum finds of the activations of some of
// n points.
func checkAxes(t *testing.T, what string, s LayerSpace, activations []float64, n int, at []int) {
	t.Helper()
	if len(at) < 2 {
		return
	}
	x := mat.NewDense(len(at), s.Units, nil)
	for i, j := range at {
		for u := range s.Units {
			x.Set(i, u, activations[u*n+j])
		}
	}
	var pc stat.PC
	if !pc.PrincipalComponents(x, nil) {
		t.Fatalf("%s: gonum finds no components", what)
	}
	var vectors mat.Dense
	pc.VectorsTo(&vectors)
	variances := pc.VarsTo(nil)
	all := 0.0
	for _, v := range variances {
		all += v
	}
	mean := make([]float64, s.Units)
	for u := range mean {
		mean[u] = math.Abs(stat.Mean(mat.Col(nil, u, x), nil))
	}
	for k, axis := range s.Axes {
		if axis.Unit != NoUnit || len(axis.Weights) != s.Units || !near(length(dot(axis.Weights, axis.Weights), 0), 1, placeTolerance) {
			t.Fatalf("%s: axis %d is %+v; want a direction of length 1", what, k, axis)
		}
		if math.Sqrt(all) <= 2*roundingError*slices.Max(mean)+1e-150 {
			if axis.Share != 0 {
				t.Errorf("%s: points at one place have the share %v; want 0", what, axis.Share)
			}
			continue
		}
		have := func(i int) float64 {
			if i < 0 || i >= len(variances) {
				return 0
			}
			return variances[i] / all
		}
		if !near(axis.Share, have(k), placeTolerance) {
			t.Errorf("%s: axis %d has the share %v; gonum says %v", what, k, axis.Share, have(k))
		}
		if k < len(variances) && have(k)-have(k+1) > clearGap && (k == 0 || have(k-1)-have(k) > clearGap) {
			if c := math.Abs(dot(axis.Weights, mat.Col(nil, k, &vectors))); c < 1-directionTolerance {
				t.Errorf("%s: axis %d has the cosine %v with that of gonum; want 1", what, k, c)
			}
		}
	}
	if c := dot(s.Axes[0].Weights, s.Axes[1].Weights); math.Abs(c) > placeTolerance {
		t.Errorf("%s: the axes have the cosine %v; want right angles", what, c)
	}
}

// TestSpacesByHand: of three units that say x, 2y and 0 the first direction is that of the second
// unit, which spreads most.
func TestSpacesByHand(t *testing.T) {
	c := DefaultConfig()
	c.Task, c.Activation, c.HiddenLayers = Regression, Linear, []int{3}
	s := State{Config: c, Data: []Point{{1, 0, 0}, {-1, 0, 0}, {0, 1, 0}, {0, -1, 0}}}
	s.Network.Parameters = Parameters{
		Weights: [][][]float64{{{1, 0}, {0, -2}, {0, 0}}, {{1, 1, 1}}},
		Biases:  [][]float64{{0.5, 0, 7}, {0}},
	}
	got := trainer(t, prepare(t, s)).Spaces(s.Data, []float64{0.25}, []float64{0.5}, nil)[1]
	want := LayerSpace{
		Units: 3,
		Axes: []SpaceAxis{
			{NoUnit, []float64{0, -1, 0}, []float64{0.5, 0, 7}, 0.8}, // up is where y is larger
			{NoUnit, []float64{1, 0, 0}, []float64{0.5, 0, 7}, 0.2},
		},
		Points: [2][]float64{{0, 0, 2, -2}, {1, -1, 0, 0}},
		Places: [2][]float64{{1}, {0.25}},
	}
	if toJSON(t, got) != toJSON(t, want) {
		t.Errorf("the space is %s; want %s", toJSON(t, got), toJSON(t, want))
	}
}

// TestSpacesEdges: no points have no axes; points at one place have no spread; what is not finite is
// not placed, and the layers before it are.
func TestSpacesEdges(t *testing.T) {
	s := prepare(t, State{Config: DefaultConfig(), Data: randomPoints(newRand(1), 9, Classification, 2)})
	m := &trainer(t, s).Model
	for _, space := range m.Spaces(nil, []float64{0}, []float64{0}, nil) {
		if space.Axes != nil || space.Places[0] != nil || space.Units == 0 {
			t.Errorf("without points: %+v; want no axes and no places", space)
		}
	}
	for l, space := range m.Spaces(s.Data[:1], []float64{0}, []float64{0}, nil) {
		if len(space.Axes) != 2 || space.Axes[0].Share != 0 || l > 0 && l < 3 && space.Points[0][0] != 0 {
			t.Errorf("layer %d of one point: %+v; want it in the middle, and no spread", l, space)
		}
	}
	c := s.Config
	c.Activation, c.HiddenLayers = Linear, []int{3, 3}
	s = prepare(t, State{Config: c, Data: s.Data})
	for _, p := range numbers(s.Network.Parameters) {
		*p *= 1e60
	}
	for l, space := range (&trainer(t, s).Model).Spaces(s.Data, nil, nil, nil) {
		if (space.Axes != nil) != (l != 2) {
			t.Errorf("layer %d of numbers beyond the limit has the axes %+v; want none of the second alone, as the output says probabilities", l, space.Axes)
		}
	}
}

// TestEvenly: a sample has as many as it may have, all over the list and evenly of things that come
// in turn.
func TestEvenly(t *testing.T) {
	for _, n := range []int{0, 1, SpacePoints, SpacePoints + 1, 400, 2 * SpacePoints, 1000, 2000, 3000} {
		points := randomPoints(newRand(uint64(n)), n, Classification, 2)
		sample, at := SpaceSample(points)
		if len(at) > SpacePoints || len(at) < min(n, SpacePoints-4) || len(sample) != len(at) {
			t.Fatalf("of %d there are %d; want %d", n, len(at), min(n, SpacePoints))
		}
		for period := 1; period <= 10 && n > SpacePoints; period++ {
			counts := make([]int, period)
			for j, i := range at {
				counts[i%period]++
				if sample[j] != points[i] || j > 0 && i <= at[j-1] || i-j*n/len(at) > 3*n/SpacePoints+3 || j*n/len(at)-i > 3*n/SpacePoints+3 {
					t.Fatalf("of %d number %d of the sample is %d", n, j, i)
				}
			}
			if least := slices.Min(counts); least < len(at)/period-4 {
				t.Errorf("of %d that come %d in turn there are %v; want as many of each", n, period, counts)
			}
		}
	}
}

// TestPrincipal finds the directions of matrices with equal, vanishing and huge eigenvalues.
func TestPrincipal(t *testing.T) {
	for seed := range uint64(200) {
		rng := newRand(seed)
		n := 2 + rng.IntN(30)
		rank := rng.IntN(n + 1)
		c := make([]float64, n*n)
		size := math.Pow(10, float64(rng.IntN(300)-150))
		for r := range rank {
			v := make([]float64, n)
			if rng.IntN(2) == 0 {
				v[r] = 1 // equal to others
			} else {
				for i := range v {
					v[i] = rng.NormFloat64()
				}
			}
			for i := range c {
				c[i] += size * v[i/n] * v[i%n]
			}
		}
		directions, variances := principal(slices.Clone(c), n)
		for k, v := range directions {
			for i := range n {
				if got := dot(c[i*n:(i+1)*n], v); math.Abs(got-variances[k]*v[i]) > 1e-11*max(size, variances[0]) {
					t.Fatalf("seed %d: C·v is %v at %d; want %v", seed, got, i, variances[k]*v[i])
				}
			}
		}
		for _, of := range [][2]float64{
			{dot(directions[0], directions[0]), 1}, {dot(directions[0], directions[1]), 0}, {dot(directions[1], directions[1]), 1},
		} {
			if math.Abs(of[0]-of[1]) > placeTolerance {
				t.Fatalf("seed %d: a product of the directions is %v; want %v", seed, of[0], of[1])
			}
		}
		if variances[0] < variances[1] || variances[1] < 0 {
			t.Fatalf("seed %d: variances %v; want them falling", seed, variances)
		}
	}
}

// TestSpacesFronts: over whole runs an axis that follows the moment before never turns round, and
// one that does not hardly ever does.
func TestSpacesFronts(t *testing.T) {
	const rare = 1.0 / 200
	axes, turned, same := 0, 0, 0
	for _, set := range []dataset.Name{dataset.Circles, dataset.XOR, dataset.Moons, dataset.Spiral, dataset.Gauss} {
		for _, widths := range [][]int{{3}, {8}, {5, 4, 3}} {
			for _, activation := range []Activation{Tanh, ReLU} {
				c := DefaultConfig()
				c.HiddenLayers, c.Activation = widths, activation
				s := State{Config: c}
				made, err := dataset.Generate(set, dataset.Params{Points: 200, Noise: 0.05, Seed: 1})
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range made {
					s.Data = append(s.Data, Point(p))
				}
				tr := trainer(t, prepare(t, s))
				var before, pure []LayerSpace
				for range 200 {
					followed, alone := tr.Spaces(s.Data, nil, nil, before), tr.Spaces(s.Data, nil, nil, nil)
					for l := range before {
						for k, axis := range followed[l].Axes {
							if axis.Unit != NoUnit {
								continue
							}
							axes++
							if dot(axis.Weights, before[l].Axes[k].Weights) < 0 {
								t.Fatalf("%s, %v, %s: axis %d of layer %d turns round", set, widths, activation, k, l)
							}
							if dot(alone[l].Axes[k].Weights, pure[l].Axes[k].Weights) < 0 {
								turned++
							}
							if toJSON(t, followed[l]) == toJSON(t, alone[l]) {
								same++
							}
						}
					}
					before, pure = followed, alone
					if err := tr.Step(2); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	t.Logf("of %d axes %d turned round, and %d are as they are alone", axes, turned, same)
	if axes < 10_000 || float64(turned) > rare*float64(axes) || turned == 0 || same < axes/2 {
		t.Errorf("of %d axes %d turned round, where none follows; want less than one in %v, and some", axes, turned, 1/rare)
	}
}

// spacesDigest is that of the spaces of TestSpacesGolden.
const spacesDigest = "07aa0b87fca3ca0b7032d826c5d25459a656b3c28386c1b436131a0f09732179"

// TestSpacesGolden pins the bits of where layers put points, with all kernels that this machine has.
// Try it with GOAMD64=v3 and, where an emulator is installed, with GOARCH=arm64.
func TestSpacesGolden(t *testing.T) {
	before := kernel.Name()
	defer func() { _ = kernel.Use(before) }() // it was in use
	gx, gy := gridPlaces()
	for _, name := range kernel.Names() {
		if err := kernel.Use(name); err != nil {
			t.Fatal(err)
		}
		digest := sha256.New()
		for seed := range uint64(40) {
			s := randomState(t, newRand(1000+seed))
			s.Network = Network{} // those of the test are made with operations that may be fused
			tr := trainer(t, prepare(t, s))
			var moment []LayerSpace
			for range 3 {
				moment = tr.Spaces(s.Data, gx, gy, moment)
				fmt.Fprintln(digest, toJSON(t, moment))
				if tr.Step(3) != nil {
					break
				}
			}
		}
		if got := hex.EncodeToString(digest.Sum(nil)); got != spacesDigest {
			t.Errorf("%s kernels: digest of the spaces = %s; want %s", name, got, spacesDigest)
		}
	}
}

package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func held(side []bool) int {
	n := 0
	for _, h := range side {
		if h {
			n++
		}
	}
	return n
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		n        int
		fraction float64
		want     int
	}{
		{0, 0.5, 0}, {1, 0.9, 0}, {2, 0.9, 1}, {3, 0.9, 2}, // one point stays for training
		{10, 0, 0}, {10, 0.3, 3}, {10, 0.24, 2}, {10, 0.25, 3}, {10, 0.9, 9},
		{500, 0.2, 100}, {499, 0.2, 100}, {2000, 0.9, 1800}, {3, 0.1, 0},
	} {
		for seed := range uint32(20) {
			side := Split(c.n, c.fraction, seed)
			if len(side) != c.n || held(side) != c.want {
				t.Errorf("Split(%d, %v, %d) holds out %d of %d; want %d", c.n, c.fraction, seed,
					held(side), len(side), c.want)
			}
			if !slices.Equal(side, Split(c.n, c.fraction, seed)) {
				t.Errorf("Split(%d, %v, %d) is not the same twice", c.n, c.fraction, seed)
			}
		}
	}
}

// TestSplitGrowing adds points one by one, and raises the fraction.
func TestSplitGrowing(t *testing.T) {
	for _, fraction := range []float64{0.1, 0.25, 0.5, 0.77, 0.9} {
		for seed := range uint32(5) {
			before := Split(1, fraction, seed)
			for n := 2; n <= 300; n++ {
				side, changed := Split(n, fraction, seed), 0
				for i := range before {
					if side[i] != before[i] {
						changed++
					}
				}
				if changed > 1 {
					t.Errorf("Split(%d, %v, %d) moves %d of the points before; want at most 1", n,
						fraction, seed, changed)
				}
				before = side
			}
		}
	}
	for i, h := range Split(100, 0.3, 1) {
		if h && !Split(100, 0.6, 1)[i] {
			t.Errorf("point %d is held out at 0.3 and not at 0.6", i)
		}
	}
}

// TestSplitFair holds that every point is held out about as often as any other over the seeds, and
// that neighbouring seeds have nothing in common.
func TestSplitFair(t *testing.T) {
	const n, seeds, fraction = 40, 4000, 0.25
	counts, both := make([]int, n), 0
	before := Split(n, fraction, seeds)
	for seed := range uint32(seeds) {
		side := Split(n, fraction, seed)
		for i, h := range side {
			if h {
				counts[i]++
				if before[i] {
					both++
				}
			}
		}
		before = side
	}
	limit := standardErrors * math.Sqrt(seeds*fraction*(1-fraction))
	for i, count := range counts {
		if math.Abs(float64(count)-seeds*fraction) > limit {
			t.Errorf("point %d is held out %d times in %d; want %v ± %v", i, count, seeds,
				seeds*fraction, limit)
		}
	}
	want := n * seeds * fraction * fraction
	if limit := standardErrors * math.Sqrt(want); math.Abs(float64(both)-want) > limit {
		t.Errorf("held out at a seed and the one before: %d; want %v ± %v", both, want, limit)
	}
}

// TestSplitIndependent holds that which points are held out follows from seed and number alone: the
// trainer has the same ones whatever else is chosen.
func TestSplitIndependent(t *testing.T) {
	for seed := range uint64(100) {
		rng := newRand(seed)
		s := State{Config: randomConfig(rng, 30)}
		s.Config.Features = []Feature{FeatureX}
		s.Config.TestFraction = 0.4
		s.Data = randomPoints(rng, 30, s.Config.Task, 2)
		tr := trainer(t, s)
		if err := tr.Step(2); err != nil {
			t.Fatal(err)
		}
		var train, test []float64
		for i, h := range Split(30, 0.4, s.Config.Seed) {
			if h {
				test = append(test, s.Data[i].X)
			} else {
				train = append(train, s.Data[i].X)
			}
		}
		if !slices.Equal(tr.train.blocks[0].x[:len(train)], train) || !slices.Equal(tr.test.blocks[0].x[:len(test)], test) {
			t.Errorf("seed %d: the trainer's points are not those of Split(30, 0.4, %d)", seed,
				s.Config.Seed)
		}
	}
}

// TestSeedRandom holds that what is drawn for one seed, purpose, step and layer has nothing in
// common with what is drawn for any other.
func TestSeedRandom(t *testing.T) {
	var pcg rand.PCG
	seen := map[uint64]string{}
	for _, seed := range []uint32{0, 1, 2, 3, 4294967295} {
		for why := drawInit; why <= drawDropout; why++ {
			for major := range 8 {
				for minor := range 8 {
					at := fmt.Sprintf("seed %d, purpose %d, %d, %d", seed, why, major, minor)
					for range 2 { // the same twice
						seedRandom(&pcg, seed, why, major, minor)
						draw := pcg.Uint64()
						if before, ok := seen[draw]; ok && before != at {
							t.Errorf("%s draws the same as %s", at, before)
						}
						seen[draw] = at
					}
				}
			}
		}
	}
	if want := 5 * 5 * 8 * 8; len(seen) != want {
		t.Errorf("%d draws; want %d, the same ones at the second time", len(seen), want)
	}
}

// batchPoints makes one update and returns the points of its batch. The trainer has the features x
// and y, and at most a block of points in a batch.
func batchPoints(t *testing.T, tr *Trainer) []Point {
	t.Helper()
	n := tr.config.BatchSize
	if batches := (tr.train.n + n - 1) / n; tr.step%batches == batches-1 {
		n = tr.train.n - (batches-1)*n
	}
	tr.acquire()
	defer tr.release()
	if err := tr.update(); err != nil {
		t.Fatal(err)
	}
	points := make([]Point, n)
	for j := range points {
		points[j] = Point{X: tr.batch.x[j], Y: tr.batch.x[tr.batch.width+j], Label: tr.batch.y[j]}
	}
	return points
}

// shuffled returns a state with n points in batches.
func shuffled(n, batch int, testFraction float64) State {
	c := DefaultConfig()
	c.Optimizer, c.LearningRate, c.BatchSize, c.TestFraction = SGD, 0.1, batch, testFraction
	return State{Config: c, Data: randomPoints(newRand(uint64(n)), n, Classification, 4)}
}

// TestBatches holds that every epoch visits every training point once, whole, in an order of its
// own, and that the last batch is what remains.
func TestBatches(t *testing.T) {
	for _, c := range []struct {
		n, batch     int
		testFraction float64
		batches      int
	}{
		{103, 10, 0, 11}, {100, 10, 0, 10}, {100, 99, 0, 2}, {50, 1, 0, 50}, {60, 7, 0.5, 5}, {200, blockWidth, 0, 2},
	} {
		t.Run(fmt.Sprintf("%d/%d/%v", c.n, c.batch, c.testFraction), func(t *testing.T) {
			s := shuffled(c.n, c.batch, c.testFraction)
			var want []Point
			for i, h := range Split(c.n, c.testFraction, s.Config.Seed) {
				if !h {
					want = append(want, s.Data[i])
				}
			}
			tr := trainer(t, s)
			var orders [][]Point
			for epoch := range 6 {
				var order []Point
				for batch := range c.batches {
					if tr.epoch != epoch {
						t.Errorf("epoch %d before batch %d of epoch %d", tr.epoch, batch, epoch)
					}
					order = append(order, batchPoints(t, tr)...)
				}
				sorted := slices.Clone(order)
				slices.SortFunc(sorted, comparePoints)
				slices.SortFunc(want, comparePoints)
				if !slices.Equal(sorted, want) {
					t.Errorf("epoch %d visits %d points; want each of %d once", epoch, len(sorted),
						len(want))
				}
				orders = append(orders, order)
			}
			for i := range orders {
				for k := range i {
					if slices.Equal(orders[i], orders[k]) {
						t.Errorf("epochs %d and %d have the same order", i, k)
					}
				}
			}
			s.Config.Seed++
			if other := trainer(t, s); c.testFraction == 0 && slices.Equal(batchPoints(t, other), orders[0][:c.batch]) {
				t.Error("two seeds have the same order")
			}
		})
	}
}

func comparePoints(a, b Point) int {
	switch {
	case a.X < b.X:
		return -1
	case a.X > b.X:
		return 1
	}
	return 0
}

// TestBatchUpdate holds that a mini-batch is trained like a state of its points alone: the loss is
// the mean over the batch, the short last one included.
func TestBatchUpdate(t *testing.T) {
	const batchTolerance = 1e-14 // one update, the same sums
	for _, task := range Tasks() {
		s := shuffled(23, 10, 0)
		s.Config.Task = task
		if task == Regression {
			s.Data = randomPoints(newRand(1), 23, task, 0)
		}
		s = prepare(t, s)
		tr := trainer(t, s)
		for batch := range 3 {
			alone := s
			alone.Network = tr.Network()
			alone.Data = nil
			alone.Config.BatchSize = 0
			alone.Data = batchPoints(t, tr)
			want, got := values(step(t, alone, 1).Network.Parameters), values(tr.Network().Parameters)
			for i := range want {
				if !near(got[i], want[i], batchTolerance) {
					t.Errorf("%s, batch %d: number %d = %v; want %v", task, batch, i, got[i],
						want[i])
				}
			}
		}
	}
}

// TestBatchAll holds that 0, the number of points and any more are the same.
func TestBatchAll(t *testing.T) {
	s := shuffled(20, 0, 0.25) // 15 training points
	want := toJSON(t, step(t, s, 5))
	for _, size := range []int{15, 16, 2000} {
		s.Config.BatchSize = size
		if got := toJSON(t, step(t, s, 5)); got != want {
			t.Errorf("batch_size %d gives %s; want, as 0 gives, %s", size, got, want)
		}
	}
}

// TestShuffle counts the permutations of 4 points over many epochs.
func TestShuffle(t *testing.T) {
	const epochs, permutations = 24000, 24
	// chi2Limit is what chance exceeds once in 10,000 times with 23 degrees of freedom.
	const chi2Limit = 56.0
	s := shuffled(4, 3, 0)
	tr := trainer(t, s)
	counts := map[string]float64{}
	for epoch := range epochs {
		seedRandom(&tr.pcg, s.Config.Seed, drawShuffle, epoch, 0)
		shuffle(&tr.pcg, tr.order)
		counts[fmt.Sprint(tr.order)]++
	}
	chi2 := 0.0
	for _, count := range counts {
		chi2 += (count - epochs/permutations) * (count - epochs/permutations) / (epochs / permutations)
	}
	if len(counts) != permutations || chi2 > chi2Limit {
		t.Errorf("%d permutations, χ² = %v; want all %d and at most %v", len(counts), chi2,
			permutations, chi2Limit)
	}
}

package nn

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/nnvisu/nnvisu/nn/detmath"
	"github.com/nnvisu/nnvisu/nn/kernel"
)

// A Distribution is a histogram of numbers, with what sums them up. Mean and Deviation are rounded
// to a thousandth of the range or so; the others are exact. All bits are the same on every CPU.
type Distribution struct {
	N int // how many numbers
	// Lo and Hi are the ends of the range: 0, or 1, 2 or 5 times a power of ten.
	Lo, Hi float64
	// Counts are the numbers in each of bins equal parts of the range. It is nil if there are none,
	// or some are not finite or beyond histogramLimit; then all but N is 0.
	Counts []float64
	Mean   float64
	// Deviation is the standard deviation of the numbers as a whole population.
	Deviation float64
	// Low, Median and High are the empirical quantiles at 5, 50 and 95 %.
	Low, Median, High float64
}

// LayerDistributions are how the numbers of a layer are spread.
type LayerDistributions struct {
	Weights Distribution // without the biases
	// Activations are those of the units at training points, activation applied; of a classifier's
	// output, probabilities. Dropout is off.
	Activations Distribution
}

const (
	bins           = 24
	histogramLimit = 1e100 // of a size: its square is finite
	// histogramPoints is the most training points whose activations are counted: of more, one in so
	// many, evenly.
	histogramPoints = 256
	sortTime        = 60 // nanoseconds to sort one of many numbers
)

// Distributions returns that of every layer, the output last. It takes about as long as Metrics,
// and to sort the numbers.
func (t *Trainer) Distributions() []LayerDistributions {
	t.acquire()
	defer t.release()
	apart := (t.train.n + histogramPoints - 1) / histogramPoints
	activations := make([][]float64, len(t.layers))
	for l, layer := range t.layers {
		activations[l] = make([]float64, 0, layer.out*((t.train.n+apart-1)/apart))
	}
	for i := range t.train.blocks {
		if !t.proceed(t.forwardTime) {
			return nil
		}
		b := &t.train.blocks[i]
		out := t.run(b.x, b.width)
		if t.config.Task == Classification {
			kernel.Softmax(out, t.Outputs(), b.width)
		}
		first := (apart - i*blockWidth%apart) % apart // of the points that count
		for l, layer := range t.layers {
			for u := range layer.out {
				row := layer.a[u*b.width : u*b.width+b.n]
				for j := first; j < b.n; j += apart {
					activations[l] = append(activations[l], row[j])
				}
			}
		}
	}
	spread := make([]LayerDistributions, len(t.layers))
	for l := range spread {
		w := slices.Clone(t.layers[l].w)
		for _, of := range []struct {
			dst    *Distribution
			values []float64
		}{{&spread[l].Weights, w}, {&spread[l].Activations, activations[l]}} {
			if !t.proceed(sortTime * len(of.values)) {
				return nil
			}
			*of.dst = distributionOf(of.values)
		}
	}
	return spread
}

// distributionOf sorts the numbers and counts them.
func distributionOf(values []float64) Distribution {
	d := Distribution{N: len(values)}
	if len(values) == 0 || slices.ContainsFunc(values, func(v float64) bool { return !(math.Abs(v) <= histogramLimit) }) {
		return d
	}
	slices.Sort(values)
	if least := values[0]; least < 0 {
		d.Lo = -roundUp(-least)
	}
	if most := values[len(values)-1]; most > 0 || d.Lo == 0 {
		d.Hi = roundUp(most)
	}
	var dividers [bins + 1]float64
	for i := range dividers {
		dividers[i] = d.Lo + float64((d.Hi-d.Lo)*float64(i)/bins)
	}
	dividers[0], dividers[bins] = d.Lo, math.Nextafter(d.Hi, math.Inf(1)) // the largest number counts
	d.Counts = stat.Histogram(nil, dividers[:], values, nil)
	d.Low = stat.Quantile(0.05, stat.Empirical, values, nil)
	d.Median = stat.Quantile(0.5, stat.Empirical, values, nil)
	d.High = stat.Quantile(0.95, stat.Empirical, values, nil)
	mean, deviation := meanDeviation(values)
	unit := roundUp(d.Hi-d.Lo) / 1000
	d.Mean, d.Deviation = math.Round(mean/unit)*unit+0, math.Round(deviation/unit)*unit
	return d
}

// meanDeviation returns the mean of some numbers and their standard deviation as a whole
// population. It adds them in their order, with no product fused, as the law of package kernel
// wants. Those of gonum add several at a time, in an order that depends on the CPU: what is then
// rounded may fall to either side.
func meanDeviation(values []float64) (mean, deviation float64) {
	n := float64(len(values))
	mean = sum(values) / n
	squares := 0.0
	for _, v := range values {
		d := v - mean
		squares += float64(d * d)
	}
	return mean, math.Sqrt(squares / n)
}

// roundUp returns the smallest number that is 1, 2 or 5 times a power of ten and at least v, and 1
// for numbers near 0.
func roundUp(v float64) float64 {
	if v < 1e-100 {
		return 1
	}
	for k := int(math.Floor(detmath.Log(v)/math.Ln10)) - 1; ; k++ {
		for _, m := range [...]float64{1, 2, 5} {
			if round := m * math.Pow10(k); round >= v {
				return round
			}
		}
	}
}

package handin

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"math"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// A summer makes the SHA-256 of numbers and texts. Lists have their length before them.
type summer struct{ *bufio.Writer } // to a hash, whose Write never fails

func sum(write func(b summer)) (of [sha256.Size]byte) {
	whole := sha256.New()
	b := summer{bufio.NewWriter(whole)}
	write(b)
	b.Flush()
	whole.Sum(of[:0])
	return of
}

func (b summer) bits(v uint64) { b.Write(binary.BigEndian.AppendUint64(b.AvailableBuffer(), v)) }

func (b summer) whole(n int) { b.bits(uint64(n)) }

func (b summer) text(s string) {
	b.whole(len(s))
	b.WriteString(s)
}

func (b summer) reals(list []float64) {
	b.whole(len(list))
	for _, v := range list {
		b.bits(math.Float64bits(v))
	}
}

func (b summer) parameters(p nn.Parameters) {
	b.whole(len(p.Weights))
	for _, layer := range p.Weights {
		b.whole(len(layer))
		for _, row := range layer {
			b.reals(row)
		}
	}
	b.whole(len(p.Biases))
	for _, layer := range p.Biases {
		b.reals(layer)
	}
}

func sumOfNetwork(n nn.Network) [sha256.Size]byte {
	return sum(func(b summer) {
		b.whole(n.Step)
		b.whole(n.Epoch)
		b.parameters(n.Parameters)
		b.text(string(n.Optimizer.Optimizer))
		b.whole(n.Optimizer.Updates)
		for _, moments := range []*nn.Parameters{n.Optimizer.First, n.Optimizer.Second} {
			if moments == nil {
				moments = &nn.Parameters{}
			}
			b.parameters(*moments)
		}
	})
}

func sumOfPoints(points []nn.Point) [sha256.Size]byte {
	return sum(func(b summer) {
		b.whole(len(points))
		for _, p := range points {
			b.reals([]float64{p.X, p.Y, p.Label})
		}
	})
}

func sumOfConfig(c nn.Config) [sha256.Size]byte {
	return sum(func(b summer) {
		for m := range setting.All() {
			b.text(m.Name)
			b.text(m.Text(&c))
		}
	})
}

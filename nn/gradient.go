package nn

import "github.com/nnvisu/nnvisu/nn/kernel"

// gradient sets grad to the gradient of the mean loss over the training points order[from:to] if
// shuffled, else over all training points. It ends early if a yield returns an error.
func (t *Trainer) gradient(from, to int, shuffled bool) {
	clear(t.grad)
	if t.drops {
		seedRandom(&t.pcg, t.config.Seed, drawDropout, t.step, 0)
	}
	scale := 1 / float64(to-from)
	if !shuffled {
		for i := range t.train.blocks {
			if !t.proceed(t.updateTime) {
				return
			}
			b := &t.train.blocks[i]
			t.addGradient(b, t.forwardTraining(b), scale)
		}
		return
	}
	for ; from < to && t.proceed(t.updateTime); from += blockWidth {
		t.gather(from, min(blockWidth, to-from))
		t.addGradient(&t.batch, t.forwardTraining(&t.batch), scale)
	}
}

// addGradient adds to grad the gradient of the sum of a block's losses times scale. out is what
// forwardTraining returned of the block; it is overwritten.
func (t *Trainer) addGradient(b *block, out []float64, scale float64) {
	if t.config.Task == Regression {
		kernel.SquaredErrorGradient(out, b.y, scale)
	} else {
		kernel.SoftmaxGradient(out, b.y, scale, t.Outputs(), b.width)
	}
	if b.n < b.width { // the padding has no gradient
		for k := range t.Outputs() {
			clear(out[k*b.width+b.n : (k+1)*b.width])
		}
	}
	t.backward(b, out)
}

// forwardTraining passes a block through the layers like run, with dropout. It keeps the outputs
// and derivatives of each layer for backward.
func (t *Trainer) forwardTraining(b *block) []float64 {
	a := b.x
	last := len(t.layers) - 1
	for l := range t.layers {
		layer := &t.layers[l]
		z := layer.a[:layer.out*b.width]
		kernel.DenseForward(z, layer.w, layer.b, a, layer.in, layer.out, b.width)
		if l < last {
			d := layer.d[:layer.out*b.width]
			t.forward(z, d, z)
			if t.drops {
				mask := t.dropout[:layer.out*b.width]
				t.drawDropout(mask, b)
				kernel.Mul(z, mask)
				kernel.Mul(d, mask)
			}
		}
		a = z
	}
	return a
}

// drawDropout fills mask with 0, at the probability of the config, and 1/(1-p) (inverted dropout:
// Srivastava et al. 2014, section 10).
func (t *Trainer) drawDropout(mask []float64, b *block) {
	keep := 1 / (1 - t.config.Dropout)
	for ; len(mask) > 0; mask = mask[b.width:] {
		row := mask[:b.width]
		for j := range b.n {
			row[j] = keep
			if uniform(&t.pcg) < t.config.Dropout {
				row[j] = 0
			}
		}
		repeatLast(row, b.n)
	}
}

// backward adds the gradient of a block to grad. dz is the gradient with respect to the outputs of
// the network. On return layer.d holds ∂loss/∂z instead of f'(z).
func (t *Trainer) backward(b *block, dz []float64) {
	for l := len(t.layers) - 1; l >= 0; l-- {
		layer := &t.layers[l]
		dw, db := t.views(t.grad, l)
		if l == 0 {
			kernel.DenseGradient(dw, db, dz, b.x, layer.in, layer.out, b.width)
			return
		}
		below := &t.layers[l-1]
		kernel.DenseGradient(dw, db, dz, below.a, layer.in, layer.out, b.width)
		d := below.d[:layer.in*b.width]
		kernel.DenseBackward(d, layer.w, dz, layer.in, layer.out, b.width)
		dz = d
	}
}

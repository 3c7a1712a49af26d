package nn

// samples are points in the layout of the kernels: blocks of blockWidth points, the last of them
// shorter.
type samples struct {
	n      int
	blocks []block
}

// A block is up to blockWidth samples, padded with copies of the last.
type block struct {
	n, width int       // number of samples, without and with the padding
	x        []float64 // D×width features
	y        []float64 // width class numbers or regression targets
}

// sample returns the n points whose held equals want.
func (t *Trainer) sample(points []Point, held []bool, want bool, n int) samples {
	s := samples{n: n, blocks: make([]block, 0, (n+blockWidth-1)/blockWidth)}
	d := t.sizes[0]
	floats := make([]float64, (d+1)*padded(n)) // blockWidth is a multiple of kernel.Lanes
	var xs, ys [blockWidth]float64
	next := 0
	for left := n; left > 0; left -= blockWidth {
		b := block{n: min(blockWidth, left)}
		b.width = padded(b.n)
		x, y := d*b.width, (d+1)*b.width
		b.x, b.y, floats = floats[:x], floats[x:y], floats[y:]
		for j := range b.n {
			for held[next] != want {
				next++
			}
			p := &points[next]
			xs[j], ys[j], b.y[j] = p.X, p.Y, p.Label
			next++
		}
		repeatLast(xs[:b.width], b.n)
		repeatLast(ys[:b.width], b.n)
		repeatLast(b.y, b.n)
		FeaturesTo(b.x, t.config.Features, xs[:b.width], ys[:b.width])
		s.blocks = append(s.blocks, b)
	}
	return s
}

// gather copies the n training points order[from:from+n] into the batch.
func (t *Trainer) gather(from, n int) {
	b := &t.batch
	b.n, b.width = n, padded(n)
	order := t.order[from : from+n]
	for i := range t.sizes[0] {
		row := b.x[i*b.width : (i+1)*b.width]
		for j, p := range order {
			of := &t.train.blocks[p/blockWidth]
			row[j] = of.x[i*of.width+p%blockWidth]
		}
		repeatLast(row, n)
	}
	b.y = b.y[:b.width]
	for j, p := range order {
		b.y[j] = t.train.blocks[p/blockWidth].y[p%blockWidth]
	}
	repeatLast(b.y, n)
}

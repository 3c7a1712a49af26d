package nn

// samples are points as the kernels read them, in blocks of blockWidth but for the last.
type samples struct {
	n      int
	blocks []block
}

// A block is some samples, filled up with copies of the last.
type block struct {
	n, width int       // how many, and how many with the copies
	x        []float64 // D×width features
	y        []float64 // width class numbers or regression targets
}

// sample returns the n points that are held out, or those that are not.
func (t *Trainer) sample(points []Point, held []bool, want bool, n int) samples {
	s := samples{n: n, blocks: make([]block, 0, (n+blockWidth-1)/blockWidth)}
	d := t.sizes[0]
	floats := make([]float64, (d+1)*padded(n)) // blockWidth is padded itself
	var xs, ys [blockWidth]float64
	next := 0
	for left := n; left > 0; left -= blockWidth {
		b := block{n: min(blockWidth, left)}
		b.width = padded(b.n)
		b.x, b.y, floats = floats[:d*b.width], floats[d*b.width:(d+1)*b.width], floats[(d+1)*b.width:]
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

// gather copies n training points, from an index of the epoch's order on, into the batch.
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

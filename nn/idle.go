package nn

// Idle counts the units of a hidden layer that hardly learn, since their activation has hardly any
// slope where the training points are.
type Idle struct {
	Units     int
	Dead      int // of slope 0 at every training point, such as a ReLU that is always below 0
	Saturated int // of a slope below idleSlope at nearly every training point; none of them dead
}

const (
	idleSlope = 0.01 // times the largest slope of the activation: tanh beyond ±0.995
	nearlyAll = 20   // all points but one in so many
)

// Idle returns the counts of every hidden layer. Dropout is off. It takes about as long as Metrics.
func (t *Trainer) Idle() []Idle {
	t.acquire()
	defer t.release()
	drops := t.drops
	t.drops = false
	defer func() { t.drops = drops }()
	c := t.newIdleCount()
	for i := range t.train.blocks {
		if !t.proceed(t.updateTime) {
			break
		}
		b := &t.train.blocks[i]
		t.forwardTraining(b)
		c.add(t, b)
	}
	return c.counts(t.train.n)
}

// An idleCount counts, over the training points, where the units of the hidden layers have a slope.
type idleCount struct {
	bound float64  // the least slope of a unit that is not saturated
	steep [][]int  // of each unit: the points at which its slope is as large
	moves [][]bool // and whether it has any slope at any point
}

func (t *Trainer) newIdleCount() idleCount {
	hidden := t.config.HiddenLayers
	c := idleCount{
		bound: idleSlope * t.config.Activation.steepest(),
		steep: make([][]int, len(hidden)),
		moves: make([][]bool, len(hidden)),
	}
	for l, units := range hidden {
		c.steep[l], c.moves[l] = make([]int, units), make([]bool, units)
	}
	return c
}

// add counts a block whose slopes forwardTraining has left in the layers.
func (c *idleCount) add(t *Trainer, b *block) {
	for l, steep := range c.steep {
		for u := range steep {
			for _, slope := range t.layers[l].d[u*b.width : u*b.width+b.n] {
				if slope != 0 {
					c.moves[l][u] = true
				}
				if slope >= c.bound || slope <= -c.bound {
					steep[u]++
				}
			}
		}
	}
}

// counts returns the counts of every hidden layer over n points.
func (c *idleCount) counts(n int) []Idle {
	idle := make([]Idle, len(c.steep))
	for l, steep := range c.steep {
		idle[l].Units = len(steep)
		for u, points := range steep {
			switch {
			case !c.moves[l][u]:
				idle[l].Dead++
			case nearlyAll*points <= n:
				idle[l].Saturated++
			}
		}
	}
	return idle
}

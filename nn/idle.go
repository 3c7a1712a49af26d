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
	hidden := t.config.HiddenLayers
	idle := make([]Idle, len(hidden))
	steep := make([][]int, len(hidden)) // of each unit: the points at which it has a slope
	moves := make([][]bool, len(hidden))
	for l, units := range hidden {
		idle[l].Units = units
		steep[l], moves[l] = make([]int, units), make([]bool, units)
	}
	bound := idleSlope * t.config.Activation.steepest()
	for i := range t.train.blocks {
		if !t.proceed(t.updateTime) {
			return idle
		}
		b := &t.train.blocks[i]
		t.forwardTraining(b)
		for l, units := range hidden {
			for u := range units {
				for _, slope := range t.layers[l].d[u*b.width : u*b.width+b.n] {
					if slope != 0 {
						moves[l][u] = true
					}
					if slope >= bound || slope <= -bound {
						steep[l][u]++
					}
				}
			}
		}
	}
	for l := range hidden {
		for u, n := range steep[l] {
			switch {
			case !moves[l][u]:
				idle[l].Dead++
			case nearlyAll*n <= t.train.n:
				idle[l].Saturated++
			}
		}
	}
	return idle
}

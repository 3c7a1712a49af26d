package nn

import (
	"math"
	"math/rand/v2"
	"slices"
)

// The functions in this file change the shape of a network and keep what it has learnt. They take a
// prepared state and return a new one. The optimizer moments move with their weights. New
// parameters start as follows:
//
//   - The weights into a new unit are drawn as at initialisation. Its bias is 0.
//   - The weights from a new unit or feature to old units are 0, so that the outputs do not change
//     (in the spirit of Chen, Goodfellow & Shlens 2016, "Net2Net"). But they are drawn if all of
//     the layer below is new or if the network was never trained: then nothing is lost, and a
//     rectifier whose inputs all have weight 0 would never learn.

// unmapped marks a unit or layer that the old network does not have.
const unmapped = -1

// A reshaping gives the origin of each layer of units of the new network, inputs and outputs
// included.
type reshaping []struct {
	layer int   // the old layer, or unmapped
	units []int // for each new unit the old unit in that layer, or unmapped
}

// Fit returns s with config to and the network reshaped to fit. Input features are matched by name.
// Hidden layers, their units and classes are matched by number, from 0. Features, layers, units and
// classes without a match are new. If the optimizer changes, its moments are dropped and the
// weights stay. If the task changes, the output layer is new. Config to must be valid and have its
// number of classes.
func Fit(s State, to Config) State {
	from := s.Config
	plan := make(reshaping, len(to.HiddenLayers)+2)
	for _, f := range to.Features {
		plan[0].units = append(plan[0].units, slices.Index(from.Features, f)) // -1 is unmapped
	}
	for l, width := range to.HiddenLayers {
		if l < len(from.HiddenLayers) {
			plan[l+1].layer = l + 1
			plan[l+1].units = firstUnits(width, from.HiddenLayers[l])
		} else {
			plan[l+1].layer = unmapped
			plan[l+1].units = firstUnits(width, 0)
		}
	}
	out := &plan[len(plan)-1]
	out.layer = len(from.HiddenLayers) + 1
	out.units = firstUnits(to.Outputs(), from.Outputs())
	if to.Task != from.Task {
		out.units = firstUnits(to.Outputs(), 0)
	}
	return reshape(s, to, plan)
}

// firstUnits maps the first of n new units to the old units of the same number.
func firstUnits(n, old int) []int {
	units := make([]int, n)
	for i := range units {
		units[i] = i
		if i >= old {
			units[i] = unmapped
		}
	}
	return units
}

// AddNeuron adds a unit at the end of hidden layer l, counted from 0.
func AddNeuron(s State, l int) (State, error) {
	to, err := s.withLayers(func(widths []int) []int { widths[l]++; return widths }, l)
	if err != nil {
		return State{}, err
	}
	return Fit(s, to), nil
}

// RemoveNeuron removes unit u of hidden layer l, both counted from 0.
func RemoveNeuron(s State, l, u int) (State, error) {
	to, err := s.withLayers(func(widths []int) []int { widths[l]--; return widths }, l)
	if err != nil {
		return State{}, err
	}
	if u < 0 || u > to.HiddenLayers[l] {
		return State{}, fieldError(indexed("config.hidden_layers", l), "has no unit %d", u)
	}
	plan := identity(s.Config)
	plan[l+1].units = slices.Delete(plan[l+1].units, u, u+1)
	return reshape(s, to, plan), nil
}

// AddLayer inserts a hidden layer of the given width before hidden layer l, counted from 0. It
// appends the layer if l is the number of hidden layers.
func AddLayer(s State, l, width int) (State, error) {
	if l < 0 || l > len(s.Config.HiddenLayers) {
		return State{}, fieldError("config.hidden_layers", "has no place %d for a layer", l)
	}
	to := s.Config.Clone()
	to.HiddenLayers = slices.Insert(to.HiddenLayers, l, width)
	if err := to.Validate(); err != nil {
		return State{}, err
	}
	plan := slices.Insert(identity(s.Config), l+1, reshaping{{unmapped, firstUnits(width, 0)}}...)
	return reshape(s, to, plan), nil
}

// RemoveLayer removes hidden layer l, counted from 0. The weights into the next layer are new: the
// old ones led from the removed units.
func RemoveLayer(s State, l int) (State, error) {
	to, err := s.withLayers(func(widths []int) []int { return slices.Delete(widths, l, l+1) }, l)
	if err != nil {
		return State{}, err
	}
	return reshape(s, to, slices.Delete(identity(s.Config), l+1, l+2)), nil
}

// AddClass appends a class. Its output starts with drawn weights.
func AddClass(s State) (State, error) {
	if s.Config.Task != Classification {
		return State{}, fieldError("config.task", "must be %s to add a class", Classification)
	}
	to := s.Config.Clone()
	to.Classes++
	if err := to.Validate(); err != nil {
		return State{}, err
	}
	return Fit(s, to), nil
}

// RemoveClass removes class k with its output and its points. Labels above k move down by one.
func RemoveClass(s State, k int) (State, error) {
	if s.Config.Task != Classification {
		return State{}, fieldError("config.task", "must be %s to remove a class", Classification)
	}
	to := s.Config.Clone()
	to.Classes--
	if to.Classes < MinClasses {
		return State{}, fieldError("config.classes", "must be at least %d", MinClasses)
	}
	if k < 0 || k > to.Classes {
		return State{}, fieldError("config.classes", "has no class %d", k)
	}
	plan := identity(s.Config)
	out := &plan[len(plan)-1]
	out.units = slices.Delete(out.units, k, k+1)
	next := reshape(s, to, plan)
	next.Data = make([]Point, 0, len(s.Data))
	for _, p := range s.Data {
		switch {
		case p.Label == float64(k):
			continue
		case p.Label > float64(k):
			p.Label--
		}
		next.Data = append(next.Data, p)
	}
	return next, nil
}

// withLayers returns the config with its hidden layers changed. It returns an error if there is no
// layer l or the result is not valid.
func (s State) withLayers(change func([]int) []int, l int) (Config, error) {
	if l < 0 || l >= len(s.Config.HiddenLayers) {
		return Config{}, fieldError("config.hidden_layers", "has no layer %d", l)
	}
	to := s.Config.Clone()
	to.HiddenLayers = change(to.HiddenLayers)
	return to, to.Validate()
}

// identity maps every unit to itself.
func identity(c Config) reshaping {
	sizes := c.Sizes()
	plan := make(reshaping, len(sizes))
	for l, n := range sizes {
		plan[l].layer, plan[l].units = l, firstUnits(n, n)
	}
	return plan
}

// reshape returns s with config to and the network reshaped by the plan.
func reshape(s State, to Config, plan reshaping) State {
	from := newModel(s.Config)
	next := newModel(to)
	old := make([]float64, len(from.theta))
	from.flatten(old, s.Network.Parameters)
	next.drawNew(plan, fingerprint(old), s.Network.Step > 0)
	move(next, from, next.theta, old, plan)

	n := Network{Parameters: next.nested(next.theta), Step: s.Network.Step, Epoch: s.Network.Epoch}
	if s.Network.Optimizer.Optimizer == to.Optimizer {
		moment := func(p *Parameters) *Parameters {
			if p == nil {
				return nil
			}
			from.flatten(old, *p)
			flat := make([]float64, len(next.theta))
			move(next, from, flat, old, plan)
			moved := next.nested(flat)
			return &moved
		}
		n.Optimizer = s.Network.Optimizer
		n.Optimizer.First = moment(n.Optimizer.First)
		n.Optimizer.Second = moment(n.Optimizer.Second)
	}
	return State{Config: to.Clone(), Network: n, Data: s.Data}
}

// drawNew fills the model with the first weights of new units. They depend on old, the fingerprint
// of the old weights, so that a unit that is removed and added again starts with other weights.
func (m *Model) drawNew(plan reshaping, old int, trained bool) {
	var pcg rand.PCG
	for l, layer := range m.layers {
		seedRandom(&pcg, m.config.Seed, drawReshape, old, l)
		drawWeights(layer.w, m.config, layer.in, layer.out, &pcg)
		below, above := plan[l], plan[l+1]
		kept := slices.ContainsFunc(below.units, func(u int) bool { return u != unmapped })
		if !trained || !kept || above.layer == unmapped || below.layer != above.layer-1 {
			continue
		}
		for o, oldOut := range above.units {
			for i, oldIn := range below.units {
				if oldOut != unmapped && oldIn == unmapped {
					layer.w[o*layer.in+i] = 0
				}
			}
		}
	}
}

// fingerprint returns a hash of the bits of every weight and bias.
func fingerprint(theta []float64) int {
	h := uint64(len(theta))
	for _, v := range theta {
		h = mix(h ^ math.Float64bits(v))
	}
	return int(h)
}

// move copies the parameters that the plan keeps from old to dst. Both are in the layout of theta
// of their models.
func move(to, from *Model, dst, old []float64, plan reshaping) {
	for l, layer := range to.layers {
		below, above := plan[l], plan[l+1]
		if above.layer == unmapped {
			continue
		}
		w, b := to.views(dst, l)
		oldW, oldB := from.views(old, above.layer-1)
		oldIn := from.sizes[above.layer-1]
		for o, oo := range above.units {
			if oo == unmapped {
				continue
			}
			b[o] = oldB[oo]
			if below.layer != above.layer-1 {
				continue
			}
			for i, oi := range below.units {
				if oi != unmapped {
					w[o*layer.in+i] = oldW[oo*oldIn+oi]
				}
			}
		}
	}
}

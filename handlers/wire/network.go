package wire

import (
	"cmp"

	"nnvisu/nn"
)

func (r *reader) network(n *nn.Network) error {
	*n = nn.Network{}
	if absent, err := r.null(); absent || err != nil {
		return err
	}
	return r.object(func(member string) error {
		switch member {
		case "optimizer":
			return r.moments(&n.Optimizer)
		case "step":
			return r.integer(&n.Step)
		case "epoch":
			return r.integer(&n.Epoch)
		}
		return r.parameter(member, &n.Parameters)
	})
}

func (r *reader) moments(m *nn.Moments) error {
	return r.object(func(member string) error {
		switch member {
		case "name":
			return name(r, &m.Optimizer)
		case "updates":
			return r.integer(&m.Updates)
		case "first":
			m.First = new(nn.Parameters)
			return r.parameters(m.First)
		case "second":
			m.Second = new(nn.Parameters)
			return r.parameters(m.Second)
		}
		return r.unknown()
	})
}

func (r *reader) parameters(p *nn.Parameters) error {
	return r.object(func(member string) error { return r.parameter(member, p) })
}

func (r *reader) parameter(member string, p *nn.Parameters) error {
	switch member {
	case "weights":
		return r.list(func() error {
			var rows [][]float64
			err := r.rows(&rows)
			p.Weights = append(p.Weights, rows)
			return cmp.Or(err, tooMany(r, len(p.Weights), maxList, "layers"))
		})
	case "biases":
		return r.rows(&p.Biases)
	}
	return r.unknown()
}

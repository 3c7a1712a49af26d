package wire

import (
	"cmp"

	"github.com/nnvisu/nnvisu/nn"
)

// network reads a network. null is an empty one, which is to be initialized.
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

// moments reads what an optimizer keeps between updates.
func (r *reader) moments(m *nn.Moments) error {
	return r.object(func(member string) error {
		switch member {
		case "name":
			if err := name(r, &m.Optimizer); err != nil || m.Optimizer != "" {
				return err
			}
			return Invalid(r.place(), "must name an optimizer")
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

// parameter reads the value of a member of parameters.
func (r *reader) parameter(member string, p *nn.Parameters) error {
	switch member {
	case "weights":
		return r.list(func() error {
			var rows [][]float64
			err := r.rows(&rows)
			p.Weights = append(p.Weights, rows)
			return cmp.Or(err, checkLength(r, len(p.Weights), maxList, "layers"))
		})
	case "biases":
		return r.rows(&p.Biases)
	}
	return r.unknown()
}

// DecodeResult reads the network out of an answer to train_step, as AppendResult writes it.
func DecodeResult(text []byte, limits Limits) (n nn.Network, err error) {
	err = readJSON(text, "", limits, func(r *reader) error {
		return r.object(func(member string) error {
			switch member {
			case "type":
				return r.text(new(string))
			case "network":
				return r.network(&n)
			case "loss":
				return r.number(new(float64))
			case "metrics":
				return r.object(func(string) error { return r.number(new(float64)) })
			}
			return r.unknown()
		})
	})
	return n, err
}

package wire

import (
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// meta reads where the points came from, their units and the names of their classes.
func (r *reader) meta(m *table.Meta) error {
	*m = table.Meta{}
	return r.object(func(member string) error {
		switch member {
		case "source":
			return r.text(&m.Source)
		case "edited":
			return r.text(&m.Edited)
		case "transform":
			return r.object(func(member string) error {
				switch member {
				case "x":
					return r.axis(&m.Transform.X)
				case "y":
					return r.axis(&m.Transform.Y)
				case "label":
					return r.axis(&m.Transform.Label)
				}
				return r.unknown()
			})
		case "classes":
			return r.list(func() error {
				var name string
				if err := r.text(&name); err != nil {
					return err
				}
				m.Classes = append(m.Classes, name)
				return checkLength(r, len(m.Classes), nn.MaxClasses, "names")
			})
		}
		return r.unknown()
	})
}

// axis reads how a column became a coordinate or a label.
func (r *reader) axis(a *table.Axis) error {
	return r.object(func(member string) error {
		switch member {
		case "name":
			return r.text(&a.Name)
		case "scale":
			if err := r.number(&a.Scale); err != nil {
				return err
			}
			if a.Scale == 0 { // which would stand for 1
				return Invalid(r.place(), "must not be 0")
			}
			return nil
		case "offset":
			return r.number(&a.Offset)
		}
		return r.unknown()
	})
}

// DecodeMeta reads the units and class names of points from the JSON text of a field, which may be
// empty, and checks them.
func DecodeMeta(text, path string, limits Limits) (m table.Meta, err error) {
	err = readField(text, path, limits, func(r *reader) error { return r.meta(&m) })
	if err != nil {
		return table.Meta{}, err
	}
	return m, CheckMeta(m, path)
}

// CheckMeta returns an error for units or names that package table could not have made.
func CheckMeta(m table.Meta, path string) error {
	if err := m.Check(nn.MaxClasses); err != nil {
		bad := err.(*table.Error) // Check returns no other
		return Invalid(path+"."+bad.Column, "%s", bad.Message)
	}
	return nil
}

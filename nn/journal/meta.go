package journal

import (
	"slices"
	"strconv"

	"github.com/nnvisu/nnvisu/nn/table"
)

// Meta returns what is known of the points of the run: where they came from, whether some of them were
// changed since, and the names and units that an import gave them. The source is as the journal has it: the
// query of its recipe or the source of a data set.
func (j Journal) Meta() table.Meta {
	m := table.Meta{Source: j.Recipe}
	added := 0 // classes that no point of the source has
	for _, e := range j.Entries {
		switch a := e.Act.(type) {
		case Dataset:
			m, added = table.Meta{Source: a.Source}, 0
		case Import:
			m, added = a.Meta, 0
		case ClearPoints:
			m = table.Meta{}
		case AddPoints, RemovePoints, SetPoints:
			m = edited(m)
		case AddClass:
			added++
		case RemoveClass:
			if added--; added < 0 {
				m = edited(m)
			}
			if a.Class < len(m.Classes) {
				m.Classes = slices.Delete(slices.Clone(m.Classes), a.Class, a.Class+1)
			}
		case Settings:
			m = set(m, a)
		}
	}
	return m
}

// edited returns the meta of points of which some were changed.
func edited(m table.Meta) table.Meta {
	if m.Source != "" {
		m.Source, m.Edited = "", m.Source
	}
	return m
}

// set returns the meta of points after an act of settings: another task converts the labels.
func set(m table.Meta, a Settings) table.Meta {
	for _, one := range a {
		switch one.Name {
		case "task":
			m = edited(m)
			m.Classes, m.Transform.Label = nil, table.Axis{}
		case "classes":
			if n, err := strconv.Atoi(one.Value); err == nil && n >= 0 && n < len(m.Classes) {
				m.Classes = m.Classes[:n:n]
			}
		}
	}
	return m
}

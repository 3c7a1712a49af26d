package journal

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/nn/table"
)

// Words is that of [Act]: "learning rate 0.03 → 0.01".
func (a Settings) Words(before nn.State) string {
	parts := make([]string, 0, len(a))
	from, to := before.Config, before.Config.Clone()
	for _, one := range a {
		m := setting.Lookup(one.Name)
		if m == nil || m.Parse(&to, one.Value) != nil {
			continue // Apply refuses it
		}
		parts = append(parts, m.InText()+" "+shown(m, &from)+" → "+shown(m, &to))
	}
	return strings.Join(parts, ", ")
}

// shown is a value for people; an empty list is none.
func shown(m *setting.Member, c *nn.Config) string {
	if text := m.Shown(c); text != "" {
		return text
	}
	return "none"
}

// Words is that of [Act].
func (Reset) Words(s nn.State) string { return fmt.Sprintf("reset to seed %d", s.Config.Seed) }

// Words is that of [Act].
func (Reseed) Words(s nn.State) string { return fmt.Sprintf("new seed %d", s.Config.Seed+1) }

// Words is that of [Act].
func (a AddLayer) Words(nn.State) string { return "layer of " + count(a.Width, "unit") + " added" }

// Words is that of [Act].
func (a RemoveLayer) Words(nn.State) string { return fmt.Sprintf("layer %d removed", a.At+1) }

// Words is that of [Act].
func (a AddUnit) Words(nn.State) string { return fmt.Sprintf("unit added to layer %d", a.Layer+1) }

// Words is that of [Act].
func (a RemoveUnit) Words(nn.State) string {
	return fmt.Sprintf("unit %d of layer %d removed", a.Unit+1, a.Layer+1)
}

// Words is that of [Act].
func (a SetWeight) Words(nn.State) string {
	return fmt.Sprintf("weight %d → %d of layer %d set to %s", a.In+1, a.Out+1, a.Layer+1, number(a.Value))
}

// Words is that of [Act].
func (a SetBias) Words(nn.State) string {
	return fmt.Sprintf("bias of unit %d of layer %d set to %s", a.Out+1, a.Layer+1, number(a.Value))
}

// Words is that of [Act].
func (AddClass) Words(s nn.State) string { return fmt.Sprintf("class %d added", s.Config.Classes) }

// Words is that of [Act].
func (a RemoveClass) Words(nn.State) string { return fmt.Sprintf("class %d removed", a.Class) }

// Words is that of [Act].
func (a AddPoints) Words(nn.State) string { return pointWords(pointsOf(a)) }

// Words is that of [Act].
func (a RemovePoints) Words(nn.State) string { return pointWords(pointsOf(a)) }

// Words is that of [Act].
func (a SetPoints) Words(nn.State) string { return count(len(a.Points), "point") + " changed" }

// Words is that of [Act].
func (ClearPoints) Words(s nn.State) string { return "all " + count(len(s.Data), "point") + " removed" }

// Words is that of [Act].
func (a Dataset) Words(nn.State) string { return "data set " + RecipeWords(a.Source) }

// RecipeWords says what a recipe, or the source of a data set, begins with: "Moons, hidden layers 4".
func RecipeWords(query string) string {
	q, err := url.ParseQuery(query)
	if err != nil {
		return query
	}
	var parts []string
	if info, ok := dataset.Lookup(q.Get("dataset")); ok {
		parts = append(parts, info.Title)
	}
	for _, p := range []struct{ name, words string }{{"points", "%s points"}, {"noise", "noise %s"}, {"data_seed", "data seed %s"}} {
		if v := q.Get(p.name); v != "" {
			parts = append(parts, fmt.Sprintf(p.words, v))
		}
	}
	c := nn.DefaultConfig()
	for m := range setting.All() {
		if q.Has(m.Name) && m.Parse(&c, q.Get(m.Name)) == nil {
			parts = append(parts, m.InText()+" "+shown(m, &c))
		}
	}
	return strings.Join(parts, ", ")
}

// Words is that of [Act].
func (a Import) Words(nn.State) string { return count(len(a.Points), "point") + " of your own taken" }

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return string(table.AppendGrouped(nil, n)) + " " + what
}

func number(v float64) string {
	return strings.Replace(strconv.FormatFloat(v, 'g', -1, 64), "-", "−", 1)
}

package wire

import (
	"cmp"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// config reads a config by the table of package setting. A member that is left out has its default.
func (r *reader) config(c *nn.Config, classesSet *bool) error {
	*c, *classesSet = nn.DefaultConfig(), false
	return r.object(func(name string) error {
		m := setting.Lookup(name)
		if m == nil {
			return r.unknown()
		}
		*classesSet = *classesSet || name == "classes"
		return m.Read(c, settingReader{r})
	})
}

// A settingReader is a reader as package setting asks for it.
type settingReader struct{ r *reader }

func (s settingReader) Text(dst *string) error    { return s.r.text(dst) }
func (s settingReader) Number(dst *float64) error { return s.r.number(dst) }
func (s settingReader) Integer(dst *int) error    { return s.r.integer(dst) }

func (s settingReader) List(what string, element func() error) error {
	n := 0
	return s.r.list(func() error {
		n++
		return cmp.Or(element(), checkLength(s.r, n, maxList, what))
	})
}

func (s settingReader) Invalid(format string, args ...any) error {
	return Invalid(s.r.place(), format, args...)
}

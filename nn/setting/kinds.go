package setting

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
)

// word gives access to a choice.
func word(of func(*nn.Config) *string, choices []Choice) access {
	return access{
		Kind: Word, Choices: choices,
		read: func(c *nn.Config, r Reader) error { return r.Text(of(c)) },
		parse: func(c *nn.Config, text, _ string) error {
			*of(c) = text
			return nil
		},
		text: func(c *nn.Config) string { return *of(c) },
	}
}

// real gives access to a number.
func real(of func(*nn.Config) *float64) access {
	return access{
		Kind:  Real,
		read:  func(c *nn.Config, r Reader) error { return r.Number(of(c)) },
		parse: func(c *nn.Config, text, field string) error { return ParseReal(text, field, of(c)) },
		text:  func(c *nn.Config) string { return strconv.FormatFloat(*of(c), 'g', -1, 64) },
	}
}

// whole gives access to a whole number.
func whole(of func(*nn.Config) *int) access {
	return access{
		Kind:  Whole,
		read:  func(c *nn.Config, r Reader) error { return r.Integer(of(c)) },
		parse: func(c *nn.Config, text, field string) error { return ParseWhole(text, field, of(c)) },
		text:  func(c *nn.Config) string { return strconv.Itoa(*of(c)) },
	}
}

// classes gives access to the number of classes. JSON may leave it out but may not send the 0 that
// stands for that. People are shown the number of outputs, which a regression has as well.
func classes() access {
	a := whole(func(c *nn.Config) *int { return &c.Classes })
	a.read = func(c *nn.Config, r Reader) error {
		if err := r.Integer(&c.Classes); err != nil {
			return err
		}
		if c.Classes == 0 {
			return r.Invalid("must be from %d to %d; got 0", nn.MinClasses, nn.MaxClasses)
		}
		return nil
	}
	a.show = func(c *nn.Config) string { return strconv.Itoa(c.Outputs()) }
	return a
}

// seed gives access to the seed.
func seed() access {
	return access{
		Kind: Whole,
		read: func(c *nn.Config, r Reader) error {
			var v int
			if err := r.Integer(&v); err != nil {
				return err
			}
			if v < 0 || v > math.MaxUint32 {
				return r.Invalid(seedRange, uint32(math.MaxUint32), v)
			}
			c.Seed = uint32(v)
			return nil
		},
		parse: func(c *nn.Config, text, field string) error { return ParseSeed(text, field, &c.Seed) },
		text:  func(c *nn.Config) string { return strconv.FormatUint(uint64(c.Seed), 10) },
	}
}

// features gives access to the inputs of the network. A query separates them by commas.
func features() access {
	a := access{Kind: List, Choices: choices(nn.Features())}
	a.read = func(c *nn.Config, r Reader) error {
		c.Features = nil
		return r.List("features", func() error {
			var name string
			err := r.Text(&name)
			c.Features = append(c.Features, nn.Feature(name))
			return err
		})
	}
	a.parse = func(c *nn.Config, text, _ string) error {
		c.Features = nil
		for name := range strings.SplitSeq(text, ",") {
			c.Features = append(c.Features, nn.Feature(name))
		}
		return nil
	}
	a.text = func(c *nn.Config) string {
		return join(c.Features, ",", func(f nn.Feature) string { return string(f) })
	}
	a.show = func(c *nn.Config) string {
		return join(c.Features, ", ", func(f nn.Feature) string { return a.label(string(f)) })
	}
	// A form has a value for every box that is checked. Features that stay keep their order; new
	// ones come after them. A form may repeat a value any number of times; more names than there
	// are features are wrong, however many follow.
	a.take = func(c *nn.Config, values []string) error {
		var names []nn.Feature
		for _, f := range c.Features {
			if slices.Contains(values, string(f)) {
				names = append(names, f)
			}
		}
		for _, f := range values {
			if len(names) > len(a.Choices) {
				break
			}
			if !slices.Contains(names, nn.Feature(f)) {
				names = append(names, nn.Feature(f))
			}
		}
		c.Features = names
		return nil
	}
	return a
}

// hiddenLayers gives access to the widths of the hidden layers. A query separates them by commas,
// and the page by dashes.
func hiddenLayers() access {
	a := access{Kind: List}
	a.read = func(c *nn.Config, r Reader) error {
		c.HiddenLayers = []int{}
		return r.List("layers", func() error {
			var width int
			err := r.Integer(&width)
			c.HiddenLayers = append(c.HiddenLayers, width)
			return err
		})
	}
	a.parse = func(c *nn.Config, text, field string) error {
		c.HiddenLayers = []int{}
		if text == "" {
			return nil
		}
		for part := range strings.SplitSeq(text, ",") {
			var width int
			if err := ParseWhole(part, field, &width); err != nil {
				return err
			}
			c.HiddenLayers = append(c.HiddenLayers, width)
		}
		return nil
	}
	a.text = func(c *nn.Config) string { return join(c.HiddenLayers, ",", strconv.Itoa) }
	a.show = func(c *nn.Config) string {
		if len(c.HiddenLayers) == 0 {
			return "none"
		}
		return LayersText(c.HiddenLayers)
	}
	a.take = func(c *nn.Config, values []string) (err error) {
		if len(values) > 0 {
			c.HiddenLayers, err = ParseLayers(values[0])
		}
		return err
	}
	return a
}

// join writes each value as text and puts the separator between them.
func join[T any](values []T, separator string, text func(T) string) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = text(v)
	}
	return strings.Join(texts, separator)
}

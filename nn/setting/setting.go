// Package setting is the one table of the members of nn.Config. A row says what a member is called
// on the wire, how it is read from JSON, from a query and from the page's form, how it is written
// as text, and what people are told about it. Decoders, links, the page and the documents range
// over the table: a new member needs a field in nn.Config, a row here, and a control on the page.
//
// The package reads values; whether they are in range is for nn.Config's Validate to say. An error
// is a [*SyntaxError] or a [*nn.FieldError], or comes from the [Reader].
package setting

import (
	"errors"
	"iter"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
)

// A Member is a row of the table.
type Member struct {
	// Name is the member's name in JSON and in a query, and of its control in the page's form.
	Name string
	// Label is what the page calls the member.
	Label string
	// Hint is a sentence or two about its control: what it is and what to try. At most 150
	// characters, as a tooltip shows it.
	Hint string
	// Unset says which value stands for a member that is left out, where nn.DefaultConfig has none.
	Unset string
	// ByData says that the value follows from the data set. A recipe names the data set instead.
	ByData bool
	// Range is what a number may be, or an element of a list of numbers. Its Most is infinite where a
	// server sets the limit.
	Range Range
	// Items is how many elements a list may have.
	Items Range
	// NoControl says that no control of the settings sets the member.
	NoControl bool

	// needs says of a config whether the member has an effect in it; nil: always.
	needs func(c *nn.Config) bool
	about string // what the documents say about its values, before the choices if there are any
	access
}

// A Range is what a number may be: from Least to Most.
type Range struct {
	Least, Most float64
	Above       bool // greater than Least
}

// A Kind says what sort of value a member has.
type Kind int

// The kinds.
const (
	Word  Kind = iota // one of Choices
	Real              // a number
	Whole             // a whole number
	List
)

// A Choice is a value of a closed set.
type Choice struct {
	Value string // on the wire
	Label string // on the page
	note  string // in the documents, behind the value
}

// access is how the value of a member is read and written.
type access struct {
	Kind
	Choices []Choice // of a Word, or of the elements of a List; in the order of the page

	read  func(c *nn.Config, r Reader) error
	parse func(c *nn.Config, text, field string) error
	text  func(c *nn.Config) string
	take  func(c *nn.Config, values []string) error // from a form; nil: as parse does
	show  func(c *nn.Config) string                 // to people; nil: the choice's label or the text
}

// A Reader reads one JSON value, part by part. Every method returns an error that names the place.
type Reader interface {
	Text(dst *string) error
	Number(dst *float64) error
	// Integer reads a whole number, however it is written: 100 or 1e2.
	Integer(dst *int) error
	// List reads a list; element reads each of its elements. What they are called is for the error
	// about a list that is far too long.
	List(what string, element func() error) error
	// Invalid returns an error about the value that was read last.
	Invalid(format string, args ...any) error
}

var byName = func() map[string]*Member {
	all := make(map[string]*Member, len(members))
	for i := range members {
		all[members[i].Name] = &members[i]
	}
	return all
}()

// All returns the members in the order in which the page compares runs.
func All() iter.Seq[*Member] {
	return func(yield func(*Member) bool) {
		for i := range members {
			if !yield(&members[i]) {
				return
			}
		}
	}
}

// Lookup returns the member with the wire name, or nil.
func Lookup(name string) *Member { return byName[name] }

// Differing returns the members that two configs have different values of.
func Differing(a, b *nn.Config) []*Member {
	var differing []*Member
	for m := range All() {
		if m.Text(a) != m.Text(b) {
			differing = append(differing, m)
		}
	}
	return differing
}

// InText returns the label within a sentence.
func (m *Member) InText() string {
	if m.Name == "l1" || m.Name == "l2" {
		return m.Label
	}
	return strings.ToLower(m.Label[:1]) + m.Label[1:]
}

// HasEffect reports whether anything would differ if the member had another value.
func (m *Member) HasEffect(c *nn.Config) bool { return m.needs == nil || m.needs(c) }

// Read reads the member's JSON value.
func (m *Member) Read(c *nn.Config, r Reader) error { return m.read(c, r) }

// Parse reads the member from the text of a query.
func (m *Member) Parse(c *nn.Config, text string) error {
	return m.parse(c, text, "config."+m.Name)
}

// Take reads the member from a form, where its field has the given values. A member without a
// control, a field that is not there and a number that is left empty change nothing.
func (m *Member) Take(c *nn.Config, values []string) error {
	switch {
	case m.NoControl:
		return nil
	case m.take != nil:
		return m.take(c, values)
	case len(values) == 0:
		return nil
	case m.Kind == Word:
		return m.Parse(c, values[0])
	}
	text := strings.TrimSpace(values[0])
	if text == "" {
		return nil
	}
	err := m.Parse(c, text)
	var bad *SyntaxError
	if m.Kind == Whole && errors.As(err, &bad) {
		bad.Field = m.Name // programs know this error by the name of the form's field
	}
	return err
}

// Text returns the value as Parse reads it. Different values have different texts.
func (m *Member) Text(c *nn.Config) string { return m.text(c) }

// Shown returns the value as the page shows it to people.
func (m *Member) Shown(c *nn.Config) string {
	if m.show != nil {
		return m.show(c)
	}
	return m.label(m.text(c))
}

// label returns the label of a choice, or the value where no choice has it.
func (a access) label(value string) string {
	for _, choice := range a.Choices {
		if choice.Value == value {
			return choice.Label
		}
	}
	return value
}

// Values says in Markdown which values the member may have.
func (m *Member) Values() string {
	if len(m.Choices) == 0 {
		return m.about
	}
	var choices []string
	for _, c := range m.Choices {
		text := "`" + c.Value + "`"
		if c.note != "" {
			text += " (" + c.note + ")"
		}
		choices = append(choices, text)
	}
	return strings.TrimSpace(m.about + " " + strings.Join(choices, ", "))
}

package wire

import (
	"errors"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/table"
)

// A Shape says which JSON a reader takes, but for the limits that are checked later.
type Shape struct {
	Kind    ShapeKind
	Null    bool     // it may also be null
	Members []Member // of an object
	Element *Shape   // of a list
}

// A Member of an object may be left out, unless it is required.
type Member struct {
	Name     string
	Required bool
	*Shape
}

// A ShapeKind is a type of JSON.
type ShapeKind int

// The types.
const (
	Object ShapeKind = iota
	List
	Text
	Number
	Whole // a number without a fraction
	Flag  // true or false
	ID    // a string or a number
)

// ShapeOf returns the shape of messages of a kind.
func ShapeOf(kind Kind) *Shape {
	var m Message
	return describe(func(r *reader) error { return r.message(&m, kind, Limits{}) })
}

// ShapeOfFile returns the shape of a saved state.
func ShapeOfFile() *Shape {
	var f export.File
	s := describe(func(r *reader) error { return r.file(&f, "", Limits{}) })
	for i, m := range s.Members {
		s.Members[i].Required = m.Name == "type" || m.Name == "version"
	}
	return s
}

// describe asks a reader which JSON it takes.
func describe(read func(r *reader) error) *Shape {
	d := &describer{shape: new(Shape), names: memberNames()}
	if err := read(&reader{d}); err != nil {
		panic(err) // the readers of this package check nothing else
	}
	return d.shape
}

// A describer is a source that has no text. It asks the reader for every member that there may be,
// and notes as what it reads it. So the grammar stays where it is written: in the reader.
type describer struct {
	shape *Shape // of the value that is read
	names []string
}

// memberNames returns the names of the members of everything that is read from JSON.
func memberNames() []string {
	names := []string{
		"type", "id", "config", "network", "data", "steps", "frame_steps", "frame_ms", "format",
		"parameter", "point", "over", "journal", "anyway", "hand_ins", "text",
	}
	seen := map[string]bool{}
	for _, name := range names {
		seen[name] = true
	}
	for _, v := range []any{
		nn.Config{}, nn.Network{}, nn.Moments{}, nn.Parameters{}, nn.Point{}, nn.History{}, nn.Best{}, nn.LayerHistory{},
		table.Meta{}, table.Transform{}, table.Axis{}, export.File{}, export.Lesson{},
	} {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(v)) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name != "" && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// is notes the type of the value that is read.
func (d *describer) is(kind ShapeKind) error {
	d.shape.Kind = kind
	return nil
}

// below reads a value within the one that is read.
func (d *describer) below(read func() error) (*Shape, error) {
	outer := d.shape
	defer func() { d.shape = outer }()
	d.shape = new(Shape)
	err := read()
	var known *Error
	// The number of a describer has a fraction: who refuses it wants a whole one. A text of a
	// describer is empty, which some members may not be.
	if errors.As(err, &known) && known.Code == CodeInvalid && d.shape.Kind == Number {
		d.shape.Kind, err = Whole, nil
	} else if err != nil && d.shape.Kind == Text {
		err = nil
	}
	return d.shape, err
}

func (d *describer) object(member func(name string) error) error {
	for _, name := range d.names {
		if shape, err := d.below(func() error { return member(name) }); err == nil {
			d.shape.Members = append(d.shape.Members, Member{Name: name, Shape: shape})
		}
	}
	return d.is(Object)
}

func (d *describer) list(element func() error) (err error) {
	d.shape.Element, err = d.below(element)
	return errors.Join(err, d.is(List))
}

func (d *describer) text(*string) error       { return d.is(Text) }
func (d *describer) flag(*bool) error         { return d.is(Flag) }
func (d *describer) id(*jsontext.Value) error { return d.is(ID) }

func (d *describer) number(dst *float64) error {
	*dst = 0.5
	return d.is(Number)
}

func (d *describer) numbers(*[]float64, int, string) error {
	return d.list(func() error { return d.is(Number) })
}

func (d *describer) rows(*[][]float64) error {
	return d.list(func() error { return d.numbers(nil, 0, "") })
}

func (d *describer) points(_ *[]nn.Point, _ int, unlabelled bool) error {
	number := &Shape{Kind: Number}
	d.shape.Element = &Shape{Members: []Member{{"x", true, number}, {"y", true, number}, {"label", !unlabelled, number}}}
	return d.is(List)
}

func (d *describer) null() (bool, error) {
	d.shape.Null = true
	return false, nil
}

// isObject describes the list alone where there may be either.
func (d *describer) isObject() bool { return false }

func (d *describer) end() error    { return nil }
func (d *describer) place() string { return "" }

package wire

import (
	"cmp"
	"math"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// A reader decodes one JSON value of the wire contract, member by member. Its methods set all of
// what they decode into, because a value may be read again from another source.
type reader struct{ source }

// A source reads the tokens of JSON, and at once the lists of numbers and points, which are most of
// a message.
type source interface {
	object(member func(name string) error) error
	list(element func() error) error
	text(dst *string) error
	number(dst *float64) error
	flag(dst *bool) error
	// numbers reads a list of numbers. What they are called is for the error about more than most.
	numbers(dst *[]float64, most int, what string) error
	// rows reads a list of lists of numbers, one for each unit of a layer.
	rows(dst *[][]float64) error
	// points reads at most so many points. If unlabelled is set, labels may be left out.
	points(dst *[]nn.Point, most int, unlabelled bool) error
	id(dst *jsontext.Value) error
	// null reports whether the value is null. If it is, the value has been read.
	null() (bool, error)
	// isObject reports whether the next value is an object. It reads nothing.
	isObject() bool
	// end checks that nothing follows the value.
	end() error
	// place returns the path of the value last read, for errors.
	place() string
}

// readJSON reads one JSON value. Prefix is the name of the value in errors, or "" for a whole
// message. A fastSource reads first. Where it gives up, a strictSource reads the text again, and
// all errors come from it, except one of yield: that ends both.
func readJSON(text []byte, prefix string, limits Limits, read func(r *reader) error) error {
	p := pace.New(limits.Yield)
	err := readAll(&reader{newFastSource(text, p)}, read)
	if err != nil && p.Stopped() == nil {
		err = readAll(&reader{newStrictSource(text, prefix, p)}, read)
	}
	return cmp.Or(p.Stopped(), err)
}

func readAll(r *reader, read func(r *reader) error) error {
	if err := read(r); err != nil {
		return err
	}
	return r.end()
}

func (r *reader) unknown() error {
	return Malformed(r.place(), "is not a member that this message has")
}

// integer reads a whole number, however it is written: 100 or 1e2.
func (r *reader) integer(dst *int) error {
	var v float64
	if err := r.number(&v); err != nil {
		return err
	}
	if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
		return Invalid(r.place(), "must be a whole number; got %v", v)
	}
	*dst = int(v)
	return nil
}

// name reads a string of one of the named types of package nn.
func name[T ~string](r *reader, dst *T) error {
	var v string
	if err := r.text(&v); err != nil {
		return err
	}
	*dst = T(v)
	return nil
}

// checkLength returns an error for a list with more than most elements. It is called for each
// element, so that a text within the limit on bytes cannot take many times as much memory.
func checkLength(r source, got, most int, what string) error {
	if got <= most {
		return nil
	}
	return Invalid(r.place(), "must have at most %d %s", most, what)
}

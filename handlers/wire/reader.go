package wire

import (
	"math"

	"github.com/go-json-experiment/json/jsontext"

	"nnvisu/nn"
)

// A reader decodes one JSON value of the wire contract, member by member. What
// it decodes into begins anew: where one source gives up, another one reads again.
type reader struct{ source }

// A source reads the grammar of JSON, and the numbers of which there are many.
type source interface {
	object(member func(name string) error) error
	list(element func() error) error
	text(dst *string) error
	number(dst *float64) error
	// numbers appends a list of at most so many numbers to dst.
	numbers(dst *[]float64, most int, what string) error
	// rows appends lists of numbers to dst, one for each unit of a layer.
	rows(dst *[][]float64) error
	// points reads the data. Labels may be left out where they are not used.
	points(dst *[]nn.Point, most int, unlabelled bool) error
	id(dst *jsontext.Value) error
	// null reports whether the value is null, and then has read it.
	null() (bool, error)
	// end checks that nothing follows the value.
	end() error
	// place returns the path of the value last read, for errors.
	place() string
}

// readJSON reads one JSON value, whose name is prefix where it is not the whole
// message. It is read by a fastSource and, where that gives up, once more by a
// strictSource, from which all errors are.
func readJSON(text []byte, prefix string, read func(r *reader) error) error {
	if whole(&reader{&fastSource{json: text}}, read) == nil {
		return nil
	}
	return whole(newReader(text, prefix), read)
}

func whole(r *reader, read func(r *reader) error) error {
	if err := read(r); err != nil {
		return err
	}
	return r.end()
}

func newReader(text []byte, prefix string) *reader { return &reader{newStrictSource(text, prefix)} }

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

// name reads a string into any of the named string types of package nn.
func name[T ~string](r *reader, dst *T) error {
	var v string
	if err := r.text(&v); err != nil {
		return err
	}
	*dst = T(v)
	return nil
}

// tooMany is what a list may not have. It is looked for while reading, so that
// no text within the limit on bytes becomes many times as much memory.
func tooMany(r source, got, most int, what string) error {
	if got <= most {
		return nil
	}
	return Invalid(r.place(), "must have at most %d %s", most, what)
}

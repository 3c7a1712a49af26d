package wire

import (
	"bytes"
	"errors"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"nnvisu/nn"
)

// A fastSource reads the JSON that clients send again and again, several times
// faster than a strictSource. It has one error: at anything that it does not
// expect it gives up, and a strictSource, the one judge, reads all anew and says
// what is wrong, if anything is. So all that a fastSource owes is this: what it
// takes, a strictSource takes as well, with the same values bit for bit. It gives
// up at null, at names and texts with escapes or beyond ASCII, at repeated
// members, and at points whose members are not in order.
//
// No library stands in its place. Those that are as fast (goccy/go-json) or
// nearly so (bytedance/sonic) let pass what the contract forbids, such as
// repeated members and names in another case, and those that judge
// (encoding/json/v2, jsontext) take five times as long.
type fastSource struct {
	json []byte
	at   int       // the next byte
	free []float64 // room for lists of numbers
	// The list, and the list of lists, that is being read.
	row   []float64
	layer [][]float64
}

var errUnusual = errors.New("not what a fastSource reads")

// expected is no error, or that of a fastSource.
func expected(ok bool) error {
	if ok {
		return nil
	}
	return errUnusual
}

func (f *fastSource) object(member func(name string) error) error {
	if !f.take('{') {
		return errUnusual
	}
	if f.take('}') {
		return nil
	}
	var seen [20][]byte // more than any object has
	for n := range seen {
		name, ok := f.plain()
		if !ok || !f.take(':') || slices.ContainsFunc(seen[:n], func(other []byte) bool { return bytes.Equal(name, other) }) {
			return errUnusual
		}
		if err := member(string(name)); err != nil {
			return err
		}
		if !f.take(',') {
			return expected(f.take('}'))
		}
		seen[n] = name
	}
	return errUnusual
}

func (f *fastSource) list(element func() error) error {
	if !f.take('[') {
		return errUnusual
	}
	if f.take(']') {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if !f.take(',') {
			return expected(f.take(']'))
		}
	}
}

func (f *fastSource) text(dst *string) error {
	text, ok := f.plain()
	*dst = string(text)
	return expected(ok)
}

func (f *fastSource) number(dst *float64) error {
	v, ok := f.float()
	*dst = v
	return expected(ok)
}

func (f *fastSource) numbers(dst *[]float64, most int, _ string) (err error) {
	*dst, err = f.numberList(most)
	return err
}

// numberList returns a list that shares the memory behind it with others; none
// can grow into another.
func (f *fastSource) numberList(most int) ([]float64, error) {
	f.row = f.row[:0]
	if !f.take('[') {
		return nil, errUnusual
	}
	if f.take(']') {
		return nil, nil
	}
	for more := true; more; more = f.take(',') {
		v, ok := f.float()
		if !ok || len(f.row) == most {
			return nil, errUnusual
		}
		f.row = append(f.row, v)
	}
	n := len(f.row)
	if len(f.free) < n {
		f.free = make([]float64, max(n, 256))
	}
	list := f.free[:n:n]
	f.free = f.free[n:]
	copy(list, f.row)
	return list, expected(f.take(']'))
}

func (f *fastSource) rows(dst *[][]float64) error {
	if !f.take('[') {
		return errUnusual
	}
	if f.take(']') {
		return nil
	}
	f.layer = f.layer[:0]
	for more := true; more; more = f.take(',') {
		row, err := f.numberList(maxList)
		if err != nil || len(f.layer) == maxList {
			return errUnusual
		}
		f.layer = append(f.layer, row)
	}
	*dst = slices.Clone(f.layer)
	return expected(f.take(']'))
}

// points takes the members in the order in which everybody writes them. Nearly
// everybody also writes them without spaces, which is looked for first.
func (f *fastSource) points(dst *[]nn.Point, most int, unlabelled bool) error {
	*dst = nil
	if !f.take('[') {
		return errUnusual
	}
	if f.take(']') {
		return nil
	}
	points := make([]nn.Point, 0, min(bytes.Count(f.json[f.at:], []byte{'{'}), most))
	for more := true; more; more = f.take(',') {
		var p nn.Point
		var ok bool
		if !f.literal(`{"x":`) && !(f.take('{') && f.literalAfterSpace(`"x"`) && f.take(':')) {
			return errUnusual
		}
		if p.X, ok = f.float(); !ok {
			return errUnusual
		}
		if !f.literal(`,"y":`) && !(f.take(',') && f.literalAfterSpace(`"y"`) && f.take(':')) {
			return errUnusual
		}
		if p.Y, ok = f.float(); !ok {
			return errUnusual
		}
		if f.literal(`,"label":`) || f.take(',') {
			if f.json[f.at-1] == ',' && !(f.literalAfterSpace(`"label"`) && f.take(':')) {
				return errUnusual
			}
			if p.Label, ok = f.float(); !ok {
				return errUnusual
			}
		} else if !unlabelled {
			return errUnusual
		}
		if !f.take('}') || len(points) == most {
			return errUnusual
		}
		points = append(points, p)
	}
	*dst = points
	return expected(f.take(']'))
}

func (f *fastSource) id(dst *jsontext.Value) error {
	f.skip()
	from := f.at
	var ok bool
	if from < len(f.json) && f.json[from] == '"' {
		_, ok = f.plain()
	} else {
		_, ok = f.float()
	}
	if !ok || f.at-from > MaxID {
		return errUnusual
	}
	*dst = bytes.Clone(f.json[from:f.at])
	return nil
}

func (f *fastSource) null() (bool, error) { return false, nil } // null is unusual

func (f *fastSource) end() error {
	f.skip()
	return expected(f.at == len(f.json))
}

func (f *fastSource) place() string { return "" }

func (f *fastSource) skip() {
	for f.at < len(f.json) && (f.json[f.at] == ' ' || f.json[f.at] == '\n' || f.json[f.at] == '\t' || f.json[f.at] == '\r') {
		f.at++
	}
}

// take reads c, if that comes next.
func (f *fastSource) take(c byte) bool {
	if f.at < len(f.json) && f.json[f.at] == c {
		f.at++
		return true
	}
	return f.takeAfterSpace(c)
}

func (f *fastSource) takeAfterSpace(c byte) bool {
	if f.at == len(f.json) || f.json[f.at] > ' ' {
		return false
	}
	f.skip()
	if f.at == len(f.json) || f.json[f.at] != c {
		return false
	}
	f.at++
	return true
}

// literal reads what is written so, if that comes next.
func (f *fastSource) literal(w string) bool {
	if len(f.json)-f.at < len(w) || string(f.json[f.at:f.at+len(w)]) != w {
		return false
	}
	f.at += len(w)
	return true
}

func (f *fastSource) literalAfterSpace(w string) bool {
	f.skip()
	return f.literal(w)
}

// plain reads a string of plain ASCII, and returns what is between its quotes.
func (f *fastSource) plain() ([]byte, bool) {
	if !f.take('"') {
		return nil, false
	}
	for i := f.at; i < len(f.json); i++ {
		switch c := f.json[i]; {
		case c == '"':
			text := f.json[f.at:i]
			f.at = i + 1
			return text, true
		case c == '\\' || c < ' ' || c > '~':
			return nil, false
		}
	}
	return nil, false
}

package wire

import (
	"bytes"
	"errors"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// A fastSource reads the JSON that clients usually send several times faster than a strictSource.
// It has one error, errUnusual: it gives up at anything that it does not expect. Then a
// strictSource reads the text again and says what is wrong, if anything is. A fastSource gives up
// at null, at strings with escapes or characters beyond ASCII, and at repeated members. What it
// takes, a strictSource takes as well, with the same values bit for bit.
//
// No library does this. Libraries that are as fast (goccy/go-json) or nearly so (bytedance/sonic)
// let pass what the contract forbids, such as repeated members and names in another case. Strict
// ones (encoding/json/v2, jsontext) take five times as long.
type fastSource struct {
	*pace.Pace
	json    []byte
	at      int       // the next byte
	yieldAt int       // the byte from which on it yields
	free    []float64 // memory for the next lists of numbers

	row   []float64   // the list being read
	layer [][]float64 // the list of lists being read
}

var errUnusual = errors.New("not what a fastSource reads")

func newFastSource(text []byte, p *pace.Pace) *fastSource {
	return &fastSource{Pace: p, json: text, yieldAt: pace.Stride}
}

// goOn yields after every stride, and reports whether to go on.
func (f *fastSource) goOn() bool {
	if f.at < f.yieldAt {
		return true
	}
	f.yieldAt = f.at + pace.Stride
	return f.Count(pace.Stride)
}

// expected returns errUnusual unless ok is set.
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
	var seen [20][]byte // no object has as many members
	for n := range seen {
		name, ok := f.plain()
		isName := func(other []byte) bool { return bytes.Equal(name, other) }
		if !ok || !f.take(':') || slices.ContainsFunc(seen[:n], isName) {
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

func (f *fastSource) flag(*bool) error { return expected(false) } // booleans are unusual

func (f *fastSource) number(dst *float64) error {
	v, ok := f.float()
	*dst = v
	return expected(ok)
}

func (f *fastSource) numbers(dst *[]float64, most int, _ string) (err error) {
	*dst, err = f.numberList(most)
	return err
}

// numberList reads a list of numbers. Lists are cut from one block of memory; none has room to grow
// into the next.
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

func (f *fastSource) points(dst *[]nn.Point, most int, unlabelled bool) error {
	*dst = nil
	if !f.take('[') {
		return errUnusual
	}
	if f.take(']') {
		return nil
	}
	must := hasX | hasY | hasLabel
	if unlabelled {
		must = hasX | hasY
	}
	points := make([]nn.Point, 0, min(bytes.Count(f.json[f.at:], []byte{'{'}), most))
	inOrder := true // so far, and without spaces
	for more := true; more; more = f.take(',') {
		var p nn.Point
		from, has := f.at, 0
		if inOrder {
			if has = f.pointInOrder(&p); has == 0 {
				inOrder, f.at = false, from
			}
		}
		if !inOrder {
			has = f.pointInAnyOrder(&p)
		}
		if has&must != must || len(points) == most {
			return errUnusual
		}
		points = append(points, p)
	}
	*dst = points
	return expected(f.take(']'))
}

// The members that a point has, as bits.
const (
	hasX = 1 << iota
	hasY
	hasLabel
)

// pointInOrder reads a point as nearly everybody writes it: x, y, label, without spaces. It returns
// the members that the point has, or 0 for anything else.
func (f *fastSource) pointInOrder(p *nn.Point) (has int) {
	var ok bool
	if !f.literal(`{"x":`) {
		return 0
	}
	if p.X, ok = f.float(); !ok || !f.literal(`,"y":`) {
		return 0
	}
	if p.Y, ok = f.float(); !ok {
		return 0
	}
	has = hasX | hasY
	if f.literal(`,"label":`) {
		if p.Label, ok = f.float(); !ok {
			return 0
		}
		has |= hasLabel
	}
	if !f.take('}') {
		return 0
	}
	return has
}

// pointInAnyOrder reads any point. Programs that write maps sort the members: label, x, y. It
// returns the members that the point has, or 0 for anything unusual.
func (f *fastSource) pointInAnyOrder(p *nn.Point) (has int) {
	if !f.take('{') {
		return 0
	}
	for more := true; more; more = f.take(',') {
		var member int
		var dst *float64
		f.skip()
		switch {
		case f.literal(`"x"`):
			member, dst = hasX, &p.X
		case f.literal(`"y"`):
			member, dst = hasY, &p.Y
		case f.literal(`"label"`):
			member, dst = hasLabel, &p.Label
		default:
			return 0
		}
		if has&member != 0 || !f.take(':') { // a strictSource says which member is given twice
			return 0
		}
		has |= member
		var ok bool
		if *dst, ok = f.float(); !ok {
			return 0
		}
	}
	if !f.take('}') {
		return 0
	}
	return has
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

func (f *fastSource) isObject() bool {
	f.skip()
	return f.at < len(f.json) && f.json[f.at] == '{'
}

func (f *fastSource) end() error {
	f.skip()
	return expected(f.at == len(f.json))
}

func (f *fastSource) place() string { return "" }

func (f *fastSource) skip() {
	for f.at < len(f.json) {
		switch f.json[f.at] {
		case ' ', '\n', '\t', '\r':
			f.at++
		default:
			return
		}
	}
}

// take reads the character c if it comes next, after spaces or without.
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

// literal reads the text w if it comes next, without spaces before it.
func (f *fastSource) literal(w string) bool {
	if len(f.json)-f.at < len(w) || string(f.json[f.at:f.at+len(w)]) != w {
		return false
	}
	f.at += len(w)
	return true
}

// plain reads a string of plain ASCII, and returns the text between its quotes.
func (f *fastSource) plain() ([]byte, bool) {
	if !f.take('"') || !f.goOn() {
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

package wire

import (
	"cmp"
	"errors"
	"io"
	"math"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// A strictSource decides what a message may be. Names match to the letter, a member is given once,
// and errors name the place, such as network.weights[0][2].
type strictSource struct {
	dec    *jsontext.Decoder
	prefix string // name of the value in errors, or "" for a whole message
}

func newStrictSource(text []byte, prefix string, p *pace.Pace) *strictSource {
	return &strictSource{dec: jsontext.NewDecoder(pace.NewReader(p, text)), prefix: prefix}
}

func (r *strictSource) place() string { return r.path(r.dec.StackPointer()) }

// path returns a pointer as a person would write it, such as data[3].x.
func (r *strictSource) path(p jsontext.Pointer) string {
	path := r.prefix
	depth := 0
	for token := range p.Tokens() {
		depth++
		if kind, _ := r.dec.StackIndex(min(depth, r.dec.StackDepth())); kind == '[' {
			path += "[" + token + "]"
			continue
		}
		if path != "" {
			path += "."
		}
		if len(token) > 40 {
			token = strings.ToValidUTF8(token[:40], "") + "…"
		}
		path += token
	}
	return path
}

// syntaxError returns what a client is told about an error of the JSON grammar.
func (r *strictSource) syntaxError(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		if errors.As(err, &syntax) {
			return Malformed(r.path(syntax.JSONPointer), "is given twice")
		}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return Malformed(r.prefix, "is not complete JSON")
	case errors.As(err, &syntax):
		return Malformed(r.path(syntax.JSONPointer),
			"is not JSON: %v at byte %d", syntax.Err, syntax.ByteOffset)
	}
	return Malformed(r.prefix, "is not JSON")
}

// wrongType returns an error that says what the next value must be, and what it is.
func (r *strictSource) wrongType(want string, got jsontext.Kind) error {
	if _, err := r.dec.ReadToken(); err != nil {
		return r.syntaxError(err)
	}
	return Malformed(r.place(), "must be %s; got %s", want, kindName(got))
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "a boolean"
	}
	return "null"
}

// open reads the beginning of an object or a list.
func (r *strictSource) open(kind jsontext.Kind) error {
	if got := r.dec.PeekKind(); got != kind && got != jsontext.KindInvalid {
		return r.wrongType(kindName(kind), got)
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return r.syntaxError(err)
	}
	return nil
}

// object reads an object; member reads the value of the member with the name.
func (r *strictSource) object(member func(name string) error) error {
	if err := r.open('{'); err != nil {
		return err
	}
	for {
		token, err := r.dec.ReadToken()
		if err != nil {
			return r.syntaxError(err)
		}
		if token.Kind() == '}' {
			return nil
		}
		if err := member(token.String()); err != nil {
			var known *Error
			if errors.As(err, &known) {
				return err
			}
			return r.syntaxError(err)
		}
	}
}

// list reads a list; element reads each of its values.
func (r *strictSource) list(element func() error) error {
	if err := r.open('['); err != nil {
		return err
	}
	for {
		switch r.dec.PeekKind() {
		case ']', jsontext.KindInvalid:
			if _, err := r.dec.ReadToken(); err != nil {
				return r.syntaxError(err)
			}
			return nil
		}
		if err := element(); err != nil {
			return err
		}
	}
}

func (r *strictSource) end() error {
	if _, err := r.dec.ReadToken(); err != io.EOF {
		return Malformed(r.prefix, "has something behind the end of its JSON")
	}
	return nil
}

func (r *strictSource) scalar(want jsontext.Kind) (jsontext.Token, error) {
	if got := r.dec.PeekKind(); got != want && got != jsontext.KindInvalid {
		return jsontext.Token{}, r.wrongType(kindName(want), got)
	}
	token, err := r.dec.ReadToken()
	if err != nil {
		return jsontext.Token{}, r.syntaxError(err)
	}
	return token, nil
}

func (r *strictSource) text(dst *string) error {
	token, err := r.scalar('"')
	if err != nil {
		return err
	}
	*dst = token.String()
	return nil
}

func (r *strictSource) flag(dst *bool) error {
	want := jsontext.Kind('t')
	if r.dec.PeekKind() == 'f' {
		want = 'f'
	}
	token, err := r.scalar(want)
	if err != nil {
		return err
	}
	*dst = token.Kind() == 't'
	return nil
}

func (r *strictSource) number(dst *float64) error {
	token, err := r.scalar('0')
	if err != nil {
		return err
	}
	v, err := token.Float()
	if err != nil || math.IsInf(v, 0) {
		return Invalid(r.place(), "must be a number that fits 64 bits of floating point")
	}
	*dst = v
	return nil
}

func (r *strictSource) id(dst *jsontext.Value) error {
	if k := r.dec.PeekKind(); k != '"' && k != '0' && k != jsontext.KindInvalid {
		return r.wrongType("a string or a number", k)
	}
	v, err := r.dec.ReadValue()
	if err != nil {
		return r.syntaxError(err)
	}
	if len(v) > MaxID {
		return Invalid(r.place(), "must have at most %d bytes", MaxID)
	}
	*dst = v.Clone()
	return nil
}

func (r *strictSource) numbers(dst *[]float64, most int, what string) error {
	return r.list(func() error {
		var v float64
		err := r.number(&v)
		*dst = append(*dst, v)
		return cmp.Or(err, checkLength(r, len(*dst), most, what))
	})
}

func (r *strictSource) rows(dst *[][]float64) error {
	return r.list(func() error {
		var row []float64
		err := r.numbers(&row, maxList, "numbers")
		*dst = append(*dst, row)
		return cmp.Or(err, checkLength(r, len(*dst), maxList, "rows"))
	})
}

func (r *strictSource) null() (bool, error) {
	if r.dec.PeekKind() != 'n' {
		return false, nil
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return false, r.syntaxError(err)
	}
	return true, nil
}

func (r *strictSource) isObject() bool { return r.dec.PeekKind() == '{' }

func (r *strictSource) points(dst *[]nn.Point, most int, unlabelled bool) error {
	*dst = nil
	return r.list(func() error {
		if len(*dst) == most {
			return TooLarge("data", "must have at most %d points", most)
		}
		var p nn.Point
		var x, y, label bool
		err := r.object(func(member string) error {
			switch member {
			case "x":
				x = true
				return r.number(&p.X)
			case "y":
				y = true
				return r.number(&p.Y)
			case "label":
				label = true
				return r.number(&p.Label)
			}
			return (&reader{r}).unknown()
		})
		if err != nil {
			return err
		}
		for _, m := range []struct {
			name string
			ok   bool
		}{{"x", x}, {"y", y}, {"label", label || unlabelled}} {
			if !m.ok {
				return Invalid(r.place()+"."+m.name, "is missing")
			}
		}
		*dst = append(*dst, p)
		return nil
	})
}

package pace

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// TestReader: a text is read as it is, yields after every stride, and stops with the error of yield.
func TestReader(t *testing.T) {
	text := strings.Repeat("0123456789", Stride)
	yields := 0
	got, err := io.ReadAll(NewReader(New(func() error { yields++; return nil }), text))
	if err != nil || string(got) != text {
		t.Errorf("%d bytes are read as %d, %v", len(text), len(got), err)
	}
	if yields < 5 || yields > 10 {
		t.Errorf("%d yields in ten strides; want one after each, and no less than one in two", yields)
	}
	gone := errors.New("gone")
	p := New(func() error { return gone })
	if got, err := io.ReadAll(NewReader(p, []byte(text))); err != gone || len(got) > 2*Stride || p.Stopped() != gone || p.Count(1) {
		t.Errorf("%d bytes are read until %v, and Stopped() = %v; want at most two strides, and %v", len(got), err, p.Stopped(), gone)
	}
}

// TestZero: a pace without a yield never stops.
func TestZero(t *testing.T) {
	if p := new(Pace); !p.Count(10*Stride) || p.Stopped() != nil {
		t.Errorf("the zero Pace stops with %v", p.Stopped())
	}
}

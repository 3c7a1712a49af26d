package journal

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"math"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// version is that of the encoding. It is the first byte.
const version = 1

// Text returns the journal as base64url, for a link. The bytes are, in this order: the version; the
// release and the recipe, each with its length before it; the number of the entries; each entry as
// its step, the number of its act, and the values of the act; the step of the journal; the
// CRC-32 of all that, in big endian; and a zero, so that the text ends in the letter A, and not in a
// mark that would be taken for that of the sentence around a link. Whole numbers are varints, and those that may be negative
// zigzag varints (package encoding/binary). Lists have their length before them.
//
// A list of real numbers is written as whole numbers of which 10^k make one, each as the difference
// from the one before it, with the least k for which nothing is lost; or, if there is none, as 8
// bytes each. k stands before the numbers.
//
// The error is an [*Error], for a journal beyond the limits.
func (j Journal) Text() (string, error) {
	bytes, err := j.bytes()
	return base64.RawURLEncoding.EncodeToString(bytes), err
}

func (j Journal) bytes() ([]byte, error) {
	b := &writer{bytes: []byte{version}}
	b.text(j.Release)
	b.text(j.Recipe)
	b.whole(len(j.Entries))
	for _, e := range j.Entries {
		b.whole(e.Step)
		e.Act.put(b)
	}
	b.whole(j.Step)
	b.bytes = AppendSum(b.bytes)
	switch {
	case len(j.Release) > MaxRelease || len(j.Recipe) > MaxRecipe:
		return nil, tooLong("the name of its release or its recipe is too long")
	case len(j.Entries) > MaxEntries:
		return nil, tooLong("it has more acts than a journal can tell")
	case len(b.bytes) > MaxBytes:
		return nil, tooLong("it is longer than a journal can be")
	}
	return b.bytes, nil
}

// tail is how many bytes follow the journal.
const tail = crc32.Size + 1

// AppendSum appends to the bytes of a text their CRC-32, in big endian, and a zero, so that the text in
// base64url ends in the letter A.
func AppendSum(bytes []byte) []byte {
	return append(binary.BigEndian.AppendUint32(bytes, crc32.ChecksumIEEE(bytes)), 0)
}

func tooLong(message string) error { return &Error{Message: message} }

// A writer appends values.
type writer struct{ bytes []byte }

func (b *writer) whole(n int) { b.bytes = binary.AppendUvarint(b.bytes, uint64(n)) }

// act appends the number of an act and whole numbers that follow it.
func (b *writer) act(values ...int) {
	for _, v := range values {
		b.whole(v)
	}
}

func (b *writer) text(s string) {
	b.whole(len(s))
	b.bytes = append(b.bytes, s...)
}

// raw stands for numbers that are not decimals, in the place of k.
const raw = 15

// mostDecimals is the largest k.
const mostDecimals = 8

// powers[k] is 10^k, which is exact.
var powers = [mostDecimals + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

// mostWhole bounds the whole numbers that make a real one.
const mostWhole = 1 << 52

// reals appends numbers of which the reader knows how many there are.
func (b *writer) reals(values ...float64) {
	if len(values) == 0 {
		return
	}
	k := decimals(values)
	b.bytes = append(b.bytes, byte(k))
	before := 0.0
	for _, v := range values {
		if k == raw {
			b.bytes = binary.LittleEndian.AppendUint64(b.bytes, math.Float64bits(v))
			continue
		}
		n := math.Round(v * powers[k])
		b.bytes = binary.AppendVarint(b.bytes, int64(n-before))
		before = n
	}
}

// decimals returns the least k with which the numbers can be written, or raw.
func decimals(values []float64) int {
	k := 0
	for _, v := range values {
		for !isDecimal(v, k) {
			if k++; k > mostDecimals {
				return raw
			}
		}
	}
	for _, v := range values { // one that needs fewer decimals may be too large for more
		if !isDecimal(v, k) {
			return raw
		}
	}
	return k
}

func isDecimal(v float64, k int) bool {
	n := math.Round(v * powers[k])
	return math.Abs(n) <= mostWhole && math.Float64bits((n+0)/powers[k]) == math.Float64bits(v)
}

// points appends points and how many they are.
func (b *writer) points(points []nn.Point) {
	b.whole(len(points))
	for _, of := range []func(nn.Point) float64{
		func(p nn.Point) float64 { return p.X }, func(p nn.Point) float64 { return p.Y }, func(p nn.Point) float64 { return p.Label },
	} {
		values := make([]float64, len(points))
		for i, p := range points {
			values[i] = of(p)
		}
		b.reals(values...)
	}
}

// meta appends names and units, and what was edited; not the source.
func (b *writer) meta(m table.Meta) {
	b.text(m.Edited)
	for _, axis := range []table.Axis{m.Transform.X, m.Transform.Y, m.Transform.Label} {
		b.text(axis.Name)
		b.reals(axis.Scale, axis.Offset)
	}
	b.whole(len(m.Classes))
	for _, name := range m.Classes {
		b.text(name)
	}
}

// rising appends whole numbers that rise, as the gaps between them, and how many they are.
func (b *writer) rising(numbers []int) {
	b.whole(len(numbers))
	next := 0
	for _, n := range numbers {
		b.whole(n - next)
		next = n + 1
	}
}

package journal

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"unicode/utf8"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// Read reads the text of a journal. It takes what [Journal.Text] writes and nothing else: one
// journal has one text. The error is an [*Error].
func Read(text string) (Journal, error) {
	if len(text) > base64.RawURLEncoding.EncodedLen(MaxBytes) {
		return Journal{}, tooLong(fmt.Sprintf("it must have at most %d characters", base64.RawURLEncoding.EncodedLen(MaxBytes)))
	}
	bytes, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(bytes) < 1+tail {
		return Journal{}, &Error{Message: "it is no text of a journal, or was cut off"}
	}
	if bytes[0] != version {
		return Journal{}, &Error{Message: fmt.Sprintf("it is written in version %d; this server reads version %d", bytes[0], version)}
	}
	end := len(bytes) - tail
	if binary.BigEndian.Uint32(bytes[end:]) != crc32.ChecksumIEEE(bytes[:end]) {
		return Journal{}, &Error{Message: "its text is damaged: it was cut off or changed on its way"}
	}
	r := &reader{rest: bytes[1:end]}
	j := r.journal()
	if len(r.rest) > 0 {
		r.fail("something follows its end")
	}
	if r.err != nil {
		return Journal{}, r.err
	}
	// Other bytes may say the same, such as varints with zeros at their end.
	if again, err := j.Text(); err != nil || again != text {
		return Journal{}, &Error{Message: "it is not written as a journal is"}
	}
	return j, nil
}

// A reader reads values. After an error it reads zeros and no list is longer than its bytes, so that
// it ends.
type reader struct {
	rest  []byte
	entry int // being read, from 1
	err   error
}

func (r *reader) journal() Journal {
	j := Journal{Release: r.text(MaxRelease), Recipe: r.text(MaxRecipe)}
	j.Entries = make([]Entry, r.length(MaxEntries))
	for i := range j.Entries {
		r.entry = i + 1
		step, number := r.step(), r.below(len(takers), "act")
		if r.err != nil {
			return j
		}
		if takers[number] == nil {
			r.fail(fmt.Sprintf("act %d is unknown", number))
			return j
		}
		j.Entries[i] = Entry{step, takers[number](r)}
	}
	r.entry = 0
	j.Step = r.step()
	return j
}

func (r *reader) fail(message string) {
	if r.err == nil {
		r.err = &Error{Entry: r.entry, Message: message}
	}
	r.rest = nil
}

// below reads a whole number that is less than most, which is more than 0.
func (r *reader) below(most int, what string) int {
	v, n := binary.Uvarint(r.rest)
	switch {
	case n <= 0:
		r.fail("it ends too early")
		return 0
	case v >= uint64(most):
		r.fail(fmt.Sprintf("%s %d is beyond the last, %d", what, v, most-1))
		return 0
	}
	r.rest = r.rest[n:]
	return int(v)
}

func (r *reader) step() int { return r.below(nn.MaxCount+1, "step") }

// place reads the number of a layer, a unit or a class, or how many there are. Whether it exists is
// for the act to say.
func (r *reader) place() int { return r.below(1000, "place") }

// length reads how many elements a list has. Each takes at least a byte.
func (r *reader) length(most int) int {
	n := r.below(nn.MaxCount, "length")
	switch {
	case n > most:
		r.fail(fmt.Sprintf("a list or a text of it is %d long; it must be at most %d", n, most))
		return 0
	case n > len(r.rest):
		r.fail("it ends too early")
		return 0
	}
	return n
}

func (r *reader) text(most int) string {
	n := r.length(most)
	text := string(r.rest[:n])
	r.rest = r.rest[n:]
	if !utf8.ValidString(text) {
		r.fail("a text is not UTF-8")
	}
	return text
}

func (r *reader) real() float64 {
	var v [1]float64
	r.reals(v[:])
	return v[0]
}

// pair reads two numbers that were written together.
func (r *reader) pair() (a, b float64) {
	var v [2]float64
	r.reals(v[:])
	return v[0], v[1]
}

// reals fills dst with numbers.
func (r *reader) reals(dst []float64) {
	if len(dst) == 0 {
		return
	}
	k := r.below(raw+1, "form of numbers")
	if k > mostDecimals && k != raw {
		r.fail("a form of numbers is unknown")
	}
	before := int64(0)
	for i := range dst {
		if k == raw {
			if len(r.rest) < 8 {
				r.fail("it ends too early")
				return
			}
			dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(r.rest))
			r.rest = r.rest[8:]
			continue
		}
		v, n := binary.Varint(r.rest)
		if n <= 0 || v > 2*mostWhole || v < -2*mostWhole {
			r.fail("a number is none")
			return
		}
		if r.rest = r.rest[n:]; r.err != nil {
			return
		}
		if before += v; before > mostWhole || before < -mostWhole {
			r.fail("a number is too large")
			return
		}
		dst[i] = float64(before) / powers[k]
	}
}

func (r *reader) points() []nn.Point {
	n := r.length(MaxBytes)
	columns := make([]float64, 3*n)
	for c := range 3 {
		r.reals(columns[c*n : (c+1)*n])
	}
	points := make([]nn.Point, n)
	for i := range points {
		points[i] = nn.Point{X: columns[i], Y: columns[n+i], Label: columns[2*n+i]}
	}
	return points
}

// meta reads names and units. What they are is for the act to check.
func (r *reader) meta() table.Meta {
	const most = utf8.UTFMax * table.MaxAxisName
	m := table.Meta{Edited: r.text(table.MaxSource)}
	for _, axis := range []*table.Axis{&m.Transform.X, &m.Transform.Y, &m.Transform.Label} {
		axis.Name = r.text(most)
		axis.Scale, axis.Offset = r.pair()
	}
	for range r.length(nn.MaxClasses) {
		m.Classes = append(m.Classes, r.text(most))
	}
	return m
}

func (r *reader) rising() []int {
	numbers := make([]int, r.length(MaxBytes))
	next := 0
	for i := range numbers {
		numbers[i] = next + r.below(nn.MaxCount-next, "point") // whether it is there is for the act to say
		next = numbers[i] + 1
	}
	return numbers
}

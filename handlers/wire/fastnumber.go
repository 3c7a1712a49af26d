package wire

import (
	"math"
	"math/bits"
	"strconv"
)

// float reads a number. JSON's grammar is stricter than Go's.
func (f *fastSource) float() (v float64, ok bool) {
	if f.skip(); !f.goOn() {
		return 0, false
	}
	text := f.json[f.at:]
	i := 0
	negative := len(text) > 0 && text[0] == '-'
	if negative {
		i++
	}
	// The number is m·10^-places. More than 19 digits do not fit m.
	m, first := uint64(0), i
	for i < len(text) && text[i]-'0' <= 9 {
		m = 10*m + uint64(text[i]-'0')
		i++
	}
	digits, places := i-first, 0
	if digits == 0 || digits > 1 && text[first] == '0' {
		return 0, false
	}
	if i < len(text) && text[i] == '.' {
		i++
		from := i
		for i < len(text) && text[i]-'0' <= 9 {
			m = 10*m + uint64(text[i]-'0')
			i++
		}
		if places = i - from; places == 0 {
			return 0, false
		}
		digits += places
		for z := first; digits > 19 && (text[z] == '0' || text[z] == '.'); z++ {
			if text[z] == '0' { // before the first other digit
				digits--
			}
		}
	}
	if i < len(text) && text[i]|' ' == 'e' {
		n, ok := fastExponent(text[i+1:], &places)
		if !ok {
			return 0, false
		}
		i += 1 + n
	}
	f.at += i
	if digits <= 19 {
		v, ok = decimal(m, places)
	}
	if !ok {
		v, err := strconv.ParseFloat(string(text[:i]), 64)
		return v, err == nil
	}
	if negative {
		v = -v
	}
	return v, true
}

// fastExponent reads the n bytes that follow the e of a number, and subtracts the exponent from
// places.
func fastExponent(text []byte, places *int) (n int, ok bool) {
	negative := len(text) > 0 && text[0] == '-'
	if negative || len(text) > 0 && text[0] == '+' {
		n++
	}
	from, e := n, 0
	for n < len(text) && text[n]-'0' <= 9 {
		e = min(10*e+int(text[n]-'0'), 1e6) // far from all that is exact
		n++
	}
	if negative {
		e = -e
	}
	*places -= e
	return n, n > from
}

// powersOfTen are the powers that float64 holds exactly. powersOfFive are the powers that fit 64
// bits.
var (
	powersOfTen = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}
	powersOfFive = func() (p [28]uint64) {
		p[0] = 1
		for i := range p[1:] {
			p[i+1] = 5 * p[i]
		}
		return p
	}()
)

// decimal returns the float64 nearest to m·10^-places if exact arithmetic finds it. If both m and
// the power of ten are exact floats, their product or quotient is rounded once (Clinger 1990, "How
// to read floating point numbers accurately"). For a longer m the quotient m/5^places is computed
// to at least 63 bits, and a last bit says whether a remainder is left. That rounds to 53 bits as
// the exact quotient would, and scaling by 2^-places is exact.
func decimal(m uint64, places int) (v float64, ok bool) {
	if m <= 1<<53 && -len(powersOfTen) < places && places < len(powersOfTen) {
		if places < 0 {
			return float64(int64(m)) * powersOfTen[-places], true
		}
		return float64(int64(m)) / powersOfTen[places], true
	}
	if places < 0 || places >= len(powersOfFive) || m == 0 {
		return 0, false
	}
	d := powersOfFive[places]
	up, down := bits.LeadingZeros64(m), bits.LeadingZeros64(d)
	m <<= up
	quotient, rest := bits.Div64(m>>1, m<<63, d<<down) // of m·2^63 and d, both from 2^63 on
	if rest != 0 {
		quotient |= 1
	}
	scale := uint64(1023 - 63 + down - up - places)
	return float64(quotient) * math.Float64frombits(scale<<52), true
}

package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
)

// The functions below repeat those of package detmath, operation by operation, for the arguments
// that need no special care there. Package kernel looks whether all are such.

const (
	shifter = 0x1.8p52
	log2e   = 0x1.71547652b82fep+0
	ln2Hi   = 0x1.62e42fefap-1
	ln2Lo   = math.Ln2 - ln2Hi
	one     = 0x3ff << 52 // as bits
)

// reduce is detmath's reduce: x = k·ln 2 + r.
func (t tier) reduce(x vec) (k, r vec) {
	k = t.fma(x, val(log2e), val(shifter))
	n := t.sub(k, val(shifter))
	r = t.fnma(n, val(ln2Hi), x)
	VFNMADD231PD(val(ln2Lo), n, r)
	return k, r
}

// reducedExpm1 is detmath's: e^r - 1 for |r| ≤ ln(2)/2.
func (t tier) reducedExpm1(r vec) vec {
	q := t.horner(r, expSeries...)
	z := t.mul(r, r)
	VFMADD213PD(r, z, q) // q = z·q + r
	return q
}

// expSeries are the coefficients of (e^r - 1 - r)/r².
var expSeries = []float64{
	0x1.0000000000005p-1, 0x1.555555555553dp-3, 0x1.555555555211ap-5, 0x1.1111111118202p-7, 0x1.6c16c17f2aac8p-10,
	0x1.a01a017988a84p-13, 0x1.a019a6af2b619p-16, 0x1.71de7e6ab15edp-19, 0x1.28a281d49c7ebp-22, 0x1.ae7a67ab40523p-26,
}

// holdExp keeps the constants of exp in registers.
func (t tier) holdExp() {
	t.hold(log2e, shifter, ln2Hi, ln2Lo, 1)
	t.hold(expSeries...)
}

// pow2 is 2^k.
func (t tier) pow2(k vec) vec { return t.left(t.addBits(k, bits(1023)), 52) }

// exp is e^x for |x| ≤ 708.
func (t tier) exp(x vec) vec {
	k, r := t.reduce(x)
	p := t.add(t.reducedExpm1(r), val(1))
	return t.addBits(p, t.left(k, 52))
}

// expm1 is e^x - 1 for -40 < x < 709.
func (t tier) expm1(x vec) vec {
	k, r := t.reduce(x)
	s := t.pow2(k)
	y := t.sub(s, val(1))
	VFMADD231PD(t.reducedExpm1(r), s, y)
	return t.or(t.abs(y), t.sign(x))
}

// tanh takes every x.
func (t tier) tanh(x vec) vec {
	a := t.abs(x)
	k, r := t.reduce(t.add(a, a))
	s := t.pow2(k)
	e := t.sub(s, val(1))
	VFMADD231PD(t.reducedExpm1(r), s, e)
	y := t.div(e, t.add(e, val(2)))
	y = t.pick(a, atLeast, val(18.7), t.load(val(1)), y)
	return t.or(y, t.sign(x))
}

// sigmoid is for |x| ≤ 708.
func (t tier) sigmoid(x vec) vec {
	e := t.exp(t.or(x, bits(1<<63)))
	num := t.pickNegative(x, e, t.load(val(1)))
	return t.div(num, t.add(e, val(1)))
}

// erfc is for |x| ≤ 26.
func (t tier) erfc(x vec) vec {
	a := t.abs(x)
	a2 := t.add(a, a)
	u := t.sub(t.div(a2, t.add(a, val(4.5))), val(1))
	q := t.horner(u,
		-0x1.9c16f4779c124p-6, -0x1.17f9e45814b5bp-3, 0x1.112792084c0d5p-5, 0x1.634e2356a5b93p-5, -0x1.565641b01d725p-4, 0x1.7201a6b9b98bap-4,
		-0x1.34023c8e83eb8p-4, 0x1.a6d21323d3d40p-5, -0x1.e64e75c1267d6p-6, 0x1.d0380b9e47880p-7, -0x1.622bbb580682bp-8, 0x1.851b2f351fdfap-10,
		-0x1.7e12691d497e7p-13, -0x1.1c532b0dc4fd4p-14, 0x1.718ae662fadddp-15, -0x1.0632af1366498p-17, -0x1.520f295928d75p-19, 0x1.b49f162ef905bp-20,
		-0x1.b9066abd6aa43p-24, -0x1.9242fbfa0b80ap-23, 0x1.9e198a1752973p-25, 0x1.555f97981bdfcp-26, -0x1.cd7de7cf07384p-28, -0x1.4979edb101008p-29)
	g := t.div(t.add(q, val(1.25)), t.add(a2, val(1)))

	square := t.mul(a, a)
	hi := t.xor(square, bits(1<<63))
	lo := t.fnma(a, a, square)
	k, r := t.reduce(hi)
	r = t.add(r, lo)
	p := t.add(t.reducedExpm1(r), val(1))
	y := t.addBits(t.mul(p, g), t.left(k, 52))

	sign := t.sign(x)
	return t.add(t.right(sign, 1), t.or(y, sign)) // 0 + y or 2 - y
}

// log1p is ln(1+x) for 0 ≤ x ≤ 1.
func (t tier) log1p(x vec) vec {
	u := t.add(x, val(1))
	v := t.sub(u, val(1))
	c := t.add(t.sub(t.load(val(1)), t.sub(u, v)), t.sub(x, v))

	// u = m·2^k, where k is 0 or 1.
	k := t.right(t.subBits(u, bits(0x3fe6a09e667f3bcd)), 52)
	m := t.subBits(u, t.left(k, 52))
	half := t.left(t.subBits(t.load(bits(1023)), k), 52) // 2^-k
	f := t.add(t.sub(m, val(1)), t.mul(c, half))
	kf := t.sub(t.or(k, val(0x1p52)), val(0x1p52))

	s := t.div(f, t.add(f, val(2)))
	z := t.mul(s, s)
	w := t.mul(z, z)
	q := t.add(t.add(t.mul(z, val(0x1.39a0fbda25a6cp-3)), val(0x1.74664748302cdp-3)),
		t.mul(w, val(0x1.2f0c27a7f4ea2p-3)))
	inner := t.add(t.add(t.mul(z, val(0x1.c71c51d9f3896p-3)), val(0x1.249249423762fp-2)),
		t.mul(q, w))
	q = t.add(t.add(t.mul(z, val(0x1.999999997f76ap-2)), val(0x1.5555555555594p-1)),
		t.mul(inner, w))
	h := t.mul(t.mul(f, val(0.5)), f)
	tail := t.add(t.mul(s, t.add(h, t.mul(q, z))), t.mul(kf, val(ln2Lo)))
	return t.add(t.mul(kf, val(ln2Hi)), t.sub(f, t.sub(h, tail)))
}

// sinCos are for |x| ≤ 1e5.
func (t tier) sinCos(x vec) (sin, cos vec) {
	const (
		halfPi1 = 0x1.921fb5444p+0
		halfPi2 = 0x1.68c234c4cp-39
		halfPi3 = math.Pi/2 - halfPi1 - halfPi2
	)
	a := t.abs(x)
	n := t.add(t.mul(a, val(2/math.Pi)), val(shifter))
	k := t.sub(n, val(shifter))
	u := t.sub(a, t.mul(k, val(halfPi1)))
	b := t.mul(k, val(halfPi2))
	v := t.sub(u, b)
	lo := t.sub(t.mul(k, val(halfPi3)), t.sub(t.sub(u, v), b))
	r := t.sub(v, lo)
	c := t.sub(t.sub(v, r), lo)

	z := t.mul(r, r)
	w := t.mul(z, z)
	ww := t.mul(w, w)
	// poly is c1·z + c0 + (c3·z + c2)·w + (c5·z + c4)·w²
	poly := func(c0, c1, c2, c3, c4, c5 float64) vec {
		p := t.add(t.add(t.mul(z, val(c1)), val(c0)), t.mul(t.add(t.mul(z, val(c3)), val(c2)), w))
		return t.add(p, t.mul(t.add(t.mul(z, val(c5)), val(c4)), ww))
	}
	s := poly(-0x1.5555555555548p-3, 0x1.111111110f75cp-7, -0x1.a01a019bf1fc4p-13,
		0x1.71de355ee5043p-19, -0x1.ae5e545b758bcp-26, 0x1.5d8e2f8d91d30p-33)
	s = t.add(r, t.add(t.mul(t.mul(r, z), s), c))
	y := poly(0x1.555555555554ap-5, -0x1.6c16c16c14e49p-10, 0x1.a01a019c68759p-16,
		-0x1.27e4f7d8dc0aep-22, 0x1.1ee9ccade9593p-29, -0x1.8f9f5c401d211p-37)
	h := t.mul(z, val(0.5))
	m := t.sub(t.load(val(1)), h)
	y = t.add(m, t.add(t.sub(t.sub(t.load(val(1)), m), h), t.sub(t.mul(w, y), t.mul(r, c))))

	// In odd quadrants the two change places; bit 1 of the quadrant is a sign.
	odd := t.left(n, 63)
	sin = t.xor(t.pickNegative(odd, y, s), t.xor(t.sign(t.left(n, 62)), t.sign(x)))
	n1 := t.addBits(n, bits(1))
	cos = t.xor(t.pickNegative(odd, s, y), t.sign(t.left(n1, 62)))
	return sin, cos
}

package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The operations below write their result to a new register, unless they say that they change an
// operand.

type vec = reg.VecVirtual

func val(v float64) Op { return bits(math.Float64bits(v)) }

func (t tier) load(m Op) vec {
	r := t.reg()
	VMOVUPD(m, r)
	return r
}

// broadcast returns a float64 argument in every lane.
func (t tier) broadcast(name string) vec {
	r := t.reg()
	VBROADCASTSD(Load(Param(name), XMM()), r)
	return r
}

func (t tier) zero() vec { return t.load(val(0)) }

func (t tier) op(f func(...Op), x vec, y Op) vec {
	r := t.reg()
	f(y, x, r)
	return r
}

func (t tier) add(x vec, y Op) vec { return t.op(VADDPD, x, y) }
func (t tier) sub(x vec, y Op) vec { return t.op(VSUBPD, x, y) }
func (t tier) mul(x vec, y Op) vec { return t.op(VMULPD, x, y) }
func (t tier) div(x vec, y Op) vec { return t.op(VDIVPD, x, y) }

func (t tier) sqrt(x Op) vec {
	r := t.reg()
	VSQRTPD(x, r)
	return r
}

// fma returns x·y + z.
func (t tier) fma(x vec, y, z Op) vec {
	r := t.load(z)
	VFMADD231PD(y, x, r)
	return r
}

// fnma returns z - x·y.
func (t tier) fnma(x vec, y, z Op) vec {
	r := t.load(z)
	VFNMADD231PD(y, x, r)
	return r
}

// horner returns the polynomial with the coefficients, lowest power first, at x.
func (t tier) horner(x vec, coefficients ...float64) vec {
	last := len(coefficients) - 1
	p := t.load(val(coefficients[last]))
	for i := last - 1; i >= 0; i-- {
		VFMADD213PD(val(coefficients[i]), x, p) // p = x·p + c
	}
	return p
}

func (t tier) and(x vec, y Op) vec { return t.bitwise(VPANDQ, VPAND, x, y) }
func (t tier) or(x vec, y Op) vec  { return t.bitwise(VPORQ, VPOR, x, y) }
func (t tier) xor(x vec, y Op) vec { return t.bitwise(VPXORQ, VPXOR, x, y) }

// bitwise is an operation whose name differs for wide registers.
func (t tier) bitwise(wide func(...Op), narrow func(y, x, r Op), x vec, y Op) vec {
	r := t.reg()
	if t.wide() {
		wide(y, x, r)
	} else {
		narrow(y, x, r)
	}
	return r
}

func (t tier) abs(x vec) vec { return t.and(x, bits(1<<63-1)) }

// sign returns the sign bit of x.
func (t tier) sign(x vec) vec { return t.and(x, bits(1<<63)) }

// addBits, subBits and the shifts take the lanes as integers.
func (t tier) addBits(x vec, y Op) vec {
	r := t.reg()
	VPADDQ(y, x, r)
	return r
}

func (t tier) subBits(x vec, y Op) vec {
	r := t.reg()
	VPSUBQ(y, x, r)
	return r
}

func (t tier) left(x vec, by int) vec {
	r := t.reg()
	VPSLLQ(U8(by), x, r)
	return r
}

func (t tier) right(x vec, by int) vec {
	r := t.reg()
	VPSRLQ(U8(by), x, r)
	return r
}

// The predicates of comparisons. All are false for NaN.
const (
	equal   = 0x00
	less    = 0x11
	greater = 0x1e
	atLeast = 0x1d
)

// pick returns yes in the lanes where x compares with y as predicate says, no elsewhere.
func (t tier) pick(x vec, predicate int, y Op, yes, no vec) vec {
	r := t.reg()
	if t.wide() {
		k := K()
		VCMPPD(U8(predicate), y, x, k)
		VBLENDMPD(yes, no, k, r)
		return r
	}
	mask := t.reg()
	VCMPPD(U8(predicate), y, x, mask)
	VBLENDVPD(mask, yes, no, r)
	return r
}

// pickNegative returns yes in the lanes where the sign bit of x is set, no elsewhere.
func (t tier) pickNegative(x, yes, no vec) vec {
	r := t.reg()
	if t.wide() {
		k := K()
		VPTESTMQ(bits(1<<63), x, k)
		VBLENDMPD(yes, no, k, r)
		return r
	}
	VBLENDVPD(x, yes, no, r)
	return r
}

// where returns x in the lanes where a compares with b as predicate says, 0 elsewhere.
func (t tier) where(a vec, predicate int, b Op, x vec) vec {
	r := t.reg()
	if t.wide() {
		k := K()
		VCMPPD(U8(predicate), b, a, k)
		VMOVAPD_Z(x, k, r)
		return r
	}
	mask := t.reg()
	VCMPPD(U8(predicate), b, a, mask)
	VANDPD(x, mask, r)
	return r
}

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// activations generates for each activation the function alone and the function with its
// derivative.
func (t tier) activations() {
	for _, f := range []struct {
		name string
		exp  bool // whether it uses e^x
		of   func(z vec, slope bool) (a, d vec)
	}{
		{"tanh", true, func(z vec, slope bool) (a, d vec) {
			a = t.tanh(z)
			if slope {
				d = t.fnma(a, a, val(1))
			}
			return a, d
		}},
		{"sigmoid", true, func(z vec, slope bool) (a, d vec) {
			a = t.sigmoid(z)
			if slope {
				d = t.mul(t.sub(t.load(val(1)), a), a)
			}
			return a, d
		}},
		{"relu", false, func(z vec, slope bool) (a, d vec) {
			return t.positive(z), t.where(z, greater, t.zero(), t.load(val(1)))
		}},
		{"leakyReLU", false, func(z vec, slope bool) (a, d vec) {
			gain := t.pick(z, greater, t.zero(), t.load(val(1)), t.load(val(0.01)))
			return t.mul(z, gain), gain
		}},
		{"gelu", true, func(z vec, slope bool) (a, d vec) {
			const tail = 36
			within := t.op(VMINPD, t.load(val(tail)), t.op(VMAXPD, t.load(val(-tail)), z)) // NaN stays
			cdf := t.mul(t.erfc(t.mul(within, val(-invSqrt2))), val(0.5))
			if slope {
				density := t.mul(t.exp(t.mul(t.mul(within, within), val(-0.5))), val(invSqrt2Pi))
				d = t.fma(within, density, cdf)
				d = t.pick(z, greater, val(tail), t.load(val(1)), d)
				d = t.pick(z, less, val(-tail), t.zero(), d)
			}
			a = t.mul(within, cdf)
			a = t.pick(z, greater, val(tail), z, a)
			return t.pick(z, less, val(-tail), t.zero(), a), d
		}},
		{"silu", true, func(z vec, slope bool) (a, d vec) {
			s := t.sigmoid(z)
			if slope {
				d = t.fma(z, t.sub(t.load(val(1)), s), val(1))
				d = t.mul(d, s)
			}
			return t.mul(z, s), d
		}},
		{"elu", true, func(z vec, slope bool) (a, d vec) {
			f := t.expm1(t.negative(z))
			if slope {
				d = t.add(f, val(1))
				d = t.pick(z, greater, t.zero(), t.load(val(1)), d)
			}
			return t.pick(z, greater, t.zero(), z, f), d
		}},
		{"softplus", true, func(z vec, slope bool) (a, d vec) {
			if slope {
				d = t.sigmoid(z)
			}
			e := t.exp(t.or(z, bits(1<<63)))
			return t.add(t.positive(z), t.log1p(e)), d
		}},
		{"sin", false, func(z vec, slope bool) (a, d vec) { return t.sinCos(z) }},
	} {
		for _, slope := range []bool{false, true} {
			name, signature, doc := f.name, "(a, z *float64, n int)", "sets a to the activation of z."
			if slope {
				name, signature, doc = name+"Slope", "(a, d, z *float64, n int)", "sets a to the activation of z and d to its derivative."
			}
			t.begin(name, signature, doc)
			z, a := pointer("z"), pointer("a")
			var d reg.Register
			if slope {
				d = pointer("d")
			}
			if f.exp {
				t.holdExp()
			}
			t.each(func(at func(reg.Register) Mem) {
				value, derivative := f.of(t.load(at(z)), slope)
				VMOVUPD(value, at(a))
				if slope {
					VMOVUPD(derivative, at(d))
				}
			})
			end()
		}
	}
}

const (
	invSqrt2   = 0.70710678118654752440084436210484903928483593768847403658833987
	invSqrt2Pi = 0.398942280401432677939946059934
)

// negative returns min(z, 0).
//
// Like VMAXPD, VMINPD returns its second operand, here z, where one is NaN or both are zero.
func (t tier) negative(z vec) vec { return t.op(VMINPD, t.zero(), z) }

// positive returns max(z, 0), but NaN for NaN and -0 for -0.
func (t tier) positive(z vec) vec { return t.op(VMAXPD, t.zero(), z) }

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// updates generates the optimizers. Package kernel has their formulas.
func (t tier) updates() {
	for _, u := range []struct {
		name          string
		first, second bool
		numbers       string // further arguments
		body          func(p, g, first, second vec, number map[string]vec) (newP, newFirst, newSecond vec)
		constants     []string
	}{
		{"sgd", false, false, "rate float64", func(p, g, _, _ vec, c map[string]vec) (vec, vec, vec) {
			return t.fnma(c["rate"], g, p), nil, nil
		}, []string{"rate"}},
		{"heavyBall", true, false, "rate float64", func(p, g, m, _ vec, c map[string]vec) (vec, vec, vec) {
			m = t.fma(m, val(0.9), g)
			return t.fnma(c["rate"], m, p), m, nil
		}, []string{"rate"}},
		{"nesterov", true, false, "rate float64", func(p, g, m, _ vec, c map[string]vec) (vec, vec, vec) {
			m = t.fma(m, val(0.9), g)
			return t.fnma(c["rate"], t.fma(m, val(0.9), g), p), m, nil
		}, []string{"rate"}},
		{"rmsprop", false, true, "rate float64", func(p, g, _, v vec, c map[string]vec) (vec, vec, vec) {
			v = t.fma(t.mul(g, val(1-0.99)), g, t.mul(v, val(0.99)))
			return t.sub(p, t.div(t.mul(c["rate"], g), t.add(t.sqrt(v), val(1e-8)))), nil, v
		}, []string{"rate"}},
		{"adagrad", false, true, "rate float64", func(p, g, _, v vec, c map[string]vec) (vec, vec, vec) {
			v = t.fma(g, g, v)
			return t.sub(p, t.div(t.mul(c["rate"], g), t.add(t.sqrt(v), val(1e-10)))), nil, v
		}, []string{"rate"}},
		{"adam", true, true, "step, invRoot float64", func(p, g, m, v vec, c map[string]vec) (vec, vec, vec) {
			m = t.fma(g, val(1-0.9), t.mul(m, val(0.9)))
			v = t.fma(t.mul(g, val(1-0.999)), g, t.mul(v, val(0.999)))
			return t.sub(p, t.div(t.mul(c["step"], m), t.fma(t.sqrt(v), c["invRoot"], val(1e-8)))), m, v
		}, []string{"step", "invRoot"}},
	} {
		signature := "(p, grad"
		if u.first {
			signature += ", first"
		}
		if u.second {
			signature += ", second"
		}
		t.begin(u.name, signature+" *float64, n int, "+u.numbers+")",
			"is one update of n parameters.")
		numbers := map[string]vec{}
		for _, name := range u.constants {
			numbers[name] = t.broadcast(name)
		}
		p, grad := pointer("p"), pointer("grad")
		var first, second reg.Register
		if u.first {
			first = pointer("first")
		}
		if u.second {
			second = pointer("second")
		}
		t.each(func(at func(reg.Register) Mem) {
			var m, v vec
			if u.first {
				m = t.load(at(first))
			}
			if u.second {
				v = t.load(at(second))
			}
			newP, newM, newV := u.body(t.load(at(p)), t.load(at(grad)), m, v, numbers)
			VMOVUPD(newP, at(p))
			if u.first {
				VMOVUPD(newM, at(first))
			}
			if u.second {
				VMOVUPD(newV, at(second))
			}
		})
		end()
	}
}

// multiply generates dst = dst·s.
func (t tier) multiply() {
	t.begin("multiply", "(dst, s *float64, n int)", "sets dst to dst·s, element by element.")
	dst, s := pointer("dst"), pointer("s")
	t.each(func(at func(reg.Register) Mem) {
		VMOVUPD(t.mul(t.load(at(dst)), at(s)), at(dst))
	})
	end()
}

// within generates a check. It has no bits that could differ, so AVX2 serves both tiers.
func within() {
	t := tier{"AVX2", 4}
	t.begin("within", "(x *float64, n int, limit float64) bool",
		"reports whether no number is larger than limit in size, or NaN.")
	limit := t.broadcast("limit")
	x := pointer("x")
	bad := t.zero()
	t.each(func(at func(reg.Register) Mem) {
		const notAtMost = 0x16 // also where NaN
		mask := t.reg()
		VCMPPD(U8(notAtMost), limit, t.abs(t.load(at(x))), mask)
		VORPD(mask, bad, bad)
	})
	mask := GP32()
	VMOVMSKPD(bad, mask)
	TESTL(mask, mask)
	ok, err := ReturnIndex(0).Resolve()
	if err != nil {
		panic(err)
	}
	SETEQ(ok.Addr)
	end()
}

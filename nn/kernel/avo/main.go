// Command avo writes the vector kernels of package kernel: vector_amd64.s and its Go declarations,
// each function once for AVX2 and once for AVX-512.
//
// Both give the same bits as the portable kernels in Go. They do the same operations: the same sums
// in the same order with the same fused multiply-adds, and sums over samples in eight lanes. The
// functions check nothing. Lengths are multiples of eight, so that no loop has a remainder.
//
//	go generate ./nn/kernel
package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	for _, t := range []tier{{"AVX2", 4}, {"AVX512", 8}} {
		t.dense()
		t.activations()
		t.losses()
		t.updates()
		t.multiply()
	}
	within()
	Generate()
}

// A tier is a set of instructions: its name and the number of float64 in a register.
type tier struct {
	name  string
	lanes int
}

func (t tier) wide() bool { return t.lanes == 8 }

// bytes is the size of a register.
func (t tier) bytes() int { return 8 * t.lanes }

func (t tier) reg() reg.VecVirtual {
	if t.wide() {
		return ZMM()
	}
	return YMM()
}

// begin declares a function.
func (t tier) begin(name, signature, doc string) {
	held = map[uint64]vec{}
	TEXT(name+t.name, NOSPLIT, "func"+signature)
	Pragma("noescape")
	Doc(name + t.name + " " + doc)
}

// end returns from the function. It clears the upper halves of the registers, because SSE
// instructions would be slow otherwise.
func end() {
	VZEROUPPER()
	RET()
}

func pointer(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

var (
	constants = map[uint64]Mem{} // in memory
	held      map[uint64]vec     // in registers, in this function
)

// hold keeps constants in registers on AVX-512, which has many registers: loading one takes as long
// as an operation.
func (t tier) hold(vs ...float64) {
	if !t.wide() {
		return
	}
	for _, v := range vs {
		if r, at := t.reg(), math.Float64bits(v); held[at] == nil {
			VMOVUPD(bits(at), r)
			held[at] = r
		}
	}
}

// bits returns a constant in every lane, in memory or held.
func bits(v uint64) Op {
	if r := held[v]; r != nil {
		return r
	}
	m, known := constants[v]
	if !known {
		m = GLOBL(fmt.Sprintf("lanes_%016x", v), RODATA|NOPTR)
		for i := range 8 {
			DATA(8*i, U64(v))
		}
		constants[v] = m
	}
	return m
}

// each loops over slices of n numbers, one register at a time. at returns the current place in the
// slice that begins at base.
func (t tier) each(body func(at func(base reg.Register) Mem)) {
	n := pointer("n")
	SHLQ(U8(3), n)
	i := GP64()
	XORQ(i, i)
	Label("loop")
	body(func(base reg.Register) Mem { return Mem{Base: base, Index: i, Scale: 1} })
	ADDQ(U32(t.bytes()), i)
	CMPQ(i, n)
	JLT(LabelRef("loop"))
}

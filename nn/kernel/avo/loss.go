package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// losses generates what is done with the columns of a matrix of logits that are at most 350 in
// size: their softmax, the gradient of the cross-entropy with their labels, and what the
// cross-entropy itself needs.
func (t tier) losses() {
	for _, of := range []struct{ name, signature, doc string }{
		{"softmax", "(logits *float64, c, n int)", "replaces logits by their softmax."},
		{"softmaxGradient", "(logits, labels *float64, scale float64, c, n int)", "replaces logits by scale·(softmax - one-hot)."},
		{"exponentials", "(tops, sums, logits *float64, c, n int)", "sets tops to the largest logits and sums to the sums of e^(logit - top)."},
	} {
		t.begin(of.name, of.signature, of.doc)
		logits, c, stride := pointer("logits"), pointer("c"), pointer("n")
		left := GP64()
		MOVQ(stride, left)
		SHLQ(U8(3), stride)
		var scale, minus vec
		var labels, tops, sums reg.GPVirtual
		switch of.name {
		case "softmaxGradient":
			scale = t.broadcast("scale")
			minus = t.xor(scale, bits(1<<63))
			labels = pointer("labels")
		case "exponentials":
			tops, sums = pointer("tops"), pointer("sums")
		}
		t.holdExp()
		row, k := GP64(), GP64()
		begin := func() {
			MOVQ(logits, row)
			MOVQ(c, k)
		}
		// again ends a loop over the classes that began with the label.
		again := func(label string) {
			ADDQ(stride, row)
			DECQ(k)
			JNZ(LabelRef(label))
		}

		Label("columns")
		begin()
		top := t.load(Mem{Base: row})
		Label("top")
		VMAXPD(Mem{Base: row}, top, top)
		again("top")

		begin()
		sum := t.zero()
		Label("sum")
		e := t.exp(t.sub(t.load(Mem{Base: row}), top))
		if of.name != "exponentials" {
			VMOVUPD(e, Mem{Base: row})
		}
		VADDPD(e, sum, sum)
		again("sum")

		switch of.name {
		case "softmax":
			begin()
			Label("result")
			VMOVUPD(t.div(t.load(Mem{Base: row}), sum), Mem{Base: row})
			again("result")
		case "softmaxGradient":
			begin()
			label, class := t.load(Mem{Base: labels}), t.zero()
			gain := t.div(scale, sum)
			Label("result")
			g := t.where(label, equal, class, minus)
			VFMADD231PD(Mem{Base: row}, gain, g)
			VMOVUPD(g, Mem{Base: row})
			VADDPD(val(1), class, class)
			again("result")
			ADDQ(U32(t.bytes()), labels)
		case "exponentials":
			VMOVUPD(top, Mem{Base: tops})
			VMOVUPD(sum, Mem{Base: sums})
			ADDQ(U32(t.bytes()), tops)
			ADDQ(U32(t.bytes()), sums)
		}
		ADDQ(U32(t.bytes()), logits)
		SUBQ(U8(t.lanes), left)
		JNZ(LabelRef("columns"))
		end()
	}
}

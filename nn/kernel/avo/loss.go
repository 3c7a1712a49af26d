package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// losses generates the softmax of the columns of a matrix whose numbers are at
// most 350 in size, and the gradient of the cross-entropy with its labels.
func (t tier) losses() {
	for _, gradient := range []bool{false, true} {
		if gradient {
			t.begin("softmaxGradient", "(logits, labels *float64, scale float64, c, n int)", "replaces logits by scale·(softmax - one-hot).")
		} else {
			t.begin("softmax", "(logits *float64, c, n int)", "replaces logits by their softmax.")
		}
		logits, c, stride := pointer("logits"), pointer("c"), pointer("n")
		left := GP64()
		MOVQ(stride, left)
		SHLQ(U8(3), stride)
		var scale, minus vec
		labels := GP64()
		if gradient {
			scale = t.broadcast("scale")
			minus = t.xor(scale, bits(1<<63))
			Load(Param("labels"), labels)
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
		VMOVUPD(e, Mem{Base: row})
		VADDPD(e, sum, sum)
		again("sum")

		begin()
		if gradient {
			label, class := t.load(Mem{Base: labels}), t.zero()
			gain := t.div(scale, sum)
			Label("result")
			g := t.where(label, equal, class, minus)
			VFMADD231PD(Mem{Base: row}, gain, g)
			VMOVUPD(g, Mem{Base: row})
			VADDPD(val(1), class, class)
			again("result")
			ADDQ(U32(t.bytes()), labels)
		} else {
			Label("result")
			VMOVUPD(t.div(t.load(Mem{Base: row}), sum), Mem{Base: row})
			again("result")
		}
		ADDQ(U32(t.bytes()), logits)
		SUBQ(U8(t.lanes), left)
		JNZ(LabelRef("columns"))
		end()
	}
}

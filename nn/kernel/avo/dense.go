package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func (t tier) dense() {
	t.product("forward", "(z, w, b, a *float64, in, out, n int)", "computes z = w·a + b.", true)
	t.product("backward", "(d, w, dz *float64, in, out, n int)", "computes d = d·(wᵀ·dz).", false)
	for _, rows := range t.gradientRows() {
		t.gradient(rows)
	}
	t.rowSums()
}

// product generates a matrix product whose right side and result have samples as columns. A tile of
// the result, some rows by up to three registers, stays in registers while the depth is summed up.
// The columns are the outer loop: the strip of the right side that belongs to a tile's columns is
// read once for each tile and fits into the first cache.
//
// forward sums over the columns of w, and begins with b; backward sums over its rows, begins with 0
// and multiplies what is there.
func (t tier) product(name, signature, doc string, forward bool) {
	t.begin(name, signature, doc)
	rowSizes := []int{4, 2, 1}
	if t.wide() {
		rowSizes = []int{8, 4, 2, 1}
	}
	c, x, depthName, rowsName := "d", "dz", "out", "in"
	if forward {
		c, x, depthName, rowsName = "z", "a", "in", "out"
	}
	cBase, xBase := pointer(c), pointer(x)
	stride := pointer("n") // of a row of the result and the right side, in bytes
	SHLQ(U8(3), stride)
	wStride := pointer("in") // of a row of w, in bytes
	SHLQ(U8(3), wStride)
	wStride3 := GP64()
	LEAQ(Mem{Base: wStride, Index: wStride, Scale: 2}, wStride3)
	columns := pointer("n") // left, in registers
	SHRQ(U8(map[bool]uint64{false: 2, true: 3}[t.wide()]), columns)

	for _, width := range []int{3, 2, 1} {
		Label(fmt.Sprintf("columns%d", width))
		CMPQ(columns, U32(width))
		JLT(LabelRef(fmt.Sprintf("columns%d", width-1)))
		w, rows, cRow := pointer("w"), pointer(rowsName), GP64()
		MOVQ(cBase, cRow)
		var bRow reg.Register
		if forward {
			bRow = pointer("b")
		}
		for i, height := range rowSizes {
			here := fmt.Sprintf("rows%dx%d", height, width)
			next := fmt.Sprintf("endOfColumns%d", width)
			if i+1 < len(rowSizes) {
				next = fmt.Sprintf("rows%dx%d", rowSizes[i+1], width)
			}
			Label(here)
			CMPQ(rows, U32(height))
			JLT(LabelRef(next))

			sums := make([][]vec, height)
			for r := range sums {
				sums[r] = make([]vec, width)
				for v := range sums[r] {
					switch {
					case !forward:
						sums[r][v] = t.zero()
					case v == 0:
						sums[r][v] = t.reg()
						VBROADCASTSD(Mem{Base: bRow, Disp: 8 * r}, sums[r][v])
					default:
						sums[r][v] = t.load(sums[r][0])
					}
				}
			}
			xRow, depth, w0, w4 := GP64(), pointer(depthName), GP64(), GP64()
			MOVQ(xBase, xRow)
			MOVQ(w, w0)
			if forward && height > 4 {
				LEAQ(Mem{Base: w0, Index: wStride, Scale: 4}, w4)
			}
			Label(here + "sum")
			xs := make([]vec, width)
			for v := range xs {
				xs[v] = t.load(Mem{Base: xRow, Disp: v * t.bytes()})
			}
			for r := range sums {
				var at Mem
				switch {
				case !forward:
					at = Mem{Base: w0, Disp: 8 * r}
				default:
					base := w0
					if r >= 4 {
						base = w4
					}
					at = [...]Mem{{Base: base}, {Base: base, Index: wStride, Scale: 1}, {Base: base, Index: wStride, Scale: 2}, {Base: base, Index: wStride3, Scale: 1}}[r%4]
				}
				wr := t.reg()
				VBROADCASTSD(at, wr)
				for v := range xs {
					VFMADD231PD(xs[v], wr, sums[r][v])
				}
			}
			ADDQ(stride, xRow)
			if forward {
				ADDQ(U8(8), w0)
				if height > 4 {
					ADDQ(U8(8), w4)
				}
			} else {
				ADDQ(wStride, w0)
			}
			DECQ(depth)
			JNZ(LabelRef(here + "sum"))

			for r := range sums {
				for v, sum := range sums[r] {
					at := Mem{Base: cRow, Disp: v * t.bytes()}
					if !forward {
						sum = t.mul(sum, at)
					}
					VMOVUPD(sum, at)
				}
				ADDQ(stride, cRow)
			}
			// w goes on to the next rows of the result.
			if forward {
				switch height {
				case 8:
					LEAQ(Mem{Base: w, Index: wStride, Scale: 8}, w)
				case 4:
					LEAQ(Mem{Base: w, Index: wStride, Scale: 4}, w)
				case 2:
					LEAQ(Mem{Base: w, Index: wStride, Scale: 2}, w)
				}
				ADDQ(U8(8*height), bRow)
			} else {
				ADDQ(U8(8*height), w)
			}
			SUBQ(U8(height), rows)
			if i == 0 {
				JMP(LabelRef(here))
			}
		}
		Label(fmt.Sprintf("endOfColumns%d", width))
		ADDQ(U32(width*t.bytes()), cBase)
		ADDQ(U32(width*t.bytes()), xBase)
		SUBQ(U8(width), columns)
		JMP(LabelRef(fmt.Sprintf("columns%d", width)))
	}
	Label("columns0")
	end()
}

// gradientRows are how many rows of dw a kernel takes at a time, the most first.
func (t tier) gradientRows() []int {
	if t.wide() {
		return []int{4, 2, 1}
	}
	return []int{2, 1}
}

// gradient generates a kernel that adds dz·aᵀ to some rows of dw: each element is a sum over the
// samples in eight lanes, which are then added as ((0+4)+(1+5)) + ((2+6)+(3+7)).
func (t tier) gradient(rows int) {
	t.begin(fmt.Sprintf("gradient%d", rows), "(dw, dz, a *float64, in, n int)",
		fmt.Sprintf("adds dz·aᵀ to %d rows of dw.", rows))
	widths := []int{3, 2, 1}
	if t.wide() {
		widths = []int{4, 2, 1}
	}
	dw, dz, a := pointer("dw"), pointer("dz"), pointer("a")
	inLeft := pointer("in")
	inStride := GP64()
	MOVQ(inLeft, inStride)
	SHLQ(U8(3), inStride)
	stride := pointer("n")
	SHLQ(U8(3), stride)
	stride3 := GP64()
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, stride3)
	row := func(base reg.Register, r, disp int) Mem {
		m := [...]Mem{{}, {Index: stride, Scale: 1}, {Index: stride, Scale: 2}, {Index: stride3, Scale: 1}}[r]
		m.Base, m.Disp = base, disp
		return m
	}
	for i, width := range widths {
		here := fmt.Sprintf("inputs%d", width)
		next := "done"
		if i+1 < len(widths) {
			next = fmt.Sprintf("inputs%d", widths[i+1])
		}
		Label(here)
		CMPQ(inLeft, U32(width))
		JLT(LabelRef(next))
		parts := 8 / t.lanes
		sums := make([][][]vec, rows) // row, input, part
		for r := range sums {
			sums[r] = make([][]vec, width)
			for s := range sums[r] {
				for range parts {
					sums[r][s] = append(sums[r][s], t.zero())
				}
			}
		}
		dzAt, aAt, left := GP64(), GP64(), GP64()
		MOVQ(dz, dzAt)
		MOVQ(a, aAt)
		MOVQ(stride, left)
		Label(here + "sum")
		for part := range parts {
			ds := make([]vec, rows)
			for r := range ds {
				ds[r] = t.load(row(dzAt, r, part*t.bytes()))
			}
			for s := range width {
				as := t.load(row(aAt, s, part*t.bytes()))
				for r := range ds {
					VFMADD231PD(as, ds[r], sums[r][s][part])
				}
			}
		}
		ADDQ(U8(64), dzAt)
		ADDQ(U8(64), aAt)
		SUBQ(U8(64), left)
		JNZ(LabelRef(here + "sum"))

		out := GP64()
		MOVQ(dw, out)
		for r := range sums {
			for s := 0; s < width; s += 2 {
				at := Mem{Base: out, Disp: 8 * s}
				x := t.fold(sums[r][s])
				if s+1 == width {
					x = add128(t.horizontal(x, x))
					VADDSD(at, x, x)
					VMOVSD(x, at)
					continue
				}
				pair := add128(t.horizontal(x, t.fold(sums[r][s+1])))
				VADDPD(at, pair, pair)
				VMOVUPD(pair, at)
			}
			if r+1 < rows {
				ADDQ(inStride, out)
			}
		}
		ADDQ(U8(8*width), dw)
		// a goes on to the next inputs.
		switch width {
		case 4:
			LEAQ(Mem{Base: a, Index: stride, Scale: 4}, a)
		case 3:
			ADDQ(stride3, a)
		case 2:
			LEAQ(Mem{Base: a, Index: stride, Scale: 2}, a)
		case 1:
			ADDQ(stride, a)
		}
		SUBQ(U8(width), inLeft)
		if i == 0 {
			JMP(LabelRef(here))
		} else {
			JMP(LabelRef(next))
		}
	}
	Label("done")
	end()
}

// fold adds the upper four of eight lanes to the lower four.
func (t tier) fold(parts []vec) vec {
	sum := YMM()
	if t.wide() {
		upper := YMM()
		VEXTRACTF64X4(U8(1), parts[0], upper)
		VADDPD(upper, parts[0].AsY(), sum)
	} else {
		VADDPD(parts[1], parts[0], sum)
	}
	return sum
}

// horizontal adds neighbours: x0+x1, y0+y1, x2+x3, y2+y3.
func (t tier) horizontal(x, y vec) vec {
	r := YMM()
	VHADDPD(y, x, r)
	return r
}

// add128 adds the upper two of four lanes to the lower two.
func add128(x vec) vec {
	upper := XMM()
	VEXTRACTF128(U8(1), x, upper)
	VADDPD(upper, x.AsX(), upper)
	return upper
}

// rowSums generates the kernel that adds the sum of each row of dz to db.
func (t tier) rowSums() {
	t.begin("rowSums", "(db, dz *float64, out, n int)", "adds the sum of each row of dz to db.")
	db, dz, rows := pointer("db"), pointer("dz"), pointer("out")
	stride := pointer("n")
	SHLQ(U8(3), stride)
	stride3 := GP64()
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, stride3)
	parts := 8 / t.lanes
	for _, height := range []int{4, 1} {
		here, next := fmt.Sprintf("rows%d", height), "done"
		if height > 1 {
			next = "rows1"
		}
		Label(here)
		CMPQ(rows, U32(height))
		JLT(LabelRef(next))
		sums := make([][]vec, height)
		for r := range sums {
			for range parts {
				sums[r] = append(sums[r], t.zero())
			}
		}
		left := GP64()
		MOVQ(stride, left)
		Label(here + "sum")
		for r := range sums {
			for part, sum := range sums[r] {
				m := [...]Mem{{}, {Index: stride, Scale: 1}, {Index: stride, Scale: 2}, {Index: stride3, Scale: 1}}[r]
				m.Base, m.Disp = dz, part*t.bytes()
				VADDPD(m, sum, sum)
			}
		}
		ADDQ(U8(64), dz)
		SUBQ(U8(64), left)
		JNZ(LabelRef(here + "sum"))
		for r := range sums {
			x := t.fold(sums[r])
			sum := add128(t.horizontal(x, x))
			at := Mem{Base: db, Disp: 8 * r}
			VADDSD(at, sum, sum)
			VMOVSD(sum, at)
		}
		if height > 1 {
			ADDQ(stride3, dz) // one row is behind us
		}
		ADDQ(U8(8*height), db)
		SUBQ(U8(height), rows)
		JMP(LabelRef(here))
	}
	Label("done")
	end()
}

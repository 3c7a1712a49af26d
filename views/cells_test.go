package views

import (
	"bytes"
	"encoding/base64"
	"html"
	"image/png"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nnvisu/nnvisu/nn"
)

// paintCells paints cells, each with its own outputs.
func paintCells(cells [][]float64, task nn.Task, hard bool) [][3]byte {
	n, c := len(cells), len(cells[0])
	outputs := make([]float64, n*c)
	for j, cell := range cells {
		for k, v := range cell {
			outputs[k*n+j] = v
		}
	}
	dst := make(Cells, n)
	PaintCells(dst, outputs, task, hard)
	var colours [][3]byte
	for _, index := range dst {
		colours = append(colours, palettes()[c].colours[index].bytes())
	}
	return colours
}

// TestPaintCells: worked by hand from the palette. The area of a class is 62 % of its colour and 38
// % white: blue 1f6fb4 = (31, 111, 180) gives (116.1, 165.7, 208.5), orange e87d1e = (232, 125, 30)
// gives (240.7, 174.4, 115.5).
func TestPaintCells(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	blue, orange := [3]byte{116, 166, 209}, [3]byte{241, 174, 116}
	// Undecided: 12 % of the blend (178.4, 170.1, 162.0) on white.
	undecided := [3]byte{246, 245, 244}
	for _, test := range []struct {
		name  string
		task  nn.Task
		hard  bool
		cells [][]float64
		want  [][3]byte
	}{
		{"TwoClasses", nn.Classification, false, [][]float64{{1, 0}, {0.5, 0.5}, {0, 1}}, [][3]byte{blue, undecided, orange}},
		// p = 0.75: decided by (0.75·2-1)/1 = 0.5. The blend, three of blue and one of orange, is
		// (147.3, 167.9, 185.3); half of it on white is (201.1, 211.4, 220.1).
		{"ThreeQuarters", nn.Classification, false, [][]float64{{0.75, 0.25}}, [][3]byte{{201, 211, 220}}},
		{"Hard", nn.Classification, true, [][]float64{{1, 0}, {0.51, 0.49}, {0.5, 0.5}, {0.49, 0.51}, {0, 1}}, [][3]byte{blue, blue, blue, orange, orange}},
		// Green 7fc597 = (127, 197, 151) gives (175.6, 219.0, 190.5).
		{"ThirdClass", nn.Classification, false, [][]float64{{0, 0, 1}}, [][3]byte{{176, 219, 191}}},
		{"HardThird", nn.Classification, true, [][]float64{{0.3, 0.3, 0.4}}, [][3]byte{{176, 219, 191}}},
		// A value is 82 % of its colour on the scale and 18 % white. The ends are blue and orange,
		// (71.3, 136.9, 193.5) and (236.1, 148.4, 70.5); the middle f4f2ee = (244, 242, 238) is
		// (246.0, 244.3, 241.1).
		{"Values", nn.Regression, false, [][]float64{{-1}, {0}, {1}}, [][3]byte{{71, 137, 194}, {246, 244, 241}, {236, 148, 71}}},
		{"Beyond", nn.Regression, false, [][]float64{{-7}, {-inf}, {inf}, {7}}, [][3]byte{{71, 137, 194}, {71, 137, 194}, {236, 148, 71}, {236, 148, 71}}},
		// Half way from the middle to blue: (137.5, 176.5, 209), and 18 % white.
		{"Half", nn.Regression, false, [][]float64{{-0.5}}, [][3]byte{{159, 191, 217}}},
		{"HardValues", nn.Regression, true, [][]float64{{-0.76}, {-0.74}, {-0.26}, {-0.24}, {0.24}, {9}},
			[][3]byte{{71, 137, 194}, {159, 191, 217}, {159, 191, 217}, {246, 244, 241}, {246, 244, 241}, {236, 148, 71}}},
		{"ValueNaN", nn.Regression, false, [][]float64{{nan}}, [][3]byte{{246, 244, 241}}},
		{"HardValueNaN", nn.Regression, true, [][]float64{{nan}}, [][3]byte{{246, 244, 241}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := paintCells(test.cells, test.task, test.hard); !slices.Equal(got, test.want) {
				t.Errorf("PaintCells(%v) = %v; want %v", test.cells, got, test.want)
			}
		})
	}
}

// TestPaintCellsNaN: what overflowed is shown as nothing: a light grey without hue.
func TestPaintCellsNaN(t *testing.T) {
	nan := math.NaN()
	grey := func(c [3]byte) bool { return max(c[0], c[1], c[2])-min(c[0], c[1], c[2]) <= 12 && c[0] > 200 }
	t.Run("Soft", func(t *testing.T) {
		got := paintCells([][]float64{{nan, nan}, {0.9, 0.1}}, nn.Classification, false)
		if !grey(got[0]) || grey(got[1]) {
			t.Errorf("PaintCells(NaN, 0.9) = %v; want a light grey, then a blue", got)
		}
	})
	t.Run("Hard", func(t *testing.T) {
		got := paintCells([][]float64{{nan, nan}}, nn.Classification, true)
		if !grey(got[0]) {
			t.Errorf("PaintCells(NaN, hard) = %v; want a light grey and no class", got)
		}
	})
}

// TestPaintCellsCertain: the surer a network is, the farther its picture is from white, for any
// number of classes; and no byte overflows.
func TestPaintCellsCertain(t *testing.T) {
	distance := func(c [3]byte) int { return 3*255 - int(c[0]) - int(c[1]) - int(c[2]) }
	for c := nn.MinClasses; c <= nn.MaxClasses; c++ {
		for k := range c {
			before := 0
			for _, certain := range []float64{0.01, 0.25, 0.5, 0.75, 1} {
				cell := make([]float64, c)
				for i := range cell {
					cell[i] = (1 - certain) / float64(c)
				}
				cell[k] += certain
				got := distance(paintCells([][]float64{cell}, nn.Classification, false)[0])
				if got < before || got < 1 {
					t.Errorf("class %d of %d at %v is %d from white, and %d where less sure; want it farther", k, c, certain, got, before)
				}
				before = got
			}
			soft, hard := slices.Repeat([]float64{0}, c), true
			soft[k] = 1
			if a, b := paintCells([][]float64{soft}, nn.Classification, false), paintCells([][]float64{soft}, nn.Classification, hard); a[0] != b[0] {
				t.Errorf("class %d of %d, certain, is %v and with hard edges %v; want the same", k, c, a[0], b[0])
			}
		}
	}
}

// testCells is a picture of the colours of a palette in turn.
func testCells(colours int) Cells {
	cells := make(Cells, GridSize*GridSize)
	for j := range cells {
		cells[j] = byte(j % colours)
	}
	return cells
}

// TestDataURI: the picture without script is the same picture.
func TestDataURI(t *testing.T) {
	for outputs := 1; outputs <= nn.MaxClasses; outputs++ {
		c := nn.Config{Task: nn.Classification, Classes: outputs}
		if outputs == 1 {
			c.Task = nn.Regression
		}
		colours := paletteOf(c).colours
		cells := testCells(len(colours))
		encoded, ok := strings.CutPrefix(cells.DataURI(c), "data:image/png;base64,")
		if !ok {
			t.Fatalf("DataURI() = %.40s…; want a PNG", cells.DataURI(c))
		}
		data, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if size := img.Bounds(); size.Dx() != GridSize || size.Dy() != GridSize || size.Min.X != 0 || size.Min.Y != 0 {
			t.Fatalf("the PNG is %v; want %d×%d", size, GridSize, GridSize)
		}
		for j := range GridSize * GridSize {
			r, g, b, a := img.At(j%GridSize, j/GridSize).RGBA()
			if got, want := [3]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8)}, colours[cells[j]].bytes(); got != want || a != 0xffff {
				t.Fatalf("%d outputs: pixel %d = %v with alpha %x; want %v", outputs, j, got, a, want)
			}
		}
	}
}

// levelsOf reads levels as the script does: each a step from the one before.
func levelsOf(text string, n int) (levels []int) {
	level := 0
	for _, code := range text {
		if code > 126 {
			code -= 129
		} else {
			code -= 95
		}
		level = (level + int(code) + n) % n
		levels = append(levels, level)
	}
	return levels
}

// TestCellsText: the script finds the colour of each cell in the palette, three bytes for each,
// HTML escapes no character, and small steps take a byte.
func TestCellsText(t *testing.T) {
	for outputs, p := range palettes() {
		if outputs == 0 {
			continue
		}
		n := len(p.colours)
		if n > 256 {
			t.Fatalf("%d outputs have %d colours; want no more than a byte tells apart", outputs, n)
		}
		rgb, err := base64.StdEncoding.DecodeString(p.text)
		if err != nil {
			t.Fatal(err)
		}
		cells := testCells(n)
		rng := rand.New(rand.NewPCG(1, uint64(outputs)))
		for j := range cells[:len(cells)/2] { // the rest are steps of 1
			cells[j] = byte(rng.IntN(n))
		}
		text := string(cells.text(nil, n))
		if text != html.EscapeString(text) || strings.ContainsAny(text, "\r\n\t\u00a0\u007f") || !utf8.ValidString(text) {
			t.Errorf("%d outputs: the cells hold a character that HTML or a stream of events changes", outputs)
		}
		if smooth := string(testCells(n)[:n].text(nil, n)); len(smooth) != n {
			t.Errorf("%d outputs: %d cells that differ by 1 take %d bytes; want one each", outputs, n, len(smooth))
		}
		levels := levelsOf(text, n)
		if len(levels) != len(cells) {
			t.Fatalf("%d outputs: %d cells have %d characters", outputs, len(cells), len(levels))
		}
		for j, level := range levels {
			if got, want := [3]byte(rgb[3*level:]), p.colours[cells[j]].bytes(); got != want {
				t.Fatalf("%d outputs: the script finds %v for cell %d; want %v", outputs, got, j, want)
			}
		}
	}
}

// TestPaletteIsFine: neighbouring colours of the picture are so alike that no edge is seen between
// them.
func TestPaletteIsFine(t *testing.T) {
	// Mahy, Van Eycken and Oosterlinck 1994: what is just noticeable.
	const fine = 2.3 // ΔE*ab
	for outputs, p := range palettes() {
		apart, stride := 0.0, 1
		if p.levels > 0 {
			stride = outputs // the next level of the same class
		}
		for i := stride; i < len(p.colours)-1; i++ {
			apart = max(apart, visions[0].difference(p.colours[i-stride], p.colours[i]))
		}
		if apart > fine {
			t.Errorf("%d outputs: neighbours are up to ΔE %.2f apart; want at most %v", outputs, apart, fine)
		}
	}
}

package browser

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// smallScreenshot saves a picture of the window in 256 colours, for the documents.
func (p *tab) smallScreenshot(dir, name string) {
	p.tb.Helper()
	window := p.window()
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, paletted(window, paletteOf([]image.Image{window}, 256))); err != nil {
		p.tb.Fatal(err)
	}
	if out.Len() > largestPicture {
		p.tb.Errorf("the picture %s has %d bytes; want at most %d", name, out.Len(), largestPicture)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), out.Bytes(), 0o644); err != nil {
		p.tb.Fatal(err)
	}
}

// paletted returns a picture in the colours of a palette, each pixel in the nearest one.
func paletted(picture image.Image, palette color.Palette) *image.Paletted {
	b := picture.Bounds()
	copied := image.NewPaletted(image.Rect(0, 0, b.Dx(), b.Dy()), palette)
	nearest := map[color.RGBA]uint8{}
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := color.RGBAModel.Convert(picture.At(b.Min.X+x, b.Min.Y+y)).(color.RGBA)
			index, known := nearest[c]
			if !known {
				index = uint8(palette.Index(c))
				nearest[c] = index
			}
			copied.Pix[y*copied.Stride+x] = index
		}
	}
	return copied
}

// A shade is a colour with its weight, the square root of the number of its pixels. The root lets
// small things, such as points, keep their colours beside large areas.
type shade struct {
	rgb    [3]uint8
	weight float64
}

// paletteOf returns at most n colours for pictures. It divides the colour that varies most until
// there are n boxes, as Heckbert's median cut does (Color image quantization for frame buffer
// display, SIGGRAPH 1982), but at the mean. The colour of a box is its most frequent one, so large
// areas keep their exact colour.
func paletteOf(pictures []image.Image, n int) color.Palette {
	counts := map[[3]uint8]int{}
	for _, picture := range pictures {
		b := picture.Bounds()
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				c := color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA)
				counts[[3]uint8{c.R, c.G, c.B}]++
			}
		}
	}
	var all []shade
	for rgb, count := range counts {
		all = append(all, shade{rgb, math.Sqrt(float64(count))})
	}
	slices.SortFunc(all, func(a, b shade) int { return slices.Compare(a.rgb[:], b.rgb[:]) })
	boxes := [][]shade{all}
	for len(boxes) < n {
		widest, axis, most := -1, 0, 1e-3 // less is an error of rounding
		for i, shades := range boxes {
			if a, spread := spreadOf(shades); spread > most {
				widest, axis, most = i, a, spread
			}
		}
		if widest < 0 {
			break // every box is one colour
		}
		low, high := cutAlong(boxes[widest], axis)
		boxes[widest] = low
		boxes = append(boxes, high)
	}
	palette := make(color.Palette, 0, n)
	for _, shades := range boxes {
		most := slices.MaxFunc(shades, func(a, b shade) int {
			return cmp.Compare(a.weight, b.weight)
		})
		palette = append(palette, color.RGBA{most.rgb[0], most.rgb[1], most.rgb[2], 255})
	}
	return palette
}

// spreadOf returns the axis along which colours differ most, and their variance along it times
// their weight.
func spreadOf(shades []shade) (axis int, spread float64) {
	for a := range 3 {
		var weight, sum, squares float64
		for _, s := range shades {
			v := float64(s.rgb[a])
			weight += s.weight
			sum += s.weight * v
			squares += s.weight * v * v
		}
		if d := squares - sum*sum/weight; len(shades) > 1 && d > spread {
			axis, spread = a, d
		}
	}
	return axis, spread
}

// cutAlong divides colours in two at their mean along an axis. Neither part is empty if they differ
// along it.
func cutAlong(shades []shade, axis int) (low, high []shade) {
	var weight, sum float64
	for _, s := range shades {
		weight += s.weight
		sum += s.weight * float64(s.rgb[axis])
	}
	for _, s := range shades {
		if float64(s.rgb[axis])*weight < sum {
			low = append(low, s)
		} else {
			high = append(high, s)
		}
	}
	return low, high
}

// TestPaletteOf: a palette has every colour where there is room for it. Where there is not, it
// keeps the frequent ones, and each pixel becomes the nearest.
func TestPaletteOf(t *testing.T) {
	picture := image.NewRGBA(image.Rect(0, 0, 10, 1))
	reds := []uint8{0, 0, 0, 0, 0, 3, 200, 200, 200, 203}
	for x, red := range reds {
		picture.SetRGBA(x, 0, color.RGBA{red, 50, 50, 255})
	}
	for _, test := range []struct {
		n    int
		want []uint8
	}{{256, reds}, {4, reds}, {2, []uint8{0, 0, 0, 0, 0, 0, 200, 200, 200, 200}}} {
		palette := paletteOf([]image.Image{picture}, test.n)
		if len(palette) > test.n {
			t.Errorf("paletteOf(%d) has %d colours", test.n, len(palette))
		}
		got := paletted(picture, palette)
		for x, want := range test.want {
			if c := got.At(x, 0); c != (color.RGBA{want, 50, 50, 255}) {
				t.Errorf("with %d colours pixel %d is %v; want red %d", test.n, x, c, want)
			}
		}
	}
}

package views

import (
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views/drawing"
)

// Cells is the picture of a network's outputs over the plane: for each cell of the Grid the index
// of its colour in the palette.
type Cells []byte

// A palette holds the colours of the picture for a task and number of classes. A regression and two
// classes have a scale that runs through white. More classes have a number of levels each; the
// surest level comes first, and the classes of a level stand side by side, so that neighbouring
// levels of a class are a few indices apart.
type palette struct {
	levels  int  // of each class, where there are more than two
	nan     byte // the index for NaN
	colours []rgb
	text    string // the form that the script reads: see data
}

const (
	// scaleTop is the last level of a scale. It divides by 4: a scale has a middle, and quarters
	// for the hard edges of a regression.
	scaleTop = 88
	// classLevels is the number of levels of each of more than two classes. It is lower where the
	// levels of all classes would not fit into a byte.
	classLevels = 44
	// leastTint is how far from white the most undecided colour is, from 0 to 1.
	leastTint = 0.12
)

// palettes holds the palette for each number of outputs. One output is a regression.
var palettes = sync.OnceValue(func() *[nn.MaxClasses + 1]palette {
	all := new([nn.MaxClasses + 1]palette)
	area := func(k int) rgb { return mix(white, classColours[k], areaTint) }
	grey := mix(white, rgb{}, leastTint)
	for c := range all {
		p := &all[c]
		switch {
		case c == 1:
			for i := range scaleTop + 1 {
				p.colours = append(p.colours, mix(white, scale(2*float64(i)/scaleTop-1), areaTint+0.2))
			}
			p.nan = scaleTop / 2
		case c == 2:
			// The blend fades to white where the network is undecided. Otherwise complementary
			// colours would mix to a muddy grey.
			for i := range scaleTop + 1 {
				share := float64(i) / scaleTop
				blend := mix(area(0), area(1), share)
				p.colours = append(p.colours, mix(white, blend, max(leastTint, math.Abs(2*share-1))))
			}
			p.nan = scaleTop + 1
			p.colours = append(p.colours, grey)
		case c > 2:
			p.levels = min(classLevels, 255/c)
			for i := p.levels - 1; i >= 0; i-- {
				share := leastTint + float64(i)/float64(p.levels-1)*(1-leastTint)
				for k := range c {
					p.colours = append(p.colours, mix(white, area(k), share))
				}
			}
			p.nan = byte(len(p.colours))
			p.colours = append(p.colours, grey)
		}
		p.text = p.data()
	}
	return all
})

// paletteOf returns the palette of a config whose number of classes is set.
func paletteOf(c nn.Config) *palette { return &palettes()[c.Outputs()] }

// data returns the colours in the form that the script reads: three bytes each, in base64.
func (p *palette) data() string {
	var b []byte
	for _, c := range p.colours {
		pixel := c.bytes()
		b = append(b, pixel[:]...)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// PaintCells sets dst to the picture of outputs, C×len(dst), as nn.Model's PredictTo returns them.
// A cell has the colour of its most probable class, which fades to white as the next class comes
// closer; with hard edges it does not fade. A regression value has a colour of the diverging scale,
// with hard edges one of five.
func PaintCells(dst Cells, outputs []float64, task nn.Task, hard bool) {
	cells := len(dst)
	c := len(outputs) / cells
	p := &palettes()[c]
	switch {
	case task == nn.Regression && hard:
		for j, v := range outputs {
			v = math.Round(2 * max(-1, min(1, v)))
			dst[j] = scaled(float64(v*(scaleTop/4))+scaleTop/2, p.nan)
		}
	case task == nn.Regression:
		for j, v := range outputs {
			dst[j] = scaled(float64(v*(scaleTop/2))+(scaleTop/2+0.5), p.nan)
		}
	case c == 2 && hard:
		first, second := outputs[:cells], outputs[cells:]
		for j, v := range second {
			switch {
			case v > first[j]:
				dst[j] = scaleTop
			case v <= first[j]:
				dst[j] = 0
			default:
				dst[j] = p.nan
			}
		}
	case c == 2:
		for j, v := range outputs[cells:] {
			dst[j] = scaled(float64(v*scaleTop)+0.5, p.nan)
		}
	default:
		p.paintClasses(dst, outputs, hard)
	}
}

// scaled returns the level for a value on a scale from 0.5 to scaleTop+0.5, or nan for NaN.
func scaled(at float64, nan byte) byte {
	switch {
	case at >= 0 && at < scaleTop+1:
		return byte(at)
	case at > 0:
		return scaleTop
	case at < 0:
		return 0
	}
	return nan
}

// paintClasses paints more than two classes.
func (p *palette) paintClasses(dst Cells, outputs []float64, hard bool) {
	cells := len(dst)
	c := len(outputs) / cells
	top := p.levels - 1
	perShare := float64(top) / (1 - leastTint)
	for j := range dst {
		best, first, second := 0, outputs[j], 0.0
		for k, at := 1, j+cells; k < c; k, at = k+1, at+cells {
			if v := outputs[at]; v > first {
				best, first, second = k, v, first
			} else if v > second {
				second = v
			}
		}
		if first != first {
			dst[j] = p.nan
			continue
		}
		level := top
		if !hard {
			level = min(top, max(0, int(float64((first-second-leastTint)*perShare)+0.5)))
		}
		dst[j] = byte((top-level)*c + best)
	}
}

// Levels are sent to the script as differences: from the level of the cell before to the cell's
// own, modulo the number of levels. In a smooth picture most differences are small and alike, so
// that compression halves their size once more. Differences from -32 to 31 are the characters '?'
// to '~', none of which HTML escapes. The others are the characters from U+00A1 on.
const (
	stepFirst  = '?'
	stepBefore = 32 // the number of one-byte differences below 0
	stepBytes  = 64 // the number of one-byte differences
	stepSecond = 0xa1 - stepBytes
)

// appendSteps appends the differences between levels. There are n levels, from first on.
func appendSteps(dst, levels []byte, first byte, n int) []byte {
	end := len(dst)
	dst = slices.Grow(dst, 2*len(levels))[:end+2*len(levels)]
	before := first
	for _, level := range levels {
		step := int(level) - int(before) + stepBefore
		before = level
		if uint(step) < stepBytes { // the usual case
			dst[end] = stepFirst + byte(step)
			end++
			continue
		}
		if step < 0 {
			step += n
		} else if step >= n {
			step -= n
		}
		if step < stepBytes {
			dst[end] = stepFirst + byte(step)
			end++
		} else {
			end += utf8.EncodeRune(dst[end:], rune(stepSecond+step))
		}
	}
	return dst[:end]
}

// text appends the cells of a picture with this number of colours.
func (c Cells) text(dst []byte, colours int) []byte { return appendSteps(dst, c, 0, colours) }

// DataURI returns the cells as a PNG in a data URI, for the page without script.
func (c Cells) DataURI(config nn.Config) string {
	img := image.Paletted{Pix: c, Stride: GridSize, Rect: image.Rect(0, 0, GridSize, GridSize)}
	for _, colour := range paletteOf(config).colours {
		b := colour.bytes()
		img.Palette = append(img.Palette, color.RGBA{b[0], b[1], b[2], 255})
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(drawing.EncodePNG(&img, png.BestSpeed))
}

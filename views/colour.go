package views

import (
	"encoding/base64"
	"fmt"
	"math"
	"sync"
)

// An rgb is an sRGB colour. Each part is from 0 to 255.
type rgb [3]float64

// classColours holds the colour of each class. Any two differ plainly for every kind of colour
// vision, the first ones most: they were searched for, hue by hue, for the largest least difference
// of their areas (TestAreasArePlain). Neighbours differ in lightness, and all in the shape of their
// markers, so that nobody needs to see colours. Style sheet and script do not know the colours: they
// arrive as SVG attributes and as pixels.
var classColours = []rgb{
	{0x1f, 0x6f, 0xb4}, // blue
	{0xe8, 0x7d, 0x1e}, // orange
	{0x7f, 0xc5, 0x97}, // green
	{0x8a, 0x15, 0x35}, // crimson
	{0xfe, 0xd6, 0x6f}, // yellow
	{0x28, 0x35, 0x70}, // navy
	{0x64, 0xe2, 0xfd}, // cyan
	{0x91, 0x54, 0x2a}, // brown
	{0xd5, 0x92, 0xb1}, // pink
	{0x62, 0x6b, 0x72}, // grey
}

// classNames are the names of the colours, for screen readers.
var classNames = []string{"blue", "orange", "green", "crimson", "yellow", "navy", "cyan", "brown", "pink", "grey"}

// The diverging scale of a regression runs through these colours.
var (
	lowColour  = classColours[0]
	midColour  = rgb{0xf4, 0xf2, 0xee}
	highColour = classColours[1]
)

// areaTint is the share of the class's colour in the picture. The rest is white, so that points
// stand out from the area of their own class.
const areaTint = 0.62

// mix returns a colour between a, for share 0, and b, for share 1.
func mix(a, b rgb, share float64) rgb {
	for i := range a {
		a[i] += float64((b[i] - a[i]) * share)
	}
	return a
}

var white = rgb{255, 255, 255}

// hex returns the colour in the form of CSS and SVG, such as #1f6fb4.
func (c rgb) hex() string {
	const digits = "0123456789abcdef"
	s := []byte("#000000")
	for i, v := range c {
		b := byte(math.Round(v))
		s[1+2*i], s[2+2*i] = digits[b>>4], digits[b&15]
	}
	return string(s)
}

// scale returns the colour of a regression value from -1 to 1.
func scale(v float64) rgb {
	v = max(-1, min(1, v))
	if v < 0 {
		return mix(midColour, lowColour, -v)
	}
	return mix(midColour, highColour, v)
}

// bytes returns the colour of a pixel: red, green, blue.
func (c rgb) bytes() (b [3]byte) {
	for i, v := range c {
		b[i] = byte(v + 0.5)
	}
	return b
}

// rampColours returns the colours of the levels of a heat map. at returns the colour for a share from 0
// to 1.
func rampColours(at func(share float64) rgb) (colours []rgb) {
	for i := range mapLevels {
		colours = append(colours, at(float64(i)/(mapLevels-1)))
	}
	return colours
}

// ramp returns the colours of a heat map in the form that the script reads: three bytes for each
// level, in base64.
func ramp(at func(share float64) rgb) string {
	var text []byte
	for _, c := range rampColours(at) {
		b := c.bytes()
		text = append(text, b[:]...)
	}
	return base64.StdEncoding.EncodeToString(text)
}

// diverging returns the colour of a share of the scale from -1 to 1.
func diverging(share float64) rgb { return scale(2*share - 1) }

// towards returns the colours of shares of a class, from white on.
func towards(k int) func(share float64) rgb {
	return func(share float64) rgb { return mix(white, classColours[k], share) }
}

// divergingRamp is the ramp for values from -1 to 1.
var divergingRamp = sync.OnceValue(func() string {
	return ramp(diverging)
})

// classRamp returns the ramp for the probability of class k.
func classRamp(k int) string {
	return ramp(towards(k))
}

type legendStop struct{ Offset, Colour string }

// legendStops returns the gradient stops of the regression's legend, in the picture's colours.
func legendStops() []legendStop {
	var stops []legendStop
	for i := range 9 {
		v := float64(i)/4 - 1
		stops = append(stops, legendStop{fmt.Sprintf("%d%%", i*100/8), mix(white, scale(v), areaTint+0.2).hex()})
	}
	return stops
}

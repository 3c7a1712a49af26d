package views

import (
	"encoding/base64"
	"fmt"
	"math"
	"sync"
)

// An rgb is a colour, each part from 0 to 255.
type rgb [3]float64

// classColours are those of the points, class by class. Neighbours differ in
// lightness as well as in hue, and markers differ in shape, so that nothing
// depends on seeing colours. Style sheet and script do not know them: they come
// as SVG attributes and as pixels.
var classColours = []rgb{
	{0x1f, 0x6f, 0xb4}, // blue
	{0xe8, 0x7d, 0x1e}, // orange
	{0x2a, 0x9d, 0x6f}, // green
	{0xc2, 0x3b, 0x6b}, // raspberry
	{0xe3, 0xb5, 0x05}, // yellow
	{0x4a, 0x3a, 0x8c}, // indigo
	{0x38, 0xb6, 0xc9}, // cyan
	{0x8a, 0x4b, 0x22}, // brown
	{0x9a, 0xa8, 0x2e}, // olive
	{0x6b, 0x72, 0x80}, // grey
}

// classNames name the colours for those who do not see them.
var classNames = []string{"blue", "orange", "green", "raspberry", "yellow", "indigo", "cyan", "brown", "olive", "grey"}

// The colours of a regression: a diverging scale.
var (
	lowColour  = classColours[0]
	midColour  = rgb{0xf4, 0xf2, 0xee}
	highColour = classColours[1]
)

// areaTint is how much of the picture's colour is that of the class; the rest
// is white, so that points stand out from their own area.
const areaTint = 0.62

func mix(a, b rgb, share float64) rgb {
	for i := range a {
		a[i] += (b[i] - a[i]) * share
	}
	return a
}

var white = rgb{255, 255, 255}

// hex returns the colour as CSS and SVG write it.
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

// bytes returns the colour as pixels have it.
func (c rgb) bytes() (b [3]byte) {
	for i, v := range c {
		b[i] = byte(v + 0.5)
	}
	return b
}

// ramp writes colours as the script reads them: three bytes for each level of a
// heat map, in base64.
func ramp(at func(share float64) rgb) string {
	colours := make([]byte, 0, 3*mapLevels)
	for i := range mapLevels {
		b := at(float64(i) / (mapLevels - 1)).bytes()
		colours = append(colours, b[:]...)
	}
	return base64.StdEncoding.EncodeToString(colours)
}

// divergingRamp is for values around 0.
var divergingRamp = sync.OnceValue(func() string {
	return ramp(func(share float64) rgb { return scale(2*share - 1) })
})

// classRamp is for the probability of a class.
func classRamp(k int) string {
	return ramp(func(share float64) rgb { return mix(white, classColours[k], share) })
}

type legendStop struct{ Offset, Colour string }

// legendStops are those of the regression's colours, as the picture shows them.
func legendStops() []legendStop {
	var stops []legendStop
	for i := range 9 {
		v := float64(i)/4 - 1
		stops = append(stops, legendStop{fmt.Sprintf("%d%%", i*100/8), mix(white, scale(v), areaTint+0.2).hex()})
	}
	return stops
}

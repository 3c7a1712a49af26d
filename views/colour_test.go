package views

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

func TestHex(t *testing.T) {
	for _, test := range []struct {
		c    rgb
		want string
	}{
		{rgb{0, 0, 0}, "#000000"}, {rgb{255, 255, 255}, "#ffffff"}, {rgb{0x1f, 0x6f, 0xb4}, "#1f6fb4"}, {rgb{9.5, 9.4, 254.5}, "#0a09ff"},
	} {
		if got := test.c.hex(); got != test.want {
			t.Errorf("%v.hex() = %s; want %s", test.c, got, test.want)
		}
	}
}

func TestMix(t *testing.T) {
	a, b := rgb{0, 100, 200}, rgb{100, 0, 200}
	for share, want := range map[float64]rgb{0: a, 1: b, 0.25: {25, 75, 200}} {
		if got := mix(a, b, share); got != want {
			t.Errorf("mix(%v, %v, %v) = %v; want %v", a, b, share, got, want)
		}
	}
	if a != (rgb{0, 100, 200}) {
		t.Errorf("mix changed its argument to %v", a)
	}
}

func TestScale(t *testing.T) {
	for v, want := range map[float64]rgb{-1: lowColour, 0: midColour, 1: highColour, -9: lowColour, 9: highColour, math.Inf(-1): lowColour, 0.5: mix(midColour, highColour, 0.5)} {
		if got := scale(v); got != want {
			t.Errorf("scale(%v) = %v; want %v", v, got, want)
		}
	}
}

func TestPaletteIsComplete(t *testing.T) {
	if len(classColours) != nn.MaxClasses || len(classNames) != nn.MaxClasses || len(markers) != nn.MaxClasses {
		t.Errorf("there are %d colours, %d names and %d markers; want %d of each", len(classColours), len(classNames), len(markers), nn.MaxClasses)
	}
	seen := map[string]bool{}
	for _, name := range classNames {
		if name == "" || seen[name] {
			t.Errorf("the colour name %q; want each its own", name)
		}
		seen[name] = true
	}
}

// A vision turns linear sRGB as it is into linear sRGB as it is seen.
type vision struct {
	name   string
	matrix [3][3]float64
}

// visions are full colour vision and its three kinds of complete dichromacy: G. M. Machado, M. M.
// Oliveira, L. A. F. Fernandes, "A Physiologically-based Model for Simulation of Color Vision
// Deficiency", IEEE Transactions on Visualization and Computer Graphics 15(6), 2009, table 1,
// severity 1.0.
var visions = []vision{
	{"Full", [3][3]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
	{"Protanopia", [3][3]float64{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}},
	{"Deuteranopia", [3][3]float64{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}},
	{"Tritanopia", [3][3]float64{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}},
}

// lab returns the CIE 1976 L*a*b* of a colour (CIE 15:2004, section 8.2.1), white point D65, as a
// vision sees it. sRGB is that of IEC 61966-2-1.
func (v vision) lab(c rgb) [3]float64 {
	var linear, seen [3]float64
	for i, s := range c {
		if s /= 255; s <= 0.04045 {
			linear[i] = s / 12.92
		} else {
			linear[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	for i, row := range v.matrix {
		for j, m := range row {
			seen[i] += m * linear[j]
		}
		seen[i] = max(0, min(1, seen[i]))
	}
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	r, g, b := seen[0], seen[1], seen[2]
	x := f((0.4124564*r + 0.3575761*g + 0.1804375*b) / 0.95047)
	y := f(0.2126729*r + 0.7151522*g + 0.0721750*b)
	z := f((0.0193339*r + 0.1191920*g + 0.9503041*b) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// difference is ΔE*ab (CIE 1976): about 2.3 is just noticeable.
func (v vision) difference(a, b rgb) float64 {
	p, q := v.lab(a), v.lab(b)
	return math.Sqrt((p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) + (p[2]-q[2])*(p[2]-q[2]))
}

// TestVision checks the simulation with known values.
func TestVision(t *testing.T) {
	for _, test := range []struct {
		c    rgb
		want [3]float64
	}{ // Lindbloom's calculator, sRGB and D65
		{rgb{255, 255, 255}, [3]float64{100, 0, 0}}, {rgb{0, 0, 0}, [3]float64{0, 0, 0}}, {rgb{255, 0, 0}, [3]float64{53.24, 80.09, 67.20}}, {rgb{0, 0, 255}, [3]float64{32.30, 79.19, -107.86}},
	} {
		got := visions[0].lab(test.c)
		for i := range got {
			if math.Abs(got[i]-test.want[i]) > 0.1 {
				t.Errorf("lab(%v) = %.2f; want %.2f", test.c, got, test.want)
				break
			}
		}
	}
	for _, v := range visions {
		for i, row := range v.matrix { // greys are seen by all as they are
			if sum := row[0] + row[1] + row[2]; math.Abs(sum-1) > 1e-5 {
				t.Errorf("%s: row %d sums to %v; want 1", v.name, i, sum)
			}
		}
	}
	// Red and green that are not told apart.
	if full, deuteranopia := visions[0].difference(rgb{170, 85, 50}, rgb{110, 120, 30}), visions[2].difference(rgb{170, 85, 50}, rgb{110, 120, 30}); deuteranopia > full/2 {
		t.Errorf("a brown and an olive differ by %.1f, and by %.1f with deuteranopia; want much less", full, deuteranopia)
	}
}

// shapeDifference is how far the outlines of two markers are from one another at the worst angle,
// in marker radii.
func shapeDifference(a, b []mark) float64 {
	const angles = 360
	most := 0.0
	for i := range angles {
		angle := 2 * math.Pi * float64(i) / angles
		most = max(most, math.Abs(reach(a, angle)-reach(b, angle)))
	}
	return most
}

// reach is how far an outline around 0,0 reaches in a direction.
func reach(marks []mark, angle float64) float64 {
	dx, dy := math.Cos(angle), math.Sin(angle)
	for i, p := range marks {
		q := marks[(i+1)%len(marks)]
		// p + s·(q-p) = r·d, by Cramer's rule.
		ex, ey := q.x-p.x, q.y-p.y
		det := ex*dy - ey*dx
		if math.Abs(det) < 1e-12 {
			continue
		}
		s := (p.y*dx - p.x*dy) / det
		r := (ex*p.y - ey*p.x) / -det
		if s >= -1e-9 && s <= 1+1e-9 && r > 0 {
			return r
		}
	}
	return math.NaN()
}

func TestReach(t *testing.T) {
	for _, test := range []struct{ degrees, want float64 }{{0, 1.25}, {90, 1.25}, {45, 1.25 / math.Sqrt2}} {
		if got := reach(polygon(4, 0, 1.25), test.degrees*math.Pi/180); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("reach(diamond, %v°) = %v; want %v", test.degrees, got, test.want)
		}
	}
	if got := shapeDifference(markers[1], markers[1]); got != 0 {
		t.Errorf("shapeDifference(square, square) = %v; want 0", got)
	}
}

// Differences that are plain at a glance, side by side.
const (
	plainColour    = 20.0 // ΔE*ab, between points of some 13 pixels
	plainShape     = 0.25 // of a marker's radius: some 2 pixels
	plainArea      = 9.0  // ΔE00 between the areas of any two classes
	plainFewAreas  = 14.0 // ΔE00 between those of classes that have no pattern to help
	plainNeighbour = 5.0  // L* between a class and the next
)

// TestPaletteIsPlain: points of any two classes differ plainly, by colour or by the shape of their
// marker, for everyone.
func TestPaletteIsPlain(t *testing.T) {
	for i := range classColours {
		for j := range i {
			shape := shapeDifference(markers[i], markers[j])
			for _, v := range visions {
				if colour := v.difference(classColours[i], classColours[j]); colour < plainColour && shape < plainShape {
					t.Errorf("%s: %s and %s differ by ΔE %.1f and %.2f radii of shape; want %v or %v", v.name, classNames[i], classNames[j], colour, shape, plainColour, plainShape)
				}
			}
			if math.IsNaN(shape) || shape < 0.1 {
				t.Errorf("the markers of %s and %s differ by %.2f radii; want each its own", classNames[i], classNames[j], shape)
			}
		}
	}
}

// TestPaletteFullVision: with full colour vision colours alone tell classes apart.
func TestPaletteFullVision(t *testing.T) {
	for i := range classColours {
		for j := range i {
			if got := visions[0].difference(classColours[i], classColours[j]); got < plainColour {
				t.Errorf("%s and %s differ by ΔE %.1f; want %v", classNames[i], classNames[j], got, plainColour)
			}
		}
	}
}

// TestAreasArePlain: the areas of the picture are told apart by colour, those of few classes at a
// glance. From patternedFrom classes on a pattern helps.
func TestAreasArePlain(t *testing.T) {
	area := func(k int) rgb { return mix(white, classColours[k], areaTint) }
	for _, v := range visions {
		for i := range classColours {
			for j := range i {
				t.Run(fmt.Sprintf("%s/%s-%s", v.name, classNames[j], classNames[i]), func(t *testing.T) {
					want := plainArea
					if i < patternedFrom {
						want = plainFewAreas
					}
					if got := ciede2000(v.lab(area(i)), v.lab(area(j))); !(got >= want) {
						t.Errorf("the areas of %s and %s differ by ΔE00 %.1f; want %v", classNames[j], classNames[i], got, want)
					}
				})
			}
		}
	}
}

// ciede2000 is ΔE00: G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 Color-Difference Formula", Color
// Research and Application 30(1), 2005, equations 2 to 22. About 1 is just noticeable.
func ciede2000(p, q [3]float64) float64 {
	const degree = math.Pi / 180
	seventh := func(c float64) float64 { return math.Sqrt(math.Pow(c, 7) / (math.Pow(c, 7) + math.Pow(25, 7))) }
	hue := func(a, b float64) float64 { return math.Mod(math.Atan2(b, a)/degree+360, 360) }
	g := (1 - seventh((math.Hypot(p[1], p[2])+math.Hypot(q[1], q[2]))/2)) / 2
	a1, a2 := (1+g)*p[1], (1+g)*q[1]
	c1, c2 := math.Hypot(a1, p[2]), math.Hypot(a2, q[2])
	h1, h2 := hue(a1, p[2]), hue(a2, q[2])
	apart, sum := h2-h1, h1+h2
	switch {
	case c1*c2 == 0:
		apart = 0
	case math.Abs(apart) > 180:
		sum += 360
		apart -= math.Copysign(360, apart)
	}
	dh := 2 * math.Sqrt(c1*c2) * math.Sin(apart/2*degree)
	l, c, h := (p[0]+q[0])/2, (c1+c2)/2, sum/2
	if c1*c2 == 0 {
		h = sum
	}
	t := 1 - 0.17*math.Cos((h-30)*degree) + 0.24*math.Cos(2*h*degree) + 0.32*math.Cos((3*h+6)*degree) - 0.20*math.Cos((4*h-63)*degree)
	turn := 30 * math.Exp(-math.Pow((h-275)/25, 2))
	dl := (q[0] - p[0]) / (1 + 0.015*math.Pow(l-50, 2)/math.Sqrt(20+math.Pow(l-50, 2)))
	dc := (c2 - c1) / (1 + 0.045*c)
	dh /= 1 + 0.015*c*t
	return math.Sqrt(dl*dl + dc*dc + dh*dh - math.Sin(2*turn*degree)*2*seventh(c)*dc*dh)
}

// TestCIEDE2000 checks the formula with pairs of table 1 of its source.
func TestCIEDE2000(t *testing.T) {
	for _, test := range []struct {
		p, q [3]float64
		want float64
	}{
		{[3]float64{50, 2.6772, -79.7751}, [3]float64{50, 0, -82.7485}, 2.0425},
		{[3]float64{50, -1, 2}, [3]float64{50, 0, 0}, 2.3669},
		{[3]float64{50, 2.49, -0.001}, [3]float64{50, -2.49, 0.0011}, 7.2195},
		{[3]float64{50, 2.5, 0}, [3]float64{73, 25, -18}, 27.1492},
		{[3]float64{60.2574, -34.0099, 36.2677}, [3]float64{60.4626, -34.1751, 39.4387}, 1.2644},
		{[3]float64{2.0776, 0.0795, -1.1350}, [3]float64{0.9033, -0.0636, -0.5514}, 0.9082},
	} {
		if got := ciede2000(test.p, test.q); math.Abs(got-test.want) > 1e-4 {
			t.Errorf("ΔE00 of %v and %v = %.4f; want %v", test.p, test.q, got, test.want)
		}
	}
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(c rgb) float64 {
	var y float64
	for i, weight := range [...]float64{0.2126, 0.7152, 0.0722} {
		if s := c[i] / 255; s <= 0.04045 {
			y += weight * s / 12.92
		} else {
			y += weight * math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return y
}

// contrast is the contrast ratio of WCAG 2.2, from 1 to 21.
func contrast(a, b rgb) float64 {
	high, low := luminance(a), luminance(b)
	return (max(high, low) + 0.05) / (min(high, low) + 0.05)
}

// patternOpacity is that of the style sheet.
const patternOpacity = 0.7

// enough is the least contrast of things that must be seen: WCAG 2.2, criterion 1.4.11.
const enough = 3.0

// styled returns a colour of the style sheet.
func styled(tb testing.TB, property string) rgb {
	tb.Helper()
	css, err := os.ReadFile("../public/app.css")
	if err != nil {
		tb.Fatal(err)
	}
	_, after, found := strings.Cut(string(css), property+": #")
	v, err := strconv.ParseUint(after[:min(6, len(after))], 16, 32)
	if !found || err != nil {
		tb.Fatalf("the style sheet has no colour %s", property)
	}
	return rgb{float64(v >> 16), float64(v >> 8 & 255), float64(v & 255)}
}

// TestPointsStandOut: one of the two edges of a point, and the lines on the picture, stand out from
// every colour that the picture can have, in the dark scheme as well. The markers of areas do where
// the network is sure.
func TestPointsStandOut(t *testing.T) {
	light, dark := styled(t, "--mark-edge"), styled(t, "--mark-rim")
	if got := contrast(light, dark); got < 2*enough {
		t.Errorf("the edges of a point have a contrast of %.1f between them", got)
	}
	for outputs, p := range palettes()[1:] {
		for i, ground := range p.colours {
			for _, dimmed := range []float64{1, 0.86} {
				ground := mix(rgb{}, ground, dimmed)
				if got := max(contrast(light, ground), contrast(dark, ground)); got < enough {
					t.Errorf("%d outputs: points on colour %d (%s) have a contrast of %.2f; want %v", outputs+1, i, ground.hex(), got, enough)
				}
				if got := contrast(mix(ground, dark, patternOpacity), ground); outputs+1 >= patternedFrom && got < 1.5 {
					t.Errorf("%d outputs: the pattern on colour %d (%s) has a contrast of %.2f; want %v", outputs+1, i, ground.hex(), got, 1.5)
				}
			}
		}
	}
}

// TestNeighboursDifferInLightness: as the palette's comment says, neighbours differ in lightness as
// well as in hue.
func TestNeighboursDifferInLightness(t *testing.T) {
	for k := range classColours[1:] {
		t.Run(classNames[k]+"-"+classNames[k+1], func(t *testing.T) {
			got := math.Abs(visions[0].lab(classColours[k])[0] - visions[0].lab(classColours[k+1])[0])
			if !(got >= plainNeighbour) {
				t.Errorf("%s and %s differ by L* %.1f; want %v", classNames[k], classNames[k+1], got, plainNeighbour)
			}
		})
	}
}

// TestScaleIsPlain: the nine levels of a regression follow one another in order for everyone, and
// the two halves are not mistaken for one another.
func TestScaleIsPlain(t *testing.T) {
	for _, v := range visions {
		level := func(i int) rgb { return scale(2*float64(i)/(levels-1) - 1) }
		for i := 1; i < levels; i++ {
			if got := v.difference(level(i-1), level(i)); got < 4 {
				t.Errorf("%s: levels %d and %d differ by ΔE %.1f; want 4", v.name, i-1, i, got)
			}
		}
		for i := range levels / 2 {
			if got := v.difference(level(i), level(levels-1-i)); got < plainColour {
				t.Errorf("%s: levels %d and %d, of opposite values, differ by ΔE %.1f; want %v", v.name, i, levels-1-i, got, plainColour)
			}
		}
	}
}

// TestPointsOnTheirArea: a point stands out from the area of its own class; a light edge, which the
// style sheet draws, helps.
func TestPointsOnTheirArea(t *testing.T) {
	for k, c := range classColours {
		if got := visions[0].difference(c, mix(white, c, areaTint)); got < plainColour/2 {
			t.Errorf("a %s point and its area differ by ΔE %.1f; want %v", classNames[k], got, plainColour/2)
		}
	}
}

// TestColoursAreWritten: what the views write as colours are colours.
func TestColoursAreWritten(t *testing.T) {
	for _, c := range append(classColours, lowColour, midColour, highColour) {
		v, err := strconv.ParseUint(strings.TrimPrefix(c.hex(), "#"), 16, 32)
		if err != nil || len(c.hex()) != 7 || rgb(rgb{float64(v >> 16), float64(v >> 8 & 255), float64(v & 255)}) != c {
			t.Errorf("%v.hex() = %s; want it to read back", c, c.hex())
		}
	}
}

package views

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nnvisu/nn"
	"nnvisu/nn/dataset"
	"nnvisu/nn/table"
)

// TestGrid: the cells' centres, row by row from the top left. With 100 cells
// over a length of 2, a cell is 0.02 wide and its centre 0.01 from its edge.
func TestGrid(t *testing.T) {
	xs, ys := Grid()
	if len(xs) != 10_000 || len(ys) != 10_000 {
		t.Fatalf("Grid() = %d and %d places; want 10,000", len(xs), len(ys))
	}
	const tolerance = 1e-15
	for _, test := range []struct {
		cell int
		x, y float64
	}{
		{0, -0.99, 0.99}, {1, -0.97, 0.99}, {99, 0.99, 0.99}, {100, -0.99, 0.97}, {9900, -0.99, -0.99}, {9999, 0.99, -0.99}, {4950, 0.01, 0.01}, {5049, -0.01, -0.01},
	} {
		if math.Abs(xs[test.cell]-test.x) > tolerance || math.Abs(ys[test.cell]-test.y) > tolerance {
			t.Errorf("Grid()[%d] = %v, %v; want %v, %v", test.cell, xs[test.cell], ys[test.cell], test.x, test.y)
		}
	}
	for i := range xs {
		// The middle of the plane is an edge of cells, and the picture is symmetric.
		mirror := i - i%GridSize + GridSize - 1 - i%GridSize
		if xs[i] == 0 || math.Abs(xs[i]+xs[mirror]) > tolerance || math.Abs(ys[i]+ys[len(ys)-1-i]) > tolerance {
			t.Fatalf("Grid()[%d] = %v, %v; want cells that mirror", i, xs[i], ys[i])
		}
	}
}

// paintCells paints cells, each with its own outputs.
func paintCells(cells [][]float64, task nn.Task, hard bool) [][3]byte {
	n, c := len(cells), len(cells[0])
	outputs := make([]float64, n*c)
	for j, cell := range cells {
		for k, v := range cell {
			outputs[k*n+j] = v
		}
	}
	dst := make(Cells, 3*n)
	PaintCells(dst, outputs, task, hard)
	var colours [][3]byte
	for pixel := range slices.Chunk(dst, 3) {
		colours = append(colours, [3]byte(pixel))
	}
	return colours
}

// TestPaintCells: worked by hand from the palette. The area of a class is 62 %
// of its colour and 38 % white: blue 1f6fb4 = (31, 111, 180) gives
// (116.1, 165.7, 208.5), orange e87d1e = (232, 125, 30) gives (240.7, 174.4, 115.5).
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
		// p = 0.75: decided by (0.75·2-1)/1 = 0.5. The blend, three of blue and one of
		// orange, is (147.3, 167.9, 185.3); half of it on white is (201.1, 211.4, 220.1).
		{"ThreeQuarters", nn.Classification, false, [][]float64{{0.75, 0.25}}, [][3]byte{{201, 211, 220}}},
		{"Hard", nn.Classification, true, [][]float64{{1, 0}, {0.51, 0.49}, {0.5, 0.5}, {0.49, 0.51}, {0, 1}}, [][3]byte{blue, blue, blue, orange, orange}},
		// Green 2a9d6f = (42, 157, 111) gives (122.9, 194.2, 165.7).
		{"ThirdClass", nn.Classification, false, [][]float64{{0, 0, 1}}, [][3]byte{{123, 194, 166}}},
		{"HardThird", nn.Classification, true, [][]float64{{0.3, 0.3, 0.4}}, [][3]byte{{123, 194, 166}}},
		// A value is 82 % of its colour on the scale and 18 % white. The ends are
		// blue and orange, (71.3, 136.9, 193.5) and (236.1, 148.4, 70.5); the middle
		// f4f2ee = (244, 242, 238) is (246.0, 244.3, 241.1).
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
		expect(t, grey(got[0]) && !grey(got[1]), "PaintCells(NaN, 0.9) = %v; want a light grey, then a blue", got)
	})
	t.Run("Hard", func(t *testing.T) {
		got := paintCells([][]float64{{nan, nan}}, nn.Classification, true)
		expect(t, grey(got[0]), "PaintCells(NaN, hard) = %v; want a light grey and no class", got)
	})
}

// TestPaintCellsCertain: the surer a network is, the farther its picture is
// from white, for any number of classes; and no byte overflows.
func TestPaintCellsCertain(t *testing.T) {
	distance := func(c [3]byte) int { return 3*255 - int(c[0]) - int(c[1]) - int(c[2]) }
	for c := nn.MinClasses; c <= nn.MaxClasses; c++ {
		for k := range c {
			before := 0
			for _, certain := range []float64{0, 0.25, 0.5, 0.75, 1} {
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

// testCells is a picture in which each cell has its own colour.
func testCells() Cells {
	cells := make(Cells, 3*GridSize*GridSize)
	for j := range GridSize * GridSize {
		cells[3*j], cells[3*j+1], cells[3*j+2] = byte(j), byte(j>>8), byte(3*j)
	}
	return cells
}

// TestDataURI: the picture without script is the same picture.
func TestDataURI(t *testing.T) {
	cells := testCells()
	encoded, ok := strings.CutPrefix(cells.DataURI(), "data:image/png;base64,")
	if !ok {
		t.Fatalf("DataURI() = %.40s…; want a PNG", cells.DataURI())
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
		if got, want := [3]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8)}, [3]byte(cells[3*j:]); got != want || a != 0xffff {
			t.Fatalf("pixel %d = %v with alpha %x; want %v", j, got, a, want)
		}
	}
}

// TestBase64: the script reads three bytes a cell.
func TestBase64(t *testing.T) {
	cells := testCells()
	got, err := base64.StdEncoding.DecodeString(cells.Base64())
	if err != nil || !bytes.Equal(got, cells) {
		t.Errorf("Base64() holds %d bytes, %v; want the %d of the cells", len(got), err, len(cells))
	}
}

// A corner is a place in a path, in units of the plane with y up.
type corner struct{ x, y float64 }

var pathSyntax = regexp.MustCompile(`^(M-?\d+( |-)\d+(l-?\d+( |-)\d+)+z)+$`)

// shapes reads the outlines of a path as the SVG specification says: M to a
// place, l by a distance, z back.
func shapes(tb testing.TB, path string) [][]corner {
	tb.Helper()
	if !pathSyntax.MatchString(path) {
		tb.Fatalf("the path %.80q; want M, l and z with whole numbers", path)
	}
	var all [][]corner
	for outline := range strings.SplitSeq(strings.TrimSuffix(path, "z"), "z") {
		var shape []corner
		var x, y int
		for _, m := range regexp.MustCompile(`([Ml])(-?\d+) ?(-?\d+)`).FindAllStringSubmatch(outline, -1) {
			dx, errX := strconv.Atoi(m[2])
			dy, errY := strconv.Atoi(m[3])
			if errX != nil || errY != nil {
				tb.Fatalf("the path %.80q has %s", path, m[0])
			}
			if m[1] == "M" {
				x, y = dx, dy
			} else {
				x, y = x+dx, y+dy
			}
			shape = append(shape, corner{float64(x) / 1e4, -float64(y) / 1e4})
		}
		all = append(all, shape)
	}
	return all
}

func middle(shape []corner) corner {
	var m corner
	for _, c := range shape {
		m.x += c.x / float64(len(shape))
		m.y += c.y / float64(len(shape))
	}
	return m
}

// farthest is how far the corners of a shape are from a place.
func farthest(shape []corner, x, y float64) float64 {
	most := 0.0
	for _, c := range shape {
		most = max(most, math.Hypot(c.x-x, c.y-y))
	}
	return most
}

// TestOutline: each marker is drawn around its place, with y up, near it, and
// without an error that grows from corner to corner.
func TestOutline(t *testing.T) {
	const step = 1e-4 // of the paths
	for k, marks := range markers {
		for _, at := range []corner{{0, 0}, {1, 1}, {-1, -1}, {0.12345, -0.98765}, {-0.5, 0.25}} {
			var b strings.Builder
			outline(&b, marks, at.x, at.y, markerRadius)
			got := shapes(t, b.String())
			if len(got) != 1 || len(got[0]) != len(marks) {
				t.Fatalf("marker %d = %s; want one outline with %d corners", k, b.String(), len(marks))
			}
			for i, c := range got[0] {
				want := corner{at.x + marks[i].x*markerRadius, at.y + marks[i].y*markerRadius}
				if math.Abs(c.x-want.x) > step || math.Abs(c.y-want.y) > step {
					t.Errorf("marker %d at %v has the corner %v; want %v", k, at, c, want)
				}
			}
			if d := farthest(got[0], at.x, at.y); d < 0.8*markerRadius || d > 1.35*markerRadius {
				t.Errorf("marker %d at %v reaches %v; want about %v", k, at, d, markerRadius)
			}
			if m := middle(got[0]); math.Hypot(m.x-at.x, m.y-at.y) > 0.3*markerRadius {
				t.Errorf("marker %d at %v has its middle at %v; want it on its place", k, at, m)
			}
		}
	}
}

// TestPointGroups: every point is drawn once, at its place, in its class's
// colour and marker; those held out are told apart.
func TestPointGroups(t *testing.T) {
	for _, test := range []struct {
		name    string
		set     dataset.Name
		classes int
		share   float64
	}{
		{"Two", dataset.Circles, 2, 0}, {"Ten", dataset.Circles, 10, 0}, {"HeldOut", dataset.Spiral, 3, 0.3}, {"Values", dataset.Hills, 0, 0}, {"ValuesHeldOut", dataset.Plane, 0, 0.5},
	} {
		t.Run(test.name, func(t *testing.T) {
			made, err := dataset.Generate(test.set, dataset.Params{Points: 60, Classes: test.classes, Seed: 3})
			if err != nil {
				t.Fatal(err)
			}
			s := nn.State{Config: nn.Config{Task: nn.Classification, TestFraction: test.share, Seed: 3}}
			if test.classes == 0 {
				s.Config.Task = nn.Regression
			}
			for _, p := range made {
				s.Data = append(s.Data, nn.Point(p))
			}
			held := nn.Split(len(s.Data), test.share, s.Config.Seed)
			left := slices.Clone(s.Data)
			counts := map[bool]int{}
			looks := map[[3]string]bool{}
			for _, g := range PointGroups(s) {
				if look := [3]string{g.Colour, strconv.FormatBool(g.Held), strconv.Itoa(len(shapes(t, g.Path)[0]))}; looks[look] {
					t.Errorf("two groups look alike: %v", look)
				} else {
					looks[look] = true
				}
				if g.Hollow != (g.Held && s.Config.Task == nn.Classification) {
					t.Errorf("a group of held-out points: %t is hollow: %t; want those of classes hollow", g.Held, g.Hollow)
				}
				for _, shape := range shapes(t, g.Path) {
					counts[g.Held]++
					at := middle(shape)
					i := slices.IndexFunc(left, func(p nn.Point) bool {
						return math.Hypot(p.X-at.x, p.Y-at.y) < markerRadius/2 && g.Colour == colourOf(p, s.Config.Task)
					})
					for j := range left { // the nearest of those, where points are close together
						if i >= 0 && g.Colour == colourOf(left[j], s.Config.Task) && math.Hypot(left[j].X-at.x, left[j].Y-at.y) < math.Hypot(left[i].X-at.x, left[i].Y-at.y) {
							i = j
						}
					}
					if i < 0 {
						t.Errorf("a marker of %s is at %v, where no such point is", g.Colour, at)
						continue
					}
					left[i].X = 9 // taken
				}
			}
			want := map[bool]int{}
			for _, h := range held {
				want[h]++
			}
			if counts[true] != want[true] || counts[false] != want[false] {
				t.Errorf("%d points and %d held out are drawn; want %d and %d", counts[false], counts[true], want[false], want[true])
			}
		})
	}
	if got := PointGroups(nn.State{Config: nn.DefaultConfig()}); len(got) != 0 {
		t.Errorf("PointGroups of no point = %v; want none", got)
	}
}

func colourOf(p nn.Point, task nn.Task) string {
	if task == nn.Regression {
		return scale(math.Round((p.Label+1)/2*(levels-1))*2/(levels-1) - 1).hex()
	}
	return classColours[int(p.Label)].hex()
}

// TestPointsLayer: held-out points are drawn, unless they are to be hidden.
func TestPointsLayer(t *testing.T) {
	for _, set := range []dataset.Name{dataset.Circles, dataset.Hills} {
		count := func(hide bool) int {
			lab := sampleLab(t, set, func(l *Lab) { l.State.Config.TestFraction, l.Choices.HideTest = 0.25, hide })
			n := 0
			for _, path := range render(t, PointsLayer(lab)).all("svg path") {
				if path.attr("fill") == "" && path.attr("stroke") == "" {
					t.Errorf("%s: a path has no colour", set)
				}
				n += len(shapes(t, path.attr("d")))
			}
			return n
		}
		if all, some := count(false), count(true); all != 40 || some != 30 {
			t.Errorf("%s: %d points are drawn, and %d without those held out; want 40 and 30", set, all, some)
		}
	}
}

// TestViewBoxes: what is drawn is within its picture. Points at the border may
// reach over the edge by their own size: the style sheet lets them.
func TestViewBoxes(t *testing.T) {
	lab := sampleLab(t, dataset.Circles, func(l *Lab) {
		l.State.Config.Classes = 10
		for k := range 10 {
			l.State.Data = append(l.State.Data, nn.Point{X: 1, Y: 1, Label: float64(k)}, nn.Point{X: -1, Y: -1, Label: float64(k)})
		}
	})
	for _, svg := range render(t, Page(lab)).all("svg") {
		box := svg.attr("viewbox") + svg.attr("viewBox")
		var x, y, w, h float64
		numbers := strings.Fields(box)
		if len(numbers) != 4 {
			t.Fatalf("an svg has the viewBox %q; want four numbers", box)
		}
		for i, v := range []*float64{&x, &y, &w, &h} {
			var err error
			if *v, err = strconv.ParseFloat(numbers[i], 64); err != nil {
				t.Fatal(err)
			}
		}
		over := 0.0
		if (element{svg.Parent}).attr("id") != "" && len(svg.all("path.point")) > 0 { // the points over the plane
			over = 1.35 * markerRadius
		}
		for _, path := range svg.all("path") {
			d := path.attr("d")
			if !pathSyntax.MatchString(d) {
				continue // an icon, or drawn by the script
			}
			for _, shape := range shapes(t, d) {
				for _, c := range shape {
					if c.x < x/1e4-over || c.x > (x+w)/1e4+over || -c.y < y/1e4-over || -c.y > (y+h)/1e4+over {
						t.Errorf("a path has the corner %v; want it within the viewBox %s", c, box)
					}
				}
			}
		}
	}
}

// TestSwatches: a tool shows the very colour and marker of the points it draws.
func TestSwatches(t *testing.T) {
	for k, s := range Swatches(nn.Config{Task: nn.Classification, Classes: 10}, table.Meta{}) {
		shape := shapes(t, s.Path)
		if s.Value != strconv.Itoa(k) || s.Colour != classColours[k].hex() || !strings.Contains(s.Label, classNames[k]) || len(shape[0]) != len(markers[k]) {
			t.Errorf("swatch %d = %+v; want the class's number, colour, name and marker", k, s)
		}
	}
	got := Swatches(nn.Config{Task: nn.Regression}, table.Meta{})
	for i, want := range []string{"-1", "-0.5", "0", "0.5", "1"} {
		v, err := strconv.ParseFloat(want, 64)
		if err != nil || len(got) != 5 || got[i].Value != want || got[i].Colour != scale(v).hex() || !strings.Contains(got[i].Label, want) {
			t.Errorf("swatch %d for values = %+v; want %s in its colour", i, got[i], want)
		}
	}
}

// TestThumbnails: a picture of every data set, drawn once.
func TestThumbnails(t *testing.T) {
	all := thumbnails()
	if len(all) != len(dataset.All()) {
		t.Fatalf("there are %d thumbnails; want %d", len(all), len(dataset.All()))
	}
	for i, info := range dataset.All() {
		n := 0
		for _, g := range all[i].Groups {
			n += len(shapes(t, g.Path))
		}
		if all[i].Info != info || n != thumbnailPoints {
			t.Errorf("thumbnail %d is of %s with %d points; want %s with %d", i, all[i].Name, n, info.Name, thumbnailPoints)
		}
	}
}

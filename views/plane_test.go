package views

import (
	"fmt"
	"io/fs"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/public"
)

// TestGrid: the cells' centres, row by row from the top left. With 100 cells over a length of 2, a
// cell is 0.02 wide and its centre 0.01 from its edge.
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

// A corner is a place in a path, in units of the plane with y up.
type corner struct{ x, y float64 }

var pathSyntax = regexp.MustCompile(`^(M-?\d+( |-)\d+(l-?\d+( |-)\d+)+z)+$`)

// shapes reads the outlines of a path as the SVG specification says: M to a place, l by a distance,
// z back.
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

// TestOutline: each marker is drawn around its place, with y up, near it, and without an error that
// grows from corner to corner.
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

// TestPointGroups: every point is drawn once, at its place, in its class's colour and marker; those
// held out are told apart.
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
				if path.attr("fill") == "" && path.attr("color") == "" {
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

// TestViewBoxes: what is drawn is within its picture. Points at the border may reach over the edge
// by their own size: the style sheet lets them.
func TestViewBoxes(t *testing.T) {
	lab := sampleLab(t, dataset.Circles, func(l *Lab) {
		l.State.Config.Classes = 10
		for k := range 10 {
			l.State.Data = append(l.State.Data, nn.Point{X: 1, Y: 1, Label: float64(k)}, nn.Point{X: -1, Y: -1, Label: float64(k)})
		}
	})
	for _, svg := range render(t, Page(lab)).all("svg:not(.ticks)") { // whose places are percentages
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
		if err != nil || len(got) != 5 || got[i].Value != want || got[i].Colour != scale(v).hex() || !strings.HasSuffix(got[i].Label, " "+table.Readable(want)) {
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

// TestPointSizes: the more points there are, the smaller each is, so that they leave most of the plane to
// see; the style sheet has the same sizes for their edges.
func TestPointSizes(t *testing.T) {
	css, err := fs.ReadFile(public.FS(), "app.css")
	if err != nil {
		t.Fatal(err)
	}
	sized := func(n int) (radius float64, class string) {
		lab := sampleLab(t, dataset.Circles, nil)
		lab.State.Data = slices.Repeat([]nn.Point{{X: 0, Y: 0}}, n)
		g := render(t, PointsLayer(lab)).one(t, "#plane-points")
		outlines := shapes(t, g.one(t, "path").attr("d"))
		return farthest(outlines[0], 0, 0), g.attr("class")
	}
	before := math.Inf(1)
	for i, n := range []int{60, 301, 701, 2000} {
		radius, class := sized(n)
		if radius >= before {
			t.Errorf("%d points have the radius %v; want less than %v", n, radius, before)
		}
		before = radius
		// Four fifths of a circle's area are surely covered, and the plane has an area of 4.
		if covered := float64(n) * math.Pi * radius * radius / 4; covered > 0.25 {
			t.Errorf("%d points cover %.0f %% of the plane; want at most a quarter", n, 100*covered)
		}
		want := fmt.Sprintf(".%s { --size: %v; }", class, pointSizes[i].size)
		if i > 0 && !strings.Contains(string(css), want) {
			t.Errorf("the style sheet has no %q", want)
		}
	}
}

// TestEchoScale: the script draws points as large as the server does, however many there are.
func TestEchoScale(t *testing.T) {
	for _, n := range []int{0, 300, 301, 1000, 2000} {
		radius := markerRadius * pointSizes[pointSize(n)].size
		got, err := strconv.ParseFloat(echoScale(n), 64)
		if err != nil || math.Abs(got*iconRadius/radius-1) > 1e-3 {
			t.Errorf("echoScale(%d) = %s, which makes a radius of %v; want %v", n, echoScale(n), got*iconRadius, radius)
		}
	}
}

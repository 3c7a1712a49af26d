package views

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/nntest"
	"github.com/nnvisu/nnvisu/nn/table"
)

// spacesOf measures the spaces of a lab.
func spacesOf(tb testing.TB, l *Lab) []nn.LayerSpace {
	tb.Helper()
	m, err := nn.NewModel(l.State)
	if err != nil {
		tb.Fatal(err)
	}
	return measureSpaces(l.State, Measured{}, modelOnly{m}).Spaces
}

// modelOnly measures spaces alone.
type modelOnly struct{ *nn.Model }

func (modelOnly) Confusion() nn.Confusion                { panic("views: not measured") }
func (modelOnly) Layers() []nn.LayerState                { panic("views: not measured") }
func (modelOnly) Distributions() []nn.LayerDistributions { panic("views: not measured") }

// picturesOf returns the pictures of a trained network.
func picturesOf(tb testing.TB, set dataset.Name, updates int, change func(*nn.Config)) (nn.State, []nn.LayerSpace, []spacePicture) {
	tb.Helper()
	l := Lab{State: nntest.State(tb, set, 120, updates, change)}
	spaces := spacesOf(tb, &l)
	return l.State, spaces, spacePictures(l.State, table.Meta{}, spaces, false)
}

// isWithin reports whether a place is in a convex polygon, or not farther from it than some units.
func isWithin(corners []spot, at spot, units float64) bool {
	signs := [2]bool{}
	for i, to := range corners {
		from := corners[(i+len(corners)-1)%len(corners)]
		dx, dy := float64(to.x-from.x), float64(to.y-from.y)
		away := (dx*float64(at.y-from.y) - dy*float64(at.x-from.x)) / math.Hypot(dx, dy)
		if math.Abs(away) > units {
			signs[map[bool]int{true: 1}[away > 0]] = true
		}
	}
	return !signs[0] || !signs[1]
}

// TestSpaceAreas: where the last hidden layer has one or two units, each point is in the area of the
// class that the network says, and the areas are the whole picture.
func TestSpaceAreas(t *testing.T) {
	points := 0
	for seed := range uint32(30) {
		s, _, pictures := picturesOf(t, dataset.Blobs, 5*int(seed), func(c *nn.Config) {
			c.Seed, c.Classes, c.HiddenLayers = seed, 2+int(seed)%7, []int{4, 1 + int(seed)%2}
			c.Classes = max(c.Classes, 4)
			if seed%5 == 0 {
				c.HiddenLayers = nil
			}
		})
		m, err := nn.NewModel(s)
		if err != nil {
			t.Fatal(err)
		}
		_, at := nn.SpaceSample(s.Data)
		for i, p := range pictures {
			if (p.Areas != nil) != (i == len(pictures)-2) {
				t.Fatalf("seed %d: picture %d of %d has %d areas; want them where the output decides", seed, i, len(pictures), len(p.Areas))
			}
			if p.Areas == nil {
				continue
			}
			whole := 0.0
			for _, a := range p.Areas {
				twice := 0
				for j, to := range a.corners {
					from := a.corners[(j+len(a.corners)-1)%len(a.corners)]
					twice += from.x*to.y - to.x*from.y
				}
				whole += math.Abs(float64(twice)) / 2
			}
			if want := float64((spaceSide + 2*spaceMargin) * (p.Height + 2*spaceMargin)); math.Abs(whole-want) > 0.02*want {
				t.Errorf("seed %d: the areas have %v of %v; want all", seed, whole, want)
			}
			for j, dot := range p.Dots {
				said := m.Predict(s.Data[at[j] : at[j]+1])[0]
				class := slices.Index(said, slices.Max(said))
				area := slices.IndexFunc(p.Areas, func(a spaceArea) bool { return a.class == class })
				if area < 0 {
					t.Fatalf("seed %d: class %d has no area", seed, class)
				}
				if points++; !isWithin(p.Areas[area].corners, dot.at, 3) {
					t.Errorf("seed %d: point %d at %v is not in the area of class %d, %v", seed, j, dot.at, class, p.Areas[area].corners)
				}
			}
		}
	}
	if points < 1000 {
		t.Errorf("%d points were looked for; want more", points)
	}
}

// TestSpacePictures: all points and no line leave a picture, both axes have one scale, and the places
// are those of the space.
func TestSpacePictures(t *testing.T) {
	for seed := range uint32(20) {
		s, spaces, pictures := picturesOf(t, []dataset.Name{dataset.Circles, dataset.Hills}[seed%2], 3*int(seed), func(c *nn.Config) {
			c.Seed, c.HiddenLayers, c.TestFraction = seed, []int{6, 2, 1}, 0.25
			c.Activation = []nn.Activation{nn.Tanh, nn.ReLU, nn.Linear}[seed%3]
		})
		_, at := nn.SpaceSample(s.Data)
		for i, p := range pictures {
			inside := func(at spot, room int) bool {
				return at.x >= -room && at.x <= spaceSide+room && at.y >= -room && at.y <= p.Height+room
			}
			v := viewOf(&spaces[i])
			if len(p.Dots) != len(at) {
				t.Fatalf("seed %d: %d points; want %d", seed, len(p.Dots), len(at))
			}
			for j, dot := range p.Dots {
				if !inside(dot.at, 0) {
					t.Errorf("seed %d: point %d of %s is at %v, outside", seed, j, p.Title, dot.at)
				}
				x := (float64(dot.at.x))*v.span/spaceSide + v.lo[0]
				middle := v.lo[1] + v.span/2
				y := (float64(p.Height)/2-float64(dot.at.y))*v.span/spaceSide + middle
				if room := v.span / spaceSide; math.Abs(x-spaces[i].Points[0][j]) > room || len(p.Axes) == 2 && math.Abs(y-spaces[i].Points[1][j]) > room {
					t.Errorf("seed %d: point %d of %s is drawn at (%v, %v); want it at (%v, %v)", seed, j, p.Title, x, y, spaces[i].Points[0][j], spaces[i].Points[1][j])
				}
			}
			if len(p.Lines) < spaceLines {
				t.Errorf("seed %d: %s has %d lines; want the plane", seed, p.Title, len(p.Lines))
			}
			for _, line := range p.Lines {
				for _, bend := range line {
					if !inside(bend, spaceMargin) {
						t.Fatalf("seed %d: a line of %s leaves it: %v", seed, p.Title, line)
					}
				}
			}
		}
		hidden := spacePictures(s, table.Meta{}, spaces, true)
		if got, want := len(hidden[0].Dots), len(at)-nn.HeldOut(len(s.Data), 0.25); got != want {
			t.Errorf("seed %d: without the points held out there are %d; want %d", seed, got, want)
		}
	}
}

// TestSpaceNames: each axis says what it is, in numbers of units and in shares of directions.
func TestSpaceNames(t *testing.T) {
	for set, want := range map[dataset.Name]string{
		dataset.Circles: "Input 2 features x|x²; Hidden 1 3 units 1st direction, N %|2nd direction, N %; Hidden 2 2 units unit 1|unit 2; Hidden 3 1 unit unit 1; Output 2 classes inner|class 1",
		dataset.Hills:   "Input 2 features x|x²; Hidden 1 3 units 1st direction, N %|2nd direction, N %; Hidden 2 2 units unit 1|unit 2; Hidden 3 1 unit unit 1; Output 1 unit Height",
	} {
		s, spaces, _ := picturesOf(t, set, 0, func(c *nn.Config) {
			c.HiddenLayers, c.Features = []int{3, 2, 1}, []nn.Feature{nn.FeatureX, nn.FeatureX2}
		})
		meta := table.Meta{Classes: []string{"inner"}}
		meta.Transform.Label.Name = "Height"
		var got []string
		for _, p := range spacePictures(s, meta, spaces, false) {
			var names []string
			for _, a := range p.Axes {
				name := a.whole()
				if before, after, ok := strings.Cut(name, "direction, "); ok {
					name = before + "direction, N" + after[strings.Index(after, " %"):]
				}
				if isUnit := !strings.Contains(name, "direction"); isUnit != (a.Lo != "") || isUnit != (a.Hi != "") {
					t.Errorf("%s: the axis %s has the ends %q and %q; want numbers of units alone", p.Title, name, a.Lo, a.Hi)
				}
				names = append(names, name)
			}
			got = append(got, p.Title+" "+p.Units+" "+strings.Join(names, "|"))
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s: the axes are\n%s\nwant\n%s", set, strings.Join(got, "; "), want)
		}
	}
}

// TestSpaceRows: in a layer of one unit the classes have rows of their own, and the words are those of what the
// output says.
func TestSpaceRows(t *testing.T) {
	for set, word := range map[dataset.Name]string{dataset.Blobs: "classes by straight lines", dataset.Hills: "the value of the output rises"} {
		s, spaces, pictures := picturesOf(t, set, 5, func(c *nn.Config) { c.HiddenLayers = []int{3, 1} })
		_, at := nn.SpaceSample(s.Data)
		rows := map[int]map[float64]bool{}
		for j, dot := range pictures[2].Dots {
			if rows[dot.at.y] == nil {
				rows[dot.at.y] = map[float64]bool{}
			}
			rows[dot.at.y][s.Data[at[j]].Label] = true
			if dot.at.y <= 0 || dot.at.y >= spaceFlat {
				t.Errorf("%s: a point is at %v; want it within", set, dot.at)
			}
		}
		if len(rows) < 3 {
			t.Errorf("%s: the points are in %d rows", set, len(rows))
		}
		for y, labels := range rows {
			if s.Config.Task == nn.Classification && len(labels) != 1 {
				t.Errorf("%s: in the row at %d there are the classes %v; want one", set, y, labels)
			}
		}
		l := Lab{State: s, Choices: Choices{Panel: "space"}}
		l.Spaces = spaces
		if got := render(t, Spaces(l)).content(); !strings.Contains(got, word) || !strings.Contains(got, "A layer of one unit") {
			t.Errorf("%s: it says %q; want %q", set, got, word)
		}
	}
}

// TestSpaceAtOnePlace: points that a layer puts at one place, and numbers that are too large, have a
// picture or a sentence.
func TestSpaceAtOnePlace(t *testing.T) {
	s, spaces, pictures := picturesOf(t, dataset.Circles, 0, func(c *nn.Config) { c.HiddenLayers, c.Init = []int{3}, nn.InitZero })
	for _, p := range pictures[1:] {
		for _, dot := range p.Dots {
			if dot.at != p.Dots[0].at {
				t.Fatalf("%s of a network of zeros puts points at %v and %v; want one place", p.Title, dot.at, p.Dots[0].at)
			}
		}
	}
	spaces[1].Axes = nil
	l := Lab{State: s, Choices: Choices{Panel: "space"}}
	l.Spaces = spaces
	figures := render(t, PanelBody(l)).all("figure.space")
	if len(figures) != 3 || !strings.Contains(figures[1].content(), "Too large to be drawn") || len(figures[1].all("svg")) != 0 || len(figures[2].all("svg")) != 1 {
		t.Errorf("of 3 pictures, one too large, there are %d", len(figures))
	}
}

// TestSpaceLines: a line that leaves a picture ends at its edge, and begins there anew.
func TestSpaceLines(t *testing.T) {
	p := spacePicture{Height: spaceSide}
	p.addLine([]spot{{-500, 500}, {500, 500}, {500, 2000}, {-1000, 2000}, {-1000, 900}, {100, 900}, {200, 900}})
	const low, high = -spaceMargin, spaceSide + spaceMargin
	want := [][]spot{{{low, 500}, {500, 500}, {500, high}}, {{low, 900}, {100, 900}, {200, 900}}}
	if !reflect.DeepEqual(p.Lines, want) {
		t.Errorf("the parts in the picture are %v; want %v", p.Lines, want)
	}
}

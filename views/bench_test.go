package views

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
)

// BenchmarkPaintCells turns 10,000 predictions into colours.
func BenchmarkPaintCells(b *testing.B) {
	for _, test := range []struct {
		name    string
		task    nn.Task
		classes int
		hard    bool
	}{
		{"classes=2", nn.Classification, 2, false}, {"classes=2/hard", nn.Classification, 2, true}, {"classes=10", nn.Classification, 10, false}, {"regression", nn.Regression, 1, false},
	} {
		b.Run(test.name, func(b *testing.B) {
			const n = GridSize * GridSize
			outputs := make([]float64, test.classes*n)
			for i := range outputs {
				outputs[i] = float64(i%n) / n / float64(test.classes)
			}
			cells := make(Cells, n)
			b.ReportAllocs()
			b.SetBytes(int64(len(cells)))
			for b.Loop() {
				PaintCells(cells, outputs, test.task, test.hard)
			}
		})
	}
}

// BenchmarkCellsText writes the picture for the script.
func BenchmarkCellsText(b *testing.B) {
	for _, classes := range []int{2, 10} {
		b.Run(fmt.Sprintf("classes=%d", classes), func(b *testing.B) {
			c := nn.Config{Task: nn.Classification, Classes: classes}
			colours := len(paletteOf(c).colours)
			cells := testCells(colours)
			var text []byte
			b.ReportAllocs()
			for b.Loop() {
				text = cells.text(text[:0], colours)
				b.SetBytes(int64(len(text)))
			}
		})
	}
}

// BenchmarkPaintMaps draws the heat maps of the default network.
func BenchmarkPaintMaps(b *testing.B) {
	c := nn.DefaultConfig()
	c.Classes = 2
	values := make([][]float64, len(c.HiddenLayers)+1)
	for l, n := range c.Sizes()[1:] {
		values[l] = make([]float64, n*MapSize*MapSize)
		for i := range values[l] {
			values[l][i] = math.Sin(float64(i) / 300)
		}
	}
	var maps Maps
	var largest []float64
	b.ReportAllocs()
	for b.Loop() {
		maps, largest = PaintMaps(maps[:0], largest[:0], values, c, &Choices{})
		b.SetBytes(int64(len(maps)))
	}
}

// BenchmarkEdges draws the default network's weights: the layout is there, and what they look like
// changes.
func BenchmarkEdges(b *testing.B) {
	lab := sampleLab(b, dataset.Circles, nil)
	edges := edges(lab.State.Config, LeastRows)
	kinds := make([]uint8, len(edges))
	var p pen
	b.ReportAllocs()
	for b.Loop() {
		kindsOf(kinds, edges, &lab.State.Network.Parameters)
		p = p[:0]
		p.edges(edges, kinds)
		b.SetBytes(int64(len(p)))
	}
}

func BenchmarkGrid(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Grid()
	}
}

// BenchmarkDataURI makes the picture of the page without script.
func BenchmarkDataURI(b *testing.B) {
	cells, c := testCells(scaleTop+1), nn.Config{Task: nn.Classification, Classes: 2}
	b.ReportAllocs()
	for b.Loop() {
		b.SetBytes(int64(len(cells.DataURI(c))))
	}
}

// BenchmarkPointGroups draws as many points as there may be.
func BenchmarkPointGroups(b *testing.B) {
	made, err := dataset.Generate(dataset.Circles, dataset.Params{Points: 2000, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	s := nn.State{Config: nn.DefaultConfig()}
	s.Config.TestFraction = 0.2
	for _, p := range made {
		s.Data = append(s.Data, nn.Point(p))
	}
	b.ReportAllocs()
	for b.Loop() {
		PointGroups(s)
	}
}

// BenchmarkRender writes the components that a user waits for: a frame of the stream, the answer to
// a change, and the page.
func BenchmarkRender(b *testing.B) {
	lab := sampleLab(b, dataset.Circles, nil)
	thumbnails() // drawn once
	for _, test := range []struct {
		name string
		view templ.Component
	}{{"Frame", Frame(lab)}, {"Edited", Edited(lab, true)}, {"Page", Page(lab)}} {
		b.Run(test.name, func(b *testing.B) {
			var html bytes.Buffer
			b.ReportAllocs()
			for b.Loop() {
				html.Reset()
				if err := test.view.Render(b.Context(), &html); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(html.Len()))
			}
		})
	}
}

package views

import (
	"bytes"
	"testing"

	"github.com/a-h/templ"

	"nnvisu/nn"
	"nnvisu/nn/dataset"
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
			cells := make(Cells, 3*n)
			b.ReportAllocs()
			b.SetBytes(int64(len(cells)))
			for b.Loop() {
				PaintCells(cells, outputs, test.task, test.hard)
			}
		})
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
	cells := testCells()
	b.ReportAllocs()
	for b.Loop() {
		b.SetBytes(int64(len(cells.DataURI())))
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

// BenchmarkRender writes the components that a user waits for: a frame of the
// stream, the answer to a change, and the page.
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

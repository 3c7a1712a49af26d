package handlers

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/tests/race"
	"github.com/nnvisu/nnvisu/views"
)

// TestPaint: the picture is that of the model, cell by cell.
func TestPaint(t *testing.T) {
	state := sampleState(t, "circles", 20, 0, func(c *nn.Config) { c.HiddenLayers = []int{} })
	// Class 1 wins on the right of x = 0, ever more surely.
	state.Network = nn.Network{Parameters: nn.Parameters{Weights: [][][]float64{{{-50, 0}, {50, 0}}}, Biases: [][]float64{{0, 0}}}}
	model, err := nn.NewModel(state)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := paintPlane(nil, nil, model, false)
	if err != nil {
		t.Fatal(err)
	}
	if len(cells) != views.GridSize*views.GridSize {
		t.Fatalf("paint gives %d cells; want %d", len(cells), views.GridSize*views.GridSize)
	}
	colours := pixels(t, cells, state.Config)
	at := func(column, row int) [3]byte { return colours[row*views.GridSize+column] }
	last := views.GridSize - 1
	for row := range views.GridSize {
		if at(0, row) != at(0, 0) || at(last, row) != at(last, 0) {
			t.Fatalf("row %d begins with %v and ends with %v; want each row alike", row, at(0, row), at(last, row))
		}
	}
	left, right := at(0, 0), at(last, 0)
	if !(left[2] > left[0]) || !(right[0] > right[2]) {
		t.Errorf("the picture is %v on the left and %v on the right; want blue and orange", left, right)
	}
	again := &cells[0]
	hard := new(canvas).plane(cells, model, true)
	colours = pixels(t, hard, state.Config)
	if middle := views.GridSize / 2; at(0, 0) != left || at(middle-1, 0) != left || at(middle, 0) != right || again != &hard[0] {
		t.Errorf("with hard edges the middle is %v and %v; want %v and %v, in the place of the picture before", at(middle-1, 0), at(middle, 0), left, right)
	}
}

// pixels are the colours of cells.
func pixels(tb testing.TB, cells views.Cells, c nn.Config) (colours [][3]byte) {
	tb.Helper()
	data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(cells.DataURI(c), "data:image/png;base64,"))
	if err != nil {
		tb.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		tb.Fatal(err)
	}
	for i := range cells {
		r, g, b, _ := img.At(i%views.GridSize, i/views.GridSize).RGBA()
		colours = append(colours, [3]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8)})
	}
	return colours
}

// TestPaintAllocates: pictures in the place of those before ask for no memory, whatever the
// network.
func TestPaintAllocates(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection would empty the pools
	for _, change := range []func(*nn.Config){nil, func(c *nn.Config) { c.HiddenLayers, c.Classes = []int{30, 20}, 5 }} {
		model, err := nn.NewModel(sampleState(t, "circles", 20, 0, change))
		if err != nil {
			t.Fatal(err)
		}
		var (
			c     canvas
			cells views.Cells
			maps  views.Maps
			most  []float64
		)
		if got := testing.AllocsPerRun(20, func() {
			cells = c.plane(cells, model, false)
			maps, most = c.maps(maps[:0], most[:0], model, &views.Choices{Rows: 16, Layer: "0"})
		}); got != 0 && !race.Enabled {
			t.Errorf("painting allocates %v times; want never", got)
		}
		if want := 400 * (model.Outputs() + len(model.Config().HiddenLayers)); len(maps) < want {
			t.Errorf("the maps have %d cells; want at least %d", len(maps), want)
		}
	}
}

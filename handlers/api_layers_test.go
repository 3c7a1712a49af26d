package handlers

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
)

// layersResult is the answer of POST /layers.
type layersResult struct {
	Type   string
	ID     any
	Grid   [][]float64
	Layers []struct {
		Name  string
		Units int
		Axes  []struct {
			Unit          *int
			Weights, Mean []float64
			Share         float64
		}
		Points, Grid [][]float64
	}
}

// layersOf posts a state to /layers.
func layersOf(t *testing.T, s *Server, state nn.State, more string) (got layersResult) {
	t.Helper()
	body := strings.Replace(string(mustJSON(t, state)), "{", "{"+more, 1)
	w := serve(s, http.MethodPost, "/layers", body, "Content-Type", "application/json")
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
		t.Fatalf("POST /layers = %d %.300s, %v; want 200", w.Code, w.Body, err)
	}
	return got
}

// TestLayersRoute: over the wire the places are those of package nn, number by number, and of two units
// they are the activations.
func TestLayersRoute(t *testing.T) {
	s := newTestServer(t)
	for set, features := range map[dataset.Name][]nn.Feature{
		dataset.Circles: {nn.FeatureX, nn.FeatureY}, dataset.Hills: {nn.FeatureX, nn.FeatureY2, nn.FeatureSinX},
	} {
		state := sampleState(t, set, 30, 20, func(c *nn.Config) { c.HiddenLayers, c.Features = []int{5, 2, 1}, features })
		got := layersOf(t, s, state, `"id":7,"type":"layers",`)
		model, err := nn.NewModel(state)
		if err != nil {
			t.Fatal(err)
		}
		xs, ys := layerGrid()
		want := model.Spaces(state.Data, xs, ys, nil)
		if got.Type != "layers_result" || got.ID != 7.0 || len(got.Layers) != len(want) || len(got.Grid) != gridSide*gridSide {
			t.Fatalf("%s: the answer is %q to %v, with %d layers and %d places", set, got.Type, got.ID, len(got.Layers), len(got.Grid))
		}
		if first, last := got.Grid[0], got.Grid[len(got.Grid)-1]; !slices.Equal(first, []float64{-1, 1}) || !slices.Equal(last, []float64{1, -1}) {
			t.Errorf("%s: the grid begins at %v and ends at %v; want it from the top left", set, first, last)
		}
		for l, layer := range got.Layers {
			if name := []string{"input", "hidden 1", "hidden 2", "hidden 3", "output"}[l]; layer.Name != name || layer.Units != want[l].Units || len(layer.Axes) != len(want[l].Axes) {
				t.Errorf("%s: layer %d is %q with %d units and %d axes", set, l, layer.Name, layer.Units, len(layer.Axes))
			}
			for k, axis := range want[l].Axes {
				is := layer.Axes[k]
				unit := nn.NoUnit
				if is.Unit != nil {
					unit = *is.Unit
				}
				if unit != axis.Unit || is.Share != axis.Share || !slices.Equal(is.Weights, axis.Weights) || !slices.Equal(is.Mean, axis.Mean) {
					t.Errorf("%s: axis %d of %s is %+v; want %+v", set, k, layer.Name, is, axis)
				}
				for _, of := range []struct {
					rows [][]float64
					want []float64
				}{{layer.Points, want[l].Points[k]}, {layer.Grid, want[l].Places[k]}} {
					if len(of.rows) != len(of.want) {
						t.Fatalf("%s: %s has %d places; want %d", set, layer.Name, len(of.rows), len(of.want))
					}
					for j, row := range of.rows {
						if len(row) != len(layer.Axes) || math.Float64bits(row[k]) != math.Float64bits(of.want[j]) {
							t.Fatalf("%s: %s puts %d at %v; want %v along axis %d", set, layer.Name, j, row, of.want[j], k)
						}
					}
				}
			}
		}
		units := make([][]float64, len(want)-1)
		for l := range units {
			units[l] = make([]float64, want[l+1].Units)
		}
		model.UnitsTo(units, []float64{state.Data[3].X}, []float64{state.Data[3].Y})
		if got.Layers[2].Points[3][1] != units[1][1] || got.Layers[3].Points[3][0] != units[2][0] {
			t.Errorf("%s: two units and one put point 3 at %v and %v; want their activations, %v and %v", set, got.Layers[2].Points[3], got.Layers[3].Points[3], units[1], units[2])
		}
	}
}

// TestLayersRouteErrors: what cannot be placed is said, with the member and the layer.
func TestLayersRouteErrors(t *testing.T) {
	s := newTestServer(t)
	const point = `"data":[{"x":0.5,"y":0.5}]`
	for _, test := range []struct {
		body   string
		status int
		want   string
	}{
		{`{` + point + `}`, 200, `"name":"output"`}, // without labels, and with a network of its own
		{`{}`, 422, `"field":"data","message":"must have at least one point"`},
		{`{"id":"a","data":[]}`, 422, `"id":"a"`},
		{`{"steps":3,` + point + `}`, 400, `"field":"steps"`},
		{`{"type":"predict",` + point + `}`, 400, `must be layers; got \"predict\"`},
		{`{"data":[{"x":2,"y":0}]}`, 422, `"field":"data[0].x"`},
		{`{` + point + `,"config":{"hidden_layers":[1],"activation":"linear","task":"regression"},"network":{"weights":[[[1e110,0]],[[1]]],"biases":[[0],[0]]}}`, 422,
			`"field":"network","message":"gives activations that are too large in the layer hidden 1"`},
		{`{` + point + `,"config":{"hidden_layers":[],"task":"regression"},"network":{"weights":[[[0,1.5e308]]],"biases":[[0]]}}`, 422, `in the layer output"`},
	} {
		w := serve(s, http.MethodPost, "/layers", test.body, "Content-Type", "application/json")
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("POST /layers %s = %d %.200s; want %d with %s", test.body, w.Code, w.Body, test.status, test.want)
		}
	}
	few := newTestServer(t, func(c *Config) { c.MaxPoints = 3 })
	many := fmt.Sprintf(`{"data":[%s]}`, strings.TrimSuffix(strings.Repeat(`{"x":0,"y":0},`, 4), ","))
	if w := serve(few, http.MethodPost, "/layers", many, "Content-Type", "application/json"); w.Code != 413 {
		t.Errorf("4 points where 3 are allowed = %d %.200s; want 413", w.Code, w.Body)
	}
}

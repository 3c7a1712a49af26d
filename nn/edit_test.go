package nn

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestSetWeight sets every number of a network in mid-run: that one alone changes, moments and
// counters stay, and training goes on.
func TestSetWeight(t *testing.T) {
	s := learnt(t, func(c *Config) { c.Optimizer = Adam })
	before := toJSON(t, s)
	count := 0
	check := func(what string, got State, err error) {
		t.Helper()
		count++
		if err != nil {
			t.Fatalf("%s error: %v", what, err)
		}
		want := deepCopy(s, false)
		*numbers(want.Network.Parameters)[count-1] = 2.5
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s = %s; want %s", what, toJSON(t, got), toJSON(t, want))
		}
		if after := toJSON(t, s); after != before {
			t.Fatalf("%s changed the state to %s; was %s", what, after, before)
		}
		checkTrains(t, got)
	}
	for l, rows := range s.Network.Weights {
		for o, row := range rows {
			for i := range row {
				got, err := SetWeight(s, l, o, i, 2.5)
				check(fmt.Sprintf("SetWeight(s, %d, %d, %d, 2.5)", l, o, i), got, err)
			}
		}
	}
	for l, row := range s.Network.Biases {
		for o := range row {
			got, err := SetBias(s, l, o, 2.5)
			check(fmt.Sprintf("SetBias(s, %d, %d, 2.5)", l, o), got, err)
		}
	}
	if want := len(numbers(s.Network.Parameters)); count != want || s.Network.Optimizer.First == nil {
		t.Errorf("%d numbers set; want %d, in a network with moments", count, want)
	}
	for _, v := range []float64{MaxParameter, -MaxParameter, 0, math.Copysign(0, -1)} {
		got, err := SetWeight(s, 0, 0, 0, v)
		if err != nil || math.Float64bits(got.Network.Weights[0][0][0]) != math.Float64bits(v+0) {
			t.Errorf("SetWeight(s, 0, 0, 0, %v) = %v, %v; want it", v, got.Network.Weights, err)
		}
	}
}

func TestSetWeightErrors(t *testing.T) {
	c := DefaultConfig()
	c.HiddenLayers = []int{3}
	s := prepare(t, State{Config: c}) // 2-3-2
	for _, at := range [][3]int{{-1, 0, 0}, {2, 0, 0}, {0, -1, 0}, {0, 3, 0}, {0, 0, -1}, {0, 0, 2}, {1, 2, 0}, {1, 0, 3}} {
		_, err := SetWeight(s, at[0], at[1], at[2], 1)
		field := fmt.Sprintf("network.weights[%d][%d][%d]", at[0], at[1], at[2])
		checkFieldError(t, "SetWeight of "+field, err, field, "is not in the network")
	}
	for _, at := range [][2]int{{-1, 0}, {2, 0}, {0, -1}, {0, 3}, {1, 2}} {
		_, err := SetBias(s, at[0], at[1], 1)
		field := fmt.Sprintf("network.biases[%d][%d]", at[0], at[1])
		checkFieldError(t, "SetBias of "+field, err, field, "is not in the network")
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1000000.5, -1e7} {
		_, err := SetWeight(s, 1, 1, 2, v)
		checkFieldError(t, fmt.Sprintf("SetWeight to %v", v), err, "network.weights[1][1][2]",
			"from -1000000 to 1000000; got", strings.TrimPrefix(fmt.Sprint(v), "+"))
		_, err = SetBias(s, 1, 1, v)
		checkFieldError(t, fmt.Sprintf("SetBias to %v", v), err, "network.biases[1][1]",
			"from -1000000 to 1000000; got")
	}
}

// TestConvertLabels: classes become values that are spread evenly, and values become the two
// classes at the sides of 0.
func TestConvertLabels(t *testing.T) {
	points := func(labels ...float64) []Point {
		var out []Point
		for i, l := range labels {
			out = append(out, Point{X: float64(i), Y: -1, Label: l})
		}
		return out
	}
	for _, test := range []struct {
		name     string
		task     Task
		classes  int
		from, to []Point
	}{
		{"TwoClasses", Regression, 2, points(0, 1), points(-1, 1)},
		{"ThreeClasses", Regression, 3, points(0, 1, 2, 1), points(-1, 0, 1, 0)},
		{"FourClasses", Regression, 4, points(0, 1, 2, 3), points(-1, -0.3333, 0.3333, 1)},
		{"TenClasses", Regression, 10, points(0, 9, 4), points(-1, 1, -0.1111)},
		{"Values", Classification, 5, points(-1, -0.0001, 0, 0.0001, 1), points(0, 0, 0, 1, 1)},
		{"None", Regression, 2, nil, nil},
	} {
		before := slices.Clone(test.from)
		got := ConvertLabels(test.from, Config{Task: test.task, Classes: test.classes})
		if toJSON(t, got) != toJSON(t, test.to) || !slices.Equal(test.from, before) {
			t.Errorf("%s: ConvertLabels(%v) = %v; want %v and nothing changed", test.name,
				test.from, got, test.to)
		}
	}
}

// TestEraseNear: the eraser reaches as far as it says, and no farther.
func TestEraseNear(t *testing.T) {
	points := []Point{{X: 0}, {X: 0.06}, {X: 0.0601}, {Y: -0.06}, {X: 0.05, Y: 0.05, Label: 1}, {X: 1, Y: 1}}
	for _, test := range []struct {
		places []Point
		radius float64
		want   []Point
	}{
		{nil, 1, points},
		{[]Point{{Label: 5}, {X: 1, Y: 1}}, 0.06, []Point{{X: 0.0601}, {X: 0.05, Y: 0.05, Label: 1}}},
		{[]Point{{X: 1, Y: 1}}, 0, points[:5]},
		{[]Point{{}}, 2, []Point{}},
	} {
		before := slices.Clone(points)
		if got := EraseNear(points, test.places, test.radius); !slices.Equal(got, test.want) || got == nil {
			t.Errorf("EraseNear(%v, %v) = %v; want %v", test.places, test.radius, got, test.want)
		}
		if !slices.Equal(points, before) {
			t.Fatalf("EraseNear(%v, %v) changed the points", test.places, test.radius)
		}
	}
}

package table

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

func TestAxis(t *testing.T) {
	for _, test := range []struct {
		axis         Axis
		value, shown float64
		text, says   string
	}{
		{Axis{}, 0.1, 0.1, "0.1", "x = value"},
		{Axis{Name: "a"}, 1e-9, 1e-9, "1e-09", "x = a"},
		{Axis{Name: "a", Scale: 1}, -1, -1, "-1", "x = a"},
		{Axis{Name: "a", Scale: 0.5, Offset: -2.5}, 5, 0, "5", "x = (a − 5) / 2"},
		{Axis{Name: "a", Scale: 0.5, Offset: 2.5}, -5, 0, "-5", "x = (a + 5) / 2"},
		{Axis{Name: "a", Scale: 0.5}, 1, 0.5, "1", "x = a / 2"},
		{Axis{Name: "a", Scale: 1, Offset: -7}, 7, 0, "7", "x = a − 7"},
		{Axis{Name: "sepal length", Scale: 1 / 1.55, Offset: -5.85 / 1.55}, 5.1, (5.1 - 5.85) / 1.55, "5.1", "x = (sepal length − 5.85) / 1.55"},
		{Axis{Name: "t", Scale: 1e-20}, 5e19, 0.5, "5e+19", "x = t / 1e20"},
		{Axis{Name: "t", Scale: -1}, -0.5, 0.5, "-0.5", "x = t / −1"},
	} {
		if got := test.axis.Shown(test.value); math.Abs(got-test.shown) > 1e-15 {
			t.Errorf("%+v.Shown(%v) = %v; want %v", test.axis, test.value, got, test.shown)
		}
		if got := test.axis.Value(test.shown); math.Abs(got-test.value) > 1e-15*math.Abs(test.value) {
			t.Errorf("%+v.Value(%v) = %v; want %v", test.axis, test.shown, got, test.value)
		}
		if got := test.axis.Text(test.shown); got != test.text {
			t.Errorf("%+v.Text(%v) = %s; want %s", test.axis, test.shown, got, test.text)
		}
		if got := test.axis.Sentence("x"); got != test.says {
			t.Errorf("%+v.Sentence() = %s; want %s", test.axis, got, test.says)
		}
	}
	if got := (Axis{Scale: 2}).Value(math.Copysign(0, -1)); math.Signbit(got) {
		t.Errorf("Value(-0) = %v; want no negative zero", got)
	}
}

func TestMetaJSON(t *testing.T) {
	if got, err := json.Marshal(Meta{}); err != nil || string(got) != "{}" || !(Meta{}).IsZero() {
		t.Errorf("the JSON of no meta is %s, %v; want {}", got, err)
	}
	m := Meta{Transform: Transform{X: Axis{"a", 2, -1}, Label: Axis{Name: "species"}}, Classes: []string{"p", "q"}}
	const want = `{"transform":{"x":{"name":"a","scale":2,"offset":-1},"label":{"name":"species"}},"classes":["p","q"]}`
	if got, err := json.Marshal(m); err != nil || string(got) != want || m.IsZero() {
		t.Errorf("the JSON of %+v is %s, %v; want %s", m, got, err, want)
	}
	if m.Class(1) != "q" || m.Class(2) != "" || m.Class(-1) != "" {
		t.Errorf("Class(1, 2, -1) = %q, %q, %q; want q and nothing", m.Class(1), m.Class(2),
			m.Class(-1))
	}
}

func TestMetaCheck(t *testing.T) {
	long := strings.Repeat("é", 73)
	for _, test := range []struct {
		meta Meta
		want string
	}{
		{Meta{}, ""},
		{Meta{Transform: Transform{X: Axis{"a", -2, 1e100}}, Classes: []string{"a", strings.Repeat("é", 60)}}, ""},
		{Meta{Transform: Transform{X: Axis{Name: long}}}, "transform.x.name"},
		{Meta{Transform: Transform{Y: Axis{Scale: 1e-101}}}, "transform.y.scale"},
		{Meta{Transform: Transform{Y: Axis{Scale: -1e101}}}, "transform.y.scale"},
		{Meta{Transform: Transform{Label: Axis{Offset: 1e101}}}, "transform.label.offset"},
		{Meta{Transform: Transform{Label: Axis{Offset: math.NaN()}}}, "transform.label.offset"},
		{Meta{Classes: []string{"a", "b", "c"}}, ""},
		{Meta{Classes: []string{"a", "b", "c", "d"}}, "classes"},
		{Meta{Classes: []string{"a", ""}}, "classes[1]"},
		{Meta{Classes: []string{"a", "b", "a"}}, "classes[2]"},
		{Meta{Classes: []string{long}}, "classes[0]"},
	} {
		got := ""
		if err := test.meta.Check(3); err != nil {
			got = err.(*Error).Column
		}
		if got != test.want {
			t.Errorf("Check(%+v) blames %q; want %q", test.meta, got, test.want)
		}
	}
}

const tolerance = 1e-12 // of what is shown, from table to table

// TestRoundTrip: what was written gives the same points.
func TestRoundTrip(t *testing.T) {
	for _, test := range []struct {
		name, text string
		choice     Choice
	}{
		{"Names", "sepal length,petal width,species\n5.1,0.2,setosa\n7,1.4,versicolor\n6.3,2.5,virginica\n4.9,0.1,setosa\n", Choice{}},
		{"Numbers", "a;b;c\n5,1;0,2;3\n7;1,4;1\n6,3;2,5;2\n", Choice{}},
		{"Same", "a,b,c\n5.1,100,0\n7,300,1\n6.3,222.2,0\n", Choice{Scaling: ScalingSame}},
		{"Values", "a,b,c\n5.1,100,0.333\n7,300,12.5\n6.3,222.2,-7\n", Choice{}},
		{"Quoted", "\"a, b\",\"say \"\"y\"\"\",c\n5.1,100,\"p, q\"\n7,300,\"r\ns\"\n", Choice{}},
		{"Constant", "a,b,c\n5.1,100,0\n7,100,1\n", Choice{}},
		{"Far", "year,b,c\n1999,1,0\n2026,2,1\n2001,1.7,0\n", Choice{}},
		{"Tiny", "a,b,c\n1e-30,1e50,0\n3e-30,-1e50,1\n2.2e-30,7e49,0\n", Choice{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			first, err := Convert(mustParse(t, test.text), test.choice)
			if err != nil {
				t.Fatal(err)
			}
			text := written(t, first.Points, first.Task, first.Meta)
			again, err := Convert(mustParse(t, text), test.choice)
			if err != nil || len(again.Points) != len(first.Points) || again.Task != first.Task {
				t.Fatalf("%q gives %d points of a %s, %v", text, len(again.Points), again.Task, err)
			}
			if strings.Join(again.Classes, "|") != strings.Join(first.Classes, "|") || again.Transform.X.Name != first.Transform.X.Name {
				t.Errorf("%q gives the classes %v of %q; want %v of %q", text, again.Classes,
					again.Transform.X.Name, first.Classes, first.Transform.X.Name)
			}
			for i, p := range first.Points {
				q := again.Points[i]
				if math.Abs(p.X-q.X) > tolerance || math.Abs(p.Y-q.Y) > tolerance || math.Abs(p.Label-q.Label) > tolerance {
					t.Errorf("point %d is %v and comes back as %v", i, p, q)
				}
			}
		})
	}
}

func written(tb testing.TB, points []nn.Point, task nn.Task, m Meta) string {
	tb.Helper()
	var b bytes.Buffer
	if err := WriteCSV(&b, points, task, m); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// TestRoundTripExact: without a transformation every bit comes back.
func TestRoundTripExact(t *testing.T) {
	points := []nn.Point{{X: 0.1, Y: -1, Label: 1}, {X: 1.0 / 3, Y: 5e-324, Label: 3}, {X: -0.30000000000000004, Y: 1e-5, Label: 1}, {X: 1, Y: 0.9999999999999999, Label: 9}}
	values := []nn.Point{{X: 0.1, Y: -1, Label: 1}, {X: 1.0 / 3, Y: 0, Label: -0.123456789012345678}, {X: -0.1, Y: 1, Label: 1e-300}}
	for _, test := range []struct {
		task   nn.Task
		points []nn.Point
	}{{nn.Classification, points}, {nn.Regression, values}} {
		text := written(t, test.points, test.task, Meta{})
		if !strings.HasPrefix(text, "x,y,label\n0.1,-1,1\n") {
			t.Errorf("WriteCSV = %q; want a header and the first point", text)
		}
		m, err := Convert(mustParse(t, text), Choice{Scaling: ScalingNone})
		if err != nil || m.Task != test.task || len(m.Points) != len(test.points) {
			t.Fatalf("%q gives %v, %v", text, m.Points, err)
		}
		for i, p := range test.points {
			q := m.Points[i]
			if math.Float64bits(p.X) != math.Float64bits(q.X) || math.Float64bits(p.Y) != math.Float64bits(q.Y) || math.Float64bits(p.Label) != math.Float64bits(q.Label) {
				t.Errorf("point %d is %v and comes back as %v", i, p, q)
			}
		}
	}
}

func TestWriteCSVUnits(t *testing.T) {
	m, err := Convert(mustParse(t, "sepal length,petal width,species\n5.1,0.2,setosa\n7,1.4,versicolor\n6.3,2.5,virginica\n"), Choice{})
	if err != nil {
		t.Fatal(err)
	}
	const want = "sepal length,petal width,species\n5.1,0.2,setosa\n7,1.4,versicolor\n6.3,2.5,virginica\n"
	if got := written(t, m.Points, m.Task, m.Meta); got != want {
		t.Errorf("WriteCSV = %q; want what was read, %q", got, want)
	}
	if got := written(t, []nn.Point{{Label: 3}}, m.Task, m.Meta); !strings.HasSuffix(got, ",3\n") {
		t.Errorf("WriteCSV of a class without a name = %q; want its number", got)
	}
}

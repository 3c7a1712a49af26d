package table

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

func mustParse(tb testing.TB, text string) Table {
	tb.Helper()
	t, err := Parse([]byte(text), Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func TestConvertColumns(t *testing.T) {
	for _, test := range []struct {
		names  string // of columns of numbers, in capitals of words
		choice Choice
		want   string
	}{
		{"a,b,c", Choice{}, "a b c"},
		{"a,b,c,d", Choice{}, "a b d"},
		{"label,y,x", Choice{}, "x y label"},
		{"Class,b,c", Choice{}, "b c Class"},
		{"target,Y,X,d", Choice{}, "X Y target"},
		{"id,a,b,species", Choice{}, "a b species"},
		{"id,a,species", Choice{}, "a id species"}, // for want of another
		{"NAME,a,b,c", Choice{}, "a b c"},
		{"a,b,NAME", Choice{}, "a b NAME"},
		{"x1,x2,y", Choice{}, "x1 x2 y"},
		{"x,y,z", Choice{}, "x y z"},
		{"a,b,c,d", Choice{X: "c"}, "c a d"},
		{"a,b,c,d", Choice{Label: "a"}, "b c a"},
		{"a,b,c,d", Choice{X: "d"}, "d a c"},
		{"x,y,label,d", Choice{Y: "d", Label: "x"}, "y d x"},
		{"a,b,c", Choice{X: "e"}, `there is no column "e"`},
		{"a,b,c", Choice{X: "a", Y: "a"}, `x, y and label must be three columns; got "a", "a" and "c"`},
		{"a,b", Choice{}, "the table has 2 columns; x, y and label need one each"},
		{"NAME,OTHER,c,d", Choice{}, "c d OTHER"},
		{"NAME,OTHER,MORE,d", Choice{}, `line 2, column "OTHER": "word" is not a number; x and y need a column of numbers each`},
		{"a,id,d", Choice{X: "a", Y: "id", Label: "d"}, "a id d"},
	} {
		var row []string
		for i, name := range strings.Split(test.names, ",") {
			if row = append(row, fmt.Sprint(i)); name == strings.ToUpper(name) && len(name) > 1 {
				row[i] = "word"
			}
		}
		table := mustParse(t, test.names+"\n"+strings.Join(row, ",")+"\n")
		m, err := Convert(table, test.choice)
		got := fmt.Sprint(err)
		if err == nil {
			got = table.Columns[m.X].Name + " " + table.Columns[m.Y].Name + " " + table.Columns[m.Label].Name
			if m.Transform.X.Name != table.Columns[m.X].Name || m.Transform.Y.Name != table.Columns[m.Y].Name || m.Transform.Label.Name != table.Columns[m.Label].Name {
				t.Errorf("Convert of %s keeps the names %+v; want %s", test.names, m.Transform, got)
			}
		}
		if got != test.want {
			t.Errorf("Convert of %s with %+v takes %s; want %s", test.names, test.choice, got,
				test.want)
		}
	}
}

func TestConvertTask(t *testing.T) {
	numbered := func(n int) string {
		var cells []string
		for i := range n {
			cells = append(cells, fmt.Sprint(i+5))
		}
		return strings.Join(cells, " ")
	}
	for _, test := range []struct {
		labels  string
		task    nn.Task
		scaling Scaling
		want    nn.Task
		classes string
		points  []float64
	}{
		{"b a b", "", "", nn.Classification, "a b", []float64{1, 0, 1}},
		{"0 1 3", "", "", nn.Classification, "", []float64{0, 1, 3}},
		{"0 1 3", "", ScalingNone, nn.Classification, "", []float64{0, 1, 3}},
		{"1 3 1", "", "", nn.Classification, "1 3", []float64{0, 1, 0}},
		{"1 3 1", "", ScalingNone, nn.Classification, "", []float64{1, 3, 1}},
		{"10 9 -1", "", "", nn.Classification, "-1 9 10", []float64{2, 1, 0}},
		{"2.0 2 1e1", "", "", nn.Classification, "2 2.0 1e1", []float64{1, 0, 2}},
		{"10 9 x", "", "", nn.Classification, "10 9 x", []float64{0, 1, 2}},
		{"true false", "", "", nn.Classification, "false true", []float64{1, 0}},
		{"0.5 1", nn.Classification, "", nn.Classification, "0.5 1", []float64{0, 1}},
		{"0.5 1 0", "", "", nn.Regression, "", []float64{0, 1, -1}},
		{"1 2 3", nn.Regression, "", nn.Regression, "", []float64{-1, 0, 1}},
		{"0.5 -1", "", ScalingNone, nn.Regression, "", []float64{0.5, -1}},
		{"0.5 0.5", "", "", nn.Regression, "", []float64{0, 0}}, // constant
		{numbered(10), "", "", nn.Classification, numbered(10), []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{numbered(11), "", "", nn.Regression, "", []float64{-1, -0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1}},
	} {
		text := "x,y,label\n"
		for i, label := range strings.Fields(test.labels) {
			text += fmt.Sprintf("%v,%v,%s\n", float64(i)/20, -float64(i)/20, label)
		}
		m, err := Convert(mustParse(t, text), Choice{Task: test.task, Scaling: test.scaling})
		if err != nil || m.Task != test.want || strings.Join(m.Classes, " ") != test.classes || len(m.Points) != len(test.points) {
			t.Errorf("Convert of the labels %s = %s, %v, %v; want %s of %s", test.labels, m.Task,
				m.Classes, err, test.want, test.classes)
			continue
		}
		for i, p := range m.Points {
			if math.Abs(p.Label-test.points[i]) > 1e-15 || m.Task == nn.Classification && p.Label != test.points[i] {
				t.Errorf("Convert of the labels %s gives %v to point %d; want %v", test.labels,
					p.Label, i, test.points[i])
			}
		}
	}
}

func TestConvertScaling(t *testing.T) {
	const text = "a,b,label\n10,1,0\n20,2,1\n14,1.5,0\n"
	for _, test := range []struct {
		scaling Scaling
		want    []nn.Point
		x, y    string
	}{
		{ScalingFit, []nn.Point{{X: -1, Y: -1}, {X: 1, Y: 1, Label: 1}, {X: -0.2}}, "x = (a − 15) / 5", "y = (b − 1.5) / 0.5"},
		{"", []nn.Point{{X: -1, Y: -1}, {X: 1, Y: 1, Label: 1}, {X: -0.2}}, "x = (a − 15) / 5", "y = (b − 1.5) / 0.5"},
		{ScalingSame, []nn.Point{{X: -1, Y: -0.1}, {X: 1, Y: 0.1, Label: 1}, {X: -0.2}}, "x = (a − 15) / 5", "y = (b − 1.5) / 5"},
	} {
		m, err := Convert(mustParse(t, text), Choice{Scaling: test.scaling})
		if err != nil || len(m.Points) != len(test.want) {
			t.Fatalf("Convert(%s) = %v, %v", test.scaling, m.Points, err)
		}
		for i, p := range m.Points {
			w := test.want[i]
			if math.Abs(p.X-w.X) > 1e-15 || math.Abs(p.Y-w.Y) > 1e-15 || p.Label != w.Label {
				t.Errorf("Convert(%s) gives point %d as %v; want %v", test.scaling, i, p, w)
			}
		}
		if x, y := m.Transform.X.Sentence("x"), m.Transform.Y.Sentence("y"); x != test.x || y != test.y {
			t.Errorf("Convert(%s) says %s and %s; want %s and %s", test.scaling, x, y, test.x,
				test.y)
		}
		if label := m.Transform.Label; label != (Axis{Name: "label"}) {
			t.Errorf("Convert(%s) keeps %+v of the classes; want their column's name alone",
				test.scaling, label)
		}
	}
	m, err := Convert(mustParse(t, "x,y,label\n0.1,-1,0.3\n1,0.7,-1\n"),
		Choice{Scaling: ScalingNone})
	if want := []nn.Point{{X: 0.1, Y: -1, Label: 0.3}, {X: 1, Y: 0.7, Label: -1}}; err != nil || !slices.Equal(m.Points, want) || !m.Transform.X.IsIdentity() {
		t.Errorf("Convert(none) = %v, %v; want the very numbers", m.Points, err)
	}
}

// TestConvertConstant: a column with one value gives points in the middle, and says so; so does one
// whose values float64 hardly tells apart.
func TestConvertConstant(t *testing.T) {
	for _, test := range []struct {
		text, constant string
		value          float64
	}{
		{"x,y,label\n1,7,0\n2,7,1\n", "y", 7},
		{"x,y,label\n1,1e9,0\n2,1000000000.0000000000000000000000000000000001,1\n", "y", 1e9},
		{"x,y,label\n1,0,0\n2,1e-300,1\n", "y", 0},
		{"x,y,label\n1,7,0\n", "x y", 7},
	} {
		for _, scaling := range []Scaling{ScalingFit, ScalingSame} {
			m, err := Convert(mustParse(t, test.text), Choice{Scaling: scaling})
			if err != nil || strings.Join(m.Constant, " ") != test.constant {
				t.Errorf("Convert(%q) finds %v constant, %v; want %s", test.text, m.Constant, err,
					test.constant)
				continue
			}
			for _, p := range m.Points {
				if p.Y != 0 {
					t.Errorf("Convert(%q) = %v; want y at 0", test.text, m.Points)
				}
			}
			if got := m.Transform.Y.Value(0); math.Abs(got-test.value) > 1e-6 {
				t.Errorf("Convert(%q): the middle is %v; want %v", test.text, got, test.value)
			}
		}
	}
}

func TestConvertMissing(t *testing.T) {
	m, err := Convert(mustParse(t, "a,b,c,label\n1,2,,p\n,2,1,p\n1,?,1,p\n1,2,1,NA\n3,4,NaN,q\n5,6,7,r\n"), Choice{Label: "label"})
	if err != nil || len(m.Points) != 3 || m.LeftOut != 3 {
		t.Errorf("Convert = %d points, %d rows left out, %v; want 3 and 3: column c is not used",
			len(m.Points), m.LeftOut, err)
	}
}

func TestConvertSample(t *testing.T) {
	text := "x,y,label\n"
	for i := range 100 {
		text += fmt.Sprintf("%d,0,%d\n", i, i%2)
	}
	table := mustParse(t, text)
	if m, err := Convert(table, Choice{MaxPoints: 100, Sample: true}); err != nil || len(m.Points) != 100 || m.Unsampled != 0 {
		t.Errorf("Convert of 100 rows for 100 points = %d, %d not taken, %v", len(m.Points),
			m.Unsampled, err)
	}
	if _, err := Convert(table, Choice{MaxPoints: 99}); err == nil || !strings.Contains(err.Error(), "makes 100 points; at most 99") {
		t.Errorf("Convert of 100 rows for 99 points = %v; want the limit", err)
	}
	places := func() (places []string) {
		m, err := Convert(table, Choice{MaxPoints: 8, Sample: true})
		if err != nil || len(m.Points) != 8 || m.Unsampled != 92 {
			t.Fatalf("Convert of a sample of 8 = %d points, %d not taken, %v", len(m.Points), m.Unsampled, err)
		}
		n := 0.0
		for _, p := range m.Points {
			n += p.Label
			places = append(places, m.Transform.X.Text(p.X))
		}
		if n != 4 {
			t.Errorf("the sample of two equal classes has %v of one; want 4", n)
		}
		return places
	}
	if first, again := places(), places(); !slices.Equal(first, again) {
		t.Errorf("the samples are of the rows %v and %v; want the same", first, again)
	}
}

// TestShares: each class keeps its share, the smallest included, and the sizes sum up.
func TestShares(t *testing.T) {
	for _, test := range []struct {
		sizes []int
		n     int
		want  []int
	}{
		{[]int{50, 50}, 10, []int{5, 5}},
		{[]int{900, 90, 9, 1}, 100, []int{89, 9, 1, 1}},
		{[]int{10, 0, 1}, 3, []int{2, 0, 1}},
		{[]int{7, 7, 7}, 10, []int{4, 3, 3}},
		{[]int{5, 4, 3}, 2, []int{1, 1, 0}},
	} {
		groups, all := make([][]int, len(test.sizes)), 0
		for k, size := range test.sizes {
			groups[k] = make([]int, size)
			all += size
		}
		if got := shares(groups, all, test.n); !slices.Equal(got, test.want) {
			t.Errorf("shares(%v, %d) = %v; want %v", test.sizes, test.n, got, test.want)
		}
	}
}

func TestConvertRefused(t *testing.T) {
	eleven := "x,y,species\n"
	for i := range 11 {
		eleven += fmt.Sprintf("%d,0,s%d\n", i, i)
	}
	twelve := "x,y,label\n"
	for i := range 12 {
		twelve += fmt.Sprintf("%d,0,%d.5\n", i, i)
	}
	for _, test := range []struct {
		name, text string
		choice     Choice
		want       string
		line       int
	}{
		{"NotANumber", "sepal,petal,species\n1,2,a\n1,2,a\n\n1,2,b\n1,2,b\n1,abc,b\n", Choice{}, `line 7, column "petal": "abc" is not a number`, 7},
		{"SomeNumbers", "a,b,c,species\n1,2,p,a\n1,?,p,a\n1,abc,p,b\n1,x,1,b\n2,4,p,b", Choice{}, `line 4, column "b": "abc" is not a number; x and y need a column of numbers each`, 4},
		{"LongCell", "x,y,label\n1,2,0\n1,2,1\n1," + strings.Repeat("z", 100) + ",0", Choice{}, `line 4, column "y": "` + strings.Repeat("z", 60) + `…" is not a number`, 4},
		{"Classes", eleven, Choice{}, `column "species": has 11 classes; at most 10 can be told apart`, 0},
		{"SlipInLabel", twelve + "1,1,l\n", Choice{}, `line 14, column "label": "l" is not a number`, 14},
		{"NameAsValue", "x,y,label\n1,2,a", Choice{Task: nn.Regression}, `line 2, column "label": "a" is not a number`, 2},
		{"Outside", "x,y,label\n0,1,0\n0,1.5,0", Choice{Scaling: ScalingNone}, `line 3, column "y": 1.5 is not from −1 to 1; scale the columns`, 3},
		{"LabelOutside", "x,y,label\n0,1,0.5\n0,1,-2.5", Choice{Scaling: ScalingNone}, `line 3, column "label": −2.5 is not from −1 to 1; scale the columns`, 3},
		{"Huge", "x,y,label\n0,1e101,0\n1,1,1", Choice{}, `line 2, column "y": must be from −1e100 to 1e100; got 1e101`, 2},
		{"AllMissing", "x,y,label\n0,,0\n,1,1", Choice{}, `no row has a value in each of "x", "y" and "label"`, 0},
		{"LongClass", "x,y,label\n0,1,a\n1,1," + strings.Repeat("b", 61), Choice{}, `line 3, column "label": the name of a class must have at most 60 letters; got "` + strings.Repeat("b", 60) + `…"`, 3},
		{"Scaling", "x,y,label\n0,1,0\n1,1,1", Choice{Scaling: "log"}, `the scaling must be fit, same or none; got "log"`, 0},
		{"Task", "x,y,label\n0,1,0\n1,1,1", Choice{Task: "ranking"}, `the task must be classification or regression; got "ranking"`, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Convert(mustParse(t, test.text), test.choice)
			var e *Error
			if !errors.As(err, &e) || err.Error() != test.want || e.Line != test.line {
				t.Errorf("Convert = %v; want %s", err, test.want)
			}
		})
	}
}

// TestConvertExtremes: whatever is scaled stays within the plane.
func TestConvertExtremes(t *testing.T) {
	for _, pair := range [][2]string{{"-1e100", "1e100"}, {"0.1", "0.7"}, {"1e15", "1000000000000001"}, {"1e-98", "3e-98"}, {"-3", "1e90"}, {"5.1", "5.100001"}} {
		for _, scaling := range []Scaling{ScalingFit, ScalingSame} {
			text := "x,y,label\n" + pair[0] + ",0.1,0.5\n" + pair[1] + ",0.7,0.7\n" + pair[1] + ",0.3,0.1\n"
			m, err := Convert(mustParse(t, text), Choice{Scaling: scaling})
			if err != nil {
				t.Errorf("Convert of %v: %v", pair, err)
				continue
			}
			if _, err := (nn.State{Config: configOf(m), Data: m.Points}).Prepare(); err != nil {
				t.Errorf("Convert of %v: %v", pair, err)
			}
			if err := m.Check(nn.MaxClasses); err != nil {
				t.Errorf("Convert of %v keeps %+v: %v", pair, m.Transform, err)
			}
		}
	}
}

// configOf is a config that the import can be trained with.
func configOf(m Import) nn.Config {
	c := nn.DefaultConfig()
	c.Task = m.Task
	return c
}

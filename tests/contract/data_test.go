package contract

import (
	"fmt"
	"testing"

	"github.com/nnvisu/nnvisu/nn/dataset"
)

// TestDataNames: the data sets of the contract are there, each with the contract's task.
func TestDataNames(t *testing.T) {
	for name, task := range map[string]string{
		"circles": "classification", "moons": "classification", "blobs": "classification",
		"aniso": "classification", "varied": "classification", "xor": "classification",
		"gauss": "classification", "spiral": "classification", "plane": "regression", "hills": "regression",
	} {
		if info, ok := dataset.Lookup(name); !ok || info.Task != task {
			t.Errorf("data set %s: %t, task %q; want it with task %s", name, ok, info.Task, task)
		}
	}
}

func TestData(t *testing.T) {
	s := Start(t)
	for _, info := range dataset.All() {
		name, task := string(info.Name), info.Task
		t.Run(name, func(t *testing.T) {
			for _, query := range []string{"", "?points=1", "?points=37", "?points=2000&noise=0.3&seed=4294967295", "?points=50&noise=0", "?noise=0.5&seed=0"} {
				got := s.Data(t, name+query)
				if got.Task != task {
					t.Errorf("task of %s = %q; want %s", query, got.Task, task)
				}
				var points int
				if fmt.Sscanf(query, "?points=%d", &points); points > 0 && len(got.Data) != points {
					t.Errorf("%s gives %d points; want %d", query, len(got.Data), points)
				}
				if len(got.Data) == 0 {
					t.Errorf("no points for %q; want some", query)
				}
				labels := map[float64]int{}
				for i, p := range got.Data {
					labels[p.Label]++
					if !(p.X >= -1 && p.X <= 1 && p.Y >= -1 && p.Y <= 1) {
						t.Fatalf("point %d of %s = %v; want x and y in [-1, 1]", i, query, p)
					}
					if task == "regression" && !(p.Label >= -1 && p.Label <= 1) {
						t.Fatalf("point %d of %s = %v; want a label in [-1, 1]", i, query, p)
					}
					if task == "classification" && (p.Label != float64(int(p.Label)) || p.Label < 0 || p.Label > 9) {
						t.Fatalf("point %d of %s = %v; want a class for a label", i, query, p)
					}
				}
				if len(got.Data) >= 37 && len(labels) < 2 {
					t.Errorf("labels of %s = %v; want more than one", query, labels)
				}
				s.Step(t, TrainStep(Message{"task": task}, nil, got.Data, 1))
			}

			query := name + "?points=41&noise=0.1&seed=5"
			want := Encode(s.Data(t, query))
			if got := Encode(Start(t).Data(t, query)); string(got) != string(want) {
				t.Errorf("%s on another replica = %s; want %s", query, Clip(got), Clip(want))
			}
			for _, other := range []string{"?points=41&noise=0.1&seed=6", "?points=41&noise=0.2&seed=5"} {
				if got := Encode(s.Data(t, name+other)); string(got) == string(want) {
					t.Errorf("%s%s = %s; want other points", name, other, query)
				}
			}
		})
	}
}

// TestDataClasses: a data set that can have several numbers of classes has the number asked for.
func TestDataClasses(t *testing.T) {
	s := Start(t)
	varied := 0
	for _, info := range dataset.All() {
		if info.MaxClasses == info.MinClasses {
			continue
		}
		varied++
		for classes := info.MinClasses; classes <= info.MaxClasses; classes++ {
			query := fmt.Sprintf("%s?points=200&classes=%d", info.Name, classes)
			labels := map[float64]bool{}
			for _, p := range s.Data(t, query).Data {
				labels[p.Label] = true
			}
			for label := range classes {
				if !labels[float64(label)] {
					t.Errorf("%s has no class %d; want 0 to %d", query, label, classes-1)
				}
			}
			if len(labels) != classes {
				t.Errorf("%s has labels %v; want 0 to %d", query, labels, classes-1)
			}
		}
	}
	if varied == 0 {
		t.Error("no data set can have several numbers of classes; want blobs and spiral at least")
	}
}

func TestDataErrors(t *testing.T) {
	s := Start(t)
	want := s.Data(t, "moons?points=5")
	for _, test := range []struct{ name, query, code, field string }{
		{"Name", "torus", "invalid", "dataset"},
		{"NameCase", "Moons", "invalid", "dataset"},
		{"NoPoints", "moons?points=0", "invalid", "points"},
		{"NegativePoints", "moons?points=-3", "invalid", "points"},
		{"TooManyPoints", "moons?points=2001", "too_large", "points"},
		{"ALotOfPoints", "moons?points=999999999999", "too_large", "points"},
		{"PointsNoNumber", "moons?points=many", "malformed", "points"},
		{"HalfAPoint", "moons?points=1.5", "malformed|invalid", "points"},
		{"OneClass", "blobs?classes=1", "invalid", "classes"},
		{"TooManyClasses", "blobs?classes=11", "invalid", "classes"},
		{"ClassesNoNumber", "blobs?classes=a", "malformed", "classes"},
		{"NegativeNoise", "moons?noise=-0.1", "invalid", "noise"},
		{"NaN", "moons?noise=NaN", "malformed|invalid", "noise"},
		{"Infinity", "moons?noise=1e999", "malformed|invalid", "noise"},
		{"NoiseNoNumber", "moons?noise=loud", "malformed", "noise"},
		{"NegativeSeed", "moons?seed=-1", "invalid", "seed"},
		{"LargeSeed", "moons?seed=4294967296", "invalid", "seed"},
		{"SeedNoNumber", "moons?seed=x", "malformed", "seed"},
		{"Unknown", "moons?shape=round", "malformed", "shape"},
		{"Case", "moons?Points=5", "malformed", "Points"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := s.Get(t, "/data/"+test.query).Read()
			check(t, err, test.code, test.field)
			if got := s.Data(t, "moons?points=5"); string(Encode(got)) != string(Encode(want)) {
				t.Errorf("the next good request = %v; want %v", got, want)
			}
		})
	}
}

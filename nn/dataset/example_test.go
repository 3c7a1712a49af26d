package dataset_test

import (
	"errors"
	"fmt"

	"github.com/nnvisu/nnvisu/nn/dataset"
)

func ExampleGenerate() {
	points, err := dataset.Generate(dataset.XOR, dataset.Params{Points: 4, Seed: 1})
	if err != nil {
		panic(err)
	}
	for _, p := range points {
		fmt.Printf("(%.4f, %.4f) is of class %v\n", p.X, p.Y, p.Label)
	}

	_, err = dataset.Generate(dataset.Moons, dataset.Params{Points: 4, Classes: 3})
	var wrong *dataset.ParamError
	if errors.As(err, &wrong) {
		fmt.Println(wrong.Field, "→", wrong.Message)
	}
	// Output:
	// (-0.6108, -0.5221) is of class 0
	// (-0.7141, 0.8289) is of class 1
	// (-0.7096, -0.9431) is of class 0
	// (0.7198, -0.0783) is of class 1
	// classes → must be 2; moons has two interleaving arcs, got 3
}

func ExampleAll() {
	for _, d := range dataset.All() {
		fmt.Printf("%-8s %s\n", d.Name, d.Title)
	}
	// Output:
	// circles  Circles
	// moons    Moons
	// blobs    Blobs
	// aniso    Stretched blobs
	// varied   Varied blobs
	// xor      XOR
	// gauss    Gaussians
	// spiral   Spiral
	// plane    Plane
	// hills    Hills
}

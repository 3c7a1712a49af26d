package nn

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"
)

const (
	// referenceTolerance is the relative difference allowed between this package and PyTorch, both
	// in double precision, after up to 200 updates.
	referenceTolerance = 1e-9
	// referenceFloor is what smaller numbers are compared relative to: a weight that passes near 0
	// keeps the absolute error it had before.
	referenceFloor = 1e-2
)

// pytorchRuns is testdata/pytorch.json: runs of PyTorch in double precision.
//
// To make such a file: build the network of each request as torch.nn.Sequential(Linear, activation,
// …, Linear).double() with the request's weights and biases; take the features of the points as a
// float64 tensor; make an optimizer of torch.optim with the learning rate and otherwise its
// defaults (momentum=0.9 for SGD with momentum, weight_decay for l2, which the penalty of the
// weights only needs as a parameter group without the biases). Then repeat zero_grad, the mean loss
// of all points (functional.cross_entropy, or half of functional.mse_loss), backward and step.
// After the updates that are a key of "after", note the weights and biases, and the loss and
// accuracy of those very weights, with tolist() and json.dump, which keep every bit.
type pytorchRuns struct {
	Torch string `json:"torch"`
	Cases []struct {
		Name    string          `json:"name"`
		Request json.RawMessage `json:"request"`
		After   map[string]struct {
			Network  Parameters `json:"network"`
			Loss     float64    `json:"loss"`
			Accuracy *float64   `json:"accuracy"`
		} `json:"after"`
	} `json:"cases"`
}

// TestStepReference compares with PyTorch.
func TestStepReference(t *testing.T) {
	text, err := os.ReadFile("testdata/pytorch.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref pytorchRuns
	if err := json.Unmarshal(text, &ref); err != nil {
		t.Fatal(err)
	}
	if len(ref.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range ref.Cases {
		s := State{Config: DefaultConfig()}
		if err := json.Unmarshal(c.Request, &s); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		if s.Network.IsEmpty() || len(s.Data) == 0 || len(c.After) == 0 {
			t.Errorf("%s: no network, no data or nothing to compare with", c.Name)
		}
		for updates, want := range c.After {
			t.Run(fmt.Sprintf("%s/%s", c.Name, updates), func(t *testing.T) {
				n, err := strconv.Atoi(updates)
				if err != nil {
					t.Fatal(err)
				}
				got := step(t, s, n)
				check := func(what string, got, want float64) {
					t.Helper()
					if !(math.Abs(got-want) <= referenceTolerance*math.Max(math.Abs(want), referenceFloor)) {
						t.Errorf("%s = %v; want %v", what, got, want)
					}
				}
				check("loss", got.Loss, want.Loss)
				gotValues, wantValues := values(got.Network.Parameters), values(want.Network)
				if len(gotValues) != len(wantValues) {
					t.Fatalf("%d numbers; want %d", len(gotValues), len(wantValues))
				}
				for i := range wantValues {
					check(fmt.Sprintf("number %d", i), gotValues[i], wantValues[i])
				}
				switch accuracy := got.Metrics.Accuracy; {
				case (accuracy == nil) != (want.Accuracy == nil):
					t.Errorf("accuracy = %v; want %v", accuracy, want.Accuracy)
				case accuracy != nil && *accuracy != *want.Accuracy:
					t.Errorf("accuracy = %v; want %v", *accuracy, *want.Accuracy)
				}
				if got.Network.Step != n || got.Network.Epoch != n {
					t.Errorf("step %d, epoch %d; want %d of both", got.Network.Step,
						got.Network.Epoch, n)
				}
			})
		}
	}
}

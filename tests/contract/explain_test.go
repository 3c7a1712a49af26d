package contract

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// TestExplain: what /explain says of the next update is what /step then does, digit by digit, and each explanation
// begins where the one before has ended. Without a name it is a weight.
func TestExplain(t *testing.T) {
	s := Start(t)
	for _, study := range studies {
		t.Run(study.name, func(t *testing.T) {
			var network json.RawMessage
			var path, end string
			for step := range 6 {
				m := TrainStep(study.config, network, study.data, 1)
				asked := m.Without("steps").With("id", step)
				if path != "" {
					asked = asked.With("parameter", path)
				}
				answer := s.Post(t, "/explain", asked.Text())
				if answer.Status != 200 {
					t.Fatalf("POST /explain = %d %s; want 200", answer.Status, Clip(answer.Body))
				}
				var e struct {
					Type      string
					ID, Step  int
					Parameter struct {
						Path          string
						Before, After json.Number
					}
					Curve struct{ At, Loss []json.Number }
				}
				if err := json.Unmarshal(answer.Body, &e); err != nil {
					t.Fatal(err)
				}
				path = e.Parameter.Path
				if e.Type != "explain_result" || e.ID != step || e.Step != step {
					t.Fatalf("%s %d of step %d; want explain_result %d of step %d", e.Type, e.ID, e.Step, step, step)
				}
				if end != "" && string(e.Parameter.Before) != end {
					t.Errorf("before step %d it is %s; the explanation before ends with %s", step, e.Parameter.Before, end)
				}
				r := s.Step(t, m)
				network, end = r.Network, string(e.Parameter.After)
				if got := weightAt(t, network, path); got != end {
					t.Errorf("step %d makes %s %s; the explanation says %s", step, path, got, end)
				}
				next := -1
				for i, at := range e.Curve.At {
					if at == "1" {
						next = i
					}
				}
				if next < 0 || string(e.Curve.Loss[next]) != string(r.Loss) {
					t.Errorf("the loss after step %d is %s; the explanation says %s at %s", step, r.Loss, e.Curve.Loss, e.Curve.At)
				}
			}
		})
	}
}

// weightAt returns the text of a weight of a network.
func weightAt(t *testing.T, network json.RawMessage, path string) string {
	t.Helper()
	var n struct{ Weights [][][]json.Number }
	if err := json.Unmarshal(network, &n); err != nil {
		t.Fatal(err)
	}
	words := strings.Split(path, ".")
	if len(words) != 4 || words[0] != "weights" {
		t.Fatalf("%s is no path of a weight", path)
	}
	var at [3]int
	for i := range at {
		var err error
		if at[i], err = strconv.Atoi(words[1+i]); err != nil {
			t.Fatal(fmt.Errorf("%s: %w", path, err))
		}
	}
	return string(n.Weights[at[0]][at[1]][at[2]])
}

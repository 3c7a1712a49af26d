package handlers

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/nntest"
)

// explained posts a state to /explain and returns the answer.
func explained(t *testing.T, s *Server, state nn.State, more string) (e nn.Explanation) {
	t.Helper()
	text := mustJSON(t, state)
	body := more + string(text[1:])
	w := serve(s, http.MethodPost, "/explain", body, "Content-Type", "application/json")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("POST /explain = %d %s %.300s; want 200", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// TestExplainRoute: over the wire an explanation is that of package nn, number by number, and its end is
// what /step gives.
func TestExplainRoute(t *testing.T) {
	s := newTestServer(t)
	for _, o := range nn.Optimizers() {
		state := nntest.State(t, "spiral", 150, 7, func(c *nn.Config) {
			c.Optimizer, c.BatchSize, c.Dropout, c.L2, c.HiddenLayers = o, 32, 0.2, 0.01, []int{4, 3}
		})
		want, err := nn.Explain(state, "weights.1.2.3", nn.FirstOfBatch)
		if err != nil {
			t.Fatal(err)
		}
		point := want.Batch.Points[5]
		if want, err = nn.Explain(state, "weights.1.2.3", point); err != nil {
			t.Fatal(err)
		}
		e := explained(t, s, state, fmt.Sprintf(`{"id":"a","parameter":"weights.1.2.3","point":%d,`, point))
		if !nntest.Same(e, want) {
			t.Errorf("%s: /explain answers %+v; want %+v", o, e, want)
		}
		var stepped nn.Result
		w := serve(s, http.MethodPost, "/step", string(mustJSON(t, state)), "Content-Type", "application/json")
		if err := json.Unmarshal(w.Body.Bytes(), &stepped); err != nil {
			t.Fatal(err)
		}
		if got := stepped.Network.Weights[1][2][3]; math.Float64bits(got) != math.Float64bits(e.Parameter.After) {
			t.Errorf("%s: /explain says that the weight becomes %v; /step gives %v", o, e.Parameter.After, got)
		}
	}
}

// TestExplainRouteDefaults: without parameter and point it is the weight with the largest gradient, and the
// first point of the batch. A network that is not there is initialized.
func TestExplainRouteDefaults(t *testing.T) {
	s := newTestServer(t)
	state := nn.State{Config: nn.DefaultConfig(), Data: nntest.Points(t, "moons", 10, 1)}
	e := explained(t, s, state, `{"type":"train_step",`)
	want, err := nn.Explain(state, nn.Steepest, nn.FirstOfBatch)
	if err != nil {
		t.Fatal(err)
	}
	if e.Parameter.Path != want.Parameter.Path || e.Parameter.Path == "weights.0.0.0" || e.Point.Index != 0 || e.Parameter.Before == e.Parameter.After {
		t.Errorf("explained are %+v and point %d; want %s, which moves, and 0", e.Parameter, e.Point.Index, want.Parameter.Path)
	}
}

func TestExplainRouteErrors(t *testing.T) {
	s := newTestServer(t)
	const data = `"data":[{"x":0,"y":0.5,"label":0},{"x":0.5,"y":0,"label":1}]`
	for _, test := range []struct {
		body   string
		status int
		want   string
	}{
		{`{"id":4,` + data + `,"steps":1}`, 400, `"id":4,"error":{"code":"malformed","field":"steps"`},
		{`{` + data + `,"parameter":7}`, 400, `"field":"parameter"`},
		{`{` + data + `,"parameter":""}`, 422, `"field":"parameter","message":"must be weights.LAYER.OUT.IN or biases.LAYER.OUT`},
		{`{` + data + `,"parameter":"weights.3.0.0"}`, 422, `"field":"parameter","message":"must have a layer from 0 to 2; got 3"`},
		{`{` + data + `,"point":-1}`, 422, `"field":"point","message":"must be an index of data, counted from 0; got -1"`},
		{`{` + data + `,"point":0.5}`, 422, `"field":"point"`},
		{`{` + data + `,"point":2}`, 422, `"field":"point","message":"must be in the batch of this update, which has the points 0, 1; got 2"`},
		{`{"data":[]}`, 422, `"field":"data"`},
		{`{"type":"explain",` + data + `}`, 400, `"message":"must be train_step; got \"explain\""`},
	} {
		w := serve(s, http.MethodPost, "/explain", test.body, "Content-Type", "application/json")
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("POST /explain %s = %d %s; want %d with %s", test.body, w.Code, w.Body, test.status, test.want)
		}
	}
}

// TestExplainRouteWork: an explanation takes what its evaluations take, and no more than is allowed.
func TestExplainRouteWork(t *testing.T) {
	state := nntest.State(t, "moons", 1000, 0, func(c *nn.Config) { c.HiddenLayers = []int{60, 60} })
	work := nn.WorkOf(state.Config, len(state.Data))
	body := string(mustJSON(t, state))
	for _, test := range []struct {
		most   time.Duration
		status int
	}{
		{work.Update + (nn.ExplainEvaluations+1)*work.Evaluation, http.StatusOK},
		{work.Update + nn.ExplainEvaluations*work.Evaluation, http.StatusRequestEntityTooLarge},
	} {
		s := newTestServer(t, func(c *Config) { c.MaxWork = test.most })
		if w := serve(s, http.MethodPost, "/explain", body, "Content-Type", "application/json"); w.Code != test.status {
			t.Errorf("POST /explain with %v of work allowed = %d %.200s; want %d", test.most, w.Code, w.Body, test.status)
		}
	}
}

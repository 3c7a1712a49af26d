package handlers

import (
	"fmt"
	"math"
	"net/url"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// TestQueryEdges: each parameter of the table is one of a recipe, or of a query for points, within its
// limits and not beyond.
func TestQueryEdges(t *testing.T) {
	s := newTestServer(t)
	for p := range wire.Parameters() {
		most := p.Range.Most
		if math.IsInf(most, 1) {
			most = float64(s.config.MaxPoints)
		}
		var good []string
		bad := []string{"zz", ""}
		switch p.Kind {
		case setting.Word:
			good = p.Choices
		case setting.List:
			bad = bad[:1] // hidden_layers may be empty
			if len(p.Choices) > 0 {
				good, bad = []string{p.Choices[0], strings.Join(p.Choices, ",")}, append(bad, p.Choices[0]+","+p.Choices[0])
			} else {
				good, bad = []string{fmt.Sprint(p.Range.Least), fmt.Sprint(most)}, append(bad, fmt.Sprint(p.Range.Least-1), fmt.Sprint(most+1))
			}
		default:
			good = []string{fmt.Sprintf("%.0f", math.Ceil(p.Range.Least)), fmt.Sprintf("%v", most)}
			if p.Range.Above {
				good[0] = "0.001"
			}
			if p.Kind == setting.Whole {
				good[1] = fmt.Sprintf("%.0f", most)
			}
			bad = append(bad, fmt.Sprintf("%.0f", p.Range.Least-1), fmt.Sprintf("%.0f", math.Floor(most)+1))
			if p.Or != "" {
				good = append(good, p.Or)
			}
		}
		take := func(value string) error {
			query := url.Values{"dataset": {"circles"}}
			switch { // what goes together
			case p.Name == "dataset" && (value == "plane" || value == "hills"), value == "regression":
				query.Set("dataset", "hills")
			case value == "step" || value == "exponential":
				query.Set("schedule_factor", "0.5")
			}
			query.Set(p.Name, value)
			if p.Name == "task" && value == "regression" {
				query.Set("dataset", "hills")
			}
			_, err := s.readRecipe(query)
			return err
		}
		for _, value := range good {
			if err := take(value); err != nil {
				t.Errorf("a recipe with %s=%s: %v", p.Name, value, err)
			}
		}
		for _, value := range bad {
			m := p.Name == "batch_size" && value == fmt.Sprint(s.config.MaxPoints+1) // which checkState refuses
			if err := take(value); err == nil && !m {
				t.Errorf("a recipe with %s=%s is taken", p.Name, value)
			}
		}
		w := serve(s, "GET", "/data/circles?"+url.Values{p.Name: good[:1]}.Encode(), "")
		if want := map[bool]int{true: 200, false: 400}[p.OfData]; w.Code != want {
			t.Errorf("a data set with %s=%s is answered %d; want %d", p.Name, good[0], w.Code, want)
		}
	}
}

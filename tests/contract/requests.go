package contract

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Step posts a train_step to /step in a test that cannot go on without a result.
func (s *Server) Step(tb testing.TB, m Message) Result {
	tb.Helper()
	r, err := byJSON(Soon(tb), s, m.Text())
	if err != nil {
		tb.Fatalf("POST /step: %v; want a result\nrequest %s", err, Clip(m.Text()))
	}
	return r
}

// byJSON posts a train_step to /step as JSON.
func byJSON(ctx context.Context, s *Server, text []byte) (Result, error) {
	return postStep(ctx, s, "application/json", text)
}

func postStep(ctx context.Context, s *Server, contentType string, body []byte) (Result, error) {
	answer, err := s.Fetch(ctx, "POST", "/step", body, "Content-Type", contentType)
	if err != nil {
		return Result{}, err
	}
	return answer.Read()
}

// Predict posts to /predict and returns the outputs, one row for each point of the request.
func (s *Server) Predict(tb testing.TB, m Message) [][]float64 {
	tb.Helper()
	answer := s.Post(tb, "/predict", m.Text())
	if answer.Status != 200 {
		tb.Fatalf("POST /predict: status %d: %s; want 200\nrequest %s",
			answer.Status, Clip(answer.Body), Clip(m.Text()))
	}
	got := Decode[struct {
		Type    string      `json:"type"`
		Outputs [][]float64 `json:"outputs"`
	}](tb, answer.Body)
	if got.Type != "predict_result" {
		tb.Errorf("type %q; want predict_result", got.Type)
	}
	if points, ok := m["data"].([]Point); ok && len(got.Outputs) != len(points) {
		tb.Fatalf("%d rows of outputs; want one for each of %d points", len(got.Outputs), len(points))
	}
	return got.Outputs
}

// A Dataset is the answer of /data.
type Dataset struct {
	Data []Point `json:"data"`
	Task string  `json:"task"`
}

// Data gets /data/{query}.
func (s *Server) Data(tb testing.TB, query string) Dataset {
	tb.Helper()
	answer := s.Get(tb, "/data/"+query)
	if answer.Status != 200 {
		tb.Fatalf("GET /data/%s: status %d: %s; want 200", query, answer.Status, Clip(answer.Body))
	}
	if kind := answer.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		tb.Errorf("GET /data/%s: Content-Type %q; want application/json", query, kind)
	}
	return Decode[Dataset](tb, answer.Body)
}

// Samples reads /metrics: the values of the samples by their names with labels.
func (s *Server) Samples(tb testing.TB) map[string]float64 {
	tb.Helper()
	answer := s.Get(tb, "/metrics")
	kind := answer.Header.Get("Content-Type")
	if answer.Status != 200 || !strings.HasPrefix(kind, "text/plain") {
		tb.Fatalf("GET /metrics: status %d, Content-Type %q; want 200, text/plain", answer.Status, kind)
	}
	sample := regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{.*\})?) (\S+)(?: [0-9]+)?$`)
	comment := regexp.MustCompile(`^# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .+$`)
	samples := map[string]float64{}
	for line := range strings.Lines(string(answer.Body)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || comment.MatchString(line) {
			continue
		}
		parts := sample.FindStringSubmatch(line)
		if parts == nil {
			tb.Fatalf("GET /metrics has the line %q; want Prometheus text", line)
		}
		value, err := strconv.ParseFloat(parts[2], 64)
		if err != nil {
			tb.Fatalf("GET /metrics has the line %q: %v", line, err)
		}
		samples[parts[1]] = value
	}
	return samples
}

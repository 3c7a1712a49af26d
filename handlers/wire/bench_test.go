package wire

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/nntest"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// benchState is a state as large as people draw: 500 points and the default network after some
// updates of adam. It travels with every request.
func benchState(b *testing.B) nn.State { return nntest.State(b, "spiral", 500, 10, nil) }

// sortedPoints is the JSON of points with sorted members, as maps of Go and Python write them.
func sortedPoints(tb testing.TB, points []nn.Point) string {
	tb.Helper()
	maps := make([]map[string]float64, len(points))
	for i, p := range points {
		maps[i] = map[string]float64{"x": p.X, "y": p.Y, "label": p.Label}
	}
	return string(stdJSON(tb, maps))
}

// spaced is JSON with the spaces that Python writes.
func spaced(text string) string { return strings.NewReplacer(`":`, `": `, `,`, `, `).Replace(text) }

// BenchmarkDecodeState reads a request into a prepared state.
func BenchmarkDecodeState(b *testing.B) {
	state := benchState(b)
	config, network := string(mustJSON(b, state.Config)), string(mustJSON(b, state.Network))
	usual, sorted := string(mustJSON(b, state.Data)), sortedPoints(b, state.Data)
	message := func(points string) string {
		return fmt.Sprintf(`{"type":"train_step","config":%s,"network":%s,"data":%s,"steps":1}`, config, network, points)
	}
	prepare := func(b *testing.B, m Message, err error) {
		if err == nil {
			_, err = m.State.Prepare()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	for _, test := range []struct{ name, body string }{
		{"JSON", message(usual)}, {"Sorted", message(sorted)},
		{"Spaced", spaced(message(usual))}, {"SortedSpaced", spaced(message(sorted))},
	} {
		b.Run(test.name, func(b *testing.B) {
			body := []byte(test.body)
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				m, err := DecodeMessage(body, Step, limits)
				prepare(b, m, err)
			}
		})
	}
	b.Run("Form", func(b *testing.B) {
		form := []byte(url.Values{"config": {config}, "network": {network}, "data": {usual}}.Encode()) // escaped as browsers do
		b.ReportAllocs()
		b.SetBytes(int64(len(form)))
		for b.Loop() {
			values, err := ParseForm(urlencoded, form, limits)
			if err != nil {
				b.Fatal(err)
			}
			m, err := DecodeForm(values, messageFields, Step, limits)
			prepare(b, m, err)
		}
	})
}

// BenchmarkEncodeResult writes an answer, moments included.
func BenchmarkEncodeResult(b *testing.B) {
	result, err := nn.Step(benchState(b), 1)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		body, err := EncodeResult(nil, result, new(pace.Pace))
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(body)))
	}
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// percentile returns the smallest of the sorted values that at least p percent of them do not
// exceed (nearest rank), or NaN of none.
func percentile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// median returns the median of values, the upper one of two, and leaves them as they are.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	if len(sorted) == 0 {
		return math.NaN()
	}
	return sorted[len(sorted)/2]
}

// A usage is what a server has used so far. What is not known is NaN.
type usage struct {
	memory float64 // resident, in bytes
	cpu    float64 // in seconds, of all cores
}

// serverUsage reads /metrics, which need not be there.
func serverUsage(ctx context.Context, root string) usage {
	u := usage{math.NaN(), math.NaN()}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, root+"/metrics", nil)
	if err != nil {
		return u
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return u
	}
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	if err != nil || w.StatusCode != http.StatusOK {
		return u
	}
	u.memory = metric(text, "process_resident_memory_bytes")
	u.cpu = metric(text, "process_cpu_seconds_total")
	return u
}

// metric returns the value of a metric without labels, or NaN.
func metric(text []byte, name string) float64 {
	for line := range bytes.Lines(text) {
		if value, ok := strings.CutPrefix(string(line), name+" "); ok {
			if v, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil {
				return v
			}
		}
	}
	return math.NaN()
}

// ownCPU returns the seconds of CPU that this program has used, or NaN.
func ownCPU() float64 {
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		return math.NaN()
	}
	for _, family := range families {
		if family.GetName() == "process_cpu_seconds_total" {
			return family.GetMetric()[0].GetCounter().GetValue()
		}
	}
	return math.NaN()
}

// milliseconds shows a time that is a number of milliseconds.
func milliseconds(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case v < 1:
		return significant(v*1000) + " µs"
	case v < 10_000:
		return significant(v) + " ms"
	}
	return significant(v/1000) + " s"
}

// bytesOf shows a number of bytes.
func bytesOf(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.Abs(v) < 1e6:
		return significant(v/1e3) + " kB"
	}
	return significant(v/1e6) + " MB"
}

// significant shows a number with three figures at least, and its thousands with commas.
func significant(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return "–"
	case a == 0:
		return "0"
	case a < 100:
		return strconv.FormatFloat(v, 'f', max(0, 2-int(math.Floor(math.Log10(a)))), 64)
	case a < 1000:
		return fmt.Sprintf("%.0f", v)
	}
	text := fmt.Sprintf("%.0f", math.Abs(v))
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	if v < 0 {
		text = "-" + text
	}
	return text
}

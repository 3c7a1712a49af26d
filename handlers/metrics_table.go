package handlers

import (
	"maps"
	"net/http"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// A Metric is a row of the table of metrics, which the documents repeat.
type Metric struct {
	Name   string
	Labels []string
	Help   string
}

// Metrics returns the metrics of the server, without those of the Go runtime and the process.
func (s *Server) Metrics() []Metric { return slices.Clone(s.metrics.table) }

// MetricsHandler answers with the metrics in the format of Prometheus, for a listener of its own.
func (s *Server) MetricsHandler() http.Handler {
	return promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{})
}

// add registers a collector and its row of the table.
func (m *serverMetrics) add(c prometheus.Collector, name, help string, labels []string) {
	m.registry.MustRegister(c)
	if !slices.ContainsFunc(m.table, func(row Metric) bool { return row.Name == name }) {
		m.table = append(m.table, Metric{name, labels, help})
	}
}

func (m *serverMetrics) counters(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	m.add(v, name, help, labels)
	return v
}

func (m *serverMetrics) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	m.add(v, name, help, labels)
	return v
}

func (m *serverMetrics) histograms(
	name, help string, buckets []float64, labels ...string,
) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	m.add(v, name, help, labels)
	return v
}

// reading adds a gauge that is read from the server when it is asked for.
func (m *serverMetrics) reading(name, help string, f func() float64, labels prometheus.Labels) {
	c := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, f)
	m.add(c, name, help, slices.Sorted(maps.Keys(labels)))
}

// total adds a counter that is read from the server when it is asked for.
func (m *serverMetrics) total(name, help string, f func() float64, labels prometheus.Labels) {
	c := prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels}, f)
	m.add(c, name, help, slices.Sorted(maps.Keys(labels)))
}

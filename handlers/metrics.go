package handlers

import (
	"runtime"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/once"
	"github.com/nnvisu/nnvisu/nn/kernel"
)

// serverMetrics are the metrics of one Server, as /metrics shows them. Every label has a closed set
// of values: a client could otherwise fill the memory with names of its own.
type serverMetrics struct {
	registry *prometheus.Registry
	table    []Metric

	requests       *prometheus.CounterVec
	requestSeconds *prometheus.HistogramVec
	errors         *prometheus.CounterVec
	received       *prometheus.CounterVec
	sent           *prometheus.CounterVec

	streamSeconds *prometheus.HistogramVec
	streamsEnded  *prometheus.CounterVec
	continued     *prometheus.CounterVec
	updates       prometheus.Counter
	frames        prometheus.Counter
	skipped       prometheus.Counter
	frameWrite    *prometheus.HistogramVec

	socketSeconds  *prometheus.HistogramVec
	messageSeconds prometheus.Observer

	refused *prometheus.CounterVec
	evicted *prometheus.CounterVec
	waits   map[fair.Kind]prometheus.Observer // found once: there is one for every turn
	panics  prometheus.Counter
}

// Buckets of seconds: of an answer or a write, from half a millisecond to half a minute, and of
// what stays open, from a second to an hour.
var (
	shortBuckets = prometheus.ExponentialBuckets(0.0005, 4, 9)
	longBuckets  = []float64{1, 5, 15, 60, 180, 300, 600, 1200, 3600}
)

func newServerMetrics(s *Server) *serverMetrics {
	m := &serverMetrics{registry: prometheus.NewRegistry()}
	m.requests = m.counters("nnvisu_http_requests_total",
		"requests answered, streams and sockets when they end; status 499: the client hung up", "route", "method", "status")
	m.requestSeconds = m.histograms("nnvisu_http_request_seconds",
		"time to the end of an answer that is no stream and no socket", shortBuckets, "route")
	m.errors = m.counters("nnvisu_errors_total", "errors answered over any transport", "route", "code")
	m.received = m.counters("nnvisu_received_bytes_total", "bytes of bodies and messages received", "transport")
	m.sent = m.counters("nnvisu_sent_bytes_total", "bytes of bodies, events and messages sent", "transport")

	m.streamSeconds = m.histograms("nnvisu_stream_seconds", "how long streams lasted", longBuckets, "client", "transport")
	m.streamsEnded = m.counters("nnvisu_streams_ended_total", "streams, by why they ended", "client", "transport", "reason")
	m.continued = m.counters("nnvisu_streams_continued_total",
		"streams that began after step 0: continued after a pause, a limit or a lost connection", "client", "transport")
	m.updates = m.counters("nnvisu_updates_total", "optimizer updates").WithLabelValues()
	m.frames = m.counters("nnvisu_frames_total", "frames of streams sent").WithLabelValues()
	m.skipped = m.counters("nnvisu_frames_skipped_total",
		"frames of the page not drawn, because its client still read the one before").WithLabelValues()
	m.frameWrite = m.histograms("nnvisu_frame_write_seconds", "time that a client took to take a frame", shortBuckets, "transport")

	m.socketSeconds = m.histograms("nnvisu_socket_seconds", "how long sockets lasted", longBuckets, "route")
	m.messageSeconds = m.histograms("nnvisu_socket_message_seconds",
		"time from a message of `/ws` to the end of its answer", shortBuckets).WithLabelValues()

	m.refused = m.counters("nnvisu_refused_total",
		"answers of `busy`, by what was full: `"+strings.Join(shared, "`, `")+"`", "what")
	m.evicted = m.counters("nnvisu_evicted_total", "what had to give way to clients that had less", "what")
	for _, what := range shared {
		m.refused.WithLabelValues(what)
		m.evicted.WithLabelValues(what)
	}
	waits := m.histograms("nnvisu_cpu_wait_seconds", "how long requests and frames waited for a CPU", shortBuckets, "kind")
	m.waits = map[fair.Kind]prometheus.Observer{}
	for _, kind := range fair.Kinds() {
		m.waits[kind] = waits.WithLabelValues(kind.String())
	}
	m.watch(s)
	m.panics = m.counters("nnvisu_panics_total", "bugs of ours that ended a request; the log has the stack").WithLabelValues()
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// watch adds what is read from the server when somebody asks for it.
func (m *serverMetrics) watch(s *Server) {
	for _, transport := range transports {
		m.reading("nnvisu_open", "requests being answered now: `http`, `sse` (event streams), `ws` (sockets)",
			func() float64 { return float64(s.underWay[transport].Load()) }, prometheus.Labels{"transport": transport})
	}
	used := func(p *fair.Pool) func() float64 { return func() float64 { return float64(p.Used()) } }
	m.reading("nnvisu_requests", "requests computing now or waiting to, without streams", used(s.openRequests), nil)
	m.reading("nnvisu_streams", "streams open now, those over sockets too", used(s.openStreams), nil)
	m.reading("nnvisu_sockets", "WebSocket connections open now", used(s.openSockets), nil)
	for _, of := range []struct {
		result string
		count  func(once.Stats) int64
	}{
		{"hit", func(c once.Stats) int64 { return c.Hits }},
		{"miss", func(c once.Stats) int64 { return c.Misses }},
		{"shared", func(c once.Stats) int64 { return c.Shared }},
	} {
		m.total("nnvisu_cache_lookups_total",
			"lookups of finished answers: `hit` (in memory), `miss` (computed), `shared` (another was computing it)",
			func() float64 { return float64(of.count(s.finished.Stats())) }, prometheus.Labels{"result": of.result})
	}
	m.total("nnvisu_cache_evicted_total", "finished answers that had to leave the memory for others",
		func() float64 { return float64(s.finished.Stats().Evicted) }, nil)
	m.reading("nnvisu_cache_bytes", "finished answers in memory, of at most `-cache`",
		func() float64 { return float64(s.finished.Stats().Bytes) }, nil)
	m.reading("nnvisu_memory_bytes", "memory reserved now for what is under way", used(s.memory), nil)
	m.reading("nnvisu_memory_limit_bytes", "most memory that can be reserved, about half of `-max-memory`, less `-cache`",
		func() float64 { return float64(s.memory.Capacity()) }, nil)
	limits := m.gauges("nnvisu_limit", "the limits of this server: `cpus`, and the flags `-max-…`", "what")
	for what, limit := range map[string]float64{
		"cpus":           float64(runtime.GOMAXPROCS(0)),
		ofRequests:       float64(s.config.MaxQueue),
		ofStreams:        float64(s.config.MaxStreams),
		ofSockets:        float64(s.config.MaxSockets),
		"points":         float64(s.config.MaxPoints),
		"body_bytes":     float64(s.config.MaxBody),
		"stream_seconds": s.config.MaxStream.Seconds(),
		"work_seconds":   s.config.MaxWork.Seconds(),
	} {
		limits.WithLabelValues(what).Set(limit)
	}
	for _, kind := range fair.Kinds() {
		label := prometheus.Labels{"kind": kind.String()}
		m.reading("nnvisu_cpu_waiting", "requests and frames that wait for a CPU now",
			func() float64 { return float64(s.cpus.Waiting(kind)) }, label)
		m.total("nnvisu_cpu_seconds_total", "seconds for which CPU tokens were held; `cpus` a second is all of them",
			func() float64 { return s.cpus.Held(kind).Seconds() }, label)
	}
	m.reading("nnvisu_cpu_stuck_seconds", "for how long all CPU tokens have been held by the same work; `/readyz` fails from 10 on",
		func() float64 { return s.cpus.Stuck().Seconds() }, nil)
	m.reading("nnvisu_draining", "1 while the server drains, otherwise 0",
		func() float64 {
			if s.isDraining() {
				return 1
			}
			return 0
		}, nil)
	m.reading("nnvisu_build_info", "always 1; the version, the inner loops in use, and the name of the page's release",
		func() float64 { return 1 },
		prometheus.Labels{"version": s.config.Version, "kernel": kernel.Name(), "release": s.config.Release})
}

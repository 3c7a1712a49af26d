package handlers

import (
	"cmp"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"nnvisu/handlers/fair"
	"nnvisu/public"
)

// healthz answers while the process is alive.
func (s *Server) healthz(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// readyz answers 200 while the server takes work.
func (s *Server) readyz(c echo.Context) error {
	if s.isDraining() {
		return c.String(http.StatusServiceUnavailable, "draining\n")
	}
	return c.String(http.StatusOK, "ready\n")
}

// serverMetrics are the metrics of one Server, as /metrics shows them.
type serverMetrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	errors   *prometheus.CounterVec
	updates  prometheus.Counter
	frames   prometheus.Counter
	refused  *prometheus.CounterVec
	evicted  *prometheus.CounterVec
	waits    *prometheus.HistogramVec
}

func newServerMetrics(version string) *serverMetrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	m := &serverMetrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "nnvisu_http_requests_total",
			Help: "Requests answered, streams and sockets when they end.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "nnvisu_http_request_seconds",
			Help:    "Time from request to end of answer.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 4, 9),
		}, []string{"route"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "nnvisu_errors_total",
			Help: "Errors answered, over any transport.",
		}, []string{"code"}),
		updates: counter("nnvisu_updates_total", "Optimizer updates made."),
		frames:  counter("nnvisu_frames_total", "Frames of streams sent."),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "nnvisu_refused_total",
			Help: "Requests, streams and sockets refused with busy, by what there was no room in.",
		}, []string{"what"}),
		evicted: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "nnvisu_evicted_total",
			Help: "Requests, streams and sockets that had to give way to clients with less.",
		}, []string{"what"}),
		waits: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "nnvisu_cpu_wait_seconds",
			Help:    "Time that a request or a frame waited for a CPU.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 4, 9),
		}, []string{"kind"}),
	}
	for _, what := range []string{"requests", "streams", "sockets", "memory"} {
		m.refused.WithLabelValues(what)
		m.evicted.WithLabelValues(what)
	}
	for _, kind := range fair.Kinds() {
		m.waits.WithLabelValues(kind.String())
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "nnvisu_build_info",
		Help:        "Always 1.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	info.Set(1)
	m.registry.MustRegister(
		m.requests, m.seconds, m.errors, m.updates, m.frames, info,
		m.refused, m.evicted, m.waits,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// watch adds gauges of what is in use now.
func (m *serverMetrics) watch(s *Server) {
	gauge := func(name, help string, labels prometheus.Labels, value func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(
			prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, value))
	}
	used := func(p *fair.Pool) func() float64 { return func() float64 { return float64(p.Used()) } }
	gauge("nnvisu_streams", "Streams open now.", nil, used(s.openStreams))
	gauge("nnvisu_sockets", "WebSocket connections open now.", nil, used(s.openSockets))
	gauge("nnvisu_requests", "Other requests computing or waiting to.", nil, used(s.openRequests))
	gauge("nnvisu_memory_bytes", "Memory reserved by what is under way.", nil, used(s.memory))
	gauge("nnvisu_memory_limit_bytes", "Most memory that can be reserved.", nil,
		func() float64 { return float64(s.memory.Capacity()) })
	for _, kind := range fair.Kinds() {
		gauge("nnvisu_cpu_waiting", "Requests and frames that wait for a CPU.", prometheus.Labels{"kind": kind.String()},
			func() float64 { return float64(s.cpus.Waiting(kind)) })
	}
}

func (m *serverMetrics) handler() echo.HandlerFunc {
	return echo.WrapHandler(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
}

// observe counts and logs requests. It also answers with errors, so that the status is known.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		if c.Request().ContentLength != 0 {
			// Not every writer has deadlines (a recorder in a test has none).
			_ = http.NewResponseController(c.Response()).SetReadDeadline(start.Add(readTimeout))
		}
		t, ctx := s.newTask(c.Request().Context(), s.clientOf(c.Request()))
		defer t.release()
		c.SetRequest(c.Request().WithContext(ctx))
		if err := next(c); err != nil {
			c.Error(err)
		}
		route := c.Path()
		if route == "" {
			route = "none"
		}
		took := time.Since(start)
		method := c.Request().Method
		if !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions}, method) {
			method = "other" // a client could otherwise fill the memory with invented names
		}
		s.metrics.requests.WithLabelValues(route, method, strconv.Itoa(c.Response().Status)).Inc()
		s.metrics.seconds.WithLabelValues(route).Observe(took.Seconds())
		s.config.Logger.Debug("request",
			"method", c.Request().Method,
			"path", c.Request().URL.Path,
			"status", c.Response().Status,
			"took", took,
			"request_id", c.Response().Header().Get(echo.HeaderXRequestID))
		return nil
	}
}

// asset answers GET /public/{hash}/* with an embedded file: one of ours or of a library. A file
// under the hash of this release may be cached for ever.
func (s *Server) asset(c echo.Context) error {
	name := c.Param("*")
	if !public.Has(name) {
		return echo.ErrNotFound
	}
	cache := "no-cache"
	if c.Param("hash") == public.Hash() {
		cache = "public, max-age=31536000, immutable"
	}
	h := c.Response().Header()
	h.Set("Cache-Control", cache)
	if c.Request().Header.Get("Range") != "" { // a range counts the bytes of the uncompressed file
		h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
		http.ServeFileFS(c.Response(), c.Request(), public.FS(), name)
		return nil
	}
	file, err := fs.ReadFile(public.FS(), name)
	if err != nil {
		return err
	}
	contentType := cmp.Or(mime.TypeByExtension(path.Ext(name)), http.DetectContentType(file))
	body := encoded(c, file, s.packer(name))
	h.Set(echo.HeaderContentLength, strconv.Itoa(len(body)))
	return send(c, http.StatusOK, contentType, body)
}

package handlers

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
)

// The values of the label transport.
const (
	overHTTP = "http"
	overSSE  = "sse"
	overWS   = "ws"
)

// transports are the values of the label transport.
var transports = []string{overHTTP, overSSE, overWS}

// A tally counts what is being answered, by its transport.
type tally map[string]*atomic.Int64

func newTally() tally {
	t := tally{}
	for _, transport := range transports {
		t[transport] = new(atomic.Int64)
	}
	return t
}

// Open is how much is being answered: requests, streams over HTTP, and sockets.
type Open struct{ Requests, Streams, Sockets int64 }

// Open returns how much is being answered.
func (s *Server) Open() Open {
	return Open{s.underWay[overHTTP].Load(), s.underWay[overSSE].Load(), s.underWay[overWS].Load()}
}

// LogValue makes an Open a group of the log.
func (o Open) LogValue() slog.Value {
	return slog.GroupValue(slog.Int64("requests", o.Requests), slog.Int64("streams", o.Streams), slog.Int64("sockets", o.Sockets))
}

// An exchange is what the log and the metrics learn of one request, or of one stream over a socket.
// It holds numbers and words of ours, and nothing that a client sent.
type exchange struct {
	began     time.Time
	transport string // set once, by becomes
	received  atomic.Int64
	sent      atomic.Int64
	updates   atomic.Int64
	end       string // why a stream or a socket ended
	gone      bool   // the client hung up before it had its answer
	trace     string // the id of the trace that a trusted proxy named, or ""
}

type exchangeKey struct{}

// exchangeOf returns the exchange that a context belongs to. Without one, as in tests of a part, it
// returns one that nobody reads.
func exchangeOf(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{transport: overHTTP}
}

// becomes tells that the answer is a stream or a socket.
func (s *Server) becomes(x *exchange, transport string) {
	s.underWay[x.transport].Add(-1)
	x.transport = transport
	s.underWay[x.transport].Add(1)
}

// receives counts bytes of a body or message.
func (s *Server) receives(x *exchange, transport string, n int) {
	x.received.Add(int64(n))
	s.metrics.received.WithLabelValues(transport).Add(float64(n))
}

// sends counts bytes of an answer, event or message.
func (s *Server) sends(x *exchange, n int64) {
	x.sent.Add(n)
	s.metrics.sent.WithLabelValues(x.transport).Add(float64(n))
}

// A countedBody counts what is read of the body of a request.
type countedBody struct {
	io.ReadCloser
	count func(n int)
}

func (b countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.count(n)
	return n, err
}

// observe measures and logs requests. It also answers with errors, so that the status is known.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		x := &exchange{began: time.Now(), transport: overHTTP}
		r := c.Request()
		if r.ContentLength != 0 {
			// Not every writer has deadlines (a recorder in a test has none).
			_ = http.NewResponseController(c.Response()).SetReadDeadline(x.began.Add(readTimeout))
		}
		t, ctx := s.newTask(context.WithValue(r.Context(), exchangeKey{}, x), s.clientOf(r))
		defer t.release()
		r = r.WithContext(ctx)
		r.Body = countedBody{r.Body, func(n int) { s.receives(x, overHTTP, n) }}
		c.SetRequest(r)
		s.underWay[overHTTP].Add(1)
		defer func() { s.underWay[x.transport].Add(-1) }()
		if err := next(c); err != nil {
			c.Error(err)
		}
		s.observed(c, x)
		if x.gone && !c.Response().Committed {
			// Who only writes no more still reads, and must not take silence for an empty answer.
			panic(http.ErrAbortHandler)
		}
		return nil
	}
}

// statusHungUp is what the log and the metrics say of a request whose client hung up before it had
// its answer. The name is nginx's; no client ever sees it.
const statusHungUp = 499

// observed measures and logs a request that is over.
func (s *Server) observed(c echo.Context, x *exchange) {
	took := time.Since(x.began)
	route := routeOf(c)
	status := c.Response().Status
	switch x.transport {
	case overHTTP:
		s.sends(x, c.Response().Size)
		s.metrics.requestSeconds.WithLabelValues(route).Observe(took.Seconds())
		if x.gone {
			status = statusHungUp
		}
	case overWS:
		s.metrics.socketSeconds.WithLabelValues(route).Observe(took.Seconds())
	}
	s.metrics.requests.WithLabelValues(route, methodOf(c.Request()), strconv.Itoa(status)).Inc()
	s.logAccess(c, x, status, took)
}

// routeOf returns the route of a request as it stands in the table of routes.
func routeOf(c echo.Context) string { return cmp.Or(c.Path(), "none") }

// methodOf returns the method of a request, if it is one that the server knows.
func methodOf(r *http.Request) string {
	if slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions}, r.Method) {
		return r.Method
	}
	return "other"
}

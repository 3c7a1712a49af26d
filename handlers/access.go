package handlers

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
)

// logAccess writes the line of the access log about a request, a stream or a socket that is over.
// Without -access-log it is a line of level debug, and so is that of a probe that went well. The
// line has no text of the client, but for the path of an address that does not exist, clipped.
func (s *Server) logAccess(c echo.Context, x *exchange, status int, took time.Duration) {
	r := c.Request()
	level := slog.LevelDebug
	if s.config.AccessLog && (status != http.StatusOK || !isProbe(c)) {
		level = slog.LevelInfo
	}
	if !s.config.Logger.Enabled(r.Context(), level) {
		return
	}
	what := "request"
	switch {
	case exchangeOf(r.Context()) != x || x.transport == overSSE:
		what = "stream"
	case x.transport == overWS:
		what = "socket"
	}
	attributes := []slog.Attr{
		slog.String("method", methodOf(r)), slog.String("route", routeOf(c)),
		slog.String("transport", x.transport), slog.Int("status", status), slog.Duration("took", took),
		slog.Int64("received", x.received.Load()), slog.Int64("sent", x.sent.Load()),
		slog.String("client", s.addressOf(r).String()),
		slog.String("request_id", c.Response().Header().Get(echo.HeaderXRequestID)),
	}
	if x.trace != "" {
		attributes = append(attributes, slog.String("trace_id", x.trace))
	}
	if x.end != "" {
		attributes = append(attributes, slog.String("end", x.end))
	}
	if n := x.updates.Load(); n > 0 {
		attributes = append(attributes, slog.Int64("updates", n))
	}
	if c.Path() == "" {
		attributes = append(attributes, slog.String("path", wire.Clip(r.URL.Path)))
	}
	s.config.Logger.LogAttrs(r.Context(), level, what, attributes...)
}

// isProbe reports whether a machine asks how the server is.
func isProbe(c echo.Context) bool { return isHealth(c) || strings.HasSuffix(c.Path(), "/metrics") }

// isHealth reports whether a balancer asks whether the server is alive or ready. No other route ends
// like these.
func isHealth(c echo.Context) bool {
	return strings.HasSuffix(c.Path(), "/healthz") || strings.HasSuffix(c.Path(), "/readyz")
}

// Ids that a trusted proxy may give a request: X-Request-Id, and traceparent as in W3C Trace
// Context, section 3.2.
var (
	givenID    = regexp.MustCompile(`^[A-Za-z0-9._:/+=@-]{1,128}$`)
	givenTrace = regexp.MustCompile(`^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}`)
)

// requestID gives every answer an id that the log has too. The id, and that of a trace, may come
// from a trusted proxy. Those of a client are not taken over: they could be anybody's.
func (s *Server) requestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		id := rand.Text()
		if s.isTrusted(r) {
			if given := r.Header.Get(echo.HeaderXRequestID); givenID.MatchString(given) {
				id = strings.Clone(given)
			}
			if m := givenTrace.FindStringSubmatch(r.Header.Get("Traceparent")); m != nil {
				exchangeOf(r.Context()).trace = strings.Clone(m[1])
			}
		}
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		return next(c)
	}
}

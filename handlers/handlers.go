// Package handlers answers the requests of nnvisu over HTTP, Server-Sent Events and WebSocket. A
// handler decodes a request into a state, checks the limits, lets package nn compute, and renders
// the answer as JSON or as views.
//
// A Server stores nothing about a user. It holds limits (CPU tokens, the number of open streams,
// whether it drains) and caches of what is the same for everybody: the first page, the compressed
// assets, and answers that follow from an address alone.
//
// A file is named for whom it serves: page_… for the page, api_… for programs, the others for both.
package handlers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/once"
	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/public"
	"github.com/nnvisu/nnvisu/views"
)

// Config holds the operator's choices.
type Config struct {
	Logger     *slog.Logger
	Version    string        // shown on the page and by /metrics
	Release    string        // what the page names in its requests; see views.Release
	Scriptless bool          // the page has no script, because it was built without its libraries
	BasePath   string        // where the app lives behind a proxy, such as "/nnvisu"; "" is the root
	MaxBody    int64         // bytes of a request body or a socket message
	MaxPoints  int           // points of a state
	MaxWork    time.Duration // what one request, or one frame of a stream, takes by nn.WorkOf
	MaxStream  time.Duration // how long a stream may last
	MaxStreams int           // streams open at a time
	MaxSockets int           // WebSocket connections open at a time
	MaxQueue   int           // requests computing or waiting to
	MaxMemory  int64         // bytes of the process
	Cache      int64         // bytes of finished answers, out of MaxMemory; 0 keeps and shares none

	// TrustedProxies are the addresses of proxies whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix

	// AllowedHosts are the names by which the server may be called, besides localhost and loopback
	// addresses. If they are nil it may be called by any.
	AllowedHosts []string

	// FrameAncestors are the origins whose pages may show the card of /embed in a frame, as
	// ParseFrameAncestor takes them. Without any, none may.
	FrameAncestors []string
	// AllowOrigins are the origins whose pages may call the API, as ParseAllowOrigin takes them.
	AllowOrigins []string

	// RefuseMemory is for tests: if it returns true, the server has no memory for what a request asks
	// for now.
	RefuseMemory func() bool

	// AccessLog logs a line of level info for each request, stream and socket that is over.
	AccessLog bool
	// PrivateMetrics takes /metrics off the routes, because MetricsHandler is served elsewhere.
	PrivateMetrics bool
}

// LargestLimit is more than one process can hold of anything that is counted.
const LargestLimit = 1_000_000

// DefaultConfig returns limits for a small public server.
func DefaultConfig() Config {
	return Config{
		Logger:     slog.Default(),
		Version:    "devel",
		Release:    views.Release(),
		Scriptless: public.Check() != nil,
		MaxBody:    16 << 20,
		MaxPoints:  2000,
		MaxWork:    2 * time.Second,
		MaxStream:  10 * time.Minute,
		MaxStreams: 512,
		MaxSockets: 1024,
		MaxQueue:   256,
		MaxMemory:  2 << 30,
		Cache:      64 << 20,
	}
}

// Server answers every route of nnvisu. It is an http.Handler.
type Server struct {
	config       Config
	handler      http.Handler
	cpus         *fair.Queue
	waited       average    // for a CPU, lately
	memory       *fair.Pool // bytes in use
	openRequests *fair.Pool // requests that compute or wait to
	openStreams  *fair.Pool
	openSockets  *fair.Pool
	connections  sync.Map        // from [net.Conn] to what it holds of memory
	open         sync.WaitGroup  // sockets, which http.Server does not wait for
	serving      context.Context // ended by Drain
	drain        context.CancelFunc
	origin       *http.CrossOriginProtection
	underWay     tally
	metrics      *serverMetrics
	first        func() ([]byte, error)     // the first page, rendered once
	busyFirst    func() ([]byte, error)     // the same with noticeBusy
	busyCard     func() ([]byte, error)     // noticeBusy alone, for a frame
	packed       sync.Map                   // from coding + path of an asset to its compressed bytes
	finished     *once.Cache                // answers that follow from an address alone
	documents    func() map[string]document // for tools, by path
}

// Check returns an error if the config is out of range: a line for each limit, which names the flag
// that sets it.
func (c Config) Check() error {
	var errs []error
	if err := CheckBasePath(c.BasePath); err != nil {
		errs = append(errs, fmt.Errorf("-base-path %w", err))
	}
	if _, err := parseOrigins(c.FrameAncestors, ParseFrameAncestor); err != nil {
		errs = append(errs, fmt.Errorf("-frame-ancestors: %w", err))
	}
	if _, err := parseOrigins(c.AllowOrigins, ParseAllowOrigin); err != nil {
		errs = append(errs, fmt.Errorf("-allow-origin: %w", err))
	}
	for _, limit := range []struct {
		flag string
		n    int
	}{
		{"points", c.MaxPoints}, {"streams", c.MaxStreams}, {"sockets", c.MaxSockets}, {"queue", c.MaxQueue},
	} {
		if limit.n < 1 || limit.n > LargestLimit {
			errs = append(errs, fmt.Errorf("-max-%s must be from 1 to %d; got %d", limit.flag, LargestLimit, limit.n))
		}
	}
	if c.Cache < 0 {
		errs = append(errs, fmt.Errorf("-cache must not be negative; got %d", c.Cache))
	}
	switch largest := LargestBody(c.MaxMemory, max(0, c.Cache)); {
	case largest < 1:
		errs = append(errs, fmt.Errorf("-max-memory must be greater than %d, which the server and its cache take; got %d", ownMemory+2*max(0, c.Cache), c.MaxMemory))
	case c.MaxBody < 1 || c.MaxBody > largest:
		errs = append(errs, fmt.Errorf("-max-body must be from 1 to %d with a -max-memory of %d and a -cache of %d; got %d", largest, c.MaxMemory, c.Cache, c.MaxBody))
	}
	if c.MaxWork <= 0 || c.MaxStream <= 0 {
		errs = append(errs, errors.New("-max-work and -max-stream must be greater than 0"))
	}
	return errors.Join(errs...)
}

// New returns a Server, or an error if the config is out of range.
func New(config Config) (*Server, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	config.BasePath = strings.TrimSuffix(config.BasePath, "/")
	config.FrameAncestors, _ = parseOrigins(config.FrameAncestors, ParseFrameAncestor) // checked above
	config.AllowOrigins, _ = parseOrigins(config.AllowOrigins, ParseAllowOrigin)
	s := &Server{
		config:       config,
		memory:       fair.NewPool(bytesInFlight(config.MaxMemory) - config.Cache),
		finished:     once.New(config.Cache),
		openRequests: fair.NewPool(int64(config.MaxQueue)),
		openStreams:  fair.NewPool(int64(config.MaxStreams)),
		openSockets:  fair.NewPool(int64(config.MaxSockets)),
		origin:       http.NewCrossOriginProtection(),
		underWay:     newTally(),
	}
	s.memory.Refuse = config.RefuseMemory
	s.finished.Own = isOwn
	s.cpus = fair.NewQueue(runtime.GOMAXPROCS(0), func(kind fair.Kind, wait time.Duration) {
		s.metrics.waits[kind].Observe(wait.Seconds())
		if kind == fair.Request {
			s.waited.add(wait)
		}
	})
	s.metrics = newServerMetrics(s)
	s.serving, s.drain = context.WithCancel(context.Background())
	s.first = sync.OnceValues(func() ([]byte, error) { return s.firstPage(views.Notice{}) })
	s.busyFirst = sync.OnceValues(func() ([]byte, error) { return s.firstPage(noticeBusy) })
	s.documents = sync.OnceValue(s.makeDocuments)
	s.busyCard = sync.OnceValues(func() ([]byte, error) {
		var b bytes.Buffer
		err := views.Failure(noticeBusy.Text).Render(context.Background(), &b)
		return b.Bytes(), err
	})
	s.handler = s.routes()
	return s, nil
}

// basePath is what CheckBasePath takes: names of the characters that mean nothing else in an address
// (RFC 3986, section 2.3), each after a slash.
var basePath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)*/?$`)

// CheckBasePath returns an error that says what is wrong with a base path, if anything is.
func CheckBasePath(path string) error {
	dots := slices.ContainsFunc(strings.Split(path, "/"), func(name string) bool { return name == "." || name == ".." })
	if dots || !basePath.MatchString(path) {
		return errors.New("must be / or names such as /nnvisu or /lab/nnvisu, of letters, digits and -._~")
	}
	return nil
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Drain makes the server finish: /readyz answers 503, open streams end with the reason "shutdown",
// sockets are closed, and new ones of both are refused with busy, so that clients go on at another
// replica. Short work is done as before: a load balancer sends some until it sees /readyz fail.
func (s *Server) Drain() { s.drain() }

// Wait waits for the sockets to close after Drain, each when it has answered the message it works
// on, or for the end of the context, whose error it returns.
func (s *Server) Wait(ctx context.Context) error {
	closed := make(chan struct{})
	go func() { s.open.Wait(); close(closed) }()
	select {
	case <-closed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Server) isDraining() bool { return s.serving.Err() != nil }

// routes is the table of contents.
func (s *Server) routes() http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.fail
	e.Pre(s.observe)
	e.Use(s.requestID, s.recoverPanic, s.closeWhileDraining, s.securityHeaders, s.allowedHost, s.allowOrigin, s.sameOrigin, s.sameRelease)

	read := []string{http.MethodGet, http.MethodHead}
	g := e.Group(s.config.BasePath)
	for _, at := range []interface {
		Match([]string, string, echo.HandlerFunc, ...echo.MiddlewareFunc) []*echo.Route
	}{e, g} { // probes need not know the base path
		at.Match(read, "/healthz", s.healthz)
		at.Match(read, "/readyz", s.readyz)
		if !s.config.PrivateMetrics {
			at.Match(read, "/metrics", echo.WrapHandler(s.MetricsHandler()))
		}
	}
	if s.config.BasePath != "" {
		e.GET(s.config.BasePath, func(c echo.Context) error {
			return c.Redirect(http.StatusMovedPermanently, s.config.BasePath+"/")
		})
	}
	g.Match(read, "/", s.page)
	g.Match(read, routeEmbed, s.embed)
	g.POST(routeEmbed, s.postEmbed)
	g.Match(read, "/public/:release/*", s.asset)
	for _, file := range public.Clients() {
		g.Match(read, "/"+file.Name, s.clientFile(file))
	}
	g.POST("/edit", s.edit)
	g.POST("/step", s.step)
	g.POST("/train", s.train)
	g.GET("/train", s.trainRecipe)
	g.POST("/sweep", s.sweep)
	g.POST("/predict", s.predict)
	g.POST("/layers", s.layers)
	g.POST("/explain", s.explain)
	g.POST("/export", s.export)
	g.POST("/replay", s.replay)
	g.Match(read, "/verify", s.verifyPage)
	g.POST("/verify", s.postVerify)
	g.POST("/points.csv", s.pointsCSV)
	g.Match(read, "/data/:dataset", s.data)
	for _, f := range figureRoutes {
		g.Match(read, f.path, s.figureOf(f.kind))
		if !f.kind.isFilm() {
			g.POST(f.path, s.pictureOf(f.kind))
		}
	}
	g.POST("/curves.csv", s.curvesCSV)
	g.Match(read, "/openapi.json", s.document)
	g.Match(read, "/schema/", s.document)
	g.Match(read, "/schema/:name", s.document)
	g.Match(read, "/llms.txt", s.document)
	g.GET("/ws", s.socket)
	g.GET("/ws/page", s.pageSocket)
	if len(s.config.AllowOrigins) > 0 {
		for _, route := range apiRoutes() {
			g.OPTIONS(route, s.preflight)
		}
	}
	return e
}

// sameOrigin refuses requests that a page of another site makes a browser send: posts, sockets, and
// the GET requests that cost work: GET /train, GET / with a recipe, and figures. A user may follow a link
// to a recipe or to a figure, and a page may show a figure as an image. Pages of allowed origins may
// call the API.
func (s *Server) sameOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if s.isAllowedOrigin(c) {
			return next(c)
		}
		r := c.Request()
		route := strings.TrimPrefix(c.Path(), s.config.BasePath)
		costly := route == "/train" || route == "/ws" || route == "/ws/page"
		// A link from another site may be followed, but not asked for behind a page's back.
		if route == "/" && r.URL.RawQuery != "" && !isVisit(r.Header) || s.isCard(c) && !isVisit(r.Header) && !s.isFramed(r) {
			costly = true
		}
		// A picture may stand in a page of another site, as any picture may.
		if isFigure(route) && !isVisit(r.Header) && r.Header.Get("Sec-Fetch-Dest") != "image" {
			costly = true
		}
		if (r.Method == http.MethodGet || r.Method == http.MethodHead) && costly {
			// The protection lets these methods pass; here they are judged like a post.
			r = r.Clone(r.Context())
			r.Method = http.MethodPost
		}
		if err := s.origin.Check(r); err != nil {
			return otherSite()
		}
		return next(c)
	}
}

// isVisit reports whether a browser asks for a page because its user goes there. It is false for a
// page in a frame or an object, for what a script asks for, and for a page that is loaded ahead. A
// browser that does not say is believed.
func isVisit(h http.Header) bool {
	mode, dest := h.Get("Sec-Fetch-Mode"), h.Get("Sec-Fetch-Dest")
	return (mode == "" || mode == "navigate") && (dest == "" || dest == "document") && h.Get("Sec-Purpose") == ""
}

// contentSecurityPolicy lets the page use our own files and nothing else, but for the guard that
// stands in the page.
var contentSecurityPolicy = "default-src 'none'; script-src 'self' " + public.GuardSource() + "; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "

// securityHeaders says in each answer what browsers may do with it. Only the card may be in a frame,
// and only of the pages that the operator names.
func (s *Server) securityHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		if ancestors := s.config.FrameAncestors; s.isCard(c) && len(ancestors) > 0 {
			h.Set("Content-Security-Policy", contentSecurityPolicy+strings.Join(ancestors, " "))
		} else {
			h.Set("Content-Security-Policy", contentSecurityPolicy+"'none'")
			h.Set("X-Frame-Options", "DENY")
		}
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		return next(c)
	}
}

// recoverPanic turns a panic into an internal error.
func (s *Server) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if r := recover(); r != nil {
				if r == http.ErrAbortHandler {
					panic(r)
				}
				err = stream.Recovered(r)
			}
		}()
		return next(c)
	}
}

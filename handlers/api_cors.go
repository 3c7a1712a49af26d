package handlers

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/schema"
	"github.com/nnvisu/nnvisu/handlers/wire"
)

// apiRoutes returns the routes for programs, below the base path. Pages of the origins that the
// operator allows may call them, by fetch, EventSource and WebSocket (CORS). No other route is ever
// allowed.
var apiRoutes = sync.OnceValue(func() (routes []string) {
	own := []string{"/", "/healthz", "/readyz", "/metrics"} // of people and operators
	for _, r := range schema.Routes() {
		if r.Inside == "" && !slices.Contains(own, r.Path) {
			routes = append(routes, strings.NewReplacer("{", ":", "}", "").Replace(r.Path))
		}
	}
	slices.Sort(routes)
	return slices.Compact(routes) // of all methods
})

// otherSite returns the error for what a page of another site makes a browser send.
func otherSite() error {
	return wire.Errorf(wire.CodeForbidden, "", "a page of another site may not ask for this")
}

// What a page of another origin may send and read. None of it is a cookie or a login: there are none.
const (
	corsMethods = "GET, HEAD, POST"
	corsHeaders = "Content-Type, Content-Encoding, Accept, If-None-Match, Traceparent"
	corsExposed = "Content-Disposition, ETag, Retry-After, X-Request-Id, " + headerRelease
	corsMaxAge  = "600" // seconds for which a browser need not ask again
)

// isAPI reports whether a request is for a program: its route is one of apiRoutes, and it does not
// ask for a part of the page, as the page does at the same addresses.
func (s *Server) isAPI(c echo.Context) bool { return s.isAPIRoute(c) && !wantsHTML(c.Request()) }

// isAPIRoute reports whether the route of a request is one of apiRoutes.
func (s *Server) isAPIRoute(c echo.Context) bool {
	return slices.Contains(apiRoutes(), strings.TrimPrefix(c.Path(), s.config.BasePath))
}

// allowOrigin lets pages of the origins of Config.AllowOrigins read what a route of the API answers,
// errors included. Credentials are never allowed.
func (s *Server) allowOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if len(s.config.AllowOrigins) == 0 || !s.isAPIRoute(c) {
			return next(c)
		}
		h := c.Response().Header()
		h.Add(echo.HeaderVary, echo.HeaderOrigin) // also for a reader of the page: a cache keeps one answer for both
		if s.isAllowedOrigin(c) {
			h.Set(echo.HeaderAccessControlAllowOrigin, c.Request().Header.Get(echo.HeaderOrigin))
			h.Set(echo.HeaderAccessControlExposeHeaders, corsExposed)
		}
		return next(c)
	}
}

// isAllowedOrigin reports whether a page of an allowed origin calls the API.
func (s *Server) isAllowedOrigin(c echo.Context) bool {
	origin := c.Request().Header.Get(echo.HeaderOrigin)
	return origin != "" && allowsOrigin(s.config.AllowOrigins, origin) && s.isAPI(c)
}

// preflight answers a browser that asks whether a page of another origin may send a request.
func (s *Server) preflight(c echo.Context) error {
	h := c.Response().Header()
	h.Add(echo.HeaderVary, echo.HeaderAccessControlRequestMethod)
	h.Add(echo.HeaderVary, echo.HeaderAccessControlRequestHeaders)
	if !s.isAllowedOrigin(c) {
		return otherSite()
	}
	h.Set(echo.HeaderAccessControlAllowMethods, corsMethods)
	h.Set(echo.HeaderAccessControlAllowHeaders, corsHeaders)
	h.Set(echo.HeaderAccessControlMaxAge, corsMaxAge)
	return c.NoContent(http.StatusNoContent)
}

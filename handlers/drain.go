package handlers

import "github.com/labstack/echo/v4"

// closeWhileDraining makes each answer of a draining server the last one on its connection. A proxy
// that keeps connections open then has none left when the server stops listening, and no request
// meets a connection that is just being closed.
func (s *Server) closeWhileDraining(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if s.isDraining() {
			c.Response().Header().Set(echo.HeaderConnection, "close")
		}
		return next(c)
	}
}

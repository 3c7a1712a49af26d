package handlers

import (
	"io"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
)

// headerRelease names the release of the page that asks and, in each answer, that of the server.
const headerRelease = "Nnvisu-Release"

// queryRelease names the release of the page that opens a socket, where a browser sends no headers
// of a script.
const queryRelease = "release"

// sameRelease refuses what a page of another release asks for: it could misread the answer. While
// releases change, the page tries another replica. If it meets none of its own release, it saves
// what it shows and loads itself again. Programs, and forms without script, name no release and are
// answered by each.
func (s *Server) sameRelease(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(headerRelease, s.config.Release)
		if err := s.checkRelease(c.Request().Header.Get(headerRelease)); err != nil {
			// Whoever is still sending would not see the answer.
			_, _ = io.Copy(io.Discard, io.LimitReader(c.Request().Body, s.config.MaxBody))
			return err
		}
		return next(c)
	}
}

// checkRelease returns an error if the page names another release than the server's.
func (s *Server) checkRelease(page string) error {
	if page == "" || page == s.config.Release {
		return nil
	}
	return wire.Errorf(wire.CodeRelease, "", "this server has another release of the page; load it again")
}

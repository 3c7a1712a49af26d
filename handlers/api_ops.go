package handlers

import (
	"cmp"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/public"
)

// healthz answers while the process is alive.
func (s *Server) healthz(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// readyz answers 200 while the server takes work and the CPUs get it done.
func (s *Server) readyz(c echo.Context) error {
	if s.isDraining() {
		return c.String(http.StatusServiceUnavailable, "draining\n")
	}
	if d := stuckFor(s.cpus); d > 0 {
		return c.String(http.StatusServiceUnavailable, fmt.Sprintf("stuck: no CPU token was free for %v\n", d.Round(time.Second)))
	}
	return c.String(http.StatusOK, "ready\n")
}

// stuckAfter is how long the same work may hold all CPU tokens. Work offers its token to others every
// some milliseconds, so nothing but a bug of ours holds one for as long.
const stuckAfter = 10 * time.Second

// stuckFor returns for how long all CPU tokens have been held by the same work if that is too long,
// or 0. A server that is stuck should get no more requests, because it will not answer them.
func stuckFor(cpus interface{ Stuck() time.Duration }) time.Duration {
	if d := cpus.Stuck(); d >= stuckAfter {
		return d
	}
	return 0
}

// asset answers GET /public/{release}/* with an embedded file: one of ours or of a library. It may
// be cached for ever. A file of another release is not there: a page must not be of two releases.
func (s *Server) asset(c echo.Context) error {
	name := c.Param("*")
	h := c.Response().Header()
	if c.Param("release") != s.config.Release || !public.Has(name) {
		h.Set("Cache-Control", "no-store") // the next replica may have it
		return echo.ErrNotFound
	}
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
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

// clientFile answers with a client of the API, which a program or a person saves.
func (s *Server) clientFile(file public.ClientFile) echo.HandlerFunc {
	return func(c echo.Context) error {
		return s.answerShared(c, http.StatusOK, file.Name, file.MediaType, file.Text())
	}
}

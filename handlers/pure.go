package handlers

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/once"
	"github.com/nnvisu/nnvisu/handlers/wire"
)

// Some answers follow from their address alone: the law makes the same query lead to the same bytes,
// for everybody, on every replica of a version. Such an answer is computed once for all who ask for
// it at a time, and kept for a while. A client that has it already learns so without any work.

// A maker makes the body of an answer that follows from a query alone, with its media type. It has a
// place and the turn of the task of ctx.
type maker func(ctx context.Context, query url.Values) (body []byte, contentType string, err error)

// parameterVersion names, in the query of a pure answer, the version of nnvisu that is to make it.
const parameterVersion = "v"

// pureRoute is the handler of a route whose answers a maker makes.
func (s *Server) pureRoute(make maker) echo.HandlerFunc {
	return func(c echo.Context) error {
		query, err := wire.ReadQuery(c.Request().URL.RawQuery)
		if err != nil {
			return err
		}
		return s.pure(c, c.Path(), query, make)
	}
}

// pure answers with what a maker makes of a query. The name, of a route, parts its answers from those
// of other makers.
func (s *Server) pure(c echo.Context, name string, query url.Values, make maker) error {
	keeps := "no-cache" // which keeps it, but asks each time whether it is still the same
	if s.isVersion(query.Get(parameterVersion)) {
		keeps = "public, max-age=31536000, immutable"
	}
	query.Del(parameterVersion)
	key, coding := name+"?"+query.Encode(), ""
	if path.Ext(name) != ".png" { // which is compressed
		coding = encodingOf(c.Request().Header, codings)
	}
	tag := s.tagOf(key, coding)
	mark := func() {
		h := c.Response().Header()
		h.Set("Etag", tag)
		h.Set("Cache-Control", keeps)
		h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
	}
	if hasTag(c.Request().Header.Values("If-None-Match"), tag) {
		mark()
		return c.NoContent(http.StatusNotModified)
	}
	a, err := s.finish(c, key, coding, func(ctx context.Context) ([]byte, string, error) { return make(ctx, query) })
	if err != nil {
		return err
	}
	mark()
	return sendFinished(c, a)
}

// sendFinished sends a finished answer.
func sendFinished(c echo.Context, a once.Answer) error {
	h := c.Response().Header()
	if a.Coding != "" {
		h.Set(echo.HeaderContentEncoding, a.Coding)
	}
	h.Set(echo.HeaderContentLength, strconv.Itoa(len(a.Body)))
	return send(c, http.StatusOK, a.Type, a.Body)
}

// finish returns the answer to a key in a content coding, with the memory that it takes until it is
// sent. Only who has to compute it, or to wait for it, takes a place.
func (s *Server) finish(
	c echo.Context, key, coding string, make func(context.Context) ([]byte, string, error),
) (once.Answer, error) {
	ctx := c.Request().Context()
	t := taskOf(ctx)
	a, ok := s.finished.Get(coding + " " + key)
	if !ok {
		c.Response().Before(func() { t.turn.End(); t.leave() })
		if err := s.admitRequest(t); err != nil {
			return a, err
		}
		var err error
		if a, err = s.packedOnce(ctx, key, coding, make); err != nil {
			return a, err
		}
	}
	return a, t.reserveAnswer(a.Body)
}

// packedOnce computes an answer once for all, and its compressed forms from it. Nobody waits for
// others in a turn, or for its own client while others wait for it.
func (s *Server) packedOnce(
	ctx context.Context, key, coding string, make func(context.Context) ([]byte, string, error),
) (once.Answer, error) {
	return s.finished.Do(ctx, coding+" "+key, func(ctx context.Context) (a once.Answer, err error) {
		if coding == "" {
			err = s.computing(ctx, func(ctx context.Context) error {
				a.Body, a.Type, err = make(ctx)
				return err
			})
			return a, err
		}
		if a, err = s.packedOnce(ctx, key, "", make); err != nil || len(a.Body) < leastCompressed {
			return a, err
		}
		err = s.computing(ctx, func(ctx context.Context) error {
			if err := taskOf(ctx).reserveCompression(a.Body); err != nil {
				return err
			}
			a.Body, a.Coding = compressed(coding, a.Body), coding
			return nil
		})
		return a, err
	})
}

// isOwn reports whether an error is of one task alone: others may fare better.
func isOwn(err error) bool {
	return describe(err).Code == wire.CodeBusy || errors.As(err, new(streamEnd))
}

// isVersion reports whether a parameter names the version of this server. A plus sign in a query is
// read as a space. Without a commit, or with files that it has not, a version is of many programs.
func (s *Server) isVersion(v string) bool {
	v = strings.ReplaceAll(v, " ", "+")
	return v == s.config.Version && strings.Contains(v, "+") && !strings.HasSuffix(v, ".dirty")
}

// tagOf returns the strong entity tag (RFC 9110, section 8.8.3) of the answer to a key in a content
// coding. It follows from what the answer follows from: so it is known before the answer is.
func (s *Server) tagOf(key, coding string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%s\n%s\n%s", program(), s.config.MaxPoints, s.config.BasePath, coding, key))
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

// hasTag reports whether the values of If-None-Match name a tag. A proxy that compresses an answer
// makes its tag a weak one.
func hasTag(values []string, tag string) bool {
	for named := range strings.SplitSeq(strings.Join(values, ","), ",") {
		if strings.TrimPrefix(strings.TrimSpace(named), "W/") == tag {
			return true
		}
	}
	return false
}

// program names the program that runs, by a hash of its file: two with one name give the same bytes.
// A version does not say what was changed since, and not every build knows one. If the file cannot be
// read, the name is that of this process alone.
var program = sync.OnceValue(func() string {
	file, err := os.Open("/proc/self/exe") // also if another file has its path by now
	if err != nil {
		var name string
		if name, err = os.Executable(); err == nil {
			file, err = os.Open(name)
		}
	}
	if err != nil {
		return rand.Text()
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return rand.Text()
	}
	return string(sum.Sum(nil))
})

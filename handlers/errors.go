package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// statuses are the HTTP statuses of the codes.
var statuses = map[wire.Code]int{
	wire.CodeMalformed:        http.StatusBadRequest,
	wire.CodeInvalid:          http.StatusUnprocessableEntity,
	wire.CodeTooLarge:         http.StatusRequestEntityTooLarge,
	wire.CodeDiverged:         http.StatusUnprocessableEntity,
	wire.CodeUnsupported:      http.StatusUnsupportedMediaType, // unless withStatus says another
	wire.CodeForbidden:        http.StatusForbidden,
	wire.CodeBusy:             http.StatusServiceUnavailable,
	wire.CodeRelease:          http.StatusConflict,
	wire.CodeInternal:         http.StatusInternalServerError,
	wire.CodeNotFound:         http.StatusNotFound,
	wire.CodeMethodNotAllowed: http.StatusMethodNotAllowed,
}

// otherStatuses are those of codes that withStatus says.
var otherStatuses = map[wire.Code][]int{
	wire.CodeUnsupported: {http.StatusNotAcceptable, http.StatusUpgradeRequired},
	wire.CodeForbidden:   {http.StatusMisdirectedRequest},
}

// withStatus is an error that is answered with another status than its code's.
type withStatus struct {
	error
	status int
}

func (e withStatus) Unwrap() error { return e.error }

func notAcceptable(can string) error {
	err := wire.Unsupported("this address answers %s, which the Accept header does not name", can)
	return withStatus{err, http.StatusNotAcceptable}
}

// An errorBody is what a client is told about an error, with the status of an answer over HTTP.
type errorBody struct {
	wire.ErrorBody
	status int
}

// describe translates an error for the client. It knows those of wire.Describe, and the errors of
// routes and of imported tables. Any other error is the server's fault: internal.
func describe(err error) errorBody {
	var (
		b       = errorBody{ErrorBody: wire.Describe(err)}
		special withStatus
		table   *table.Error
		http404 *echo.HTTPError
	)
	switch {
	case b.Code != wire.CodeInternal:
	case errors.As(err, &table):
		b.ErrorBody = wire.Describe(wire.Errorf(wire.CodeInvalid, views.FieldTableText, "%s", table.Error()))
	case errors.As(err, &http404) && http404.Code == http.StatusNotFound:
		b.Code, b.Message = wire.CodeNotFound, "there is nothing at this address"
	case errors.As(err, &http404) && http404.Code == http.StatusMethodNotAllowed:
		b.Code, b.Message = wire.CodeMethodNotAllowed, "this address does not take this method"
	}
	b.status = statuses[b.Code]
	if errors.As(err, &special) {
		b.status = special.status
	}
	return b
}

// withID is an error together with the id of the message it answers.
type withID struct {
	error
	id jsontext.Value
}

func (e withID) Unwrap() error { return e.error }

// fail is Echo's error handler. It answers a request with its error, in the page or as JSON.
func (s *Server) fail(err error, c echo.Context) {
	x := exchangeOf(c.Request().Context())
	// A context that has ended is not enough: the body may have broken off, and that can be said.
	hungUp := errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil
	if hungUp || errors.As(err, new(stream.UnreadError)) {
		x.gone = true
		return
	}
	if errors.As(err, new(streamEnd)) { // before the stream began
		err = s.busy(ofStreams, "the server needs its streams for other clients")
	}
	err = s.answerError(c, err)
	if describe(err).Code == wire.CodeBusy { // there is no memory for the answer, but for one that says so
		err = s.answerError(c, err)
	}
	if x.gone = errors.As(err, new(stream.UnreadError)); err != nil && !x.gone {
		s.config.Logger.Error("answering with an error", "error", err)
	}
}

// answerError answers a request with an error, unless an answer has begun.
func (s *Server) answerError(c echo.Context, err error) error {
	b := s.describeLogged(err, c)
	if c.Response().Committed {
		return nil
	}
	h := c.Response().Header()
	if b.RetryAfter > 0 {
		h.Set(echo.HeaderRetryAfter, strconv.Itoa(b.RetryAfter))
	}
	switch r := c.Request(); {
	case !wantsHTML(r):
	case r.Method == http.MethodPost:
		return s.failHTML(c, b, err)
	case r.Method == http.MethodGet && b.status == http.StatusMethodNotAllowed:
		// A bookmark of a page that answered a form, or a link of such a page, leads to the lab.
		return c.Redirect(http.StatusSeeOther, (&url.URL{Path: "./", RawQuery: r.URL.RawQuery}).String())
	}
	var id withID
	errors.As(err, &id)
	body, err := wire.EncodeError(id.id, b.ErrorBody)
	if err != nil {
		return err
	}
	if err = answer(c, b.status, "application/json", append(body, '\n')); err != nil {
		return withID{err, id.id}
	}
	return nil
}

// describeLogged is describe, and counts the error. An internal error goes to the log, under the
// request id that the client gets.
func (s *Server) describeLogged(err error, c echo.Context) errorBody {
	b := describe(err)
	s.metrics.errors.WithLabelValues(routeOf(c), string(b.Code)).Inc()
	if errors.As(err, new(stream.PanicError)) {
		s.metrics.panics.Inc()
	}
	if b.Code == wire.CodeInternal {
		b.RequestID = c.Response().Header().Get(echo.HeaderXRequestID)
		s.config.Logger.Error("internal error",
			"request_id", b.RequestID, "path", c.Path(), "error", err)
	}
	return b
}

// asEditError finds the error of an edit, which has the page to show beside it.
func asEditError(err error) (editError, bool) {
	var e editError
	ok := errors.As(err, &e)
	return e, ok
}

// wantsHTML reports whether the answer is for the page and not for a program: htmx asks, or the
// Accept header names text/html. A program may name it, too, and refuse it with q=0.
func wantsHTML(r *http.Request) bool {
	return r.Header.Get("HX-Request") != "" || quality(r, "text/html") > 0
}

// accepts reports whether the Accept header allows the media type.
func accepts(r *http.Request, mediaType string) bool {
	if strings.TrimSpace(strings.Join(r.Header.Values("Accept"), "")) == "" {
		return true
	}
	family, _, _ := strings.Cut(mediaType, "/")
	return quality(r, "*/*", family+"/*", mediaType) > 0
}

// quality returns the weight of the last of the media ranges that the Accept header names, or 0 if
// it names none (RFC 9110, section 12.5.1). So the more specific range comes later.
func quality(r *http.Request, ranges ...string) float64 {
	closest, quality := -1, 0.0
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		name, parameters, _ := strings.Cut(part, ";")
		fit := slices.Index(ranges, strings.ToLower(strings.TrimSpace(name)))
		if fit <= closest {
			continue
		}
		closest, quality = fit, 1
		for p := range strings.SplitSeq(parameters, ";") {
			if value, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(p)), "q="); ok {
				quality, _ = strconv.ParseFloat(value, 64) // unreadable is 0: not acceptable
			}
		}
	}
	return quality
}

package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"nnvisu/handlers/stream"
	"nnvisu/nn"
	"nnvisu/nn/dataset"
	"nnvisu/nn/table"
	"nnvisu/views"
)

// A code is the machine's name of an error.
type code string

// The codes of the wire contract, and two for paths that do not exist.
const (
	codeMalformed   code = "malformed"
	codeInvalid     code = "invalid"
	codeTooLarge    code = "too_large"
	codeDiverged    code = "diverged"
	codeUnsupported code = "unsupported"
	codeForbidden   code = "forbidden"
	codeBusy        code = "busy"
	codeInternal    code = "internal"
	codeNotFound    code = "not_found"
	codeMethod      code = "method_not_allowed"
)

var statuses = map[code]int{
	codeMalformed:   http.StatusBadRequest,
	codeInvalid:     http.StatusUnprocessableEntity,
	codeTooLarge:    http.StatusRequestEntityTooLarge,
	codeDiverged:    http.StatusUnprocessableEntity,
	codeUnsupported: http.StatusUnsupportedMediaType, // or 406, see requestError.status
	codeForbidden:   http.StatusForbidden,
	codeBusy:        http.StatusServiceUnavailable,
	codeInternal:    http.StatusInternalServerError,
	codeNotFound:    http.StatusNotFound,
	codeMethod:      http.StatusMethodNotAllowed,
}

// retryAfter is how many seconds a client is asked to wait when the server is busy.
const retryAfter = 1

// A requestError is an answer that is not a result.
type requestError struct {
	code    code
	field   string // the member at fault, or ""
	message string
	status  int // 0: that of the code
}

func (e *requestError) Error() string {
	if e.field == "" {
		return e.message
	}
	return e.field + " " + e.message
}

func malformed(field, format string, args ...any) error {
	return &requestError{code: codeMalformed, field: field, message: fmt.Sprintf(format, args...)}
}

func invalid(field, format string, args ...any) error {
	return &requestError{code: codeInvalid, field: field, message: fmt.Sprintf(format, args...)}
}

func tooLarge(field, format string, args ...any) error {
	return &requestError{code: codeTooLarge, field: field, message: fmt.Sprintf(format, args...)}
}

func errBusy(format string, args ...any) error {
	return &requestError{code: codeBusy, message: fmt.Sprintf(format, args...)}
}

func notAcceptable(can string) error {
	return &requestError{code: codeUnsupported, message: "this address answers " + can + ", which the Accept header does not name", status: http.StatusNotAcceptable}
}

// An errorMessage is an error on the wire: a body, an event or a socket message.
type errorMessage struct {
	Type  string         `json:"type"`
	ID    jsontext.Value `json:"id,omitzero"`
	Error errorBody      `json:"error"`
}

type errorBody struct {
	Code       code        `json:"code"`
	Field      string      `json:"field,omitzero"`
	Message    string      `json:"message"`
	Step       int         `json:"step,omitzero"`
	Network    *nn.Network `json:"network,omitzero"`
	RetryAfter int         `json:"retry_after,omitzero"`
	RequestID  string      `json:"request_id,omitzero"`

	status int
}

// describe is the one table from errors to what a client is told. An error
// that it does not know is our fault.
func describe(err error) errorBody {
	var (
		request  *requestError
		field    *nn.FieldError
		diverged *nn.DivergedError
		data     *dataset.ParamError
		own      *table.Error
		http404  *echo.HTTPError
	)
	b := errorBody{Code: codeInternal, Message: "something went wrong in the server"}
	switch {
	case errors.As(err, &request):
		b = errorBody{Code: request.code, Field: request.field, Message: request.message, status: request.status}
	case errors.As(err, &field):
		b = errorBody{Code: codeInvalid, Field: field.Field, Message: field.Message}
	case errors.As(err, &diverged):
		b = errorBody{Code: codeDiverged, Message: diverged.Error(), Step: diverged.Step, Network: &diverged.Network}
	case errors.As(err, &data):
		b = errorBody{Code: codeInvalid, Field: data.Field, Message: data.Message}
	case errors.As(err, &own):
		b = errorBody{Code: codeInvalid, Field: views.FieldTableText, Message: own.Error()}
	case errors.As(err, &http404) && http404.Code == http.StatusNotFound:
		b = errorBody{Code: codeNotFound, Message: "there is nothing at this address"}
	case errors.As(err, &http404) && http404.Code == http.StatusMethodNotAllowed:
		b = errorBody{Code: codeMethod, Message: "this address does not take this method"}
	}
	// A form may name a field as it likes; JSON may not.
	b.Field, b.Message = strings.ToValidUTF8(clip(b.Field), "\ufffd"), strings.ToValidUTF8(b.Message, "\ufffd")
	if b.Code == codeBusy {
		b.RetryAfter = retryAfter
	}
	if b.status == 0 {
		b.status = statuses[b.Code]
	}
	return b
}

// withID is an error together with the id of the message it answers.
type withID struct {
	error
	id jsontext.Value
}

func (e withID) Unwrap() error { return e.error }

// fail is Echo's error handler: it answers a request with its error.
func (s *Server) fail(err error, c echo.Context) {
	if errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil || errors.As(err, new(stream.UnreadError)) {
		return // the client has gone
	}
	b := s.describeLogged(err, c)
	if c.Response().Committed {
		return
	}
	h := c.Response().Header()
	if b.RetryAfter > 0 {
		h.Set(echo.HeaderRetryAfter, strconv.Itoa(b.RetryAfter))
	}
	if wantsHTML(c.Request()) && c.Request().Method == http.MethodPost {
		if err := s.failHTML(c, b, err); err != nil {
			s.config.Logger.Error("rendering an error", "error", err)
		}
		return
	}
	message := errorMessage{Type: "error", Error: b}
	var id withID
	if errors.As(err, &id) {
		message.ID = id.id
	}
	body, err := json.Marshal(message)
	if err != nil {
		s.config.Logger.Error("encoding an error", "error", err)
		return
	}
	if err := answer(c, b.status, "application/json", append(body, '\n')); err != nil {
		s.config.Logger.Debug("writing an error", "error", err)
	}
}

// describeLogged is describe; our own faults go to the log, with the id that
// the client is given.
func (s *Server) describeLogged(err error, c echo.Context) errorBody {
	b := describe(err)
	s.metrics.errors.WithLabelValues(string(b.Code)).Inc()
	if b.Code == codeInternal {
		b.RequestID = c.Response().Header().Get(echo.HeaderXRequestID)
		s.config.Logger.Error("internal error", "request_id", b.RequestID, "path", c.Path(), "error", err)
	}
	return b
}

func asEditError(err error) (editError, bool) {
	var e editError
	ok := errors.As(err, &e)
	return e, ok
}

// wantsHTML reports whether the answer is for the page and not for a program.
func wantsHTML(r *http.Request) bool {
	return r.Header.Get("HX-Request") != "" || strings.Contains(r.Header.Get("Accept"), "text/html")
}

// accepts reports whether the Accept header allows the media type.
func accepts(r *http.Request, mediaType string) bool {
	header := strings.Join(r.Header.Values("Accept"), ",")
	if strings.TrimSpace(header) == "" {
		return true
	}
	family, _, _ := strings.Cut(mediaType, "/")
	ranges := []string{"*/*", family + "/*", mediaType} // the more specific one decides
	closest, quality := -1, 0.0
	for part := range strings.SplitSeq(header, ",") {
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
	return quality > 0
}

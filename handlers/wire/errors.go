package wire

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
)

// A Code is the name of an error for programs.
type Code string

// The codes of the wire contract, two for paths that do not exist, and one for pages of another
// release.
const (
	CodeMalformed        Code = "malformed"
	CodeInvalid          Code = "invalid"
	CodeTooLarge         Code = "too_large"
	CodeDiverged         Code = "diverged"
	CodeUnsupported      Code = "unsupported"
	CodeForbidden        Code = "forbidden"
	CodeBusy             Code = "busy"
	CodeInternal         Code = "internal"
	CodeNotFound         Code = "not_found"
	CodeMethodNotAllowed Code = "method_not_allowed"
	CodeRelease          Code = "release"
)

// Codes returns all codes.
func Codes() []Code {
	return []Code{
		CodeMalformed, CodeInvalid, CodeTooLarge, CodeDiverged, CodeUnsupported, CodeForbidden, CodeBusy, CodeInternal,
		CodeNotFound, CodeMethodNotAllowed, CodeRelease,
	}
}

// An Error says why a request gets no result.
type Error struct {
	Code    Code
	Field   string // path of the member at fault, such as data[3].x, or ""
	Message string // the rest of a sentence that begins with the field

	RetryAfter int // of CodeBusy: seconds, at least 1
}

func (e *Error) Error() string {
	if e.Field == "" {
		return e.Message
	}
	return e.Field + " " + e.Message
}

// Errorf returns an [*Error] with a formatted message.
func Errorf(code Code, field, format string, args ...any) error {
	return &Error{Code: code, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Malformed returns an error for text that does not follow the grammar: it is no JSON, or has
// members or types that the contract does not know.
func Malformed(field, format string, args ...any) error {
	return Errorf(CodeMalformed, field, format, args...)
}

// Invalid returns an error for a value that the contract forbids.
func Invalid(field, format string, args ...any) error {
	return Errorf(CodeInvalid, field, format, args...)
}

// TooLarge returns an error for what is over a limit of the server.
func TooLarge(field, format string, args ...any) error {
	return Errorf(CodeTooLarge, field, format, args...)
}

// Busy returns an error for what the server could do after some seconds.
func Busy(retryAfter int, format string, args ...any) error {
	return &Error{Code: CodeBusy, Message: fmt.Sprintf(format, args...), RetryAfter: retryAfter}
}

// Unsupported returns an error for a media type or a protocol that the server does not know.
func Unsupported(format string, args ...any) error {
	return Errorf(CodeUnsupported, "", format, args...)
}

// An ErrorBody is what a client is told about an error.
type ErrorBody struct {
	Code       Code        `json:"code"`
	Field      string      `json:"field,omitzero"`
	Message    string      `json:"message"`
	Step       int         `json:"step,omitzero"`        // where the training diverged
	Network    *nn.Network `json:"network,omitzero"`     // the last one that was finite
	RetryAfter int         `json:"retry_after,omitzero"` // seconds
	RequestID  string      `json:"request_id,omitzero"`  // under which the log has the error
}

// An ErrorMessage is an error on the wire: a body, an event or a message of a socket.
type ErrorMessage struct {
	Type  string         `json:"type"` // error
	ID    jsontext.Value `json:"id,omitzero"`
	Error ErrorBody      `json:"error"`
}

// EncodeError returns the JSON of an [ErrorMessage]. The error that it returns is about the id.
func EncodeError(id jsontext.Value, body ErrorBody) ([]byte, error) {
	return json.Marshal(ErrorMessage{Type: "error", ID: id, Error: body})
}

// Describe is the one table from errors of this package and of package nn to what a client is told.
// An error that it does not know is the server's fault, and says no more than that.
func Describe(err error) ErrorBody {
	var (
		request  *Error
		field    *nn.FieldError
		diverged *nn.DivergedError
		data     *dataset.ParamError
	)
	b := ErrorBody{Code: CodeInternal, Message: "something went wrong in the server"}
	switch {
	case errors.As(err, &request):
		b = ErrorBody{
			Code: request.Code, Field: request.Field, Message: request.Message,
			RetryAfter: request.RetryAfter,
		}
	case errors.As(err, &field):
		b = ErrorBody{Code: CodeInvalid, Field: field.Field, Message: field.Message}
	case errors.As(err, &diverged):
		b = ErrorBody{
			Code: CodeDiverged, Message: diverged.Error(),
			Step: diverged.Step, Network: &diverged.Network,
		}
	case errors.As(err, &data):
		b = ErrorBody{Code: CodeInvalid, Field: data.Field, Message: data.Message}
	}
	// A form may name a field as it likes; JSON may not.
	b.Field = strings.ToValidUTF8(Clip(b.Field), "\ufffd")
	b.Message = strings.ToValidUTF8(b.Message, "\ufffd")
	return b
}

// Within returns the error of a member of a field that holds a whole state, with a path that begins
// with the field. An error that is the server's fault stays as it is.
func Within(field string, err error) error {
	b := Describe(err)
	if b.Code == CodeInternal {
		return err
	}
	return &Error{Code: b.Code, Field: field + "." + b.Field, Message: b.Message}
}

// Clip shortens text of a client to what fits in a message. It looks at no more than it keeps.
func Clip(s string) string {
	n := 0
	for i := range s {
		if n == 60 {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

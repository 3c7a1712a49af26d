package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/views"
)

func TestDescribe(t *testing.T) {
	network := nn.Network{Step: 3}
	wrap := func(err error) error { return fmt.Errorf("doing this: %w", fmt.Errorf("doing that: %w", err)) }
	const ours, secret = "something went wrong in the server", "password"
	for _, test := range []struct {
		name string
		err  error
		want errorBody
	}{
		{"Malformed", wire.Malformed("config", "is %s", "bad"), errorBody{wire.ErrorBody{Code: wire.CodeMalformed, Field: "config", Message: "is bad"}, 400}},
		{"Invalid", wire.Invalid("data[0].x", "no"), errorBody{wire.ErrorBody{Code: wire.CodeInvalid, Field: "data[0].x", Message: "no"}, 422}},
		{"TooLarge", wire.TooLarge("", "at most %d", 3), errorBody{wire.ErrorBody{Code: wire.CodeTooLarge, Message: "at most 3"}, 413}},
		{"Busy", wire.Busy(1, "full"), errorBody{wire.ErrorBody{Code: wire.CodeBusy, Message: "full", RetryAfter: 1}, 503}},
		{"Unsupported", wire.Unsupported("no"), errorBody{wire.ErrorBody{Code: wire.CodeUnsupported, Message: "no"}, 415}},
		{"NotAcceptable", notAcceptable("text/plain"), errorBody{wire.ErrorBody{Code: wire.CodeUnsupported, Message: "this address answers text/plain, which the Accept header does not name"}, 406}},
		{"Forbidden", wire.Errorf(wire.CodeForbidden, "", "no"), errorBody{wire.ErrorBody{Code: wire.CodeForbidden, Message: "no"}, 403}},
		{"Field", &nn.FieldError{Field: "config.l1", Message: "no"}, errorBody{wire.ErrorBody{Code: wire.CodeInvalid, Field: "config.l1", Message: "no"}, 422}},
		{"Param", &dataset.ParamError{Field: "noise", Message: "no"}, errorBody{wire.ErrorBody{Code: wire.CodeInvalid, Field: "noise", Message: "no"}, 422}},
		{"Diverged", &nn.DivergedError{Step: 4, What: "gradient", Network: network}, errorBody{wire.ErrorBody{Code: wire.CodeDiverged, Step: 4, Network: &network,
			Message: "the gradient stopped being finite at step 4; a smaller learning rate may help"}, 422}},
		{"NotFound", echo.ErrNotFound, errorBody{wire.ErrorBody{Code: wire.CodeNotFound, Message: "there is nothing at this address"}, 404}},
		{"Method", echo.ErrMethodNotAllowed, errorBody{wire.ErrorBody{Code: wire.CodeMethodNotAllowed, Message: "this address does not take this method"}, 405}},
		{"WrappedRequest", wrap(wire.Invalid("id", "no")), errorBody{wire.ErrorBody{Code: wire.CodeInvalid, Field: "id", Message: "no"}, 422}},
		{"WrappedField", wrap(&nn.FieldError{Field: "data", Message: "no"}), errorBody{wire.ErrorBody{Code: wire.CodeInvalid, Field: "data", Message: "no"}, 422}},
		{"WrappedHTTP", wrap(echo.NewHTTPError(404, secret)), errorBody{wire.ErrorBody{Code: wire.CodeNotFound, Message: "there is nothing at this address"}, 404}},
		{"WithID", withID{wire.Invalid("id", "no"), jsontext.Value("1")}, errorBody{wire.ErrorBody{Code: wire.CodeInvalid, Field: "id", Message: "no"}, 422}},
		{"Edit", editError{wrap(wire.TooLarge("data", "no")), pageRequest{}}, errorBody{wire.ErrorBody{Code: wire.CodeTooLarge, Field: "data", Message: "no"}, 413}},
		{"Joined", errors.Join(errors.New(secret), wire.Malformed("a", "no"), wire.Malformed("b", "no")), errorBody{wire.ErrorBody{Code: wire.CodeMalformed, Field: "a", Message: "no"}, 400}},
		{"HTTPTeapot", echo.NewHTTPError(418, secret), errorBody{wire.ErrorBody{Code: wire.CodeInternal, Message: ours}, 500}},
		{"HTTPTooLarge", echo.ErrStatusRequestEntityTooLarge, errorBody{wire.ErrorBody{Code: wire.CodeInternal, Message: ours}, 500}},
		{"Unknown", errors.New(secret), errorBody{wire.ErrorBody{Code: wire.CodeInternal, Message: ours}, 500}},
		{"Deadline", context.DeadlineExceeded, errorBody{wire.ErrorBody{Code: wire.CodeInternal, Message: ours}, 500}},
		{"EOF", io.EOF, errorBody{wire.ErrorBody{Code: wire.CodeInternal, Message: ours}, 500}},
		{"Nil", nil, errorBody{wire.ErrorBody{Code: wire.CodeInternal, Message: ours}, 500}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := describe(test.err); !same(got, test.want) {
				t.Errorf("describe(%v) = %+v; want %+v", test.err, got, test.want)
			}
		})
	}
}

// TestStatuses: each code has a status of its kind.
func TestStatuses(t *testing.T) {
	for _, c := range wire.Codes() {
		if got := statuses[c]; got < 400 || got > 599 {
			t.Errorf("statuses[%s] = %d; want 400 to 599", c, got)
		}
	}
}

func TestAccepts(t *testing.T) {
	for _, test := range []struct {
		name    string
		headers []string
		want    bool
	}{
		{"None", nil, true},
		{"Empty", []string{""}, true},
		{"Space", []string{" "}, true},
		{"Any", []string{"*/*"}, true},
		{"Same", []string{"application/json"}, true},
		{"Upper", []string{"Application/JSON"}, true},
		{"Family", []string{"application/*"}, true},
		{"OtherFamily", []string{"text/*"}, false},
		{"Other", []string{"text/event-stream"}, false},
		{"Among", []string{"text/html, application/xml;q=0.9, application/json;q=0.1"}, true},
		{"AnyAmong", []string{"image/png,*/*;q=0.8"}, true},
		{"SecondHeader", []string{"image/png", "application/json"}, true},
		{"Parameter", []string{"application/json;charset=utf-8"}, true},
		{"Spaces", []string{" application/json ; q=1 "}, true},
		{"Zero", []string{"application/json;q=0"}, false},
		{"ZeroThousandths", []string{"application/json; q=0.000"}, false},
		{"OneThousandth", []string{"application/json; q=0.001"}, true},
		{"Unreadable", []string{"application/json;q=high"}, false},
		{"Longer", []string{"application/jsonlines"}, false},
		{"Suffix", []string{"application/ld+json"}, false},
		// RFC 9110, section 12.5.1: the most specific range decides; and names of parameters do not
		// differ by case.
		{"ZeroButAny", []string{"application/json;q=0, */*"}, false},
		{"FamilyZeroButAny", []string{"*/*, application/*;q=0"}, false},
		{"UpperZero", []string{"application/json;Q=0"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			for _, h := range test.headers {
				r.Header.Add("Accept", h)
			}
			if accepts(r, "application/json") != test.want {
				t.Errorf("accepts(%q) = %t; want %t", test.headers, !test.want, test.want)
			}
		})
	}
}

func TestWantsHTML(t *testing.T) {
	for _, test := range []struct {
		hx, accept string
		want       bool
	}{
		{"", "", false}, {"", "*/*", false}, {"", "application/json", false}, {"", "text/event-stream", false},
		{"", "text/html,application/xhtml+xml,*/*;q=0.8", true}, {"", "text/*", false},
		{"", "TEXT/HTML", true}, {"", "application/json, text/html;q=0.1", true},
		{"", "text/html;q=0, application/json", false}, {"", "text/html; Q=0.0, */*", false}, {"", "text/htmlx", false},
		{"true", "", true}, {"true", "text/event-stream", true}, {"true", "text/html;q=0", true},
	} {
		r := httptest.NewRequest(http.MethodPost, "/step", nil)
		for name, value := range map[string]string{"HX-Request": test.hx, "Accept": test.accept} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		if got := wantsHTML(r); got != test.want {
			t.Errorf("wantsHTML(HX-Request %q, Accept %q) = %t; want %t", test.hx, test.accept, got, test.want)
		}
	}
}

// TestFormAddress: the address of a page that answered a form leads to the lab, for browsers alone.
func TestFormAddress(t *testing.T) {
	s := newTestServer(t)
	for _, path := range []string{"/edit", "/step", "/explain"} {
		r := httptest.NewRequest(http.MethodGet, path+"?dataset=xor&points=40", nil)
		r.Header.Set("Accept", "text/html")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != "./?dataset=xor&points=40" {
			t.Errorf("GET %s of a browser = %d to %q; want 303 to the lab", path, w.Code, got)
		}
		if w := serve(s, http.MethodGet, path, ""); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("GET %s of a program = %d; want 405", path, w.Code)
		}
	}
}

// A panicReader is a body that panics, as a bug of ours would.
type panicReader struct{}

func (panicReader) Read([]byte) (int, error) { panic("secret of the server") }

// TestPanic: a panic is an internal error with the request's id, the log has what the client must
// not see, and the server goes on.
func TestPanic(t *testing.T) {
	for _, test := range []struct {
		name, path string
		headers    []string
		html       bool
	}{
		{"JSON", "/step", nil, false},
		{"Stream", "/train", nil, false},
		{"Predict", "/predict", nil, false},
		{"Export", "/export", nil, false},
		{"Page", "/edit", []string{"Accept", "text/html"}, true},
		{"Fragments", "/edit", []string{"HX-Request", "true"}, true},
		{"GivenID", "/step", []string{"X-Request-Id", "given by the proxy"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			s := newTestServer(t, func(c *Config) { c.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
			r := httptest.NewRequest(http.MethodPost, test.path, panicReader{})
			for i := 0; i < len(test.headers); i += 2 {
				r.Header.Set(test.headers[i], test.headers[i+1])
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != http.StatusInternalServerError {
				t.Errorf("a panic is answered %d; want 500", w.Code)
			}
			id := w.Header().Get("X-Request-Id")
			body := w.Body.String()
			if id == "" || !strings.Contains(body, id) {
				t.Errorf("the answer to a panic is %s; want the request id %q in it", body, id)
			}
			for _, leak := range []string{"secret", "goroutine", ".go:", "panic"} {
				if strings.Contains(body, leak) {
					t.Errorf("the answer to a panic is %s; want nothing of %q in it", body, leak)
				}
			}
			if !test.html {
				var got wire.ErrorMessage
				if err := json.Unmarshal([]byte(body), &got); err != nil || got.Type != "error" || got.Error.Code != wire.CodeInternal || got.Error.RequestID != id {
					t.Errorf("the answer to a panic is %s; want an internal error with the request id %q", body, id)
				}
			}
			var line struct {
				Level, Msg, Error, Path string
				RequestID               string `json:"request_id"`
			}
			if err := json.Unmarshal(log.Bytes(), &line); err != nil {
				t.Fatalf("the log of a panic is %q; want one line", log.String())
			}
			if line.Level != "ERROR" || line.RequestID != id || line.Path != test.path || !strings.Contains(line.Error, "secret of the server") || !strings.Contains(line.Error, "errors_test.go:") {
				t.Errorf("the log of a panic is %+v; want an error with the request id, what panicked and where", line)
			}
			if got := serve(s, http.MethodGet, "/data/xor", "").Code; got != http.StatusOK {
				t.Errorf("behind a panic a request is answered %d; want 200", got)
			}
		})
	}
}

// TestPanicAborts: the panic by which a handler tells net/http to drop the connection goes through.
func TestPanicAborts(t *testing.T) {
	s := newTestServer(t)
	defer func() {
		if got := recover(); got != http.ErrAbortHandler {
			t.Errorf("recover() = %v; want http.ErrAbortHandler", got)
		}
	}()
	r := httptest.NewRequest(http.MethodPost, "/step", abortReader{})
	s.ServeHTTP(httptest.NewRecorder(), r)
}

type abortReader struct{}

func (abortReader) Read([]byte) (int, error) { panic(http.ErrAbortHandler) }

// TestPanicReleases: a panic while computing gives back its CPU token and its place in the queue.
func TestPanicReleases(t *testing.T) {
	s := newTestServer(t)
	s.cpus, s.openRequests = fair.NewQueue(1, nil), fair.NewPool(1)
	for range 3 {
		func() {
			defer func() { _ = recover() }()
			task, ctx := s.newTask(t.Context(), fair.Client{})
			defer task.release()
			if err := s.admitRequest(task); err != nil {
				t.Fatalf("admitRequest() = %v; want room", err)
			}
			_ = s.computing(ctx, func(context.Context) error { panic("oops") })
		}()
	}
	if err := s.computing(t.Context(), func(context.Context) error { return nil }); err != nil {
		t.Errorf("computing() behind three panics = %v; want nil", err)
	}
}

// TestFailGone: nothing is written and nothing logged for a client that left. Its connection is
// aborted: one that only writes no more would take silence for an empty answer.
func TestFailGone(t *testing.T) {
	var log bytes.Buffer
	s := newTestServer(t, func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	holdTokens(t, s) // so that the request waits
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	func() {
		defer func() {
			if r := recover(); r != http.ErrAbortHandler {
				t.Errorf("the handler ends with %v; want it to abort", r)
			}
		}()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/step", strings.NewReader(`{"data":[{"x":0,"y":0,"label":0}]}`)).WithContext(ctx))
	}()
	if w.Body.Len() != 0 || log.Len() != 0 {
		t.Errorf("a client that left is answered %q and logged as %q; want neither", w.Body, log.String())
	}
}

// TestFailCommitted: an error behind the first byte writes no second answer, but is logged.
func TestFailCommitted(t *testing.T) {
	var log bytes.Buffer
	s := newTestServer(t, func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	w := httptest.NewRecorder()
	c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/", nil), w)
	if err := c.String(http.StatusOK, "so far"); err != nil {
		t.Fatal(err)
	}
	s.fail(errors.New("late"), c)
	if w.Body.String() != "so far" || w.Code != http.StatusOK || !strings.Contains(log.String(), "late") {
		t.Errorf("an error behind the answer makes it %d %q and logs %q; want the answer as it was and the error logged", w.Code, w.Body, log.String())
	}
}

// TestFailNotUTF8: a name that is not text is refused like any other.
func TestFailNotUTF8(t *testing.T) {
	for _, test := range []struct{ name, method, path, body, contentType string }{
		{"Form", http.MethodPost, "/step", "%ff=1", urlencoded},
		{"Multipart", http.MethodPost, "/step", part("a\xff", "1") + "--8--", multipart8},
		{"Recipe", http.MethodGet, "/train?%ff=1", "", ""},
		{"Data", http.MethodGet, "/data/xor?%ff=1", "", ""},
		{"FormValue", http.MethodPost, "/step", "type=%ff&data=" + `[{"x":0,"y":0,"label":0}]`, urlencoded},
		{"RecipeValue", http.MethodGet, "/train?dataset=%ff", "", ""},
		{"JSON", http.MethodPost, "/step", "{\"\xff\":1}", "application/json"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestServer(t)
			w := serve(s, test.method, test.path, test.body, "Content-Type", test.contentType)
			var got wire.ErrorMessage
			err := json.Unmarshal(w.Body.Bytes(), &got)
			if err != nil || w.Code != http.StatusBadRequest && w.Code != http.StatusUnprocessableEntity || got.Type != "error" {
				t.Errorf("%s %s %q = %d %q; want an error", test.method, test.path, test.body, w.Code, w.Body)
			}
		})
	}
}

// TestProblem: a notice calls the control by its name, begins like a sentence and offers the way
// back.
func TestProblem(t *testing.T) {
	network := nn.Network{Step: 7}
	for _, test := range []struct {
		err  error
		want string
	}{
		{wire.Invalid("config.learning_rate", "must be greater than 0; got -1"), "Learning rate must be greater than 0; got −1"},
		{wire.Invalid("config.hidden_layers[1]", "must be from 1 to 100 units; got 0"), "Hidden layers, number 2: must be from 1 to 100 units; got 0"},
		{wire.Invalid("classes", "must be 2"), "Classes must be 2"},
		{wire.Invalid("data", "must have at least one training point"), "Data must have at least one training point"},
		{wire.Invalid("config.seed", "must be from 0 to 4294967295; got 1234567890123"), "Seed must be from 0 to 4\u202f294\u202f967\u202f295; got 1\u202f234\u202f567\u202f890\u202f123"},
		{wire.Invalid("", "a line of 2024-11-27 10000.5 and 1000: 1000, (2000)"), "A line of 2024-11-27 10000.5 and 1\u202f000: 1\u202f000, (2\u202f000)"},
		{wire.Invalid("data[3].x", "must be from -1 to 1"), "data[3].x must be from −1 to 1"},
		{wire.Busy(1, "the server is shutting down"), "The server is shutting down"},
		{wire.Invalid("", "é"), "É"},
		{wire.Malformed("config.hidden_layers", `must be widths such as 8-8; got "8 -2e-05"`), `Hidden layers must be widths such as 8-8; got "8 -2e-05"`},
		{wire.Invalid("config.l1", "must be from 0 to 10; got -1e-05"), "L1 penalty must be from 0 to 10; got −1e−5"},
	} {
		if got := problem(describe(test.err)); got.Text != test.want || !got.Problem || got.Undo || got.Exits != nil {
			t.Errorf("problem(%v) = %+v; want the text %q", test.err, got, test.want)
		}
	}
	diverged := describe(&nn.DivergedError{Step: 8, What: "weights", Network: network})
	lab := views.Lab{State: nn.State{Config: nn.DefaultConfig()}, Kept: 3, Acts: viewedAct}
	lab.State.Network.Step = 7
	if got := failing([]errorBody{diverged}, &lab); !strings.Contains(got.Text, "update 8") || len(got.Exits) != 2 || got.Exits[0].Label != "Back to step 3, the best" {
		t.Errorf("failing(diverged) = %+v; want the step, and the way back to the best moment", got)
	}
	if got := failing([]errorBody{diverged}, nil); !strings.Contains(got.Text, "step 8") || got.Exits != nil {
		t.Errorf("failing(diverged) without a page = %+v; want the error alone", got)
	}
	if got := problem(errorBody{ErrorBody: wire.ErrorBody{Message: "oops", RequestID: "abc"}}); got.Text != "Oops (request abc)" {
		t.Errorf("problem(internal) = %q; want Oops (request abc)", got.Text)
	}
}

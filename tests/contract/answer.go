package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A Result is a train_step_result, its parts as the server wrote them.
type Result struct {
	Type    string          `json:"type"`
	ID      json.RawMessage `json:"id"`
	Network json.RawMessage `json:"network"`
	Loss    json.RawMessage `json:"loss"`
	Metrics json.RawMessage `json:"metrics"`
}

// state returns the network of a result, decoded.
func (r Result) state(tb testing.TB) Network {
	tb.Helper()
	return Decode[Network](tb, r.Network)
}

// same reports whether two results agree byte for byte. It ignores their ids, which clients choose.
func (r Result) same(other Result) bool {
	return bytes.Equal(r.Network, other.Network) && bytes.Equal(r.Loss, other.Loss) &&
		bytes.Equal(r.Metrics, other.Metrics)
}

func (r Result) String() string {
	return fmt.Sprintf("%s loss %s metrics %s network %s", r.Type, r.Loss, r.Metrics, Clip(r.Network))
}

// A Network is the network member of the contract.
type Network struct {
	Weights   [][][]float64   `json:"weights"`
	Biases    [][]float64     `json:"biases"`
	Optimizer json.RawMessage `json:"optimizer,omitempty"`
	Step      int             `json:"step"`
	Epoch     int             `json:"epoch"`
}

// Widths returns the number of inputs, then the number of outputs of each layer.
func (n Network) Widths() []int {
	var widths []int
	for i, layer := range n.Weights {
		if i == 0 && len(layer) > 0 {
			widths = append(widths, len(layer[0]))
		}
		widths = append(widths, len(layer))
	}
	return widths
}

// Metrics is the metrics member of the contract; nil is absent.
type Metrics struct {
	Loss         *float64 `json:"loss"`
	Accuracy     *float64 `json:"accuracy"`
	TestLoss     *float64 `json:"test_loss"`
	TestAccuracy *float64 `json:"test_accuracy"`
}

// A Failure is an answer of type error. It is a Go error, so that a function that asks for a result
// can return it.
type Failure struct {
	Type   string          `json:"type"`
	ID     json.RawMessage `json:"id"`
	Reason struct {
		Code       string          `json:"code"`
		Field      string          `json:"field"`
		Message    string          `json:"message"`
		Step       *int            `json:"step"`
		Network    json.RawMessage `json:"network"`
		RetryAfter *float64        `json:"retry_after"`
	} `json:"error"`

	Status int         // of HTTP; 0 inside a stream or a socket
	Header http.Header // of HTTP
}

func (f *Failure) Error() string {
	return fmt.Sprintf("%d %s %s: %s", f.Status, f.Reason.Code, f.Reason.Field, f.Reason.Message)
}

// Refusal returns err as a *Failure, and fails the test if it is anything else.
func Refusal(tb testing.TB, err error) *Failure {
	tb.Helper()
	f, ok := err.(*Failure)
	if !ok {
		tb.Fatalf("the answer is %v; want an error of the contract", err)
	}
	return f
}

// check fails the test unless err is a Failure with one of the codes and one of the fields. Where
// the contract leaves a choice, bars separate the alternatives. The field * matches any field.
func check(tb testing.TB, err error, codes, fields string) {
	tb.Helper()
	f := Refusal(tb, err)
	if !Among(f.Reason.Code, codes) {
		tb.Errorf("code %q (%v); want %s", f.Reason.Code, f, codes)
	}
	if fields != "*" && !Among(f.Reason.Field, fields) {
		tb.Errorf("field %q (%v); want %q", f.Reason.Field, f, fields)
	}
	if f.Reason.Message == "" {
		tb.Errorf("no message (%v); want one", f)
	}
	if want := Statuses[f.Reason.Code]; f.Status != 0 && !Among(fmt.Sprint(f.Status), want) {
		tb.Errorf("status %d for %v; want %s", f.Status, f, want)
	}
	if f.Status == http.StatusServiceUnavailable {
		if seconds, err := strconv.Atoi(f.Header.Get("Retry-After")); err != nil || seconds < 1 {
			tb.Errorf("Retry-After %q; want seconds", f.Header.Get("Retry-After"))
		}
	}
}

// Statuses is the contract's table of errors: the HTTP statuses of a code, separated by bars.
var Statuses = map[string]string{
	"malformed": "400", "invalid": "422", "too_large": "413", "diverged": "422",
	"unsupported": "415|406", "forbidden": "403|421", "busy": "503", "internal": "500",
}

// Among reports whether got is one of the alternatives, which bars separate.
func Among(got, alternatives string) bool {
	return slices.Contains(strings.Split(alternatives, "|"), got)
}

// read decodes a train_step_result or an error from its JSON. It returns an error as a *Failure.
func read(text []byte) (Result, error) {
	var r Result
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("the answer is not JSON: %v: %s", err, Clip(text))
	}
	switch r.Type {
	case "train_step_result":
		return r, nil
	case "error":
		f := new(Failure)
		if err := json.Unmarshal(text, f); err != nil {
			return r, fmt.Errorf("the error is not the contract's: %v: %s", err, Clip(text))
		}
		return r, f
	}
	return r, fmt.Errorf("an answer of type %q; want train_step_result or error: %s",
		r.Type, Clip(text))
}

// Read decodes a train_step_result or an error from an HTTP answer, whose status must fit its body.
func (r Reply) Read() (Result, error) {
	answer, err := read(r.Body)
	if f, ok := err.(*Failure); ok {
		f.Status, f.Header = r.Status, r.Header
	} else if err == nil && r.Status != http.StatusOK {
		err = fmt.Errorf("status %d with a train_step_result; want 200", r.Status)
	}
	if kind := r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		return answer, fmt.Errorf("Content-Type %q with status %d; want application/json: %s",
			kind, r.Status, Clip(r.Body))
	}
	return answer, err
}

// Decode reads JSON into a T, and fails the test if T lacks one of the members.
func Decode[T any](tb testing.TB, text []byte) T {
	tb.Helper()
	var v T
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		tb.Fatalf("decode %s: %v", Clip(text), err)
	}
	return v
}

// Encode returns the JSON of v.
func Encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // only a test can get this wrong
	}
	return text
}

// Clip shortens a text that is too long for a test's message.
func Clip(text []byte) string {
	const enough = 600
	if len(text) > enough {
		return fmt.Sprintf("%s… (%d bytes)", text[:enough], len(text))
	}
	return string(text)
}

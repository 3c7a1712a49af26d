package tests

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

// A result is a train_step_result, its parts as the server wrote them.
type result struct {
	Type    string          `json:"type"`
	ID      json.RawMessage `json:"id"`
	Network json.RawMessage `json:"network"`
	Loss    json.RawMessage `json:"loss"`
	Metrics json.RawMessage `json:"metrics"`
}

// state is the network of a result, read.
func (r result) state(tb testing.TB) network {
	tb.Helper()
	return decode[network](tb, r.Network)
}

// same reports whether two results agree byte for byte. Their ids are the clients' own and do not count.
func (r result) same(other result) bool {
	return bytes.Equal(r.Network, other.Network) && bytes.Equal(r.Loss, other.Loss) && bytes.Equal(r.Metrics, other.Metrics)
}

func (r result) String() string {
	return fmt.Sprintf("%s loss %s metrics %s network %s", r.Type, r.Loss, r.Metrics, clip(r.Network))
}

// A network is the network member of the contract.
type network struct {
	Weights   [][][]float64   `json:"weights"`
	Biases    [][]float64     `json:"biases"`
	Optimizer json.RawMessage `json:"optimizer,omitempty"`
	Step      int             `json:"step"`
	Epoch     int             `json:"epoch"`
}

// widths returns the number of inputs and then of the outputs of each layer.
func (n network) widths() []int {
	var widths []int
	for i, layer := range n.Weights {
		if i == 0 && len(layer) > 0 {
			widths = append(widths, len(layer[0]))
		}
		widths = append(widths, len(layer))
	}
	return widths
}

// metrics is the metrics member of the contract; nil is absent.
type metrics struct {
	Loss         *float64 `json:"loss"`
	Accuracy     *float64 `json:"accuracy"`
	TestLoss     *float64 `json:"test_loss"`
	TestAccuracy *float64 `json:"test_accuracy"`
}

// A failure is an answer of type error. It is a Go error, so that whatever asks for a result can return one.
type failure struct {
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

	status int         // of HTTP; 0 inside a stream or a socket
	header http.Header // of HTTP
}

func (f *failure) Error() string {
	return fmt.Sprintf("%d %s %s: %s", f.status, f.Reason.Code, f.Reason.Field, f.Reason.Message)
}

// refusal is the failure that err is; it fails the test if err is anything else.
func refusal(tb testing.TB, err error) *failure {
	tb.Helper()
	f, ok := err.(*failure)
	if !ok {
		tb.Fatalf("the answer is %v; want an error of the contract", err)
	}
	return f
}

// check fails the test unless err is a failure with one of the codes and one of the fields. Both are alternatives
// between bars, where the contract leaves a choice; the field * is any.
func check(tb testing.TB, err error, codes, fields string) {
	tb.Helper()
	f := refusal(tb, err)
	if !among(f.Reason.Code, codes) {
		tb.Errorf("code %q (%v); want %s", f.Reason.Code, f, codes)
	}
	if fields != "*" && !among(f.Reason.Field, fields) {
		tb.Errorf("field %q (%v); want %q", f.Reason.Field, f, fields)
	}
	if f.Reason.Message == "" {
		tb.Errorf("no message (%v); want one", f)
	}
	if want := statuses[f.Reason.Code]; f.status != 0 && !among(fmt.Sprint(f.status), want) {
		tb.Errorf("status %d for %v; want %s", f.status, f, want)
	}
	if f.status == http.StatusServiceUnavailable {
		if seconds, err := strconv.Atoi(f.header.Get("Retry-After")); err != nil || seconds < 1 {
			tb.Errorf("Retry-After %q; want seconds", f.header.Get("Retry-After"))
		}
	}
}

// statuses is the contract's table of errors.
var statuses = map[string]string{
	"malformed": "400", "invalid": "422", "too_large": "413", "diverged": "422", "unsupported": "415|406",
	"forbidden": "403", "busy": "503", "internal": "500",
}

// among reports whether got is one of the alternatives between bars.
func among(got, alternatives string) bool {
	return slices.Contains(strings.Split(alternatives, "|"), got)
}

// read takes a train_step_result or an error from its JSON; an error is returned as a *failure.
func read(text []byte) (result, error) {
	var r result
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("the answer is not JSON: %v: %s", err, clip(text))
	}
	switch r.Type {
	case "train_step_result":
		return r, nil
	case "error":
		f := new(failure)
		if err := json.Unmarshal(text, f); err != nil {
			return r, fmt.Errorf("the error is not the contract's: %v: %s", err, clip(text))
		}
		return r, f
	}
	return r, fmt.Errorf("an answer of type %q; want train_step_result or error: %s", r.Type, clip(text))
}

// read takes a train_step_result or an error from an HTTP answer, whose status must be that of its body.
func (r reply) read() (result, error) {
	answer, err := read(r.body)
	if f, ok := err.(*failure); ok {
		f.status, f.header = r.status, r.header
	} else if err == nil && r.status != http.StatusOK {
		err = fmt.Errorf("status %d with a train_step_result; want 200", r.status)
	}
	if kind := r.header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		return answer, fmt.Errorf("Content-Type %q with status %d; want application/json: %s", kind, r.status, clip(r.body))
	}
	return answer, err
}

// decode reads JSON into a T that has room for every member.
func decode[T any](tb testing.TB, text []byte) T {
	tb.Helper()
	var v T
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		tb.Fatalf("decode %s: %v", clip(text), err)
	}
	return v
}

// encode writes JSON as any client in Go would.
func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // only a test can get this wrong
	}
	return text
}

// clip shortens what would drown a message.
func clip(text []byte) string {
	const enough = 600
	if len(text) > enough {
		return fmt.Sprintf("%s… (%d bytes)", text[:enough], len(text))
	}
	return string(text)
}

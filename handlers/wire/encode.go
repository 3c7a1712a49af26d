package wire

import (
	"io"
	"math"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// The functions of this file append the JSON of the answers to every update, byte for byte as
// json.Marshal writes it, in half the time and into a buffer that can be used again. A number that
// is not finite has no JSON. Package nn returns none, so it is a panic here. What may be long is
// appended at a pace; if that is stopped, the JSON is not whole.

// appendNumber appends v as JavaScript writes it (ECMA-262, Number::toString), except that -0 keeps
// its sign.
func appendNumber(dst []byte, v float64) []byte {
	size := math.Abs(v)
	switch {
	case !(size <= math.MaxFloat64):
		panic("wire: a number that is not finite")
	case size < 1<<53 && v == math.Trunc(v) && (v != 0 || !math.Signbit(v)):
		return strconv.AppendInt(dst, int64(v), 10)
	case v == 0 || size >= 1e-6 && size < 1e21:
		return strconv.AppendFloat(dst, v, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, v, 'e', -1, 64)
	if n := len(dst); dst[n-2] == '0' && dst[n-3] == '-' { // e-09 is e-9
		dst = append(dst[:n-2], dst[n-1])
	}
	return dst
}

// appendList appends a list, whose elements element appends.
func appendList[T any](dst []byte, list []T, element func([]byte, T) []byte) []byte {
	dst = append(dst, '[')
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = element(dst, v)
	}
	return append(dst, ']')
}

func appendNumbers(dst []byte, list []float64) []byte { return appendList(dst, list, appendNumber) }

func appendRows(dst []byte, rows [][]float64) []byte { return appendList(dst, rows, appendNumbers) }

func appendInt(dst []byte, v int) []byte { return strconv.AppendInt(dst, int64(v), 10) }

// appendName appends the name of a member, with the comma before it and the colon after it.
func appendName(dst []byte, name string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, '"', ':')
}

// appendParametersTo appends the members of parameters to an object.
func appendParametersTo(dst []byte, p nn.Parameters, at *pace.Pace) []byte {
	row := func(dst []byte, row []float64) []byte {
		before := len(dst)
		if at.Stopped() == nil {
			dst = appendNumbers(dst, row)
			at.Count(len(dst) - before)
		}
		return dst
	}
	rows := func(dst []byte, rows [][]float64) []byte { return appendList(dst, rows, row) }
	dst = appendList(appendName(dst, "weights"), p.Weights, rows)
	return rows(appendName(dst, "biases"), p.Biases)
}

// AppendNetwork appends a network with the optimizer's moments, at a pace.
func AppendNetwork(dst []byte, n nn.Network, at *pace.Pace) []byte {
	dst = appendParametersTo(append(dst, '{'), n.Parameters, at)
	dst = append(appendName(dst, "optimizer"), '{')
	m := n.Optimizer
	if m.Optimizer != "" {
		name := string(m.Optimizer) // which is UTF-8, so that quoting it cannot fail
		dst, _ = jsontext.AppendQuote(appendName(dst, "name"), name)
	}
	if m.Updates != 0 {
		dst = appendInt(appendName(dst, "updates"), m.Updates)
	}
	if m.First != nil {
		dst = append(appendParametersTo(append(appendName(dst, "first"), '{'), *m.First, at), '}')
	}
	if m.Second != nil {
		dst = append(appendParametersTo(append(appendName(dst, "second"), '{'), *m.Second, at), '}')
	}
	dst = appendInt(appendName(append(dst, '}'), "step"), n.Step)
	dst = appendInt(appendName(dst, "epoch"), n.Epoch)
	return append(dst, '}')
}

// AppendHistory appends the curves of a run.
func AppendHistory(dst []byte, h nn.History) []byte {
	dst = append(dst, '{')
	if h.Every != 0 {
		dst = appendInt(appendName(dst, "every"), h.Every)
	}
	if h.Step != nil {
		dst = appendList(appendName(dst, "step"), h.Step, appendInt)
	}
	if h.Epoch != nil {
		dst = appendList(appendName(dst, "epoch"), h.Epoch, appendInt)
	}
	for _, c := range [...]struct {
		name   string
		values []float64
	}{
		{"loss", h.Loss}, {"accuracy", h.Accuracy},
		{"test_loss", h.TestLoss}, {"test_accuracy", h.TestAccuracy},
	} {
		if c.values != nil {
			dst = appendNumbers(appendName(dst, c.name), c.values)
		}
	}
	if h.Since != 0 {
		dst = appendInt(appendName(dst, "since"), h.Since)
	}
	if b := h.Best; b != nil {
		dst = append(appendName(dst, "best"), '{')
		dst = appendInt(appendName(dst, "step"), b.Step)
		dst = appendInt(appendName(dst, "epoch"), b.Epoch)
		dst = append(appendNumber(appendName(dst, "test_loss"), b.TestLoss), '}')
	}
	if h.Layers != nil {
		dst = appendLayers(append(appendName(dst, "layers"), '{'), h.Layers)
	}
	return append(dst, '}')
}

// appendLayers appends the members of how the layers learned, and the end of the object.
func appendLayers(dst []byte, h *nn.LayerHistory) []byte {
	dst = appendInt(appendName(dst, "every"), h.Every)
	dst = appendList(appendName(dst, "step"), h.Step, appendInt)
	dst = appendList(appendName(dst, "epoch"), h.Epoch, appendInt)
	for _, c := range [...]struct {
		name    string
		columns [][]float64
	}{{"gradient", h.Gradient}, {"update", h.Update}, {"idle", h.Idle}} {
		dst = appendRows(appendName(dst, c.name), c.columns)
	}
	return append(dst, '}')
}

// AppendPoints appends the points of a state.
func AppendPoints(dst []byte, points []nn.Point) []byte {
	return appendList(dst, points, func(dst []byte, p nn.Point) []byte {
		dst = appendNumber(append(dst, `{"x":`...), p.X)
		dst = appendNumber(append(dst, `,"y":`...), p.Y)
		dst = appendNumber(append(dst, `,"label":`...), p.Label)
		return append(dst, '}')
	})
}

// AppendResult appends the answer to train_step, at a pace. The error is about the id, or the one that stopped the pace.
func AppendResult(dst []byte, id jsontext.Value, result nn.Result, at *pace.Pace) ([]byte, error) {
	dst, err := appendID(append(dst, `{"type":"train_step_result"`...), id)
	if err != nil {
		return nil, err
	}
	return appendResult(dst, result, at)
}

// appendResult appends the members of a result, and the end of the object. It is the one place where a
// result becomes JSON.
func appendResult(dst []byte, result nn.Result, at *pace.Pace) ([]byte, error) {
	dst = AppendNetwork(appendName(dst, "network"), result.Network, at)
	if err := at.Stopped(); err != nil {
		return nil, err
	}
	dst = appendNumber(appendName(dst, "loss"), result.Loss)
	m := result.Metrics
	dst = append(appendName(dst, "metrics"), '{')
	dst = appendNumber(appendName(dst, "loss"), m.Loss)
	for _, c := range [...]struct {
		name  string
		value *float64
	}{{"accuracy", m.Accuracy}, {"test_loss", m.TestLoss}, {"test_accuracy", m.TestAccuracy}} {
		if c.value != nil {
			dst = appendNumber(appendName(dst, c.name), *c.value)
		}
	}
	return append(dst, "}}"...), nil
}

// appendID appends the member id, unless it is nil. Package json writes it, because strings may be
// escaped in several ways.
func appendID(dst []byte, id jsontext.Value) ([]byte, error) {
	if id == nil {
		return dst, nil
	}
	text, err := json.Marshal(id)
	return append(appendName(dst, "id"), text...), err
}

// AppendPrediction appends the answer to predict. The error is about the id.
func AppendPrediction(dst []byte, id jsontext.Value, outputs [][]float64) ([]byte, error) {
	dst, err := appendID(append(dst, `{"type":"predict_result"`...), id)
	dst = appendRows(appendName(dst, "outputs"), outputs)
	return append(dst, '}'), err
}

// WriteSpaces writes the answer to a message of the kind Layers, at a pace: where the layers of some
// names put the points, and the grid of the places (xs[j], ys[j]). The error is about the id, or that of
// the writer or of the pace.
func WriteSpaces(w io.Writer, id jsontext.Value, names []string, spaces []nn.LayerSpace, xs, ys []float64, at *pace.Pace) error {
	text, err := appendID(append([]byte(nil), `{"type":"layers_result"`...), id)
	if err != nil {
		return err
	}
	text = appendCoordinates(appendName(text, "grid"), 2, [2][]float64{xs, ys})
	text = append(appendName(text, "layers"), '[')
	for l, s := range spaces {
		if l > 0 {
			text = append(text, ',')
		}
		name, err := json.Marshal(names[l])
		if err != nil {
			return err
		}
		text = append(appendName(append(text, '{'), "name"), name...)
		text = appendInt(appendName(text, "units"), s.Units)
		text = appendList(appendName(text, "axes"), s.Axes, func(text []byte, a nn.SpaceAxis) []byte {
			if text = append(text, '{'); a.Unit != nn.NoUnit {
				text = appendInt(appendName(text, "unit"), a.Unit)
			} else {
				text = appendNumbers(appendName(text, "weights"), a.Weights)
				text = appendNumbers(appendName(text, "mean"), a.Mean)
			}
			return append(appendNumber(appendName(text, "share"), a.Share), '}')
		})
		text = appendCoordinates(appendName(text, "points"), len(s.Axes), s.Points)
		text = append(appendCoordinates(appendName(text, "grid"), len(s.Axes), s.Places), '}')
		if _, err := w.Write(text); err != nil {
			return err
		}
		if at.Count(len(text)); at.Stopped() != nil {
			return at.Stopped()
		}
		text = text[:0]
	}
	_, err = w.Write(append(text, "]}"...))
	return err
}

// appendCoordinates appends for each place a list of its first coordinates.
func appendCoordinates(text []byte, axes int, of [2][]float64) []byte {
	text = append(text, '[')
	for j := range of[0] {
		if j > 0 {
			text = append(text, ',')
		}
		for k := range axes {
			text = appendNumber(append(text, "[,"[k]), of[k][j])
		}
		text = append(text, ']')
	}
	return append(text, ']')
}

// WriteExplanation writes the answer to a message of the kind Explain. The error is about the id, or that
// of the writer.
func WriteExplanation(w io.Writer, id jsontext.Value, e nn.Explanation) error {
	return json.MarshalWrite(w, struct {
		Type string         `json:"type"`
		ID   jsontext.Value `json:"id,omitzero"`
		nn.Explanation
	}{"explain_result", id, e})
}

// EncodeResult returns what AppendResult appends, in a new buffer with some room left.
func EncodeResult(id jsontext.Value, result nn.Result, at *pace.Pace) ([]byte, error) {
	return AppendResult(make([]byte, 0, ResultSize(result)), id, result, at)
}

// ResultSize estimates how many bytes a result has. It is rarely too small.
func ResultSize(r nn.Result) int {
	numbers := 0
	count := func(rows [][]float64) {
		for _, row := range rows {
			numbers += len(row)
		}
	}
	for _, rows := range r.Network.Weights {
		count(rows)
	}
	count(r.Network.Biases)
	kept := 1
	for _, moment := range []*nn.Parameters{r.Network.Optimizer.First, r.Network.Optimizer.Second} {
		if moment != nil {
			kept++
		}
	}
	return 512 + 24*kept*numbers
}

package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/url"
	"strings"
)

// A carrier brings one train_step, in JSON, to the server by a transport of the contract and its
// answer back.
type carrier struct {
	name string
	step func(ctx context.Context, s *Server, text []byte) (Result, error)
}

// carriers are all the ways to ask for a step. The first is the plainest and the yardstick of the
// others.
var carriers = []carrier{
	{"JSON", byJSON},
	{"Curl", byCurl},
	{"Form", byForm},
	{"Multipart", byMultipart},
	{"Stream", byStream},
	{"Socket", bySocket},
}

// byCurl posts the JSON to /step as curl -d does, which announces a form.
func byCurl(ctx context.Context, s *Server, text []byte) (Result, error) {
	return postStep(ctx, s, "application/x-www-form-urlencoded", text)
}

// byForm posts an urlencoded form to /step.
func byForm(ctx context.Context, s *Server, text []byte) (Result, error) {
	fields, err := formFields(text)
	if err != nil {
		return Result{}, err
	}
	form := url.Values{}
	for name, value := range fields {
		form.Set(name, value)
	}
	return postStep(ctx, s, "application/x-www-form-urlencoded", []byte(form.Encode()))
}

// byMultipart posts a multipart form to /step.
func byMultipart(ctx context.Context, s *Server, text []byte) (Result, error) {
	fields, err := formFields(text)
	if err != nil {
		return Result{}, err
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			return Result{}, err
		}
	}
	if err := w.Close(); err != nil {
		return Result{}, err
	}
	return postStep(ctx, s, w.FormDataContentType(), body.Bytes())
}

// formFields takes a train_step apart into the fields of a form, each the JSON text of its value.
func formFields(text []byte) (map[string]string, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, fmt.Errorf("no form can carry this: %v: %s", err, Clip(text))
	}
	fields := map[string]string{}
	for name, value := range members {
		if name != "type" && name != "id" {
			fields[name] = string(value)
		}
	}
	return fields, nil
}

// byStream posts the JSON to /train and returns the last result of the stream.
func byStream(ctx context.Context, s *Server, text []byte) (Result, error) {
	st, err := s.Train(ctx, text)
	if err != nil {
		return Result{}, err
	}
	defer st.Close()
	var last Result
	for {
		e, err := st.Next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = errors.New("the stream ended without done or error")
			}
			return last, err
		}
		switch e.Name {
		case "train_step_result":
			if last, err = read([]byte(e.Data)); err != nil {
				return last, err
			}
		case "error":
			_, err := read([]byte(e.Data))
			return last, err
		case "done":
			if reason := e.Reason(); reason != "steps" {
				return last, fmt.Errorf("the stream was done for %q; want steps", reason)
			}
			return last, nil
		default:
			return last, fmt.Errorf("an event named %q; want train_step_result, done or error", e.Name)
		}
	}
}

// bySocket sends the JSON over a socket of its own.
func bySocket(ctx context.Context, s *Server, text []byte) (Result, error) {
	k, err := s.Dial(ctx)
	if err != nil {
		return Result{}, err
	}
	defer k.Close()
	return k.Step(ctx, text)
}

// carrierNamed finds a carrier.
func carrierNamed(name string) carrier {
	for _, c := range carriers {
		if strings.EqualFold(c.name, name) {
			return c
		}
	}
	panic("no carrier is named " + name)
}

// A study is a state to train from: together they use every choice of the contract's config at
// least once.
type study struct {
	name   string
	config Message
	data   []Point
}

// studies have batches that do not divide the points, so that a request may end in the middle of an
// epoch.
var studies = []study{
	{"Defaults", Message{}, Scatter(20, 2, 1)},
	{"Adam", Message{"optimizer": "adam", "hidden_layers": []int{5, 3}, "batch_size": 4, "seed": 7}, Scatter(13, 2, 2)},
	{"SGD", Message{"optimizer": "sgd", "learning_rate": 0.3, "batch_size": 4, "activation": "sigmoid"}, Scatter(13, 2, 3)},
	{"Momentum", Message{"optimizer": "momentum", "l2": 0.01, "activation": "relu", "init": "he"}, Scatter(16, 3, 4)},
	{"Nesterov", Message{"optimizer": "nesterov", "l1": 0.001, "batch_size": 5, "activation": "leaky_relu"}, Scatter(16, 2, 5)},
	{"RMSProp", Message{"optimizer": "rmsprop", "learning_rate": 0.003, "activation": "gelu", "batch_size": 1}, Scatter(6, 2, 6)},
	{"Adagrad", Message{"optimizer": "adagrad", "activation": "silu", "l1": 0.01, "l2": 0.1}, Scatter(16, 4, 7)},
	{"AdamW", Message{"optimizer": "adamw", "l2": 0.5, "activation": "elu", "batch_size": 7}, Scatter(20, 2, 8)},
	{"StepDecay", Message{"schedule": "step", "schedule_steps": 2, "schedule_factor": 0.5, "optimizer": "momentum"}, Scatter(9, 2, 17)},
	{"ExponentialDecay", Message{"schedule": "exponential", "schedule_steps": 5, "batch_size": 4}, Scatter(11, 2, 18)},
	{"CosineDecay", Message{"schedule": "cosine", "schedule_steps": 6, "schedule_factor": 0, "optimizer": "adamw", "l2": 0.1}, Scatter(10, 3, 19)},
	{"Dropout", Message{"dropout": 0.5, "batch_size": 5, "hidden_layers": []int{9, 4}, "seed": 4294967295}, Scatter(17, 2, 9)},
	{"HeldOut", Message{"test_fraction": 0.3, "dropout": 0.2, "batch_size": 4, "seed": 0}, Scatter(21, 3, 10)},
	{"Regression", Message{"task": "regression", "activation": "softplus", "optimizer": "momentum", "test_fraction": 0.2}, Slope(15, 11)},
	{"Linear", Message{"hidden_layers": []int{}, "optimizer": "nesterov", "learning_rate": 1.5, "init": "xavier"}, Scatter(15, 5, 12)},
	{"Features", Message{"features": []string{"x", "y", "x2", "y2", "xy", "sin_x", "sin_y"}, "activation": "sin", "init": "normal"}, Scatter(18, 10, 13)},
	{"Zero", Message{"init": "zero", "activation": "relu", "optimizer": "momentum", "learning_rate": 10, "batch_size": 3}, Scatter(7, 2, 14)},
	{"Deep", Message{"hidden_layers": []int{3, 2, 4, 1, 5, 2, 3, 2, 4, 3}, "activation": "linear", "features": []string{"sin_y", "x"}}, Scatter(12, 2, 15)},
	{"Wide", Message{"hidden_layers": []int{37, 100}, "dropout": 0.1, "batch_size": 33, "classes": 4}, Scatter(70, 2, 16)},
}

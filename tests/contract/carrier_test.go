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

// A carrier brings one train_step, in JSON, to the server by a transport of the contract and its answer back.
type carrier struct {
	name string
	step func(ctx context.Context, s *Server, text []byte) (Result, error)
}

// carriers are all the ways to ask for a step. The first is the plainest and the yardstick of the others.
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

package tests

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
	"testing"
)

// A carrier brings one train_step, in JSON, to the server by a transport of the contract and its answer back.
type carrier struct {
	name string
	step func(ctx context.Context, s *server, text []byte) (result, error)
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

// step is byJSON for a test that cannot go on without a result.
func (s *server) step(tb testing.TB, m message) result {
	tb.Helper()
	r, err := byJSON(soon(tb), s, m.text())
	if err != nil {
		tb.Fatalf("POST /step: %v; want a result\nrequest %s", err, clip(m.text()))
	}
	return r
}

// byJSON posts the JSON to /step.
func byJSON(ctx context.Context, s *server, text []byte) (result, error) {
	return postStep(ctx, s, "application/json", text)
}

// byCurl posts the JSON to /step as curl -d does, which announces a form.
func byCurl(ctx context.Context, s *server, text []byte) (result, error) {
	return postStep(ctx, s, "application/x-www-form-urlencoded", text)
}

// byForm posts an urlencoded form to /step.
func byForm(ctx context.Context, s *server, text []byte) (result, error) {
	fields, err := formFields(text)
	if err != nil {
		return result{}, err
	}
	form := url.Values{}
	for name, value := range fields {
		form.Set(name, value)
	}
	return postStep(ctx, s, "application/x-www-form-urlencoded", []byte(form.Encode()))
}

// byMultipart posts a multipart form to /step.
func byMultipart(ctx context.Context, s *server, text []byte) (result, error) {
	fields, err := formFields(text)
	if err != nil {
		return result{}, err
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			return result{}, err
		}
	}
	if err := w.Close(); err != nil {
		return result{}, err
	}
	return postStep(ctx, s, w.FormDataContentType(), body.Bytes())
}

// formFields takes a train_step apart into the fields of a form, each the JSON text of its value.
func formFields(text []byte) (map[string]string, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, fmt.Errorf("no form can carry this: %v: %s", err, clip(text))
	}
	fields := map[string]string{}
	for name, value := range members {
		if name != "type" && name != "id" {
			fields[name] = string(value)
		}
	}
	return fields, nil
}

func postStep(ctx context.Context, s *server, contentType string, body []byte) (result, error) {
	answer, err := s.fetch(ctx, "POST", "/step", body, "Content-Type", contentType)
	if err != nil {
		return result{}, err
	}
	return answer.read()
}

// byStream posts the JSON to /train and returns the last result of the stream.
func byStream(ctx context.Context, s *server, text []byte) (result, error) {
	st, err := s.train(ctx, text)
	if err != nil {
		return result{}, err
	}
	defer st.close()
	var last result
	for {
		e, err := st.next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = errors.New("the stream ended without done or error")
			}
			return last, err
		}
		switch e.name {
		case "train_step_result":
			if last, err = read([]byte(e.data)); err != nil {
				return last, err
			}
		case "error":
			_, err := read([]byte(e.data))
			return last, err
		case "done":
			if reason := e.reason(); reason != "steps" {
				return last, fmt.Errorf("the stream was done for %q; want steps", reason)
			}
			return last, nil
		default:
			return last, fmt.Errorf("an event named %q; want train_step_result, done or error", e.name)
		}
	}
}

// bySocket sends the JSON over a socket of its own.
func bySocket(ctx context.Context, s *server, text []byte) (result, error) {
	k, err := s.dial(ctx)
	if err != nil {
		return result{}, err
	}
	defer k.close()
	return k.step(ctx, text)
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

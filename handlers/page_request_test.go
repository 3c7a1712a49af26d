package handlers

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/pace"
	"github.com/nnvisu/nnvisu/views"
)

// checkRoundTrip encodes a prepared message as the server does and as a client sends it back, and
// checks that it comes out as it went in.
func checkRoundTrip(tb testing.TB, s *Server, m wire.Message) {
	tb.Helper()
	body := fmt.Appendf(nil, `{"config":%s,"network":%s,"data":%s}`,
		mustJSON(tb, m.State.Config), wire.AppendNetwork(nil, m.State.Network, new(pace.Pace)), wire.AppendPoints(nil, m.State.Data))
	again, err := wire.DecodeMessage(body, wire.Train, s.limits(tb.Context()))
	if err == nil {
		err = s.checkState(tb.Context(), &again)
	}
	if err != nil || !same(again.State, m.State) {
		tb.Errorf("%s is decoded as %+v, %v; want the state that was encoded", body, again.State, err)
	}
}

// FuzzPageForm: whatever form is sent, the page answers with a state that can be shown, or with an
// error that a client understands; and what it keeps comes out as it went in.
func FuzzPageForm(f *testing.F) {
	boundary := "multipart/form-data; boundary=8"
	for _, seed := range []struct{ contentType, body string }{
		{"application/json", `{}`},
		{"application/ld+json; charset=utf-8", `[]`},
		{"", `{}`}, {"", `a=1`}, {"text/plain", `a`}, {";;", `a`},
		{urlencoded, ` {"steps":1}`},
		{urlencoded, `config=%7B%22seed%22%3A1%7D&data=%5B%5D&network=&steps=1&id=7&type=train_step&frame_steps=2&frame_ms=40`},
		{urlencoded, `a=1&a=2&=&%61=+`}, {urlencoded, `a=%zz`}, {urlencoded, `a;b`}, {urlencoded, "\xff=\x00"},
		{urlencoded, `controls=1&features=x&features=x2&hidden_layers=8-8&learning_rate=0.1&seed=1&task=regression&tool=erase&stroke=0%2C1`},
		{urlencoded, `panel=gradients&log_scale=1&history=` + url.QueryEscape(`{"every":2,"step":[0,2],"epoch":[0,1],"loss":[1,0.5],"accuracy":[0,1],"test_loss":[-1,0.25],"best":{"step":2,"epoch":1,"test_loss":0.25}}`)},
		{urlencoded, `panel=compare&until_step=9&until_loss=0.1&until_accuracy=99&patience=3&data_seed=4&hide=data&hide=share&lock=network&meta=` + url.QueryEscape(`{"classes":["a","b"],"transform":{"x":{"name":"w","scale":0.5,"offset":-1}}}`)},
		{urlencoded, `act=set-parameter&parameter=weights.0.3.1&value=-0.5&probe=0.1%2C0.2`}, {urlencoded, `act=remove-neuron+0.1&hide=`}, {urlencoded, `lock=panel`},
		{urlencoded, `pinned=` + url.QueryEscape(`{"config":{"hidden_layers":[]},"network":{"weights":[[[1,2],[3,4]]],"biases":[[0,0]]},"history":{"every":1,"step":[0],"epoch":[0],"loss":[1]}}`)},
		{urlencoded, `act=open&opened=` + url.QueryEscape(`{"type":"nnvisu_state","version":1,"config":{"classes":2},"data":[{"x":0,"y":0,"label":1}],"meta":{"classes":["a","b"]},"history":{"every":1,"step":[0],"epoch":[0],"loss":[1]}}`)},
		{boundary, part("config", `{"seed":1}`) + part("data", `[{"x":0,"y":0,"label":0}]`) + part("steps", "3") + "--8--\r\n"},
		{boundary, part("a", "1") + part("a", "2") + "--8--"},
		{boundary, part("a", "1")}, {boundary, part("a", "1")[:30]}, {boundary, "--8\r\n\r\nx\r\n--8--"}, {boundary, "--8--"},
		{boundary, "--8\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=3D=zz\r\n--8--"},
		{`multipart/form-data; boundary=""`, "--"}, {"multipart/form-data", part("a", "1")}, {"multipart/mixed; boundary=8", "--8--"},
	} {
		f.Add(seed.contentType, []byte(seed.body))
	}
	s := newTestServer(f, func(c *Config) { c.MaxPoints, c.MaxWork = 20, 100*time.Microsecond })
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		form, err := wire.ParseForm(contentType, body, s.limits(t.Context()))
		if err != nil || form == nil {
			return // package wire has a target for it
		}
		p, err := s.decodePageForm(t.Context(), form)
		if err != nil {
			var known *wire.Error
			if errors.As(err, &known) {
				checkRequestError(t, err, wire.CodeMalformed, wire.CodeInvalid, wire.CodeTooLarge)
			} else {
				checkStateError(t, err)
			}
			return
		}
		for field, values := range form {
			if !views.IsField(field) || len(values) > 1 && !slices.Contains(views.RepeatedFields, field) {
				t.Errorf("the field %q with %d values was taken; want an error", field, len(values))
			}
		}
		checkRoundTrip(t, s, p.Message)
		if u, err := readUntil(form); err == nil && (u.step < 0 || !(u.loss >= 0) || !(u.accuracy >= 0 && u.accuracy <= 100) || u.patience < 0) {
			t.Errorf("readUntil(%v) = %+v; want ends that can be reached", form, u)
		}
		if checkParts(p.choices.Hide, p.choices.Lock) != nil {
			t.Errorf("the parts %v and %v were taken", p.choices.Hide, p.choices.Lock)
		}
		if p.pinned != nil {
			again, err := s.readPinned(t.Context(), p.pinned.JSON)
			if err != nil || !same(again.Config, p.pinned.Config) || !same(again.Network, p.pinned.Network) || !same(again.History, p.pinned.History) {
				t.Errorf("the pinned run = %+v, %v; want it again, %+v", again, err, p.pinned)
			}
		}
		opened := p
		if err := s.openSaved(t.Context(), &opened, ""); err == nil {
			if _, err := nn.NewModel(opened.State); err != nil {
				t.Errorf("the state %s was opened: %v", form.Get(views.FieldOpened), err)
			}
			checkRoundTrip(t, s, opened.Message)
		} else if !strings.HasPrefix(describe(err).Field, views.FieldOpened) || describe(err).Code == wire.CodeInternal {
			t.Errorf("opening %q = %v; want an error of the file", form.Get(views.FieldOpened), err)
		}
		if _, _, err := setParameter(s, edit{state: p.State, form: form, do: s.doing(t.Context(), &p)}); err != nil && describe(err).Code == wire.CodeInternal {
			t.Errorf("setting %q to %q = %v", form.Get(views.FieldParameter), form.Get(views.FieldValue), err)
		}
		text := mustJSON(t, p.history)
		history, err := wire.DecodeHistory(string(text), views.FieldHistory, s.limits(t.Context()))
		if err != nil || !same(history, p.history) {
			t.Errorf("the history = %+v, %v; want as it was encoded, %s", history, err, text)
		}
	})
}

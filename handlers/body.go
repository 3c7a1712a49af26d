package handlers

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"nnvisu/handlers/wire"
	"nnvisu/nn"
	"nnvisu/views"
)

// readTimeout is how long a client may take to send a body, whether or not it is looked at:
// net/http reads what is left of it before it answers.
const readTimeout = time.Minute

// readBody returns the body of a request as it is sent, or too_large.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(readTimeout)) // not every writer has deadlines
	limited := http.MaxBytesReader(w, r.Body, s.config.MaxBody)
	// What is announced may never come, so only a little room is made for it.
	size := min(max(r.ContentLength, 0), 64<<10)
	body := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	if _, err := body.ReadFrom(limited); err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return nil, s.errBodySize()
		}
		return nil, wire.Malformed("", "the body of the request broke off")
	}
	// The deadline must not outlast the body: it would end a stream.
	_ = control.SetReadDeadline(time.Time{})
	return body.Bytes(), nil
}

// takeBody reads the body of a request and then asks enter for a place, which leave gives back: a
// client that sends slowly takes nobody's, and all that is computed, unpacking the body included,
// is computed in a place.
func (s *Server) takeBody(c echo.Context, enter func() (leave func(), err error)) (body []byte, leave func(), err error) {
	taken := false
	if body, err = s.readBody(c.Response(), c.Request()); err != nil {
		return nil, nil, err
	}
	if leave, err = enter(); err != nil {
		return nil, nil, err
	}
	defer leaveUnless(&taken, leave)
	if body, err = s.unpacked(c, body); err != nil {
		return nil, nil, err
	}
	taken = true
	return body, leave, nil
}

// leaveUnless is deferred to give back a place that nobody takes over, also where that comes of a
// panic.
func leaveUnless(taken *bool, leave func()) {
	if !*taken {
		leave()
	}
}

func (s *Server) errBodySize() error {
	return wire.TooLarge("", "the request must have at most %d bytes", s.config.MaxBody)
}

// decodeBody decodes the body of a program's request: JSON, or a form whose fields config, network
// and data are JSON text.
func (s *Server) decodeBody(r *http.Request, body []byte, kind wire.Kind) (wire.Message, error) {
	form, err := wire.ParseForm(r.Header.Get("Content-Type"), body)
	if err != nil {
		return wire.Message{}, err
	}
	if form == nil {
		return wire.DecodeMessage(body, kind, s.limits())
	}
	return wire.DecodeForm(form, pageField, kind, s.limits())
}

// checkState checks what depends on the server's limits, and fills in what was left out.
func (s *Server) checkState(m *wire.Message) error {
	if b := m.State.Config.BatchSize; b > s.config.MaxPoints {
		return wire.Invalid("config.batch_size", "must be at most %d, the limit on points; got %d", s.config.MaxPoints, b)
	}
	if len(m.State.Data) > s.config.MaxPoints { // a recipe's; the decoder counts for itself
		return wire.TooLarge("data", "must have at most %d points", s.config.MaxPoints)
	}
	state, err := m.State.Prepare()
	if err != nil {
		return err
	}
	m.State = state
	return nil
}

// newTrainer checks a message and returns its Trainer. One answer costs steps updates, the value of
// the field.
func (s *Server) newTrainer(m *wire.Message, field string, steps int) (*nn.Trainer, nn.Work, error) {
	if m.Type != "" && m.Type != "train_step" {
		return nil, nn.Work{}, wire.Malformed("type", "must be train_step; got %q", wire.Clip(m.Type))
	}
	if err := s.checkState(m); err != nil {
		return nil, nn.Work{}, err
	}
	work := nn.WorkOf(m.State.Config, len(m.State.Data))
	if cost := float64(steps)*work.Update + work.Evaluation; cost > s.config.MaxWork {
		most := max(0, int((s.config.MaxWork-work.Evaluation)/work.Update))
		return nil, nn.Work{}, wire.TooLarge(field, "%d updates of this network on %d points cost %.3g multiply-adds; the limit is %.3g, which allows %d updates",
			steps, len(m.State.Data), cost, s.config.MaxWork, most)
	}
	t, err := nn.NewTrainer(m.State)
	return t, work, err
}

func (s *Server) limits() wire.Limits { return wire.Limits{Points: s.config.MaxPoints} }

// pageField says which fields a form may have: those of the page and those of a program's form.
func pageField(name string) wire.Field {
	switch {
	case !views.IsField(name):
		return wire.NoField
	case slices.Contains(views.RepeatedFields, name):
		return wire.RepeatedField
	}
	return wire.SingleField
}

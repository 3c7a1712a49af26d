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

// readTimeout is how long a client may take to send a body. It holds also for a body that no
// handler reads, because net/http reads the rest of a body before it answers.
const readTimeout = time.Minute

// readBody returns the body of a request, not yet decompressed, or the error too_large.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(readTimeout)) // not every writer has deadlines
	limited := http.MaxBytesReader(w, r.Body, s.config.MaxBody)
	// The client may never send what it announces, so the first buffer is small.
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

// An admission takes a place for a request: [Server.admit] or [Server.admitStream].
type admission func(c echo.Context) (release func(), err error)

// takeBody reads the body of a request, takes a place by calling admit, and decompresses the body.
// The caller must give the place back by calling release. A client that sends slowly holds no place
// while it sends, and everything that is computed is computed with a place.
func (s *Server) takeBody(
	c echo.Context, admit admission,
) (body []byte, release func(), err error) {
	taken := false
	if body, err = s.readBody(c.Response(), c.Request()); err != nil {
		return nil, nil, err
	}
	if release, err = admit(c); err != nil {
		return nil, nil, err
	}
	defer releaseUnless(&taken, release)
	if body, err = s.unpacked(c, body); err != nil {
		return nil, nil, err
	}
	taken = true
	return body, release, nil
}

// releaseUnless gives back a place unless the caller has taken it over. It is deferred, so that it
// also runs after a panic.
func releaseUnless(taken *bool, release func()) {
	if !*taken {
		release()
	}
}

// errBodySize is the error of a body or message beyond the limit.
func (s *Server) errBodySize() error {
	return wire.TooLarge("", "the request must have at most %d bytes", s.config.MaxBody)
}

// decodeBody decodes the body of a program's request: JSON, or a form whose fields config, network
// and data are JSON text.
func (s *Server) decodeBody(r *http.Request, body []byte, kind wire.Kind) (wire.Message, error) {
	form, err := wire.ParseForm(r.Header.Get("Content-Type"), body, s.limits())
	if err != nil {
		return wire.Message{}, err
	}
	if form == nil {
		return wire.DecodeMessage(body, kind, s.limits())
	}
	return wire.DecodeForm(form, pageField, kind, s.limits())
}

// checkState prepares the state of a message, and checks it against the server's limits.
func (s *Server) checkState(m *wire.Message) error {
	if b := m.State.Config.BatchSize; b > s.config.MaxPoints {
		return wire.Invalid("config.batch_size", "must be at most %d, the limit on points; got %d",
			s.config.MaxPoints, b)
	}
	if len(m.State.Data) > s.config.MaxPoints { // of a recipe; the decoder counts the others
		return wire.TooLarge("data", "must have at most %d points", s.config.MaxPoints)
	}
	state, err := m.State.Prepare()
	if err != nil {
		return err
	}
	m.State = state
	return nil
}

// newTrainer checks a message and returns its Trainer. An answer costs steps updates; an error
// about the cost names field, the member that sets them.
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
		return nil, nn.Work{}, wire.TooLarge(field,
			"%d updates of this network on %d points cost %.3g multiply-adds; "+
				"the limit is %.3g, which allows %d updates",
			steps, len(m.State.Data), cost, s.config.MaxWork, most)
	}
	t, err := nn.NewTrainer(m.State)
	return t, work, err
}

// limits returns the limits of the decoder.
func (s *Server) limits() wire.Limits { return wire.Limits{Points: s.config.MaxPoints} }

// pageField tells the decoder which fields a form may have: the page's and a program's.
func pageField(name string) wire.Field {
	switch {
	case !views.IsField(name):
		return wire.NoField
	case slices.Contains(views.RepeatedFields, name):
		return wire.RepeatedField
	}
	return wire.SingleField
}

package handlers

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// readTimeout is how long a client may take to send a body. It holds also for a body that no
// handler reads, because net/http reads the rest of a body before it answers.
const readTimeout = time.Minute

// taskBytes is what a request takes besides its body and its answer: its connection, its header and
// a goroutine.
const taskBytes = 32 << 10

// readBody returns the body of a request, not yet decompressed, or the error too_large. Its memory
// is reserved before it is read, as far as the client says how long it is.
func (s *Server) readBody(c echo.Context) ([]byte, error) {
	r, t := c.Request(), taskOf(c.Request().Context())
	if r.ContentLength > s.config.MaxBody {
		return nil, s.errBodySize()
	}
	if err := t.reserve(taskBytes + max(r.ContentLength, 0)); err != nil {
		return nil, err
	}
	control := http.NewResponseController(c.Response())
	_ = control.SetReadDeadline(time.Now().Add(readTimeout)) // not every writer has deadlines
	t.interruptible(func() { _ = control.SetReadDeadline(time.Unix(1, 0)) })
	defer t.interruptible(nil)
	body, err := t.readAll(r.Body, max(r.ContentLength, 0), taskBytes)
	if err != nil {
		return nil, err
	}
	// The deadline must not outlast the body: it would end a stream.
	_ = control.SetReadDeadline(time.Time{})
	return body, nil
}

// readAll reads everything into a buffer of some bytes, which grows if need be. The task's memory is
// then that of the buffer, and rest for everything else.
func (t *task) readAll(r io.Reader, size, rest int64) ([]byte, error) {
	most := t.server.config.MaxBody
	body := make([]byte, 0, min(size, most)+bytes.MinRead)
	for {
		if len(body) == cap(body) {
			grown := 2 * int64(cap(body))
			if err := t.reserve(rest + grown); err != nil {
				return nil, err
			}
			body = append(make([]byte, 0, grown), body...)
		}
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case int64(len(body)) > most:
			return nil, t.server.errBodySize()
		case err == io.EOF:
			return body, nil
		case err != nil && t.gaveWay() != nil:
			return nil, t.gaveWay()
		case err != nil:
			return nil, wire.Malformed("", "the body of the request broke off")
		}
	}
}

// An admission takes a place for a request, and its turn: [Server.admit] or [Server.admitStream].
type admission func(c echo.Context) error

// takeBody reads the body of a request, takes a place and a turn by calling admit, and decompresses
// the body. A client that sends slowly holds no place while it sends. Everything is computed in the
// turn, until the answer begins to be written.
func (s *Server) takeBody(c echo.Context, admit admission) ([]byte, error) {
	body, err := s.readBody(c)
	if err != nil {
		return nil, err
	}
	if err = admit(c); err != nil {
		return nil, err
	}
	if body, err = s.unpacked(c, body); err != nil {
		return nil, err
	}
	return body, taskOf(c.Request().Context()).reserve(taskBytes + decodedBytes(body))
}

// takeForm is takeBody for a request of either kind: the form is nil where the body is JSON.
func (s *Server) takeForm(c echo.Context) (body []byte, form url.Values, err error) {
	if body, err = s.takeBody(c, s.admit); err == nil {
		form, err = s.parseForm(c.Request(), body)
	}
	return body, form, err
}

// decodedBytes returns the most bytes that a text takes while it is decoded: its own, a copy of its
// strings, and what its lists become. A list grows to twice its size, and an element of a list is a
// number of 8 bytes or a list itself, whose header has 24. A form is copied once more; in it, a comma
// is one of the characters that are written with a percent sign.
func decodedBytes(text []byte) int64 {
	size, elements := 2*len(text), bytes.Count(text, []byte{','})
	if escaped := bytes.Count(text, []byte{'%'}); escaped > 0 || !bytes.HasPrefix(bytes.TrimSpace(text), []byte{'{'}) {
		size, elements = size+len(text), elements+escaped
	}
	return int64(size + 24*elements)
}

// errBodySize is the error of a body or message beyond the limit.
func (s *Server) errBodySize() error {
	return wire.TooLarge("", "the request must have at most %d bytes", s.config.MaxBody)
}

// decodeBody decodes the body of a program's request: JSON, or a form whose fields config, network
// and data are JSON text. A message without a state is JSON.
func (s *Server) decodeBody(r *http.Request, body []byte, kind wire.Kind) (wire.Message, error) {
	limits := s.limits(r.Context())
	form, err := s.parseForm(r, body)
	if err != nil {
		return wire.Message{}, err
	}
	if form == nil {
		return wire.DecodeMessage(body, kind, limits)
	}
	if !kind.HasState() {
		return wire.Message{}, wire.Unsupported("the body must be application/json")
	}
	return wire.DecodeForm(form, pageField, kind, limits)
}

// takeMessage reads the message of a program, to be answered at once.
func (s *Server) takeMessage(c echo.Context, kind wire.Kind) (wire.Message, error) {
	body, err := s.takeBody(c, s.admit)
	if err != nil {
		return wire.Message{}, err
	}
	m, err := s.decodeBody(c.Request(), body, kind)
	if err != nil {
		err = withID{err, m.ID}
	}
	return m, err
}

// checkState prepares the state of a message, checks it against the server's limits, and reserves
// the memory to work on it.
func (s *Server) checkState(ctx context.Context, m *wire.Message) error {
	if err := s.checkBatch(m.State.Config); err != nil {
		return err
	}
	if len(m.State.Data) > s.config.MaxPoints { // of a recipe; the decoder counts the others
		return wire.TooLarge("data", "must have at most %d points", s.config.MaxPoints)
	}
	state, err := m.State.Prepare()
	if err != nil {
		return err
	}
	m.State = state
	return taskOf(ctx).reserveState(state)
}

// checkBatch returns an error for a batch of more points than a state may have.
func (s *Server) checkBatch(c nn.Config) error {
	if c.BatchSize > s.config.MaxPoints {
		return wire.Invalid("config.batch_size", "must be at most %d, the limit on points; got %d",
			s.config.MaxPoints, c.BatchSize)
	}
	return nil
}

// newTrainer checks a message and returns its Trainer, with what it takes on this machine. An answer
// costs steps updates, their metrics and what else it takes, such as a picture; an error about the cost
// names field, the member that sets them.
func (s *Server) newTrainer(
	ctx context.Context, m *wire.Message, field string, steps int, answer func(nn.Config) time.Duration,
) (*nn.Trainer, nn.Work, error) {
	if err := s.checkState(ctx, m); err != nil {
		return nil, nn.Work{}, err
	}
	config, points := m.State.Config, len(m.State.Data)
	work := nn.WorkOf(config, points) // the same for every replica
	rest := work.Evaluation
	if answer != nil {
		rest += answer(config)
	}
	if takes := time.Duration(steps)*work.Update + rest; takes > s.config.MaxWork {
		most := max(0, int((s.config.MaxWork-rest)/work.Update))
		return nil, nn.Work{}, wire.TooLarge(field,
			"%d updates of this network on %d points take about %s; the limit is %s, which allows %d updates",
			steps, points, seconds(takes), seconds(s.config.MaxWork), most)
	}
	t, err := nn.NewTrainer(m.State)
	return t, nn.WorkHere(config, points), err
}

// fullFrame is how long a frame takes at most that makes as many updates as fit, with its picture:
// so 25 of them a second leave room for the page and for others.
const fullFrame = 20 * time.Millisecond

// newStreamTrainer is newTrainer for a stream, of whose frames the longest sets the cost. Where
// frames are to be full it sets how many updates they make. That does not follow from how fast
// frames come: so nothing swings, and a run that is repeated makes the same frames. On a CPU without
// vector kernels a frame makes fewer updates, so that its picture comes as often. A recipe is the
// exception: its answer may be kept and compared, and must be the same from every replica.
func (s *Server) newStreamTrainer(
	ctx context.Context, m *wire.Message, answer func(nn.Config) time.Duration,
) (*nn.Trainer, nn.Work, error) {
	if m.FullFrames {
		if err := s.checkState(ctx, m); err != nil {
			return nil, nn.Work{}, err
		}
		workOf := nn.WorkHere
		if m.Repeatable {
			workOf = nn.WorkOf
		}
		work := workOf(m.State.Config, len(m.State.Data))
		rest := work.Evaluation
		if answer != nil {
			rest += answer(m.State.Config)
		}
		m.FrameSteps = updatesIn(min(fullFrame, s.config.MaxWork), rest, work.Update)
	}
	return s.newTrainer(ctx, m, views.FieldFrameSteps, m.LongestFrame(), answer)
}

// updatesIn returns how many updates fit into the time of a frame, at least one. What the frame takes
// besides leaves them at least half of it.
func updatesIn(frame, rest, update time.Duration) int {
	room := max(frame-rest, frame/2)
	return max(1, min(int(room/max(update, 1)), wire.MaxSteps))
}

// seconds writes how long something takes with two digits, such as 3.2 s.
func seconds(d time.Duration) string {
	v := d.Seconds()
	if v >= 10 {
		return strconv.FormatFloat(v, 'f', 0, 64) + " s"
	}
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 2, 64), 64) // which it can read
	return strconv.FormatFloat(v, 'f', -1, 64) + " s"
}

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

package handlers

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"nnvisu/nn"
)

func (s *Server) streamJSON(c echo.Context, m *message) error {
	t, work, err := s.newTrainer(m, "frame_steps", m.perFrame())
	if err != nil {
		return withID{err, m.id}
	}
	m.state = nn.State{} // the trainer has its own
	ctx, fail := s.streaming(c.Request().Context())
	defer fail(nil)
	keepShort(ctx)
	events := newSender(c.Request().Context(), s.newEventWriter(c), fail)
	defer events.close()
	const name = "train_step_result"
	var body []byte
	var id string
	var put bool
	reason, err := s.stream(ctx, t, work, m, streamSink{
		frame: func() (err error) {
			result := t.Result()
			id = strconv.Itoa(result.Network.Step)
			if body, err = encodeResult(m.id, result); err != nil {
				return err
			}
			// Nothing is being written, for send has waited, but perhaps a comment;
			// for that nobody's slot should wait.
			if put = events.try(); put {
				events.put(name, id, body)
			}
			return nil
		},
		send: func() error {
			if put {
				events.send()
			} else if err := events.say(name, id, body); err != nil {
				return err
			}
			s.metrics.frames.Inc()
			return events.flush()
		},
	})
	if err != nil {
		if isGone(c.Request().Context(), err) {
			return nil
		}
		body, err := json.Marshal(errorMessage{Type: "error", ID: m.id, Error: s.describeLogged(err, c)})
		if err != nil {
			return err
		}
		return events.end("error", body)
	}
	return events.end("done", doneBody(reason))
}

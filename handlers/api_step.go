package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"nnvisu/handlers/stream"
	"nnvisu/handlers/wire"
	"nnvisu/nn"
)

// step answers POST /step: one message, one result. For the page's own forms it is the page with
// the network trained on.
func (s *Server) step(c echo.Context) error {
	if wantsHTML(c.Request()) {
		return s.stepPage(c)
	}
	if !accepts(c.Request(), "application/json") {
		return notAcceptable("application/json and text/html")
	}
	body, err := s.takeBody(c, s.admit)
	if err != nil {
		return err
	}
	m, err := s.decodeBody(c.Request(), body, wire.Step)
	if err != nil {
		return withID{err, m.ID}
	}
	result, err := s.trainStep(c.Request().Context(), &m)
	if err != nil {
		return withID{err, m.ID}
	}
	encoded, err := wire.EncodeResult(m.ID, result)
	if err != nil {
		return err
	}
	return jsonBlob(c, encoded)
}

// jsonBlob answers with a JSON value.
func jsonBlob(c echo.Context, body []byte) error {
	return answer(c, http.StatusOK, "application/json", append(body, '\n'))
}

// answer sends a whole answer, compressed in a coding that the client accepts. A client that does
// not read it in time is cut off.
func answer(c echo.Context, status int, contentType string, body []byte) error {
	return answerPacked(c, status, contentType, body, compressed)
}

// answerPacked is answer with a packer of the caller's.
func answerPacked(c echo.Context, status int, contentType string, body []byte, pack packer) error {
	// net/http may first wait for the rest of the request's body. Not every writer has deadlines: a
	// recorder in a test has none.
	deadline := time.Now().Add(readTimeout + stream.WriteTimeout)
	control := http.NewResponseController(c.Response())
	_ = control.SetWriteDeadline(deadline)
	c.Response().Header().Set("Cache-Control", "no-store")
	body = encoded(c, body, pack)
	t := taskOf(c.Request().Context())
	_ = t.reserve(taskBytes + int64(len(body))) // less than it had, or an error of some bytes
	t.interruptible(func() { _ = control.SetWriteDeadline(time.Unix(1, 0)) })
	defer t.interruptible(nil)
	return send(c, status, contentType, body)
}

// send writes a body as it is. A write that fails is the client's doing and no internal error.
func send(c echo.Context, status int, contentType string, body []byte) error {
	if err := c.Blob(status, contentType, body); err != nil {
		return stream.UnreadError{Err: err}
	}
	return nil
}

// trainStep makes the updates that a message asks for. The caller has a turn.
func (s *Server) trainStep(ctx context.Context, m *wire.Message) (nn.Result, error) {
	t, work, err := s.newTrainer(m, "steps", m.Steps)
	if err != nil {
		return nn.Result{}, err
	}
	if err := s.advance(ctx, t, work, m.Steps); err != nil {
		return nn.Result{}, err
	}
	return t.Result(), nil
}

// sliceTime is how long about a request computes before it lets others compute and looks whether
// its client is still there. One update may take longer.
const sliceTime = time.Millisecond

// oneSlice reports whether advance makes n updates without a pause.
func oneSlice(work nn.Work, n int) bool { return time.Duration(n)*work.Update <= sliceTime }

// advance makes n updates. The caller has a turn, in which others may compute in between.
func (s *Server) advance(ctx context.Context, t *nn.Trainer, work nn.Work, n int) error {
	for slice := max(1, int(sliceTime/max(work.Update, 1))); n > 0; {
		k := min(n, slice)
		if err := t.Step(k); err != nil {
			return err
		}
		s.metrics.updates.Add(float64(k))
		exchangeOf(ctx).updates.Add(int64(k))
		if n -= k; n > 0 {
			if err := yield(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

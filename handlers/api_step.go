package handlers

import (
	"context"
	"net/http"
	"runtime"
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
	body, release, err := s.takeBody(c, s.admit)
	if err != nil {
		return err
	}
	defer release()
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
	_ = http.NewResponseController(c.Response()).SetWriteDeadline(deadline)
	c.Response().Header().Set("Cache-Control", "no-store")
	return send(c, status, contentType, encoded(c, body, pack))
}

// send writes a body as it is. A write that fails is the client's doing and no internal error.
func send(c echo.Context, status int, contentType string, body []byte) error {
	if err := c.Blob(status, contentType, body); err != nil {
		return stream.UnreadError{Err: err}
	}
	return nil
}

// trainStep makes the updates that a message asks for.
func (s *Server) trainStep(ctx context.Context, m *wire.Message) (nn.Result, error) {
	t, work, err := s.newTrainer(m, "steps", m.Steps)
	if err != nil {
		return nn.Result{}, err
	}
	var result nn.Result
	_, err = s.advance(ctx, s.requests, t, work, m.Steps, func() error { result = t.Result(); return nil })
	return result, err
}

// sliceWork is how many multiply-adds a request computes before it gives its CPU token to others
// and looks whether its client is still there. That takes up to some milliseconds with vector
// kernels, and ten times as long without.
const sliceWork = 1e7

// oneTurn reports whether advance makes n updates and their metrics with one CPU token. The updates
// alone may already fill a slice.
func oneTurn(work nn.Work, n int) bool {
	return float64(n)*work.Update+work.Evaluation <= sliceWork
}

// advance makes n updates in slices, each with a CPU token from the queue, and then calls finish,
// with the token of the last slice if both are small. It returns when it first had a token.
func (s *Server) advance(
	ctx context.Context, in *stream.Queue, t *nn.Trainer, work nn.Work, n int, finish func() error,
) (began time.Time, err error) {
	slice := max(1, int(sliceWork/work.Update))
	for finished := false; !finished; {
		k := min(n, slice)
		n -= k
		last := n == 0 && (k == 0 || oneTurn(work, k))
		err := in.Do(ctx, func() error {
			if began.IsZero() {
				began = time.Now()
			}
			if err := t.Step(k); err != nil {
				return err
			}
			if last {
				return finish()
			}
			return nil
		})
		if err != nil {
			return began, err
		}
		s.metrics.updates.Add(float64(k))
		if finished = last; !finished {
			runtime.Gosched() // readers and writers need a CPU too, though no token
		}
	}
	return began, nil
}

// computing runs f with a CPU token from the queue of requests.
func (s *Server) computing(ctx context.Context, f func() error) error {
	return s.requests.Do(ctx, f)
}

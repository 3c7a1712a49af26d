package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// jsonBlob answers with a JSON value.
func jsonBlob(c echo.Context, body []byte) error {
	return answer(c, http.StatusOK, "application/json", append(body, '\n'))
}

// smallAnswer is how many bytes of an answer a task has room for in any case. So there is always
// room to say that there is none.
const smallAnswer = taskBytes / 2

// answer sends a whole answer, compressed in a coding that the client accepts. The task then has the
// memory of what is sent, until the client has read it. The error is busy, and nothing is sent, if
// there is not so much, or if the task has to give way.
func answer(c echo.Context, status int, contentType string, body []byte) error {
	t := taskOf(c.Request().Context())
	if err := t.reserveCompression(body); err != nil {
		return err
	}
	body = encoded(c, body, compressed)
	if err := t.reserveAnswer(body); err != nil {
		c.Response().Header().Del(echo.HeaderContentEncoding)
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return send(c, status, contentType, body)
}

// answerFile sends a whole answer for the browser to save under a name.
func answerFile(c echo.Context, name, contentType string, body []byte) error {
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return answer(c, http.StatusOK, contentType, body)
}

// reserveCompression reserves what a body takes while it is compressed. A small one always fits.
func (t *task) reserveCompression(body []byte) error {
	if len(body) <= smallAnswer {
		return nil
	}
	return t.reserve(max(t.reserved, taskBytes+int64(cap(body))+int64(len(body))))
}

// reserveAnswer sets the memory of a task to that of an answer, which waits for its client. The error
// is busy if there is not so much. A small answer always fits.
func (t *task) reserveAnswer(body []byte) error {
	err := t.reserve(taskBytes + int64(cap(body)))
	if cap(body) <= smallAnswer {
		return nil
	}
	return err
}

// send writes a body as it is. A client that does not read it in time is cut off, and so is one whose
// task has to give way. A write that fails is the client's doing and no internal error.
func send(c echo.Context, status int, contentType string, body []byte) error {
	// net/http may first wait for the rest of the request's body. Not every writer has deadlines: a
	// recorder in a test has none.
	control := http.NewResponseController(c.Response())
	_ = control.SetWriteDeadline(time.Now().Add(readTimeout + stream.WriteTimeout))
	if len(body) > smallAnswer { // a smaller one waits for nobody
		t := taskOf(c.Request().Context())
		t.interruptible(func() { _ = control.SetWriteDeadline(time.Unix(1, 0)) })
		defer t.interruptible(nil)
	}
	if err := c.Blob(status, contentType, body); err != nil {
		return stream.UnreadError{Err: err}
	}
	return nil
}

// answerShared sends an answer that is the same for everybody and kept for the next one: it costs this
// task no memory. It is compressed once, under a name.
func (s *Server) answerShared(c echo.Context, status int, name, contentType string, body []byte) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return send(c, status, contentType, encoded(c, body, s.packer(name)))
}

// An answerBuffer is a buffer for an answer of any length. It reserves memory before it grows, and
// lets others compute now and then.
type answerBuffer struct {
	task  *task // whose turn it is
	pace  *pace.Pace
	bytes []byte
}

func newAnswerBuffer(ctx context.Context) *answerBuffer {
	return &answerBuffer{task: taskOf(ctx), pace: paced(ctx)}
}

func (b *answerBuffer) Write(p []byte) (int, error) {
	if !b.pace.Count(len(p)) {
		return 0, b.pace.Stopped()
	}
	if need := len(b.bytes) + len(p); need > cap(b.bytes) {
		if err := b.grow(max(need, 2*cap(b.bytes), smallAnswer)); err != nil {
			return 0, err
		}
	}
	b.bytes = append(b.bytes, p...)
	return len(p), nil
}

// grow gives the buffer another capacity. Up to smallAnswer the task has room in any case.
func (b *answerBuffer) grow(to int) error {
	before := cap(b.bytes)
	if to > smallAnswer { // besides what it has until that is copied
		if err := b.task.reserveMore(int64(to)); err != nil {
			return err
		}
	}
	b.bytes = append(make([]byte, 0, to), b.bytes...)
	if before > smallAnswer {
		return b.task.reserveMore(-int64(before)) // which is garbage now
	}
	return nil
}

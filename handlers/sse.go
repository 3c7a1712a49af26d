package handlers

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
)

// writeTimeout is how long a client may take to read one event.
const writeTimeout = 30 * time.Second

// An eventWriter writes a stream of Server-Sent Events (HTML standard, section
// 9.2), with gzip where the client takes it. Each event goes out in one write and
// is flushed. It is a carrier.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	gzip    *gzipStream   // nil for a client that does not take it
	out     *bytes.Buffer // what was put, or nil
	gone    atomic.Bool
}

// newEventWriter sends the headers of a stream.
func (s *Server) newEventWriter(c echo.Context) *eventWriter {
	h := c.Response().Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
	e := &eventWriter{w: c.Response(), control: http.NewResponseController(c.Response())}
	if encodingOf(c.Request().Header, []string{codingGzip}) != "" {
		h.Set(echo.HeaderContentEncoding, codingGzip)
		e.gzip = &gzipStream{crowded: s.frames.crowded}
	}
	c.Response().WriteHeader(http.StatusOK)
	return e
}

func (e *eventWriter) put(name, id string, data []byte) {
	text := newBuffer()
	if name != "" {
		fmt.Fprintf(text, "event: %s\n", name)
	}
	if id != "" {
		fmt.Fprintf(text, "id: %s\n", id)
	}
	for {
		line, rest, more := cutLine(data) // almost always all there is
		text.WriteString("data: ")
		text.Write(line)
		text.WriteByte('\n')
		if !more {
			break
		}
		data = rest
	}
	text.WriteByte('\n')
	e.add(text)
}

// add puts text behind what was put.
func (e *eventWriter) add(text *bytes.Buffer) {
	switch {
	case e.gzip != nil:
		if e.out == nil {
			e.out = newBuffer()
		}
		e.gzip.add(e.out, text.Bytes())
	case e.out == nil:
		e.out = text
		return
	default:
		e.out.Write(text.Bytes())
	}
	giveBack(text)
}

func (e *eventWriter) putEnd() {
	if e.gzip != nil {
		e.gzip.end(e.out)
	}
}

// idle keeps the connection alive with a comment.
func (e *eventWriter) idle() error {
	text := newBuffer()
	text.WriteString(": still here\n\n")
	e.add(text)
	return e.write()
}

func (e *eventWriter) write() error {
	defer func() { giveBack(e.out); e.out = nil }()
	// Not every writer has deadlines (a recorder in a test has none).
	_ = e.control.SetWriteDeadline(time.Now().Add(writeTimeout))
	if e.gone.Load() { // also where cut was called just before
		return os.ErrDeadlineExceeded
	}
	if _, err := e.w.Write(e.out.Bytes()); err != nil {
		return err
	}
	return e.control.Flush()
}

func (e *eventWriter) cut() {
	e.gone.Store(true)
	_ = e.control.SetWriteDeadline(time.Unix(1, 0)) // see write
}

// cutLine cuts data at the first line end: \n, \r\n or \r.
func cutLine(data []byte) (line, rest []byte, more bool) {
	i := bytes.IndexByte(data, '\n')
	if r := bytes.IndexByte(data[:max(i, 0)], '\r'); r >= 0 {
		i = r
	} else if i < 0 {
		i = bytes.IndexByte(data, '\r')
	}
	if i < 0 {
		return data, nil, false
	}
	line, rest = data[:i], data[i+1:]
	if data[i] == '\r' && len(rest) > 0 && rest[0] == '\n' {
		rest = rest[1:]
	}
	return line, rest, true
}

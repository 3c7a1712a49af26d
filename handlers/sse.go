package handlers

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// writeTimeout is how long a client may take to read one event.
const writeTimeout = 30 * time.Second

// An eventWriter writes a stream of Server-Sent Events (HTML standard, section
// 9.2). Each event goes out in one write and is flushed.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	buffer  bytes.Buffer
}

// newEventWriter sends the headers of a stream.
func newEventWriter(c echo.Context) *eventWriter {
	h := c.Response().Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	c.Response().WriteHeader(http.StatusOK)
	return &eventWriter{w: c.Response(), control: http.NewResponseController(c.Response())}
}

// send writes an event. Without a name it is a message; without an id it has none.
func (e *eventWriter) send(name, id string, data []byte) error {
	e.buffer.Reset()
	if name != "" {
		fmt.Fprintf(&e.buffer, "event: %s\n", name)
	}
	if id != "" {
		fmt.Fprintf(&e.buffer, "id: %s\n", id)
	}
	for {
		line, rest, more := cutLine(data)
		e.buffer.WriteString("data: ")
		e.buffer.Write(line)
		e.buffer.WriteByte('\n')
		if !more {
			break
		}
		data = rest
	}
	e.buffer.WriteByte('\n')
	return e.flush()
}

// comment keeps the connection alive.
func (e *eventWriter) comment() error {
	e.buffer.Reset()
	e.buffer.WriteString(": still here\n\n")
	return e.flush()
}

func (e *eventWriter) flush() error {
	// Not every writer has deadlines (a recorder in a test has none).
	_ = e.control.SetWriteDeadline(time.Now().Add(writeTimeout))
	if _, err := e.w.Write(e.buffer.Bytes()); err != nil {
		return err
	}
	return e.control.Flush()
}

// cutLine cuts data at the first line end: \n, \r\n or \r.
func cutLine(data []byte) (line, rest []byte, more bool) {
	i := bytes.IndexAny(data, "\r\n")
	if i < 0 {
		return data, nil, false
	}
	line, rest = data[:i], data[i+1:]
	if data[i] == '\r' && len(rest) > 0 && rest[0] == '\n' {
		rest = rest[1:]
	}
	return line, rest, true
}

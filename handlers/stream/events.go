package stream

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// A Sign is what an event stream says when it has been silent for [SignEvery].
type Sign string

// The signs of life. A program ignores the comment, and sees that bytes come. The script of a page
// gets no comments but all events.
const (
	SignComment Sign = ": still here\n\n"
	SignEvent   Sign = "event: alive\ndata: {}\n\n"
	SignMarkup  Sign = "<!---->" // of a page, which a browser shows as it comes; its script sees the node
)

// WriteTimeout is how long a client may take to read one event or message.
const WriteTimeout = 30 * time.Second

// An EventWriter is the [Carrier] of Server-Sent Events (HTML standard, section 9.2), and of pages that
// come in parts. Each event goes out in one write and is flushed.
type EventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	sign    Sign
	plain   bool          // the data of events is all that is written
	gzip    *GzipStream   // nil for a stream without gzip
	before  GzipStream    // gzip as it was when out was empty
	out     *bytes.Buffer // what was appended, or nil
	written int64
	cut     atomic.Bool
}

// NewEventWriter returns a writer of events to a response whose header is written. It writes sign
// to keep the stream alive. gzip compresses the stream; nil does not.
func NewEventWriter(w http.ResponseWriter, sign Sign, gzip *GzipStream) *EventWriter {
	return &EventWriter{w: w, control: http.NewResponseController(w), sign: sign, gzip: gzip}
}

// NewPageWriter returns a writer of a page that comes in parts. A part is the data of an event: names and
// ids are left out. gzip is as in [NewEventWriter].
func NewPageWriter(w http.ResponseWriter, gzip *GzipStream) *EventWriter {
	e := NewEventWriter(w, SignMarkup, gzip)
	e.plain = true
	return e
}

// Append encodes an event for the next Flush.
func (e *EventWriter) Append(name, id string, data []byte) {
	text := GetBuffer()
	if e.plain {
		text.Write(data)
		e.add(text)
		return
	}
	if name != "" {
		fmt.Fprintf(text, "event: %s\n", name)
	}
	if id != "" {
		fmt.Fprintf(text, "id: %s\n", id)
	}
	for {
		line, rest, more := cutLine(data) // data almost always has one line
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

// add appends text, which it takes over, to out.
func (e *EventWriter) add(text *bytes.Buffer) {
	switch {
	case e.gzip != nil:
		if e.out == nil {
			e.out, e.before = GetBuffer(), *e.gzip
		}
		e.gzip.Append(e.out, text.Bytes())
	case e.out == nil:
		e.out = text
		return
	default:
		e.out.Write(text.Bytes())
	}
	PutBuffer(text)
}

// AppendEnd encodes the end of a gzip stream.
func (e *EventWriter) AppendEnd() {
	if e.gzip != nil {
		e.gzip.End(e.out)
	}
}

// Discard forgets what was appended since the last Flush.
func (e *EventWriter) Discard() {
	if e.gzip != nil {
		*e.gzip = e.before
	}
	e.free()
}

func (e *EventWriter) free() {
	PutBuffer(e.out)
	e.out = nil
}

// KeepAlive writes the sign of life.
func (e *EventWriter) KeepAlive() error {
	text := GetBuffer()
	text.WriteString(string(e.sign))
	e.add(text)
	return e.Flush()
}

// Flush writes what was appended.
func (e *EventWriter) Flush() error {
	defer e.free()
	// Not every writer has deadlines (a recorder in a test has none).
	_ = e.control.SetWriteDeadline(time.Now().Add(WriteTimeout))
	if e.cut.Load() { // Cut may have set its deadline before the line above
		return os.ErrDeadlineExceeded
	}
	n, err := e.w.Write(e.out.Bytes())
	e.written += int64(n)
	if err != nil {
		return err
	}
	return e.control.Flush()
}

// Written returns how many bytes were written.
func (e *EventWriter) Written() int64 { return e.written }

// Cut makes a Flush that is under way, and all later ones, fail.
func (e *EventWriter) Cut() {
	e.cut.Store(true)
	_ = e.control.SetWriteDeadline(time.Unix(1, 0)) // as in Flush
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

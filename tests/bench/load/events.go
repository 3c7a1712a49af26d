package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// An eventCounter counts the messages of an event stream (HTML standard, section 9.2) that is
// written to it in pieces of any size: events with data and without a name, which are the frames of
// the page. It looks at the first bytes of each line and no others, and expects lines to end as
// this server ends them, by \n.
type eventCounter struct {
	messages int
	last     string // the name of the last event that had one, such as done

	head [32]byte // how the line begins
	n    int      // the length of the line so far, up to that of head
	data bool     // this event has data
	name string   // and its name
}

func (c *eventCounter) Write(p []byte) (int, error) {
	size := len(p)
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		line := p
		if i >= 0 {
			line, p = p[:i], p[i+1:]
		} else {
			p = nil
		}
		c.n += copy(c.head[c.n:], line)
		if i >= 0 {
			c.endLine()
		}
	}
	return size, nil
}

func (c *eventCounter) endLine() {
	head := c.head[:c.n]
	c.n = 0
	switch {
	case bytes.HasPrefix(head, []byte("data:")):
		c.data = true
	case bytes.HasPrefix(head, []byte("event:")):
		c.name = string(bytes.TrimSpace(head[len("event:"):]))
	case len(head) == 0:
		if c.data && c.name == "" {
			c.messages++
		}
		if c.data && c.name != "" {
			c.last = c.name
		}
		c.data, c.name = false, ""
	}
}

// decoder returns a reader of what a body holds under its Content-Encoding. It returns what the
// server has flushed without waiting for more.
func decoder(coding string, body io.Reader) (r io.Reader, done func(), err error) {
	switch coding {
	case "", "identity":
		return body, func() {}, nil
	case "gzip":
		r, err = gzip.NewReader(body)
		return r, func() {}, err
	case "zstd":
		z, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, nil, err
		}
		return z, z.Close, nil
	}
	return nil, nil, fmt.Errorf("the server answers in the content coding %q; want identity, gzip or zstd", coding)
}

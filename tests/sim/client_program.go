package sim

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// stepOf returns the step of a network, or -1.
func stepOf(network []byte) int {
	n := struct {
		Step *int `json:"step"`
	}{}
	if json.Unmarshal(network, &n) != nil || n.Step == nil {
		return -1
	}
	return *n.Step
}

// next returns the step that is one frame after the last one that the client has.
func (c *client) next() int { return min(c.at()+c.frameSteps, c.goal) }

// postSteps asks for one frame by POST /step.
func (c *client) postSteps(ctx context.Context) error {
	next := c.next()
	answer, err := c.post(ctx, "/step", c.message(next-c.at()).Text(), "Content-Type", "application/json")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	err = c.read(text, next)
	sleep(ctx, c.interval)
	return err
}

// read reads a result, which is for an expected step, or an error.
func (c *client) read(text []byte, expected int) error {
	var r contract.Result
	if err := json.Unmarshal(text, &r); err != nil {
		c.violated("gets no JSON: %v: %s", err, contract.Clip(text))
		return err
	}
	switch r.Type {
	case "train_step_result":
		return c.receive(r, expected)
	case "error":
		f := new(contract.Failure)
		if err := json.Unmarshal(text, f); err == nil && f.Reason.Code == "busy" && f.Reason.RetryAfter != nil {
			return busyError{time.Duration(*f.Reason.RetryAfter) * time.Second}
		}
	}
	c.violated("gets %s", contract.Clip(text))
	return errors.New("a wrong answer")
}

// converse asks for frames over one socket, one at a time.
func (c *client) converse(ctx context.Context) error {
	conn, _, err := c.dial(ctx, "/ws")
	if err != nil {
		return err
	}
	defer conn.CloseNow()
	for c.at() < c.goal {
		next := c.next()
		if err := conn.Write(ctx, websocket.MessageText, c.message(next-c.at()).Text()); err != nil {
			return err
		}
		_, text, err := conn.Read(ctx)
		if err != nil {
			return closedError(err)
		}
		c.heard()
		if err := c.read(text, next); err != nil {
			return err
		}
		sleep(ctx, c.interval)
	}
	return nil
}

// closedError returns nil for a server that closes a socket to restart: there are others.
func closedError(err error) error {
	if websocket.CloseStatus(err) == websocket.StatusServiceRestart {
		return nil
	}
	return err
}

// dial opens a socket.
func (c *client) dial(ctx context.Context, path string) (*websocket.Conn, http.Header, error) {
	conn, answer, err := websocket.Dial(ctx, "ws://"+proxyHost+path, &websocket.DialOptions{HTTPClient: c.http})
	if err != nil {
		if answer != nil && answer.StatusCode >= 400 {
			err = c.refused(answer)
		}
		return nil, nil, err
	}
	c.heard()
	conn.SetReadLimit(-1)
	return conn, answer.Header, nil
}

// An endless is a connection whose end is an error. Package websocket takes the end of a connection
// in the middle of a message for the end of the message.
type endless struct{ net.Conn }

func (c endless) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// followEvents reads a stream of POST /train.
func (c *client) followEvents(ctx context.Context) error {
	m := c.message(c.goal-c.at()).With("frame_steps", c.frameSteps, "frame_ms", c.interval.Milliseconds())
	answer, err := c.post(ctx, "/train", m.Text(), "Content-Type", "application/json")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	for events := newEvents(answer.Body); ; {
		event, err := events.next()
		if err != nil {
			return err
		}
		c.heard() // also for a comment
		switch event.Name {
		case "":
		case "train_step_result":
			if err := c.read([]byte(event.Data), c.next()); err != nil {
				return err
			}
			if want := fmt.Sprint(c.at()); event.ID != want {
				c.violated("receives step %s with the id %s", want, event.ID)
			}
		case "done":
			return c.ended(event.Reason())
		default:
			c.violated("receives the event %s: %s", event.Name, event.Data)
			return errors.New("a wrong event")
		}
	}
}

// An events reads server-sent events.
type events struct{ lines *bufio.Reader }

func newEvents(body io.Reader) events { return events{bufio.NewReader(body)} }

// next returns an event, or an empty one for a comment. A stream that ends in the middle of an
// event, or without done, is broken: then there is an error and no event.
func (s events) next() (e contract.Event, err error) {
	var data []string
	for {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			return contract.Event{}, fmt.Errorf("the stream ends: %w", err)
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "event":
			e.Name = value
		case "id":
			e.ID = value
		case "data":
			data = append(data, value)
		case "":
			e.Data = strings.Join(data, "\n")
			return e, nil
		}
	}
}

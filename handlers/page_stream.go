package handlers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coder/websocket"
	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// trainPage answers POST /train for the page: a stream of fragments.
func (s *Server) trainPage(c echo.Context) error {
	p, err := s.openPage(c, s.admitStream)
	if err != nil {
		return err
	}
	return s.streamHTML(c, p)
}

// streamHTML answers with the frames as an event stream.
func (s *Server) streamHTML(c echo.Context, p pageRequest) error {
	ctx := c.Request().Context()
	t, work, err := s.startPage(ctx, &p)
	if err != nil {
		return editError{err, p}
	}
	return s.streamPage(ctx, c, p.frames(t, work), s.openEvents(c, stream.SignEvent))
}

// pageSocket answers GET /ws/page: the page's stream over a socket. A message is the page's form,
// written as a JSON object of strings. The answers are frames, and last the data of the done event.
// To a page that names its release, the first message says that it is the server's, too: a browser
// shows no headers of a socket. A page that says so acknowledges frames; see drawPace. The client pauses
// by closing the socket.
func (s *Server) pageSocket(c echo.Context) error {
	release := c.QueryParam(queryRelease)
	foreign := s.checkRelease(release)
	var credit *credit
	var hears func(text []byte) bool
	if c.QueryParam(queryAcks) != "" {
		credit = newCredit()
		hears = func(text []byte) bool {
			isAck := string(text) == acknowledgement
			if isAck {
				credit.acknowledge(time.Now())
			}
			return isAck
		}
	}
	return s.serveSocket(c, hears, func(ctx context.Context, conn *websocket.Conn, m incoming) error {
		if foreign != nil {
			m.bad = foreign
		} else if release != "" {
			hello := fmt.Appendf(nil, `{"release":%q}`, release)
			if err := stream.WriteMessage(ctx, conn, hello); err != nil {
				return err
			}
		}
		p, t, work, err := s.openPageSocket(ctx, m)
		task := taskOf(ctx)
		to := stream.NewSocketWriter(task.connection, conn)
		if err != nil {
			task.turn.End()
			task.leave()
			events := stream.NewSender(task.connection, to, func(error) {})
			defer func() { events.Close(); s.sends(exchangeOf(ctx), to.Written()) }()
			return s.failStream(task.connection, c, events, err, nil)
		}
		frames := p.frames(t, work)
		frames.pace.credit = credit
		return s.streamPage(ctx, c, frames, to)
	})
}

// openPageSocket reads a message of the page's socket, and takes a place among the open streams.
func (s *Server) openPageSocket(ctx context.Context, m incoming) (
	p pageRequest, t *nn.Trainer, work nn.Work, err error,
) {
	if m.bad != nil {
		return p, nil, work, m.bad
	}
	if err = taskOf(ctx).begin(ctx, s.admitFrames); err == nil {
		err = taskOf(ctx).reserve(taskBytes + decodedBytes(m.body))
	}
	if err != nil {
		return p, nil, work, err
	}
	form, err := wire.DecodeFields(m.body, s.limits(ctx))
	if err != nil {
		return p, nil, work, err
	}
	if p, err = s.decodePageForm(ctx, tidied(form)); err != nil {
		return p, nil, work, err
	}
	t, work, err = s.startPage(ctx, &p)
	return p, t, work, err
}

// startPage returns the trainer of a page's stream, and reserves the stream's memory. It reads how
// far frames lie apart and the targets that end the stream, and sets the steps that are left until
// then.
func (s *Server) startPage(
	ctx context.Context, p *pageRequest,
) (t *nn.Trainer, work nn.Work, err error) {
	if p.until, err = readUntil(p.form); err != nil {
		return nil, work, err
	}
	if err = wire.FormInt(p.form, views.FieldDrawMS, &p.drawMS); err != nil {
		return nil, work, err
	}
	if p.drawMS < 0 || p.drawMS > wire.MaxFrameMS {
		return nil, work, wire.Invalid(views.FieldDrawMS, "must be from 0 to %d; got %d", wire.MaxFrameMS, p.drawMS)
	}
	if err := p.until.check(p.State); err != nil {
		return nil, work, err
	}
	p.waiting = s.untold(p)
	if p.watched, err = p.watchGoal(ctx); err != nil {
		return nil, work, err
	}
	if left := p.until.step - p.State.Network.Step; p.until.step > 0 {
		p.Steps = left
	}
	if t, work, err = s.newStreamTrainer(ctx, &p.Message, pictureWork); err != nil {
		return nil, work, err
	}
	return t, work, taskOf(ctx).reserve(p.streamBytes())
}

// errReached ends a stream that has reached a target of the page.
var errReached = errors.New("a target is reached")

// streamPage trains and sends frames. The last frame is always sent. ctx is the context of a task.
func (s *Server) streamPage(
	ctx context.Context, c echo.Context, f *pageFrames, to stream.Carrier,
) error {
	step, _ := f.trainer.At()
	ctx, metered := s.meter(ctx, c, forPage, step, to)
	limited, fail := s.streaming(ctx)
	defer fail(nil)
	connection, cut := taskOf(ctx).watched()
	defer cut()
	stream.LimitUnsent(c.Request().Context())
	f.events, f.yield = stream.NewSender(connection, metered, fail), yielding(connection)
	defer f.events.Close()
	reason, err := s.stream(limited, f.trainer, f.work, f.message, streamSink{
		keepsUp: true,
		frame:   func() error { return f.next(connection) },
		send: func() error {
			if f.drawn {
				f.frame.Commit()
				s.metrics.frames.Inc()
			} else {
				s.metrics.skipped.Inc()
			}
			if f.reached != "" {
				return errReached
			}
			return nil
		},
	})
	if errors.Is(err, errReached) {
		reason, err = doneTarget, nil
	}
	if (err == nil || errors.As(err, new(*nn.DivergedError))) && f.hasUnsentFrame() {
		err = errors.Join(err, s.sendUnsent(connection, f))
	}
	if err != nil {
		metered.ended(connection, "", err)
		return s.failStream(connection, c, f.events, err, f.shown())
	}
	err = f.events.End("done", doneBody(reason))
	metered.ended(connection, reason, err)
	return err
}

// sendUnsent draws and sends the newest frame, which was skipped.
func (s *Server) sendUnsent(ctx context.Context, f *pageFrames) error {
	frame, err := f.events.Begin()
	if err != nil {
		return err
	}
	f.frame = frame
	defer frame.Abort()
	err = s.computing(ctx, func(ctx context.Context) error {
		f.yield = yielding(ctx)
		if step, _ := f.trainer.At(); step != f.step { // the next frame has begun
			state := f.lab.State
			state.Network = *f.snapshot
			t, err := nn.NewTrainer(state)
			if err != nil {
				return err
			}
			f.trainer = t
		}
		_, err := f.draw(ctx, func() bool { return true })
		return err
	})
	if err != nil {
		return err
	}
	frame.Commit()
	s.metrics.frames.Inc()
	return nil
}

// failStream ends a page's stream with a notice, and what leads out of the failure of its run; nil
// is no run. The reasons busy and release make the script try again.
func (s *Server) failStream(
	ctx context.Context, c echo.Context, events *stream.Sender, err error, lab *views.Lab,
) error {
	if isGone(ctx, err) {
		return nil
	}
	e := s.describeLogged(err, c)
	switch e.Code {
	case wire.CodeRelease:
		return events.End("done", doneBody(string(e.Code)))
	case wire.CodeBusy:
		return events.End("done", fmt.Appendf(nil, `{"reason":%q,"retry_after":%d}`, e.Code, e.RetryAfter))
	}
	var b bytes.Buffer
	all := faults(e, err)
	notice := views.Refused(failing(all, lab), refusalsOf(all))
	if err := notice.Render(ctx, &b); err != nil {
		return err
	}
	if err := events.Send("", "", b.Bytes()); err != nil {
		return nil // the sender has ended, and its error was reported
	}
	return events.End("done", doneBody("error"))
}

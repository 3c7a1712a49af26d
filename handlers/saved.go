package handlers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"nnvisu/nn"
	"nnvisu/nn/export"
	"nnvisu/nn/table"
	"nnvisu/views"
)

// readOpened puts the state of FieldOpened, as it was saved in a file or a
// link, in the place of p's own.
func (s *Server) readOpened(p *pageRequest) error {
	m := newMessage(trainMembers)
	opened := pageRequest{form: p.form, choices: p.choices, pinned: p.pinned}
	kind, version := "", 0
	text := []byte(strings.TrimPrefix(p.form.Get(views.FieldOpened), "\ufeff"))
	err := readJSON(text, views.FieldOpened, func(r *reader) error {
		return r.object(func(member string) error {
			switch member {
			case "type":
				return r.text(&kind)
			case "version":
				return r.integer(&version)
			case "config":
				return r.config(&m.state.Config, &m.classesSet)
			case "network":
				return r.network(&m.state.Network)
			case "data":
				err := r.points(&m.state.Data, s.config.MaxPoints, false)
				if err != nil && describe(err).Code == codeTooLarge {
					return within(views.FieldOpened, err) // points names no place for it
				}
				return err
			case "meta":
				return r.meta(&opened.meta)
			case "history":
				return r.history(&opened.history)
			}
			return r.unknown()
		})
	})
	switch {
	case err != nil:
		return err
	case kind != export.StateType:
		return malformed(views.FieldOpened, "is not a saved state of nnvisu: its type must be %s; got %q", export.StateType, clip(kind))
	case version != export.StateVersion:
		return malformed(views.FieldOpened, "is of version %d; this server reads version %d", version, export.StateVersion)
	}
	if err := s.checkState(&m); err != nil {
		return within(views.FieldOpened, err)
	}
	if err := checkMeta(opened.meta); err != nil {
		return within(views.FieldOpened, err)
	}
	if err := opened.history.Validate(); err != nil {
		return within(views.FieldOpened, err)
	}
	opened.message = m
	opened.meta = keepMeta(opened.meta, views.ActShow, m.state.Config, m.state.Config)
	opened.notice = undoable("Opened a state at step %d, with %d points.", m.state.Network.Step, len(m.state.Data))
	*p = opened
	return nil
}

// readPinned reads the run of FieldPinned, if there is one.
func (s *Server) readPinned(text string) (*views.PinnedRun, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	run := &views.PinnedRun{JSON: text, Config: nn.DefaultConfig()}
	err := readJSON([]byte(text), views.FieldPinned, func(r *reader) error {
		return r.object(func(member string) error {
			switch member {
			case "config":
				return r.config(&run.Config, new(bool))
			case "network":
				return r.network(&run.Network)
			case "history":
				return r.history(&run.History)
			}
			return r.unknown()
		})
	})
	if err != nil {
		return nil, err
	}
	// The network may be looked at only; whether it fits is checked here.
	state, err := nn.State{Config: run.Config, Network: run.Network}.Prepare()
	if err == nil {
		err = run.History.Validate()
	}
	if err != nil {
		return nil, within(views.FieldPinned, err)
	}
	run.Config, run.Network = state.Config, state.Network
	return run, nil
}

// within is an error of a member of a field that holds a whole state.
func within(field string, err error) error {
	b := describe(err)
	if b.Code == codeInternal {
		return err
	}
	return &requestError{code: b.Code, field: field + "." + b.Field, message: b.Message}
}

// appendSaved adds to a state's file what the page keeps with it.
func appendSaved(file *bytes.Buffer, meta table.Meta, history nn.History) error {
	var members bytes.Buffer
	add := func(name string, value any) error {
		text, err := json.Marshal(value)
		fmt.Fprintf(&members, ",%q:%s", name, text)
		return err
	}
	var err error
	if !meta.IsZero() {
		err = add(views.FieldMeta, meta)
	}
	if history.Len() > 0 {
		err = errors.Join(err, add(views.FieldHistory, history))
	}
	file.Truncate(file.Len() - len("}\n")) // the end of the object, as package export writes it
	members.WriteString("}\n")
	file.Write(members.Bytes())
	return err
}

// pin keeps the run of a page, up to the moment shown, beside the next one. What
// came after that moment stays in the page's own history.
func (s *Server) pin(ctx context.Context, p *pageRequest) error {
	run := &views.PinnedRun{Config: p.state.Config, Network: p.state.Network, History: p.history.Clone()}
	run.History.Until(run.Network.Step + 1)
	if len(p.state.Data) > 0 {
		err := s.computing(ctx, func() error {
			t, err := nn.NewTrainer(p.state)
			if err == nil {
				run.History.Add(run.Network.Step, run.Network.Epoch, t.Metrics())
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	p.answer.look, p.answer.pinned = true, true
	run.Network.Optimizer = nn.Moments{} // it is looked at only
	if err := marshal(&run.JSON, struct {
		Config  nn.Config  `json:"config"`
		Network nn.Network `json:"network"`
		History nn.History `json:"history"`
	}{run.Config, run.Network, run.History}); err != nil {
		return err
	}
	p.pinned = run
	p.notice = views.Notice{Text: "Pinned. Its curves stay beside those of the next run; Compare shows both."}
	return nil
}

package handlers

import (
	"context"
	"strings"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/handin"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/views"
)

// openSaved puts the state of FieldOpened, as it was saved in a file or a link, in the place of the
// page's.
func (s *Server) openSaved(ctx context.Context, p *pageRequest, _ string) error {
	file, err := s.decodeOpened(ctx, p.form.Get(views.FieldOpened))
	if err != nil {
		return err
	}
	return s.openFile(ctx, p, file)
}

// openRun puts a run of a sweep, whose points are those of the page, in the place of the page's. The
// page is that of the sweep: its journal tells how the points came about.
func (s *Server) openRun(ctx context.Context, p *pageRequest, _ string) error {
	file, err := s.decodeOpened(ctx, p.form.Get(views.FieldOpened))
	if err != nil {
		return err
	}
	file.Data, file.Meta = p.State.Data, p.meta
	swept := *p
	if err := s.openFile(ctx, p, file); err != nil {
		return err
	}
	p.choices.Opened = true // it comes from another page, and goes before what the script has stored
	p.journal, p.history, err = s.journalOfRun(ctx, &swept, p.State)
	return err
}

// takeBack gives the page the settings and points of FieldOpened, if there is one: a change is taken back
// after which the page trained on. The weights stay, and the journal tells of one more change.
func (s *Server) takeBack(ctx context.Context, p *pageRequest, _ string) error {
	text := p.form.Get(views.FieldOpened)
	if text == "" {
		return nil
	}
	file, err := s.decodeOpened(ctx, text)
	if err != nil {
		return err
	}
	do, state := s.doing(ctx, p), p.State
	for _, act := range journal.Between(state, file.State) {
		if state, err = do(state, act); err != nil {
			return err
		}
	}
	p.setState(state, keepMeta)
	p.answer.preview = false // the curves go on with what is there now
	return nil
}

// openFile puts a saved state in the place of the page's.
func (s *Server) openFile(ctx context.Context, p *pageRequest, file export.File) error {
	m := wire.NewMessage(wire.Train)
	m.State = file.State
	err := s.checkState(ctx, &m)
	if err == nil {
		err = wire.CheckMeta(file.Meta, views.FieldMeta)
	}
	if err == nil {
		err = file.History.Validate()
	}
	if err == nil {
		file.Journal, _ = handin.Split(file.Journal) // what it claims is for /verify
		err = checkJournal(file.Journal)
	}
	if err != nil {
		return wire.Within(views.FieldOpened, err)
	}
	lesson := file.Lesson
	if lesson.IsZero() { // then a class goes on with its own task
		lesson = p.lesson
		lesson.Experiment = ""
	}
	*p = pageRequest{
		Message: m, form: p.form, choices: p.choices, kept: views.NoMoment, pinned: p.pinned, history: file.History, journal: file.Journal, own: p.own,
		meta: keepMeta(file.Meta, m.State.Config, m.State.Config),
		pageResult: pageResult{
			notice: undoable("Opened a state at step %s, with %s points.", views.Grouped(m.State.Network.Step), views.Grouped(len(m.State.Data))),
			answer: p.answer,
		},
	}
	p.setLesson(lesson)
	return nil
}

// decodeOpened reads a saved state, whose lesson is one that the page can show.
func (s *Server) decodeOpened(ctx context.Context, text string) (export.File, error) {
	file, err := wire.DecodeFile(text, views.FieldOpened, s.limits(ctx))
	if err != nil {
		return file, err
	}
	if err := checkLesson(file.Lesson); err != nil {
		return file, wire.Within(views.FieldOpened+"."+views.FieldLesson, err)
	}
	return file, nil
}

// linkProblem says what is wrong with the state of a link, and that nothing is lost.
func linkProblem(b errorBody) views.Notice {
	why := "In " + views.SavedPart(b.Field) + " " + readable(b.Message) + "."
	switch {
	case b.Field == views.FieldOpened && strings.Contains(b.Message, "JSON"):
		why = "Its text is damaged: it may have been cut off or changed on its way."
	case b.Field == views.FieldOpened:
		why = "It " + readable(b.Message) + "."
	}
	return views.Notice{Text: "This link cannot be opened. " + why + " Nothing is lost: what you had is still here.", Problem: true}
}

// readPinned reads the run of FieldPinned, if there is one.
func (s *Server) readPinned(ctx context.Context, text string) (*views.PinnedRun, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	run, err := wire.DecodeRun(text, views.FieldPinned, s.limits(ctx))
	if err != nil {
		return nil, err
	}
	// It is shown as it came, and takes as much as a second state.
	if err := taskOf(ctx).reserveMore(stateBytes(nn.State{Config: run.Config})); err != nil {
		return nil, err
	}
	return &views.PinnedRun{JSON: text, Config: run.Config, Network: run.Network, History: run.History}, nil
}

// pin keeps the run of a page, up to the moment shown, beside the next one. What came after that
// moment stays in the page's own history.
func pin(_ *Server, ctx context.Context, p *pageRequest, _ string) error {
	if err := taskOf(ctx).reserveMore(stateBytes(nn.State{Config: p.State.Config})); err != nil {
		return err
	}
	run := &views.PinnedRun{Config: p.State.Config, Network: p.State.Network, History: p.history.Clone()}
	run.History.Truncate(run.Network.Step + 1)
	run.History.Layers = nil // Compare shows none of them
	if len(p.State.Data) > 0 {
		t, err := nn.NewTrainer(p.State)
		if err != nil {
			return err
		}
		t.SetYield(yielding(ctx))
		metrics := t.Metrics()
		if err := t.Stopped(); err != nil {
			return err
		}
		run.History.Add(run.Network.Step, run.Network.Epoch, metrics)
	}
	run.Network.Optimizer = nn.Moments{} // it is only shown
	kept := wire.Run{Config: run.Config, Network: run.Network, History: run.History}
	if err := marshal(&run.JSON, kept); err != nil {
		return err
	}
	p.pinned = run
	p.notice = views.Notice{Text: "Pinned. Its curves stay beside those of the next run; Compare shows both."}
	return nil
}

// unpin lets go of the pinned run.
func unpin(_ *Server, _ context.Context, p *pageRequest, _ string) error {
	p.pinned = nil
	return nil
}

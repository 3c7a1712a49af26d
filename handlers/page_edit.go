package handlers

import (
	"fmt"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/views"
)

func reset(_ *Server, e edit) (nn.State, views.Notice, error) {
	next, err := e.do(e.state, journal.Reset{})
	return next, undoable("New weights from seed %d.", next.Config.Seed), err
}

func reseed(_ *Server, e edit) (nn.State, views.Notice, error) {
	next, err := e.do(e.state, journal.Reseed{})
	return next, undoable("New weights from the new seed %d.", next.Config.Seed), err
}

func addLayer(_ *Server, e edit) (nn.State, views.Notice, error) {
	width := 8
	if widths := e.state.Config.HiddenLayers; len(widths) > 0 {
		width = widths[len(widths)-1]
	}
	next, err := e.do(e.state, journal.AddLayer{At: len(e.state.Config.HiddenLayers), Width: width})
	return next, undoable("Added a hidden layer of %d units; the weights before it stay.", width), err
}

func removeLayer(_ *Server, e edit) (nn.State, views.Notice, error) {
	if len(e.state.Config.HiddenLayers) == 0 {
		return e.state, views.Notice{}, wire.Invalid("config.hidden_layers", "has no layer left to remove")
	}
	next, err := e.do(e.state, journal.RemoveLayer{At: len(e.state.Config.HiddenLayers) - 1})
	return next, undoable("Removed the last hidden layer; the weights before it stay."), err
}

func addClass(_ *Server, e edit) (nn.State, views.Notice, error) {
	next, err := e.do(e.state, journal.AddClass{})
	return next, undoable("Added class %d; all weights stay.", next.Config.Classes-1), err
}

func removeClass(_ *Server, e edit) (nn.State, views.Notice, error) {
	last := e.state.Config.Classes - 1
	next, err := e.do(e.state, journal.RemoveClass{Class: max(0, last)})
	return next, undoable("Removed %s and its %s points.", views.ClassName(e.meta, last), views.Grouped(len(e.state.Data)-len(next.Data))), err
}

func undoable(format string, args ...any) views.Notice {
	return views.Notice{Text: fmt.Sprintf(format, args...), Undo: true}
}

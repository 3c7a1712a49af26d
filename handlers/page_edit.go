package handlers

import (
	"fmt"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

func reset(_ *Server, e edit) (nn.State, views.Notice, error) {
	e.state.Network = nn.Initialize(e.state.Config)
	return e.state, undoable("New weights from seed %d.", e.state.Config.Seed), nil
}

func reseed(_ *Server, e edit) (nn.State, views.Notice, error) {
	e.state.Config.Seed++ // wraps around at the largest
	e.state.Network = nn.Initialize(e.state.Config)
	return e.state, undoable("New weights from the new seed %d.", e.state.Config.Seed), nil
}

func addLayer(_ *Server, e edit) (nn.State, views.Notice, error) {
	width := 8
	if widths := e.state.Config.HiddenLayers; len(widths) > 0 {
		width = widths[len(widths)-1]
	}
	next, err := nn.AddLayer(e.state, len(e.state.Config.HiddenLayers), width)
	return next, undoable("Added a hidden layer of %d units; the weights before it stay.", width), err
}

func removeLayer(_ *Server, e edit) (nn.State, views.Notice, error) {
	if len(e.state.Config.HiddenLayers) == 0 {
		return e.state, views.Notice{}, wire.Invalid("config.hidden_layers", "has no layer left to remove")
	}
	next, err := nn.RemoveLayer(e.state, len(e.state.Config.HiddenLayers)-1)
	return next, undoable("Removed the last hidden layer; the weights before it stay."), err
}

func addClass(_ *Server, e edit) (nn.State, views.Notice, error) {
	next, err := nn.AddClass(e.state)
	return next, undoable("Added class %d; all weights stay.", next.Config.Classes-1), err
}

func removeClass(_ *Server, e edit) (nn.State, views.Notice, error) {
	last := e.state.Config.Classes - 1
	next, err := nn.RemoveClass(e.state, last)
	return next, undoable("Removed %s and its %d points.", views.ClassName(e.meta, last), len(e.state.Data)-len(next.Data)), err
}

func undoable(format string, args ...any) views.Notice {
	return views.Notice{Text: fmt.Sprintf(format, args...), Undo: true}
}

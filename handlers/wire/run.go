package wire

import (
	"cmp"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
)

// history reads the curves of a run.
func (r *reader) history(h *nn.History) error {
	*h = nn.History{}
	return r.object(func(member string) error {
		switch member {
		case "every":
			return r.integer(&h.Every)
		case "step":
			return r.column(&h.Step, nn.MaxSamples)
		case "epoch":
			return r.column(&h.Epoch, nn.MaxSamples)
		case "loss":
			return r.numbers(&h.Loss, nn.MaxSamples, "samples")
		case "accuracy":
			return r.numbers(&h.Accuracy, nn.MaxSamples, "samples")
		case "test_loss":
			return r.numbers(&h.TestLoss, nn.MaxSamples, "samples")
		case "test_accuracy":
			return r.numbers(&h.TestAccuracy, nn.MaxSamples, "samples")
		case "since":
			return r.integer(&h.Since)
		case "best":
			h.Best = new(nn.Best)
			return r.best(h.Best)
		case "layers":
			h.Layers = new(nn.LayerHistory)
			return r.layers(h.Layers)
		}
		return r.unknown()
	})
}

// column reads a list of whole numbers, one for each of at most so many samples of a history.
func (r *reader) column(dst *[]int, most int) error {
	return r.list(func() error {
		var v int
		err := r.integer(&v)
		*dst = append(*dst, v)
		return cmp.Or(err, checkLength(r, len(*dst), most, "samples"))
	})
}

// layers reads how the layers learned over a run.
func (r *reader) layers(h *nn.LayerHistory) error {
	return r.object(func(member string) error {
		switch member {
		case "every":
			return r.integer(&h.Every)
		case "step":
			return r.column(&h.Step, nn.MaxLayerSamples)
		case "epoch":
			return r.column(&h.Epoch, nn.MaxLayerSamples)
		case "gradient":
			return r.layerColumns(&h.Gradient)
		case "update":
			return r.layerColumns(&h.Update)
		case "idle":
			return r.layerColumns(&h.Idle)
		}
		return r.unknown()
	})
}

// layerColumns reads a list of samples for each layer.
func (r *reader) layerColumns(dst *[][]float64) error {
	*dst = [][]float64{}
	return r.list(func() error {
		var column []float64
		err := r.numbers(&column, nn.MaxLayerSamples, "samples")
		*dst = append(*dst, column)
		return cmp.Or(err, checkLength(r, len(*dst), nn.MaxLayers, "layers"))
	})
}

// best reads the best moment of a run. All members must be there.
func (r *reader) best(b *nn.Best) error {
	var step, epoch, loss bool
	err := r.object(func(member string) error {
		switch member {
		case "step":
			step = true
			return r.integer(&b.Step)
		case "epoch":
			epoch = true
			return r.integer(&b.Epoch)
		case "test_loss":
			loss = true
			return r.number(&b.TestLoss)
		}
		return r.unknown()
	})
	switch {
	case err != nil:
		return err
	case !step:
		return Invalid(r.place()+".step", "is missing")
	case !epoch:
		return Invalid(r.place()+".epoch", "is missing")
	case !loss:
		return Invalid(r.place()+".test_loss", "is missing")
	}
	return nil
}

// DecodeNetwork reads a network from the JSON text of a field. Path is the field's name in errors.
func DecodeNetwork(text, path string, limits Limits) (n nn.Network, err error) {
	err = readJSON([]byte(text), path, limits, func(r *reader) error { return r.network(&n) })
	return n, err
}

// DecodeHistory reads the curves of a run from the JSON text of a field, which may be empty, and
// checks them. Path is the field's name in errors of the grammar.
func DecodeHistory(text, path string, limits Limits) (h nn.History, err error) {
	err = readField(text, path, limits, func(r *reader) error { return r.history(&h) })
	if err != nil {
		return h, err
	}
	return h, h.Validate()
}

// A Run is a run that the page keeps to compare others with. Its network is shown and not trained,
// so it has no moments.
type Run struct {
	Config  nn.Config  `json:"config"`
	Network nn.Network `json:"network"`
	History nn.History `json:"history"`
}

// DecodeRun reads a run from the JSON text of a field and prepares it. Errors name members below
// the path.
func DecodeRun(text, path string, limits Limits) (Run, error) {
	run := Run{Config: nn.DefaultConfig()}
	err := readJSON([]byte(text), path, limits, func(r *reader) error {
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
		return Run{}, err
	}
	state, err := nn.State{Config: run.Config, Network: run.Network}.Prepare()
	if err == nil {
		err = run.History.Validate()
	}
	if err != nil {
		return Run{}, Within(path, err)
	}
	run.Config, run.Network = state.Config, state.Network
	return run, nil
}

// DecodeFile reads a saved state, as [export.File.Write] and the page's links write it. A member of
// the config that is left out has its default. The state is not yet prepared, and neither meta nor
// history is checked beyond the grammar. Errors name members below the path.
func DecodeFile(text, path string, limits Limits) (export.File, error) {
	var f export.File
	f.Config = nn.DefaultConfig()
	text = strings.TrimPrefix(text, "\ufeff") // a byte order mark, which some editors write
	err := readJSON([]byte(text), path, limits, func(r *reader) error { return r.file(&f, path, limits) })
	switch {
	case err != nil:
		return export.File{}, err
	case f.Type != export.StateType:
		return export.File{}, Malformed(path,
			"is not a saved state of nnvisu: its type must be %s; got %q", export.StateType, Clip(f.Type))
	case f.Version != export.StateVersion:
		return export.File{}, Malformed(path,
			"is of version %d; this server reads version %d", f.Version, export.StateVersion)
	}
	return f, nil
}

func (r *reader) file(f *export.File, path string, limits Limits) error {
	f.Type, f.Version = "", 0
	return r.object(func(member string) error {
		switch member {
		case "type":
			return r.text(&f.Type)
		case "version":
			return r.integer(&f.Version)
		case "config":
			return r.config(&f.Config, new(bool))
		case "network":
			return r.network(&f.Network)
		case "data":
			err := r.points(&f.Data, limits.Points, false)
			if err != nil && Describe(err).Code == CodeTooLarge {
				return Within(path, err) // points names data alone, without a path
			}
			return err
		case "meta":
			return r.meta(&f.Meta)
		case "history":
			return r.history(&f.History)
		case "journal":
			return r.text(&f.Journal)
		case "lesson":
			return r.lesson(&f.Lesson)
		}
		return r.unknown()
	})
}

// lesson reads what a page is used for.
func (r *reader) lesson(l *export.Lesson) error {
	*l = export.Lesson{}
	return r.object(func(member string) error {
		switch member {
		case "experiment":
			return r.text(&l.Experiment)
		case "assignment":
			return r.text(&l.Assignment)
		case "goal":
			return r.text(&l.Goal)
		case "hide":
			return r.parts(&l.Hide)
		case "lock":
			return r.parts(&l.Lock)
		}
		return r.unknown()
	})
}

// maxParts is the most parts of the page that a list of them may name. There are fewer.
const maxParts = 20

// parts reads names of parts of the page.
func (r *reader) parts(dst *[]string) error {
	return r.list(func() error {
		var name string
		err := r.text(&name)
		*dst = append(*dst, name)
		return cmp.Or(err, checkLength(r, len(*dst), maxParts, "parts"))
	})
}

// Package export writes a network as a file that computes the same outputs without nnvisu: source
// code in four languages, an ONNX model, or the state itself.
//
// Every file computes the features from x and y, in float64 throughout, with dropout off, and gives
// the outputs of [nn.Model.Predict] up to rounding: sums may be taken in another order, and
// elementary functions come from another library.
package export

import (
	"fmt"
	"io"

	"github.com/nnvisu/nnvisu/nn"
)

// A Format is the wire name of a kind of file.
type Format string

// The formats.
const (
	PyTorch    Format = "pytorch"
	NumPy      Format = "numpy"
	Go         Format = "go"
	JavaScript Format = "javascript"
	ONNX       Format = "onnx"
	State      Format = "state"
)

// Info describes a format.
type Info struct {
	Format    Format
	Title     string
	Filename  string // the name of a download
	MediaType string
	Summary   string // one sentence for the page
}

var formats = []struct {
	Info
	write func(io.Writer, nn.State) error
}{
	{Info{PyTorch, "PyTorch", "model.py", "text/x-python; charset=utf-8",
		"A Python file with a torch.nn.Module in float64 that holds its weights."}, pytorch.write},
	{Info{NumPy, "NumPy", "model_numpy.py", "text/x-python; charset=utf-8",
		"A Python file that needs NumPy alone."}, numpy.write},
	{Info{Go, "Go", "model.go", "text/x-go; charset=utf-8",
		"A Go file that needs the standard library alone."}, golang.write},
	{Info{JavaScript, "JavaScript", "model.mjs", "text/javascript; charset=utf-8",
		"An ES module without dependencies, for browsers and Node.js."}, javascript.write},
	{Info{ONNX, "ONNX", "model.onnx", "application/octet-stream",
		"A binary model in float64 for ONNX Runtime and other runtimes that read ONNX."},
		writeONNX},
	{Info{State, "State", "nnvisu_state.json", "application/json",
		"The settings, the network with its optimizer moments and the points, " +
			"to open them here again."}, writeState},
}

// All returns the formats in the order of the page.
func All() []Info {
	all := make([]Info, len(formats))
	for i, f := range formats {
		all[i] = f.Info
	}
	return all
}

// Lookup returns the format with a wire name.
func Lookup(name string) (Info, bool) {
	for _, f := range formats {
		if string(f.Format) == name {
			return f.Info, true
		}
	}
	return Info{}, false
}

// Write writes the network of a prepared state (see [nn.State.Prepare]), and in the format State
// all of it. It returns the errors of w, and one for an unknown format.
func Write(w io.Writer, f Format, s nn.State) error {
	for _, known := range formats {
		if known.Format != f {
			continue
		}
		if err := known.write(w, s); err != nil {
			return fmt.Errorf("export: writing %s: %w", f, err)
		}
		return nil
	}
	return fmt.Errorf("export: unknown format %q", f)
}

func writeState(w io.Writer, s nn.State) error { return File{State: s}.Write(w) }

package export

import (
	"io"
	"strconv"

	"github.com/nnvisu/nnvisu/nn"
)

// curveColumns are the names of the columns of a table of curves.
const curveColumns = "step,epoch,train_loss,test_loss,train_accuracy,test_accuracy\n"

// WriteCurves writes the samples of a history as CSV (RFC 4180): a row for each, and an empty cell for
// what was not measured.
func WriteCurves(w io.Writer, h *nn.History) error {
	b := []byte(curveColumns)
	for i := range h.Len() {
		b = strconv.AppendInt(b, int64(h.Step[i]), 10)
		b = strconv.AppendInt(append(b, ','), int64(h.Epoch[i]), 10)
		for _, column := range [...][]float64{h.Loss, h.TestLoss, h.Accuracy, h.TestAccuracy} {
			if b = append(b, ','); column != nil && column[i] >= 0 {
				b = strconv.AppendFloat(b, column[i], 'g', -1, 64)
			}
		}
		b = append(b, '\n')
	}
	_, err := w.Write(b)
	return err
}

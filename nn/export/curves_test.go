package export

import (
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

// TestWriteCurves: a row for each sample, and an empty cell for what was not measured.
func TestWriteCurves(t *testing.T) {
	accuracy, loss := 0.75, 1e-7
	var h nn.History
	h.Add(0, 0, nn.Metrics{Loss: 0.7})
	h.Add(10, 5, nn.Metrics{Loss: 0.25, Accuracy: &accuracy, TestLoss: &loss})
	var b strings.Builder
	if err := WriteCurves(&b, &h); err != nil {
		t.Fatal(err)
	}
	const want = "step,epoch,train_loss,test_loss,train_accuracy,test_accuracy\n0,0,0.7,,,\n10,5,0.25,1e-07,0.75,\n"
	if got := b.String(); got != want {
		t.Errorf("the curves are\n%s\nwant\n%s", got, want)
	}
}

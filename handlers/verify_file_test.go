package handlers

import (
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/handin"
	"github.com/nnvisu/nnvisu/nn/journal"
)

// TestVerifyFileWithoutTest: curves of a test that the run has not are forged, and the loss that a file claims
// is that of its curves where its journal claims none.
func TestVerifyFileWithoutTest(t *testing.T) {
	s := newTestServer(t)
	j := journal.Journal{Release: s.journalRelease(), Recipe: "dataset=circles&points=40&seed=3", Step: 20}
	state := leadsTo(t, s, j)
	own, err := metricsOf(t.Context(), state)
	if err != nil {
		t.Fatal(err)
	}
	row := func(m nn.Metrics) (row handin.Row, saved float64) {
		file := export.File{State: state, Journal: journalText(t, s, j), History: nn.History{Every: 1}}
		file.History.Add(state.Network.Step, state.Network.Epoch, m)
		_, got := verifyAll(t, s, "", savedText(t, file))
		return got.HandIns[0], file.History.Loss[0]
	}
	if got, saved := row(*own); got.Verdict != handin.Holds || got.Claimed == nil || *got.Claimed != saved {
		t.Errorf("an honest file: %+v, claimed %v; want the loss %v", got, got.Claimed, saved)
	}
	forged := *own
	forged.TestLoss = new(0.001)
	if got, _ := row(forged); got.Verdict != handin.Loss {
		t.Errorf("a test that nobody made: %q %+v", got.Verdict, got.Differences)
	}
}

// TestVerifyImported: what was imported may have come from anywhere, so a file may say from where.
func TestVerifyImported(t *testing.T) {
	s := newTestServer(t)
	j := journal.Journal{Release: s.journalRelease(), Recipe: "dataset=circles&points=40", Step: 5, Entries: []journal.Entry{
		{Act: journal.Import{Task: nn.Classification, Points: []nn.Point{{X: 0.5, Label: 1}, {X: -0.5}}}},
	}}
	state := leadsTo(t, s, j)
	file := export.File{State: state, Journal: handInOf(t, s, j, j, state, lossOf(t, state))}
	file.Meta.Edited = "dataset=moons"
	_, got := verifyAll(t, s, "", savedText(t, file))
	if row := got.HandIns[0]; row.Verdict != handin.Holds {
		t.Errorf("%q %+v %+v", row.Verdict, row.Differences, row.Error)
	}
}

package handlers

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/views"
)

// TestFollowing: frames that keep up make up for what they waited, but not for more than half an
// interval; others keep the interval between any two.
func TestFollowing(t *testing.T) {
	for _, test := range []struct {
		waited, interval int // milliseconds
		keepsUp          bool
		want             int // after the frame was due
	}{
		{0, 100, true, 100}, {0, 100, false, 100},
		{40, 100, true, 100}, {40, 100, false, 140},
		{50, 100, true, 100},
		{80, 100, true, 130}, {500, 100, true, 550},
		{70, 0, true, 70}, {70, 0, false, 70},
	} {
		due, ms := time.Now(), time.Millisecond
		got := following(due, due.Add(time.Duration(test.waited)*ms), time.Duration(test.interval)*ms, test.keepsUp)
		if want := due.Add(time.Duration(test.want) * ms); !got.Equal(want) {
			t.Errorf("a frame every %d ms that waited for %d ms is followed after %v; want %d ms", test.interval, test.waited, got.Sub(due), test.want)
		}
	}
}

// TestSpread: streams last for the time that the operator says, give or take a tenth.
func TestSpread(t *testing.T) {
	for random, want := range map[float64]time.Duration{0: 9 * time.Minute, 0.5: 10 * time.Minute, 1: 11 * time.Minute} {
		if got := spread(10*time.Minute, random); got.Round(time.Microsecond) != want {
			t.Errorf("spread(10m, %v) = %v; want %v", random, got, want)
		}
	}
}

// TestPageKeepsUp: a page whose frame waits for a token gets the next one when it would have come.
func TestPageKeepsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestServer(t)
		s.cpus = fair.NewQueue(1, nil)
		form := settingsForm(t, s, sampleState(t, "circles", 20, 0, nil))
		form.Set(views.FieldControls, "")
		form.Set(views.FieldSteps, "4")
		form.Set("frame_ms", "100")
		time.AfterFunc(80*time.Millisecond, func() {
			turn := s.cpus.Turn(addressed(1))
			if err := turn.Begin(t.Context(), fair.Request); err != nil {
				t.Error(err)
			}
			time.Sleep(60 * time.Millisecond)
			turn.End()
		})
		start := time.Now()
		w := postForm(s, "/train", form, "HX-Request", "true")
		if took := time.Since(start); w.Code != http.StatusOK || took != 300*time.Millisecond {
			t.Errorf("four frames, the second of which waited for 40 ms, take %v, status %d; want 300ms, 200", took, w.Code)
		}
	})
}

package handlers

import (
	"net/http"
	"strings"
	"testing"
)

// TestStreamMetrics: frames and updates are counted.
func TestStreamMetrics(t *testing.T) {
	s := newTestServer(t)
	serve(s, http.MethodPost, "/train", `{"data":[{"x":0,"y":0,"label":0}],"steps":10,"frame_steps":4}`, "Content-Type", "application/json")
	text := serve(s, http.MethodGet, "/metrics", "").Body.String()
	for _, want := range []string{"nnvisu_frames_total 3\n", "nnvisu_updates_total 10\n", "nnvisu_streams 0\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("/metrics behind a stream lacks %q", want)
		}
	}
}

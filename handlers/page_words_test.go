package handlers

import (
	"net/http"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// TestWords: the page answers with the words of its own state, as fragments and without script, and
// changes nothing of the state.
func TestWords(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "circles", 40, 20, func(c *nn.Config) { c.HiddenLayers = []int{3} })
	want, err := views.NewWords(state, table.Meta{}, nn.History{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	form := settingsForm(t, s, state)
	form.Set(views.FieldAct, "words")
	form.Set(views.FieldControls, "")
	for _, headers := range [][]string{{"HX-Request", "true"}, {"Accept", "text/html"}} {
		w := postForm(s, "/edit", form, headers...)
		page := parseHTML(t, w.Body.String())
		for _, text := range append(append(want.Areas, want.Points...), want.Layers[0].Units...) {
			if w.Code != http.StatusOK || !strings.Contains(plainText(t, w.Body.String()), text) {
				t.Errorf("%v: answer %d without %q", headers, w.Code, text)
			}
		}
		if headers[0] == "HX-Request" {
			for _, part := range find(page, "hx-partial") {
				if target := attributeOf(part, "hx-target"); target != "#words-body" && target != "#plane-words" {
					t.Errorf("words replace %s", target)
				}
			}
		} else if got := readForm(t, w.Body.String(), "", ""); got.Get(views.FieldNetwork) != form.Get(views.FieldNetwork) {
			t.Error("the network is another after words")
		}
	}
	form.Set(views.FieldMeta, `{"classes":["<i>","b"]}`)
	if body := postForm(s, "/edit", form, "HX-Request", "true").Body.String(); !strings.Contains(body, "&lt;i&gt; fills") {
		t.Errorf("words of a named class are %.600s", body)
	}
}

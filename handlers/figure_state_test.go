package handlers

import (
	"bytes"
	"encoding/csv"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/views"
)

// pageForm returns the form of a page with the run of a recipe after some updates.
func pageForm(t *testing.T, s *Server) url.Values {
	t.Helper()
	page := serve(s, http.MethodGet, "/?dataset=moons&points=60&test_fraction=0.25", "").Body.String()
	form := readForm(t, page, views.FieldSteps, "1")
	form.Set(views.FieldSteps, "7")
	w := serve(s, http.MethodPost, "/step", form.Encode(), "Content-Type", urlencoded, "Accept", "text/html")
	if w.Code != http.StatusOK {
		t.Fatalf("the page makes no step: status %d", w.Code)
	}
	return readForm(t, w.Body.String(), views.FieldSteps, "1")
}

// TestSavePicture: the page saves its state as a picture, of what its controls say, also where no
// recipe tells it.
func TestSavePicture(t *testing.T) {
	s := newTestServer(t)
	form := pageForm(t, s)
	save := func(address string, set ...string) (string, []byte) {
		t.Helper()
		f := url.Values{}
		for name, values := range form {
			f[name] = values
		}
		for i := 0; i < len(set); i += 2 {
			f.Set(set[i], set[i+1])
		}
		w := serve(s, http.MethodPost, address, f.Encode(), "Content-Type", urlencoded, "Accept", "text/html,*/*;q=0.8")
		if w.Code != http.StatusOK {
			t.Fatalf("POST %s: status %d, %.300s", address, w.Code, w.Body)
		}
		return w.Header().Get("Content-Disposition"), w.Body.Bytes()
	}
	name, light := save("/picture.svg")
	if name != `attachment; filename="nnvisu-plane.svg"` || !bytes.Contains(light, []byte("after 7 updates")) {
		t.Errorf("the picture is %s, %.300s", name, light)
	}
	name, dark := save("/picture.svg", views.FieldPictureView, "lab", views.FieldPictureTheme, "dark")
	if name != `attachment; filename="nnvisu-lab.svg"` || !bytes.Contains(dark, []byte(`fill="#1d2026"`)) || !bytes.Contains(dark, []byte(">Loss<")) {
		t.Errorf("the dark picture is %s, %.300s", name, dark)
	}
	if _, hard := save("/picture.svg", views.FieldHard, "1"); bytes.Equal(hard, light) {
		t.Error("hard edges change nothing of a picture")
	}
	if _, without := save("/picture.svg", views.FieldHideTest, "1"); bytes.Contains(without, []byte("held out")) || !bytes.Contains(light, []byte("held out")) {
		t.Error("points held out are not hidden")
	}
	_, pixels := save("/picture.png?width=300")
	if picture, err := png.Decode(bytes.NewReader(pixels)); err != nil || picture.Bounds().Dx() != 300 {
		t.Errorf("the picture of 300 pixels: %v", err)
	}
	// The same run as its recipe tells it.
	recipe := figureBody(t, s, "/picture.svg?dataset=moons&points=60&test_fraction=0.25&steps=7")
	if !bytes.Equal(recipe, light) {
		t.Error("the picture of a state is not that of the recipe that leads to it")
	}
	form.Set(views.FieldData, `[{"x":0.1,"y":0.5,"label":0},{"x":-0.1,"y":0.5,"label":1}]`)
	if _, own := save("/picture.svg"); bytes.Equal(own, light) {
		t.Error("own points do not change the picture")
	}
	for query, want := range map[string]string{"/picture.svg?view=x": "view", "/picture.svg?steps=3": "steps", "/picture.svg?frames=3": "frames"} {
		w := serve(s, http.MethodPost, query, `{"config":{}}`)
		if w.Code < 400 || !strings.Contains(w.Body.String(), `"field":"`+want+`"`) {
			t.Errorf("POST %s: status %d, %s; want an error of %s", query, w.Code, w.Body, want)
		}
	}
	if w := serve(s, http.MethodPost, "/picture.svg?view=network", `{"config":{"hidden_layers":[3]},"data":[]}`); w.Code != http.StatusOK {
		t.Errorf("a program's state without points: status %d, %s", w.Code, w.Body)
	}
}

// TestCurvesCSV: the curves of the page are a table that says what was measured at each step.
func TestCurvesCSV(t *testing.T) {
	s := newTestServer(t)
	form := pageForm(t, s)
	w := serve(s, http.MethodPost, "/curves.csv", form.Encode(), "Content-Type", urlencoded)
	if w.Code != http.StatusOK || w.Header().Get("Content-Disposition") != `attachment; filename="nnvisu-curves.csv"` {
		t.Fatalf("status %d, %v", w.Code, w.Header())
	}
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rows[0], " "); got != "step epoch train_loss test_loss train_accuracy test_accuracy" {
		t.Errorf("the columns are %s", got)
	}
	last := rows[len(rows)-1]
	if len(rows) != 3 || last[0] != "7" || last[1] != "7" {
		t.Errorf("the table is %v; want rows for the steps 0 and 7", rows)
	}
	for i, cell := range last {
		if cell == "" {
			t.Errorf("the last row has no %s", rows[0][i])
		}
	}
	form.Set(views.FieldHistory, `{"step":[1]}`)
	if w := serve(s, http.MethodPost, "/curves.csv", form.Encode(), "Content-Type", urlencoded); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("curves that are none: status %d", w.Code)
	}
}

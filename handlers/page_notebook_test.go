package handlers

import (
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"slices"
	"strings"
	"testing"
	"time"

	qr "github.com/piglig/go-qr"

	"github.com/nnvisu/nnvisu/nn/handin"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/tests/race"
	"github.com/nnvisu/nnvisu/views"
)

// TestNotebook: the list says what was done, each line leads back to its moment, and what came after it is
// left out. A page without a journal says so.
func TestNotebook(t *testing.T) {
	s := newTestServer(t)
	form := readForm(t, serve(s, "GET", "/", "").Body.String(), "", "")
	press := func(path string, changes ...string) string {
		t.Helper()
		for i := 0; i < len(changes); i += 2 {
			form.Set(changes[i], changes[i+1])
		}
		w := postForm(s, path, form)
		if w.Code != 200 {
			t.Fatalf("%v is answered %d %.300s", changes, w.Code, w.Body)
		}
		form = readForm(t, w.Body.String(), "", "")
		return w.Body.String()
	}
	press("/step", views.FieldSteps, "20")
	then := form
	press("/edit", views.FieldAct, "add-layer")
	press("/step", views.FieldSteps, "10")
	list := parseHTML(t, press("/edit", views.FieldAct, "notebook"))
	var words, acts []string
	for _, item := range find(list, ".notebook tbody th") {
		words = append(words, item.FirstChild.Data)
	}
	for _, button := range find(list, ".notebook button") {
		acts = append(acts, attributeOf(button, "value"))
	}
	if got, want := strings.Join(words, " · "), "Circles · training 20 steps · layer of 8 units added · training 10 steps"; got != want {
		t.Errorf("the notebook says %q; want %q", got, want)
	}
	if want := []string{"back 0.0", "back 0.20", "back 1.20"}; !slices.Equal(acts, want) {
		t.Errorf("its buttons ask for %v; want %v", acts, want)
	}
	press("/edit", views.FieldAct, "back 0.20")
	for _, field := range []string{views.FieldConfig, views.FieldNetwork, views.FieldData, views.FieldMeta} {
		if form.Get(field) != then.Get(field) {
			t.Errorf("back at step 20 %s is %.200s; want %.200s as it was", field, form.Get(field), then.Get(field))
		}
	}
	if j, err := journal.Read(form.Get(views.FieldJournal)); err != nil || len(j.Entries) > 0 || j.Step != 20 {
		t.Errorf("back at step 20 the journal is %+v, %v; want one without acts", j, err)
	}
	form.Set(views.FieldAct, "back 3.5")
	if w := postForm(s, "/edit", form); w.Code != 422 {
		t.Errorf("a moment that never was is answered %d; want 422", w.Code)
	}
	form.Set(views.FieldJournal, "")
	if page := press("/edit", views.FieldAct, "notebook"); !strings.Contains(page, "does not tell how it began") {
		t.Errorf("a page in the middle of a run without a journal does not say that it has none")
	}
}

// TestJournalLink: Share has a link that leads to the state, and the QR code of it. A link of another
// release says so; one that is damaged leaves the first page.
func TestJournalLink(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.BasePath = "/nn" })
	form := readForm(t, serve(s, "GET", "/nn/?dataset=moons&hidden_layers=4", "").Body.String(), "", "")
	for _, act := range []string{"add-layer", "reset", "share"} {
		form.Set(views.FieldAct, act)
		w := postForm(s, "/nn/edit", form, "Origin", "https://example.com")
		if act != "share" {
			form = readForm(t, w.Body.String(), "", "")
			continue
		}
		page := parseHTML(t, w.Body.String())
		if len(find(page, "#journal-link")) == 0 {
			t.Fatalf("Share has no link of the journal %q: %d", form.Get(views.FieldJournal), w.Code)
		}
		link := attributeOf(find(page, "#journal-link")[0], "href")
		opened := readForm(t, serve(s, "GET", "/nn/"+link, "").Body.String(), "", "")
		for _, field := range []string{views.FieldConfig, views.FieldNetwork, views.FieldData, views.FieldMeta} {
			if opened.Get(field) != form.Get(field) {
				t.Errorf("the link leads to the %s %.300s; want %.300s", field, opened.Get(field), form.Get(field))
			}
		}
		svg := find(page, "svg.qr")[0]
		if got, want := scanQR(t, attributeOf(svg, "viewBox"), attributeOf(find(svg, "path")[0], "d")), "https://example.com/nn/"+link; got != want {
			t.Errorf("the QR code leads to %s; want %s", got, want)
		}
	}
	other := journalText(t, s, journal.Journal{Release: "0.0.1", Recipe: "dataset=xor", Step: 3})
	for link, want := range map[string]string{
		"?journal=" + other:                    "release 0.0.1",
		"?journal=" + other[:20]:               "cannot be opened",
		"?journal=" + other + "&dataset=moons": "cannot be opened",
	} {
		if w := serve(s, "GET", "/nn/"+link, ""); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s is answered %d without %q", link, w.Code, want)
		}
	}
}

// scanQR reads a code that is drawn as a path.
func scanQR(t *testing.T, viewBox, path string) string {
	t.Helper()
	const scale = 4
	var side int
	if _, err := fmt.Sscanf(viewBox, "0 0 %d", &side); err != nil {
		t.Fatal(err)
	}
	picture := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	draw.Draw(picture, picture.Rect, image.White, image.Point{}, draw.Src)
	for run := range strings.SplitSeq(strings.Trim(path, "Mz"), "zM") {
		var x, y, width, back int
		if _, err := fmt.Sscanf(run, "%d %dh%dv1h-%d", &x, &y, &width, &back); err != nil {
			t.Fatalf("%q: %v", run, err)
		}
		draw.Draw(picture, image.Rect(x*scale, y*scale, (x+width)*scale, (y+1)*scale), image.Black, image.Point{}, draw.Src)
	}
	text, err := qr.Decode(picture)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestNotebookCurves: who goes back sees the curves as they were then.
func TestNotebookCurves(t *testing.T) {
	race.Skip(t)
	s := newTestServer(t)
	form := readForm(t, serve(s, "GET", "/?dataset=moons&points=30&test_fraction=0.3", "").Body.String(), "", "")
	then := map[string]string{"back 0.0": form.Get(views.FieldHistory)}
	acts := 0
	press := func(path string, changes ...string) {
		t.Helper()
		for i := 0; i < len(changes); i += 2 {
			form.Set(changes[i], changes[i+1])
		}
		w := postForm(s, path, form)
		if w.Code != 200 {
			t.Fatalf("%v is answered %d %.300s", changes, w.Code, w.Body)
		}
		form = readForm(t, w.Body.String(), "", "")
		j, err := journal.Read(form.Get(views.FieldJournal))
		if err != nil {
			t.Fatal(err)
		}
		acts = len(j.Entries)
	}
	step := 0
	train := func(updates int) {
		t.Helper()
		for range updates {
			press("/step", views.FieldSteps, "1")
			step++
		}
		then[fmt.Sprintf("back %d.%d", acts, step)] = form.Get(views.FieldHistory)
	}
	act := func(changes ...string) {
		t.Helper()
		press("/edit", changes...)
		then[fmt.Sprintf("back %d.%d", acts, step)] = form.Get(views.FieldHistory)
	}
	train(6)
	act(views.FieldAct, "add-layer")
	train(5)
	act(views.FieldAct, "draw", views.FieldStroke, "0.5,0.5", views.FieldTool, "1")
	train(4)
	act(views.FieldAct, "clear")
	act(views.FieldAct, "draw", views.FieldStroke, "0.1,0.5 0.2,0.2 -0.3,0.4", views.FieldTool, "0")
	train(300) // it is thinned
	step = 0
	act(views.FieldAct, "reset")
	train(3)
	end := form
	if len(then) < 10 {
		t.Fatalf("%d moments; want 10 or more", len(then))
	}
	for back, want := range then {
		form = end
		press("/edit", views.FieldAct, back)
		if got := form.Get(views.FieldHistory); got != want {
			t.Errorf("%s shows the curves\n%.700s\nwant\n%.700s", back, got, want)
		}
	}
}

// TestSweepJournal: a run of a sweep has the notebook of the page that asked for it, and its own settings;
// it has its curves. A run that the page of the sweep does not lead to has none.
func TestSweepJournal(t *testing.T) {
	s := newTestServer(t)
	form := readForm(t, serve(s, "GET", "/?dataset=moons&points=30", "").Body.String(), "", "")
	form.Set(views.FieldSteps, "7")
	form = readForm(t, postForm(s, "/step", form).Body.String(), "", "")
	form.Set(views.FieldSweep, views.SweepOwn)
	form.Set(views.FieldSweepRows, "learning_rate")
	form.Set(views.FieldSweepRowValues, "0.01 0.1")
	form.Set(views.FieldSweepColumns, "")
	form.Set(views.FieldSweepSteps, "20")
	cell := readSweepForm(t, postForm(s, "/sweep", form).Body.String(), 1)
	opened := readForm(t, postForm(s, "/edit", cell).Body.String(), "", "")
	opened.Set(views.FieldAct, "notebook")
	var words []string
	for _, item := range find(parseHTML(t, postForm(s, "/edit", opened).Body.String()), ".notebook tbody th") {
		words = append(words, item.FirstChild.Data)
	}
	if got, want := strings.Join(words, " · "), "Moons, 30 points · training 7 steps · learning rate 0.03 → 0.1 · reset to seed 1 · training 20 steps"; got != want {
		t.Errorf("the notebook of the run says %q; want %q", got, want)
	}
	if h := opened.Get(views.FieldHistory); !strings.Contains(h, `"step":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]`) {
		t.Errorf("the run has the curves %.200s; want a sample for each step", h)
	}
	cell.Set(views.FieldOpened, strings.Replace(cell.Get(views.FieldOpened), `"epoch":20`, `"epoch":21`, 1))
	if got := readForm(t, postForm(s, "/edit", cell).Body.String(), "", "").Get(views.FieldJournal); got != "" {
		t.Errorf("a run that is no run of the sweep has the journal %q; want none", got)
	}
}

// TestNotebookTooFar: a line that takes more than one request may has no button, and a run that does has no
// link. New weights are a way out.
func TestNotebookTooFar(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxWork = 50 * time.Millisecond })
	form := readForm(t, serve(s, "GET", "/", "").Body.String(), "", "")
	press := func(path string, changes ...string) string {
		t.Helper()
		for i := 0; i < len(changes); i += 2 {
			form.Set(changes[i], changes[i+1])
		}
		w := postForm(s, path, form)
		if w.Code != 200 {
			t.Fatalf("%v is answered %d %.300s", changes, w.Code, w.Body)
		}
		form = readForm(t, w.Body.String(), "", "")
		return w.Body.String()
	}
	said := func() string {
		var said []string
		for _, cell := range find(parseHTML(t, press("/edit", views.FieldAct, "notebook")), ".notebook tbody td:last-child > *") {
			said = append(said, cell.FirstChild.Data)
		}
		return strings.Join(said, ", ")
	}
	for _, act := range []string{"add-neuron 0", "add-neuron 1"} {
		for range 4 { // a busy machine takes too long for all in one request
			press("/step", views.FieldSteps, "2000")
		}
		press("/edit", views.FieldAct, act)
	}
	if got, want := said(), "Go back, Go back, Go back, Too far to repeat, You are here"; got != want {
		t.Errorf("the lines offer %s; want %s", got, want)
	}
	if page := press("/edit", views.FieldAct, "share"); strings.Contains(page, "journal-link") || !strings.Contains(page, "trained for too long") {
		t.Error("Share has a link to a run that cannot be led to, or does not say why not")
	}
	press("/edit", views.FieldAct, "reset")
	if got, want := said(), "Go back, Go back, Go back, Too far to repeat, Too far to repeat, You are here"; got != want {
		t.Errorf("after new weights the lines offer %s; want %s", got, want)
	}
	page := parseHTML(t, press("/edit", views.FieldAct, "share"))
	if links := find(page, "#journal-link"); len(links) != 1 || serve(s, "GET", "/"+attributeOf(links[0], "href"), "").Code != 200 {
		t.Error("after new weights Share has no link, or one that cannot be opened")
	}
}

// TestNotebookOfFile: the file of a state has the journal of its run up to it. The page that opens it has the
// notebook.
func TestNotebookOfFile(t *testing.T) {
	s := newTestServer(t)
	form := readForm(t, serve(s, "GET", "/?dataset=moons", "").Body.String(), "", "")
	for _, press := range []struct{ path, field, value string }{
		{"/step", views.FieldSteps, "20"}, {"/edit", views.FieldAct, "add-layer"}, {"/step", views.FieldSteps, "3"},
	} {
		form.Set(press.field, press.value)
		form = readForm(t, postForm(s, press.path, form).Body.String(), "", "")
	}
	form.Set(views.FieldFormat, "state")
	file := postForm(s, "/export", form, "Accept", "*/*").Body.String()
	var saved struct{ Journal string }
	if err := json.Unmarshal([]byte(file), &saved); err != nil {
		t.Fatal(err)
	}
	told, _ := handin.Split(saved.Journal)
	if j, err := journal.Read(told); err != nil || len(j.Entries) != 1 || j.Step != 23 {
		t.Errorf("the file has the journal %+v, %v; want one act, and step 23", j, err)
	}
	other := readForm(t, serve(s, "GET", "/", "").Body.String(), "", "")
	other.Set(views.FieldAct, "open")
	other.Set(views.FieldOpened, file)
	opened := readForm(t, postForm(s, "/edit", other).Body.String(), "", "")
	opened.Set(views.FieldAct, "notebook")
	var words []string
	for _, item := range find(parseHTML(t, postForm(s, "/edit", opened).Body.String()), ".notebook tbody th") {
		words = append(words, item.FirstChild.Data)
	}
	if got, want := strings.Join(words, " · "), "Moons · training 20 steps · layer of 8 units added · training 3 steps"; got != want {
		t.Errorf("the notebook of the file says %q; want %q", got, want)
	}
}

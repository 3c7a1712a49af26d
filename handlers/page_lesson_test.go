package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/handlers/stream/ssetest"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/views"
)

// text returns the words of the one element of a page that a selector finds.
func textOf(tb testing.TB, page, selector string) string {
	tb.Helper()
	found := find(parseHTML(tb, page), selector)
	if len(found) != 1 {
		tb.Fatalf("the page has %d of %s; want one", len(found), selector)
	}
	var b strings.Builder
	for n := range found[0].Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// has reports whether a page has what a selector finds.
func has(tb testing.TB, page, selector string) bool {
	tb.Helper()
	return len(find(parseHTML(tb, page), selector)) > 0
}

// TestExperimentOpened: the link of an experiment opens its recipe and its panel, waits for a guess,
// and knows where its answer is.
func TestExperimentOpened(t *testing.T) {
	s := newTestServer(t)
	for _, e := range views.Experiments() {
		w := serve(s, http.MethodGet, "/?experiment="+e.Slug, "")
		page := w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(textOf(t, page, "#experiment"), e.Question) {
			t.Fatalf("%s: %d %.300s; want its card", e.Slug, w.Code, page)
		}
		if !has(t, page, "body[data-waits][data-opened]") {
			t.Errorf("%s: the run does not wait for a guess", e.Slug)
		}
		if !has(t, page, "#panel-"+e.Panel+"[checked]") {
			t.Errorf("%s: the panel %s is not open", e.Slug, e.Panel)
		}
		if has(t, page, ".reached") || has(t, page, ".telling .quiet") == false {
			t.Errorf("%s: the answer is shown before the first update, or it is not said when it comes", e.Slug)
		}
		form := readForm(t, page, views.FieldSteps, "1")
		replayed := openLink(t, s, e.Query)
		for _, field := range []string{views.FieldConfig, views.FieldData, views.FieldNetwork, views.FieldUntilStep, views.FieldFrameSteps, views.FieldRecipe} {
			if form.Get(field) != replayed.Get(field) {
				t.Errorf("%s: the field %s is %.80s; want that of the recipe, %.80s", e.Slug, field, form.Get(field), replayed.Get(field))
			}
		}
		// Its other runs are known, too, and each link of the card leads to one.
		for i := range e.Tries {
			page := serve(s, http.MethodGet, "/?experiment="+e.Slug+"&"+e.TryQuery(i), "").Body.String()
			if got := textOf(t, page, "#experiment"); !strings.Contains(got, "You try: "+e.Tries[i].Do) || !strings.Contains(got, e.Tries[i].See) {
				t.Errorf("%s: the card of try %d says %q; want what is tried and seen", e.Slug, i, got)
			}
			if has(t, page, "body[data-waits]") {
				t.Errorf("%s: try %d waits", e.Slug, i)
			}
		}
		for _, a := range find(parseHTML(t, page), "#experiment a") {
			href := attributeOf(a, "href")
			if strings.HasPrefix(href, "#") {
				continue
			}
			if w := serve(s, http.MethodGet, "/"+href, ""); w.Code != http.StatusOK || !has(t, w.Body.String(), "#experiment") {
				t.Errorf("%s: the link %s is answered %d without a card", e.Slug, href, w.Code)
			}
		}
	}
}

// TestExperimentAnswered: the answer is there when the run has come to its end, by a stream or step
// by step without script, and goes when the run is another.
func TestExperimentAnswered(t *testing.T) {
	s := newTestServer(t)
	const link = "experiment=xor-linear"
	told := func(page string) bool { return has(t, page, "#experiment .telling.reached") }

	form := openLink(t, s, link)
	form.Set(views.FieldGuess, "1")
	form.Set(views.FieldSteps, "100")
	press := func(path, act string, pairs ...string) string {
		t.Helper()
		form.Set(views.FieldAct, act)
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		w := postForm(s, path, form)
		if w.Code != http.StatusOK {
			t.Fatalf("%s %s = %d %.300s", path, act, w.Code, w.Body)
		}
		form = readForm(t, w.Body.String(), views.FieldSteps, "100")
		return w.Body.String()
	}
	if told(press("/step", "")) {
		t.Error("the answer is there after 100 of 200 updates")
	}
	page := press("/step", "")
	if got := textOf(t, page, "#notice"); !strings.Contains(got, views.AnswerTold) {
		t.Errorf("with the answer the page says %q", got)
	}
	if got := textOf(t, press("/step", ""), "#notice"); got != "" {
		t.Errorf("after the answer the page says %q; want it once", got)
	}
	if !told(page) || !has(t, page, "#guess-1[checked]") {
		t.Error("the answer is not there after 200 updates, or the guess is lost")
	}
	if page = press("/edit", "reset"); told(page) {
		t.Error("the answer is there after a reset")
	}
	// A change makes it a run of the user's own, and a change that is to be tried is known after a
	// reset.
	if page = press("/edit", "settings", views.FieldHiddenLayers, "3"); !strings.Contains(textOf(t, page, "#experiment .before"), "run of your own") {
		t.Errorf("after a change the card says %q", textOf(t, page, "#experiment .before"))
	}
	press("/edit", "settings", views.FieldHiddenLayers, "4")
	if page = press("/edit", "reset"); !strings.Contains(textOf(t, page, "#experiment"), "You try") {
		t.Errorf("after the change that is to be tried the card says %q", textOf(t, page, "#experiment"))
	}
	if page = press("/edit", "leave"); has(t, page, "#experiment") || !has(t, page, "#lesson[hidden]") || form.Get(views.FieldLesson) != "" {
		t.Error("the card stays after it was left")
	}

	// A stream tells the answer once, in its first frame from there on.
	for _, until := range []string{"200", "210"} {
		form = openLink(t, s, link)
		form.Set(views.FieldUntilStep, until)
		form.Set(views.FieldFrameSteps, "5")
		count, said := 0, 0
		for _, e := range ssetest.Parse(postForm(s, "/train", form, "HX-Request", "true").Body.String()) {
			if strings.Contains(e.Data, views.AnswerTold) {
				said++
				if !strings.Contains(e.Data, `hx-target="#notice"`) || until == "200" && !strings.Contains(e.Data, "Step 200 is reached. "+views.AnswerTold) {
					t.Errorf("until %s a frame says %.200s; want it in the notice", until, e.Data)
				}
			}
			if !strings.Contains(e.Data, `hx-target="#experiment"`) {
				continue
			}
			count++
			if !strings.Contains(e.Data, `"telling reached"`) || !strings.Contains(e.Data, "&#34;step&#34;:200,") && until == "200" {
				t.Errorf("a frame tells %.200s; want the answer at step 200", e.Data)
			}
		}
		if count != 1 || said != 1 {
			t.Errorf("the stream until %s tells the answer %d times and says so %d times; want once", until, count, said)
		}
	}
}

// TestLessonLinks: a task, an experiment and parts travel in every link and file, and come back.
func TestLessonLinks(t *testing.T) {
	s := newTestServer(t)
	const task = "Find the *best* rate; try [a long one](https://lab.example/x/?learning_rate=1) first.\n\n1. Ümlaut & “quotes”?\n2. Done."
	form := openLink(t, s, "dataset=xor&points=40&experiment=features")
	form.Set(views.FieldAssignment, strings.ReplaceAll(task, "\n", "\r\n")) // as forms post it
	form.Add(views.FieldHide, "until")
	form.Add(views.FieldLock, "data")
	want := export.Lesson{Experiment: "features", Assignment: task, Hide: []string{"until"}, Lock: []string{"data"}}
	check := func(what, page string) url.Values {
		t.Helper()
		again := readForm(t, page, "", "")
		got, err := decodeLesson(again.Get(views.FieldLesson))
		if err != nil || string(mustJSON(t, got)) != string(mustJSON(t, want)) {
			t.Errorf("%s brings the lesson %s, %v; want %s", what, mustJSON(t, got), err, mustJSON(t, want))
		}
		if again.Get(views.FieldAssignment) != task || again.Get(views.FieldLock) != "data" {
			t.Errorf("%s: the dialog has the task %q; want it to be written on", what, again.Get(views.FieldAssignment))
		}
		if !has(t, page, ".assignment em") || !has(t, page, ".assignment ol") || !has(t, page, ".until[hidden]") || !has(t, page, "#data-card .lockable[inert]") {
			t.Errorf("%s: the page does not show the lesson", what)
		}
		return again
	}

	form.Set(views.FieldAct, "share")
	form.Set(views.FieldControls, "")
	w := postForm(s, "/edit", form, "HX-Request", "true")
	answer := w.Body.String()
	if w.Code != http.StatusOK || !has(t, answer, ".assignment em") {
		t.Fatalf("share = %d %.300s; want a preview of the task", w.Code, answer)
	}
	recipe := attributeOf(find(parseHTML(t, answer), "#recipe-link")[0], "href")
	check("the recipe", serve(s, http.MethodGet, "/"+recipe, "").Body.String())
	// What ends a link in a sentence does not belong to it, but ends the task where that is last.
	if page := serve(s, http.MethodGet, "/?dataset=moons&assignment=Why%3F", "").Body.String(); textOf(t, page, ".assignment p") != "Why?" {
		t.Errorf("the task is %q; want it with its last sign", textOf(t, page, ".assignment p"))
	}

	link := find(parseHTML(t, answer), "#state-link")[0]
	if got := attributeOf(link, "data-lesson"); got != string(mustJSON(t, want)) {
		t.Errorf("the other link has the lesson %s; want %s", got, mustJSON(t, want))
	}
	form.Set(views.FieldFormat, "state")
	file := postForm(s, "/export", form).Body.String()
	plain := openLink(t, s, "dataset=moons")
	open := func(text string) string {
		t.Helper()
		plain.Set(views.FieldAct, "open")
		plain.Set(views.FieldOpened, text)
		plain.Set(views.FieldControls, "")
		w := postForm(s, "/edit", plain)
		if w.Code != http.StatusOK {
			t.Fatalf("open = %d %.300s", w.Code, w.Body)
		}
		return w.Body.String()
	}
	again := check("the file", open(file))
	// A link in the task keeps the task.
	page := open(file)
	to := attributeOf(find(parseHTML(t, page), ".assignment a")[0], "href")
	query, err := url.ParseQuery(strings.TrimPrefix(to, "?"))
	if err != nil || query.Get("learning_rate") != "1" || query.Get("assignment") != task || query.Has("experiment") {
		t.Errorf("the link in the task is %s, %v; want the recipe with the task", to, err)
	}
	// A file without a lesson leaves that of the class. An experiment is over.
	plain = again
	want.Experiment = ""
	check("a file without a lesson", open(`{"type":"nnvisu_state","version":1}`))
	// With script the answer has all that changes.
	again.Set(views.FieldAct, "open")
	again.Set(views.FieldControls, "")
	again.Set(views.FieldOpened, file)
	targets := strings.Join(partTargets(t, postForm(s, "/edit", again, "HX-Request", "true").Body.String()), " ") + " "
	for _, target := range []string{"#lesson ", "#draft ", "#still ", "#settings "} {
		if !strings.Contains(targets, target) {
			t.Errorf("open has parts for %s; want %s", targets, target)
		}
	}
}

// TestLessonRefused: a lesson that cannot be shown is an error that names the field and the limit.
// It takes nothing away: neither the task that was written nor the state.
func TestLessonRefused(t *testing.T) {
	s := newTestServer(t)
	long := strings.Repeat("é", views.MaxAssignment+1)
	for query, want := range map[string]string{
		"experiment=nothing":                                                "experiment must name an experiment; got &#34;nothing&#34;",
		"assignment=" + url.QueryEscape(long):                               "Task for a class must have at most 2\u202f000 characters; got 2\u202f001",
		"assignment=" + url.QueryEscape(strings.Repeat("[a](?seed=1)", 21)): "Task for a class must have at most 20 links; got 21",
	} {
		w := serve(s, http.MethodGet, "/?"+query, "")
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "This link cannot be opened. "+want) {
			t.Errorf("GET /?%.40s = %d; want 422 and %s in\n%.300s", query, w.Code, want, textOf(t, w.Body.String(), "#notice"))
		}
	}
	form := openLink(t, s, "dataset=moons")
	form.Set(views.FieldAssignment, long)
	form.Set(views.FieldAct, "share")
	if w := postForm(s, "/edit", form, "HX-Request", "true"); w.Code != 422 || !strings.Contains(w.Body.String(), `hx-target="#assignment-error"`) {
		t.Errorf("share of a task that is too long = %d %.300s; want 422 beside the task", w.Code, w.Body)
	}
	form.Set(views.FieldAct, "reset") // which is about something else
	if w := postForm(s, "/edit", form); w.Code != http.StatusOK || readForm(t, w.Body.String(), "", "").Get(views.FieldAssignment) != long {
		t.Errorf("reset with a task that is too long = %d; want 200, and the task as it was written", w.Code)
	}
	// Saved as a file, it stays as it was written, too.
	form.Set(views.FieldFormat, "state")
	if w := postForm(s, "/export", form, "Accept", "text/html"); w.Code != 422 || readForm(t, w.Body.String(), "", "").Get(views.FieldAssignment) != long {
		t.Errorf("the export of a task that is too long = %d %.300s; want 422, and the task as it was written", w.Code, w.Body)
	}
	form.Set(views.FieldAssignment, strings.Repeat("a", longestLesson+1))
	form.Set(views.FieldSteps, "1")
	if w := postForm(s, "/train", form, "HX-Request", "true"); w.Code != 413 {
		t.Errorf("training with a task of any length = %d; want 413", w.Code)
	}
	for _, query := range []string{"hide=", "hide=data,", "lock=data,,data"} { // as people write lists
		if w := serve(s, http.MethodGet, "/?"+query, ""); w.Code != http.StatusOK {
			t.Errorf("GET /?%s = %d; want 200", query, w.Code)
		}
	}
	for text, want := range map[string]string{
		`{"lock":["panel"]}`: "opened.lesson.lock", `{"experiment":"x"}`: "opened.lesson.experiment",
		`{"assignment":1}`: "opened.lesson.assignment", `{"task":""}`: "opened.lesson.task",
		`{"hide":["` + strings.Repeat(`data","`, 40) + `"]}`: "opened.lesson.hide[20]",
	} {
		file := `{"type":"nnvisu_state","version":1,"config":{},"data":[],"lesson":` + text + "}"
		_, err := s.decodeOpened(t.Context(), file)
		if got := describe(err).Field; got != want {
			t.Errorf("the lesson %s is refused for %q, %v; want %s", text, got, err, want)
		}
	}
	if _, err := decodeLesson("assignment=" + strings.Repeat("a", longestLesson)); describe(err).Code != wire.CodeTooLarge {
		t.Errorf("a lesson of any length is read: %v", err)
	}
}

// TestLessonSent: an edit sends the task only when there is another, and the card of an experiment,
// which may have changed, without the task.
func TestLessonSent(t *testing.T) {
	s := newTestServer(t)
	form := openLink(t, s, "dataset=xor&points=40&experiment=features&assignment=Read+me.")
	task := openLink(t, s, "dataset=xor&points=40&assignment=Read+me.")
	form.Set(views.FieldFormat, "state")
	file := postForm(s, "/export", form).Body.String()
	for _, test := range []struct {
		name, act string
		form      url.Values
		pairs     []string
		want      string
	}{
		{"Edit", "draw", form, []string{views.FieldStroke, "0,0"}, "#experiment"},
		{"Task", "draw", task, []string{views.FieldStroke, "0,0"}, ""},
		{"Leave", "leave", form, nil, "#lesson"},
		{"Open", "open", task, []string{views.FieldOpened, file}, "#lesson"},
	} {
		_, answer := pressed(t, s, test.form, test.act, test.pairs...)
		var got []string
		for _, target := range partTargets(t, answer) {
			if target == "#lesson" || target == "#experiment" {
				got = append(got, target)
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: the answer has parts for %q; want %q", test.name, got, test.want)
		}
	}
}

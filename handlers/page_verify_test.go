package handlers

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/handin"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/views"
)

// TestCutName: the name is what stands before a link or a journal in its line, as lists and spreadsheets
// have it.
func TestCutName(t *testing.T) {
	for line, want := range map[string][2]string{
		"https://example.org/?journal=AQ.AA":                 {"", "https://example.org/?journal=AQ.AA"},
		"Ada https://example.org/?journal=AQ.AA":             {"Ada", "https://example.org/?journal=AQ.AA"},
		"Ada Lovelace: https://example.org/?hide=a,b&goal=x": {"Ada Lovelace", "https://example.org/?hide=a,b&goal=x"},
		"Lovelace, Ada;https://example.org/?journal=AQ":      {"Lovelace, Ada", "https://example.org/?journal=AQ"},
		"Ada\tAQ.AA": {"Ada", "AQ.AA"},
		"Ada,AQ.AA":  {"Ada", "AQ.AA"},
		"- Ada – <https://example.org/?journal=AQ>":          {"Ada", "https://example.org/?journal=AQ"},
		`"Ada","https://example.org/?journal=AQ"`:            {"Ada", "https://example.org/?journal=AQ"},
		"Ada ?goal=units+3&journal=AQ":                       {"Ada", "?goal=units+3&journal=AQ"},
		"AQ.AA":                                              {"", "AQ.AA"},
		"Ada https://example.org/#state=H4sI":                {"Ada", "https://example.org/#state=H4sI"},
		strings.Repeat("a", 2000) + " https://x/?journal=AQ": {strings.Repeat("a", 2000), "https://x/?journal=AQ"},
	} {
		if name, text := cutName(line); name != want[0] || text != want[1] {
			t.Errorf("cutName(%.60q) = %q, %q; want %q", line, name, text, want)
		}
	}
}

// postHandIns posts the form of the page, with files by their names.
func postHandIns(t *testing.T, s *Server, lesson, text string, files map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range map[string]string{"lesson": lesson, "hand_ins": text} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range files {
			if !yield(name) {
				return
			}
		}
	}) {
		part, err := w.CreateFormFile("files", name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(part, files[name])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return serve(s, http.MethodPost, "/verify", body.String(), "Content-Type", w.FormDataContentType(), "Accept", "text/html")
}

// tableOf returns the table that the page gives as CSV.
func tableOf(t *testing.T, page string) [][]string {
	t.Helper()
	link := regexp.MustCompile(`href="data:text/csv;charset=utf-8,([^"]*)" download`).FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("the page has no CSV: %.3000s", page)
	}
	text, err := url.PathUnescape(strings.ReplaceAll(link[1], "&#39;", "'"))
	if err != nil {
		t.Fatal(err)
	}
	table, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestVerifyPage: links of a text, and files of a folder, are verified with their names; the table is
// there as CSV, too, in which no name is a formula; and what was written stays.
func TestVerifyPage(t *testing.T) {
	s := newTestServer(t)
	j, state := honest(t, s)
	told := handInOf(t, s, j, j, state, lossOf(t, state))
	link := "https://example.org/?journal=" + told
	text := "Ada " + link + "\n\n@Eve " + link + "\n" + link + "\n"
	w := postHandIns(t, s, "?"+lessonRecipe+"&goal=steps 10", text, map[string]string{
		"class/eve.json": savedText(t, export.File{State: state, Journal: told}), "class/.DS_Store": "x", "class/list.txt": "Bob: " + link + "\n" + told,
	})
	page := w.Body.String()
	if w.Code != http.StatusOK || !strings.Contains(page, "Of 6 hand-ins, 6 can be relied on; 0 of 6 with a goal have reached it.") {
		t.Fatalf("%d %.3000s", w.Code, page)
	}
	var names []string
	for i, row := range tableOf(t, page) {
		names = append(names, row[0])
		if i > 0 && (row[1] != "holds" || row[2] != "false" || row[3] != "steps 10" || row[4] != "60") {
			t.Errorf("row %q", row)
		}
	}
	if want := []string{"name", "Ada", "'@Eve", "line 3", "eve.json", "Bob", "list.txt"}; !slices.Equal(names, want) {
		t.Errorf("names %q; want %q", names, want)
	}
	for _, kept := range []string{"Ada " + link, `value="?` + strings.ReplaceAll(lessonRecipe, "&", "&amp;"), "choose them again", "the same run as", "and 3 more</p>", "All of them are the same run.", `<a href="./?journal=` + journalOf(told) + `"`} {
		if !strings.Contains(page, kept) {
			t.Errorf("the page has no %q", kept)
		}
	}
	w = postHandIns(t, s, "?dataset=nothing", text, nil)
	if page := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(page, `role="alert"`) || !strings.Contains(page, "Ada "+link) {
		t.Errorf("a wrong lesson: %d %.2000s", w.Code, page)
	}
	w = postHandIns(t, s, "", strings.Repeat("x\n", wire.MaxHandIns+1), nil)
	if page := w.Body.String(); w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(page, "more than 60 hand-ins") {
		t.Errorf("too many: %d %.2000s", w.Code, page)
	}
	w = postHandIns(t, s, "", " ", nil)
	if page := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(page, "nothing to verify") {
		t.Errorf("none: %d %.2000s", w.Code, page)
	}
	w = serve(s, http.MethodGet, "/verify?lesson="+url.QueryEscape("?goal=units 3"), "", "Accept", "text/html")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `value="?goal=units 3"`) {
		t.Errorf("the page with a lesson: %d %.2000s", w.Code, w.Body)
	}
	w = serve(s, http.MethodGet, "/verify?lesson="+url.QueryEscape("?dataset=bogus"), "", "Accept", "text/html")
	if page := w.Body.String(); !strings.Contains(page, `role="alert"`) || !strings.Contains(page, "bogus") || !strings.Contains(page, `value="?dataset=bogus"`) {
		t.Errorf("the page with a wrong lesson: %d %.2000s", w.Code, page)
	}
}

func journalOf(handIn string) string {
	told, _ := handin.Split(handIn)
	return told
}

// TestGoalTravels: the goal of a lesson's link is in the journal of its run, in its links and in its file;
// and a hand-in of the page holds.
func TestGoalTravels(t *testing.T) {
	s := newTestServer(t)
	p, err := s.readLink(t.Context(), url.Values{"dataset": {"moons"}, "points": {"40"}, "goal": {"test accuracy ≥ 95 %, units<=6,data untouched"}})
	if err != nil {
		t.Fatal(err)
	}
	const want = "test accuracy 95,units 6,data untouched"
	p.recipe = s.told(t.Context(), p, p.State)
	p.recipe = "dataset=moons&points=40"
	s.keepJournal(&p)
	told, err := journal.Read(p.journal)
	if err != nil {
		t.Fatal(err)
	}
	if p.lesson.Goal != want || goalOfRecipe(told.Recipe) != want {
		t.Fatalf("the goal is %q, in the journal %q; want %q", p.lesson.Goal, goalOfRecipe(told.Recipe), want)
	}
	links, err := s.share(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if short := strings.Contains(links.Recipe, "goal=test+accuracy+95,units+6,data+untouched"); !short || strings.Contains(links.Journal, "goal=") {
		t.Errorf("links %s, %s", links.Recipe, links.Journal)
	}
	query, err := wire.ReadQuery(strings.TrimPrefix(links.Journal, "?"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.readLink(t.Context(), query)
	if err != nil || again.lesson.Goal != want {
		t.Errorf("the notebook link leads to the goal %q, %v", again.lesson.Goal, err)
	}
	if _, err := journal.Read(again.journal); err != nil {
		t.Errorf("the journal of its page: %v", err)
	}
	_, got := verifyAll(t, s, "", links.Journal)
	if row := got.HandIns[0]; row.Verdict != "holds" || row.Reached == nil || len(row.Rules) != 3 {
		t.Errorf("the hand-in of a page: %+v %+v", row, row.Error)
	}
}

// TestGoalDraft: the goal that is written in Share is read as people write it and shown in words; what is
// wrong with one stands beside its control.
func TestGoalDraft(t *testing.T) {
	s := newTestServer(t)
	form := settingsForm(t, s, sampleState(t, "moons", 20, 0, nil))
	share := func(text string) string {
		form.Set("act", "share")
		form.Set("goal", text)
		return serve(s, http.MethodPost, "/edit", form.Encode(), "Content-Type", urlencoded, "HX-Request", "true").Body.String()
	}
	if got := share("Accuracy ≥ 95 %, units 1"); !strings.Contains(got, "accuracy at least 95 %, at most 1 unit") || !strings.Contains(got, "goal=accuracy+95,units+1") {
		t.Errorf("a goal is shared as %.3000s", got)
	}
	if got := share("without touching the data, test accuracy 95"); !strings.Contains(got, "This run has no test points") || !strings.Contains(got, "data+untouched,test+accuracy+95") {
		t.Errorf("a goal that no run can reach is shared as %.3000s", got)
	}
	if got := share("units 1.5"); !strings.Contains(got, `hx-target="#goal-error"`) || !strings.Contains(got, "a whole number; got 1.5") {
		t.Errorf("a wrong goal is answered %.2000s", got)
	}
}

// TestGoalOfPage: a page with a goal says how its run stands, in each answer and along a stream; one
// without has nothing of it.
func TestGoalOfPage(t *testing.T) {
	s := newTestServer(t)
	page := serve(s, http.MethodGet, "/?dataset=moons&points=40&goal=steps+3,weights+untouched", "").Body.String()
	if !strings.Contains(page, `id="goal-card"`) || !strings.Contains(page, "at most 3 steps") || !strings.Contains(page, "Your goal is reached") {
		t.Fatalf("the page with a goal: %.3000s", page)
	}
	form := readForm(t, page, "", "")
	post := func(path string, values url.Values) string {
		t.Helper()
		f := url.Values{}
		for _, from := range []url.Values{form, values} {
			for name, v := range from {
				f[name] = v
			}
		}
		return serve(s, http.MethodPost, path, f.Encode(), "Content-Type", urlencoded, "HX-Request", "true").Body.String()
	}
	const target = `hx-target="#goal-card"`
	if got := post("/edit", url.Values{"act": {"set-parameter"}, "parameter": {"weights.0.0.0"}, "value": {"1"}}); !strings.Contains(got, target) || !strings.Contains(got, "1 change") {
		t.Errorf("after a weight was set: %.2000s", got)
	}
	if got := post("/train", url.Values{"until_step": {"5"}}); !strings.Contains(got, target) || !strings.Contains(got, `at most 3 steps <span class="quiet">5</span>`) {
		t.Errorf("along a stream: %.3000s", got)
	}
	const again = `<a href="?dataset=moons&amp;goal=steps+3,weights+untouched&amp;points=40">begin the lesson again</a>`
	if strings.Contains(page, "begin the lesson again") || !strings.Contains(post("/edit", url.Values{"act": {"set-parameter"}, "parameter": {"weights.0.0.0"}, "value": {"1"}}), again) {
		t.Errorf("a rule that is broken for good does not lead to the beginning of the lesson")
	}
	edited := url.Values{"act": {"set-parameter"}, "parameter": {"weights.0.0.0"}, "value": {"1"}}
	for name, v := range form {
		if edited[name] == nil {
			edited[name] = v
		}
	}
	form = readForm(t, serve(s, http.MethodPost, "/edit", edited.Encode(), "Content-Type", urlencoded).Body.String(), "", "")
	if got := post("/train", url.Values{"until_step": {"5"}}); !strings.Contains(got, again) {
		t.Errorf("a rule that is broken for good does not lead to the beginning of the lesson along a stream: %.300s", got)
	}
	if page := serve(s, http.MethodGet, "/?dataset=moons&points=40&goal=test+loss+1", "").Body.String(); !strings.Contains(page, "no test points") {
		t.Errorf("the page does not say what its goal lacks: %.3000s", page)
	}
	form = readForm(t, serve(s, http.MethodGet, "/?dataset=moons&points=40", "").Body.String(), "", "")
	for _, path := range []string{"/edit", "/step"} {
		if got := post(path, url.Values{"act": {"reset"}}); strings.Contains(got, "goal-card") {
			t.Errorf("%s without a goal answers one", path)
		}
	}
}

// TestVerifyHonestFiles: the file of a page holds, whatever was done on it: training, every act, imports,
// edited points, going back, and looking at an earlier moment.
func TestVerifyHonestFiles(t *testing.T) {
	s := newTestServer(t)
	done := map[string]int{}
	curves, sources := 0, 0
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 7))
		first, err := s.firstRequest()
		if err != nil {
			t.Fatal(err)
		}
		at := postedForm(t, first)
		moments := []url.Values{at}
		for range 1 + rng.IntN(40) {
			at = randomAct(t, s, rng, at, moments, done)
			p, err := s.decodePageForm(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			lab, err := s.lab(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			p.history = lab.History
			at = postedForm(t, p)
			moments = append(moments, at)
		}
		form := maps.Clone(at)
		if rng.IntN(3) == 0 { // an earlier moment is shown, with the curves of the whole run
			form = maps.Clone(choice(rng, moments))
			form.Set(views.FieldHistory, at.Get(views.FieldHistory))
		}
		form.Set("format", "state")
		w := serve(s, http.MethodPost, "/export", form.Encode(), "Content-Type", urlencoded, "Accept", "text/html")
		if w.Code != http.StatusOK {
			t.Fatalf("session %d: %d %.300s", seed, w.Code, w.Body)
		}
		file, err := wire.DecodeFile(w.Body.String(), "state", s.limits(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		if file.History.Len() > 0 {
			curves++
		}
		if file.Meta.Source != "" || file.Meta.Edited != "" {
			sources++
		}
		_, got := verifyAll(t, s, "", w.Body.String())
		if row := got.HandIns[0]; row.Verdict != "holds" {
			t.Errorf("session %d: verdict %q, %+v, %+v; meta %+v", seed, row.Verdict, row.Differences, row.Error, file.Meta)
		}
	}
	if curves < 30 || sources < 20 {
		t.Errorf("%d files have curves, %d the source of their points; want 30, 20", curves, sources)
	}
}

package handlers

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/handlers/stream/ssetest"
	"github.com/nnvisu/nnvisu/views"
)

func TestReadChoices(t *testing.T) {
	for _, test := range []struct {
		form string
		want func(*views.Choices)
	}{
		{"", func(*views.Choices) {}},
		{"tool=&points=&dataset=&data_seed=&frame_steps=&transport=", func(*views.Choices) {}},
		{"tool=erase", func(c *views.Choices) { c.Tool = views.ToolErase }},
		{"hard=1&hide_test=1", func(c *views.Choices) { c.Hard, c.HideTest = true, true }},
		{"hard=&hide_test=", func(*views.Choices) {}},
		{"transport=websocket&frame_steps=25", func(c *views.Choices) { c.Transport, c.FrameSteps = views.TransportSocket, 25 }},
		{"dataset=moons&points=50&noise=0.1&data_classes=2&data_seed=9", func(c *views.Choices) {
			c.Dataset, c.Points, c.Noise, c.DataClasses, c.DataSeed = "moons", "50", "0.1", "2", "9"
		}},
		{"until_step=9&until_loss=0.1&until_accuracy=99&patience=3", func(c *views.Choices) {
			c.UntilStep, c.UntilLoss, c.UntilAccuracy, c.Patience = "9", "0.1", "99", "3"
		}},
		{"panel=compare&log_scale=1&hide=data&hide=panel&lock=network", func(c *views.Choices) {
			c.Panel, c.LogScale, c.Hide, c.Lock = "compare", true, []string{"data", "panel"}, []string{"network"}
		}},
		{"points=many", func(c *views.Choices) { c.Points = "many" }}, // shown again, beside what is wrong
	} {
		form, err := url.ParseQuery(test.form)
		if err != nil {
			t.Fatal(err)
		}
		want := defaultChoices()
		test.want(&want)
		if got := readChoices(form); !reflect.DeepEqual(got, want) {
			t.Errorf("readChoices(%s) = %+v; want %+v", test.form, got, want)
		}
	}
}

// TestFirstPage: the page of a first visit holds a state that can be posted, the same for everyone.
func TestFirstPage(t *testing.T) {
	s := newTestServer(t)
	w := serve(s, http.MethodGet, "/", "")
	if again := serve(s, http.MethodGet, "/", "").Body.String(); w.Body.String() != again {
		t.Errorf("GET / twice gives two pages; want the same")
	}
	p, err := s.decodePageForm(t.Context(), readForm(t, w.Body.String(), views.FieldAct, "settings"))
	if err != nil {
		t.Fatalf("the form of the first page is refused: %v", err)
	}
	want := sampleState(t, firstDataset, defaultPoints, 0, nil)
	if !same(p.State, want) || p.notice.Text != "" || !reflect.DeepEqual(p.choices, defaultChoices()) {
		t.Errorf("the first page holds %+v, %+v, %+v; want the default state and choices", p.State.Config, p.choices, p.notice)
	}
}

// TestFirstPageOfFewPoints: a server that takes few points shows a page too.
func TestFirstPageOfFewPoints(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxPoints = 50 })
	w := serve(s, http.MethodGet, "/", "", "Accept", "text/html")
	if w.Code != http.StatusOK {
		t.Errorf("GET / of a server for 50 points = %d %.200s; want 200", w.Code, w.Body)
	}
}

// TestPageFailure: an error on the page is said beside the page as it was, or alone where there is
// no state to show.
func TestPageFailure(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "circles", 20, 3, nil)
	good := settingsForm(t, s, state)
	with := func(pairs ...string) url.Values {
		form := url.Values{}
		for name, values := range good {
			form[name] = values
		}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		return form
	}
	for _, test := range []struct {
		name, path string
		form       url.Values
		status     int
		says       string
		page       bool   // without script the page is shown, with the state it had
		beside     string // the control that an htmx answer names
	}{
		{"Setting", "/edit", with(views.FieldLearningRate, "-1"), 422, "must be greater than 0; got −1", true, views.FieldLearningRate},
		{"SettingText", "/step", with(views.FieldBatchSize, "all"), 400, "must be a whole number", true, views.FieldBatchSize},
		{"Dataset", "/edit", with(views.FieldAct, "dataset", views.FieldPoints, "0"), 422, "must be from 1 to", true, views.FieldPoints},
		{"Act", "/edit", with(views.FieldAct, "explode"), 400, "is unknown", true, "-"},
		{"Config", "/edit", with(views.FieldConfig, "{"), 400, "is not complete JSON", false, ""},
		{"Network", "/step", with(views.FieldNetwork, `{"weights":[],"biases":[[1]]}`), 422, "must have 3 layers", false, ""},
		{"NoPoints", "/step", with(views.FieldData, "[]"), 422, "must have at least one training point", true, ""},
		{"TrainNoPoints", "/train", with(views.FieldData, "[]"), 422, "must have at least one training point", true, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := postForm(s, test.path, test.form)
			page := w.Body.String()
			if w.Code != test.status || !strings.Contains(page, test.says) || !strings.HasPrefix(page, "<!") {
				t.Errorf("POST %s = %d %.100q; want the status %d and %q", test.path, w.Code, page, test.status, test.says)
			}
			form := readForm(t, page, "", "")
			if got := form.Get(views.FieldNetwork) != ""; got != test.page {
				t.Errorf("POST %s shows the page: %t; want %t", test.path, got, test.page)
			}
			if test.page && (form.Get(views.FieldConfig) != test.form.Get(views.FieldConfig) || form.Get(views.FieldNetwork) != test.form.Get(views.FieldNetwork)) {
				t.Errorf("POST %s shows another state than it was given", test.path)
			}
			w = postForm(s, test.path, test.form, "HX-Request", "true")
			page = w.Body.String()
			if w.Code != test.status || !strings.Contains(page, test.says) || strings.Contains(page, "<!") || strings.Contains(page, `hx-target="#live"`) {
				t.Errorf("POST %s of htmx = %d %.300q; want the status %d, %q and nothing else", test.path, w.Code, page, test.status, test.says)
			}
			if beside := views.ErrorID(test.beside); test.beside != "-" && strings.Contains(page, `hx-target="#`+beside+`"`) != (test.beside != "") {
				t.Errorf("POST %s of htmx = %.300q; want the message beside %q", test.path, page, test.beside)
			}
			if test.beside != "-" && test.beside != "" && strings.Count(page, test.says) != 2 {
				t.Errorf("POST %s of htmx says %q %d times; want it in the notice and beside the control", test.path, test.says, strings.Count(page, test.says))
			}
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("POST %s has the Cache-Control %q; want no-store", test.path, got)
			}
		})
	}
}

// TestPageNotices: what a change did is said, be it of a button or of a setting.
func TestPageNotices(t *testing.T) {
	s := newTestServer(t)
	good := settingsForm(t, s, sampleState(t, "circles", 20, 0, nil))
	for _, test := range []struct{ act, field, value, says string }{
		{"settings", views.FieldHiddenLayers, "9", "Hidden layers are now 9."},
		{"show", views.FieldHiddenLayers, "9", "Hidden layers are now 9."},
		{"reset", views.FieldHiddenLayers, "9", "New weights from seed 1."},
		{"clear", "", "", "Removed all 20 points."},
	} {
		form := url.Values{}
		for name, values := range good {
			form[name] = values
		}
		form.Set(views.FieldAct, test.act)
		if test.field != "" {
			form.Set(test.field, test.value)
		}
		for _, hx := range []string{"", "true"} {
			w := postForm(s, "/edit", form, "HX-Request", hx)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), test.says) {
				t.Errorf("POST /edit %s with %s=%s (HX-Request %q) = %d; want 200 and the notice %q", test.act, test.field, test.value, hx, w.Code, test.says)
			}
		}
	}
}

// dialPage opens the page's socket.
func dialPage(t *testing.T, s *Server) (*websocket.Conn, context.Context) {
	t.Helper()
	return dialPageAt(t, s, "")
}

// dialPageAt opens the page's socket with a query.
func dialPageAt(t *testing.T, s *Server, query string) (*websocket.Conn, context.Context) {
	t.Helper()
	listener := httptest.NewServer(s)
	t.Cleanup(listener.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	conn, _, err := websocket.Dial(ctx, listener.URL+"/ws/page"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	return conn, ctx
}

// converse sends a message and returns the answers until the done event.
func converse(t *testing.T, conn *websocket.Conn, ctx context.Context, kind websocket.MessageType, message []byte) (fragments []string, done string) {
	t.Helper()
	if err := conn.Write(ctx, kind, message); err != nil {
		t.Fatal(err)
	}
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			t.Fatalf("behind %d fragments: %v", len(fragments), err)
		}
		if strings.HasPrefix(string(text), "{") {
			return fragments, string(text)
		}
		fragments = append(fragments, string(text))
	}
}

// silentRun is a form whose run says nothing for 12 seconds, between its two frames.
func silentRun(t *testing.T, s *Server) url.Values {
	form := settingsForm(t, s, sampleState(t, "circles", 20, 0, nil))
	form.Set(views.FieldControls, "")
	form.Set(views.FieldSteps, "2")
	form.Set("frame_ms", "12000")
	return form
}

// TestPageAlive: a page's stream that has no frame for long shows script that the line holds, before
// script takes it for broken.
func TestPageAlive(t *testing.T) {
	if most := views.Silence * time.Second; most < 3*stream.SignEvery {
		t.Errorf("script bears %v of silence; want three times %v, when a sign of life comes", most, stream.SignEvery)
	}
	synctest.Test(t, func(t *testing.T) {
		s := newTestServer(t)
		var names []string
		for _, e := range ssetest.Parse(postForm(s, "/train", silentRun(t, s), "HX-Request", "true").Body.String()) {
			names = append(names, e.Name)
		}
		if want := []string{"", "alive", "alive", "", "done"}; !slices.Equal(names, want) {
			t.Errorf("12 seconds between two frames: events %q; want %q", names, want)
		}
	})
}

// TestPageSocketAlive is TestPageAlive over the page's socket.
func TestPageSocketAlive(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as a stream may be silent")
	}
	t.Parallel()
	s := newTestServer(t)
	fields := map[string]string{}
	for name, values := range silentRun(t, s) {
		fields[name] = values[0]
	}
	conn, ctx := dialPage(t, s)
	frame, sign := converse(t, conn, ctx, websocket.MessageText, mustJSON(t, fields))
	if len(frame) != 1 || sign != "{}" {
		t.Errorf("behind %d frames the socket says %s; want {} behind one", len(frame), sign)
	}
}

// TestPageSocket: the page's socket gives the very fragments of its event stream, message after
// message.
func TestPageSocket(t *testing.T) {
	s := newTestServer(t)
	form := settingsForm(t, s, sampleState(t, "circles", 20, 0, nil))
	form.Set(views.FieldControls, "")
	form.Set(views.FieldSteps, "25")
	form.Set(views.FieldFrameSteps, "10")
	frames, _ := streamOf(t, form)
	var want []string
	for _, e := range frames {
		want = append(want, e.Data)
	}
	fields := map[string]string{}
	for name := range form {
		fields[name] = form.Get(name)
	}
	conn, ctx := dialPage(t, s)
	for range 2 {
		got, done := converse(t, conn, ctx, websocket.MessageText, mustJSON(t, fields))
		for i := range got {
			got[i] = ssetest.LineFeeds(got[i])
		}
		if len(want) != 3 || len(got) == 0 || got[len(got)-1] != want[2] || done != `{"reason":"steps"}` {
			t.Errorf("the socket gives %d fragments and %s; want those of the stream, the last of %d at least, and the reason steps", len(got), done, len(want))
		}
		for _, fragment := range got { // a busy machine may skip some
			if !slices.Contains(want, fragment) {
				t.Errorf("the socket gives %.300q, which is not of the stream", fragment)
			}
		}
	}
}

// TestPageSocketErrors: a bad message is a notice and the reason error, a full server the reason
// busy alone; the socket stays.
func TestPageSocketErrors(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxStreams, c.MaxBody = 1, 10_000 })
	conn, ctx := dialPage(t, s)
	for _, test := range []struct {
		name    string
		kind    websocket.MessageType
		message string
		says    string
	}{
		{"NotJSON", websocket.MessageText, `config=`, "must be a JSON object of strings"},
		{"NotStrings", websocket.MessageText, `{"steps":1}`, "must be a JSON object of strings"},
		{"Twice", websocket.MessageText, `{"steps":"1","steps":"2"}`, "must be a JSON object of strings"},
		{"Unknown", websocket.MessageText, `{"speed":"1"}`, "is not a field that this form has"},
		{"Config", websocket.MessageText, `{"config":"{"}`, "is not complete JSON"},
		{"NoPoints", websocket.MessageText, `{}`, "must have at least one training point"},
		{"Control", websocket.MessageText, `{"controls":"1","features":"x","l1":"-1"}`, `hx-target="#l1-error"`},
		{"Binary", websocket.MessageBinary, `{}`, "must be text, not binary"},
		{"Large", websocket.MessageText, strings.Repeat(" ", 10_001), "must have at most 10\u202f000 bytes"},
	} {
		fragments, done := converse(t, conn, ctx, test.kind, []byte(test.message))
		if len(fragments) != 1 || !strings.Contains(fragments[0], test.says) || !strings.Contains(fragments[0], `hx-target="#notice"`) || done != `{"reason":"error"}` {
			t.Errorf("%s: the socket answers %q and %s; want a notice with %q and the reason error", test.name, fragments, done, test.says)
		}
		if s.openStreams.Used() != 0 {
			t.Fatalf("%s: the stream's place was not given back", test.name)
		}
	}
	task, _ := newTestTask(t, s)
	if err := s.admitFrames(task); err != nil {
		t.Fatal(err)
	}
	if fragments, done := converse(t, conn, ctx, websocket.MessageText, []byte(`{}`)); len(fragments) != 0 || !strings.HasPrefix(done, `{"reason":"busy","retry_after":`) {
		t.Errorf("a full server answers %q and %s; want the reason busy alone", fragments, done)
	}
	task.release()
	const good = `{"data":"[{\"x\":0,\"y\":0,\"label\":0}]","steps":"1"}`
	if fragments, done := converse(t, conn, ctx, websocket.MessageText, []byte(good)); len(fragments) != 1 || done != `{"reason":"steps"}` {
		t.Errorf("behind the errors the socket answers %q and %s; want a frame and the reason steps", fragments, done)
	}
}

// TestRecipePage: a recipe is a stream of fragments where HTML is asked for.
func TestRecipePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := serve(newTestServer(t), http.MethodGet, "/train?dataset=xor&points=20&steps=2", "", "Accept", "text/html")
		events := ssetest.Parse(w.Body.String())
		if len(events) != 3 || !strings.Contains(events[1].Data, `hx-target="#measures"`) || events[2].Data != `{"reason":"steps"}` {
			t.Errorf("GET /train for HTML has the events %.300v; want two frames and done", events)
		}
	})
}

// TestScriptless: a server that was built without the libraries of the page serves it without script,
// and says so. The page asks for nothing that is not there.
func TestScriptless(t *testing.T) {
	for _, scriptless := range []bool{false, true} {
		page := serve(newTestServer(t, func(c *Config) { c.Scriptless = scriptless }), http.MethodGet, "/", "").Body.String()
		if hasScript := strings.Contains(page, "<script") || strings.Contains(page, ".js\""); hasScript == scriptless {
			t.Errorf("a page with Scriptless %v has script: %v", scriptless, hasScript)
		}
		if says := strings.Contains(page, "built without the script"); says != scriptless {
			t.Errorf("a page with Scriptless %v says so: %v", scriptless, says)
		}
	}
}

package handlers

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// playPage runs a stream of the page over a carrier that takes some time for each event, in a
// bubble, and returns the carrier with the frames.
func playPage(t *testing.T, state nn.State, took time.Duration, change func(url.Values)) *pageCarrier {
	t.Helper()
	s := newTestServer(t)
	form := settingsForm(t, s, state)
	form.Set(views.FieldControls, "")
	change(form)
	p, err := s.decodePageForm(t.Context(), form)
	if err != nil {
		t.Fatal(err)
	}
	_, ctx := newTestTask(t, s)
	trainer, work, err := s.startPage(ctx, &p)
	if err != nil {
		t.Fatal(err)
	}
	w := &pageCarrier{took: took}
	c := echo.New().NewContext(httptest.NewRequest(http.MethodPost, "/train", nil), httptest.NewRecorder())
	if err := s.streamPage(ctx, c, p.frames(trainer, work), w); err != nil {
		t.Fatal(err)
	}
	return w
}

// A pageCarrier takes some time for each event, and keeps what was appended.
type pageCarrier struct {
	took   time.Duration
	frames []string
	done   string
}

func (w *pageCarrier) Append(name, id string, data []byte) {
	if name == "done" {
		w.done = string(data)
	} else {
		w.frames = append(w.frames, string(data))
	}
}

func (w *pageCarrier) AppendEnd()       {}
func (w *pageCarrier) Discard()         { w.frames = w.frames[:len(w.frames)-1] }
func (w *pageCarrier) Flush() error     { time.Sleep(w.took); return nil }
func (w *pageCarrier) KeepAlive() error { return nil }
func (w *pageCarrier) Cut()             {}

var partOfFrame = regexp.MustCompile(`(?s)<hx-partial hx-target="([^"]*)"[^>]*>(.*?)</hx-partial>`)

// pagesAfter returns what each place of the page holds after each of the frames, which leave out
// what is there already.
func pagesAfter(frames []string) (pages []map[string]string) {
	page := map[string]string{}
	for _, frame := range frames {
		for _, part := range partOfFrame.FindAllStringSubmatch(frame, -1) {
			page[part[1]] = part[2]
		}
		pages = append(pages, maps.Clone(page))
	}
	return pages
}

// TestSlowClientEnd: where training ends, and what its last frame says, does not depend on how fast
// the client reads.
func TestSlowClientEnd(t *testing.T) {
	state := sampleState(t, "circles", 40, 0, func(c *nn.Config) { c.TestFraction = 0.3 })
	diverging := state
	diverging.Config.Optimizer, diverging.Config.LearningRate, diverging.Config.L2 = nn.SGD, 1, 10 // weights grow ninefold at every step
	for _, test := range []struct {
		name   string
		change func(url.Values)
		done   string
	}{
		{"Steps", func(f url.Values) { f.Set(views.FieldSteps, "100") }, `{"reason":"steps"}`},
		{"PartOfFrame", func(f url.Values) { f.Set(views.FieldSteps, "100"); f.Set(views.FieldFrameSteps, "3") }, `{"reason":"steps"}`},
		{"UntilStep", func(f url.Values) { f.Set(views.FieldUntilStep, "77") }, `{"reason":"target"}`},
		{"UntilLoss", func(f url.Values) { f.Set(views.FieldUntilLoss, "0.6") }, `{"reason":"target"}`},
		{"Patience", func(f url.Values) { f.Set(views.FieldPatience, "3") }, `{"reason":"target"}`},
		{"Diverged", func(f url.Values) {
			f.Set(views.FieldConfig, string(mustJSON(t, diverging.Config)))
			f.Set(views.FieldFrameSteps, "20") // it breaks off in the middle of a frame
		}, `{"reason":"error"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var fast, slow *pageCarrier
			synctest.Test(t, func(t *testing.T) { fast = playPage(t, state, 0, test.change) })
			synctest.Test(t, func(t *testing.T) { slow = playPage(t, state, time.Second, test.change) })
			if len(slow.frames) >= len(fast.frames) || len(slow.frames) < 2 {
				t.Errorf("a slow client got %d frames, a fast one %d; want fewer, and the last of all", len(slow.frames), len(fast.frames))
			}
			got, want := pagesAfter(slow.frames), pagesAfter(fast.frames)
			if !maps.Equal(got[len(got)-1], want[len(want)-1]) {
				t.Errorf("in the end a slow client sees %v; a fast one %v", got[len(got)-1], want[len(want)-1])
			}
			for i, page := range got {
				if !slices.ContainsFunc(want, func(other map[string]string) bool { return maps.Equal(page, other) }) {
					t.Errorf("what a slow client sees at step %d a fast one never does", stepOf(t, slow.frames[i]))
				}
			}
			if slow.done != test.done || fast.done != slow.done {
				t.Errorf("a slow client's stream ends with %s, a fast one's with %s; want %s", slow.done, fast.done, test.done)
			}
		})
	}
}

// TestGoalAlongStream: a stream sends the goal of its page first, and then only when another thing is to be
// said of it. Whoever loses a frame goes on from the one before in another stream, and whoever loads the
// page again gets it whole: both see what the stream said at that step.
func TestGoalAlongStream(t *testing.T) {
	const card = "#goal-card"
	state := sampleState(t, "circles", 40, 0, func(c *nn.Config) { c.TestFraction = 0.3 })
	var stream []string
	synctest.Test(t, func(t *testing.T) {
		stream = playPage(t, state, 0, func(f url.Values) {
			f.Set(views.FieldSteps, "60")
			f.Set(views.FieldLesson, "goal=accuracy+80,units+99")
		}).frames
	})
	pages, sent := pagesAfter(stream), 0
	for i, frame := range stream {
		has := strings.Contains(frame, `hx-target="`+card+`"`)
		if has {
			sent++
		}
		if other := i == 0 || pages[i][card] != pages[i-1][card]; has != other {
			t.Errorf("frame %d has the goal: %t; want %t", i, has, other)
		}
	}
	if last := pages[len(pages)-1][card]; sent < 3 || sent > len(stream)/2 || !strings.Contains(last, "Your goal is reached") {
		t.Fatalf("%d of %d frames have the goal, the last that is sent is %q; want a few, until it is reached", sent, len(stream), last)
	}

	s := newTestServer(t)
	form := settingsForm(t, s, state)
	form.Set(views.FieldLesson, "goal=accuracy+80,units+99")
	form.Set(views.FieldControls, "")
	form.Set(views.FieldSteps, "1")
	post := func(path, act string, headers ...string) string {
		form.Set(views.FieldAct, act)
		return serve(s, http.MethodPost, path, form.Encode(), append(headers, "Content-Type", urlencoded)...).Body.String()
	}
	for _, at := range []int{10, len(stream) - 2} { // the client has this frame, and has lost the next
		form.Set(views.FieldNetwork, attributeOf(find(parseHTML(t, pages[at]["#live"]), `[name="network"]`)[0], "value"))
		on := partOfFrame.FindAllStringSubmatch(post("/train", "", "HX-Request", "true"), -1)
		i := slices.IndexFunc(on, func(part []string) bool { return part[1] == card })
		if i < 0 || on[i][2] != pages[at+1][card] {
			t.Errorf("the stream that goes on after frame %d says %q; want %q", at, on[max(0, i)][2], pages[at+1][card])
		}
		if page := post("/edit", "restore"); !strings.Contains(page, "<html") || !strings.Contains(page, `<div id="goal-card">`+pages[at][card]+`</div>`) {
			t.Errorf("the page at frame %d does not say %q: %.300s", at, pages[at][card], page)
		}
	}
}

// TestLastFrame: the last whole frame is sent also where the trainer has begun the next.
func TestLastFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestServer(t)
		state := sampleState(t, "circles", 40, 0, func(c *nn.Config) { c.BatchSize = 10 })
		want, err := nn.Step(state, 14)
		if err != nil {
			t.Fatal(err)
		}
		p := pageRequest{Message: wire.Message{State: state, FrameSteps: 7}, choices: defaultChoices()}
		trainer, err := nn.NewTrainer(state)
		if err != nil {
			t.Fatal(err)
		}
		f := p.frames(trainer, nn.Work{Update: sliceTime})
		w := &pageCarrier{took: time.Second}
		f.events = stream.NewSender(t.Context(), w, func(err error) { t.Errorf("the sender failed: %v", err) })
		defer f.events.Close()
		for range 2 {
			if err := trainer.Step(7); err != nil {
				t.Fatal(err)
			}
			if err := f.next(t.Context()); err != nil {
				t.Fatal(err)
			}
			if f.drawn {
				f.frame.Commit()
			}
		}
		if err := trainer.Step(3); err != nil {
			t.Fatal(err)
		}
		if err := s.sendUnsent(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		if len(w.frames) != 2 || stepOf(t, w.frames[0]) != 7 {
			t.Fatalf("%d frames were put, the first of step %d; want two, of the steps 7 and 14", len(w.frames), stepOf(t, w.frames[0]))
		}
		if got := readForm(t, w.frames[1], "", "").Get(views.FieldNetwork); got != string(mustJSON(t, want.Network)) {
			t.Errorf("the last frame is of step %d; want the network of step 14", stepOf(t, w.frames[1]))
		}
	})
}

// TestCloneChoices: frames keep nothing of a body, which may be a hundred times as large.
func TestCloneChoices(t *testing.T) {
	body := strings.Repeat("a", 1000)
	var c views.Choices
	v := reflect.ValueOf(&c).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(body[:10])
		case reflect.Slice:
			f.Set(reflect.ValueOf([]string{body[:10]}))
		}
	}
	c = cloneChoices(c)
	kept := func(text string) bool { return text != "" && unsafe.StringData(text) == unsafe.StringData(body) }
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			if kept(f.String()) {
				t.Errorf("%s is kept in the body", name)
			}
		case reflect.Slice:
			for _, text := range f.Interface().([]string) {
				if kept(text) {
					t.Errorf("%s is kept in the body", name)
				}
			}
		}
	}
}

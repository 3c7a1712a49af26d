package handlers

import (
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/nnvisu/nnvisu/handlers/stream/ssetest"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

func TestReadUntil(t *testing.T) {
	for _, test := range []struct {
		form string
		want until
		err  string
	}{
		{"", until{}, "ok"},
		{"until_step=&until_loss=+&until_accuracy=&patience=", until{}, "ok"},
		{"until_step=+7+&until_loss=1e-3&until_accuracy=99.5&patience=2", until{7, 1e-3, 99.5, 2}, "ok"},
		{"until_accuracy=100", until{accuracy: 100}, "ok"},
		{"until_step=0", until{}, "invalid until_step"},
		{"until_step=-1", until{}, "invalid until_step"},
		{"until_step=1e3", until{}, "malformed until_step"},
		{"until_step=1.5", until{}, "malformed until_step"},
		{"until_loss=0", until{}, "invalid until_loss"},
		{"until_loss=-0.1", until{}, "invalid until_loss"},
		{"until_loss=low", until{}, "malformed until_loss"},
		{"until_loss=NaN", until{}, "malformed until_loss"},
		{"until_loss=1e999", until{}, "malformed until_loss"},
		{"until_accuracy=0", until{}, "invalid until_accuracy"},
		{"until_accuracy=100.1", until{}, "invalid until_accuracy"},
		{"until_accuracy=-1", until{}, "invalid until_accuracy"},
		{"until_accuracy=50%25", until{accuracy: 50}, "ok"},
		{"until_accuracy=+50+%25+", until{accuracy: 50}, "ok"},
		{"until_accuracy=%25", until{}, "malformed until_accuracy"},
		{"until_accuracy=50%25%25", until{}, "malformed until_accuracy"},
		{"patience=0", until{}, "invalid patience"},
		{"patience=-3", until{}, "invalid patience"},
		{"patience=a", until{}, "malformed patience"},
	} {
		form, err := url.ParseQuery(test.form)
		if err != nil {
			t.Fatal(err)
		}
		got, err := readUntil(form)
		if describeAs(err) != test.err || err == nil && got != test.want {
			t.Errorf("readUntil(%s) = %+v, %v; want %+v, %s", test.form, got, err, test.want, test.err)
		}
	}
}

func TestUntilReached(t *testing.T) {
	accuracy := func(v float64) nn.Metrics { return nn.Metrics{Loss: 0.5, Accuracy: &v} }
	best := nn.History{Best: &nn.Best{Step: 30, Epoch: 10, TestLoss: 0.25}}
	for _, test := range []struct {
		name    string
		until   until
		network nn.Network
		metrics nn.Metrics
		history nn.History
		want    string // a part of it; empty: none
	}{
		{"None", until{}, nn.Network{Step: 9, Epoch: 99}, accuracy(1), best, ""},
		{"Step", until{step: 9}, nn.Network{Step: 9}, nn.Metrics{Loss: 1}, nn.History{}, "Step 9 is reached."},
		{"StepLarge", until{step: 1700}, nn.Network{Step: 1700}, nn.Metrics{Loss: 1}, nn.History{}, "Step 1\u202f700 is reached."},
		{"StepBefore", until{step: 9}, nn.Network{Step: 8}, nn.Metrics{Loss: 1}, nn.History{}, ""},
		{"Loss", until{loss: 0.5}, nn.Network{Step: 3}, nn.Metrics{Loss: 0.5}, nn.History{}, "down to 0.5 at step 3."},
		{"LossAbove", until{loss: 0.5}, nn.Network{Step: 3}, nn.Metrics{Loss: 0.50001}, nn.History{}, ""},
		{"Accuracy", until{accuracy: 57}, nn.Network{Step: 3}, accuracy(57. / 100), nn.History{}, "up to 57 % at step 3."},
		{"AccuracyPart", until{accuracy: 99.5}, nn.Network{Step: 3}, accuracy(199. / 200), nn.History{}, "up to 99.5 %"},
		{"AccuracyBelow", until{accuracy: 57}, nn.Network{Step: 3}, accuracy(0.5699), nn.History{}, ""},
		{"AccuracyOfValues", until{accuracy: 57}, nn.Network{Step: 3}, nn.Metrics{}, nn.History{}, ""},
		{"Patience", until{patience: 5}, nn.Network{Step: 45, Epoch: 15}, nn.Metrics{Loss: 1}, best, "for 5 epochs no test loss was below 0.25, that of step 30."},
		{"PatienceLeft", until{patience: 5}, nn.Network{Step: 44, Epoch: 14}, nn.Metrics{Loss: 1}, best, ""},
		{"PatienceFirst", until{patience: 1}, nn.Network{Step: 44, Epoch: 14}, nn.Metrics{Loss: 1}, nn.History{}, ""},
	} {
		got, early := test.until.reached(test.network, test.metrics, test.history)
		if !strings.Contains(got, test.want) || (got == "") != (test.want == "") || early != (test.name == "Patience") {
			t.Errorf("%s: reached = %q, early %t; want %q", test.name, got, early, test.want)
		}
	}
	// Every whole share of the points is the percentage that people call it.
	for n := 1; n <= 100; n++ {
		if text, _ := (until{accuracy: float64(n)}).reached(nn.Network{}, accuracy(float64(n)/100), nn.History{}); text == "" {
			t.Errorf("%d of 100 points are not %d %%", n, n)
		}
	}
}

// streamForm trains a page's form over the event stream and the page's socket, whose answers must
// be the same, and returns the frames and the reason of the end.
func streamForm(t *testing.T, s *Server, form url.Values) (frames []string, reason string) {
	t.Helper()
	fields := map[string]string{}
	for name := range form {
		fields[name] = form.Get(name)
	}
	events, reason := streamOf(t, form)
	for _, e := range events {
		frames = append(frames, e.Data)
	}
	var again []string
	var done string
	for range 20 { // on a busy machine the socket may leave out a frame, and the page offers no way back to that
		conn, ctx := dialPage(t, s)
		again, done = converse(t, conn, ctx, websocket.MessageText, mustJSON(t, fields))
		if len(again) == len(frames) {
			break
		}
	}
	for i := range again {
		again[i] = ssetest.LineFeeds(again[i])
	}
	if a, b := pagesAfter(again), pagesAfter(frames); !maps.Equal(a[len(a)-1], b[len(b)-1]) || done != reason {
		t.Errorf("after %d frames of the socket, which ends with %s, the page is not what it is after the %d of the stream, which ends with %s", len(again), done, len(frames), reason)
	}
	return frames, reason
}

// TestUntil: a run of the page ends where it is told to, exactly there, and says why.
func TestUntil(t *testing.T) {
	s := newTestServer(t)
	held := sampleState(t, "moons", 40, 0, func(c *nn.Config) { c.TestFraction, c.LearningRate, c.HiddenLayers = 0.5, 0.3, []int{20, 20} })
	plain := sampleState(t, "blobs", 30, 3, nil)
	for _, test := range []struct {
		name  string
		state nn.State
		form  string
		check func(step int, trainer *nn.Trainer) bool // whether the end is at that step
		says  string
	}{
		{"Step", plain, "until_step=10&frame_steps=1", func(step int, _ *nn.Trainer) bool { return step == 10 }, "Step 10 is reached."},
		{"StepWithinFrame", plain, "until_step=10&frame_steps=5", func(step int, _ *nn.Trainer) bool { return step == 10 }, "Step 10 is reached."},
		{"StepBeforeSteps", plain, "until_step=4&steps=100&frame_steps=25", func(step int, _ *nn.Trainer) bool { return step == 4 }, "Step 4 is reached."},
		{"Loss", plain, "until_loss=0.5&frame_steps=2", func(step int, t *nn.Trainer) bool { return t.Metrics().Loss <= 0.5 && step%2 == 1 }, "The train loss is down to 0.5 at step"},
		{"Accuracy", plain, "until_accuracy=100", func(_ int, t *nn.Trainer) bool { return *t.Metrics().Accuracy == 1 }, "The train accuracy is up to 100 % at step"},
		{"First", plain, "until_loss=0.5&until_step=6", func(step int, t *nn.Trainer) bool { return step == 6 || t.Metrics().Loss <= 0.5 }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			form := settingsForm(t, s, test.state)
			form.Set(views.FieldControls, "")
			more, err := url.ParseQuery(test.form)
			if err != nil {
				t.Fatal(err)
			}
			for name := range more {
				form.Set(name, more.Get(name))
			}
			frames, reason := streamForm(t, s, form)
			last := frames[len(frames)-1]
			if reason != `{"reason":"target"}` || !strings.Contains(last, test.says) || !strings.Contains(last, `hx-target="#notice"`) {
				t.Errorf("the stream ends with %s and %.200s; want the reason target and %q", reason, last[max(0, len(last)-200):], test.says)
			}
			if len(frames) > 1 && strings.Contains(frames[len(frames)-2], `hx-target="#notice"`) {
				t.Error("a notice comes before the last frame")
			}
			// What was asked for stays in its fields: the next run ends there, too.
			if strings.Contains(last, views.FieldUntilStep) {
				t.Error("the last frame changes the fields of the end")
			}
			trainer, err := nn.NewTrainer(test.state)
			if err != nil {
				t.Fatal(err)
			}
			step := test.state.Network.Step
			for first := true; first || !test.check(step, trainer); first = false {
				if err := trainer.Step(1); err != nil {
					t.Fatal(err)
				}
				if step++; step > 1000 {
					t.Fatal("the end is not reached in 1,000 steps")
				}
			}
			if got, want := readForm(t, last, "", "").Get(views.FieldNetwork), string(mustJSON(t, trainer.Network())); got != want {
				t.Errorf("the run ends with the network %.100s…; want that of step %d, %.100s…", got, step, want)
			}
		})
	}
	t.Run("Passed", func(t *testing.T) { // such a step is no end
		form := settingsForm(t, s, plain)
		form.Set(views.FieldControls, "")
		form.Set(views.FieldUntilStep, strconv.Itoa(plain.Network.Step))
		form.Set(views.FieldSteps, "4")
		frames, reason := streamForm(t, s, form)
		if reason != `{"reason":"steps"}` || strings.Contains(frames[len(frames)-1], "is reached") {
			t.Errorf("a run from the step where it was to end ends with %s; want it to go on", reason)
		}
	})
	t.Run("Patience", func(t *testing.T) {
		form := settingsForm(t, s, held)
		form.Set(views.FieldControls, "")
		form.Set(views.FieldPatience, "20")
		frames, reason := streamForm(t, s, form)
		last := frames[len(frames)-1]
		h := postedHistory(t, last)
		n := len(h.Epoch) - 1
		if reason != `{"reason":"target"}` || !strings.Contains(last, "Stopped early: for 20 epochs no test loss was below ") || h.Best == nil || h.Epoch[n] != h.Best.Epoch+20 {
			t.Fatalf("the stream ends with %s at epoch %d, the best being %+v; want 20 epochs after it", reason, h.Epoch[n], h.Best)
		}
		if !strings.Contains(last, "that of step "+strconv.Itoa(h.Best.Step)+".") {
			t.Errorf("the notice is %.300s; want the step %d in it", last[max(0, len(last)-300):], h.Best.Step)
		}
	})
	t.Run("NoEnd", func(t *testing.T) { // by itself: the updates asked for are made
		form := settingsForm(t, s, plain)
		form.Set(views.FieldControls, "")
		form.Set(views.FieldSteps, "3")
		form.Set(views.FieldUntilLoss, "1e-9")
		if frames, reason := streamForm(t, s, form); stepOf(t, frames[len(frames)-1]) != plain.Network.Step+3 || reason != `{"reason":"steps"}` {
			t.Errorf("the stream ends with %s at step %d; want steps after 3", reason, stepOf(t, frames[len(frames)-1]))
		}
	})
}

// TestUntilRefused: an end that cannot be reached is refused before the stream begins.
func TestUntilRefused(t *testing.T) {
	s := newTestServer(t)
	blobs, hills := sampleState(t, "blobs", 30, 5, nil), sampleState(t, "hills", 30, 0, nil)
	for _, test := range []struct {
		name         string
		state        nn.State
		field, value string
		status       int
		says         string
	}{
		{"Step", blobs, views.FieldUntilStep, "soon", 400, "Step must be a whole number; got &#34;soon&#34;"},
		{"Zero", blobs, views.FieldUntilStep, "0", 422, "Step must be greater than 0, or empty; got 0"},
		{"Loss", blobs, views.FieldUntilLoss, "-1", 422, "Train loss must be greater than 0, or empty; got −1"},
		{"Accuracy", blobs, views.FieldUntilAccuracy, "101", 422, "Accuracy, % must be greater than 0 and at most 100, or empty; got 101"},
		{"AccuracyOfValues", hills, views.FieldUntilAccuracy, "99", 422, "only classes have an accuracy"},
		{"PatienceWithoutTest", blobs, views.FieldPatience, "3", 422, "Patience must be empty where no point is held out for testing"},
	} {
		form := settingsForm(t, s, test.state)
		form.Set(views.FieldControls, "")
		form.Set(test.field, test.value)
		w := postForm(s, "/train", form, "HX-Request", "true")
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.says) || !strings.Contains(w.Body.String(), `hx-target="#`+test.field+`-error"`) {
			t.Errorf("%s: POST /train = %d %.300s; want %d and %q beside the control", test.name, w.Code, w.Body, test.status, test.says)
		}
		fields := map[string]string{}
		for name := range form {
			fields[name] = form.Get(name)
		}
		conn, ctx := dialPage(t, s)
		fragments, done := converse(t, conn, ctx, websocket.MessageText, mustJSON(t, fields))
		if len(fragments) != 1 || !strings.Contains(fragments[0], test.says) || done != `{"reason":"error"}` {
			t.Errorf("%s: the socket answers %.300q and %s; want %q and the reason error", test.name, fragments, done, test.says)
		}
		// Steps one by one and edits do not mind.
		if w := postForm(s, "/step", form); test.status == 422 && w.Code != http.StatusOK {
			t.Errorf("%s: POST /step = %d; want 200", test.name, w.Code)
		}
	}
}

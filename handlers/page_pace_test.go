package handlers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nnvisu/nnvisu/views"
)

// line plays a stream whose frames are drawn every 40 ms while there is credit, over a line that
// takes them one behind another, each for some time, and is some way long. It returns how many
// frames came and how old, at most, the newest one was in the second half.
func line(c *credit, each, way, lasts time.Duration) (frames int, oldest time.Duration) {
	const tick = time.Millisecond
	start := time.Now()
	p := drawPace{credit: c}
	type frame struct{ drawn, acked time.Duration }
	var onWay []frame
	var free, shown time.Duration // when the line is free; when the frame that is shown was drawn
	for now := time.Duration(0); now < lasts; now += tick {
		for len(onWay) > 0 && onWay[0].acked <= now {
			shown = onWay[0].drawn
			onWay = onWay[1:]
			frames++
			c.acknowledge(start.Add(now))
		}
		if now > lasts/2 {
			oldest = max(oldest, now-shown)
		}
		if now%(40*tick) == 0 && p.mayDraw(start.Add(now)) {
			p.draws(start.Add(now))
			free = max(free, now) + each
			onWay = append(onWay, frame{now, free + way})
		}
	}
	return frames, oldest
}

// TestCredit: a fast line has all frames, however far away the page is, and a slow one new frames.
func TestCredit(t *testing.T) {
	const lasts = 60 * time.Second
	for _, test := range []struct {
		name      string
		each, way time.Duration
		least     int           // frames
		oldest    time.Duration // of what is shown
	}{
		{"Near", time.Millisecond, 0, 1490, 100 * time.Millisecond},
		{"Far", time.Millisecond, 600 * time.Millisecond, 1300, 700 * time.Millisecond},
		{"Slow", time.Second, 50 * time.Millisecond, 50, 2200 * time.Millisecond},
		{"SlowAndSmall", 300 * time.Millisecond, 50 * time.Millisecond, 160, 2200 * time.Millisecond},
		{"VerySlow", 5 * time.Second, 50 * time.Millisecond, 10, 10200 * time.Millisecond},
	} {
		frames, oldest := line(newCredit(), test.each, test.way, lasts)
		if frames < test.least || oldest > test.oldest {
			t.Errorf("%s: %d frames, the oldest shown %v; want %d, %v", test.name, frames, oldest, test.least, test.oldest)
		}
	}
	c := newCredit()
	c.acknowledge(time.Now()) // of nothing
	if !c.isLeft() || c.limit != firstCredit {
		t.Errorf("after an acknowledgement of nothing the limit is %d; want %d", c.limit, firstCredit)
	}
}

// TestDrawMS: frames that are asked for far apart are far apart, and training goes on in between.
func TestDrawMS(t *testing.T) {
	s := newTestServer(t)
	form := settingsForm(t, s, sampleState(t, "circles", 20, 0, nil))
	form.Set(views.FieldControls, "")
	form.Set(views.FieldSteps, "12")
	for draw, want := range map[string]int{"": 12, "0": 12, "60000": 2} {
		form.Set(views.FieldDrawMS, draw)
		frames, _ := streamOf(t, form)
		first, last := frames[0], frames[len(frames)-1]
		if len(frames) != want || !strings.Contains(last.Data, `data-step="12"`) {
			t.Errorf("draw_ms=%s: %d frames; want %d, the last of step 12", draw, len(frames), want)
		}
		if first.ID != "0" || want == 12 && last.ID != fmt.Sprint(11*pageFrameMS) {
			t.Errorf("draw_ms=%s: the ids are from %q to %q; want times of the stream", draw, first.ID, last.ID)
		}
	}
	for _, wrong := range []string{"-1", "60001", "x"} {
		form.Set(views.FieldDrawMS, wrong)
		if w := postForm(s, "/train", form, "HX-Request", "true"); w.Code < 400 {
			t.Errorf("draw_ms=%s is answered %d; want a refusal", wrong, w.Code)
		}
	}
}

// TestSocketCredit: a page that acknowledges frames gets no more than its credit before it does, and
// all is as before for one that does not say that it will.
func TestSocketCredit(t *testing.T) {
	s := newTestServer(t)
	form := settingsForm(t, s, sampleState(t, "circles", 20, 0, nil))
	form.Set(views.FieldControls, "")
	form.Set(views.FieldSteps, "10")
	fields := map[string]string{}
	for name, values := range form {
		fields[name] = values[0]
	}
	for address, isRight := range map[string]func(frames int) bool{
		"":        func(frames int) bool { return frames > firstCredit+1 && frames <= 10 }, // a busy machine skips some
		"?acks=1": func(frames int) bool { return frames == firstCredit+1 },                // and the last one
	} {
		conn, ctx := dialPageAt(t, s, address)
		if frames, done := converse(t, conn, ctx, websocket.MessageText, mustJSON(t, fields)); !isRight(len(frames)) || done != `{"reason":"steps"}` {
			t.Errorf("/ws/page%s, without acknowledgements: %d frames of 10, %s; the first credit is %d", address, len(frames), done, firstCredit)
		}
	}
	conn, ctx := dialPageAt(t, s, "?acks=1")
	fields[views.FieldSteps] = "20"
	acknowledged := func() (frames int) {
		if err := conn.Write(ctx, websocket.MessageText, mustJSON(t, fields)); err != nil {
			t.Fatal(err)
		}
		for {
			_, text, err := conn.Read(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(string(text), "{") {
				return frames
			}
			frames++
			if err := conn.Write(ctx, websocket.MessageText, []byte(acknowledgement)); err != nil {
				t.Fatal(err)
			}
		}
	}
	frames := 0
	for try := 0; try < 10 && frames < 15; try++ { // a busy machine skips some
		frames = acknowledged()
	}
	if frames < 15 {
		t.Errorf("with acknowledgements: %d frames of 20; want nearly all", frames)
	}
}

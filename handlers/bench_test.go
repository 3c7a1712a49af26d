package handlers

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"
	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/handin"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/pace"
	"github.com/nnvisu/nnvisu/views"
)

// benchPoints is a data set as large as people draw, with the default network after some updates of
// adam: what travels with every request.
const benchPoints = 500

func benchState(b *testing.B, points int) nn.State {
	b.Helper()
	return sampleState(b, "spiral", points, 10, nil)
}

func benchBody(b *testing.B, state nn.State, steps int) []byte {
	b.Helper()
	return fmt.Appendf(nil, `{"type":"train_step","config":%s,"network":%s,"data":%s,"steps":%d}`,
		mustJSON(b, state.Config), mustJSON(b, state.Network), mustJSON(b, state.Data), steps)
}

// BenchmarkStepHTTP is a whole POST /step without the network.
func BenchmarkStepHTTP(b *testing.B) {
	s := newTestServer(b)
	for _, points := range []int{200, benchPoints, 2000} {
		for _, steps := range []int{1, 10} {
			b.Run(fmt.Sprintf("points=%d/steps=%d", points, steps), func(b *testing.B) {
				body := benchBody(b, benchState(b, points), steps)
				b.ReportAllocs()
				b.SetBytes(int64(len(body)))
				for b.Loop() {
					r := httptest.NewRequest(http.MethodPost, "/step", bytes.NewReader(body))
					r.Header.Set("Content-Type", "application/json")
					w := httptest.NewRecorder()
					s.ServeHTTP(w, r)
					if w.Code != http.StatusOK {
						b.Fatalf("POST /step = %d %s", w.Code, w.Body)
					}
				}
			})
		}
	}
}

// A pageRun is a page's stream, frame by frame.
type pageRun struct {
	*pageFrames
	page bytes.Buffer
}

// newPageRun is a run of the lab as it is first shown, but for the number of its points, that is
// old enough for its curves to be as long as they get.
func newPageRun(b *testing.B, points int, panel string) *pageRun {
	b.Helper()
	p := pageRequest{Message: wire.Message{State: sampleState(b, firstDataset, points, 0, nil), FrameSteps: 1}, choices: defaultChoices()}
	p.choices.Panel = panel
	trainer, err := nn.NewTrainer(p.State)
	if err != nil {
		b.Fatal(err)
	}
	r := &pageRun{pageFrames: p.frames(trainer, nn.Work{})}
	for range 300 {
		r.train(b)
	}
	return r
}

func (r *pageRun) train(b *testing.B) {
	if err := r.trainer.Step(1); err != nil {
		b.Fatal(err)
	}
	if err := r.measure(); err != nil {
		b.Fatal(err)
	}
}

// next is the next frame, but for its way out.
func (r *pageRun) next(b *testing.B) []byte {
	r.train(b)
	r.page.Reset()
	if ok, err := r.render(b.Context(), &r.page, func() bool { return true }); err != nil || !ok {
		b.Fatal(ok, err)
	}
	return r.page.Bytes()
}

// BenchmarkStepSocket is a message and its answer over a socket on this machine.
func BenchmarkStepSocket(b *testing.B) {
	listener := httptest.NewServer(newTestServer(b))
	defer listener.Close()
	body := benchBody(b, benchState(b, benchPoints), 1)
	conn, _, err := websocket.Dial(b.Context(), listener.URL+"/ws", nil)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.CloseNow()
	conn.SetReadLimit(-1)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if err := conn.Write(b.Context(), websocket.MessageText, body); err != nil {
			b.Fatal(err)
		}
		if _, answer, err := conn.Read(b.Context()); err != nil || !bytes.HasPrefix(answer, []byte(`{"type":"train_step_result"`)) {
			b.Fatalf("%s, %v", answer, err)
		}
	}
}

// BenchmarkPageFrame is one event of the page's stream, of the lab as it is first shown: an update,
// the measures, the picture and the fragments. Beside it stands how long an event is, as it is and
// in a stream that gzip makes as small as it can at its fastest.
func BenchmarkPageFrame(b *testing.B) {
	for _, of := range []struct {
		name   string
		points int
		panel  string
	}{{"points=200", defaultPoints, ""}, {"points=2000", 2000, ""}, {"panel=space", defaultPoints, "space"}} {
		b.Run(of.name, func(b *testing.B) {
			run := newPageRun(b, of.points, of.panel)
			b.ReportAllocs()
			for b.Loop() {
				run.next(b)
			}
			const measured = 64
			plain, packed := 0, new(bytes.Buffer)
			run = newPageRun(b, of.points, of.panel)
			stream, err := gzip.NewWriterLevel(packed, gzip.BestSpeed)
			for range measured {
				html := run.next(b)
				plain += len(html)
				_, werr := stream.Write(html)
				err = errors.Join(err, werr, stream.Flush())
			}
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(plain)/measured, "html-B/frame")
			b.ReportMetric(float64(packed.Len())/measured, "gzip-B/frame")
		})
	}
}

// BenchmarkFragments is what a frame costs beside the network's own work: its drawing, numbers,
// curves and state as HTML.
func BenchmarkFragments(b *testing.B) {
	run := newPageRun(b, defaultPoints, "")
	run.next(b)
	lab := run.lab
	lab.State.Network = run.trainer.Network()
	lab.JSON.Network = string(wire.AppendNetwork(nil, lab.State.Network, new(pace.Pace)))
	if err := paint(nil, &lab, &run.trainer.Model); err != nil {
		b.Fatal(err)
	}
	var text []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if text, err = run.html.Append(text[:0], &lab); err != nil {
			b.Fatal(err)
		}
	}
}

// A sink is a connection that takes everything at once.
type sink struct {
	header http.Header
	bytes  *atomic.Int64
}

func (w sink) Header() http.Header { return w.header }
func (w sink) WriteHeader(int)     {}
func (w sink) Flush()              {}
func (w sink) Write(p []byte) (int, error) {
	w.bytes.Add(int64(len(p)))
	return len(p), nil
}

// BenchmarkStreams is a frame of 50 streams of the page that never pause, each in its turn, with
// all that a frame costs but the network. B/frame is what would go out.
func BenchmarkStreams(b *testing.B) {
	const streams = 50
	for _, encoding := range []string{"", "gzip"} {
		b.Run("encoding="+encoding, func(b *testing.B) {
			s := newTestServer(b)
			state := sampleState(b, firstDataset, defaultPoints, 0, nil)
			r := httptest.NewRequest(http.MethodPost, "/train", nil)
			r.Header.Set("Accept-Encoding", encoding)
			var written atomic.Int64
			var wg sync.WaitGroup
			b.ReportAllocs()
			b.ResetTimer()
			for i := range min(streams, b.N) {
				p := pageRequest{Message: wire.Message{State: state, FrameSteps: 1, Steps: (b.N + i) / min(streams, b.N)}, choices: defaultChoices()}
				trainer, work, err := s.newTrainer(b.Context(), &p.Message, "steps", 1, nil)
				if err != nil {
					b.Fatal(err)
				}
				f := p.frames(trainer, work)
				f.message.FrameMS = 0
				c := echo.New().NewContext(r, sink{http.Header{}, &written})
				task, ctx := s.newTask(b.Context(), fair.Client{})
				wg.Go(func() {
					defer task.release()
					if err := s.streamPage(ctx, c, f, s.openEvents(c, stream.SignEvent)); err != nil {
						b.Error(err)
					}
				})
			}
			wg.Wait()
			sent := sampleOf(b, s, "nnvisu_frames_total")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/sent, "ns/frame")
			b.ReportMetric(float64(written.Load())/sent, "B/frame")
			b.ReportMetric(sent/float64(b.N), "frames/op")
		})
	}
}

// BenchmarkPaint is the picture alone: 10,000 predictions and their colours.
func BenchmarkPaint(b *testing.B) {
	for _, test := range []struct {
		name   string
		change func(*nn.Config)
	}{
		{"8-8", nil},
		{"8-8/hard", nil},
		{"100-100/classes=10", func(c *nn.Config) { c.HiddenLayers, c.Classes = []int{100, 100}, 10 }},
		{"largest", func(c *nn.Config) {
			c.HiddenLayers, c.Features, c.Classes, c.Activation = slices.Repeat([]int{100}, 10), nn.Features(), 10, nn.GELU
		}},
	} {
		b.Run(test.name, func(b *testing.B) {
			model, err := nn.NewModel(sampleState(b, firstDataset, 10, 0, test.change))
			if err != nil {
				b.Fatal(err)
			}
			var (
				c     canvas
				cells views.Cells
			)
			b.ReportAllocs()
			for b.Loop() {
				cells = c.plane(cells, model, test.name == "8-8/hard")
			}
		})
	}
}

// BenchmarkFirstPage is GET /, which every visit begins with.
func BenchmarkFirstPage(b *testing.B) {
	s := newTestServer(b)
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		if w.Code != http.StatusOK {
			b.Fatalf("GET / = %d", w.Code)
		}
		b.SetBytes(int64(w.Body.Len()))
	}
}

// BenchmarkEdit is a change on the page of a state as large as people draw: the form read, a point
// added, all fragments written.
func BenchmarkEdit(b *testing.B) {
	s := newTestServer(b)
	state := benchState(b, benchPoints)
	form := settingsForm(b, s, state)
	form.Set(views.FieldControls, "")
	form.Set(views.FieldAct, "draw")
	form.Set(views.FieldStroke, "0,0")
	body := form.Encode()
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		w := serve(s, http.MethodPost, "/edit", body, "Content-Type", urlencoded, "HX-Request", "true")
		if w.Code != http.StatusOK {
			b.Fatalf("POST /edit = %d %s", w.Code, w.Body)
		}
	}
}

// BenchmarkVerify is what hand-ins of the size of the first page's run take, each of 500 updates and some
// acts: one of them, and a class of thirty.
func BenchmarkVerify(b *testing.B) {
	s := newTestServer(b)
	texts := make([]string, 30)
	for i := range texts {
		j := journal.Journal{Release: s.journalRelease(), Recipe: fmt.Sprintf("dataset=circles&seed=%d&test_fraction=0.2", i), Step: 500, Entries: []journal.Entry{
			{Step: 100, Act: journal.Settings{{Name: "learning_rate", Value: "0.05"}}}, {Step: 200, Act: journal.AddUnit{Layer: 0}},
		}}
		state := leadsTo(b, s, j)
		texts[i] = handInOf(b, s, j, j, state, lossOf(b, state))
	}
	for _, n := range []int{1, len(texts)} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				code, got := verifyAll(b, s, "test accuracy 90,data untouched", texts[:n]...)
				if code != http.StatusOK || got.HandIns[n-1].Verdict != handin.Holds {
					b.Fatalf("%d %+v", code, got)
				}
			}
		})
	}
}

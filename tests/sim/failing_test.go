package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/sim/memnet"
)

// A visit makes a request and returns its answer, or an error if there is no whole one.
type visit func(ctx context.Context, client *http.Client) (answer string, err error)

const failingHost = "10.0.2.1:80"

// post returns a visit that posts a body.
func post(path string, body []byte, headers ...string) visit {
	return func(ctx context.Context, client *http.Client) (string, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+failingHost+path, bytes.NewReader(body))
		if err != nil {
			return "", err
		}
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return wholeAnswer(client.Do(r))
	}
}

func get(path string) visit {
	return func(ctx context.Context, client *http.Client) (string, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+failingHost+path, nil)
		if err != nil {
			return "", err
		}
		return wholeAnswer(client.Do(r))
	}
}

// wholeAnswer returns the text of an answer. A stream must have its last event.
func wholeAnswer(answer *http.Response, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return "", err
	case answer.StatusCode != http.StatusOK:
		return "", fmt.Errorf("status %d: %s", answer.StatusCode, text)
	case answer.Header.Get("Content-Type") != "text/event-stream":
		return string(text), nil
	}
	return lastOf(strings.Split(strings.TrimSuffix(string(text), "\n\n"), "\n\n"))
}

// lastOf returns what a stream has come to: the network of its last frame. How many frames a page
// has seen until then depends on how fast it was.
func lastOf(events []string) (string, error) {
	if end := events[len(events)-1]; !strings.Contains(end, `"steps"`) && !strings.Contains(end, `"target"`) {
		return "", fmt.Errorf("the stream ends with %s", end)
	}
	if len(events) < 2 {
		return "", errors.New("the stream has no frame")
	}
	frame := events[len(events)-2]
	if network, ok := hiddenFields(frame)["network"]; ok {
		return network, nil
	}
	return frame, nil
}

// talk returns a visit that sends a message over a socket as often as answers are wanted, ahead of
// their answers, and reads the answers; or, with 0, all answers until the last one of a stream.
func talk(path string, message []byte, answers int) visit {
	return func(ctx context.Context, client *http.Client) (string, error) {
		conn, refused, err := websocket.Dial(ctx, "ws://"+failingHost+path, &websocket.DialOptions{HTTPClient: client})
		if err != nil {
			if refused != nil {
				err = fmt.Errorf("status %d: %w", refused.StatusCode, err)
			}
			return "", err
		}
		defer conn.CloseNow()
		conn.SetReadLimit(-1)
		for range max(1, answers) {
			if err := conn.Write(ctx, websocket.MessageText, message); err != nil {
				return "", err
			}
		}
		var got []string
		for answers == 0 || len(got) < answers {
			_, text, err := conn.Read(ctx)
			switch {
			case err != nil:
				return "", err
			case bytes.HasPrefix(text, []byte(`{"type":"error"`)):
				return "", fmt.Errorf("answer %s", text)
			case string(text) == "{}": // a sign of life
				continue
			}
			got = append(got, string(text))
			if answers == 0 && text[0] == '{' {
				return lastOf(got)
			}
		}
		return strings.Join(got, "\n"), nil
	}
}

// visits are requests of each kind.
func visits() map[string]visit {
	of := courses[0]
	step := contract.TrainStep(of.config, nil, of.data, 3)
	stream := step.With("steps", 6, "frame_steps", 2, "frame_ms", 50)
	form := url.Values{"config": {string(contract.Encode(of.config))}, "data": {string(contract.Encode(of.data))}, "steps": {"3"}}
	page := url.Values{}
	for name := range form {
		page[name] = form[name]
	}
	page.Set("until_step", "6")
	page.Del("steps")
	fields := map[string]string{}
	for name := range page {
		fields[name] = page.Get(name)
	}
	edit := func(pairs ...string) []byte {
		posted := url.Values{"config": form["config"], "data": form["data"]}
		for i := 0; i+1 < len(pairs); i += 2 {
			posted.Set(pairs[i], pairs[i+1])
		}
		return []byte(posted.Encode())
	}
	jsonType := []string{"Content-Type", "application/json"}
	formType := []string{"Content-Type", "application/x-www-form-urlencoded"}
	htmx := append(formType[:2:2], "HX-Request", "true")
	return map[string]visit{
		"Step":          post("/step", step.Text(), jsonType...),
		"StepForm":      post("/step", []byte(form.Encode()), formType...),
		"StepGzip":      post("/step", zipped(step.Text()), append(jsonType[:2:2], "Content-Encoding", "gzip")...),
		"StepPage":      post("/step", []byte(form.Encode()), append(formType[:2:2], "Accept", "text/html")...),
		"Train":         post("/train", stream.Text(), jsonType...),
		"TrainPage":     post("/train", []byte(page.Encode()), htmx...),
		"Recipe":        get("/train?dataset=xor&points=10&hidden_layers=2&steps=6&frame_ms=50"),
		"Layers":        post("/layers", step.Without("steps", "type").Text(), jsonType...),
		"Predict":       post("/predict", step.Without("steps", "type").Text(), jsonType...),
		"Export":        post("/export", edit("format", "numpy"), formType...),
		"ExportState":   post("/export", edit("format", "state"), formType...),
		"Edit":          post("/edit", edit("act", "add-layer"), htmx...),
		"EditNoScript":  post("/edit", edit("act", "add-layer"), formType...),
		"Import":        post("/edit", edit("act", "import", "table_text", "x,y,label\n1,2,a\n2,1,b\n3,3,a\n"), htmx...),
		"Data":          get("/data/moons?points=50"),
		"Page":          get("/"),
		"Socket":        talk("/ws", step.Text(), 4),
		"PageSocket":    talk("/ws/page", contract.Encode(fields), 0),
		"PointsCSV":     post("/points.csv", edit(), formType...),
		"CurvesCSV":     post("/curves.csv", edit(), formType...),
		"PictureSVG":    get("/picture.svg?steps=3"),
		"PicturePNG":    get("/picture.png?width=200&view=lab"),
		"FilmSVG":       get("/film.svg?steps=4&frames=2"),
		"FilmPNG":       get("/film.png?steps=4&frames=2&width=200"),
		"PictureOf":     post("/picture.svg", edit(), formType...),
		"SecondOnALine": twice(post("/step", step.Text(), jsonType...)),
	}
}

// twice returns a visit that makes another one twice over the same connection.
func twice(v visit) visit {
	return func(ctx context.Context, client *http.Client) (string, error) {
		if _, err := v(ctx, client); err != nil {
			return "", err
		}
		return v(ctx, client)
	}
}

// A counter is a log that counts errors.
type counter struct {
	slog.Handler
	errors *atomic.Int64
}

func (c counter) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func (c counter) Handle(context.Context, slog.Record) error { c.errors.Add(1); return nil }

// TestEveryOperationFails: for requests of each kind, every read, write and taking of memory fails
// in every way, one at a time. The client gets the right answer or none, the server has nothing left
// of it and logs no error of its own, and the next request is answered as ever.
func TestEveryOperationFails(t *testing.T) {
	for name, visit := range visits() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { failEverything(t, visit) })
		})
	}
}

func failEverything(t *testing.T, visit visit) {
	var plan atomic.Pointer[planned]
	var logged atomic.Int64
	config := handlers.DefaultConfig()
	config.Logger = slog.New(counter{slog.DiscardHandler, &logged})
	config.RefuseMemory = func() bool { return plan.Load().isDue("memory") }
	app, err := handlers.New(config)
	if err != nil {
		t.Fatal(err)
	}
	network := memnet.New()
	listener, err := network.Listen(failingHost)
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{
		Handler: app, ConnState: app.ConnState, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: log.New(io.Discard, "", 0),
	}
	go web.Serve(failingListener{listener, &plan})
	defer web.Close()

	// try makes the visit with a connection of its own, and waits until nobody can believe in it.
	try := func(f *planned) (string, error) {
		plan.Store(f)
		ctx, cancel := context.WithTimeout(t.Context(), silence)
		defer cancel()
		transport := &http.Transport{DisableCompression: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := network.Dial(ctx, "10.0.0.1:1", failingHost, memnet.Line{Piece: 300, Seed: 1})
			return endless{conn}, err
		}}
		answer, err := visit(ctx, &http.Client{Transport: transport})
		transport.CloseIdleConnections()
		time.Sleep(settling)
		return answer, err
	}
	want, err := try(nil)
	if err != nil {
		t.Fatalf("without a failure: %v", err)
	}
	for _, kind := range failures {
		n := int64(1)
		for ; ; n++ {
			f := &planned{failure: kind, n: n}
			what := fmt.Sprintf("%s %d: %s", f.operation, n, f.how)
			got, err := try(f)
			if err == nil && got != want {
				t.Errorf("%s: the answer is %s; want %s, or none", what, contract.Clip([]byte(got)), contract.Clip([]byte(want)))
			}
			if held := heldBy(app); len(held) > 0 || network.Open() > 0 {
				t.Errorf("%s: the server still has %q and %d connections", what, held, network.Open())
			}
			if logged.Swap(0) > 0 {
				t.Errorf("%s: the server logs an error of its own", what)
			}
			if !f.happened() {
				break
			}
			if f.operation == "memory" && err != nil && !isBusy(err) {
				t.Errorf("%s: %v; want busy", what, err)
			}
			if got, err := try(nil); err != nil || got != want {
				t.Errorf("after %s: %s, %v; want %s", what, contract.Clip([]byte(got)), err, contract.Clip([]byte(want)))
			}
		}
		t.Logf("%-6s %-8s %d", kind.operation, kind.how, n-1)
	}
}

// isBusy reports whether an answer says that there is no room now. A connection for which there is
// none is closed.
func isBusy(err error) bool {
	return strings.Contains(err.Error(), "status 503") || strings.Contains(err.Error(), "busy") ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.EPIPE)
}

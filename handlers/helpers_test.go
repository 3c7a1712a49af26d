package handlers

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/andybalholm/cascadia"
	"github.com/go-json-experiment/json"
	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/handlers/stream/ssetest"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/nntest"
	"github.com/nnvisu/nnvisu/views"
)

var (
	sampleState   = nntest.State
	sampleDataset = nntest.Points
	same          = nntest.Same
)

func newTestServer(tb testing.TB, options ...func(*Config)) *Server {
	tb.Helper()
	config := DefaultConfig()
	config.Logger = slog.New(slog.DiscardHandler)
	for _, option := range options {
		option(&config)
	}
	s, err := New(config)
	if err != nil {
		tb.Fatalf("New: %v", err)
	}
	return s
}

// serve answers a request without a network.
func serve(s *Server, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// describeAs returns the code of an error as a client is told it, with its field.
func describeAs(err error) string {
	if err == nil {
		return "ok"
	}
	b := describe(err)
	return strings.TrimSpace(string(b.Code) + " " + b.Field)
}

// clone returns a copy that shares nothing with s.
func clone(s nn.State) nn.State {
	parameters := func(p nn.Parameters) nn.Parameters {
		p.Weights = slices.Clone(p.Weights)
		for l, rows := range p.Weights {
			p.Weights[l] = slices.Clone(rows)
			for o, row := range rows {
				p.Weights[l][o] = slices.Clone(row)
			}
		}
		p.Biases = slices.Clone(p.Biases)
		for l, row := range p.Biases {
			p.Biases[l] = slices.Clone(row)
		}
		return p
	}
	s.Config = s.Config.Clone()
	s.Data = slices.Clone(s.Data)
	s.Network.Parameters = parameters(s.Network.Parameters)
	for _, moment := range []**nn.Parameters{&s.Network.Optimizer.First, &s.Network.Optimizer.Second} {
		if *moment != nil {
			p := parameters(**moment)
			*moment = &p
		}
	}
	return s
}

// readForm returns what the form of a page, or of fragments of it, posts when the button with the
// name and value is pressed: all successful controls. What stands outside of the form, such as the
// tour, is not posted.
func readForm(tb testing.TB, page, button, value string) url.Values {
	tb.Helper()
	root := parseHTML(tb, page)
	form := url.Values{}
	pressed := false
	for n := range labForm(root).Descendants() {
		attributes := map[string]string{}
		for _, a := range n.Attr {
			attributes[a.Key] = a.Val
		}
		has := func(name string) bool { _, ok := attributes[name]; return ok }
		name := attributes["name"]
		if n.Type != html.ElementNode || name == "" || has("disabled") {
			continue
		}
		switch n.Data {
		case "input":
			switch attributes["type"] {
			case "image", "submit":
			case "checkbox", "radio":
				if has("checked") {
					form.Add(name, attributes["value"])
				}
			default:
				form.Add(name, attributes["value"])
			}
		case "textarea":
			text := ""
			for inner := range n.Descendants() {
				text += inner.Data
			}
			form.Add(name, text)
		case "select":
			for _, option := range find(n, "[selected]") {
				form.Add(name, attributeOf(option, "value"))
			}
		case "button":
			if name == button && attributes["value"] == value && !pressed {
				pressed = true
				form.Add(name, value)
			}
		}
	}
	if !pressed && button != "" {
		tb.Fatalf("the page has no button %s=%s", button, value)
	}
	return form
}

// parseHTML reads a page, or fragments of one, as a browser does.
func parseHTML(tb testing.TB, text string) *html.Node {
	tb.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		tb.Fatal(err)
	}
	return root
}

// find returns the elements that match a CSS selector.
func find(root *html.Node, selector string) []*html.Node {
	return cascadia.QueryAll(root, cascadia.MustCompile(selector))
}

// labForm returns the form of a page, or the root of fragments, which stand within the form.
func labForm(root *html.Node) *html.Node {
	if forms := find(root, "form#lab"); len(forms) > 0 {
		return forms[0]
	}
	return root
}

func attributeOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// postForm posts a form as a browser without script does.
func postForm(s *Server, path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	headers = append([]string{"Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html"}, headers...)
	return serve(s, http.MethodPost, path, form.Encode(), headers...)
}

// streamOf posts a page's form to its stream, and returns the frames and what the done event says. Time
// stands still while anything computes, so that no frame is left out, however busy the machine is.
func streamOf(t *testing.T, form url.Values) (frames []ssetest.Event, done string) {
	t.Helper()
	var w *httptest.ResponseRecorder
	synctest.Test(t, func(t *testing.T) { w = postForm(newTestServer(t), "/train", form, "HX-Request", "true") })
	if w.Code != http.StatusOK {
		t.Fatalf("POST /train = %d %.300s; want a stream", w.Code, w.Body)
	}
	for _, e := range ssetest.Parse(w.Body.String()) {
		switch e.Name {
		case "":
			frames = append(frames, e)
		case "done":
			done = e.Data
		}
	}
	return frames, done
}

// A brokenReader gives its text, then its error.
type brokenReader struct {
	text io.Reader
	err  error
}

func (r brokenReader) Read(p []byte) (int, error) {
	n, err := r.text.Read(p)
	if errors.Is(err, io.EOF) {
		err = r.err
	}
	return n, err
}

func datasetName(name string) dataset.Name { return dataset.Name(name) }

func mustJSON(tb testing.TB, v any) []byte {
	tb.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// applySettings applies the settings of a form to a state, as a page does that keeps no journal.
func applySettings(tb testing.TB, s *Server, state nn.State, form url.Values) (nn.State, views.Notice, error) {
	tb.Helper()
	return s.applySettings(state, form, s.doing(tb.Context(), new(pageRequest)))
}

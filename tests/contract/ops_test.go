package contract

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers"
)

func TestHealth(t *testing.T) {
	s := Start(t)
	for _, want := range []struct {
		path          string
		before, after int
	}{{"/healthz", 200, 200}, {"/readyz", 200, 503}, {"/metrics", 200, 200}} {
		if got := s.Get(t, want.path).Status; got != want.before {
			t.Errorf("GET %s = %d; want %d", want.path, got, want.before)
		}
	}
	s.Drain()
	if got := s.Get(t, "/healthz").Status; got != 200 {
		t.Errorf("GET /healthz while draining = %d; want 200", got)
	}
	if got := s.Get(t, "/readyz").Status; got != 503 {
		t.Errorf("GET /readyz while draining = %d; want 503", got)
	}
	if got := s.Get(t, "/metrics").Status; got != 200 {
		t.Errorf("GET /metrics while draining = %d; want 200", got)
	}
}

// TestMetrics: the text is Prometheus's, it has something of our own to say, and it counts what was
// done.
func TestMetrics(t *testing.T) {
	s := Start(t)
	before := s.Samples(t)
	m := TrainStep(Message{}, nil, Scatter(4, 2, 1), 1)
	for _, c := range carriers {
		if _, err := c.step(Soon(t), s, m.Text()); err != nil {
			t.Fatal(err)
		}
	}
	own, more := 0, 0
	for name, value := range s.Samples(t) {
		if strings.HasPrefix(name, "nnvisu_") {
			own++
			if value > before[name] {
				more++
			}
		}
	}
	if own == 0 || more == 0 {
		t.Errorf("%d samples named nnvisu_, %d of them grew with work; want some of both", own, more)
	}
}

// policy reads a Content-Security-Policy.
func policy(header string) map[string]string {
	directives := map[string]string{}
	for directive := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), " ")
		directives[strings.ToLower(name)] = value
	}
	return directives
}

func TestPageHeaders(t *testing.T) {
	s := Start(t)
	page := s.Get(t, "/", "Accept", "text/html")
	if kind := page.Header.Get("Content-Type"); page.Status != 200 || !strings.HasPrefix(kind, "text/html") {
		t.Fatalf("GET /: status %d, Content-Type %q; want 200, text/html", page.Status, kind)
	}
	if len(page.Header.Values("Content-Security-Policy")) != 1 {
		t.Fatalf("%d Content-Security-Policy headers; want 1", len(page.Header.Values("Content-Security-Policy")))
	}
	csp := policy(page.Header.Get("Content-Security-Policy"))
	fallback := func(name string) string {
		if value, ok := csp[name]; ok {
			return value
		}
		return csp["default-src"]
	}
	for _, name := range []string{"default-src", "script-src", "frame-ancestors", "base-uri", "form-action"} {
		if fallback(name) == "" {
			t.Errorf("the policy has no %s: %v; want one", name, csp)
		}
	}
	for _, source := range []string{"'unsafe-inline'", "'unsafe-eval'", "'wasm-unsafe-eval'", "data:", "*", "http:", "https:"} {
		for value := range strings.FieldsSeq(fallback("script-src")) {
			if strings.EqualFold(value, source) {
				t.Errorf("script-src has %s; want none of it", source)
			}
		}
	}
	for _, name := range []string{"style-src", "connect-src", "object-src"} {
		if strings.Contains(fallback(name), "unsafe") || strings.Contains(fallback(name), "*") {
			t.Errorf("%s is %q; want nothing unsafe", name, fallback(name))
		}
	}
	if got := page.Header.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("X-Content-Type-Options %q; want nosniff", got)
	}
	if got := page.Header.Get("Referrer-Policy"); got == "" || got == "unsafe-url" {
		t.Errorf("Referrer-Policy %q; want one that keeps addresses at home", got)
	}
	if got := page.Header.Values("Set-Cookie"); len(got) != 0 {
		t.Errorf("Set-Cookie %q; want none, the server knows nobody", got)
	}
	if got := s.Post(t, "/step", TrainStep(Message{}, nil, Scatter(4, 2, 1), 1).Text()).Header.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("X-Content-Type-Options of an answer %q; want nosniff", got)
	}
	body := page.Body
	for _, m := range regexp.MustCompile(`(?is)<script(?:\s[^>]*)?>([^<].*?)</script>`).FindAllSubmatch(body, -1) {
		sum := sha256.Sum256(m[1])
		if source := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(csp["script-src"], source) {
			t.Errorf("the page has the script %.60q inline; its policy, %s, does not name %s", m[1], csp["script-src"], source)
		}
		body = bytes.ReplaceAll(body, m[0], nil)
	}
	if inline := regexp.MustCompile(`(?i)\son[a-z]+="|\sstyle="|<style`).Find(body); inline != nil {
		t.Errorf("the page has %q inline, which its policy forbids", inline)
	}
}

// addresses are those the page points to: attributes that load, link or post.
var addresses = regexp.MustCompile(`(?i)\s(?:src|href|action|formaction|hx-get|hx-post|hx-sse:connect|hx-ws:connect)="([^"]*)"`)

// TestPageFiles: whatever the page loads or links from this server is there, at the root and below
// a base path.
func TestPageFiles(t *testing.T) {
	for _, base := range []string{"", "/nnvisu", "/a/b"} {
		t.Run("Base"+base, func(t *testing.T) {
			s := Start(t, func(c *handlers.Config) { c.BasePath = base })
			page := s.Get(t, "/", "Accept", "text/html")
			if page.Status != 200 {
				t.Fatalf("GET %s/ = %d; want 200", base, page.Status)
			}
			self, err := url.Parse(s.Root + base + "/")
			if err != nil {
				t.Fatal(err)
			}
			files := 0
			for _, match := range addresses.FindAllStringSubmatch(string(page.Body), -1) {
				address, err := self.Parse(strings.ReplaceAll(match[1], "&amp;", "&"))
				if err != nil {
					t.Errorf("the address %q: %v", match[1], err)
					continue
				}
				if address.Host != self.Host || address.Scheme == "data" {
					continue
				}
				if !strings.HasPrefix(address.Path, base+"/") {
					t.Errorf("the page points to %q; want it below %s/", match[1], base)
				}
				if strings.Contains(strings.ToLower(match[0]), " src=") || strings.Contains(address.Path, ".") && !strings.Contains(strings.ToLower(match[0]), "action=") { // which is posted to
					files++
					want := 200
					if strings.Contains(strings.ToLower(match[0]), "action=") {
						want = 405 // a form posts there
					}
					if got := s.Get(t, strings.TrimPrefix(address.Path, base)).Status; got != want {
						t.Errorf("GET %s = %d; want %d", address.Path, got, want)
					}
				}
			}
			if files == 0 {
				t.Error("the page loads no file; want its script and style")
			}
		})
	}
}

// TestBasePath: everything is below the base path, by every transport, and does the same there.
func TestBasePath(t *testing.T) {
	plain, s := Start(t), Start(t, func(c *handlers.Config) { c.BasePath = "/nnvisu" })
	m := TrainStep(Message{}, nil, Scatter(4, 2, 1), 2)
	want := plain.Step(t, m)
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			if got, err := c.step(Soon(t), s, m.Text()); err != nil || !got.same(want) {
				t.Errorf("below the base path = %v, %v; want %v", got, err, want)
			}
		})
	}
	s.Data(t, "moons")
	s.Predict(t, m.Without("type", "steps"))
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		if got := s.Get(t, path).Status; got != 200 {
			t.Errorf("GET /nnvisu%s = %d; want 200", path, got)
		}
	}
	_, err := s.Post(t, "/step", []byte("{")).Read()
	check(t, err, "malformed", "*")
	_, err = s.Dial(Soon(t), "Origin", "https://evil.example")
	check(t, err, "forbidden", "")
}

// TestHTML: with HX-Request or Accept: text/html the same addresses answer HTML, errors included.
func TestHTML(t *testing.T) {
	s := Start(t)
	m := TrainStep(Message{}, nil, Scatter(4, 2, 1), 2)
	for name, headers := range map[string][]string{
		"HTMX":    {"HX-Request", "true"},
		"Browser": {"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, test := range []struct {
				path   string
				m      Message
				status int
			}{
				{"/step", m, 200},
				{"/step", m.With("data", []Point{}), 422},
				{"/train", m.With("config", Message{"seed": -1}), 422},
				{"/step", m.With("speed", 1), 400},
			} {
				answer := s.Post(t, test.path, test.m.Text(), headers...)
				if kind := answer.Header.Get("Content-Type"); answer.Status != test.status || !strings.HasPrefix(kind, "text/html") {
					t.Errorf("POST %s: status %d, Content-Type %q: %s; want %d, text/html", test.path, answer.Status, kind, Clip(answer.Body), test.status)
				}
			}
		})
	}
	// The page swaps unnamed messages and hears of the end by a named one.
	st, err := s.Train(Soon(t), m.Text(), "HX-Request", "true", "Accept", "text/event-stream, text/html, */*")
	if err != nil {
		t.Fatalf("POST /train: %v; want a stream", err)
	}
	defer st.Close()
	events := st.MustRest(t)
	if len(events) < 3 {
		t.Fatalf("%d events; want two frames and the end", len(events))
	}
	for i, e := range events[:2] {
		if e.Name != "" || !strings.Contains(e.Data, "<") {
			t.Errorf("event %d is named %q: %s; want an unnamed one of HTML", i, e.Name, Clip([]byte(e.Data)))
		}
	}
	if last := events[len(events)-1]; last.Name != "done" || last.Reason() != "steps" {
		t.Errorf("the last event is %s %s; want done for steps", last.Name, last.Data)
	}
}

// TestMissing: an address or a method that the contract does not know is an error like any other to
// HTTP.
func TestMissing(t *testing.T) {
	s := Start(t)
	for _, test := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/nowhere", http.StatusNotFound},
		{"GET", "/step", http.StatusMethodNotAllowed},
		{"DELETE", "/train", http.StatusMethodNotAllowed},
		{"POST", "/data/moons", http.StatusMethodNotAllowed},
		{"GET", "/../../etc/passwd", http.StatusNotFound},
	} {
		answer, err := s.Fetch(Soon(t), test.method, test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Status != test.want {
			t.Errorf("%s %s = %d; want %d", test.method, test.path, answer.Status, test.want)
		}
	}
}

package tests

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"nnvisu/handlers"
)

func TestHealth(t *testing.T) {
	s := start(t)
	for _, want := range []struct {
		path          string
		before, after int
	}{{"/healthz", 200, 200}, {"/readyz", 200, 503}, {"/metrics", 200, 200}} {
		if got := s.get(t, want.path).status; got != want.before {
			t.Errorf("GET %s = %d; want %d", want.path, got, want.before)
		}
	}
	s.Drain()
	if got := s.get(t, "/healthz").status; got != 200 {
		t.Errorf("GET /healthz while draining = %d; want 200", got)
	}
	if got := s.get(t, "/readyz").status; got != 503 {
		t.Errorf("GET /readyz while draining = %d; want 503", got)
	}
	if got := s.get(t, "/metrics").status; got != 200 {
		t.Errorf("GET /metrics while draining = %d; want 200", got)
	}
}

// samples reads the Prometheus text of the server: names with their labels, and values.
func (s *server) samples(tb testing.TB) map[string]float64 {
	tb.Helper()
	answer := s.get(tb, "/metrics")
	if kind := answer.header.Get("Content-Type"); answer.status != 200 || !strings.HasPrefix(kind, "text/plain") {
		tb.Fatalf("GET /metrics: status %d, Content-Type %q; want 200, text/plain", answer.status, kind)
	}
	sample := regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{.*\})?) (\S+)(?: [0-9]+)?$`)
	comment := regexp.MustCompile(`^# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .+$`)
	samples := map[string]float64{}
	for line := range strings.Lines(string(answer.body)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || comment.MatchString(line) {
			continue
		}
		parts := sample.FindStringSubmatch(line)
		if parts == nil {
			tb.Fatalf("GET /metrics has the line %q; want Prometheus text", line)
		}
		value, err := strconv.ParseFloat(parts[2], 64)
		if err != nil {
			tb.Fatalf("GET /metrics has the line %q: %v", line, err)
		}
		samples[parts[1]] = value
	}
	return samples
}

// TestMetrics: the text is Prometheus's, it has something of our own to say, and it counts what was done.
func TestMetrics(t *testing.T) {
	s := start(t)
	before := s.samples(t)
	m := trainStep(message{}, nil, scatter(4, 2, 1), 1)
	for _, c := range carriers {
		if _, err := c.step(soon(t), s, m.text()); err != nil {
			t.Fatal(err)
		}
	}
	own, more := 0, 0
	for name, value := range s.samples(t) {
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
	s := start(t)
	page := s.get(t, "/", "Accept", "text/html")
	if kind := page.header.Get("Content-Type"); page.status != 200 || !strings.HasPrefix(kind, "text/html") {
		t.Fatalf("GET /: status %d, Content-Type %q; want 200, text/html", page.status, kind)
	}
	if len(page.header.Values("Content-Security-Policy")) != 1 {
		t.Fatalf("%d Content-Security-Policy headers; want 1", len(page.header.Values("Content-Security-Policy")))
	}
	csp := policy(page.header.Get("Content-Security-Policy"))
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
	if got := page.header.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("X-Content-Type-Options %q; want nosniff", got)
	}
	if got := page.header.Get("Referrer-Policy"); got == "" || got == "unsafe-url" {
		t.Errorf("Referrer-Policy %q; want one that keeps addresses at home", got)
	}
	if got := page.header.Values("Set-Cookie"); len(got) != 0 {
		t.Errorf("Set-Cookie %q; want none, the server knows nobody", got)
	}
	if got := s.post(t, "/step", trainStep(message{}, nil, scatter(4, 2, 1), 1).text()).header.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("X-Content-Type-Options of an answer %q; want nosniff", got)
	}
	if inline := regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>\s*[^<\s]|\son[a-z]+="|\sstyle="|<style`).Find(page.body); inline != nil && !strings.Contains(string(inline), "application/json") {
		t.Errorf("the page has %q inline, which its policy forbids", inline)
	}
}

// addresses are those the page points to: attributes that load, link or post.
var addresses = regexp.MustCompile(`(?i)\s(?:src|href|action|formaction|hx-get|hx-post|hx-sse:connect|hx-ws:connect)="([^"]*)"`)

// TestPageFiles: whatever the page loads or links from this server is there, at the root and below a base path.
func TestPageFiles(t *testing.T) {
	for _, base := range []string{"", "/nnvisu", "/a/b"} {
		t.Run("Base"+base, func(t *testing.T) {
			s := start(t, func(c *handlers.Config) { c.BasePath = base })
			page := s.get(t, "/", "Accept", "text/html")
			if page.status != 200 {
				t.Fatalf("GET %s/ = %d; want 200", base, page.status)
			}
			self, err := url.Parse(s.root + base + "/")
			if err != nil {
				t.Fatal(err)
			}
			files := 0
			for _, match := range addresses.FindAllStringSubmatch(string(page.body), -1) {
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
					if got := s.get(t, strings.TrimPrefix(address.Path, base)).status; got != want {
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
	plain, s := start(t), start(t, func(c *handlers.Config) { c.BasePath = "/nnvisu" })
	m := trainStep(message{}, nil, scatter(4, 2, 1), 2)
	want := plain.step(t, m)
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			if got, err := c.step(soon(t), s, m.text()); err != nil || !got.same(want) {
				t.Errorf("below the base path = %v, %v; want %v", got, err, want)
			}
		})
	}
	s.data(t, "moons")
	s.predict(t, m.without("type", "steps"))
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		if got := s.get(t, path).status; got != 200 {
			t.Errorf("GET /nnvisu%s = %d; want 200", path, got)
		}
	}
	_, err := s.post(t, "/step", []byte("{")).read()
	check(t, err, "malformed", "*")
	_, err = s.dial(soon(t), "Origin", "https://evil.example")
	check(t, err, "forbidden", "")
}

// TestHTML: with HX-Request or Accept: text/html the same addresses answer HTML, errors included.
func TestHTML(t *testing.T) {
	s := start(t)
	m := trainStep(message{}, nil, scatter(4, 2, 1), 2)
	for name, headers := range map[string][]string{
		"HTMX":    {"HX-Request", "true"},
		"Browser": {"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, test := range []struct {
				path   string
				m      message
				status int
			}{
				{"/step", m, 200},
				{"/step", m.with("data", []point{}), 422},
				{"/train", m.with("config", message{"seed": -1}), 422},
				{"/step", m.with("speed", 1), 400},
			} {
				answer := s.post(t, test.path, test.m.text(), headers...)
				if kind := answer.header.Get("Content-Type"); answer.status != test.status || !strings.HasPrefix(kind, "text/html") {
					t.Errorf("POST %s: status %d, Content-Type %q: %s; want %d, text/html", test.path, answer.status, kind, clip(answer.body), test.status)
				}
			}
		})
	}
	// The page swaps unnamed messages and hears of the end by a named one.
	st, err := s.train(soon(t), m.text(), "HX-Request", "true", "Accept", "text/event-stream, text/html, */*")
	if err != nil {
		t.Fatalf("POST /train: %v; want a stream", err)
	}
	defer st.close()
	events := st.mustRest(t)
	if len(events) < 3 {
		t.Fatalf("%d events; want two frames and the end", len(events))
	}
	for i, e := range events[:2] {
		if e.name != "" || !strings.Contains(e.data, "<") {
			t.Errorf("event %d is named %q: %s; want an unnamed one of HTML", i, e.name, clip([]byte(e.data)))
		}
	}
	if last := events[len(events)-1]; last.name != "done" || last.reason() != "steps" {
		t.Errorf("the last event is %s %s; want done for steps", last.name, last.data)
	}
}

// TestMissing: an address or a method that the contract does not know is an error like any other to HTTP.
func TestMissing(t *testing.T) {
	s := start(t)
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
		answer, err := s.fetch(soon(t), test.method, test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if answer.status != test.want {
			t.Errorf("%s %s = %d; want %d", test.method, test.path, answer.status, test.want)
		}
	}
}

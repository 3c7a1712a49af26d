package handlers

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/labstack/echo/v4"
)

const friend = "https://notebook.example"

// friendly allows an origin to call the API.
func friendly(c *Config) { c.AllowOrigins = []string{friend, "https://*.school.example"} }

// addressOf fills in the parameters of a route.
func addressOf(route string) string {
	return strings.NewReplacer(":dataset", "moons", ":release/*", "x/lab.js").Replace(route)
}

// TestCORS: a page of an allowed origin may call the API and read what it answers, and no other page
// may; nobody may with credentials.
func TestCORS(t *testing.T) {
	const body = `{"steps": 1, "data": [{"x": 0, "y": 0, "label": 0}]}`
	for _, test := range []struct {
		name, method, target string
		headers              []string
		status               int
		allowed, varies      bool
	}{
		{"Step", "POST", "/step", []string{"Origin", friend}, 200, true, true},
		{"Below", "POST", "/step", []string{"Origin", "https://x.school.example"}, 200, true, true},
		{"Error", "POST", "/step", []string{"Origin", friend, "Content-Type", "text/csv"}, 415, true, true},
		{"Data", "GET", "/data/moons", []string{"Origin", friend}, 200, true, true},
		{"Recipe", "GET", "/train?dataset=moons&steps=1", []string{"Origin", friend, "Accept", "text/event-stream"}, 200, true, true},
		{"Other", "POST", "/step", []string{"Origin", "https://evil.example"}, 403, false, true},
		{"Null", "POST", "/step", []string{"Origin", "null"}, 403, false, true},
		{"OtherScheme", "POST", "/step", []string{"Origin", "http://notebook.example"}, 403, false, true},
		{"NoOrigin", "GET", "/train?dataset=moons&steps=1", nil, 403, false, true},
		{"Page", "POST", "/step", []string{"Origin", friend, "Accept", "text/html"}, 403, false, true},
		{"Fragments", "POST", "/train", []string{"Origin", friend, "HX-Request", "true"}, 403, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestServer(t, friendly)
			w := serve(s, test.method, test.target, body, append(test.headers, "Sec-Fetch-Site", "cross-site")...)
			h := w.Header()
			if w.Code != test.status {
				t.Errorf("status %d, want %d: %s", w.Code, test.status, w.Body)
			}
			if got := h.Get(echo.HeaderAccessControlAllowOrigin); (got == "") == test.allowed || got == "*" {
				t.Errorf("allowed origin %q", got)
			}
			if test.varies != slices.Contains(h.Values("Vary"), "Origin") {
				t.Errorf("Vary is %q", h.Values("Vary"))
			}
			if h.Get(echo.HeaderAccessControlAllowCredentials) != "" {
				t.Error("credentials are allowed")
			}
			if test.allowed && h.Get(echo.HeaderAccessControlExposeHeaders) == "" {
				t.Error("no header may be read")
			}
		})
	}
}

// TestPreflight: a browser that asks first is answered for each route of the API, for allowed origins
// alone, and for no route of the page. Without the flag there are no such answers.
func TestPreflight(t *testing.T) {
	ask := func(s *Server, route, origin string) *httptest.ResponseRecorder {
		return serve(s, "OPTIONS", addressOf(route), "", "Origin", origin, "Access-Control-Request-Method", "POST",
			"Access-Control-Request-Headers", "content-type", "Sec-Fetch-Site", "cross-site")
	}
	s, closed := newTestServer(t, friendly), newTestServer(t)
	for _, route := range apiRoutes() {
		w := ask(s, route, friend)
		h := w.Header()
		if w.Code != http.StatusNoContent || h.Get(echo.HeaderAccessControlAllowOrigin) != friend ||
			!strings.Contains(h.Get(echo.HeaderAccessControlAllowMethods), "POST") ||
			!strings.Contains(h.Get(echo.HeaderAccessControlAllowHeaders), "Content-Type") ||
			h.Get(echo.HeaderAccessControlAllowCredentials) != "" || !slices.Contains(h.Values("Vary"), "Origin") {
			t.Errorf("%s: %d %v", route, w.Code, h)
		}
		for name, w := range map[string]*httptest.ResponseRecorder{
			"another origin": ask(s, route, "https://evil.example"), "no flag": ask(closed, route, friend),
		} {
			if allowsAnything(w.Header()) {
				t.Errorf("%s, %s: %d %v", route, name, w.Code, w.Header())
			}
		}
	}
}

// allowsAnything reports whether an answer has a header of CORS that allows something.
func allowsAnything(h http.Header) bool {
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-Allow-") {
			return true
		}
	}
	return false
}

// TestCORSNeverForThePage: every route but those of the API is closed to other origins as before, with
// the flag for all as well.
func TestCORSNeverForThePage(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.AllowOrigins = []string{AnyOrigin} })
	checked := 0
	for _, r := range s.handler.(*echo.Echo).Routes() {
		if slices.Contains(apiRoutes(), r.Path) || !strings.HasPrefix(r.Path, "/") {
			continue
		}
		checked++
		for _, method := range []string{r.Method, "OPTIONS"} {
			w := serve(s, method, addressOf(r.Path), "", "Origin", friend, "Sec-Fetch-Site", "cross-site",
				"Access-Control-Request-Method", r.Method)
			if allowsAnything(w.Header()) {
				t.Errorf("%s %s: %v", method, r.Path, w.Header())
			}
			if method == "POST" && w.Code != http.StatusForbidden {
				t.Errorf("%s %s is answered with %d", method, r.Path, w.Code)
			}
		}
	}
	if checked < 8 {
		t.Errorf("%d routes are the page's", checked)
	}
}

// TestCORSSocket: a page of an allowed origin may open the socket for programs, and not the page's.
func TestCORSSocket(t *testing.T) {
	web := httptest.NewServer(newTestServer(t, friendly))
	defer web.Close()
	for path, want := range map[string]map[string]bool{
		"/ws": {friend: true, "https://evil.example": false}, "/ws/page": {friend: false},
	} {
		for origin, opens := range want {
			conn, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(web.URL, "http")+path,
				&websocket.DialOptions{HTTPHeader: http.Header{"Origin": {origin}, "Sec-Fetch-Site": {"cross-site"}}})
			if (err == nil) != opens {
				t.Errorf("%s for %s: %v", path, origin, err)
			}
			if conn != nil {
				conn.CloseNow()
			}
		}
	}
}

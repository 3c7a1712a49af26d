package handlers

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestAllowedHosts: a server that listens on its own machine answers to the names of the machine
// and to those of its operator, with any port.
func TestAllowedHosts(t *testing.T) {
	local, named, all := []string{}, []string{"Lab.example"}, []string{"a.example", AnyHost}
	for _, test := range []struct {
		host  string
		names []string
		want  bool
	}{
		{"localhost", local, true}, {"LOCALHOST:8888", local, true}, {"localhost.:1", local, true},
		{"127.0.0.1", local, true}, {"127.9.8.7:80", local, true}, {"[::1]", local, true}, {"[::1]:8888", local, true},
		{"", local, true}, // HTTP/1.0
		{"evil.example", local, false}, {"evil.example:8888", local, false},
		{"localhost.evil.example", local, false}, {"127.0.0.1.evil.example", local, false}, {"evil-localhost", local, false},
		{"192.168.0.1", local, false}, {"[::2]", local, false}, {"0.0.0.0", local, false}, {"*", local, false},
		{"lab.EXAMPLE:443", named, true}, {"localhost", named, true}, {"x.lab.example", named, false}, {"lab.example.evil", named, false},
		{"evil.example", all, true}, {"evil.example", nil, true},
	} {
		if got := allowsHost(test.names, test.host); got != test.want {
			t.Errorf("allowsHost(%q, %q) = %t; want %t", test.names, test.host, got, test.want)
		}
	}
}

// TestRebinding: by another site's name there is no page, no work, no socket and no metrics, but
// an error that says what to do; a probe is answered.
func TestRebinding(t *testing.T) {
	for _, base := range []string{"", "/base"} {
		s := newTestServer(t, func(c *Config) { c.AllowedHosts, c.BasePath = []string{"lab.example"}, base })
		for _, test := range []struct {
			method, path, host string
			want               int
		}{
			{"GET", "/", "evil.example", 421}, {"POST", "/step", "evil.example", 421}, {"GET", "/ws", "evil.example", 421},
			{"GET", "/nowhere", "evil.example", 421}, {"GET", "/metrics", "evil.example", 421}, {"GET", "/data/healthz", "evil.example", 421},
			{"GET", "/", "lab.example", 200}, {"GET", "/", "localhost:1", 200}, {"GET", "/metrics", "127.0.0.1", 200},
			{"GET", "/healthz", "evil.example", 200}, {"GET", "/readyz", "10.0.0.1", 200},
		} {
			r := httptest.NewRequest(test.method, base+test.path, strings.NewReader("{}"))
			r.Host = test.host
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != test.want {
				t.Errorf("%s %s as %s = %d %.100q; want %d", test.method, base+test.path, test.host, w.Code, w.Body, test.want)
			}
			if w.Code == 421 && (!strings.Contains(w.Body.String(), `"code":"forbidden"`) || !strings.Contains(w.Body.String(), "-allowed-hosts") || !strings.Contains(w.Body.String(), "evil.example")) {
				t.Errorf("the error is %s; want one of code forbidden that names the host and -allowed-hosts", w.Body)
			}
		}
	}
}

// TestOnlyLocal: a listener for the operator's own eyes answers to this machine's names only.
func TestOnlyLocal(t *testing.T) {
	h := OnlyLocal(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for host, want := range map[string]int{"localhost:6060": 204, "[::1]:6060": 204, "evil.example:6060": 421} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("as %s the answer is %d; want %d", host, w.Code, want)
		}
	}
}

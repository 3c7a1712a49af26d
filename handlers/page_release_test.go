package handlers

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nnvisu/nnvisu/views"
)

// TestRelease: a page of another release is refused whatever it asks for, and a page of this one, a
// form without script and a program are not. Each answer names the release.
func TestRelease(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.Release = "new" })
	state := `{"data":[{"x":0,"y":0,"label":0}],"steps":1}`
	for _, test := range []struct{ method, path, body string }{
		{http.MethodPost, "/step", state},
		{http.MethodPost, "/train", state},
		{http.MethodPost, "/edit", `{"data":[]}`},
		{http.MethodGet, "/", ""},
	} {
		for release, refused := range map[string]bool{"": false, "new": false, "old": true} {
			for _, header := range []string{"HX-Request", "X-None"} {
				w := serve(s, test.method, test.path, test.body, headerRelease, release, header, "true")
				if (w.Code == http.StatusConflict) != refused || w.Header().Get(headerRelease) != "new" {
					t.Errorf("%s %s of a page of release %q = %d, release %q; want 409: %t, and the release new",
						test.method, test.path, release, w.Code, w.Header().Get(headerRelease), refused)
				}
				asPage := header == "HX-Request" && test.method == http.MethodPost
				if body := w.Body.String(); refused && (asPage != strings.HasPrefix(body, "<hx-partial")) {
					t.Errorf("%s %s is refused with %.60q; want a fragment: %t", test.method, test.path, body, asPage)
				}
			}
		}
	}
	page := serve(s, http.MethodGet, "/", "").Body.String()
	if !strings.Contains(page, `data-release="new"`) || !strings.Contains(page, `"public/new/lab.js"`) {
		t.Errorf("the page does not name its release, or its files of another")
	}
	if first := newTestServer(t); first.config.Release != views.Release() {
		t.Errorf("the release of a server is %q; want that of the views, %q", first.config.Release, views.Release())
	}
}

// TestReleaseSocket: on a socket, a page of this release is told so before the first frame, one of
// another gets no frame, and who names none gets frames only.
func TestReleaseSocket(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.Release = "new" })
	listener := httptest.NewServer(s)
	t.Cleanup(listener.Close)
	form := settingsForm(t, s, sampleState(t, "circles", 20, 0, nil))
	fields := map[string]string{}
	for name, values := range form {
		fields[name] = values[0]
	}
	fields[views.FieldControls], fields[views.FieldSteps] = "", "1"
	for release, want := range map[string][]string{
		"":    {`<hx-partial`, `{"reason":"steps"}`},
		"new": {`{"release":"new"}`, `<hx-partial`, `{"reason":"steps"}`},
		"old": {`{"reason":"release"}`},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		conn, _, err := websocket.Dial(ctx, listener.URL+"/ws/page?release="+release, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.CloseNow()
		conn.SetReadLimit(1 << 20)
		if err := conn.Write(ctx, websocket.MessageText, mustJSON(t, fields)); err != nil {
			t.Fatal(err)
		}
		for _, begin := range want {
			_, got, err := conn.Read(ctx)
			if err != nil || !strings.HasPrefix(string(got), begin) {
				t.Errorf("to release %q the server sends %.60q, %v; want %s", release, got, err, begin)
			}
		}
	}
}

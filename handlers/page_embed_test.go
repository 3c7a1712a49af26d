package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/views"
)

const moodle = "https://moodle.example"

// framing names the origins whose pages may frame the card.
func framing(c *Config) { c.FrameAncestors = []string{moodle, "https://*.school.example", "self"} }

// TestFrameAncestors: the card names the pages that may frame it. Whatever else the server answers, and
// the card where the operator names none, is in no frame.
func TestFrameAncestors(t *testing.T) {
	const denied = "frame-ancestors 'none'"
	for name, s := range map[string]*Server{
		"Named": newTestServer(t, framing), "None": newTestServer(t),
		"Below": newTestServer(t, framing, func(c *Config) { c.BasePath = "/lab" }),
	} {
		checked := 0
		for _, r := range s.handler.(*echo.Echo).Routes() {
			for _, method := range []string{r.Method, http.MethodGet, http.MethodPost, http.MethodPut} {
				checked++
				w := serve(s, method, addressOf(r.Path), "", "Accept", "text/html")
				csp, options := w.Header().Get("Content-Security-Policy"), w.Header().Get("X-Frame-Options")
				if r.Path == s.config.BasePath+"/embed" && name != "None" {
					if !strings.HasSuffix(csp, "; frame-ancestors https://moodle.example https://*.school.example 'self'") || options != "" {
						t.Errorf("%s: %s %s may be framed by %q, %q", name, method, r.Path, csp, options)
					}
				} else if !strings.HasSuffix(csp, denied) || options != "DENY" {
					t.Errorf("%s: %s %s may be framed: %q, %q", name, method, r.Path, csp, options)
				}
			}
		}
		if checked < 60 {
			t.Errorf("%d answers were checked", checked)
		}
	}
	for _, path := range []string{"/embedded", "/embed/", "/nothing"} {
		if csp := serve(newTestServer(t, framing), "GET", path, "").Header().Get("Content-Security-Policy"); !strings.HasSuffix(csp, denied) {
			t.Errorf("%s may be framed: %s", path, csp)
		}
	}
}

// TestEmbedCrossSite: a frame of a named page is computed. What nobody would see is not.
func TestEmbedCrossSite(t *testing.T) {
	for _, test := range []struct {
		name, dest, mode, referer, purpose string
		site                               string
		closed                             bool
		want                               int
	}{
		{"Frame", "iframe", "navigate", moodle + "/", "", "cross-site", false, 200},
		{"FrameBelow", "iframe", "navigate", "https://a.school.example/course", "", "cross-site", false, 200},
		{"FrameThatDoesNotSay", "iframe", "navigate", "", "", "cross-site", false, 200},
		{"FrameOfAnother", "iframe", "navigate", "https://evil.example/", "", "cross-site", false, 403},
		{"FrameWithoutFlag", "iframe", "navigate", moodle + "/", "", "cross-site", true, 403},
		{"FrameAhead", "iframe", "navigate", moodle + "/", "prefetch", "cross-site", false, 403},
		{"Object", "object", "navigate", moodle + "/", "", "cross-site", false, 403},
		{"Fetched", "empty", "cors", moodle + "/", "", "cross-site", false, 403},
		{"Image", "image", "no-cors", moodle + "/", "", "cross-site", false, 403},
		{"Link", "document", "navigate", "https://evil.example/", "", "cross-site", true, 200},
		{"Itself", "iframe", "navigate", "http://example.com/embed", "", "same-origin", false, 200},
		{"OldBrowser", "", "", "", "", "", false, 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestServer(t, framing)
			if test.closed {
				s = newTestServer(t)
			}
			var headers []string
			for name, value := range map[string]string{"Sec-Fetch-Dest": test.dest, "Sec-Fetch-Mode": test.mode,
				"Referer": test.referer, "Sec-Purpose": test.purpose, "Sec-Fetch-Site": test.site} {
				if value != "" {
					headers = append(headers, name, value)
				}
			}
			if w := serve(s, "GET", "/embed?dataset=moons", "", headers...); w.Code != test.want {
				t.Errorf("status %d, want %d", w.Code, test.want)
			}
			if w := serve(s, "GET", "/?dataset=moons", "", headers...); test.dest == "iframe" && test.site == "cross-site" && w.Code != 403 {
				t.Errorf("the whole page in a frame is answered with %d", w.Code)
			}
		})
	}
}

// TestEmbed: the card shows what its address names, keeps it in its links and its form, and leads to the
// whole page with the same recipe.
func TestEmbed(t *testing.T) {
	s := newTestServer(t, framing)
	page := func(query string) string {
		t.Helper()
		w := serve(s, "GET", "/embed"+query, "")
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", query, w.Code)
		}
		return w.Body.String()
	}
	shown := map[string]string{
		"task": "#lesson", "network": ".card.network", "curves": "#panel", "points": ".tools", "data": "#data-card",
		"settings": ".card.settings", "until": ".card.until",
	}
	for _, name := range views.EmbedParts() {
		html := page("?dataset=moons&assignment=Go&show=" + name)
		for other, selector := range shown {
			if got := !has(t, html, selector+"[hidden]"); got != (other == name) {
				t.Errorf("show=%s shows %s: %v", name, other, got)
			}
		}
		if locked := has(t, html, "#plane[data-locked]"); locked == (name == "points") {
			t.Errorf("show=%s: points cannot be drawn: %v", name, locked)
		}
	}
	html := page("?dataset=moons&steps=50&theme=dark&show=network,task&hide=until&lock=network&assignment=" +
		url.QueryEscape("Try [circles](?dataset=circles)."))
	for _, selector := range []string{
		"html.embed.dark", "body[data-waits][data-opened]", ".card.result:not([hidden])", ".network .lockable[inert]",
		`form[action="embed"]`, `input[name=embed][value="show=network,task&theme=dark"]`, `#until_step[value="50"]`,
		`#lesson a[href^="?"][href*="dataset=circles"][href*="lock=network"][href*="show=network,task"][href*="theme=dark"]`,
		`#whole[target=_blank][href^="./?"][href*="steps=50"][href*="lock=network"]:not([href*="show="]):not([href*="theme="])`,
	} {
		if !has(t, html, selector) {
			t.Errorf("there is no %s", selector)
		}
	}
	if html := page(""); !has(t, html, "html.embed") || has(t, html, "body[data-opened]") {
		t.Error("the card without a recipe is none, or of a recipe")
	}
	if has(t, serve(s, "GET", "/?dataset=moons", "").Body.String(), "html.embed, #whole, input[name=embed]") {
		t.Error("the whole page is a card")
	}
}

// TestEmbedWrong: a name that does not exist is an error that says which there are, in the card.
func TestEmbedWrong(t *testing.T) {
	s := newTestServer(t, framing)
	for query, want := range map[string]string{
		"?show=nothing": "show must name parts of the card, which are task, network, curves", "?theme=green": "theme must be light or dark",
		"?show=network,": "", "?dataset=cats": "cats", "?hide=x": "hide", "?shows=network": "shows",
	} {
		w := serve(s, "GET", "/embed"+query, "")
		if html := w.Body.String(); (w.Code >= 400) == (want == "") || !strings.Contains(strings.ToLower(html), want) || !has(t, html, "html.embed #plane") {
			t.Errorf("%s: %d, without %q", query, w.Code, want)
		}
	}
	for _, query := range []string{"/?show=network", "/?theme=dark"} {
		if w := serve(s, "GET", query, ""); w.Code < 400 {
			t.Errorf("the whole page takes %s", query)
		}
	}
}

// TestEmbedForm: without script the form of a card is posted to the card, which trains, and takes what
// the parts that it shows ask for.
func TestEmbedForm(t *testing.T) {
	s := newTestServer(t, framing)
	html := serve(s, "GET", "/embed?dataset=moons&show=points&theme=light", "").Body.String()
	post := func(form url.Values) string {
		t.Helper()
		w := serve(s, "POST", "/embed", form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html",
			"Origin", "http://example.com")
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Security-Policy"), moodle) {
			t.Errorf("status %d", w.Code)
		}
		return w.Body.String()
	}
	html = post(readForm(t, html, views.FieldSteps, "100"))
	if got := textOf(t, html, "#step"); got != "100" {
		t.Errorf("step %s", got)
	}
	if !has(t, html, `html.embed.light .tools:not([hidden])`) || !has(t, html, `#whole[href*="steps=100"][href*="dataset=moons"]`) {
		t.Error("the answer is another card")
	}
	html = post(readForm(t, html, views.FieldAct, "reset"))
	if got := textOf(t, html, "#step"); got != "0" {
		t.Errorf("after the reset step %s", got)
	}
	if w := serve(s, "POST", "/embed", "x=1", "Content-Type", "application/x-www-form-urlencoded", "Origin", moodle, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("a page around the card may post to it: %d", w.Code)
	}
}

// TestEmbedShared: Share has the HTML of a card where there are pages that may show it, with the parts
// that are chosen.
func TestEmbedShared(t *testing.T) {
	for name, s := range map[string]*Server{"Named": newTestServer(t, framing), "None": newTestServer(t)} {
		html := serve(s, "GET", "/?dataset=moons&seed=7", "").Body.String()
		form := readForm(t, html, views.FieldAct, "share")
		form[views.FieldShow] = []string{"network", "task"}
		form.Set(views.FieldAssignment, `<b>"Go"</b>`)
		html = serve(s, "POST", "/edit", form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html").Body.String()
		if has(t, html, "#snippet") != (name == "Named") || has(t, html, "input[name=show]") != (name == "Named") {
			t.Fatalf("%s: the HTML of a card is there: %v", name, has(t, html, "#snippet"))
		}
		if name == "None" {
			continue
		}
		frame := parseHTML(t, textOf(t, html, "#snippet"))
		frames := find(frame, `iframe[title][width][height][loading=lazy]`)
		if len(frames) != 1 {
			t.Fatalf("the HTML of the card is %s", textOf(t, html, "#snippet"))
		}
		for _, a := range frames[0].Attr {
			if a.Key != "src" {
				continue
			}
			if w := serve(s, "GET", "/"+a.Val, ""); w.Code != http.StatusOK || !has(t, w.Body.String(), `input[name=seed][value="7"]`) ||
				!has(t, w.Body.String(), "#lesson:not([hidden])") || !has(t, w.Body.String(), ".network:not([hidden])") {
				t.Errorf("%s leads to %d and another card", a.Val, w.Code)
			}
		}
		form[views.FieldShow] = []string{"nothing"}
		if w := serve(s, "POST", "/edit", form.Encode(), "Content-Type", "application/x-www-form-urlencoded"); w.Code < 400 {
			t.Error("a part that does not exist is shared")
		}
	}
}

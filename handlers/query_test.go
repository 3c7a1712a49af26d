package handlers

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers/stream/ssetest"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/tests/race"
	"github.com/nnvisu/nnvisu/views"
)

// TestQueries: GET /, GET /train and GET /data read a query alike. What Go does not parse, what
// other programs append and what a chat leaves behind neither changes nor loses a parameter.
func TestQueries(t *testing.T) {
	s := newTestServer(t)
	want, _, err := s.generate(url.Values{"dataset": {"moons"}, "points": {"7"}, "seed": {"3"}})
	if err != nil {
		t.Fatal(err)
	}
	// says returns what an answer says of its error, without the labels that the page has.
	says := func(w *httptest.ResponseRecorder) string {
		var message wire.ErrorMessage
		if err := json.Unmarshal(w.Body.Bytes(), &message); err == nil {
			return message.Error.Field + " " + message.Error.Message
		}
		return html.UnescapeString(regexp.MustCompile(`<p>This link cannot be opened\. .*?</p>`).FindString(w.Body.String()))
	}
	for _, test := range []struct{ query, wrong string }{ // of the data set moons: 7 points, seed 3
		{"points=7&seed=3", ""},
		{"points=7;seed=3", ""},
		{"points=7&amp;seed=3", ""},
		{"utm_source=a%26b&points=7&fbclid=x&seed=3&gclid=%", ""},
		{"points=7&seed=3).", ""},
		{"points=7&seed=3%20", ""},
		{"points=7&se%C2%ADed=%E2%80%8B3%0D%0A", ""},
		{"points=7&seed=3%22%3E&utm_medium=chat", ""},
		{"points=7&seed=3…", ""},
		{"points=7&%2338;seed=3**&gad_source=1", ""},
		{"points&seed=3", `points must be a whole number; got ""`},
		{"points=7&seed=", `seed must be a whole number; got ""`},
		{"points=7&seed=3&noise=", `noise must be a number; got ""`},
		{"points=7&seed=3&classes", `classes must be a whole number; got ""`},
		{"points=7%&seed=3", `points must be a whole number; got "7%"`},
		{"points=7&seed=3%", `seed must be a whole number; got "3%"`},
		{"points=7&seed=3;x", `seed must be a whole number; got "3;x"`},
		{"points=7&seed=3&amp;points=7", "points is given twice"},
		{"points=7&seed=3&Points=5", "Points is not a parameter of"},
		{"points=7&seed=3&hidden_layer=5", "hidden_layer is not a parameter of"},
		{"points=7&seed=3&%=1", "% is not a parameter of"},
		{"points=7&seed=3&=1", `the value "1" has no name before it`},
		{"points=7&seed=3&%FFx=1", "�x is not a parameter of"},
	} {
		for _, route := range []string{"/data/moons?", "/train?dataset=moons&steps=2&", "/?dataset=moons&steps=2&"} {
			route += test.query
			w := serve(s, http.MethodGet, route, "", "Accept", "*/*, text/html;q=0")
			if strings.HasPrefix(route, "/?") {
				w = serve(s, http.MethodGet, route, "", "Accept", "text/html")
			}
			body := w.Body.String()
			if test.wrong != "" {
				if got := says(w); !strings.Contains(strings.ToLower(got), strings.ToLower(test.wrong)) {
					t.Errorf("GET %s says %q; want %q", route, got, test.wrong)
				}
				continue
			}
			switch route[:2] {
			case "/d":
				if got := string(wire.AppendPoints([]byte(`{"data":`), want)); !strings.HasPrefix(body, got) {
					t.Errorf("GET %s = %d %.200s; want %.200s", route, w.Code, body, got)
				}
			case "/t":
				if events := ssetest.Parse(body); len(events) != 3 || events[2].Data != `{"reason":"steps"}` {
					t.Errorf("GET %s = %d with %d events; want two steps and done", route, w.Code, len(events))
				}
			case "/?":
				p, err := s.decodePageForm(t.Context(), readForm(t, body, views.FieldAct, "settings"))
				if err != nil || !same(p.State.Data, want) || p.choices.UntilStep != "2" || p.State.Config.Seed != 3 {
					t.Errorf("GET %s shows the config %+v with %d points, %v; want the recipe", route, p.State.Config, len(p.State.Data), err)
				}
			}
		}
	}
}

// TestQueryPath: what follows a link in a sentence does not belong to the name of its data set.
func TestQueryPath(t *testing.T) {
	s := newTestServer(t)
	for _, debris := range []string{".", ")", "%20", "%C2%AD", "%22%3E", ",?points=200", "%E2%80%A6", "_", "**"} {
		if got, want := serve(s, http.MethodGet, "/data/xor"+debris, "").Body.String(), serve(s, http.MethodGet, "/data/xor", "").Body.String(); got != want {
			t.Errorf("GET /data/xor%s = %.200s; want the data set", debris, got)
		}
	}
}

// TestQueryIgnored: an address with nothing but what is to be ignored is the page of everybody.
func TestQueryIgnored(t *testing.T) {
	s := newTestServer(t)
	want := serve(s, http.MethodGet, "/", "").Body.String()
	for _, query := range []string{"fbclid=IwAR0x", "utm_source=a&utm_medium=b;c", "gclid", "ref=x).", "%20", ")", "&gt;"} {
		if w := serve(s, http.MethodGet, "/?"+query, ""); w.Body.String() != want {
			t.Errorf("GET /?%s = %d; want what / shows", query, w.Code)
		}
	}
}

// TestQueryWork: a query of a megabyte is judged at once.
func TestQueryWork(t *testing.T) {
	race.Skip(t)
	for _, piece := range []string{"&amp;", ";a=", "?", "&a=b.", "%E2%80%8B", "&utm_a", ")", "&)"} {
		query := strings.Repeat(piece, 1<<20/len(piece))
		begin := time.Now()
		_, _ = wire.ReadQuery(query)
		if takes := time.Since(begin); takes > 5*time.Second { // a hundred times what it takes here
			t.Errorf("a megabyte of %q takes %v", piece, takes)
		}
	}
}
